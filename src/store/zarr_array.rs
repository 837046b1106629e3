//! The numbers of a Zarr array that lies in a folder.
//!
//! Ranges of indices flow in, numbers in `f64` flow out. Where chunks are not compressed, only the part of a chunk's file is
//! read that is asked for; a checksum is computed once for each chunk, when its first part is read. Absent on purpose: what
//! dimensions mean.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde_json::Value;

use super::decompress::cut_off;
use super::error::StoreError;
use super::zarr_codec::{CHECKSUM, Codec, decode, wrong_sum};
use super::zarr_metadata::{ArrayMetadata, Encoding, Number};

/// Bytes of a file that are held while its checksum is computed.
const BUFFER: usize = 1 << 18;

/// An array that can be read.
#[derive(Debug)]
pub(super) struct ZarrArray {
    folder: PathBuf,
    pub metadata: ArrayMetadata,
    encoding: Encoding,
    /// The elements between neighbours along each axis of a chunk.
    strides: Vec<usize>,
    /// The checksum that each chunk must have, by its number along the axis of draws; none where nobody wrote them down.
    sums: Option<Vec<Option<u32>>>,
    /// Whether a chunk's checksum was right, of those that were read.
    checked: Mutex<HashMap<Vec<usize>, Arc<OnceLock<bool>>>>,
}

/// May refuse a file for its bytes.
type Check<'a> = &'a dyn Fn(&Path, &[u8]) -> Result<(), StoreError>;

