//! What a model costs to compile, and what a gradient costs: the posteriors of `tests/data/posteriordb`, in `f64`, on
//! one core, for 4 chains and for 1,024. `cargo bench --bench gradient`; criterion prints the time of one evaluation
//! for all chains, and gradients per second as throughput. `benches/peers/stanli_gradients.py` measures a peer.
//! Beside them: from the text of a model of two hundred lines (`benches/models`) to where its first step can begin, and a
//! regression on five covariates of a hundred rows and of a million, collapsed.

use std::fs;
use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ridgewalk::backend::cpu::{CpuBackend, Gradient};
use ridgewalk::backend::{Backend, Method, Population};
use ridgewalk::ir::differentiate::differentiate;
use ridgewalk::ir::fuse::fuse;
use ridgewalk::ir::simplify::simplify;
use ridgewalk::lang::{self, Settings, source::Source};
use ridgewalk::model::Model;
use ridgewalk::model::data::Data;
use ridgewalk::sampler::Gradient as _;

const MODELS: [&str; 7] = [
    "earnings-logearn_height",
    "eight_schools-eight_schools_noncentered",
    "gp_pois_regr-gp_pois_regr",
    "hmm_example-hmm_example",
    "kidiq_with_mom_work-kidscore_interaction_c",
    "mesquite-logmesquite",
    "nes1972-nes",
];

fn read(name: &str) -> (String, Data) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/posteriordb").join(name);
    let text = |file: &str| fs::read_to_string(folder.join(file)).expect("the file is there");
    let mut data = Data::default();
    data.add_json(&text("data.json"), "data.json").expect("the data are JSON");
    (text("model.stan"), data)
}

fn compile(text: &str, data: &Data, collapse: bool) -> Model {
    let settings = Settings { collapse, ..Settings::default() };
    lang::compile(&Source::new("model.stan", text), data, "model", settings).expect("the model compiles").model
}

fn gradient(criterion: &mut Criterion, name: &str, model: &Model, chains: usize) {
    let program = simplify(&fuse(&differentiate(&model.density)));
    let mut gradient = Gradient::<f64>::new(&program, model.density.results.len());
    let dimension = model.coordinates.len();
    let point = |coordinate: usize, chain: usize| 0.1 * (coordinate as f64 + 1.3 * chain as f64).sin();
    let coordinates: Vec<Vec<f64>> =
        (0..dimension).map(|coordinate| (0..chains).map(|chain| point(coordinate, chain)).collect()).collect();
    let (mut density, mut components) = (vec![0.0; chains], vec![vec![0.0; chains]; dimension]);
    let mut group = criterion.benchmark_group(format!("gradient, {chains} chains"));
    group.throughput(Throughput::Elements(chains as u64));
    // As the backend has it: blocks of at most 256 chains, which stay in the cache.
    group.bench_function(name, |bencher| {
        bencher.iter(|| {
            for from in (0..chains).step_by(256) {
                let to = (from + 256).min(chains);
                let block: Vec<Vec<f64>> = coordinates.iter().map(|lanes| lanes[from..to].to_vec()).collect();
                let lanes = to - from;
                components.iter_mut().for_each(|lanes_of| lanes_of.resize(lanes, 0.0));
                gradient.gradient(black_box(&block), &mut density[..lanes], &mut components);
            }
        });
    });
    group.finish();
}

fn gradients(criterion: &mut Criterion) {
    for name in MODELS {
        let (text, data) = read(name);
        criterion.bench_function(&format!("compile {name}"), |bencher| {
            bencher.iter(|| compile(black_box(&text), &data, true));
        });
        for chains in [4, 1024] {
            gradient(criterion, name, &compile(&text, &data, true), chains);
            if name == "nes1972-nes" {
                gradient(criterion, "nes1972-nes, full sum", &compile(&text, &data, false), chains);
            }
        }
    }
}

/// Target: 50 ms.
fn first_step(criterion: &mut Criterion) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/models");
    let text = |file: &str| fs::read_to_string(folder.join(file)).expect("the file is there");
    let mut data = Data::default();
    data.add_json(&text("panel.json"), "panel.json").expect("the data are JSON");
    let text = text("panel.stan");
    for (name, method) in [("Metropolis", Method::Metropolis), ("NUTS", Method::Nuts { max_treedepth: 10 })] {
        criterion.bench_function(&format!("212 lines, from text to first step, {name}"), |bencher| {
            bencher.iter(|| {
                let model = compile(black_box(&text), &data, true);
                let mut backend = CpuBackend::<f64>::with_method(&model, method, 1);
                let point = vec![0.1; model.coordinates.len()];
                backend.start(Population { first: 0, chains: 1 }, &point).expect("a chain starts")
            });
        });
    }
}

/// Target: a million rows at the price of a hundred.
fn rows(criterion: &mut Criterion) {
    let text = "
data { int N; matrix[N, 5] X; vector[N] y; }
parameters { real alpha; vector[5] beta; real<lower=0> sigma; }
model { y ~ normal(alpha + X * beta, sigma); }";
    for rows in [100, 1_000_000] {
        let part = |n: usize, factor: f64| (n as f64 * factor).fract() - 0.5;
        let factors = [2.0_f64, 3.0, 5.0, 7.0, 11.0].map(f64::sqrt);
        let x: Vec<Vec<f64>> = (0..rows).map(|n| factors.iter().map(|&factor| part(n, factor)).collect()).collect();
        let y: Vec<f64> = (0..rows).map(|n| 3.0 + x[n][0] + part(n, 13_f64.sqrt())).collect();
        let mut data = Data::default();
        let json = serde_json::json!({ "N": rows, "X": x, "y": y }).to_string();
        data.add_json(&json, "data.json").expect("the data are JSON");
        gradient(criterion, &format!("regression, {rows} rows, collapsed"), &compile(text, &data, true), 1024);
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20).without_plots();
    targets = first_step, rows, gradients
}
criterion_main!(benches);
