//! Closed forms against the sums they replace, in double precision and in single.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::super::build::Builder;
use super::super::evaluate::{self, evaluate};
use super::super::examples::{self, X, Y};
use super::super::op::{Array, Loop, Op, Place, Program, Statement, Table, Unary, Value};
use super::super::simplify::{simplify, simplify_terms};
use super::collapse;

fn loops(program: &Program) -> Vec<&Loop> {
    let inner = program.body.iter().map(|statement| match statement {
        Statement::Loop(inner) => Some(inner),
        Statement::Let(_) | Statement::Store(_) | Statement::Accumulate(_) => None,
    });
    inner.flatten().collect()
}

fn collapsed(terms: &Program) -> Program {
    simplify(&collapse(&simplify_terms(terms)))
}

#[test]
fn a_regression_has_no_loop_left() {
    let terms = simplify_terms(&examples::regression(&Y, &X));
    let closed = collapsed(&terms);
    assert!(loops(&closed).is_empty() && closed.tables.is_empty(), "{:?}", closed.body);
    let at = [0.4, -0.01, 0.1];
    let (before, after) = (evaluate(&terms, &at), evaluate(&closed, &at));
    // Residuals near 20 times smaller than what they are differences of: 6 rows, a few roundings of each.
    for (x, y) in before.iter().zip(&after) {
        assert!((x - y).abs() < 1e-12 * x.abs(), "{x} became {y}");
    }
}

#[test]
fn a_hierarchy_loops_over_groups() {
    let (y, groups): (Vec<f64>, Vec<u32>) = (0..30).map(|n| (Y[n % 6] + n as f64 / 7.0, 2 + n as u32 % 3)).unzip();
    let terms = simplify_terms(&examples::hierarchy(&y, &groups));
    let closed = collapsed(&terms);
    assert_eq!(loops(&closed).iter().map(|inner| inner.rows).collect::<Vec<_>>(), [3, 3], "prior and groups");
    let at = [0.4, -0.3, 0.1, 1.2, -0.8];
    let total = |program: &Program| evaluate::evaluate_total(program, &at);
    assert!((total(&terms) - total(&closed)).abs() < 1e-14 * total(&terms).abs());
}

#[test]
fn few_rows_stay_a_loop() {
    let terms = simplify_terms(&examples::regression(&Y[..2], &X[..2]));
    assert_eq!(loops(&collapsed(&terms)).len(), 1);
}

#[test]
fn counts_leave_their_exponentials_in_the_loop() {
    let terms = simplify_terms(&examples::poisson(&[0.0, 3.0, 1.0, 4.0, 2.0, 1.0], &Y));
    let closed = collapsed(&terms);
    let [one] = loops(&closed)[..] else { panic!("one loop: {:?}", closed.body) };
    assert_eq!((one.body.len(), closed.tables.len()), (3, 1), "no count is read: {:?}", one.body);
    let at = [0.3, -0.4];
    let (x, y) = (evaluate(&terms, &at)[0], evaluate::evaluate_total(&closed, &at));
    assert!((x - y).abs() < 1e-14 * x.abs(), "{x} became {y}");
}

#[test]
fn known_standard_errors_weigh_the_mean() {
    // sum of ((y[n] - z0) / s[n])^2
    let mut b = Builder::new(1);
    let errors = [1.0, 0.5, 2.0, 0.25, 1.5, 0.7];
    let [y, s] =
        [("y", Y), ("s", errors)].map(|(name, values)| b.table(Table { name: name.into(), values: values.into() }));
    let mu = b.push(Op::Coordinate(0));
    let row = b.open_loop(6);
    let [y, s] = [y, s].map(|table| b.push(Op::Datum { table, row }));
    let residual = b.subtract(y, mu);
    let standard = b.divide(residual, s);
    let square = b.unary(Unary::Square, standard);
    let sum = b.close_loop(&[square])[0];
    let terms = b.finish(vec![sum]);
    let closed = collapsed(&terms);
    assert!(loops(&closed).is_empty());
    for z in [-2.0, 0.1, 7.0] {
        let (x, y) = (evaluate(&terms, &[z])[0], evaluate(&closed, &[z])[0]);
        assert!((x - y).abs() < 1e-14 * x, "{x} became {y}");
    }
}

/// The results of a program without loops, every constant and every operation rounded to single precision.
fn evaluate_single(program: &Program, coordinates: &[f64]) -> Vec<f64> {
    let round = |x: f64| f64::from(x as f32);
    let mut values = vec![f64::NAN; program.values()];
    let read = |values: &[f64], value: Value| match program.op(value) {
        Op::Constant(x) => round(x),
        Op::Coordinate(i) => round(coordinates[i]),
        _ => values[value.index()],
    };
    for statement in &program.body {
        let Statement::Let(value) = *statement else { panic!("a statement without loops: {statement:?}") };
        values[value.index()] = round(match program.op(value) {
            Op::Unary(function, x) => evaluate::unary(function, read(&values, x)),
            Op::Binary(function, x, y) => evaluate::binary(function, read(&values, x), read(&values, y)),
            op => panic!("arithmetic: {op:?}"),
        });
    }
    program.results.iter().map(|&result| read(&values, result)).collect()
}

