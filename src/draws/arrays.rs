//! Draws laid out as a store wants them: an array for each variable, `[chain, draw, element]`, in the precision and from
//! the page on that its file will have, so that nothing is left to be done between a sampler and the disk.
//!
//! A layout flows in, room for samplers and values of single draws flow out. Absent on purpose: files, and names.

use super::aligned::Aligned;
use super::room::{Numbers, Room, RoomArray};
use super::{DrawsError, Values, volume};

/// An array that draws are wanted in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The column of each element. Each column is in one array at most, and an array has columns of parameters or of what
    /// is computed of them, not both.
    pub columns: Vec<usize>,
    /// Whether it is in single precision, and not in double.
    pub single: bool,
}

/// Draws in arrays.
#[derive(Debug)]
pub struct Arrays {
    chains: usize,
    draws: usize,
    arrays: Vec<(Vec<usize>, Memory)>,
    /// Array and element of each column.
    places: Vec<Option<(usize, usize)>>,
}

#[derive(Debug)]
enum Memory {
    F32(Aligned<f32>),
    F64(Aligned<f64>),
}

/// An array's numbers, `[chain, draw, element]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Stored<'a> {
    /// In single precision.
    F32(&'a [f32]),
    /// In double precision.
    F64(&'a [f64]),
}

impl Arrays {
    /// All-zero draws in the arrays of a layout, and one more, in double precision, of those of the first `columns`
    /// columns that none of them has. Memory that is never written is never resident.
    ///
    /// # Errors
    /// [`DrawsError::TooMany`] if the shape is beyond [`MOST_DRAWS_PER_PARAMETER`](super::MOST_DRAWS_PER_PARAMETER).
    pub fn new(layout: &[Layout], columns: usize, chains: usize, draws: usize) -> Result<Self, DrawsError> {
        let named = layout.iter().flat_map(|array| array.columns.iter().copied());
        let width = named.clone().map(|column| column + 1).max().unwrap_or(0).max(columns);
        volume(chains, draws, width)?;
        let mut is_named = vec![false; width];
        named.for_each(|column| {
            debug_assert!(!is_named[column], "column {column} is in one array at most");
            is_named[column] = true;
        });
        let others: Vec<usize> = (0..columns).filter(|&column| !is_named[column]).collect();
        let rest = (!others.is_empty()).then_some(Layout { columns: others, single: false });
        let arrays: Vec<(Vec<usize>, Memory)> = layout
            .iter()
            .chain(&rest)
            .map(|Layout { columns, single }| {
                let length = chains * draws * columns.len();
                let memory =
                    if *single { Memory::F32(Aligned::new(length)) } else { Memory::F64(Aligned::new(length)) };
                (columns.clone(), memory)
            })
            .collect();
        let mut places = vec![None; width];
        for (array, (columns, _)) in arrays.iter().enumerate() {
            columns.iter().enumerate().for_each(|(element, &column)| places[column] = Some((array, element)));
        }
        Ok(Self { chains, draws, arrays, places })
    }

    /// Number of chains.
    #[must_use]
    pub fn chains(&self) -> usize {
        self.chains
    }

    /// Number of draws of each chain that there is room for.
    #[must_use]
    pub fn draws(&self) -> usize {
        self.draws
    }

    /// The arrays of the layout, in its order: columns and numbers.
    pub fn arrays(&self) -> impl Iterator<Item = (&[usize], Stored<'_>)> {
        self.arrays.iter().map(|(columns, memory)| {
            let numbers = match memory {
                Memory::F32(numbers) => Stored::F32(numbers.values()),
                Memory::F64(numbers) => Stored::F64(numbers.values()),
            };
            (&columns[..], numbers)
        })
    }

    /// Room for the columns below `columns`.
    ///
    /// # Panics
    /// If an array has columns of both sides.
    pub fn room(&mut self, columns: usize) -> Room<'_> {
        let wanted = self.arrays.iter_mut().filter(|(own, _)| {
            let below = own.iter().filter(|&&column| column < columns).count();
            assert!(below == 0 || below == own.len(), "an array is of parameters, or of what is computed of them");
            below > 0
        });
        let arrays = wanted.map(|(columns, memory)| RoomArray { columns, numbers: memory.numbers() }).collect();
        Room::new(self.chains, self.draws, arrays)
    }

    /// Makes NaN of all draws from number `filled` on, in every chain: what a store shows of what was never drawn.
    pub fn blank(&mut self, filled: usize) {
        for (columns, memory) in &mut self.arrays {
            let (row, from) = (self.draws * columns.len(), filled * columns.len());
            match memory {
                Memory::F32(numbers) => blank(numbers.values_mut(), row, from, f32::NAN),
                Memory::F64(numbers) => blank(numbers.values_mut(), row, from, f64::NAN),
            }
        }
    }
}

fn blank<T: Copy>(numbers: &mut [T], row: usize, from: usize, with: T) {
    numbers.chunks_exact_mut(row.max(1)).for_each(|chain| chain[from..].fill(with));
}

impl Memory {
    fn numbers(&mut self) -> Numbers<'_> {
        match self {
            Self::F32(numbers) => Numbers::F32(numbers.values_mut()),
            Self::F64(numbers) => Numbers::F64(numbers.values_mut()),
        }
    }
}

impl Values for Arrays {
    /// # Panics
    /// If there is no such chain or draw, or no array has the column.
    fn value(&self, chain: usize, draw: usize, column: usize) -> f64 {
        let (array, element) = self.places[column].expect("a column of the draws is in an array");
        let (columns, memory) = &self.arrays[array];
        let place = (chain * self.draws + draw) * columns.len() + element;
        match memory {
            Memory::F32(numbers) => f64::from(numbers.values()[place]),
            Memory::F64(numbers) => numbers.values()[place],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_where_its_column_was_put_and_what_was_not_drawn_is_no_number() {
        // Of 4 columns, 2 chains x 3 draws: a matrix whose elements are stored in another order, a scalar, and what
        // nobody asked for.
        let layout = [Layout { columns: vec![2, 0], single: true }, Layout { columns: vec![4], single: false }];
        let mut arrays = Arrays::new(&layout, 4, 2, 3).unwrap();
        let number = |chain: usize, draw: usize, column: usize| (100 * chain + 10 * draw + column) as f64;
        for (chain, draw) in (0..6).map(|row| (row / 3, row % 3)) {
            arrays.room(5).put(chain, draw, |column| number(chain, draw, column));
        }
        for (chain, draw, column) in [(0, 0, 0), (1, 2, 2), (1, 0, 4), (0, 1, 1), (1, 1, 3)] {
            assert_eq!(arrays.value(chain, draw, column), number(chain, draw, column));
        }
        assert_eq!(
            arrays.arrays().map(|(columns, _)| columns.to_vec()).collect::<Vec<_>>(),
            [vec![2, 0], vec![4], vec![1, 3]]
        );
        // A sampler of four parameters has no room for what is computed of them.
        assert_eq!(arrays.room(4).arrays().len(), 2);
        arrays.blank(1);
        assert_eq!(arrays.value(1, 0, 3), number(1, 0, 3));
        assert!(arrays.value(0, 1, 2).is_nan() && arrays.value(1, 2, 4).is_nan());
    }

    #[test]
    fn a_shape_beyond_memory_is_refused() {
        assert!(matches!(Arrays::new(&[], 1, usize::MAX, 2), Err(DrawsError::TooMany { .. })));
    }
}
