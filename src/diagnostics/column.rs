//! A column of `f64` that many threads may write at scattered places: first a parameter's values, side by side, then
//! their scores.
//!
//! Ranking ends in a scatter: values computed in sorted order go back to where their draws were.
//! Relaxed atomic stores of the bits cost what plain stores cost on every target, and need no
//! proof that the places are distinct.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use rayon::prelude::*;

use crate::diagnostics::layout::Layout;
use crate::draws::ChainView;
use crate::math::autocovariance::MeanAutocovariance;
use crate::math::moments::{mean, moments};

/// Rows are handed to threads in pieces of at least this many values.
pub(super) const PIECE: usize = 1 << 13;

pub(super) struct Column(Vec<AtomicU64>);

impl Column {
    /// A column of zeros.
    pub(super) fn new(size: usize) -> Self {
        Self((0..size).map(|_| AtomicU64::new(0)).collect())
    }

    pub(super) fn set(&self, k: usize, value: f64) {
        self.0[k].store(value.to_bits(), Relaxed);
    }

    pub(super) fn copy(&self, from: usize, into: &mut [f64]) {
        for (to, from) in into.iter_mut().zip(&self.0[from..]) {
            *to = f64::from_bits(from.load(Relaxed));
        }
    }

    /// Copies a parameter's values here, and returns the mean of each chain.
    pub(super) fn gather(&self, view: ChainView<'_>) -> Vec<f64> {
        let length = view.draws();
        per_chain(view, |index, chain| {
            chain.iter().zip(&self.0[index * length..]).for_each(|(x, to)| to.store(x.to_bits(), Relaxed));
            mean(chain)
        })
    }

    /// The autocovariance of the column's rows, the column being in `[chain, draw]` order.
    pub(super) fn autocovariance(&self, layout: Layout) -> MeanAutocovariance<impl Fn(usize, &mut [f64]) + Sync + '_> {
        MeanAutocovariance::new(layout.rows(), layout.length(), move |row, into| {
            self.copy(layout.start(row), into);
        })
    }

    /// Mean and variance of each of the column's rows.
    pub(super) fn moments(&self, layout: Layout) -> (Vec<f64>, Vec<f64>) {
        let length = layout.length();
        (0..layout.rows())
            .into_par_iter()
            .with_min_len(PIECE.div_ceil(length.max(1)))
            .map_init(
                || vec![0.0; length],
                |values, row| {
                    self.copy(layout.start(row), values);
                    let moments = moments(values);
                    (moments.mean, moments.variance)
                },
            )
            .unzip()
    }

    /// All values, in order.
    pub(super) fn into_values(self) -> Vec<f64> {
        let bits = self.0.into_iter().map(AtomicU64::into_inner);
        bits.map(f64::from_bits).collect()
    }
}

/// What `of` gives for each chain, told its index and its values.
pub(super) fn per_chain<T: Send>(view: ChainView<'_>, of: impl Fn(usize, &[f64]) -> T + Sync) -> Vec<T> {
    let length = view.draws();
    (0..view.chains())
        .into_par_iter()
        .with_min_len(PIECE.div_ceil(length.max(1)))
        .map_init(
            || vec![0.0; length],
            |chain, index| {
                view.copy(index * length, chain);
                of(index, chain)
            },
        )
        .collect()
}
