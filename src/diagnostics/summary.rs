//! One row of numbers for every parameter.
//!
//! Draws flow in, a [`Summary`] flows out. A parameter is sorted once; ranks, quantiles,
//! intervals and indicators are all read off that order. The work space of a parameter in flight
//! is about two columns of draws, and only as many parameters are in flight as fit into half the
//! memory of the draws (always at least one). Results do not depend on the number of threads.
//! Deliberately absent: rounding, and judgement (`verdict`).

use rayon::prelude::*;
use thiserror::Error;

use crate::diagnostics::column::Column;
use crate::diagnostics::ess::{effective_size, transformed, within_row};
use crate::diagnostics::interval::Interval;
use crate::diagnostics::layout::Layout;
use crate::diagnostics::mcse::sd_error;
use crate::diagnostics::nested_rhat::{from_moments, limit};
use crate::diagnostics::order::Order;
use crate::diagnostics::pooled::Pooled;
use crate::diagnostics::quantile::interpolate;
use crate::diagnostics::rank::median_of_rows;
use crate::diagnostics::rhat::{from_moments as r_hat_of, larger, r_hat};
use crate::draws::{ChainView, Draws};
use crate::math::autocovariance::MeanAutocovariance;

/// Nested R-hat that draws without sampling noise may have: the customary threshold of R-hat.
pub const NESTED_TOLERANCE: f64 = 1.01;

/// Probability that perfect draws of a whole run, all parameters together, exceed the limit of
/// nested R-hat anywhere.
pub const NESTED_FALSE_ALARM: f64 = 0.001;

/// What a summary shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// The credible interval. Default: the 94 % highest-density interval, ArviZ 0.23's.
    pub interval: Interval,
}

impl Default for Settings {
    fn default() -> Self {
        Self { interval: Interval::HighestDensity(0.94) }
    }
}

/// Why draws cannot be summarised as asked.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SummaryError {
    /// Superchains must hold equally many chains.
    #[error("{chains} chains cannot form {superchains} equal superchains")]
    UnequalSuperchains { chains: usize, superchains: usize },
}

/// Numbers of all parameters of a run, and the shape of the run.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    pub chains: usize,
    pub draws: usize,
    pub superchains: usize,
    pub interval: Interval,
    pub rows: Vec<Row>,
}

/// Numbers of one parameter. A number that the draws do not determine is NaN.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub parameter: String,
    pub mean: f64,
    /// Divisor `draws - 1`, all chains pooled.
    pub sd: f64,
    /// Lower and upper end of [`Summary::interval`].
    pub interval: (f64, f64),
    pub mcse_mean: f64,
    pub mcse_sd: f64,
    pub ess_bulk: f64,
    pub ess_tail: f64,
    /// Rank-normalised split R-hat, folded about the median of all draws.
    pub r_hat: f64,
    /// Rank-normalised nested R-hat; none for fewer than two superchains, or superchains of a
    /// single chain.
    pub r_hat_nested: Option<f64>,
    /// The largest nested R-hat that tolerance and sampling noise explain.
    pub r_hat_nested_limit: Option<f64>,
    pub q5: f64,
    pub q25: f64,
    pub q50: f64,
    pub q75: f64,
    pub q95: f64,
    /// Draws that are NaN or infinite.
    pub non_finite: usize,
    /// Whether all draws are equal.
    pub constant: bool,
}

/// Summarises every parameter. `superchains` is the number of groups of neighbouring chains that
/// share a starting point; it equals the number of chains where each has its own.
///
/// # Errors
/// [`SummaryError::UnequalSuperchains`] if the superchains do not divide the chains equally.
pub fn summarise(draws: &Draws, superchains: usize, settings: &Settings) -> Result<Summary, SummaryError> {
    let chains = draws.chains();
    if superchains == 0 || !chains.is_multiple_of(superchains) {
        return Err(SummaryError::UnequalSuperchains { chains, superchains });
    }
    let parameters = draws.parameters().len();
    let in_flight = (parameters / 4).clamp(1, rayon::current_num_threads());
    let mut spaces: Vec<_> = (0..in_flight).map(|_| Space::new(chains * draws.draws())).collect();
    let indices: Vec<usize> = (0..parameters).collect();
    let mut rows = Vec::with_capacity(parameters);
    for batch in indices.chunks(in_flight) {
        let pairs = batch.par_iter().zip(&mut spaces);
        rows.par_extend(pairs.map(|(&index, space)| {
            let view = draws.view(index);
            let mut row = summarise_parameter(view, superchains, settings, parameters, space);
            row.parameter.clone_from(&draws.parameters()[index]);
            row
        }));
    }
    Ok(Summary { chains, draws: draws.draws(), superchains, interval: settings.interval, rows })
}

/// Memory a parameter is worked on in, used again for the next one.
struct Space {
    entries: Vec<u64>,
    scores: Column,
}

impl Space {
    fn new(size: usize) -> Self {
        Self { entries: Vec::with_capacity(size), scores: Column::new(size) }
    }
}

/// What ranks alone determine.
struct Mixing {
    ess_bulk: f64,
    r_hat: f64,
    nested: Option<Nested>,
}

