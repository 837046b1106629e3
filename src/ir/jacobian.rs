//! The results of a program at a point, and the derivative of each by each coordinate, in `f64`.
//!
//! Outside of loops beside every value that depends on coordinates runs its derivative, one number per coordinate asked
//! for (forward mode). A row of a loop is swept backward for each number that it stores or adds (reverse mode), so that it
//! costs a few times its own operations, however many coordinates there are. A million results take one pass over the
//! data: what the analysis of identifiability asks for, which wants the derivative of each observation by itself.
//! (`differentiate` gives the derivative of a sum, for samplers.) The rules are those of `derivative`, in numbers.
//! Absent on purpose: speed of the sampling kind.

use std::collections::HashMap;

use super::dependence::active;
use super::derivative::{self, Numbers};
use super::evaluate;
use super::op::{Array, Loop, Op, Order, Place, Program, Statement, Value};

/// Results and their derivatives.
#[derive(Clone, Debug, PartialEq)]
pub struct Jacobian {
    /// One value per result.
    pub values: Vec<f64>,
    /// `[result, by]`. Where a function has no derivative, what its rule gives: NaN or infinite.
    pub derivatives: Vec<f64>,
}

/// The results of `program` at the point `coordinates`, and their derivatives there. See [`Derivatives::at`].
///
/// # Panics
/// When the number of coordinates is not the program's, or `by` names one that is not there.
pub fn jacobian(program: &Program, coordinates: &[f64], by: &[usize]) -> Jacobian {
    Derivatives::new(program).at(coordinates, by)
}

/// A program that is asked for derivatives at several points.
#[derive(Debug)]
pub struct Derivatives<'a> {
    program: &'a Program,
    /// For each value, whether it depends on any coordinate.
    active: Vec<bool>,
}

impl<'a> Derivatives<'a> {
    /// Finds out what depends on coordinates.
    pub fn new(program: &'a Program) -> Self {
        Self { program, active: active(program) }
    }

    /// Number of results.
    pub fn results(&self) -> usize {
        self.program.results.len()
    }

    /// The results at a point, and their derivatives by the coordinates `by`, in that order. A coordinate that a result does
    /// not depend on has derivative exactly 0.
    ///
    /// # Panics
    /// When the number of coordinates is not the program's, or `by` names one that is not there.
    pub fn at(&self, coordinates: &[f64], by: &[usize]) -> Jacobian {
        evaluated(self.program, &self.active, coordinates, by)
    }
}

fn evaluated(program: &Program, active: &[bool], coordinates: &[f64], by: &[usize]) -> Jacobian {
    assert_eq!(coordinates.len(), program.coordinates, "one number per coordinate");
    let count = by.len();
    let mut columns = vec![None; program.coordinates];
    by.iter().enumerate().for_each(|(column, &coordinate)| columns[coordinate] = Some(column));
    let mut places = vec![None; program.values()];
    let mut active_values = 0;
    for (place, _) in places.iter_mut().zip(active).filter(|(_, active)| **active && count > 0) {
        *place = Some(active_values * count);
        active_values += 1;
    }
    let mut machine = Machine {
        program,
        coordinates,
        columns,
        count,
        rows: Vec::new(),
        values: vec![f64::NAN; program.values()],
        places,
        tangents: vec![0.0; active_values * count],
        arrays: program.arrays.iter().map(|&length| (vec![0.0; length], vec![0.0; length * count])).collect(),
        scratch: vec![0.0; count],
    };
    machine.run(&program.body);
    let values = program.results.iter().map(|&result| machine.read(result)).collect();
    let mut derivatives = Vec::with_capacity(program.results.len() * count);
    for &result in &program.results {
        machine.gather(result);
        derivatives.extend_from_slice(&machine.scratch);
    }
    Jacobian { values, derivatives }
}

