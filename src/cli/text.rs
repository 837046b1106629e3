//! Text files of unknown size: read as far as there is room for, and refused in a sentence where they are no text.
//!
//! A path may name a device or a pipe that never ends; what comes out is bounded whatever it names.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::error::CliError;

/// Bytes read at a time.
const PIECE: u64 = 1 << 20;

/// Reads a file of at most `most` bytes. `what` is what messages call it.
///
/// # Errors
/// When the file cannot be read, is longer, or is not UTF-8 text. A NUL byte, which no text has, ends the reading.
pub(super) fn read(path: &Path, what: &str, most: u64) -> Result<String, CliError> {
    let unreadable = |error: io::Error| CliError::plain(format!("cannot read {what} {}: {error}", path.display()));
    let refuse =
        |reason: String| Err(CliError::plain(format!("cannot read {what} {}: it is {reason}", path.display())));
    let mut file = File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    // Up to here the bytes are whole characters, none of which is NUL.
    let mut checked = 0;
    loop {
        let length = file.by_ref().take(PIECE).read_to_end(&mut bytes).map_err(unreadable)?;
        if let Some(at) = bytes[checked..].iter().position(|&byte| byte == 0) {
            return refuse(format!("no text: byte {} is NUL", checked + at));
        }
        checked += match std::str::from_utf8(&bytes[checked..]) {
            Ok(text) => text.len(),
            // A character may go on in the next piece.
            Err(error) if error.error_len().is_none() && length > 0 => error.valid_up_to(),
            Err(error) => {
                return refuse(format!("not UTF-8 text: byte {} begins no character", checked + error.valid_up_to()));
            }
        };
        if bytes.len() as u64 > most {
            return refuse(format!("longer than {} MiB, which is as much as there is room for", most >> 20));
        }
        if length == 0 {
            return Ok(String::from_utf8(bytes).expect("every byte was checked"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_bytes(name: &str, bytes: &[u8]) -> Result<String, String> {
        let path = std::env::temp_dir().join(format!("ridgewalk-text-{}-{name}", std::process::id()));
        std::fs::write(&path, bytes).unwrap();
        let found = read(&path, "the data", 3 << 20).map_err(|error| error.to_string());
        std::fs::remove_file(&path).unwrap();
        found.map_err(|error| error.replace(&path.display().to_string(), "FILE"))
    }

    #[test]
    fn characters_may_lie_across_pieces() {
        for lead in [0, 1, 2] {
            let text = "x".repeat(lead) + &"\u{20ac}".repeat(700_000);
            assert!(read_bytes("whole", text.as_bytes()) == Ok(text), "{lead}");
        }
    }

    #[test]
    fn what_is_no_text_or_too_long_is_refused_in_a_sentence() {
        let mut long = vec![b'1'; 1 << 20];
        assert!(read_bytes("long", &vec![b'1'; (3 << 20) + 1]).unwrap_err().contains("FILE: it is longer than 3 MiB"));
        long.push(0xff);
        let sentence = "cannot read the data FILE: it is not UTF-8 text: byte 1048576 begins no character";
        assert_eq!(read_bytes("broken", &long).unwrap_err(), sentence);
        assert_eq!(
            read_bytes("cut", &long[..].iter().map(|&b| if b == 0xff { 0xe2 } else { b }).collect::<Vec<_>>())
                .unwrap_err(),
            sentence
        );
        assert_eq!(read_bytes("nul", b"ab\0").unwrap_err(), "cannot read the data FILE: it is no text: byte 2 is NUL");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn devices_without_an_end_are_refused() {
        let zero = read(Path::new("/dev/zero"), "the data", 3 << 20).unwrap_err().to_string();
        assert_eq!(zero, "cannot read the data /dev/zero: it is no text: byte 0 is NUL");
        assert!(read(Path::new("/dev/urandom"), "the data", 3 << 20).is_err());
    }
}
