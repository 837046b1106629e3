//! Text cut into tokens, after comments and literals have been blanked.
//!
//! In: Rust or WGSL. Out: text of the same length and lines, and its words and marks. WGSL has no strings, and the
//! comments of both languages are alike, so one reader serves both.

/// A word, a number, `::` or a single mark of punctuation, and the byte where it starts.
#[derive(Clone, Copy, Debug)]
pub struct Token<'a> {
    /// The characters.
    pub text: &'a str,
    /// The first byte.
    pub at: usize,
}

/// The tokens of code that has been blanked.
pub fn tokens(code: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(first) = code[at..].chars().next() {
        let length = match word_length(&code[at..]) {
            0 if code[at..].starts_with("::") => 2,
            0 => first.len_utf8(),
            length => length,
        };
        if !first.is_whitespace() {
            found.push(Token { text: &code[at..at + length], at });
        }
        at += length;
    }
    found
}

fn word_length(text: &str) -> usize {
    text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len())
}

/// The text with blanks in place of comments, strings and characters.
pub fn blank(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    while code.len() < text.len() {
        let rest = &text[code.len()..];
        let hidden = comment_length(rest).or_else(|| literal_length(rest)).unwrap_or(0);
        let kept = if hidden == 0 { word_length(rest).max(rest.chars().next().map_or(1, char::len_utf8)) } else { 0 };
        code.push_str(&rest[..kept]);
        code.extend(rest[..hidden].bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
    }
    code
}

fn comment_length(text: &str) -> Option<usize> {
    if text.starts_with("//") {
        return Some(text.find('\n').unwrap_or(text.len()));
    }
    text.starts_with("/*").then_some(())?;
    let (mut depth, mut at) = (1, 2);
    while depth > 0 && at < text.len() {
        let step = match text.as_bytes()[at..] {
            [b'/', b'*', ..] => (1, 2),
            [b'*', b'/', ..] => (-1, 2),
            _ => (0, 1),
        };
        (depth, at) = (depth + step.0, at + step.1);
    }
    Some(at.min(text.len()))
}

fn literal_length(text: &str) -> Option<usize> {
    let unprefixed = text.trim_start_matches(['b', 'c']);
    let prefix = text.len() - unprefixed.len();
    if let Some(raw) = unprefixed.strip_prefix('r') {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        let body = raw[hashes..].strip_prefix('"')?;
        let end = format!("\"{}", "#".repeat(hashes));
        return Some(prefix + 1 + hashes + 1 + body.find(&end).map_or(body.len(), |at| at + end.len()));
    }
    let quote = unprefixed.chars().next().filter(|&c| c == '"' || c == '\'')?;
    let body = &unprefixed[1..];
    // A quote that closes nothing is a lifetime.
    let is_character = body.starts_with('\\') || body.chars().nth(1) == Some('\'');
    (quote == '"' || is_character).then_some(())?;
    let mut escaped = false;
    let end = body.find(|c| {
        let ends = c == quote && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    });
    Some(prefix + 1 + end.map_or(body.len(), |end| end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_not_code() {
        let text = r##"a // b
            /* c /* d */ e */ f "g \" h" 'i' '\'' b"j" r#"k " l"# &'m n"##;
        let code = blank(text);
        assert_eq!(code.len(), text.len());
        assert_eq!(tokens(&code).iter().map(|token| token.text).collect::<Vec<_>>(), ["a", "f", "&", "'", "m", "n"]);
    }
}
