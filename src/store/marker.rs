//! Whose a run directory is: a file that holds the run's random id, which the process that writes the run looks for before
//! it writes more. A directory without such a file was made by something else, and nothing in it is changed.
//!
//! Absent on purpose: locks, which keep two processes apart as long as both live in the same directory.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::atomic;
use super::error::StoreError;

/// What the file's text begins with where the directory is the unfinished work of a merge, which a later merge may remove.
const UNFINISHED: &str = "merge ";

/// A new id: 128 random bits in hexadecimal digits.
pub fn new_id() -> String {
    format!("{:032x}", rand::random::<u128>())
}

/// The mark of a run in its directory.
#[derive(Clone, Debug)]
pub(super) struct Marker {
    root: PathBuf,
    file: PathBuf,
    text: String,
}

impl Marker {
    /// That of a run in the directory `root`, kept in a file.
    pub fn new(root: &Path, file: PathBuf, id: &str) -> Self {
        Self { root: root.to_owned(), file, text: format!("{id}\n") }
    }

    /// That of a merge on its way.
    pub fn unfinished(root: &Path, file: PathBuf, id: &str) -> Self {
        Self { root: root.to_owned(), file, text: format!("{UNFINISHED}{id}\n") }
    }

    pub fn write(&self) -> Result<(), StoreError> {
        atomic::write(&self.file, self.text.as_bytes()).map_err(StoreError::io("write", &self.file))
    }

    /// Makes sure that the directory is still this run's.
    pub fn check(&self) -> Result<(), StoreError> {
        match fs::read(&self.file) {
            Ok(found) if found == self.text.as_bytes() => Ok(()),
            Ok(_) => Err(StoreError::Lost { path: self.root.clone() }),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                Err(StoreError::Lost { path: self.root.clone() })
            }
            Err(error) => Err(StoreError::io("read", &self.file)(error)),
        }
    }
}

/// Whose mark a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    Run,
    UnfinishedMerge,
}

/// What a file marks; nothing if it is no such file.
pub(super) fn owner(file: &Path) -> Option<Owner> {
    const MOST: u64 = 64;
    let found = fs::symlink_metadata(file).ok().filter(|found| found.is_file() && found.len() <= MOST)?;
    let text = fs::read_to_string(file).ok().filter(|text| text.len() as u64 == found.len())?;
    let line = text.strip_suffix('\n')?;
    let (owner, id) = match line.strip_prefix(UNFINISHED) {
        Some(id) => (Owner::UnfinishedMerge, id),
        None => (Owner::Run, line),
    };
    (id.len() == 32 && id.bytes().all(|digit| digit.is_ascii_hexdigit())).then_some(owner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_is_known_again_and_nothing_else_is_taken_for_one() {
        let root = std::env::temp_dir().join(format!("ridgewalk-marker-{}", std::process::id()));
        fs::create_dir_all(&root).unwrap();
        let file = root.join("run-id");
        let (first, second) = (new_id(), new_id());
        assert_ne!(first, second);
        let marker = Marker::new(&root, file.clone(), &first);
        assert!(matches!(marker.check(), Err(StoreError::Lost { .. })), "nothing is there");
        marker.write().unwrap();
        marker.check().unwrap();
        assert_eq!(owner(&file), Some(Owner::Run));
        Marker::unfinished(&root, file.clone(), &second).write().unwrap();
        assert_eq!(owner(&file), Some(Owner::UnfinishedMerge));
        assert!(matches!(marker.check(), Err(StoreError::Lost { .. })), "it is another's");
        for foreign in ["", "thesis", &first, &format!("{first}\n{first}\n"), &format!("merge  {first}\n")] {
            fs::write(&file, foreign).unwrap();
            assert_eq!(owner(&file), None, "{foreign:?}");
        }
        fs::remove_dir_all(root).unwrap();
    }
}
