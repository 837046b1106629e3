//! Files that are there whole or not at all: written under another name beside their place, then renamed. A process
//! killed on the way leaves a `.part` file, which nobody reads and the next attempt overwrites.
//!
//! Absent on purpose: waiting for the disk. What a power failure takes is found missing, and drawn again.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use super::pages;

/// Writes a file in a directory that is there: a run that was removed is not to grow again.
pub(super) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace(path, |file| file.write_all(bytes))
}

/// Writes much, and a little after it, past the system's cache where that can be.
pub(super) fn write_pages(path: &Path, bytes: &[u8], tail: &[u8]) -> io::Result<()> {
    replace(path, |file| pages::write(file, bytes, tail))
}

fn replace(path: &Path, fill: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".part");
    let part = path.with_file_name(name);
    let written = File::create(&part).and_then(|mut file| fill(&mut file)).and_then(|()| fs::rename(&part, path));
    if written.is_err() {
        // On a full disk its room is worth having; that it cannot be removed is not news.
        let _ = fs::remove_file(&part);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_cannot_be_written_whole_leaves_nothing_behind() {
        let folder = std::env::temp_dir().join(format!("ridgewalk-atomic-{}", std::process::id()));
        assert_eq!(write(&folder.join("a/b"), b"first").unwrap_err().kind(), io::ErrorKind::NotFound);
        assert!(!folder.exists());
        fs::create_dir_all(folder.join("a")).unwrap();
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
