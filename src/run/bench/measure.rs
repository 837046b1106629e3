//! One entry at one number of chains: gets its chains ready, then takes turns.

use std::ops::ControlFlow;
use std::time::Instant;

use super::cell::{Cell, Entry, Settings};
use super::reference::Reference;
use crate::backend::{self, Backend, Counts, Keep, Population, Stretch, gpu};
use crate::diagnostics::chain_moments::ChainMoments;
use crate::draws::Draws;
use crate::math::Real;

/// Most bytes of draws that an entry keeps at a time: a fraction of what any machine has, far more than its caches.
const DRAW_BYTES: usize = 64 << 20;

/// Fewer draws of a chain than this have no R-hat of halves, and so no effective size.
const FEWEST_DRAWS: usize = 8;

/// Why an entry does not run.
#[derive(Debug)]
pub(super) enum Failure {
    /// For want of room or of a start.
    Left(String),
    /// Something broke.
    Backend(backend::Error),
}

/// Chains that are ready, and what their turns were like.
#[derive(Debug)]
pub(super) struct Turns {
    chains: usize,
    /// What a turn is: so many times so many steps.
    times: u32,
    steps: u32,
    /// Number of the next step.
    next: u32,
    draws: Draws,
    /// What is kept of timed steps instead, if it is.
    moments: Option<ChainMoments>,
    seconds: Vec<f64>,
    /// Log densities that all chains evaluated in the last stretch.
    evaluations: u64,
}

/// Starts chains and lets them forget where; finds how many steps fill a turn.
pub(super) fn ready(
    entry: &mut Entry<'_>,
    chains: usize,
    reference: &Reference,
    settings: &Settings,
) -> Result<Turns, Failure> {
    let turn = settings.turn;
    let (model, backend) = (entry.model, entry.backend.as_mut());
    let most = DRAW_BYTES / size_of::<f64>() / (chains * model.parameters.len()).max(1);
    if most < FEWEST_DRAWS {
        return Err(Failure::Left(format!(
            "{FEWEST_DRAWS} draws of so many chains take more than {} MiB",
            DRAW_BYTES >> 20
        )));
    }
    let log_densities = match backend.start(Population { first: 0, chains }, &reference.positions(chains)) {
        Ok(log_densities) => log_densities,
        Err(backend::Error::Gpu(error @ gpu::Error::OutOfMemory { .. })) => {
            return Err(Failure::Left(error.to_string()));
        }
        Err(error) => return Err(Failure::Backend(error)),
    };
    if log_densities.iter().any(|density| density.abs() > f32::LARGEST.to_f64() || density.is_nan()) {
        return Err(Failure::Left(
            "the log density of a state of the posterior is not finite in this precision".into(),
        ));
    }
    backend.tune(&reference.tuning(chains)).map_err(Failure::Backend)?;
    let mut turns = Turns {
        chains,
        times: 1,
        steps: reference.forgotten.max(FEWEST_DRAWS as u32),
        next: 0,
        draws: Draws::new(Vec::new(), 0, 0).expect("no draws fit"),
        moments: None,
        seconds: Vec::new(),
        evaluations: 0,
    };
    // Twice: the first stretch finds caches and clocks cold.
    turns.stretch(backend, false).map_err(Failure::Backend)?;
    let seconds = turns.stretch(backend, false).map_err(Failure::Backend)?;
    let fitting = f64::from(turns.steps) * turn.as_secs_f64() / seconds.max(1e-9);
    turns.steps = (fitting as usize).clamp(FEWEST_DRAWS, most) as u32;
    turns.draws = Draws::new(model.parameters.clone(), chains, turns.steps as usize)
        .map_err(|error| Failure::Left(error.to_string()))?;
    turns.moments = settings.moments.then(|| ChainMoments::new(model.parameters.clone(), chains, turns.steps as usize));
    let seconds = turns.stretch(backend, true).map_err(Failure::Backend)?;
    turns.times = (turn.as_secs_f64() / seconds.max(1e-9)).round().clamp(1.0, 1000.0) as u32;
    Ok(turns)
}

impl Turns {
    /// Takes the steps of a stretch and returns the seconds that took.
    fn stretch(&mut self, backend: &mut dyn Backend, keep: bool) -> Result<f64, backend::Error> {
        let stretch = Stretch { first_step: self.next, steps: self.steps };
        let mut on = |_| ControlFlow::Continue(());
        let clock = Instant::now();
        let stats = match &mut self.moments {
            Some(moments) if keep => backend.gather(stretch, 1, moments, &mut on)?,
            _ => {
                let keep = keep.then(|| Keep { draws: self.draws.room(), statistics: None, from: 0, thin: 1 });
                backend.advance(stretch, keep, &mut on)?
            }
        };
        let seconds = clock.elapsed().as_secs_f64();
        self.next = self.next.wrapping_add(self.steps);
        self.evaluations = match &stats.counts {
            Counts::Accepted(accepted) => accepted.len() as u64 * u64::from(self.steps),
            Counts::Trees(trees) => trees.iter().map(|tree| tree.leapfrogs).sum(),
        };
        Ok(seconds)
    }

    /// One turn.
    pub(super) fn take(&mut self, backend: &mut dyn Backend) -> Result<(), backend::Error> {
        let mut seconds = 0.0;
        for _ in 0..self.times {
            seconds += self.stretch(backend, true)?;
        }
        self.seconds.push(seconds);
        Ok(())
    }

    /// What the turns were like. The draws of the last stretch are judged.
    ///
    /// # Errors
    /// When the backend fails to take one more stretch, where moments were kept.
    pub(super) fn cell(
        mut self,
        entry: usize,
        backend: &mut dyn Backend,
        reference: &Reference,
        comparisons: usize,
    ) -> Result<Cell, backend::Error> {
        if self.moments.take().is_some() {
            self.stretch(backend, true)?;
        }
        let (posterior, effective) = reference.judge(&self.draws, comparisons);
        let steps = self.chains as f64 * f64::from(self.steps);
        Ok(Cell {
            entry,
            chains: self.chains,
            steps: self.steps * self.times,
            seconds: self.seconds,
            evaluations: self.evaluations as f64 / steps,
            effective: effective.map(|effective| effective / steps),
            posterior,
        })
    }
}
