//! What simulators share: ranges of parameters, and the choice among outcomes.

use crate::math::elementary::precise_exp;
use crate::rng::random::Random;

/// `x` where it is positive and finite, else NaN.
pub(super) fn positive(x: f64) -> f64 {
    if x > 0.0 && x.is_finite() { x } else { f64::NAN }
}

/// `p` where it is a probability, else NaN.
pub(super) fn probability(p: f64) -> f64 {
    if (0.0..=1.0).contains(&p) { p } else { f64::NAN }
}

/// `1 / (1 + exp(-x))`
pub(super) fn inv_logit(x: f64) -> f64 {
    1.0 / (1.0 + precise_exp(-x))
}

/// A count for which sums of whole numbers are exact: `n` where it is one, else NaN.
pub(super) fn count(n: f64) -> f64 {
    const LARGEST: f64 = 9_007_199_254_740_992.0;
    if (0.0..=LARGEST).contains(&n) && n.fract() == 0.0 { n } else { f64::NAN }
}

/// The position, from 0, of an outcome drawn in proportion to weights; none when they are not weights: one is
/// negative or NaN, or their sum is not positive and finite.
pub(super) fn position(random: &mut Random, weights: &[f64]) -> Option<usize> {
    let total: f64 = weights.iter().sum();
    if !(total > 0.0 && total.is_finite() && weights.iter().all(|&weight| weight >= 0.0)) {
        return None;
    }
    let mut left = random.uniform() * total;
    let last = weights.iter().rposition(|&weight| weight > 0.0)?;
    for (i, &weight) in weights.iter().enumerate() {
        if left < weight {
            return Some(i);
        }
        left -= weight;
    }
    // Rounding can leave a little over.
    Some(last)
}

/// `exp(x)` in proportion: the largest becomes 1.
pub(super) fn softmax_weights(x: &[f64]) -> Vec<f64> {
    let largest = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    x.iter().map(|&x| precise_exp(x - largest)).collect()
}

/// The number, from 1, of the interval between increasing cutpoints in which `x` lies; NaN if an argument is, or
/// cutpoints do not increase.
pub(super) fn interval(x: f64, cutpoints: &[f64]) -> f64 {
    if x.is_nan() || cutpoints.iter().any(|cut| cut.is_nan()) || !cutpoints.is_sorted_by(|low, high| low < high) {
        return f64::NAN;
    }
    (1 + cutpoints.iter().filter(|&&cut| cut < x).count()) as f64
}