#[test]
fn a_near_perfect_fit_keeps_its_residuals_in_single_precision() {
    // y = 3 + 0.5 x + noise of a hundredth of its spread, which is an R^2 of 0.9999, and x far from zero.
    let noise = |n: usize| ((n * 7919 % 1000) as f64 / 1000.0 - 0.5) * 12.0_f64.sqrt();
    let x: Vec<f64> = (0..1000).map(|n| 2000.0 + f64::from(n) / 10.0).collect();
    let spread = 0.5 * (100.0 / 12.0_f64.sqrt());
    let y: Vec<f64> = x.iter().enumerate().map(|(n, x)| 3.0 + 0.5 * x + 0.01 * spread * noise(n)).collect();
    // The sum of squares alone, in coordinates that single precision holds exactly.
    let mut b = Builder::new(2);
    let [ty, tx] = [("y", &y), ("x", &x)]
        .map(|(name, values)| b.table(Table { name: name.into(), values: values.clone().into() }));
    let [alpha, beta] = [0, 1].map(|i| b.push(Op::Coordinate(i)));
    let row = b.open_loop(1000);
    let [dy, dx] = [ty, tx].map(|table| b.push(Op::Datum { table, row }));
    let product = b.multiply(beta, dx);
    let mean = b.add(alpha, product);
    let residual = b.subtract(dy, mean);
    let square = b.unary(Unary::Square, residual);
    let sum = b.close_loop(&[square])[0];
    let terms = b.finish(vec![sum]);
    let closed = collapsed(&terms);
    for (alpha, beta) in [(3.0, 0.5), (2.984375, 0.5), (3.0, 0.5009765625)] {
        let exact = evaluate(&terms, &[alpha, beta])[0];
        let single = evaluate_single(&closed, &[alpha, beta])[0];
        // A residual of the means is a difference of numbers near 1,025, each rounded, so is the slope's of 0.5: that
        // is `5 eps (|alpha| + |beta| mean + ybar)`, times the square root of the number of rows, in a triangle's row.
        let epsilon = f64::from(f32::EPSILON) / 2.0;
        let row_error = 5.0 * epsilon * 2.0 * (1000.0_f64).sqrt() * 1030.0;
        let bound = 2.0 * exact.sqrt() * row_error + row_error * row_error + 5.0 * epsilon * exact;
        assert!((single - exact).abs() <= bound, "{single} against {exact}, at most {bound} apart");
        // A form made of moments would round the sum of y^2 alone by more.
        let moment = y.iter().map(|y| y * y).sum::<f64>() * epsilon;
        assert!(20.0 * bound < moment, "at most {bound}, against {moment}");
    }
}

/// What a random sum is made of: shares of two affine forms (coefficient, column), and how they are put together.
type Shares = Vec<(u8, u8)>;

/// `sum of` a polynomial of random affine forms over rows `(x1, x2, group)`; four coordinates, of which the last two are
/// gathered.
fn polynomial(rows: &[(f64, f64, u32)], shares: &[Shares; 2], kind: u8) -> Program {
    let mut b = Builder::new(4);
    let mut table = |name: &str, values: Vec<f64>| b.table(Table { name: name.into(), values: values.into() });
    let x1 = table("x1", rows.iter().map(|row| row.0).collect());
    let x2 = table("x2", rows.iter().map(|row| row.1).collect());
    let positions = b.positions(rows.iter().map(|row| 2 + row.2).collect());
    let (z0, z1) = (b.push(Op::Coordinate(0)), b.push(Op::Coordinate(1)));
    let outside = [z0, z1, b.unary(Unary::Exp, z0), b.constant(1.0), b.constant(-0.5)];
    let row = b.open_loop(rows.len());
    let [x1, x2] = [x1, x2].map(|table| b.push(Op::Datum { table, row }));
    let theta = b.push(Op::Load { array: Array::Coordinates, at: Place::Listed { row, positions } });
    let one = b.constant(1.0);
    let square = b.unary(Unary::Square, x2);
    let columns = [one, x1, x2, square, theta];
    let forms = [&shares[0], &shares[1]].map(|shares| {
        let mut form = b.constant(0.3);
        for &(coefficient, column) in shares {
            let (coefficient, column) = (outside[coefficient as usize % 5], columns[column as usize % 5]);
            let product = b.multiply(coefficient, column);
            form = if coefficient == z1 { b.subtract(form, product) } else { b.add(form, product) };
        }
        form
    });
    let square = b.unary(Unary::Square, forms[0]);
    let term = match kind % 5 {
        0 => square,
        1 => b.multiply(forms[0], forms[1]),
        2 => b.multiply(x1, forms[1]),
        3 => {
            let scaled = b.divide(square, outside[2]);
            b.subtract(scaled, forms[1])
        }
        _ => {
            let exp = b.unary(Unary::Tanh, forms[1]);
            let rest = b.multiply(outside[2], exp);
            let negated = b.unary(Unary::Negate, square);
            b.add(negated, rest)
        }
    };
    let sum = b.close_loop(&[term])[0];
    b.finish(vec![sum])
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(1), cases: 1024, ..ProptestConfig::default() })]

    /// Tolerance: forms are at most 20 in size, their products 400, and there are up to 40 rows: 16,000 in all, of which
    /// some 100 roundings are lost, 4e-10 at the very most.
    #[test]
    fn a_closed_form_equals_the_sum(
        rows in prop::collection::vec((-1.5..1.5_f64, -1.5..1.5_f64, 0..2_u32), 3..40),
        shares in (0..2_u8).prop_flat_map(|_| {
            let shares = || prop::collection::vec(any::<(u8, u8)>(), 1..5);
            [shares(), shares()]
        }),
        kind in any::<u8>(),
        at in prop::collection::vec(-1.0..1.0_f64, 4),
    ) {
        let program = polynomial(&rows, &shares, kind);
        let (before, after) = (evaluate(&program, &at)[0], evaluate(&collapse(&program), &at)[0]);
        prop_assert!((before - after).abs() <= 1e-10 * before.abs().max(1.0), "{before} became {after}");
        let simplified = evaluate(&simplify(&collapse(&simplify(&program))), &at)[0];
        prop_assert!((before - simplified).abs() <= 1e-10 * before.abs().max(1.0), "{before} became {simplified}");
    }
}
