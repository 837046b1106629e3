//! Lines, cells and names of draws in CSV files, and everything that can be wrong with them.
//!
//! Bytes flow in; numbers, names as Stan has them, and typed errors with file, line and column flow out. Deliberately
//! absent: what the columns of either format mean.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::draws::{Draws, DrawsError};

/// Draws as files tell them.
#[derive(Debug)]
pub struct Loaded {
    /// `[chain, draw, parameter]`; `lp__`, where a file has it, is the first parameter, as in Stan's `stansummary`.
    pub draws: Draws,
    /// The sampler's own columns, whose names end in `__`, of the same chains and draws.
    pub sampler: Draws,
    /// What a reader should know, in sentences: rows that were left out, chains that are shorter than planned.
    pub notes: Vec<String>,
    /// The method that has drawn them independently of one another from an approximation of the posterior: `pathfinder` or
    /// `laplace`. None of draws of a Markov chain.
    pub approximation: Option<&'static str>,
}

/// Why files hold no draws that can be used.
#[derive(Debug, Error)]
pub enum ReadError {
    #[error("no files were named")]
    NoFiles,
    #[error("cannot read {}: {source}", file.display())]
    Unreadable { file: PathBuf, source: io::Error },
    #[error("{} has a line of more than {} MiB: it is no table of draws", file.display(), LONGEST_LINE >> 20)]
    LongLine { file: PathBuf },
    #[error("{} is empty: there is no line with the names of the columns", file.display())]
    Empty { file: PathBuf },
    #[error("{} holds no draws{}", file.display(), match *.warmup {
        0 => String::new(),
        rows => format!(", only {rows} rows of warm-up"),
    })]
    NoDraws { file: PathBuf, warmup: usize },
    #[error("{} was written by the method `{method}`: it holds no draws of a Markov chain", file.display())]
    NotDraws { file: PathBuf, method: String },
    #[error("{} has draws of a Markov chain, and {} has independent draws of an approximation", chain.display(), other.display())]
    MixedMethods { chain: PathBuf, other: PathBuf },
    #[error("{} is {what}{advice}", file.display())]
    NotText { file: PathBuf, what: &'static str, advice: &'static str },
    #[error("the last line of {}, line {line}, has no end, so that it may be cut off: end it, or remove it", file.display())]
    CutOff { file: PathBuf, line: u64 },
    #[error("{} has no parameters, only columns of the sampler", file.display())]
    NoParameters { file: PathBuf },
    #[error("{}, line {line}: two columns are named {name}", file.display())]
    RepeatedName { file: PathBuf, line: u64, name: String },
    #[error("{}, line {line}: {found} values for {expected} columns", file.display())]
    Ragged { file: PathBuf, line: u64, found: usize, expected: usize },
    #[error("{}, line {line}, column {name}: `{text}` is not a number", file.display())]
    NotANumber { file: PathBuf, line: u64, name: String, text: String },
    #[error("{}, line {line}, column {name}: `{text}` is not a whole number", file.display())]
    NotAnIndex { file: PathBuf, line: u64, name: String, text: String },
    #[error("{} has {difference} {}", file.display(), first.display())]
    NamesDiffer { file: PathBuf, first: PathBuf, difference: String },
    #[error("{} holds {found} draws, but {} holds {expected}: chains must be equally long", file.display(), first.display())]
    LengthsDiffer { file: PathBuf, found: usize, first: PathBuf, expected: usize },
    #[error("{}: chain {chain} has {found} draws, but chain {first} has {expected}: chains must be equally long",
        file.display())]
    ChainsDiffer { file: PathBuf, chain: i64, found: usize, first: i64, expected: usize },
    #[error("{}, line {line}: chain {chain} has draw {draw} twice", file.display())]
    RepeatedDraw { file: PathBuf, line: u64, chain: i64, draw: i64 },
    #[error("{} is a table with a chain column, but {} is not", table.display(), other.display())]
    MixedFormats { table: PathBuf, other: PathBuf },
    #[error("{}: {source}", file.display())]
    Malformed { file: PathBuf, source: csv::Error },
    #[error(transparent)]
    TooMany(#[from] DrawsError),
}

/// Bytes of a line: ten million numbers with all their digits. What is longer, such as a device that never ends, is no
/// table.
const LONGEST_LINE: u64 = 1 << 28;

