//! Reads stores of draws in ArviZ's layout, whoever wrote them: Zarr of version 3 or 2, groups of arrays whose first two
//! dimensions are `chain` and `draw`, numbers of any type.
//!
//! A directory flows in; numbers in `f64` flow out, a range of draws at a time. Absent on purpose: what a run is.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;
use zarrs::array::data_type::{
    BoolDataType, Float32DataType, Float64DataType, Int8DataType, Int16DataType, Int32DataType, Int64DataType,
    UInt8DataType, UInt16DataType, UInt32DataType, UInt64DataType,
};
use zarrs::array::{Array, ArraySubset, ElementOwned};
use zarrs::filesystem::FilesystemStore;
use zarrs::storage::ReadableStorageTraits;

use super::error::StoreError;

/// Values read at a time, a megabyte or less: memory of that size is found in the processor's cache, and used again without
/// asking the system for it.
const READ_TOGETHER: usize = 1 << 17;

/// Values of compressed chunks that are decoded at a time, 32 MB, unless a single chunk has more.
const DECODED_TOGETHER: usize = 1 << 22;

/// An open store.
#[derive(Debug)]
pub(super) struct ZarrReader {
    root: PathBuf,
    store: Arc<FilesystemStore>,
    /// What was left out and why, in sentences.
    pub notes: Vec<String>,
}

/// An array with the dimensions `chain`, `draw` and its own.
pub(super) struct StoredVariable {
    pub name: String,
    pub sizes: Vec<usize>,
    place: PathBuf,
    array: Array<FilesystemStore>,
}

impl std::fmt::Debug for StoredVariable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoredVariable").field("name", &self.name).field("sizes", &self.sizes).finish_non_exhaustive()
    }
}

/// Whether a directory is the root of a Zarr store.
pub(super) fn is_zarr(path: &Path) -> bool {
    path.join("zarr.json").exists() || path.join(".zgroup").exists()
}

impl ZarrReader {
    pub fn open(root: &Path) -> Result<Self, StoreError> {
        if !is_zarr(root) {
            let reason = match fs::metadata(root) {
                Ok(found) if found.is_dir() => "it has neither zarr.json nor .zgroup",
                Ok(_) => "it is a file",
                Err(_) => "there is no such directory",
            };
            return Err(StoreError::NotARun { path: root.to_owned(), reason: reason.to_owned() });
        }
        StoreError::check_path(root)?;
        let store = FilesystemStore::new(root).map_err(|error| StoreError::damaged(root, &error))?;
        Ok(Self { root: root.to_owned(), store: Arc::new(store), notes: Vec::new() })
    }

    /// The arrays of a group that hold draws, in the order of the consolidated metadata or else of their names. None of a
    /// group that is not there.
    pub fn group(&mut self, group: &str) -> Result<Vec<StoredVariable>, StoreError> {
        let folder = self.root.join(group);
        let Ok(entries) = fs::read_dir(&folder) else { return Ok(Vec::new()) };
        let is_array = |path: &Path| path.join("zarr.json").exists() || path.join(".zarray").exists();
        let arrays = entries.flatten().filter(|entry| is_array(&entry.path()));
        let mut names: Vec<String> = arrays.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort_unstable();
        let order = self.consolidated(group);
        names.sort_by_key(|name| order.iter().position(|other| other == name).unwrap_or(usize::MAX));
        let mut found = Vec::new();
        for name in names {
            let place = folder.join(&name);
            let array = Array::open(Arc::clone(&self.store), &format!("/{group}/{name}"))
                .map_err(|error| StoreError::damaged(&place, &error))?;
            let dimensions = dimensions(&array);
            match &dimensions[..] {
                [chain, draw, ..] if chain == "chain" && draw == "draw" => {
                    if !is_numeric(&array) {
                        self.notes.push(format!("{name} is left out: its elements are no numbers"));
                        continue;
                    }
                    let sizes = array.shape().iter().skip(2).map(|&size| size as usize).collect();
                    found.push(StoredVariable { name, sizes, place, array });
                }
                _ if dimensions.iter().any(|name| name == "draw") && dimensions.len() > 1 => {
                    self.notes.push(format!("{name} is left out: its first two dimensions are not chain and draw"));
                }
                _ => {}
            }
        }
        Ok(found)
    }

