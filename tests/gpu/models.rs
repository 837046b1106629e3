//! Models and backends for the tests beside this file.

use std::ops::ControlFlow;

use ridgewalk::backend::gpu::{AdapterChoice, GpuBackend, Restrictions};
use ridgewalk::backend::{Backend, BlockStats, Counts, Keep, Population, Stretch, Tuning};
use ridgewalk::draws::Draws;
use ridgewalk::ir::{
    Array, Builder, Domain, Graph, LoopId, Number, Op, Order, Place, Program, Store, Table, Unary, simplify,
};
use ridgewalk::model::Model;
use ridgewalk::model::dist::{cauchy, normal};
use ridgewalk::model::transform::bounds;

use crate::wanted::{bits_are_promised, gpu_is_wanted};

/// The observations of the seed problem: 100 numbers (tests/data/y.csv, column y).
pub fn observations() -> Vec<f64> {
    include_str!("../data/y.csv").lines().skip(1).map(|line| line.trim().parse().expect("a number a line")).collect()
}

/// The seed problem: sigma ~ half-Cauchy(0, 1), alpha1 and alpha2 uniform on (-1e6, 1e6), mu = alpha1 + alpha2,
/// y ~ normal(mu, sigma), the sum over the data in full.
pub fn seed_model(y: &[f64]) -> Model {
    let mut g = Graph::default();
    let bounds: [(f64, f64); 3] = [(0.0, f64::INFINITY), (-1e6, 1e6), (-1e6, 1e6)];
    let mut terms = Vec::new();
    let [sigma, alpha1, alpha2] = [0, 1, 2].map(|index| {
        let z = g.coordinate(index);
        let (lower, upper) = (Number::Known(bounds[index].0), Number::Known(bounds[index].1));
        let constrained = bounds::constrain(&mut g, &[z], Some(&[lower]), Some(&[upper]));
        terms.push(constrained.log_jacobian);
        constrained.values[0]
    });
    terms.push(cauchy::log_density(&mut g, sigma, Number::Known(0.0), Number::Known(1.0)));
    let mu = g.add(alpha1, alpha2);
    let column = g.column(Domain::elements(y.len()), y.to_vec());
    g.name_column(column, "y");
    let rows = normal::log_density(&mut g, column, mu, sigma);
    terms.push(g.sum(rows, y.len()));
    Model {
        name: "seed".into(),
        coordinates: ["sigma", "alpha1", "alpha2"].map(String::from).to_vec(),
        parameters: ["sigma", "alpha1", "alpha2", "mu"].map(String::from).to_vec(),
        density: simplify::simplify_terms(&g.program(3, &terms)).into(),
        constrain: simplify::simplify(&g.program(3, &[sigma, alpha1, alpha2, mu])),
        hazards: Vec::new(),
    }
}

