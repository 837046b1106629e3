//! Systems of a lower triangular matrix and of its transpose, by substitution. What stands above the diagonal is not
//! read. A zero on the diagonal gives infinities or NaN, which reject the point.

use super::matrix::Matrix;
use super::sparse::{ZERO, quotient, subtract_products};
use crate::ir::{Graph, Number};

/// `x` with `l x = b`.
///
/// # Panics
/// When `l` is not square with a row for each element of `b`.
pub fn solve_lower(g: &mut Graph, l: &Matrix, b: &[Number]) -> Vec<Number> {
    assert_sizes(l, b.len());
    let mut x: Vec<Number> = Vec::with_capacity(b.len());
    for (i, &right) in b.iter().enumerate() {
        let rest = subtract_products(g, right, (0..i).map(|j| (l.at(i, j), x[j])));
        x.push(quotient(g, rest, l.at(i, i)));
    }
    x
}

/// `x` with `l' x = b`: the system of the upper triangular transpose.
///
/// # Panics
/// When `l` is not square with a row for each element of `b`.
pub fn solve_upper(g: &mut Graph, l: &Matrix, b: &[Number]) -> Vec<Number> {
    assert_sizes(l, b.len());
    let mut x = vec![ZERO; b.len()];
    for i in (0..b.len()).rev() {
        let rest = subtract_products(g, b[i], (i + 1..b.len()).map(|j| (l.at(j, i), x[j])));
        x[i] = quotient(g, rest, l.at(i, i));
    }
    x
}

/// `x` with `l x = b`, column by column of `b`.
///
/// # Panics
/// When `l` is not square with as many rows as `b`.
pub fn solve_lower_matrix(g: &mut Graph, l: &Matrix, b: &Matrix) -> Matrix {
    by_column(b, |column| solve_lower(g, l, column))
}

/// `x` with `l' x = b`, column by column of `b`.
///
/// # Panics
/// When `l` is not square with as many rows as `b`.
pub fn solve_upper_matrix(g: &mut Graph, l: &Matrix, b: &Matrix) -> Matrix {
    by_column(b, |column| solve_upper(g, l, column))
}

/// `b / l`: `x` with `x l = b`.
///
/// # Panics
/// When `l` is not square with as many rows as `b` has columns.
pub fn solve_right_lower(g: &mut Graph, b: &Matrix, l: &Matrix) -> Matrix {
    solve_upper_matrix(g, l, &b.transpose()).transpose()
}

fn by_column(b: &Matrix, mut solve: impl FnMut(&[Number]) -> Vec<Number>) -> Matrix {
    let elements = (0..b.columns).flat_map(|j| solve(b.column(j))).collect();
    Matrix::new(b.rows, b.columns, elements)
}

fn assert_sizes(l: &Matrix, n: usize) {
    assert!(l.rows == n && l.columns == n, "{} by {} is no system of {n} equations", l.rows, l.columns);
}
