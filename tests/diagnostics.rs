//! Every diagnostic against ArviZ 0.23.4, on the arrays of `tests/data/arviz` (provenance in the
//! README there). A key of the reference that this test does not know is a failure.

use std::path::{Path, PathBuf};

use ridgewalk::diagnostics::{
    Interval, Settings, autocorrelation as autocorrelations, ess, interval, mcse, nested_rhat, quantile, rank, rhat,
    summarise,
};
use ridgewalk::draws::{ChainView, Draws};
use serde_json::Value;

/// Relative error allowed.
const RELATIVE: f64 = 1e-10;
/// Absolute error allowed beside it, in units of the standard deviation of the array (of 1 for
/// numbers without unit): a quantile or correlation near 0 is a difference of rounded numbers.
const ABSOLUTE: f64 = 1e-13;

/// Values that differ, and why. `*` stands for any array or any key.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("const_2x501", "ess.relative_bulk", CONSTANT_RELATIVE),
    ("const_4x1000", "ess.relative_bulk", CONSTANT_RELATIVE),
    ("const_64x100", "ess.relative_bulk", CONSTANT_RELATIVE),
    ("constperchain_4x1000", "rhat.folded", ROUNDED_ZERO),
];
const CONSTANT_RELATIVE: &str = "ArviZ returns the number of draws where a fraction of it was asked for";
const ROUNDED_ZERO: &str =
    "the variance within chains is exactly 0, so R-hat is infinite; ArviZ divides by its rounding";

struct Array {
    name: String,
    chains: usize,
    draws: usize,
    values: Vec<f64>,
}

impl Array {
    fn view(&self) -> ChainView<'_> {
        ChainView::from_slice(&self.values, self.chains, self.draws).unwrap()
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/arviz")
}

fn read(name: &str, chains: usize, draws: usize) -> Array {
    let csv = folder().join(format!("{name}.csv"));
    let values = if csv.exists() {
        let text = std::fs::read_to_string(csv).unwrap();
        let rows: Vec<Vec<f64>> = text
            .lines()
            .filter(|line| !line.contains("chain"))
            .map(|line| line.split(',').map(|x| x.trim().parse().unwrap()).collect())
            .collect();
        assert_eq!((rows.len(), rows[0].len()), (draws, chains), "{name}");
        (0..chains).flat_map(|chain| rows.iter().map(move |row| row[chain])).collect()
    } else {
        read_npy(&folder().join(format!("{name}.npy")), chains, draws)
    };
    Array { name: name.to_owned(), chains, draws, values }
}

/// Version 1 of the format, little-endian `f64` in C order: all that the references use.
fn read_npy(path: &Path, chains: usize, draws: usize) -> Vec<f64> {
    let bytes = std::fs::read(path).unwrap();
    assert_eq!(&bytes[..8], b"\x93NUMPY\x01\x00");
    let header_length = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let (header, data) = bytes[10..].split_at(header_length);
    let header = std::str::from_utf8(header).unwrap();
    assert!(header.contains("'descr': '<f8'") && header.contains("'fortran_order': False"));
    assert!(header.contains(&format!("({chains}, {draws})")), "{header}");
    let values = data.as_chunks::<8>().0;
    values.iter().copied().map(f64::from_le_bytes).collect()
}

fn number(value: &Value) -> f64 {
    match value {
        Value::String(text) => text.parse().unwrap(),
        other => other.as_f64().unwrap(),
    }
}

fn agrees(ours: f64, reference: f64, unit: f64) -> bool {
    if !reference.is_finite() || !ours.is_finite() {
        return ours == reference || ours.is_nan() && reference.is_nan();
    }
    (ours - reference).abs() <= RELATIVE * reference.abs() + ABSOLUTE * unit
}

/// Collects disagreements, so that one run shows them all.
struct Judge<'a> {
    array: &'a Array,
    checked: usize,
    wrong: Vec<String>,
}

impl Judge<'_> {
    fn judge(&mut self, key: &str, ours: f64, reference: &Value, unit: f64) {
        // A row with draws that are not finite holds no numbers, where ArviZ gives some of them.
        let of_view = ["summary_median.mad", "summary_median.mcse_median", "summary_median.ess_median"].contains(&key);
        let of_row = key.starts_with("summary_") && !of_view || ["mean", "sd_ddof0", "sd_ddof1"].contains(&key);
        let is_finite = self.array.values.iter().all(|x| x.is_finite());
        let reference = if of_row && !is_finite { f64::NAN } else { number(reference) };
        self.checked += 1;
        let excepted =
            EXCEPTIONS.iter().any(|(array, name, _)| (*array == "*" || *array == self.array.name) && *name == key);
        if agrees(ours, reference, unit) == excepted {
            let what = if excepted { "needless exception" } else { "differs" };
            self.wrong.push(format!("{} {key}: {what}: {ours:e}, ArviZ {reference:e}", self.array.name));
        }
    }
}

