//! Systems, inverses and determinants of any square matrix, by Gaussian elimination with partial pivoting.
//!
//! Which row has the largest pivot may depend on parameters, and a static order fails on harmless matrices (a zero on
//! the diagonal for some values, a tiny one for others). So rows are compared and exchanged by `select`: from the pivot
//! down, each row with a larger magnitude changes places with the pivot row. That costs two selections where
//! elimination itself has a product and a difference; where data decide, and where a known zero stands below, it costs
//! nothing. The largest magnitude becomes the pivot, as in Golub and Van Loan (2013, "Matrix Computations", algorithm
//! 3.4.1), only the rows below may end in another order. Who knows that a matrix is positive definite says so, and
//! uses `cholesky`.

use super::matrix::Matrix;
use super::sparse::{ZERO, magnitude, product, quotient, subtract_products};
use super::triangular::solve_upper_matrix;
use crate::ir::{Graph, Number, Unary};

/// `x` with `a x = b`; infinities or NaN where `a` is singular.
///
/// # Panics
/// When `a` is not square with as many rows as `b`.
pub fn solve(g: &mut Graph, a: &Matrix, b: &Matrix) -> Matrix {
    assert_eq!(a.rows, b.rows, "one equation per row");
    let (mut upper, mut right) = (a.clone(), b.clone());
    eliminate(g, &mut upper, &mut right);
    solve_upper_matrix(g, &upper.transpose(), &right)
}

/// The inverse; infinities or NaN where `a` is singular.
///
/// # Panics
/// When `a` is not square.
pub fn inverse(g: &mut Graph, a: &Matrix) -> Matrix {
    solve(g, a, &Matrix::identity(a.rows))
}

/// The determinant; 1 of a matrix without elements. A singular matrix of parameters gives 0 or, where no pivot is
/// left before the last column, NaN.
///
/// # Panics
/// When `a` is not square.
pub fn determinant(g: &mut Graph, a: &Matrix) -> Number {
    let mut upper = a.clone();
    let sign = eliminate(g, &mut upper, &mut Matrix::zeros(a.rows, 0));
    upper.diagonal().into_iter().fold(sign, |determinant, pivot| product(g, determinant, pivot))
}

/// `ln |det a|`; 0 of a matrix without elements, minus infinity or NaN of a singular one.
///
/// # Panics
/// When `a` is not square.
pub fn log_determinant(g: &mut Graph, a: &Matrix) -> Number {
    let mut upper = a.clone();
    eliminate(g, &mut upper, &mut Matrix::zeros(a.rows, 0));
    upper.diagonal().into_iter().fold(ZERO, |sum, pivot| {
        let magnitude = magnitude(g, pivot);
        let ln = g.unary(Unary::Ln, magnitude);
        g.add(sum, ln)
    })
}

/// Makes `a` upper triangular, doing the same to `b`; the sign of the row exchanges.
fn eliminate(g: &mut Graph, a: &mut Matrix, b: &mut Matrix) -> Number {
    assert_eq!(a.rows, a.columns, "a system has as many equations as unknowns");
    let mut sign = Number::Known(1.0);
    for k in 0..a.rows {
        if g.is_full() {
            break;
        }
        sign = pivot(g, a, b, k, sign);
        let mut factors = Vec::with_capacity(a.rows);
        for i in k + 1..a.rows {
            factors.push(quotient(g, a.at(i, k), a.at(k, k)));
            a.set(i, k, ZERO);
        }
        for (matrix, first) in [(&mut *a, k + 1), (&mut *b, 0)] {
            for j in first..matrix.columns {
                let above = matrix.at(k, j);
                for (i, &factor) in (k + 1..).zip(&factors) {
                    let element = subtract_products(g, matrix.at(i, j), std::iter::once((factor, above)));
                    matrix.set(i, j, element);
                }
            }
        }
    }
    sign
}

/// Brings the row with the largest magnitude in column `k` up to row `k`; the sign, changed by each exchange.
fn pivot(g: &mut Graph, a: &mut Matrix, b: &mut Matrix, k: usize, mut sign: Number) -> Number {
    let mut largest = magnitude(g, a.at(k, k));
    for i in k + 1..a.rows {
        if a.at(i, k) == ZERO {
            continue;
        }
        let below = magnitude(g, a.at(i, k));
        // A known zero gives way to whatever is there: known numbers that fail the comparison decide it.
        let (smaller, larger) = if largest == ZERO { (Number::Known(1.0), ZERO) } else { (below, largest) };
        if let (Some(smaller), Some(larger)) = (smaller.known(), larger.known())
            && smaller <= larger
        {
            continue;
        }
        for (matrix, first) in [(&mut *a, k), (&mut *b, 0)] {
            for j in first..matrix.columns {
                let (above, under) = (matrix.at(k, j), matrix.at(i, j));
                matrix.set(k, j, g.select(smaller, larger, above, under));
                matrix.set(i, j, g.select(smaller, larger, under, above));
            }
        }
        let negated = g.negate(sign);
        sign = g.select(smaller, larger, sign, negated);
        largest = g.select(smaller, larger, largest, below);
    }
    sign
}
