//! Warm-up of NUTS: step sizes by dual averaging, diagonal metrics in Stan's windows.
//!
//! The chains of a superchain share one step size, driven by their mean acceptance as long as none is stuck, and one metric, from the positions of
//! all of them: many chains tell the variances sooner. Where each chain is a superchain, as few chains are by default, each
//! is tuned by itself, as in Stan. A tuned chain is a matter of its superchain and of nothing beyond, so that a part of a
//! run is tuned as it is in the whole. Unlike Stan, which averages step sizes anew after every window, averaging goes on
//! where a window has not changed the metric beyond recognition, with steps as much shorter as its variances are longer: the
//! last 50 of 1,000 steps alone leave a step size so noisy that it settles a quarter too small, and steps that were
//! averaged under one metric and taken under another were at times long enough to diverge. Absent on purpose: the rules, which
//! [`warmup`](crate::sampler::warmup) has.

use super::settings::{RunError, Settings};
use super::warmup::Warmup;
use crate::backend::cpu::Gradient;
use crate::backend::{Counts, Stretch, Tuning};
use crate::model::Model;
use crate::rng::philox::{key, philox};
use crate::rng::slots::{Purpose, counter};
use crate::rng::variate::normal_pair;
use crate::sampler::Gradient as _;
use crate::sampler::nuts::{drift, energy_error, kick};
use crate::sampler::warmup::{DualAveraging, Refusals, Variances, Windows, length_ratio};

/// Takes the warm-up steps; returns step sizes and metrics at their end.
pub(super) fn warm_up(model: &Model, settings: &Settings, warmup: &mut Warmup<'_>) -> Result<Tuning, RunError> {
    let coordinates = model.coordinates.len();
    let groups = Groups::new(settings);
    let mut search = Search::new(model, settings, &groups);
    let mut metric = vec![1.0; groups.count * coordinates];
    let mut step_sizes = search.find(0, &warmup.backend.positions()?, &metric, &vec![1.0; groups.count]);
    let mut averages: Vec<DualAveraging> =
        step_sizes.iter().map(|&step| DualAveraging::new(settings.target_accept, step)).collect();
    let mut refusals = Refusals::new(groups.chains);
    let windows = Windows::new(settings.warmup);
    let mut variances = vec![Variances::new(coordinates); groups.count];
    for step in 0..settings.warmup {
        warmup.backend.tune(&groups.tuning(&step_sizes, &metric))?;
        let stretch = Stretch { first_step: step, steps: 1 };
        let stats = warmup.advance(stretch)?;
        let Counts::Trees(trees) = stats.counts else { unreachable!("NUTS grows trees") };
        let mut rates = groups.means(trees.iter().map(|tree| tree.acceptance));
        for (chain, tree) in trees.iter().enumerate() {
            if refusals.is_stuck(chain, tree.acceptance) {
                rates[groups.of(chain)] = 0.0;
            }
        }
        for ((size, average), rate) in step_sizes.iter_mut().zip(&mut averages).zip(rates) {
            *size = average.next(rate);
        }
        let ends = windows.ends.contains(&step);
        if windows.ends.last().is_some_and(|&last| (windows.first..=last).contains(&step)) {
            let positions = warmup.backend.positions()?;
            for (chain, position) in positions.chunks_exact(coordinates).enumerate() {
                variances[groups.of(chain)].add(position);
            }
            if ends {
                let mut changed = vec![false; groups.count];
                for (group, metric) in metric.chunks_exact_mut(coordinates).enumerate() {
                    let variances = std::mem::replace(&mut variances[group], Variances::new(coordinates));
                    if let Some(estimate) = variances.inverse_metric() {
                        changed[group] = changes(metric, &estimate);
                        let ratio = length_ratio(metric, &estimate);
                        averages[group].rescale(ratio);
                        step_sizes[group] *= ratio;
                        metric.copy_from_slice(&estimate);
                    }
                }
                let found = search.find(step + 1, &positions, &metric, &step_sizes);
                for group in (0..groups.count).filter(|&group| changed[group]) {
                    step_sizes[group] = found[group];
                    averages[group] = DualAveraging::new(settings.target_accept, found[group]);
                }
            }
        }
    }
    for (size, average) in step_sizes.iter_mut().zip(&averages) {
        *size = average.settled().unwrap_or(*size);
    }
    let tuning = groups.tuning(&step_sizes, &metric);
    warmup.backend.tune(&tuning)?;
    Ok(tuning)
}

