//! What densities are built of: the edges of a support, the ranges of parameters, and sums that keep their digits.
//!
//! A comparison that data alone decide for all rows costs nothing later: it is decided here.

use crate::ir::{Binary, Graph, Number, Unary};

/// `ln sqrt(2 pi)`
pub(super) const LN_SQRT_TWO_PI: f64 = 0.918_938_533_204_672_8;
/// `ln pi`
pub(super) const LN_PI: f64 = 1.144_729_885_849_400_2;
/// What a density is outside of its support.
pub(super) const IMPOSSIBLE: Number = Number::Known(f64::NEG_INFINITY);
/// What parameters out of their range give.
const INVALID: Number = Number::Known(f64::NAN);
/// Beyond every latent variable, and yet a number whose square single precision holds: stands for the infinite
/// cutpoints at either end, which drivers would not promise to keep.
pub(super) const BEYOND: f64 = 1e15;
/// 0
pub(super) const ZERO: Number = Number::Known(0.0);
/// 1
pub(super) const ONE: Number = Number::Known(1.0);

/// `holds` where `left <= right`, else `fails`; one of the two where data say which for all rows.
pub(super) fn choose(g: &mut Graph, left: Number, right: Number, holds: Number, fails: Number) -> Number {
    let is_data = |x: Number| x.known().is_some() || g.as_column(x).is_some();
    if is_data(left) && is_data(right) {
        match g.select(left, right, ONE, ZERO).known() {
            Some(1.0) => return holds,
            Some(_) => return fails,
            None => {}
        }
    }
    g.select(left, right, holds, fails)
}

/// The density where `low <= y`, else minus infinity.
pub(super) fn from(g: &mut Graph, low: Number, y: Number, density: Number) -> Number {
    choose(g, low, y, density, IMPOSSIBLE)
}

/// The density where `0 < y`, else minus infinity: for densities whose formula has no limit at 0.
pub(super) fn above_zero(g: &mut Graph, y: Number, density: Number) -> Number {
    choose(g, y, ZERO, IMPOSSIBLE, density)
}

/// The density where `low <= y <= high`, else minus infinity.
pub(super) fn between(g: &mut Graph, low: Number, y: Number, high: Number, density: Number) -> Number {
    let density = choose(g, y, high, density, IMPOSSIBLE);
    from(g, low, y, density)
}

/// The density where no element is negative, else minus infinity.
pub(super) fn supported(g: &mut Graph, elements: &[Number], density: Number) -> Number {
    elements.iter().fold(density, |density, &element| from(g, ZERO, element, density))
}

/// `x` where it is not negative, else NaN: for parameters whose density gives no finite number at 0 anyway, and which
/// the range of a bounded parameter decides.
pub(super) fn not_negative(g: &mut Graph, x: Number) -> Number {
    g.select(ZERO, x, x, INVALID)
}

/// `x` where it is positive, else NaN.
pub(super) fn positive(g: &mut Graph, x: Number) -> Number {
    g.select(x, ZERO, INVALID, x)
}

/// `theta` where it is a probability, else NaN.
pub(super) fn probability(g: &mut Graph, theta: Number) -> Number {
    let theta = g.select(theta, ONE, theta, INVALID);
    g.select(ZERO, theta, theta, INVALID)
}

/// `(y - mu) / sigma`
pub(super) fn standard(g: &mut Graph, y: Number, mu: Number, sigma: Number) -> Number {
    let residual = g.subtract(y, mu);
    g.divide(residual, sigma)
}

/// `-(y - mu)^2 / (2 sigma^2) - ln(sigma)`
pub(super) fn gaussian(g: &mut Graph, y: Number, mu: Number, sigma: Number) -> Number {
    let z = standard(g, y, mu, sigma);
    let square = g.unary(Unary::Square, z);
    let exponent = g.scale(-0.5, square);
    let scale = g.unary(Unary::Ln, sigma);
    g.subtract(exponent, scale)
}

/// `weight * logarithm`, zero where a weight of the data is, even if the logarithm is infinite.
///
/// A logarithm that rows share needs no care: if it is infinite, the sum over the rows is as well, unless all weights
/// are zero, and then the weight is a known number.
pub(super) fn weighted(g: &mut Graph, weight: Number, logarithm: Number) -> Number {
    if weight.known() == Some(0.0) {
        return if logarithm.known().is_some_and(f64::is_nan) { logarithm } else { ZERO };
    }
    let product = g.multiply(weight, logarithm);
    let has_zero = g.as_column(weight).is_some_and(|weights| weights.contains(&0.0));
    if has_zero && (g.domain(logarithm).is_some() || logarithm.known().is_some()) {
        let size = g.unary(Unary::Abs, weight);
        return g.select(size, ZERO, ZERO, product);
    }
    product
}

