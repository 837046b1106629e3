//! Operations of the IR as WGSL expressions, with what a driver must not rewrite made opaque (`guard`).

use super::guard;
use crate::ir::op::LoopId;
use crate::ir::{Binary, Op, Program, Unary, Value};

/// The components of a vector: rows of a table that are read together.
pub const COMPONENTS: [&str; 4] = ["x", "y", "z", "w"];

/// Writes the expressions of a program.
pub struct Writer<'a> {
    pub program: &'a Program,
    /// The open loops whose rows come four at a time, and which of the four is at hand.
    pub lanes: Vec<(LoopId, usize)>,
}

impl Writer<'_> {
    /// A term on its way into a partial sum.
    pub fn term(&self, term: Value) -> String {
        self.guarded(term, guard::in_partial_sum(self.program, term))
    }

    fn guarded(&self, value: Value, at_risk: bool) -> String {
        let name = self.read(value);
        if at_risk { format!("opaque({name})") } else { name }
    }

    /// The name of a value, or the number.
    pub fn read(&self, value: Value) -> String {
        match self.program.op(value) {
            Op::Constant(x) => literal(x as f32),
            Op::Coordinate(i) => format!("coordinates[{i}]"),
            Op::Datum { table, row } => {
                let name = format!("d{table}_{}", row.index());
                let lane = self.lanes.iter().find(|(id, _)| *id == row);
                lane.map_or_else(|| name.clone(), |(_, lane)| format!("{name}.{}", COMPONENTS[*lane]))
            }
            Op::Unary(..) | Op::Binary(..) | Op::Select { .. } | Op::Sum(..) => format!("v{}", value.index()),
        }
    }

    /// The operation behind a value.
    pub fn operation(&self, value: Value) -> String {
        match self.program.op(value) {
            Op::Unary(function, x) => {
                let x = self.guarded(x, guard::in_unary(self.program, function, x));
                match function {
                    Unary::Negate => format!("-{x}"),
                    Unary::Square => format!("{x} * {x}"),
                    Unary::Sqrt => format!("sqrt({x})"),
                    Unary::Exp => format!("precise_exp({x})"),
                    Unary::Ln => format!("precise_ln({x})"),
                    Unary::Ln1p => format!("precise_ln_1p({x})"),
                    Unary::Tanh => format!("precise_tanh({x})"),
                    Unary::LnCosh => format!("precise_ln_cosh({x})"),
                }
            }
            Op::Binary(function, x, y) => {
                // One side of x - x or x / x must look like another value: a driver that sees both as one folds the
                // NaN away that infinities give, and with it a rejection.
                let same = x == y;
                let left = self.guarded(x, !same && guard::in_binary(self.program, function, x, y));
                let right = self.guarded(y, same || guard::in_binary(self.program, function, y, x));
                let sign = match function {
                    Binary::Add => '+',
                    Binary::Subtract => '-',
                    Binary::Multiply => '*',
                    Binary::Divide => '/',
                };
                format!("{left} {sign} {right}")
            }
            Op::Select { left, right, holds, fails } => {
                let [left, right, holds, fails] = [left, right, holds, fails].map(|value| self.read(value));
                format!("select({fails}, {holds}, {left} <= {right})")
            }
            Op::Constant(_) | Op::Coordinate(_) | Op::Datum { .. } | Op::Sum(..) => self.read(value),
        }
    }
}

/// A number as WGSL writes it, to the bit. Infinity and NaN have no literal.
pub fn literal(x: f32) -> String {
    if x.is_nan() {
        "not_a_number()".into()
    } else if x.is_infinite() {
        if x > 0.0 { "infinity()".into() } else { "(-infinity())".into() }
    } else if x.is_sign_negative() {
        format!("({x:?}f)")
    } else {
        format!("{x:?}f")
    }
}
