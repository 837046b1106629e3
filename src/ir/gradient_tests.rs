//! Gradients against central differences, for models as they occur and for random programs.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::arbitrary_arrays::{point, program as arbitrary_program, recipe};
use super::build::Builder;
use super::differentiate::differentiate;
use super::evaluate::{evaluate, evaluate_total};
use super::examples::{self, X, Y};
use super::op::{Array, Op, Place, Program, Table, Unary, Value};
use super::simplify::simplify;

/// The derivative of the sum of the terms by each coordinate, and a bound of its error.
///
/// Central differences of fourth order with step `h`: truncation `h^4 f^(5) / 30`, rounding `3 eps |f| / (2 h)`. At
/// `h = 1e-3` both are about 1e-12 for functions of unit size. The truncation is estimated from step `2 h`, whose
/// error is 16 times as large: a kink between the points, or a wild function, shows there.
pub(super) fn differences(terms: &Program, at: &[f64]) -> Vec<(f64, f64)> {
    let along = |coordinate: usize| {
        let moved = |step: f64| {
            let mut point = at.to_vec();
            point[coordinate] += step;
            evaluate_total(terms, &point)
        };
        let slope = |h: f64| (8.0 * (moved(h) - moved(-h)) - (moved(2.0 * h) - moved(-2.0 * h))) / (12.0 * h);
        let (fine, coarse) = (slope(1e-3), slope(2e-3));
        (fine, (fine - coarse).abs() + 1e-12 * moved(0.0).abs())
    };
    (0..terms.coordinates).map(along).collect()
}

/// Asserts that the gradient is the derivative of the terms' sum, to 1e-6 of its size at least.
#[track_caller]
fn assert_gradient(terms: &Program, at: &[f64]) {
    let gradient = differentiate(terms);
    let results = evaluate(&gradient, at);
    assert_eq!(results[..terms.results.len()], evaluate(terms, at), "the terms are handed on as they are");
    for (component, (expected, error)) in results[terms.results.len()..].iter().zip(differences(terms, at)) {
        let tolerance = 1e-6 * expected.abs().max(1e-3);
        assert!(error < tolerance, "a difference that decides nothing: {expected} +- {error}");
        assert!((component - expected).abs() < tolerance, "{component} against {expected}");
    }
}

#[test]
fn a_regression_has_a_gradient() {
    assert_gradient(&examples::regression(&Y, &X), &[0.4, -0.3, 0.1]);
}

#[test]
fn a_hierarchy_gathers_its_gradient() {
    assert_gradient(&examples::hierarchy(&Y, &[2, 4, 2, 3, 3, 2]), &[0.4, -0.3, 0.1, 1.2, -0.8]);
}

#[test]
fn an_autoregression_has_a_gradient() {
    assert_gradient(&examples::autoregression(&Y), &[0.4, -0.3, 0.1]);
}

#[test]
fn a_recurrence_is_differentiated_backward() {
    let terms = examples::garch(12);
    assert_gradient(&terms, &[0.1, -0.4, -1.2, -0.9]);
    assert_gradient(&simplify(&terms), &[0.1, -0.4, -1.2, -0.9]);
}

#[test]
fn a_gradient_can_be_differentiated() {
    // The second derivative, as the gradient of the sum of the gradient.
    let mut gradient = differentiate(&examples::garch(4));
    gradient.results.remove(0);
    assert_gradient(&gradient, &[0.1, -0.4, -1.2, -0.9]);
}

#[test]
fn a_coordinate_without_influence_has_the_derivative_zero() {
    let mut b = Builder::new(2);
    let z = b.push(Op::Coordinate(1));
    let program = differentiate(&b.finish(vec![z, z]));
    assert_eq!(evaluate(&program, &[3.0, 4.0]), [4.0, 4.0, 0.0, 2.0]);
}

/// `x <= 20 ? log1p(exp(x)) : x`
fn softplus(b: &mut Builder, x: Value) -> Value {
    let exp = b.unary(Unary::Exp, x);
    let (log, bound) = (b.unary(Unary::Ln1p, exp), b.constant(20.0));
    b.push(Op::Select { left: x, right: bound, holds: log, fails: x })
}

