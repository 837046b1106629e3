//! Draws on their way to a sink: a block of them, of all chains, and what is told of each.
//!
//! Absent on purpose: who fills a block, and what the sink does with it.

use super::quantities::PointwiseDraws;
use super::settings::SinkError;
use crate::backend::{Checkpoint, Method};
use crate::draws::{Arrays, Draws, Layout};
use crate::sampler::nuts::STATISTICS;

/// How draws are cut into blocks, and how they lie there.
#[derive(Clone, Debug)]
pub struct Cut {
    /// Draws of a block, at least 1.
    pub length: usize,
    /// The arrays that are wanted; columns are parameters, and behind them generated quantities.
    pub layout: Vec<Layout>,
}

/// Draws that follow one another, of all chains.
#[derive(Debug)]
pub struct Block {
    /// Index of the first draw.
    pub from: usize,
    /// How many draws. The block that ends warm-up has none.
    pub length: usize,
    /// Parameters and generated quantities, in room for a whole block: where the last one is shorter, NaN stand behind it.
    pub draws: Arrays,
    /// What is told of each draw's step.
    pub statistics: Draws,
    /// What data and priors contribute at each draw, where the plan asks for it.
    pub pointwise: Option<PointwiseDraws>,
    /// Where the chains are after it; none of a block of warm-up, from which no run goes on.
    pub after: Option<Checkpoint>,
}

/// Takes blocks in their order: of draws on a thread of its own, of warm-up between two steps.
pub type Sink<'a> = &'a mut (dyn FnMut(&Block) -> Result<(), SinkError> + Send);

/// What is told of each kept step of a method.
pub(super) fn statistics(method: Method) -> Vec<String> {
    match method {
        Method::Metropolis => Vec::new(),
        Method::Nuts { .. } => STATISTICS.map(str::to_owned).to_vec(),
    }
}
