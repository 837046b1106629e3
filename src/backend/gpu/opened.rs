//! Chains on a GPU whichever way they step: one door to the two backends of this room.
//!
//! In: a model, a method, an adapter. Out: the chains, and what opening them told. Absent on purpose: which adapter is
//! meant when none is named.

use super::adapter::AdapterChoice;
use super::chains::GpuBackend;
use super::error::Error;
use super::nuts::NutsBackend;
use crate::backend::{Backend, Method};
use crate::model::Model;

/// Chains of a model on a GPU.
#[derive(Debug)]
pub struct Opened {
    /// The chains.
    pub backend: Box<dyn Backend + Send>,
    /// What a user should know about the device, in sentences.
    pub notes: Vec<String>,
    /// Seconds from WGSL to a shader that has run once.
    pub compile_seconds: f64,
    /// How many of them the first run took, in which drivers compile what they had put off.
    pub first_dispatch_seconds: f64,
}

/// Opens the adapter for chains of `model` that step by `method`, their random numbers keyed by `seed`.
///
/// # Errors
/// When there is no such adapter, it does not compute correctly, or the model does not fit.
///
/// # Panics
/// When trees are to be doubled not 1 to 30 times at most.
pub fn open(model: &Model, method: Method, choice: &AdapterChoice, seed: u64) -> Result<Opened, Error> {
    Ok(match method {
        Method::Metropolis => {
            let backend = GpuBackend::new(model, choice, seed)?;
            Opened {
                notes: backend.notes().to_vec(),
                compile_seconds: backend.compile_seconds(),
                first_dispatch_seconds: backend.first_dispatch_seconds(),
                backend: Box::new(backend),
            }
        }
        Method::Nuts { max_treedepth } => {
            let backend = NutsBackend::new(model, max_treedepth, choice, seed)?;
            Opened {
                notes: backend.notes().to_vec(),
                compile_seconds: backend.compile_seconds(),
                first_dispatch_seconds: backend.first_dispatch_seconds(),
                backend: Box::new(backend),
            }
        }
    })
}
