//! Writes stores of draws in ArviZ's layout: blocks of draws become chunks, and the metadata follow, so that whoever
//! opens the store sees all draws that are complete and no others.
//!
//! Draws flow in, `[chain, draw, column]`. Every file appears whole (`atomic`). A chunk holds one block of one variable,
//! all chains; it is not compressed, so that a chunk which was cut off is told by its length.
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
use crate::draws::Draws;

/// A store that is being written.
#[derive(Debug)]
pub(super) struct ZarrWriter {
    root: PathBuf,
    store: Arc<AtomicStore>,
    pub attributes: Map<String, Value>,
    pub groups: Vec<Group>,
}

impl ZarrWriter {
    pub fn new(root: &Path, attributes: Map<String, Value>, groups: Vec<Group>) -> Result<Self, StoreError> {
        let store = AtomicStore::new(root).map_err(|error| StoreError::damaged(root, &error))?;
        Ok(Self { root: root.to_owned(), store, attributes, groups })
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
        &self,
        group: &str,
        variables: &[(Variable, ArraySpec)],
        index: usize,
        draws: &Draws,
    ) -> Result<(), StoreError> {
        for (variable, array) in variables {
            match array.of {
                Type::F32 => self.chunk(group, array, index, &gather(draws, variable, array, f32::NAN, |x| x as f32)),
                Type::F64 => self.chunk(group, array, index, &gather(draws, variable, array, f64::NAN, |x| x)),
                Type::I64 => self.chunk(group, array, index, &gather(draws, variable, array, 0, |x| x as i64)),
                Type::Bool => self.chunk(group, array, index, &gather(draws, variable, array, false, |x| x != 0.0)),
            }?;
        }
        Ok(())
    }

    /// Whether a chunk is there and as long as it must be.
    pub fn has_chunk(&self, group: &str, array: &ArraySpec, index: usize) -> bool {
        let mut place = self.root.join(group).join(&array.name).join("c");
        for axis in 0..array.shape.len() {
            place.push(if array.draws == Some(axis) { index.to_string() } else { "0".to_owned() });
        }
        let bytes = array.chunk.iter().product::<usize>() * array.of.bytes();
        std::fs::metadata(place).is_ok_and(|found| found.len() == bytes as u64)
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

/// The elements of a chunk, `[chain, draw, element]`.
fn gather<T: Copy>(
    draws: &Draws,
    variable: &Variable,
    array: &ArraySpec,
    fill: T,
    convert: impl Fn(f64) -> T,
) -> Vec<T> {
    let (chains, length, width) = (draws.chains(), draws.draws(), draws.parameters().len());
    let (rows, elements) = (array.chunk[1], variable.columns.len());
    let mut values = vec![fill; chains * rows * elements];
    let chunks = values.chunks_exact_mut((rows * elements).max(1));
    for (to, from) in chunks.zip(draws.values().chunks_exact((length * width).max(1))) {
        for (to, from) in to.chunks_exact_mut(elements.max(1)).zip(from.chunks_exact(width)) {
            for (to, &column) in to.iter_mut().zip(&variable.columns) {
                *to = convert(from[column]);
            }
        }
    }
    values
}
