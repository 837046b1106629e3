//! Random programs for property tests: every operation, one loop, a nested one now and then.

use super::build::Builder;
use super::evaluate::evaluate;
use super::op::{Op, Program, Table, Unary};

/// A random program over two coordinates and one column, from a list of numbers.
pub(crate) fn program(choices: &[(u8, u8, u8)], y: &[f64]) -> Program {
    let mut b = Builder::new(2);
    let column = b.table(Table { name: "y".into(), values: y.into() });
    let mut outside = vec![b.push(Op::Coordinate(0)), b.push(Op::Coordinate(1))];
    for constant in [-1.0, 0.0, 0.5, 1.0, 3.0] {
        outside.push(b.constant(constant));
    }
    let row = b.open_loop(y.len());
    let mut inside = outside.clone();
    inside.push(b.push(Op::Datum { table: column, row }));
    for &(what, i, j) in choices {
        let (x, y) = (inside[i as usize % inside.len()], inside[j as usize % inside.len()]);
        inside.push(match what % 11 {
            0 => b.add(x, y),
            1 => b.subtract(x, y),
            2 => b.multiply(x, y),
            3 => b.divide(x, y),
            4 => b.unary(Unary::Negate, x),
            5 => b.unary(Unary::Square, x),
            6 => b.unary(Unary::Exp, x),
            7 => b.unary(Unary::Ln, x),
            8 => b.unary(Unary::Tanh, x),
            9 => b.push(Op::Select { left: x, right: y, holds: x, fails: y }),
            _ => b.unary(Unary::LnCosh, x),
        });
    }
    let last = *inside.last().expect("there is always a datum");
    let nested = b.open_loop(y.len());
    let other = b.push(Op::Datum { table: column, row: nested });
    let product = b.multiply(other, last);
    let inner = b.close_loop(&[product])[0];
    let term = b.add(last, inner);
    let sums = b.close_loop(&[term]);
    let constant = b.constant(0.25);
    let shifted = b.add(sums[0], constant);
    b.finish(vec![shifted])
}

/// Whether a change of the coordinates in the 12th digit changes the result in the 9th.
pub(crate) fn ill_conditioned(program: &Program, z0: f64, z1: f64) -> bool {
    let at = |h: f64| evaluate(program, &[z0 * (1.0 + h), z1 * (1.0 - h)])[0];
    let centre = at(0.0);
    [1e-12, -1e-12].into_iter().any(|h| (at(h) - centre).abs() > 1e-9 * centre.abs().max(1.0) || at(h).is_nan())
}
