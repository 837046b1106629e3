//! Files that the user names: written under another name beside their place, and put there when they are whole. What is
//! already there is never replaced, unless the caller recognises it as its own earlier output.
//!
//! A path flows in, and a closure that writes; a file or a typed error flows out. What is no file of its own, such as
//! `/dev/stdout` or a pipe, is written to directly. Absent on purpose: formats.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use super::error::StoreError;

/// How much of a file that is there is shown to whoever recognises it.
const HEAD: u64 = 1024;

/// A place for a file.
#[derive(Debug)]
pub struct Output {
    /// As the user has typed it.
    named: PathBuf,
    path: PathBuf,
    is_own: fn(&[u8]) -> bool,
}

impl Output {
    /// A place where nothing may be yet.
    pub fn new(path: &Path) -> Self {
        Self::replacing(path, |_| false)
    }

    /// A place where a file may be whose first kilobyte `is_own` recognises.
    pub fn replacing(path: &Path, is_own: fn(&[u8]) -> bool) -> Self {
        // The file that a link names, and not the link, is what is replaced.
        let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        Self { named: path.to_owned(), path: place, is_own }
    }

    /// Makes sure that the file could be written now. Leaves no trace, and makes no folder.
    ///
    /// # Errors
    /// When something is there that is not to be replaced, or the folder cannot be written to.
    pub fn check(&self) -> Result<(), StoreError> {
        if self.is_replaceable()? == Place::Special || self.folder().is_some_and(|folder| !folder.exists()) {
            return Ok(());
        }
        let (part, file) = self.part()?;
        drop(file);
        fs::remove_file(&part).map_err(StoreError::io("write", &self.named))
    }

    /// Writes the file, and the folder that it is to be in, if there is none yet.
    ///
    /// # Errors
    /// When something is there that is not to be replaced, or the file cannot be written. Then there is no file, or the one
    /// that was there before.
    pub fn write(&self, bytes: &[u8]) -> Result<(), StoreError> {
        self.begin(|out| out.write_all(bytes).map_err(StoreError::io("write", &self.named)))?.finish()
    }

    /// Writes all of the file beside its place.
    pub(super) fn begin<E: From<StoreError>>(
        &self,
        fill: impl FnOnce(&mut BufWriter<File>) -> Result<(), E>,
    ) -> Result<Pending, E> {
        let whole = |file: File| -> Result<(), E> {
            let mut out = BufWriter::with_capacity(1 << 18, file);
            fill(&mut out)?;
            Ok(out.flush().map_err(StoreError::io("write", &self.named))?)
        };
        if self.is_replaceable()? == Place::Special {
            let file = OpenOptions::new().write(true).open(&self.path);
            whole(file.map_err(StoreError::io("write", &self.named))?)?;
            return Ok(Pending { part: None, replaces: false, path: self.path.clone() });
        }
        if let Some(folder) = self.folder() {
            fs::create_dir_all(folder).map_err(StoreError::io("create", folder))?;
        }
        let (part, file) = self.part()?;
        // Dropped, it removes what has been written.
        let mut pending = Pending { part: Some(part), replaces: false, path: self.path.clone() };
        whole(file)?;
        pending.replaces = self.is_replaceable()? == Place::Own;
        Ok(pending)
    }

    fn folder(&self) -> Option<&Path> {
        self.path.parent().filter(|folder| !folder.as_os_str().is_empty())
    }

    /// What is there now; an error if it is to stay.
    fn is_replaceable(&self) -> Result<Place, StoreError> {
        let found = match fs::metadata(&self.path) {
            Ok(found) => found,
            // A link that leads nowhere is something, too.
            Err(_) if fs::symlink_metadata(&self.path).is_ok() => return Err(occupied(&self.named)),
            Err(_) => return Ok(Place::Free),
        };
        if found.is_file() {
            let mut head = Vec::new();
            let read = File::open(&self.path).and_then(|file| file.take(HEAD).read_to_end(&mut head));
            read.map_err(StoreError::io("read", &self.named))?;
            return if (self.is_own)(&head) { Ok(Place::Own) } else { Err(occupied(&self.named)) };
        }
        if found.is_dir() { Err(occupied(&self.named)) } else { Ok(Place::Special) }
    }

