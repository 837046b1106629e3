//! The exponentially modified normal distribution: the sum of a normal variate with mean `mu` and standard deviation
//! `sigma > 0` and an exponential one with rate `lambda > 0`.

use super::normal;
use super::terms::{complement, exp, not_negative, standard};
use super::variates;
use crate::ir::{Binary, Graph, Number, Unary};
use crate::rng::random::Random;

/// `ln(lambda) + v^2 / 2 - v z + ln Φ(z - v)` with `z = (y - mu) / sigma` and `v = lambda sigma`
pub fn log_density(g: &mut Graph, y: Number, mu: Number, sigma: Number, lambda: Number) -> Number {
    let [_, shape] = later(g, y, mu, sigma, lambda);
    let scale = g.unary(Unary::Ln, lambda);
    g.add(shape, scale)
}

/// The chance of at most `y`.
pub fn cdf(g: &mut Graph, y: Number, mu: Number, sigma: Number, lambda: Number) -> Number {
    let log_cdf = log_cdf(g, y, mu, sigma, lambda);
    exp(g, log_cdf)
}

/// The logarithm of the chance of at most `y`: `Φ(z) - exp(v^2 / 2 - v z) Φ(z - v)`, two terms that cancel where `v` is small.
pub fn log_cdf(g: &mut Graph, y: Number, mu: Number, sigma: Number, lambda: Number) -> Number {
    let [z, later] = later(g, y, mu, sigma, lambda);
    let below = g.unary(Unary::LnPhi, z);
    let share = g.subtract(later, below);
    let rest = complement(g, share);
    g.add(below, rest)
}

/// The logarithm of the chance of more than `y`: `Φ(-z) + exp(v^2 / 2 - v z) Φ(z - v)`.
pub fn log_ccdf(g: &mut Graph, y: Number, mu: Number, sigma: Number, lambda: Number) -> Number {
    let [z, later] = later(g, y, mu, sigma, lambda);
    let minus = g.negate(z);
    let above = g.unary(Unary::LnPhi, minus);
    g.binary(Binary::LogAddExp, above, later)
}

/// `z`, and the logarithm of `exp(v^2 / 2 - v z) Φ(z - v)`: of the chance that the normal part is below `y` and the sum is not.
fn later(g: &mut Graph, y: Number, mu: Number, sigma: Number, lambda: Number) -> [Number; 2] {
    let sigma = not_negative(g, sigma);
    let z = standard(g, y, mu, sigma);
    let v = g.multiply(lambda, sigma);
    let below = g.subtract(z, v);
    let side = g.unary(Unary::LnPhi, below);
    let half = g.scale(0.5, v);
    let distance = g.subtract(half, z);
    let exponent = g.multiply(v, distance);
    [z, g.add(exponent, side)]
}

/// A variate; NaN unless `sigma > 0` and `lambda > 0`.
pub fn simulate(random: &mut Random, mu: f64, sigma: f64, lambda: f64) -> f64 {
    normal::simulate(random, mu, sigma) + random.exponential() / variates::positive(lambda)
}
