//! Models that are compiled and, where that works, run: started, stepped a few times in both precisions, their
//! quantities generated and their likelihood taken apart.

use std::ops::ControlFlow;

use ridgewalk::backend::cpu::CpuBackend;
use ridgewalk::backend::{Backend, Method, Population};
use ridgewalk::lang::{self, source::Source};
use ridgewalk::model::data::Data;
use ridgewalk::rng::random::Random;
use ridgewalk::run::{self, Init, Settings};

use super::Dice;
use super::damage::{self, Pair};
use super::misfits::Calls;

/// A damaged model of the corpus.
pub fn damaged(seed: u64, number: u32, corpus: &[Pair]) {
    let (name, text, data) = damage::case(seed, number, corpus);
    told(&format!("{number}, of {name}"), &text, &data);
}

/// A call whose sizes may not fit.
pub fn call(seed: u64, number: u32, calls: &Calls) {
    let (name, text, data) = calls.case(&mut Dice::new(seed, number));
    told(&format!("{number}, of {name}"), &text, &data);
}

/// Tries a model; where that panics, the model is told.
fn told(case: &str, text: &str, data: &str) {
    let outcome = std::panic::catch_unwind(|| try_out(text, data));
    if let Err(panic) = outcome {
        eprintln!("case {case}, panics:\n{text}\n{data:.2000}");
        std::panic::resume_unwind(panic);
    }
}

fn try_out(text: &str, json: &str) {
    let mut data = Data::default();
    if let Err(error) = data.add_json(json, "data.json") {
        assert!(!error.to_string().is_empty());
        return;
    }
    let source = Source::new("model.stan", text);
    let compiled = match lang::compile(&source, &data, "model", lang::Settings::default()) {
        Ok(compiled) => compiled,
        Err(error) => {
            assert!(!error.render(&source, false).is_empty());
            return;
        }
    };
    let model = &compiled.model;
    let point = vec![0.1; model.coordinates.len()];
    if !point.is_empty() {
        for method in [Method::Metropolis, Method::Nuts { max_treedepth: 3 }] {
            let mut backend = CpuBackend::<f64>::with_method(model, method, 1);
            backend.start(Population { first: 0, chains: 1 }, &point).expect("a chain is put there, wherever that is");
            few_steps(model, &mut backend);
            few_steps(model, &mut CpuBackend::<f32>::with_method(model, method, 1));
        }
    }
    let draw = model.parameters_at(&point);
    if let Err(error) = compiled.quantities.generate(&draw, Random::of_data(1)) {
        assert!(!error.render(&source, false).is_empty());
    }
    lang::likelihood(&source, &data, lang::Settings::default()).expect("what compiles is taken apart");
}

/// A short run, or the sentence why there is none.
fn few_steps(model: &ridgewalk::model::Model, backend: &mut dyn Backend) {
    let settings = Settings {
        first_chain: 0,
        chains: 2,
        superchain_size: 1,
        warmup: 3,
        draws: 2,
        thin: 1,
        seed: 1,
        init: Init::Random { radius: 2.0 },
        target_accept: 0.8,
    };
    match run::run(model, backend, &settings, &mut |_, _, _| ControlFlow::Continue(())) {
        Ok(outcome) => assert_eq!(outcome.draws.parameters(), &model.parameters[..]),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
