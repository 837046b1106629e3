//! Models and backends for the tests beside this file.

use std::ops::ControlFlow;

use ridgewalk::backend::gpu::{AdapterChoice, GpuBackend, Restrictions};
use ridgewalk::backend::{Backend, Keep, Population, Stretch, Tuning};
use ridgewalk::draws::Draws;
use ridgewalk::ir::{Builder, Op, Program, Table, Unary, Value, simplify};
use ridgewalk::model::Model;
use ridgewalk::model::dist::{cauchy, normal};
use ridgewalk::model::transform::constrain;

/// The observations of the seed problem: 100 numbers (tests/data/y.csv, column y).
pub fn observations() -> Vec<f64> {
    include_str!("../data/y.csv").lines().skip(1).map(|line| line.trim().parse().expect("a number a line")).collect()
}

struct Seed {
    parameters: [Value; 3],
    log_jacobians: Vec<Value>,
}

/// sigma = exp(z0) > 0; alpha1 and alpha2 on (-1e6, 1e6).
fn seed_parameters(b: &mut Builder) -> Seed {
    let z = [0, 1, 2].map(|i| b.push(Op::Coordinate(i)));
    let [zero, low, high] = [0.0, -1e6, 1e6].map(|bound| b.constant(bound));
    let sigma = constrain(b, z[0], Some(zero), None);
    let alpha1 = constrain(b, z[1], Some(low), Some(high));
    let alpha2 = constrain(b, z[2], Some(low), Some(high));
    let all = [sigma, alpha1, alpha2];
    Seed {
        parameters: all.map(|constrained| constrained.value),
        log_jacobians: all.iter().filter_map(|constrained| constrained.log_jacobian).collect(),
    }
}

/// The seed problem: sigma ~ half-Cauchy(0, 1), alpha1 and alpha2 uniform, mu = alpha1 + alpha2, y ~ normal(mu, sigma).
pub fn seed_model(y: &[f64]) -> Model {
    let mut b = Builder::new(3);
    let column = b.table(Table { name: "y".into(), values: y.into() });
    let Seed { parameters: [sigma, alpha1, alpha2], log_jacobians } = seed_parameters(&mut b);
    let mut terms = log_jacobians;
    let (zero, one) = (b.constant(0.0), b.constant(1.0));
    terms.push(cauchy::log_density(&mut b, sigma, zero, one));
    let mu = b.add(alpha1, alpha2);
    let row = b.open_loop(y.len());
    let datum = b.push(Op::Datum { table: column, row });
    let term = normal::log_density(&mut b, datum, mu, sigma);
    terms.push(b.close_loop(&[term])[0]);
    let density = simplify::simplify_terms(&b.finish(terms));

    let mut b = Builder::new(3);
    let Seed { parameters: [sigma, alpha1, alpha2], .. } = seed_parameters(&mut b);
    let mu = b.add(alpha1, alpha2);
    let constrain = simplify::simplify(&b.finish(vec![sigma, alpha1, alpha2, mu]));
    Model {
        name: "seed".into(),
        coordinates: ["sigma", "alpha1", "alpha2"].map(String::from).to_vec(),
        parameters: ["sigma", "alpha1", "alpha2", "mu"].map(String::from).to_vec(),
        density,
        constrain,
        hazards: Vec::new(),
    }
}

/// A model whose parameters are its coordinates.
pub fn plain(name: &str, coordinates: usize, density: Program) -> Model {
    let mut b = Builder::new(coordinates);
    let results = (0..coordinates).map(|i| b.push(Op::Coordinate(i))).collect();
    let names: Vec<String> = (0..coordinates).map(|i| format!("z{i}")).collect();
    Model {
        name: name.into(),
        coordinates: names.clone(),
        parameters: names,
        density,
        constrain: b.finish(results),
        hazards: Vec::new(),
    }
}

