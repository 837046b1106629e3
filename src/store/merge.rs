//! Parts of a run, joined into the run that one process would have written.
//!
//! Run directories flow in; their chains must be whole superchains that follow one another, and everything else that
//! decides a draw must be equal. The whole grows beside its place and is renamed when it is complete: a merge that is
//! killed leaves nothing that could be taken for a run. Memory is that of a block of all chains.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use super::error::StoreError;
use super::facts::{FORMAT, Facts, chunk_length};
use super::marker::new_id;
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
    for part in paths {
        if is_inside(out, part) {
            let (out, part) = (out.display(), part.display());
            return Err(unmergeable(format!("{out} lies inside of {part}: choose another directory")));
        }
    }
    let growing = beside(out);
    let model = parts[0].run.model()?.unwrap_or_default();
    let mut writer = RunWriter::create_unfinished(&growing, facts.clone(), &model)?;
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
        writer.list_chunks(from)?;
    }
    let warmup = if facts.warmup.is_empty() { 0 } else { facts.shape.warmup as usize };
    let block = facts.warmup_block();
    for from in (0..warmup).step_by(block) {
        let range = from..(from + block).min(warmup);
        let each = parts.iter().map(|part| part.run.warmup_of(&range)).collect::<Result<Vec<_>, _>>()?;
        let (states, told): (Vec<Draws>, Vec<Draws>) = each.into_iter().map(|[states, told]| (states, told)).unzip();
        let groups = [("warmup_posterior", &joined(&states)?), ("warmup_sample_stats", &joined(&told)?)];
        writer.warmup_chunks(from, &groups)?;
        writer.list_warmup_chunks(from)?;
    }
    writer.data_values(&parts[0].run.data_values()?)?;
    let checkpoints = parts.iter().map(|part| part.run.checkpoint()).collect::<Result<Vec<_>, _>>()?;
    writer.conclude(&last(checkpoints))?;
    drop(writer);
    if out.exists() {
        fs::remove_dir(out).map_err(StoreError::io("write", out))?;
    }
    fs::rename(&growing, out).map_err(StoreError::io("write", out))?;
    Ok(facts)
}

/// Whether a place is in a folder.
fn is_inside(place: &Path, folder: &Path) -> bool {
    let parent = place.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let [Ok(parent), Ok(folder)] = [parent, folder].map(fs::canonicalize) else { return false };
    parent.starts_with(folder)
}

/// Where a whole grows.
fn beside(out: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(out.file_name().unwrap_or_default());
    name.push(".part");
    out.with_file_name(name)
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
    (facts.format, facts.id) = (FORMAT, new_id());
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
