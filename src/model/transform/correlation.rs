//! Correlation matrices and their Cholesky factors, from canonical partial correlations (Stan Reference Manual 2.36,
//! "Correlation matrices", "Cholesky factors of correlation matrices"; Lewandowski, Kurowicka and Joe 2009).
//!
//! Rows of the factor have length 1: element `j` of row `i` takes, of what is left of the row's length, the signed
//! fraction `tanh(z_ij)`, and leaves `1 / cosh(z_ij)` of it. So what is left is carried as a logarithm, a sum of
//! `-ln cosh(z)`, without any `1 - x^2`. Coordinates go row by row through the triangle below the diagonal.

use super::constrained::Constrained;
use super::definite::{self, factor};
use super::violation::{Reason, Violation, each, finite, is_one};
use crate::ir::{Graph, Number, Unary};
use crate::model::linear::{Matrix, multiply_lower_tri_self_transpose};

/// Number of coordinates of a matrix with so many rows.
pub(super) fn coordinates(size: usize) -> usize {
    size * size.saturating_sub(1) / 2
}

/// The Cholesky factor of a correlation matrix, at the coordinates `z`.
///
/// # Panics
/// When there are not `size * (size - 1) / 2` of them.
pub fn constrain_factor(g: &mut Graph, z: &[Number], size: usize) -> Constrained {
    let (l, _, log_jacobian) = rows(g, z, size);
    Constrained { values: l.elements, log_jacobian }
}

/// A correlation matrix, at the coordinates `z` of its Cholesky factor.
///
/// # Panics
/// When there are not `size * (size - 1) / 2` of them.
pub fn constrain(g: &mut Graph, z: &[Number], size: usize) -> Constrained {
    let (l, log_diagonal, mut log_jacobian) = rows(g, z, size);
    let mut matrix = multiply_lower_tri_self_transpose(g, &l);
    for (k, &log_element) in log_diagonal.iter().enumerate() {
        matrix.set(k, k, Number::Known(1.0));
        // Each element below the diagonal in column k of the product moves with l_kk times the factor's.
        let term = g.scale((size - 1 - k) as f64, log_element);
        log_jacobian = g.add(log_jacobian, term);
    }
    Constrained { values: matrix.elements, log_jacobian }
}

/// The factor, the logarithms of its diagonal, and the logarithm of its Jacobian.
fn rows(g: &mut Graph, z: &[Number], size: usize) -> (Matrix, Vec<Number>, Number) {
    assert_eq!(z.len(), coordinates(size), "one coordinate per element below the diagonal");
    let mut z = z.iter();
    let mut l = Matrix::zeros(size, size);
    let mut log_diagonal = Vec::with_capacity(size);
    let mut log_jacobian = Number::Known(0.0);
    for i in 0..size {
        let mut log_rest = Number::Known(0.0);
        for (j, &z) in z.by_ref().take(i).enumerate() {
            let fraction = g.unary(Unary::Tanh, z);
            let rest = g.unary(Unary::Exp, log_rest);
            l.set(i, j, g.multiply(fraction, rest));
            // d l_ij / d z_ij = rest / cosh(z)^2.
            let ln_cosh = g.unary(Unary::LnCosh, z);
            let twice = g.scale(2.0, ln_cosh);
            let log_slope = g.subtract(log_rest, twice);
            log_jacobian = g.add(log_jacobian, log_slope);
            log_rest = g.subtract(log_rest, ln_cosh);
        }
        l.set(i, i, g.unary(Unary::Exp, log_rest));
        log_diagonal.push(log_rest);
    }
    (l, log_diagonal, log_jacobian)
}

/// The coordinates of a Cholesky factor. See [`super::Transform::unconstrain`], which checks it first.
pub(super) fn unconstrain_factor(values: &[f64], size: usize) -> Result<Vec<f64>, Violation> {
    let mut coordinates = Vec::new();
    for i in 0..size {
        // From the diagonal back: what element j leaves is the length of the row after it, and tanh(z) = x / sqrt(x^2 +
        // left^2) is sinh(z) = x / left.
        let mut left = values[i * size + i];
        let mut row: Vec<f64> = Vec::with_capacity(i);
        for j in (0..i).rev() {
            let x = values[j * size + i];
            row.push((x / left).asinh());
            left = left.hypot(x);
        }
        coordinates.extend(row.into_iter().rev());
    }
    finite(coordinates)
}

/// The coordinates of a correlation matrix. See [`super::Transform::unconstrain`], which checks it first.
pub(super) fn unconstrain(values: &[f64], size: usize) -> Result<Vec<f64>, Violation> {
    unconstrain_factor(&factor(values, size)?, size)
}

/// Whether a matrix is the Cholesky factor of a correlation matrix. See [`super::Transform::check`].
pub(super) fn check_factor(values: &[f64], size: usize) -> Result<(), Violation> {
    definite::check_factor(values, size)?;
    for row in 0..size {
        let squared = (0..=row).map(|j| values[j * size + row].powi(2)).sum();
        if !is_one(squared) {
            return Err(Violation::of(Reason::RowLength { row, squared }));
        }
    }
    Ok(())
}

/// Whether a matrix is a correlation matrix. See [`super::Transform::check`].
pub(super) fn check(values: &[f64], size: usize) -> Result<(), Violation> {
    each(values, |position, x| {
        let diagonal = position % size == position / size;
        (diagonal && !is_one(x)).then_some(Reason::UnitDiagonal)
    })?;
    definite::check_definite(values, size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_correlation_matrix_is_told_apart() {
        assert_eq!(check(&[1.0, 0.5, 0.5, 1.0], 2), Ok(()));
        assert_eq!(check(&[1.0, 0.5, 0.5, 2.0], 2), Err(Violation::at(3, 2.0, Reason::UnitDiagonal)));
        assert_eq!(check(&[1.0, 0.5, 0.4, 1.0], 2), Err(Violation::at(1, 0.5, Reason::Asymmetric(0.4))));
        assert_eq!(check(&[1.0, 1.0, 1.0, 1.0], 2), Err(Violation::of(Reason::NotPositiveDefinite)));
        // Three correlations of -0.9 among three variables: the determinant is 1 - 3 * 0.81 - 2 * 0.729 < 0.
        let three = [1.0, -0.9, -0.9, -0.9, 1.0, -0.9, -0.9, -0.9, 1.0];
        assert_eq!(check(&three, 3), Err(Violation::of(Reason::NotPositiveDefinite)));
    }

    #[test]
    fn what_is_no_factor_is_told_apart() {
        assert_eq!(check_factor(&[1.0, 0.6, 0.0, 0.8], 2), Ok(()));
        assert_eq!(check_factor(&[1.0, 0.6, 0.1, 0.8], 2), Err(Violation::at(2, 0.1, Reason::AboveDiagonal)));
        assert_eq!(check_factor(&[1.0, 0.6, 0.0, -0.8], 2), Err(Violation::at(3, -0.8, Reason::Diagonal)));
        let long = check_factor(&[1.0, 0.6, 0.0, 0.9], 2).unwrap_err();
        assert!(matches!(long.reason, Reason::RowLength { row: 1, .. }));
    }
}
