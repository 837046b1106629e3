//! The ordered logistic distribution: outcome `y` of `1..=K` says between which of the `K - 1` increasing cutpoints a
//! logistic variate around `eta` lies.

use super::terms::{BEYOND, ONE, between, complement, element};
use super::{logistic, variates};
use crate::ir::{Graph, Number, Unary};
use crate::rng::random::Random;

/// With the cutpoints `low` and `high` on either side of the outcome,
/// `-ln(1 + exp(low - eta)) - ln(1 + exp(eta - high)) + ln(1 - exp(low - high))`; minus infinity for another `y`, NaN
/// where cutpoints decrease.
pub fn log_density(g: &mut Graph, y: Number, eta: Number, cutpoints: &[Number]) -> Number {
    let lows: Vec<Number> = std::iter::once(Number::Known(-BEYOND)).chain(cutpoints.iter().copied()).collect();
    let highs: Vec<Number> = cutpoints.iter().copied().chain([Number::Known(BEYOND)]).collect();
    let gaps: Vec<Number> = lows
        .iter()
        .zip(&highs)
        .map(|(&low, &high)| {
            let gap = g.subtract(low, high);
            complement(g, gap)
        })
        .collect();
    let (low, high, gap) = (element(g, y, &lows), element(g, y, &highs), element(g, y, &gaps));
    let (below, above) = (g.subtract(low, eta), g.subtract(eta, high));
    let (below, above) = (g.unary(Unary::Log1pExp, below), g.unary(Unary::Log1pExp, above));
    let inside = g.subtract(gap, below);
    let density = g.subtract(inside, above);
    between(g, ONE, y, Number::Known(highs.len() as f64), density)
}

/// An outcome; NaN if an argument is, or cutpoints do not increase.
pub fn simulate(random: &mut Random, eta: f64, cutpoints: &[f64]) -> f64 {
    let latent = logistic::simulate(random, eta, 1.0);
    variates::interval(latent, cutpoints)
}