struct Machine<'a> {
    program: &'a Program,
    coordinates: &'a [f64],
    /// Where each coordinate's derivative stands, if it is asked for.
    columns: Vec<Option<usize>>,
    /// Number of derivatives.
    count: usize,
    /// Current row of each loop, by its number.
    rows: Vec<usize>,
    values: Vec<f64>,
    /// Where in `tangents` the derivatives of a value begin; none where no coordinate touches it.
    places: Vec<Option<usize>>,
    tangents: Vec<f64>,
    /// What has been stored so far, with derivatives, `[element, coordinate]`.
    arrays: Vec<(Vec<f64>, Vec<f64>)>,
    scratch: Vec<f64>,
}

impl Machine<'_> {
    fn run(&mut self, body: &[Statement]) {
        for statement in body {
            match statement {
                Statement::Let(value) => self.compute(*value),
                Statement::Loop(inner) if inner.order == Order::Any && is_flat(&inner.body) => self.rows(inner),
                Statement::Loop(inner) => {
                    if self.rows.len() <= inner.id.index() {
                        self.rows.resize(inner.id.index() + 1, 0);
                    }
                    let mut sums = vec![(0.0, vec![0.0; self.count]); inner.sums.len()];
                    for row in 0..inner.rows {
                        self.rows[inner.id.index()] = match inner.order {
                            Order::Any | Order::Forward => row,
                            Order::Backward => inner.rows - 1 - row,
                        };
                        self.run(&inner.body);
                        for ((total, tangent), sum) in sums.iter_mut().zip(&inner.sums) {
                            *total += self.read(sum.term);
                            self.gather(sum.term);
                            tangent.iter_mut().zip(&self.scratch).for_each(|(total, x)| *total += x);
                        }
                    }
                    for ((total, tangent), sum) in sums.into_iter().zip(&inner.sums) {
                        self.scratch = tangent;
                        self.keep(sum.total, total);
                    }
                }
                Statement::Store(store) | Statement::Accumulate(store) => {
                    let (at, x) = (self.place(store.at), self.read(store.value));
                    self.gather(store.value);
                    self.put(store.array.index(), at, x, matches!(statement, Statement::Accumulate(_)));
                }
            }
        }
    }

    /// Runs a loop whose rows do not read one another, each row forward for its values and backward for its derivatives.
    fn rows(&mut self, inner: &Loop) {
        if self.rows.len() <= inner.id.index() {
            self.rows.resize(inner.id.index() + 1, 0);
        }
        let locals: Vec<Value> = inner.body.iter().filter_map(computed).collect();
        let mut sweep = Sweep::new(self, &locals);
        let mut sums = vec![(0.0, vec![0.0; self.count]); inner.sums.len()];
        for row in 0..inner.rows {
            self.rows[inner.id.index()] = row;
            for &local in &locals {
                self.values[local.index()] = self.value(local);
            }
            for statement in &inner.body {
                let (Statement::Store(store) | Statement::Accumulate(store)) = statement else { continue };
                let (at, array, x) = (self.place(store.at), store.array.index(), self.read(store.value));
                self.sweep_back(&mut sweep, &locals, store.value);
                let adds = matches!(statement, Statement::Accumulate(_));
                self.put(array, at, x, adds);
            }
            for ((total, tangent), sum) in sums.iter_mut().zip(&inner.sums) {
                *total += self.read(sum.term);
                self.sweep_back(&mut sweep, &locals, sum.term);
                tangent.iter_mut().zip(&self.scratch).for_each(|(total, x)| *total += x);
            }
        }
        for ((total, tangent), sum) in sums.into_iter().zip(&inner.sums) {
            self.scratch = tangent;
            self.keep(sum.total, total);
        }
    }

    /// Stores a value in an array, or adds it, with the derivatives that are in `scratch`.
    fn put(&mut self, array: usize, at: usize, x: f64, adds: bool) {
        let (values, tangents) = &mut self.arrays[array];
        let tangents = &mut tangents[at * self.count..(at + 1) * self.count];
        if adds {
            values[at] += x;
            tangents.iter_mut().zip(&self.scratch).for_each(|(total, x)| *total += x);
        } else {
            values[at] = x;
            tangents.copy_from_slice(&self.scratch);
        }
    }

    /// The derivatives of a value of the current row, into `scratch`.
    fn sweep_back(&mut self, sweep: &mut Sweep, locals: &[Value], of: Value) {
        self.scratch.fill(0.0);
        let Some(&last) = sweep.places.get(&of) else {
            // It comes from outside of the loop.
            self.gather(of);
            return;
        };
        sweep.adjoints[..=last].fill(0.0);
        sweep.adjoints[last] = 1.0;
        for place in (0..=last).rev() {
            let adjoint = sweep.adjoints[place];
            if adjoint == 0.0 || self.places[locals[place].index()].is_none() {
                continue;
            }
            match self.program.op(locals[place]) {
                Op::Load { array: Array::Coordinates, at } => {
                    let at = self.place(at);
                    self.seed(at, adjoint);
                }
                Op::Load { array: Array::Stored(array), at } => {
                    let at = self.place(at);
                    let tangents = &self.arrays[array.index()].1[at * self.count..(at + 1) * self.count];
                    let touched = self.scratch.iter_mut().zip(tangents).filter(|(_, x)| **x != 0.0);
                    touched.for_each(|(total, x)| *total += adjoint * x);
                }
                Op::Unary(function, x) => {
                    let (at, result) = (self.read(x), self.values[locals[place].index()]);
                    self.hand(sweep, x, adjoint * derivative::unary(&mut Numbers, function, at, result));
                }
                Op::Binary(function, x, y) => {
                    let (operands, result) = ([self.read(x), self.read(y)], self.values[locals[place].index()]);
                    for (operand, first) in [(x, true), (y, false)] {
                        if self.is_active(operand) {
                            let partial = derivative::partial(&mut Numbers, function, operands, first, result);
                            self.hand(sweep, operand, adjoint * partial);
                        }
                    }
                }
                Op::Select { left, right, holds, fails } => {
                    let chosen = if self.read(left) <= self.read(right) { holds } else { fails };
                    self.hand(sweep, chosen, adjoint);
                }
                Op::Constant(_) | Op::Coordinate(_) | Op::Datum { .. } | Op::Sum(..) => {
                    unreachable!("these are named without a statement, or by their loop's")
                }
            }
        }
    }

    /// Hands an adjoint on: to a value of the row, or to the coordinates that one from outside depends on.
    fn hand(&mut self, sweep: &mut Sweep, to: Value, adjoint: f64) {
        if let Some(&place) = sweep.places.get(&to) {
            sweep.adjoints[place] += adjoint;
        } else if let Op::Coordinate(i) = self.program.op(to) {
            self.seed(i, adjoint);
        } else if let Some(tangent) = sweep.outside.get(&to) {
            tangent.iter().for_each(|&(column, x)| self.scratch[column] += adjoint * x);
        }
    }

    fn is_active(&self, value: Value) -> bool {
        matches!(self.program.op(value), Op::Coordinate(_)) || self.places[value.index()].is_some()
    }

    fn place(&self, at: Place) -> usize {
        match at {
            Place::Fixed(element) => element,
            Place::Strided { row, stride, offset } => {
                let element = offset + stride * self.rows[row.index()] as i64;
                usize::try_from(element).expect("an element of an array is named by a number from 0")
            }
            Place::Listed { row, positions } => self.program.positions[positions][self.rows[row.index()]] as usize,
        }
    }

    fn read(&self, value: Value) -> f64 {
        match self.program.op(value) {
            Op::Constant(x) => x,
            Op::Coordinate(i) => self.coordinates[i],
            Op::Datum { table, row } => self.program.tables[table].values[self.rows[row.index()]],
            Op::Load { .. } | Op::Unary(..) | Op::Binary(..) | Op::Select { .. } | Op::Sum(..) => {
                self.values[value.index()]
            }
        }
    }

    /// The derivatives of a value, into `scratch`.
    fn gather(&mut self, value: Value) {
        match (self.program.op(value), self.places[value.index()]) {
            (Op::Coordinate(i), _) => {
                self.scratch.fill(0.0);
                self.seed(i, 1.0);
            }
            (_, Some(from)) => self.scratch.copy_from_slice(&self.tangents[from..from + self.count]),
            (_, None) => self.scratch.fill(0.0),
        }
    }

    /// Keeps a value with the derivatives that are in `scratch`.
    fn keep(&mut self, value: Value, x: f64) {
        self.values[value.index()] = x;
        if let Some(from) = self.places[value.index()] {
            self.tangents[from..from + self.count].copy_from_slice(&self.scratch);
        }
    }

    /// Adds to the derivative by a coordinate.
    fn seed(&mut self, coordinate: usize, factor: f64) {
        if let Some(column) = self.columns[coordinate] {
            self.scratch[column] += factor;
        }
    }

    /// Adds the derivatives of an operand, times a factor, to `scratch`. What is not touched stays exactly 0, however
    /// large the factor.
    fn add(&mut self, operand: Value, factor: f64) {
        match (self.program.op(operand), self.places[operand.index()]) {
            (Op::Coordinate(i), _) => self.seed(i, factor),
            (_, Some(from)) if factor.is_finite() => {
                let tangents = &self.tangents[from..from + self.count];
                self.scratch.iter_mut().zip(tangents).for_each(|(total, x)| *total += factor * x);
            }
            (_, Some(from)) => {
                let tangents = &self.tangents[from..from + self.count];
                let touched = self.scratch.iter_mut().zip(tangents).filter(|(_, x)| **x != 0.0);
                touched.for_each(|(total, x)| *total += factor * x);
            }
            (_, None) => {}
        }
    }

    /// A value of the current row, from its operands' values.
    fn value(&self, value: Value) -> f64 {
        match self.program.op(value) {
            Op::Load { array: Array::Coordinates, at } => self.coordinates[self.place(at)],
            Op::Load { array: Array::Stored(array), at } => self.arrays[array.index()].0[self.place(at)],
            Op::Unary(function, x) => evaluate::unary(function, self.read(x)),
            Op::Binary(function, x, y) => evaluate::binary(function, self.read(x), self.read(y)),
            Op::Select { left, right, holds, fails } => {
                self.read(if self.read(left) <= self.read(right) { holds } else { fails })
            }
            Op::Constant(_) | Op::Coordinate(_) | Op::Datum { .. } | Op::Sum(..) => self.read(value),
        }
    }

    fn compute(&mut self, value: Value) {
        let is_active = self.places[value.index()].is_some();
        self.scratch.fill(0.0);
        let x = match self.program.op(value) {
            Op::Load { array: Array::Coordinates, at } => {
                let at = self.place(at);
                self.seed(at, 1.0);
                self.coordinates[at]
            }
            Op::Load { array: Array::Stored(array), at } => {
                let at = self.place(at);
                let (values, tangents) = &self.arrays[array.index()];
                self.scratch.copy_from_slice(&tangents[at * self.count..(at + 1) * self.count]);
                values[at]
            }
            Op::Unary(function, x) => {
                let at = self.read(x);
                let result = evaluate::unary(function, at);
                if is_active {
                    self.add(x, derivative::unary(&mut Numbers, function, at, result));
                }
                result
            }
            Op::Binary(function, x, y) => {
                let (left, right) = (self.read(x), self.read(y));
                let result = evaluate::binary(function, left, right);
                if is_active {
                    for (operand, first) in [(x, true), (y, false)] {
                        if self.is_active(operand) {
                            let factor = derivative::partial(&mut Numbers, function, [left, right], first, result);
                            self.add(operand, factor);
                        }
                    }
                }
                result
            }
            Op::Select { left, right, holds, fails } => {
                let chosen = if self.read(left) <= self.read(right) { holds } else { fails };
                self.add(chosen, 1.0);
                self.read(chosen)
            }
            Op::Constant(_) | Op::Coordinate(_) | Op::Datum { .. } | Op::Sum(..) => self.read(value),
        };
        self.keep(value, x);
    }
}

