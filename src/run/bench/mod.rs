//! How fast backends run a model, side by side: programs and backends go in, a speed for each of them and each number
//! of chains comes out, with its spread, and with what its draws say.
//!
//! All entries of one number of chains take turns, round after round, so that whatever else the machine does meets all
//! of them alike. Chains start from draws of a reference run, with its tuning, and take steps until the start is
//! forgotten; then draws are kept and compared with the reference. Draws that differ have no speed.
//!
//! Absent on purpose: which backends, what is printed, what hardware could do at most (`roofline`).

mod measure;
mod reference;
pub mod roofline;

use std::time::Duration;

pub use self::reference::{Posterior, Reference};
use super::RunError;
use crate::backend::{self, Backend};
use crate::model::Model;

/// What is measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Numbers of chains, each at least 1.
    pub chains: Vec<usize>,
    /// Rounds in which entries take turns, at least 1. Default 5: a median and quartiles need that many.
    pub rounds: usize,
    /// Whether the timed steps keep moments instead of draws. Draws to judge are kept apart then, untimed.
    pub moments: bool,
    /// How long an entry runs in a round, about. Default 100 ms: a dispatch or two of a GPU.
    pub turn: Duration,
}

/// A program of the model on a backend.
#[derive(Debug)]
pub struct Entry<'m> {
    /// Which program of the model.
    pub program: &'static str,
    /// The model with this program.
    pub model: &'m Model,
    /// Where it runs.
    pub backend: Box<dyn Backend>,
    /// Seconds from the model to something that can run.
    pub compile_seconds: f64,
    /// Seconds of the first run, of one chain, in which drivers compile what they had put off.
    pub first_dispatch_seconds: f64,
}

/// What was measured of one entry and one number of chains.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// The entry, by position.
    pub entry: usize,
    /// Number of chains.
    pub chains: usize,
    /// Steps each chain took in a turn.
    pub steps: u32,
    /// Seconds of each turn.
    pub seconds: Vec<f64>,
    /// Log densities (with their gradients, where the method follows them) evaluated per step of a chain.
    pub evaluations: f64,
    /// Effective draws per step of a chain, of the parameter that has the fewest; none where no parameter can tell.
    pub effective: Option<f64>,
    /// What the draws say.
    pub posterior: Posterior,
}

/// A cell, or why there is none.
#[derive(Clone, Debug, PartialEq)]
pub enum Measurement {
    /// It ran.
    Measured(Cell),
    /// It could not.
    Left {
        /// The entry, by position.
        entry: usize,
        /// Number of chains.
        chains: usize,
        /// Why, in words.
        reason: String,
    },
}

/// Steps of all chains per second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Speed {
    /// Of the median turn.
    pub median: f64,
    /// Of the slowest turn.
    pub low: f64,
    /// Of the fastest turn.
    pub high: f64,
}

impl Cell {
    /// The speed, unless the draws are wrong.
    pub fn speed(&self) -> Option<Speed> {
        if matches!(self.posterior, Posterior::Differs { .. }) {
            return None;
        }
        let mut seconds = self.seconds.clone();
        seconds.sort_by(f64::total_cmp);
        let (&fastest, &slowest) = (seconds.first()?, seconds.last()?);
        let middle = seconds.len() / 2;
        let median =
            if seconds.len() % 2 == 1 { seconds[middle] } else { f64::midpoint(seconds[middle - 1], seconds[middle]) };
        let speed = |seconds: f64| self.chains as f64 * f64::from(self.steps) / seconds;
        Some(Speed { median: speed(median), low: speed(slowest), high: speed(fastest) })
    }
}

/// Measures every entry at every number of chains. `watch` is told which number of chains is at hand, which round of it
/// (from 1; 0 while chains get ready), and how many there are; it may end the measurements.
///
/// # Errors
/// When a backend fails for another reason than room, or `watch` breaks off.
pub fn bench(
    entries: &mut [Entry<'_>],
    reference: &Reference,
    settings: &Settings,
    watch: &mut dyn FnMut(usize, usize) -> std::ops::ControlFlow<()>,
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

fn broken(flow: std::ops::ControlFlow<()>) -> Result<(), backend::Error> {
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

    fn cell(seconds: &[f64], posterior: Posterior) -> Cell {
        Cell {
            entry: 0,
            chains: 10,
            steps: 100,
            seconds: seconds.to_vec(),
            evaluations: 3.0,
            effective: None,
            posterior,
        }
    }

    #[test]
    fn a_speed_is_the_median_turn_between_the_slowest_and_the_fastest() {
        let agrees = Posterior::Agrees { largest: 1.0 };
        let speed = cell(&[2.0, 0.5, 1.0], agrees.clone()).speed();
        assert_eq!(speed, Some(Speed { median: 1000.0, low: 500.0, high: 2000.0 }));
        assert_eq!(cell(&[3.0, 1.0], agrees).speed().map(|speed| speed.median), Some(500.0));
    }

    #[test]
    fn wrong_draws_have_no_speed() {
        let differs = Posterior::Differs { parameter: "mu".into(), moment: "mean", errors: 9.0 };
        assert_eq!(cell(&[1.0], differs).speed(), None);
        assert!(cell(&[1.0], Posterior::TooFew { effective: 3.0 }).speed().is_some());
    }

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
