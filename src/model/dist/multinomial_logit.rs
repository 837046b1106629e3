//! The multinomial distribution with chances in proportion to `exp(gamma)`.

use super::multinomial::{self, ln_arrangements};
use super::terms::{log_sum_exp, supported};
use super::variates::softmax_weights;
use crate::ir::{Graph, Number};
use crate::rng::random::Random;

/// `ln((sum y)! / prod y!) + sum y (gamma - ln sum exp(gamma))`; minus infinity where a count is negative.
pub fn log_density(g: &mut Graph, y: &[Number], gamma: &[Number]) -> Number {
    let total = log_sum_exp(g, gamma);
    let terms: Vec<Number> = y
        .iter()
        .zip(gamma)
        .map(|(&y, &gamma)| {
            let logarithm = g.subtract(gamma, total);
            g.multiply(y, logarithm)
        })
        .collect();
    let shape = g.total(&terms);
    let ways = ln_arrangements(g, y);
    let density = g.add(shape, ways);
    supported(g, y, density)
}

/// Counts that sum to `count`; NaN unless that is a count and arguments are numbers.
pub fn simulate(random: &mut Random, gamma: &[f64], count: f64) -> Vec<f64> {
    multinomial::simulate(random, &softmax_weights(gamma), count)
}
