//! GPUs as commands open them: only where there is memory for their drivers, and with a word when a shader takes long to
//! compile.
//!
//! In: a model, a method, an adapter. Out: chains, or a sentence. Absent on purpose: which backend a run is to have
//! (`request`).

use super::error::CliError;
use super::memory;
use super::terminal::saying;
use crate::backend::Method;
use crate::backend::gpu::{self, AdapterChoice, AdapterInfo, Opened, adapters};
use crate::model::Model;

/// The adapters of this machine, best first.
///
/// # Errors
/// Where there is too little memory to ask their drivers.
pub(super) fn found() -> Result<Vec<AdapterInfo>, CliError> {
    memory::check_drivers()?;
    Ok(adapters())
}

/// Chains of a model on an adapter.
///
/// # Errors
/// Where there is too little memory for its driver; what [`gpu::open`] refuses.
pub(super) fn open(
    model: &Model,
    method: Method,
    choice: &AdapterChoice,
    seed: u64,
    quiet: bool,
) -> Result<Opened, CliError> {
    let adapters = found()?;
    let chosen = choice.of(&adapters);
    if let Some(info) = chosen {
        memory::check_adapter(info)?;
    }
    let name = chosen.map_or("the GPU", |info| info.name.as_str());
    let what = format!(
        "compiling the shader for {name}; models of many statements take minutes, on the CPU they do not (--backend cpu)\n"
    );
    Ok(saying(quiet, &what, || gpu::open(model, method, choice, seed))?)
}
