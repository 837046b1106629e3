//! Floor 5: the conductor. A model, a backend and settings go in; starting points, warm-up windows and sampling
//! follow one another; draws come out.
//!
//! Chains are grouped in *superchains*: chains of one superchain start at the same point. Superchains are independent
//! of one another, unless all start where the user says ([`Init::At`]).
//! Absent on purpose: which backend, which files, what is printed.

pub mod check;
pub mod quantities;

use std::ops::ControlFlow;
use std::time::Instant;

use crate::backend::{self, Backend, Keep, Population, Stretch, Tuning};
use crate::draws::{Draws, DrawsError};
use crate::lang::bind::BindError;
use crate::math::Real;
use crate::model::Model;
use crate::rng::philox::{key, philox};
use crate::rng::slots::{Purpose, counter};
use crate::sampler::tuning::{INTERVAL, next_scale};

/// Attempts at a starting point before a model is given up.
const ATTEMPTS: u32 = 100;

/// What a run is to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Number of the first chain: 0, unless this is a part of a larger run.
    pub first_chain: u32,
    /// Number of chains.
    pub chains: usize,
    /// Chains that share a starting point: superchain `k` is chains `k * size..(k + 1) * size` of the whole run.
    pub superchain_size: usize,
    /// Steps before the first draw, during which scales are tuned. Default 1000, as PyMC and Stan have it.
    pub warmup: u32,
    /// Draws kept of each chain.
    pub draws: usize,
    /// Steps per draw. Default 1: keep every step.
    pub thin: u32,
    /// What all random numbers derive from.
    pub seed: u64,
    /// Where chains start.
    pub init: Init,
}

/// Where chains start, on the unconstrained coordinates.
#[derive(Clone, Debug, PartialEq)]
pub enum Init {
    /// Uniformly on `(-radius, radius)` in each coordinate, a point per superchain. Stan's default radius is 2.
    Random {
        /// Half the width of the interval, positive.
        radius: f64,
    },
    /// All chains at these coordinates; zeros for `--init zero`.
    At(Vec<f64>),
}

/// What a run gives.
#[derive(Debug)]
pub struct Outcome {
    /// The draws, `[chain, draw, parameter]`.
    pub draws: Draws,
    /// Fraction of proposals accepted while sampling, by coordinate, over all chains.
    pub acceptance: Vec<f64>,
    /// The proposal scales after warm-up, `[chain, coordinate]`.
    pub scales: Vec<f64>,
    /// Seconds of finding starting points and warming up.
    pub warmup_seconds: f64,
    /// Seconds of sampling.
    pub sampling_seconds: f64,
}

/// What a run is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Tuning; nothing is kept.
    Warmup,
    /// Every `thin`-th state is kept.
    Sampling,
}

/// Told how many of the steps of a phase every chain has taken; may end the run.
pub type Watch<'a> = &'a mut dyn FnMut(Phase, u32, u32) -> ControlFlow<()>;

/// Why a run did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// Nothing to do.
    #[error("a run needs at least one {0}")]
    Nothing(&'static str),
    /// A model without parameters.
    #[error("the model `{0}` has no parameters to sample")]
    NoParameters(String),
    /// More chains than random numbers can be addressed for.
    #[error("chains {first} to {first} + {chains} are more than the 4294967296 that can be numbered")]
    TooManyChains {
        /// Number of the first chain.
        first: u32,
        /// Number of chains.
        chains: usize,
    },
    /// More steps than random numbers can be addressed for.
    #[error(
        "{warmup} warm-up steps and {draws} draws of {thin} steps each are more than the 4294967295 steps a chain can take"
    )]
    TooManySteps {
        /// Warm-up steps.
        warmup: u32,
        /// Draws.
        draws: usize,
        /// Steps per draw.
        thin: u32,
    },
    /// More draws than a set can hold.
    #[error(transparent)]
    Draws(#[from] DrawsError),
    /// Nowhere to start.
    #[error("no starting point with a finite log density after {attempts} attempt{}: the last was {point}, where it is \
        {log_density}{}", if *.attempts == 1 { "" } else { "s" },
        if .log_density.is_finite() { " in double precision and not finite in single: use --precision f64" } else { "" })]
    NoStart {
        /// Attempts made.
        attempts: u32,
        /// The parameters of the last attempt, in words.
        point: String,
        /// The log density there, in double precision.
        log_density: f64,
    },
    /// Generated quantities that a draw does not allow.
    #[error("the generated quantities of draw {} of chain {} cannot be computed: {error}", .draw + 1, .chain + 1)]
    Quantities {
        /// The chain, from 0.
        chain: usize,
        /// The draw, from 0.
        draw: usize,
        /// What is wrong there.
        error: Box<BindError>,
    },
    /// The backend failed.
    #[error(transparent)]
    Backend(#[from] backend::Error),
}

