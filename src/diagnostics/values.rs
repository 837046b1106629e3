//! One parameter's draws side by side, in memory that sorting needs later.
//!
//! Draws lie among those of other parameters, so that every look at one brings its neighbours along. They are gathered
//! once; whatever needs them in order of position reads them here. Deliberately absent: what becomes of the memory
//! (`sort`).

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use crate::diagnostics::chains::per_chain;
use crate::diagnostics::word::{Extent, key};
use crate::draws::ChainView;
use crate::math::moments::mean;

/// All draws, `[chain, draw]`, and what one look at them shows.
pub(super) struct Values {
    words: Vec<AtomicU64>,
    means: Vec<f64>,
    extent: Extent,
}

impl Values {
    /// Gathers the draws into `words`, whose contents do not matter.
    pub(super) fn gather(view: ChainView<'_>, mut words: Vec<AtomicU64>) -> Self {
        words.resize_with(view.size(), AtomicU64::default);
        let chains = per_chain(view, |index, chain| {
            for (word, value) in words[index * chain.len()..].iter().zip(chain) {
                word.store(value.to_bits(), Relaxed);
            }
            (mean(chain), extent(chain))
        });
        let extent = chains.iter().fold(Extent::NONE, |extent, (_, other)| extent.join(*other));
        let means = chains.into_iter().map(|(mean, _)| mean).collect();
        Self { words, means, extent }
    }

    /// Copies the values from `position` on into `into`, as many as fit there.
    pub(super) fn copy(&self, position: usize, into: &mut [f64]) {
        let words = &self.words[position..position + into.len()];
        for (value, word) in into.iter_mut().zip(words) {
            *value = f64::from_bits(word.load(Relaxed));
        }
    }

    /// Mean of each chain.
    pub(super) fn means(&self) -> &[f64] {
        &self.means
    }

    /// What the draws have in common.
    pub(super) fn extent(&self) -> Extent {
        self.extent
    }

    /// The memory, the draws in it.
    pub(super) fn into_words(self) -> Vec<AtomicU64> {
        self.words
    }
}

/// What some values have in common.
fn extent(values: &[f64]) -> Extent {
    const LANES: usize = 8;
    // Without branches, and so for several at a time; no comparison takes a NaN.
    let (mut least, mut most) = ([f64::INFINITY; LANES], [f64::NEG_INFINITY; LANES]);
    let (mut bits, mut nans) = ([0; LANES], [0_u64; LANES]);
    let (blocks, rest) = values.as_chunks::<LANES>();
    for block in blocks {
        for lane in 0..LANES {
            let x = block[lane];
            least[lane] = if x < least[lane] { x } else { least[lane] };
            most[lane] = if x > most[lane] { x } else { most[lane] };
            bits[lane] |= x.to_bits();
            nans[lane] |= u64::from(x.is_nan());
        }
    }
    let ends = least.iter().zip(&most).filter(|(least, most)| least <= most);
    let ends = ends.map(|(least, most)| Extent { keys: (key(*least), key(*most)), bits: 0 });
    let all = Extent { bits: bits.into_iter().fold(0, |all, bits| all | bits), ..Extent::NONE };
    let nan = nans.contains(&1).then(|| Extent::of(f64::NAN));
    ends.chain(nan).chain(rest.iter().copied().map(Extent::of)).fold(all, Extent::join)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_extent_is_that_of_all_values(
            values in proptest::collection::vec(
                prop_oneof![any::<f64>(), -3.0..3.0, Just(f64::NAN), Just(f64::INFINITY), Just(f64::NEG_INFINITY)],
                0..40,
            )
        ) {
            let (found, all) = (extent(&values), values.iter().copied().map(Extent::of).fold(Extent::NONE, Extent::join));
            prop_assert_eq!((found.keys, found.bits), (all.keys, all.bits));
        }
    }
}