fn ess_of(view: ChainView<'_>, key: &str) -> f64 {
    let p = |text: &str| text.parse::<f64>().unwrap();
    match key {
        "bulk" | "z_scale" => ess::bulk(view),
        "tail" => ess::tail(view),
        "mean" => ess::of_mean(view),
        "sd" => ess::of_sd(view),
        "median" => ess::of_median(view),
        "mad" => ess::of_mad(view),
        "folded" => ess::folded(view),
        "identity" => ess::identity(view),
        "tail_prob_0.1_0.9" => ess::quantile_at(view, 0.1).min(ess::quantile_at(view, 0.9)),
        // Relative to the split draws.
        "relative_bulk" => ess::bulk(view) / (view.chains() * (view.draws() / 2 * 2)) as f64,
        other => {
            if let Some(probability) = other.strip_prefix("quantile_") {
                ess::quantile_at(view, p(probability))
            } else if let Some(bounds) = other.strip_prefix("local_") {
                let (low, high) = bounds.split_once('_').unwrap();
                ess::local(view, p(low), p(high))
            } else {
                panic!("unknown effective size {other}")
            }
        }
    }
}

fn mcse_of(view: ChainView<'_>, key: &str) -> f64 {
    match key {
        "mean" => mcse::of_mean(view),
        "sd" => mcse::of_sd(view),
        "median" => mcse::of_median(view),
        other => {
            let p = other.strip_prefix("quantile_").expect(other);
            mcse::of_quantile(view, p.parse().unwrap())
        }
    }
}

fn rhat_of(view: ChainView<'_>, key: &str) -> f64 {
    match key {
        "rank" => rhat::rank(view),
        "split" => rhat::split(view),
        "folded" => rhat::folded(view),
        "z_scale" => rhat::z_scale(view),
        "identity" => rhat::identity(view),
        other => panic!("unknown R-hat {other}"),
    }
}

fn median_absolute_deviation(view: ChainView<'_>) -> f64 {
    let centre = quantile::median(&quantile::sorted_values(view));
    let distances: Vec<f64> = view.iterate().map(|x| (x - centre).abs()).collect();
    let distances = ChainView::from_slice(&distances, 1, distances.len()).unwrap();
    quantile::median(&quantile::sorted_values(distances))
}

fn check_array(array: &Array, reference: &Value) -> (usize, Vec<String>) {
    let view = array.view();
    let draws = Draws::from_values(vec!["x".to_owned()], array.chains, array.draws, array.values.clone()).unwrap();
    let summary = |interval| {
        let settings = Settings { interval };
        summarise(&draws, array.chains, &settings).unwrap().rows.remove(0)
    };
    let row = summary(Interval::HighestDensity(0.94));
    let narrow = summary(Interval::HighestDensity(0.89));
    let equal = summary(Interval::EqualTailed(0.94));
    let sd = if row.sd.is_finite() { row.sd } else { 1.0 };
    let sorted = quantile::sorted_values(view);
    let mut judge = Judge { array, checked: 0, wrong: Vec::new() };
    for (group, values) in reference.as_object().unwrap() {
        let keys = || values.as_object().unwrap().iter();
        match group.as_str() {
            "shape" => {}
            "summary_mean" | "summary_hdi89" => {
                let row = if group == "summary_mean" { &row } else { &narrow };
                for (key, value) in keys() {
                    let (ours, unit) = match key.as_str() {
                        "mean" => (row.mean, sd),
                        "sd" => (row.sd, sd),
                        "hdi_3%" | "hdi_5.5%" => (row.interval.0, sd),
                        "hdi_97%" | "hdi_94.5%" => (row.interval.1, sd),
                        "mcse_mean" => (row.mcse_mean, 0.0),
                        "mcse_sd" => (row.mcse_sd, 0.0),
                        "ess_bulk" => (row.ess_bulk, 0.0),
                        "ess_tail" => (row.ess_tail, 0.0),
                        "r_hat" => (row.r_hat, 0.0),
                        other => panic!("unknown column {other}"),
                    };
                    judge.judge(&format!("{group}.{key}"), ours, value, unit);
                }
            }
            "summary_median" => {
                for (key, value) in keys() {
                    let ours = match key.as_str() {
                        "median" => row.q50,
                        "mad" => median_absolute_deviation(view),
                        "eti_3%" => equal.interval.0,
                        "eti_97%" => equal.interval.1,
                        "mcse_median" => mcse::of_median(view),
                        "ess_median" => ess::of_median(view),
                        "ess_tail" => row.ess_tail,
                        "r_hat" => row.r_hat,
                        other => panic!("unknown column {other}"),
                    };
                    judge.judge(&format!("{group}.{key}"), ours, value, sd);
                }
            }
            "rhat" => keys().for_each(|(key, value)| {
                judge.judge(&format!("rhat.{key}"), rhat_of(view, key), value, 0.0);
            }),
            "ess" => keys().for_each(|(key, value)| {
                judge.judge(&format!("ess.{key}"), ess_of(view, key), value, 0.0);
            }),
            "mcse" => keys().for_each(|(key, value)| {
                judge.judge(&format!("mcse.{key}"), mcse_of(view, key), value, 0.0);
            }),
            "autocorr_chain0_first50" | "autocov_chain0_first10" | "autocorr_chain1_first50" => {
                let chain = usize::from(group.contains("chain1"));
                let chain = &array.values[chain * array.draws..][..array.draws];
                let (ours, unit) = if group.starts_with("autocorr") {
                    (autocorrelations::autocorrelation(chain), 1.0)
                } else {
                    let lags = autocorrelations::autocovariance(chain);
                    let variance = lags[0];
                    (lags, variance)
                };
                for (lag, value) in values.as_array().unwrap().iter().enumerate() {
                    judge.judge(&format!("{group}.{lag}"), ours[lag], value, unit);
                }
            }
            "hdi" => {
                for (key, value) in keys() {
                    let (low, high) = interval::hdi(view, key.parse().unwrap());
                    judge.judge(&format!("hdi.{key}.low"), low, &value[0], sd);
                    judge.judge(&format!("hdi.{key}.high"), high, &value[1], sd);
                }
            }
            "quantile_linear" => keys().for_each(|(key, value)| {
                let ours = quantile::quantile(&sorted, key.parse().unwrap());
                judge.judge(&format!("quantile.{key}"), ours, value, sd);
            }),
            "mean" => judge.judge("mean", row.mean, values, sd),
            "sd_ddof0" => {
                let n = view.size() as f64;
                let ours = row.sd * ((n - 1.0) / n).sqrt();
                judge.judge("sd_ddof0", ours, values, sd);
            }
            "sd_ddof1" => judge.judge("sd_ddof1", row.sd, values, sd),
            "mad_scipy_scale1" => {
                judge.judge("mad", median_absolute_deviation(view), values, sd);
            }
            other => panic!("unknown group {other}"),
        }
    }
    (judge.checked, judge.wrong)
}

