//! What a backend's precision costs for one model and its data, measured against the CPU in `f64`.
//!
//! Comparisons from the smallest part to the whole: the log density at many points; its gradient and one step of NUTS
//! ([`trajectory`]); the decisions of one Metropolis sweep from the same states with the same random numbers; how long
//! whole runs of sweeps stay together; posterior means and standard deviations of independent runs. Each with the bound it must keep and where the bound comes from.
//!
//! Absent on purpose: printing, and the choice of backend.

pub mod trajectory;

use std::ops::ControlFlow;

use self::trajectory::Trajectories;
use super::{Init, RunError, Settings, run};
use crate::backend::cpu::CpuBackend;
use crate::backend::{Backend, Counts, Keep, Population, Stretch, Tuning};
use crate::diagnostics::{Settings as Shown, Summary, summarise};
use crate::draws::Draws;
use crate::ir::evaluate::evaluate;
use crate::math::normal_quantile::normal_quantile;
use crate::model::Model;

/// A log density may differ by so much of the sum of the magnitudes of its terms: 80 roundings of half a unit in
/// single precision, which the order of summation (64 additions a block) and the elementary functions (a few units
/// each) stay below.
const LARGEST_RELATIVE_ERROR: f64 = 1e-5;

/// At states of the posterior a log density may differ by so much, however large its terms are: an acceptance
/// probability is then wrong by 2 % at most.
const LARGEST_ERROR: f64 = 0.01;

/// Steps for which trajectories are compared.
const TRAJECTORY: u32 = 1000;

/// Steps of the run that gives the reference posterior: warm-up, then as many draws.
pub const STEPS: u32 = 1000;

/// The first step whose random numbers have not made the states that comparisons start from.
const UNUSED_STEP: u32 = 2 * STEPS;

/// Trajectories count as together while no parameter differs by more than this part of its posterior deviation.
const TOGETHER: f64 = 1e-3;

/// Probability that a correct backend fails the comparison of moments, all parameters together.
const FALSE_ALARM: f64 = 1e-4;

/// What was measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Points at which the log density was compared.
    pub points: usize,
    /// Largest difference of the log density at states of the posterior.
    pub largest_error: f64,
    /// Largest difference of the log density at any point, relative to the sum of the magnitudes of its terms.
    pub largest_relative_error: f64,
    /// Points at which one side was finite and the other was not.
    pub finiteness_differs: usize,
    /// Decisions of one sweep that were compared: those before the first difference of a chain.
    pub decisions: usize,
    /// How many of them differed.
    pub decisions_differ: usize,
    /// How many may: rounding of the size measured above flips no more, but for one run in ten thousand.
    pub decisions_allowed: usize,
    /// The comparison of gradients and steps of NUTS, where there is a backend that takes them.
    pub nuts: Option<Trajectories>,
    /// Steps for which trajectories were followed.
    pub steps: u32,
    /// Chains whose trajectories stayed together for all of them.
    pub together: usize,
    /// Number of chains.
    pub chains: usize,
    /// The step at which half of the chains had parted, if they had.
    pub median_parting: Option<u32>,
    /// The comparison of moments.
    pub moments: Vec<Moments>,
    /// Largest difference of a moment, in standard errors, that is admitted.
    pub moments_allowed: f64,
}

/// A parameter's moments on both sides.
#[derive(Clone, Debug, PartialEq)]
pub struct Moments {
    /// The parameter.
    pub parameter: String,
    /// Its mean: reference, checked.
    pub mean: (f64, f64),
    /// Its standard deviation: reference, checked.
    pub sd: (f64, f64),
    /// Differences of mean and standard deviation in units of their joint Monte Carlo standard error.
    pub z: (f64, f64),
}

impl Report {
    /// Whether the log density keeps its bound.
    pub fn density_passes(&self) -> bool {
        self.largest_error <= LARGEST_ERROR
            && self.largest_relative_error <= LARGEST_RELATIVE_ERROR
            && self.finiteness_differs == 0
    }

    /// Whether no more decisions differ than rounding explains.
    pub fn decisions_pass(&self) -> bool {
        self.decisions_differ <= self.decisions_allowed
    }

    /// Whether every moment keeps its bound. One that has no standard error fails.
    pub fn moments_pass(&self) -> bool {
        self.largest_moment() <= self.moments_allowed
    }

    /// The largest difference of a moment in standard errors; infinite where one has no standard error.
    pub fn largest_moment(&self) -> f64 {
        let differences = self.moments.iter().flat_map(|row| [row.z.0.abs(), row.z.1.abs()]);
        differences.fold(0.0, |largest, z| if z.is_nan() { f64::INFINITY } else { largest.max(z) })
    }

    /// Whether everything keeps its bound.
    pub fn passes(&self) -> bool {
        let nuts = self.nuts.as_ref().is_none_or(|nuts| nuts.gradient_passes() && nuts.steps_pass());
        self.density_passes() && nuts && self.decisions_pass() && self.moments_pass()
    }
}

