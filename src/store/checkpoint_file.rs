//! Checkpoints as files: a line of JSON that says what follows, then numbers of eight bytes, little endian. The line holds a
//! digest of itself and of the numbers, so that a file cut short or altered is told from a whole one; up to format 1 of run
//! directories, it was one of the numbers alone.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::atomic;
use super::digest::sha256;
use super::error::StoreError;
use super::facts::Facts;
use super::sealed::{Context, altered, is_intact, seal, sealable};
use crate::backend::{Checkpoint, Counts, Trees, Tuning};
use crate::draws::Failures;

/// The first line.
#[derive(Serialize, Deserialize)]
struct Header {
    step: u32,
    draws: usize,
    warmup_seconds: f64,
    sampling_seconds: f64,
    /// None in checkpoints of older versions, of runs in which no draw failed.
    #[serde(default)]
    failures: Failures,
    method: Method,
    chains: usize,
    coordinates: usize,
    /// Digest of the numbers, up to format 1.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    sha256: String,
}

#[derive(Serialize, Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum Method {
    Metropolis,
    Nuts,
}

/// What a checkpoint is bound to.
fn context<'a>(facts: &'a Facts, place: &'a str, numbers: &'a [u8]) -> Context<'a> {
    Context { id: &facts.id, place, after: numbers }
}

/// The name of a file, which the digest covers: one checkpoint is not taken for another.
fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Writes a checkpoint of a run.
pub(super) fn write(path: &Path, checkpoint: &Checkpoint, facts: &Facts) -> Result<(), StoreError> {
    let chains = facts.shape.chains;
    let mut words: Vec<u64> = checkpoint.positions.iter().map(|x| x.to_bits()).collect();
    let method = match &checkpoint.tuning {
        Tuning::Metropolis { scales } => {
            words.extend(scales.iter().map(|x| x.to_bits()));
            Method::Metropolis
        }
        Tuning::Nuts { step_sizes, inverse_metric } => {
            words.extend(step_sizes.iter().chain(inverse_metric).map(|x| x.to_bits()));
            Method::Nuts
        }
    };
    match &checkpoint.counts {
        Counts::Accepted(accepted) => words.extend(accepted.iter().map(|&count| u64::from(count))),
        Counts::Trees(trees) => words.extend(trees.iter().flat_map(|tree| {
            let (divergences, saturated) = (u64::from(tree.divergences), u64::from(tree.saturated));
            [tree.acceptance.to_bits(), tree.leapfrogs, divergences, saturated]
        })),
    }
    let payload = words.iter().map(|word| word.to_le_bytes()).collect::<Vec<_>>().into_flattened();
    let header = Header {
        step: checkpoint.step,
        draws: checkpoint.draws,
        warmup_seconds: checkpoint.warmup_seconds,
        sampling_seconds: checkpoint.sampling_seconds,
        failures: checkpoint.failures.clone(),
        method,
        chains,
        coordinates: checkpoint.positions.len() / chains.max(1),
        sha256: if facts.is_sealed() { String::new() } else { sha256(&payload) },
    };
    let Value::Object(header) = json!(header) else { unreachable!("a structure is an object") };
    let line = if facts.is_sealed() {
        let line = format!("{}\n", Value::Object(sealable(header)));
        seal(&line, context(facts, &name(path), &payload))
    } else {
        format!("{}\n", Value::Object(header))
    };
    atomic::write(path, &[line.as_bytes(), &payload].concat()).map_err(StoreError::io("write", path))
}

