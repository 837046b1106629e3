//! Parts of a run, joined into the run that one process would have written.
//!
//! Run directories flow in; their chains must be whole superchains that follow one another, and everything else that
//! decides a draw must be equal. The whole grows beside its place and is renamed when it is complete: a merge that is
//! killed leaves nothing that could be taken for a run. Memory is that of a block of all chains.

use std::fs;
use std::path::{Path, PathBuf};

use super::error::StoreError;
use super::facts::{Facts, chunk_length};
use super::run_directory::RunDirectory;
use super::run_read::{StoredRun, open_run};
use super::run_write::RunWriter;
use crate::backend::{Checkpoint, Tuning};
use crate::draws::Draws;

/// A part and what it says of itself.
struct Part {
    run: StoredRun,
    facts: Facts,
}

impl Part {
    fn open(path: &Path) -> Result<Self, StoreError> {
        let run = open_run(path)?;
        let Some(facts) = run.facts().cloned() else {
            let reason = "it is a Zarr store, but not one of ridgewalk's".to_owned();
            return Err(StoreError::NotARun { path: path.to_owned(), reason });
        };
        if run.draws() < facts.shape.draws {
            let (found, planned) = (run.draws(), facts.shape.draws);
            return Err(unmergeable(format!("{} has {found} of {planned} draws: finish it first", path.display())));
        }
        Ok(Self { run, facts })
    }

    fn first(&self) -> usize {
        self.facts.shape.first_chain as usize
    }

    fn end(&self) -> usize {
        self.first() + self.facts.shape.chains
    }
}

fn unmergeable(sentence: String) -> StoreError {
    StoreError::Unmergeable(sentence)
}

/// Joins runs in a new directory, and returns what is known of the whole.
///
/// # Errors
/// When a part is no finished run, the parts are not parts of one run, chains are missing between them or there twice,
/// or the directory is not new.
pub fn merge(paths: &[PathBuf], out: &Path) -> Result<Facts, StoreError> {
    let mut parts = paths.iter().map(|path| Part::open(path)).collect::<Result<Vec<_>, _>>()?;
    parts.sort_by_key(Part::first);
    let facts = whole(&parts)?;
    if out.exists() && fs::read_dir(out).map_or(true, |mut entries| entries.next().is_some()) {
        return Err(StoreError::Occupied { path: out.to_owned(), holds: "is already there: choose another directory" });
    }
    let growing = beside(out);
    if growing.exists() {
        // What an earlier merge left that was killed, perhaps before its lock had a place or while it removed what another
        // had left; a living one is noticed by its lock.
        let left = RunDirectory::at(&growing);
        fs::create_dir_all(left.own()).map_err(StoreError::io("create", &growing))?;
        drop(left.lock()?);
        fs::remove_dir_all(&growing).map_err(StoreError::io("write", &growing))?;
    }
    let model = parts[0].run.model()?.unwrap_or_default();
    let mut writer = RunWriter::create(&growing, facts.clone(), &model, &facts.parameters)?;
    let (draws, block) = (facts.shape.draws, facts.block);
    for from in (0..draws).step_by(block) {
        let range = from..(from + block).min(draws);
        let mut each = parts.iter().map(|part| part.run.groups_of(&range)).collect::<Result<Vec<_>, _>>()?;
        while let Some((name, _)) = each[0].last() {
            // The parts have the same groups: their facts are equal.
            let name = *name;
            let of_parts: Vec<Draws> = each.iter_mut().filter_map(Vec::pop).map(|(_, draws)| draws).collect();
            writer.chunks(from, &[(name, &joined(&of_parts)?)])?;
        }
    }
    let warmup = if facts.warmup.is_empty() { 0 } else { facts.shape.warmup as usize };
    let block = facts.warmup_block();
    for from in (0..warmup).step_by(block) {
        let range = from..(from + block).min(warmup);
        let each = parts.iter().map(|part| part.run.warmup_of(&range)).collect::<Result<Vec<_>, _>>()?;
        let (states, told): (Vec<Draws>, Vec<Draws>) = each.into_iter().map(|[states, told]| (states, told)).unzip();
        let groups = [("warmup_posterior", &joined(&states)?), ("warmup_sample_stats", &joined(&told)?)];
        writer.warmup_chunks(from, &groups)?;
    }
    for group in ["observed_data", "constant_data"] {
        copy(&parts[0].run.path().join(group), &growing.join(group))?;
    }
    let checkpoints = parts.iter().map(|part| part.run.checkpoint()).collect::<Result<Vec<_>, _>>()?;
    writer.conclude(&last(checkpoints))?;
    drop(writer);
    if out.exists() {
        fs::remove_dir(out).map_err(StoreError::io("write", out))?;
    }
    fs::rename(&growing, out).map_err(StoreError::io("write", out))?;
    Ok(facts)
}

