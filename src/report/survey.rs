//! A run as a report sees it: numbers, findings and pictures, from draws read a few parameters at a time.
//!
//! A [`Run`] flows in, a [`Survey`] flows out. All parameters are read once for their summaries and for an even sample of
//! their draws, which correlations and pair plots are made from; the worst are read again for their pictures. Of the
//! draws themselves no more is in memory than a gigabyte (or a single column, if that is larger), and four million
//! numbers of the sample. Absent: where draws lie ([`Columns`]), and what the report looks like (`html`).

use std::io;
use std::sync::Mutex;

use rayon::prelude::*;

use super::passage::Passage;
use super::picture::column::{Column, spread};
use super::picture::groups::Groups;
use super::picture::pair::{Pair, pair};
use super::picture::{Picture, autocorrelation, density, energy, heat, ranks, running, trace};
use super::table::worst_first;
use crate::diagnostics::correlation::correlation;
use crate::diagnostics::summary::Summariser;
use crate::diagnostics::{Check, Finding, History, Settings, Summary, Verdict, verdict_with};
use crate::draws::{ChainView, Columns, Draws, Failures};
use crate::math::moments::moments;

/// Draws in memory, all parameters that are read together: 1 GB.
const MOST_HELD: usize = 128_000_000;

/// Numbers of the sample, all parameters together: 32 MB.
const MOST_SAMPLED: usize = 4_000_000;

/// Draws of the sample that there are at least, however many parameters.
const LEAST_SAMPLED: usize = 200;

/// Parameters that are correlated with each other, the worst ones.
const MOST_CORRELATED: usize = 100;

/// Parameters in the heat map.
const MOST_MAPPED: usize = 30;

/// Pairs that are drawn.
const MOST_PAIRS: usize = 6;

/// A pair is drawn if its correlation is at least this, or if it is the strongest.
const WEAKEST_PAIR: f64 = 0.3;

/// Parameters with pictures, the worst ones.
const MOST_PICTURED: usize = 40;

/// Divergent draws that pair plots can show.
const MOST_DIVERGENT: usize = 300;

/// What the column of divergences is called: by our own sampler, by Stan, and by CmdStan before 2.11.
const DIVERGING: [&str; 3] = ["diverging", "divergent__", "n_divergent__"];

/// And that of energies.
const ENERGY: [&str; 2] = ["energy", "energy__"];

/// A run, wherever it comes from: what a report needs to know of it.
#[derive(Clone)]
pub struct Run<'a> {
    /// What it is a run of.
    pub title: &'a str,
    /// Its draws.
    pub draws: &'a dyn Columns,
    /// What the sampler tells of each draw; may have no columns.
    pub statistics: &'a dyn Columns,
    /// Groups of neighbouring chains that share a starting point.
    pub superchains: usize,
    /// What the summary shows.
    pub settings: Settings,
    /// The summary, if it is known already; it must be of these draws and settings.
    pub summary: Option<Summary>,
    /// How its draws came about.
    pub history: History,
    /// Findings of the sampler's own, beside those that the draws give.
    pub findings: Vec<Finding>,
    /// The generated quantities among the draws' parameters, and at which draws they could not be computed.
    pub failed: (Vec<String>, Failures),
    /// What could not be checked of the sampler.
    pub unchecked: Vec<Check>,
    /// Names of what was sampled: if one of them is constant its chains have never moved.
    pub sampled: &'a [String],
    /// Further sentences that belong to the verdict.
    pub notes: Vec<String>,
    /// What the data determine, where that is known.
    pub determined: Option<Passage>,
    /// Whether a mode is known to have copies: then chains are apart for that reason, and not on a ridge.
    pub copies: bool,
    /// Adapter, seed, timings, versions: what, and its value.
    pub facts: Vec<(String, String)>,
    /// What to type to run it again.
    pub command: Option<String>,
    /// The text of the model.
    pub model: Option<String>,
    /// The picture of the model.
    pub graph: Option<Picture>,
}

impl std::fmt::Debug for Run<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Run").field("title", &self.title).finish_non_exhaustive()
    }
}

