//! Draws as a device leaves them, `[draw, parameter, chain]` in `f32`, turned into draws as the host keeps them,
//! `[chain, draw, parameter]` in `f64`.

use rayon::prelude::*;

/// Turns `[draw, parameter, chain]` into `[chain, draw, parameter]`, from draw `from` on; `row` numbers a chain.
pub fn transpose(words: &[u32], rows: &mut [f64], chains: usize, parameters: usize, row: usize, from: usize) {
    /// Side of a tile: its 16 KiB stay in the first-level cache, and each page touched serves a whole tile.
    const SIDE: usize = 64;
    let positions = words.len() / chains;
    rows.par_chunks_mut(SIDE * row).enumerate().for_each(|(strip, rows)| {
        let mut tile = [[0_u32; SIDE]; SIDE];
        for corner in (0..positions).step_by(SIDE) {
            let height = SIDE.min(positions - corner);
            for (line, position) in tile.iter_mut().zip(corner..corner + height) {
                let column = &words[position * chains..][strip * SIDE..chains.min((strip + 1) * SIDE)];
                line[..column.len()].copy_from_slice(column);
            }
            for (lane, chain) in rows.chunks_exact_mut(row).enumerate() {
                let numbers = &mut chain[from * parameters + corner..][..height];
                for (number, line) in numbers.iter_mut().zip(&tile) {
                    *number = f64::from(f32::from_bits(line[lane]));
                }
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_transposed_to_where_they_belong() {
        // 37 chains, 2 of 4 draws from draw 1 on, 3 parameters.
        let value = |chain: usize, draw: usize, parameter: usize| (chain * 100 + draw * 10 + parameter) as f32;
        let words: Vec<u32> = (0..2 * 3 * 37).map(|i| value(i % 37, i / 37 / 3, i / 37 % 3).to_bits()).collect();
        let mut rows = vec![-1.0; 37 * 4 * 3];
        transpose(&words, &mut rows, 37, 3, 12, 1);
        for (i, &found) in rows.iter().enumerate() {
            let (chain, draw, parameter) = (i / 12, i / 3 % 4, i % 3);
            let right = if (1..3).contains(&draw) { f64::from(value(chain, draw - 1, parameter)) } else { -1.0 };
            assert_eq!(found, right);
        }
    }
}
