//! From the terms of a log density to the terms and their gradient: reverse mode over the structured program
//! (Speelpenning, 1980; Baur and Strassen, 1983: a gradient costs a small multiple of what it differentiates).
//!
//! ```text
//! v = f(x, y)          x' += v' df/dx, y' += v' df/dy          statements in reverse order
//! for n { body }       for n { body again; reverse of body }   rows in reverse order, where they have one
//! a[n] = v             v' += a'[n]                             a' an array that statements add to
//! v = a[n]             a'[n] += v'                             likewise of coordinates that rows gather
//! s = sum of v         v' += s', for each row
//! ```
//!
//! In: a program whose results are terms. Out: the same terms, followed by the gradient of their sum. There is no tape:
//! a loop's locals are computed again, arrays are still there. What does not depend on coordinates has no adjoint, and
//! a branch that is not taken contributes zero (see `adjoint`), as does a product with a known factor that is infinite.
//! Absent on purpose: algebra (`simplify`), and joining a loop with its reverse (`fuse`).
//!
//! A limit: where a comparison inside of a loop guards a value computed outside of it, the guard ends with the loop. If
//! that value's derivative is infinite while no row takes the branch, the result is NaN.

use std::collections::{BTreeMap, HashMap};

use super::adjoint::{Contribution, Guard, merge, total};
use super::dependence::{active, elements};
use super::derivative;
use super::op::{Array, ArrayId, Loop, LoopId, Op, Order, Place, Program, Statement, Store, Unary, Value};
use super::transcribe::Transcription;

/// The terms of `terms`, followed by one gradient component for each coordinate: the derivative of their sum. At a
/// point where a function has no derivative the component is what its rule gives, NaN or infinite.
///
/// Arrays that `terms` itself adds to must be complete, element by element, before they are read, as those of a
/// gradient are.
pub fn differentiate(terms: &Program) -> Program {
    let mut sweep = Sweep {
        active: active(terms),
        copy: Transcription::new(terms),
        rows: HashMap::new(),
        arrays: vec![None; terms.arrays.len()],
        gathered: None,
        touched: vec![false; terms.coordinates],
        adjoints: vec![BTreeMap::new()],
    };
    sweep.copy.run(&terms.body);
    let mut results: Vec<Value> = terms.results.iter().map(|&result| sweep.copy.value(result)).collect();
    let one = sweep.copy.builder.constant(1.0);
    for &result in &terms.results {
        sweep.contribute(result, Contribution::new(one));
    }
    sweep.note_rows(&terms.body);
    sweep.reverse(&terms.body);
    for coordinate in 0..terms.coordinates {
        results.push(sweep.component(coordinate));
    }
    sweep.copy.builder.finish(results)
}

/// What an adjoint belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    Coordinate(usize),
    Value(Value),
}

struct Sweep<'a> {
    active: Vec<bool>,
    copy: Transcription<'a>,
    /// Number of rows of each old loop.
    rows: HashMap<LoopId, usize>,
    /// The array that collects the adjoints of each old one.
    arrays: Vec<Option<ArrayId>>,
    /// The array that collects the adjoints of coordinates that rows gather.
    gathered: Option<ArrayId>,
    /// Which of its elements may have received something.
    touched: Vec<bool>,
    /// What has been contributed to whom: in the program's body, and in each open loop.
    adjoints: Vec<BTreeMap<Target, Vec<Contribution>>>,
}