fn reference() -> serde_json::Map<String, Value> {
    let text = std::fs::read_to_string(folder().join("reference_arviz_0.23.4.json")).unwrap();
    let Value::Object(reference) = serde_json::from_str(&text).unwrap() else { panic!("not an object") };
    reference
}

fn arrays() -> Vec<(Array, Value)> {
    reference()
        .into_iter()
        .filter(|(name, _)| !name.starts_with('_') && !name.starts_with("ni_"))
        .map(|(name, value)| {
            let shape = |axis: usize| usize::try_from(value["shape"][axis].as_u64().unwrap());
            let array = read(&name, shape(0).unwrap(), shape(1).unwrap());
            (array, value)
        })
        .collect()
}

#[test]
fn every_value_of_arviz_0_23_4_is_met() {
    let mut checked = 0;
    let mut wrong = Vec::new();
    for (array, reference) in arrays() {
        let (count, mut found) = check_array(&array, &reference);
        checked += count;
        wrong.append(&mut found);
    }
    assert!(wrong.is_empty(), "{} of {checked}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(checked > 7000, "only {checked} values were checked");
}

#[test]
fn normal_scores_of_tied_draws_are_those_of_arviz() {
    let reference = reference();
    let internals = &reference["_internals"];
    let array = read("ties_2x501", 2, 501);
    // The halves of each chain, without the middle draw.
    let halves: Vec<f64> =
        array.values.chunks_exact(501).flat_map(|chain| [&chain[..250], &chain[251..]].concat()).collect();
    let halves = ChainView::from_slice(&halves, 4, 250).unwrap();
    for (key, ours) in [
        ("z_scale_ties_2x501_row0_first20", rank::z_scale(halves)),
        ("z_fold_ties_2x501_row0_first20", rank::z_fold(halves)),
    ] {
        for (ours, reference) in ours.iter().zip(internals[key].as_array().unwrap()) {
            assert!(agrees(*ours, number(reference), 1.0), "{key}");
        }
    }
}

#[test]
fn nested_rhat_of_ranks_is_that_of_arviz_stats_1_3_3() {
    let text = std::fs::read_to_string(folder().join("rhat_nested_arviz_stats_1.3.3.json")).unwrap();
    let reference: Value = serde_json::from_str(&text).unwrap();
    let mut checked = 0;
    for (name, value) in reference["values"].as_object().unwrap() {
        let (chains, draws) = name.rsplit_once('_').unwrap().1.split_once('x').unwrap();
        let array = read(name, chains.parse().unwrap(), draws.parse().unwrap());
        // The reference was made with superchains of a quarter of the chains, but at least two.
        let superchains = array.chains / (array.chains / 4).max(2);
        let ours = nested_rhat::rank(array.view(), superchains);
        assert!(agrees(ours, number(value), 0.0), "{name}: {ours:e}, ArviZ {value}");
        checked += 1;
    }
    assert_eq!(checked, 33);
}