/// Copies a folder, if there is one, with all that is in it.
fn copy(from: &Path, to: &Path) -> Result<(), StoreError> {
    let Ok(entries) = fs::read_dir(from) else { return Ok(()) };
    fs::create_dir_all(to).map_err(StoreError::io("create", to))?;
    for entry in entries.flatten() {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to)?;
        } else {
            fs::copy(&from, &to).map_err(StoreError::io("write", &to))?;
        }
    }
    Ok(())
}

/// Where a whole grows.
fn beside(out: &Path) -> PathBuf {
    let name = out.file_name().unwrap_or_default().to_string_lossy();
    out.with_file_name(format!(".{name}.part"))
}

/// What is known of the whole, if the parts, in the order of their chains, make one.
fn whole(parts: &[Part]) -> Result<Facts, StoreError> {
    let [first, others @ ..] = parts else { return Err(unmergeable("none was named".to_owned())) };
    let name = |part: &Part| part.run.path().display().to_string();
    let comparable = |facts: &Facts| {
        let mut facts = facts.clone();
        (facts.shape.first_chain, facts.shape.chains, facts.block) = (0, 0, 0);
        facts
    };
    for (before, part) in parts.iter().zip(others) {
        let differences = comparable(&first.facts).differences(&comparable(&part.facts));
        if !differences.is_empty() {
            let sentences = differences.join("; ");
            return Err(unmergeable(format!("seen from {}, of {} {sentences}", name(part), name(first))));
        }
        let (before_end, begin) = (before.end(), part.first());
        if begin < before_end {
            let last = before_end.min(part.end()) - 1;
            return Err(unmergeable(format!("{} and {} both hold chains {begin} to {last}", name(before), name(part))));
        }
        if begin > before_end {
            let (before, part) = (name(before), name(part));
            return Err(unmergeable(format!(
                "chains {before_end} to {} are missing between {before} and {part}",
                begin - 1
            )));
        }
    }
    let mut facts = first.facts.clone();
    facts.command.clear();
    facts.shape.chains = parts.iter().map(|part| part.facts.shape.chains).sum();
    facts.block = chunk_length(facts.shape.chains, facts.columns, facts.shape.draws);
    Ok(facts)
}

/// Draws of all chains, one part's after the other's.
fn joined(parts: &[Draws]) -> Result<Draws, StoreError> {
    let chains = parts.iter().map(Draws::chains).sum();
    let values = parts.iter().flat_map(Draws::values).copied().collect();
    Ok(Draws::from_values(parts[0].parameters().to_vec(), chains, parts[0].draws(), values)?)
}

/// The last checkpoint of the whole; its times are those of the slowest part, since parts run side by side.
fn last(parts: Vec<Checkpoint>) -> Checkpoint {
    let mut parts = parts.into_iter();
    let mut whole = parts.next().expect("there is at least one part");
    for part in parts {
        whole.positions.extend(part.positions);
        match (&mut whole.tuning, part.tuning) {
            (Tuning::Metropolis { scales }, Tuning::Metropolis { scales: further }) => scales.extend(further),
            (
                Tuning::Nuts { step_sizes, inverse_metric },
                Tuning::Nuts { step_sizes: sizes, inverse_metric: metric },
            ) => {
                step_sizes.extend(sizes);
                inverse_metric.extend(metric);
            }
            (Tuning::Metropolis { .. }, Tuning::Nuts { .. }) | (Tuning::Nuts { .. }, Tuning::Metropolis { .. }) => {
                unreachable!("the settings of the parts are equal")
            }
        }
        whole.counts.append(part.counts);
        whole.failures.add(part.failures);
        whole.warmup_seconds = whole.warmup_seconds.max(part.warmup_seconds);
        whole.sampling_seconds = whole.sampling_seconds.max(part.sampling_seconds);
    }
    whole
}
