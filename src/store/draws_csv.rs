//! Draws from CSV files, whichever of the two formats they have: Stan's, one file a chain ([`stan_csv`]), or a plain
//! table with columns for chain and draw ([`table_csv`]).
//!
//! Paths flow in; [`Loaded`] draws, or an error that names file, line and column, flow out. Files are read a line at
//! a time and values are held once, but for tables whose rows are out of order. A file without a chain column is one
//! chain. Deliberately absent: choosing parameters, and any judgement of the draws.

use std::path::PathBuf;

pub use super::csv_lines::{Loaded, ReadError};
use super::{stan_csv, table_csv};

/// Reads the draws of all files together. Files of Stan's format are chains in the order given.
///
/// # Errors
/// [`ReadError`] for the first thing that is wrong with any file, or between two of them.
pub fn read(paths: &[PathBuf]) -> Result<Loaded, ReadError> {
    let Some(first) = paths.first() else { return Err(ReadError::NoFiles) };
    let tables = paths.iter().map(|path| table_csv::is_table(path)).collect::<Result<Vec<_>, _>>()?;
    if let Some(index) = tables.iter().position(|table| *table != tables[0]) {
        let (table, other) = if tables[0] { (first, &paths[index]) } else { (&paths[index], first) };
        return Err(ReadError::MixedFormats { table: table.clone(), other: other.clone() });
    }
    if tables[0] {
        return table_csv::read(paths);
    }
    stan_csv::read_chains(paths)
}
