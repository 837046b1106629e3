//! Known matrices that must be triangular, symmetric, positive definite: what the two families of matrices share.

use std::cmp::Ordering;

use super::violation::{Reason, TOLERANCE, Violation, each, unless};
use crate::ir::Graph;
use crate::model::linear::{Matrix, cholesky};

/// The Cholesky factor of a known symmetric matrix, column by column.
///
/// # Errors
/// When it is not positive definite.
pub(super) fn factor(values: &[f64], size: usize) -> Result<Vec<f64>, Violation> {
    let l = cholesky(&mut Graph::default(), &Matrix::from_known(size, size, values));
    let l = l.as_known().expect("the factor of a known matrix is known");
    if l.iter().any(|x| x.is_nan()) { Err(Violation::of(Reason::NotPositiveDefinite)) } else { Ok(l) }
}

/// Whether a matrix is symmetric within the tolerance, and its lower triangle positive definite.
pub(super) fn check_definite(values: &[f64], size: usize) -> Result<(), Violation> {
    each(values, |position, x| {
        let mirror = values[position % size * size + position / size];
        unless((x - mirror).abs() <= TOLERANCE, Reason::Asymmetric(mirror))
    })?;
    factor(values, size).map(|_| ())
}

/// Whether a matrix is lower triangular with a positive diagonal.
pub(super) fn check_factor(values: &[f64], rows: usize) -> Result<(), Violation> {
    each(values, |position, x| {
        let (row, column) = (position % rows, position / rows);
        match row.cmp(&column) {
            Ordering::Less => unless(x == 0.0, Reason::AboveDiagonal),
            Ordering::Equal => unless(x > 0.0, Reason::Diagonal),
            Ordering::Greater => None,
        }
    })
}
