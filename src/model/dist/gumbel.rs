//! The Gumbel distribution with location `mu` and scale `beta > 0`.

use super::terms::{exp, ln_happened, positive, standard};
use super::variates;
use crate::ir::{Graph, Number, Unary};
use crate::math::elementary::precise_ln;
use crate::rng::random::Random;

/// `-z - exp(-z) - ln(beta)` with `z = (y - mu) / beta`
pub fn log_density(g: &mut Graph, y: Number, mu: Number, beta: Number) -> Number {
    let minus_z = standard(g, mu, y, beta);
    let power = exp(g, minus_z);
    let shape = g.subtract(minus_z, power);
    let scale = g.unary(Unary::Ln, beta);
    g.subtract(shape, scale)
}

/// `exp(-exp(-z))`
pub fn cdf(g: &mut Graph, y: Number, mu: Number, beta: Number) -> Number {
    let log_cdf = log_cdf(g, y, mu, beta);
    exp(g, log_cdf)
}

/// `-exp(-z)`
pub fn log_cdf(g: &mut Graph, y: Number, mu: Number, beta: Number) -> Number {
    let beta = positive(g, beta);
    let minus_z = standard(g, mu, y, beta);
    let power = exp(g, minus_z);
    g.negate(power)
}

/// `ln(1 - exp(-exp(-z)))`
pub fn log_ccdf(g: &mut Graph, y: Number, mu: Number, beta: Number) -> Number {
    let beta = positive(g, beta);
    let minus_z = standard(g, mu, y, beta);
    let hazard = exp(g, minus_z);
    ln_happened(g, hazard, minus_z)
}

/// A variate; NaN unless `beta > 0`.
pub fn simulate(random: &mut Random, mu: f64, beta: f64) -> f64 {
    mu - variates::positive(beta) * precise_ln(random.exponential())
}
