//! The binomial distribution: `n` successes among `trials`, each with the chance `0 <= theta <= 1`.

use super::beta;
use super::counts::{self, Tails};
use super::terms::{ZERO, between, ln_choose, probability, weighted};
use super::variates;
use crate::ir::{Graph, Number, Unary};
use crate::rng::random::Random;

/// `n ln(theta) + (trials - n) ln(1 - theta) + ln choose(trials, n)`; minus infinity unless `0 <= n <= trials`.
pub fn log_density(g: &mut Graph, n: Number, trials: Number, theta: Number) -> Number {
    let theta = probability(g, theta);
    let ln_theta = g.unary(Unary::Ln, theta);
    let minus = g.negate(theta);
    let ln_rest = g.unary(Unary::Ln1p, minus);
    let failures = g.subtract(trials, n);
    let (successes, failures) = (weighted(g, n, ln_theta), weighted(g, failures, ln_rest));
    let shape = g.add(successes, failures);
    let ways = ln_choose(g, trials, n);
    let density = g.add(shape, ways);
    between(g, ZERO, n, trials, density)
}

/// The chance of at most `n` successes. `n` and `trials` are data.
pub fn cdf(g: &mut Graph, n: Number, trials: Number, theta: Number) -> Number {
    tails(g, n, trials, theta).cdf(g)
}

/// The logarithm of the chance of at most `n` successes, minus infinity for `n < 0`. `n` and `trials` are data. The
/// cost is a term for each of the trials.
///
/// # Panics
/// When a count is not known from data.
pub fn log_cdf(g: &mut Graph, n: Number, trials: Number, theta: Number) -> Number {
    tails(g, n, trials, theta).log_cdf
}

/// The logarithm of the chance of more than `n` successes, 0 for `n < 0`. `n` and `trials` are data. The cost is as
/// above.
///
/// # Panics
/// When a count is not known from data.
pub fn log_ccdf(g: &mut Graph, n: Number, trials: Number, theta: Number) -> Number {
    tails(g, n, trials, theta).log_ccdf
}

/// Both tails.
fn tails(g: &mut Graph, n: Number, trials: Number, theta: Number) -> Tails {
    counts::of_trials(g, n, trials, |g, k| log_density(g, k, trials, theta))
}

/// A count; NaN unless `trials` is one and `0 <= theta <= 1`.
///
/// While many trials are left, the middle one of as many sorted uniform variates, a beta variate, says how many of
/// them lie below `theta` (Relles, "A simple algorithm for generating binomial random variables when N is large",
/// 1972); the last few are tried one by one.
pub fn simulate(random: &mut Random, trials: f64, theta: f64) -> f64 {
    const FEW: f64 = 16.0;
    let (mut left, mut theta) = (variates::count(trials), variates::probability(theta));
    if left.is_nan() || theta.is_nan() {
        return f64::NAN;
    }
    let mut successes = 0.0;
    while left > FEW && theta > 0.0 && theta < 1.0 {
        let middle = ((left + 1.0) / 2.0).floor();
        let value = beta::simulate(random, middle, left + 1.0 - middle);
        if value <= theta {
            successes += middle;
            left -= middle;
            theta = ((theta - value) / (1.0 - value)).min(1.0);
        } else {
            left = middle - 1.0;
            theta /= value;
        }
    }
    if theta >= 1.0 {
        return successes + left;
    }
    if theta <= 0.0 {
        return successes;
    }
    (0..left as u32).fold(successes, |sum, _| sum + f64::from(u8::from(random.uniform() < theta)))
}
