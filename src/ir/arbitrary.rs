//! Random programs for property tests: nearly every operation in a loop with a nested one, gathers, and arrays that
//! loops of every order store to, add to and read.
//! Absent on purpose: `floor`, of which two right answers may be 1 apart.

use super::build::Builder;
use super::evaluate::evaluate;
use super::op::{Array, ArrayId, Binary, LoopId, Op, Order, Place, Program, Store, Table, Unary, Value};

/// Every function of one value.
pub(crate) const UNARY: [Unary; 27] = [
    Unary::Negate,
    Unary::Square,
    Unary::Sqrt,
    Unary::Exp,
    Unary::Ln,
    Unary::Ln1p,
    Unary::Tanh,
    Unary::LnCosh,
    Unary::Abs,
    Unary::Floor,
    Unary::Expm1,
    Unary::Sin,
    Unary::Cos,
    Unary::InvLogit,
    Unary::Log1pExp,
    Unary::Log1mExp,
    Unary::Lgamma,
    Unary::Digamma,
    Unary::Trigamma,
    Unary::Erf,
    Unary::Erfc,
    Unary::Phi,
    Unary::LnPhi,
    Unary::InvMills,
    Unary::InvPhi,
    Unary::LnBesselI0,
    Unary::BesselRatio,
];

/// Every function of two values.
pub(crate) const BINARY: [Binary; 9] = [
    Binary::Add,
    Binary::Subtract,
    Binary::Multiply,
    Binary::Divide,
    Binary::Power,
    Binary::Atan2,
    Binary::LogAddExp,
    Binary::LnBeta,
    Binary::LnBetaSlope,
];

/// A random program over two coordinates and one column, from a list of numbers.
pub(crate) fn program(choices: &[(u8, u8, u8)], y: &[f64]) -> Program {
    let unary: Vec<Unary> = UNARY.into_iter().filter(|&function| function != Unary::Floor).collect();
    let mut b = Builder::new(2);
    let column = b.table(Table { name: "y".into(), values: y.into() });
    let mut outside = vec![b.push(Op::Coordinate(0)), b.push(Op::Coordinate(1))];
    for constant in [-1.0, 0.0, 0.5, 1.0, 3.0] {
        outside.push(b.constant(constant));
    }
    let rows = y.len();
    let groups = Groups::new(&mut b, column, rows);
    let weights = groups.weights(&mut b);
    let row = b.open_loop(rows);
    let mut inside = outside.clone();
    inside.push(b.push(Op::Datum { table: column, row }));
    inside.push(b.push(Op::Load { array: Array::Coordinates, at: groups.of_two(row) }));
    for &(what, i, j) in choices {
        let (x, y) = (inside[i as usize % inside.len()], inside[j as usize % inside.len()]);
        let choice = what as usize % (unary.len() + BINARY.len() + 1);
        inside.push(match (unary.get(choice), BINARY.get(choice.saturating_sub(unary.len()))) {
            (Some(&function), _) => b.unary(function, x),
            (None, Some(&function)) => b.binary(function, x, y),
            (None, None) => b.push(Op::Select { left: x, right: y, holds: x, fails: y }),
        });
    }
    let last = *inside.last().expect("there is always a datum");
    let stored = b.array(rows);
    let bounded = b.unary(Unary::Tanh, last);
    b.store(Store { array: stored, at: strided(row, -1, rows as i64 - 1), value: bounded });
    let nested = b.open_loop(rows);
    let other = b.push(Op::Datum { table: column, row: nested });
    let gathered = b.push(Op::Load { array: Array::Coordinates, at: groups.of_two(nested) });
    let (here, there) = (load(&mut b, weights, groups.of_three(row)), load(&mut b, weights, groups.of_three(nested)));
    let (product, weight) = (b.multiply(other, last), b.multiply(here, there));
    let shifted = b.add(product, gathered);
    let nested_term = b.add(shifted, weight);
    let inner = b.close_loop(&[nested_term])[0];
    let term = b.add(last, inner);
    let sums = b.close_loop(&[term]);
    let from_arrays = groups.recurrence(&mut b, stored, weights);
    let constant = b.constant(0.25);
    let shifted = b.add(sums[0], constant);
    let all = b.add(shifted, from_arrays);
    b.finish(vec![all])
}

/// Rows that belong to one of two and to one of three groups, and what can be computed by group.
struct Groups {
    column: usize,
    rows: usize,
    two: usize,
    three: usize,
}

