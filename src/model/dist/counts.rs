//! Distribution functions of counts that data give, as sums of chances with a term for each count.
//!
//! In: the log density of a count, by parameters in any form. Out: the logarithms of the chances of at most and of more
//! than `n`, with derivatives by every parameter, since they are sums of densities. The families' own files say what their
//! terms are. Absent: distribution functions of known numbers (`math::incomplete`).

use super::terms::{IMPOSSIBLE, ONE, ZERO, choose, complement, exp, from, largest_count, log_sum_between};
use crate::ir::{Graph, Number, Unary};

/// Both tails of an outcome.
#[derive(Clone, Copy)]
pub(super) struct Tails {
    /// The logarithm of the chance of at most `n`, minus infinity for `n < 0`.
    pub log_cdf: Number,
    /// The logarithm of the chance of more than `n`, 0 for `n < 0`.
    pub log_ccdf: Number,
}

impl Tails {
    /// The chance of at most `n`.
    pub fn cdf(self, g: &mut Graph) -> Number {
        exp(g, self.log_cdf)
    }
}

/// Of counts from 0 to `trials`, each tail summed on its own: a term for each count up to the largest `trials`.
///
/// # Panics
/// When `n` or `trials` is not known from data.
pub(super) fn of_trials(
    g: &mut Graph,
    n: Number,
    trials: Number,
    mut term: impl FnMut(&mut Graph, Number) -> Number,
) -> Tails {
    let terms: Vec<Number> = (0..=largest_count(g, trials)).map(|k| term(g, Number::Known(f64::from(k)))).collect();
    let next = g.add(n, ONE);
    let (lower, upper) = (log_sum_between(g, ZERO, n, &terms), log_sum_between(g, next, trials, &terms));
    let below = the_larger(g, lower, upper);
    let below = choose(g, trials, n, ZERO, below);
    let log_cdf = from(g, ZERO, n, below);
    let above = the_larger(g, upper, lower);
    let above = choose(g, trials, n, IMPOSSIBLE, above);
    Tails { log_cdf, log_ccdf: choose(g, ZERO, n, above, ZERO) }
}

/// A chance of which two logarithms are known, its own and that of the rest: from the smaller.
fn the_larger(g: &mut Graph, own: Number, rest: Number) -> Number {
    let complement = complement(g, rest);
    g.select(rest, own, complement, own)
}

/// How the chances of neighbouring counts, `n` and more, are related: those of `n + 1 + k` and `n + k` have the ratio
/// `(scale (n + k) + rate) / (n + k + 1)`.
#[derive(Clone, Copy)]
pub(super) struct Ratios {
    /// From 0, of a Poisson distribution, to below 1.
    pub scale: Number,
    pub rate: Number,
}

/// Of counts without end: a term for each count up to the largest `n`, and a continued fraction for the upper tail.
///
/// The upper tail is the term of `n + 1` times `F(a, 1; n + 2; scale)` with `a = n + 1 + rate / scale`, whose continued
/// fraction (Gauss 1813; Abramowitz and Stegun 1964, 26.5.8 and 6.5.31 are its relatives) converges where `n + 2` lies above
/// the mean: its largest relative error there is 2e-12 for counts up to 5,000. Elsewhere the upper tail is the complement of the
/// lower one, and above a tenth or so.
///
/// # Panics
/// When `n` is not known from data.
pub(super) fn without_end(
    g: &mut Graph,
    n: Number,
    ratios: impl FnOnce(&mut Graph) -> Ratios,
    mut term: impl FnMut(&mut Graph, Number) -> Number,
) -> Tails {
    let largest = largest_count(g, n);
    let terms: Vec<Number> = (0..=largest).map(|k| term(g, Number::Known(f64::from(k)))).collect();
    let lower = log_sum_between(g, ZERO, n, &terms);
    let rest = complement(g, lower);
    if largest == 0 {
        // The chance of none is a single term, whose logarithm keeps all digits.
        return Tails { log_cdf: from(g, ZERO, n, lower), log_ccdf: choose(g, ZERO, n, rest, ZERO) };
    }
    let Ratios { scale, rate } = ratios(g);
    let (second, third) = (g.add(n, Number::Known(2.0)), g.add(n, Number::Known(3.0)));
    // The mean lies below `n + 2` where `scale (n + 3) + rate` does.
    let grown = g.multiply(scale, third);
    let bound = g.add(grown, rate);
    // Elsewhere the fraction is not asked for, and must stay a number: both are made smaller.
    let excess = g.divide(second, bound);
    let shrink = g.select(bound, second, ONE, excess);
    let (scale, rate) = (g.multiply(shrink, scale), g.multiply(shrink, rate));
    let fraction = fraction(g, n, largest, Ratios { scale, rate });
    let next = g.add(n, ONE);
    let first = term(g, next);
    let logarithm = g.unary(Unary::Ln, fraction);
    let upper = g.subtract(first, logarithm);
    let all_but = complement(g, upper);
    let below = g.select(bound, second, all_but, lower);
    let log_cdf = from(g, ZERO, n, below);
    let above = g.select(bound, second, upper, rest);
    Tails { log_cdf, log_ccdf: choose(g, ZERO, n, above, ZERO) }
}

/// The reciprocal of `F(n + 1 + rate / scale, 1; n + 2; scale)`.
fn fraction(g: &mut Graph, n: Number, largest: u32, Ratios { scale, rate }: Ratios) -> Number {
    /// Levels for any count, and for each root of the largest one: more change nothing in double precision.
    const LEVELS: f64 = 40.0;
    const LEVELS_A_ROOT: f64 = 4.0;
    let levels = (LEVELS + LEVELS_A_ROOT * f64::from(largest + 2).sqrt()) as u32;
    let plus = |g: &mut Graph, k: u32| g.add(n, Number::Known(f64::from(k)));
    let mut fraction = ONE;
    for level in (1..=levels).rev() {
        let m = level / 2;
        let numerator = if level.is_multiple_of(2) {
            // m (rate - m scale)
            let less = g.scale(f64::from(m), scale);
            let factor = g.subtract(rate, less);
            g.scale(f64::from(m), factor)
        } else {
            // -(scale (n + 1 + m) + rate) (n + 1 + m)
            let count = plus(g, 1 + m);
            let more = g.multiply(scale, count);
            let factor = g.add(more, rate);
            let product = g.multiply(factor, count);
            g.negate(product)
        };
        let (a, b) = (plus(g, level), plus(g, level + 1));
        let denominator = g.multiply(a, b);
        let inverse = g.divide(ONE, denominator);
        let coefficient = g.multiply(numerator, inverse);
        let quotient = g.divide(coefficient, fraction);
        fraction = g.add(ONE, quotient);
    }
    fraction
}
