//! The ranks of a parameter's draws, where the draws were, and the normal scores they stand for.
//!
//! Ranking ends in a scatter: ranks known in sorted order go back to where their draws were, by many threads at
//! scattered places. Relaxed atomic stores cost what plain stores cost on every target, and need no proof that the
//! places are distinct. A rank takes four bytes; scores are computed as rows are read, many at a time, which costs less
//! than to write and read eight.

use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;

use rayon::prelude::*;

use crate::diagnostics::bits::Bits;
use crate::diagnostics::chains::PIECE;
use crate::diagnostics::layout::Layout;
use crate::math::autocovariance::{FirstLags, MeanAutocovariance, Padded, groups};
use crate::math::moments::moments;
use crate::math::normal_quantile::normal_quantiles;

/// Replaces twice the ranks of draws by their normal scores `Phi^-1((rank - 3/8) / (size + 1/4))` (Blom 1958; Vehtari et
/// al. 2021, eq. 14).
pub(super) fn scores_of(layout: Layout, twice_ranks: &mut [f64]) {
    let scale = 1.0 / (layout.size() as f64 + 0.25);
    twice_ranks.iter_mut().for_each(|rank| *rank = (*rank * 0.5 - 0.375) * scale);
    normal_quantiles(twice_ranks);
}

/// Twice the rank of each draw, in `[chain, draw]` order: an average rank may end in a half.
#[derive(Debug)]
pub(super) struct Ranks(Vec<AtomicU32>);

impl Ranks {
    /// No ranks yet.
    pub(super) fn new(size: usize) -> Self {
        Self((0..size).map(|_| AtomicU32::new(0)).collect())
    }

    pub(super) fn set(&self, position: usize, twice_rank: u32) {
        self.0[position].store(twice_rank, Relaxed);
    }

    /// Twice the rank of a draw.
    #[cfg(test)]
    pub(super) fn twice(&self, position: usize) -> u32 {
        self.0[position].load(Relaxed)
    }

    /// The normal scores of the draws from a position on, as many as fit into `into`, all of which must be ranked.
    pub(super) fn scores(&self, from: usize, layout: Layout, into: &mut [f64]) {
        for (score, rank) in into.iter_mut().zip(&self.0[from..]) {
            *score = f64::from(rank.load(Relaxed));
        }
        scores_of(layout, into);
    }

    /// What [`Self::autocovariance`] gives, of as many lags as a similar series was `asked` for; and for each of some
    /// numbers of draws, which draws are among the so many smallest.
    #[expect(clippy::type_complexity, reason = "two results, one of which holds a closure")]
    pub(super) fn autocovariance_and_tails<const N: usize>(
        &self,
        layout: Layout,
        asked: usize,
        smallest: [u32; N],
    ) -> (MeanAutocovariance<impl Fn(usize, &mut [f64]) + Sync + '_>, [Vec<Bits>; N]) {
        let (rows, length) = (layout.rows(), layout.length());
        let stretches: Vec<_> = groups(rows)
            .map(|group| {
                let mut padded = Padded::new(length);
                let mut sums = FirstLags::like(asked);
                let mut tails = smallest.map(|_| Bits::new(group.len(), length));
                let mut ranks = vec![0; length];
                for row in group {
                    let start = layout.start(row);
                    ranks.iter_mut().zip(&self.0[start..]).for_each(|(rank, from)| *rank = from.load(Relaxed));
                    for (bits, smallest) in tails.iter_mut().zip(smallest) {
                        // The average rank of equal draws is not beyond the last of them.
                        bits.push(&ranks, 2 * smallest);
                    }
                    self.scores(start, layout, padded.values());
                    sums.add(&mut padded);
                }
                (sums, tails)
            })
            .collect();
        let (sums, tails): (Vec<_>, Vec<_>) = stretches.into_iter().unzip();
        let mut all = smallest.map(|_| Vec::with_capacity(tails.len()));
        for tails in tails {
            all.iter_mut().zip(tails).for_each(|(all, bits)| all.push(bits));
        }
        let fill = move |row, into: &mut [f64]| self.scores(layout.start(row), layout, into);
        (MeanAutocovariance::from_first_lags(rows, length, fill, sums), all)
    }

    /// The autocovariance of the scores of rows.
    pub(super) fn autocovariance(&self, layout: Layout) -> MeanAutocovariance<impl Fn(usize, &mut [f64]) + Sync + '_> {
        MeanAutocovariance::new(layout.rows(), layout.length(), move |row, into: &mut [f64]| {
            self.scores(layout.start(row), layout, into);
        })
    }

    /// Mean and variance of the scores of each row.
    pub(super) fn moments(&self, layout: Layout) -> (Vec<f64>, Vec<f64>) {
        let length = layout.length();
        (0..layout.rows())
            .into_par_iter()
            .with_min_len(PIECE.div_ceil(length.max(1)))
            .map_init(
                || vec![0.0; length],
                |values, row| {
                    self.scores(layout.start(row), layout, values);
                    let moments = moments(values);
                    (moments.mean, moments.variance)
                },
            )
            .unzip()
    }
}
