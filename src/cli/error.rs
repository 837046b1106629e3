//! How a command ends: a verdict when it did its work, an error in a sentence or a picture when it could not.

use std::io;

use crate::backend;
use crate::identify::IdentifyError;
use crate::run::RunError;
use crate::store::StoreError;
use crate::store::draws_csv::ReadError;

/// What a command that did its work says about what it found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Good,
    Bad,
}

/// Why a command could not do its work.
#[derive(Debug, thiserror::Error)]
pub(super) enum CliError {
    /// A sentence is all there is to say.
    #[error("{0}")]
    Plain(String),
    /// A picture that says it all.
    #[error("{0}")]
    Rendered(String),
    #[error(transparent)]
    Run(#[from] RunError),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Identify(#[from] IdentifyError),
    #[error(transparent)]
    Backend(#[from] backend::Error),
    #[error(transparent)]
    Gpu(#[from] backend::gpu::Error),
    /// The reader of the results has gone, or the disk is full.
    #[error("cannot write the results: {0}")]
    Output(#[from] io::Error),
}

impl CliError {
    pub(super) fn plain(sentence: impl Into<String>) -> Self {
        Self::Plain(sentence.into())
    }

    /// A failure of a command that leaves nothing behind.
    pub(super) fn to_be_repeated(error: StoreError) -> Self {
        if error.is_full() {
            return Self::plain(format!("{error}; nothing was left there: make room, and run the command again"));
        }
        error.into()
    }
}
