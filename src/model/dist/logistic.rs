//! The logistic distribution with location `mu` and scale `sigma > 0`.

use std::f64::consts::LN_2;

use super::terms::{positive, standard};
use super::variates;
use crate::ir::{Graph, Number, Unary};
use crate::math::elementary::precise_ln;
use crate::rng::random::Random;

/// `-z - 2 ln(1 + exp(-z)) - ln(sigma)` with `z = (y - mu) / sigma`, as `-2 ln cosh(z / 2) - 2 ln(2) - ln(sigma)`
pub fn log_density(g: &mut Graph, y: Number, mu: Number, sigma: Number) -> Number {
    let z = standard(g, y, mu, sigma);
    let half = g.scale(0.5, z);
    let ln_cosh = g.unary(Unary::LnCosh, half);
    let exponent = g.scale(-2.0, ln_cosh);
    let scale = g.unary(Unary::Ln, sigma);
    let shape = g.subtract(exponent, scale);
    g.add(shape, Number::Known(-2.0 * LN_2))
}

/// `1 / (1 + exp(-z))`
pub fn cdf(g: &mut Graph, y: Number, mu: Number, sigma: Number) -> Number {
    let sigma = positive(g, sigma);
    let z = standard(g, y, mu, sigma);
    g.unary(Unary::InvLogit, z)
}

/// `-ln(1 + exp(-z))`
pub fn log_cdf(g: &mut Graph, y: Number, mu: Number, sigma: Number) -> Number {
    log_ccdf(g, mu, y, sigma)
}

/// `-ln(1 + exp(z))`
pub fn log_ccdf(g: &mut Graph, y: Number, mu: Number, sigma: Number) -> Number {
    let sigma = positive(g, sigma);
    let z = standard(g, y, mu, sigma);
    let softplus = g.unary(Unary::Log1pExp, z);
    g.negate(softplus)
}

/// A variate, as the logarithm of a ratio of exponential ones; NaN unless `sigma > 0`.
pub fn simulate(random: &mut Random, mu: f64, sigma: f64) -> f64 {
    mu + variates::positive(sigma) * precise_ln(random.exponential() / random.exponential())
}
