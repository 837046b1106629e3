//! What a run directory says of its run: from what it was made, how it is cut, and on what it ran; and in what two runs
//! differ, in words.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::data_arrays::DataArray;
use super::digest::{of_datum, sha256};
use crate::model::data::Data;

/// The format of run directories that this version writes, and the newest that it reads.
///
/// 1: chunks without checksums. 2: chunks, metadata and everything that is known of a run end or begin with a checksum, and
/// lists of chunks with theirs.
pub const FORMAT: u64 = 2;

/// How large a run is, and which part of a larger one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// Number of the first chain in the whole run.
    pub first_chain: u32,
    /// Number of chains.
    pub chains: usize,
    /// Chains that share a starting point.
    pub superchain_size: usize,
    /// Steps before the first draw.
    pub warmup: u32,
    /// Draws of each chain.
    pub draws: usize,
    /// Steps per draw.
    pub thin: u32,
    /// What all random numbers derive from.
    pub seed: u64,
}

/// What is known of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// [`FORMAT`] of its directory.
    pub format: u64,
    /// The version of ridgewalk that began it.
    pub version: String,
    /// What tells it from every other run, whatever it is made from; empty of runs of earlier versions.
    #[serde(default)]
    pub id: String,
    /// When it began, in UTC.
    pub created_at: String,
    /// The name of the model.
    pub model: String,
    /// Digest of the model's text, which lies beside.
    pub model_sha256: String,
    /// Digest of each value of the data.
    pub data: BTreeMap<String, String>,
    /// Its size.
    pub shape: Shape,
    /// Everything else that decides a bit of the draws: sampler, starting points, precision and their like.
    pub settings: Map<String, Value>,
    /// What to type to run it again; empty of a run that was put together.
    #[serde(default)]
    pub command: String,
    /// What ran it, and what was noticed there.
    pub device: Map<String, Value>,
    /// Names of the coordinates.
    pub coordinates: Vec<String>,
    /// The parameters and generated quantities that are stored, in the order of the model.
    pub parameters: Vec<String>,
    /// What is told of each draw's step.
    pub statistics: Vec<String>,
    /// Observations whose log likelihood is stored, and priors whose logarithm is.
    #[serde(default)]
    pub likelihood: Vec<String>,
    /// See `likelihood`.
    #[serde(default)]
    pub prior: Vec<String>,
    /// Parameters whose warm-up steps are stored, the first ones of `parameters`; none where they are not.
    #[serde(default)]
    pub warmup: Vec<String>,
    /// Rows of the data's CSV files, if there were any: what an integer without a value of its own may stand for.
    #[serde(default)]
    pub rows: Option<usize>,
    /// The arrays among the data.
    #[serde(default)]
    pub arrays: Vec<DataArray>,
    /// How many of the parameters, the first ones, are in single precision.
    pub single: usize,
    /// How many of the parameters, the last ones, are generated quantities.
    #[serde(default)]
    pub generated: usize,
    /// Columns that blocks of draws have, those that are not stored included.
    pub columns: usize,
    /// Draws of a chunk.
    pub block: usize,
}

impl Facts {
    /// Whether files show when they were altered.
    pub(super) fn is_sealed(&self) -> bool {
        self.format >= 2
    }

    /// Steps of a chunk of warm-up.
    pub fn warmup_block(&self) -> usize {
        chunk_length(self.shape.chains, self.columns, self.shape.warmup as usize)
    }

    /// In what another run differs that is to go on from this one, each in a sentence; nothing if it may.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let mut found = Vec::new();
        if self.model_sha256 != other.model_sha256 {
            found.push("its model has another text".to_owned());
        }
        for name in self.data.keys().chain(other.data.keys().filter(|name| !self.data.contains_key(*name))) {
            match (self.data.get(name), other.data.get(name)) {
                (Some(there), Some(here)) if there == here => {}
                (Some(_), Some(_)) => found.push(format!("its data have other values of {name}")),
                (Some(_), None) => found.push(format!("its data have {name}")),
                (None, _) => found.push(format!("its data have no {name}")),
            }
        }
        let (there, here) = (self.decisive(), other.decisive());
        for name in there.keys().chain(here.keys().filter(|name| !there.contains_key(*name))) {
            let (there, here) = (there.get(name), here.get(name));
            if there != here {
                let text = |value: Option<&Value>| value.map_or_else(|| "not set".to_owned(), plain);
                found.push(format!("{} is {} there and {} here", name.replace('_', " "), text(there), text(here)));
            }
        }
        found
    }

    /// Everything but model and data that decides the draws and how they are stored.
    pub(super) fn decisive(&self) -> Map<String, Value> {
        let Value::Object(mut all) = json!(self.shape) else { unreachable!("a structure is an object") };
        all.extend(self.settings.clone());
        all.insert("stored parameters".into(), json!(self.parameters));
        all.insert("log likelihood".into(), json!(!self.likelihood.is_empty()));
        all.insert("stored warm-up".into(), json!(!self.warmup.is_empty()));
        all.insert("draws per chunk".into(), json!(self.block));
        all
    }
}