/// What files of other kinds begin with, what they are, and what to do.
const FORMATS: [(&[u8], &str, &str); 11] = [
    (b"\x89HDF\r\n\x1a\n", "NetCDF or HDF5, not text", ": save the draws as Zarr, with idata.to_zarr(...) in Python"),
    (b"CDF\x01", "NetCDF, not text", ": save the draws as Zarr, with idata.to_zarr(...) in Python"),
    (b"CDF\x02", "NetCDF, not text", ": save the draws as Zarr, with idata.to_zarr(...) in Python"),
    (b"CDF\x05", "NetCDF, not text", ": save the draws as Zarr, with idata.to_zarr(...) in Python"),
    (b"PK\x03\x04", "a zip archive", ": unpack it; of a Zarr store in it name the unpacked directory"),
    (b"\x1f\x8b", "compressed with gzip", ": decompress it"),
    (b"\x28\xb5\x2f\xfd", "compressed with Zstandard", ": decompress it"),
    (b"PAR1", "Parquet, not text", ": save the draws as CSV"),
    (b"ARROW1", "Arrow, not text", ": save the draws as CSV"),
    (b"\xff\xfe", "text in UTF-16", ": save it as UTF-8"),
    (b"\xfe\xff", "text in UTF-16", ": save it as UTF-8"),
];

/// Opens a file for reading by lines, behind the mark of UTF-8 that some programs put first.
pub(super) fn open(file: &Path) -> Result<BufReader<File>, ReadError> {
    let unreadable = |source| ReadError::Unreadable { file: file.to_owned(), source };
    let opened = File::open(file).map_err(unreadable)?;
    let mut reader = BufReader::with_capacity(1 << 18, opened);
    let head = reader.fill_buf().map_err(unreadable)?;
    if let Some(&(_, what, advice)) = FORMATS.iter().find(|(begin, ..)| head.starts_with(begin)) {
        return Err(ReadError::NotText { file: file.to_owned(), what, advice });
    }
    if head.starts_with(b"\xef\xbb\xbf") {
        reader.consume(3);
    }
    Ok(reader)
}

/// Reads a line with its end into `line`, in place of what was there; false at the end of the file.
pub(super) fn next_line(reader: &mut impl BufRead, file: &Path, line: &mut Vec<u8>) -> Result<bool, ReadError> {
    line.clear();
    match reader.by_ref().take(LONGEST_LINE + 1).read_until(b'\n', line) {
        Ok(length) if length as u64 > LONGEST_LINE => Err(ReadError::LongLine { file: file.to_owned() }),
        Ok(length) => Ok(length > 0),
        Err(source) => Err(ReadError::Unreadable { file: file.to_owned(), source }),
    }
}

/// A number as samplers, R and old Windows runtimes spell it; NaN and infinities included.
pub(super) fn number(text: &[u8]) -> Option<f64> {
    let text = text.trim_ascii();
    if let Some((number, [])) = leading_decimal(text) {
        return Some(number);
    }
    if let Some(number) = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok()) {
        return Some(number);
    }
    match text {
        b"NA" | b"1.#QNAN" | b"-1.#IND" | b"1.#IND" => Some(f64::NAN),
        b"1.#INF" => Some(f64::INFINITY),
        b"-1.#INF" => Some(f64::NEG_INFINITY),
        _ => None,
    }
}

/// A number that a text begins with, in digits, with or without a point and an exponent, as nearly all are, and what
/// follows it; none where rounding the number takes more than one operation, and where it is spelled otherwise.
///
/// Whole numbers up to 2^53 and powers of ten up to 10^22 are exact in `f64`, so that their product or quotient is the
/// number nearest to the true one (Clinger 1990, section 3).
fn leading_decimal(text: &[u8]) -> Option<(f64, &[u8])> {
    const POWERS: [f64; 23] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ];
    let (is_negative, unsigned) = match text {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    let mut whole = 0;
    let mut rest = digits(unsigned, &mut whole);
    let mut count = unsigned.len() - rest.len();
    let mut exponent = 0;
    if let [b'.', fraction @ ..] = rest {
        rest = digits(fraction, &mut whole);
        exponent = rest.len() as i64 - fraction.len() as i64;
        count += fraction.len() - rest.len();
    }
    if let [b'e' | b'E', power @ ..] = rest {
        let (is_small, power) = match power {
            [sign @ (b'-' | b'+'), power @ ..] => (*sign == b'-', power),
            _ => (false, power),
        };
        let mut size = 0;
        rest = digits(power, &mut size);
        if !(1..=MOST_DIGITS_OF_EXPONENT).contains(&(power.len() - rest.len())) {
            return None;
        }
        exponent += if is_small { -size.cast_signed() } else { size.cast_signed() };
    }
    let power = *POWERS.get(usize::try_from(exponent.unsigned_abs()).ok()?)?;
    if !(1..=MOST_DIGITS).contains(&count) || whole > 1 << f64::MANTISSA_DIGITS {
        return None;
    }
    let whole = whole as f64;
    let size = if exponent < 0 { whole / power } else { whole * power };
    Some((if is_negative { -size } else { size }, rest))
}

