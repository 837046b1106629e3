//! The inverse chi-square distribution with `nu > 0` degrees of freedom; `y > 0`.

use super::inv_gamma;
use crate::ir::{Graph, Number};
use crate::rng::random::Random;

/// The inverse gamma density with shape `nu / 2` and scale `1 / 2`.
pub fn log_density(g: &mut Graph, y: Number, nu: Number) -> Number {
    let alpha = g.scale(0.5, nu);
    inv_gamma::log_density(g, y, alpha, Number::Known(0.5))
}

/// A variate; NaN unless `nu > 0`.
pub fn simulate(random: &mut Random, nu: f64) -> f64 {
    inv_gamma::simulate(random, 0.5 * nu, 0.5)
}

/// Logarithms of the probabilities of a value at or below `y`, and above it; NaN where a parameter is out of its range.
pub fn log_tails(y: f64, nu: f64) -> [f64; 2] {
    inv_gamma::log_tails(y, 0.5 * nu, 0.5)
}