/// Compares `backend` with the CPU in `f64` on so many chains. `again` makes the same backend with another seed, for
/// an independent posterior. `nuts` is that backend once more, for steps of NUTS, with the same seed.
///
/// # Errors
/// When either side cannot run the model.
pub fn check(
    model: &Model,
    backend: &mut dyn Backend,
    again: &mut dyn Backend,
    nuts: Option<&mut dyn Backend>,
    chains: usize,
    seed: u64,
) -> Result<Report, RunError> {
    let mut reference = CpuBackend::<f64>::new(model, seed);
    let settings = Settings {
        first_chain: 0,
        chains,
        superchain_size: 1,
        warmup: STEPS,
        draws: STEPS as usize,
        thin: 1,
        seed,
        init: Init::Random { radius: 2.0 },
        target_accept: 0.8,
    };
    let mut unwatched = |_, _, _| ControlFlow::Continue(());
    let truth = run(model, &mut reference, &settings, &mut unwatched)?;
    let Tuning::Metropolis { scales } = truth.tuning else { unreachable!("the reference takes Metropolis steps") };
    // States of the posterior, as both sides can hold them, and as many points away from it.
    let states: Vec<f64> = reference.positions()?.into_iter().map(|z| f64::from(z as f32)).collect();
    let away: Vec<f64> = states.iter().map(|z| f64::from((2.0 * z + 0.5) as f32)).collect();
    let (at_states, at_away) = (compare_density(model, backend, &states)?, compare_density(model, backend, &away)?);
    let allowed = flips(&at_states, &states, &scales);
    let nuts =
        nuts.map(|nuts| trajectory::compare(model, nuts, &states, &settings, at_states.largest_error)).transpose()?;
    let tuning = Tuning::Metropolis { scales };
    let (decisions, decisions_differ) = compare_decisions(model, backend, &mut reference, &states, &tuning)?;
    // Five standard deviations and five more of a Poisson count.
    let flips = decisions as f64 * allowed;
    let decisions_allowed = (flips + 5.0 * flips.sqrt() + 5.0) as usize;
    let (together, median_parting) =
        compare_trajectories(model, backend, &mut reference, &states, &tuning, &truth.draws)?;
    let other = Settings { seed: seed.wrapping_add(1), ..settings };
    let checked = run(model, again, &other, &mut unwatched)?;
    let moments = compare_moments(&summary(&truth.draws), &summary(&checked.draws));
    let comparisons = 2.0 * moments.len() as f64;
    Ok(Report {
        points: 2 * chains,
        largest_error: at_states.largest_error,
        largest_relative_error: at_states.largest_relative_error.max(at_away.largest_relative_error),
        finiteness_differs: at_states.finiteness_differs + at_away.finiteness_differs,
        decisions,
        decisions_differ,
        decisions_allowed,
        nuts,
        steps: TRAJECTORY,
        together,
        chains,
        median_parting,
        moments,
        moments_allowed: -normal_quantile(FALSE_ALARM / comparisons / 2.0),
    })
}

#[derive(Clone, Debug, Default)]
struct Density {
    largest_error: f64,
    largest_relative_error: f64,
    finiteness_differs: usize,
}

/// Probability that rounding flips a decision, at most. The accept test compares `ln(u)`, whose density is at most 1,
/// with a difference of two log densities: an error of `e` in each moves the threshold by `2 e`. Rounding a proposal
/// moves it by half a unit of the coordinate, over which the log density changes by about that many scales; the random
/// numbers are rounded to 2^-23 on the way.
fn flips(density: &Density, states: &[f64], scales: &[f64]) -> f64 {
    let moved = states.iter().zip(scales).map(|(z, scale)| z.abs() / scale).fold(0.0, f64::max);
    let rounding = f64::from(f32::EPSILON);
    (2.0 * density.largest_error.min(LARGEST_ERROR) + rounding * (moved + 4.0)).min(2.0 * LARGEST_ERROR)
}

/// The log density at points `[point, coordinate]` that single precision can hold, against the slow evaluator.
fn compare_density(model: &Model, backend: &mut dyn Backend, points: &[f64]) -> Result<Density, RunError> {
    let rows: Vec<&[f64]> = points.chunks_exact(model.coordinates.len()).collect();
    let found = backend.start(Population { first: 0, chains: rows.len() }, points)?;
    let mut density = Density::default();
    for (point, found) in rows.into_iter().zip(found) {
        let terms = evaluate(&model.density, point);
        let (truth, magnitude) = (terms.iter().sum::<f64>(), terms.iter().map(|term| term.abs()).sum::<f64>());
        if !truth.is_finite() || !found.is_finite() {
            density.finiteness_differs += usize::from(truth.is_finite() != found.is_finite());
            continue;
        }
        let error = (found - truth).abs();
        density.largest_error = density.largest_error.max(error);
        density.largest_relative_error = density.largest_relative_error.max(error / magnitude.max(1.0));
    }
    Ok(density)
}