/// The metadata of an array in a folder; `check` may refuse a file for its bytes.
pub(super) fn metadata(folder: &Path, check: Check<'_>) -> Result<ArrayMetadata, StoreError> {
    let json = |name: &str| -> Result<Option<Value>, StoreError> {
        let file = folder.join(name);
        match fs::read(&file) {
            Ok(bytes) => check(&file, &bytes).and_then(|()| {
                serde_json::from_slice(&bytes).map(Some).map_err(|error| StoreError::damaged(&file, &error))
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(StoreError::io("read", &file)(error)),
        }
    };
    let read = match json("zarr.json")? {
        Some(array) => ArrayMetadata::of_version_3(&array),
        None => {
            let array = json(".zarray")?.unwrap_or(Value::Null);
            ArrayMetadata::of_version_2(&array, &json(".zattrs")?.unwrap_or(Value::Null))
        }
    };
    read.map_err(|reason| StoreError::damaged(folder, &reason))
}

impl ZarrArray {
    /// An array of numbers; `sums` are the checksums that its chunks must have along the axis of draws.
    pub fn new(folder: PathBuf, metadata: ArrayMetadata, encoding: Encoding, sums: Option<Vec<Option<u32>>>) -> Self {
        let mut strides = vec![1; metadata.chunk.len()];
        let mut stride = 1;
        for &axis in encoding.axes.iter().rev() {
            strides[axis] = stride;
            stride *= metadata.chunk[axis];
        }
        Self { folder, metadata, encoding, strides, sums, checked: Mutex::default() }
    }

    /// Whether a part of a chunk can be read alone.
    pub fn is_raw(&self) -> bool {
        matches!(self.encoding.codecs[..], [] | [Codec::Crc32c])
    }

    /// Bytes of a chunk's elements.
    fn chunk_bytes(&self) -> usize {
        self.metadata.chunk.iter().product::<usize>() * self.encoding.number.bytes()
    }

    fn path(&self, index: &[usize]) -> PathBuf {
        self.folder.join(self.metadata.key(index))
    }

    /// Whether a chunk of an array that is not compressed is there and as long as it must be.
    pub fn has_chunk(&self, index: &[usize]) -> bool {
        let sum = if self.encoding.codecs.is_empty() { 0 } else { CHECKSUM };
        let expected = (self.chunk_bytes() + sum) as u64;
        self.is_raw() && fs::metadata(self.path(index)).is_ok_and(|found| found.len() == expected)
    }

    /// Whether the checksum of a chunk was written down, where checksums are: then all of its block was written.
    pub fn is_listed(&self, index: usize) -> bool {
        self.sums.as_ref().is_none_or(|sums| matches!(sums.get(index), Some(Some(_))))
    }

    /// All numbers, the last index varying fastest.
    pub fn all(&self) -> Result<Vec<f64>, StoreError> {
        let ranges: Vec<Range<usize>> = self.metadata.shape.iter().map(|&size| 0..size).collect();
        self.read(&ranges, &(0..ranges.len()).collect::<Vec<_>>())
    }

    /// The numbers in a range of each index; `order` names the axes, that whose index varies fastest last.
    pub fn read(&self, ranges: &[Range<usize>], order: &[usize]) -> Result<Vec<f64>, StoreError> {
        let mut numbers = vec![self.encoding.fill; ranges.iter().map(Range::len).product()];
        if numbers.is_empty() {
            return Ok(numbers);
        }
        let mut apart = vec![1; ranges.len()];
        for axes in order.windows(2).rev() {
            apart[axes[0]] = apart[axes[1]] * ranges[axes[1]].len();
        }
        let chunks = ranges.iter().zip(&self.metadata.chunk);
        let first: Vec<usize> = chunks.clone().map(|(range, &chunk)| range.start / chunk).collect();
        let end: Vec<usize> = chunks.map(|(range, &chunk)| range.end.div_ceil(chunk)).collect();
        let mut index = first.clone();
        loop {
            self.read_chunk(&index, ranges, (order, &apart), &mut numbers)?;
            let Some(axis) = (0..index.len()).rev().find(|&axis| index[axis] + 1 < end[axis]) else {
                return Ok(numbers);
            };
            index[axis] += 1;
            index[axis + 1..].copy_from_slice(&first[axis + 1..]);
        }
    }

    /// Reads what a chunk has of the ranges into numbers of which neighbours along each axis are so far apart.
    fn read_chunk(
        &self,
        index: &[usize],
        ranges: &[Range<usize>],
        (order, apart): (&[usize], &[usize]),
        numbers: &mut [f64],
    ) -> Result<(), StoreError> {
        let mut axes = Vec::with_capacity(index.len());
        let (mut from, mut last, mut to) = (0, 0, 0);
        for &axis in order {
            let (range, chunk) = (&ranges[axis], self.metadata.chunk[axis]);
            let begin = index[axis] * chunk;
            let part = range.start.max(begin)..range.end.min(begin + chunk);
            from += (part.start - begin) * self.strides[axis];
            last += (part.end - 1 - begin) * self.strides[axis];
            to += (part.start - range.start) * apart[axis];
            axes.push(Axis { length: part.len(), from: self.strides[axis], to: apart[axis] });
        }
        let size = self.encoding.number.bytes();
        let span = from * size..(last + 1) * size;
        let path = self.path(index);
        let Some(bytes) = self.bytes(&path, index, span)? else { return Ok(()) };
        let Encoding { number, big_endian, .. } = self.encoding;
        copy(&merged(&axes), &bytes, (number, big_endian), &mut numbers[to..]);
        Ok(())
    }

    /// Bytes of a chunk; none if there is no such chunk.
    fn bytes(&self, path: &Path, index: &[usize], span: Range<usize>) -> Result<Option<Vec<u8>>, StoreError> {
        let unreadable = StoreError::io("read", path);
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unreadable(error)),
        };
        if !self.is_raw() {
            let mut encoded = Vec::new();
            file.read_to_end(&mut encoded).map_err(unreadable)?;
            let decoded = decode(&self.encoding.codecs, &encoded, self.chunk_bytes());
            let decoded = decoded.map_err(|reason| StoreError::damaged(path, &reason))?;
            return Ok(Some(decoded[span].to_vec()));
        }
        if self.encoding.codecs == [Codec::Crc32c] || self.sums.is_some() {
            let checked = {
                let mut all = self.checked.lock().unwrap_or_else(PoisonError::into_inner);
                Arc::clone(all.entry(index.to_vec()).or_default())
            };
            // Who comes second waits for the first, but not for those at other chunks.
            if !*checked.get_or_init(|| self.is_sound(&mut file, index).unwrap_or(false)) {
                return Err(StoreError::damaged(path, &wrong_sum()));
            }
        }
        let mut bytes = Vec::with_capacity(span.len());
        let read = file.seek(SeekFrom::Start(span.start as u64));
        let read = read.and_then(|_| file.take(span.len() as u64).read_to_end(&mut bytes));
        read.map_err(StoreError::io("read", path))?;
        if bytes.len() < span.len() {
            return Err(StoreError::damaged(path, &cut_off()));
        }
        Ok(Some(bytes))
    }

    /// Whether a chunk has the checksum that it ends with, and the one that was written down for it.
    fn is_sound(&self, file: &mut File, index: &[usize]) -> io::Result<bool> {
        let sum = checksum(file, self.chunk_bytes())?;
        if self.encoding.codecs == [Codec::Crc32c] {
            let mut own = [0; CHECKSUM];
            file.read_exact(&mut own)?;
            if u32::from_le_bytes(own) != sum {
                return Ok(false);
            }
        }
        let Some(sums) = &self.sums else { return Ok(true) };
        let at = index.get(1).copied().filter(|_| sums.len() > 1).unwrap_or(0);
        Ok(sums.get(at) == Some(&Some(sum)))
    }
}