/// `ln Γ(x + n) - ln Γ(x) - ln n!`, which keeps its digits for a large `x`: `-ln B(x, n + 1) - ln(x + n)`.
pub(super) fn ln_rising(g: &mut Graph, x: Number, n: Number) -> Number {
    let next = g.add(n, ONE);
    let beta = g.binary(Binary::LnBeta, x, next);
    let last = g.add(x, n);
    let last = g.unary(Unary::Ln, last);
    let sum = g.add(beta, last);
    g.negate(sum)
}

/// `ln(n! / (k! (n - k)!))`
pub(super) fn ln_choose(g: &mut Graph, n: Number, k: Number) -> Number {
    let others = g.subtract(n, k);
    let (x, y) = (g.add(others, ONE), g.add(k, ONE));
    let beta = g.binary(Binary::LnBeta, x, y);
    let next = g.unary(Unary::Ln1p, n);
    let sum = g.add(beta, next);
    g.negate(sum)
}

/// `ln n!`
pub(super) fn ln_factorial(g: &mut Graph, n: Number) -> Number {
    let next = g.add(n, ONE);
    g.unary(Unary::Lgamma, next)
}

/// `ln sum exp(x)` of numbers that are not infinite, shifted by the largest; minus infinity of an empty list.
pub(super) fn log_sum_exp(g: &mut Graph, x: &[Number]) -> Number {
    let Some(largest) = largest(g, x) else { return IMPOSSIBLE };
    shifted_log_sum_exp(g, x, largest)
}

fn largest(g: &mut Graph, x: &[Number]) -> Option<Number> {
    x.iter().copied().reduce(|largest, x| g.select(largest, x, x, largest))
}

fn shifted_log_sum_exp(g: &mut Graph, x: &[Number], largest: Number) -> Number {
    let terms: Vec<Number> = x
        .iter()
        .map(|&x| {
            let shifted = g.subtract(x, largest);
            g.unary(Unary::Exp, shifted)
        })
        .collect();
    let sum = g.total(&terms);
    let logarithm = g.unary(Unary::Ln, sum);
    g.add(largest, logarithm)
}

/// Element `y` of a list, counted from 1, for each row; the first for a `y` below, the last for a `y` beyond.
///
/// # Panics
/// When the list is empty.
pub(super) fn element(g: &mut Graph, y: Number, list: &[Number]) -> Number {
    let (&last, rest) = list.split_last().expect("a distribution over outcomes has one");
    let numbered = rest.iter().enumerate().rev();
    numbered.fold(last, |beyond, (i, &x)| choose(g, y, Number::Known((i + 1) as f64), x, beyond))
}

/// The largest count of the data.
///
/// # Panics
/// When the count is not known from data: the language's whole numbers are.
pub(super) fn largest_count(g: &Graph, n: Number) -> u32 {
    let column = g.as_column(n);
    let largest = column.map_or(n.known(), |values| values.iter().copied().reduce(f64::max));
    largest.expect("a whole number is known from data").max(0.0) as u32
}

/// `ln sum exp` of the terms whose number, from 0, is `low` at least and `high` at most, row by row; minus infinity where
/// there is none, or all are.
pub(super) fn log_sum_between(g: &mut Graph, low: Number, high: Number, terms: &[Number]) -> Number {
    let chosen: Vec<Number> = terms
        .iter()
        .enumerate()
        .map(|(k, &term)| between(g, low, Number::Known(k as f64), high, term))
        .filter(|&term| term != IMPOSSIBLE)
        .collect();
    let Some(largest) = largest(g, &chosen) else { return IMPOSSIBLE };
    // Minus infinity cannot be taken out: its difference from itself is NaN.
    let shift = g.select(largest, IMPOSSIBLE, ZERO, largest);
    shifted_log_sum_exp(g, &chosen, shift)
}

/// `exp`, of the logarithm of a probability: the probability.
pub(super) fn exp(g: &mut Graph, x: Number) -> Number {
    g.unary(Unary::Exp, x)
}

/// `ln(1 - p)`, of `ln(p)`.
pub(super) fn complement(g: &mut Graph, ln_p: Number) -> Number {
    g.unary(Unary::Log1mExp, ln_p)
}

/// `1 - p`, of `ln(p)`.
pub(super) fn one_minus_exp(g: &mut Graph, ln_p: Number) -> Number {
    let minus = g.unary(Unary::Expm1, ln_p);
    g.negate(minus)
}

/// `ln(1 - exp(-hazard))`, of a hazard that is not negative and its logarithm, also where the hazard is too small to be a
/// number.
pub(super) fn ln_happened(g: &mut Graph, hazard: Number, ln_hazard: Number) -> Number {
    /// Below, the result is the logarithm of the hazard to the last digit in double precision.
    const RARE: Number = Number::Known(4e-18);
    /// Beyond, the result is 0, and so is its derivative: an infinite hazard would make it NaN.
    const CERTAIN: Number = Number::Known(800.0);
    let at_most = g.select(hazard, CERTAIN, hazard, CERTAIN);
    let survival = g.negate(at_most);
    let common = complement(g, survival);
    g.select(hazard, RARE, ln_hazard, common)
}