/// Runs the chains.
///
/// # Errors
/// When the settings ask for nothing or for too much, no finite starting point is found, or the backend fails.
pub fn run(
    model: &Model,
    backend: &mut dyn Backend,
    settings: &Settings,
    watch: Watch<'_>,
) -> Result<Outcome, RunError> {
    let sampling = check(model, settings)?;
    let mut draws = Draws::new(model.parameters.clone(), settings.chains, settings.draws)?;
    let clock = Instant::now();
    start(model, backend, settings)?;
    let scales = warm_up(model, backend, settings, watch)?;
    let warmup_seconds = clock.elapsed().as_secs_f64();
    let clock = Instant::now();
    let stretch = Stretch { first_step: settings.warmup, steps: sampling };
    let keep = Keep { draws: &mut draws, from: 0, thin: settings.thin };
    let stats = backend.advance(stretch, Some(keep), &mut |done| watch(Phase::Sampling, done, sampling))?;
    let sampling_seconds = clock.elapsed().as_secs_f64();
    let coordinates = model.coordinates.len();
    let mut acceptance = vec![0.0; coordinates];
    for (index, &count) in stats.accepted.iter().enumerate() {
        acceptance[index % coordinates] += f64::from(count);
    }
    let proposals = settings.chains as f64 * f64::from(sampling);
    acceptance.iter_mut().for_each(|rate| *rate /= proposals);
    Ok(Outcome { draws, acceptance, scales, warmup_seconds, sampling_seconds })
}

/// Number of steps of the sampling phase, if the settings make sense.
fn check(model: &Model, settings: &Settings) -> Result<u32, RunError> {
    for (count, what) in [
        (settings.chains, "chain"),
        (settings.superchain_size, "chain in a superchain"),
        (settings.draws, "draw"),
        (settings.thin as usize, "step per draw"),
    ] {
        if count == 0 {
            return Err(RunError::Nothing(what));
        }
    }
    if model.coordinates.is_empty() {
        return Err(RunError::NoParameters(model.name.clone()));
    }
    let (first, chains) = (settings.first_chain, settings.chains);
    if u32::try_from(chains).ok().and_then(|chains| first.checked_add(chains)).is_none() {
        return Err(RunError::TooManyChains { first, chains });
    }
    let steps = u32::try_from(settings.draws).ok().and_then(|draws| draws.checked_mul(settings.thin));
    steps.filter(|steps| steps.checked_add(settings.warmup).is_some()).ok_or(RunError::TooManySteps {
        warmup: settings.warmup,
        draws: settings.draws,
        thin: settings.thin,
    })
}

/// Puts every superchain at a point where the log density is finite.
fn start(model: &Model, backend: &mut dyn Backend, settings: &Settings) -> Result<(), RunError> {
    let population = Population { first: settings.first_chain, chains: settings.chains };
    let superchain = |chain: usize| (settings.first_chain as usize + chain) / settings.superchain_size;
    let first = superchain(0);
    let mut points: Vec<Vec<f64>> =
        (first..=superchain(settings.chains - 1)).map(|k| point(model, settings, k, 0)).collect();
    let attempts = if matches!(settings.init, Init::At(_)) { 1 } else { ATTEMPTS };
    for attempt in 1..=attempts {
        let positions: Vec<f64> =
            (0..settings.chains).flat_map(|chain| points[superchain(chain) - first].iter().copied()).collect();
        let log_density = backend.start(population, &positions)?;
        let failed: Vec<usize> = (0..settings.chains).filter(|&chain| !admissible(log_density[chain])).collect();
        let Some(&example) = failed.first() else { return Ok(()) };
        if attempt == attempts {
            let values = model.parameters_at(&points[superchain(example) - first]);
            let named = model.parameters.iter().zip(&values).map(|(name, &value)| {
                let moderate = value == 0.0 || (1e-3..1e7).contains(&value.abs());
                if moderate { format!("{name} = {value:.4}") } else { format!("{name} = {value:.3e}") }
            });
            let point = named.collect::<Vec<_>>().join(", ");
            let log_density = model.log_density(&points[superchain(example) - first]);
            return Err(RunError::NoStart { attempts, point, log_density });
        }
        let mut again: Vec<usize> = failed.into_iter().map(superchain).collect();
        again.dedup();
        for k in again {
            points[k - first] = point(model, settings, k, attempt);
        }
    }
    Ok(())
}

/// Whether a chain may start at a log density: where a step in single precision could have led, too.
fn admissible(log_density: f64) -> bool {
    log_density.abs() <= f32::LARGEST.to_f64()
}

/// The starting point of a superchain at an attempt, from 0.
fn point(model: &Model, settings: &Settings, superchain: usize, attempt: u32) -> Vec<f64> {
    match &settings.init {
        Init::At(coordinates) => coordinates.clone(),
        Init::Random { radius } => (0..model.coordinates.len())
            .map(|coordinate| {
                let slot = (coordinate / 4) as u32;
                let words = philox(counter(superchain as u32, attempt, slot, Purpose::Start), key(settings.seed));
                radius * (2.0 * f64::uniform(words[coordinate % 4]) - 1.0)
            })
            .collect(),
    }
}

/// Takes the warm-up steps, the scales following the acceptance of each interval; returns the scales.
fn warm_up(
    model: &Model,
    backend: &mut dyn Backend,
    settings: &Settings,
    watch: Watch<'_>,
) -> Result<Vec<f64>, RunError> {
    let mut scales = vec![1.0; settings.chains * model.coordinates.len()];
    let mut done = 0;
    while done < settings.warmup {
        let steps = INTERVAL.min(settings.warmup - done);
        let stretch = Stretch { first_step: done, steps };
        let stats = backend.advance(stretch, None, &mut |now| watch(Phase::Warmup, done + now, settings.warmup))?;
        done += steps;
        // As in PyMC, whose runs this reproduces: the last interval tunes nothing, since no step would try it out.
        if done < settings.warmup {
            for (scale, &accepted) in scales.iter_mut().zip(&stats.accepted) {
                *scale = next_scale(*scale, f64::from(accepted) / f64::from(INTERVAL));
            }
            let tuning = Tuning { scales };
            backend.tune(&tuning)?;
            scales = tuning.scales;
        }
    }
    Ok(scales)
}
