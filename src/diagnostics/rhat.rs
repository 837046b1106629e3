//! Potential scale reduction: how much wider the draws of all chains are than those of one.
//!
//! Five variants, as ArviZ names them. Each needs two chains and four draws a chain; fewer, or
//! any NaN, gives NaN. Draws that are constant everywhere give NaN, never 1; chains that are
//! constant but differ give infinity. [`limit`] says how large sampling noise alone makes it where chains are many and
//! short. Deliberately absent: what to think of it (`verdict`).

use crate::diagnostics::layout::Layout;
use crate::diagnostics::rank::{folded_ranks, ranks};
use crate::draws::ChainView;
use crate::math::autocovariance::MeanAutocovariance;
use crate::math::beta_quantile::f_quantile;
use crate::math::moments::{mean, moments};

/// The recommended one: the larger of [`z_scale`] and [`folded`] (Vehtari et al. 2021, section
/// 4). ArviZ's `rhat(method="rank")`.
///
/// For an odd number of draws this folds about the median of the split draws, as `az.rhat` does;
/// [`summarise`](crate::diagnostics::summarise) folds about the median of all draws, as
/// `az.summary` and R's `posterior` do.
#[must_use]
pub fn rank(view: ChainView<'_>) -> f64 {
    larger(z_scale(view), folded(view))
}

/// R-hat of the split chains (Gelman et al. 2013, section 11.4).
#[must_use]
pub fn split(view: ChainView<'_>) -> f64 {
    identity_of(view, Layout::split(view))
}

/// Split R-hat of the normal scores of the distances from the median: sees chains of different
/// width. NaN if the median is infinite.
#[must_use]
pub fn folded(view: ChainView<'_>) -> f64 {
    let layout = Layout::split(view);
    if !can_compare(view) {
        return f64::NAN;
    }
    folded_ranks(view, layout).map_or(f64::NAN, |ranks| {
        let (means, variances) = ranks.moments(layout);
        from_moments(&means, &variances, layout.length())
    })
}

/// Split R-hat of the normal scores: sees chains of different location.
#[must_use]
pub fn z_scale(view: ChainView<'_>) -> f64 {
    let layout = Layout::split(view);
    if !can_compare(view) {
        return f64::NAN;
    }
    let (means, variances) = ranks(view, layout).moments(layout);
    from_moments(&means, &variances, layout.length())
}

/// R-hat of whole chains (Gelman and Rubin 1992), blind to trends that all chains share.
#[must_use]
pub fn identity(view: ChainView<'_>) -> f64 {
    identity_of(view, Layout::whole(view))
}

fn identity_of(view: ChainView<'_>, layout: Layout) -> f64 {
    if !can_compare(view) {
        return f64::NAN;
    }
    let mut row = vec![0.0; layout.length()];
    let (means, variances): (Vec<f64>, Vec<f64>) = (0..layout.rows())
        .map(|index| {
            view.copy(layout.start(index), &mut row);
            let moments = moments(&row);
            (moments.mean, moments.variance)
        })
        .unzip();
    from_moments(&means, &variances, layout.length())
}

fn can_compare(view: ChainView<'_>) -> bool {
    view.chains() >= 2 && view.draws() >= 4 && !view.iterate().any(f64::is_nan)
}

/// The larger of the R-hat of location and that of distances, where location rules: distances
/// may all be equal (NaN) while locations are not, but not the reverse.
pub(super) fn larger(location: f64, distances: f64) -> f64 {
    if location.is_nan() { location } else { location.max(distances) }
}

/// Effective draws below which a half of a chain is too short to call it mixing: [`limit`] excuses no more than what
/// so many draws explain. A chain that does not move has about one, whatever its length.
pub const LEAST_EFFECTIVE: f64 = 4.0;

/// The largest R-hat that `rows` halves of chains with `effective` effective draws each explain:
/// `sqrt(tolerance^2 + F / (E - 1))`, where `F` is exceeded by perfect draws with probability `false_alarm` and `E` is
/// `effective`, but at least [`LEAST_EFFECTIVE`].
///
/// The mean of a stationary row scatters with variance `V / E` about that of all draws, whose variance is `V`, and the
/// variance within the row is `V (1 - 1 / E)` on average. So `(E - 1) B / (n W)` with `B` and `W` of R-hat follows an F
/// distribution with `rows - 1` and about `rows (E - 1)` degrees of freedom, as in an analysis of variance, and R-hat
/// stays near `sqrt(1 + 1 / (E - 1))` however many chains there are. (The limit leaves out the `- 1 / n` of R-hat,
/// and so errs, for very short rows, on the side of fewer alarms.)
///
/// NaN for fewer than two rows, a NaN, or a probability outside `[0, 1]`.
#[must_use]
pub fn limit(rows: usize, effective: f64, tolerance: f64, false_alarm: f64) -> f64 {
    if rows < 2 || effective.is_nan() {
        return f64::NAN;
    }
    let rows = rows as f64;
    let beyond_mean = effective.max(LEAST_EFFECTIVE) - 1.0;
    let noise = f_quantile(1.0 - false_alarm, rows - 1.0, rows * beyond_mean) / beyond_mean;
    (tolerance * tolerance + noise).sqrt()
}

/// R-hat of the rows that an autocovariance has read.
pub(super) fn r_hat<F: Fn(usize, &mut [f64]) + Sync>(rows: &MeanAutocovariance<F>) -> f64 {
    from_moments(rows.means(), rows.variances(), rows.length())
}

/// `sqrt((B / W + n - 1) / n)` with `B = n var(means)` and `W = mean(variances)` for rows of
/// length `n` (Vehtari et al. 2021, eq. 1-4).
pub(super) fn from_moments(means: &[f64], variances: &[f64], length: usize) -> f64 {
    let n = length as f64;
    let between = n * moments(means).variance;
    let within = mean(variances);
    ((between / within + n - 1.0) / n).sqrt()
}