    /// All numbers of an array, the last index varying fastest.
    pub fn constant(&self, group: &str, name: &str) -> Result<Vec<f64>, StoreError> {
        let damaged =
            |error: &dyn std::fmt::Display| StoreError::damaged(&self.root.join(group).join(name), &error.to_string());
        let array = Array::open(Arc::clone(&self.store), &format!("/{group}/{name}")).map_err(|e| damaged(&e))?;
        numbers(&array, &array.subset_all()).map_err(|error| damaged(&error))
    }

    /// The names of a group's arrays as the root's metadata list them.
    fn consolidated(&self, group: &str) -> Vec<String> {
        let read = |file: &str| -> Option<Value> { serde_json::from_slice(&fs::read(self.root.join(file)).ok()?).ok() };
        let metadata = match read("zarr.json") {
            Some(root) => root["consolidated_metadata"]["metadata"].clone(),
            None => read(".zmetadata").map_or(Value::Null, |root| root["metadata"].clone()),
        };
        let entries = metadata.as_object().into_iter().flat_map(|map| map.keys());
        let mut names = Vec::new();
        for entry in entries {
            if let Some(rest) = entry.strip_prefix(group).and_then(|rest| rest.strip_prefix('/')) {
                names.push(rest.split('/').next().unwrap_or(rest).to_owned());
            }
        }
        names
    }
}

/// The names of an array's dimensions, where version 3 has them or where xarray puts them in version 2.
fn dimensions(array: &Array<FilesystemStore>) -> Vec<String> {
    match array.dimension_names() {
        Some(names) => names.iter().map(|name| name.clone().unwrap_or_default()).collect(),
        None => array.attributes().get("_ARRAY_DIMENSIONS").and_then(Value::as_array).map_or_else(Vec::new, |names| {
            names.iter().map(|name| name.as_str().unwrap_or_default().to_owned()).collect()
        }),
    }
}

impl StoredVariable {
    pub fn chains(&self) -> usize {
        self.array.shape()[0] as usize
    }

    pub fn draws(&self) -> usize {
        self.array.shape()[1] as usize
    }

    /// Draws of a chunk.
    pub fn chunk_draws(&self) -> usize {
        let origin = vec![0; self.array.shape().len()];
        self.array.chunk_shape(&origin).map_or(1, |shape| shape[1].get() as usize)
    }

    /// Whether the chunk of all chains with this number along the draws is there and as long as it must be, in a store
    /// that does not compress.
    pub fn has_chunk(&self, index: usize) -> bool {
        let mut at = vec![0; self.array.shape().len()];
        at[1] = index as u64;
        let elements = self.array.chunk_shape(&at).map(|shape| shape.iter().map(|size| size.get()).product::<u64>());
        let bytes = elements.ok().zip(self.array.data_type().fixed_size()).map(|(count, size)| count * size as u64);
        let found = self.array.storage().size_key(&self.array.chunk_key(&at));
        found.is_ok_and(|found| found.is_some() && found == bytes)
    }

    /// The values of some draws of some chains, `[chain, draw, element]`.
    pub fn values(&self, chains: &Range<usize>, draws: Range<usize>) -> Result<Vec<f64>, StoreError> {
        numbers(&self.array, &self.subset(chains, draws)).map_err(|error| StoreError::damaged(&self.place, &error))
    }

    /// Chains and draws that are well read together. A part of a chunk can be read alone unless it is compressed; chunks
    /// that are have to be decoded as a whole, and several of them side by side.
    pub fn together(&self) -> [usize; 2] {
        let origin = vec![0; self.array.shape().len()];
        let of_chunk = self.array.chunk_shape(&origin).map_or(1, |shape| shape[0].get() as usize);
        let draws = self.chunk_draws();
        let of_chain = draws * self.sizes.iter().product::<usize>().max(1);
        if self.has_chunk(0) {
            [(READ_TOGETHER / of_chain).clamp(1, of_chunk), draws]
        } else {
            [of_chunk, draws * (DECODED_TOGETHER / (of_chunk * of_chain)).max(1)]
        }
    }

