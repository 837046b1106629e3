//! The negative binomial distribution with shape `alpha > 0` and inverse scale `beta > 0`: a Poisson count whose rate
//! is gamma distributed.

use super::counts::{self, Ratios, Tails};
use super::terms::{ONE, ZERO, from, ln_rising, not_negative};
use super::variates;
use super::{gamma, poisson};
use crate::ir::{Graph, Number, Unary};
use crate::math::incomplete::ln_beta_tails;
use crate::rng::random::Random;

/// `ln(Γ(n + alpha) / (n! Γ(alpha))) - alpha ln(1 + 1 / beta) - n ln(1 + beta)`; minus infinity for `n < 0`.
pub fn log_density(g: &mut Graph, n: Number, alpha: Number, beta: Number) -> Number {
    let (alpha, beta) = (not_negative(g, alpha), not_negative(g, beta));
    let inverse = g.divide(ONE, beta);
    let ln_none = g.unary(Unary::Ln1p, inverse);
    let ln_one = g.unary(Unary::Ln1p, beta);
    let (none, some) = (g.multiply(alpha, ln_none), g.multiply(n, ln_one));
    let ways = ln_rising(g, alpha, n);
    let shape = g.subtract(ways, some);
    let density = g.subtract(shape, none);
    from(g, ZERO, n, density)
}

/// The chance of at most `n` events. `n` is data.
pub fn cdf(g: &mut Graph, n: Number, alpha: Number, beta: Number) -> Number {
    tails(g, n, alpha, beta).cdf(g)
}

/// The logarithm of the chance of at most `n` events, minus infinity for `n < 0`. `n` is data. The cost is a term for
/// each count up to the largest.
///
/// # Panics
/// When a count is not known from data.
pub fn log_cdf(g: &mut Graph, n: Number, alpha: Number, beta: Number) -> Number {
    tails(g, n, alpha, beta).log_cdf
}

/// The logarithm of the chance of more than `n` events, 0 for `n < 0`. `n` is data. The cost is as above.
///
/// # Panics
/// When a count is not known from data.
pub fn log_ccdf(g: &mut Graph, n: Number, alpha: Number, beta: Number) -> Number {
    tails(g, n, alpha, beta).log_ccdf
}

/// Both tails. One more event comes before the end with the chance `1 / (1 + beta)`.
fn tails(g: &mut Graph, n: Number, alpha: Number, beta: Number) -> Tails {
    let (alpha, beta) = (not_negative(g, alpha), not_negative(g, beta));
    let ratios = |g: &mut Graph| {
        let more = g.add(beta, ONE);
        let scale = g.divide(ONE, more);
        Ratios { scale, rate: g.multiply(alpha, scale) }
    };
    counts::without_end(g, n, ratios, |g, k| log_density(g, k, alpha, beta))
}

/// A count; NaN unless `alpha > 0` and `beta > 0`.
pub fn simulate(random: &mut Random, alpha: f64, beta: f64) -> f64 {
    let rate = gamma::simulate(random, alpha, beta);
    poisson::simulate(random, rate)
}

/// Logarithms of the probabilities of a value at or below `n`, and above it; NaN where a parameter is out of its range.
pub fn log_tails(n: f64, alpha: f64, beta: f64) -> [f64; 2] {
    let beta = variates::positive(beta);
    let more = beta + 1.0;
    if n < 0.0 && alpha > 0.0 && beta > 0.0 {
        return [f64::NEG_INFINITY, 0.0];
    }
    ln_beta_tails((beta / more).into(), (1.0 / more).into(), alpha, n.floor() + 1.0)
}
