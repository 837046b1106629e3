//! Text to tokens.
//!
//! In: a [`Source`]. Out: its tokens in order, closed by one [`TokenKind::End`], or the first mistake.
//! White space, `//` and `/* */` comments vanish. Absent: any notion of which words are keywords.

use super::error::Error;
use super::feature::Feature;
use super::source::{Source, Span};

/// One token and where it stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Token {
    pub kind: TokenKind,
    pub span: Span,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TokenKind {
    /// A name or a keyword; the text is under the span.
    Word,
    /// An unsigned integer, as wide as Stan's.
    Int(i32),
    /// An unsigned real, finite.
    Real(f64),
    /// Text in double quotes.
    Text,
    /// An operator or a bracket, as written.
    Symbol(&'static str),
    /// After the last token, with an empty span.
    End,
}

/// Stan's operators and brackets; where one begins another, the longer stands first.
const SYMBOLS: &[&str] = &[
    "%/%", ".*=", "./=", ".*", "./", ".^", "||", "&&", "==", "!=", "<=", ">=", "+=", "-=", "*=", "/=", "{", "}", "(",
    ")", "[", "]", "<", ">", ",", ";", "|", "?", ":", "!", "-", "+", "^", "'", "*", "/", "%", "\\", "=", "~", ".",
];

/// Characters that word processors put where Stan wants another.
const LOOKALIKES: &[(char, &str)] = &[
    ('\u{2212}', "-"),
    ('\u{2013}', "-"),
    ('\u{2014}', "-"),
    ('\u{00d7}', "*"),
    ('\u{00b7}', "*"),
    ('\u{00f7}', "/"),
    ('\u{223c}', "~"),
    ('\u{2264}', "<="),
    ('\u{2265}', ">="),
    ('\u{201c}', "\""),
    ('\u{201d}', "\""),
    ('\u{ff0c}', ","),
    ('\u{ff1b}', ";"),
];

/// Cuts a text into tokens.
///
/// # Errors
///
/// The first place that is no token of Stan: a stray character, an unfinished comment or text, a number
/// that does not fit, `#include`.
pub fn lex(source: &Source) -> Result<Vec<Token>, Error> {
    let mut lexer = Lexer { text: source.text(), at: 0 };
    let mut tokens = Vec::new();
    loop {
        lexer.skip_blank()?;
        let start = lexer.at;
        let kind = lexer.token()?;
        tokens.push(Token { kind, span: Span::new(start, lexer.at) });
        if kind == TokenKind::End {
            return Ok(tokens);
        }
    }
}

struct Lexer<'s> {
    text: &'s str,
    at: usize,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    /// Moves on while characters match, and says how many bytes that was.
    fn skip_while(&mut self, matches: impl Fn(char) -> bool) -> usize {
        let rest = self.rest();
        let length = rest.find(|c| !matches(c)).unwrap_or(rest.len());
        self.at += length;
        length
    }

    fn skip_blank(&mut self) -> Result<(), Error> {
        // A byte-order mark is how some editors begin a file; it carries nothing.
        if self.at == 0 && self.text.starts_with('\u{feff}') {
            self.at = '\u{feff}'.len_utf8();
        }
        loop {
            self.skip_while(|c| matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}'));
            let start = self.at;
            if self.rest().starts_with("//") {
                self.skip_while(|c| c != '\n' && c != '\r');
            } else if self.rest().starts_with("/*") {
                let Some(length) = self.rest()[2..].find("*/") else {
                    return Err(Error::UnterminatedComment { span: Span::new(start, start + 2) });
                };
                self.at += 2 + length + 2;
            } else {
                return Ok(());
            }
        }
    }

    fn token(&mut self) -> Result<TokenKind, Error> {
        let start = self.at;
        let Some(first) = self.rest().chars().next() else {
            return Ok(TokenKind::End);
        };
        let begins_fraction = first == '.' && self.rest()[1..].starts_with(|c: char| c.is_ascii_digit());
        if first.is_ascii_alphabetic() {
            self.skip_while(is_name_character);
            return Ok(TokenKind::Word);
        }
        if first.is_ascii_digit() || begins_fraction {
            return self.number();
        }
        if first == '"' {
            self.at += 1;
            self.skip_while(|c| !matches!(c, '"' | '\n' | '\r'));
            if !self.rest().starts_with('"') {
                return Err(Error::UnterminatedString { span: Span::new(start, self.at) });
            }
            self.at += 1;
            return Ok(TokenKind::Text);
        }
        if let Some(symbol) = SYMBOLS.iter().copied().find(|symbol| self.rest().starts_with(symbol)) {
            self.at += symbol.len();
            return Ok(TokenKind::Symbol(symbol));
        }
        Err(stray(first, self.rest(), start))
    }

    /// Digits may be grouped by single underscores; a point or an exponent makes a real.
    fn number(&mut self) -> Result<TokenKind, Error> {
        let start = self.at;
        self.digits();
        let mut is_real = false;
        if self.rest().starts_with('.') {
            is_real = true;
            self.at += 1;
            self.digits();
        }
        if let Some(length) = exponent_start(self.rest()) {
            is_real = true;
            self.at += length;
            self.digits();
        }
        if self.skip_while(is_name_character) > 0 {
            let span = Span::new(start, self.at);
            let text = &self.text[start..self.at];
            if text.ends_with('i') && !text[..text.len() - 1].contains(|c: char| c.is_ascii_alphabetic() && c != 'e') {
                return Err(Error::Unsupported { feature: Feature::Complex, span });
            }
            return Err(Error::MalformedNumber { text: text.to_owned(), span });
        }
        let span = Span::new(start, self.at);
        let text = &self.text[start..self.at];
        let digits = text.replace('_', "");
        if !is_real {
            return digits
                .parse()
                .map(TokenKind::Int)
                .map_err(|_| Error::IntegerTooLarge { text: text.to_owned(), span });
        }
        match digits.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(TokenKind::Real(value)),
            Ok(_) | Err(_) => Err(Error::RealTooLarge { text: text.to_owned(), span }),
        }
    }

    fn digits(&mut self) {
        while self.skip_while(|c| c.is_ascii_digit()) > 0 {
            let mut next = self.rest().chars();
            if next.next() == Some('_') && next.next().is_some_and(|c| c.is_ascii_digit()) {
                self.at += 1;
            }
        }
    }
}