impl Groups {
    fn new(b: &mut Builder, column: usize, rows: usize) -> Self {
        let mut list =
            |groups: usize| b.positions((0..rows).map(|row| ((row * 7 + row / 3) % groups) as u32).collect());
        let (two, three) = (list(2), list(3));
        Self { column, rows, two, three }
    }

    fn of_two(&self, row: LoopId) -> Place {
        Place::Listed { row, positions: self.two }
    }

    fn of_three(&self, row: LoopId) -> Place {
        Place::Listed { row, positions: self.three }
    }

    /// What three groups receive in nested loops, and in a loop that adds to them in several places.
    fn weights(&self, b: &mut Builder) -> ArrayId {
        let weights = b.accumulating_array(3);
        let few = b.open_loop(2);
        let z = b.push(Op::Load { array: Array::Coordinates, at: strided(few, -1, 1) });
        let row = b.open_loop(self.rows);
        let datum = b.push(Op::Datum { table: self.column, row });
        let product = b.multiply(datum, z);
        b.accumulate(Store { array: weights, at: self.of_three(row), value: product });
        b.close_loop(&[]);
        b.close_loop(&[]);
        let row = b.open_loop(self.rows);
        let datum = b.push(Op::Datum { table: self.column, row });
        let z = b.push(Op::Load { array: Array::Coordinates, at: self.of_two(row) });
        let difference = b.subtract(datum, z);
        let third = b.scale(1.0 / 3.0, z);
        b.accumulate(Store { array: weights, at: self.of_three(row), value: difference });
        b.accumulate(Store { array: weights, at: Place::Fixed(1), value: third });
        b.accumulate(Store { array: weights, at: self.of_two(row), value: datum });
        b.close_loop(&[]);
        weights
    }

    /// A recurrence over what was stored, then backwards what its elements pass on, then a gather of both.
    fn recurrence(&self, b: &mut Builder, stored: ArrayId, weights: ArrayId) -> Value {
        let rows = self.rows;
        let chain = b.array(rows + 1);
        let z = b.push(Op::Coordinate(0));
        b.store(Store { array: chain, at: Place::Fixed(0), value: z });
        let row = b.open_ordered_loop(rows, Order::Forward);
        let (previous, input) = (load(b, chain, strided(row, 1, 0)), load(b, stored, strided(row, 1, 0)));
        let half = b.scale(0.5, previous);
        let sum = b.add(half, input);
        let next = b.unary(Unary::Tanh, sum);
        b.store(Store { array: chain, at: strided(row, 1, 1), value: next });
        let forward = b.close_loop(&[sum])[0];

        let passed = b.accumulating_array(rows + 1);
        let row = b.open_ordered_loop(rows, Order::Backward);
        let datum = b.push(Op::Datum { table: self.column, row });
        let (received, value) = (load(b, passed, strided(row, 1, 1)), load(b, chain, strided(row, 1, 1)));
        let (half, product) = (b.scale(0.5, received), b.multiply(value, datum));
        b.accumulate(Store { array: passed, at: strided(row, 1, 0), value: half });
        b.accumulate(Store { array: passed, at: strided(row, 1, 0), value: product });
        b.accumulate(Store { array: weights, at: self.of_three(row), value: half });
        let backward = b.close_loop(&[received])[0];

        let row = b.open_loop(rows);
        let (weight, value) = (load(b, weights, self.of_three(row)), load(b, passed, strided(row, -1, rows as i64)));
        let product = b.multiply(weight, value);
        let gathered = b.close_loop(&[product])[0];
        let first = load(b, passed, Place::Fixed(0));
        let sums = b.add(forward, backward);
        let both = b.add(sums, gathered);
        let all = b.add(both, first);
        b.scale(0.01, all)
    }
}

fn strided(row: LoopId, stride: i64, offset: i64) -> Place {
    Place::Strided { row, stride, offset }
}

fn load(b: &mut Builder, array: ArrayId, at: Place) -> Value {
    b.push(Op::Load { array: Array::Stored(array), at })
}

/// Whether a change of the coordinates in the 12th digit changes the result in the 9th.
pub(crate) fn ill_conditioned(program: &Program, z0: f64, z1: f64) -> bool {
    let at = |h: f64| evaluate(program, &[z0 * (1.0 + h), z1 * (1.0 - h)])[0];
    let centre = at(0.0);
    [1e-12, -1e-12].into_iter().any(|h| (at(h) - centre).abs() > 1e-9 * centre.abs().max(1.0) || at(h).is_nan())
}
