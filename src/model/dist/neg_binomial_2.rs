//! The negative binomial distribution with mean `mu >= 0` and precision `phi > 0`: the variance is `mu + mu^2 / phi`.

use super::counts::{self, Ratios, Tails};
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

/// The chance of at most `n` events. `n` is data.
pub fn cdf(g: &mut Graph, n: Number, mu: Number, phi: Number) -> Number {
    tails(g, n, mu, phi).cdf(g)
}

/// The logarithm of the chance of at most `n` events, minus infinity for `n < 0`. `n` is data. The cost is a term for
/// each count up to the largest.
///
/// # Panics
/// When a count is not known from data.
pub fn log_cdf(g: &mut Graph, n: Number, mu: Number, phi: Number) -> Number {
    tails(g, n, mu, phi).log_cdf
}

/// The logarithm of the chance of more than `n` events, 0 for `n < 0`. `n` is data. The cost is as above.
///
/// # Panics
/// When a count is not known from data.
pub fn log_ccdf(g: &mut Graph, n: Number, mu: Number, phi: Number) -> Number {
    tails(g, n, mu, phi).log_ccdf
}

/// Both tails. One more event comes before the end with the chance `mu / (mu + phi)`.
fn tails(g: &mut Graph, n: Number, mu: Number, phi: Number) -> Tails {
    let (mu, phi) = (not_negative(g, mu), not_negative(g, phi));
    let ratios = |g: &mut Graph| {
        let all = g.add(mu, phi);
        let scale = g.divide(mu, all);
        Ratios { scale, rate: g.multiply(phi, scale) }
    };
    counts::without_end(g, n, ratios, |g, k| log_density(g, k, mu, phi))
}

/// A count; NaN unless `mu > 0` and `phi > 0`.
pub fn simulate(random: &mut Random, mu: f64, phi: f64) -> f64 {
    neg_binomial::simulate(random, phi, phi / variates::positive(mu))
}

/// Logarithms of the probabilities of a value at or below `n`, and above it; NaN where a parameter is out of its range.
pub fn log_tails(n: f64, mu: f64, phi: f64) -> [f64; 2] {
    neg_binomial::log_tails(n, phi, phi / variates::positive(mu))
}
