//! Mistakes as pictures: file, line and column, the line itself, a caret and a sentence.
//!
//! In: an [`Error`] and the [`Source`] it was found in. Out: text, with terminal colours only on request.
//! Absent: writing it anywhere, and the wording of the sentence itself, which is the error's `Display`.

use super::bind::BindError;
use super::error::{Error, Errors};
use super::source::{Source, Span};
use ariadne::{Color, Config, IndexType, Label, Report, ReportKind};
use std::fmt::Write as _;

/// So many pictures fill a screen or two; the rest is counted.
const MOST_PICTURES: usize = 20;

/// The places of an error: where it is, where its cause is, and a word of advice.
struct Picture {
    span: Span,
    label: String,
    other: Option<(Span, String)>,
    help: Option<String>,
}

impl Errors {
    /// The pictures of the first twenty errors, and how many more there are.
    ///
    /// `source` must be the text the errors were found in; in another one the carets would lie. Without
    /// `colour` the text holds no escape codes, whatever the model contains.
    #[must_use]
    pub fn render(&self, source: &Source, colour: bool) -> String {
        let errors = self.as_slice();
        let mut pictures: Vec<String> =
            errors.iter().take(MOST_PICTURES).map(|error| error.render(source, colour)).collect();
        if errors.len() > MOST_PICTURES {
            pictures.push(format!("and {} more\n", errors.len() - MOST_PICTURES));
        }
        pictures.join("\n")
    }
}

impl Error {
    /// One error as a picture, closed by a newline. See [`Errors::render`].
    #[must_use]
    pub fn render(&self, source: &Source, colour: bool) -> String {
        draw(&self.to_string(), picture(self), source, colour)
    }
}

impl BindError {
    /// What the data do not fit, as a picture of the model, closed by a newline. See [`Errors::render`].
    #[must_use]
    pub fn render(&self, source: &Source, colour: bool) -> String {
        let label = match self {
            Self::DivisionByZero { .. } | Self::IntegerOverflow { .. } => "computed here",
            Self::EmptyInterval { .. } => "an empty interval",
            Self::Missing { .. }
            | Self::Shape { .. }
            | Self::Length { .. }
            | Self::NotFinite { .. }
            | Self::OutOfBounds { .. }
            | Self::NegativeSize { .. } => "declared here",
        };
        let picture = Picture { span: self.span(), label: label.to_owned(), other: None, help: None };
        draw(&self.to_string(), picture, source, colour)
    }
}

fn draw(sentence: &str, picture: Picture, source: &Source, colour: bool) -> String {
    let name = printable(source.name());
    let text = printable(source.text());
    let place = |span: Span| (name.as_str(), visible(span, &text));
    let mut labels = vec![(picture.span, picture.label, Color::Red)];
    labels.extend(picture.other.map(|(span, label)| (span, label, Color::Blue)));
    // ariadne draws labels that run backwards as two excerpts, and gives both the same line number.
    labels.sort_by_key(|(span, ..)| span.start);
    let mut report = Report::build(ReportKind::Error, place(picture.span))
        .with_config(Config::default().with_color(colour).with_index_type(IndexType::Byte).with_tab_width(2))
        .with_message(sentence);
    for (span, label, shade) in labels {
        report = report.with_label(Label::new(place(span)).with_message(label).with_color(shade));
    }
    if let Some(help) = picture.help {
        report = report.with_help(help);
    }
    let mut bytes = Vec::new();
    let written = report.finish().write((name.as_str(), ariadne::Source::from(text.as_str())), &mut bytes);
    let drawn = String::from_utf8_lossy(&bytes);
    let mut out = String::new();
    if written.is_err() || drawn.is_empty() {
        // Writing to memory does not fail; should it, the sentence still reaches the reader.
        let _ = writeln!(out, "Error: {sentence}");
        return out;
    }
    for line in drawn.lines() {
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out
}

/// The text with every character that acts replaced by one that shows, of the same length in bytes.
///
/// A model may hold an escape character, which a terminal must not obey, or a mark that reverses the
/// order of what follows, which would show another model than the one compiled (Boucher and Anderson
/// 2023, "Trojan Source").
fn printable(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' | '\r' | '\t' => c,
            // Control characters are of one byte (below 0x80) or of two (0x80 to 0x9f).
            _ if c.is_control() && c.len_utf8() == 1 => '?',
            _ if c.is_control() => '\u{bf}',
            '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => char::REPLACEMENT_CHARACTER,
            _ => c,
        })
        .collect()
}

/// The bytes to underline: at least one character when there is one.
fn visible(span: Span, text: &str) -> std::ops::Range<usize> {
    if span.start < span.end {
        return span.start..span.end;
    }
    // The end of the file is best shown behind its last visible character.
    let end = text[..span.start].trim_end().len();
    let start = text[..end].char_indices().next_back().map_or(0, |(at, _)| at);
    start..end
}

