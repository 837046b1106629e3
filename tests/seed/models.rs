//! The two models of the examples, bound to their data, and ways to run them.

use std::ops::ControlFlow;

use ridgewalk::backend::Backend;
use ridgewalk::backend::gpu::{AdapterChoice, GpuBackend};
use ridgewalk::diagnostics::{self, Row, summarise};
use ridgewalk::draws::Draws;
use ridgewalk::lang::{self, source::Source};
use ridgewalk::model::Model;
use ridgewalk::model::data::Data;
use ridgewalk::run::{Init, Settings, run};

use super::wanted::gpu_is_wanted;

pub fn nonidentified() -> Model {
    compile("nonidentified", include_str!("../../examples/identifiability/nonidentified.stan"))
}

pub fn informative() -> Model {
    compile("informative", include_str!("../../examples/identifiability/informative.stan"))
}

fn compile(name: &str, text: &str) -> Model {
    let mut data = Data::default();
    data.add_json(include_str!("../../examples/identifiability/y.json"), "y.json").unwrap();
    lang::compile(&Source::new(name, text), &data, name, lang::Settings::default()).unwrap().model
}

/// A GPU backend; none where `RIDGEWALK_WITHOUT_GPU=1` says so, and a failure where there is no adapter otherwise.
pub fn gpu(model: &Model, seed: u64) -> Option<GpuBackend> {
    gpu_is_wanted().then(|| {
        GpuBackend::new(model, &AdapterChoice::Best, seed).unwrap_or_else(|error| {
            panic!(
                "{error}; scripts/test installs a software adapter, and RIDGEWALK_WITHOUT_GPU=1 leaves GPU tests out"
            )
        })
    })
}

pub fn settings(chains: usize, draws: usize, seed: u64) -> Settings {
    Settings {
        first_chain: 0,
        chains,
        superchain_size: 1,
        warmup: 1000,
        draws,
        thin: 1,
        seed,
        init: Init::Random { radius: 2.0 },
        target_accept: 0.8,
    }
}

pub fn draw(model: &Model, backend: &mut dyn Backend, settings: &Settings) -> Draws {
    run(model, backend, settings, &mut |_, _, _| ControlFlow::Continue(())).unwrap().draws
}

pub fn rows(draws: &Draws) -> Vec<Row> {
    summarise(draws, draws.chains(), &diagnostics::Settings::default()).unwrap().rows
}

pub fn row<'a>(rows: &'a [Row], parameter: &str) -> &'a Row {
    rows.iter().find(|row| row.parameter == parameter).unwrap()
}