/// The proposals taken in a stretch of Metropolis steps.
pub fn accepted(stats: BlockStats) -> Vec<u32> {
    match stats.counts {
        Counts::Accepted(accepted) => accepted,
        Counts::Trees(_) => panic!("these chains take Metropolis steps"),
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
        density: density.into(),
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

/// Everything a program can do with arrays: gathers of coordinates by list and by stride, a recurrence, a loop that
/// runs backward over it and adds, elements stored by list, several additions per row, and a body too long to be
/// written out four times.
pub fn arrays() -> Model {
    const ROWS: usize = 279;
    let mut b = Builder::new(8);
    let y = b.table(Table { name: "y".into(), values: (0..ROWS).map(|row| (0.7 * row as f64).sin()).collect() });
    let groups = b.positions((0..ROWS).map(|row| 2 + (row * 7 + row / 5) as u32 % 5).collect());
    let shuffled = b.positions((0..ROWS).map(|row| (row * 100 % ROWS) as u32).collect());
    let strided = |row: LoopId, stride: i64, offset: i64| Place::Strided { row, stride, offset };
    let load = |b: &mut Builder, array, at| b.push(Op::Load { array, at });
    let [mu, ln_tau, ar] = [0, 1, 7].map(|i| b.push(Op::Coordinate(i)));
    let mut terms = Vec::new();

    // Means of groups around mu, and numbers around the means.
    let tau = b.unary(Unary::Exp, ln_tau);
    let group = b.open_loop(5);
    let mean = load(&mut b, Array::Coordinates, strided(group, -1, 6));
    let difference = b.subtract(mean, mu);
    let standard = b.divide(difference, tau);
    let square = b.unary(Unary::Square, standard);
    let sum = b.close_loop(&[square])[0];
    terms.extend([b.scale(-0.5, sum), b.scale(-5.0, ln_tau)]);
    let residuals = b.array(ROWS);
    let received = b.accumulating_array(8);
    let row = b.open_loop(ROWS);
    let datum = b.push(Op::Datum { table: y, row });
    let mean = load(&mut b, Array::Coordinates, Place::Listed { row, positions: groups });
    let residual = b.subtract(datum, mean);
    let square = b.unary(Unary::Square, residual);
    let weighted = b.multiply(residual, tau);
    b.store(Store { array: residuals, at: Place::Listed { row, positions: shuffled }, value: residual });
    b.accumulate(Store { array: received, at: Place::Listed { row, positions: groups }, value: weighted });
    b.accumulate(Store { array: received, at: Place::Fixed(3), value: square });
    let sum = b.close_loop(&[square])[0];
    terms.push(b.scale(-0.01, sum));

    // A recurrence over the shuffled residuals, and back.
    let state = b.array(ROWS + 1);
    b.store(Store { array: state, at: Place::Fixed(0), value: mu });
    let row = b.open_ordered_loop(ROWS, Order::Forward);
    let previous = load(&mut b, Array::Stored(state), strided(row, 1, 0));
    let residual = load(&mut b, Array::Stored(residuals), strided(row, 1, 0));
    let slope = b.multiply(ar, previous);
    let moved = b.add(slope, residual);
    let next = b.unary(Unary::Tanh, moved);
    b.store(Store { array: state, at: strided(row, 1, 1), value: next });
    let sum = b.close_loop(&[next])[0];
    terms.push(b.scale(0.1, sum));
    let passed = b.accumulating_array(ROWS + 1);
    let row = b.open_ordered_loop(ROWS, Order::Backward);
    let from_later = load(&mut b, Array::Stored(passed), strided(row, 1, 1));
    let here = load(&mut b, Array::Stored(state), strided(row, 1, 0));
    let datum = b.push(Op::Datum { table: y, row });
    let third = b.scale(1.0 / 3.0, from_later);
    let product = b.multiply(here, datum);
    b.accumulate(Store { array: passed, at: strided(row, 1, 0), value: third });
    b.accumulate(Store { array: passed, at: strided(row, 1, 0), value: product });
    b.accumulate(Store { array: received, at: Place::Listed { row, positions: groups }, value: third });
    let sum = b.close_loop(&[product])[0];
    terms.push(b.scale(0.02, sum));

    // Nested loops, the outer one's row read inside; and a long body.
    let outer = b.open_loop(8);
    let inner = b.open_loop(9);
    let (first, second) =
        (load(&mut b, Array::Stored(received), strided(outer, 1, 0)), b.push(Op::Datum { table: y, row: inner }));
    let coordinate = load(&mut b, Array::Coordinates, strided(outer, 1, 0));
    let (product, other) = (b.multiply(first, second), b.multiply(coordinate, second));
    let both = b.add(product, other);
    let bounded = b.unary(Unary::Tanh, both);
    let sum = b.close_loop(&[bounded])[0];
    let sum = b.close_loop(&[sum])[0];
    terms.push(b.scale(0.05, sum));
    let row = b.open_loop(ROWS);
    let mut value = load(&mut b, Array::Stored(passed), strided(row, -1, ROWS as i64));
    for _ in 0..9 {
        let mean = load(&mut b, Array::Coordinates, Place::Listed { row, positions: groups });
        let product = b.multiply(value, mean);
        let datum = b.push(Op::Datum { table: y, row });
        let sum = b.subtract(product, datum);
        value = b.unary(Unary::Tanh, sum);
    }
    let sum = b.close_loop(&[value])[0];
    terms.push(b.scale(0.03, sum));
    plain("arrays", 8, b.finish(terms))
}

/// The best adapter's backend, or nothing on a machine that is meant to have none.
pub fn gpu(model: &Model, seed: u64, restrictions: Restrictions) -> Option<GpuBackend> {
    gpu_is_wanted().then(|| {
        GpuBackend::restricted(model, &AdapterChoice::Best, seed, restrictions)
            .unwrap_or_else(|error| panic!("{error} (RIDGEWALK_WITHOUT_GPU=1 says that there is meant to be none)"))
    })
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
    backend.tune(&Tuning::Metropolis { scales }).expect("the chains are tuned");
    let mut kept = Draws::new(model.parameters.clone(), population.chains, draws + 1).expect("draws fit");
    let keep = Keep { draws: kept.room(), statistics: None, from: 1, thin };
    let steps = draws as u32 * thin;
    let stats = backend.advance(Stretch { first_step: 20, steps }, Some(keep), &mut go_on).expect("the chains advance");
    assert_eq!(stats.steps, steps);
    let positions = backend.positions().expect("the chains are somewhere");
    (kept, accepted(stats), positions)
}

/// Bits, for comparisons that must not forgive.
pub fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// Whether the bits of a device are promised to be those of the twin.
pub fn same_bits(gpu: &GpuBackend) -> bool {
    bits_are_promised(&gpu.adapter().name)
}
