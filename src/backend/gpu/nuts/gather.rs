//! Draws as a device leaves them, `[draw, column, chain]` in `f32`, each chain's from its own first on, put where the host
//! keeps them, `[chain, draw, column]` in `f64`.

use std::ops::Range;

use rayon::prelude::*;

/// The draws that a chain has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Index of the first among all of the chain.
    pub first: usize,
    /// How many.
    pub draws: usize,
}

/// Puts some of `columns` columns into rows of `length` draws, a row a chain.
pub fn gather(words: &[u32], columns: usize, wanted: Range<usize>, kept: &[Kept], rows: &mut [f64], length: usize) {
    /// Chains of a strip: their words of one column are four lines of the cache.
    const STRIP: usize = 64;
    let (chains, width) = (kept.len(), wanted.len());
    rows.par_chunks_mut((STRIP * length * width).max(1)).zip(kept.par_chunks(STRIP)).enumerate().for_each(
        |(strip, (rows, kept))| {
            let most = kept.iter().map(|kept| kept.draws).max().unwrap_or(0);
            for draw in 0..most {
                for (place, column) in wanted.clone().enumerate() {
                    let line = &words[(draw * columns + column) * chains + strip * STRIP..][..kept.len()];
                    for (lane, (&word, kept)) in line.iter().zip(kept).enumerate() {
                        if draw < kept.draws {
                            let at = (lane * length + kept.first + draw) * width + place;
                            rows[at] = f64::from(f32::from_bits(word));
                        }
                    }
                }
            }
        },
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_of_chains_that_are_at_different_steps_go_where_they_belong() {
        // 70 chains, two strips; 3 columns, of which the last two are wanted; rows of 9 draws.
        let kept: Vec<Kept> = (0..70).map(|chain| Kept { first: chain % 5, draws: chain % 4 }).collect();
        let value = |chain: usize, draw: usize, column: usize| (chain * 100 + draw * 10 + column) as f32;
        let words: Vec<u32> = (0..3 * 3 * 70).map(|i| value(i % 70, i / 70 / 3, i / 70 % 3).to_bits()).collect();
        let mut rows = vec![-1.0; 70 * 9 * 2];
        gather(&words, 3, 1..3, &kept, &mut rows, 9);
        for (i, &found) in rows.iter().enumerate() {
            let (chain, draw, column) = (i / 18, i / 2 % 9, i % 2 + 1);
            let slot = draw.checked_sub(kept[chain].first).filter(|&slot| slot < kept[chain].draws);
            assert_eq!(found, slot.map_or(-1.0, |slot| f64::from(value(chain, slot, column))));
        }
    }
}
