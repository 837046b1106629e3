//! All that chains need in order to go on: where they are, their tuning, the number of the next step. Random numbers are
//! addressed by chain and step, so there is no generator to keep.
//!
//! Absent on purpose: files.

use super::{Counts, Trees, Tuning};
use crate::draws::Failures;

/// Chains between two steps of the sampling phase.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// Number of the next step in the whole run.
    pub step: u32,
    /// Draws kept of each chain so far.
    pub draws: usize,
    /// Where the chains are, `[chain, coordinate]`; a state in single precision is exact in these.
    pub positions: Vec<f64>,
    /// The tuning after warm-up.
    pub tuning: Tuning,
    /// What the sampling steps so far were like.
    pub counts: Counts,
    /// At which draws so far generated quantities could not be computed.
    pub failures: Failures,
    /// Seconds of finding starting points and warming up.
    pub warmup_seconds: f64,
    /// Seconds of sampling so far.
    pub sampling_seconds: f64,
}

impl Counts {
    /// Adds those of further steps of the same chains.
    ///
    /// # Panics
    /// When they are another method's, or of another number of chains.
    pub fn add(&mut self, further: &Self) {
        match (self, further) {
            (Self::Accepted(sums), Self::Accepted(counts)) => {
                assert_eq!(sums.len(), counts.len(), "a count for each coordinate of each chain");
                sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
            }
            (Self::Trees(sums), Self::Trees(trees)) => {
                assert_eq!(sums.len(), trees.len(), "trees of each chain");
                sums.iter_mut().zip(trees).for_each(|(sum, trees)| sum.add(trees));
            }
            (Self::Accepted(_), Self::Trees(_)) | (Self::Trees(_), Self::Accepted(_)) => {
                panic!("the counts are another method's")
            }
        }
    }

    /// Puts those of further chains behind.
    ///
    /// # Panics
    /// When they are another method's.
    pub fn append(&mut self, further: Self) {
        match (self, further) {
            (Self::Accepted(counts), Self::Accepted(further)) => counts.extend(further),
            (Self::Trees(trees), Self::Trees(further)) => trees.extend(further),
            (Self::Accepted(_), Self::Trees(_)) | (Self::Trees(_), Self::Accepted(_)) => {
                panic!("the counts are another method's")
            }
        }
    }
}

impl Trees {
    fn add(&mut self, further: &Self) {
        self.acceptance += further.acceptance;
        self.leapfrogs += further.leapfrogs;
        self.divergences += further.divergences;
        self.saturated += further.saturated;
    }
}
