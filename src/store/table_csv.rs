//! Draws from a plain table: a row a draw, with a column for the chain and one for the draw within it.
//!
//! The names may be `chain` and `draw` (ArviZ) or `.chain`, `.iteration` and `.draw` (R's `posterior`, where `.draw`
//! counts through all chains and `.iteration` within one). Rows come in any order, in one file or several; chains and
//! draws are whole numbers, ordered by size, starting anywhere. Rows out of order hold the values twice while they are
//! sorted.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use csv::{ByteRecord, ReaderBuilder};

use super::csv_lines::{Loaded, ReadError, difference, is_sampler_column, next_line, number, open, parameter_name};
use crate::draws::Draws;

const CHAIN: [&str; 2] = ["chain", ".chain"];
/// The first of these that a table has orders the draws of a chain.
const DRAW: [&str; 4] = [".iteration", "iteration", "draw", ".draw"];

/// Whether a file has a chain column and a draw column.
pub(super) fn is_table(file: &Path) -> Result<bool, ReadError> {
    let (mut reader, mut line) = (open(file)?, Vec::new());
    while next_line(&mut reader, file, &mut line)? {
        let text = line.trim_ascii();
        if text.is_empty() || text.starts_with(b"#") {
            continue;
        }
        let text = String::from_utf8_lossy(text);
        let has = |names: &[&str]| text.split(',').any(|name| names.contains(&name.trim().trim_matches('"')));
        return Ok(has(&CHAIN) && has(&DRAW));
    }
    Ok(false)
}

/// Where a row belongs, and where it stands.
#[derive(Clone, Copy)]
struct Place {
    chain: i64,
    draw: i64,
    file: usize,
    line: u64,
}

/// What columns are.
#[derive(Clone, Copy, PartialEq)]
enum Role {
    Chain,
    Draw,
    Other,
    Sampler,
    Parameter,
}

#[derive(Default)]
struct Rows {
    parameters: Vec<String>,
    sampler: Vec<String>,
    places: Vec<Place>,
    /// `[row, parameter]` of each
    values: Vec<f64>,
    sampler_values: Vec<f64>,
}

pub(super) fn read(paths: &[PathBuf]) -> Result<Loaded, ReadError> {
    let mut rows = Rows::default();
    for (index, file) in paths.iter().enumerate() {
        read_file(&mut rows, index, file, &paths[0])?;
    }
    let mut order: Vec<usize> = (0..rows.places.len()).collect();
    let key = |index: &usize| (rows.places[*index].chain, rows.places[*index].draw);
    let sorted = order.is_sorted_by_key(key);
    order.sort_by_key(key);
    if let Some(pair) = order.windows(2).find(|pair| key(&pair[0]) == key(&pair[1])) {
        let Place { chain, draw, file, line } = rows.places[pair[1]];
        return Err(ReadError::RepeatedDraw { file: paths[file].clone(), line, chain, draw });
    }
    let chains: Vec<(Place, usize)> = order
        .chunk_by(|a, b| rows.places[*a].chain == rows.places[*b].chain)
        .map(|chain| (rows.places[chain[0]], chain.len()))
        .collect();
    let Some(&(Place { chain: first, .. }, expected)) = chains.first() else {
        return Err(ReadError::NoDraws { file: paths[0].clone(), warmup: 0 });
    };
    if let Some(&(Place { chain, file, .. }, found)) = chains.iter().find(|(_, length)| *length != expected) {
        return Err(ReadError::ChainsDiffer { file: paths[file].clone(), chain, found, first, expected });
    }
    let arrange = |values: Vec<f64>, width: usize| {
        if sorted || width == 0 {
            return values;
        }
        order.iter().flat_map(|row| &values[row * width..(row + 1) * width]).copied().collect()
    };
    let values = arrange(rows.values, rows.parameters.len());
    let sampler_values = arrange(rows.sampler_values, rows.sampler.len());
    Ok(Loaded {
        draws: Draws::from_values(rows.parameters, chains.len(), expected, values)?,
        sampler: Draws::from_values(rows.sampler, chains.len(), expected, sampler_values)?,
        notes: Vec::new(),
        approximation: None,
    })
}

