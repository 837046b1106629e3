//! Blosc's container of compressed bytes, version 1 and 2 of its format, as NumCodecs and zarr-python write it.
//!
//! A container flows in, its bytes flow out. It is cut into blocks, which may be cut into as many streams as an element has
//! bytes; before they are compressed, bytes or bits of equal rank are put side by side. Source: `README_CHUNK_FORMAT.rst`
//! and `blosc.c`, `shuffle-generic.c`, `bitshuffle-generic.c`, `blosclz.c` of c-blosc 1.21. Absent on purpose: compressing,
//! and Snappy, which is no part of c-blosc as NumCodecs builds it by default.

use flate2::read::ZlibDecoder;
use ruzstd::decoding::StreamingDecoder;

use super::decompress::{cut_off, lz4, read, too_long};

const HEADER: usize = 16;
/// An element of more bytes is not cut into streams, nor is a block of fewer elements than `LEAST_ELEMENTS`.
const MOST_STREAMS: usize = 16;
const LEAST_ELEMENTS: usize = 128;

/// Flags of the header.
const SHUFFLED: u8 = 1;
const COPIED: u8 = 2;
const BIT_SHUFFLED: u8 = 4;
const NOT_SPLIT: u8 = 16;

/// The bytes of a container, `most` at most.
pub(super) fn decode(container: &[u8], most: usize) -> Result<Vec<u8>, String> {
    let header = container.get(..HEADER).ok_or_else(cut_off)?;
    let (flags, width) = (header[2], usize::from(header[3]).max(1));
    let [length, block, whole] = [4, 8, 12].map(|at| word(header, at));
    let [length, block, whole] = [length?, block?, whole?];
    if !(1..=2).contains(&header[0]) {
        return Err(format!("version {} of the format of Blosc is not known", header[0]));
    }
    if length > most {
        return Err(too_long());
    }
    let container = container.get(..whole).ok_or_else(cut_off)?;
    if flags & COPIED != 0 {
        return container.get(HEADER..HEADER + length).map(<[u8]>::to_vec).ok_or_else(cut_off);
    }
    if block == 0 && length > 0 {
        return Err("its blocks have no length".to_owned());
    }
    let mut bytes = Vec::with_capacity(length);
    while bytes.len() < length {
        let start = word(container, HEADER + 4 * (bytes.len() / block))?;
        let size = block.min(length - bytes.len());
        let is_split =
            flags & NOT_SPLIT == 0 && width <= MOST_STREAMS && block / width >= LEAST_ELEMENTS && size == block;
        let streams = if is_split { width } else { 1 };
        let encoded = container.get(start..).ok_or_else(cut_off)?;
        let shuffled = decode_block(encoded, flags >> 5, size / streams, streams)?;
        if flags & SHUFFLED != 0 && width > 1 {
            unshuffle(&shuffled, width, &mut bytes);
        } else if flags & BIT_SHUFFLED != 0 {
            unshuffle_bits(&shuffled, width, &mut bytes);
        } else {
            bytes.extend(shuffled);
        }
    }
    Ok(bytes)
}

/// A number of four bytes.
fn word(bytes: &[u8], at: usize) -> Result<usize, String> {
    let word = bytes.get(at..).and_then(<[u8]>::first_chunk).ok_or_else(cut_off)?;
    Ok(u32::from_le_bytes(*word) as usize)
}

/// The streams of a block, of so many bytes each.
fn decode_block(mut encoded: &[u8], compressor: u8, size: usize, streams: usize) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::with_capacity(size * streams);
    for _ in 0..streams {
        let length = word(encoded, 0)?;
        let stream = encoded.get(4..4 + length).ok_or_else(cut_off)?;
        encoded = &encoded[4 + length..];
        if length == size {
            bytes.extend(stream);
            continue;
        }
        let decoded = match compressor {
            0 => blosclz(stream, size)?,
            1 => lz4(stream, size, size)?,
            2 => return Err("the compressor `snappy` of Blosc is not known".to_owned()),
            3 => read(ZlibDecoder::new(stream), size)?,
            4 => read(StreamingDecoder::new(stream).map_err(|error| error.to_string())?, size)?,
            other => return Err(format!("compressor {other} of Blosc is not known")),
        };
        if decoded.len() != size {
            return Err(cut_off());
        }
        bytes.extend(decoded);
    }
    Ok(bytes)
}

/// Puts bytes that lie by their rank in an element back beside the others of their element.
fn unshuffle(shuffled: &[u8], width: usize, bytes: &mut Vec<u8>) {
    let count = shuffled.len() / width;
    for element in 0..count {
        bytes.extend((0..width).map(|rank| shuffled[rank * count + element]));
    }
    bytes.extend(&shuffled[count * width..]);
}

/// The same of bits. Blocks whose number of elements is no multiple of eight are not shuffled.
fn unshuffle_bits(shuffled: &[u8], width: usize, bytes: &mut Vec<u8>) {
    let count = shuffled.len() / width;
    if !count.is_multiple_of(8) {
        bytes.extend(shuffled);
        return;
    }
    let row = count / 8;
    for element in 0..count {
        bytes.extend((0..width).map(|rank| {
            let bit = |bit: usize| shuffled[(rank * 8 + bit) * row + element / 8] >> (element % 8) & 1;
            (0..8).fold(0, |byte, place| byte | bit(place) << place)
        }));
    }
    bytes.extend(&shuffled[count * width..]);
}

/// Blosc's own compressor: copies of up to 32 bytes that follow, and of bytes that came before.
fn blosclz(stream: &[u8], size: usize) -> Result<Vec<u8>, String> {
    /// Distances beyond this have two bytes of their own.
    const NEAR: usize = 8191;
    let mut rest = stream.iter().copied();
    let mut next = || rest.next().map(usize::from).ok_or_else(cut_off);
    let mut bytes = Vec::with_capacity(size);
    let mut control = next()? & 31;
    loop {
        if control < 32 {
            for _ in 0..=control {
                bytes.push(next()? as u8);
            }
        } else {
            let (mut length, mut distance) = ((control >> 5) + 2, (control & 31) << 8);
            if length == 7 + 2 {
                loop {
                    let more = next()?;
                    length += more;
                    if more != 255 {
                        break;
                    }
                }
            }
            let low = next()?;
            distance += low;
            if distance == NEAR {
                distance += (next()? << 8) + next()?;
            }
            if bytes.len() + length > size {
                return Err(too_long());
            }
            let from = bytes.len().checked_sub(distance + 1).ok_or_else(cut_off)?;
            for at in from..from + length {
                bytes.push(bytes[at]);
            }
        }
        if bytes.len() >= size {
            return if bytes.len() == size { Ok(bytes) } else { Err(too_long()) };
        }
        control = next()?;
    }
}
