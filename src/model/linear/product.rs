//! Products, and the forms made of them. Names and meanings as in the Stan Functions Reference 2.36, "Matrix
//! operations".

use super::matrix::Matrix;
use super::sparse::{ZERO, product};
use crate::ir::{Graph, Number};

/// `sum of x_i y_i`, from the left; 0 of nothing.
///
/// # Panics
/// When the lengths differ.
pub fn dot(g: &mut Graph, x: &[Number], y: &[Number]) -> Number {
    assert_eq!(x.len(), y.len(), "vectors of one length");
    if g.is_full() {
        return ZERO;
    }
    x.iter().zip(y).fold(ZERO, |sum, (&x, &y)| {
        let product = product(g, x, y);
        g.add(sum, product)
    })
}

/// `x y`.
///
/// # Panics
/// When `x` has not as many columns as `y` has rows.
pub fn multiply(g: &mut Graph, x: &Matrix, y: &Matrix) -> Matrix {
    assert_eq!(x.columns, y.rows, "inner sizes agree");
    if let (Some(left), Some(right)) = (x.as_known(), y.as_known()) {
        return multiply_known(x.rows, &left, y.columns, &right);
    }
    let rows: Vec<Vec<Number>> = (0..x.rows).map(|i| x.row(i)).collect();
    Matrix::from_fn(x.rows, y.columns, |i, j| dot(g, &rows[i], y.column(j)))
}

/// The same for large matrices of data: in the same order, without the graph.
fn multiply_known(rows: usize, left: &[f64], columns: usize, right: &[f64]) -> Matrix {
    let inner = left.len().checked_div(rows).unwrap_or(0);
    let mut elements = Vec::with_capacity(rows * columns);
    for j in 0..columns {
        let mut column = vec![0.0; rows];
        for k in 0..inner {
            let factor = right[j * inner + k];
            for (sum, x) in column.iter_mut().zip(&left[k * rows..(k + 1) * rows]) {
                *sum += x * factor;
            }
        }
        elements.extend(column.into_iter().map(Number::Known));
    }
    Matrix::new(rows, columns, elements)
}

/// `m x` for a vector `x`.
///
/// # Panics
/// When `m` has not as many columns as `x` has elements.
pub fn matrix_vector(g: &mut Graph, m: &Matrix, x: &[Number]) -> Vec<Number> {
    (0..m.rows).map(|i| dot(g, &m.row(i), x)).collect()
}

/// `x' x`
pub fn crossprod(g: &mut Graph, x: &Matrix) -> Matrix {
    Matrix::symmetric(x.columns, |i, j| dot(g, x.column(i), x.column(j)))
}

/// `x x'`
pub fn tcrossprod(g: &mut Graph, x: &Matrix) -> Matrix {
    crossprod(g, &x.transpose())
}

/// `l l'` for the lower triangle `l` of a matrix; what stands above it is not read.
pub fn multiply_lower_tri_self_transpose(g: &mut Graph, l: &Matrix) -> Matrix {
    let lower = Matrix::from_fn(l.rows, l.columns, |i, j| if i >= j { l.at(i, j) } else { ZERO });
    tcrossprod(g, &lower)
}

/// `b' a b`.
///
/// # Panics
/// When `a` is not square with as many rows as `b`.
pub fn quad_form(g: &mut Graph, a: &Matrix, b: &Matrix) -> Matrix {
    let ab = multiply(g, a, b);
    multiply(g, &b.transpose(), &ab)
}

/// `b' a b` for a symmetric `a`: exactly symmetric itself.
///
/// # Panics
/// When `a` is not square with as many rows as `b`.
pub fn quad_form_sym(g: &mut Graph, a: &Matrix, b: &Matrix) -> Matrix {
    let ab = multiply(g, a, b);
    Matrix::symmetric(b.columns, |i, j| dot(g, b.column(i), ab.column(j)))
}

/// `diag(v) m diag(v)`.
///
/// # Panics
/// When `m` is not square with a row for each element of `v`.
pub fn quad_form_diag(g: &mut Graph, m: &Matrix, v: &[Number]) -> Matrix {
    let scaled = diag_pre_multiply(g, v, m);
    diag_post_multiply(g, &scaled, v)
}

/// The trace of `b' a b`.
///
/// # Panics
/// When `a` is not square with as many rows as `b`.
pub fn trace_quad_form(g: &mut Graph, a: &Matrix, b: &Matrix) -> Number {
    let ab = multiply(g, a, b);
    dot(g, &b.elements, &ab.elements)
}

/// `diag(v) m`.
///
/// # Panics
/// When `m` has not a row for each element of `v`.
pub fn diag_pre_multiply(g: &mut Graph, v: &[Number], m: &Matrix) -> Matrix {
    assert_eq!(v.len(), m.rows, "one factor per row");
    Matrix::from_fn(m.rows, m.columns, |i, j| product(g, v[i], m.at(i, j)))
}

/// `m diag(v)`.
///
/// # Panics
/// When `m` has not a column for each element of `v`.
pub fn diag_post_multiply(g: &mut Graph, m: &Matrix, v: &[Number]) -> Matrix {
    assert_eq!(v.len(), m.columns, "one factor per column");
    Matrix::from_fn(m.rows, m.columns, |i, j| product(g, m.at(i, j), v[j]))
}
