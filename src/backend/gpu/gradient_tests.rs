//! The function `gradient` on a device, against the machine of the CPU that computes the same program.

use super::super::adapter::AdapterChoice;
use super::super::device::Device;
use super::super::layout::{self, Params};
use super::super::{buffers, shader, tables, wanted};
use super::gradient;
use crate::backend::cpu;
use crate::ir::differentiate::differentiate;
use crate::ir::simplify::simplify;
use crate::ir::{Array, Binary, Builder, Op, Order, Place, Program, Store, Table, Unary};
use crate::sampler::Gradient as _;

const COORDINATES: usize = 5;
const TERMS: usize = 2;

/// Leaves the log density and the components of its gradient of each chain in `draws`, `[result, chain]`.
const ENTRY: &str = "
@compute @workgroup_size(WORKGROUP_SIZE)
fn gradients(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= params.chains {
        return;
    }
    var coordinates: array<f32, COORDINATES>;
    for (var i = 0u; i < COORDINATES; i++) {
        coordinates[i] = states[i * params.chains + id.x];
    }
    var components: array<f32, COORDINATES>;
    draws[id.x] = gradient(coordinates, &components);
    for (var i = 0u; i < COORDINATES; i++) {
        draws[(i + 1u) * params.chains + id.x] = components[i];
    }
}
";

/// The squares of residuals around the means of three groups, a recurrence with slope z4 that starts at z3, and the
/// derivatives of both by hand: `-sum of (y - z[g])^2` and the sum of `s[n + 1] = tanh(z4 * s[n] + y[n])`.
fn program(rows: usize) -> Program {
    let mut b = Builder::new(COORDINATES);
    let y = b.table(Table { name: "y".into(), values: (0..rows).map(|row| (0.7 * row as f64).sin()).collect() });
    let groups = b.positions((0..rows).map(|row| (row * row) as u32 % 3).collect());
    let [start, slope] = [3, 4].map(|i| b.push(Op::Coordinate(i)));
    let received = b.accumulating_array(3);
    let row = b.open_loop(rows);
    let datum = b.push(Op::Datum { table: y, row });
    let at = Place::Listed { row, positions: groups };
    let mean = b.push(Op::Load { array: Array::Coordinates, at });
    let residual = b.subtract(datum, mean);
    let (square, twice) = (b.unary(Unary::Square, residual), b.scale(2.0, residual));
    b.accumulate(Store { array: received, at, value: twice });
    let sum = b.close_loop(&[square])[0];
    let likelihood = b.unary(Unary::Negate, sum);

    let state = b.array(rows + 1);
    b.store(Store { array: state, at: Place::Fixed(0), value: start });
    let row = b.open_ordered_loop(rows, Order::Forward);
    let at = |offset| Place::Strided { row, stride: 1, offset };
    let previous = b.push(Op::Load { array: Array::Stored(state), at: at(0) });
    let datum = b.push(Op::Datum { table: y, row });
    let product = b.multiply(slope, previous);
    let moved = b.add(product, datum);
    let next = b.unary(Unary::Tanh, moved);
    b.store(Store { array: state, at: at(1), value: next });
    let path = b.close_loop(&[next])[0];

    let adjoint = b.accumulating_array(rows + 1);
    let one = b.constant(1.0);
    let row = b.open_ordered_loop(rows, Order::Backward);
    let at = |offset| Place::Strided { row, stride: 1, offset };
    b.accumulate(Store { array: adjoint, at: at(1), value: one });
    let above = b.push(Op::Load { array: Array::Stored(adjoint), at: at(1) });
    let [next, previous] = [1, 0].map(|offset| b.push(Op::Load { array: Array::Stored(state), at: at(offset) }));
    let square = b.unary(Unary::Square, next);
    let steep = b.subtract(one, square);
    let inner = b.multiply(above, steep);
    let (down, along) = (b.multiply(inner, slope), b.multiply(inner, previous));
    b.accumulate(Store { array: adjoint, at: at(0), value: down });
    let by_slope = b.close_loop(&[along])[0];
    let by_start = b.push(Op::Load { array: Array::Stored(adjoint), at: Place::Fixed(0) });
    let mut results = vec![likelihood, path];
    results.extend([0, 1, 2].map(|i| b.push(Op::Load { array: Array::Stored(received), at: Place::Fixed(i) })));
    results.extend([by_start, by_slope]);
    b.finish(results)
}

/// The gradient of two terms that are finite although logarithms in them are minus infinity: of data, of a constant, of a
/// sum over rows, of a product with an infinite factor; and of the root of an exponential that vanishes.
fn infinite(rows: usize) -> Program {
    let mut b = Builder::new(COORDINATES);
    let values = (0..rows).map(|row| if row % 3 == 0 { f64::NEG_INFINITY } else { (0.7 * row as f64).sin() });
    let y = b.table(Table { name: "y".into(), values: values.collect() });
    let [z0, z1, z2, z3, z4] = [0, 1, 2, 3, 4].map(|i| b.push(Op::Coordinate(i)));
    let shape = b.unary(Unary::Exp, z3);
    let row = b.open_loop(rows);
    let datum = b.push(Op::Datum { table: y, row });
    let product = b.multiply(datum, shape);
    let [one, other] = [(datum, z0), (product, z4)].map(|(x, y)| b.binary(Binary::LogAddExp, x, y));
    let mixed = b.add(one, other);
    let lost = b.add(datum, z1);
    let sums = b.close_loop(&[mixed, lost]);
    let never = b.constant(f64::NEG_INFINITY);
    let both = b.binary(Binary::LogAddExp, sums[1], never);
    let last = b.binary(Binary::LogAddExp, both, z1);
    let small = b.scale(-300.0, shape);
    let vanishing = b.unary(Unary::Exp, small);
    let root = b.unary(Unary::Sqrt, vanishing);
    let product = b.multiply(root, z2);
    let rest = b.add(product, last);
    simplify(&differentiate(&b.finish(vec![sums[0], rest])))
}

