//! Writes stores of draws in ArviZ's layout: blocks of draws become chunks, and the metadata follow, so that whoever
//! opens the store sees all draws that are complete and no others.
//!
//! Draws flow in, as arrays of the chunks' own layout or as rows, `[chain, draw, column]`. Every file appears whole (`atomic`). A chunk holds one block of one variable,
//! all chains; it is not compressed, so that a chunk which was cut off is told by its length, and storing costs little
//! beside sampling. What is that plain is written here, the rest by `zarrs`.
//! Absent on purpose: what the groups and variables are.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Map, Value};

use zarrs::array::{Array, ArrayError, CodecOptions, Element};
use zarrs::storage::StorageError;

use super::atomic::{self, AtomicStore};
use super::error::StoreError;
use super::variable::Variable;
use super::zarr_layout::{ArraySpec, Group, Type, group_metadata, root_metadata};
use crate::draws::{Aligned, Arrays, Draws, Stored};

/// A store that is being written.
#[derive(Debug)]
pub(super) struct ZarrWriter {
    root: PathBuf,
    store: Arc<AtomicStore>,
    pub attributes: Map<String, Value>,
    pub groups: Vec<Group>,
    /// Chunks on their way, in memory that is used again for the next block.
    chunks: Vec<Aligned<u8>>,
}

impl ZarrWriter {
    pub fn new(root: &Path, attributes: Map<String, Value>, groups: Vec<Group>) -> Result<Self, StoreError> {
        let store = AtomicStore::new(root).map_err(|error| StoreError::damaged(root, &error))?;
        Ok(Self { root: root.to_owned(), store, attributes, groups, chunks: Vec::new() })
    }

    /// Lets readers see so many draws: the arrays' own metadata first, then the root's, which is where they look.
    pub fn publish(&self, draws: usize) -> Result<(), StoreError> {
        for group in &self.groups {
            let folder = self.root.join(&group.name);
            write_json(&folder.join("zarr.json"), &group_metadata(&group.attributes))?;
            for array in &group.arrays {
                write_json(&folder.join(&array.name).join("zarr.json"), &array.metadata(draws))?;
            }
        }
        write_json(&self.root.join("zarr.json"), &root_metadata(&self.attributes, &self.groups, draws))
    }

    /// Writes a whole array.
    pub fn constant<T: Element>(&self, group: &str, array: &ArraySpec, values: &[T]) -> Result<(), StoreError> {
        self.chunk(group, array, 0, values)
    }

    /// Writes a block of draws of some variables as chunk number `index`; a block that is shorter than a chunk is filled
    /// up with what was never written.
    pub fn block(
        &mut self,
        group: &str,
        variables: &[(Variable, ArraySpec)],
        index: usize,
        draws: &Draws,
    ) -> Result<(), StoreError> {
        self.chunks.resize_with(self.chunks.len().max(variables.len()), Aligned::default);
        encode(variables, draws, &mut self.chunks);
        for ((_, array), chunk) in variables.iter().zip(&self.chunks) {
            let place = self.place(group, array, index);
            atomic::write_pages(&place, chunk.values()).map_err(StoreError::io("write", &place))?;
        }
        Ok(())
    }

    /// Writes a block of draws that lie as the variables want them as chunk number `index`: memory and file are alike.
    ///
    /// # Panics
    /// When they lie otherwise.
    pub fn arrays(
        &self,
        group: &str,
        variables: &[(Variable, ArraySpec)],
        index: usize,
        draws: &Arrays,
    ) -> Result<(), StoreError> {
        assert!(draws.arrays().count() >= variables.len(), "an array for each variable");
        for ((variable, array), (columns, numbers)) in variables.iter().zip(draws.arrays()) {
            let (of, chunk): (_, &[u8]) = match numbers {
                Stored::F32(numbers) => (Type::F32, bytemuck::cast_slice(numbers)),
                Stored::F64(numbers) => (Type::F64, bytemuck::cast_slice(numbers)),
            };
            assert!(
                (columns, of, chunk.len()) == (&variable.columns, array.of, bytes(array)),
                "a chunk is as its array"
            );
            let place = self.place(group, array, index);
            let written = if cfg!(target_endian = "little") {
                atomic::write_pages(&place, chunk)
            } else {
                atomic::write(&place, &little_endian(chunk, of.bytes()))
            };
            written.map_err(StoreError::io("write", &place))?;
        }
        Ok(())
    }

    /// Whether a chunk is there and as long as it must be.
    pub fn has_chunk(&self, group: &str, array: &ArraySpec, index: usize) -> bool {
        std::fs::metadata(self.place(group, array, index)).is_ok_and(|found| found.len() == bytes(array) as u64)
    }

