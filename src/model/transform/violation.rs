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

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reason {
    /// A value below its lower bound, or NaN.
    Below(f64),
    /// A value above its upper bound, or NaN.
    Above(f64),
    /// A multiplier that is not a positive number.
    Multiplier(f64),
    /// An element of an ordered vector that is not greater than the one before.
    NotIncreasing(f64),
    /// A negative element of a simplex, or NaN.
    NegativeProbability,
    /// A negative first element of a positive ordered vector, or NaN.
    NegativeFirst,
    /// The sum of a simplex that is not 1.
    Sum(f64),
    /// The sum of a sum-to-zero vector that is not 0.
    SumNotZero(f64),
    /// A squared length that is not 1.
    Length(f64),
    /// A row of a matrix whose length is off.
    RowLength {
        /// The row, from 0.
        row: usize,
        /// Its squared length.
        squared: f64,
    },
    /// Something above the diagonal of a lower triangular matrix.
    AboveDiagonal,
    /// A diagonal element of a Cholesky factor that is not positive.
    Diagonal,
    /// A diagonal element of a correlation matrix that is not 1.
    UnitDiagonal,
    /// An element that differs from its mirror image.
    Asymmetric(f64),
    /// A symmetric matrix that is not positive definite.
    NotPositiveDefinite,
    /// A value that keeps the constraint, but that no finite coordinate leads to.
    Unreachable,
}

impl Violation {
    pub(super) fn of(reason: Reason) -> Self {
        Self { element: None, reason }
    }

    pub(super) fn at(position: usize, value: f64, reason: Reason) -> Self {
        Self { element: Some(Element { position, value }), reason }
    }

    /// What is wrong with a container of the given name and sizes (none of a number, one of a vector, rows and columns of
    /// a matrix), in Stan's words.
    pub fn sentence(&self, name: &str, sizes: &[usize]) -> String {
        let (position, value) = self.element.map_or((0, f64::NAN), |element| (element.position, element.value));
        let label = |position: usize| match *sizes {
            [] => String::new(),
            [rows, _] => format!("[{}, {}]", position % rows + 1, position / rows + 1),
            _ => format!("[{}]", position + 1),
        };
        let (at, value) = (label(position), number(value));
        match self.reason {
            Reason::Below(lower) => {
                format!("{name}{at} is {value}, but must be greater than or equal to {}", number(lower))
            }
            Reason::Above(upper) => {
                format!("{name}{at} is {value}, but must be less than or equal to {}", number(upper))
            }
            Reason::Multiplier(multiplier) => {
                format!("the multiplier of {name}{at} is {}, but must be positive", number(multiplier))
            }
            Reason::NotIncreasing(previous) => format!(
                "{name} is not a valid ordered vector. The element at {} is {value}, but should be greater than the \
                 previous element, {}",
                position + 1,
                number(previous)
            ),
            Reason::NegativeProbability => {
                format!("{name} is not a valid simplex. {name}{at} = {value}, but should be greater than or equal to 0")
            }
            Reason::NegativeFirst => format!(
                "{name} is not a valid positive_ordered vector. The element at 1 is {value}, but should be positive"
            ),
            Reason::Sum(sum) => {
                format!("{name} is not a valid simplex. sum({name}) = {}, but should be 1", number(sum))
            }
            Reason::SumNotZero(sum) => {
                format!("{name} is not a valid sum-to-zero vector. sum({name}) = {}, but should be 0", number(sum))
            }
            Reason::Length(squared) => format!(
                "{name} is not a valid unit vector. The sum of the squares of the elements should be 1, but is {}",
                number(squared)
            ),
            Reason::RowLength { row, squared } => format!(
                "row {} of {name} is not a valid unit vector. The sum of the squares of the elements should be 1, but is {}",
                row + 1,
                number(squared)
            ),
            Reason::AboveDiagonal => format!("{name} is not lower triangular; {name}{at} = {value}"),
            Reason::Diagonal => format!("{name}{at} is {value}, but must be positive"),
            Reason::UnitDiagonal => {
                format!("{name} is not a valid correlation matrix. {name}{at} is {value}, but should be near 1.0")
            }
            Reason::Asymmetric(mirror) => {
                let rows = sizes.first().copied().unwrap_or(1).max(1);
                let other = label(position % rows * rows + position / rows);
                format!("{name} is not symmetric. {name}{at} = {value}, but {name}{other} = {}", number(mirror))
            }
            Reason::NotPositiveDefinite => format!("{name} is not positive definite"),
            Reason::Unreachable => {
                let what = if self.element.is_some() { format!("{at} is {value}") } else { " is".to_owned() };
                format!("{name}{what} on the boundary of its constraint or not finite, where no coordinate leads")
            }
        }
    }
}

