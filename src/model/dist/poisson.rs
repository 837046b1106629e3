//! The Poisson distribution with rate `lambda >= 0`; `n` is a count.

use super::binomial;
use super::counts::{self, Ratios, Tails};
use super::terms::{ZERO, from, ln_factorial, not_negative, weighted};
use crate::ir::{Graph, Number, Unary};
use crate::rng::random::Random;

/// `n ln(lambda) - lambda - ln n!`; minus infinity for `n < 0`.
pub fn log_density(g: &mut Graph, n: Number, lambda: Number) -> Number {
    let lambda = not_negative(g, lambda);
    let ln_lambda = g.unary(Unary::Ln, lambda);
    let head = weighted(g, n, ln_lambda);
    let shape = g.subtract(head, lambda);
    let ways = ln_factorial(g, n);
    let density = g.subtract(shape, ways);
    from(g, ZERO, n, density)
}

/// The chance of at most `n` events. `n` is data.
pub fn cdf(g: &mut Graph, n: Number, lambda: Number) -> Number {
    tails(g, n, lambda).cdf(g)
}

/// The logarithm of the chance of at most `n` events, minus infinity for `n < 0`. `n` is data. The cost is a term for
/// each count up to the largest.
///
/// # Panics
/// When a count is not known from data.
pub fn log_cdf(g: &mut Graph, n: Number, lambda: Number) -> Number {
    tails(g, n, lambda).log_cdf
}

/// The logarithm of the chance of more than `n` events, 0 for `n < 0`. `n` is data. The cost is as above.
///
/// # Panics
/// When a count is not known from data.
pub fn log_ccdf(g: &mut Graph, n: Number, lambda: Number) -> Number {
    tails(g, n, lambda).log_ccdf
}

/// Both tails.
fn tails(g: &mut Graph, n: Number, lambda: Number) -> Tails {
    let lambda = not_negative(g, lambda);
    counts::without_end(g, n, |_| Ratios { scale: ZERO, rate: lambda }, |g, k| log_density(g, k, lambda))
}

/// A count; NaN unless `lambda >= 0` and finite.
///
/// The `m`th event of a Poisson process comes after a gamma time: if that is past, `m` events and a shorter rest, else
/// the `m - 1` earlier ones fall uniformly (Ahrens and Dieter, "Computer methods for sampling from gamma, beta,
/// Poisson and binomial distributions", 1974). The last few events are waited for one by one.
pub fn simulate(random: &mut Random, lambda: f64) -> f64 {
    const FEW: f64 = 16.0;
    if !(0.0..f64::INFINITY).contains(&lambda) {
        return f64::NAN;
    }
    let (mut events, mut rest) = (0.0, lambda);
    while rest > FEW {
        let many = (rest * 0.875).floor();
        let time = random.gamma(many);
        if time > rest {
            return events + binomial::simulate(random, many - 1.0, rest / time);
        }
        events += many;
        rest -= time;
    }
    rest -= random.exponential();
    while rest >= 0.0 {
        events += 1.0;
        rest -= random.exponential();
    }
    events
}
