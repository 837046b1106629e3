//! Draws that the command line names, however they are stored: a run directory or another Zarr store, or CSV files.
//!
//! Absent on purpose: draws that have just been made.

use std::path::PathBuf;

use super::error::CliError;
use super::memory;
use crate::store::draws_csv::{self, Loaded};
use crate::store::{StoredRun, open_run};

/// Draws, and the superchains their run had.
pub(super) struct Found {
    pub loaded: Loaded,
    pub superchains: usize,
    /// The run directory they are from.
    pub run: Option<StoredRun>,
}

/// Reads a run directory or another Zarr store, or else CSV files.
pub(super) fn read(files: &[PathBuf]) -> Result<Found, CliError> {
    let of_files = || -> Result<Found, CliError> {
        let loaded = draws_csv::read(files)?;
        Ok(Found { superchains: loaded.draws.chains(), loaded, run: None })
    };
    let [path] = files else {
        if let Some(directory) = files.iter().find(|file| file.is_dir()) {
            let sentence = format!("{} is a directory: of run directories name one at a time", directory.display());
            return Err(CliError::plain(sentence));
        }
        return of_files();
    };
    if !path.is_dir() {
        return of_files();
    }
    let stored = open_run(path)?;
    let parameters = stored.parameters().len();
    let every = memory::every(stored.chains(), stored.draws(), parameters);
    let mut notes = stored.notes().to_vec();
    if every > 1 {
        notes.push(format!("one draw in {every} is looked at, which is what fits into memory"));
    }
    let superchain_size = stored.facts().map_or(1, |facts| facts.shape.superchain_size);
    let sampler = stored.last_statistics(stored.draws())?;
    let loaded = Loaded { draws: stored.draws_every(every)?, sampler, notes };
    Ok(Found { superchains: stored.chains() / superchain_size, loaded, run: Some(stored) })
}
