//! Meets the data block with the data: finds each declared name, checks shape and integers.
//!
//! In: a declaration with its sizes, and the data. Out: its numbers, in the order the interpreter holds them (arrays
//! from their first index on, matrices column by column; JSON has matrices row by row). Names in the data that no
//! declaration asks for are ignored, as CmdStan does.
//!
//! Also here: everything that can be wrong with a model once its data are known.

use thiserror::Error;

use super::render;
use super::source::{Source, Span};
use super::types::Base;
use crate::math::thousands::thousands;
use crate::model::data::{Data, Datum};

/// Why a model and its data cannot be used, with the place in the model.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum BindError {
    /// Nothing of that name.
    #[error("the data do not hold `{name}`{}", which_they_hold(.suggestion.as_ref()))]
    Missing { name: String, suggestion: Option<String>, span: Span },
    /// A number where a list is declared, or the reverse.
    #[error("`{name}` is declared as {expected}, and is given {found}")]
    Shape { name: String, expected: String, found: String, span: Span },
    /// A list of another length.
    #[error("{element} is declared with {expected} elements, and is given {found}")]
    Length { element: String, expected: usize, found: usize, span: Span },
    /// A value that breaks the declared constraint.
    #[error("{sentence}")]
    Constraint { sentence: String, span: Span },
    /// A size below zero.
    #[error("the size of `{name}` is {size}")]
    NegativeSize { name: String, size: i64, span: Span },
    /// An integer that Stan could not hold.
    #[error("{what} is outside of the range of Stan's integers, -2147483648 to 2147483647")]
    IntegerOverflow { what: String, span: Span },
    /// `x / 0` of integers.
    #[error("this divides an integer by zero")]
    DivisionByZero { span: Span },
    /// A parameter with nowhere to be.
    #[error("the lower bound of `{name}`, {lower}, is not below its upper bound, {upper}")]
    EmptyInterval { name: String, lower: f64, upper: f64, span: Span },
    /// An element that is not there.
    #[error("index {index} is out of range: there are {size} elements, numbered from 1")]
    IndexOutOfRange { index: i64, size: usize, span: Span },
    /// Sizes that must agree.
    #[error("the sizes do not agree: {expected} and {found}")]
    Sizes { expected: String, found: String, span: Span },
    /// Sizes that a product or a division needs.
    #[error("the inner sizes do not agree: {left} and {right}")]
    Product { left: String, right: String, span: Span },
    /// A matrix that must be square.
    #[error("this needs a square matrix, and is given {found}")]
    NotSquare { found: String, span: Span },
    /// An argument that a function cannot take.
    #[error("{message}")]
    Argument { message: String, span: Span },
    /// An argument that is not what its function requires, in Stan's words: `Scale parameter is -5, but must be positive`.
    #[error("{function}: {fault}")]
    Requirement { function: String, fault: String, span: Span },
    /// Contributions to the density that belong to no outcome that is known.
    #[error(
        "{what} is not clear from the model, so no log likelihoods are stored: compute log_lik in generated quantities"
    )]
    Contributions { what: String, span: Span },
    /// A variable without a value.
    #[error("`{name}` has no value here")]
    Unset { name: String, span: Span },
    /// `reject(...)`
    #[error("the model calls reject: {message}")]
    Rejected { message: String, span: Span },
    /// `fatal_error(...)`
    #[error("the model ends the run: {message}")]
    Fatal { message: String, span: Span },
    /// Something data alone must decide.
    #[error("{what} depends on parameters here, which is not supported: it must follow from the data")]
    DependsOnParameters { what: &'static str, span: Span },
    /// Something of Stan that is not here yet.
    #[error("{what} is not supported yet")]
    NotYet { what: String, span: Span },
    /// A `while` that does not end.
    #[error("this loop has turned {turns} times without an end")]
    EndlessLoop { turns: usize, span: Span },
    /// Too many operations.
    #[error(
        "the program would be too large: at least {} operations are written by {what}, and {} are the limit here; functions of \
         matrices that depend on parameters take about n^3 of them. Write it over whole vectors, or as a loop whose \
         rows do the same", thousands(*.written), thousands(*.most)
    )]
    TooLarge {
        /// The function, or the statement, that writes the most.
        what: String,
        /// Operations that it writes, as far as was counted.
        written: usize,
        /// Operations that a program may have.
        most: usize,
        /// Where that is.
        span: Span,
    },
    /// Statements that never seem to end.
    #[error("the model has run more than {} statements without an end, here at last", thousands(*.most as usize))]
    TooManyStatements { most: u64, span: Span },
    /// Expressions, statements and calls inside of one another.
    #[error("expressions and calls are nested more than {limit} levels deep here")]
    TooDeep { limit: usize, span: Span },
    /// A container that no machine has room for.
    #[error("{sizes} elements are more than there is room for, {most}")]
    TooManyElements { sizes: String, most: usize, span: Span },
}

