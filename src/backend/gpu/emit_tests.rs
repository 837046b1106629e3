//! What the emitter writes, and that a WGSL front end takes it.

use wgpu::naga;

use super::super::expression::{literal, opaque};
use super::*;
use crate::backend::gpu::shader;
use crate::ir::{Array, Binary, Builder, Loop, Op, Order, Place, Store, Table, Unary};

fn model(density: Program, coordinates: usize) -> Model {
    let mut b = Builder::new(coordinates);
    let parameters = (0..coordinates).map(|i| b.push(Op::Coordinate(i))).collect();
    Model {
        name: "test".into(),
        coordinates: (0..coordinates).map(|i| format!("z{i}")).collect(),
        parameters: (0..coordinates).map(|i| format!("z{i}")).collect(),
        density: density.into(),
        constrain: b.finish(parameters),
        hazards: Vec::new(),
    }
}

fn validated(model: &Model) -> String {
    let source = shader::wgsl(model);
    let module =
        naga::front::wgsl::parse_str(&source).unwrap_or_else(|error| panic!("{}", error.emit_to_string(&source)));
    naga::valid::Validator::new(naga::valid::ValidationFlags::all(), naga::valid::Capabilities::empty())
        .validate(&module)
        .unwrap_or_else(|error| panic!("{}", error.emit_to_string(&source)));
    emit(model, &Tables::new(model))
}

fn table(rows: usize) -> Table {
    Table { name: "y".into(), values: (0..rows).map(|row| row as f64).collect() }
}

/// `sum over rows of (y - z0)^2`
fn squares(rows: usize) -> Program {
    let mut b = Builder::new(1);
    let y = b.table(table(rows));
    let z = b.push(Op::Coordinate(0));
    let row = b.open_loop(rows);
    let datum = b.push(Op::Datum { table: y, row });
    let residual = b.subtract(datum, z);
    let square = b.unary(Unary::Square, residual);
    let sum = b.close_loop(&[square])[0];
    b.finish(vec![sum])
}

