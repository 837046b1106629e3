//! What can be said: the operations, and the program they form.
//!
//! This file is one of the project's four contracts. Operations are matched without a wildcard everywhere, so that
//! a new one breaks exactly the places that must learn it: `interval`, `simplify`, `evaluate`, `print`, and the two
//! lowerings, `backend/cpu/assemble` and `backend/gpu/emit`.

use std::sync::Arc;

/// A handle to an operation of one [`Program`]: its position in the arena.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Value(pub(super) u32);

impl Value {
    /// Position in the program's arena, from 0.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A handle to a loop of one [`Program`]; inside of its body it stands for the current row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LoopId(pub(super) u32);

impl LoopId {
    /// Number of the loop in order of creation, from 0.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Functions of one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unary {
    /// `-x`
    Negate,
    /// `x * x`
    Square,
    /// Square root; NaN below 0.
    Sqrt,
    /// Exponential.
    Exp,
    /// Natural logarithm; minus infinity at 0, NaN below.
    Ln,
    /// `ln(1 + x)`, accurate near 0.
    Ln1p,
    /// Hyperbolic tangent.
    Tanh,
    /// `ln(cosh(x))`, which never overflows.
    LnCosh,
}

/// Functions of two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Binary {
    /// `x + y`
    Add,
    /// `x - y`
    Subtract,
    /// `x * y`
    Multiply,
    /// `x / y`
    Divide,
}

/// One operation. Its operands come earlier in the arena.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Op {
    /// A number known when the model was bound.
    Constant(f64),
    /// An unconstrained coordinate of the state, numbered from 0.
    Coordinate(usize),
    /// The element of a table that belongs to the current row of a loop.
    Datum {
        /// Position in [`Program::tables`].
        table: usize,
        /// The loop whose row is meant; the table has one element per row.
        row: LoopId,
    },
    /// A function of one value.
    Unary(Unary, Value),
    /// A function of two values.
    Binary(Binary, Value, Value),
    /// `holds` where `left <= right`, else `fails`; a NaN on either side fails.
    Select {
        /// Left of the comparison.
        left: Value,
        /// Right of the comparison.
        right: Value,
        /// The result where the comparison holds.
        holds: Value,
        /// The result where it does not.
        fails: Value,
    },
    /// The sum over all rows of a loop of a value inside of its body. The order of summation is fixed, see [`Loop`].
    Sum(LoopId, Value),
}

impl Op {
    /// The values this operation reads, in order.
    pub fn operands(&self) -> impl Iterator<Item = Value> {
        let operands = match *self {
            Self::Constant(_) | Self::Coordinate(_) | Self::Datum { .. } => [None; 4],
            Self::Unary(_, x) | Self::Sum(_, x) => [Some(x), None, None, None],
            Self::Binary(_, x, y) => [Some(x), Some(y), None, None],
            Self::Select { left, right, holds, fails } => [Some(left), Some(right), Some(holds), Some(fails)],
        };
        operands.into_iter().flatten()
    }
}

/// One line of a program.
#[derive(Clone, Debug, PartialEq)]
pub enum Statement {
    /// Computes the value, once per row of the enclosing loops.
    Let(Value),
    /// Runs a loop; afterwards its sums are known.
    Loop(Loop),
}

/// A loop over the rows of the data.
///
/// **Order of summation**, part of the meaning, so that every backend at every width rounds alike. Rows are taken in
/// blocks of [`Loop::BLOCK`]; within a block row `i` is added to partial sum `i mod 4`, from zero, in order; the
/// block is worth `(p0 + p1) + (p2 + p3)`; blocks are accumulated with compensation
/// ([`crate::math::accumulate`]) when there are several. Four partial sums are what lets a few chains vectorise
/// over rows, and what lets a shader read its data four at a time.
#[derive(Clone, Debug, PartialEq)]
pub struct Loop {
    /// Which loop this is; data inside refer to its row by this.
    pub id: LoopId,
    /// Number of rows, at least 1.
    pub rows: usize,
    /// What is computed for each row.
    pub body: Vec<Statement>,
    /// What the loop hands out.
    pub sums: Vec<Sum>,
}

impl Loop {
    /// Rows per block of the order of summation.
    pub const BLOCK: usize = 256;
    /// Partial sums per block.
    pub const PARTIALS: usize = 4;
}

/// One result of a loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sum {
    /// The value summed, inside of the body.
    pub term: Value,
    /// Its sum ([`Op::Sum`]), visible after the loop.
    pub total: Value,
}

/// A column of data.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// The name it has in the model.
    pub name: String,
    /// Its values, all finite.
    pub values: Arc<[f64]>,
}

/// A bound program: coordinates and data in, results out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Program {
    /// Number of coordinates it reads.
    pub coordinates: usize,
    /// The data it reads.
    pub tables: Vec<Table>,
    /// All operations, by [`Value`].
    pub(super) ops: Vec<Op>,
    /// What is computed, in order. Constants, coordinates and data are named by operations, not by statements.
    pub body: Vec<Statement>,
    /// What it hands out.
    pub results: Vec<Value>,
}

impl Program {
    /// The operation behind a value.
    ///
    /// # Panics
    /// When the value belongs to another program.
    pub fn op(&self, value: Value) -> Op {
        self.ops[value.index()]
    }

    /// Number of values, used and unused.
    pub fn values(&self) -> usize {
        self.ops.len()
    }

    /// The number behind a value that is a constant.
    pub fn constant(&self, value: Value) -> Option<f64> {
        match self.op(value) {
            Op::Constant(x) => Some(x),
            _ => None,
        }
    }

    /// Loop iterations one evaluation takes, nested ones multiplied: what a device with a loop budget must know.
    pub fn iterations(&self) -> u64 {
        fn of(body: &[Statement]) -> u64 {
            body.iter()
                .map(|statement| match statement {
                    Statement::Let(_) => 0,
                    Statement::Loop(inner) => inner.rows as u64 * (1 + of(&inner.body)),
                })
                .sum()
        }
        of(&self.body)
    }
}
