//! What a step is made of, counted from the program, to be set against what a device can do at most.
//!
//! Absent on purpose: traffic between caches and registers; a step that reads its data from a cache is bounded by
//! arithmetic. What must cross to memory, or to the host, is the draws.

use crate::backend::{Method, Precision};
use crate::ir::operations::{data_read, of_proposal, operations};
use crate::ir::update::updates;
use crate::model::Model;

/// A step of one chain, in numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Work {
    /// Arithmetic operations, integer ones of the random numbers included.
    pub operations: f64,
    /// Numbers of data read, from whichever cache.
    pub data: f64,
    /// Bytes of its draw, if every step is kept.
    pub draw_bytes: f64,
}

impl Work {
    /// A step of `model`, which takes so many log densities.
    pub fn of(model: &Model, method: Method, precision: Precision, evaluations: f64) -> Self {
        let double = precision == Precision::F64;
        let draw_bytes = model.parameters.len() as f64 * if double { 8.0 } else { 4.0 };
        match method {
            Method::Metropolis => {
                // What one sweep computes: of each move only what it touches.
                let updates = updates(&model.density, &model.constrain);
                let programs = || updates.of.iter().map(|&number| &updates.programs[number]);
                let merges: f64 = programs().map(|update| update.changes.len() as f64).sum();
                let sweep = programs().map(|update| operations(&update.program, double)).sum::<f64>()
                    + merges
                    + updates.of.len() as f64 * of_proposal(model.density.results.len(), double);
                let sweeps = evaluations / updates.of.len() as f64;
                let data = programs().map(|update| data_read(&update.program)).sum::<f64>();
                Self { operations: sweeps * sweep, data: sweeps * data, draw_bytes }
            }
            Method::Nuts { .. } => {
                let gradient = model.gradient();
                // A leapfrog moves each coordinate twice, its momentum too, and takes three inner products.
                let leapfrog = operations(&gradient, double) + 14.0 * model.coordinates.len() as f64 + 40.0;
                Self { operations: evaluations * leapfrog, data: evaluations * data_read(&gradient), draw_bytes }
            }
        }
    }
}
