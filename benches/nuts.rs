//! Speed of NUTS: `cargo bench --bench nuts`.
//!
//! Targets on two cores: the notebook's second model, 4 x 10,000 draws after 1,000 in f64 with diagnostics, as a whole
//! process under 0.4 s; 1,024 chains at 5 times the gradients per second of 4 chains. Criterion prints elements per second:
//! here, gradients. Behind them the waste of lanes that wait is printed, which is a count and no time.

use std::ops::ControlFlow;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ridgewalk::backend::cpu::CpuBackend;
use ridgewalk::backend::gpu::{AdapterChoice, NutsBackend};
use ridgewalk::backend::{Backend, Counts, Method, Population, Stretch};
use ridgewalk::lang::{self, source::Source};
use ridgewalk::model::Model;
use ridgewalk::model::data::Data;
use ridgewalk::run::{Init, Outcome, Settings, run};
use ridgewalk::sampler::nuts::STATISTICS;

const MAX_TREEDEPTH: u32 = 10;
const NUTS: Method = Method::Nuts { max_treedepth: MAX_TREEDEPTH };

fn informative() -> Model {
    bound(
        "informative",
        include_str!("../examples/identifiability/informative.stan"),
        include_str!("../examples/identifiability/y.json"),
    )
}

fn eight_schools() -> Model {
    bound(
        "eight schools",
        include_str!("../tests/data/posteriordb/eight_schools-eight_schools_noncentered/model.stan"),
        include_str!("../tests/data/posteriordb/eight_schools-eight_schools_noncentered/data.json"),
    )
}

fn bound(name: &str, text: &str, json: &str) -> Model {
    let mut data = Data::default();
    data.add_json(json, "data.json").expect("the data are JSON");
    let source = Source::new("model.stan", text);
    lang::compile(&source, &data, name, lang::Settings::default()).expect("the model compiles").model
}

fn outcome(model: &Model, backend: &mut dyn Backend, chains: usize, draws: usize) -> Outcome {
    let settings = Settings {
        first_chain: 0,
        chains,
        superchain_size: if chains > 16 { chains / 16 } else { 1 },
        warmup: 300,
        draws,
        thin: 1,
        seed: 1,
        init: Init::Random { radius: 2.0 },
        target_accept: 0.8,
    };
    run(model, backend, &settings, &mut |_, _, _| ControlFlow::Continue(())).expect("the chains run")
}

/// Gradients of tuned chains, the same steps in each turn, none kept.
fn gradients(criterion: &mut Criterion, name: &str, model: &Model, backend: &mut dyn Backend, chains: usize) {
    let tuning = outcome(model, backend, chains, 1).tuning;
    let positions = backend.positions().expect("the chains are somewhere");
    let steps = 200_000 / chains as u32;
    let mut advance = || {
        backend.start(Population { first: 0, chains }, &positions).expect("the chains start");
        backend.tune(&tuning).expect("the chains are tuned");
        let stretch = Stretch { first_step: 1000, steps };
        let clock = Instant::now();
        let stats = backend.advance(stretch, None, &mut |_| ControlFlow::Continue(())).expect("the chains advance");
        let Counts::Trees(trees) = stats.counts else { panic!("NUTS grows trees") };
        (clock.elapsed(), trees.iter().map(|tree| tree.leapfrogs).sum::<u64>())
    };
    let (_, leapfrogs) = advance();
    let mut group = criterion.benchmark_group("gradients");
    group.throughput(Throughput::Elements(leapfrogs));
    group.sample_size(10);
    group.bench_function(format!("{chains} chains, {name}"), |bencher| {
        bencher.iter_custom(|turns| (0..turns).map(|_| advance().0).sum::<Duration>());
    });
    group.finish();
}

fn throughput(criterion: &mut Criterion) {
    let model = informative();
    let mut double = CpuBackend::<f64>::with_method(&model, NUTS, 1);
    let mut single = CpuBackend::<f32>::with_method(&model, NUTS, 1);
    for chains in [4, 1024] {
        gradients(criterion, "cpu f64", &model, &mut double, chains);
        gradients(criterion, "cpu f32", &model, &mut single, chains);
    }
    match NutsBackend::new(&model, MAX_TREEDEPTH, &AdapterChoice::Best, 1) {
        Ok(mut backend) => {
            let name = format!("gpu f32, {}", backend.description().adapter);
            gradients(criterion, &name, &model, &mut backend, 1024);
            gradients(criterion, &name, &model, &mut backend, 4096);
        }
        Err(error) => eprintln!("no GPU is measured: {error}"),
    }
}

fn whole_process(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("whole process");
    group.sample_size(10);
    group.bench_function("informative: 4 chains x 10,000 draws after 1,000, f64", |bencher| {
        bencher.iter(|| {
            let status = Command::new(env!("CARGO_BIN_EXE_ridgewalk"))
                .args(["sample", "examples/identifiability/informative.stan", "--sampler", "nuts"])
                .args(["--data", "examples/identifiability/y.json", "--backend", "cpu", "--seed", "1"])
                .args(["--chains", "4", "--draws", "10000", "--warmup", "1000", "--quiet"])
                .stdout(Stdio::null())
                .status()
                .expect("the program runs");
            assert!(status.success(), "the program does its work");
        });
    });
    group.finish();
}

/// What part of the leapfrogs that lanes could have taken they did take, in groups that step together as long as one of
/// them has steps left: one leapfrog a turn and each lane at its own tree, against one tree a turn.
fn waste(_: &mut Criterion) {
    println!("lanes at work, of those that step together (200 draws of 1,024 chains):");
    for model in [informative(), eight_schools()] {
        let mut backend = CpuBackend::<f64>::with_method(&model, NUTS, 1);
        let statistics = outcome(&model, &mut backend, 1024, 200).statistics;
        let column = STATISTICS.iter().position(|&name| name == "n_steps").expect("leapfrogs are told");
        let leapfrogs = statistics.view(column);
        for group in [8, 32, 64, 1024] {
            let (mut taken, mut by_leapfrog, mut by_tree) = (0.0, 0.0, 0.0);
            for first in (0..1024).step_by(group) {
                let chains = first..first + group;
                let of = |chain: usize| (0..200).map(move |draw| leapfrogs.get(chain, draw)).sum::<f64>();
                taken += chains.clone().map(of).sum::<f64>();
                by_leapfrog += group as f64 * chains.clone().map(of).fold(0.0, f64::max);
                let longest = |draw| chains.clone().map(|chain| leapfrogs.get(chain, draw)).fold(0.0, f64::max);
                by_tree += group as f64 * (0..200).map(longest).sum::<f64>();
            }
            println!(
                "{}, {group} lanes: {:.0} % a leapfrog a turn, {:.0} % a tree a turn",
                model.name,
                100.0 * taken / by_leapfrog,
                100.0 * taken / by_tree
            );
        }
    }
}

criterion_group!(benches, whole_process, throughput, waste);
criterion_main!(benches);
