//! Nested R-hat: R-hat for many short chains, grouped into superchains that share a starting
//! point (Margossian, Hoffman, Sountsov, Riou-Durand, Vehtari, Gelman 2024), and the value that
//! sampling alone explains.
//!
//! The plain version is the one of R's `posterior`; the rank-normalised one is ArviZ 1.x's
//! default (ArviZ 0.23 has none). Chains of a superchain are neighbours: superchain `k` of `K`
//! holds the chains `k M .. (k + 1) M` with `M = chains / K`.
//!
//! # The floor
//! With `E` effective draws in a superchain, the mean of a superchain of perfect draws still
//! scatters with variance `W / E`. So `(nR^2 - 1) E = B E / W` follows an F distribution with
//! `K - 1` and about `K (E - 1)` degrees of freedom, and nested R-hat stays near
//! `sqrt(1 + 1 / E)` however well the chains mix. [`limit`] puts a quantile of that distribution
//! above the tolerance. (The expectation of `W` is the variance of the draws times `1 + 1 / n` for
//! rows of `n` draws, mixing or not; the limit leaves that factor out and so errs, for very short
//! rows, on the side of fewer alarms.)
//!
//! `E` counts the draws of the chains as they mix *within* themselves. An effective size that
//! counts disagreement between chains as correlation (the usual one) would fall where
//! superchains disagree, raise the floor, and so excuse the very thing that is tested; and
//! scatter between the chains of a superchain would excuse chains that are each stuck in a mode
//! they fell into.

use crate::diagnostics::layout::Layout;
use crate::diagnostics::rank::{folded_ranks, ranks};
use crate::diagnostics::ranks::Ranks;
use crate::diagnostics::rhat::larger;
use crate::draws::ChainView;
use crate::math::beta_quantile::f_quantile;
use crate::math::moments::{mean, moments};

/// Nested R-hat of the draws as they are: `sqrt(1 + B / W)`, at least 1.
///
/// NaN for any NaN or infinity, for fewer than two superchains, for a number that does not divide
/// the number of chains, for superchains of a single draw, and for draws constant everywhere.
/// Infinite for superchains that are constant but differ.
#[must_use]
pub fn plain(view: ChainView<'_>, superchains: usize) -> f64 {
    if !is_nested(view, superchains) || view.draws() == 0 {
        return f64::NAN;
    }
    let mut chain = vec![0.0; view.draws()];
    let (means, variances): (Vec<f64>, Vec<f64>) = (0..view.chains())
        .map(|index| {
            view.copy(index * view.draws(), &mut chain);
            let moments = moments(&chain);
            (moments.mean, moments.variance)
        })
        .unzip();
    from_moments(&means, &variances, superchains)
}

/// Nested R-hat of the normal scores of the split draws, and of their distances from the median:
/// the larger of the two. Needs four draws a chain; NaN as for [`plain`], but infinities do no
/// harm.
#[must_use]
pub fn rank(view: ChainView<'_>, superchains: usize) -> f64 {
    let usable = is_nested(view, superchains) && view.draws() >= 4;
    if !usable || view.iterate().any(f64::is_nan) {
        return f64::NAN;
    }
    let layout = Layout::split(view);
    let of = |ranks: &Ranks| {
        let (means, variances) = ranks.moments(layout);
        from_moments(&means, &variances, superchains)
    };
    let location = of(&ranks(view, layout));
    let distances = folded_ranks(view, layout).map_or(f64::NAN, |ranks| of(&ranks));
    larger(location, distances)
}

fn is_nested(view: ChainView<'_>, superchains: usize) -> bool {
    superchains >= 2 && view.chains() >= superchains && view.chains().is_multiple_of(superchains)
}

/// Nested R-hat of rows with these means and variances (divisor `n - 1`), neighbours grouped.
/// `B` is the variance of the superchains' means, `W` the mean over superchains of the variance
/// of row means plus the mean variance of rows; either part is 0 where one value alone has none.
pub(super) fn from_moments(means: &[f64], variances: &[f64], superchains: usize) -> f64 {
    let rows = means.len() / superchains;
    if rows == 1 && variances.iter().all(|v| v.is_nan()) {
        return f64::NAN;
    }
    let single_draws = variances.iter().all(|v| v.is_nan());
    let (centres, within): (Vec<f64>, Vec<f64>) = means
        .chunks_exact(rows)
        .zip(variances.chunks_exact(rows))
        .map(|(means, variances)| {
            let group = moments(means);
            let between_rows = if rows == 1 { 0.0 } else { group.variance };
            let within_rows = if single_draws { 0.0 } else { mean(variances) };
            (group.mean, between_rows + within_rows)
        })
        .unzip();
    (1.0 + moments(&centres).variance / mean(&within)).sqrt()
}

/// The largest nested R-hat that `superchains` superchains with `effective` effective draws each
/// explain: `sqrt(tolerance^2 + F / effective)`, where `F` is exceeded by perfect draws with
/// probability `false_alarm`. `tolerance` is the nested R-hat allowed to draws without sampling
/// noise, such as 1.01.
///
/// NaN for fewer than two superchains, `effective` below 1, or a probability outside `[0, 1]`.
#[must_use]
pub fn limit(superchains: usize, effective: f64, tolerance: f64, false_alarm: f64) -> f64 {
    if superchains < 2 || effective.is_nan() || effective < 1.0 {
        return f64::NAN;
    }
    let superchains = superchains as f64;
    let within = (superchains * (effective - 1.0)).max(1.0);
    let noise = f_quantile(1.0 - false_alarm, superchains - 1.0, within) / effective;
    (tolerance * tolerance + noise).sqrt()
}
