//! Which chunks a run has written, and their checksums: a file for each block of draws, one for each block of warm-up, and
//! one for what does not change with the draws. A chunk that was exchanged for another, or left over from one, has a sound
//! checksum of its own; it is not the one written down here.
//!
//! Absent on purpose: the chunks.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::atomic;
use super::error::StoreError;
use super::sealed::{Context, altered, is_intact, seal, sealable};

/// What chunks are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// A block of draws.
    Draws(usize),
    /// A block of the steps of warm-up.
    Warmup(usize),
    Constant,
}

impl Part {
    fn name(self) -> String {
        match self {
            // In the order of numbers.
            Self::Draws(index) => format!("{index:010}.json"),
            Self::Warmup(index) => format!("warmup-{index:010}.json"),
            Self::Constant => "constant.json".to_owned(),
        }
    }
}

/// The lists of a run.
#[derive(Clone, Debug)]
pub(super) struct ChunkLists {
    folder: PathBuf,
    id: String,
}

/// Checksums by `group/array`.
pub(super) type Sums = HashMap<String, u32>;

impl ChunkLists {
    /// Those in a folder, of the run of this id.
    pub fn new(folder: PathBuf, id: &str) -> Self {
        Self { folder, id: id.to_owned() }
    }

    /// Writes the checksums of a part.
    pub fn write(&self, part: Part, sums: &Map<String, Value>) -> Result<(), StoreError> {
        let name = part.name();
        let object = sealable(Map::from_iter([("crc32c".to_owned(), json!(sums))]));
        let text = seal(&format!("{}\n", Value::Object(object)), Context::new(&self.id, &name));
        let path = self.folder.join(name);
        atomic::write(&path, text.as_bytes()).map_err(StoreError::io("write", &path))
    }

    /// Reads them; none of a part that has none.
    pub fn read(&self, part: Part) -> Result<Option<Sums>, StoreError> {
        let name = part.name();
        let path = self.folder.join(&name);
        match fs::read(&path) {
            Ok(bytes) => parse(&bytes, &path, Context::new(&self.id, &name)).map(Some),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(StoreError::io("read", &path)(error)),
        }
    }
}

fn parse(bytes: &[u8], path: &Path, context: Context<'_>) -> Result<Sums, StoreError> {
    let text = std::str::from_utf8(bytes).ok().filter(|text| is_intact(text, context));
    let text = text.ok_or_else(|| StoreError::damaged(path, altered()))?;
    let value: Value = serde_json::from_str(text).map_err(|error| StoreError::damaged(path, &error))?;
    let sums = value["crc32c"].as_object().into_iter().flatten();
    Ok(sums.filter_map(|(name, sum)| Some((name.clone(), u32::try_from(sum.as_u64()?).ok()?))).collect())
}
