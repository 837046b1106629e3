//! The results of a program at a point, and the derivative of each by each coordinate, in `f64`.
//!
//! Outside of loops beside every value that depends on coordinates runs its derivative, one number per coordinate asked
//! for (forward mode). A row of a loop is swept backward for each number that it stores or adds (reverse mode), so that it
//! costs a few times its own operations, however many coordinates there are. A million results take one pass over the
//! data: what the analysis of identifiability asks for, which wants the derivative of each observation by itself.
//! (`differentiate` gives the derivative of a sum, for samplers.) The rules are those of `derivative`, in numbers.
//! Absent on purpose: speed of the sampling kind.

use super::dependence::active;
use super::derivative::{self, Numbers};
use super::evaluate;
use super::op::{Array, ArrayId, LoopId, Op, Order, Place, Program, Statement, Value};

mod rows;

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
    /// For each value, whether it is an element that was stored and that nothing else is computed from: a result whose
    /// derivatives can stay where they were stored.
    stays: Vec<bool>,
}

impl<'a> Derivatives<'a> {
    /// Finds out what depends on coordinates.
    pub fn new(program: &'a Program) -> Self {
        let mut stays = vec![false; program.values()];
        // What is stored is stored once and before it is read; what is added up may be read on the way.
        let adds = program.accumulating();
        for &result in &program.results {
            if let Op::Load { array: Array::Stored(array), at: Place::Fixed(_) } = program.op(result) {
                stays[result.index()] = !adds[array.index()];
            }
        }
        visit(&program.body, &mut |statement| match statement {
            Statement::Let(value) => program.op(*value).operands().for_each(|operand| stays[operand.index()] = false),
            Statement::Loop(inner) => inner.sums.iter().for_each(|sum| stays[sum.term.index()] = false),
            Statement::Store(store) | Statement::Accumulate(store) => stays[store.value.index()] = false,
        });
        Self { program, active: active(program), stays }
    }

    /// The array whose elements, one after the other and all of them, are the results.
    fn whole(&self) -> Option<ArrayId> {
        let element = |result: Value| match self.program.op(result) {
            Op::Load { array: Array::Stored(array), at: Place::Fixed(at) } if self.stays[result.index()] => {
                Some((array, at))
            }
            _ => None,
        };
        let results = &self.program.results;
        let (array, _) = element(*results.first()?)?;
        let in_order = results.iter().enumerate().all(|(at, &result)| element(result) == Some((array, at)));
        (in_order && results.len() == self.program.arrays[array.index()]).then_some(array)
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
        evaluated(self, coordinates, by)
    }
}

/// Tells every statement, those of loops inside of loops too.
fn visit<'a>(body: &'a [Statement], told: &mut impl FnMut(&'a Statement)) {
    for statement in body {
        told(statement);
        if let Statement::Loop(inner) = statement {
            visit(&inner.body, told);
        }
    }
}

fn evaluated(asked: &Derivatives<'_>, coordinates: &[f64], by: &[usize]) -> Jacobian {
    let Derivatives { program, active, stays } = asked;
    assert_eq!(coordinates.len(), program.coordinates, "one number per coordinate");
    let count = by.len();
    let mut columns = vec![None; program.coordinates];
    by.iter().enumerate().for_each(|(column, &coordinate)| columns[coordinate] = Some(column));
    let mut places = vec![None; program.values()];
    let mut active_values = 0;
    for ((place, active), stays) in places.iter_mut().zip(active).zip(stays) {
        if *active && !stays && count > 0 {
            *place = Some(active_values * count);
            active_values += 1;
        }
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
    if let Some(array) = asked.whole() {
        return Jacobian { values, derivatives: std::mem::take(&mut machine.arrays[array.index()].1) };
    }
    let mut derivatives = Vec::with_capacity(program.results.len() * count);
    for &result in &program.results {
        match program.op(result) {
            Op::Load { array: Array::Stored(array), at: Place::Fixed(at) } if stays[result.index()] => {
                derivatives.extend_from_slice(&machine.arrays[array.index()].1[at * count..(at + 1) * count]);
            }
            _ => {
                machine.gather(result);
                derivatives.extend_from_slice(&machine.scratch);
            }
        }
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
                    let tangent = std::mem::take(&mut self.scratch);
                    self.put(store.array.index(), at, x, &tangent, matches!(statement, Statement::Accumulate(_)));
                    self.scratch = tangent;
                }
            }
        }
    }

    /// Stores a value in an array, or adds it, with its derivatives.
    fn put(&mut self, array: usize, at: usize, x: f64, tangent: &[f64], adds: bool) {
        let (values, tangents) = &mut self.arrays[array];
        let tangents = &mut tangents[at * self.count..(at + 1) * self.count];
        if adds {
            values[at] += x;
            tangents.iter_mut().zip(tangent).for_each(|(total, x)| *total += x);
        } else {
            values[at] = x;
            tangents.copy_from_slice(tangent);
        }
    }

    fn is_active(&self, value: Value) -> bool {
        matches!(self.program.op(value), Op::Coordinate(_)) || self.places[value.index()].is_some()
    }

    fn place(&self, at: Place) -> usize {
        self.element(at, |row| self.rows[row.index()])
    }

    /// The element that a place names, told the rows of loops.
    fn element(&self, at: Place, row_of: impl Fn(LoopId) -> usize) -> usize {
        match at {
            Place::Fixed(element) => element,
            Place::Strided { row, stride, offset } => {
                let element = offset + stride * row_of(row) as i64;
                usize::try_from(element).expect("an element of an array is named by a number from 0")
            }
            Place::Listed { row, positions } => self.program.positions[positions][row_of(row)] as usize,
        }
    }

    fn read(&self, value: Value) -> f64 {
        match self.program.op(value) {
            Op::Constant(x) => x,
            Op::Roundoff(_) => 0.0,
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

    fn compute(&mut self, value: Value) {
        let is_active = self.places[value.index()].is_some();
        if let (Op::Load { array: Array::Stored(array), at }, false) = (self.program.op(value), is_active) {
            self.values[value.index()] = self.arrays[array.index()].0[self.place(at)];
            return;
        }
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
            Op::Constant(_) | Op::Roundoff(_) | Op::Coordinate(_) | Op::Datum { .. } | Op::Sum(..) => self.read(value),
        };
        self.keep(value, x);
    }
}

/// Whether a body has no loops inside.
fn is_flat(body: &[Statement]) -> bool {
    !body.iter().any(|statement| matches!(statement, Statement::Loop(_)))
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
