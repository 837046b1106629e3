//! The LKJ distribution with shape `eta > 0` of correlation matrices.

use super::lkj_corr_cholesky::log_normaliser;
use super::terms::ONE;
use crate::ir::{Graph, Number};
use crate::model::linear::{Matrix, cholesky, log_determinant_of_cholesky};

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