#[test]
fn a_branch_that_is_not_taken_contributes_zero() {
    let mut b = Builder::new(1);
    let x = b.push(Op::Coordinate(0));
    let value = softplus(&mut b, x);
    let program = differentiate(&b.finish(vec![value]));
    assert_eq!(evaluate(&program, &[800.0]), [800.0, 1.0]);
    assert_eq!(evaluate(&simplify(&program), &[800.0]), [800.0, 1.0]);
    let [value, slope] = evaluate(&program, &[0.0])[..] else { panic!("two results") };
    assert_eq!((value, slope), (2.0_f64.ln(), 0.5));
}

#[test]
fn a_guarded_logarithm_has_a_finite_gradient_where_it_is_not_taken() {
    // softplus(x <= 0 ? 3 x : log(x)): the derivative 1 / x is infinite or wrong where it is not taken.
    let mut b = Builder::new(1);
    let x = b.push(Op::Coordinate(0));
    let (log, zero) = (b.unary(Unary::Ln, x), b.constant(0.0));
    let line = b.scale(3.0, x);
    let value = b.push(Op::Select { left: x, right: zero, holds: line, fails: log });
    let outer = softplus(&mut b, value);
    let program = differentiate(&b.finish(vec![outer]));
    for z in [-1.0_f64, 0.0] {
        let expected = 3.0 / (1.0 + (-3.0 * z).exp());
        let slope = evaluate(&program, &[z])[1];
        assert!((slope - expected).abs() <= 4.0 * f64::EPSILON * expected, "{slope} against {expected} at {z}");
    }
}

#[test]
fn a_guard_inside_of_a_loop_leaves_no_nan() {
    // sum over n of y[n] <= x ? log(x - y[n]) : 0, at an x between the data, and gathered by group.
    let mut b = Builder::new(2);
    let y = b.table(Table { name: "y".into(), values: [-1.0, 0.5, 2.0].into() });
    let positions = b.positions([1, 0, 0].into());
    let row = b.open_loop(3);
    let datum = b.push(Op::Datum { table: y, row });
    let x = b.push(Op::Load { array: Array::Coordinates, at: Place::Listed { row, positions } });
    let (difference, zero) = (b.subtract(x, datum), b.constant(0.0));
    let root = b.unary(Unary::Sqrt, difference);
    let log = b.unary(Unary::Ln, root);
    let term = b.push(Op::Select { left: datum, right: x, holds: log, fails: zero });
    let sum = b.close_loop(&[term])[0];
    let program = differentiate(&b.finish(vec![sum]));
    let results = evaluate(&program, &[1.0, 0.0]);
    // d/dx ln(x - y) / 2 = 1 / (2 (x - y)).
    for (component, expected) in results[1..].iter().zip([1.0, 0.5]) {
        assert!((component - expected).abs() < 1e-15, "{results:?}");
    }
}

#[test]
fn a_guard_outside_of_a_loop_reaches_what_the_loop_reads() {
    // x <= 0 ? 0 : sum over n of y[n] sqrt(x), at the 0 where the root has no derivative.
    let mut b = Builder::new(1);
    let y = b.table(Table { name: "y".into(), values: Y.into() });
    let x = b.push(Op::Coordinate(0));
    let (root, zero) = (b.unary(Unary::Sqrt, x), b.constant(0.0));
    let row = b.open_loop(Y.len());
    let datum = b.push(Op::Datum { table: y, row });
    let term = b.multiply(datum, root);
    let sum = b.close_loop(&[term])[0];
    let value = b.push(Op::Select { left: x, right: zero, holds: zero, fails: sum });
    let program = differentiate(&b.finish(vec![value]));
    assert_eq!(evaluate(&program, &[0.0]), [0.0, 0.0]);
    let expected: f64 = Y.iter().sum::<f64>() / 4.0;
    assert!((evaluate(&program, &[4.0])[1] - expected).abs() < 1e-15, "2 sqrt(4) is 4");
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

    #[test]
    fn the_gradient_of_a_random_program_agrees_with_differences(recipe in recipe(), at in point()) {
        let terms = arbitrary_program(&recipe);
        let results = evaluate(&differentiate(&terms), &at);
        let differences = differences(&terms, &at);
        let tolerance = |expected: f64| 1e-6 * expected.abs().max(1.0);
        // Near a kink the differences decide nothing.
        prop_assume!(differences.iter().all(|(expected, error)| *error < tolerance(*expected)));
        for (component, (expected, _)) in results[terms.results.len()..].iter().zip(differences) {
            prop_assert!((component - expected).abs() < tolerance(expected), "{component} against {expected}");
        }
    }
}
