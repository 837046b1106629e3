//! The directory of a run: a Zarr store of draws at its root, and beside it, in `ridgewalk/`, what a run needs that Zarr
//! has no place for: what it was made from, its checkpoints, its lock.
//!
//! ```text
//! RUN/zarr.json, posterior/, sample_stats/, ...     ArviZ's layout
//! RUN/ridgewalk/run.json, model.stan                what the run is
//! RUN/ridgewalk/checkpoints/0000000512              the chains after so many draws
//! RUN/ridgewalk/chunks/0000000003.json              checksums of a block's chunks
//! RUN/ridgewalk/lock, run-id                        who writes to it, and whose it is
//! ```
//!
//! Nothing is changed in a directory that the run, or a run that was killed as it began, has not made. Absent on purpose:
//! draws.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::atomic;
use super::checkpoint_file;
use super::chunk_list::ChunkLists;
use super::error::StoreError;
use super::facts::{FORMAT, Facts, model_digest};
use super::lock::Lock;
use super::marker::{Marker, Owner, owner};
use super::sealed::{Context, SEAL, altered, is_intact, seal, sealable};
use crate::backend::Checkpoint;

/// What is known of a run stands for itself: it names the id that other files are bound to.
const FACTS: Context<'_> = Context { id: "", place: "run.json", after: &[] };