fn picture(error: &Error) -> Picture {
    let at = |span: &Span, label: &str| Picture { span: *span, label: label.to_owned(), other: None, help: None };
    match error {
        Error::UnexpectedCharacter { instead, span, .. } => {
            Picture { help: instead.map(|plain| format!("Stan writes `{plain}`")), ..at(span, "this character") }
        }
        Error::HashComment { span } => at(span, "begin the comment with `//`"),
        Error::UnterminatedComment { span } => at(span, "opened here; `*/` closes it"),
        Error::UnterminatedString { span } => at(span, "`\"` is missing"),
        Error::MalformedNumber { span, .. } => at(span, "a name cannot begin with a digit"),
        Error::IntegerTooLarge { span, .. } => {
            Picture { help: Some("with a decimal point it is a real".to_owned()), ..at(span, "too large") }
        }
        Error::RealTooLarge { span, .. } => at(span, "too large"),
        Error::Expected { expected, span, .. } => at(span, &format!("expected {expected}")),
        Error::MissingSemicolon { found_span, previous, .. } => Picture {
            other: (found_span.start < found_span.end).then(|| (*found_span, "before this".to_owned())),
            ..at(previous, "`;` is missing after this")
        },
        Error::Unclosed { closer, opened, span, .. } => Picture {
            other: (span.start < span.end).then(|| (*span, format!("expected `{closer}` before this"))),
            ..at(opened, "opened here")
        },
        Error::UnknownBlock { span, .. } => Picture {
            help: Some(
                "the blocks are `functions`, `data`, `transformed data`, `parameters`, `transformed parameters`, \
                 `model` and `generated quantities`"
                    .to_owned(),
            ),
            ..at(span, "not a block")
        },
        Error::RepeatedBlock { span, first, .. } => with(at(span, "second time"), *first, "first time"),
        Error::BlockOrder { span, other, other_span, .. } => {
            with(at(span, "too late"), *other_span, &format!("`{other}` begins here"))
        }
        Error::UnknownType { span, .. } => at(span, "not a type"),
        Error::StatementAmongDeclarations { span, .. } => at(span, "not a declaration"),
        Error::RepeatedBound { span, first, .. } => with(at(span, "second time"), *first, "first time"),
        Error::ArrowAssignment { span } => at(span, "write `=`"),
        Error::TooDeep { span, .. } => {
            Picture { help: Some("name a part of it: `real part = …;`".to_owned()), ..at(span, "one level too many") }
        }
        Error::Unsupported { span, .. } => at(span, "not supported yet"),
        Error::ReservedName { span, .. } => at(span, "a word of the language"),
        Error::ReservedSuffix { span, .. } => at(span, "ends in `__`"),
        Error::Redeclared { span, first, .. } => with(at(span, "second time"), *first, "first time"),
        Error::Undeclared { span, .. } => at(span, "not declared"),
        Error::UnknownFunction { span, .. } => at(span, "no such function"),
        Error::UnknownFamily { span, .. } => at(span, "no such distribution"),
        Error::FamilyAsFunction { span, .. } => at(span, "a distribution"),
        Error::FunctionAsFamily { span, .. } | Error::FunctionAsVariable { span, .. } => at(span, "a function"),
        Error::VariableAsFunction { span, declared, .. } => with(at(span, "called here"), *declared, "declared here"),
        Error::ArgumentCount { found, span, .. } => at(span, &format!("{found} given")),
        Error::NotIntegers { span, .. } => {
            Picture { help: Some("`/` divides reals".to_owned()), ..at(span, "not both `int`") }
        }
        Error::SizeNotInt { found, span } | Error::BoundNotInt { found, span } => {
            at(span, &format!("of type `{found}`"))
        }
        Error::IntegerNotAllowed { span, .. } => at(span, "must be `real`"),
        Error::LocalBounds { span, .. } => at(span, "a bound"),
        Error::DefinitionNotAllowed { span, .. } => at(span, "only declared here"),
        Error::AssignToReadOnly { span, declared, .. } => with(at(span, "assigned here"), *declared, "declared here"),
        Error::ReadBeforeAssignment { span, declared, .. } => {
            with(at(span, "no value yet"), *declared, "declared here without one")
        }
        Error::NeverAssigned { span, .. } => at(span, "needs a value in this block"),
        Error::OutsideModel { span, .. } => at(span, "not in the `model` block"),
    }
}

fn with(picture: Picture, span: Span, label: &str) -> Picture {
    Picture { other: Some((span, label.to_owned())), ..picture }
}