/// The backward sweep over a row.
struct Sweep {
    /// The place of each value of the row, in the order they are computed.
    places: HashMap<Value, usize>,
    adjoints: Vec<f64>,
    /// The derivatives of values from outside that the row reads, without zeros.
    outside: HashMap<Value, Vec<(usize, f64)>>,
}

impl Sweep {
    fn new(machine: &Machine<'_>, locals: &[Value]) -> Self {
        let places: HashMap<Value, usize> = locals.iter().enumerate().map(|(place, &value)| (value, place)).collect();
        let mut outside = HashMap::new();
        for &local in locals {
            for operand in machine.program.op(local).operands().filter(|operand| !places.contains_key(operand)) {
                outside.entry(operand).or_insert_with(|| machine.sparse(operand));
            }
        }
        Self { adjoints: vec![0.0; locals.len()], places, outside }
    }
}

impl Machine<'_> {
    /// The derivatives of a value, without zeros.
    fn sparse(&self, value: Value) -> Vec<(usize, f64)> {
        let Some(from) = self.places[value.index()] else { return Vec::new() };
        let tangents = self.tangents[from..from + self.count].iter().copied().enumerate();
        tangents.filter(|(_, x)| *x != 0.0).collect()
    }
}

/// Whether a body has no loops inside.
fn is_flat(body: &[Statement]) -> bool {
    !body.iter().any(|statement| matches!(statement, Statement::Loop(_)))
}

