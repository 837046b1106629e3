//! Appends operations to a program: places each in the outermost loop that knows its operands, and shares equal
//! ones. Placing is hoisting: nothing that does not change from row to row is computed in a loop.
//!
//! Absent on purpose: algebra, which is `simplify`'s.

use rustc_hash::FxHashMap;

use super::op::{
    Array, ArrayId, Binary, Loop, LoopId, Op, Order, Place, Program, Statement, Store, Sum, Table, Unary, Value,
};
use std::sync::Arc;

/// A program under construction. Values are made by the methods, loops are opened and closed around them.
#[derive(Debug, Default)]
pub struct Builder {
    program: Program,
    /// For each value, how many loops surround its definition.
    depths: Vec<usize>,
    /// The statements of the open blocks: the program's body, then one per open loop.
    blocks: Vec<Vec<Statement>>,
    /// The open loops, outermost first.
    open: Vec<OpenLoop>,
    /// Operations already there that are still in sight.
    shared: FxHashMap<Key, Value>,
    /// Those of them that belong to open loops, by how many loops surround them.
    scoped: Vec<Vec<Key>>,
    loops: u32,
    /// The arrays that statements add to: what they hold changes, so that loads of them are not shared.
    accumulating: Vec<bool>,
}

#[derive(Debug)]
struct OpenLoop {
    id: LoopId,
    rows: usize,
    order: Order,
}

/// An operation as a key: floats by their bits, so that 0 and -0 stay apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    Constant(u64),
    Roundoff(u32),
    Coordinate(usize),
    Datum(usize, LoopId),
    Load(Array, Place),
    Unary(Unary, Value),
    Binary(Binary, Value, Value),
    Select([Value; 4]),
}

impl Key {
    pub(super) fn of(op: Op) -> Option<Self> {
        Some(match op {
            Op::Constant(x) => Self::Constant(x.to_bits()),
            Op::Roundoff(terms) => Self::Roundoff(terms),
            Op::Coordinate(i) => Self::Coordinate(i),
            Op::Datum { table, row } => Self::Datum(table, row),
            Op::Load { array, at } => Self::Load(array, at),
            Op::Unary(function, x) => Self::Unary(function, x),
            Op::Binary(function, x, y) => Self::Binary(function, x, y),
            Op::Select { left, right, holds, fails } => Self::Select([left, right, holds, fails]),
            Op::Sum(..) => return None,
        })
    }
}

impl Builder {
    /// An empty program over so many coordinates.
    pub fn new(coordinates: usize) -> Self {
        Self { program: Program { coordinates, ..Program::default() }, blocks: vec![Vec::new()], ..Self::default() }
    }

    /// Makes room for so many more values.
    pub(super) fn reserve(&mut self, values: usize) {
        self.program.ops.reserve(values);
        self.depths.reserve(values);
        self.shared.reserve(values);
    }

    /// Adds a column of data, and returns its number.
    pub fn table(&mut self, table: Table) -> usize {
        self.program.tables.push(table);
        self.program.tables.len() - 1
    }

    /// Adds a list of elements that rows name, and returns its number.
    pub fn positions(&mut self, list: Arc<[u32]>) -> usize {
        let known = self.program.positions.iter().position(|other| *other == list);
        known.unwrap_or_else(|| {
            self.program.positions.push(list);
            self.program.positions.len() - 1
        })
    }

    /// Adds an array of so many elements, each of which is stored once and then read.
    ///
    /// # Panics
    /// Beyond 2^32 arrays.
    pub fn array(&mut self, length: usize) -> ArrayId {
        self.program.arrays.push(length);
        self.accumulating.push(false);
        ArrayId(u32::try_from(self.program.arrays.len() - 1).expect("a program has fewer than 2^32 arrays"))
    }

    /// Adds an array of so many zeros, which statements add to. What is read of it is read where the load is pushed,
    /// in the order of the statements.
    ///
    /// # Panics
    /// Beyond 2^32 arrays.
    pub fn accumulating_array(&mut self, length: usize) -> ArrayId {
        let array = self.array(length);
        self.accumulating[array.index()] = true;
        array
    }

    /// Gives an element its value. Loads of it must come later.
    ///
    /// # Panics
    /// When the place's loop is not open.
    pub fn store(&mut self, store: Store) {
        self.statement(Statement::Store(store), store);
    }

    /// Adds to an element of an accumulating array, once per row of all open loops.
    ///
    /// # Panics
    /// When the place's loop is not open.
    pub fn accumulate(&mut self, store: Store) {
        self.statement(Statement::Accumulate(store), store);
    }

    fn statement(&mut self, statement: Statement, store: Store) {
        if let Some(row) = store.at.row() {
            self.depth_of_loop(row);
        }
        self.blocks.last_mut().expect("the body is always there").push(statement);
    }

