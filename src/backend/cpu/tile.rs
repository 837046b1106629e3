//! Draws on their way from lanes to rows: some steps of a block are gathered as the lanes have them,
//! `[draw, parameter, lane]`, and then written chain by chain, so that each chain's numbers go to memory in one piece.
//!
//! Absent on purpose: what a parameter is.

use super::lanes::Lanes;
use crate::math::Real;

/// Bytes of a tile at most: it stays in the second-level cache.
const BYTES: usize = 128 << 10;
/// Most draws of a tile: longer pieces are written no faster.
const MOST_DRAWS: usize = 16;
/// Bytes between lines of a tile that a line is longer than its lanes, so that lines a power of two apart do not
/// compete for the same places of a cache.
const PADDING: usize = 64;

/// A tile, of whichever chains and parameters.
#[derive(Debug)]
pub(super) struct Tile<R> {
    numbers: Vec<R>,
    lanes: usize,
    parameters: usize,
    /// Index of the first draw.
    first: usize,
    draws: usize,
}

impl<R: Real> Tile<R> {
    /// Room for some draws.
    pub(super) fn new(lanes: usize, parameters: usize) -> Self {
        let line = lanes + PADDING / size_of::<R>();
        let draws = (BYTES / size_of::<R>() / (line * parameters).max(1)).clamp(1, MOST_DRAWS);
        Self { numbers: vec![R::ZERO; draws * parameters * line], lanes, parameters, first: 0, draws: 0 }
    }

    fn line(&self) -> usize {
        self.lanes + PADDING / size_of::<R>()
    }

    /// Whether no more draws fit.
    pub(super) fn is_full(&self) -> bool {
        (self.draws + 1) * self.parameters * self.line() > self.numbers.len()
    }

    /// Adds a draw: the one after the last, or whichever to an empty tile.
    pub(super) fn open(&mut self, draw: usize) {
        if self.draws == 0 {
            self.first = draw;
        }
        debug_assert_eq!(draw, self.first + self.draws, "draws follow one another");
        self.draws += 1;
    }

    /// A parameter of the draw added last.
    pub(super) fn put(&mut self, parameter: usize, numbers: Lanes<'_, R>) {
        let line = self.line();
        let at = ((self.draws - 1) * self.parameters + parameter) * line;
        let to = &mut self.numbers[at..at + self.lanes];
        match numbers {
            Lanes::Each(numbers) => to.copy_from_slice(&numbers[..self.lanes]),
            Lanes::All(number) => to.fill(number),
        }
    }

    /// Writes the draws to the rows of their chains, `[chain, draw, parameter]` with `length` draws each, and empties
    /// the tile.
    pub(super) fn write(&mut self, rows: &mut [f64], length: usize) {
        let (line, parameters) = (self.line(), self.parameters);
        let row = length * parameters;
        for (lane, row) in rows.chunks_exact_mut(row.max(1)).take(self.lanes).enumerate() {
            let to = &mut row[self.first * parameters..(self.first + self.draws) * parameters];
            for (to, from) in to.iter_mut().zip(self.numbers[lane..].iter().step_by(line)) {
                *to = from.to_f64();
            }
        }
        self.draws = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_come_to_the_rows_of_their_chains() {
        let (lanes, parameters, length) = (37, 3, 40);
        let mut tile = Tile::<f32>::new(lanes, parameters);
        let mut rows = vec![-1.0; lanes * length * parameters];
        let value = |lane: usize, draw: usize, parameter: usize| (lane * 1000 + draw * 10 + parameter) as f32;
        for draw in 2..length {
            tile.open(draw);
            for parameter in 0..2 {
                let numbers: Vec<f32> = (0..lanes).map(|lane| value(lane, draw, parameter)).collect();
                tile.put(parameter, Lanes::Each(&numbers));
            }
            tile.put(2, Lanes::All(7.0));
            if tile.is_full() || draw + 1 == length {
                tile.write(&mut rows, length);
            }
        }
        for (at, &found) in rows.iter().enumerate() {
            let (lane, draw, parameter) = (at / parameters / length, at / parameters % length, at % parameters);
            let right = match (draw, parameter) {
                (0 | 1, _) => -1.0,
                (_, 2) => 7.0,
                _ => f64::from(value(lane, draw, parameter)),
            };
            assert_eq!(found, right, "lane {lane}, draw {draw}, parameter {parameter}");
        }
    }
}