/// Decisions of one sweep from the same states: how many were compared, how many differ. After a chain's first
/// difference its states differ, so the rest of its sweep is not compared.
fn compare_decisions(
    model: &Model,
    backend: &mut dyn Backend,
    reference: &mut dyn Backend,
    states: &[f64],
    tuning: &Tuning,
) -> Result<(usize, usize), RunError> {
    let coordinates = model.coordinates.len();
    let population = Population { first: 0, chains: states.len() / coordinates };
    let decide = |backend: &mut dyn Backend| -> Result<Vec<u32>, RunError> {
        backend.start(population, states)?;
        backend.tune(tuning)?;
        let stretch = Stretch { first_step: UNUSED_STEP, steps: 1 };
        match backend.advance(stretch, None, &mut |_| ControlFlow::Continue(()))?.counts {
            Counts::Accepted(accepted) => Ok(accepted),
            Counts::Trees(_) => unreachable!("Metropolis steps are compared"),
        }
    };
    let (found, truth) = (decide(backend)?, decide(reference)?);
    let (mut compared, mut differ) = (0, 0);
    for (found, truth) in found.chunks_exact(coordinates).zip(truth.chunks_exact(coordinates)) {
        let same = found.iter().zip(truth).take_while(|(found, truth)| found == truth).count();
        compared += (same + 1).min(coordinates);
        differ += usize::from(same < coordinates);
    }
    Ok((compared, differ))
}

/// Trajectories from the same states: how many chains stay together, and when half have parted.
fn compare_trajectories(
    model: &Model,
    backend: &mut dyn Backend,
    reference: &mut dyn Backend,
    states: &[f64],
    tuning: &Tuning,
    posterior: &Draws,
) -> Result<(usize, Option<u32>), RunError> {
    let parameters = model.parameters.len();
    let chains = states.len() / model.coordinates.len();
    let follow = |backend: &mut dyn Backend| -> Result<Draws, RunError> {
        let mut draws = Draws::new(model.parameters.clone(), chains, TRAJECTORY as usize)?;
        backend.start(Population { first: 0, chains }, states)?;
        backend.tune(tuning)?;
        let stretch = Stretch { first_step: UNUSED_STEP, steps: TRAJECTORY };
        let keep = Keep { draws: draws.room(), statistics: None, from: 0, thin: 1 };
        backend.advance(stretch, Some(keep), &mut |_| ControlFlow::Continue(()))?;
        Ok(draws)
    };
    let (found, truth) = (follow(backend)?, follow(reference)?);
    let tolerances: Vec<f64> =
        summary(posterior).rows.iter().map(|row| TOGETHER * row.sd.max(f64::MIN_POSITIVE)).collect();
    let length = parameters * TRAJECTORY as usize;
    let mut partings: Vec<u32> = found
        .values()
        .chunks_exact(length)
        .zip(truth.values().chunks_exact(length))
        .map(|(found, truth)| {
            let apart = found.iter().zip(truth).enumerate().position(|(index, (found, truth))| {
                let tolerance = tolerances[index % parameters].max(truth.abs() * f64::from(f32::EPSILON) * 64.0);
                // A NaN has parted.
                let together = (found - truth).abs() <= tolerance;
                !together
            });
            apart.map_or(TRAJECTORY, |index| (index / parameters) as u32)
        })
        .collect();
    partings.sort_unstable();
    let together = partings.iter().filter(|&&step| step == TRAJECTORY).count();
    let median = partings[partings.len() / 2];
    Ok((together, (median < TRAJECTORY).then_some(median)))
}

fn summary(draws: &Draws) -> Summary {
    // One superchain per chain always divides the chains.
    summarise(draws, draws.chains(), &Shown::default()).expect("equal superchains")
}

fn compare_moments(truth: &Summary, found: &Summary) -> Vec<Moments> {
    // A constant has no Monte Carlo error, but it is rounded.
    let units = |a: f64, b: f64, error_a: f64, error_b: f64| {
        let error = error_a.hypot(error_b) + a.abs() * f64::from(f32::EPSILON);
        // What is NaN on both sides is not the precision's doing.
        if a == b || (a.is_nan() && b.is_nan()) { 0.0 } else { (b - a) / error }
    };
    truth
        .rows
        .iter()
        .zip(&found.rows)
        .map(|(truth, found)| Moments {
            parameter: truth.parameter.clone(),
            mean: (truth.mean, found.mean),
            sd: (truth.sd, found.sd),
            z: (
                units(truth.mean, found.mean, truth.mcse_mean, found.mcse_mean),
                units(truth.sd, found.sd, truth.mcse_sd, found.mcse_sd),
            ),
        })
        .collect()
}
