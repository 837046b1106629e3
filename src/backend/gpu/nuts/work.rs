//! A stretch at work on a shard: how far each chain is, what its trees were like, and where its draws go.
//!
//! What dispatches tell flows in, draws and counts flow out. Nothing here needs a device.

use super::gather::{Kept, gather};
use super::layout::{ACCEPTANCE_UNITS, Params, Told};
use crate::backend::{Keep, Stretch, Trees};
use crate::draws::Room;

/// A stretch at work.
#[derive(Debug)]
pub struct Work<'a, 'b> {
    stretch: Stretch,
    keep: Option<&'a mut Keep<'b>>,
    /// Columns of parameters, behind which those of statistics are.
    parameters: usize,
    /// Index of the shard's first chain among those of the draws.
    first_chain: usize,
    taken: Vec<u32>,
    /// `[chain]`
    pub trees: Vec<Trees>,
}

impl<'a, 'b> Work<'a, 'b> {
    /// None of the stretch is done.
    pub fn new(
        stretch: Stretch,
        keep: Option<&'a mut Keep<'b>>,
        parameters: usize,
        first_chain: usize,
        chains: usize,
    ) -> Self {
        Self { stretch, keep, parameters, first_chain, taken: vec![0; chains], trees: vec![Trees::default(); chains] }
    }

    /// Steps of the stretch.
    pub fn steps(&self) -> u32 {
        self.stretch.steps
    }

    /// Steps that every chain has taken.
    pub fn done(&self) -> u32 {
        self.taken.iter().copied().min().unwrap_or(self.stretch.steps)
    }

    /// Whether every chain has taken all steps.
    pub fn is_done(&self) -> bool {
        self.done() == self.stretch.steps
    }

    /// Steps per draw; 0 where none is kept.
    pub fn thin(&self) -> u32 {
        self.keep.as_ref().map_or(0, |keep| keep.thin.max(1))
    }

    /// The uniform of the stretch's dispatches.
    pub fn params(&self, params: Params) -> Params {
        Params { first_step: self.stretch.first_step, steps: self.stretch.steps, thin: self.thin(), ..params }
    }

    /// Takes in what a dispatch tells of the chains; returns what draws they have kept in it.
    pub fn count(&mut self, told: &[Told]) -> Vec<Kept> {
        let draws = |taken: u32, thin: u32| taken.checked_div(thin).unwrap_or(0) as usize;
        let thin = self.thin();
        let chains = told.iter().zip(&mut self.taken).zip(&mut self.trees);
        let kept = chains.map(|((told, taken), trees)| {
            let first = draws(*taken, thin);
            *taken = told.taken;
            // Exact: the units are a power of two, and the sum stays below 2^53 of them for half a billion steps.
            trees.acceptance += told.acceptances as f64 / ACCEPTANCE_UNITS;
            trees.leapfrogs += u64::from(told.turns);
            trees.divergences += told.divergences;
            trees.saturated += told.saturated;
            Kept { first, draws: draws(*taken, thin) - first }
        });
        kept.collect()
    }

    /// Puts the draws of a dispatch, `[draw, column, chain]`, where they belong.
    pub fn take(&mut self, words: &[u32], columns: usize, mut kept: Vec<Kept>) {
        let Some(keep) = &mut self.keep else { return };
        kept.iter_mut().for_each(|kept| kept.first += keep.from);
        let put = |room: Room<'_>, first: usize| {
            let (_, room) = room.split_at(self.first_chain);
            let (mut room, _) = room.split_at(kept.len());
            gather(words, columns, first, &kept, &mut room);
        };
        put(keep.draws.lend(), 0);
        if let Some(statistics) = &mut keep.statistics {
            put(statistics.lend(), self.parameters);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draws::Draws;

    /// Two chains of a shard of which other chains stand before, 3 columns of which one is a parameter's, every other step
    /// kept.
    #[test]
    fn chains_at_different_steps_leave_their_draws_and_counts() {
        let mut draws = Draws::new(vec!["x".into()], 3, 3).unwrap();
        let mut statistics = Draws::new(vec!["a".into(), "b".into()], 3, 3).unwrap();
        let mut keep = Keep { draws: draws.room(), statistics: Some(statistics.room()), from: 1, thin: 2 };
        let mut work = Work::new(Stretch { first_step: 7, steps: 4 }, Some(&mut keep), 1, 1, 2);
        let told = |taken, turns| Told { taken, turns, divergences: 1, saturated: 0, acceptances: 1 << 23 };
        let words = |numbers: [f32; 6]| numbers.map(f32::to_bits);
        let kept = work.count(&[told(3, 5), told(1, 6)]);
        assert_eq!(kept, [Kept { first: 0, draws: 1 }, Kept { first: 0, draws: 0 }]);
        work.take(&words([1.0, -1.0, 2.0, -1.0, 3.0, -1.0]), 3, kept);
        assert_eq!((work.done(), work.is_done()), (1, false));
        let kept = work.count(&[told(4, 1), told(3, 2)]);
        work.take(&words([4.0, 5.0, 6.0, 7.0, 8.0, 9.0]), 3, kept);
        let trees = Trees { acceptance: 1.0, leapfrogs: 6, divergences: 2, saturated: 0 };
        assert_eq!((work.trees[0], work.trees[1].leapfrogs), (trees, 8));
        assert_eq!(draws.values(), [0.0, 0.0, 0.0, 0.0, 1.0, 4.0, 0.0, 5.0, 0.0]);
        assert_eq!(statistics.values()[6..], [0.0, 0.0, 2.0, 3.0, 6.0, 8.0, 0.0, 0.0, 7.0, 9.0, 0.0, 0.0]);
    }
}
