//! What a run is told and what it tells: settings, phases, and why it may not come to its end.

use std::ops::{ControlFlow, Range};

use crate::backend::{self, Counts, Precision};
use crate::draws::{DrawsError, Failure, Values};
use crate::lang::bind::BindError;
use crate::lang::start::{Start, StartError};

/// What a run is to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Number of the first chain: 0, unless this is a part of a larger run.
    pub first_chain: u32,
    /// Number of chains.
    pub chains: usize,
    /// Chains that share a starting point: superchain `k` is chains `k * size..(k + 1) * size` of the whole run.
    pub superchain_size: usize,
    /// Steps before the first draw, during which chains are tuned. Default 1000, as PyMC and Stan have it.
    pub warmup: u32,
    /// Draws kept of each chain.
    pub draws: usize,
    /// Steps per draw. Default 1: keep every step.
    pub thin: u32,
    /// What all random numbers derive from.
    pub seed: u64,
    /// Where chains start.
    pub init: Init,
    /// The mean acceptance probability that step sizes of NUTS are tuned to, between 0 and 1. Default 0.8, as Stan has it.
    pub target_accept: f64,
}

/// Where chains start, on the unconstrained coordinates. Chains of a superchain start together.
#[derive(Clone, Debug, PartialEq)]
pub enum Init {
    /// Uniformly on `(-radius, radius)` in each coordinate, or all at zero if the radius is 0.
    Random {
        /// Half the width of the interval, not negative.
        radius: f64,
    },
    /// At values that the user gives: one start for all chains, or a start for each superchain of the whole run, of
    /// which a part of a run takes its own. Parameters without a value start as in `Random` with [`Self::RADIUS`].
    Given(Vec<Start>),
}

impl Init {
    /// Stan's radius.
    pub const RADIUS: f64 = 2.0;

    /// Whether no coordinate is random: a start that fails once fails always.
    pub fn is_fixed(&self) -> bool {
        match self {
            Self::Random { radius } => *radius == 0.0,
            Self::Given(starts) => starts.iter().all(Start::is_complete),
        }
    }

    /// Whether all chains start at the same point.
    pub fn is_one_point(&self) -> bool {
        match self {
            Self::Random { radius } => *radius == 0.0,
            Self::Given(starts) => starts.len() == 1 && starts[0].is_complete(),
        }
    }
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

/// Draws of a run that has not ended yet.
#[derive(Debug)]
pub struct Glance<'a> {
    /// Room for draws; those beyond `filled` are not taken yet, and may be of another block.
    pub draws: &'a dyn Values,
    /// The draws of every chain that are new.
    pub filled: Range<usize>,
    /// What the sampling steps so far were like.
    pub counts: &'a Counts,
}

/// Shown draws as they are taken.
pub type Look<'a> = &'a mut dyn FnMut(Glance<'_>);
/// Whatever keeps draws from being taken.
pub type SinkError = Box<dyn std::error::Error + Send + Sync>;

/// A chain that found no point to start from.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("no starting point {} after {} attempt{}: the last was {point}, where {}",
    if *.gradient { "with a finite gradient" } else { "with a finite log density" },
    .tried.len(), if .tried.len() == 1 { "" } else { "s" }, self.found())]
pub struct NoStart {
    /// The parameters at each attempt, as [`Model::parameters`](crate::model::Model::parameters) orders them.
    pub tried: Vec<Vec<f64>>,
    /// The parameters of the last attempt, in words.
    pub point: String,
    /// The log density there, in double precision.
    pub log_density: f64,
    /// Whether it is the gradient that was not finite at the last attempt.
    pub gradient: bool,
    /// The precision of the chains.
    pub precision: Precision,
}

impl NoStart {
    /// What was found at the last attempt.
    fn found(&self) -> String {
        let Self { log_density, precision, .. } = self;
        match (self.gradient, log_density.is_finite(), precision) {
            (true, ..) => "the gradient evaluated at the initial value is not finite".to_owned(),
            (false, true, Precision::F32) => {
                format!("it is {log_density} in double precision and not finite in single: use --precision f64")
            }
            (false, ..) => format!("it is {log_density}"),
        }
    }
}

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
    /// Too few draws to have halves with moments.
    #[error("moments of the halves of chains need at least 4 draws of each, not {0}")]
    FewMoments(usize),
    /// More draws than a set can hold.
    #[error(transparent)]
    Draws(#[from] DrawsError),
    /// Neither one start for all nor one for each superchain.
    #[error("{given} starting points are given, and chains up to number {chains} need {needed}: one for each {group}, or one for all",
        group = if *.superchain_size == 1 { "chain".to_owned() } else { format!("superchain of {superchain_size} chains") })]
    Starts {
        /// Starting points given.
        given: usize,
        /// Superchains of the run up to its last.
        needed: usize,
        /// Chains of the run up to its last.
        chains: usize,
        /// Chains that start together.
        superchain_size: usize,
    },
    /// Values that chains cannot start at.
    #[error(transparent)]
    Start(#[from] StartError),
    /// Nowhere to start.
    #[error("{}", .0)]
    NoStart(NoStart),
    /// Generated quantities that end the run.
    #[error("the generated quantities of draw {} of chain {} cannot be computed:\n{}", .0.draw + 1, .0.chain + 1,
        .0.picture)]
    Quantities(Box<Failure>),
    /// Contributions to the density that cannot be told apart or computed.
    #[error("the pointwise log likelihood cannot be computed: {0}")]
    Pointwise(Box<BindError>),
    /// Nothing that is likely or not.
    #[error("the pointwise log likelihood is empty: no statement of the model is about data")]
    NoObservations,
    /// Observations that come and go.
    #[error("draw {} has {found} observations and the first has {expected}: a pointwise log likelihood needs the same \
        ones at every draw", .draw + 1)]
    Observations {
        /// The draw, from 0.
        draw: usize,
        /// Observations there.
        found: usize,
        /// Observations of the first draw.
        expected: usize,
    },
    /// The backend failed.
    #[error(transparent)]
    Backend(#[from] backend::Error),
    /// The draws could not be taken where they were to go.
    #[error(transparent)]
    Sink(#[from] SinkError),
}
