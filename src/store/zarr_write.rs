//! Writes stores of draws in ArviZ's layout: blocks of draws become chunks, and the metadata follow, so that whoever
//! opens the store sees all draws that are complete and no others.
//!
//! Draws flow in, as arrays of the chunks' own layout or as rows, `[chain, draw, column]`. Every file appears whole
//! (`atomic`). A chunk holds one block of one variable, all chains, and their checksum; it is not compressed, so that a chunk
//! which was cut off is told by its length, and storing costs little beside sampling. Absent on purpose: what the groups and
//! variables are.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::atomic;
use super::chunk_list::{ChunkLists, Part, Sums};
use super::error::StoreError;
use super::marker::Marker;
use super::sealed::{Context, seal, sealable};
use super::variable::Variable;
use super::zarr_array::checksum;
use super::zarr_codec::{CHECKSUM, crc32c};
use super::zarr_layout::{ArraySpec, Group, Type, group_metadata, root_metadata};
use crate::draws::{Aligned, Arrays, Draws, Stored};

/// How a store shows that it was altered; one of an earlier version does not.
#[derive(Clone, Debug)]
pub(super) struct Seals {
    pub id: String,
    pub lists: ChunkLists,
}

/// A store that is being written.
#[derive(Debug)]
pub(super) struct ZarrWriter {
    root: PathBuf,
    pub attributes: Map<String, Value>,
    pub groups: Vec<Group>,
    marker: Marker,
    seals: Option<Seals>,
    /// Checksums of chunks of the block that is being written, and of what does not change.
    sums: Map<String, Value>,
    constant: Map<String, Value>,
    /// Chunks on their way, in memory that is used again for the next block.
    chunks: Vec<Aligned<u8>>,
}

impl ZarrWriter {
    pub fn new(
        root: &Path,
        attributes: Map<String, Value>,
        groups: Vec<Group>,
        marker: Marker,
        seals: Option<Seals>,
    ) -> Self {
        let (sums, constant) = (Map::new(), Map::new());
        Self { root: root.to_owned(), attributes, groups, marker, seals, sums, constant, chunks: Vec::new() }
    }

    /// Lets readers see so many draws: the arrays' own metadata first, then the root's, which is where they look.
    pub fn publish(&self, draws: usize) -> Result<(), StoreError> {
        let checked = self.seals.is_some();
        for group in &self.groups {
            self.show(&format!("{}/zarr.json", group.name), group_metadata(&group.attributes))?;
            for array in &group.arrays {
                self.show(&format!("{}/{}/zarr.json", group.name, array.name), array.metadata(draws, checked))?;
            }
        }
        self.show("zarr.json", root_metadata(&self.attributes, &self.groups, draws, checked))
    }

    /// Writes metadata.
    fn show(&self, place: &str, mut metadata: Value) -> Result<(), StoreError> {
        let mut text = format!("{metadata:#}\n");
        if let Some(seals) = &self.seals {
            if let Value::Object(attributes) = metadata["attributes"].take() {
                metadata["attributes"] = Value::Object(sealable(attributes));
            }
            text = seal(&format!("{metadata:#}\n"), Context::new(&seals.id, place));
        }
        self.in_folder(&self.root.join(place), |path| atomic::write(path, text.as_bytes()))
    }

