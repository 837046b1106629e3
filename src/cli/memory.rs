//! Whether draws will fit: a run that would be killed for memory is refused before it starts.

use super::error::CliError;
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

/// Memory that is free, where the system tells.
pub(super) fn available() -> Option<f64> {
    let system = sysinfo::System::new_with_specifics(
        sysinfo::RefreshKind::nothing().with_memory(sysinfo::MemoryRefreshKind::nothing().with_ram()),
    );
    let system = system.ok()?;
    let limit = system.cgroup_limits().map_or(u64::MAX, |limits| limits.free_memory);
    Some(system.available_memory().min(limit) as f64)
}

/// One draw in how many can be looked at: all where they fit into free memory with their diagnostics, twice.
pub(super) fn every(chains: usize, draws: usize, parameters: usize) -> usize {
    let columns = parameters + 6 * (parameters / 4).max(1);
    let needed = 2.0 * 8.0 * (columns * chains) as f64 * draws as f64;
    let fits = draws_limit(chains, draws);
    available().map_or(1, |available| (needed / available.max(1.0)).ceil() as usize).max(fits)
}

/// One draw in how many a set can hold of each parameter.
fn draws_limit(chains: usize, draws: usize) -> usize {
    (chains * draws).div_ceil(MOST_DRAWS_PER_PARAMETER).max(1)
}

/// Refuses draws that do not fit into the memory that is free, saying how much they need and what would fit.
pub(super) fn check(room: Room) -> Result<(), CliError> {
    // A system that does not tell is left to decide by itself.
    available().map_or(Ok(()), |available| refuse(room, available))
}

fn refuse(room: Room, available: f64) -> Result<(), CliError> {
    let Room { chains, draws, coordinates, parameters, sets } = room;
    // Diagnostics work on at least one parameter at a time: measured, up to six columns of it, transforms included.
    let columns = sets * parameters + 6 * (parameters / 4).max(1);
    let per_draw = 8.0 * columns as f64 * f64::from(chains);
    let fixed = BYTES_PER_COORDINATE * (coordinates * chains as usize) as f64;
    let needed = fixed + per_draw * f64::from(draws);
    if needed <= available || available == 0.0 {
        return Ok(());
    }
    let gib = |bytes: f64| bytes / f64::from(1 << 30);
    let fitting = ((0.9 * available - fixed) / per_draw).floor();
    let advice = if fitting >= 1.0 {
        format!("{fitting:.0} draws of each would fit: lower --draws, or keep fewer with --thin")
    } else {
        let fitting = (0.9 * available / (fixed + per_draw) * f64::from(chains)).floor();
        format!("not even one draw of each would fit: about {fitting:.0} chains would")
    };
    Err(CliError::plain(format!(
        "{draws} draws of {chains} chains and {parameters} parameters need {:.1} GiB with their diagnostics, and {:.1} \
         GiB are free; {advice}",
        gib(needed),
        gib(available)
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_does_not_fit_is_told_what_would() {
        let gib = f64::from(1 << 30);
        let room = Room { chains: 4096, draws: 1_000_000, coordinates: 3, parameters: 4, sets: 1 };
        assert!(refuse(Room { draws: 1000, ..room }, gib).is_ok());
        let error = refuse(room, 16.0 * gib).unwrap_err().to_string();
        assert!(error.starts_with("1000000 draws of 4096 chains and 4 parameters need 305.2 GiB"), "{error}");
        assert!(error.contains("47178 draws of each would fit"), "{error}");
        let error = refuse(Room { chains: u32::MAX, draws: 1, ..room }, gib).unwrap_err().to_string();
        assert!(error.contains("not even one draw of each would fit"), "{error}");
    }
}
