//! Meets the data block with the data: finds each declared name, checks shape, finiteness and bounds.
//!
//! In: the typed model, the data, and a way to evaluate sizes and bounds, which refer to data bound before. Out: a
//! number or a column per declaration. Names in the data that no declaration asks for are ignored, as CmdStan does.

use thiserror::Error;

use super::source::Span;
use super::typed::{DataDeclaration, DataShape};
use crate::model::data::{Data, Datum};

/// What a data declaration stands for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Bound {
    Int(i64),
    Real(f64),
    Vector(Vec<f64>),
}

/// Why data do not fit a model, with the declaration they do not fit.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum BindError {
    /// Nothing of that name.
    #[error("the data do not hold `{name}`{}", which_they_hold(.suggestion.as_ref()))]
    Missing { name: String, suggestion: Option<String>, span: Span },
    /// A number where a list is declared, or the reverse.
    #[error("`{name}` is declared as {expected}, and the data hold {found}")]
    Shape { name: String, expected: String, found: String, span: Span },
    /// A list of another length.
    #[error("`{name}` is declared with {expected} elements, and the data hold {found}")]
    Length { name: String, expected: usize, found: usize, span: Span },
    /// NaN or an infinity.
    #[error("{element} is {value} in the data: a density at a value that is not finite means nothing")]
    NotFinite { element: String, value: String, span: Span },
    /// Outside of the declared bounds.
    #[error("{element} is {value} in the data, {side} its {bound} bound {limit}")]
    OutOfBounds { element: String, value: f64, side: &'static str, bound: &'static str, limit: f64, span: Span },
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
}

fn which_they_hold(name: Option<&String>) -> String {
    name.map_or_else(String::new, |name| format!("; did you mean `{name}`, which they hold?"))
}

impl BindError {
    /// The place in the model that the data do not fit.
    pub(super) fn span(&self) -> Span {
        match self {
            Self::Missing { span, .. }
            | Self::Shape { span, .. }
            | Self::Length { span, .. }
            | Self::NotFinite { span, .. }
            | Self::OutOfBounds { span, .. }
            | Self::NegativeSize { span, .. }
            | Self::IntegerOverflow { span, .. }
            | Self::DivisionByZero { span }
            | Self::EmptyInterval { span, .. } => *span,
        }
    }
}

/// Finds and checks the value of a declaration. `size` is the declared one, for a vector; bounds are evaluated.
pub(super) fn bind(
    declaration: &DataDeclaration,
    data: &Data,
    size: Option<i64>,
    lower: Option<f64>,
    upper: Option<f64>,
) -> Result<Bound, BindError> {
    let (name, span) = (&declaration.name, declaration.span);
    let datum = match (data.get(name), declaration.shape, data.rows()) {
        (Some(datum), ..) => datum.clone(),
        // A CSV file holds columns only: a size that it cannot hold is its number of rows.
        (None, DataShape::Int, Some(rows)) => Datum::Int(rows as i64),
        (None, ..) => {
            let suggestion = super::suggest::nearest(name, data.names()).map(str::to_owned);
            return Err(BindError::Missing { name: name.clone(), suggestion, span });
        }
    };
    let shape = |expected: String| BindError::Shape { name: name.clone(), expected, found: describe(&datum), span };
    let check = |element: String, value: f64| {
        if !value.is_finite() {
            let value = if value.is_nan() { "NaN".to_owned() } else { value.to_string() };
            return Err(BindError::NotFinite { element, value, span });
        }
        match (lower, upper) {
            (Some(limit), _) if value < limit => {
                Err(BindError::OutOfBounds { element, value, side: "below", bound: "lower", limit, span })
            }
            (_, Some(limit)) if value > limit => {
                Err(BindError::OutOfBounds { element, value, side: "above", bound: "upper", limit, span })
            }
            _ => Ok(value),
        }
    };
    match declaration.shape {
        DataShape::Int => {
            let Datum::Int(value) = datum else { return Err(shape("an `int`".to_owned())) };
            if i32::try_from(value).is_err() {
                return Err(BindError::IntegerOverflow { what: format!("`{name}`, {value},"), span });
            }
            check(format!("`{name}`"), value as f64)?;
            Ok(Bound::Int(value))
        }
        DataShape::Real => {
            let value = scalar(&datum).ok_or_else(|| shape("a `real`".to_owned()))?;
            Ok(Bound::Real(check(format!("`{name}`"), value)?))
        }
        DataShape::Vector { .. } => {
            let size = size.unwrap_or_default();
            let expected =
                usize::try_from(size).map_err(|_| BindError::NegativeSize { name: name.clone(), size, span })?;
            let Datum::List(items) = &datum else { return Err(shape(format!("`vector[{size}]`"))) };
            let values: Option<Vec<f64>> = items.iter().map(scalar).collect();
            let values = values.ok_or_else(|| shape(format!("`vector[{size}]`")))?;
            if values.len() != expected {
                return Err(BindError::Length { name: name.clone(), expected, found: values.len(), span });
            }
            for (index, &value) in values.iter().enumerate() {
                check(format!("`{name}[{}]`", index + 1), value)?;
            }
            Ok(Bound::Vector(values))
        }
    }
}

fn scalar(datum: &Datum) -> Option<f64> {
    match datum {
        Datum::Int(x) => Some(*x as f64),
        Datum::Real(x) => Some(*x),
        Datum::List(_) => None,
    }
}

fn describe(datum: &Datum) -> String {
    match datum {
        Datum::Int(x) => format!("the integer {x}"),
        Datum::Real(x) => format!("the real number {x}"),
        Datum::List(items) if items.iter().any(|item| matches!(item, Datum::List(_))) => "a nested list".to_owned(),
        Datum::List(items) => format!("a list of {}", items.len()),
    }
}