    /// Reads one draw in `every` of some chains, of draws that begin with one that is kept, into the columns of elements,
    /// which have room for exactly these chains and for all draws that are kept.
    pub fn read_elements(
        &self,
        chains: &Range<usize>,
        draws: Range<usize>,
        every: usize,
        columns: &mut ElementColumns<'_>,
    ) -> Result<(), StoreError> {
        let wanted =
            Wanted { width: self.sizes.iter().product(), draws: draws.len(), first: draws.start / every, every };
        let subset = self.subset(chains, draws);
        pick(&self.array, &subset, &wanted, columns).map_err(|error| StoreError::damaged(&self.place, &error))
    }

    fn subset(&self, chains: &Range<usize>, draws: Range<usize>) -> ArraySubset {
        let whole = self.array.shape().iter().map(|&size| 0..size);
        let mut ranges: Vec<Range<u64>> = whole.collect();
        ranges[0] = chains.start as u64..chains.end as u64;
        ranges[1] = draws.start as u64..draws.end as u64;
        ArraySubset::new_with_ranges(&ranges)
    }
}

/// Elements, each with its values of some chains, `[chain, draw]`.
pub(super) type ElementColumns<'a> = [(usize, &'a mut [f64])];

/// What is kept of draws `[chain, draw, element]`, and where it goes.
struct Wanted {
    /// Elements that there are.
    width: usize,
    draws: usize,
    /// Which of the draws that are kept comes first.
    first: usize,
    every: usize,
}

/// Calls a function of an array with the type of its elements and what makes a number of one.
macro_rules! by_type {
    ($array:expr, $function:ident, $($argument:expr),+) => {
        by_type!($array, $function, ($($argument),+),
            Float64DataType => f64: |x| x,
            Float32DataType => f32: f64::from,
            Int64DataType => i64: |x| x as f64,
            Int32DataType => i32: f64::from,
            Int16DataType => i16: f64::from,
            Int8DataType => i8: f64::from,
            UInt64DataType => u64: |x| x as f64,
            UInt32DataType => u32: f64::from,
            UInt16DataType => u16: f64::from,
            UInt8DataType => u8: f64::from,
            BoolDataType => bool: f64::from,
        )
    };
    ($array:expr, $function:ident, $arguments:tt, $($data_type:ty => $element:ty: $convert:expr),+ $(,)?) => {
        $(if $array.data_type().is::<$data_type>() {
            return $function::<$element>($array, $arguments, $convert);
        })+
    };
}

fn no_number(array: &Array<FilesystemStore>) -> String {
    format!("elements of type {} are no numbers", array.data_type())
}

fn numbers(array: &Array<FilesystemStore>, subset: &ArraySubset) -> Result<Vec<f64>, String> {
    by_type!(array, converted, subset);
    Err(no_number(array))
}

fn converted<T: ElementOwned>(
    array: &Array<FilesystemStore>,
    subset: &ArraySubset,
    convert: impl Fn(T) -> f64,
) -> Result<Vec<f64>, String> {
    let values: Vec<T> = array.retrieve_array_subset(subset).map_err(|error| error.to_string())?;
    Ok(values.into_iter().map(convert).collect())
}

fn pick(
    array: &Array<FilesystemStore>,
    subset: &ArraySubset,
    wanted: &Wanted,
    columns: &mut ElementColumns<'_>,
) -> Result<(), String> {
    by_type!(array, picked, subset, wanted, columns);
    Err(no_number(array))
}

fn picked<T: ElementOwned + Copy>(
    array: &Array<FilesystemStore>,
    (subset, wanted, columns): (&ArraySubset, &Wanted, &mut ElementColumns<'_>),
    convert: impl Fn(T) -> f64,
) -> Result<(), String> {
    let values: Vec<T> = array.retrieve_array_subset(subset).map_err(|error| error.to_string())?;
    let width = wanted.width.max(1);
    let chains = subset.shape()[0] as usize;
    for (chain, values) in values.chunks_exact((wanted.draws * width).max(1)).enumerate() {
        for (element, column) in &mut *columns {
            let length = column.len() / chains;
            let kept = values[*element..].iter().step_by(wanted.every * width);
            for (into, value) in column[chain * length..][wanted.first..length].iter_mut().zip(kept) {
                *into = convert(*value);
            }
        }
    }
    Ok(())
}

fn is_numeric(array: &Array<FilesystemStore>) -> bool {
    let nothing: Vec<Range<u64>> = array.shape().iter().map(|_| 0..0).collect();
    numbers(array, &ArraySubset::new_with_ranges(&nothing)).is_ok()
}
