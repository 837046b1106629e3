//! Mistakes as pictures: file, line and column, the line itself, a caret and a sentence.
//!
//! In: an [`Error`], or a sentence about a place ([`at`]), and the [`Source`] it was found in. Out: text, with terminal colours only on request.
//! Absent: writing it anywhere, and the wording of the sentence itself, which is the error's `Display`.

use super::error::{Error, Errors, Expected};
use super::source::{Source, Span};
use super::types::{Base, Type};
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

/// A sentence about a place as a picture, closed by a newline: for mistakes that later stages find. `label` stands
/// behind the caret. See [`Errors::render`].
#[must_use]
pub fn at(sentence: &str, span: Span, label: &str, source: &Source, colour: bool) -> String {
    draw(sentence, Picture { span, label: label.to_owned(), other: None, help: None }, source, colour)
}

fn draw(sentence: &str, picture: Picture, source: &Source, colour: bool) -> String {
    let place = |span: Span| {
        let (file, span) = source.located(span);
        (printable(&file.name), visible(span, &printable(&file.text)))
    };
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
    let files = source.files().map(|file| (printable(&file.name), printable(&file.text)));
    let written = report.finish().write(ariadne::sources(files), &mut bytes);
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
        Error::IncludeNotRead { span } => at(span, "here"),
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
        Error::ConstraintOfConstrained { span, .. } => at(span, "not here"),
        Error::SizeCount { span, .. } => at(span, "of what size?"),
        Error::SizedArgument { span } => at(span, "a size"),
        Error::ConstrainedArgument { base, span, .. } => {
            help(at(span, "a constraint"), format!("write `{base}`: every such value is one"))
        }
        Error::ArrowAssignment { span } => at(span, "write `=`"),
        Error::OldSpelling { span, .. } => at(span, "an old spelling"),
        Error::ValueUnused { span } => {
            help(at(span, "a value"), "`=` assigns a value, `~` says how it is distributed".to_owned())
        }
        Error::BarAfterTilde { span, .. } => help(
            at(span, "the outcome stands before `~`"),
            "`y ~ normal(mu, sigma)` and `target += normal_lpdf(y | mu, sigma)` say the same".to_owned(),
        ),
        Error::TooDeep { span, .. } => {
            help(at(span, "one level too many"), "name a part of it: `real part = …;`".to_owned())
        }
        Error::Unsupported { span, .. } => at(span, "not supported yet"),
        Error::ReservedName { span, .. } => at(span, "a word of the language"),
        Error::ReservedEnding { span, ending, .. } => at(span, &format!("ends in {ending}")),
        Error::Redeclared { span, first, .. } => with(at(span, "second time"), *first, "first time"),
        Error::Undeclared { span, .. } => at(span, "not declared"),
        Error::OutOfScope { span, declared, .. } => with(at(span, "not known here"), *declared, "declared here"),
        Error::UnknownFunction { span, .. } => at(span, "no such function"),
        Error::UnknownFamily { span, .. } => at(span, "no such distribution"),
        Error::FamilyAsFunction { name, density, span } => help(
            at(span, "a distribution"),
            format!("`y ~ {name}(…)` says how `y` is distributed; `{density}(y | …)` is the density"),
        ),
        Error::FunctionAsFamily { span, .. } | Error::FunctionAsVariable { span, .. } => at(span, "a function"),
        Error::VariableAsFunction { span, declared, .. } => with(at(span, "called here"), *declared, "declared here"),
        Error::ArgumentCount { found, span, .. } => at(span, &format!("{found} given")),
        Error::ArgumentType { found, span, .. } => at(span, &format!("of type `{found}`")),
        Error::NoOverload { expected, span, .. } => {
            const MOST: usize = 6;
            let mut shown = expected.iter().take(MOST).map(|row| format!("`{row}`")).collect::<Vec<_>>().join(", ");
            if expected.len() > MOST {
                shown += &format!(" and {} more ways", expected.len() - MOST);
            }
            help(at(span, "does not fit"), format!("there is {shown}"))
        }
        Error::Ambiguous { span, .. } => at(span, "which one?"),
        Error::SumWithEffect { span, .. } => at(span, "no term of a sum"),
        Error::LibrarySum { span, .. } => at(span, "not a function of the model"),
        Error::NoSum { span, .. } => at(span, "no term of a sum"),
        Error::ArgumentNotData { span, .. } => at(span, "not data"),
        Error::BarMissing { name, span } => help(
            at(span, "needs `|` behind its first argument"),
            format!("`{name}(y | …)` is the {} of `y` given the rest", kind_of_density(name)),
        ),
        Error::BarUnwanted { span, .. } => at(span, "no density"),
        Error::VoidAsValue { span, .. } => at(span, "a value is needed here"),
        Error::ResultUnused { span, .. } => at(span, "gives a value"),
        Error::RandomNotAllowed { span, .. } => at(span, "not here"),
        Error::UnnormalizedNotAllowed { name, span } => {
            help(at(span, "not here"), format!("`{}` is the whole density", name.replace("_lup", "_lp")))
        }
        Error::NoTruncation { span, .. } => at(span, "truncated here"),
        Error::Mismatch { expected, found, span, .. } => {
            Picture { help: conversion(*expected, *found), ..at(span, &format!("of type `{found}`")) }
        }
        Error::Operands { operator, left, right, span } => {
            Picture { help: other_operator(operator, *left, *right), ..at(span, "does not work") }
        }
        Error::Operand { span, .. } => at(span, "does not work"),
        Error::TooManyIndexes { span, .. } => at(span, "too many indexes"),
        Error::MixedElements { other, span, .. } => at(span, &format!("of type `{other}`")),
        Error::MixedBranches { span, .. } => at(span, "of which type?"),
        Error::SizeNotData { span, other: Some((_, _, declared)), .. } => {
            with(at(span, "not data"), *declared, "declared here")
        }
        Error::SizeNotData { span, .. } => at(span, "not data"),
        Error::IntegerNotAllowed { span, .. } => at(span, "must be `real`"),
        Error::AffineInteger { span, .. } => at(span, "an `int`"),
        Error::LocalConstraint { span, .. } => {
            help(at(span, "a constraint"), "constraints belong to declarations at the top of a block".to_owned())
        }
        Error::DefinitionNotAllowed { span, .. } => at(span, "only declared here"),
        Error::NotAPlace { span } => at(span, "not a variable"),
        Error::NestedPlace { span } => {
            help(at(span, "several elements, and then some of them"), "use one pair of brackets".to_owned())
        }
        Error::ReadWhileAssigned { span, read, .. } => {
            help(with(at(span, "assigned here"), *read, "read here"), "put the index into a variable first".to_owned())
        }
        Error::AssignToReadOnly { span, declared, .. } => with(at(span, "assigned here"), *declared, "declared here"),
        Error::OutsideModel { span, .. } | Error::OutsideTransformedParameters { span, .. } => at(span, "not here"),
        Error::OutsideLoop { span, .. } => at(span, "no loop around this"),
        Error::OutsideFunction { span } => at(span, "no function around this"),
        Error::ReturnsValue { span, .. } => at(span, "declared `void`"),
        Error::ReturnsNothing { span, .. } => at(span, "a value is missing"),
        Error::MissingReturn { span, .. } => at(span, "needs a `return` on every way through it"),
        Error::EndingDemands { span, ending, .. } => at(span, &format!("ends in `{ending}`")),
        Error::FunctionRedefined { span, first, .. } => with(at(span, "second time"), *first, "first time"),
        Error::LibraryFunction { span, .. } | Error::HigherOrderFunction { span, .. } => at(span, "defined by Stan"),
        Error::DataArgumentsDiffer { span, first, .. } => with(at(span, "defined here"), *first, "declared here"),
        Error::NeverDefined { span, .. } => at(span, "without a body"),
        Error::Recursion { span, defined, .. } => with(at(span, "called here"), *defined, "defined here"),
    }
}

