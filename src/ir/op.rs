//! What can be said: the operations, and the program they form.
//!
//! This file is one of the project's four contracts. Operations are matched without a wildcard everywhere, so that
//! a new one breaks exactly the places that must learn it: `interval`, `simplify`, `evaluate`, `print`, `derivative`,
//! and the two lowerings, `backend/cpu/assemble` with `kernels` and `backend/gpu/expression` with `guard`.

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

/// A handle to an array that a [`Program`] stores to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ArrayId(pub(super) u32);

impl ArrayId {
    /// Number of the array in order of creation, from 0: its place in [`Program::arrays`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a program can read elements of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Array {
    /// The coordinates of the state.
    Coordinates,
    /// What statements stored.
    Stored(ArrayId),
}

/// Which element of an array is meant: always known once the model is bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// The same element for every row.
    Fixed(usize),
    /// Element `offset + stride * row`.
    Strided {
        /// The loop whose row is meant.
        row: LoopId,
        /// Elements from one row to the next.
        stride: i64,
        /// The element of row 0.
        offset: i64,
    },
    /// The element that a list names for the row.
    Listed {
        /// The loop whose row is meant; the list has one entry per row.
        row: LoopId,
        /// Position in [`Program::positions`].
        positions: usize,
    },
}

impl Place {
    /// The loop whose row decides, if one does.
    pub fn row(self) -> Option<LoopId> {
        match self {
            Self::Fixed(_) => None,
            Self::Strided { row, .. } | Self::Listed { row, .. } => Some(row),
        }
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
    /// Magnitude.
    Abs,
    /// The largest integer that is not larger.
    Floor,
    /// `exp(x) - 1`, accurate near 0.
    Expm1,
    /// Sine of radians.
    Sin,
    /// Cosine of radians.
    Cos,
    /// `1 / (1 + exp(-x))`
    InvLogit,
    /// `ln(1 + exp(x))`, which never overflows.
    Log1pExp,
    /// `ln(1 - exp(x))`; minus infinity at 0, NaN above.
    Log1mExp,
    /// Logarithm of the magnitude of the gamma function; infinity at 0 and negative integers.
    Lgamma,
    /// Derivative of `Lgamma`; NaN at 0 and negative integers.
    Digamma,
    /// Derivative of `Digamma`; infinity at 0 and negative integers.
    Trigamma,
    /// Error function.
    Erf,
    /// `1 - erf(x)`, accurate for large arguments.
    Erfc,
    /// Standard normal distribution function.
    Phi,
    /// Its logarithm, accurate however far below 0.
    LnPhi,
    /// The derivative of `LnPhi`: density over distribution function of the standard normal (inverse Mills ratio).
    InvMills,
    /// Standard normal quantile function; NaN outside of `[0, 1]`.
    InvPhi,
    /// Logarithm of the modified Bessel function of the first kind of order 0.
    LnBesselI0,
    /// The derivative of `LnBesselI0`: the ratio of orders 1 and 0.
    BesselRatio,
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
    /// `x` to the power `y`; NaN for negative `x` unless `y` is integral.
    Power,
    /// The angle from the positive horizontal axis to the point whose height is `x` and whose distance to the right is
    /// `y`; zeros count as positive, and the angle at the origin is 0.
    Atan2,
    /// `ln(exp(x) + exp(y))`, which never overflows.
    LogAddExp,
    /// Logarithm of the beta function, accurate for large arguments.
    LnBeta,
    /// The derivative of `LnBeta` by `x`: `digamma(x) - digamma(x + y)`, accurate for a large `x`.
    LnBetaSlope,
}

/// One operation. Its operands come earlier in the arena.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Op {
    /// A number known when the model was bound.
    Constant(f64),
    /// What a tolerance allows for roundoff beyond what double precision needs: 0 in double precision, 16 units of
    /// roundoff ([`single_roundoff`]) for each of so many summed terms of magnitude 1 in single precision. The one operation
    /// whose value depends on the precision that runs it.
    Roundoff(u32),
    /// An unconstrained coordinate of the state, numbered from 0.
    Coordinate(usize),
    /// The element of a table that belongs to the current row of a loop.
    Datum {
        /// Position in [`Program::tables`].
        table: usize,
        /// The loop whose row is meant; the table has one element per row.
        row: LoopId,
    },
    /// An element of an array. One that is stored to is read after its element was stored.
    Load {
        /// The array.
        array: Array,
        /// Which element.
        at: Place,
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
            Self::Constant(_) | Self::Roundoff(_) | Self::Coordinate(_) | Self::Datum { .. } | Self::Load { .. } => {
                [None; 4]
            }
            Self::Unary(_, x) | Self::Sum(_, x) => [Some(x), None, None, None],
            Self::Binary(_, x, y) => [Some(x), Some(y), None, None],
            Self::Select { left, right, holds, fails } => [Some(left), Some(right), Some(holds), Some(fails)],
        };
        operands.into_iter().flatten()
    }
}

