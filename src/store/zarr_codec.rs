//! Codecs between the elements of a Zarr chunk and the bytes of its file, in the direction of reading.
//!
//! Encoded bytes flow in, decoded ones flow out, never many more than a chunk has. Absent on purpose: encoding; what this
//! program writes is not compressed, and ends with the checksum that `crc32c` computes.

use std::borrow::Cow;

use flate2::read::{MultiGzDecoder, ZlibDecoder};
use ruzstd::decoding::StreamingDecoder;

use super::blosc;
use super::decompress::{cut_off, lz4, read};

/// Bytes of a checksum.
pub(super) const CHECKSUM: usize = 4;

/// A codec from bytes to bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Codec {
    Blosc,
    /// The bytes, and after them their CRC-32C, little endian.
    Crc32c,
    Gzip,
    /// NumCodecs' `lz4`: the number of bytes, then a block.
    Lz4,
    Zlib,
    Zstd,
}

impl Codec {
    /// That of a name in metadata.
    pub fn named(name: &str) -> Result<Self, String> {
        Ok(match name {
            "blosc" => Self::Blosc,
            "crc32c" => Self::Crc32c,
            "gzip" => Self::Gzip,
            "lz4" => Self::Lz4,
            "zlib" => Self::Zlib,
            "zstd" => Self::Zstd,
            _ => return Err(format!("the codec `{name}` is not known")),
        })
    }

    /// Undoes the codec; `most` bytes at most can come of it.
    fn decode(self, bytes: &[u8], most: usize) -> Result<Vec<u8>, String> {
        match self {
            Self::Blosc => blosc::decode(bytes, most),
            Self::Crc32c => checked(bytes).map(<[u8]>::to_vec),
            Self::Gzip => read(MultiGzDecoder::new(bytes), most),
            Self::Lz4 => {
                let (size, block) = bytes.split_first_chunk().ok_or_else(cut_off)?;
                lz4(block, u32::from_le_bytes(*size) as usize, most)
            }
            Self::Zlib => read(ZlibDecoder::new(bytes), most),
            Self::Zstd => read(StreamingDecoder::new(bytes).map_err(|error| error.to_string())?, most),
        }
    }
}

/// Undoes codecs, the last one first, and expects so many bytes.
pub(super) fn decode<'a>(codecs: &[Codec], bytes: &'a [u8], expected: usize) -> Result<Cow<'a, [u8]>, String> {
    let mut decoded = Cow::Borrowed(bytes);
    // A codec in between may have added a little to the elements.
    let most = expected.saturating_add((1 << 10) + expected / 64);
    for codec in codecs.iter().rev() {
        decoded = Cow::Owned(codec.decode(&decoded, most)?);
    }
    if decoded.len() == expected {
        return Ok(decoded);
    }
    Err(format!("it holds {} bytes in place of {expected}", decoded.len()))
}

/// The CRC-32C of some bytes (Castagnoli's polynomial; RFC 3720, section 12.1).
pub(super) fn crc32c(bytes: &[u8]) -> u32 {
    ::crc32c::crc32c(bytes)
}

/// The bytes before a checksum, if it is theirs.
fn checked(bytes: &[u8]) -> Result<&[u8], String> {
    let (content, sum) = bytes.split_last_chunk().ok_or_else(cut_off)?;
    if crc32c(content) == u32::from_le_bytes(*sum) { Ok(content) } else { Err(wrong_sum()) }
}

/// What is said of bytes that are not those of their checksum.
pub(super) fn wrong_sum() -> String {
    "its bytes are not those that were written: their checksum is another".to_owned()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::super::decompress::too_long;
    use super::*;

    #[test]
    fn the_checksum_is_castagnolis() {
        // RFC 3720, appendix B.4: 32 bytes of zeros, of ones, and rising.
        assert_eq!(crc32c(&[0; 32]), 0x8a91_36aa);
        assert_eq!(crc32c(&[0xff; 32]), 0x62a8_ab43);
        assert_eq!(crc32c(&(0..32).collect::<Vec<u8>>()), 0x46dd_794e);
        let sealed = [&b"123456789"[..], &0xe306_9283_u32.to_le_bytes()].concat();
        assert_eq!(decode(&[Codec::Crc32c], &sealed, 9).unwrap(), &b"123456789"[..]);
        for index in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[index] ^= 4;
            assert_eq!(decode(&[Codec::Crc32c], &altered, 9), Err(wrong_sum()));
        }
        assert_eq!(decode(&[Codec::Crc32c], &sealed[..3], 9), Err(cut_off()));
    }

    #[test]
    fn what_is_not_of_a_codec_is_refused_and_no_more_is_made_than_a_chunk_has() {
        let noise: Vec<u8> = (0..200_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        for codec in [Codec::Blosc, Codec::Gzip, Codec::Lz4, Codec::Zlib, Codec::Zstd] {
            for length in 0..noise.len() {
                assert!(decode(&[codec], &noise[..length], 100).is_err(), "{codec:?}");
            }
        }
        let zeros = vec![0; 1 << 20];
        let mut packed = Vec::new();
        flate2::read::ZlibEncoder::new(&zeros[..], flate2::Compression::best()).read_to_end(&mut packed).unwrap();
        assert_eq!(decode(&[Codec::Zlib], &packed, 100), Err(too_long()));
        assert_eq!(decode(&[Codec::Zlib], &packed, 1 << 20).unwrap(), zeros);
    }
}
