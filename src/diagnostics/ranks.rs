//! The ranks of a parameter's draws, where the draws were, and the normal scores they stand for.
//!
//! Ranking ends in a scatter: ranks known in sorted order go back to where their draws were, by many threads at
//! scattered places. Relaxed atomic stores cost what plain stores cost on every target, and need no proof that the
//! places are distinct. A rank takes four bytes; scores are computed as rows are read, many at a time, which costs less
//! than to write and read eight.

use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;

use rayon::prelude::*;

use crate::diagnostics::chains::PIECE;
use crate::diagnostics::layout::Layout;
use crate::math::autocovariance::MeanAutocovariance;
use crate::math::moments::moments;
use crate::math::normal_quantile::normal_quantiles;

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

    /// The normal scores `Phi^-1((rank - 3/8) / (size + 1/4))` (Blom 1958; Vehtari et al. 2021, eq. 14) of the draws
    /// from a position on, as many as fit into `into`, all of which must be ranked.
    pub(super) fn scores(&self, from: usize, layout: Layout, into: &mut [f64]) {
        let scale = 1.0 / (layout.size() as f64 + 0.25);
        for (score, rank) in into.iter_mut().zip(&self.0[from..]) {
            *score = (f64::from(rank.load(Relaxed)) * 0.5 - 0.375) * scale;
        }
        normal_quantiles(into);
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