/// Whether a metric is so different that step sizes have to be found anew: a variance is more than four times what it was,
/// or less than a fourth. What 25 correlated positions tell of a variance may well be half of it, or twice.
fn changes(before: &[f64], after: &[f64]) -> bool {
    before.iter().zip(after).any(|(before, after)| !(0.25..=4.0).contains(&(after / before)))
}

/// In place of a warm-up, for chains that are at `positions` of a posterior whose variances are known: one step size for
/// all, and the variances as metric.
pub(super) fn tuning_at(model: &Model, settings: &Settings, positions: &[f64], variances: &[f64]) -> Tuning {
    let groups = Groups { chains: settings.chains, first_chain: 0, size: settings.chains, count: 1 };
    let step_sizes = Search::new(model, settings, &groups).find(0, positions, variances, &[1.0]);
    groups.tuning(&step_sizes, variances)
}

/// Chains that are tuned together.
#[derive(Clone, Copy, Debug)]
struct Groups {
    chains: usize,
    first_chain: usize,
    size: usize,
    count: usize,
}

impl Groups {
    fn new(settings: &Settings) -> Self {
        let size = settings.superchain_size;
        let (chains, first_chain) = (settings.chains, settings.first_chain as usize);
        let groups = Self { chains, first_chain, size, count: 0 };
        Self { count: groups.of(chains - 1) + 1, ..groups }
    }

    /// The group of a chain.
    fn of(&self, chain: usize) -> usize {
        (self.first_chain + chain) / self.size - self.first_chain / self.size
    }

    /// The first chain of each group.
    fn leaders(&self) -> impl Iterator<Item = usize> {
        let groups = *self;
        (0..self.chains).filter(move |&chain| chain == 0 || groups.of(chain) != groups.of(chain - 1))
    }

    fn means(&self, values: impl Iterator<Item = f64>) -> Vec<f64> {
        let mut sums = vec![(0.0, 0.0); self.count];
        for (chain, value) in values.enumerate() {
            let (sum, count) = &mut sums[self.of(chain)];
            *sum += value;
            *count += 1.0;
        }
        sums.into_iter().map(|(sum, count)| sum / count).collect()
    }

    /// What groups know, told to each of their chains.
    fn tuning(&self, step_sizes: &[f64], metric: &[f64]) -> Tuning {
        let coordinates = metric.len() / self.count;
        Tuning::Nuts {
            step_sizes: (0..self.chains).map(|chain| step_sizes[self.of(chain)]).collect(),
            inverse_metric: (0..self.chains)
                .flat_map(|chain| &metric[self.of(chain) * coordinates..][..coordinates])
                .copied()
                .collect(),
        }
    }
}

/// Looks for a step size whose first leapfrog is accepted neither almost always nor almost never, in `f64` whatever the
/// backend: Hoffman and Gelman (2014), algorithm 4, with Stan's threshold of 0.8.
struct Search {
    density: Gradient<f64>,
    groups: Groups,
    first_group: usize,
    key: [u32; 2],
}

impl Search {
    fn new(model: &Model, settings: &Settings, groups: &Groups) -> Self {
        Self {
            density: Gradient::new(&model.gradient(), model.density.results.len()),
            groups: *groups,
            first_group: groups.first_chain / groups.size,
            key: key(settings.seed),
        }
    }