/// What there is to say and to show of a run.
#[derive(Debug)]
pub struct Survey {
    pub summary: Summary,
    /// Rows of the summary, the worst first.
    pub order: Vec<usize>,
    pub verdict: Verdict,
    /// Whether the draws should not be trusted.
    pub bad: bool,
    /// The names that are correlated, and their matrix.
    pub correlation: (Vec<String>, Vec<f64>),
    /// Draws that correlations are from.
    pub sampled: usize,
    /// The pictures of single parameters, in `order`; none for one whose draws do not vary.
    pub portraits: Vec<Vec<Picture>>,
    pub heat: Option<Picture>,
    pub pairs: Vec<Picture>,
    pub energy: Option<Picture>,
}

/// An even sample of the draws of all parameters.
struct Sample {
    positions: Vec<usize>,
    /// `[parameter][draw]`
    values: Vec<Vec<f64>>,
    divergent: Vec<usize>,
    /// `[parameter][divergence]`
    divergent_values: Vec<Vec<f64>>,
}

impl Survey {
    /// Looks at a run.
    ///
    /// # Errors
    /// When draws cannot be read, or superchains do not divide the chains.
    pub fn of(run: &Run<'_>) -> io::Result<Self> {
        let mut held = Vec::new();
        let (summary, sample) = read_all(run, &mut held)?;
        let order = worst_first(&summary);
        let mut verdict = verdict_with(&summary, run.history, &run.failed.1, &run.failed.0);
        verdict.findings.splice(0..0, run.findings.iter().cloned());
        verdict.unchecked.extend(&run.unchecked);
        let bad = verdict.is_bad(run.sampled);
        let groups = Groups::new(run.draws.chains(), run.superchains);
        let pictured = &order[..order.len().min(MOST_PICTURED)];
        let portraits = in_turn(run.draws, pictured, &mut held, |index, view| {
            let column = Column::new(&run.draws.parameters()[index], view, groups);
            Ok(portrait(&column, &summary, index, run.superchains))
        })?;
        let correlated: Vec<usize> = order.iter().copied().take(MOST_CORRELATED).collect();
        let mut correlated: Vec<usize> =
            correlated.into_iter().filter(|&index| !summary.rows[index].constant).collect();
        correlated.sort_unstable();
        let matrix = correlations(run, &sample, &correlated);
        let names: Vec<String> = correlated.iter().map(|&index| run.draws.parameters()[index].clone()).collect();
        let strongest = strongest(&matrix, correlated.len());
        let heat = map(&names, &matrix, &strongest);
        let mut chosen = drawn(&strongest).to_vec();
        for (i, j) in haunts(&sample, &correlated) {
            if !chosen.iter().any(|&(a, b, _)| (a, b) == (i, j)) {
                chosen.push((i, j, matrix[i * correlated.len() + j]));
            }
        }
        let pairs = chosen
            .iter()
            .map(|&(i, j, r)| picture_of_pair(run, &sample, groups, [correlated[i], correlated[j]], r))
            .collect();
        let energy = match place(run.statistics, &ENERGY) {
            Some(index) => {
                let values = run.statistics.column(index)?;
                energy::energy(shaped(&values, run.statistics.chains(), run.statistics.draws()))
            }
            None => None,
        };
        let sampled = sample.positions.len();
        let correlation = (names, matrix);
        Ok(Self { summary, order, verdict, bad, correlation, sampled, portraits, heat, pairs, energy })
    }

    /// All pictures, in the order of the report.
    pub fn pictures(&self) -> impl Iterator<Item = &Picture> {
        self.portraits.iter().flatten().chain(&self.heat).chain(&self.pairs).chain(&self.energy)
    }
}

