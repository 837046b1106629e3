//! Machines against the evaluator, against other widths and numbers of lanes, and against themselves without fusion.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::assemble::assemble;
use super::density::LogDensity;
use super::machine::Machine;
use crate::ir::evaluate::evaluate_total;
use crate::ir::simplify::simplify;
use crate::ir::{Array, Builder, Op, Order, Place, Program, Store, Table, Unary, arbitrary};
use crate::math::Real;
use crate::math::simd::Width;
use std::sync::Arc;

fn log_densities<R: Real>(program: &Program, points: &[[f64; 2]], lanes: usize, width: Width) -> Vec<R> {
    let mut density = LogDensity::new(Machine::new(Arc::new(assemble::<R>(program))), width);
    let mut results = Vec::new();
    for block in points.chunks(lanes) {
        let coordinates: Vec<Vec<R>> =
            (0..2).map(|z| block.iter().map(|point| R::from_f64(point[z])).collect()).collect();
        let mut log_density = vec![R::ZERO; block.len()];
        density.log_density(&coordinates, &mut log_density);
        results.extend(log_density);
    }
    results
}

fn points(count: usize) -> Vec<[f64; 2]> {
    (0..count).map(|i| [0.3 + 0.011 * i as f64, -1.7 + 0.013 * i as f64]).collect()
}

fn same_bits<R: Real>(a: &[R], b: &[R]) -> bool {
    let bits = |x: &R| x.to_f64().to_bits();
    a.iter().zip(b).all(|(a, b)| bits(a) == bits(b) || (a.to_f64().is_nan() && b.to_f64().is_nan()))
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

    /// As for `simplify`: a tolerance far above rounding and far below what a wrong operation would give; results that
    /// a change in the twelfth digit of a coordinate moves further than that are left out.
    #[test]
    fn lanes_compute_what_the_evaluator_says(
        choices in prop::collection::vec(any::<(u8, u8, u8)>(), 1..8),
        y in prop::collection::vec(-2.0..2.0_f64, 1..30),
    ) {
        for program in [arbitrary::program(&choices, &y), simplify(&arbitrary::program(&choices, &y))] {
            let points = points(5);
            let lanes = log_densities::<f64>(&program, &points, 5, Width::widest());
            for (point, ours) in points.iter().zip(lanes) {
                let truth = evaluate_total(&program, point);
                if truth.is_finite() && truth.abs() < 1e4 && !arbitrary::ill_conditioned(&program, point[0], point[1]) {
                    prop_assert!((ours - truth).abs() < 1e-8 * truth.abs().max(1.0), "{ours} for {truth}");
                }
            }
        }
    }

    #[test]
    fn the_bits_do_not_depend_on_lanes_or_vector_width(
        choices in prop::collection::vec(any::<(u8, u8, u8)>(), 1..8),
        y in prop::collection::vec(-2.0..2.0_f64, 1..300),
    ) {
        let program = arbitrary::program(&choices, &y);
        let points = points(41);
        let reference = log_densities::<f32>(&program, &points, 41, Width::BASELINE);
        for width in Width::available() {
            for lanes in [1, 2, 3, 4, 7, 17, 40] {
                prop_assert!(same_bits(&log_densities::<f32>(&program, &points, lanes, width), &reference));
            }
        }
    }
}

/// `sum of (y - z0)^2 + exp(z1)`, through the fused instruction, and again with a body that is not recognised.
fn squares(y: &[f64], fused: bool) -> Program {
    let mut b = Builder::new(2);
    let column = b.table(Table { name: "y".into(), values: y.into() });
    let (z0, z1) = (b.push(Op::Coordinate(0)), b.push(Op::Coordinate(1)));
    let row = b.open_loop(y.len());
    let datum = b.push(Op::Datum { table: column, row });
    let difference = b.subtract(datum, z0);
    let square = if fused { b.unary(Unary::Square, difference) } else { b.multiply(difference, difference) };
    let sum = b.close_loop(&[square])[0];
    let exp = b.unary(Unary::Exp, z1);
    b.finish(vec![sum, exp])
}

#[test]
fn the_fused_sum_of_squares_has_the_bits_of_the_general_loop() {
    for rows in [1, 3, 4, 100, 101, 255, 256, 257, 600, 1027] {
        let y: Vec<f64> = (0..rows).map(|i| f64::from(i * 7919 % 1000) / 317.0 - 1.5).collect();
        let reference = log_densities::<f32>(&squares(&y, false), &points(37), 37, Width::BASELINE);
        for width in Width::available() {
            for lanes in [1, 5, 16, 37] {
                let fused = log_densities::<f32>(&squares(&y, true), &points(37), lanes, width);
                assert_eq!(fused, reference, "{rows} rows, {lanes} lanes, {width:?}");
            }
        }
    }
}

