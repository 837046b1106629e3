//! Decompression with a bound on the number of bytes that come out.
//!
//! A decoder or a block flows in, decoded bytes flow out. Both a chunk's codecs (`zarr_codec`) and the blocks of a Blosc
//! container (`blosc`) are decoded here. Absent on purpose: formats with a header of their own.

use std::io::Read;

/// All that a decoder gives.
///
/// # Errors
///
/// The decoder fails, or gives more than `most` bytes.
pub(super) fn read(decoder: impl Read, most: usize) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let read = decoder.take(most as u64 + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if read > most { Err(too_long()) } else { Ok(bytes) }
}

/// A block of LZ4 that becomes `size` bytes.
///
/// # Errors
///
/// The block is not one of LZ4, or `size` is above `most`.
pub(super) fn lz4(block: &[u8], size: usize, most: usize) -> Result<Vec<u8>, String> {
    if size > most {
        return Err(too_long());
    }
    lz4_flex::block::decompress(block, size).map_err(|error| error.to_string())
}

/// What is said of bytes that end too early.
pub(super) fn cut_off() -> String {
    "it was cut off".to_owned()
}

/// What is said of bytes that hold more than their bound.
pub(super) fn too_long() -> String {
    "it holds more than its chunk may".to_owned()
}
