//! Draws as a device leaves them, `[draw, parameter, chain]` in `f32`, turned into draws as the host keeps them: arrays,
//! `[chain, draw, element]`.

use rayon::prelude::*;

use crate::draws::{Numbers, Room, RoomArray};

/// Puts draws, `[draw, parameter, chain]`, into a room of exactly their chains, from draw `from` on.
pub fn transpose(words: &[u32], room: &mut Room<'_>, parameters: usize, from: usize) {
    let (chains, length) = (room.chains(), room.draws());
    let shape = Shape { chains, parameters, length, from };
    room.arrays().par_iter_mut().for_each(|RoomArray { columns, numbers }| match numbers {
        Numbers::F32(rows) => shape.transpose(words, rows, columns, f32::from_bits),
        Numbers::F64(rows) => shape.transpose(words, rows, columns, |word| f64::from(f32::from_bits(word))),
    });
}

/// Of what the device leaves, and of where it goes.
struct Shape {
    chains: usize,
    parameters: usize,
    /// Draws of a row, and the first that is written.
    length: usize,
    from: usize,
}

impl Shape {
    fn transpose<T: Send>(&self, words: &[u32], rows: &mut [T], columns: &[usize], convert: impl Fn(u32) -> T + Sync) {
        /// Side of a tile: its 16 KiB stay in the first-level cache, and each page touched serves a whole tile.
        const SIDE: usize = 64;
        let Self { chains, parameters, length, from } = *self;
        let (width, draws) = (columns.len(), words.len() / (chains * parameters).max(1));
        // Lines of words that a row of the array is made of, in its order.
        let lines = |place: usize| (place / width) * parameters + columns[place % width];
        rows.par_chunks_mut((SIDE * length * width).max(1)).enumerate().for_each(|(strip, rows)| {
            let mut tile = [[0_u32; SIDE]; SIDE];
            for corner in (0..draws * width).step_by(SIDE) {
                let height = SIDE.min(draws * width - corner);
                for (line, place) in tile.iter_mut().zip(corner..corner + height) {
                    let column = &words[lines(place) * chains..][strip * SIDE..chains.min((strip + 1) * SIDE)];
                    line[..column.len()].copy_from_slice(column);
                }
                for (lane, chain) in rows.chunks_exact_mut(length * width).enumerate() {
                    let numbers = &mut chain[from * width + corner..][..height];
                    for (number, line) in numbers.iter_mut().zip(&tile) {
                        *number = convert(line[lane]);
                    }
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draws::{Arrays, Draws, Layout, Values};

    #[test]
    fn draws_are_transposed_to_where_they_belong() {
        // 37 chains, 2 of 4 draws from draw 1 on, 3 parameters.
        let value = |chain: usize, draw: usize, parameter: usize| (chain * 100 + draw * 10 + parameter) as f32;
        let words: Vec<u32> = (0..2 * 3 * 37).map(|i| value(i % 37, i / 37 / 3, i / 37 % 3).to_bits()).collect();
        let mut draws = Draws::new(vec![String::new(); 3], 37, 4).unwrap();
        draws.values_mut().fill(-1.0);
        transpose(&words, &mut draws.room(), 3, 1);
        let layout = [Layout { columns: vec![2, 0], single: true }];
        let mut arrays = Arrays::new(&layout, 3, 37, 4).unwrap();
        transpose(&words, &mut arrays.room(3), 3, 1);
        for (i, &found) in draws.values().iter().enumerate() {
            let (chain, draw, parameter) = (i / 12, i / 3 % 4, i % 3);
            let right = (1..3).contains(&draw).then(|| f64::from(value(chain, draw - 1, parameter)));
            assert_eq!(found, right.unwrap_or(-1.0));
            assert_eq!(arrays.value(chain, draw, parameter), right.unwrap_or(0.0));
        }
    }
}