    /// Writes a file. Its folder is made when it is missing, but not in place of a run that was removed.
    fn in_folder(&self, path: &Path, write: impl Fn(&Path) -> io::Result<()>) -> Result<(), StoreError> {
        let written = match write(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.marker.check()?;
                let folder = path.parent().unwrap_or(&self.root);
                std::fs::create_dir_all(folder).and_then(|()| write(path))
            }
            written => written,
        };
        written.map_err(StoreError::io("write", path))
    }

    /// Writes a whole array, of integers or of numbers as its type is.
    pub fn constant(&mut self, group: &str, array: &ArraySpec, values: &[f64]) -> Result<(), StoreError> {
        let bytes: Vec<u8> = match array.of {
            Type::I64 => values.iter().flat_map(|&value| (value as i64).to_le_bytes()).collect(),
            Type::F64 => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
            Type::F32 | Type::Bool => unreachable!("what does not change with the draws is of eight bytes"),
        };
        let sum = self.put(&self.place(group, array, 0), &bytes)?;
        self.constant.insert(key(group, array), json!(sum));
        Ok(())
    }

    /// Writes down the checksums of what does not change with the draws, of which some may have been written before.
    pub fn list_constants(&mut self) -> Result<(), StoreError> {
        let Some(seals) = &self.seals else { return Ok(()) };
        let before = seals.lists.read(Part::Constant).ok().flatten().unwrap_or_default();
        let mut all: Map<String, Value> = before.into_iter().map(|(name, sum)| (name, json!(sum))).collect();
        all.extend(self.constant.clone());
        seals.lists.write(Part::Constant, &all)
    }

    /// Writes down the checksums of a block that has been written.
    pub fn list(&mut self, part: Part) -> Result<(), StoreError> {
        let sums = std::mem::take(&mut self.sums);
        self.seals.as_ref().map_or(Ok(()), |seals| seals.lists.write(part, &sums))
    }

    /// The checksums of a block; none if it was not written to its end.
    pub fn listed(&self, part: Part) -> Option<Sums> {
        self.seals.as_ref().map_or_else(|| Some(Sums::new()), |seals| seals.lists.read(part).ok().flatten())
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
            let sum = self.put(&self.place(group, array, index), chunk.values())?;
            self.sums.insert(key(group, array), json!(sum));
        }
        Ok(())
    }

    /// Writes a block of draws that lie as the variables want them as chunk number `index`: memory and file are alike.
    ///
    /// # Panics
    /// When they lie otherwise.
    pub fn arrays(
        &mut self,
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
            let sum = if cfg!(target_endian = "little") {
                self.put(&place, chunk)?
            } else {
                self.put(&place, &little_endian(chunk, of.bytes()))?
            };
            self.sums.insert(key(group, array), json!(sum));
        }
        Ok(())
    }

    /// Writes the file of a chunk, and returns its checksum.
    fn put(&self, place: &Path, chunk: &[u8]) -> Result<u32, StoreError> {
        let sum = if self.seals.is_some() { crc32c(chunk) } else { 0 };
        let bytes = sum.to_le_bytes();
        let tail = if self.seals.is_some() { &bytes[..] } else { &[] };
        self.in_folder(place, |path| atomic::write_pages(path, chunk, tail))?;
        Ok(sum)
    }

    /// Whether a chunk is there and holds what was written, as its list of checksums has it.
    pub fn has_chunk(&self, group: &str, array: &ArraySpec, index: usize, sums: &Sums) -> bool {
        let (place, length) = (self.place(group, array, index), bytes(array));
        let tail = if self.seals.is_some() { CHECKSUM } else { 0 };
        if !std::fs::metadata(&place).is_ok_and(|found| found.len() == (length + tail) as u64) {
            return false;
        }
        if self.seals.is_none() {
            return true;
        }
        let own = File::open(&place).and_then(|mut file| {
            let (sum, mut own) = (checksum(&mut file, length)?, [0; CHECKSUM]);
            file.read_exact(&mut own)?;
            Ok((sum, u32::from_le_bytes(own)))
        });
        own.is_ok_and(|(sum, own)| sum == own && sums.get(&key(group, array)) == Some(&sum))
    }

    /// The file of a chunk.
    fn place(&self, group: &str, array: &ArraySpec, index: usize) -> PathBuf {
        let mut place = self.root.join(group).join(&array.name).join("c");
        for axis in 0..array.shape.len() {
            place.push(if array.draws == Some(axis) { index.to_string() } else { "0".to_owned() });
        }
        place
    }
}

/// What an array is called in a list of checksums.
fn key(group: &str, array: &ArraySpec) -> String {
    format!("{group}/{}", array.name)
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
