//! The directory of a run: a Zarr store of draws at its root, and beside it, in `ridgewalk/`, what a run needs that Zarr
//! has no place for: what it was made from, its checkpoints, its lock.
//!
//! ```text
//! RUN/zarr.json, posterior/, sample_stats/, ...     ArviZ's layout
//! RUN/ridgewalk/run.json, model.stan                what the run is
//! RUN/ridgewalk/checkpoints/0000000512              the chains after so many draws
//! RUN/ridgewalk/lock
//! ```
//!
//! Absent on purpose: draws.

use std::fs;
use std::path::{Path, PathBuf};

use super::checkpoint_file;
use super::error::StoreError;
use super::facts::{FORMAT, Facts};
use super::lock::Lock;
use super::{atomic, zarr_write};
use crate::backend::Checkpoint;

/// Paths of a run.
#[derive(Clone, Debug)]
pub(super) struct RunDirectory {
    pub root: PathBuf,
}

impl RunDirectory {
    pub fn at(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    pub fn own(&self) -> PathBuf {
        self.root.join("ridgewalk")
    }

    fn facts_file(&self) -> PathBuf {
        self.own().join("run.json")
    }

    fn model_file(&self) -> PathBuf {
        self.own().join("model.stan")
    }

    fn checkpoints(&self) -> PathBuf {
        self.own().join("checkpoints")
    }

    fn checkpoint_file(&self, draws: usize) -> PathBuf {
        // Names in the order of numbers.
        self.checkpoints().join(format!("{draws:010}"))
    }

    /// Whether a run has begun here.
    pub fn exists(&self) -> bool {
        self.facts_file().exists()
    }

    /// Makes the directory, or takes one that is empty, and locks it. What a process killed at this point has left
    /// counts as empty.
    pub fn create(&self, facts: &Facts, model: &str) -> Result<Lock, StoreError> {
        if self.exists() {
            let holds = "already holds a run: go on with it by --resume, or choose another directory";
            return Err(StoreError::Occupied { path: self.root.clone(), holds });
        }
        match fs::read_dir(&self.root) {
            Ok(entries) => {
                if entries.flatten().any(|entry| entry.file_name() != "ridgewalk") {
                    let holds = "is not empty: choose another directory";
                    return Err(StoreError::Occupied { path: self.root.clone(), holds });
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(StoreError::io("read", &self.root)(error)),
        }
        fs::create_dir_all(self.own()).map_err(StoreError::io("create", &self.own()))?;
        let lock = self.lock()?;
        let path = self.model_file();
        atomic::write(&path, model.as_bytes()).map_err(StoreError::io("write", &path))?;
        // Last: with this file a run has begun.
        zarr_write::write_json(&self.facts_file(), &serde_json::json!(facts))?;
        Ok(lock)
    }

    pub fn lock(&self) -> Result<Lock, StoreError> {
        Lock::take(&self.root, &self.own().join("lock"))
    }

    /// What the run is.
    pub fn facts(&self) -> Result<Facts, StoreError> {
        let path = self.facts_file();
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let reason = match fs::metadata(&self.root) {
                    Ok(found) if found.is_dir() => "it has no ridgewalk/run.json",
                    Ok(_) => "it is a file",
                    Err(_) => "there is no such directory",
                };
                return Err(StoreError::NotARun { path: self.root.clone(), reason: reason.to_owned() });
            }
            Err(error) => return Err(StoreError::io("read", &path)(error)),
        };
        let value: serde_json::Value = serde_json::from_str(&text).map_err(|e| StoreError::damaged(&path, &e))?;
        let format = value["format"].as_u64().ok_or_else(|| StoreError::damaged(&path, "it names no format"))?;
        if format > FORMAT {
            let version = value["version"].as_str().unwrap_or("of unknown version").to_owned();
            return Err(StoreError::Newer { path: self.root.clone(), version, found: format, known: FORMAT });
        }
        let facts: Facts = serde_json::from_value(value).map_err(|error| StoreError::damaged(&path, &error))?;
        let shape = &facts.shape;
        if facts.block == 0 || shape.chains == 0 || shape.superchain_size == 0 || facts.parameters.is_empty() {
            return Err(StoreError::damaged(&path, "a number that must be positive is zero"));
        }
        Ok(facts)
    }

    /// The model's text.
    pub fn model(&self) -> Result<String, StoreError> {
        let path = self.model_file();
        fs::read_to_string(&path).map_err(StoreError::io("read", &path))
    }

    /// Stores a checkpoint beside those before.
    pub fn keep(&self, checkpoint: &Checkpoint, chains: usize) -> Result<(), StoreError> {
        checkpoint_file::write(&self.checkpoint_file(checkpoint.draws), checkpoint, chains)
    }

    /// The checkpoint after so many draws.
    pub fn checkpoint(&self, draws: usize) -> Result<Checkpoint, StoreError> {
        checkpoint_file::read(&self.checkpoint_file(draws))
    }

    /// After how many draws there are checkpoints, the last first.
    pub fn checkpointed(&self) -> Vec<usize> {
        let entries = fs::read_dir(self.checkpoints()).into_iter().flatten().flatten();
        let mut found: Vec<usize> =
            entries.filter_map(|entry| entry.file_name().to_str().and_then(|name| name.parse().ok())).collect();
        found.sort_unstable_by(|a, b| b.cmp(a));
        found
    }
}