/// The value that a statement computes.
fn computed(statement: &Statement) -> Option<Value> {
    if let Statement::Let(value) = statement { Some(*value) } else { None }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    use super::super::differentiate::differentiate;
    use super::super::examples;
    use super::super::op::{Store, Table};
    use super::*;
    use crate::ir::Builder;

    #[test]
    fn each_row_has_its_own_derivative() {
        let mut b = Builder::new(2);
        let y = b.table(Table { name: "y".into(), values: [1.0, 2.0, 4.0].into() });
        let (z, other) = (b.push(Op::Coordinate(0)), b.push(Op::Coordinate(1)));
        let array = b.array(3);
        let row = b.open_loop(3);
        let datum = b.push(Op::Datum { table: y, row });
        let product = b.multiply(datum, z);
        b.store(Store { array, at: Place::Strided { row, stride: 1, offset: 0 }, value: product });
        b.close_loop(&[]);
        let mut results: Vec<Value> =
            (0..3).map(|i| b.push(Op::Load { array: Array::Stored(array), at: Place::Fixed(i) })).collect();
        results.push(other);
        let found = jacobian(&b.finish(results), &[10.0, 7.0], &[0, 1]);
        assert_eq!(found.values, [10.0, 20.0, 40.0, 7.0]);
        assert_eq!(found.derivatives, [1.0, 0.0, 2.0, 0.0, 4.0, 0.0, 0.0, 1.0]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

        /// Forward and reverse mode share their rules and nothing else.
        #[test]
        fn columns_sum_to_what_reverse_mode_gives(point in prop::collection::vec(-1.5..1.5_f64, 8)) {
            let (y, x) = (&examples::Y[..], &examples::X[..]);
            for program in [
                examples::regression(y, x),
                examples::hierarchy(y, &[0, 1, 2, 0, 1, 2]),
                examples::autoregression(y),
                examples::garch(6),
            ] {
                let at = &point[..program.coordinates.min(8)];
                if at.len() != program.coordinates {
                    continue;
                }
                let all: Vec<usize> = (0..program.coordinates).collect();
                let found = jacobian(&program, at, &all);
                let reverse = evaluate::evaluate(&differentiate(&program), at);
                let results = program.results.len();
                for coordinate in 0..program.coordinates {
                    let column = || (0..results).map(|row| found.derivatives[row * program.coordinates + coordinate]);
                    let (sum, size) = (column().sum::<f64>(), column().map(f64::abs).sum::<f64>());
                    let expected = reverse[results + coordinate];
                    // Sums in another order: a unit for each operation on the way, of which there are fewer than 10^4.
                    prop_assert!((sum - expected).abs() <= 1e4 * f64::EPSILON * (size + expected.abs() + 1.0)
                        || (sum.is_nan() && expected.is_nan()), "{sum} instead of {expected}");
                }
            }
        }
    }
}
