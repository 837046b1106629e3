//! Draws that the command line names, however they are stored: a run directory or another Zarr store, or CSV files.
//!
//! Absent on purpose: draws that have just been made.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::CliError;
use super::memory;
use super::terminal::say;
use crate::diagnostics::History;
use crate::draws::{Columns, Draws, Failures};
use crate::store::draws_csv::{self, Loaded};
use crate::store::{StoredColumns, StoredRun, open_run};

/// Columns of a parameter that are held while a run is looked at a few parameters at a time: draws, and their order.
const COLUMNS_HELD: usize = 4;

/// Values that are few: 160 MB of them, and as much again to work on.
const MOST_VALUES: usize = 20_000_000;

/// Draws of a chain that are kept in any case.
const LEAST_DRAWS: usize = 100;

/// Draws, and what is known of their run.
pub(super) struct Found {
    pub loaded: Loaded,
    pub superchains: usize,
    /// The generated quantities among the parameters, and at which draws they could not be computed.
    pub failed: (Vec<String>, Failures),
    pub history: History,
    /// The run directory, or other store, that they are from.
    pub run: Option<StoredRun>,
}

/// Draws that are read as they are looked at.
pub(super) struct Opened {
    pub draws: Box<dyn Columns>,
    pub sampler: Box<dyn Columns>,
    pub notes: Vec<String>,
    pub superchains: usize,
    /// As in [`Found`].
    pub failed: (Vec<String>, Failures),
    pub history: History,
    /// The run directory they are from.
    pub run: Option<Arc<StoredRun>>,
}

/// Reads a run directory or another Zarr store, or else CSV files.
pub(super) fn read(files: &[PathBuf]) -> Result<Found, CliError> {
    let Some(path) = directory(files)? else {
        let loaded = draws_csv::read(files)?;
        let superchains = loaded.draws.chains();
        let (history, failed) = (History::UNKNOWN, Default::default());
        return Ok(Found { superchains, loaded, failed, history, run: None });
    };
    let stored = opened(path)?;
    let (every, notes) = thinned(&stored, stored.parameters().len());
    let sampler = stored.last_statistics(stored.draws())?;
    let superchains = superchains(&stored);
    let loaded = Loaded { draws: stored.draws_every(every)?, sampler, notes, approximation: None };
    let (generated, failures) = stored.failures();
    let (history, failed) = (history(&stored, every), (generated.to_vec(), failures));
    Ok(Found { superchains, loaded, failed, history, run: Some(stored) })
}

/// As [`read`], but a directory's draws stay where they are.
pub(super) fn open(files: &[PathBuf]) -> Result<Opened, CliError> {
    let Some(path) = directory(files)? else {
        let Loaded { draws, sampler, notes, approximation } = draws_csv::read(files)?;
        if let Some(method) = approximation {
            return Err(CliError::plain(format!(
                "these are independent draws of the method `{method}`, and a report is about chains: use summary"
            )));
        }
        let superchains = draws.chains();
        let (draws, sampler) = (Box::new(draws), Box::new(sampler));
        let (history, failed) = (History::UNKNOWN, Default::default());
        return Ok(Opened { draws, sampler, notes, superchains, failed, history, run: None });
    };
    let stored = Arc::new(opened(path)?);
    let (every, notes) = thinned(&stored, COLUMNS_HELD);
    let (generated, failures) = stored.failures();
    let failed = (generated.to_vec(), failures);
    Ok(Opened {
        draws: Box::new(StoredColumns::parameters(&stored, every)?),
        sampler: Box::new(StoredColumns::statistics(&stored, every)?),
        notes,
        superchains: superchains(&stored),
        failed,
        history: history(&stored, every),
        run: Some(stored),
    })
}

/// Opens a run, and says what is not as it was written.
pub(super) fn opened(path: &Path) -> Result<StoredRun, CliError> {
    let run = open_run(path)?;
    for sentence in run.damage() {
        say(&format!("warning: {sentence}\n"));
    }
    Ok(run)
}