    /// A constant.
    pub fn constant(&mut self, x: f64) -> Value {
        self.push(Op::Constant(x))
    }

    /// A function of one value.
    pub fn unary(&mut self, function: Unary, x: Value) -> Value {
        self.push(Op::Unary(function, x))
    }

    /// A function of two values.
    pub fn binary(&mut self, function: Binary, x: Value, y: Value) -> Value {
        self.push(Op::Binary(function, x, y))
    }

    /// `x + y`
    pub fn add(&mut self, x: Value, y: Value) -> Value {
        self.binary(Binary::Add, x, y)
    }

    /// `x - y`
    pub fn subtract(&mut self, x: Value, y: Value) -> Value {
        self.binary(Binary::Subtract, x, y)
    }

    /// `x * y`
    pub fn multiply(&mut self, x: Value, y: Value) -> Value {
        self.binary(Binary::Multiply, x, y)
    }

    /// `x / y`
    pub fn divide(&mut self, x: Value, y: Value) -> Value {
        self.binary(Binary::Divide, x, y)
    }

    /// `factor * x`
    pub fn scale(&mut self, factor: f64, x: Value) -> Value {
        let factor = self.constant(factor);
        self.multiply(factor, x)
    }

    /// Adds an operation where it belongs, or finds it where it already is.
    ///
    /// # Panics
    /// When an operand is out of sight (it belongs to a loop that is closed), or a datum's loop is not open.
    pub fn push(&mut self, op: Op) -> Value {
        let changing = matches!(op, Op::Load { array: Array::Stored(array), .. } if self.accumulating[array.index()]);
        let key = if changing { None } else { Key::of(op) };
        if let Some(&value) = key.and_then(|key| self.shared.get(&key)) {
            return value;
        }
        let depth = match op {
            Op::Datum { row, .. } => self.depth_of_loop(row),
            Op::Load { .. } if changing => self.open.len(),
            Op::Load { at, .. } => at.row().map_or(0, |row| self.depth_of_loop(row)),
            _ => op.operands().map(|operand| self.depth(operand)).max().unwrap_or(0),
        };
        let value = self.define(op, depth);
        let named_by_a_statement =
            !matches!(op, Op::Constant(_) | Op::Roundoff(_) | Op::Coordinate(_) | Op::Datum { .. });
        if named_by_a_statement {
            self.blocks[depth].push(Statement::Let(value));
        }
        if let Some(key) = key {
            self.shared.insert(key, value);
            if depth > 0 {
                self.scoped.resize_with(self.scoped.len().max(depth), Vec::new);
                self.scoped[depth - 1].push(key);
            }
        }
        value
    }

    fn define(&mut self, op: Op, depth: usize) -> Value {
        let value = Value(u32::try_from(self.program.ops.len()).expect("a program has fewer than 2^32 operations"));
        self.program.ops.push(op);
        self.depths.push(depth);
        value
    }

    /// Opens a loop over so many rows; what depends on its row is placed inside of it until it is closed.
    ///
    /// # Panics
    /// When there are no rows: an empty sum is the constant 0, and its loop is not built.
    pub fn open_loop(&mut self, rows: usize) -> LoopId {
        self.open_ordered_loop(rows, Order::Any)
    }

    /// Opens a loop that takes its rows in the given order.
    ///
    /// # Panics
    /// When there are no rows.
    pub fn open_ordered_loop(&mut self, rows: usize, order: Order) -> LoopId {
        assert!(rows > 0, "a loop without rows must not be built");
        let id = LoopId(self.loops);
        self.loops += 1;
        self.open.push(OpenLoop { id, rows, order });
        self.blocks.push(Vec::new());
        id
    }

    /// Closes the innermost loop and returns the sums over its rows of the terms.
    ///
    /// # Panics
    /// When no loop is open.
    pub fn close_loop(&mut self, terms: &[Value]) -> Vec<Value> {
        let inside = self.open.len();
        let OpenLoop { id, rows, order } = self.open.pop().expect("a loop is open");
        let body = self.blocks.pop().expect("every open loop has a block");
        let mut sums: Vec<Sum> = Vec::new();
        let mut totals = Vec::new();
        for &term in terms {
            let known = sums.iter().find(|sum| sum.term == term).map(|sum| sum.total);
            let total = known.unwrap_or_else(|| {
                let total = self.define(Op::Sum(id, term), inside - 1);
                sums.push(Sum { term, total });
                total
            });
            totals.push(total);
        }
        if !sums.is_empty() || stores(&body) {
            self.blocks[inside - 1].push(Statement::Loop(Loop { id, rows, order, body, sums }));
        }
        // What the loop shared is forgotten with it: a look at all that is shared would cost the square of the program.
        for key in self.scoped.drain((inside - 1).min(self.scoped.len())..).flatten() {
            self.shared.remove(&key);
        }
        totals
    }

