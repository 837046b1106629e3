//! Covariance matrices and their Cholesky factors: the factor's elements are coordinates, those on its diagonal
//! exponentials of them (Stan Reference Manual 2.36, "Covariance matrices", "Cholesky factors of covariance matrices").
//! Coordinates go row by row through the lower triangle. A factor may have more rows than columns.

use super::constrained::Constrained;
use super::definite::{self, check_definite, factor};
use super::violation::{Violation, finite};
use crate::ir::{Graph, Number, Unary};
use crate::model::linear::{Matrix, multiply_lower_tri_self_transpose};

/// Number of coordinates of a factor of so many rows and, at most as many, columns.
pub(super) fn coordinates(rows: usize, columns: usize) -> usize {
    assert!(columns <= rows, "a Cholesky factor has at least as many rows as columns");
    columns * (columns + 1) / 2 + (rows - columns) * columns
}

/// The Cholesky factor of a covariance matrix, at the coordinates `z`.
///
/// # Panics
/// When there are more columns than rows, or not one coordinate per element of the lower triangle.
pub fn constrain_factor(g: &mut Graph, z: &[Number], rows: usize, columns: usize) -> Constrained {
    let (l, log_diagonal) = triangle(g, z, rows, columns);
    Constrained { values: l.elements, log_jacobian: g.total(&log_diagonal) }
}

/// A covariance matrix, at the coordinates `z` of its Cholesky factor.
///
/// # Panics
/// When there is not one coordinate per element of the lower triangle.
pub fn constrain(g: &mut Graph, z: &[Number], size: usize) -> Constrained {
    let (l, log_diagonal) = triangle(g, z, size, size);
    let matrix = multiply_lower_tri_self_transpose(g, &l);
    let mut log_jacobian = Number::Known(size as f64 * std::f64::consts::LN_2);
    for (k, &log_element) in log_diagonal.iter().enumerate() {
        // One from the exponential; one from each of the elements in column k of the product, from the diagonal down.
        let term = g.scale((size - k + 1) as f64, log_element);
        log_jacobian = g.add(log_jacobian, term);
    }
    Constrained { values: matrix.elements, log_jacobian }
}

/// The factor and the logarithms of its diagonal.
fn triangle(g: &mut Graph, z: &[Number], rows: usize, columns: usize) -> (Matrix, Vec<Number>) {
    assert_eq!(z.len(), coordinates(rows, columns), "one coordinate per element of the lower triangle");
    let mut z = z.iter();
    let mut l = Matrix::zeros(rows, columns);
    let mut log_diagonal = Vec::with_capacity(columns);
    for i in 0..rows {
        for (j, &z) in z.by_ref().take(columns.min(i + 1)).enumerate() {
            if i == j {
                log_diagonal.push(z);
                l.set(i, i, g.unary(Unary::Exp, z));
            } else {
                l.set(i, j, z);
            }
        }
    }
    (l, log_diagonal)
}

/// The coordinates of a Cholesky factor. See [`super::Transform::unconstrain`], which checks it first.
pub(super) fn unconstrain_factor(values: &[f64], rows: usize, columns: usize) -> Result<Vec<f64>, Violation> {
    let coordinate = |i: usize, j: usize| {
        let x = values[j * rows + i];
        if i == j { x.ln() } else { x }
    };
    finite((0..rows).flat_map(|i| (0..columns.min(i + 1)).map(move |j| coordinate(i, j))).collect())
}

/// The coordinates of a covariance matrix. See [`super::Transform::unconstrain`], which checks it first.
pub(super) fn unconstrain(values: &[f64], size: usize) -> Result<Vec<f64>, Violation> {
    unconstrain_factor(&factor(values, size)?, size, size)
}

/// Whether a matrix is the Cholesky factor of a covariance matrix. See [`super::Transform::check`].
pub(super) fn check_factor(values: &[f64], rows: usize, columns: usize) -> Result<(), Violation> {
    assert!(columns <= rows, "a Cholesky factor has at least as many rows as columns");
    definite::check_factor(values, rows)
}

/// Whether a matrix is a covariance matrix. See [`super::Transform::check`].
pub(super) fn check(values: &[f64], size: usize) -> Result<(), Violation> {
    check_definite(values, size)
}

#[cfg(test)]
mod tests {
    use super::super::violation::Reason;
    use super::*;

    #[test]
    fn what_is_no_covariance_matrix_is_told_apart() {
        assert_eq!(check(&[4.0, 2.0, 2.0, 3.0], 2), Ok(()));
        assert_eq!(check(&[4.0, 2.0, 2.0, 1.0], 2), Err(Violation::of(Reason::NotPositiveDefinite)));
        assert_eq!(check(&[-4.0], 1), Err(Violation::of(Reason::NotPositiveDefinite)));
        assert!(matches!(check(&[f64::NAN], 1).unwrap_err().reason, Reason::Asymmetric(_)));
        assert_eq!(check_factor(&[2.0, 1.0, 5.0, 0.0, 1.0, 3.0], 3, 2), Ok(()));
        let diagonal = check_factor(&[2.0, 1.0, 5.0, 0.0, 0.0, 3.0], 3, 2);
        assert_eq!(diagonal, Err(Violation::at(4, 0.0, Reason::Diagonal)));
    }
}