/// [`Op::Roundoff`] in single precision: `16 n` times the spacing of numbers at 1.
pub fn single_roundoff(terms: u32) -> f64 {
    16.0 * f64::from(terms) * f64::from(f32::EPSILON)
}

/// One line of a program.
#[derive(Clone, Debug, PartialEq)]
pub enum Statement {
    /// Computes the value, once per row of the enclosing loops.
    Let(Value),
    /// Runs a loop; afterwards its sums are known.
    Loop(Loop),
    /// Gives an element of an array its value: once, before it is read.
    Store(Store),
    /// Adds to an element of an array, which starts at zero: how a gradient gathers what its coordinates receive.
    Accumulate(Store),
}

/// A value on its way to an element of an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Store {
    /// The array.
    pub array: ArrayId,
    /// Which element.
    pub at: Place,
    /// What is stored or added.
    pub value: Value,
}

/// In which order a loop takes its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Rows do not read what other rows store: a backend may run them side by side.
    Any,
    /// From the first to the last, since rows read what earlier rows stored.
    Forward,
    /// From the last to the first: the derivative of the above.
    Backward,
}

/// A loop over the rows of the data.
///
/// **Order of summation**, part of the meaning, so that every backend at every width rounds alike. Rows are taken in
/// blocks of [`Loop::BLOCK`]; within a block row `i` is added to partial sum `i mod 4`, from zero, in order; the
/// block is worth `(p0 + p1) + (p2 + p3)`; blocks are accumulated with compensation
/// ([`crate::math::accumulate`]) when there are several. Four partial sums are what lets a few chains vectorise
/// over rows, and what lets a shader read its data four at a time. Row `i` is the one taken `i`th: of a loop that runs
/// backward, the last is row 0 of this order.
#[derive(Clone, Debug, PartialEq)]
pub struct Loop {
    /// Which loop this is; data inside refer to its row by this.
    pub id: LoopId,
    /// Number of rows, at least 1.
    pub rows: usize,
    /// The order of the rows.
    pub order: Order,
    /// What is computed for each row.
    pub body: Vec<Statement>,
    /// What the loop hands out, beside what it stores.
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
    /// Its values. They may be infinite or NaN, in single precision also where they are too large for it.
    pub values: Arc<[f64]>,
}

/// A bound program: coordinates and data in, results out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Program {
    /// Number of coordinates it reads.
    pub coordinates: usize,
    /// The data it reads.
    pub tables: Vec<Table>,
    /// Lists of elements that rows name ([`Place::Listed`]), each with one entry per row.
    pub positions: Vec<Arc<[u32]>>,
    /// The lengths of the arrays it stores to, by [`ArrayId`]. They start at zero.
    pub arrays: Vec<usize>,
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

    /// The constants that statements of the program read, as often as they do.
    pub fn constants(&self) -> Vec<f64> {
        fn read(program: &Program, body: &[Statement], found: &mut Vec<f64>) {
            for statement in body {
                match statement {
                    Statement::Let(value) => {
                        found.extend(program.op(*value).operands().filter_map(|operand| program.constant(operand)));
                    }
                    Statement::Loop(inner) => read(program, &inner.body, found),
                    Statement::Store(store) | Statement::Accumulate(store) => {
                        found.extend(program.constant(store.value));
                    }
                }
            }
        }
        let mut found = Vec::new();
        read(self, &self.body, &mut found);
        found
    }

    /// For each array, whether statements add to it rather than store each element once.
    pub fn accumulating(&self) -> Vec<bool> {
        fn visit(body: &[Statement], adds: &mut [bool]) {
            for statement in body {
                match statement {
                    Statement::Let(_) | Statement::Store(_) => {}
                    Statement::Loop(inner) => visit(&inner.body, adds),
                    Statement::Accumulate(store) => adds[store.array.index()] = true,
                }
            }
        }
        let mut adds = vec![false; self.arrays.len()];
        visit(&self.body, &mut adds);
        adds
    }

    /// Loop iterations one evaluation takes, nested ones multiplied: what a device with a loop budget must know.
    pub fn iterations(&self) -> u64 {
        fn of(body: &[Statement]) -> u64 {
            body.iter()
                .map(|statement| match statement {
                    Statement::Let(_) | Statement::Store(_) | Statement::Accumulate(_) => 0,
                    Statement::Loop(inner) => inner.rows as u64 * (1 + of(&inner.body)),
                })
                .sum()
        }
        of(&self.body)
    }
}
