//! The ordered probit distribution: outcome `y` of `1..=K` says between which of the `K - 1` increasing cutpoints a
//! normal variate around `eta` lies.

use super::terms::{BEYOND, ONE, between, complement, element};
use super::{normal, variates};
use crate::ir::{Graph, Number, Unary};
use crate::rng::random::Random;

/// `ln(Φ(high - eta) - Φ(low - eta))` for the cutpoints on either side of the outcome, of the two tails the smaller;
/// minus infinity for another `y`, NaN where cutpoints decrease.
pub fn log_density(g: &mut Graph, y: Number, eta: Number, cutpoints: &[Number]) -> Number {
    let lows: Vec<Number> = std::iter::once(Number::Known(-BEYOND)).chain(cutpoints.iter().copied()).collect();
    let highs: Vec<Number> = cutpoints.iter().copied().chain([Number::Known(BEYOND)]).collect();
    let (low, high) = (element(g, y, &lows), element(g, y, &highs));
    let (low, high) = (g.subtract(low, eta), g.subtract(high, eta));
    // An interval in the upper half is mirrored.
    let (minus_low, minus_high) = (g.negate(low), g.negate(high));
    let near = g.select(high, minus_low, high, minus_low);
    let far = g.select(high, minus_low, low, minus_high);
    let (near, far) = (g.unary(Unary::LnPhi, near), g.unary(Unary::LnPhi, far));
    let ratio = g.subtract(far, near);
    let share = complement(g, ratio);
    let density = g.add(near, share);
    // A mirrored interval that is upside down would pass for another.
    let density = g.select(high, low, Number::Known(f64::NAN), density);
    between(g, ONE, y, Number::Known(highs.len() as f64), density)
}

/// An outcome; NaN if an argument is, or cutpoints do not increase.
pub fn simulate(random: &mut Random, eta: f64, cutpoints: &[f64]) -> f64 {
    let latent = normal::simulate(random, eta, 1.0);
    variates::interval(latent, cutpoints)
}