/// Works on parameters in turn, as many at a time as may be in memory: in `held`, of no columns or those of a turn before.
fn in_turn<R: Send>(
    columns: &dyn Columns,
    parameters: &[usize],
    held: &mut Vec<Vec<f64>>,
    work: impl Fn(usize, ChainView<'_>) -> io::Result<R> + Sync,
) -> io::Result<Vec<R>> {
    let (chains, draws) = (columns.chains(), columns.draws());
    let together = (MOST_HELD / (chains * draws).max(1)).clamp(1, parameters.len().max(1));
    if held.len() < together {
        held.resize_with(together, || vec![0.0; chains * draws]);
    }
    let mut results = Vec::with_capacity(parameters.len());
    for batch in parameters.chunks(together) {
        columns.read(batch, &mut held[..batch.len()])?;
        let done = batch.par_iter().zip(&*held).with_max_len(1);
        let done = done.map(|(&parameter, column)| work(parameter, shaped(column, chains, draws)));
        results.extend(done.collect::<io::Result<Vec<R>>>()?);
    }
    Ok(results)
}

fn shaped(values: &[f64], chains: usize, draws: usize) -> ChainView<'_> {
    ChainView::from_slice(values, chains, draws).expect("a column was made for this shape")
}

fn place(columns: &dyn Columns, names: &[&str]) -> Option<usize> {
    columns.parameters().iter().position(|name| names.contains(&name.as_str()))
}

/// Reads every parameter once.
fn read_all(run: &Run<'_>, held: &mut Vec<Vec<f64>>) -> io::Result<(Summary, Sample)> {
    let names = run.draws.parameters();
    let (chains, draws) = (run.draws.chains(), run.draws.draws());
    let size = chains * draws;
    let most = (MOST_SAMPLED / names.len().max(1)).max(LEAST_SAMPLED);
    let positions: Vec<usize> = spread(size, most).collect();
    let divergent = match place(run.statistics, &DIVERGING) {
        Some(index) => {
            let values = run.statistics.column(index)?;
            let all: Vec<usize> = (0..values.len()).filter(|&position| values[position] != 0.0).collect();
            spread(all.len(), MOST_DIVERGENT).map(|k| all[k]).filter(|&position| position < size).collect()
        }
        None => Vec::new(),
    };
    let summariser = || {
        let made = Summariser::new([chains, draws, names.len()], run.superchains, run.settings);
        made.map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))
    };
    summariser()?;
    let summarisers: Mutex<Vec<Summariser>> = Mutex::new(Vec::new());
    let indices: Vec<usize> = (0..names.len()).collect();
    let parts = in_turn(run.draws, &indices, held, |index, view| {
        let row = match &run.summary {
            Some(summary) => summary.rows[index].clone(),
            None => {
                let free = summarisers.lock().ok().and_then(|mut free| free.pop());
                let mut own = match free {
                    Some(own) => own,
                    None => summariser()?,
                };
                let row = own.row(&names[index], view);
                if let Ok(mut free) = summarisers.lock() {
                    free.push(own);
                }
                row
            }
        };
        let at = |positions: &[usize]| -> Vec<f64> { positions.iter().map(|&position| view.at(position)).collect() };
        Ok((row, at(&positions), at(&divergent)))
    })?;
    let mut sample = Sample { positions, values: Vec::new(), divergent, divergent_values: Vec::new() };
    let mut rows = Vec::with_capacity(names.len());
    for (row, values, divergent) in parts {
        rows.push(row);
        sample.values.push(values);
        sample.divergent_values.push(divergent);
    }
    let interval = run.settings.interval;
    Ok((Summary { chains, draws, superchains: run.superchains, interval, rows }, sample))
}

/// The pictures of one parameter.
fn portrait(column: &Column<'_>, summary: &Summary, index: usize, superchains: usize) -> Vec<Picture> {
    if !column.varies() {
        return Vec::new();
    }
    let [r_hat, ess] = running::running(column, superchains);
    let density = density::density(column, &summary.rows[index], summary.interval.probability());
    vec![density, trace::trace(column), ranks::ranks(column), autocorrelation::autocorrelation(column), r_hat, ess]
}