/// The checksum of the next bytes of a file.
pub(super) fn checksum(file: &mut File, length: usize) -> io::Result<u32> {
    let (mut sum, mut left) = (0, length);
    let mut buffer = vec![0; left.min(BUFFER)];
    while left > 0 {
        let part = &mut buffer[..left.min(BUFFER)];
        file.read_exact(part)?;
        sum = ::crc32c::crc32c_append(sum, part);
        left -= part.len();
    }
    Ok(sum)
}

/// How far neighbours are apart along an axis, in a chunk and in what is read.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Axis {
    length: usize,
    from: usize,
    to: usize,
}

/// The same axes, those joined that can be walked in one go.
fn merged(axes: &[Axis]) -> Vec<Axis> {
    let mut merged: Vec<Axis> = Vec::with_capacity(axes.len());
    for &axis in axes.iter().filter(|axis| axis.length > 1) {
        match merged.last_mut() {
            Some(outer) if outer.from == axis.length * axis.from && outer.to == axis.length * axis.to => {
                *outer = Axis { length: outer.length * axis.length, ..axis };
            }
            _ => merged.push(axis),
        }
    }
    merged
}

/// Makes numbers of elements. `bytes` and `numbers` begin with the first one.
fn copy(axes: &[Axis], bytes: &[u8], (number, big_endian): (Number, bool), numbers: &mut [f64]) {
    match axes {
        [outer, inner @ ..] if !inner.is_empty() => {
            for at in 0..outer.length {
                let bytes = &bytes[at * outer.from * number.bytes()..];
                copy(inner, bytes, (number, big_endian), &mut numbers[at * outer.to..]);
            }
        }
        _ => {
            let along = axes.first().copied().unwrap_or(Axis { length: 1, from: 1, to: 1 });
            convert_all(along, bytes, number, big_endian, numbers);
        }
    }
}

fn convert_all(along: Axis, bytes: &[u8], number: Number, big_endian: bool, numbers: &mut [f64]) {
    macro_rules! by_type {
        ($($variant:ident => $type:ty: $convert:expr),+ $(,)?) => {
            match number {
                Number::Bool => convert(along, bytes, |[byte]: [u8; 1]| f64::from(u8::from(byte != 0)), numbers),
                $(Number::$variant if big_endian => {
                    convert(along, bytes, |bytes| $convert(<$type>::from_be_bytes(bytes)), numbers);
                }
                Number::$variant => convert(along, bytes, |bytes| $convert(<$type>::from_le_bytes(bytes)), numbers),)+
            }
        };
    }
    by_type!(
        I8 => i8: f64::from,
        I16 => i16: f64::from,
        I32 => i32: f64::from,
        I64 => i64: |x| x as f64,
        U8 => u8: f64::from,
        U16 => u16: f64::from,
        U32 => u32: f64::from,
        U64 => u64: |x| x as f64,
        F32 => f32: f64::from,
        F64 => f64: |x| x,
    );
}

fn convert<const BYTES: usize>(along: Axis, bytes: &[u8], of: impl Fn([u8; BYTES]) -> f64, numbers: &mut [f64]) {
    let (elements, _) = bytes.as_chunks();
    if (along.from, along.to) == (1, 1) {
        numbers[..along.length].iter_mut().zip(elements).for_each(|(number, element)| *number = of(*element));
        return;
    }
    for (at, element) in elements.iter().step_by(along.from).take(along.length).enumerate() {
        numbers[at * along.to] = of(*element);
    }
}
