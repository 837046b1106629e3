//! Draws of a run directory, or of any store in ArviZ's layout, and what is known of the run.
//!
//! ```no_run
//! # use std::path::Path;
//! let stored = ridgewalk::store::open_run(Path::new("fit"))?;
//! let draws = stored.draws_every(1)?; // [chain, draw, parameter]
//! # Ok::<(), ridgewalk::store::StoreError>(())
//! ```
//!
//! A run that was interrupted, or is still being written, gives the draws it has. Absent on purpose: judgement.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::error::StoreError;
use super::facts::Facts;
use super::run_directory::RunDirectory;
use super::variable::{element_names, variables};
use super::zarr_read::{StoredVariable, Written, ZarrReader};
use crate::backend::{Checkpoint, Counts};
use crate::draws::{Draws, Failures};
use crate::model::data::Data;

/// An open run.
#[derive(Debug)]
pub struct StoredRun {
    path: PathBuf,
    facts: Option<Facts>,
    pub(super) posterior: Vec<StoredVariable>,
    pub(super) statistics: Vec<StoredVariable>,
    likelihood: Vec<StoredVariable>,
    prior: Vec<StoredVariable>,
    warmup: [Vec<StoredVariable>; 2],
    draws: usize,
    notes: Vec<String>,
    damage: Vec<String>,
    failures: Failures,
}

/// Whether a run has begun in a directory.
pub fn has_run(path: &Path) -> bool {
    RunDirectory::at(path).exists()
}

/// What is known of the run in a directory, whether it has draws or not.
///
/// # Errors
/// When there is none, or it is damaged or too new.
pub fn facts_of(path: &Path) -> Result<Facts, StoreError> {
    RunDirectory::at(path).facts()
}

/// Opens a run directory or a Zarr store.
///
/// # Errors
/// When it is neither, is damaged, or holds no draws at all.
pub fn open_run(path: &Path) -> Result<StoredRun, StoreError> {
    let directory = RunDirectory::at(path);
    let facts = if directory.exists() { Some(directory.facts()?) } else { None };
    if facts.is_some() && !super::zarr_read::is_zarr(path) {
        let reason = "it has no draws yet: the run was stopped before its warm-up ended".to_owned();
        return Err(StoreError::NotARun { path: path.to_owned(), reason });
    }
    let mut reader = ZarrReader::open(path, facts.as_ref().and_then(|facts| written(&directory, facts)))?;
    let mut posterior = reader.group("posterior")?;
    let mut statistics = reader.group("sample_stats")?;
    let (likelihood, prior) = (reader.group("log_likelihood")?, reader.group("log_prior")?);
    let warmup = [reader.group("warmup_posterior")?, reader.group("warmup_sample_stats")?];
    let Some(first) = posterior.first() else {
        let reason = "it has no group `posterior` with variables of chain and draw".to_owned();
        return Err(StoreError::NotARun { path: path.to_owned(), reason });
    };
    let chains = first.chains();
    if let Some(other) = posterior.iter().chain(&statistics).find(|variable| variable.chains() != chains) {
        let reason = format!("{} has {} chains, and {} has {chains}", other.name, other.chains(), first.name);
        return Err(StoreError::damaged(path, &reason));
    }
    let mut draws = posterior.iter().map(StoredVariable::draws).min().unwrap_or(0);
    let (mut notes, mut damage) = (std::mem::take(&mut reader.notes), std::mem::take(&mut reader.damage));
    if let Some(facts) = &facts {
        let stored: HashSet<String> =
            posterior.iter().flat_map(|variable| element_names(&variable.name, &variable.sizes)).collect();
        if let Some(name) = facts.parameters.iter().find(|name| !stored.contains(*name)) {
            let reason = format!("{name} is missing, or its elements are no numbers");
            return Err(StoreError::damaged(&path.join("posterior"), &reason));
        }
        for (group, names, stored) in [
            ("sample_stats", &facts.statistics, &statistics),
            ("log_likelihood", &facts.likelihood, &likelihood),
            ("log_prior", &facts.prior, &prior),
            ("warmup_posterior", &facts.warmup, &warmup[0]),
        ] {
            let missing = variables(names).into_iter().find(|name| !stored.iter().any(|it| it.name == name.name));
            if let Some(missing) = missing {
                let reason = format!("{} is missing, or its elements are no numbers", missing.name);
                return Err(StoreError::damaged(&path.join(group), &reason));
            }
        }
        // Readers of Zarr take a missing chunk for a whole one of fill; here it is one that was never drawn.
        for variable in posterior.iter().chain(&statistics).chain(&likelihood).chain(&prior) {
            let chunk = variable.chunk_draws();
            if let Some(missing) = (0..draws.div_ceil(chunk)).find(|&index| !variable.has_chunk(index)) {
                damage.push(format!(
                    "a chunk of {} is missing or cut off: draws from {} on count as not yet drawn",
                    variable.name,
                    missing * chunk + 1
                ));
                draws = missing * chunk;
            }
        }
        for variable in warmup.iter().flatten() {
            let chunks = variable.draws().div_ceil(variable.chunk_draws());
            if !(0..chunks).all(|index| variable.has_chunk(index)) {
                damage.push(format!("a chunk of {} is missing or cut off among the steps of warm-up", variable.name));
            }
        }
        if draws < facts.shape.draws {
            notes.push(format!("the run is not finished: it has {draws} of {} draws of each chain", facts.shape.draws));
        }
    } else {
        statistics.retain(|variable| variable.draws() >= draws);
    }
    if draws == 0 {
        return Err(StoreError::NotARun { path: path.to_owned(), reason: "it has no draws yet".to_owned() });
    }
    posterior.retain(|variable| !variable.sizes.contains(&0));
    let mut failures = Failures::default();
    if let (Some(facts), Some(&last)) = (&facts, directory.checkpointed().first()) {
        match directory.checkpoint(last, facts) {
            Ok(checkpoint) => failures = checkpoint.failures,
            Err(error) => damage.push(error.to_string()),
        }
    }
    Ok(StoredRun {
        path: path.to_owned(),
        facts,
        posterior,
        statistics,
        likelihood,
        prior,
        warmup,
        draws,
        notes,
        damage,
        failures,
    })
}