/// `[coordinate][chain]`
fn states(chains: usize) -> Vec<Vec<f32>> {
    (0..COORDINATES).map(|z| (0..chains).map(|i| (0.37 * (i * COORDINATES + z) as f32).sin()).collect()).collect()
}

/// Log densities, then components, `[result][chain]`.
fn on_cpu(program: &Program, states: &[Vec<f32>]) -> Vec<Vec<f32>> {
    let mut results = vec![vec![0.0; states[0].len()]; 1 + COORDINATES];
    let (log_density, components) = results.split_at_mut(1);
    cpu::Gradient::<f32>::new(program, TERMS).gradient(states, &mut log_density[0], components);
    results
}

fn source(program: &Program) -> (String, Vec<[f32; 4]>) {
    let mut vectors = Vec::new();
    let offsets = tables::append(&mut vectors, program);
    let functions = gradient(program, TERMS, &offsets) + ENTRY;
    (shader::with(COORDINATES, &functions), vectors)
}

fn on_device(device: &Device, program: &Program, states: &[Vec<f32>]) -> Vec<Vec<f32>> {
    let chains = states[0].len();
    let (source, vectors) = source(program);
    let results = (4 * (1 + COORDINATES) * chains) as u64;
    let params = buffers::uniform(device, "params", size_of::<Params>() as u64).unwrap();
    let values = Params { chains: chains as u32, ..Params::default() };
    device.queue.write_buffer(&params, 0, bytemuck::bytes_of(&values));
    let data = buffers::upload(device, "data", bytemuck::cast_slice(&vectors)).unwrap();
    let positions = buffers::upload(device, "states", bytemuck::cast_slice(&states.concat())).unwrap();
    let draws = buffers::storage(device, "draws", results).unwrap();
    let rest = [(); 3].map(|()| buffers::storage(device, "unused", 4).unwrap());
    let layout = buffers::layout(device, &layout::BINDINGS.map(|(_, access)| access));
    let bound = [&params, &data, &positions, &rest[0], &rest[1], &rest[2], &draws];
    let group = buffers::group(device, &layout, &bound);
    let module = device.module("gradients", source).unwrap();
    let pipeline = device.pipeline(&module, "gradients", &layout).unwrap();
    buffers::dispatch(device, &pipeline, &group, (chains as u32).div_ceil(layout::WORKGROUP_SIZE));
    let words = buffers::read(device, &draws, results).unwrap();
    words.chunks(chains).map(|row| row.iter().map(|&word| f32::from_bits(word)).collect()).collect()
}

#[test]
fn the_gradient_on_a_device_has_the_bits_of_the_twin_on_software_drivers() {
    if !wanted::gpu_is_wanted() {
        return;
    }
    let device = Device::open(&AdapterChoice::Best).expect("RIDGEWALK_WITHOUT_GPU=1 says that there is no adapter");
    let same_bits = wanted::bits_are_promised(&device.info.name);
    let states = states(1000);
    let programs = [7, 300].into_iter().flat_map(|rows| [(rows, program(rows)), (rows, infinite(rows))]);
    for (rows, program) in programs {
        let (twin, found) = (on_cpu(&program, &states), on_device(&device, &program, &states));
        for (result, (twin, found)) in twin.iter().zip(&found).enumerate() {
            let scale = twin.iter().fold(0.0_f32, |scale, x| scale.max(x.abs()));
            for (twin, found) in twin.iter().zip(found) {
                let same = twin.to_bits() == found.to_bits();
                // Hardware may contract a product and a sum: a unit in the last place a row, at most.
                let close = (twin - found).abs() <= rows as f32 * f32::EPSILON * scale;
                let right = same || !same_bits && close;
                assert!(right, "result {result}, {rows} rows: {found} for {twin} on {}", device.info.full_name());
            }
        }
    }
}

#[test]
fn infinities_of_the_data_leave_finite_gradients() {
    for rows in [7, 300] {
        let results = on_cpu(&infinite(rows), &states(100));
        assert!(results.iter().flatten().all(|x| x.is_finite()), "{rows} rows");
    }
}

/// Central differences of a step h are off by h^2 / 6 of the third derivative, and by the rounding of values up to 200
/// divided by h: with h = 1e-5 both stay below 1e-7 for 40 rows.
#[test]
fn the_program_of_the_test_is_a_gradient() {
    let program = program(40);
    let point = [0.3, -0.2, 0.5, 0.4, 0.6];
    let at = |z: usize, h: f64| -> f64 {
        let mut moved = point;
        moved[z] += h;
        crate::ir::evaluate::evaluate(&program, &moved)[..TERMS].iter().sum()
    };
    let coordinates: Vec<Vec<f64>> = point.iter().map(|&z| vec![z]).collect();
    let (mut log_density, mut components) = (vec![0.0], vec![vec![0.0]; COORDINATES]);
    cpu::Gradient::<f64>::new(&program, TERMS).gradient(&coordinates, &mut log_density, &mut components);
    assert!((log_density[0] - at(0, 0.0)).abs() < 1e-12 * 200.0);
    for (z, component) in components.iter().enumerate() {
        let difference = (at(z, 1e-5) - at(z, -1e-5)) / 2e-5;
        assert!((component[0] - difference).abs() < 1e-6, "coordinate {z}: {} for {difference}", component[0]);
    }
}