fn which_they_hold(name: Option<&String>) -> String {
    name.map_or_else(String::new, |name| format!("; did you mean `{name}`, which they hold?"))
}

impl BindError {
    /// The place in the model.
    pub(super) fn span(&self) -> Span {
        match self {
            Self::Missing { span, .. }
            | Self::Shape { span, .. }
            | Self::Length { span, .. }
            | Self::Constraint { span, .. }
            | Self::NegativeSize { span, .. }
            | Self::IntegerOverflow { span, .. }
            | Self::DivisionByZero { span }
            | Self::EmptyInterval { span, .. }
            | Self::IndexOutOfRange { span, .. }
            | Self::Sizes { span, .. }
            | Self::Product { span, .. }
            | Self::NotSquare { span, .. }
            | Self::Argument { span, .. }
            | Self::Requirement { span, .. }
            | Self::Contributions { span, .. }
            | Self::Unset { span, .. }
            | Self::Rejected { span, .. }
            | Self::Fatal { span, .. }
            | Self::DependsOnParameters { span, .. }
            | Self::NotYet { span, .. }
            | Self::EndlessLoop { span, .. }
            | Self::TooLarge { span, .. }
            | Self::TooManyStatements { span, .. }
            | Self::TooDeep { span, .. }
            | Self::TooManyElements { span, .. } => *span,
        }
    }
}

impl BindError {
    /// Whether Stan rejects the state at which it happens, and goes on: the model does not allow it.
    pub(super) fn rejects(&self) -> bool {
        matches!(self, Self::Rejected { .. } | Self::Requirement { .. } | Self::Constraint { .. })
    }

    /// Whether it is what Stan throws at some values of parameters and random numbers, and need not be at others. What
    /// ends a run is not: `fatal_error`, limits of this program, and what it does not know.
    #[must_use]
    pub fn is_exception(&self) -> bool {
        match self {
            Self::Constraint { .. }
            | Self::NegativeSize { .. }
            | Self::IntegerOverflow { .. }
            | Self::DivisionByZero { .. }
            | Self::IndexOutOfRange { .. }
            | Self::Sizes { .. }
            | Self::Product { .. }
            | Self::NotSquare { .. }
            | Self::Argument { .. }
            | Self::Requirement { .. }
            | Self::Rejected { .. } => true,
            Self::Missing { .. }
            | Self::Shape { .. }
            | Self::Length { .. }
            | Self::EmptyInterval { .. }
            | Self::Unset { .. }
            | Self::Contributions { .. }
            | Self::Fatal { .. }
            | Self::DependsOnParameters { .. }
            | Self::NotYet { .. }
            | Self::EndlessLoop { .. }
            | Self::TooLarge { .. }
            | Self::TooDeep { .. }
            | Self::TooManyStatements { .. }
            | Self::TooManyElements { .. } => false,
        }
    }

    /// The place in the model as a picture, closed by a newline.
    #[must_use]
    pub fn render(&self, source: &Source, colour: bool) -> String {
        render::at(&self.to_string(), self.span(), self.label(), source, colour)
    }

    /// What stands behind the caret.
    pub(super) fn label(&self) -> &'static str {
        match self {
            Self::Missing { .. }
            | Self::Shape { .. }
            | Self::Length { .. }
            | Self::Constraint { .. }
            | Self::NegativeSize { .. } => "declared here",
            Self::DivisionByZero { .. } | Self::IntegerOverflow { .. } => "computed here",
            Self::EmptyInterval { .. } => "an empty interval",
            Self::IndexOutOfRange { .. }
            | Self::Sizes { .. }
            | Self::Product { .. }
            | Self::NotSquare { .. }
            | Self::Argument { .. }
            | Self::Requirement { .. }
            | Self::Contributions { .. }
            | Self::Unset { .. }
            | Self::Rejected { .. }
            | Self::Fatal { .. }
            | Self::DependsOnParameters { .. }
            | Self::NotYet { .. }
            | Self::EndlessLoop { .. }
            | Self::TooLarge { .. }
            | Self::TooManyStatements { .. }
            | Self::TooDeep { .. }
            | Self::TooManyElements { .. } => "here",
        }
    }
}