/// More digits might not fit into 64 bits.
const MOST_DIGITS: usize = 19;
const MOST_DIGITS_OF_EXPONENT: usize = 4;

/// Appends the digits that a text begins with to a number, and returns what follows them.
fn digits<'a>(mut text: &'a [u8], number: &mut u64) -> &'a [u8] {
    while let [digit @ b'0'..=b'9', rest @ ..] = text {
        *number = number.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
        text = rest;
    }
    text
}

/// The first field of a row, as a number if it is one, and the fields after its comma if there is one.
pub(super) fn next_number(row: &[u8]) -> (Option<f64>, Option<&[u8]>) {
    match leading_decimal(row) {
        Some((value, [])) => (Some(value), None),
        Some((value, [b',', rest @ ..])) => (Some(value), Some(rest)),
        _ => match row.iter().position(|byte| *byte == b',') {
            Some(comma) => (number(&row[..comma]), Some(&row[comma + 1..])),
            None => (number(row), None),
        },
    }
}

/// Which columns are parameters and which are the sampler's: `lp__` counts as a parameter.
pub(super) fn is_sampler_column(name: &str) -> bool {
    name.ends_with("__") && name != "lp__"
}

/// The name of a parameter in Stan's language: `theta.1` becomes `theta[1]`, `m.1.2` becomes `m[1,2]`. Names of parts
/// of tuples, which have a colon, and names that are already in brackets stay as they are.
pub(super) fn parameter_name(column: &str) -> String {
    let is_index = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    match column.split_once('.') {
        Some((stem, indices)) if !column.contains(':') && !stem.is_empty() && indices.split('.').all(is_index) => {
            format!("{stem}[{}]", indices.replace('.', ","))
        }
        _ => column.to_owned(),
    }
}

/// The first difference between two lists of names, as the middle of a sentence between their files.
pub(super) fn difference(found: &[String], expected: &[String]) -> String {
    if let Some(name) = expected.iter().find(|name| !found.contains(name)) {
        return format!("no column {name}, unlike");
    }
    if let Some(name) = found.iter().find(|name| !expected.contains(name)) {
        return format!("a column {name}, which is not in");
    }
    "its columns in another order than".to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn elements_get_the_names_of_stans_language() {
        let names = ["mu", "theta.1", "m.1.12", "x.1:2", "theta[1]", "lp__", "a.b", ".chain"].map(parameter_name);
        assert_eq!(names, ["mu", "theta[1]", "m[1,12]", "x.1:2", "theta[1]", "lp__", "a.b", ".chain"]);
    }

    proptest! {
        #[test]
        fn numbers_are_those_of_the_standard_library(
            text in "-?[0-9]{0,21}(\\.[0-9]{0,21})?([eE][+-]?[0-9]{1,3})?|[-+.0-9eE]{0,8}"
        ) {
            let expected = text.parse::<f64>().ok();
            prop_assert_eq!(number(text.as_bytes()).map(f64::to_bits), expected.map(f64::to_bits));
            let row = format!("{text},{text}");
            let (first, rest) = next_number(row.as_bytes());
            let (second, end) = next_number(rest.expect("there is a comma"));
            for value in [first, second] {
                prop_assert_eq!(value.map(f64::to_bits), expected.map(f64::to_bits));
            }
            prop_assert!(end.is_none());
        }
    }

    #[test]
    fn every_spelling_of_what_is_not_finite_is_understood() {
        for text in ["nan", "NaN", "-nan", "NA", "-1.#IND", " NAN "] {
            assert!(number(text.as_bytes()).is_some_and(f64::is_nan), "{text}");
        }
        for text in ["inf", "+Inf", "Infinity", "1.#INF"] {
            assert_eq!(number(text.as_bytes()), Some(f64::INFINITY), "{text}");
        }
        assert_eq!(number(b"-inf"), Some(f64::NEG_INFINITY));
        assert_eq!([number(b""), number(b"1,5"), number(b"one")], [None; 3]);
    }
}
