//! Draws on their way from lanes to rows: some steps of a block are gathered as the lanes have them,
//! `[draw, parameter, lane]`, and then written chain by chain, so that each chain's numbers go to memory in one piece.
//!
//! Absent on purpose: what a parameter is.

use super::lanes::Lanes;
use crate::draws::{Numbers, Room, RoomArray};
use crate::math::Real;

/// Bytes of a tile at most: it stays in the second-level cache.
const BYTES: usize = 128 << 10;
/// Most draws of a tile: longer pieces are written no faster. A parameter's alone, in single precision, fill a line of the
/// cache.
pub(super) const MOST_DRAWS: usize = 16;
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

    /// Whether no more draws fit, or the next would begin another line of a chain's row: of one parameter in single precision.
    pub(super) fn is_full(&self) -> bool {
        (self.first + self.draws).is_multiple_of(MOST_DRAWS)
            || (self.draws + 1) * self.parameters * self.line() > self.numbers.len()
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

    /// Writes the draws to the rows of their chains, and empties the tile.
    pub(super) fn write(&mut self, room: &mut Room<'_>) {
        let length = room.draws();
        for RoomArray { columns, numbers } in room.arrays() {
            match numbers {
                Numbers::F32(rows) => self.write_array(rows, columns, length, |x| x.to_f64() as f32),
                Numbers::F64(rows) => self.write_array(rows, columns, length, R::to_f64),
            }
        }
        self.draws = 0;
    }

    /// Writes some parameters of the draws, `[chain, draw, element]`.
    fn write_array<T>(&self, rows: &mut [T], columns: &[usize], length: usize, convert: impl Fn(R) -> T) {
        let (line, width) = (self.line(), columns.len());
        let is_all = columns.iter().copied().eq(0..self.parameters);
        for (lane, row) in rows.chunks_exact_mut((length * width).max(1)).take(self.lanes).enumerate() {
            let to = &mut row[self.first * width..(self.first + self.draws) * width];
            let draws = self.numbers.chunks_exact(self.parameters * line);
            // A column alone, and all of them, are regular strides, which the general way would make slower.
            if let [column] = *columns {
                to.iter_mut().zip(draws).for_each(|(to, draw)| *to = convert(draw[column * line + lane]));
            } else if is_all {
                let numbers = self.numbers[lane..].iter().step_by(line);
                to.iter_mut().zip(numbers).for_each(|(to, &from)| *to = convert(from));
            } else {
                for (to, draw) in to.chunks_exact_mut(width.max(1)).zip(draws) {
                    to.iter_mut().zip(columns).for_each(|(to, column)| *to = convert(draw[column * line + lane]));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draws::{Arrays, Draws, Layout, Values};

    #[test]
    fn draws_come_to_the_rows_of_their_chains() {
        let (lanes, parameters, length) = (37, 3, 40);
        let mut tile = Tile::<f32>::new(lanes, parameters);
        let mut draws = Draws::new(vec![String::new(); parameters], lanes, length).unwrap();
        draws.values_mut().fill(-1.0);
        // The same draws as a store may want them: a pair whose elements are the other way round, and one alone.
        let layout = [Layout { columns: vec![2, 0], single: true }, Layout { columns: vec![1], single: false }];
        let mut arrays = Arrays::new(&layout, parameters, lanes, length).unwrap();
        let value = |lane: usize, draw: usize, parameter: usize| (lane * 1000 + draw * 10 + parameter) as f32;
        for room in [&mut draws.room(), &mut arrays.room(parameters)] {
            for draw in 2..length {
                tile.open(draw);
                for parameter in 0..2 {
                    let numbers: Vec<f32> = (0..lanes).map(|lane| value(lane, draw, parameter)).collect();
                    tile.put(parameter, Lanes::Each(&numbers));
                }
                tile.put(2, Lanes::All(7.0));
                if tile.is_full() || draw + 1 == length {
                    tile.write(room);
                }
            }
        }
        for (at, &found) in draws.values().iter().enumerate() {
            let (lane, draw, parameter) = (at / parameters / length, at / parameters % length, at % parameters);
            let right = match (draw, parameter) {
                (0 | 1, _) => -1.0,
                (_, 2) => 7.0,
                _ => f64::from(value(lane, draw, parameter)),
            };
            assert_eq!(found, right, "lane {lane}, draw {draw}, parameter {parameter}");
            if draw > 1 {
                assert_eq!(
                    arrays.value(lane, draw, parameter),
                    right,
                    "lane {lane}, draw {draw}, parameter {parameter}"
                );
            }
        }
    }
}