/// A number, NaN and infinities as C++ writes them.
fn number(x: f64) -> String {
    if x.is_nan() { "nan".to_owned() } else { x.to_string() }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence("the value", &[usize::MAX]))
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

#[cfg(test)]
mod tests {
    use crate::model::transform::Transform;

    /// What Stan Math 5 throws of the same values, without its exclamation marks.
    #[test]
    fn violations_are_told_in_stans_words() {
        let says = |transform: Transform<f64>, values: &[f64], sizes: &[usize]| {
            transform.check(values).expect_err("a violation").sentence("x", sizes)
        };
        let bounds = |lower, upper| Transform::Bounds { size: 1, lower, upper };
        let (two, square) = (&[2][..], &[2, 2][..]);
        for (found, sentence) in [
            (
                says(bounds(Some(vec![-0.3]), None), &[-0.31], &[]),
                "x is -0.31, but must be greater than or equal to -0.3",
            ),
            (says(bounds(None, Some(vec![1.0])), &[f64::NAN], &[]), "x is nan, but must be less than or equal to 1"),
            (
                says(
                    Transform::Bounds { size: 4, lower: Some(vec![0.0]), upper: None },
                    &[0.0, 0.0, -1.0, 0.0],
                    square,
                ),
                "x[1, 2] is -1, but must be greater than or equal to 0",
            ),
            (
                says(Transform::Simplex { size: 2 }, &[0.5, 0.75], two),
                "x is not a valid simplex. sum(x) = 1.25, but should be 1",
            ),
            (
                says(Transform::Simplex { size: 2 }, &[1.5, -0.5], two),
                "x is not a valid simplex. x[2] = -0.5, but should be greater than or equal to 0",
            ),
            (
                says(Transform::Ordered { size: 2 }, &[0.5, 0.25], two),
                "x is not a valid ordered vector. The element at 2 is 0.25, but should be greater than the previous \
                 element, 0.5",
            ),
            (
                says(Transform::PositiveOrdered { size: 2 }, &[-1.0, 1.0], two),
                "x is not a valid positive_ordered vector. The element at 1 is -1, but should be positive",
            ),
            (
                says(Transform::UnitVector { size: 2 }, &[1.0, 1.0], two),
                "x is not a valid unit vector. The sum of the squares of the elements should be 1, but is 2",
            ),
            (
                says(Transform::SumToZero { size: 2 }, &[1.0, 0.5], two),
                "x is not a valid sum-to-zero vector. sum(x) = 1.5, but should be 0",
            ),
            (
                says(Transform::CholeskyFactorCov { rows: 2, columns: 2 }, &[1.0, 0.5, 3.0, 1.0], square),
                "x is not lower triangular; x[1, 2] = 3",
            ),
            (
                says(Transform::CholeskyFactorCov { rows: 2, columns: 2 }, &[1.0, 0.5, 0.0, -1.0], square),
                "x[2, 2] is -1, but must be positive",
            ),
            (
                says(Transform::CorrMatrix { size: 2 }, &[1.0, 0.5, 0.5, 2.0], square),
                "x is not a valid correlation matrix. x[2, 2] is 2, but should be near 1.0",
            ),
            (
                says(Transform::CovMatrix { size: 2 }, &[1.0, 0.4, 0.3, 1.0], square),
                "x is not symmetric. x[2, 1] = 0.4, but x[1, 2] = 0.3",
            ),
            (says(Transform::CovMatrix { size: 2 }, &[1.0, 2.0, 2.0, 1.0], square), "x is not positive definite"),
        ] {
            assert_eq!(found, sentence);
        }
    }
}
