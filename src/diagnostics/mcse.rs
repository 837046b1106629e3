//! Monte Carlo standard errors: how far an estimate from these draws would move in another run.
//!
//! All need one chain of four draws; fewer, or any NaN, gives NaN. Draws that are constant
//! everywhere give 0, except for the standard deviation, where 0/0 gives NaN, as in ArviZ.

use crate::diagnostics::ess;
use crate::diagnostics::pooled::Pooled;
use crate::diagnostics::quantile::sorted_values;
use crate::draws::ChainView;
use crate::math::beta_quantile::beta_quantile;

/// Of the mean: `sd / sqrt(ess)`. NaN for infinite draws.
#[must_use]
pub fn of_mean(view: ChainView<'_>) -> f64 {
    if !ess::is_diagnosable(view) {
        return f64::NAN;
    }
    Pooled::of(view).sd() / ess::of_mean(view).sqrt()
}

/// Of the standard deviation, from the scatter of the squared distances from the mean (Kenney and
/// Keeping 1951, through `posterior`).
#[must_use]
pub fn of_sd(view: ChainView<'_>) -> f64 {
    if !ess::is_diagnosable(view) {
        return f64::NAN;
    }
    sd_error(&Pooled::of(view), ess::of_sd(view))
}

/// Of the median.
#[must_use]
pub fn of_median(view: ChainView<'_>) -> f64 {
    of_quantile(view, 0.5)
}

/// Of the `p`-quantile: half the distance between the draws that bound it with the probability of
/// one standard deviation (Vehtari et al. 2021, section 4.4). NaN for `p` outside `[0, 1]`.
#[must_use]
pub fn of_quantile(view: ChainView<'_>, p: f64) -> f64 {
    let effective = ess::quantile_at(view, p);
    if effective.is_nan() {
        return f64::NAN;
    }
    let sorted = sorted_values(view);
    let size = sorted.len();
    // P(Z < -1) and P(Z < 1), to the digits ArviZ and posterior use.
    let place = |probability| {
        let share = beta_quantile(probability, effective * p + 1.0, effective * (1.0 - p) + 1.0);
        share * size as f64 - 1.0
    };
    let low = place(0.158_655_3).max(0.0).floor();
    let high = place(0.841_344_7).min(size as f64 - 1.0).ceil();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and size - 1")]
    let (low, high) = (low as usize, high.max(0.0) as usize);
    (sorted[high] - sorted[low]) / 2.0
}

/// Standard error of the standard deviation, by the delta method.
pub(super) fn sd_error(pooled: &Pooled, effective: f64) -> f64 {
    let variance = (pooled.fourth - pooled.second * pooled.second) / effective;
    (variance / pooled.second / 4.0).sqrt()
}
