//! Bytes that begin where a page of memory begins, so that a disk can take them from there.
//!
//! The usual way to a file is a copy to pages of the system's cache, and to make those takes half as long as the sweeps
//! whose draws they hold. Past that cache a processor hardly notices a write. Bytes flow in, and from here to a file that is
//! open already. What the past-the-cache way refuses (a file system, a platform other than Linux, the end of a file that is
//! no whole page) goes the usual way. Absent on purpose: names of files, and waiting for the disk's own cache.

use std::fs::File;
use std::io::{self, Write};

/// What memory and lengths are multiples of. Disks ask for their blocks, of 512 bytes or of 4,096.
const PAGE: usize = 4096;
/// Files shorter than this go the usual way: to wait for a disk would take longer than to copy them, and whoever reads a
/// small run finds it in the cache.
const LEAST: usize = 1 << 20;

/// Memory that is used again, page by page.
#[derive(Debug, Default)]
pub(super) struct Pages {
    memory: Vec<u8>,
    start: usize,
    length: usize,
}

impl Pages {
    /// Room for exactly so many bytes. They keep what they hold if there was as much room before, and else are zero.
    pub fn resize(&mut self, length: usize) {
        if length != self.length {
            self.memory = vec![0; length + PAGE];
            self.start = self.memory.as_ptr().addr().wrapping_neg() % PAGE;
            self.length = length;
        }
    }

    pub fn bytes(&self) -> &[u8] {
        &self.memory[self.start..self.start + self.length]
    }

    pub fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.memory[self.start..self.start + self.length]
    }

    /// Writes all bytes to an empty file.
    pub fn write(&self, file: &mut File) -> io::Result<()> {
        let bytes = self.bytes();
        let mut written = 0;
        if bytes.len() >= LEAST && past_the_cache(file, true) {
            let whole = bytes.len() - bytes.len() % PAGE;
            while written < whole {
                match file.write(&bytes[written..whole]) {
                    // Whatever is in the way is met again below, and named there.
                    Ok(0) | Err(_) => break,
                    Ok(more) => written += more,
                }
            }
            past_the_cache(file, false);
        }
        file.write_all(&bytes[written..])
    }
}

/// Turns a file's way past the cache on or off; returns whether it could be done.
#[cfg(target_os = "linux")]
fn past_the_cache(file: &File, on: bool) -> bool {
    use rustix::fs::{OFlags, fcntl_setfl};
    fcntl_setfl(file, if on { OFlags::DIRECT } else { OFlags::empty() }).is_ok()
}

#[cfg(not(target_os = "linux"))]
fn past_the_cache(_: &File, _: bool) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_hold_the_bytes_whatever_their_length_and_whatever_the_file_system() {
        // The temporary directory may lie in memory, the target folder hardly does.
        for folder in [std::env::temp_dir(), std::env::current_exe().unwrap().parent().unwrap().to_owned()] {
            let path = folder.join(format!("ridgewalk-pages-{}", std::process::id()));
            let mut pages = Pages::default();
            for length in [1, 3 * PAGE, LEAST - 1, LEAST, LEAST + 1, 2 * LEAST + 3 * PAGE - 1] {
                pages.resize(length);
                assert_eq!(pages.bytes().as_ptr().addr() % PAGE, 0);
                let numbers = (0_u32..).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8);
                pages.bytes_mut().iter_mut().zip(numbers).for_each(|(byte, number)| *byte = number);
                pages.write(&mut File::create(&path).unwrap()).unwrap();
                assert!(std::fs::read(&path).unwrap() == pages.bytes(), "{length} bytes in {}", folder.display());
            }
            std::fs::remove_file(path).unwrap();
        }
    }

    #[test]
    fn a_file_that_cannot_be_written_says_why() {
        let mut pages = Pages::default();
        pages.resize(LEAST);
        let path = std::env::temp_dir().join(format!("ridgewalk-pages-read-{}", std::process::id()));
        std::fs::write(&path, "").unwrap();
        let refused = pages.write(&mut File::open(&path).unwrap()).unwrap_err();
        assert_ne!(refused.kind(), io::ErrorKind::InvalidInput, "{refused}");
        std::fs::remove_file(path).unwrap();
    }
}
