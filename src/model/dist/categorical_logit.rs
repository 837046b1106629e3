//! The categorical distribution whose outcome `y` of `1..=K` has a chance in proportion to `exp(beta[y])`.

use super::categorical;
use super::terms::{ONE, between, element, log_sum_exp};
use super::variates::softmax_weights;
use crate::ir::{Graph, Number};
use crate::rng::random::Random;

/// `beta[y] - ln sum exp(beta)`, minus infinity for another `y`.
///
/// # Panics
/// When there is no outcome.
pub fn log_density(g: &mut Graph, y: Number, beta: &[Number]) -> Number {
    let chosen = element(g, y, beta);
    let total = log_sum_exp(g, beta);
    let density = g.subtract(chosen, total);
    between(g, ONE, y, Number::Known(beta.len() as f64), density)
}

/// An outcome; NaN if an argument is.
pub fn simulate(random: &mut Random, beta: &[f64]) -> f64 {
    categorical::simulate(random, &softmax_weights(beta))
}
