//! Lane programs: straight-line instructions over registers that hold one number per lane. The body of a loop over
//! rows is such a body again, whose lanes are rows times chains.
//!
//! Made by `assemble`, run by `machine`. Absent on purpose: what a register is worth, which only a machine knows.

use std::sync::Arc;

use super::multiply_add::Sum;
use crate::ir::{Array, Binary, Order, Unary};

/// A program over lanes.
#[derive(Clone, Debug)]
pub(super) struct LaneProgram<R> {
    /// Its inputs are the coordinates.
    pub body: Arc<Body<R>>,
    /// The lengths of the arrays it stores to.
    pub arrays: Vec<usize>,
}

/// Instructions that run one after the other, each over all lanes.
#[derive(Clone, Debug)]
pub(super) struct Body<R> {
    pub instructions: Vec<Instruction<R>>,
    pub registers: usize,
    pub results: Vec<Operand<R>>,
}

/// Where an instruction finds a number for each lane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Operand<R> {
    /// A register of the machine.
    Register(usize),
    /// An input of the body, such as a coordinate.
    Input(usize),
    /// The same number for every lane.
    Constant(R),
}

/// Which element of an array is meant; loops are named by how far out they are, the innermost by 0.
#[derive(Clone, Debug)]
pub(super) enum Element {
    /// The same for every row.
    Fixed(usize),
    /// `offset + stride * row`
    Strided { loops_out: usize, stride: i64, offset: i64 },
    /// What the list says for the row.
    Listed { loops_out: usize, list: Arc<[u32]> },
}

/// One operation over all lanes. `to` is a register that no operand of the instruction names.
#[derive(Clone, Debug)]
pub(super) enum Instruction<R> {
    Unary {
        function: Unary,
        to: usize,
        x: Operand<R>,
    },
    Binary {
        function: Binary,
        to: usize,
        x: Operand<R>,
        y: Operand<R>,
    },
    /// A sum of `factors[0] * factors[1]` and `z`, rounded twice.
    MultiplyAdd {
        sum: Sum,
        to: usize,
        factors: [Operand<R>; 2],
        z: Operand<R>,
    },
    Select {
        to: usize,
        left: Operand<R>,
        right: Operand<R>,
        holds: Operand<R>,
        fails: Operand<R>,
    },
    Load {
        to: usize,
        array: Array,
        at: Element,
    },
    Store {
        array: usize,
        at: Element,
        x: Operand<R>,
    },
    /// Adds to elements of an array: for each row all of the terms, row after row.
    Accumulate {
        array: usize,
        terms: Vec<(Element, Operand<R>)>,
    },
    /// The sum over the rows of a column of `(datum - centre)^2`: the data part of every normal likelihood, fused so
    /// that the partial sums stay in vector registers.
    SquaredDistance {
        to: usize,
        column: Arc<[R]>,
        centre: Operand<R>,
    },
    Loop(Box<RowLoop<R>>),
}

/// A loop over rows.
#[derive(Clone, Debug)]
pub(super) struct RowLoop<R> {
    pub rows: usize,
    pub order: Order,
    /// Whether several rows may run at a time, each in lanes of its own.
    pub side_by_side: bool,
    /// What is done for each row. Its inputs are `captured`, then `columns`.
    pub body: Arc<Body<R>>,
    /// Numbers of the surrounding body that this one reads.
    pub captured: Vec<Operand<R>>,
    /// Columns of data that the body reads.
    pub columns: Vec<Arc<[R]>>,
    /// Registers for the sums of the body's results.
    pub to: Vec<usize>,
}
