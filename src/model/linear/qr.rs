//! Orthogonal and upper triangular factors of known matrices, such as the design matrix of a regression.
//!
//! By Householder reflections (Golub and Van Loan 2013, "Matrix Computations", algorithm 5.2.1), in plain `f64`. As in
//! Stan (Functions Reference 2.36, "QR decomposition"), signs are such that the diagonal of `r` is not negative.

use super::matrix::Matrix;
use crate::ir::Number;

/// The factors of a matrix `a = q r`.
#[derive(Clone, Debug)]
pub struct Qr {
    rows: usize,
    columns: usize,
    /// `r` on and above the diagonal, column after column.
    reduced: Vec<f64>,
    /// The reflections `I - 2 v v' / v'v`, in order; the `k`th moves elements from `k` on. Empty: the identity.
    reflections: Vec<Vec<f64>>,
}

/// Factors a matrix; `None` where data alone do not give it.
pub fn qr(a: &Matrix) -> Option<Qr> {
    let mut reduced = a.as_known()?;
    let mut reflections = Vec::new();
    for k in 0..a.rows.min(a.columns) {
        let v = reflection(&reduced[k * a.rows + k..(k + 1) * a.rows]);
        for column in reduced.chunks_mut(a.rows).skip(k) {
            reflect(&v, &mut column[k..]);
        }
        reflections.push(v);
    }
    Some(Qr { rows: a.rows, columns: a.columns, reduced, reflections })
}

impl Qr {
    /// The first `min(rows, columns)` columns of `q`.
    pub fn thin_q(&self) -> Matrix {
        self.columns_of_q(self.reflections.len())
    }

    /// The first `min(rows, columns)` rows of `r`.
    pub fn thin_r(&self) -> Matrix {
        self.rows_of_r(self.reflections.len())
    }

    /// The whole `q`, with as many columns as rows.
    pub fn q(&self) -> Matrix {
        self.columns_of_q(self.rows)
    }

    /// The whole `r`, with as many rows as the matrix.
    pub fn r(&self) -> Matrix {
        self.rows_of_r(self.rows)
    }

    fn columns_of_q(&self, columns: usize) -> Matrix {
        let mut elements = vec![0.0; self.rows * columns];
        for (j, column) in elements.chunks_mut(self.rows.max(1)).enumerate() {
            column[j] = if j < self.reflections.len() { self.sign(j) } else { 1.0 };
            for (k, v) in self.reflections.iter().enumerate().rev() {
                reflect(v, &mut column[k..]);
            }
        }
        Matrix::from_known(self.rows, columns, &elements)
    }

    fn rows_of_r(&self, rows: usize) -> Matrix {
        Matrix::from_fn(rows, self.columns, |i, j| {
            let above = i <= j && i < self.reflections.len();
            Number::Known(if above { self.sign(i) * self.reduced[j * self.rows + i] } else { 0.0 })
        })
    }

    /// What makes the diagonal of `r` positive in row `i`.
    fn sign(&self, i: usize) -> f64 {
        if self.reduced[i * self.rows + i] < 0.0 { -1.0 } else { 1.0 }
    }
}

/// The `v` whose reflection moves `x` onto its first axis; empty where it is there.
fn reflection(x: &[f64]) -> Vec<f64> {
    let norm = norm(x);
    if norm == 0.0 || x[1..].iter().all(|&x| x == 0.0) {
        return Vec::new();
    }
    // Away from the sign of the first element, so that nothing cancels; of length about 1, so that squares are safe.
    let mut v: Vec<f64> = x.iter().map(|x| x / norm).collect();
    v[0] += if x[0] < 0.0 { -1.0 } else { 1.0 };
    v
}

/// The Euclidean norm, without overflow.
fn norm(x: &[f64]) -> f64 {
    let largest = x.iter().fold(0.0, |largest: f64, x| largest.max(x.abs()));
    if largest == 0.0 { 0.0 } else { largest * x.iter().map(|x| (x / largest).powi(2)).sum::<f64>().sqrt() }
}

/// `x - 2 v (v'x) / (v'v)`
fn reflect(v: &[f64], x: &mut [f64]) {
    let squared: f64 = v.iter().map(|v| v * v).sum();
    let along: f64 = v.iter().zip(&*x).map(|(v, x)| v * x).sum();
    for (x, v) in x.iter_mut().zip(v) {
        *x -= 2.0 * along / squared * v;
    }
}
