//! The data of a model as a device holds them: all tables and lists of positions in one storage buffer of four-vectors,
//! each padded to whole vectors, each number rounded to `f32` once, here. Positions are small whole numbers, which
//! `f32` holds exactly (`memory` sees to it), so that they need no binding of their own.
//!
//! A model goes in; offsets for `emit` and words for `buffers` come out.

use crate::ir::Program;
use crate::model::Model;

/// Where the data of a program lie in the storage buffer `data`, in vectors.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Offsets {
    /// Of each table.
    pub tables: Vec<usize>,
    /// Of each list of positions.
    pub positions: Vec<usize>,
}

/// The storage buffer `data` of a model.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tables {
    /// Where the data of the density lie.
    pub density: Offsets,
    /// Where the data of the constraint transforms lie.
    pub constrain: Offsets,
    /// The buffer's content; never empty, since a binding must not be.
    pub vectors: Vec<[f32; 4]>,
}

impl Tables {
    /// Lays out the tables of a model.
    pub fn new(model: &Model) -> Self {
        Self::of(&model.density, &model.constrain)
    }

    /// Lays out the tables of a density, or of what has its gradient beside it, and of the constraint transforms.
    pub fn of(density: &Program, constrain: &Program) -> Self {
        let mut vectors = Vec::new();
        let density = append(&mut vectors, density);
        let constrain = append(&mut vectors, constrain);
        if vectors.is_empty() {
            vectors.push([0.0; 4]);
        }
        Self { density, constrain, vectors }
    }
}

/// Lays out the data of a program behind what is there already.
pub fn append(vectors: &mut Vec<[f32; 4]>, program: &Program) -> Offsets {
    let mut column = |numbers: &mut dyn Iterator<Item = f32>| {
        let offset = vectors.len();
        while let Some(first) = numbers.next() {
            let mut next = || numbers.next().unwrap_or(0.0);
            vectors.push([first, next(), next(), next()]);
        }
        offset
    };
    let tables = program.tables.iter().map(|table| column(&mut table.values.iter().map(|&x| x as f32))).collect();
    let positions = program.positions.iter().map(|list| column(&mut list.iter().map(|&at| at as f32))).collect();
    Offsets { tables, positions }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::{Builder, Table};

    #[test]
    fn columns_and_positions_lie_one_after_the_other_each_from_a_whole_vector_on() {
        let mut b = Builder::new(3);
        let table = b.table(Table { name: "y".into(), values: [1.0, 2.0, 3.0, 4.0, 5.0].into() });
        let positions = b.positions([2, 0, 1].into());
        let row = b.open_loop(3);
        let datum = b.push(crate::ir::Op::Datum { table, row });
        let at = crate::ir::Place::Listed { row, positions };
        let z = b.push(crate::ir::Op::Load { array: crate::ir::Array::Coordinates, at });
        let product = b.multiply(datum, z);
        let sum = b.close_loop(&[product])[0];
        let mut vectors = vec![[9.0; 4]];
        let offsets = append(&mut vectors, &b.finish(vec![sum]));
        assert_eq!(offsets, Offsets { tables: vec![1], positions: vec![3] });
        assert_eq!(vectors[1..], [[1.0, 2.0, 3.0, 4.0], [5.0, 0.0, 0.0, 0.0], [2.0, 0.0, 1.0, 0.0]]);
    }
}