    /// A step size for each group, from where its first chain is after `steps` steps: doubled or halved until the acceptance
    /// crosses 0.8. A group's trials are numbered by its own steps, whatever the other groups need.
    fn find(&mut self, steps: u32, positions: &[f64], metric: &[f64], step_sizes: &[f64]) -> Vec<f64> {
        /// Beyond these a posterior is improper, or its density is nowhere smooth: sampling will tell.
        const SIZES: std::ops::RangeInclusive<f64> = 1e-10..=1e7;
        let mut sizes = step_sizes.to_vec();
        let mut grows: Vec<Option<bool>> = vec![None; self.groups.count];
        let mut searching = vec![true; self.groups.count];
        // Fewer than 64: the sizes span 57 doublings.
        let mut trials = steps.wrapping_mul(64)..;
        while searching.contains(&true)
            && let Some(trial) = trials.next()
        {
            let acceptable: Vec<bool> =
                self.trial(trial, positions, metric, &sizes).into_iter().map(|error| -error > 0.8_f64.ln()).collect();
            for (group, &accepts) in acceptable.iter().enumerate() {
                if !searching[group] {
                    continue;
                }
                match grows[group] {
                    // The first trial only says in which direction to go.
                    None => grows[group] = Some(accepts),
                    Some(direction) if direction == accepts && SIZES.contains(&sizes[group]) => {
                        sizes[group] *= if accepts { 2.0 } else { 0.5 };
                    }
                    Some(_) => searching[group] = false,
                }
            }
        }
        sizes
    }

    /// Energy errors of one leapfrog for each group.
    fn trial(&mut self, number: u32, positions: &[f64], metric: &[f64], sizes: &[f64]) -> Vec<f64> {
        let lanes = self.groups.count;
        let coordinates = metric.len() / lanes;
        let leaders: Vec<usize> = self.groups.leaders().collect();
        let table = |at: &dyn Fn(usize, usize) -> f64| -> Vec<Vec<f64>> {
            (0..coordinates).map(|i| (0..lanes).map(|lane| at(i, lane)).collect()).collect()
        };
        let mut q = table(&|i, lane| positions[leaders[lane] * coordinates + i]);
        let mut p = table(&|i, lane| {
            let (slot, group) = ((i / 4) as u32, (self.first_group + lane) as u32);
            let words = philox(counter(group, number, slot, Purpose::StepSize), self.key);
            let (first, second): (f64, f64) =
                if i % 4 < 2 { normal_pair(words[0], words[1]) } else { normal_pair(words[2], words[3]) };
            (if i % 2 == 0 { first } else { second }) / metric[lane * coordinates + i].sqrt()
        });
        let kinetic = |p: &[Vec<f64>], lane: usize| -> f64 {
            let term = |(i, p): (usize, &Vec<f64>)| p[lane] * (metric[lane * coordinates + i] * p[lane]);
            0.5 * p.iter().enumerate().map(term).sum::<f64>()
        };
        let mut slope = table(&|_, _| 0.0);
        let (mut before, mut after) = (vec![0.0; lanes], vec![0.0; lanes]);
        self.density.gradient(&q, &mut before, &mut slope);
        let first: Vec<f64> = (0..lanes).map(|lane| kinetic(&p, lane)).collect();
        for i in 0..coordinates {
            for lane in 0..lanes {
                p[i][lane] = kick(p[i][lane], sizes[lane], slope[i][lane]);
                q[i][lane] = drift(q[i][lane], sizes[lane], metric[lane * coordinates + i], p[i][lane]);
            }
        }
        self.density.gradient(&q, &mut after, &mut slope);
        for i in 0..coordinates {
            for lane in 0..lanes {
                p[i][lane] = kick(p[i][lane], sizes[lane], slope[i][lane]);
            }
        }
        let extent = |lane: usize| q.iter().map(|q| q[lane].abs()).fold(0.0, f64::max);
        (0..lanes)
            .map(|lane| energy_error(kinetic(&p, lane), after[lane], first[lane], before[lane], extent(lane)))
            .collect()
    }
}
