//! The LKJ distribution with shape `eta > 0` of correlation matrices.

use super::lkj_corr_cholesky;
use super::lkj_corr_cholesky::log_normaliser;
use super::terms::ONE;
use crate::ir::{Graph, Number};
use crate::model::linear::{Matrix, cholesky, log_determinant_of_cholesky};
use crate::rng::random::Random;

/// `(eta - 1) ln det y`, normalised; NaN where the matrix is not positive definite. Reads the lower triangle; that the
/// diagonal is 1 is not looked at.
pub fn log_density(g: &mut Graph, y: &Matrix, eta: Number) -> Number {
    let normaliser = log_normaliser(g, y.rows, eta);
    let l = cholesky(g, y);
    let half = log_determinant_of_cholesky(g, &l);
    let log_determinant = g.scale(2.0, half);
    let power = g.subtract(eta, ONE);
    let shape = g.multiply(power, log_determinant);
    g.add(shape, normaliser)
}

/// A variate, column by column; NaN unless `eta > 0`.
pub fn simulate(random: &mut Random, size: usize, eta: f64) -> Vec<f64> {
    let l = lkj_corr_cholesky::simulate(random, size, eta);
    let at = |i: usize, j: usize| (0..=i.min(j)).map(|k| l[i + k * size] * l[j + k * size]).sum::<f64>();
    let invalid = l.iter().any(|x| x.is_nan());
    // Rows of the factor have unit length; the diagonal says so exactly.
    let element = |i: usize, j: usize| if i == j && !invalid { 1.0 } else { at(i, j) };
    (0..size * size).map(|k| element(k % size, k / size)).collect()
}
