//! What no file says: exports of everything, promises to finish later, and lints silenced without a reason.
//!
//! In: files. Out: a sentence for each such phrase.

use super::source::File;
use super::tokens::{Token, tokens};

/// Words that promise to finish later, put together here so that this file may speak of them.
const PROMISES: [&str; 4] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("X", "XX"), concat!("HA", "CK")];

/// `pub use` with a `*`: the reader of the door could not tell what is behind it.
pub fn exports_of_everything(files: &[File]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files {
        let tokens = tokens(&file.code);
        let words: Vec<&str> = tokens.iter().map(|token| token.text).collect();
        for at in (0..words.len()).filter(|&at| words[at] == "use") {
            let start =
                words[..at].iter().rposition(|word| matches!(*word, ";" | "{" | "}" | "]")).map_or(0, |end| end + 1);
            let is_public = matches!(words[start..at], ["pub"] | ["pub", "(", .., ")"]);
            let end = words[at..].iter().position(|word| *word == ";").map_or(words.len(), |length| at + length);
            if is_public && words[at..end].contains(&"*") {
                found.push(format!("`{}` exports everything in line {}", file.path, file.line(tokens[at].at)));
            }
        }
    }
    found
}

/// Comments with a word of [`PROMISES`], and the macros that stand for unwritten code.
pub fn promises(files: &[File]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files {
        for (number, line) in (1..).zip(file.text.lines()) {
            let mut words = line.split(|c: char| !c.is_alphanumeric());
            if let Some(word) = words.find(|word| PROMISES.contains(word)) {
                found.push(format!("`{}` promises `{word}` in line {number}", file.path));
            }
        }
        let tokens = tokens(&file.code);
        for pair in
            tokens.windows(2).filter(|pair| matches!(pair[0].text, "todo" | "unimplemented") && pair[1].text == "!")
        {
            found.push(format!("`{}` has a `{}!` in line {}", file.path, pair[0].text, file.line(pair[0].at)));
        }
    }
    found
}

/// `allow` and `expect` attributes without a `reason`.
pub fn silenced_lints(files: &[File]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files.iter().filter(|file| file.is_rust()) {
        let tokens = tokens(&file.code);
        for (at, attribute) in tokens.iter().enumerate().filter_map(|(at, _)| Some((at, attribute(&tokens[at..])?))) {
            let silences =
                attribute.windows(2).any(|pair| matches!(pair[0].text, "allow" | "expect") && pair[1].text == "(");
            if silences && attribute.iter().all(|token| token.text != "reason") {
                found.push(format!(
                    "`{}` silences a lint in line {} without a reason",
                    file.path,
                    file.line(tokens[at].at)
                ));
            }
        }
    }
    found
}

/// The tokens from a `#` to the bracket that closes its attribute.
fn attribute<'t, 'a>(tokens: &'t [Token<'a>]) -> Option<&'t [Token<'a>]> {
    let open = 1 + usize::from(tokens.get(1)?.text == "!");
    (tokens[0].text == "#" && tokens.get(open)?.text == "[").then_some(())?;
    let mut depth = 0_i32;
    let closes = |token: &Token<'_>| {
        depth += i32::from(token.text == "[") - i32::from(token.text == "]");
        depth == 0
    };
    let close = tokens[open..].iter().position(closes)?;
    Some(&tokens[..=open + close])
}

#[cfg(test)]
mod tests {
    use super::super::source::files;
    use super::*;

    fn found(rule: fn(&[File]) -> Vec<String>, text: &str) -> Vec<String> {
        rule(&files([("src/a.rs", text)]))
    }

    #[test]
    fn exports_of_everything_are_found() {
        let rule = exports_of_everything;
        assert_eq!(found(rule, "mod b;\npub use b::*;"), ["`src/a.rs` exports everything in line 2"]);
        assert_eq!(found(rule, "#[doc(hidden)] pub(crate) use crate::{b::{c, *}};").len(), 1);
        assert!(
            found(rule, "pub use b::c; use b::*; pub fn d() -> impl E + use<'a> { 2 * 3 } // pub use b::*;").is_empty()
        );
    }

    #[test]
    fn promises_are_found() {
        for promise in PROMISES {
            assert_eq!(
                found(promises, &format!("a\n// {promise}: b")),
                [format!("`src/a.rs` promises `{promise}` in line 2")]
            );
        }
        assert_eq!(found(promises, "fn a() { todo!() }"), ["`src/a.rs` has a `todo!` in line 1"]);
        assert!(found(promises, "// Todos are not promises.\nfn todo() {}").is_empty());
    }

    #[test]
    fn lints_silenced_without_a_reason_are_found() {
        let rule = silenced_lints;
        assert_eq!(
            found(rule, "\n#[allow(dead_code)] fn a() {}"),
            ["`src/a.rs` silences a lint in line 2 without a reason"]
        );
        assert_eq!(found(rule, "#![expect(dead_code)]").len(), 1);
        assert_eq!(found(rule, "#[cfg_attr(b, allow(dead_code))] fn a() {}").len(), 1);
        assert!(found(rule, "#[expect(dead_code, reason = \"c\")] fn a(b: &[u8]) { b.expect(\"d\") }").is_empty());
    }
}
