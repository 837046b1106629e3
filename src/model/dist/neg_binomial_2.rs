//! The negative binomial distribution with mean `mu >= 0` and precision `phi > 0`: the variance is `mu + mu^2 / phi`.

use super::neg_binomial;
use super::terms::{ZERO, from, ln_rising, not_negative, weighted};
use super::variates;
use crate::ir::{Graph, Number, Unary};
use crate::rng::random::Random;

/// `ln(Γ(n + phi) / (n! Γ(phi))) + n ln(mu / phi) - (n + phi) ln(1 + mu / phi)`; minus infinity for `n < 0`. Keeps its
/// digits for a large `phi`, near the Poisson distribution.
pub fn log_density(g: &mut Graph, n: Number, mu: Number, phi: Number) -> Number {
    let (mu, phi) = (not_negative(g, mu), not_negative(g, phi));
    let ratio = g.divide(mu, phi);
    let ln_ratio = g.unary(Unary::Ln, ratio);
    let ln_more = g.unary(Unary::Ln1p, ratio);
    let head = weighted(g, n, ln_ratio);
    shape(g, n, phi, head, ln_more)
}

/// The density of `n ln(mu / phi)` and `ln(1 + mu / phi)`.
pub(super) fn shape(g: &mut Graph, n: Number, phi: Number, head: Number, ln_more: Number) -> Number {
    let all = g.add(n, phi);
    let tail = g.multiply(all, ln_more);
    let shape = g.subtract(head, tail);
    let ways = ln_rising(g, phi, n);
    let density = g.add(shape, ways);
    from(g, ZERO, n, density)
}

/// A count; NaN unless `mu > 0` and `phi > 0`.
pub fn simulate(random: &mut Random, mu: f64, phi: f64) -> f64 {
    neg_binomial::simulate(random, phi, phi / variates::positive(mu))
}

/// Logarithms of the probabilities of a value at or below `n`, and above it; NaN where a parameter is out of its range.
pub fn log_tails(n: f64, mu: f64, phi: f64) -> [f64; 2] {
    neg_binomial::log_tails(n, phi, phi / variates::positive(mu))
}
