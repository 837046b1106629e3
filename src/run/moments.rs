//! A run whose draws nobody keeps: the same starting points, warm-up and steps as [`run`](super::run), and of every
//! state that would have become a draw only moments.
//!
//! Absent on purpose: what moments tell (`diagnostics::chain_moments`).

use std::time::Instant;

use super::block::statistics;
use super::settings::{Phase, RunError, Settings, Watch};
use super::warmup::Warmup;
use super::{Outcome, check, warm_up};
use crate::backend::{Backend, Stretch};
use crate::diagnostics::chain_moments::ChainMoments;
use crate::draws::{Draws, Failures};
use crate::model::Model;

/// What such a run gives.
#[derive(Debug)]
pub struct Gathered {
    /// The moments.
    pub moments: ChainMoments,
    /// How it went; of draws there are none.
    pub outcome: Outcome,
}

/// Runs the chains.
///
/// # Errors
/// As [`run`](super::run), and where draws are fewer than four: their halves would have no variance.
pub fn gather(
    model: &Model,
    backend: &mut dyn Backend,
    settings: &Settings,
    watch: Watch<'_>,
) -> Result<Gathered, RunError> {
    let sampling = check(model, settings)?;
    if settings.draws < 4 {
        return Err(RunError::FewMoments(settings.draws));
    }
    let clock = Instant::now();
    let tuning = warm_up(model, settings, &mut Warmup::new(backend, settings, watch))?;
    let warmup_seconds = clock.elapsed().as_secs_f64();
    let mut moments = ChainMoments::new(model.parameters.clone(), settings.chains, settings.draws);
    let clock = Instant::now();
    let stretch = Stretch { first_step: settings.warmup, steps: sampling };
    let stats =
        backend.gather(stretch, settings.thin, &mut moments, &mut |done| watch(Phase::Sampling, done, sampling))?;
    let sampling_seconds = clock.elapsed().as_secs_f64();
    let outcome = Outcome {
        draws: Draws::new(model.parameters.clone(), settings.chains, 0)?,
        statistics: Draws::new(statistics(backend.method()), settings.chains, 0)?,
        failures: Failures::default(),
        counts: stats.counts,
        steps: sampling,
        tuning,
        warmup_seconds,
        sampling_seconds,
    };
    Ok(Gathered { moments, outcome })
}