struct Nested {
    r_hat: f64,
    effective: f64,
}

fn summarise_parameter(
    view: ChainView<'_>,
    superchains: usize,
    settings: &Settings,
    parameters: usize,
    space: &mut Space,
) -> Row {
    let order = Order::of(view, std::mem::take(&mut space.entries));
    let at = |k: usize| order.exact(view, k);
    let size = order.size();
    let [q5, q25, q50, q75, q95] = [0.05, 0.25, 0.5, 0.75, 0.95].map(|p| interpolate(size, p, at));
    let constant = size > 0 && at(0) == at(size - 1);
    let has_nan = size > 0 && at(size - 1).is_nan();
    let all_finite = size == 0 || at(0).is_finite() && at(size - 1).is_finite();
    let non_finite = if all_finite { 0 } else { view.iterate().filter(|x| !x.is_finite()).count() };
    let interval = settings.interval.between(size, at, |k| order.bounds(k));
    let diagnosable = view.draws() >= 4 && view.chains() >= 1 && !has_nan;
    // What ranks need and what values need are independent: one fills the gaps of the other.
    let (mixing, spread) = rayon::join(
        || {
            if diagnosable {
                mixing(view, superchains, order, space)
            } else {
                space.entries = order.into_entries();
                Mixing { ess_bulk: f64::NAN, r_hat: f64::NAN, nested: None }
            }
        },
        || spread(view, diagnosable, q5, q95),
    );
    let nested = mixing.nested;
    Row {
        parameter: String::new(),
        mean: spread.pooled.mean,
        sd: spread.pooled.sd(),
        interval,
        mcse_mean: spread.pooled.sd() / spread.ess_mean.sqrt(),
        mcse_sd: sd_error(&spread.pooled, spread.ess_sd),
        ess_bulk: mixing.ess_bulk,
        ess_tail: spread.ess_tail,
        r_hat: mixing.r_hat,
        r_hat_nested: nested.as_ref().map(|nested| nested.r_hat),
        r_hat_nested_limit: nested.map(|nested| {
            // Two statistics, location and distances, for every parameter.
            let false_alarm = NESTED_FALSE_ALARM / (2 * parameters) as f64;
            limit(superchains, nested.effective, NESTED_TOLERANCE, false_alarm)
        }),
        q5,
        q25,
        q50,
        q75,
        q95,
        non_finite,
        constant,
    }
}

/// What values determine, beside their order.
struct Spread {
    pooled: Pooled,
    ess_mean: f64,
    ess_sd: f64,
    ess_tail: f64,
}

fn spread(view: ChainView<'_>, diagnosable: bool, q5: f64, q95: f64) -> Spread {
    let pooled = Pooled::of(view);
    let layout = Layout::split(view);
    let centre = pooled.mean;
    let size_of = |value: &(dyn Fn(f64) -> f64 + Sync)| {
        if diagnosable { effective_size(&mut transformed(view, layout, value)) } else { f64::NAN }
    };
    Spread {
        ess_mean: size_of(&|x| x),
        ess_sd: size_of(&|x| (x - centre) * (x - centre)),
        ess_tail: size_of(&|x| f64::from(x <= q5)).min(size_of(&|x| f64::from(x <= q95))),
        pooled,
    }
}

fn mixing(view: ChainView<'_>, superchains: usize, mut order: Order, space: &mut Space) -> Mixing {
    let column = &space.scores;
    let layout = Layout::split(view);
    let whole = Layout::whole(view);
    let has_nested = superchains >= 2 && view.chains() > superchains;
    let centre = median_of_rows(&order, view, whole);
    let distances = (view.chains() >= 2 && centre.is_finite()).then(|| {
        order.rank_distances(view, centre, layout);
        order.scatter_normal_scores(layout, column);
        if has_nested {
            let mut rows = column.autocovariance(layout);
            (r_hat(&rows), Some(nested(&mut rows, superchains)))
        } else {
            let (means, variances) = column.moments(layout);
            (r_hat_of(&means, &variances, layout.length()), None)
        }
    });
    order.rank(layout);
    order.scatter_normal_scores(layout, column);
    space.entries = order.into_entries();
    let mut rows = column.autocovariance(layout);
    let location = if view.chains() >= 2 { r_hat(&rows) } else { f64::NAN };
    let (folded, nested_folded) = distances.unwrap_or((f64::NAN, None));
    let nested = has_nested.then(|| {
        let location = nested(&mut rows, superchains);
        match nested_folded {
            Some(distances) => Nested {
                r_hat: larger(location.r_hat, distances.r_hat),
                effective: location.effective.min(distances.effective),
            },
            None => location,
        }
    });
    Mixing { ess_bulk: effective_size(&mut rows), r_hat: larger(location, folded), nested }
}

fn nested<F: Fn(usize, &mut [f64]) + Sync>(rows: &mut MeanAutocovariance<F>, superchains: usize) -> Nested {
    let rows_each = rows.rows() / superchains;
    Nested {
        r_hat: from_moments(rows.means(), rows.variances(), superchains),
        effective: rows_each as f64 * within_row(rows),
    }
}
