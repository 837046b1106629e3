//! Lines, cells and names of draws in CSV files, and everything that can be wrong with them.
//!
//! Bytes flow in; numbers, names as Stan has them, and typed errors with file, line and column flow out. Deliberately
//! absent: what the columns of either format mean.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
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
}

/// Why files hold no draws that can be used.
#[derive(Debug, Error)]
pub enum ReadError {
    #[error("no files were named")]
    NoFiles,
    #[error("cannot read {}: {source}", file.display())]
    Unreadable { file: PathBuf, source: io::Error },
    #[error("{} is empty: there is no line with the names of the columns", file.display())]
    Empty { file: PathBuf },
    #[error("{} holds no draws{}", file.display(), match *.warmup {
        0 => String::new(),
        rows => format!(", only {rows} rows of warm-up"),
    })]
    NoDraws { file: PathBuf, warmup: usize },
    #[error("{} was written by the method `{method}`: it holds no draws of a Markov chain", file.display())]
    NotDraws { file: PathBuf, method: String },
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

/// Opens a file for reading by lines.
pub(super) fn open(file: &Path) -> Result<BufReader<File>, ReadError> {
    let unreadable = |source| ReadError::Unreadable { file: file.to_owned(), source };
    let opened = File::open(file).map_err(unreadable)?;
    Ok(BufReader::with_capacity(1 << 18, opened))
}

/// Reads a line with its end into `line`, in place of what was there; false at the end of the file.
pub(super) fn next_line(reader: &mut impl BufRead, file: &Path, line: &mut Vec<u8>) -> Result<bool, ReadError> {
    line.clear();
    match reader.read_until(b'\n', line) {
        Ok(length) => Ok(length > 0),
        Err(source) => Err(ReadError::Unreadable { file: file.to_owned(), source }),
    }
}

/// A number as samplers, R and old Windows runtimes spell it; NaN and infinities included.
pub(super) fn number(text: &[u8]) -> Option<f64> {
    let text = text.trim_ascii();
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
    use super::*;

    #[test]
    fn elements_get_the_names_of_stans_language() {
        let names = ["mu", "theta.1", "m.1.12", "x.1:2", "theta[1]", "lp__", "a.b", ".chain"].map(parameter_name);
        assert_eq!(names, ["mu", "theta[1]", "m[1,12]", "x.1:2", "theta[1]", "lp__", "a.b", ".chain"]);
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