/// What a run directory holds.
const ENTRIES: [&str; 11] = [
    "ridgewalk",
    "zarr.json",
    ".zarr.json.part",
    "posterior",
    "sample_stats",
    "log_likelihood",
    "log_prior",
    "warmup_posterior",
    "warmup_sample_stats",
    "observed_data",
    "constant_data",
];

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

    fn marker_file(&self) -> PathBuf {
        self.own().join("run-id")
    }

    fn checkpoints(&self) -> PathBuf {
        self.own().join("checkpoints")
    }

    fn chunks(&self) -> PathBuf {
        self.own().join("chunks")
    }

    fn checkpoint_file(&self, draws: usize) -> PathBuf {
        // Names in the order of numbers.
        self.checkpoints().join(format!("{draws:010}"))
    }

    /// Whether a run has begun here.
    pub fn exists(&self) -> bool {
        self.facts_file().exists()
    }

    /// Makes the directory, or takes one that is empty, and locks it. What a process that was killed at this point has left
    /// counts as empty.
    pub fn claim(&self) -> Result<Lock, StoreError> {
        self.check_free()?;
        fs::create_dir_all(self.own()).map_err(StoreError::io("create", &self.own()))?;
        let lock = self.lock()?;
        // Another process may have been faster.
        self.check_free()?;
        Ok(lock)
    }

    fn check_free(&self) -> Result<(), StoreError> {
        let occupied = |holds: &'static str| Err(StoreError::Occupied { path: self.root.clone(), holds });
        if self.exists() {
            return occupied("already holds a run: go on with it by --resume, or choose another directory");
        }
        if entries(&self.root)?.iter().any(|entry| entry != "ridgewalk") {
            return occupied("is not empty: choose another directory");
        }
        let own = self.own();
        if fs::symlink_metadata(&own).is_ok_and(|found| !found.is_dir()) || !self.is_remains(&entries(&own)?) {
            return occupied("holds something called ridgewalk that is not of a run: choose another directory");
        }
        Ok(())
    }

    /// Whether these entries of `ridgewalk/` are all that a process has left which was killed before its run had begun.
    fn is_remains(&self, entries: &[OsString]) -> bool {
        let is_marked = owner(&self.marker_file()).is_some();
        entries.iter().all(|entry| match entry.to_str() {
            Some("lock") => fs::metadata(self.own().join("lock")).is_ok_and(|found| found.len() == 0),
            Some("run-id" | "model.stan" | ".model.stan.part" | ".run.json.part") => is_marked,
            Some("checkpoints" | "chunks") => is_marked && is_empty(&self.own().join(entry)),
            Some(".run-id.part") => true,
            _ => false,
        })
    }

    /// Makes a directory for a run that is put together, or takes that of a merge which was killed, and locks it. A merge that
    /// lives is noticed by its lock.
    pub fn claim_for_merge(&self) -> Result<Lock, StoreError> {
        let in_the_way = || {
            let holds = "is in the way, and no merge has left it: move it, or choose another directory";
            StoreError::Occupied { path: self.root.clone(), holds }
        };
        // A link would lead the merge to files elsewhere, and become the run in the end.
        let is_link = |path: &Path| fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink());
        if is_link(&self.root) || is_link(&self.own()) {
            return Err(in_the_way());
        }
        let found = entries(&self.root)?;
        let is_unfinished = owner(&self.marker_file()) == Some(Owner::UnfinishedMerge);
        if found.is_empty() || found == ["ridgewalk"] && !self.exists() && !is_unfinished {
            return self.claim();
        }
        let known = |entry: &OsString| entry.to_str().is_some_and(|name| ENTRIES.contains(&name));
        if !is_unfinished || !found.iter().all(known) {
            return Err(in_the_way());
        }
        let lock = self.lock()?;
        // The mark goes last: a process killed before leaves a directory that is known again.
        let of_run = entries(&self.own())?.into_iter().filter(|entry| entry != "lock" && entry != "run-id");
        let of_run = of_run.map(|entry| self.own().join(entry));
        let of_store = found.into_iter().filter(|entry| entry != "ridgewalk").map(|entry| self.root.join(entry));
        for entry in of_store.chain(of_run) {
            let is_folder = fs::symlink_metadata(&entry).is_ok_and(|found| found.is_dir());
            let removed = if is_folder { fs::remove_dir_all(&entry) } else { fs::remove_file(&entry) };
            removed.map_err(StoreError::io("write", &entry))?;
        }
        Ok(lock)
    }

    /// Says what the run is, in a directory that was claimed.
    pub fn begin(&self, facts: &Facts, model: &str, marker: &Marker) -> Result<(), StoreError> {
        marker.write()?;
        self.make_folders()?;
        let path = self.model_file();
        atomic::write(&path, model.as_bytes()).map_err(StoreError::io("write", &path))?;
        // Last: with this file a run has begun.
        let path = self.facts_file();
        let Value::Object(object) = json!(facts) else { unreachable!("a structure is an object") };
        let text = seal(&format!("{:#}\n", Value::Object(sealable(object))), FACTS);
        atomic::write(&path, text.as_bytes()).map_err(StoreError::io("write", &path))
    }

    /// Makes what files of a run go to.
    pub fn make_folders(&self) -> Result<(), StoreError> {
        let folders = [self.checkpoints(), self.chunks()];
        folders.iter().try_for_each(|folder| fs::create_dir_all(folder).map_err(StoreError::io("create", folder)))
    }

    pub fn marker(&self, id: &str) -> Marker {
        Marker::new(&self.root, self.marker_file(), id)
    }

    pub fn unfinished_marker(&self, id: &str) -> Marker {
        Marker::unfinished(&self.root, self.marker_file(), id)
    }

    pub fn lock(&self) -> Result<Lock, StoreError> {
        Lock::take(&self.root, &self.own().join("lock"))
    }

    /// What the run is.
    pub fn facts(&self) -> Result<Facts, StoreError> {
        let path = self.facts_file();
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let reason = match fs::metadata(&self.root) {
                    Ok(found) if found.is_dir() => "it has no ridgewalk/run.json",
                    Ok(_) => "it is a file",
                    Err(_) => "there is no such directory",
                };
                return Err(StoreError::NotARun { path: self.root.clone(), reason: reason.to_owned() });
            }
            Err(error) => return Err(StoreError::io("read", &path)(error)),
        };
        let value: Value = serde_json::from_str(&text).map_err(|e| StoreError::damaged(&path, &e))?;
        let format = value["format"].as_u64().ok_or_else(|| StoreError::damaged(&path, "it names no format"))?;
        if format > FORMAT {
            let version = value["version"].as_str().unwrap_or("of unknown version").to_owned();
            return Err(StoreError::Newer { path: self.root.clone(), version, found: format, known: FORMAT });
        }
        if format == 0 || (format >= 2 || text.contains(SEAL)) && !is_intact(&text, FACTS) {
            return Err(StoreError::damaged(&path, altered()));
        }
        let facts: Facts = serde_json::from_value(value).map_err(|error| StoreError::damaged(&path, &error))?;
        let shape = &facts.shape;
        if facts.block == 0 || shape.chains == 0 || shape.superchain_size == 0 || facts.parameters.is_empty() {
            return Err(StoreError::damaged(&path, "a number that must be positive is zero"));
        }
        Ok(facts)
    }

    /// The model's text.
    pub fn model(&self, facts: &Facts) -> Result<String, StoreError> {
        let path = self.model_file();
        let bytes = fs::read(&path).map_err(StoreError::io("read", &path))?;
        let text = String::from_utf8(bytes).ok().filter(|text| model_digest(text) == facts.model_sha256);
        text.ok_or_else(|| StoreError::damaged(&path, "it is not the model that the run was made from"))
    }

    /// The lists of chunks of a run.
    pub fn chunk_lists(&self, id: &str) -> ChunkLists {
        ChunkLists::new(self.chunks(), id)
    }

    /// Stores a checkpoint beside those before.
    pub fn keep(&self, checkpoint: &Checkpoint, facts: &Facts) -> Result<(), StoreError> {
        checkpoint_file::write(&self.checkpoint_file(checkpoint.draws), checkpoint, facts)
    }

    /// The checkpoint after so many draws.
    pub fn checkpoint(&self, draws: usize, facts: &Facts) -> Result<Checkpoint, StoreError> {
        checkpoint_file::read(&self.checkpoint_file(draws), draws, facts)
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

/// The names in a folder; none if it is not there.
fn entries(folder: &Path) -> Result<Vec<OsString>, StoreError> {
    let listed = fs::read_dir(folder).and_then(|entries| entries.map(|entry| Ok(entry?.file_name())).collect());
    match listed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        listed => listed.map_err(StoreError::io("read", folder)),
    }
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none())
}
