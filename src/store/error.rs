//! Why a run directory, or any store of draws, cannot be read or written; with the path, in one sentence.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::draws::DrawsError;

/// Why a store cannot be used. Nothing on disk has changed, but for what was stored before.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The operating system refused.
    #[error("cannot {action} {}: {source}{}", path.display(), hint(source))]
    Io {
        /// `read`, `write`, `create` or `lock`.
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// Its reason.
        source: io::Error,
    },
    /// There is no run, and no store of draws either.
    #[error("{} is not a run directory: {reason}", path.display())]
    NotARun {
        /// The directory.
        path: PathBuf,
        /// What is missing.
        reason: String,
    },
    /// A path that Zarr cannot have.
    #[error("{}: the path of a run must be UTF-8 text", path.display())]
    NotText {
        /// The directory.
        path: PathBuf,
    },
    /// Something is there that a new run would overwrite.
    #[error("{} {holds}", path.display())]
    Occupied {
        /// The directory.
        path: PathBuf,
        /// What it holds, and what to do.
        holds: &'static str,
    },
    /// Another process writes to the run.
    #[error("{} is being written by another process", path.display())]
    Locked {
        /// The run directory.
        path: PathBuf,
    },
    /// A later version of ridgewalk wrote it.
    #[error("{} was written by a newer ridgewalk ({version}): its format is {found}, and this one knows up to {known}",
        path.display())]
    Newer {
        /// The run directory.
        path: PathBuf,
        /// The version that wrote it.
        version: String,
        /// Its format.
        found: u64,
        /// The newest format known.
        known: u64,
    },
    /// A file does not hold what it should.
    #[error("{} is damaged: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The run that is to go on is another run.
    #[error("{} holds another run: {}", path.display(), differences.join("; "))]
    Differs {
        /// The run directory.
        path: PathBuf,
        /// Each difference, in words.
        differences: Vec<String>,
    },
    /// Shards that do not make a whole.
    #[error("these runs cannot be merged: {0}")]
    Unmergeable(String),
    /// More draws than a set can hold.
    #[error(transparent)]
    Draws(#[from] DrawsError),
}

/// What usually helps.
fn hint(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "; what was stored before is intact: make room, and go on with --resume"
        }
        _ => "",
    }
}

impl StoreError {
    /// Makes sure that a path can be that of a run.
    ///
    /// # Errors
    /// When it is not UTF-8 text.
    pub fn check_path(path: &Path) -> Result<(), Self> {
        if path.to_str().is_none() {
            return Err(Self::NotText { path: path.to_owned() });
        }
        Ok(())
    }

    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }

    pub(super) fn damaged(path: &Path, reason: &(impl ToString + ?Sized)) -> Self {
        Self::Damaged { path: path.to_owned(), reason: reason.to_string() }
    }
}