    /// The file of a chunk.
    fn place(&self, group: &str, array: &ArraySpec, index: usize) -> PathBuf {
        let mut place = self.root.join(group).join(&array.name).join("c");
        for axis in 0..array.shape.len() {
            place.push(if array.draws == Some(axis) { index.to_string() } else { "0".to_owned() });
        }
        place
    }

    fn chunk<T: Element>(&self, group: &str, array: &ArraySpec, index: usize, values: &[T]) -> Result<(), StoreError> {
        let path = format!("/{group}/{}", array.name);
        let place = self.root.join(group).join(&array.name);
        // The shape is that of all draws: a chunk may come before the metadata that show it.
        let draws = array.draws.map_or(0, |axis| array.shape[axis]);
        let metadata = serde_json::from_value(array.metadata(draws)).expect("the layout writes metadata of Zarr");
        let opened = Array::new_with_metadata(Arc::clone(&self.store), &path, metadata);
        let opened = opened.map_err(|error| StoreError::damaged(&place, &error))?;
        let mut at = vec![0; array.shape.len()];
        if let Some(axis) = array.draws {
            at[axis] = index as u64;
        }
        // A chunk that is missing has not been drawn, so that one which is all fill must be there.
        let options = CodecOptions::default().with_store_empty_chunks(true);
        opened.store_chunk_opt(&at, values, &options).map_err(|error| match error {
            ArrayError::StorageError(StorageError::IOError(source)) => {
                StoreError::Io { action: "write", path: place, source: std::io::Error::new(source.kind(), source) }
            }
            other => StoreError::damaged(&place, &other),
        })
    }
}

pub(super) fn write_json(path: &Path, value: &Value) -> Result<(), StoreError> {
    atomic::write(path, format!("{value:#}\n").as_bytes()).map_err(StoreError::io("write", path))
}

/// Numbers of so many bytes, the last byte of each first.
fn little_endian(chunk: &[u8], size: usize) -> Vec<u8> {
    chunk.chunks_exact(size).flat_map(|number| number.iter().rev().copied()).collect()
}

fn bytes(array: &ArraySpec) -> usize {
    array.chunk.iter().product::<usize>() * array.of.bytes()
}

/// Makes chunks of a block, `[chain, draw, element]`. Chains are taken one after the other, so that the draws of each are
/// fetched from memory once, whatever the number of variables.
fn encode(variables: &[(Variable, ArraySpec)], draws: &Draws, chunks: &mut [Aligned<u8>]) {
    let (length, width) = (draws.draws(), draws.parameters().len());
    for ((_, array), chunk) in variables.iter().zip(&mut *chunks) {
        chunk.resize(bytes(array));
        if length < array.chunk[1] {
            let fill = array.of.fill_bytes();
            chunk.values_mut().chunks_exact_mut(fill.len()).for_each(|element| element.copy_from_slice(&fill));
        }
    }
    for (chain, from) in draws.values().chunks_exact((length * width).max(1)).enumerate() {
        for ((variable, array), chunk) in variables.iter().zip(&mut *chunks) {
            let row = variable.columns.len() * array.of.bytes();
            let into = &mut chunk.values_mut()[chain * array.chunk[1] * row..][..length * row];
            let rows = Rows { from, width, columns: &variable.columns, into };
            match array.of {
                Type::F32 => rows.put(|x| (x as f32).to_le_bytes()),
                Type::F64 => rows.put(f64::to_le_bytes),
                Type::I64 => rows.put(|x| (x as i64).to_le_bytes()),
                Type::Bool => rows.put(|x| [u8::from(x != 0.0)]),
            }
        }
    }
}

/// Draws of a chain, and where some columns of them go.
struct Rows<'a> {
    from: &'a [f64],
    width: usize,
    columns: &'a [usize],
    into: &'a mut [u8],
}

impl Rows<'_> {
    fn put<const BYTES: usize>(self, convert: impl Fn(f64) -> [u8; BYTES]) {
        let rows = self.from.chunks_exact(self.width);
        if let [column] = *self.columns {
            for (into, row) in self.into.chunks_exact_mut(BYTES).zip(rows) {
                into.copy_from_slice(&convert(row[column]));
            }
            return;
        }
        for (into, row) in self.into.chunks_exact_mut((BYTES * self.columns.len()).max(1)).zip(rows) {
            for (into, &column) in into.chunks_exact_mut(BYTES).zip(self.columns) {
                into.copy_from_slice(&convert(row[column]));
            }
        }
    }
}