/// Groups receive what the rows of a loop of the given order add to them, in two places of its body and in a third to an
/// array of their own; then `sum over rows of received[group] * other[group]`.
fn groups(rows: usize, order: Order) -> Program {
    let mut b = Builder::new(2);
    let column = b.table(Table { name: "y".into(), values: (0..rows).map(|row| (0.7 * row as f64).sin()).collect() });
    let positions = b.positions((0..rows).map(|row| (row * 7 + row / 5) as u32 % 3).collect());
    let shifted = b.positions((0..rows).map(|row| (row * 5 + row / 3) as u32 % 3).collect());
    let (received, other) = (b.accumulating_array(3), b.accumulating_array(3));
    let z = b.push(Op::Coordinate(0));
    let row = b.open_ordered_loop(rows, order);
    let (here, there) = (Place::Listed { row, positions }, Place::Listed { row, positions: shifted });
    let datum = b.push(Op::Datum { table: column, row });
    let product = b.multiply(datum, z);
    let bounded = b.unary(Unary::Tanh, product);
    b.accumulate(Store { array: received, at: here, value: product });
    b.accumulate(Store { array: other, at: there, value: bounded });
    b.accumulate(Store { array: received, at: there, value: bounded });
    b.close_loop(&[]);
    let row = b.open_loop(rows);
    let at = Place::Listed { row, positions };
    let [x, y] = [received, other].map(|array| b.push(Op::Load { array: Array::Stored(array), at }));
    let term = b.multiply(x, y);
    let sum = b.close_loop(&[term])[0];
    b.finish(vec![sum])
}

#[test]
fn rows_side_by_side_add_in_the_order_of_rows_one_by_one() {
    for rows in [1, 5, 256, 300] {
        let reference = log_densities::<f32>(&groups(rows, Order::Forward), &points(37), 37, Width::BASELINE);
        for width in Width::available() {
            for lanes in [1, 5, 16, 37] {
                let ours = log_densities::<f32>(&groups(rows, Order::Any), &points(37), lanes, width);
                assert_eq!(ours, reference, "{rows} rows, {lanes} lanes, {width:?}");
            }
        }
    }
}

/// `sum over rows of y * z0`, the rows in the order given.
fn products(y: &[f64], order: Order) -> Program {
    let mut b = Builder::new(2);
    let column = b.table(Table { name: "y".into(), values: y.into() });
    let z = b.push(Op::Coordinate(0));
    let row = b.open_ordered_loop(y.len(), order);
    let datum = b.push(Op::Datum { table: column, row });
    let product = b.multiply(datum, z);
    let sum = b.close_loop(&[product])[0];
    b.finish(vec![sum])
}

#[test]
fn a_loop_that_runs_backward_sums_as_one_forward_over_the_reversed_column() {
    for rows in [1, 6, 255, 257, 601] {
        let y: Vec<f64> = (0..rows).map(|row| (0.7 * f64::from(row)).sin()).collect();
        let reversed: Vec<f64> = y.iter().rev().copied().collect();
        let backward = log_densities::<f32>(&products(&y, Order::Backward), &points(7), 7, Width::widest());
        for order in [Order::Any, Order::Forward] {
            let forward = log_densities::<f32>(&products(&reversed, order), &points(7), 3, Width::widest());
            assert_eq!(backward, forward, "{rows} rows, {order:?}");
        }
    }
}

#[test]
fn a_long_sum_in_single_precision_stays_within_the_error_of_one_block() {
    let y: Vec<f64> = (0..100_003).map(|i| 1.0 + f64::from(i * 7919 % 1000) / 317.0).collect();
    let program = squares(&y, true);
    let point = [[0.25, 0.0]];
    let truth = evaluate_total(&program, &point[0]);
    let ours = f64::from(log_densities::<f32>(&program, &point, 1, Width::widest())[0]);
    // Within a block 64 additions, worst case; across blocks none, thanks to compensation; each term 3 roundings.
    let bound = f64::from(f32::EPSILON) / 2.0 * (64.0 + 2.0 + 3.0 + 1.0);
    assert!((ours - truth).abs() <= bound * truth, "{ours} for {truth}");
}

/// Products that sums may not take in: read twice by one sum, by two, by a loop, and as a result; and one that they may,
/// whose factors nothing else reads any more.
#[test]
fn products_that_something_else_reads_stay() {
    let mut b = Builder::new(2);
    let (z0, z1) = (b.push(Op::Coordinate(0)), b.push(Op::Coordinate(1)));
    let factor = b.unary(Unary::Exp, z1);
    let taken = b.multiply(factor, z0);
    let unrelated = b.unary(Unary::Tanh, z0);
    let sum = b.subtract(unrelated, taken);
    let twice = b.multiply(z0, z1);
    let doubled = b.add(twice, twice);
    let shared = b.multiply(z0, unrelated);
    let (first, second) = (b.add(shared, sum), b.subtract(shared, doubled));
    let result = b.multiply(z1, unrelated);
    let with_result = b.add(result, first);
    let looped = b.multiply(unrelated, unrelated);
    let after = b.add(looped, second);
    b.open_loop(3);
    let term = b.multiply(looped, z0);
    let total = b.close_loop(&[term])[0];
    let program = b.finish(vec![sum, doubled, first, second, result, with_result, after, total]);
    for point in points(5) {
        let [x, y] = point;
        let (t, exp) = (x.tanh(), y.exp());
        let sum = t - exp * x;
        let (first, second) = (x * t + sum, x * t - 2.0 * x * y);
        let truth = sum + 2.0 * x * y + first + second + y * t + (y * t + first) + (t * t + second) + 3.0 * t * t * x;
        let ours = log_densities::<f64>(&program, &[point], 1, Width::widest())[0];
        // Some thirty operations on numbers below ten, and two functions within two roundings.
        assert!((ours - truth).abs() < 100.0 * 10.0 * f64::EPSILON, "{ours} for {truth}");
    }
}
