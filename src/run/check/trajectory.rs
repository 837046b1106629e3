//! What a backend's precision costs a step of NUTS: the gradient at states of the posterior, and one step from there with the
//! same random numbers.
//!
//! States flow in, a comparison with the CPU in `f64` flows out, with the bounds that it must keep.

use std::ops::ControlFlow;

use crate::backend::cpu::CpuBackend;
use crate::backend::{Backend, Counts, Population, Stretch, Tuning};
use crate::ir::evaluate::evaluate;
use crate::model::Model;
use crate::run::nuts::tuning_at;
use crate::run::{RunError, Settings};

/// A component of the gradient may be off by so much over a posterior standard deviation of its coordinate: along a way as
/// long as the posterior is wide, momentum is then off by a hundredth of its own standard deviation. Steps stay exact, since
/// log densities decide; they are taken more often or less.
const LARGEST_GRADIENT_ERROR: f64 = 0.01;
/// Two states are one while they differ by no more than this part of a posterior standard deviation.
const TOGETHER: f64 = 1e-3;

/// What was measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trajectories {
    /// States from which the comparison was made.
    pub states: usize,
    /// Largest difference of a component of the gradient, times the posterior standard deviation of its coordinate.
    pub largest_gradient_error: f64,
    /// States at which a gradient was finite on one side only.
    pub finiteness_differs: usize,
    /// Leapfrogs of one step from each state.
    pub leapfrogs: u64,
    /// Steps that ended elsewhere, or took another number of leapfrogs.
    pub steps_differ: usize,
    /// How many may: rounding of the size that was measured makes no more differ, but for one run in ten thousand.
    pub steps_allowed: usize,
}

impl Trajectories {
    /// Whether the gradient keeps its bound.
    pub fn gradient_passes(&self) -> bool {
        self.largest_gradient_error <= LARGEST_GRADIENT_ERROR && self.finiteness_differs == 0
    }

    /// Whether no more steps differ than rounding explains.
    pub fn steps_pass(&self) -> bool {
        self.steps_differ <= self.steps_allowed
    }
}

/// Compares at states `[chain, coordinate]`, which single precision can hold, and at which its log density was off by
/// `density_error` at most.
pub(super) fn compare(
    model: &Model,
    backend: &mut dyn Backend,
    states: &[f64],
    settings: &Settings,
    density_error: f64,
) -> Result<Trajectories, RunError> {
    let coordinates = model.coordinates.len();
    let population = Population { first: 0, chains: states.len() / coordinates };
    let sds: Vec<f64> = (0..coordinates).map(|z| sd(states.iter().skip(z).step_by(coordinates))).collect();

    backend.start(population, states)?;
    let program = model.gradient();
    let terms = model.density.results.len();
    let (mut largest_gradient_error, mut finiteness_differs) = (0.0_f64, 0);
    for (found, state) in backend.gradient()?.chunks_exact(coordinates).zip(states.chunks_exact(coordinates)) {
        let truth = &evaluate(&program, state)[terms..];
        let finite = |components: &[f64]| components.iter().all(|component| component.is_finite());
        if finite(truth) && finite(found) {
            let errors = found.iter().zip(truth).zip(&sds).map(|((found, truth), sd)| (found - truth).abs() * sd);
            largest_gradient_error = errors.fold(largest_gradient_error, f64::max);
        } else {
            finiteness_differs += usize::from(finite(truth) != finite(found));
        }
    }

    let variances: Vec<f64> = sds.iter().map(|sd| sd * sd).collect();
    let tuning = tuning_at(model, settings, states, &variances);
    let mut reference = CpuBackend::<f64>::with_method(model, backend.method(), settings.seed);
    // Beyond the steps whose random numbers have made the states.
    let unused = settings.warmup + settings.draws as u32 * settings.thin;
    let found = step(backend, population, states, &tuning, unused)?;
    let truth = step(&mut reference, population, states, &tuning, unused)?;
    let rows = |ends: &[f64]| ends.chunks_exact(coordinates).map(<[f64]>::to_vec).collect::<Vec<_>>();
    let mut differ = 0;
    for ((here, there), (a, b)) in rows(&found.0).iter().zip(rows(&truth.0)).zip(found.1.iter().zip(&truth.1)) {
        let together =
            here.iter().zip(there).zip(&sds).all(|((here, there), sd)| (here - there).abs() <= TOGETHER * sd);
        differ += usize::from(!together || a != b);
    }
    // What a comparison compares is off by the rounding of one log density and of where it is taken, and by all roundings of
    // the leapfrogs before. A leapfrog stands before nine comparisons at most: divergence, two choices, six products.
    let moved = states.iter().enumerate().map(|(i, z)| z.abs() / sds[i % coordinates]).fold(0.0, f64::max);
    let rounding = 2.0 * density_error + f64::from(f32::EPSILON) * (moved + 4.0);
    let expected: f64 =
        truth.1.iter().map(|&leapfrogs| (4.5 * rounding * (leapfrogs * leapfrogs) as f64).min(1.0)).sum();
    Ok(Trajectories {
        states: population.chains,
        largest_gradient_error,
        finiteness_differs,
        leapfrogs: truth.1.iter().sum(),
        steps_differ: differ,
        // Five standard deviations and five more of a Poisson count.
        steps_allowed: (expected + 5.0 * expected.sqrt() + 5.0) as usize,
    })
}

/// One step, of a number in the run, from the states: where it ends, `[chain, coordinate]`, and its leapfrogs.
fn step(
    backend: &mut dyn Backend,
    population: Population,
    states: &[f64],
    tuning: &Tuning,
    first_step: u32,
) -> Result<(Vec<f64>, Vec<u64>), RunError> {
    backend.start(population, states)?;
    backend.tune(tuning)?;
    let stretch = Stretch { first_step, steps: 1 };
    let Counts::Trees(trees) = backend.advance(stretch, None, &mut |_| ControlFlow::Continue(()))?.counts else {
        unreachable!("steps of NUTS are compared")
    };
    Ok((backend.positions()?, trees.iter().map(|tree| tree.leapfrogs).collect()))
}

fn sd<'a>(values: impl Iterator<Item = &'a f64> + Clone) -> f64 {
    let n = values.clone().count() as f64;
    let mean = values.clone().sum::<f64>() / n;
    let variance = values.map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0);
    // Coordinates that never move are not compared by their spread.
    variance.sqrt().max(f64::MIN_POSITIVE.sqrt())
}