    /// How many loops surround the definition of a value.
    pub fn depth(&self, value: Value) -> usize {
        self.depths[value.index()]
    }

    /// Number of open loops.
    pub fn open_loops(&self) -> usize {
        self.open.len()
    }

    /// The operation behind a value.
    pub fn op(&self, value: Value) -> Op {
        self.program.op(value)
    }

    /// The values of a table.
    pub fn table_values(&self, table: usize) -> &[f64] {
        &self.program.tables[table].values
    }

    /// The number behind a value that is a constant.
    pub fn as_constant(&self, value: Value) -> Option<f64> {
        self.program.constant(value)
    }

    fn depth_of_loop(&self, id: LoopId) -> usize {
        1 + self.open.iter().position(|open| open.id == id).expect("the loop of a datum is open")
    }

    /// Ends the construction: keeps what the results need, in order, and forgets the rest.
    ///
    /// # Panics
    /// When a loop is still open.
    pub fn finish(mut self, results: Vec<Value>) -> Program {
        assert!(self.open.is_empty(), "every loop is closed before the program is");
        let needed = self.needed(&results);
        let body = self.blocks.pop().expect("the body is always there");
        self.program.body = prune(body, &needed);
        self.program.results = results;
        self.forget(&needed);
        self.program
    }

    /// What the results need: operands of what is needed, and the stores of arrays that are read.
    fn needed(&self, results: &[Value]) -> Needed {
        let mut stores = vec![Vec::new(); self.program.arrays.len()];
        self.blocks.iter().for_each(|block| collect_stores(block, &mut stores));
        let mut needed =
            Needed { values: vec![false; self.program.ops.len()], arrays: vec![false; self.program.arrays.len()] };
        let mut pending = results.to_vec();
        while let Some(value) = pending.pop() {
            if std::mem::replace(&mut needed.values[value.index()], true) {
                continue;
            }
            let op = self.program.ops[value.index()];
            pending.extend(op.operands());
            if let Op::Load { array: Array::Stored(array), .. } = op
                && !std::mem::replace(&mut needed.arrays[array.index()], true)
            {
                pending.extend(&stores[array.index()]);
            }
        }
        needed
    }

    /// Keeps the tables, lists and arrays that are read, and renumbers them.
    fn forget(&mut self, needed: &Needed) {
        let Program { tables, positions, arrays, ops, body, .. } = &mut self.program;
        let mut read = (vec![false; tables.len()], vec![false; positions.len()]);
        let mut note = |at: Place| {
            if let Place::Listed { positions, .. } = at {
                read.1[positions] = true;
            }
        };
        for (op, _) in ops.iter().zip(&needed.values).filter(|(_, needed)| **needed) {
            match *op {
                Op::Datum { table, .. } => read.0[table] = true,
                Op::Load { at, .. } => note(at),
                Op::Constant(_)
                | Op::Roundoff(_)
                | Op::Coordinate(_)
                | Op::Unary(..)
                | Op::Binary(..)
                | Op::Select { .. }
                | Op::Sum(..) => {}
            }
        }
        each_store(body, &mut |store| note(store.at));
        let [table_numbers, list_numbers, array_numbers] = [&read.0, &read.1, &needed.arrays].map(|kept| numbers(kept));
        let place = |at: &mut Place| {
            if let Place::Listed { positions, .. } = at {
                *positions = list_numbers[*positions];
            }
        };
        for op in ops {
            match op {
                Op::Datum { table, .. } => *table = table_numbers[*table],
                Op::Load { array, at } => {
                    place(at);
                    if let Array::Stored(ArrayId(array)) = array {
                        *array = array_numbers[*array as usize] as u32;
                    }
                }
                Op::Constant(_)
                | Op::Roundoff(_)
                | Op::Coordinate(_)
                | Op::Unary(..)
                | Op::Binary(..)
                | Op::Select { .. }
                | Op::Sum(..) => {}
            }
        }
        each_store(body, &mut |store| {
            place(&mut store.at);
            store.array = ArrayId(array_numbers[store.array.index()] as u32);
        });
        keep(tables, &read.0);
        keep(positions, &read.1);
        keep(arrays, &needed.arrays);
    }
}

/// The new number of each of a list of which only some are kept.
fn numbers(kept: &[bool]) -> Vec<usize> {
    let next = |next: &mut usize, &kept: &bool| {
        let number = *next;
        *next += usize::from(kept);
        Some(number)
    };
    kept.iter().scan(0, next).collect()
}

fn keep<T>(list: &mut Vec<T>, kept: &[bool]) {
    let mut kept = kept.iter();
    list.retain(|_| kept.next().copied().unwrap_or_default());
}

