//! Floor 4: where chains run. One of the project's four contracts: how chains advance, whoever advances them.
//!
//! Down goes [`Tuning`], up come [`BlockStats`] and draws; nothing else crosses this line while chains run. Chains
//! are numbered across the whole run, steps from the first warm-up step on, and random numbers are addressed by
//! both, so that a backend may cut its work into blocks, threads and dispatches as it likes: the bits stay the same.
//!
//! Absent on purpose: what a good scale is, when warm-up ends, what a draw is worth.

mod checkpoint;
pub mod cpu;
pub mod gpu;
pub mod pace;
pub mod several;

use std::fmt;
use std::ops::ControlFlow;

pub use self::checkpoint::Checkpoint;
use crate::diagnostics::chain_moments::ChainMoments;
use crate::draws::Room;

/// Precision in which chains advance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// Single precision: what GPUs compute in.
    F32,
    /// Double precision: the CPU's default.
    F64,
}

impl fmt::Display for Precision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::F32 => "f32",
            Self::F64 => "f64",
        })
    }
}

/// What runs the chains, for people and for machines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// `cpu` or `gpu`.
    pub backend: &'static str,
    /// The device: an adapter's name, or what the processor offers.
    pub adapter: String,
    /// The precision of the states.
    pub precision: Precision,
}

/// Which chains of a run a backend holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Population {
    /// Number of the first chain in the whole run.
    pub first: u32,
    /// Number of chains, at least 1.
    pub chains: usize,
}

/// How chains step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Component-wise random walks.
    Metropolis,
    /// The No-U-Turn sampler.
    Nuts {
        /// Most doublings of a trajectory, 1 to 30.
        max_treedepth: u32,
    },
}

/// What warm-up tells the chains.
#[derive(Clone, Debug, PartialEq)]
pub enum Tuning {
    /// Of Metropolis.
    Metropolis {
        /// Standard deviations of the proposals, `[chain, coordinate]`.
        scales: Vec<f64>,
    },
    /// Of NUTS.
    Nuts {
        /// A step size for each chain.
        step_sizes: Vec<f64>,
        /// The diagonal of the inverse metric, `[chain, coordinate]`: variances of the coordinates, about.
        inverse_metric: Vec<f64>,
    },
}

/// What a stretch of steps tells warm-up.
#[derive(Clone, Debug, PartialEq)]
pub struct BlockStats {
    /// Steps taken by every chain.
    pub steps: u32,
    /// What they were like.
    pub counts: Counts,
}

/// What the steps of a stretch were like.
#[derive(Clone, Debug, PartialEq)]
pub enum Counts {
    /// Of Metropolis: proposals taken, `[chain, coordinate]`.
    Accepted(Vec<u32>),
    /// Of NUTS, for each chain.
    Trees(Vec<Trees>),
}

impl Counts {
    /// Of the same method and chains, before any step.
    #[must_use]
    pub fn none(&self) -> Self {
        match self {
            Self::Accepted(accepted) => Self::Accepted(vec![0; accepted.len()]),
            Self::Trees(trees) => Self::Trees(vec![Trees::default(); trees.len()]),
        }
    }
}

/// The trees of one chain's steps.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Trees {
    /// Sum over steps of the mean acceptance probability of the leaves.
    pub acceptance: f64,
    /// Leapfrogs taken.
    pub leapfrogs: u64,
    /// Steps whose trajectory diverged.
    pub divergences: u32,
    /// Steps whose trajectory was doubled as often as it may.
    pub saturated: u32,
}

/// A stretch of steps, the same for every chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Number of the first step in the whole run.
    pub first_step: u32,
    /// How many.
    pub steps: u32,
}

