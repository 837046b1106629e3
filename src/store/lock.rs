//! One process at a time writes to a run: an advisory lock that the operating system drops with the process, however it
//! ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use super::error::StoreError;

/// A run directory that is ours until this is dropped.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock of a run at once or not at all.
    pub fn take(run: &Path, file: &Path) -> Result<Self, StoreError> {
        let opened = OpenOptions::new().create(true).truncate(false).write(true).open(file);
        let opened = opened.map_err(StoreError::io("lock", file))?;
        match opened.try_lock() {
            Ok(()) => Ok(Self { _file: opened }),
            Err(TryLockError::WouldBlock) => Err(StoreError::Locked { path: run.to_owned() }),
            Err(TryLockError::Error(source)) => Err(StoreError::io("lock", file)(source)),
        }
    }
}
