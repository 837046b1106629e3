//! Draws as a device leaves them, `[draw, column, chain]` in `f32`, each chain's from its own first on, put where the host
//! keeps them: arrays, `[chain, draw, element]`.

use rayon::prelude::*;

use crate::draws::{Numbers, Room, RoomArray};

/// The draws that a chain has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Index of the first among all of the chain.
    pub first: usize,
    /// How many.
    pub draws: usize,
}

/// Puts some of `columns` columns, numbered from `first` on, into a room of exactly their chains.
pub fn gather(words: &[u32], columns: usize, first: usize, kept: &[Kept], room: &mut Room<'_>) {
    let length = room.draws();
    room.arrays().par_iter_mut().for_each(|RoomArray { columns: own, numbers }| {
        let wanted: Vec<usize> = own.iter().map(|column| first + column).collect();
        match numbers {
            Numbers::F32(rows) => gather_array(words, columns, &wanted, kept, rows, length, f32::from_bits),
            Numbers::F64(rows) => {
                gather_array(words, columns, &wanted, kept, rows, length, |word| f64::from(f32::from_bits(word)));
            }
        }
    });
}

fn gather_array<T: Send>(
    words: &[u32],
    columns: usize,
    wanted: &[usize],
    kept: &[Kept],
    rows: &mut [T],
    length: usize,
    convert: impl Fn(u32) -> T + Sync,
) {
    /// Chains of a strip: their words of one column are four lines of the cache.
    const STRIP: usize = 64;
    let (chains, width) = (kept.len(), wanted.len());
    rows.par_chunks_mut((STRIP * length * width).max(1)).zip(kept.par_chunks(STRIP)).enumerate().for_each(
        |(strip, (rows, kept))| {
            let most = kept.iter().map(|kept| kept.draws).max().unwrap_or(0);
            for draw in 0..most {
                for (place, column) in wanted.iter().enumerate() {
                    let line = &words[(draw * columns + column) * chains + strip * STRIP..][..kept.len()];
                    for (lane, (&word, kept)) in line.iter().zip(kept).enumerate() {
                        if draw < kept.draws {
                            let at = (lane * length + kept.first + draw) * width + place;
                            rows[at] = convert(word);
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
    use crate::draws::{Arrays, Draws, Layout, Values};

    #[test]
    fn draws_of_chains_that_are_at_different_steps_go_where_they_belong() {
        // 70 chains, two strips; 3 columns, of which the last two are wanted; rows of 9 draws.
        let kept: Vec<Kept> = (0..70).map(|chain| Kept { first: chain % 5, draws: chain % 4 }).collect();
        let value = |chain: usize, draw: usize, column: usize| (chain * 100 + draw * 10 + column) as f32;
        let words: Vec<u32> = (0..3 * 3 * 70).map(|i| value(i % 70, i / 70 / 3, i / 70 % 3).to_bits()).collect();
        let mut draws = Draws::new(vec![String::new(); 2], 70, 9).unwrap();
        draws.values_mut().fill(-1.0);
        gather(&words, 3, 1, &kept, &mut draws.room());
        // And all of them, in single precision and the other way round.
        let layout = [Layout { columns: vec![2, 1, 0], single: true }];
        let mut arrays = Arrays::new(&layout, 3, 70, 9).unwrap();
        gather(&words, 3, 0, &kept, &mut arrays.room(3));
        for (i, &found) in draws.values().iter().enumerate() {
            let (chain, draw, column) = (i / 18, i / 2 % 9, i % 2 + 1);
            let slot = draw.checked_sub(kept[chain].first).filter(|&slot| slot < kept[chain].draws);
            let right = slot.map(|slot| f64::from(value(chain, slot, column)));
            assert_eq!(found, right.unwrap_or(-1.0));
            assert_eq!(arrays.value(chain, draw, column), right.unwrap_or(0.0));
        }
    }
}
