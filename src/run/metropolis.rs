//! Warm-up of Metropolis: the scales of the proposals follow the acceptance of each interval.

use super::settings::{RunError, Settings};
use super::warmup::Warmup;
use crate::backend::{Counts, Stretch, Tuning};
use crate::model::Model;
use crate::sampler::tuning::{INTERVAL, next_scale};

/// Takes the warm-up steps; returns the scales at their end.
pub(super) fn warm_up(model: &Model, settings: &Settings, warmup: &mut Warmup<'_>) -> Result<Tuning, RunError> {
    let mut scales = vec![1.0; settings.chains * model.coordinates.len()];
    let mut done = 0;
    while done < settings.warmup {
        let steps = INTERVAL.min(settings.warmup - done);
        let stretch = Stretch { first_step: done, steps };
        let stats = warmup.advance(stretch)?;
        done += steps;
        // As in PyMC, whose runs this reproduces: the last interval tunes nothing, since no step would try it out.
        if let Counts::Accepted(accepted) = stats.counts
            && done < settings.warmup
        {
            for (scale, accepted) in scales.iter_mut().zip(accepted) {
                *scale = next_scale(*scale, f64::from(accepted) / f64::from(INTERVAL));
            }
            warmup.backend.tune(&Tuning::Metropolis { scales: scales.clone() })?;
        }
    }
    Ok(Tuning::Metropolis { scales })
}
