//! Draws whose generated quantities could not be computed: how many, and why the first one was not.
//!
//! At such a draw every generated quantity is NaN, as in Stan; parameters and transformed parameters keep their values.
//! Absent on purpose: the model's language, which finds the reasons.

use serde::{Deserialize, Serialize};

/// How many draws failed, of how many, and the first of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failures {
    /// Draws that failed, all chains together.
    pub failed: u64,
    /// Draws that were tried, all chains together.
    pub tried: u64,
    /// The first that failed: the earliest draw, and of its chains the lowest; none where none failed.
    pub first: Option<Failure>,
}

/// A draw that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The draw of its chain, from 0.
    pub draw: usize,
    /// The chain in the whole run, from 0.
    pub chain: usize,
    /// What is wrong there, in a sentence without a full stop.
    pub reason: String,
    /// The place in the model: file, line and column.
    pub place: String,
    /// The place as a picture with a caret, several lines.
    pub picture: String,
}

impl Failures {
    /// Adds those of further draws of the same run.
    pub fn add(&mut self, further: Self) {
        self.failed += further.failed;
        self.tried += further.tried;
        let firsts = self.first.take().into_iter().chain(further.first);
        self.first = firsts.min_by_key(|failure| (failure.draw, failure.chain));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_failure_is_that_of_the_earliest_draw_whatever_the_order_of_parts() {
        let of = |draw, chain| Failures {
            failed: 2,
            tried: 10,
            first: Some(Failure { draw, chain, reason: String::new(), place: String::new(), picture: String::new() }),
        };
        let parts = [of(4, 0), of(3, 7), of(3, 5), Failures { tried: 10, ..Failures::default() }];
        for turn in 0..parts.len() {
            let mut all = Failures::default();
            parts.iter().cycle().skip(turn).take(parts.len()).for_each(|part| all.add(part.clone()));
            let first = all.first.unwrap();
            assert_eq!((all.failed, all.tried, first.draw, first.chain), (6, 40, 3, 5));
        }
    }
}
