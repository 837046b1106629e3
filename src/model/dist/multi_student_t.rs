//! The multivariate Student t distribution with `nu > 0` degrees of freedom, location `mu` and scale matrix `sigma`,
//! symmetric and positive definite.

use super::chi_square;
use super::multi_normal::cholesky_of_known;
use super::multi_normal_cholesky::{deviation, squared_distance};
use super::terms::{LN_PI, not_negative};
use crate::ir::{Binary, Graph, Number, Unary};
use crate::model::linear::{Matrix, cholesky, log_determinant_of_cholesky};
use crate::rng::random::Random;

/// `-(nu + K) / 2 ln(1 + (y - mu)' sigma^-1 (y - mu) / nu) - ln det sigma / 2 - K ln(nu pi) / 2 + ln Γ(K / 2)
/// - ln B(nu / 2, K / 2)`; NaN where the scale matrix is not positive definite. Reads the lower triangle.
pub fn log_density(g: &mut Graph, y: &[Number], nu: Number, mu: &[Number], sigma: &Matrix) -> Number {
    let nu = not_negative(g, nu);
    let half_size = 0.5 * y.len() as f64;
    let l = cholesky(g, sigma);
    let distance = squared_distance(g, y, mu, &l);
    let ratio = g.divide(distance, nu);
    let tail = g.unary(Unary::Ln1p, ratio);
    let half = g.scale(0.5, nu);
    let power = g.add(half, Number::Known(half_size));
    let tail = g.multiply(power, tail);
    let ln_nu = g.unary(Unary::Ln, nu);
    let root = g.scale(half_size, ln_nu);
    let beta = g.binary(Binary::LnBeta, half, Number::Known(half_size));
    let scale = log_determinant_of_cholesky(g, &l);
    let normaliser = g.total(&[beta, root, scale]);
    let sum = g.add(tail, normaliser);
    let shape = g.negate(sum);
    let lgamma = g.unary(Unary::Lgamma, Number::Known(half_size));
    let constant = g.subtract(lgamma, Number::Known(half_size * LN_PI));
    g.add(shape, constant)
}

/// A variate; NaN unless `nu > 0` and the scale matrix, given column by column, is positive definite.
///
/// # Panics
/// When `sigma` has not `K * K` elements.
pub fn simulate(random: &mut Random, nu: f64, mu: &[f64], sigma: &[f64]) -> Vec<f64> {
    let root = (chi_square::simulate(random, nu) / nu).sqrt();
    let deviation = deviation(random, mu.len(), &cholesky_of_known(mu.len(), sigma));
    mu.iter().zip(deviation).map(|(mu, deviation)| mu + deviation / root).collect()
}