impl Sweep<'_> {
    fn note_rows(&mut self, body: &[Statement]) {
        for statement in body {
            if let Statement::Loop(inner) = statement {
                self.rows.insert(inner.id, inner.rows);
                self.note_rows(&inner.body);
            }
        }
    }

    fn contribute(&mut self, to: Value, contribution: Contribution) {
        if self.active[to.index()] {
            let own = if let Op::Coordinate(i) = self.copy.old.op(to) { Some(i) } else { None };
            self.add(own.map_or(Target::Value(to), Target::Coordinate), contribution);
        }
    }

    fn add(&mut self, to: Target, contribution: Contribution) {
        self.adjoints.last_mut().expect("the body is always there").entry(to).or_default().push(contribution);
    }

    fn take(&mut self, of: Target) -> Vec<Contribution> {
        let contributions = self.adjoints.last_mut().expect("the body is always there").remove(&of);
        merge(&mut self.copy.builder, contributions.unwrap_or_default())
    }

    /// Statements from the last to the first, each handing its adjoint to what it reads.
    fn reverse(&mut self, body: &[Statement]) {
        for statement in body.iter().rev() {
            match statement {
                Statement::Let(value) => {
                    let adjoint = self.take(Target::Value(*value));
                    if !adjoint.is_empty() {
                        self.propagate(*value, adjoint);
                    }
                }
                Statement::Loop(inner) => self.reverse_loop(inner),
                Statement::Store(store) | Statement::Accumulate(store) => {
                    if self.active[store.value.index()] {
                        let array = Array::Stored(self.adjoint_array(store.array));
                        let load = Op::Load { array, at: self.copy.place(store.at) };
                        let adjoint = self.copy.builder.push(load);
                        self.contribute(store.value, Contribution::new(adjoint));
                    }
                }
            }
        }
    }

    fn reverse_loop(&mut self, inner: &Loop) {
        let mut terms = Vec::new();
        for sum in &inner.sums {
            terms.extend(self.take(Target::Value(sum.total)).into_iter().map(|adjoint| (sum.term, adjoint)));
        }
        if terms.is_empty() && !self.stores(&inner.body) {
            return;
        }
        let order = match inner.order {
            Order::Any => Order::Any,
            Order::Forward => Order::Backward,
            Order::Backward => Order::Forward,
        };
        self.copy.open(&[inner], order);
        self.adjoints.push(BTreeMap::new());
        self.copy.locals(&inner.body);
        for (term, adjoint) in terms {
            self.contribute(term, adjoint);
        }
        self.reverse(&inner.body);
        self.close();
    }

    /// Ends a loop of the reverse sweep: what is left of adjoints belongs to values outside of it, summed over rows.
    fn close(&mut self) {
        let left = self.adjoints.pop().expect("the loop was opened");
        let b = &mut self.copy.builder;
        let depth = b.open_loops();
        let mut outside: Vec<(Target, Vec<Guard>)> = Vec::new();
        let mut terms = Vec::new();
        for (target, contributions) in left {
            for contribution in merge(b, contributions) {
                let (guards, term) = contribution.applied(b, depth);
                outside.push((target, guards));
                terms.push(term);
            }
        }
        let totals = b.close_loop(&terms);
        for ((target, guards), total) in outside.into_iter().zip(totals) {
            self.add(target, Contribution::under(guards, total));
        }
    }

    /// Whether a body stores what depends on coordinates.
    fn stores(&self, body: &[Statement]) -> bool {
        body.iter().any(|statement| match statement {
            Statement::Let(_) => false,
            Statement::Loop(inner) => self.stores(&inner.body),
            Statement::Store(store) | Statement::Accumulate(store) => self.active[store.value.index()],
        })
    }

    /// Hands the adjoint of a value to its operands.
    fn propagate(&mut self, value: Value, adjoint: Vec<Contribution>) {
        match self.copy.old.op(value) {
            Op::Unary(function, x) => {
                let (new_x, result) = (self.copy.value(x), self.copy.value(value));
                let partial = derivative::unary(&mut self.copy.builder, function, new_x, result);
                self.multiply(x, &adjoint, partial);
            }
            Op::Binary(function, x, y) => {
                let [new_x, new_y, result] = [x, y, value].map(|value| self.copy.value(value));
                let partials = derivative::binary(&mut self.copy.builder, function, new_x, new_y, result);
                for (operand, partial) in [x, y].into_iter().zip(partials) {
                    // Of a constant operand there is no derivative to hand on.
                    if let Some(partial) = partial {
                        self.multiply(operand, &adjoint, partial);
                    }
                }
            }
            Op::Select { left, right, holds, fails } => {
                let (left, right) = (self.copy.value(left), self.copy.value(right));
                for (branch, outcome) in [(holds, true), (fails, false)] {
                    let guard = Guard { left, right, holds: outcome };
                    for guarded in adjoint.iter().filter_map(|contribution| contribution.guarded(guard)) {
                        self.contribute(branch, guarded);
                    }
                }
            }
            Op::Load { array: Array::Coordinates, at: Place::Fixed(i) } => {
                adjoint.into_iter().for_each(|contribution| self.add(Target::Coordinate(i), contribution));
            }
            Op::Load { array: Array::Coordinates, at: at @ (Place::Strided { .. } | Place::Listed { .. }) } => {
                elements(self.copy.old, at, |row| self.rows[&row]).for_each(|element| self.touched[element] = true);
                let array = *self
                    .gathered
                    .get_or_insert_with(|| self.copy.builder.accumulating_array(self.copy.old.coordinates));
                self.scatter(array, at, adjoint);
            }
            Op::Load { array: Array::Stored(array), at } => {
                let array = self.adjoint_array(array);
                self.scatter(array, at, adjoint);
            }
            Op::Constant(_) | Op::Roundoff(_) | Op::Coordinate(_) | Op::Datum { .. } | Op::Sum(..) => {
                unreachable!("these are named without a statement, or by their loop's")
            }
        }
    }

    fn multiply(&mut self, operand: Value, adjoint: &[Contribution], partial: Value) {
        if !self.active[operand.index()] || self.copy.builder.as_constant(partial).is_some_and(f64::is_infinite) {
            return;
        }
        let finite = self.guard_of_infinite_data(partial);
        for contribution in adjoint {
            let guarded = finite.map_or(Some(contribution.clone()), |finite| contribution.guarded(finite));
            let product = guarded.and_then(|guarded| guarded.times(&mut self.copy.builder, partial));
            if let Some(product) = product {
                self.contribute(operand, product);
            }
        }
    }

    /// What keeps a factor of the data out where it is infinite: the product is infinite too, or NaN, and where that is a
    /// probability of zero, it changes nothing that is finite.
    fn guard_of_infinite_data(&mut self, factor: Value) -> Option<Guard> {
        const LARGEST: f64 = f32::MAX as f64;
        let b = &mut self.copy.builder;
        let Op::Datum { table, .. } = b.op(factor) else { return None };
        if !b.table_values(table).iter().any(|x| x.abs() > LARGEST) {
            return None;
        }
        let (infinite, magnitude) = (b.constant(f64::INFINITY), b.unary(Unary::Abs, factor));
        Some(Guard { left: infinite, right: magnitude, holds: false })
    }

    fn scatter(&mut self, array: ArrayId, at: Place, adjoint: Vec<Contribution>) {
        let at = self.copy.place(at);
        if let Some(value) = total(&mut self.copy.builder, adjoint) {
            self.copy.builder.accumulate(Store { array, at, value });
        }
    }

    fn adjoint_array(&mut self, of: ArrayId) -> ArrayId {
        let length = self.copy.old.arrays[of.index()];
        *self.arrays[of.index()].get_or_insert_with(|| self.copy.builder.accumulating_array(length))
    }

    /// The derivative by one coordinate, after the sweep.
    fn component(&mut self, coordinate: usize) -> Value {
        let mut contributions = self.take(Target::Coordinate(coordinate));
        if let Some(array) = self.gathered.filter(|_| self.touched[coordinate]) {
            let load = Op::Load { array: Array::Stored(array), at: Place::Fixed(coordinate) };
            contributions.push(Contribution::new(self.copy.builder.push(load)));
        }
        let b = &mut self.copy.builder;
        total(b, contributions).unwrap_or_else(|| b.constant(0.0))
    }
}