/// What a declaration asks of the data.
#[derive(Clone, Debug)]
pub(super) struct Wanted<'a> {
    pub name: &'a str,
    /// As the model writes its type, sizes filled in.
    pub described: String,
    pub base: Base,
    /// Array sizes, then rows and columns.
    pub sizes: Vec<usize>,
    pub span: Span,
}

/// Finds and checks the numbers of a declaration.
pub(super) fn bind(wanted: &Wanted<'_>, data: &Data) -> Result<Vec<f64>, BindError> {
    let (name, span) = (wanted.name, wanted.span);
    let datum = match (data.get(name), data.rows()) {
        (Some(datum), _) => datum.clone(),
        // A CSV file holds columns only: a size that it cannot hold is its number of rows.
        (None, Some(rows)) if wanted.base == Base::Int && wanted.sizes.is_empty() => Datum::Int(rows as i64),
        (None, _) if wanted.sizes.contains(&0) => Datum::List(Vec::new()),
        (None, _) => {
            let suggestion = super::suggest::nearest(name, data.names()).map(str::to_owned);
            return Err(BindError::Missing { name: name.to_owned(), suggestion, span });
        }
    };
    let mut rows = Vec::new();
    let mut path = Vec::new();
    collect(wanted, &datum, &mut path, &mut rows)?;
    if wanted.base != Base::Matrix || rows.is_empty() {
        return Ok(rows);
    }
    // JSON has matrices row by row.
    let [.., height, width] = wanted.sizes[..] else { unreachable!("a matrix has two sizes") };
    let mut columns = Vec::with_capacity(rows.len());
    for matrix in rows.chunks(height * width) {
        for column in 0..width {
            columns.extend((0..height).map(|row| matrix[row * width + column]));
        }
    }
    Ok(columns)
}

/// Appends the numbers of a nest of lists, in order.
fn collect(wanted: &Wanted<'_>, datum: &Datum, path: &mut Vec<usize>, into: &mut Vec<f64>) -> Result<(), BindError> {
    let (name, span) = (wanted.name, wanted.span);
    let shape =
        || BindError::Shape { name: name.to_owned(), expected: wanted.described.clone(), found: describe(datum), span };
    match (wanted.sizes.get(path.len()), datum) {
        (Some(&size), Datum::List(items)) => {
            // A container without elements may be an empty list at any depth.
            let empty = items.is_empty() && wanted.sizes[path.len()..].contains(&0);
            if items.len() != size && !empty {
                let element = element(name, path);
                return Err(BindError::Length { element, expected: size, found: items.len(), span });
            }
            for (index, item) in items.iter().enumerate() {
                path.push(index + 1);
                collect(wanted, item, path, into)?;
                path.pop();
            }
            Ok(())
        }
        (None, Datum::Int(x)) => {
            if wanted.base == Base::Int && i32::try_from(*x).is_err() {
                let what = format!("{}, {x},", element(name, path));
                return Err(BindError::IntegerOverflow { what, span });
            }
            into.push(*x as f64);
            Ok(())
        }
        (None, Datum::Real(x)) if wanted.base != Base::Int => {
            into.push(*x);
            Ok(())
        }
        (Some(_), Datum::Int(_) | Datum::Real(_)) | (None, Datum::List(_) | Datum::Real(_)) => Err(shape()),
    }
}

/// An element as a model writes it.
pub(super) fn element(name: &str, path: &[usize]) -> String {
    if path.is_empty() {
        return format!("`{name}`");
    }
    let path: Vec<String> = path.iter().map(ToString::to_string).collect();
    format!("`{name}[{}]`", path.join(","))
}

fn describe(datum: &Datum) -> String {
    match datum {
        Datum::Int(x) => format!("the integer {x}"),
        Datum::Real(x) => format!("the real number {x}"),
        Datum::List(items) if items.iter().any(|item| matches!(item, Datum::List(_))) => "a nested list".to_owned(),
        Datum::List(items) => format!("a list of {}", items.len()),
    }
}
