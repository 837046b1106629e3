//! The beta-binomial distribution: `n` successes among `trials`, whose chance is beta distributed with shapes
//! `alpha > 0` and `beta > 0`.

use super::counts::{self, Tails};
use super::terms::{ZERO, between, ln_rising, not_negative};
use super::{beta, binomial};
use crate::ir::{Graph, Number};
use crate::rng::random::Random;

/// `ln choose(trials, n) + ln B(n + alpha, trials - n + beta) - ln B(alpha, beta)`; minus infinity unless
/// `0 <= n <= trials`. Written with rising factorials over factorials, in which large shapes do not cancel.
pub fn log_density(g: &mut Graph, n: Number, trials: Number, alpha: Number, beta: Number) -> Number {
    let (alpha, beta) = (not_negative(g, alpha), not_negative(g, beta));
    let failures = g.subtract(trials, n);
    let both = g.add(alpha, beta);
    let (up, down, all) = (ln_rising(g, alpha, n), ln_rising(g, beta, failures), ln_rising(g, both, trials));
    let ways = g.add(up, down);
    let density = g.subtract(ways, all);
    between(g, ZERO, n, trials, density)
}

/// The chance of at most `n` successes. `n` and `trials` are data.
pub fn cdf(g: &mut Graph, n: Number, trials: Number, alpha: Number, beta: Number) -> Number {
    tails(g, n, trials, alpha, beta).cdf(g)
}

/// The logarithm of the chance of at most `n` successes, minus infinity for `n < 0`. `n` and `trials` are data. The
/// cost is a term for each of the trials.
///
/// # Panics
/// When a count is not known from data.
pub fn log_cdf(g: &mut Graph, n: Number, trials: Number, alpha: Number, beta: Number) -> Number {
    tails(g, n, trials, alpha, beta).log_cdf
}

/// The logarithm of the chance of more than `n` successes, 0 for `n < 0`. `n` and `trials` are data. The cost is as
/// above.
///
/// # Panics
/// When a count is not known from data.
pub fn log_ccdf(g: &mut Graph, n: Number, trials: Number, alpha: Number, beta: Number) -> Number {
    tails(g, n, trials, alpha, beta).log_ccdf
}

/// Both tails.
fn tails(g: &mut Graph, n: Number, trials: Number, alpha: Number, beta: Number) -> Tails {
    counts::of_trials(g, n, trials, |g, k| log_density(g, k, trials, alpha, beta))
}

/// A count; NaN unless `trials` is one, `alpha > 0` and `beta > 0`.
pub fn simulate(random: &mut Random, trials: f64, alpha: f64, beta: f64) -> f64 {
    let theta = beta::simulate(random, alpha, beta);
    binomial::simulate(random, trials, theta)
}
