//! Reads stores of draws in ArviZ's layout, whoever wrote them: Zarr of version 3 or 2, groups of arrays with the dimensions
//! `chain` and `draw`, numbers of any type.
//!
//! A directory flows in; numbers in `f64` flow out, a range of draws at a time. Of a run of this program that knows how it
//! was written, metadata and chunks are held against that. Absent on purpose: what a run is.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::chunk_list::{ChunkLists, Part, Sums};
use super::error::StoreError;
use super::sealed::{Context, altered, is_intact};
use super::zarr_array::{ZarrArray, metadata};
use super::zarr_metadata::{ArrayMetadata, NoNumbers};

/// Values read at a time, a megabyte or less: memory of that size is found in the processor's cache, and used again without
/// asking the system for it.
const READ_TOGETHER: usize = 1 << 17;

/// Values of compressed chunks that are decoded at a time, 32 MB, unless a single chunk has more.
const DECODED_TOGETHER: usize = 1 << 22;

/// What a run knows of how its store was written.
#[derive(Debug)]
pub(super) struct Written {
    pub id: String,
    pub lists: ChunkLists,
    /// Blocks of draws, and of the steps of warm-up.
    pub blocks: usize,
    pub warmup_blocks: usize,
}

/// Checksums of chunks, `[block]`; none where nobody has written them down yet.
#[derive(Debug, Default)]
struct Lists {
    draws: Vec<Option<Sums>>,
    warmup: Vec<Option<Sums>>,
    constant: Option<Sums>,
}

/// An open store.
#[derive(Debug)]
pub(super) struct ZarrReader {
    root: PathBuf,
    written: Option<(Written, Lists)>,
    /// What was left out and why, in sentences.
    pub notes: Vec<String>,
    /// What is not as it was written, and does not keep draws from being read, in sentences.
    pub damage: Vec<String>,
}

/// An array with the dimensions `chain`, `draw` and its own.
#[derive(Debug)]
pub(super) struct StoredVariable {
    pub name: String,
    pub sizes: Vec<usize>,
    array: ZarrArray,
    /// Its axes: chains, draws, and its own.
    axes: Vec<usize>,
}

/// Whether a directory is the root of a Zarr store.
pub(super) fn is_zarr(path: &Path) -> bool {
    path.join("zarr.json").exists() || path.join(".zgroup").exists()
}

impl ZarrReader {
    /// Opens a store; `written` is known of the runs of this program.
    pub fn open(root: &Path, written: Option<Written>) -> Result<Self, StoreError> {
        if !is_zarr(root) {
            let reason = match fs::metadata(root) {
                Ok(found) if found.is_dir() => "it has neither zarr.json nor .zgroup",
                Ok(_) => "it is a file",
                Err(_) => "there is no such directory",
            };
            return Err(StoreError::NotARun { path: root.to_owned(), reason: reason.to_owned() });
        }
        let mut reader = Self { root: root.to_owned(), written: None, notes: Vec::new(), damage: Vec::new() };
        if let Some(written) = written {
            let mut read = |part: Part| match written.lists.read(part) {
                Ok(sums) => sums,
                Err(error) => {
                    reader.damage.push(error.to_string());
                    None
                }
            };
            let lists = Lists {
                draws: (0..written.blocks).map(|index| read(Part::Draws(index))).collect(),
                warmup: (0..written.warmup_blocks).map(|index| read(Part::Warmup(index))).collect(),
                constant: read(Part::Constant),
            };
            reader.written = Some((written, lists));
            for group in ["", "observed_data", "constant_data"] {
                if root.join(group).exists() {
                    reader.check_group(group);
                }
            }
        }
        Ok(reader)
    }

    /// Holds a group's metadata against its digest.
    fn check_group(&mut self, group: &str) {
        let file = self.root.join(group).join("zarr.json");
        let checked = fs::read(&file).map_err(StoreError::io("read", &file));
        if let Err(error) = checked.and_then(|bytes| self.check(&file, &bytes)) {
            self.damage.push(error.to_string());
        }
    }

    /// Whether metadata are those that the run has written.
    fn check(&self, file: &Path, bytes: &[u8]) -> Result<(), StoreError> {
        let Some((written, _)) = &self.written else { return Ok(()) };
        let place = file.strip_prefix(&self.root).unwrap_or(file);
        let place: Vec<_> = place.iter().map(|part| part.to_string_lossy()).collect();
        let text = std::str::from_utf8(bytes).unwrap_or_default();
        if is_intact(text, Context::new(&written.id, &place.join("/"))) {
            return Ok(());
        }
        Err(StoreError::damaged(file, altered()))
    }

