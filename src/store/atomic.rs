//! Files that are there whole or not at all: written under another name beside their place, then renamed. A process
//! killed on the way leaves a `.part` file, which nobody reads and the next attempt overwrites.
//!
//! Absent on purpose: waiting for the disk. What a power failure takes is found missing, and drawn again.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use zarrs::filesystem::FilesystemStore;
use zarrs::storage::byte_range::ByteRangeIterator;
use zarrs::storage::{
    Bytes, MaybeBytes, MaybeBytesIterator, OffsetBytesIterator, ReadableStorageTraits, StorageError, StoreKey,
    StorePrefix, WritableStorageTraits,
};

use super::pages;

/// Writes a file, in directories that are made as needed.
pub(super) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace(path, |file| file.write_all(bytes))
}

/// The same of much, past the system's cache where that can be.
pub(super) fn write_pages(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace(path, |file| pages::write(file, bytes))
}

fn replace(path: &Path, fill: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let part = path.with_file_name(format!(".{name}.part"));
    let written = create(&part).and_then(|mut file| fill(&mut file)).and_then(|()| fs::rename(&part, path));
    if written.is_err() {
        // On a full disk its room is worth having; that it cannot be removed is not news.
        let _ = fs::remove_file(&part);
    }
    written
}

fn create(path: &Path) -> io::Result<File> {
    match (File::create(path), path.parent()) {
        (Err(error), Some(parent)) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(parent)?;
            File::create(path)
        }
        (file, _) => file,
    }
}

/// A directory of Zarr's, whose files are written so.
#[derive(Debug)]
pub(super) struct AtomicStore(FilesystemStore);

impl AtomicStore {
    pub(super) fn new(root: &Path) -> Result<Arc<Self>, StorageError> {
        let store = FilesystemStore::new(root).map_err(|error| StorageError::Other(error.to_string()))?;
        Ok(Arc::new(Self(store)))
    }
}

impl ReadableStorageTraits for AtomicStore {
    fn get(&self, key: &StoreKey) -> Result<MaybeBytes, StorageError> {
        self.0.get(key)
    }

    fn get_partial_many<'a>(
        &'a self,
        key: &StoreKey,
        ranges: ByteRangeIterator<'a>,
    ) -> Result<MaybeBytesIterator<'a>, StorageError> {
        self.0.get_partial_many(key, ranges)
    }

    fn size_key(&self, key: &StoreKey) -> Result<Option<u64>, StorageError> {
        self.0.size_key(key)
    }

    fn supports_get_partial(&self) -> bool {
        self.0.supports_get_partial()
    }
}

impl WritableStorageTraits for AtomicStore {
    fn set(&self, key: &StoreKey, value: Bytes) -> Result<(), StorageError> {
        Ok(write(&self.0.key_to_fspath(key), &value)?)
    }

    fn set_partial_many(&self, _: &StoreKey, _: OffsetBytesIterator<'_>) -> Result<(), StorageError> {
        Err(StorageError::Unsupported("files are written whole".to_owned()))
    }

    fn erase(&self, key: &StoreKey) -> Result<(), StorageError> {
        self.0.erase(key)
    }

    fn erase_prefix(&self, prefix: &StorePrefix) -> Result<(), StorageError> {
        self.0.erase_prefix(prefix)
    }

    fn supports_set_partial(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_cannot_be_written_whole_leaves_nothing_behind() {
        let folder = std::env::temp_dir().join(format!("ridgewalk-atomic-{}", std::process::id()));
        write(&folder.join("a/b"), b"first").unwrap();
        write(&folder.join("a/b"), b"second").unwrap();
        assert_eq!(fs::read(folder.join("a/b")).unwrap(), b"second");
        // A directory stands where the file should go.
        fs::create_dir_all(folder.join("c/d/e")).unwrap();
        assert!(write(&folder.join("c/d"), b"third").is_err());
        let left: Vec<_> = fs::read_dir(folder.join("c")).unwrap().collect();
        assert_eq!(left.len(), 1, "{left:?}");
        fs::remove_dir_all(folder).unwrap();
    }
}