/// Reads the checkpoint of a run after so many draws.
pub(super) fn read(path: &Path, draws: usize, facts: &Facts) -> Result<Checkpoint, StoreError> {
    let bytes = fs::read(path).map_err(StoreError::io("read", path))?;
    let cut_off = || StoreError::damaged(path, "it was cut off");
    let end = bytes.iter().position(|&byte| byte == b'\n').ok_or_else(cut_off)?;
    let (line, payload) = bytes.split_at(end + 1);
    if facts.is_sealed() {
        let line = std::str::from_utf8(line).unwrap_or_default();
        if !is_intact(line, context(facts, &name(path), payload)) {
            return Err(StoreError::damaged(path, altered()));
        }
    }
    let header: Header = serde_json::from_slice(line).map_err(|error| StoreError::damaged(path, &error))?;
    let shape = &facts.shape;
    let step = u64::from(shape.warmup) + draws as u64 * u64::from(shape.thin);
    let expected = (step, draws, shape.chains, facts.coordinates.len());
    if (u64::from(header.step), header.draws, header.chains, header.coordinates) != expected {
        return Err(StoreError::damaged(path, "it is not of this run, or not after as many draws"));
    }
    let Header { chains, coordinates, method, .. } = header;
    let words = match method {
        Method::Metropolis => coordinates.checked_mul(3),
        Method::Nuts => coordinates.checked_mul(2).and_then(|words| words.checked_add(5)),
    };
    if words.and_then(|words| words.checked_mul(chains)).and_then(|words| words.checked_mul(8)) != Some(payload.len()) {
        return Err(cut_off());
    }
    if !facts.is_sealed() && sha256(payload) != header.sha256 {
        return Err(StoreError::damaged(path, "its numbers are not those that were written"));
    }
    let mut words = payload.chunks_exact(8).map(|word| u64::from_le_bytes(word.try_into().expect("eight bytes")));
    let mut numbers = |count: usize| -> Vec<f64> { words.by_ref().take(count).map(f64::from_bits).collect() };
    let positions = numbers(chains * coordinates);
    let (tuning, counts) = match method {
        Method::Metropolis => {
            let scales = numbers(chains * coordinates);
            (Tuning::Metropolis { scales }, Counts::Accepted(words.map(|count| count as u32).collect()))
        }
        Method::Nuts => {
            let (step_sizes, inverse_metric) = (numbers(chains), numbers(chains * coordinates));
            let rest: Vec<u64> = words.collect();
            let trees = rest.chunks_exact(4).map(|tree| Trees {
                acceptance: f64::from_bits(tree[0]),
                leapfrogs: tree[1],
                divergences: tree[2] as u32,
                saturated: tree[3] as u32,
            });
            (Tuning::Nuts { step_sizes, inverse_metric }, Counts::Trees(trees.collect()))
        }
    };
    Ok(Checkpoint {
        step: header.step,
        draws: header.draws,
        positions,
        tuning,
        counts,
        failures: header.failures,
        warmup_seconds: header.warmup_seconds,
        sampling_seconds: header.sampling_seconds,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn folder() -> std::path::PathBuf {
        std::env::temp_dir().join(format!("ridgewalk-checkpoint-{}", std::process::id()))
    }

    fn checkpoint(chains: usize, coordinates: usize, nuts: bool, bits: &[u64]) -> Checkpoint {
        let mut bits = bits.iter().copied().cycle();
        let mut numbers = |count: usize| -> Vec<f64> { bits.by_ref().take(count).map(f64::from_bits).collect() };
        let positions = numbers(chains * coordinates);
        let (tuning, counts) = if nuts {
            let tuning = Tuning::Nuts { step_sizes: numbers(chains), inverse_metric: numbers(chains * coordinates) };
            let tree = Trees { acceptance: 12.5, leapfrogs: u64::MAX, divergences: 3, saturated: u32::MAX };
            (tuning, Counts::Trees(vec![tree; chains]))
        } else {
            let scales = numbers(chains * coordinates);
            (Tuning::Metropolis { scales }, Counts::Accepted((0..(chains * coordinates) as u32).collect()))
        };
        let failures = Failures { failed: 0, tried: 12, first: None };
        Checkpoint {
            step: 7,
            draws: 3,
            positions,
            tuning,
            counts,
            failures,
            warmup_seconds: 0.1,
            sampling_seconds: 1e-300,
        }
    }

    fn facts_of(chains: usize, coordinates: usize, format: u64) -> Facts {
        let mut facts = crate::store::facts::tests::facts();
        (facts.format, facts.id) = (format, "id".to_owned());
        facts.coordinates = (0..coordinates).map(|coordinate| coordinate.to_string()).collect();
        (facts.shape.chains, facts.shape.warmup, facts.shape.thin) = (chains, 1, 2);
        facts
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn a_checkpoint_survives_its_file_to_the_last_bit_and_any_other_file_is_refused(
            chains in 1_usize..5,
            coordinates in 1_usize..4,
            nuts: bool,
            // NaN differs from itself: it is left to the digest.
            values in prop::collection::vec(prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL | prop::num::f64::INFINITE, 1..9),
            cut in 1_usize..40,
            format in 1_u64..3,
            at in 0.0..1.0,
            bit in 0_u8..8,
        ) {
            fs::create_dir_all(folder()).unwrap();
            let path = folder().join(format!("checkpoint-{nuts}"));
            let bits: Vec<u64> = values.iter().map(|x| x.to_bits()).collect();
            let written = checkpoint(chains, coordinates, nuts, &bits);
            let facts = facts_of(chains, coordinates, format);
            write(&path, &written, &facts).unwrap();
            prop_assert_eq!(&read(&path, 3, &facts).unwrap(), &written);
            prop_assert!(read(&path, 4, &facts).is_err());
            prop_assert!(read(&path, 3, &facts_of(chains + 1, coordinates, format)).is_err());
            let bytes = fs::read(&path).unwrap();
            fs::write(&path, &bytes[..bytes.len() - cut]).unwrap();
            prop_assert!(read(&path, 3, &facts).is_err());
            let mut altered = bytes.clone();
            *altered.last_mut().unwrap() ^= 1;
            fs::write(&path, &altered).unwrap();
            prop_assert!(read(&path, 3, &facts).is_err());
            if format == 2 {
                let mut altered = bytes;
                let index = (at * altered.len() as f64) as usize;
                altered[index] ^= 1 << bit;
                fs::write(&path, &altered).unwrap();
                prop_assert!(read(&path, 3, &facts).is_err());
            }
        }
    }
}