fn each_store(body: &mut [Statement], visit: &mut dyn FnMut(&mut Store)) {
    for statement in body {
        match statement {
            Statement::Let(_) => {}
            Statement::Loop(inner) => each_store(&mut inner.body, visit),
            Statement::Store(store) | Statement::Accumulate(store) => visit(store),
        }
    }
}

/// What a program's results depend on.
struct Needed {
    values: Vec<bool>,
    arrays: Vec<bool>,
}

/// The values stored to each array.
fn collect_stores(body: &[Statement], stores: &mut [Vec<Value>]) {
    for statement in body {
        match statement {
            Statement::Let(_) => {}
            Statement::Loop(inner) => collect_stores(&inner.body, stores),
            Statement::Store(store) | Statement::Accumulate(store) => stores[store.array.index()].push(store.value),
        }
    }
}

/// Whether a body stores anything.
fn stores(body: &[Statement]) -> bool {
    body.iter().any(|statement| match statement {
        Statement::Let(_) => false,
        Statement::Loop(inner) => stores(&inner.body),
        Statement::Store(_) | Statement::Accumulate(_) => true,
    })
}

fn prune(body: Vec<Statement>, needed: &Needed) -> Vec<Statement> {
    body.into_iter()
        .filter_map(|statement| match statement {
            Statement::Let(value) => needed.values[value.index()].then_some(statement),
            Statement::Store(store) | Statement::Accumulate(store) => {
                needed.arrays[store.array.index()].then_some(statement)
            }
            Statement::Loop(mut inner) => {
                inner.sums.retain(|sum| needed.values[sum.total.index()]);
                inner.body = prune(inner.body, needed);
                (!inner.sums.is_empty() || stores(&inner.body)).then_some(Statement::Loop(inner))
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(values: &[f64]) -> Table {
        Table { name: "y".into(), values: values.into() }
    }

    #[test]
    fn equal_operations_are_shared_and_unused_ones_forgotten() {
        let mut b = Builder::new(1);
        let z = b.push(Op::Coordinate(0));
        let once = b.unary(Unary::Exp, z);
        let twice = b.unary(Unary::Exp, z);
        assert_eq!(once, twice);
        b.unary(Unary::Tanh, z);
        let program = b.finish(vec![once]);
        assert_eq!(program.body, [Statement::Let(once)]);
    }

    #[test]
    fn what_does_not_depend_on_the_row_is_placed_outside_of_the_loop() {
        let mut b = Builder::new(1);
        let column = b.table(table(&[1.0, 2.0]));
        let z = b.push(Op::Coordinate(0));
        let row = b.open_loop(2);
        let y = b.push(Op::Datum { table: column, row });
        let scale = b.unary(Unary::Exp, z);
        let term = b.multiply(y, scale);
        let sum = b.close_loop(&[term])[0];
        let program = b.finish(vec![sum]);
        let [Statement::Let(outside), Statement::Loop(inner)] = &program.body[..] else {
            panic!("expected a statement and a loop: {:?}", program.body)
        };
        assert_eq!((*outside, &inner.body[..]), (scale, &[Statement::Let(term)][..]));
    }

    #[test]
    fn a_recurrence_reads_what_earlier_rows_stored() {
        let mut b = Builder::new(1);
        let z = b.push(Op::Coordinate(0));
        let (unused, array) = (b.array(5), b.array(4));
        b.store(Store { array, at: Place::Fixed(0), value: z });
        let row = b.open_ordered_loop(3, Order::Forward);
        let at = |offset| Place::Strided { row, stride: 1, offset };
        let previous = b.push(Op::Load { array: Array::Stored(array), at: at(0) });
        let next = b.scale(2.0, previous);
        b.store(Store { array, at: at(1), value: next });
        b.store(Store { array: unused, at: at(1), value: next });
        b.close_loop(&[]);
        let last = b.push(Op::Load { array: Array::Stored(array), at: Place::Fixed(3) });
        let program = b.finish(vec![last]);
        assert_eq!(crate::ir::evaluate::evaluate(&program, &[5.0]), [40.0]);
        let Statement::Loop(inner) = &program.body[1] else { panic!("expected a loop: {:?}", program.body) };
        assert_eq!(inner.body.len(), 3, "what nothing reads is not stored: {:?}", inner.body);
        assert_eq!(program.arrays, [4], "an array that nothing reads is forgotten");
    }

    #[test]
    #[should_panic(expected = "is open")]
    fn a_datum_out_of_sight_is_a_broken_invariant() {
        let mut b = Builder::new(0);
        let column = b.table(table(&[1.0]));
        let row = b.open_loop(1);
        let y = b.push(Op::Datum { table: column, row });
        b.close_loop(&[y]);
        b.push(Op::Datum { table: column, row });
    }
}
