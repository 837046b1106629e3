//! One parameter's draws side by side, in memory that sorting needs later.
//!
//! Draws lie among those of other parameters, so that every look at one brings its neighbours along. They are gathered
//! once; whatever needs them in order of position reads them here. Deliberately absent: what becomes of the memory
//! (`sort`).

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use crate::diagnostics::chains::per_chain;
use crate::diagnostics::word::key;
use crate::draws::ChainView;
use crate::math::moments::mean;

/// All draws, `[chain, draw]`, and what one look at them shows.
pub(super) struct Values {
    words: Vec<AtomicU64>,
    means: Vec<f64>,
    /// The least and the greatest key.
    keys: (u64, u64),
}

impl Values {
    /// Gathers the draws into `words`, whose contents do not matter.
    pub(super) fn gather(view: ChainView<'_>, mut words: Vec<AtomicU64>) -> Self {
        words.resize_with(view.size(), AtomicU64::default);
        let chains = per_chain(view, |index, chain| {
            for (word, value) in words[index * chain.len()..].iter().zip(chain) {
                word.store(value.to_bits(), Relaxed);
            }
            (mean(chain), extremes(chain))
        });
        let keys = chains.iter().fold((u64::MAX, 0), |keys, (_, other)| join(keys, *other));
        let means = chains.into_iter().map(|(mean, _)| mean).collect();
        Self { words, means, keys }
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

    /// The least and the greatest key; of no draws, the greatest and the least there are.
    pub(super) fn keys(&self) -> (u64, u64) {
        self.keys
    }

    /// The memory, the draws in it.
    pub(super) fn into_words(self) -> Vec<AtomicU64> {
        self.words
    }
}

fn join(keys: (u64, u64), other: (u64, u64)) -> (u64, u64) {
    (keys.0.min(other.0), keys.1.max(other.1))
}

/// The least and the greatest key of some values.
fn extremes(values: &[f64]) -> (u64, u64) {
    const LANES: usize = 8;
    // Without branches, and so for several at a time; no comparison takes a NaN.
    let (mut least, mut most, mut nans) = ([f64::INFINITY; LANES], [f64::NEG_INFINITY; LANES], [0_u64; LANES]);
    let (blocks, rest) = values.as_chunks::<LANES>();
    for block in blocks {
        for lane in 0..LANES {
            let x = block[lane];
            least[lane] = if x < least[lane] { x } else { least[lane] };
            most[lane] = if x > most[lane] { x } else { most[lane] };
            nans[lane] |= u64::from(x.is_nan());
        }
    }
    let of = |x: &f64| (key(*x), key(*x));
    let ends = least.iter().zip(&most).filter(|(least, most)| least <= most);
    let ends = ends.map(|(least, most)| (key(*least), key(*most)));
    let nan = nans.contains(&1).then_some((u64::MAX, u64::MAX));
    ends.chain(nan).chain(rest.iter().map(of)).fold((u64::MAX, 0), join)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_extreme_keys_are_those_of_all_values(
            values in proptest::collection::vec(
                prop_oneof![any::<f64>(), -3.0..3.0, Just(f64::NAN), Just(f64::INFINITY), Just(f64::NEG_INFINITY)],
                0..40,
            )
        ) {
            let keys = || values.iter().map(|x| key(*x));
            prop_assert_eq!(extremes(&values), (keys().min().unwrap_or(u64::MAX), keys().max().unwrap_or(0)));
        }
    }
}
