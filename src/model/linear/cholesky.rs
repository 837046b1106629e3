//! The Cholesky factor of a symmetric positive definite matrix, and what it solves.
//!
//! There is no error to raise where a matrix depends on parameters: one that is not positive definite has NaN on the
//! diagonal of its factor, and so in every determinant; that rejects the point. Only the lower triangle of a symmetric
//! matrix is read.

use super::matrix::Matrix;
use super::product::crossprod;
use super::sparse::{ZERO, product, subtract_products};
use super::triangular::{solve_lower_matrix, solve_upper_matrix};
use crate::ir::{Graph, Number, Unary};

/// The lower triangular `l` with `l l' = a` and a positive diagonal; NaN where `a` is not positive definite.
///
/// Row by row of the factor (Golub and Van Loan 2013, "Matrix Computations", section 4.2), with one reciprocal a
/// column: a pivot `d` becomes `d * (1 / sqrt(d))`, which is NaN at 0 as well as below.
///
/// # Panics
/// When `a` is not square.
pub fn cholesky(g: &mut Graph, a: &Matrix) -> Matrix {
    assert_eq!(a.rows, a.columns, "a symmetric matrix is square");
    let mut rows: Vec<Vec<Number>> = Vec::with_capacity(a.rows);
    let mut reciprocals = Vec::with_capacity(a.rows);
    for i in 0..a.rows {
        let mut row: Vec<Number> = Vec::with_capacity(a.rows);
        for (j, other) in rows.iter().enumerate() {
            let rest = subtract_products(g, a.at(i, j), row.iter().copied().zip(other.iter().copied()));
            row.push(product(g, rest, reciprocals[j]));
        }
        let pivot = subtract_products(g, a.at(i, i), row.iter().map(|&x| (x, x)));
        let root = g.unary(Unary::Sqrt, pivot);
        let reciprocal = g.divide(Number::Known(1.0), root);
        row.push(g.multiply(pivot, reciprocal));
        reciprocals.push(reciprocal);
        rows.push(row);
    }
    Matrix::from_fn(a.rows, a.rows, |i, j| if j <= i { rows[i][j] } else { ZERO })
}

/// `x` with `a x = b` for a symmetric positive definite `a`; NaN where it is not.
///
/// # Panics
/// When `a` is not square with as many rows as `b`.
pub fn solve_spd(g: &mut Graph, a: &Matrix, b: &Matrix) -> Matrix {
    let l = cholesky(g, a);
    let y = solve_lower_matrix(g, &l, b);
    solve_upper_matrix(g, &l, &y)
}

/// The inverse of a symmetric positive definite matrix, exactly symmetric; NaN where it is not positive definite.
///
/// # Panics
/// When `a` is not square.
pub fn inverse_spd(g: &mut Graph, a: &Matrix) -> Matrix {
    let l = cholesky(g, a);
    chol2inv(g, &l)
}

/// The inverse of `l l'`, exactly symmetric.
///
/// # Panics
/// When `l` is not square.
pub fn chol2inv(g: &mut Graph, l: &Matrix) -> Matrix {
    let inverse = solve_lower_matrix(g, l, &Matrix::identity(l.rows));
    crossprod(g, &inverse)
}

/// `ln(det(l))`, the sum of the logarithms of the diagonal of a Cholesky factor: half of the logarithm of the
/// determinant of `l l'`.
pub fn log_determinant_of_cholesky(g: &mut Graph, l: &Matrix) -> Number {
    l.diagonal().into_iter().fold(ZERO, |sum, element| {
        let ln = g.unary(Unary::Ln, element);
        g.add(sum, ln)
    })
}

/// `ln(det(a))` for a symmetric positive definite `a`; NaN where it is not.
///
/// # Panics
/// When `a` is not square.
pub fn log_determinant_spd(g: &mut Graph, a: &Matrix) -> Number {
    let l = cholesky(g, a);
    let half = log_determinant_of_cholesky(g, &l);
    g.scale(2.0, half)
}
