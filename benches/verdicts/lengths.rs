//! How long the chains of each model and sampler must be, and what its posterior is: measured once, kept in `lengths.json`.
//!
//! The autocorrelation time is that of the slowest parameter, in steps: steps of a run of four chains, all together, for an
//! effective draw. It is measured on the means of 20 independent runs of four chains (of ranks, of their distances from the
//! middle, and of the draws beyond the 5 and the 95 % quantile), not on anything that a single run says of itself. Eighty
//! chains, each tuned by itself, are 20 such runs. They are tuned for as long as the table's runs that are long enough.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use ridgewalk::backend::Method;
use ridgewalk::diagnostics::{Interval, Settings as Shown, mcse, rank, summarise};
use ridgewalk::draws::Draws;
use ridgewalk::model::Model;
use serde_json::{Map, Value, json};

use super::models::{Case, Truth};
use super::random::Random;
use super::runs::{METROPOLIS, NUTS, Shape, chosen, compiled, long_warmup, run, some, work};

/// What is known of a model.
#[derive(Clone, Debug)]
pub struct Known {
    /// Steps for an effective draw, of NUTS and of Metropolis; none where no run of a few seconds gives it.
    pub times: [Option<f64>; 2],
    pub parameters: BTreeMap<String, Reference>,
}

/// What a posterior is, in a parameter: mean, standard deviation, and quantiles of 5, 50 and 95 %; and the standard error of
/// each.
#[derive(Clone, Debug)]
pub struct Reference {
    pub values: [f64; 5],
    pub errors: [f64; 5],
}

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("benches/verdicts/lengths.json")
}

/// What was measured before.
pub fn stored() -> BTreeMap<String, Known> {
    let text = fs::read_to_string(path()).unwrap_or_else(|_| "{}".to_owned());
    let object: Map<String, Value> = serde_json::from_str(&text).expect("lengths.json is JSON");
    let five = |value: &Value| -> [f64; 5] {
        let list = value.as_array().expect("a list");
        std::array::from_fn(|k| list[k].as_f64().unwrap_or(f64::NAN))
    };
    let known = |value: &Value| Known {
        times: [value["nuts_steps"].as_f64(), value["metropolis_steps"].as_f64()],
        parameters: value["posterior"]
            .as_object()
            .expect("parameters by name")
            .iter()
            .map(|(name, it)| (name.clone(), Reference { values: five(&it["is"]), errors: five(&it["errors"]) }))
            .collect(),
    };
    object.iter().map(|(name, value)| (name.clone(), known(value))).collect()
}

/// Measures models, and stores what is found beside what is known of others.
/// References are kept where `times` alone are asked for.
pub fn measure(cases: &[Case], times: bool) {
    for case in cases {
        let clock = Instant::now();
        let model = compiled(case.name, &case.text, &case.data);
        let nuts = time(&model, NUTS);
        let metropolis = time(&model, METROPOLIS);
        let kept = stored().remove(case.name).filter(|_| times).map(|known| known.parameters);
        let parameters = kept.unwrap_or_else(|| posterior(case, &model, nuts));
        let rounded = |x: f64| format!("{x:.7e}").parse::<f64>().map_or(Value::Null, |x| json!(x));
        let of = |reference: &Reference| {
            json!({
                "is": reference.values.map(rounded),
                "errors": reference.errors.map(rounded),
            })
        };
        let found = json!({
            "nuts_steps": nuts.map(rounded),
            "metropolis_steps": metropolis.map(rounded),
            "posterior": parameters.iter().map(|(name, reference)| (name.clone(), of(reference))).collect::<Map<_, _>>(),
        });
        eprintln!(
            "{}: {:?} steps of NUTS, {:?} of Metropolis for a draw; {:.1} s",
            case.name,
            nuts,
            metropolis,
            clock.elapsed().as_secs_f64()
        );
        let text = fs::read_to_string(path()).unwrap_or_else(|_| "{}".to_owned());
        let mut all: Map<String, Value> = serde_json::from_str(&text).expect("lengths.json is JSON");
        all.insert(case.name.to_owned(), found);
        let lines: Vec<String> = all.iter().map(|(name, value)| format!("{}: {value}", json!(name))).collect();
        fs::write(path(), format!("{{\n{}\n}}\n", lines.join(",\n"))).expect("lengths.json can be written");
    }
}

