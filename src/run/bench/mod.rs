//! How fast backends run a model, side by side: programs and backends go in, a speed for each of them and each number
//! of chains comes out, with its spread, and with what its draws say.
//!
//! All entries of one number of chains take turns, round after round, so that whatever else the machine does meets all
//! of them alike. Chains start from draws of a reference run, with its tuning, and take steps until the start is
//! forgotten; then draws are kept and compared with the reference. Draws that differ have no speed.
//!
//! Absent on purpose: which backends, what is printed, what hardware could do at most (`roofline`).

mod cell;
mod measure;
mod reference;
pub mod roofline;

use std::ops::ControlFlow;

pub use self::cell::{Cell, Entry, Measurement, Settings, Speed};
pub use self::reference::{Posterior, Reference};
use super::RunError;
use crate::backend;

/// Measures every entry at every number of chains. `watch` is told which number of chains is at hand, which round of it
/// (from 1; 0 while chains get ready), and how many there are; it may end the measurements.
///
/// # Errors
/// When a backend fails for another reason than room, or `watch` breaks off.
pub fn bench(
    entries: &mut [Entry<'_>],
    reference: &Reference,
    settings: &Settings,
    watch: &mut dyn FnMut(usize, usize) -> ControlFlow<()>,
) -> Result<Vec<Measurement>, RunError> {
    let mut measurements = Vec::new();
    // Wrong draws of a correct build, all comparisons of the report together.
    let comparisons = entries.len() * settings.chains.len() * 2 * reference.trusted().count().max(1);
    for &chains in &settings.chains {
        let mut running = Vec::new();
        for (position, entry) in entries.iter_mut().enumerate() {
            broken(watch(chains, 0))?;
            match measure::ready(entry, chains, reference, settings) {
                Ok(turns) => running.push((position, turns)),
                Err(measure::Failure::Left(reason)) => {
                    measurements.push(Measurement::Left { entry: position, chains, reason });
                }
                Err(measure::Failure::Backend(error)) => return Err(error.into()),
            }
        }
        for round in 1..=settings.rounds {
            broken(watch(chains, round))?;
            for (position, turns) in &mut running {
                turns.take(entries[*position].backend.as_mut())?;
            }
        }
        for (position, turns) in running {
            let backend = entries[position].backend.as_mut();
            measurements.push(Measurement::Measured(turns.cell(position, backend, reference, comparisons)?));
        }
    }
    Ok(measurements)
}

fn broken(flow: ControlFlow<()>) -> Result<(), backend::Error> {
    if flow.is_break() { Err(backend::Error::Interrupted { steps: 0 }) } else { Ok(()) }
}

/// The number of chains from which on one backend is at least as fast as another, between the numbers measured by
/// interpolation on logarithmic scales. Both lists hold numbers of chains, ascending, with speeds; only numbers that
/// both hold count. None where it never is; the smallest number where it always is.
pub fn overtakes(one: &[(usize, f64)], other: &[(usize, f64)]) -> Option<f64> {
    let ratio = |&(chains, speed): &(usize, f64)| {
        let (_, reference) = other.iter().find(|(there, _)| *there == chains)?;
        Some((chains as f64, (speed / reference).ln()))
    };
    let ratios: Vec<(f64, f64)> = one.iter().filter_map(ratio).collect();
    // From the last number at which it is slower on.
    let Some(slower) = ratios.iter().rposition(|&(_, ratio)| ratio < 0.0) else {
        return ratios.first().map(|&(chains, _)| chains);
    };
    let (&(below, under), &(above, over)) = (&ratios[slower], ratios.get(slower + 1)?);
    let part = under / (under - over);
    Some((below.ln() + part * (above.ln() - below.ln())).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cross_over_lies_where_the_lines_meet() {
        let cpu = [(1, 10.0), (100, 10.0), (10_000, 10.0)];
        // Half as fast at 100 chains, twice as fast at 10,000: they meet half way on a logarithmic scale.
        let meets = overtakes(&[(1, 1.0), (100, 5.0), (10_000, 20.0)], &cpu).unwrap();
        assert!((meets - 1000.0).abs() < 1e-6, "{meets}");
        assert_eq!(overtakes(&[(1, 1.0), (100, 5.0), (10_000, 9.0)], &cpu), None);
        assert_eq!(overtakes(&[(1, 11.0), (100, 50.0)], &cpu), Some(1.0));
        // A GPU that falls behind again has not overtaken; numbers that one side lacks do not count.
        assert_eq!(overtakes(&[(1, 11.0), (50, 1.0), (100, 9.0)], &cpu), None);
        assert_eq!(overtakes(&[], &cpu), None);
    }
}
