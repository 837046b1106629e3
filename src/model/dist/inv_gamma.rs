//! The inverse gamma distribution with shape `alpha > 0` and scale `beta > 0`; `y > 0`.

use super::gamma::{self, normaliser};
use super::terms::{ONE, above_zero};
use super::variates;
use crate::ir::{Graph, Number, Unary};
use crate::math::incomplete::{Positive, ln_gamma_tails};
use crate::rng::random::Random;

/// `-(alpha + 1) ln(y) - beta / y + alpha ln(beta) - ln Γ(alpha)`; minus infinity unless `y > 0`.
pub fn log_density(g: &mut Graph, y: Number, alpha: Number, beta: Number) -> Number {
    let ln_y = g.unary(Unary::Ln, y);
    let power = g.add(alpha, ONE);
    let head = g.multiply(power, ln_y);
    let inverse = g.divide(ONE, y);
    let tail = g.multiply(beta, inverse);
    let sum = g.add(head, tail);
    let shape = g.negate(sum);
    let normaliser = normaliser(g, alpha, beta);
    let density = g.subtract(shape, normaliser);
    above_zero(g, y, density)
}

/// A variate; NaN unless `alpha > 0` and `beta > 0`.
pub fn simulate(random: &mut Random, alpha: f64, beta: f64) -> f64 {
    1.0 / gamma::simulate(random, alpha, beta)
}

/// Logarithms of the probabilities of a value at or below `y`, and above it; NaN where a parameter is out of its range.
pub fn log_tails(y: f64, alpha: f64, beta: f64) -> [f64; 2] {
    let y = if y < 0.0 { 0.0 } else { y };
    let ratio = Positive::product(&[(variates::positive(beta), 1.0), (y, -1.0)]);
    let [below, above] = ln_gamma_tails(alpha, ratio);
    [above, below]
}