/// Steps for an effective draw.
fn time(model: &Model, method: Method) -> Option<f64> {
    /// Runs are made four times as long as often as they stay below this much work.
    const MOST_WORK: f64 = 2e7;
    let measured = |warmup: u32, draws: u32| {
        let shape = Shape { chains: 80, superchains: 80, warmup, draws, thin: draws.div_ceil(500) };
        let is_affordable = work(model, method, &shape) <= MOST_WORK;
        is_affordable.then(|| slowest(&some(&run(model, method, &shape, 1001, 0.8).draws), shape.thin))
    };
    let mut length: u32 = if method == NUTS { 100 } else { 500 };
    loop {
        let steps = measured(length, length)?;
        // Twenty such times in the run, and as many in its warm-up.
        if 20.0 * steps < f64::from(length) {
            // Runs of the table are tuned for as long as they warm up, which may be less, and then move otherwise.
            let tuned = measured(long_warmup(method, steps) as u32, length)?;
            if 20.0 * tuned < f64::from(length) {
                return Some(steps.max(tuned));
            }
        }
        length *= 4;
    }
}

/// The longest autocorrelation time of all parameters, in steps.
fn slowest(draws: &Draws, thin: u32) -> f64 {
    let mut longest: f64 = 1.0;
    for parameter in 0..draws.parameters().len() {
        let view = draws.view(parameter);
        let mut sorted: Vec<f64> = view.iterate().collect();
        sorted.sort_unstable_by(f64::total_cmp);
        let tail = |share: f64| {
            let bound = sorted[(share * (sorted.len() - 1) as f64) as usize];
            view.iterate().map(|x| f64::from(x <= bound)).collect::<Vec<f64>>()
        };
        for scores in [rank::z_scale(view), rank::z_fold(view), tail(0.05), tail(0.95)] {
            let chain: Vec<f64> =
                scores.chunks_exact(draws.draws()).map(|x| x.iter().sum::<f64>() / x.len() as f64).collect();
            let runs: Vec<f64> = chain.chunks_exact(4).map(|x| x.iter().sum::<f64>() / 4.0).collect();
            let variance = |x: &[f64]| {
                let mean = x.iter().sum::<f64>() / x.len() as f64;
                x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (x.len() - 1) as f64
            };
            let effective = variance(&scores) / variance(&runs);
            if effective.is_finite() {
                longest = longest.max(4.0 * (draws.draws() as f64) * f64::from(thin) / effective);
            }
        }
    }
    longest
}

fn posterior(case: &Case, model: &Model, steps: Option<f64>) -> BTreeMap<String, Reference> {
    let (draws, names) = match case.truth {
        Truth::Exact(draw) => {
            let mut random = Random(2026);
            let count = 40_000;
            let values: Vec<f64> = (0..count).flat_map(|_| draw(&mut random)).collect();
            let names = model.parameters[..values.len() / count].to_vec();
            (Draws::from_values(names.clone(), 4, count / 4, values).expect("draws of equal length"), names)
        }
        Truth::LongRun => (long(model, steps), model.parameters.clone()),
        Truth::Form(text) => {
            let other = compiled(case.name, text, &case.data);
            (long(&other, None), model.parameters.clone())
        }
    };
    let shown = Shown { interval: Interval::EqualTailed(0.9) };
    let summary = summarise(&draws, draws.chains(), &shown).expect("chains are their own superchains");
    let names = chosen(names.len()).into_iter().map(|index| names[index].clone()).collect::<Vec<_>>();
    let found = names.iter().map(|name| {
        let index =
            draws.parameters().iter().position(|other| other == name).expect("the other form has the parameter");
        let row = &summary.rows[index];
        if row.r_hat > 1.005 {
            eprintln!("{}: the reference of {name} has an R-hat of {:.4}", case.name, row.r_hat);
        }
        let view = draws.view(index);
        let quantile = |p| mcse::of_quantile(view, p);
        let errors = [row.mcse_mean, row.mcse_sd, quantile(0.05), quantile(0.5), quantile(0.95)];
        (name.clone(), Reference { values: [row.mean, row.sd, row.q5, row.q50, row.q95], errors })
    });
    found.collect()
}

/// A long run of NUTS with small steps.
fn long(model: &Model, steps: Option<f64>) -> Draws {
    let length = steps.map_or(2000, |steps| (200.0 * steps).ceil().clamp(400.0, 2000.0) as u32);
    let shape = Shape { chains: 32, superchains: 32, warmup: 500, draws: length, thin: 1 };
    run(model, NUTS, &shape, 2002, 0.95).draws
}
