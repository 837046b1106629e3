//! One row of numbers for every parameter.
//!
//! Draws flow in, a [`Summary`] flows out. A parameter is sorted once; ranks, quantiles, intervals and indicators are
//! all read off that order. The work space of a parameter in flight is one column of draws and half of another, and
//! only as many parameters are in flight as fit into half the memory of the draws, or into a few megabytes (always at
//! least one). Results do not depend on the number of threads.
//! Deliberately absent: rounding, and judgement (`verdict`).

use std::sync::atomic::AtomicU64;

use rayon::prelude::*;
use thiserror::Error;

use crate::diagnostics::drift::Drift;
use crate::diagnostics::ess::{effective_size, within_row};
use crate::diagnostics::fold::{distance_moments, rank_distances};
use crate::diagnostics::indicator;
use crate::diagnostics::interval::Interval;
use crate::diagnostics::layout::Layout;
use crate::diagnostics::mcse::sd_error;
use crate::diagnostics::nested_rhat::{from_moments, limit};
use crate::diagnostics::order::Order;
use crate::diagnostics::pooled::{Pooled, powers};
use crate::diagnostics::quantile::interpolate;
use crate::diagnostics::rank::median_of_rows;
use crate::diagnostics::ranks::Ranks;
use crate::diagnostics::rhat;
use crate::diagnostics::tail_index::tail_index;
use crate::diagnostics::twins::{Twins, identical, twins};
use crate::diagnostics::values::Values;
use crate::diagnostics::word::key;
use crate::draws::{ChainView, Draws};
use crate::math::autocovariance::{FirstLags, MeanAutocovariance, Padded, groups};
use crate::math::moments::mean;

/// R-hat, nested or not, that draws without sampling noise may have: the customary threshold.
pub const TOLERANCE: f64 = 1.01;

/// Probability that perfect draws of a whole run, all parameters together, exceed the limit of
/// nested R-hat, or of R-hat where there is none, anywhere.
pub const FALSE_ALARM: f64 = 0.001;

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

impl Summary {
    /// Groups of chains, numbered from 0, that hold the same draws of every parameter, as of a file that is given twice.
    #[must_use]
    pub fn identical_chains(&self) -> Vec<Vec<usize>> {
        identical(self.rows.iter().filter(|row| row.is_judged()).map(|row| &row.twins[..]))
    }
}

/// Numbers of one parameter. A number that the draws do not determine is NaN; where a draw is not finite, every number is.
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
    /// The larger split R-hat of the indicators of the draws at or below the 5 % and the 95 % quantile: it sees chains that
    /// stay in a tail, or out of it. NaN for a single chain, and for tails without a draw beyond them.
    pub r_hat_tail: f64,
    /// Shape k of a generalised Pareto distribution fitted to the outermost draws, the larger one of both tails: from 0.5 on
    /// there is no variance, from 1 on no mean. NaN for fewer than 25 draws.
    pub tail_index: f64,
    /// Rank-normalised split R-hat, folded about the median of all draws.
    pub r_hat: f64,
    /// The largest R-hat that tolerance and sampling noise explain; none where there is a nested
    /// R-hat, for a single chain, and for an R-hat within the tolerance anyway.
    pub r_hat_limit: Option<f64>,
    /// Rank-normalised nested R-hat; none for fewer than two superchains, or superchains of a
    /// single chain.
    pub r_hat_nested: Option<f64>,
    /// The largest nested R-hat that tolerance and sampling noise explain. The noise of distances from the median counts
    /// only where some measure exceeds the tolerance: nothing is to be explained otherwise.
    pub r_hat_nested_limit: Option<f64>,
    /// How far second halves of chains lie from their first halves, in standard deviations of the ranks, or of those of
    /// distances from the median: it sees what all chains do together, which no comparison between them can. None for a
    /// single chain.
    pub drift: Option<f64>,
    /// The largest drift that tolerance and sampling noise explain.
    pub drift_limit: Option<f64>,
    pub q5: f64,
    pub q25: f64,
    pub q50: f64,
    pub q75: f64,
    pub q95: f64,
    /// Draws that are NaN or infinite.
    pub non_finite: usize,
    /// Whether all draws are equal.
    pub constant: bool,
    /// Groups of chains that hold the same draws; none where a draw is not finite.
    pub twins: Vec<Twins>,
}

