//! Why a run directory, or any store of draws, cannot be read or written; with the path, in one sentence.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::draws::DrawsError;

/// Why a store cannot be used. Nothing on disk has changed, but for what was stored before.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The operating system refused.
    #[error("cannot {action} {}: {source}", path.display())]
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
    /// Something is there that a new run would overwrite.
    #[error("{} {holds}", path.display())]
    Occupied {
        /// The directory.
        path: PathBuf,
        /// What it holds, and what to do.
        holds: &'static str,
    },
    /// The directory is no longer that of the run that writes to it.
    #[error(
        "{} is no longer the directory of this run: it was removed, moved, or begun anew by another process; nothing more \
         was written there",
        path.display()
    )]
    Lost {
        /// Where the run directory was.
        path: PathBuf,
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
    /// A part of another program's store is encoded in a way that is not known here.
    #[error("{} cannot be read: {reason}", path.display())]
    Unsupported {
        /// The array.
        path: PathBuf,
        /// What is not known.
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

impl StoreError {
    /// Whether there is no room left on the disk.
    pub fn is_full(&self) -> bool {
        let Self::Io { source, .. } = self else { return false };
        matches!(source.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
    }

    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }

    pub(super) fn damaged(path: &Path, reason: &(impl ToString + ?Sized)) -> Self {
        Self::Damaged { path: path.to_owned(), reason: reason.to_string() }
    }
}