#[test]
fn a_loop_reads_four_rows_at_a_time_and_writes_out_the_rest() {
    insta::assert_snapshot!(validated(&model(squares(6), 1)), @r"
    fn log_density(coordinates: array<f32, COORDINATES>) -> f32 {
        let zero = opaque_zero();
        var p4: vec4<f32>;
        for (var n0 = 0u; n0 < 1u; n0++) {
            let d0_0 = data[0u + n0];
            {
                let v2 = d0_0.x - coordinates[0];
                let v3 = v2 * v2;
                p4.x += v3;
            }
            {
                let v2 = d0_0.y - coordinates[0];
                let v3 = v2 * v2;
                p4.y += v3;
            }
            {
                let v2 = d0_0.z - coordinates[0];
                let v3 = v2 * v2;
                p4.z += v3;
            }
            {
                let v2 = d0_0.w - coordinates[0];
                let v3 = v2 * v2;
                p4.w += v3;
            }
        }
        {
            let n0 = 1u;
            let d0_0 = data[0u + n0];
            {
                let v2 = d0_0.x - coordinates[0];
                let v3 = v2 * v2;
                p4.x += v3;
            }
            {
                let v2 = d0_0.y - coordinates[0];
                let v3 = v2 * v2;
                p4.y += v3;
            }
        }
        let v4 = (bitcast<f32>(bitcast<u32>(p4.x) ^ zero) + bitcast<f32>(bitcast<u32>(p4.y) ^ zero)) + (bitcast<f32>(bitcast<u32>(p4.z) ^ zero) + bitcast<f32>(bitcast<u32>(p4.w) ^ zero));
        var sum: Accumulator;
        sum = accumulate(sum, v4);
        return total(sum);
    }

    fn constrain(coordinates: array<f32, COORDINATES>) -> array<f32, PARAMETERS> {
        let zero = opaque_zero();
        return array<f32, PARAMETERS>(coordinates[0]);
    }
    ");
}

#[test]
fn loops_of_every_size_are_valid_shaders() {
    for rows in [1, 3, 4, 255, 256, 257, 1024, 1027] {
        let text = validated(&model(squares(rows), 1));
        assert_eq!(text.contains("var a"), rows > Loop::BLOCK, "{rows} rows accumulate over blocks");
    }
}

#[test]
fn nested_and_neighbouring_loops_are_a_valid_shader() {
    let mut b = Builder::new(2);
    let (x, y) = (b.table(table(5)), b.table(table(7)));
    let (z0, z1) = (b.push(Op::Coordinate(0)), b.push(Op::Coordinate(1)));
    let outer = b.open_loop(5);
    let first = b.push(Op::Datum { table: x, row: outer });
    let scaled = b.multiply(first, z0);
    let inner = b.open_loop(7);
    let second = b.push(Op::Datum { table: y, row: inner });
    let product = b.multiply(second, scaled);
    let shifted = b.add(product, first);
    let term = b.unary(Unary::Tanh, shifted);
    let inner_sum = b.close_loop(&[term])[0];
    let square = b.unary(Unary::Square, inner_sum);
    let outer_sum = b.close_loop(&[square, inner_sum]);
    let again = b.open_loop(7);
    let datum = b.push(Op::Datum { table: y, row: again });
    let exponent = b.multiply(datum, z1);
    let exp = b.unary(Unary::Exp, exponent);
    let sum = b.close_loop(&[exp])[0];
    let text = validated(&model(b.finish(vec![outer_sum[0], outer_sum[1], sum]), 2));
    assert_eq!(text.matches("for (var n").count(), 3);
}

#[test]
fn every_operation_is_a_valid_shader_even_with_numbers_that_have_no_literal() {
    let mut b = Builder::new(1);
    let z = b.push(Op::Coordinate(0));
    let mut terms = Vec::new();
    for function in
        [Unary::Negate, Unary::Square, Unary::Sqrt, Unary::Exp, Unary::Ln, Unary::Ln1p, Unary::Tanh, Unary::LnCosh]
    {
        terms.push(b.unary(function, z));
    }
    for number in [f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 1e-45, 1e300, -0.0, -2.0] {
        let constant = b.constant(number);
        for function in [Binary::Add, Binary::Subtract, Binary::Multiply, Binary::Divide] {
            terms.push(b.binary(function, z, constant));
        }
        let zero = b.constant(0.0);
        terms.push(b.binary(Binary::Divide, constant, zero));
        terms.push(b.unary(Unary::Sqrt, constant));
        terms.push(b.push(Op::Select { left: constant, right: z, holds: z, fails: constant }));
    }
    validated(&model(b.finish(terms), 1));
}

#[test]
fn a_gather_reads_a_vector_of_positions_and_a_copy_of_the_coordinates() {
    let mut b = Builder::new(3);
    let positions = b.positions([2, 0, 1, 1, 0].into());
    let row = b.open_loop(5);
    let gathered = b.push(Op::Load { array: Array::Coordinates, at: Place::Listed { row, positions } });
    let term = b.unary(Unary::Exp, gathered);
    let sum = b.close_loop(&[term])[0];
    let text = validated(&model(b.finish(vec![sum]), 3));
    for line in ["var point = coordinates;", "let q0_0 = vec4<u32>(data[0u + n0]);", "let v0 = point[q0_0.w];"] {
        assert!(text.contains(line), "{line} in {text}");
    }
}

#[test]
fn a_loop_that_runs_backward_takes_one_row_at_a_time_and_adds_to_what_it_reads() {
    let mut b = Builder::new(1);
    let y = b.table(table(40));
    let passed = b.accumulating_array(41);
    let row = b.open_ordered_loop(40, Order::Backward);
    let at = |offset| Place::Strided { row, stride: 1, offset };
    let later = b.push(Op::Load { array: Array::Stored(passed), at: at(1) });
    let datum = b.push(Op::Datum { table: y, row });
    let product = b.multiply(later, datum);
    b.accumulate(Store { array: passed, at: at(0), value: product });
    b.close_loop(&[]);
    let first = b.push(Op::Load { array: Array::Stored(passed), at: Place::Fixed(0) });
    let text = validated(&model(b.finish(vec![first]), 1));
    for line in [
        "var s0: array<f32, 41>;",
        "for (var n0 = 0u; n0 < 40u + zero; n0++) {",
        "let r0 = 39u - n0;",
        "let d0_0 = data[0u + r0 / 4u][r0 % 4u];",
        "let v0 = bitcast<f32>(bitcast<u32>(s0[1i + 1i * i32(r0)]) ^ zero);",
        "s0[0i + 1i * i32(r0)] += bitcast<f32>(bitcast<u32>(v2) ^ zero);",
        "let v3 = bitcast<f32>(bitcast<u32>(s0[0]) ^ zero);",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
}

/// A regression on so many columns.
fn regression(columns: usize) -> Program {
    let mut b = Builder::new(columns);
    let row = b.open_loop(100);
    let mut sum = b.constant(0.0);
    for column in 0..columns {
        let table = b.table(table(100));
        let (slope, datum) = (b.push(Op::Coordinate(column)), b.push(Op::Datum { table, row }));
        let product = b.multiply(slope, datum);
        sum = b.add(sum, product);
    }
    let total = b.close_loop(&[sum])[0];
    b.finish(vec![total])
}

#[test]
fn a_long_body_is_written_once() {
    let lines = |columns| validated(&model(regression(columns), columns)).lines().count();
    // Fetching, multiplying and adding take a line each.
    assert!(lines(60) < 4 * 60, "{} lines", lines(60));
    assert!(lines(10) > 4 * 2 * 10, "a short one is written out four times");
}

#[test]
fn what_a_driver_would_rewrite_is_opaque_and_a_horner_step_is_not() {
    let mut b = Builder::new(3);
    let [x, y, z] = [0, 1, 2].map(|i| b.push(Op::Coordinate(i)));
    let (xy, xz) = (b.multiply(x, y), b.multiply(x, z));
    let factored = b.add(xy, xz);
    let horner = b.add(xy, z);
    let root = b.unary(Unary::Sqrt, z);
    let inverse_root = b.divide(x, root);
    let hidden = |value: Value| opaque(&format!("v{}", value.index()));
    let text = validated(&model(b.finish(vec![factored, horner, inverse_root]), 3));
    for (value, operation) in [
        (factored, format!("{} + {}", hidden(xy), hidden(xz))),
        (horner, format!("v{} + coordinates[2]", xy.index())),
        (inverse_root, format!("coordinates[0] / {}", hidden(root))),
    ] {
        assert!(text.contains(&format!("let v{} = {operation};", value.index())), "{text}");
    }
}

#[test]
fn literals_keep_their_bits() {
    for x in [1.0_f32, -1.5e-7, f32::MIN_POSITIVE, f32::MAX, 1.0e-45, 0.1, 16_777_217.0] {
        let text = literal(x);
        let digits = text.trim_matches(['(', ')']).trim_end_matches('f');
        assert_eq!(digits.parse::<f32>().map(f32::to_bits), Ok(x.to_bits()));
    }
}
