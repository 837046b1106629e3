//! Draws on their way to a sink: a block of them, of all chains, and what is told of each.
//!
//! Absent on purpose: who fills a block, and what the sink does with it.

use super::quantities::PointwiseDraws;
use super::settings::SinkError;
use crate::backend::{Checkpoint, Method};
use crate::draws::Draws;
use crate::sampler::nuts::STATISTICS;

/// Draws that follow one another, of all chains.
#[derive(Debug)]
pub struct Block {
    /// Index of the first draw.
    pub from: usize,
    /// `[chain, draw, parameter]`, generated quantities last. The block that ends warm-up has no draws.
    pub draws: Draws,
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
