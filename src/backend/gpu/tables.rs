//! The data of a model as a device holds them: all tables in one storage buffer of four-vectors, each table padded
//! to whole vectors, each number rounded to `f32` once, here.
//!
//! A model goes in; offsets for `emit` and words for `buffers` come out.

use crate::ir::Program;
use crate::model::Model;

/// Where the tables of a model lie in the storage buffer `data`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tables {
    /// Offset in vectors of each table of the density.
    pub density: Vec<usize>,
    /// Offset in vectors of each table of the constraint transforms.
    pub constrain: Vec<usize>,
    /// The buffer's content; never empty, since a binding must not be.
    pub vectors: Vec<[f32; 4]>,
}

impl Tables {
    /// Lays out the tables of a model.
    pub fn new(model: &Model) -> Self {
        let mut vectors = Vec::new();
        let density = append(&mut vectors, &model.density);
        let constrain = append(&mut vectors, &model.constrain);
        if vectors.is_empty() {
            vectors.push([0.0; 4]);
        }
        Self { density, constrain, vectors }
    }
}

fn append(vectors: &mut Vec<[f32; 4]>, program: &Program) -> Vec<usize> {
    program
        .tables
        .iter()
        .map(|table| {
            let offset = vectors.len();
            vectors.extend(table.values.chunks(4).map(|rows| {
                let mut vector = [0.0; 4];
                for (word, &row) in vector.iter_mut().zip(rows) {
                    *word = row as f32;
                }
                vector
            }));
            offset
        })
        .collect()
}
