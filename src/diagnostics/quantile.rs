//! Sample quantiles by linear interpolation (type 7 of Hyndman and Fan 1996), the default of R
//! and numpy.
//!
//! Deliberately absent: quantiles of unsorted data without a copy; sort once, ask often.

use rayon::prelude::*;

use crate::draws::ChainView;

/// All draws in increasing order, NaN last.
#[must_use]
pub fn sorted_values(view: ChainView<'_>) -> Vec<f64> {
    let mut values: Vec<f64> = view.iterate().map(|x| x + 0.0).collect();
    for value in &mut values {
        if value.is_nan() {
            *value = f64::NAN.abs();
        }
    }
    values.par_sort_unstable_by(f64::total_cmp);
    values
}

/// The `p`-quantile of increasing values. NaN for no values, for `p` outside `[0, 1]`, and if the
/// last value is NaN.
#[must_use]
pub fn quantile(sorted: &[f64], p: f64) -> f64 {
    interpolate(sorted.len(), p, |k| sorted[k])
}

/// The middle value of increasing values, or the mean of the middle two; NaN as for [`quantile`].
#[must_use]
pub fn median(sorted: &[f64]) -> f64 {
    if sorted.last().is_none_or(|last| last.is_nan()) {
        return f64::NAN;
    }
    let (lower, upper) = (sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2]);
    if lower == upper { lower } else { f64::midpoint(lower, upper) }
}

/// The `p`-quantile of `size` increasing values of which `at` gives the `k`-th.
///
/// The operations and their order are those of scipy's `mquantiles(alphap=1, betap=1)`, on which
/// ArviZ 0.23 stands: where `p (size - 1)` is a whole number, rounding decides whether a draw
/// lies below its own quantile, and effective sizes of quantiles depend on it.
pub(super) fn interpolate(size: usize, p: f64, at: impl Fn(usize) -> f64) -> f64 {
    if size == 0 || !(0.0..=1.0).contains(&p) || at(size - 1).is_nan() {
        return f64::NAN;
    }
    if size == 1 {
        return at(0);
    }
    let n = size as f64;
    let place = n * p + (1.0 - p);
    let whole = place.clamp(1.0, n - 1.0).floor();
    let part = (place - whole).clamp(0.0, 1.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 1 ..= size - 1")]
    let upper = whole as usize;
    // Zero times infinity would be NaN: an end of weight 0 is left out.
    if part <= 0.0 {
        at(upper - 1)
    } else if part >= 1.0 {
        at(upper)
    } else {
        (1.0 - part) * at(upper - 1) + part * at(upper)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_interpolate_between_neighbours() {
        let sorted = [1.0, 2.0, 4.0, 8.0];
        for (p, expected) in [(0.0, 1.0), (0.5, 3.0), (0.25, 1.75), (1.0, 8.0)] {
            assert!((quantile(&sorted, p) - expected).abs() < 1e-15);
        }
        assert!((median(&sorted) - 3.0).abs() < 1e-15);
    }

    #[test]
    fn infinite_neighbours_do_not_spoil_a_quantile_that_is_a_draw() {
        let sorted = [f64::NEG_INFINITY, 1.0, f64::INFINITY];
        assert!((quantile(&sorted, 0.5) - 1.0).abs() < 1e-15);
        assert_eq!(quantile(&sorted, 1.0), f64::INFINITY);
    }

    #[test]
    fn nothing_nan_and_impossible_probabilities_give_nan() {
        assert!(quantile(&[], 0.5).is_nan() && median(&[]).is_nan());
        assert!(quantile(&[1.0, f64::NAN], 0.1).is_nan());
        for p in [-0.1, 1.1, f64::NAN] {
            assert!(quantile(&[1.0, 2.0], p).is_nan());
        }
        assert!((quantile(&[3.0], 0.9) - 3.0).abs() < 1e-15);
    }
}
