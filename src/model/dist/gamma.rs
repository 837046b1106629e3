//! The gamma distribution with shape `alpha > 0` and rate (inverse scale) `beta > 0`; `y >= 0`.

use super::terms::{ONE, ZERO, from, not_negative, weighted};
use super::variates;
use crate::ir::{Graph, Number, Unary};
use crate::math::incomplete::{Positive, ln_gamma_tails};
use crate::rng::random::Random;

/// `(alpha - 1) ln(y) - beta y + alpha ln(beta) - ln Γ(alpha)`; minus infinity for `y < 0`.
pub fn log_density(g: &mut Graph, y: Number, alpha: Number, beta: Number) -> Number {
    let ln_y = g.unary(Unary::Ln, y);
    let power = g.subtract(alpha, ONE);
    let head = weighted(g, power, ln_y);
    let tail = g.multiply(beta, y);
    let shape = g.subtract(head, tail);
    let normaliser = normaliser(g, alpha, beta);
    let density = g.subtract(shape, normaliser);
    from(g, ZERO, y, density)
}

/// `ln Γ(alpha) - alpha ln(beta)`; NaN for negative ones.
pub(super) fn normaliser(g: &mut Graph, alpha: Number, beta: Number) -> Number {
    let alpha = not_negative(g, alpha);
    let lgamma = g.unary(Unary::Lgamma, alpha);
    let ln_beta = g.unary(Unary::Ln, beta);
    let scale = g.multiply(alpha, ln_beta);
    g.subtract(lgamma, scale)
}

/// A variate; NaN unless `alpha > 0` and `beta > 0`.
pub fn simulate(random: &mut Random, alpha: f64, beta: f64) -> f64 {
    random.gamma(alpha) / variates::positive(beta)
}

/// Logarithms of the probabilities of a value at or below `y`, and above it; NaN where a parameter is out of its range.
pub fn log_tails(y: f64, alpha: f64, beta: f64) -> [f64; 2] {
    let y = if y < 0.0 { 0.0 } else { y };
    ln_gamma_tails(alpha, Positive::product(&[(variates::positive(beta), 1.0), (y, 1.0)]))
}
