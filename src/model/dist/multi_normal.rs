//! The multivariate normal distribution with mean `mu` and covariance `sigma`, symmetric and positive definite.

use super::multi_normal_cholesky;
use crate::ir::{Graph, Number};
use crate::model::linear::{Matrix, cholesky};
use crate::rng::random::Random;

/// `-(y - mu)' sigma^-1 (y - mu) / 2 - ln det sigma / 2 - K ln(2 pi) / 2`; NaN where the covariance is not positive
/// definite. Reads the lower triangle.
pub fn log_density(g: &mut Graph, y: &[Number], mu: &[Number], sigma: &Matrix) -> Number {
    let l = cholesky(g, sigma);
    multi_normal_cholesky::log_density(g, y, mu, &l)
}

/// A variate; NaN where the covariance, given column by column, is not positive definite.
///
/// # Panics
/// When `sigma` has not `K * K` elements.
pub fn simulate(random: &mut Random, mu: &[f64], sigma: &[f64]) -> Vec<f64> {
    multi_normal_cholesky::simulate(random, mu, &cholesky_of_known(mu.len(), sigma))
}

/// The Cholesky factor of known numbers, column by column; NaN where there is none.
pub(super) fn cholesky_of_known(size: usize, sigma: &[f64]) -> Vec<f64> {
    let elements = sigma.iter().map(|&x| Number::Known(x)).collect();
    let l = cholesky(&mut Graph::default(), &Matrix::new(size, size, elements));
    l.elements.iter().map(|x| x.known().expect("known numbers have a known factor")).collect()
}