impl Row {
    /// Of draws of which so many are not finite.
    fn of_non_finite(non_finite: usize, is_nested: bool) -> Self {
        let nan = f64::NAN;
        Self {
            parameter: String::new(),
            mean: nan,
            sd: nan,
            interval: (nan, nan),
            mcse_mean: nan,
            mcse_sd: nan,
            ess_bulk: nan,
            ess_tail: nan,
            r_hat_tail: nan,
            tail_index: nan,
            r_hat: nan,
            r_hat_limit: None,
            r_hat_nested: is_nested.then_some(nan),
            r_hat_nested_limit: None,
            drift: None,
            drift_limit: None,
            q5: nan,
            q25: nan,
            q50: nan,
            q75: nan,
            q95: nan,
            non_finite,
            constant: false,
            twins: Vec::new(),
        }
    }

    /// Whether the draws tell how well they are mixed: they are finite and differ.
    #[must_use]
    pub fn is_judged(&self) -> bool {
        !self.constant && self.non_finite == 0
    }
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
    let size = chains * draws.draws();
    let in_flight = (parameters / 3).max(SMALL_SPACES / size.max(1)).min(parameters).min(rayon::current_num_threads());
    let mut spaces: Vec<_> = (0..in_flight.max(1)).map(|_| Space::new(size)).collect();
    let indices: Vec<usize> = (0..parameters).collect();
    let mut rows = Vec::with_capacity(parameters);
    for batch in indices.chunks(in_flight.max(1)) {
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

/// Draws of all parameters in flight, together, that are so few that their work space does not matter: 24 MiB.
const SMALL_SPACES: usize = 1 << 21;

/// Summarises the parameters of a run one after another, for draws that are not all in memory: each row is that of
/// [`summarise`].
#[derive(Debug)]
pub struct Summariser {
    superchains: usize,
    parameters: usize,
    settings: Settings,
    space: Space,
}

impl Summariser {
    /// For draws of such a shape, `parameters` parameters in all.
    ///
    /// # Errors
    /// As [`summarise`].
    pub fn new(
        [chains, draws, parameters]: [usize; 3],
        superchains: usize,
        settings: Settings,
    ) -> Result<Self, SummaryError> {
        if superchains == 0 || !chains.is_multiple_of(superchains) {
            return Err(SummaryError::UnequalSuperchains { chains, superchains });
        }
        Ok(Self { superchains, parameters, settings, space: Space::new(chains * draws) })
    }

    /// The row of a parameter.
    pub fn row(&mut self, parameter: &str, view: ChainView<'_>) -> Row {
        let row = summarise_parameter(view, self.superchains, &self.settings, self.parameters, &mut self.space);
        Row { parameter: parameter.to_owned(), ..row }
    }
}

/// Memory a parameter is worked on in, used again for the next one.
#[derive(Debug)]
struct Space {
    words: Vec<AtomicU64>,
    ranks: Ranks,
}

impl Space {
    fn new(size: usize) -> Self {
        Self { words: Vec::with_capacity(size), ranks: Ranks::new(size) }
    }
}

fn summarise_parameter(
    view: ChainView<'_>,
    superchains: usize,
    settings: &Settings,
    parameters: usize,
    space: &mut Space,
) -> Row {
    let values = Values::gather(view, std::mem::take(&mut space.words));
    let (least, most) = values.extent().keys;
    if least <= key(f64::NEG_INFINITY) || most >= key(f64::INFINITY) {
        let non_finite = view.iterate().filter(|x| !x.is_finite()).count();
        space.words = values.into_words();
        return Row::of_non_finite(non_finite, superchains >= 2 && view.chains() > superchains);
    }
    let diagnosable = view.draws() >= 4 && view.chains() >= 1;
    let spread = if diagnosable { Spread::of(view, &values) } else { Spread::undetermined(view) };
    let order = Order::of_values(view, values);
    let at = |k: usize| order.exact(view, k);
    let size = order.size();
    let [q5, q25, q50, q75, q95] = [0.05, 0.25, 0.5, 0.75, 0.95].map(|p| interpolate(size, p, at));
    let constant = size > 0 && least == most;
    let interval = settings.interval.between(size, at, |k| order.bounds(k));
    // Four statistics for every parameter: location and distances, between chains and between the halves of the run.
    let false_alarm = FALSE_ALARM / (4 * parameters) as f64;
    let mixing = if diagnosable {
        mixing(view, superchains, &order, &space.ranks, spread.asked, [q5, q95], false_alarm)
    } else {
        Mixing::undetermined()
    };
    let tail_index = tail_index(size, mixing.ess_tail, at);
    space.words = order.into_words();
    let limit_of = |noise: Noise| match noise {
        Noise::OfSuperchains { effective } => limit(superchains, effective, TOLERANCE, false_alarm),
        Noise::OfHalves { effective } => rhat::limit(2 * view.chains(), effective, TOLERANCE, false_alarm),
    };
    Row {
        parameter: String::new(),
        mean: spread.pooled.mean,
        sd: spread.pooled.sd(),
        interval,
        mcse_mean: spread.pooled.sd() / spread.ess_mean.sqrt(),
        mcse_sd: sd_error(&spread.pooled, spread.ess_sd),
        ess_bulk: mixing.ess_bulk,
        ess_tail: mixing.ess_tail,
        r_hat_tail: mixing.r_hat_tail,
        tail_index,
        r_hat: mixing.r_hat,
        r_hat_limit: mixing.noise.filter(|noise| matches!(noise, Noise::OfHalves { .. })).map(limit_of),
        r_hat_nested: mixing.r_hat_nested,
        r_hat_nested_limit: mixing.noise.filter(|noise| matches!(noise, Noise::OfSuperchains { .. })).map(limit_of),
        drift: mixing.drift.map(|drift| drift.shift),
        drift_limit: mixing.drift.map(|drift| drift.limit),
        q5,
        q25,
        q50,
        q75,
        q95,
        non_finite: 0,
        constant,
        twins: twins(view),
    }
}

/// What values determine, beside their order.
struct Spread {
    pooled: Pooled,
    ess_mean: f64,
    ess_sd: f64,
    /// Lags that the effective size of the mean asked for.
    asked: usize,
}

impl Spread {
    /// Of draws that have no effective size.
    fn undetermined(view: ChainView<'_>) -> Self {
        Self { pooled: Pooled::of(view), ess_mean: f64::NAN, ess_sd: f64::NAN, asked: 0 }
    }

    /// Reads the values once; again only where chains mix so slowly that more than the first lags are needed.
    fn of(view: ChainView<'_>, values: &Values) -> Self {
        let layout = Layout::split(view);
        let centre = mean(values.means());
        let (draws, rows, length) = (view.draws(), layout.rows(), layout.length());
        let square = |x: &mut f64| *x = (*x - centre) * (*x - centre);
        let stretches: Vec<_> = groups(view.chains())
            .map(|chains| {
                let (mut chain, mut padded) = (vec![0.0; draws], Padded::new(length));
                let (mut levels, mut squares) = (FirstLags::default(), FirstLags::default());
                let mut all_powers = Vec::with_capacity(chains.len());
                for index in chains {
                    values.copy(index * draws, &mut chain);
                    all_powers.push(powers(&chain, centre));
                    for row in [&chain[..length], &chain[draws - length..]] {
                        padded.values().copy_from_slice(row);
                        levels.add(&mut padded);
                        padded.values().copy_from_slice(row);
                        padded.values().iter_mut().for_each(square);
                        squares.add(&mut padded);
                    }
                }
                (all_powers, (levels, squares))
            })
            .collect();
        let (all_powers, lags): (Vec<_>, Vec<_>) = stretches.into_iter().unzip();
        let (levels, squares) = lags.into_iter().unzip();
        let fill = |row: usize, into: &mut [f64]| values.copy(layout.start(row), into);
        let fill_squares = |row: usize, into: &mut [f64]| {
            fill(row, into);
            into.iter_mut().for_each(square);
        };
        let mut levels = MeanAutocovariance::from_first_lags(rows, length, fill, levels);
        let mut squares = MeanAutocovariance::from_first_lags(rows, length, fill_squares, squares);
        Self {
            pooled: Pooled::from_powers(centre, &all_powers.concat(), view.size()),
            ess_mean: effective_size(&mut levels),
            ess_sd: effective_size(&mut squares),
            asked: levels.asked(),
        }
    }
}

/// What ranks alone determine.
struct Mixing {
    ess_bulk: f64,
    ess_tail: f64,
    r_hat_tail: f64,
    r_hat: f64,
    r_hat_nested: Option<f64>,
    drift: Option<Drift>,
    noise: Option<Noise>,
}

impl Mixing {
    /// Of draws that have no ranks.
    fn undetermined() -> Self {
        let nan = f64::NAN;
        Self { ess_bulk: nan, ess_tail: nan, r_hat_tail: nan, r_hat: nan, r_hat_nested: None, drift: None, noise: None }
    }
}

/// What noise lets an R-hat, or a nested one, exceed the tolerance.
#[derive(Clone, Copy)]
enum Noise {
    /// Effective draws of a superchain.
    OfSuperchains { effective: f64 },
    /// Effective draws of half a chain.
    OfHalves { effective: f64 },
}

/// `asked` lags are likely to be asked for; `tails` are the quantiles that bound the tails; `false_alarm` is the probability
/// that stationary chains drift by chance.
fn mixing(
    view: ChainView<'_>,
    superchains: usize,
    order: &Order,
    ranks: &Ranks,
    asked: usize,
    tails: [f64; 2],
    false_alarm: f64,
) -> Mixing {
    let layout = Layout::split(view);
    let is_nested = superchains >= 2 && view.chains() > superchains;
    let median = median_of_rows(order, view, Layout::whole(view));
    let rank_distances = || rank_distances(view, order, median, layout, ranks);
    let (mut distances, mut nested_distances, mut spread) = (f64::NAN, f64::NAN, None);
    if view.chains() >= 2 && median.is_finite() {
        let (means, variances) = distance_moments(view, order, median, layout).unwrap_or_else(|| {
            rank_distances();
            ranks.moments(layout)
        });
        distances = rhat::from_moments(&means, &variances, layout.length());
        spread = Drift::of(&means, &variances, false_alarm);
        nested_distances = if is_nested { from_moments(&means, &variances, superchains) } else { f64::NAN };
    }
    order.rank(layout, ranks);
    let smallest = tails.map(|quantile| order.kept(0..order.at_or_below(view, quantile), layout));
    let (mut rows, tails) = ranks.autocovariance_and_tails(layout, asked, smallest);
    let [low, high] = tails.map(|bits| indicator::mixing(&bits, layout.length()));
    let location = if view.chains() >= 2 { rhat::r_hat(&rows) } else { f64::NAN };
    let r_hat = rhat::larger(location, distances);
    let r_hat_nested =
        is_nested.then(|| rhat::larger(from_moments(rows.means(), rows.variances(), superchains), nested_distances));
    let drift = match (Drift::of(rows.means(), rows.variances(), false_alarm), spread) {
        (Some(drift), Some(spread)) => Some(drift.worse(spread)),
        (drift, _) => drift,
    };
    let ess_bulk = effective_size(&mut rows);
    // Noise excuses what exceeds the tolerance, and is asked for then; that of distances, which takes their ranks, only where
    // they may be the ones that exceed it.
    let exceeds = r_hat_nested.unwrap_or(r_hat) > TOLERANCE;
    let mut effective = if is_nested || exceeds { within_row(&mut rows) } else { f64::INFINITY };
    if exceeds && !distances.is_nan() && (is_nested || distances > TOLERANCE) {
        drop(rows);
        rank_distances();
        effective = effective.min(within_row(&mut ranks.autocovariance(layout)));
    }
    let superchain = (layout.rows() / superchains.max(1)) as f64;
    Mixing {
        ess_bulk,
        ess_tail: low.effective_size.min(high.effective_size),
        r_hat_tail: low.r_hat.max(high.r_hat),
        r_hat,
        r_hat_nested,
        drift,
        noise: if is_nested {
            Some(Noise::OfSuperchains { effective: superchain * effective })
        } else {
            exceeds.then_some(Noise::OfHalves { effective })
        },
    }
}
