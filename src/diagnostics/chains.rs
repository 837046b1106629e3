//! One look at every chain of a parameter, shared among threads.

use std::ops::Range;

use rayon::prelude::*;

use crate::draws::ChainView;

/// Threads are handed pieces of at least this many values.
pub(super) const PIECE: usize = 1 << 13;

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

/// Neighbouring ranges of up to [`PIECE`] that make up `0..size`.
pub(super) fn pieces(size: usize) -> impl IndexedParallelIterator<Item = Range<usize>> {
    (0..size.div_ceil(PIECE)).into_par_iter().map(move |piece| piece * PIECE..((piece + 1) * PIECE).min(size))
}
