//! JSON files that notice when they were altered: the first entry of the object holds the SHA-256 of the text around it, of
//! the run's id, and of the file's place in the run, so that a file of another run, or from another place, is noticed, too.
//!
//! Values flow in, text flows out, and the other way round. Absent on purpose: files, and secrecy; whoever wants to deceive
//! can compute a digest.

use serde_json::{Map, Value, json};

use super::digest::sha256;

/// The entry's name.
pub(super) const SEAL: &str = "ridgewalk_sha256";

/// What stands in the digest's place while it is computed.
const BLANK: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// What a text belongs to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context<'a> {
    /// Of its run.
    pub id: &'a str,
    /// Its file, seen from the run's directory.
    pub place: &'a str,
    /// What follows the text in its file.
    pub after: &'a [u8],
}

impl<'a> Context<'a> {
    pub fn new(id: &'a str, place: &'a str) -> Self {
        Self { id, place, after: &[] }
    }

    fn digest(&self, text: &str) -> String {
        sha256(&[self.id.as_bytes(), b"\n", self.place.as_bytes(), b"\n", text.as_bytes(), self.after].concat())
    }
}

/// An object with room for its digest in front.
pub(super) fn sealable(object: Map<String, Value>) -> Map<String, Value> {
    [(SEAL.to_owned(), json!(BLANK))].into_iter().chain(object).collect()
}

/// A text that [`sealable`] has made room in, with its digest there.
///
/// # Panics
/// When there is no room.
pub(super) fn seal(text: &str, context: Context<'_>) -> String {
    let at = place(text).expect("the text has room for its digest");
    format!("{}{}{}", &text[..at], context.digest(text), &text[at + BLANK.len()..])
}

/// Whether a text is as it was sealed.
pub(super) fn is_intact(text: &str, context: Context<'_>) -> bool {
    let Some(at) = place(text) else { return false };
    let blank = format!("{}{BLANK}{}", &text[..at], &text[at + BLANK.len()..]);
    context.digest(&blank) == text[at..at + BLANK.len()]
}

/// Where the digest begins.
fn place(text: &str) -> Option<usize> {
    let name = text.find(SEAL)? + SEAL.len();
    let at = name + text[name..].find(|c: char| !matches!(c, '"' | ':' | ' '))?;
    text.is_char_boundary(at + BLANK.len()).then_some(at)
}

/// What is said of a file that was altered.
pub(super) fn altered() -> &'static str {
    "it is not as it was written: its digest is another"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bit_and_the_place_of_a_sealed_text_count() {
        let object = sealable(Map::from_iter([("draws".to_owned(), json!(7)), ("name".to_owned(), json!("mü"))]));
        let context = Context { id: "a", place: "run.json", after: b"tail" };
        for text in [format!("{:#}\n", Value::Object(object.clone())), Value::Object(object).to_string()] {
            let sealed = seal(&text, context);
            assert!(is_intact(&sealed, context), "{sealed}");
            for (index, bit) in (0..sealed.len()).flat_map(|index| (0..8).map(move |bit| (index, bit))) {
                let mut bytes = sealed.clone().into_bytes();
                bytes[index] ^= 1 << bit;
                let noticed = std::str::from_utf8(&bytes).map_or(true, |text| !is_intact(text, context));
                assert!(noticed, "bit {bit} of byte {index}");
            }
            for other in
                [Context { id: "b", ..context }, Context { place: "x", ..context }, Context { after: b"", ..context }]
            {
                assert!(!is_intact(&sealed, other));
            }
            assert!(!is_intact(&text, context) && !is_intact("", context) && !is_intact(SEAL, context));
        }
    }
}