/// Everything a program can say: several loops, one over several blocks, nested ones, every operation.
pub fn everything() -> Model {
    let mut b = Builder::new(3);
    let [z0, z1, z2] = [0, 1, 2].map(|i| b.push(Op::Coordinate(i)));
    let column = |b: &mut Builder, name: &str, rows: usize, frequency: f64| {
        let values = (0..rows).map(|row| (frequency * row as f64).sin()).collect();
        b.table(Table { name: name.into(), values })
    };
    let (long, x, y) = (column(&mut b, "long", 1027, 0.7), column(&mut b, "x", 9, 1.3), column(&mut b, "y", 6, 2.1));
    let mut terms = Vec::new();

    let row = b.open_loop(1027);
    let datum = b.push(Op::Datum { table: long, row });
    let slope = b.multiply(z0, datum);
    let line = b.add(slope, z1);
    let standard = b.unary(Unary::Tanh, line);
    let (zero, minus) = (b.constant(0.0), b.scale(-0.01, standard));
    let cost = b.push(Op::Select { left: standard, right: zero, holds: minus, fails: standard });
    let ln_cosh = b.unary(Unary::LnCosh, line);
    let sums = b.close_loop(&[cost, ln_cosh]);
    terms.push(b.scale(-0.01, sums[0]));
    terms.push(b.scale(-0.02, sums[1]));

    let outer = b.open_loop(9);
    let first = b.push(Op::Datum { table: x, row: outer });
    let centre = b.multiply(first, z2);
    let inner = b.open_loop(6);
    let second = b.push(Op::Datum { table: y, row: inner });
    let difference = b.subtract(second, centre);
    let square = b.unary(Unary::Square, difference);
    let tail = b.unary(Unary::Ln1p, square);
    let product = b.multiply(second, z1);
    let both = b.add(tail, product);
    let total = b.close_loop(&[both])[0];
    let weighted = b.multiply(total, first);
    let spread = b.unary(Unary::Square, weighted);
    let sums = b.close_loop(&[spread, weighted]);
    terms.push(b.scale(-0.003, sums[0]));
    terms.push(sums[1]);

    let short = b.open_loop(2);
    let table = column(&mut b, "short", 2, 1.1);
    let datum = b.push(Op::Datum { table, row: short });
    let moved = b.subtract(datum, z0);
    let exp = b.unary(Unary::Exp, moved);
    let sum = b.close_loop(&[exp])[0];
    let root = b.unary(Unary::Sqrt, sum);
    let one = b.constant(1.0);
    let inverse = b.divide(one, root);
    let ln = b.unary(Unary::Ln, sum);
    let factored = b.multiply(z0, z1);
    let other = b.multiply(z0, z2);
    let sum_of_products = b.add(factored, other);
    let cancelling = b.subtract(sum_of_products, other);
    terms.extend([inverse, ln, cancelling]);
    for z in [z0, z1, z2] {
        let square = b.unary(Unary::Square, z);
        let half = b.scale(-0.5, square);
        terms.push(b.unary(Unary::Negate, half));
        terms.push(b.scale(-1.0, square));
    }
    plain("everything", 3, b.finish(terms))
}

/// The best adapter's backend, or nothing on a machine that is meant to have none.
pub fn gpu(model: &Model, seed: u64, restrictions: Restrictions) -> Option<GpuBackend> {
    if std::env::var_os("RIDGEWALK_WITHOUT_GPU").is_some_and(|value| value == "1") {
        return None;
    }
    Some(
        GpuBackend::restricted(model, &AdapterChoice::Best, seed, restrictions)
            .unwrap_or_else(|error| panic!("{error} (RIDGEWALK_WITHOUT_GPU=1 says that there is meant to be none)")),
    )
}

/// What a failure should name: the adapter and its driver.
pub fn on(gpu: &GpuBackend) -> String {
    gpu.adapter().full_name()
}

/// Starting points that differ from chain to chain, `[chain, coordinate]`.
pub fn starts(chains: usize, coordinates: usize) -> Vec<f64> {
    (0..chains * coordinates).map(|i| (0.37 * i as f64).sin()).collect()
}

/// A whole run: warm-up of 20 steps with their own scales, then draws. Returns draws, counts and positions.
pub fn run(
    backend: &mut impl Backend,
    model: &Model,
    population: Population,
    positions: &[f64],
    (draws, thin): (usize, u32),
) -> (Draws, Vec<u32>, Vec<f64>) {
    let coordinates = model.coordinates.len();
    let mut go_on = |_| ControlFlow::Continue(());
    backend.start(population, positions).expect("the chains start");
    backend.advance(Stretch { first_step: 0, steps: 20 }, None, &mut go_on).expect("the chains warm up");
    // The scale belongs to the chain, not to its place among others.
    let scales = (0..population.chains * coordinates)
        .map(|i| 0.1 + 0.05 * ((population.first as usize * coordinates + i) % 7) as f64)
        .collect();
    backend.tune(&Tuning { scales }).expect("the chains are tuned");
    let mut kept = Draws::new(model.parameters.clone(), population.chains, draws + 1).expect("draws fit");
    let keep = Keep { draws: &mut kept, from: 1, thin };
    let steps = draws as u32 * thin;
    let stats = backend.advance(Stretch { first_step: 20, steps }, Some(keep), &mut go_on).expect("the chains advance");
    assert_eq!(stats.steps, steps);
    let positions = backend.positions().expect("the chains are somewhere");
    (kept, stats.accepted, positions)
}

/// Bits, for comparisons that must not forgive.
pub fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| value.to_bits()).collect()
}
