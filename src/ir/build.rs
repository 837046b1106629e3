//! Appends operations to a program: places each in the outermost loop that knows its operands, and shares equal
//! ones. Placing is hoisting: nothing that does not change from row to row is computed in a loop.
//!
//! Absent on purpose: algebra, which is `simplify`'s.

use std::collections::HashMap;

use super::op::{Binary, Loop, LoopId, Op, Program, Statement, Sum, Table, Unary, Value};

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
    shared: HashMap<Key, Value>,
    loops: u32,
}

#[derive(Debug)]
struct OpenLoop {
    id: LoopId,
    rows: usize,
}

/// An operation as a key: floats by their bits, so that 0 and -0 stay apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Key {
    Constant(u64),
    Coordinate(usize),
    Datum(usize, LoopId),
    Unary(Unary, Value),
    Binary(Binary, Value, Value),
    Select([Value; 4]),
}

impl Key {
    fn of(op: Op) -> Option<Self> {
        Some(match op {
            Op::Constant(x) => Self::Constant(x.to_bits()),
            Op::Coordinate(i) => Self::Coordinate(i),
            Op::Datum { table, row } => Self::Datum(table, row),
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

    /// Adds a column of data, and returns its number.
    pub fn table(&mut self, table: Table) -> usize {
        self.program.tables.push(table);
        self.program.tables.len() - 1
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
        let key = Key::of(op);
        if let Some(&value) = key.and_then(|key| self.shared.get(&key)) {
            return value;
        }
        let depth = match op {
            Op::Datum { row, .. } => self.depth_of_loop(row),
            _ => op.operands().map(|operand| self.depth(operand)).max().unwrap_or(0),
        };
        let value = self.define(op, depth);
        let named_by_a_statement = !matches!(op, Op::Constant(_) | Op::Coordinate(_) | Op::Datum { .. });
        if named_by_a_statement {
            self.blocks[depth].push(Statement::Let(value));
        }
        if let Some(key) = key {
            self.shared.insert(key, value);
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
        assert!(rows > 0, "a loop without rows must not be built");
        let id = LoopId(self.loops);
        self.loops += 1;
        self.open.push(OpenLoop { id, rows });
        self.blocks.push(Vec::new());
        id
    }

    /// Closes the innermost loop and returns the sums over its rows of the terms.
    ///
    /// # Panics
    /// When no loop is open.
    pub fn close_loop(&mut self, terms: &[Value]) -> Vec<Value> {
        let inside = self.open.len();
        let OpenLoop { id, rows } = self.open.pop().expect("a loop is open");
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
        if !sums.is_empty() {
            self.blocks[inside - 1].push(Statement::Loop(Loop { id, rows, body, sums }));
        }
        let depths = &self.depths;
        self.shared.retain(|_, value| depths[value.index()] < inside);
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
        let mut needed = vec![false; self.program.ops.len()];
        for &result in &results {
            needed[result.index()] = true;
        }
        // Operands come before their users in the arena, so one sweep backwards reaches all.
        for index in (0..self.program.ops.len()).rev() {
            if needed[index] {
                for operand in self.program.ops[index].operands() {
                    needed[operand.index()] = true;
                }
            }
        }
        let body = self.blocks.pop().expect("the body is always there");
        self.program.body = prune(body, &needed);
        self.program.results = results;
        self.prune_tables(&needed);
        self.program
    }

    /// Keeps the tables that are read, and renumbers them.
    fn prune_tables(&mut self, needed: &[bool]) {
        let mut read = vec![false; self.program.tables.len()];
        for (op, _) in self.program.ops.iter().zip(needed).filter(|(_, needed)| **needed) {
            if let Op::Datum { table, .. } = op {
                read[*table] = true;
            }
        }
        let numbers: Vec<usize> = read
            .iter()
            .scan(0, |next, &read| {
                let number = *next;
                *next += usize::from(read);
                Some(number)
            })
            .collect();
        for op in &mut self.program.ops {
            if let Op::Datum { table, .. } = op {
                *table = numbers[*table];
            }
        }
        let mut read = read.into_iter();
        self.program.tables.retain(|_| read.next().unwrap_or_default());
    }
}

fn prune(body: Vec<Statement>, needed: &[bool]) -> Vec<Statement> {
    body.into_iter()
        .filter_map(|statement| match statement {
            Statement::Let(value) => needed[value.index()].then_some(Statement::Let(value)),
            Statement::Loop(mut inner) => {
                inner.sums.retain(|sum| needed[sum.total.index()]);
                inner.body = prune(inner.body, needed);
                (!inner.sums.is_empty()).then_some(Statement::Loop(inner))
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
