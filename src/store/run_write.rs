//! A run as it is written: each block of draws becomes chunks of every variable and a checkpoint; metadata that show the
//! draws follow, at most once a second. So whatever moment a process is killed at, what is shown is complete.
//!
//! Draws and checkpoints flow in. Absent on purpose: threads, and what to do when the disk is full.

use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, Instant};

use rayon::prelude::*;
use serde_json::{Map, Value, json};

use super::chunk_list::Part;
use super::data_arrays::DataArray;
use super::error::StoreError;
use super::facts::Facts;
use super::lock::Lock;
use super::marker::Marker;
use super::run_directory::RunDirectory;
use super::variable::{Variable, variables};
use super::zarr_layout::{ArraySpec, Group, Type};
use super::zarr_write::{Seals, ZarrWriter};
use crate::backend::{Checkpoint, Counts, Tuning};
use crate::draws::{Arrays, Draws, Layout};
use crate::model::data::Data;

/// Metadata are many small files, replaced whenever they show more draws, and ext4 looks for room the longer the more files
/// were replaced of late.
const BETWEEN_SHOWS: Duration = Duration::from_secs(1);

/// A group of draws, its variables ready to be taken from blocks.
type Table = Vec<(Variable, ArraySpec)>;

/// Writes a run.
#[derive(Debug)]
pub struct RunWriter {
    directory: RunDirectory,
    facts: Facts,
    zarr: ZarrWriter,
    tables: Vec<(&'static str, Table)>,
    warmup: Vec<(&'static str, Table)>,
    tuning: ArraySpec,
    acceptance: Option<ArraySpec>,
    /// When draws were last shown, and how many are there that are not.
    shown: Instant,
    unseen: Option<usize>,
    damage: Vec<String>,
    marker: Marker,
    _lock: Lock,
}

impl RunWriter {
    /// Begins a run in a directory that does not exist or is empty. `columns` names what blocks will hold.
    ///
    /// # Errors
    /// When there is something in the way, or the directory cannot be written.
    pub fn create(path: &Path, facts: Facts, model: &str, columns: &[String]) -> Result<Self, StoreError> {
        let directory = RunDirectory::at(path);
        let (lock, marker) = (directory.claim()?, directory.marker(&facts.id));
        directory.begin(&facts, model, &marker)?;
        Ok(Self::new(directory, facts, columns, lock, marker))
    }

    /// Begins a run that is put together, in a directory that is to be renamed when the run is whole; what a merge that was
    /// killed has left there is removed.
    pub(super) fn create_unfinished(path: &Path, facts: Facts, model: &str) -> Result<Self, StoreError> {
        let directory = RunDirectory::at(path);
        let (lock, marker) = (directory.claim_for_merge()?, directory.unfinished_marker(&facts.id));
        directory.begin(&facts, model, &marker)?;
        let columns = facts.parameters.clone();
        Ok(Self::new(directory, facts, &columns, lock, marker))
    }

    /// Stores the data that the run was made from.
    ///
    /// # Errors
    /// When the directory cannot be written.
    pub fn data(&mut self, data: &Data) -> Result<(), StoreError> {
        let values: Vec<Vec<f64>> = self.facts.arrays.iter().map(|array| array.values(data)).collect();
        self.data_values(&values)
    }

    /// Stores the numbers of each array among the data.
    pub(super) fn data_values(&mut self, values: &[Vec<f64>]) -> Result<(), StoreError> {
        for (array, values) in self.facts.arrays.iter().zip(values) {
            self.zarr.constant(array.group(), &array.array(), values)?;
        }
        self.zarr.list_constants()
    }

    /// Goes on with a run, from the last checkpoint whose draws are all there. None is left of a run that was stopped in
    /// its warm-up.
    ///
    /// # Errors
    /// When there is no run, it is another one, another process is at it, or it is damaged.
    pub fn resume(path: &Path, facts: &Facts, columns: &[String]) -> Result<(Self, Option<Checkpoint>), StoreError> {
        let directory = RunDirectory::at(path);
        let stored = directory.facts()?;
        let differences = stored.differences(facts);
        if !differences.is_empty() {
            return Err(StoreError::Differs { path: path.to_owned(), differences });
        }
        let lock = directory.lock()?;
        // The run that was read may have been replaced before it was locked.
        if directory.facts()? != stored {
            return Err(StoreError::Lost { path: path.to_owned() });
        }
        let marker = directory.marker(&stored.id);
        marker.write()?;
        directory.make_folders()?;
        let mut writer = Self::new(directory, stored, columns, lock, marker);
        let checkpoint = writer.last_complete();
        if let Some(checkpoint) = &checkpoint {
            // The process may have been killed after the checkpoint and before this; and what was damaged is mended.
            writer.constants(checkpoint)?;
            if checkpoint.draws == writer.facts.shape.draws {
                writer.finish(checkpoint)?;
            }
            writer.describe(checkpoint);
            writer.zarr.publish(checkpoint.draws)?;
            writer.look_at_warmup();
        }
        Ok((writer, checkpoint))
    }

    fn new(directory: RunDirectory, facts: Facts, columns: &[String], lock: Lock, marker: Marker) -> Self {
        let [sampling, warming] = [Stretch::sampling(&facts), Stretch::warmup(&facts)];
        let posterior = table(&facts.parameters, columns, sampling, |variable| real(variable, facts.single));
        let told = |variable: &Variable| statistic(variable, facts.single > 0);
        let statistics = table(&facts.statistics, &facts.statistics, sampling, told);
        let (chains, coordinates) = (facts.shape.chains, facts.coordinates.len());
        let of_tuning = |name: &str| {
            let mut array = ArraySpec::constant(name, Type::F64, &[chains, coordinates], &["chain", "coordinate"]);
            array.attributes.insert("coordinate_names".into(), json!(facts.coordinates));
            array
        };
        let nuts = !facts.statistics.is_empty();
        let tuning = of_tuning(if nuts { "inv_metric" } else { "scaling" });
        let acceptance = (!nuts).then(|| of_tuning("acceptance_rate"));
        let attributes = attributes(&facts, None);
        let mut tables = vec![("posterior", posterior), ("sample_stats", statistics)];
        for (name, names) in [("log_likelihood", &facts.likelihood), ("log_prior", &facts.prior)] {
            if !names.is_empty() {
                tables.push((name, table(names, names, sampling, |_| Type::F64)));
            }
        }
        let mut warmup = Vec::new();
        if !facts.warmup.is_empty() {
            let states = table(&facts.warmup, columns, warming, |variable| real(variable, facts.single));
            let told = table(&facts.statistics, &facts.statistics, warming, told);
            warmup = vec![("warmup_posterior", states), ("warmup_sample_stats", told)];
        }
        let of_sampling = tables.iter().map(|(name, table)| group(name, &attributes, table, sampling));
        let of_warmup = warmup.iter().map(|(name, table)| group(name, &attributes, table, warming));
        let mut groups: Vec<Group> = of_sampling.chain(of_warmup).collect();
        groups[1].arrays.push(tuning.clone());
        groups[1].arrays.extend(acceptance.clone());
        for name in ["observed_data", "constant_data"] {
            let own = facts.arrays.iter().filter(|array| array.group() == name);
            let arrays: Vec<ArraySpec> = own.map(DataArray::array).collect();
            if !arrays.is_empty() {
                groups.push(Group { name: name.to_owned(), attributes: attributes.clone(), arrays });
            }
        }
        let seals = facts.is_sealed().then(|| Seals { id: facts.id.clone(), lists: directory.chunk_lists(&facts.id) });
        let zarr = ZarrWriter::new(&directory.root, attributes, groups, marker.clone(), seals);
        let (shown, unseen) = (Instant::now(), None);
        let damage = Vec::new();
        Self { directory, facts, zarr, tables, warmup, tuning, acceptance, shown, unseen, damage, marker, _lock: lock }
    }

    /// What is known of the run.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// What of a run that goes on is not as it was written and is not mended, in sentences.
    pub fn damage(&self) -> &[String] {
        &self.damage
    }

    /// How draws must lie to be stored.
    pub fn layout(&self) -> Vec<Layout> {
        layout(&self.tables[0].1)
    }

    /// How states of warm-up must lie to be stored.
    pub fn warmup_layout(&self) -> Vec<Layout> {
        self.warmup.first().map_or_else(Vec::new, |(_, table)| layout(table))
    }

    /// Stores the draws from index `from` on, a multiple of the chunks' length, and the checkpoint after them; `groups` are
    /// what is told of the draws beside them, by name, `[chain, draw, column]`. The first block of a run has no draws.
    ///
    /// # Errors
    /// When the directory cannot be written. The run is then as it was before.
    ///
    /// # Panics
    /// When the draws do not lie as [`layout`](Self::layout) says.
    pub fn append(
        &mut self,
        from: usize,
        draws: &Arrays,
        groups: &[(&str, &Draws)],
        after: &Checkpoint,
    ) -> Result<(), StoreError> {
        self.marker.check()?;
        if after.draws == 0 {
            self.constants(after)?;
        } else {
            let (name, table) = &self.tables[0];
            self.zarr.arrays(name, table, from / self.facts.block, draws)?;
            self.chunks(from, groups)?;
            self.list_chunks(from)?;
        }
        if after.draws == self.facts.shape.draws {
            self.finish(after)?;
        }
        self.show(after)
    }

    /// Stores steps of warm-up from number `from` on, a multiple of the length of their chunks: parameters, and what is
    /// told of each step. They are seen when warm-up has ended; a process killed before that warms up again.
    ///
    /// # Errors
    /// When the directory cannot be written.
    ///
    /// # Panics
    /// When the states do not lie as [`warmup_layout`](Self::warmup_layout) says.
    pub fn warmup(&mut self, from: usize, states: &Arrays, told: &Draws) -> Result<(), StoreError> {
        self.marker.check()?;
        if let Some((name, table)) = self.warmup.first() {
            self.zarr.arrays(name, table, from / self.facts.warmup_block(), states)?;
        }
        self.warmup_chunks(from, &[("warmup_sample_stats", told)])?;
        self.list_warmup_chunks(from)
    }

    /// Stores draws, not yet to be seen.
    pub(super) fn chunks(&mut self, from: usize, groups: &[(&str, &Draws)]) -> Result<(), StoreError> {
        store(&mut self.zarr, &self.tables, from / self.facts.block, groups)
    }

    /// The same of steps of warm-up.
    pub(super) fn warmup_chunks(&mut self, from: usize, groups: &[(&str, &Draws)]) -> Result<(), StoreError> {
        store(&mut self.zarr, &self.warmup, from / self.facts.warmup_block(), groups)
    }

    /// Says that all chunks of a block of draws are there.
    pub(super) fn list_chunks(&mut self, from: usize) -> Result<(), StoreError> {
        self.zarr.list(Part::Draws(from / self.facts.block))
    }

    /// The same of steps of warm-up.
    pub(super) fn list_warmup_chunks(&mut self, from: usize) -> Result<(), StoreError> {
        self.zarr.list(Part::Warmup(from / self.facts.warmup_block()))
    }

    /// Ends a run whose chunks are all there.
    pub(super) fn conclude(&mut self, last: &Checkpoint) -> Result<(), StoreError> {
        self.constants(last)?;
        self.finish(last)?;
        self.show(last)
    }

    fn show(&mut self, after: &Checkpoint) -> Result<(), StoreError> {
        self.marker.check()?;
        self.directory.keep(after, &self.facts)?;
        self.describe(after);
        self.unseen = Some(after.draws);
        let matters = after.draws == 0 || after.draws == self.facts.shape.draws;
        if matters || self.shown.elapsed() >= BETWEEN_SHOWS { self.publish() } else { Ok(()) }
    }

    /// Lets the metadata say what is known at a checkpoint.
    fn describe(&mut self, after: &Checkpoint) {
        let attributes = attributes(&self.facts, Some(after.sampling_seconds));
        for group in &mut self.zarr.groups {
            group.attributes.clone_from(&attributes);
        }
        self.zarr.attributes = attributes;
    }

    fn publish(&mut self) -> Result<(), StoreError> {
        if let Some(draws) = self.unseen {
            self.zarr.publish(draws)?;
            (self.shown, self.unseen) = (Instant::now(), None);
        }
        Ok(())
    }

    /// What does not change with the draws.
    fn constants(&mut self, after: &Checkpoint) -> Result<(), StoreError> {
        for group in &self.zarr.groups.clone() {
            for array in &group.arrays {
                let [name] = &array.dimensions[..] else { continue };
                if *name == array.name {
                    let first = if name == "chain" { self.facts.shape.first_chain } else { 0 };
                    let values: Vec<f64> = (0..array.shape[0]).map(|at| f64::from(first) + at as f64).collect();
                    self.zarr.constant(&group.name, array, &values)?;
                }
            }
        }
        let values = match &after.tuning {
            Tuning::Metropolis { scales } => scales,
            Tuning::Nuts { inverse_metric, .. } => inverse_metric,
        };
        self.zarr.constant("sample_stats", &self.tuning, values)?;
        self.zarr.list_constants()
    }

    /// What is known when the last draw is.
    fn finish(&mut self, after: &Checkpoint) -> Result<(), StoreError> {
        let (Some(array), Counts::Accepted(accepted)) = (&self.acceptance, &after.counts) else { return Ok(()) };
        let steps = f64::from(after.step - self.facts.shape.warmup);
        let rates: Vec<f64> = accepted.iter().map(|&count| f64::from(count) / steps).collect();
        self.zarr.constant("sample_stats", array, &rates)?;
        self.zarr.list_constants()
    }

    /// The last checkpoint all of whose draws are there. A checkpoint or a chunk that is damaged takes those after it
    /// along: they are drawn again.
    fn last_complete(&self) -> Option<Checkpoint> {
        let blocks = self.facts.shape.draws.div_ceil(self.facts.block);
        let whole = |&index: &usize| self.is_whole(&self.tables, index, Part::Draws(index));
        let complete = (0..blocks).take_while(whole).count();
        let checkpointed = self.directory.checkpointed().into_iter();
        let mut possible = checkpointed.filter(|draws| draws.div_ceil(self.facts.block) <= complete);
        possible.find_map(|draws| self.directory.checkpoint(draws, &self.facts).ok())
    }

    /// Whether all chunks of a block hold what was written.
    fn is_whole(&self, tables: &[(&'static str, Table)], index: usize, part: Part) -> bool {
        let Some(sums) = self.zarr.listed(part) else { return false };
        let arrays: Vec<(&str, &ArraySpec)> =
            tables.iter().flat_map(|(group, table)| table.iter().map(move |(_, array)| (*group, array))).collect();
        arrays.par_iter().all(|(group, array)| self.zarr.has_chunk(group, array, index, &sums))
    }

    /// Steps of warm-up cannot be taken again where draws follow them.
    fn look_at_warmup(&mut self) {
        let blocks = if self.warmup.is_empty() { 0 } else { self.facts.shape.warmup as usize };
        let blocks = blocks.div_ceil(self.facts.warmup_block());
        let damaged = (0..blocks).find(|&index| !self.is_whole(&self.warmup, index, Part::Warmup(index)));
        if let Some(index) = damaged {
            let step = index * self.facts.warmup_block() + 1;
            self.damage.push(format!(
                "the stored steps of warm-up are damaged from step {step} on, and are not taken again; the draws are whole"
            ));
        }
    }
}

impl Drop for RunWriter {
    /// Shows what a run that ends early has not shown. What cannot be shown is not lost: a run that goes on shows it.
    fn drop(&mut self) {
        if self.marker.check().is_ok() {
            let _ = self.publish();
        }
    }
}

fn layout(table: &Table) -> Vec<Layout> {
    let of = |(variable, array): &(Variable, ArraySpec)| Layout {
        columns: variable.columns.clone(),
        single: array.of == Type::F32,
    };
    table.iter().map(of).collect()
}

/// Writes chunks number `index` of all groups of draws that there are tables for.
fn store(
    zarr: &mut ZarrWriter,
    tables: &[(&'static str, Table)],
    index: usize,
    groups: &[(&str, &Draws)],
) -> Result<(), StoreError> {
    for (name, table) in tables {
        if let Some((_, draws)) = groups.iter().find(|(other, _)| other == name) {
            zarr.block(name, table, index, draws)?;
        }
    }
    Ok(())
}

/// A part of a run: so many draws, in chunks.
#[derive(Clone, Copy)]
struct Stretch {
    chains: usize,
    draws: usize,
    block: usize,
    /// Whether it is shown only when all of it is there.
    whole: bool,
}

impl Stretch {
    fn sampling(facts: &Facts) -> Self {
        Self { chains: facts.shape.chains, draws: facts.shape.draws, block: facts.block, whole: false }
    }

    fn warmup(facts: &Facts) -> Self {
        let (chains, draws) = (facts.shape.chains, facts.shape.warmup as usize);
        Self { chains, draws, block: facts.warmup_block(), whole: true }
    }
}

/// The type of a variable of the model; the first `single` columns of those kept are in single precision.
fn real(variable: &Variable, single: usize) -> Type {
    if variable.columns.iter().all(|&column| column < single) { Type::F32 } else { Type::F64 }
}

/// The type of what is told of a step.
fn statistic(variable: &Variable, single: bool) -> Type {
    match &variable.name[..] {
        "diverging" => Type::Bool,
        "tree_depth" | "n_steps" => Type::I64,
        _ if single => Type::F32,
        _ => Type::F64,
    }
}

/// The variables among `kept`, each with the columns it has among `columns`.
fn table(kept: &[String], columns: &[String], stretch: Stretch, of: impl Fn(&Variable) -> Type) -> Table {
    let at: HashMap<&String, usize> = columns.iter().zip(0..).collect();
    let places: Vec<usize> = kept.iter().map(|name| at[name]).collect();
    let Stretch { chains, draws, block, whole } = stretch;
    variables(kept)
        .into_iter()
        .map(|variable| {
            let of = of(&variable);
            let sizes = &variable.sizes;
            let own = (0..sizes.len()).map(|axis| format!("{}_dim_{axis}", variable.name));
            let array = ArraySpec {
                name: variable.name.clone(),
                of,
                shape: [&[chains, draws], &sizes[..]].concat(),
                chunk: [&[chains, block], &sizes[..]].concat(),
                dimensions: ["chain".to_owned(), "draw".to_owned()].into_iter().chain(own).collect(),
                draws: Some(1),
                whole,
                attributes: Map::new(),
            };
            let columns = variable.columns.iter().map(|&column| places[column]).collect();
            (Variable { columns, ..variable }, array)
        })
        .collect()
}

/// A group with its coordinates: chains, draws, and the indices of each variable's dimensions.
fn group(name: &str, attributes: &Map<String, Value>, table: &Table, stretch: Stretch) -> Group {
    let Stretch { chains, draws, whole, .. } = stretch;
    let mut arrays = vec![
        ArraySpec::constant("chain", Type::I64, &[chains], &["chain"]),
        ArraySpec { draws: Some(0), whole, ..ArraySpec::constant("draw", Type::I64, &[draws], &["draw"]) },
    ];
    for (_, array) in table {
        for (dimension, &size) in array.dimensions.iter().zip(&array.shape).skip(2) {
            arrays.push(ArraySpec::constant(dimension, Type::I64, &[size], &[dimension]));
        }
    }
    arrays.extend(table.iter().map(|(_, array)| array.clone()));
    Group { name: name.to_owned(), attributes: attributes.clone(), arrays }
}

/// What ArviZ's users look for on a group.
fn attributes(facts: &Facts, sampling_seconds: Option<f64>) -> Map<String, Value> {
    let mut map = Map::new();
    for (name, value) in [
        ("created_at", json!(facts.created_at)),
        ("creation_library", json!("ridgewalk")),
        ("creation_library_version", json!(facts.version)),
        ("creation_library_language", json!("Rust")),
        ("inference_library", json!("ridgewalk")),
        ("inference_library_version", json!(facts.version)),
        ("model_name", json!(facts.model)),
        ("sampling_time", json!(sampling_seconds)),
        ("tuning_steps", json!(facts.shape.warmup)),
        ("thin", json!(facts.shape.thin)),
        // A number beyond 2^53 is not every reader's.
        ("seed", json!(facts.shape.seed.to_string())),
    ] {
        if !value.is_null() {
            map.insert(name.to_owned(), value);
        }
    }
    map
}