/// What a run knows of how it was written; nothing of one of an earlier version.
fn written(directory: &RunDirectory, facts: &Facts) -> Option<Written> {
    let warmup = if facts.warmup.is_empty() { 0 } else { facts.shape.warmup as usize };
    facts.is_sealed().then(|| Written {
        id: facts.id.clone(),
        lists: directory.chunk_lists(&facts.id),
        blocks: facts.shape.draws.div_ceil(facts.block),
        warmup_blocks: warmup.div_ceil(facts.warmup_block()),
    })
}

impl StoredRun {
    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What is known of the run; nothing of a store that another program wrote.
    pub fn facts(&self) -> Option<&Facts> {
        self.facts.as_ref()
    }

    /// The model's text, of a run directory.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn model(&self) -> Result<Option<String>, StoreError> {
        self.facts.as_ref().map(|facts| RunDirectory::at(&self.path).model(facts)).transpose()
    }

    /// The data that the run was made from, of a run directory; none where some of them are no arrays, and were not kept.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn data(&self) -> Result<Option<Data>, StoreError> {
        let Some(facts) = self.facts.as_ref().filter(|facts| facts.arrays.len() == facts.data.len()) else {
            return Ok(None);
        };
        let mut data = Data::default();
        data.set_rows(facts.rows);
        for (array, values) in facts.arrays.iter().zip(self.data_values()?) {
            data.replace(&array.name, array.datum(&values));
        }
        Ok(Some(data))
    }

    /// The generated quantities among the stored parameters, and at which draws they could not be computed. Nothing of a
    /// store that another program wrote.
    pub fn failures(&self) -> (&[String], Failures) {
        let Some(facts) = &self.facts else { return (&[], Failures::default()) };
        let first = facts.parameters.len().saturating_sub(facts.generated);
        (&facts.parameters[first..], self.failures.clone())
    }

    /// The numbers of each array among the data.
    pub(super) fn data_values(&self) -> Result<Vec<Vec<f64>>, StoreError> {
        let Some(facts) = &self.facts else { return Ok(Vec::new()) };
        let reader = ZarrReader::open(&self.path, written(&RunDirectory::at(&self.path), facts))?;
        facts.arrays.iter().map(|array| reader.constant(array.group(), &array.name)).collect()
    }

    /// What a reader should know, in sentences.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// What is not as it was written, but does not keep the rest from being read, in sentences.
    pub fn damage(&self) -> &[String] {
        &self.damage
    }

    /// Number of chains.
    pub fn chains(&self) -> usize {
        self.posterior.first().map_or(0, StoredVariable::chains)
    }

    /// Complete draws of each chain.
    pub fn draws(&self) -> usize {
        self.draws
    }

    /// Names of the parameters, in the order of [`Self::draws_every`].
    pub fn parameters(&self) -> Vec<String> {
        let stored: Vec<String> =
            self.posterior.iter().flat_map(|variable| element_names(&variable.name, &variable.sizes)).collect();
        match &self.facts {
            // Stan's order, in which the first index varies fastest.
            Some(facts) if facts.parameters.len() == stored.len() => facts.parameters.clone(),
            _ => stored,
        }
    }

    /// The draws, `[chain, draw, parameter]`: the first, and each that follows it by a multiple of `every`, which is at
    /// least 1. Beside them a chunk of one variable is held.
    ///
    /// # Errors
    /// When a chunk cannot be read, or there are too many draws.
    pub fn draws_every(&self, every: usize) -> Result<Draws, StoreError> {
        self.collect(&self.posterior, self.parameters(), &(0..self.chains()), &(0..self.draws), every)
    }

    /// Draws `draws` of chains `chains`, counted from the first one stored.
    ///
    /// # Errors
    /// As [`Self::draws_every`].
    pub fn draws_of(&self, chains: &Range<usize>, draws: &Range<usize>) -> Result<Draws, StoreError> {
        self.collect(&self.posterior, self.parameters(), chains, draws, 1)
    }

    /// What is told of the last `count` draws, by the names that ArviZ has for it; a column for each scalar.
    ///
    /// # Errors
    /// As [`Self::draws_every`].
    pub fn last_statistics(&self, count: usize) -> Result<Draws, StoreError> {
        self.statistics_of(&(0..self.chains()), &(self.draws.saturating_sub(count)..self.draws))
    }

    /// What is told of draws `draws` of chains `chains`.
    ///
    /// # Errors
    /// As [`Self::draws_every`].
    pub fn statistics_of(&self, chains: &Range<usize>, draws: &Range<usize>) -> Result<Draws, StoreError> {
        let names = self.statistics.iter().flat_map(|variable| element_names(&variable.name, &variable.sizes));
        self.collect(&self.statistics, names.collect(), chains, draws, 1)
    }

    /// Every group of draws `draws` of all chains, by its name.
    pub(super) fn groups_of(&self, draws: &Range<usize>) -> Result<Vec<(&'static str, Draws)>, StoreError> {
        let chains = 0..self.chains();
        let mut groups =
            vec![("posterior", self.draws_of(&chains, draws)?), ("sample_stats", self.statistics_of(&chains, draws)?)];
        for (name, variables) in [("log_likelihood", &self.likelihood), ("log_prior", &self.prior)] {
            if !variables.is_empty() {
                let names = variables.iter().flat_map(|variable| element_names(&variable.name, &variable.sizes));
                groups.push((name, self.collect(variables, names.collect(), &chains, draws, 1)?));
            }
        }
        Ok(groups)
    }

    /// Steps `steps` of the warm-up of all chains, and what is told of them.
    pub(super) fn warmup_of(&self, steps: &Range<usize>) -> Result<[Draws; 2], StoreError> {
        let [states, told] = &self.warmup;
        let names = self.facts.as_ref().map_or_else(Vec::new, |facts| facts.warmup.clone());
        let told_names = told.iter().flat_map(|variable| element_names(&variable.name, &variable.sizes));
        let chains = 0..self.chains();
        Ok([
            self.collect(states, names, &chains, steps, 1)?,
            self.collect(told, told_names.collect(), &chains, steps, 1)?,
        ])
    }

    /// What the sampling steps of a run directory were like; none of an unfinished run whose last draws are not at a
    /// checkpoint, and of other stores.
    pub fn counts(&self) -> Option<Counts> {
        self.facts.as_ref().and_then(|_| self.checkpoint().ok()).map(|checkpoint| checkpoint.counts)
    }

    /// The last checkpoint of a run directory.
    ///
    /// # Errors
    /// When it is not there or damaged.
    pub(super) fn checkpoint(&self) -> Result<Checkpoint, StoreError> {
        let directory = RunDirectory::at(&self.path);
        let facts = self.facts.as_ref().map_or_else(|| directory.facts(), |facts| Ok(facts.clone()))?;
        directory.checkpoint(self.draws, &facts)
    }

    fn collect(
        &self,
        variables: &[StoredVariable],
        names: Vec<String>,
        chains: &Range<usize>,
        draws: &Range<usize>,
        every: usize,
    ) -> Result<Draws, StoreError> {
        let length = draws.len().div_ceil(every);
        let width = names.len();
        let places: HashMap<String, usize> = names.iter().cloned().zip(0..).collect();
        let mut found = Draws::new(names, chains.len(), length)?;
        for variable in variables {
            let elements = element_names(&variable.name, &variable.sizes);
            let columns: Option<Vec<usize>> = elements.iter().map(|name| places.get(name).copied()).collect();
            let Some(columns) = columns else {
                return Err(StoreError::damaged(&self.path, &format!("{} is none of its parameters", variable.name)));
            };
            let (chunk, elements) = (variable.chunk_draws(), columns.len());
            let mut from = draws.start;
            while from < draws.end {
                let to = ((from / chunk + 1) * chunk).min(draws.end);
                let offset = (every - (from - draws.start) % every) % every;
                if from + offset < to {
                    let values = variable.values(chains, from..to)?;
                    let rows = to - from;
                    for (chain, values) in values.chunks_exact(rows * elements).enumerate() {
                        for row in (offset..rows).step_by(every) {
                            let at = (chain * length + (from + row - draws.start) / every) * width;
                            let target = &mut found.values_mut()[at..at + width];
                            for (&column, &value) in columns.iter().zip(&values[row * elements..]) {
                                target[column] = value;
                            }
                        }
                    }
                }
                from = to;
            }
        }
        Ok(found)
    }
}
