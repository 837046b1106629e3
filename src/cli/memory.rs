//! Whether draws will fit: a run that would be killed for memory is refused before it starts.

use super::error::CliError;

/// Diagnostics need about half the memory of the draws beside them, and never less than two columns.
const BYTES_PER_VALUE: f64 = 8.0 * 1.5;

/// Refuses draws that do not fit into the memory that is free, saying how much they need and what would fit.
pub(super) fn check(chains: u32, draws: u32, parameters: usize) -> Result<(), CliError> {
    let system = sysinfo::System::new_with_specifics(
        sysinfo::RefreshKind::nothing().with_memory(sysinfo::MemoryRefreshKind::nothing().with_ram()),
    );
    // A system that does not tell is left to decide by itself.
    let Ok(system) = system else { return Ok(()) };
    let limit = system.cgroup_limits().map_or(u64::MAX, |limits| limits.free_memory);
    refuse(chains, draws, parameters, system.available_memory().min(limit) as f64)
}

fn refuse(chains: u32, draws: u32, parameters: usize, available: f64) -> Result<(), CliError> {
    let per_draw = BYTES_PER_VALUE * f64::from(chains) * parameters as f64;
    let needed = per_draw * f64::from(draws);
    if needed <= available || available == 0.0 {
        return Ok(());
    }
    let gib = |bytes: f64| bytes / f64::from(1 << 30);
    let fitting = (0.9 * available / per_draw).floor();
    let advice = if fitting >= 1.0 {
        format!("{fitting:.0} draws of each of {chains} chains would fit: lower --draws, or keep fewer with --thin")
    } else {
        format!("not even one draw of {chains} chains would fit: lower --chains")
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
        assert!(refuse(1000, 1000, 4, gib).is_ok());
        let error = refuse(4096, 1_000_000, 4, 16.0 * gib).unwrap_err().to_string();
        assert!(error.starts_with("1000000 draws of 4096 chains and 4 parameters need 183.1 GiB"), "{error}");
        assert!(error.contains("78643 draws of each of 4096 chains would fit"), "{error}");
    }
}