fn is_name_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// The length of `e`, `e+` or `e-` when digits follow, so that `1else` is not half a number.
fn exponent_start(rest: &str) -> Option<usize> {
    let after = rest.strip_prefix(['e', 'E'])?;
    let digits = after.strip_prefix(['+', '-']).unwrap_or(after);
    digits.starts_with(|c: char| c.is_ascii_digit()).then_some(rest.len() - digits.len())
}

fn stray(character: char, rest: &str, start: usize) -> Error {
    let span = Span::new(start, start + character.len_utf8());
    if character == '#' {
        const INCLUDE: &str = "#include";
        if rest.starts_with(INCLUDE) {
            return Error::IncludeNotRead { span: Span::new(start, start + INCLUDE.len()) };
        }
        return Error::HashComment { span };
    }
    let instead = LOOKALIKES.iter().find(|(odd, _)| *odd == character).map(|(_, plain)| *plain);
    Error::UnexpectedCharacter { character, instead, span }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<TokenKind> {
        let tokens = lex(&Source::new("test", text)).expect("the text lexes");
        tokens.into_iter().map(|token| token.kind).collect()
    }

    fn symbols(text: &str) -> Vec<&'static str> {
        kinds(text)
            .into_iter()
            .filter_map(|kind| match kind {
                TokenKind::Symbol(symbol) => Some(symbol),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn the_longest_symbol_wins() {
        for symbol in SYMBOLS {
            assert_eq!(symbols(symbol), [*symbol]);
        }
        assert_eq!(symbols("a.*=b %/% c ./ d <= e"), [".*=", "%/%", "./", "<="]);
    }

    #[test]
    fn numbers_are_read_as_stan_reads_them() {
        assert_eq!(kinds("12 1_000"), [TokenKind::Int(12), TokenKind::Int(1000), TokenKind::End]);
        for (text, value) in [
            ("1.", 1.0),
            (".5", 0.5),
            ("1e6", 1e6),
            ("1E-3", 1e-3),
            ("2.5e+1_0", 2.5e10),
            ("1_0.5", 10.5),
            ("1e-999", 0.0),
        ] {
            assert_eq!(kinds(text), [TokenKind::Real(value), TokenKind::End], "{text}");
        }
        assert_eq!(kinds("2147483647"), [TokenKind::Int(i32::MAX), TokenKind::End]);
    }

    #[test]
    fn blanks_and_comments_vanish() {
        let text = "\u{feff}// a \u{e9} comment\r\n/* of * two\nlines /* */\tmu\u{c} // the end";
        assert_eq!(kinds(text), [TokenKind::Word, TokenKind::End]);
        assert_eq!(kinds(""), [TokenKind::End]);
    }

    #[test]
    fn spans_are_bytes_of_the_text() {
        let source = Source::new("test", "/* \u{3bc} */ mu ~ \"\u{3bc}\"");
        let tokens = lex(&source).expect("the text lexes");
        let texts: Vec<_> = tokens.iter().map(|token| source.slice(token.span)).collect();
        assert_eq!(texts, ["mu", "~", "\"\u{3bc}\"", ""]);
    }
}
