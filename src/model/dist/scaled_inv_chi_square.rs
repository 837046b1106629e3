//! The scaled inverse chi-square distribution with `nu > 0` degrees of freedom and scale `sigma > 0`; `y > 0`.

use super::inv_gamma;
use super::terms::not_negative;
use super::variates;
use crate::ir::{Graph, Number, Unary};
use crate::rng::random::Random;

/// The inverse gamma density with shape `nu / 2` and scale `nu sigma^2 / 2`.
pub fn log_density(g: &mut Graph, y: Number, nu: Number, sigma: Number) -> Number {
    let sigma = not_negative(g, sigma);
    let alpha = g.scale(0.5, nu);
    let square = g.unary(Unary::Square, sigma);
    let beta = g.multiply(alpha, square);
    inv_gamma::log_density(g, y, alpha, beta)
}

/// A variate; NaN unless `nu > 0` and `sigma > 0`.
pub fn simulate(random: &mut Random, nu: f64, sigma: f64) -> f64 {
    let sigma = variates::positive(sigma);
    inv_gamma::simulate(random, 0.5 * nu, 0.5 * nu * sigma * sigma)
}

/// Logarithms of the probabilities of a value at or below `y`, and above it; NaN where a parameter is out of its range.
pub fn log_tails(y: f64, nu: f64, sigma: f64) -> [f64; 2] {
    inv_gamma::log_tails(y, 0.5 * nu, 0.5 * nu * variates::positive(sigma).powi(2))
}
