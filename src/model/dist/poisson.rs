//! The Poisson distribution with rate `lambda >= 0`; `n` is a count.

use super::binomial;
use super::terms::{
    ONE, ZERO, choose, complement, exp, from, largest_count, ln_factorial, log_sum_between, not_negative, weighted,
};
use crate::ir::{Graph, Number, Unary};
use crate::rng::random::Random;

/// Between no and yes.
const HALF: Number = Number::Known(0.5);

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
    let log_cdf = log_cdf(g, n, lambda);
    exp(g, log_cdf)
}

/// The logarithm of the chance of at most `n` events, minus infinity for `n < 0`. `n` is data; the cost is a term for
/// each count up to the largest.
///
/// # Panics
/// When `n` is not known from data.
pub fn log_cdf(g: &mut Graph, n: Number, lambda: Number) -> Number {
    let [lower, upper, is_rare] = tails(g, n, lambda);
    let rest = complement(g, upper);
    let inside = g.select(HALF, is_rare, rest, lower);
    from(g, ZERO, n, inside)
}

/// The logarithm of the chance of more than `n` events, 0 for `n < 0`. `n` is data; the cost is as above. For rates above
/// `n / 2 + 1` it is as exact as the complement is: for an `n` of hundreds a chance below 1e-10 loses its digits.
///
/// # Panics
/// When `n` is not known from data.
pub fn log_ccdf(g: &mut Graph, n: Number, lambda: Number) -> Number {
    let [lower, upper, is_rare] = tails(g, n, lambda);
    let rest = complement(g, lower);
    let inside = g.select(HALF, is_rare, upper, rest);
    choose(g, ZERO, n, inside, ZERO)
}

/// The logarithms of the chances of at most and of more than `n` events, and whether (1 or 0) the rate is below
/// `n / 2 + 1`, where the second is right.
///
/// More than `n`: the term of `n + 1` times `1 + lambda / (n + 2) (1 + lambda / (n + 3) (1 + ...))`, whose terms at such
/// rates fall at least by half, and stop to count after as many as a number has bits.
fn tails(g: &mut Graph, n: Number, lambda: Number) -> [Number; 3] {
    const TERMS: u32 = f64::MANTISSA_DIGITS;
    let lambda = not_negative(g, lambda);
    let terms: Vec<Number> =
        (0..=largest_count(g, n)).map(|k| log_density(g, Number::Known(f64::from(k)), lambda)).collect();
    let lower = log_sum_between(g, ZERO, n, &terms);

    let half = g.scale(0.5, n);
    let bound = g.add(half, ONE);
    let is_rare = g.select(lambda, bound, ONE, ZERO);
    let rare = g.select(lambda, bound, lambda, bound);
    let mut series = ONE;
    for k in (0..TERMS).rev() {
        let count = g.add(n, Number::Known(f64::from(k + 2)));
        let inverse = g.divide(ONE, count);
        let ratio = g.multiply(rare, inverse);
        let product = g.multiply(ratio, series);
        series = g.add(product, ONE);
    }
    let next = g.add(n, ONE);
    let first = log_density(g, next, lambda);
    let factor = g.unary(Unary::Ln, series);
    [lower, g.add(first, factor), is_rare]
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
