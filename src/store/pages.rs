//! Much at once from memory to the disk.
//!
//! The usual way to a file is a copy to pages of the system's cache, and to make those takes half as long as the sweeps
//! whose draws they hold. Past that cache a processor hardly notices a write. Bytes that begin at a page of memory flow in
//! ([`Aligned`](crate::draws::Aligned)), and from here to a file that is open already. What the past-the-cache way refuses
//! (a file system, a platform other than Linux, bytes that lie otherwise, the end of a file that is no whole page) goes the
//! usual way. Absent on purpose: names of files, and waiting for the disk's own cache.

use std::fs::File;
use std::io::{self, Write};

use crate::draws::PAGE;

/// Files shorter than this go the usual way: to wait for a disk would take longer than to copy them, and whoever reads a
/// small run finds it in the cache.
const LEAST: usize = 1 << 20;

/// Writes all bytes, and a few after them, to an empty file.
pub(super) fn write(file: &mut File, bytes: &[u8], tail: &[u8]) -> io::Result<()> {
    let mut written = 0;
    if bytes.len() >= LEAST && bytes.as_ptr().addr().is_multiple_of(PAGE) && past_the_cache(file, true) {
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
    // In one call where that costs no large copy.
    if bytes.len() - written < LEAST {
        return file.write_all(&[&bytes[written..], tail].concat());
    }
    file.write_all(&bytes[written..])?;
    file.write_all(tail)
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
    use crate::draws::Aligned;

    #[test]
    fn files_hold_the_bytes_whatever_their_length_and_whatever_the_file_system() {
        // The temporary directory may lie in memory, the target folder hardly does.
        for folder in [std::env::temp_dir(), std::env::current_exe().unwrap().parent().unwrap().to_owned()] {
            let path = folder.join(format!("ridgewalk-pages-{}", std::process::id()));
            let mut pages = Aligned::<u8>::default();
            for length in [1, 3 * PAGE, LEAST - 1, LEAST, LEAST + 1, 2 * LEAST + 3 * PAGE - 1] {
                pages.resize(length);
                let numbers = (0_u32..).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8);
                pages.values_mut().iter_mut().zip(numbers).for_each(|(byte, number)| *byte = number);
                for bytes in [pages.values(), &pages.values()[1..]] {
                    write(&mut File::create(&path).unwrap(), bytes, b"sum").unwrap();
                    let expected = [bytes, b"sum"].concat();
                    assert!(std::fs::read(&path).unwrap() == expected, "{length} bytes in {}", folder.display());
                }
            }
            std::fs::remove_file(path).unwrap();
        }
    }

    #[test]
    fn a_file_that_cannot_be_written_says_why() {
        let pages = Aligned::<u8>::new(LEAST);
        let path = std::env::temp_dir().join(format!("ridgewalk-pages-read-{}", std::process::id()));
        std::fs::write(&path, "").unwrap();
        let refused = write(&mut File::open(&path).unwrap(), pages.values(), b"sum").unwrap_err();
        assert_ne!(refused.kind(), io::ErrorKind::InvalidInput, "{refused}");
        std::fs::remove_file(path).unwrap();
    }
}