/// Correlations of some parameters, `[chosen, chosen]`.
fn correlations(run: &Run<'_>, sample: &Sample, chosen: &[usize]) -> Vec<f64> {
    let kept = sample.positions.len();
    let values = (0..kept).flat_map(|draw| chosen.iter().map(move |&index| sample.values[index][draw])).collect();
    let names = chosen.iter().map(|&index| run.draws.parameters()[index].clone()).collect();
    let draws = Draws::from_values(names, 1, kept, values).expect("a draw of every chosen parameter was taken");
    correlation(&draws, &(0..chosen.len()).collect::<Vec<_>>())
}

/// All pairs with a correlation, the strongest first.
fn strongest(matrix: &[f64], count: usize) -> Vec<(usize, usize, f64)> {
    let pairs = (0..count).flat_map(|i| (0..i).map(move |j| (j, i)));
    let mut pairs: Vec<(usize, usize, f64)> =
        pairs.map(|(i, j)| (i, j, matrix[i * count + j])).filter(|(_, _, r)| r.is_finite()).collect();
    pairs.sort_by(|a, b| b.2.abs().total_cmp(&a.2.abs()));
    pairs
}

fn drawn(strongest: &[(usize, usize, f64)]) -> &[(usize, usize, f64)] {
    let strong = strongest.iter().take(MOST_PAIRS).take_while(|(_, _, r)| r.abs() >= WEAKEST_PAIR).count();
    &strongest[..strong.max(1).min(strongest.len())]
}

/// The pairs in which divergences stand out: of the parameter whose divergent draws differ most from the others in place
/// or in spread, with the two that come next. None where divergences are few.
fn haunts(sample: &Sample, chosen: &[usize]) -> Vec<(usize, usize)> {
    const FEW: usize = 10;
    if sample.divergent.len() < FEW {
        return Vec::new();
    }
    let mut strange: Vec<(f64, usize)> = chosen
        .iter()
        .enumerate()
        .map(|(place, &index)| {
            let (all, divergent) = (moments(&sample.values[index]), moments(&sample.divergent_values[index]));
            let shift = (divergent.mean - all.mean).abs() / all.variance.sqrt();
            (shift.max((divergent.variance / all.variance).ln().abs() / 2.0), place)
        })
        .filter(|(strangeness, _)| strangeness.is_finite())
        .collect();
    strange.sort_by(|a, b| b.0.total_cmp(&a.0));
    let Some((&(_, first), others)) = strange.split_first() else { return Vec::new() };
    others.iter().take(2).map(|&(_, other)| (first.min(other), first.max(other))).collect()
}

/// The heat map of all, or of many parameters of those in the strongest pairs.
fn map(names: &[String], matrix: &[f64], strongest: &[(usize, usize, f64)]) -> Option<Picture> {
    if names.len() < 2 {
        return None;
    }
    let mut chosen: Vec<usize> = Vec::new();
    if names.len() <= MOST_MAPPED {
        chosen.extend(0..names.len());
    }
    for &index in strongest.iter().flat_map(|(i, j, _)| [i, j]) {
        if chosen.len() < MOST_MAPPED && !chosen.contains(&index) {
            chosen.push(index);
        }
    }
    chosen.sort_unstable();
    let part: Vec<f64> =
        chosen.iter().flat_map(|&i| chosen.iter().map(move |&j| matrix[i * names.len() + j])).collect();
    let chosen_names: Vec<&str> = chosen.iter().map(|&index| names[index].as_str()).collect();
    Some(heat::heat(&chosen_names, &part))
}

fn picture_of_pair(run: &Run<'_>, sample: &Sample, groups: Groups, pair_of: [usize; 2], r: f64) -> Picture {
    let names = run.draws.parameters();
    let draws = run.draws.draws();
    let chains: Vec<u32> = sample.positions.iter().map(|position| (position / draws) as u32).collect();
    debug_assert!(sample.divergent.len() == sample.divergent_values.first().map_or(0, Vec::len));
    pair(&Pair {
        names: pair_of.map(|index| names[index].as_str()),
        values: pair_of.map(|index| &sample.values[index][..]),
        chains: &chains,
        groups,
        divergent: pair_of.map(|index| &sample.divergent_values[index][..]),
        correlation: r,
    })
}
