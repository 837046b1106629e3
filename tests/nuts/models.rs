//! Models bound to their data, and ways to run them.

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use ridgewalk::backend::cpu::CpuBackend;
use ridgewalk::backend::gpu::{AdapterChoice, NutsBackend};
use ridgewalk::backend::{Backend, Method, Population, Stretch, Tuning};
use ridgewalk::diagnostics::{self, Row, summarise};
use ridgewalk::lang::{self, source::Source};
use ridgewalk::math::Real;
use ridgewalk::model::Model;
use ridgewalk::model::data::Data;
use ridgewalk::run::{Init, Outcome, Settings, run};

use super::wanted::gpu_is_wanted;

const MAX_TREEDEPTH: u32 = 10;
pub const NUTS: Method = Method::Nuts { max_treedepth: MAX_TREEDEPTH };

/// A model without data.
pub fn model(text: &str) -> Model {
    bind("model", text, &Data::default())
}

/// A model with its data, as JSON.
pub fn with_data(text: &str, json: &str) -> Model {
    let mut data = Data::default();
    data.add_json(json, "data.json").expect("the data are JSON");
    bind("model", text, &data)
}

/// A model with its data, from files below the repository.
pub fn from_files(name: &str, model: &str, data: &str) -> Model {
    let text = |file: &str| fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).expect("a file");
    let mut bound = Data::default();
    bound.add_json(&text(data), "data.json").expect("the data are JSON");
    bind(name, &text(model), &bound)
}

fn bind(name: &str, text: &str, data: &Data) -> Model {
    let source = Source::new("model.stan", text);
    match lang::compile(&source, data, name, lang::Settings::default()) {
        Ok(compiled) => compiled.model,
        Err(error) => panic!("{}", error.render(&source, false)),
    }
}

pub fn cpu<R: Real>(model: &Model, seed: u64) -> Box<dyn Backend> {
    Box::new(CpuBackend::<R>::with_method(model, NUTS, seed))
}

/// A GPU that computes correctly.
pub fn gpu(model: &Model, seed: u64) -> Box<dyn Backend> {
    let backend = NutsBackend::new(model, MAX_TREEDEPTH, &AdapterChoice::Best, seed);
    Box::new(backend.unwrap_or_else(|error| panic!("{error} (RIDGEWALK_WITHOUT_GPU=1 says that there is none)")))
}

/// Makes a backend for a model and a seed.
pub type Make = fn(&Model, u64) -> Box<dyn Backend>;

/// All backends that this machine is meant to have.
pub fn backends() -> Vec<(&'static str, Make)> {
    let mut backends: Vec<(&str, Make)> = vec![("cpu f64", cpu::<f64>), ("cpu f32", cpu::<f32>)];
    if gpu_is_wanted() {
        backends.push(("gpu f32", gpu));
    }
    backends
}

pub fn settings(chains: usize, warmup: u32, draws: usize, seed: u64) -> Settings {
    Settings {
        first_chain: 0,
        chains,
        superchain_size: if chains > 16 { chains / 16 } else { 1 },
        warmup,
        draws,
        thin: 1,
        seed,
        init: Init::Random { radius: 2.0 },
        target_accept: 0.8,
    }
}

pub fn sample(model: &Model, backend: &mut dyn Backend, settings: &Settings) -> Outcome {
    run(model, backend, settings, &mut |_, _, _| ControlFlow::Continue(())).expect("the chains run")
}

pub fn rows(outcome: &Outcome, superchains: usize) -> Vec<Row> {
    summarise(&outcome.draws, superchains, &diagnostics::Settings::default()).expect("equal superchains").rows
}

/// Where chains are after so many steps of one size from `positions`, `[chain, coordinate]`, with a unit metric.
pub fn moved(model: &Model, backend: &mut dyn Backend, positions: &[f64], step_size: f64, steps: u32) -> Vec<f64> {
    let chains = positions.len() / model.coordinates.len();
    backend.start(Population { first: 0, chains }, positions).expect("the chains start");
    let tuning = Tuning::Nuts { step_sizes: vec![step_size; chains], inverse_metric: vec![1.0; positions.len()] };
    backend.tune(&tuning).expect("the chains are tuned");
    let stretch = Stretch { first_step: 0, steps };
    backend.advance(stretch, None, &mut |_| ControlFlow::Continue(())).expect("the chains move");
    backend.positions().expect("the chains are somewhere")
}