fn kind_of_density(name: &str) -> &'static str {
    if name.ends_with("_lpdf") || name.ends_with("_lpmf") { "log density" } else { "distribution function" }
}

/// How to come from what is there to what should be.
fn conversion(expected: Expected, found: Type) -> Option<String> {
    let Expected::Type(wanted) = expected else { return None };
    let mut elements = std::iter::successors(found.element(), |of| of.element());
    if elements.any(|element| element.promotes_to(wanted)) {
        return Some("an index in `[ ]` chooses an element".to_owned());
    }
    let function = match (wanted.array, wanted.base, found.array, found.base) {
        (0, Base::Int, 0, Base::Real) => "to_int",
        (0, Base::Vector, 0, Base::RowVector | Base::Matrix) | (0, Base::Vector, 1, Base::Real | Base::Int) => {
            "to_vector"
        }
        (0, Base::RowVector, 0, Base::Vector) | (0, Base::RowVector, 1, Base::Real | Base::Int) => "to_row_vector",
        (0, Base::Matrix, 2, Base::Real | Base::Int) | (0, Base::Matrix, 1, Base::RowVector) => "to_matrix",
        (1, Base::Real, 0, Base::Vector | Base::RowVector) => "to_array_1d",
        (0, Base::Vector, 0, Base::Int | Base::Real) => return Some("`rep_vector` repeats a number".to_owned()),
        _ => return None,
    };
    let of_data = if function == "to_int" { ", if it is data" } else { "" };
    Some(format!("`{function}` converts it to `{wanted}`{of_data}"))
}

/// Another operator that works on what is there.
fn other_operator(operator: &str, left: Type, right: Type) -> Option<String> {
    let advice = match operator {
        "%/%" | "%" => "both sides must be `int`; `/` divides reals",
        "*" if left == right && left != Type::MATRIX && left.array == 0 => {
            "`.*` multiplies element by element, `dot_product` sums the products"
        }
        "/" if left.array + right.array == 0 => "`./` divides element by element",
        _ if left.array + right.array > 0 => "arrays have no arithmetic: `to_vector` makes a vector of one",
        "+" | "-" if left.base.dimensions() == 1 && right.base.dimensions() == 1 => "`'` makes a row of a column",
        _ => return None,
    };
    Some(advice.to_owned())
}

fn with(picture: Picture, span: Span, label: &str) -> Picture {
    Picture { other: Some((span, label.to_owned())), ..picture }
}

fn help(picture: Picture, help: String) -> Picture {
    Picture { help: Some(help), ..picture }
}