    /// A new file beside the place, whose name nobody has.
    fn part(&self) -> Result<(PathBuf, File), StoreError> {
        let mut name = std::ffi::OsString::from(".");
        name.push(self.path.file_name().unwrap_or_default());
        for number in 0.. {
            let mut name = name.clone();
            name.push(format!(".{}-{number}.part", std::process::id()));
            let part = self.path.with_file_name(name);
            match OpenOptions::new().write(true).create_new(true).open(&part) {
                Ok(file) => return Ok((part, file)),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(StoreError::io("write", &self.named)(error)),
            }
        }
        unreachable!("there are more numbers than files")
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Free,
    Own,
    /// A device or a pipe.
    Special,
}

fn occupied(path: &Path) -> StoreError {
    StoreError::Occupied { path: path.to_owned(), holds: "is already there: choose another name" }
}

/// A file that is whole, but not yet in its place; dropped, it is removed.
#[derive(Debug)]
#[must_use]
pub(super) struct Pending {
    part: Option<PathBuf>,
    replaces: bool,
    path: PathBuf,
}

impl Pending {
    /// Puts the file into its place.
    pub fn finish(mut self) -> Result<(), StoreError> {
        let Some(part) = &self.part else { return Ok(()) };
        let written = StoreError::io("write", &self.path);
        if self.replaces {
            fs::rename(part, &self.path).map_err(written)?;
            self.part = None;
            return Ok(());
        }
        // Unlike a renamed file, a link never replaces what has come there in the meantime.
        match fs::hard_link(part, &self.path) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(occupied(&self.path)),
            // Some file systems have no links.
            Err(_) if fs::symlink_metadata(&self.path).is_ok() => Err(occupied(&self.path)),
            Err(_) => {
                fs::rename(part, &self.path).map_err(written)?;
                self.part = None;
                Ok(())
            }
        }
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if let Some(part) = &self.part {
            // On a full disk its room is worth having; that it cannot be removed is not news.
            let _ = fs::remove_file(part);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("ridgewalk-output-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    fn is_page(head: &[u8]) -> bool {
        head.starts_with(b"page")
    }

    #[test]
    fn only_what_is_recognised_is_replaced_and_nothing_is_left_beside() {
        let folder = folder("replaced");
        let path = folder.join("new/page.html");
        let output = Output::replacing(&path, is_page);
        output.check().unwrap();
        assert!(!folder.join("new").exists(), "a check leaves no trace");
        output.write(b"page 1").unwrap();
        output.check().unwrap();
        output.write(b"page 2").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"page 2");
        for there in [Output::new(&path), Output::replacing(&folder, is_page)] {
            assert!(matches!(there.check(), Err(StoreError::Occupied { .. })));
            assert!(matches!(there.write(b"page 3"), Err(StoreError::Occupied { .. })));
        }
        fs::write(&path, b"thesis").unwrap();
        assert!(matches!(output.write(b"page 3"), Err(StoreError::Occupied { .. })));
        assert_eq!(fs::read(&path).unwrap(), b"thesis");
        assert_eq!(fs::read_dir(folder.join("new")).unwrap().count(), 1);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn what_comes_while_a_file_is_written_stays_and_a_failure_leaves_nothing() {
        let folder = folder("meanwhile");
        let path = folder.join("draws.csv");
        let pending = Output::new(&path).begin(|out| {
            out.write_all(b"1,2\n").unwrap();
            Ok::<(), StoreError>(())
        });
        fs::write(&path, b"thesis").unwrap();
        assert!(matches!(pending.unwrap().finish(), Err(StoreError::Occupied { .. })));
        assert_eq!(fs::read(&path).unwrap(), b"thesis");
        let failed = Output::new(&folder.join("other")).begin(|_| Err(StoreError::Unmergeable(String::new())));
        assert!(failed.is_err());
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        fs::remove_dir_all(folder).unwrap();
    }
}
