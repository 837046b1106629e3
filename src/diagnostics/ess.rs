//! Effective sample sizes: how many independent draws would know as much.
//!
//! Each is the size of one statistic. All need one chain of four draws; fewer, or any NaN, gives
//! NaN. Draws for which the statistic is constant count in full, as in ArviZ: constancy is its own
//! finding (`verdict`). Unlike ArviZ and `posterior`, which call draws constant when they span
//! less than about 1e-15 in absolute terms, only equal draws are constant here, so that a
//! parameter of the order 1e-9 is treated like any other. Deliberately absent: relative sizes
//! (divide by the number of draws).

use crate::diagnostics::layout::Layout;
use crate::diagnostics::quantile::{median, quantile, sorted_values};
use crate::diagnostics::rank::{folded_ranks, ranks};
use crate::draws::ChainView;
use crate::math::autocovariance::MeanAutocovariance;
use crate::math::moments::{mean, moments};

/// Of the bulk: of the rank-normalised split draws (Vehtari et al. 2021, section 4). ArviZ calls
/// the same thing `z_scale` as well.
#[must_use]
pub fn bulk(view: ChainView<'_>) -> f64 {
    let layout = Layout::split(view);
    if !is_diagnosable(view) {
        return f64::NAN;
    }
    effective_size(&mut ranks(view, layout).autocovariance(layout))
}

/// Of the tails: the smaller of those of the 5 % and the 95 % quantile, as in ArviZ 0.23 and
/// `posterior`. ArviZ 1.x takes the 5.5 % and 94.5 % quantiles of its default interval instead.
#[must_use]
pub fn tail(view: ChainView<'_>) -> f64 {
    quantile_at(view, 0.05).min(quantile_at(view, 0.95))
}

/// Of the mean.
#[must_use]
pub fn of_mean(view: ChainView<'_>) -> f64 {
    of_values(view, Layout::split(view), |x| x)
}

/// Of the standard deviation, through the squared distances from the mean.
#[must_use]
pub fn of_sd(view: ChainView<'_>) -> f64 {
    if !is_diagnosable(view) {
        return f64::NAN;
    }
    let centre = mean(&view.iterate().collect::<Vec<_>>());
    of_values(view, Layout::split(view), |x| (x - centre) * (x - centre))
}

/// Of the median.
#[must_use]
pub fn of_median(view: ChainView<'_>) -> f64 {
    quantile_at(view, 0.5)
}

/// Of the `p`-quantile, through the indicator of the draws at or below it. NaN for `p` outside
/// `[0, 1]`.
#[must_use]
pub fn quantile_at(view: ChainView<'_>, p: f64) -> f64 {
    local(view, f64::NEG_INFINITY, p)
}

/// Of the probability between the quantiles `lower` and `upper`, through the indicator of the
/// draws between them. `lower` may be minus infinity: no bound. NaN for other values outside
/// `[0, 1]`.
#[must_use]
pub fn local(view: ChainView<'_>, lower: f64, upper: f64) -> f64 {
    if !is_diagnosable(view) {
        return f64::NAN;
    }
    let sorted = sorted_values(view);
    let low = if lower == f64::NEG_INFINITY { lower } else { quantile(&sorted, lower) };
    let high = quantile(&sorted, upper);
    if low.is_nan() || high.is_nan() {
        return f64::NAN;
    }
    of_values(view, Layout::split(view), |x| f64::from(low <= x && x <= high))
}

/// Of the median absolute deviation from the median.
#[must_use]
pub fn of_mad(view: ChainView<'_>) -> f64 {
    if !is_diagnosable(view) {
        return f64::NAN;
    }
    let centre = median(&sorted_values(view));
    let mut distances: Vec<f64> = view.iterate().map(|x| (x - centre).abs()).collect();
    let mut sorted = distances.clone();
    sorted.sort_unstable_by(f64::total_cmp);
    let deviation = median(&sorted);
    for distance in &mut distances {
        *distance = f64::from(*distance <= deviation);
    }
    ChainView::from_slice(&distances, view.chains(), view.draws()).map_or(f64::NAN, bulk)
}

/// Of the mean of the normal scores of the distances from the median. NaN if the median is
/// infinite.
#[must_use]
pub fn folded(view: ChainView<'_>) -> f64 {
    let layout = Layout::split(view);
    if !is_diagnosable(view) {
        return f64::NAN;
    }
    folded_ranks(view, layout).map_or(f64::NAN, |ranks| effective_size(&mut ranks.autocovariance(layout)))
}

/// Of the mean, of whole chains instead of halves.
#[must_use]
pub fn identity(view: ChainView<'_>) -> f64 {
    of_values(view, Layout::whole(view), |x| x)
}

pub(super) fn is_diagnosable(view: ChainView<'_>) -> bool {
    view.chains() >= 1 && view.draws() >= 4 && !view.iterate().any(f64::is_nan)
}