/// Where kept states go: every `thin`-th state of a stretch becomes a draw, `from` being the index of the first.
/// A stretch of `n` steps fills `n / thin` draws.
#[derive(Debug)]
pub struct Keep<'a> {
    /// Room for draws of exactly the chains at hand; its columns are parameters.
    pub draws: Room<'a>,
    /// Room for what is told of each kept step, beside its draw: of NUTS [`STATISTICS`](crate::sampler::nuts::STATISTICS), of
    /// Metropolis nothing.
    pub statistics: Option<Room<'a>>,
    /// Index of the first draw to fill.
    pub from: usize,
    /// Steps per draw, at least 1; a stretch is a multiple of it.
    pub thin: u32,
}

/// Told now and then how many steps of the current stretch every chain has taken; may stop it.
pub type Progress<'a> = &'a mut dyn FnMut(u32) -> ControlFlow<()>;

/// What a device does at most, measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ceilings {
    /// Additions and multiplications of numbers in registers, in the precision of the chains.
    pub operations_per_second: f64,
    /// Bytes copied from memory to memory, on a GPU from its own to the host's.
    pub copied_bytes_per_second: f64,
}

/// Chains of one model, somewhere.
pub trait Backend: fmt::Debug {
    /// What runs the chains.
    fn description(&self) -> &Description;

    /// How the chains step.
    fn method(&self) -> Method;

    /// Puts the chains at `positions`, `[chain, coordinate]`, with unit scales, and returns the log density there, a
    /// number per chain, up to the model's constant; one that is not finite is given as it is.
    ///
    /// # Errors
    /// When the device fails or the chains do not fit.
    fn start(&mut self, population: Population, positions: &[f64]) -> Result<Vec<f64>, Error>;

    /// Sets the tuning for the steps to come.
    ///
    /// # Errors
    /// When the device fails.
    ///
    /// # Panics
    /// When the tuning is another method's, or has not a number for each coordinate of each chain.
    fn tune(&mut self, tuning: &Tuning) -> Result<(), Error>;

    /// Advances every chain by a stretch. Statistics are of this stretch alone.
    ///
    /// # Errors
    /// When the device fails, or `progress` breaks the stretch off ([`Error::Interrupted`]).
    fn advance(
        &mut self,
        stretch: Stretch,
        keep: Option<Keep<'_>>,
        progress: Progress<'_>,
    ) -> Result<BlockStats, Error>;

    /// Advances every chain by a stretch and keeps moments of every `thin`-th state (a number that divides the steps)
    /// instead of draws. `moments` are those of as many draws, and are filled.
    ///
    /// # Errors
    /// As [`Backend::advance`], and where this backend cannot.
    fn gather(
        &mut self,
        stretch: Stretch,
        thin: u32,
        moments: &mut ChainMoments,
        progress: Progress<'_>,
    ) -> Result<BlockStats, Error> {
        let _ = (stretch, thin, moments, progress);
        Err(Error::NoMoments)
    }

    /// Where the chains are, `[chain, coordinate]`.
    ///
    /// # Errors
    /// When the device fails.
    fn positions(&mut self) -> Result<Vec<f64>, Error>;

    /// Measures what the device does at most, which takes it a fraction of a second; none where that is not known.
    ///
    /// # Errors
    /// When the device fails.
    fn ceilings(&mut self) -> Result<Option<Ceilings>, Error> {
        Ok(None)
    }

    /// The gradient of the log density where the chains are, `[chain, coordinate]`; empty where steps follow none.
    ///
    /// # Errors
    /// When the device fails.
    fn gradient(&mut self) -> Result<Vec<f64>, Error> {
        Ok(Vec::new())
    }
}

/// Why chains cannot run on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The device refused or failed.
    #[error(transparent)]
    Gpu(#[from] gpu::Error),
    /// Draws can be kept, their moments cannot.
    #[error("this backend keeps draws of this sampler, and no moments")]
    NoMoments,
    /// The stretch was broken off on request.
    #[error("interrupted after {steps} steps of the stretch")]
    Interrupted {
        /// Steps every chain had taken by then.
        steps: u32,
    },
}
