//! How many steps a dispatch may take on a driver that leaves loops early (`canary`): all loops of an invocation share
//! the driver's limit, so the iterations of everything in a step are counted.

use super::nuts::layout::SCALAR_WORDS;
use crate::diagnostics::chain_moments::products;
use crate::ir::Program;
use crate::model::Model;
use crate::sampler::nuts::STATISTICS;

/// Rounds of the Philox loop.
const PHILOX: u64 = 10;

/// Loop iterations that one step takes at most, a kept draw or its moments included.
pub fn step(model: &Model) -> u64 {
    let coordinates = model.coordinates.len() as u64;
    let proposals = coordinates * (1 + model.density.iterations());
    let random_numbers = coordinates.div_ceil(2) * PHILOX;
    let draw = model.parameters.len() as u64 + moments(model) + model.constrain.iterations();
    1 + proposals + random_numbers + draw
}

/// Sums that moments add to.
fn moments(model: &Model) -> u64 {
    (model.parameters.len() + products(model.parameters.len())) as u64
}

/// Steps that fit below `limit` iterations, with a sixteenth to spare for what compilers add. Before and after the
/// steps a dispatch loads and stores each coordinate and each moment, and computes what is kept between moves.
pub fn steps(model: &Model, limit: u64) -> u64 {
    let ends = 2 * model.coordinates.len() as u64 + 2 * moments(model) + model.density.iterations();
    (limit - limit / 16).saturating_sub(ends) / step(model)
}

/// Loop iterations that one leapfrog of NUTS takes at most: the end of a tree, its draw and the beginning of the next one
/// included.
pub fn turn(model: &Model, gradient: &Program, max_treedepth: u32) -> u64 {
    let coordinates = model.coordinates.len() as u64;
    // A momentum, a turn round, two halves of a leapfrog, a proposal, a sample, each of the parts that may become one, a left
    // half or a sum that is stored, a state to keep.
    let vectors = coordinates * (8 + u64::from(max_treedepth)) + u64::from(max_treedepth);
    // Momenta, a direction, and a leaf.
    let random_numbers = (coordinates.div_ceil(4) + 2) * PHILOX;
    let draw = 2 * (model.parameters.len() + STATISTICS.len()) as u64 + model.constrain.iterations();
    1 + gradient.iterations() + vectors + random_numbers + draw
}

/// Leapfrogs of so many iterations that fit below `limit`, as [`steps`] do; a dispatch loads and stores a chain.
pub fn turns(model: &Model, turn: u64, limit: u64) -> u64 {
    (limit - limit / 16).saturating_sub(2 * (model.coordinates.len() as u64 + SCALAR_WORDS)) / turn
}
