//! JSON with the numbers that JSON has not: `NaN`, `Infinity` and `-Infinity` without quotes, as Python's `json` writes
//! and CmdStan reads them.
//!
//! Text comes in; a value of any type that `serde` knows goes out, in which these words are strings. Errors name the line
//! and the column in the text as it is.

use std::borrow::Cow;
use std::fmt;

use serde::de::DeserializeOwned;

/// What CmdStan reads as a number, beside numbers.
const WORDS: [&str; 5] = ["NaN", "Infinity", "-Infinity", "Inf", "-Inf"];

/// Why a text is not JSON.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub struct JsonError {
    message: String,
    line: usize,
    column: usize,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at line {} column {}", self.message, self.line, self.column)
    }
}

/// Reads a value.
///
/// # Errors
/// When the text is not JSON, these words apart, or not of the type that is wanted.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, JsonError> {
    let (quoted, words) = quote_words(text);
    serde_json::from_str(&quoted).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let sentence = error.to_string();
        let place = format!(" at line {line} column {column}");
        let message = sentence.strip_suffix(&place).unwrap_or(&sentence).to_owned();
        // Each word before has been given two quotes.
        let before = words.iter().filter(|&&word| word.0 == line && word.1 < column).count();
        JsonError { message, line, column: column.saturating_sub(2 * before) }
    })
}

/// The text with these words in quotes where they stand for a value, and line and column of each in the new text.
fn quote_words(text: &str) -> (Cow<'_, str>, Vec<(usize, usize)>) {
    let is_part_of_word = |byte: u8| byte.is_ascii_alphanumeric() || b"_+-.".contains(&byte);
    let bytes = text.as_bytes();
    let (mut quoted, mut words) = (String::new(), Vec::new());
    let (mut copied, mut at, mut line, mut line_start) = (0, 0, 1, 0);
    let mut in_string = false;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if in_string => at += 1,
            b'"' => in_string = !in_string,
            b'\n' => (line, line_start) = (line + 1, quoted.len() + (at + 1 - copied)),
            b'N' | b'I' | b'-' if !in_string && (at == 0 || !is_part_of_word(bytes[at - 1])) => {
                let ends = |word: &&&str| bytes.get(at + word.len()).is_none_or(|&next| !is_part_of_word(next));
                if let Some(word) = WORDS.iter().filter(|word| bytes[at..].starts_with(word.as_bytes())).find(ends) {
                    quoted.push_str(&text[copied..at]);
                    words.push((line, quoted.len() + 1 - line_start));
                    quoted.push('"');
                    quoted.push_str(word);
                    quoted.push('"');
                    copied = at + word.len();
                    at = copied - 1;
                }
            }
            _ => {}
        }
        at += 1;
    }
    if words.is_empty() {
        return (Cow::Borrowed(text), words);
    }
    quoted.push_str(&text[copied..]);
    (Cow::Owned(quoted), words)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn words_without_quotes_are_strings_and_strings_stay_as_they_are() {
        let text = r#"{"NaN, -Inf": [NaN,Infinity, -Infinity , Inf,-Inf, 1], "a\"NaN": "Infinity [NaN]", "\\": NaN}"#;
        let expected = json!({
            "NaN, -Inf": ["NaN", "Infinity", "-Infinity", "Inf", "-Inf", 1],
            "a\"NaN": "Infinity [NaN]",
            "\\": "NaN",
        });
        assert_eq!(read::<Value>(text), Ok(expected));
        assert_eq!(read::<Value>("NaN"), Ok(json!("NaN")));
    }

    #[test]
    fn what_only_looks_like_these_words_is_no_json() {
        for text in ["[NaNa]", "[-NaN]", "[+Infinity]", "[nan]", "[1NaN]", "[Infinit]", "[NaN NaN]", "[NaN\"NaN\"]"] {
            assert!(read::<Value>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn errors_name_the_column_of_the_text_as_it_is() {
        let place = |text: &str| {
            let error = read::<Value>(text).expect_err("this is no JSON");
            (error.line, error.column)
        };
        for words in ["", "NaN, ", "NaN, -Infinity, NaN, "] {
            assert_eq!(place(&format!("[{words}x]")), (1, words.len() + 2));
            assert_eq!(place(&format!("[NaN,\n {words}x]")), (2, words.len() + 2));
        }
        let error = read::<Value>("[NaN, x]").expect_err("this is no JSON");
        assert_eq!(error.to_string(), "expected value at line 1 column 7");
    }

    proptest! {
        #[test]
        fn json_is_read_as_before(text in "\\PC{0,60}", parts in "[\\[\\]{}:,\"NaIinfty0-9.\\\\ \n-]{0,60}") {
            for text in [text, parts] {
                if let Ok(value) = serde_json::from_str::<Value>(&text) {
                    prop_assert_eq!(read::<Value>(&text), Ok(value));
                }
            }
        }
    }
}
