//! What is wrong with values that do not keep their constraint.

use std::fmt;

use thiserror::Error;

/// How far sums, lengths, diagonals and symmetry may be off: Stan's `CONSTRAINT_TOLERANCE`.
pub const TOLERANCE: f64 = 1e-8;

/// Values that do not keep their constraint, or that no coordinates lead to.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
pub struct Violation {
    /// The element at fault, where it is one.
    pub element: Option<Element>,
    /// What is wrong.
    pub reason: Reason,
}

/// An element and its value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Element {
    /// Position in the container, from 0; matrices lie column by column.
    pub position: usize,
    /// Its value.
    pub value: f64,
}

/// What is wrong, in words that follow the name of the element or container.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
pub enum Reason {
    /// A value below its lower bound, or NaN.
    #[error("is not at or above its lower bound {0}")]
    Below(f64),
    /// A value above its upper bound, or NaN.
    #[error("is not at or below its upper bound {0}")]
    Above(f64),
    /// A multiplier that is not a positive number.
    #[error("has the multiplier {0}, which is not a positive number")]
    Multiplier(f64),
    /// An element of an ordered vector that is not greater than the one before.
    #[error("is not greater than the element before it, {0}")]
    NotIncreasing(f64),
    /// A negative element where there must be none, or NaN.
    #[error("is negative or not a number")]
    Negative,
    /// A sum that is off.
    #[error("has the sum {sum}, not {expected}")]
    Sum {
        /// What it is.
        sum: f64,
        /// What it should be.
        expected: f64,
    },
    /// A length that is off.
    #[error("has the squared length {0}, not 1")]
    Length(f64),
    /// A row of a matrix whose length is off.
    #[error("has the squared length {squared} in row {}, not 1", .row + 1)]
    RowLength {
        /// The row, from 0.
        row: usize,
        /// Its squared length.
        squared: f64,
    },
    /// Something above the diagonal of a lower triangular matrix.
    #[error("stands above the diagonal and is not 0")]
    AboveDiagonal,
    /// A diagonal element of a Cholesky factor that is not positive.
    #[error("stands on the diagonal and is not positive")]
    Diagonal,
    /// A diagonal element of a correlation matrix that is not 1.
    #[error("stands on the diagonal and is not 1")]
    UnitDiagonal,
    /// An element that differs from its mirror image.
    #[error("differs from its mirror image {0}")]
    Asymmetric(f64),
    /// A symmetric matrix that is not positive definite.
    #[error("is not positive definite")]
    NotPositiveDefinite,
    /// A value that keeps the constraint, but that no finite coordinate leads to.
    #[error("is on the boundary of its constraint or not finite, where no coordinate leads")]
    Unreachable,
}

impl Violation {
    pub(super) fn of(reason: Reason) -> Self {
        Self { element: None, reason }
    }

    pub(super) fn at(position: usize, value: f64, reason: Reason) -> Self {
        Self { element: Some(Element { position, value }), reason }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.element {
            Some(Element { position, value }) => write!(f, "element {}, {value}, {}", position + 1, self.reason),
            None => write!(f, "it {}", self.reason),
        }
    }
}

/// The first element that fails a test, as a violation.
pub(super) fn each(values: &[f64], reason: impl Fn(usize, f64) -> Option<Reason>) -> Result<(), Violation> {
    for (position, &value) in values.iter().enumerate() {
        if let Some(reason) = reason(position, value) {
            return Err(Violation::at(position, value, reason));
        }
    }
    Ok(())
}

/// The reason, unless a condition holds; a comparison with NaN does not hold.
pub(super) fn unless(holds: bool, reason: Reason) -> Option<Reason> {
    if holds { None } else { Some(reason) }
}

/// The coordinates, if all are finite.
pub(super) fn finite(coordinates: Vec<f64>) -> Result<Vec<f64>, Violation> {
    let reached = coordinates.iter().all(|z| z.is_finite());
    reached.then_some(coordinates).ok_or(Violation::of(Reason::Unreachable))
}

/// That something is 1 to within [`TOLERANCE`]; NaN is not.
pub(super) fn is_one(x: f64) -> bool {
    (1.0 - x).abs() <= TOLERANCE
}
