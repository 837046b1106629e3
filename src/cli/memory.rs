//! Whether draws will fit: a run that would be killed for memory is refused before it starts.
//!
//! In: what a command is about to keep. Out: a refusal with the numbers, and what would fit. What there is comes from
//! `allowance`.

use super::allowance::{Allowance, address_space, allowance, quantity};
use super::error::CliError;
use crate::backend::gpu::{AdapterInfo, Kind};
use crate::draws::MOST_DRAWS_PER_PARAMETER;

/// What a chain needs besides its draws: states, tuning and variates of each coordinate, with room for intermediate
/// results of its model.
const BYTES_PER_COORDINATE: f64 = 192.0;

/// What a run will keep in memory.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    pub(super) chains: u32,
    pub(super) draws: u32,
    pub(super) coordinates: usize,
    pub(super) parameters: usize,
    /// Sets of draws held at the same time.
    pub(super) sets: usize,
}

/// Address space that drivers take when they are asked what adapters there are; they crash without. Measured on Mesa
/// 25.0.7 with the loader.
const DRIVERS: u64 = 640 << 20;

/// A software GPU compiles shaders in this process, and its compiler crashes where it gets no memory. Measured on Mesa's
/// lavapipe 25.0.
const SOFTWARE_GPU: u64 = 1 << 30;

/// Bytes that compiling a model may take; as many as there are numbers where the system does not tell.
pub(super) fn free() -> usize {
    allowance().map_or(usize::MAX, |allowance| usize::try_from(allowance.bytes).unwrap_or(usize::MAX).max(1))
}

/// Refuses to ask for adapters where there is too little memory for their drivers.
pub(super) fn check_drivers() -> Result<(), CliError> {
    require(DRIVERS, "drivers of GPUs")
}

/// Refuses a software adapter where there is too little memory for its compiler.
pub(super) fn check_adapter(info: &AdapterInfo) -> Result<(), CliError> {
    if info.kind == Kind::Cpu { require(SOFTWARE_GPU, &format!("the software GPU {}", info.name)) } else { Ok(()) }
}

fn require(bytes: u64, what: &str) -> Result<(), CliError> {
    match address_space() {
        Some(allowance) if allowance.bytes < bytes => Err(CliError::plain(format!(
            "{what} may need {}, and {}; --backend cpu needs none of it",
            quantity(bytes as f64),
            allowance.described()
        ))),
        _ => Ok(()),
    }
}

/// One draw in how many can be looked at: all where they fit into free memory with their diagnostics, twice.
pub(super) fn every(chains: usize, draws: usize, parameters: usize) -> usize {
    let columns = parameters + 6 * (parameters / 4).max(1);
    let needed = 2.0 * 8.0 * (columns * chains) as f64 * draws as f64;
    let fits = draws_limit(chains, draws);
    allowance().map_or(1, |allowance| (needed / (allowance.bytes as f64).max(1.0)).ceil() as usize).max(fits)
}

/// One draw in how many a set can hold of each parameter.
fn draws_limit(chains: usize, draws: usize) -> usize {
    (chains * draws).div_ceil(MOST_DRAWS_PER_PARAMETER).max(1)
}

/// Refuses draws that do not fit into the memory that is free, saying how much they need and what would fit.
pub(super) fn check(room: Room) -> Result<(), CliError> {
    // A system that does not tell is left to decide by itself.
    allowance().map_or(Ok(()), |allowance| refuse(room, allowance))
}

fn refuse(room: Room, allowance: Allowance) -> Result<(), CliError> {
    let available = allowance.bytes as f64;
    let Room { chains, draws, coordinates, parameters, sets } = room;
    // Diagnostics work on at least one parameter at a time: measured, up to six columns of it, transforms included.
    let columns = sets * parameters + 6 * (parameters / 4).max(1);
    let per_draw = 8.0 * columns as f64 * f64::from(chains);
    let fixed = BYTES_PER_COORDINATE * (coordinates * chains as usize) as f64;
    let needed = fixed + per_draw * f64::from(draws);
    if needed <= available {
        return Ok(());
    }
    let fitting = ((0.9 * available - fixed) / per_draw).floor();
    let advice = if fitting >= 1.0 {
        format!("{fitting:.0} draws of each would fit: lower --draws, or keep fewer with --thin")
    } else {
        let fitting = (0.9 * available / (fixed + per_draw) * f64::from(chains)).floor();
        format!("not even one draw of each would fit: about {fitting:.0} chains would")
    };
    Err(CliError::plain(format!(
        "{draws} draws of {chains} chains and {parameters} parameters need {} with their diagnostics, and {}; {advice}",
        quantity(needed),
        allowance.described()
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_does_not_fit_is_told_what_would() {
        let gib = f64::from(1 << 30);
        let room = Room { chains: 4096, draws: 1_000_000, coordinates: 3, parameters: 4, sets: 1 };
        let free = |bytes: f64| Allowance::free(bytes as u64);
        assert!(refuse(Room { draws: 1000, ..room }, free(gib)).is_ok());
        let error = refuse(room, free(16.0 * gib)).unwrap_err().to_string();
        assert!(error.starts_with("1000000 draws of 4096 chains and 4 parameters need 305.2 GiB"), "{error}");
        assert!(error.contains("47178 draws of each would fit"), "{error}");
        let error = refuse(Room { chains: u32::MAX, draws: 1, ..room }, free(gib)).unwrap_err().to_string();
        assert!(error.contains("not even one draw of each would fit"), "{error}");
    }
}
