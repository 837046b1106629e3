//! Copies statements of a program into a builder, which is how passes write: what a pass does not change, it
//! transcribes.
//!
//! In: the old program. Out: a builder, and the new name of each old value. Loops are opened by the pass, which says
//! what becomes of them. Absent on purpose: algebra, and any judgement of what is worth copying.

use std::collections::HashMap;
use std::sync::Arc;

use super::build::Builder;
use super::op::{Loop, LoopId, Op, Order, Place, Program, Statement, Store, Value};

/// A copy in the making.
pub(super) struct Transcription<'a> {
    /// What is copied.
    pub old: &'a Program,
    /// Where it goes.
    pub builder: Builder,
    names: Vec<Option<Value>>,
    rows: HashMap<LoopId, LoopId>,
}

impl<'a> Transcription<'a> {
    /// An empty copy with the old program's tables, lists and arrays.
    pub(super) fn new(old: &'a Program) -> Self {
        let mut builder = Builder::new(old.coordinates);
        builder.reserve(old.values());
        for table in &old.tables {
            builder.table(table.clone());
        }
        for list in &old.positions {
            builder.positions(Arc::clone(list));
        }
        for (&length, adds) in old.arrays.iter().zip(old.accumulating()) {
            if adds {
                builder.accumulating_array(length)
            } else {
                builder.array(length)
            };
        }
        Self { old, builder, names: vec![None; old.values()], rows: HashMap::new() }
    }

    /// Copies statements as they are.
    pub(super) fn run(&mut self, body: &[Statement]) {
        self.copy(body, true);
    }

    /// Copies the values of a body, and not what it stores: its locals, once more.
    pub(super) fn locals(&mut self, body: &[Statement]) {
        self.copy(body, false);
    }

    fn copy(&mut self, body: &[Statement], stores: bool) {
        for statement in body {
            match statement {
                Statement::Let(value) => self.compute(*value),
                Statement::Loop(inner) => {
                    self.open(&[inner], inner.order);
                    self.copy(&inner.body, stores);
                    self.close(&[inner]);
                }
                Statement::Store(store) if stores => self.store(store),
                Statement::Accumulate(store) if stores => self.accumulate(store),
                Statement::Store(_) | Statement::Accumulate(_) => {}
            }
        }
    }

    /// Copies the operation behind a value that a statement names.
    pub(super) fn compute(&mut self, old: Value) {
        let op = match self.old.op(old) {
            Op::Load { array, at } => Op::Load { array, at: self.place(at) },
            Op::Unary(function, x) => Op::Unary(function, self.value(x)),
            Op::Binary(function, x, y) => Op::Binary(function, self.value(x), self.value(y)),
            Op::Select { left, right, holds, fails } => {
                let [left, right, holds, fails] = [left, right, holds, fails].map(|value| self.value(value));
                Op::Select { left, right, holds, fails }
            }
            named @ (Op::Constant(_) | Op::Roundoff(_) | Op::Coordinate(_) | Op::Datum { .. } | Op::Sum(..)) => named,
        };
        let new = self.builder.push(op);
        self.rename(old, new);
    }

    /// The new name of an old value.
    ///
    /// # Panics
    /// When its statement was not copied.
    pub(super) fn value(&mut self, old: Value) -> Value {
        match self.old.op(old) {
            Op::Datum { table, row } => self.builder.push(Op::Datum { table, row: self.row(row) }),
            op @ (Op::Constant(_) | Op::Roundoff(_) | Op::Coordinate(_)) => self.builder.push(op),
            Op::Load { .. } | Op::Unary(..) | Op::Binary(..) | Op::Select { .. } | Op::Sum(..) => {
                self.names[old.index()].expect("a value's statement comes before its use")
            }
        }
    }

    /// Gives an old value a new name.
    pub(super) fn rename(&mut self, old: Value, new: Value) {
        self.names[old.index()] = Some(new);
    }

    /// The new loop whose row an old loop's row has become.
    ///
    /// # Panics
    /// When the old loop was not opened.
    pub(super) fn row(&self, old: LoopId) -> LoopId {
        self.rows[&old]
    }

    /// A place, in the new loops.
    pub(super) fn place(&self, at: Place) -> Place {
        match at {
            Place::Fixed(_) => at,
            Place::Strided { row, stride, offset } => Place::Strided { row: self.row(row), stride, offset },
            Place::Listed { row, positions } => Place::Listed { row: self.row(row), positions },
        }
    }

    pub(super) fn store(&mut self, store: &Store) {
        let store = Store { array: store.array, at: self.place(store.at), value: self.value(store.value) };
        self.builder.store(store);
    }

    pub(super) fn accumulate(&mut self, store: &Store) {
        let store = Store { array: store.array, at: self.place(store.at), value: self.value(store.value) };
        self.builder.accumulate(store);
    }

    /// Opens one loop in place of old ones of as many rows (at least one).
    pub(super) fn open(&mut self, old: &[&Loop], order: Order) -> LoopId {
        let new = self.builder.open_ordered_loop(old[0].rows, order);
        for inner in old {
            self.rows.insert(inner.id, new);
        }
        new
    }

    /// Closes the innermost loop with the sums of old ones.
    pub(super) fn close(&mut self, old: &[&Loop]) {
        let sums = || old.iter().flat_map(|inner| &inner.sums);
        let terms: Vec<Value> = sums().map(|sum| self.value(sum.term)).collect();
        let totals = self.builder.close_loop(&terms);
        for (sum, total) in sums().zip(totals) {
            self.rename(sum.total, total);
        }
    }

    /// The copy: what the old results need.
    pub(super) fn finish(mut self) -> Program {
        let results = self.old.results.iter().map(|&result| self.value(result)).collect();
        self.builder.finish(results)
    }
}