fn of_values(view: ChainView<'_>, layout: Layout, value: impl Fn(f64) -> f64 + Sync) -> f64 {
    if is_diagnosable(view) { effective_size(&mut transformed(view, layout, value)) } else { f64::NAN }
}

/// The autocovariance of a function of the draws.
fn transformed<'a>(
    view: ChainView<'a>,
    layout: Layout,
    value: impl Fn(f64) -> f64 + Sync + 'a,
) -> MeanAutocovariance<impl Fn(usize, &mut [f64]) + Sync + 'a> {
    MeanAutocovariance::new(layout.rows(), layout.length(), move |row, into: &mut [f64]| {
        view.copy(layout.start(row), into);
        into.iter_mut().for_each(|x| *x = value(*x));
    })
}

/// Effective size of all rows together; they must have two values or more.
pub(super) fn effective_size<F: Fn(usize, &mut [f64]) + Sync>(rows: &mut MeanAutocovariance<F>) -> f64 {
    let between = if rows.rows() > 1 { moments(rows.means()).variance } else { 0.0 };
    effective_size_of(rows.rows(), rows.length(), between, &mut |lag| rows.at(lag))
}

/// Effective size of `rows` rows of `length` values whose means have variance `between` and whose
/// mean autocovariance is `at(lag)`: Geyer's initial monotone sequence on autocorrelations
/// that count differences between rows as correlation (Vehtari et al. 2021, eq. 10-13; Geyer
/// 1992; the order of operations is that of Stan and ArviZ).
///
/// At most `size * log10(size)`.
pub(super) fn effective_size_of(rows: usize, length: usize, between: f64, at: &mut impl FnMut(usize) -> f64) -> f64 {
    let n = length as f64;
    let size = n * rows as f64;
    let variance = at(0);
    let within = variance * n / (n - 1.0);
    let total = variance + between;
    if total.is_nan() || total.is_infinite() {
        return f64::NAN;
    }
    if total <= 0.0 {
        return size;
    }
    let mut correlation = |lag: usize| 1.0 - (within - at(lag)) / total;
    let tau = monotone_sum(length, &mut correlation);
    size / tau.max(1.0 / size.log10())
}

/// Integrated autocorrelation time of a sequence of `length` autocorrelations, the first being 1.
fn monotone_sum(length: usize, correlation: &mut impl FnMut(usize) -> f64) -> f64 {
    // Pairs (even lag, odd lag) while their sums are positive.
    let mut pairs = vec![(1.0, correlation(1))];
    let (mut even, mut odd) = pairs[0];
    let mut lag = 2;
    while lag + 2 < length && even + odd > 0.0 {
        even = correlation(lag);
        odd = correlation(lag + 1);
        pairs.push(if even + odd >= 0.0 { (even, odd) } else { (0.0, 0.0) });
        lag += 2;
    }
    // The last pair is not summed; its even member alone improves the estimate.
    pairs.pop();
    let last = if even > 0.0 || even + odd >= 0.0 { even } else { 0.0 };
    for later in 1..pairs.len() {
        let bound = pairs[later - 1].0 + pairs[later - 1].1;
        if pairs[later].0 + pairs[later].1 > bound {
            pairs[later] = (bound / 2.0, bound / 2.0);
        }
    }
    let sum: f64 = pairs.iter().map(|(even, odd)| even + odd).sum();
    -1.0 + 2.0 * sum + last
}

/// Effective size of a single row, from the autocorrelation within rows alone: differences
/// between rows neither raise nor lower it. It says how far the mean of a row that mixes as its
/// draws suggest would scatter, which is what `nested_rhat` holds the real scatter against.
///
/// Centring a row on its own mean lowers every one of its `n` autocorrelations by about `tau / n`;
/// a sum over `2 k` lags, `tau_hat`, then obeys `tau_hat (1 - tau / n) = tau (1 - (4 k - 1) / n)`,
/// which is solved for `tau`. The result lies between 1 (a row is never less than one draw from
/// where it started) and `n log10(n)`.
pub(super) fn within_row<F: Fn(usize, &mut [f64]) + Sync>(rows: &mut MeanAutocovariance<F>) -> f64 {
    let n = rows.length() as f64;
    let variance = rows.at(0);
    if variance.is_nan() {
        return f64::NAN;
    }
    if variance <= 0.0 {
        return 1.0;
    }
    let (mut sum, mut pairs, mut bound) = (0.0, 0.0, f64::INFINITY);
    let mut lag = 0;
    while lag + 1 < rows.length() {
        let pair = (rows.at(lag) + rows.at(lag + 1)) / variance;
        if pair <= 0.0 {
            break;
        }
        bound = pair.min(bound);
        sum += bound;
        pairs += 1.0;
        lag += 2;
    }
    let tau_hat: f64 = (2.0 * sum - 1.0).max(1.0 / n.log10());
    let shrinkage = 1.0 - (4.0 * pairs - 1.0) / n + tau_hat / n;
    if shrinkage <= 0.0 {
        return 1.0;
    }
    (n * shrinkage / tau_hat).max(1.0)
}