fn read_file(rows: &mut Rows, index: usize, file: &Path, first: &Path) -> Result<(), ReadError> {
    if !ends_with_a_line(file)? {
        let mut reader = open(file)?;
        let (mut lines, mut line) = (0, Vec::new());
        while next_line(&mut reader, file, &mut line)? {
            lines += 1;
        }
        return Err(ReadError::CutOff { file: file.to_owned(), line: lines });
    }
    let malformed = |source| ReadError::Malformed { file: file.to_owned(), source };
    let mut reader = ReaderBuilder::new().comment(Some(b'#')).flexible(true).from_reader(open(file)?);
    let columns: Vec<String> = reader
        .byte_headers()
        .map_err(malformed)?
        .iter()
        .map(|name| parameter_name(String::from_utf8_lossy(name).trim()))
        .collect();
    let header_line = reader.position().line().saturating_sub(1);
    if let Some(name) = columns.iter().enumerate().find(|(k, name)| columns[..*k].contains(name)).map(|(_, name)| name)
    {
        return Err(ReadError::RepeatedName { file: file.to_owned(), line: header_line, name: name.clone() });
    }
    let roles = roles(&columns);
    let named = |wanted: Role| -> Vec<String> {
        columns.iter().zip(&roles).filter(|(_, role)| **role == wanted).map(|(name, _)| name.clone()).collect()
    };
    let (parameters, sampler) = (named(Role::Parameter), named(Role::Sampler));
    if parameters.is_empty() {
        return Err(ReadError::NoParameters { file: file.to_owned() });
    }
    if index == 0 {
        (rows.parameters, rows.sampler) = (parameters, sampler);
    } else if (&rows.parameters, &rows.sampler) != (&parameters, &sampler) {
        let both = |a: &[String], b: &[String]| [a, b].concat();
        let difference = difference(&both(&parameters, &sampler), &both(&rows.parameters, &rows.sampler));
        return Err(ReadError::NamesDiffer { file: file.to_owned(), first: first.to_owned(), difference });
    }
    let mut record = ByteRecord::new();
    while reader.read_byte_record(&mut record).map_err(malformed)? {
        let line = record.position().map_or(0, csv::Position::line);
        if record.len() != columns.len() {
            let (found, expected) = (record.len(), columns.len());
            return Err(ReadError::Ragged { file: file.to_owned(), line, found, expected });
        }
        let mut place = Place { chain: 0, draw: 0, file: index, line };
        for ((field, role), name) in record.iter().zip(&roles).zip(&columns) {
            let text = || String::from_utf8_lossy(field).into_owned();
            let wrong = |file: &Path| (file.to_owned(), name.clone(), text());
            let number = || {
                number(field).ok_or_else(|| {
                    let (file, name, text) = wrong(file);
                    ReadError::NotANumber { file, line, name, text }
                })
            };
            let whole = || {
                std::str::from_utf8(field.trim_ascii()).ok().and_then(|text| text.parse().ok()).ok_or_else(|| {
                    let (file, name, text) = wrong(file);
                    ReadError::NotAnIndex { file, line, name, text }
                })
            };
            match role {
                Role::Chain => place.chain = whole()?,
                Role::Draw => place.draw = whole()?,
                Role::Other => {}
                Role::Sampler => rows.sampler_values.push(number()?),
                Role::Parameter => rows.values.push(number()?),
            }
        }
        rows.places.push(place);
    }
    Ok(())
}

/// Whether a file's last line has an end. Without it a number may have lost digits.
fn ends_with_a_line(file: &Path) -> Result<bool, ReadError> {
    let unreadable = |source| ReadError::Unreadable { file: file.to_owned(), source };
    let mut opened = File::open(file).map_err(unreadable)?;
    let mut last = [b'\n'];
    // What cannot be sought in, a pipe, is read as it comes.
    if opened.seek(SeekFrom::End(-1)).is_ok() {
        opened.read_exact(&mut last).map_err(unreadable)?;
    }
    Ok(matches!(last, [b'\n' | b'\r']))
}

fn roles(columns: &[String]) -> Vec<Role> {
    let orders = DRAW.iter().find(|name| columns.iter().any(|column| column == *name));
    columns
        .iter()
        .map(|column| match column.as_str() {
            name if CHAIN.contains(&name) => Role::Chain,
            name if Some(&name) == orders => Role::Draw,
            // The other count of draws, and the row numbers that R and pandas put into a column without a name.
            name if DRAW.contains(&name) || name.is_empty() => Role::Other,
            name if is_sampler_column(name) => Role::Sampler,
            _ => Role::Parameter,
        })
        .collect()
}
