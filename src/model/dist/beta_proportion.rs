//! The beta distribution with mean `0 < mu < 1` and precision `kappa > 0`; `0 <= y <= 1`.

use super::beta;
use super::terms::ONE;
use crate::ir::{Graph, Number};
use crate::rng::random::Random;

/// The beta density with shapes `mu kappa` and `(1 - mu) kappa`.
pub fn log_density(g: &mut Graph, y: Number, mu: Number, kappa: Number) -> Number {
    let alpha = g.multiply(mu, kappa);
    let rest = g.subtract(ONE, mu);
    let beta = g.multiply(rest, kappa);
    beta::log_density(g, y, alpha, beta)
}

/// A variate; NaN unless `0 < mu < 1` and `kappa > 0`.
pub fn simulate(random: &mut Random, mu: f64, kappa: f64) -> f64 {
    beta::simulate(random, mu * kappa, (1.0 - mu) * kappa)
}

/// Logarithms of the probabilities of a value at or below `y`, and above it; NaN where a parameter is out of its range.
pub fn log_tails(y: f64, mu: f64, kappa: f64) -> [f64; 2] {
    beta::log_tails(y, mu * kappa, (1.0 - mu) * kappa)
}