/// The directory that is named, if one is.
fn directory(files: &[PathBuf]) -> Result<Option<&Path>, CliError> {
    match files {
        [path] => Ok(Some(&**path).filter(|path| path.is_dir())),
        _ => match files.iter().find(|file| file.is_dir()) {
            Some(directory) => Err(CliError::plain(format!(
                "{} is a directory: of run directories name one at a time",
                directory.display()
            ))),
            None => Ok(None),
        },
    }
}

/// One draw in how many is looked at when so many parameters are held, and what a reader should know.
fn thinned(stored: &StoredRun, parameters: usize) -> (usize, Vec<String>) {
    let every = memory::every(stored.chains(), stored.draws(), parameters);
    let mut notes = stored.notes().to_vec();
    if every > 1 {
        notes.push(format!("one draw in {every} is looked at, which is what fits into memory"));
    }
    (every, notes)
}

fn superchains(stored: &StoredRun) -> usize {
    stored.chains() / stored.facts().map_or(1, |facts| facts.shape.superchain_size)
}

/// How the draws of a run came about of which one in `every` is looked at.
fn history(stored: &StoredRun, every: usize) -> History {
    stored.facts().map_or(History::UNKNOWN, |facts| History {
        warmup: Some(u64::from(facts.shape.warmup)),
        thin: u64::from(facts.shape.thin) * every as u64,
    })
}

/// Evenly spaced draws of some parameters, few enough to be worked on all at once.
pub(super) fn few(columns: &dyn Columns, names: &[String]) -> Result<Draws, CliError> {
    let plain = |error: &dyn std::fmt::Display| CliError::plain(error.to_string());
    let place = |name: &String| columns.parameters().iter().position(|other| other == name);
    let places: Option<Vec<usize>> = names.iter().map(place).collect();
    let places = places.ok_or_else(|| CliError::plain("the draws have not all parameters of the model"))?;
    let (chains, draws, width) = (columns.chains(), columns.draws(), names.len());
    let every = every(chains * width, draws);
    let kept = draws.div_ceil(every);
    let mut found = Draws::new(names.to_vec(), chains, kept).map_err(|error| plain(&error))?;
    let mut held = vec![vec![0.0; chains * draws]; COLUMNS_HELD.min(width)];
    for (batch, places) in places.chunks(COLUMNS_HELD).enumerate() {
        columns.read(places, &mut held[..places.len()]).map_err(|error| plain(&error))?;
        for (column, held) in held[..places.len()].iter().enumerate() {
            for (chain, values) in held.chunks_exact(draws.max(1)).enumerate() {
                for (row, &value) in values.iter().step_by(every).enumerate() {
                    found.values_mut()[(chain * kept + row) * width + batch * COLUMNS_HELD + column] = value;
                }
            }
        }
    }
    Ok(found)
}

/// One draw in how many is kept to have few values in all, where a draw of all chains has so many.
pub(super) fn every(values: usize, draws: usize) -> usize {
    (values * draws).div_ceil(MOST_VALUES).min(draws / LEAST_DRAWS).max(1)
}

/// Some of the parameters of draws.
pub(super) struct Chosen {
    of: Box<dyn Columns>,
    names: Vec<String>,
    places: Vec<usize>,
}

impl Chosen {
    /// Those at some places.
    pub(super) fn new(of: Box<dyn Columns>, places: Vec<usize>) -> Self {
        let names = places.iter().map(|&place| of.parameters()[place].clone()).collect();
        Self { of, names, places }
    }
}

impl Columns for Chosen {
    fn parameters(&self) -> &[String] {
        &self.names
    }

    fn chains(&self) -> usize {
        self.of.chains()
    }

    fn draws(&self) -> usize {
        self.of.draws()
    }

    fn read(&self, parameters: &[usize], into: &mut [Vec<f64>]) -> io::Result<()> {
        let places: Vec<usize> = parameters.iter().map(|&parameter| self.places[parameter]).collect();
        self.of.read(&places, into)
    }
}