/// A value as people write it, long ones shortened.
fn plain(value: &Value) -> String {
    const LONGEST: usize = 60;
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    if text.chars().count() <= LONGEST { text } else { text.chars().take(LONGEST).chain("...".chars()).collect() }
}

/// Draws of a chunk: a thirty-second part of the run, so that no more is lost when a process is killed, but no more than
/// 64 MiB of all columns, so that few of them fit into any memory. A matter of the run's size alone.
pub fn chunk_length(chains: usize, columns: usize, draws: usize) -> usize {
    const PARTS: usize = 32;
    const MOST_BYTES: usize = 64 << 20;
    let row = 8 * chains.max(1) * columns.max(1);
    draws.div_ceil(PARTS).min(MOST_BYTES / row).max(1)
}

/// Digest of a model's text.
pub fn model_digest(text: &str) -> String {
    sha256(text.as_bytes())
}

/// Digests of the data, by name.
pub fn data_digests(data: &Data) -> BTreeMap<String, String> {
    let digest = |name: &str| data.get(name).map(|datum| (name.to_owned(), of_datum(datum)));
    data.names().filter_map(digest).collect()
}

/// The present moment as ISO 8601 has it, in UTC.
pub fn now() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    timestamp(seconds)
}

/// Seconds since 1970 as a date and a time: days counted from the first of March of the year 0, so that leap days come
/// last (Howard Hinnant, "chrono-compatible low-level date algorithms", `civil_from_days`).
fn timestamp(seconds: u64) -> String {
    let (days, rest) = (seconds / 86_400 + 719_468, seconds % 86_400);
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}+00:00")
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    #[test]
    fn timestamps_know_leap_years() {
        assert_eq!(timestamp(0), "1970-01-01T00:00:00+00:00");
        // By `date -u -d @N`.
        assert_eq!(timestamp(951_782_399), "2000-02-28T23:59:59+00:00");
        assert_eq!(timestamp(951_782_400), "2000-02-29T00:00:00+00:00");
        assert_eq!(timestamp(4_107_542_400), "2100-03-01T00:00:00+00:00");
    }

    pub(in crate::store) fn facts() -> Facts {
        Facts {
            format: FORMAT,
            version: "0".into(),
            id: String::new(),
            created_at: now(),
            model: "m".into(),
            model_sha256: model_digest("model {}"),
            data: [("N".to_owned(), "1".to_owned()), ("y".to_owned(), "2".to_owned())].into(),
            shape: Shape { first_chain: 0, chains: 4, superchain_size: 1, warmup: 5, draws: 6, thin: 1, seed: 7 },
            settings: Map::from_iter([("sampler".to_owned(), json!("metropolis"))]),
            command: String::new(),
            device: Map::new(),
            coordinates: vec!["mu".into()],
            parameters: vec!["mu".into()],
            statistics: vec![],
            likelihood: vec![],
            prior: vec![],
            warmup: vec![],
            rows: None,
            arrays: vec![],
            single: 0,
            generated: 0,
            columns: 1,
            block: 2,
        }
    }

    #[test]
    fn each_difference_is_named() {
        let here = facts();
        let mut there = facts();
        assert!(there.differences(&here).is_empty());
        there.model_sha256 = String::new();
        there.shape.seed = 8;
        there.settings.insert("sampler".into(), json!("nuts"));
        there.settings.insert("max_treedepth".into(), json!(10));
        there.data = [("y".to_owned(), "3".to_owned()), ("x".to_owned(), "4".to_owned())].into();
        let expected = [
            "its model has another text",
            "its data have x",
            "its data have other values of y",
            "its data have no N",
            "seed is 8 there and 7 here",
            "sampler is nuts there and metropolis here",
            "max treedepth is 10 there and not set here",
        ];
        assert_eq!(there.differences(&here), expected);
    }
}
