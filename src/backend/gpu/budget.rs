//! How many steps a dispatch may take on a driver that leaves loops early (`canary`): all loops of an invocation share
//! the driver's limit, so the iterations of everything in a step are counted.

use crate::diagnostics::chain_moments::products;
use crate::model::Model;

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
