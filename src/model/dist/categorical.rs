//! The categorical distribution: outcome `y` of `1..=K` has the chance `theta[y]`; chances sum to 1.

use super::terms::{ONE, between, element};
use super::variates::position;
use crate::ir::{Graph, Number, Unary};
use crate::rng::random::Random;

/// `ln(theta[y])`, minus infinity for another `y`. That chances sum to 1 is not looked at.
///
/// # Panics
/// When there is no outcome.
pub fn log_density(g: &mut Graph, y: Number, theta: &[Number]) -> Number {
    let density = if theta.iter().any(|&chance| g.domain(chance).is_some()) {
        // One logarithm a row.
        let chance = element(g, y, theta);
        g.unary(Unary::Ln, chance)
    } else {
        let logarithms: Vec<Number> = theta.iter().map(|&chance| g.unary(Unary::Ln, chance)).collect();
        element(g, y, &logarithms)
    };
    between(g, ONE, y, Number::Known(theta.len() as f64), density)
}

/// An outcome; NaN unless all chances are at least 0 and one is more.
pub fn simulate(random: &mut Random, theta: &[f64]) -> f64 {
    position(random, theta).map_or(f64::NAN, |i| (i + 1) as f64)
}
