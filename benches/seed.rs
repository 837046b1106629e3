//! Speed of the notebook's job: `cargo bench --bench seed`.
//!
//! Targets, on two AVX-512 cores: the whole process of 2 chains x 101,000 sweeps in f64 with its diagnostics under
//! 0.5 s; 4,096 chains at 60 million sweeps per second in f32, the sum over 100 observations evaluated in full, every draw
//! kept, and in f64 at 0.45 of that; collapsed at 100 million in f32; on software Vulkan at 15 million. Criterion prints
//! elements per second: here, sweeps. `ridgewalk bench` measures the same beside other numbers of chains, and
//! `benches/peers/seed_in_turns.sh` beside a loop written by hand.

use std::ops::ControlFlow;
use std::process::{Command, Stdio};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ridgewalk::backend::cpu::CpuBackend;
use ridgewalk::backend::gpu::{AdapterChoice, GpuBackend};
use ridgewalk::backend::{Backend, Keep, Population, Stretch, Tuning};
use ridgewalk::draws::Draws;
use ridgewalk::lang::{self, source::Source};
use ridgewalk::model::Model;
use ridgewalk::model::data::Data;

const MODEL: &str = include_str!("../examples/identifiability/nonidentified.stan");
const DATA: &str = include_str!("../examples/identifiability/y.json");

const CHAINS: usize = 4096;
const SWEEPS: u32 = 250;

/// The model, with the full sum over its data, or collapsed: then 100 rows cost what one costs.
fn model(collapse: bool) -> Model {
    let mut data = Data::default();
    data.add_json(DATA, "y.json").expect("the example's data are JSON");
    let settings = lang::Settings { collapse, ..lang::Settings::default() };
    lang::compile(&Source::new("nonidentified.stan", MODEL), &data, "nonidentified", settings)
        .expect("the example compiles")
        .model
}

/// Sweeps of chains that have found the posterior, every draw kept, into memory that is already mapped.
fn sweeps(criterion: &mut Criterion, name: &str, model: &Model, backend: &mut dyn Backend) {
    let mut draws = Draws::new(model.parameters.clone(), CHAINS, SWEEPS as usize).expect("the draws fit");
    let positions = [0.0, 0.1, -0.1].repeat(CHAINS);
    backend.start(Population { first: 0, chains: CHAINS }, &positions).expect("the chains start");
    backend.tune(&Tuning::Metropolis { scales: [0.2, 0.25, 0.25].repeat(CHAINS) }).expect("the chains are tuned");
    let mut step = 0;
    let mut advance = || {
        let stretch = Stretch { first_step: step, steps: SWEEPS };
        let keep = Keep { draws: draws.room(), statistics: None, from: 0, thin: 1 };
        backend.advance(stretch, Some(keep), &mut |_| ControlFlow::Continue(())).expect("the chains advance");
        step += SWEEPS;
    };
    advance();
    let mut group = criterion.benchmark_group("4096 chains, sweeps");
    group.throughput(Throughput::Elements(CHAINS as u64 * u64::from(SWEEPS)));
    group.sample_size(20);
    group.bench_function(name, |bencher| bencher.iter(&mut advance));
    group.finish();
}

fn throughput(criterion: &mut Criterion) {
    let collapsed = model(true);
    sweeps(criterion, "cpu f32, collapsed", &collapsed, &mut CpuBackend::<f32>::new(&collapsed, 1));
    let model = model(false);
    sweeps(criterion, "cpu f32", &model, &mut CpuBackend::<f32>::new(&model, 1));
    sweeps(criterion, "cpu f64", &model, &mut CpuBackend::<f64>::new(&model, 1));
    match GpuBackend::new(&model, &AdapterChoice::Best, 1) {
        Ok(mut backend) => {
            let name = format!("gpu f32, {}", backend.description().adapter);
            sweeps(criterion, &name, &model, &mut backend);
        }
        Err(error) => eprintln!("no GPU is measured: {error}"),
    }
}

fn whole_process(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("whole process");
    group.sample_size(10);
    group.bench_function("notebook: 2 chains x 101,000 sweeps, f64", |bencher| {
        bencher.iter(|| {
            let status = Command::new(env!("CARGO_BIN_EXE_ridgewalk"))
                .args(["sample", "examples/identifiability/nonidentified.stan"])
                .args(["--data", "examples/identifiability/y.json", "--backend", "cpu", "--seed", "1"])
                .args(["--sampler", "metropolis", "--chains", "2", "--draws", "100000", "--warmup", "1000", "--quiet"])
                .stdout(Stdio::null())
                .status()
                .expect("the program runs");
            assert!(status.success(), "the program does its work");
        });
    });
    group.finish();
}

criterion_group!(benches, throughput, whole_process);
criterion_main!(benches);
