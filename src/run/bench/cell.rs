//! What is measured, and what comes of it: entries take turns, a cell is one entry at one number of chains.
//!
//! Absent on purpose: measuring (`measure`), and whether draws are right (`reference`).

use std::time::Duration;

use super::reference::Posterior;
use crate::backend::Backend;
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
}
