//! Constraint transforms: from coordinates on the whole line to values that keep a constraint, with the logarithm of
//! the Jacobian, and back.
//!
//! Stan's transforms (Stan Reference Manual 2.36, "Constraint transforms"), but for wide intervals (see [`bounds`]).
//! Three views of each: `constrain` writes it to the graph, `unconstrain` inverts it in `f64` (that is where `--init
//! FILE` starts), `check` says whether values keep the constraint, within Stan's tolerance. One file a family; here
//! they come together as [`Transform`].
//!
//! Jacobians are written in logarithms throughout: no `1 - x` that single precision would round to zero.
//! Absent on purpose: names, and arrays of containers, which are one transform after the other.

pub mod affine;
pub mod bounds;
mod constrained;
pub mod correlation;
pub mod covariance;
mod definite;
pub mod ordered;
pub mod simplex;
pub mod sum_to_zero;
pub mod unit_vector;
mod violation;

pub use constrained::Constrained;
pub use violation::{Element, Reason, TOLERANCE, Violation};

use crate::ir::{Graph, Number};

/// The constraint of one container, over arguments of a kind `T`: numbers of a graph, known numbers, or whatever names
/// them.
///
/// Arguments of elements are lists: one for all, or one for each element.
#[derive(Clone, Debug, PartialEq)]
pub enum Transform<T> {
    /// Elements between bounds, or of the whole line.
    Bounds {
        /// Number of elements.
        size: usize,
        /// Lower bounds.
        lower: Option<Vec<T>>,
        /// Upper bounds.
        upper: Option<Vec<T>>,
    },
    /// Elements with an offset and a multiplier.
    Affine {
        /// Number of elements.
        size: usize,
        /// Offsets; 0 where there are none.
        offset: Option<Vec<T>>,
        /// Multipliers; 1 where there are none.
        multiplier: Option<Vec<T>>,
    },
    /// An increasing vector.
    Ordered {
        /// Number of elements.
        size: usize,
    },
    /// An increasing vector of positive elements.
    PositiveOrdered {
        /// Number of elements.
        size: usize,
    },
    /// Positive elements with the sum 1.
    Simplex {
        /// Number of elements, at least 1.
        size: usize,
    },
    /// Elements with the sum 0.
    SumToZero {
        /// Number of elements, at least 1.
        size: usize,
    },
    /// A vector of length 1.
    UnitVector {
        /// Number of elements, at least 1.
        size: usize,
    },
    /// The Cholesky factor of a correlation matrix.
    CholeskyFactorCorr {
        /// Number of rows and columns.
        size: usize,
    },
    /// A correlation matrix.
    CorrMatrix {
        /// Number of rows and columns.
        size: usize,
    },
    /// The Cholesky factor of a covariance matrix.
    CholeskyFactorCov {
        /// Number of rows.
        rows: usize,
        /// Number of columns, at most as many.
        columns: usize,
    },
    /// A covariance matrix.
    CovMatrix {
        /// Number of rows and columns.
        size: usize,
    },
}

impl<T> Transform<T> {
    /// Elements of the whole line.
    pub fn unbounded(size: usize) -> Self {
        Self::Bounds { size, lower: None, upper: None }
    }

    /// Number of values.
    pub fn values(&self) -> usize {
        match *self {
            Self::Bounds { size, .. }
            | Self::Affine { size, .. }
            | Self::Ordered { size }
            | Self::PositiveOrdered { size }
            | Self::Simplex { size }
            | Self::SumToZero { size }
            | Self::UnitVector { size } => size,
            Self::CholeskyFactorCorr { size } | Self::CorrMatrix { size } | Self::CovMatrix { size } => size * size,
            Self::CholeskyFactorCov { rows, columns } => rows * columns,
        }
    }

    /// Number of coordinates.
    pub fn coordinates(&self) -> usize {
        match *self {
            Self::Bounds { size, .. }
            | Self::Affine { size, .. }
            | Self::Ordered { size }
            | Self::PositiveOrdered { size }
            | Self::UnitVector { size } => size,
            Self::Simplex { size } | Self::SumToZero { size } => size.saturating_sub(1),
            Self::CholeskyFactorCorr { size } | Self::CorrMatrix { size } => correlation::coordinates(size),
            Self::CholeskyFactorCov { rows, columns } => covariance::coordinates(rows, columns),
            Self::CovMatrix { size } => covariance::coordinates(size, size),
        }
    }

    /// The same constraint with other arguments.
    pub fn map<U>(&self, mut argument: impl FnMut(&T) -> U) -> Transform<U> {
        let mut list =
            |arguments: &Option<Vec<T>>| arguments.as_ref().map(|list| list.iter().map(&mut argument).collect());
        match *self {
            Self::Bounds { size, ref lower, ref upper } => {
                Transform::Bounds { size, lower: list(lower), upper: list(upper) }
            }
            Self::Affine { size, ref offset, ref multiplier } => {
                Transform::Affine { size, offset: list(offset), multiplier: list(multiplier) }
            }
            Self::Ordered { size } => Transform::Ordered { size },
            Self::PositiveOrdered { size } => Transform::PositiveOrdered { size },
            Self::Simplex { size } => Transform::Simplex { size },
            Self::SumToZero { size } => Transform::SumToZero { size },
            Self::UnitVector { size } => Transform::UnitVector { size },
            Self::CholeskyFactorCorr { size } => Transform::CholeskyFactorCorr { size },
            Self::CorrMatrix { size } => Transform::CorrMatrix { size },
            Self::CholeskyFactorCov { rows, columns } => Transform::CholeskyFactorCov { rows, columns },
            Self::CovMatrix { size } => Transform::CovMatrix { size },
        }
    }
}