    /// The arrays of a group that hold draws, in the order of the consolidated metadata or else of their names. None of a
    /// group that is not there.
    pub fn group(&mut self, group: &str) -> Result<Vec<StoredVariable>, StoreError> {
        let folder = self.root.join(group);
        let Ok(entries) = fs::read_dir(&folder) else { return Ok(Vec::new()) };
        if self.written.is_some() {
            self.check_group(group);
        }
        let is_array = |path: &Path| path.join("zarr.json").exists() || path.join(".zarray").exists();
        let arrays = entries.flatten().filter(|entry| is_array(&entry.path()));
        let mut names: Vec<String> = arrays.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort_unstable();
        let order = self.consolidated(group);
        names.sort_by_key(|name| order.iter().position(|other| other == name).unwrap_or(usize::MAX));
        let mut found = Vec::new();
        for name in names {
            let place = folder.join(&name);
            let metadata = metadata(&place, &|file, bytes| self.check(file, bytes))?;
            let axis = |wanted: &str| metadata.dimensions.iter().position(|name| name == wanted);
            let (Some(chain), Some(draw)) = (axis("chain"), axis("draw")) else { continue };
            let encoding = match &metadata.encoding {
                Ok(encoding) => encoding.clone(),
                Err(NoNumbers::Type(_)) => {
                    self.notes.push(format!("{name} is left out: its elements are no numbers"));
                    continue;
                }
                Err(NoNumbers::Unsupported(reason)) => {
                    return Err(StoreError::Unsupported { path: place, reason: reason.clone() });
                }
            };
            let own = (0..metadata.shape.len()).filter(|&axis| axis != chain && axis != draw);
            let axes: Vec<usize> = [chain, draw].into_iter().chain(own).collect();
            let sizes = axes[2..].iter().map(|&axis| metadata.shape[axis]).collect();
            let sums = self.sums(group, &name, &metadata);
            found.push(StoredVariable { name, sizes, array: ZarrArray::new(place, metadata, encoding, sums), axes });
        }
        Ok(found)
    }

    /// The checksums of an array's chunks, in the order of draws.
    fn sums(&self, group: &str, name: &str, metadata: &ArrayMetadata) -> Option<Vec<Option<u32>>> {
        let (_, lists) = self.written.as_ref()?;
        let key = format!("{group}/{name}");
        let of = |sums: &Option<Sums>| sums.as_ref().and_then(|sums| sums.get(&key).copied());
        Some(if !metadata.dimensions.iter().any(|name| name == "draw") || metadata.dimensions.len() < 2 {
            vec![of(&lists.constant)]
        } else if group.starts_with("warmup_") {
            lists.warmup.iter().map(of).collect()
        } else {
            lists.draws.iter().map(of).collect()
        })
    }

    /// All numbers of an array, the last index varying fastest.
    pub fn constant(&self, group: &str, name: &str) -> Result<Vec<f64>, StoreError> {
        let folder = self.root.join(group).join(name);
        let metadata = metadata(&folder, &|file, bytes| self.check(file, bytes))?;
        let encoding = metadata.encoding.clone().map_err(|reason| match reason {
            NoNumbers::Type(of) => StoreError::damaged(&folder, &format!("elements of type {of} are no numbers")),
            NoNumbers::Unsupported(reason) => StoreError::Unsupported { path: folder.clone(), reason },
        })?;
        let sums = self.sums(group, name, &metadata);
        let array = ZarrArray::new(folder, metadata, encoding, sums);
        let origin = vec![0; array.metadata.shape.len()];
        if self.written.is_some() && !array.has_chunk(&origin) {
            let chunk = self.root.join(group).join(name).join(array.metadata.key(&origin));
            return Err(StoreError::damaged(&chunk, "it is missing or cut off"));
        }
        array.all()
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

impl StoredVariable {
    pub fn chains(&self) -> usize {
        self.array.metadata.shape[self.axes[0]]
    }

    pub fn draws(&self) -> usize {
        self.array.metadata.shape[self.axes[1]]
    }

    /// Draws of a chunk.
    pub fn chunk_draws(&self) -> usize {
        self.array.metadata.chunk[self.axes[1]]
    }

    /// Whether the chunk of all chains with this number along the draws is there and as long as it must be, in a store
    /// that does not compress, and was written to its end.
    pub fn has_chunk(&self, index: usize) -> bool {
        self.array.has_chunk(&self.place(index)) && self.array.is_listed(index)
    }

    fn place(&self, index: usize) -> Vec<usize> {
        let mut at = vec![0; self.axes.len()];
        at[self.axes[1]] = index;
        at
    }

    /// The values of some draws of some chains, `[chain, draw, element]`.
    pub fn values(&self, chains: &Range<usize>, draws: Range<usize>) -> Result<Vec<f64>, StoreError> {
        let mut ranges: Vec<Range<usize>> = self.array.metadata.shape.iter().map(|&size| 0..size).collect();
        (ranges[self.axes[0]], ranges[self.axes[1]]) = (chains.clone(), draws);
        self.array.read(&ranges, &self.axes)
    }

    /// Chains and draws that are well read together. A part of a chunk can be read alone unless it is compressed; chunks
    /// that are have to be decoded as a whole, and several of them side by side.
    pub fn together(&self) -> [usize; 2] {
        let of_chunk = self.array.metadata.chunk[self.axes[0]];
        let draws = self.chunk_draws();
        let of_chain = draws * self.sizes.iter().product::<usize>().max(1);
        if self.array.is_raw() {
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
        let width = self.sizes.iter().product::<usize>().max(1);
        let (length, first) = (draws.len(), draws.start / every);
        let values = self.values(chains, draws)?;
        for (chain, values) in values.chunks_exact((length * width).max(1)).enumerate() {
            for (element, column) in &mut *columns {
                let room = column.len() / chains.len();
                let kept = values[*element..].iter().step_by(every * width);
                for (into, value) in column[chain * room..][first..room].iter_mut().zip(kept) {
                    *into = *value;
                }
            }
        }
        Ok(())
    }
}

/// Elements, each with its values of some chains, `[chain, draw]`.
pub(super) type ElementColumns<'a> = [(usize, &'a mut [f64])];
