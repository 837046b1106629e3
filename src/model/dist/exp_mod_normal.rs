//! The exponentially modified normal distribution: the sum of a normal variate with mean `mu` and standard deviation
//! `sigma > 0` and an exponential one with rate `lambda > 0`.

use super::normal;
use super::terms::{not_negative, standard};
use super::variates;
use crate::ir::{Graph, Number, Unary};
use crate::rng::random::Random;

/// `ln(lambda) + v^2 / 2 - v z + ln Φ(z - v)` with `z = (y - mu) / sigma` and `v = lambda sigma`
pub fn log_density(g: &mut Graph, y: Number, mu: Number, sigma: Number, lambda: Number) -> Number {
    let sigma = not_negative(g, sigma);
    let z = standard(g, y, mu, sigma);
    let v = g.multiply(lambda, sigma);
    let below = g.subtract(z, v);
    let side = g.unary(Unary::LnPhi, below);
    let half = g.scale(0.5, v);
    let distance = g.subtract(half, z);
    let exponent = g.multiply(v, distance);
    let scale = g.unary(Unary::Ln, lambda);
    let shape = g.add(exponent, side);
    g.add(shape, scale)
}

/// A variate; NaN unless `sigma > 0` and `lambda > 0`.
pub fn simulate(random: &mut Random, mu: f64, sigma: f64, lambda: f64) -> f64 {
    normal::simulate(random, mu, sigma) + random.exponential() / variates::positive(lambda)
}