impl Transform<Number> {
    /// The values at the coordinates `z`. For bounds and affine transforms `z` may also be one number with a row per
    /// element; then so are the values, and arguments are one number too, with or without rows.
    ///
    /// # Panics
    /// When there are not [`Transform::coordinates`] coordinates, or arguments are neither one nor one for each.
    pub fn constrain(&self, g: &mut Graph, z: &[Number]) -> Constrained {
        let rows = |number: &Number| g.domain(*number).map_or(1, crate::ir::Domain::rows);
        assert_eq!(z.iter().map(rows).sum::<usize>(), self.coordinates(), "as many coordinates as the constraint has");
        match *self {
            Self::Bounds { ref lower, ref upper, .. } => bounds::constrain(g, z, lower.as_deref(), upper.as_deref()),
            Self::Affine { ref offset, ref multiplier, .. } => {
                affine::constrain(g, z, offset.as_deref(), multiplier.as_deref())
            }
            Self::Ordered { .. } => ordered::constrain(g, z),
            Self::PositiveOrdered { .. } => ordered::constrain_positive(g, z),
            Self::Simplex { .. } => simplex::constrain(g, z),
            Self::SumToZero { .. } => sum_to_zero::constrain(g, z),
            Self::UnitVector { .. } => unit_vector::constrain(g, z),
            Self::CholeskyFactorCorr { size } => correlation::constrain_factor(g, z, size),
            Self::CorrMatrix { size } => correlation::constrain(g, z, size),
            Self::CholeskyFactorCov { rows, columns } => covariance::constrain_factor(g, z, rows, columns),
            Self::CovMatrix { size } => covariance::constrain(g, z, size),
        }
    }
}

impl Transform<f64> {
    /// The coordinates whose values these are, to within rounding; of a unit vector, which many coordinates lead to,
    /// the vector itself.
    ///
    /// # Errors
    /// When values do not keep the constraint, or lie on its boundary, where no coordinate leads.
    ///
    /// # Panics
    /// When there are not [`Transform::values`] values, or arguments are neither one nor one for each.
    pub fn unconstrain(&self, values: &[f64]) -> Result<Vec<f64>, Violation> {
        self.check(values)?;
        match *self {
            Self::Bounds { ref lower, ref upper, .. } => {
                bounds::unconstrain(values, lower.as_deref(), upper.as_deref())
            }
            Self::Affine { ref offset, ref multiplier, .. } => {
                affine::unconstrain(values, offset.as_deref(), multiplier.as_deref())
            }
            Self::Ordered { .. } => ordered::unconstrain(values),
            Self::PositiveOrdered { .. } => ordered::unconstrain_positive(values),
            Self::Simplex { .. } => simplex::unconstrain(values),
            Self::SumToZero { .. } => sum_to_zero::unconstrain(values),
            Self::UnitVector { .. } => unit_vector::unconstrain(values),
            Self::CholeskyFactorCorr { size } => correlation::unconstrain_factor(values, size),
            Self::CorrMatrix { size } => correlation::unconstrain(values, size),
            Self::CholeskyFactorCov { rows, columns } => covariance::unconstrain_factor(values, rows, columns),
            Self::CovMatrix { size } => covariance::unconstrain(values, size),
        }
    }

    /// Whether values keep the constraint, with Stan's tolerance: closed bounds, so that a value on its bound does.
    /// Offsets and multipliers constrain nothing.
    ///
    /// # Errors
    /// What is wrong.
    ///
    /// # Panics
    /// When there are not [`Transform::values`] values, or arguments are neither one nor one for each.
    pub fn check(&self, values: &[f64]) -> Result<(), Violation> {
        assert_eq!(values.len(), self.values(), "as many values as the container has");
        match *self {
            Self::Bounds { ref lower, ref upper, .. } => bounds::check(values, lower.as_deref(), upper.as_deref()),
            Self::Affine { .. } => Ok(()),
            Self::Ordered { .. } => ordered::check(values),
            Self::PositiveOrdered { .. } => ordered::check_positive(values),
            Self::Simplex { .. } => simplex::check(values),
            Self::SumToZero { .. } => sum_to_zero::check(values),
            Self::UnitVector { .. } => unit_vector::check(values),
            Self::CholeskyFactorCorr { size } => correlation::check_factor(values, size),
            Self::CorrMatrix { size } => correlation::check(values, size),
            Self::CholeskyFactorCov { rows, columns } => covariance::check_factor(values, rows, columns),
            Self::CovMatrix { size } => covariance::check(values, size),
        }
    }
}

#[cfg(test)]
mod tests;
