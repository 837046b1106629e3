//! Operations of the IR as WGSL expressions, with what a driver must not rewrite made opaque (`guard`).

use super::guard;
use crate::ir::op::single_roundoff;
use crate::ir::{Array, Binary, LoopId, Op, Place, Program, Unary, Value};

/// The components of a vector: rows of a table that are read together.
pub const COMPONENTS: [&str; 4] = ["x", "y", "z", "w"];

/// Writes the expressions of a program.
pub struct Writer<'a> {
    pub program: &'a Program,
    /// Coordinates of the state; those of the program beyond them are values kept between moves.
    pub coordinates: usize,
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
        if at_risk { opaque(&name) } else { name }
    }

    /// A value on its way into an element that is added to. A driver that keeps a small array in registers sees the
    /// additions one after the other.
    pub fn addition(&self, value: Value) -> String {
        opaque(&self.read(value))
    }

    /// An element of an array. A loop whose rows come one at a time calls its row `r`, and the element of a list for
    /// the row `q`; of four rows at a time `n` is the number of the four, and `q` a vector.
    pub fn element(&self, array: Array, at: Place) -> String {
        let name = match array {
            Array::Coordinates => match at {
                Place::Fixed(_) => "coordinates".to_owned(),
                // Only a variable can be indexed by a number that is not known yet.
                Place::Strided { .. } | Place::Listed { .. } => "point".to_owned(),
            },
            Array::Stored(array) => format!("s{}", array.index()),
        };
        match at {
            Place::Fixed(element) => format!("{name}[{element}]"),
            Place::Strided { row, stride, offset } => {
                let (id, lane) = (row.index(), self.lane(row));
                let (number, stride, offset) = match lane {
                    Some(lane) => (format!("n{id}"), 4 * stride, offset + stride * lane as i64),
                    None => (format!("r{id}"), stride, offset),
                };
                format!("{name}[{offset}i + {stride}i * i32({number})]")
            }
            Place::Listed { row, positions } => {
                let component = self.lane(row).map_or_else(String::new, |lane| format!(".{}", COMPONENTS[lane]));
                format!("{name}[q{positions}_{}{component}]", row.index())
            }
        }
    }

    /// Which of four rows is at hand, of a loop whose rows come four at a time.
    fn lane(&self, row: LoopId) -> Option<usize> {
        self.lanes.iter().find(|(id, _)| *id == row).map(|&(_, lane)| lane)
    }

    /// The name of a value, or the number.
    pub fn read(&self, value: Value) -> String {
        match self.program.op(value) {
            Op::Constant(x) => literal(x as f32),
            Op::Roundoff(terms) => literal(single_roundoff(terms) as f32),
            Op::Coordinate(i) if i >= self.coordinates => format!("(*kept)[{}]", i - self.coordinates),
            Op::Coordinate(i) => format!("coordinates[{i}]"),
            Op::Datum { table, row } => {
                let name = format!("d{table}_{}", row.index());
                self.lane(row).map_or_else(|| name.clone(), |lane| format!("{name}.{}", COMPONENTS[lane]))
            }
            Op::Load { .. } | Op::Unary(..) | Op::Binary(..) | Op::Select { .. } | Op::Sum(..) => {
                format!("v{}", value.index())
            }
        }
    }

    /// The operation behind a value.
    pub fn operation(&self, value: Value) -> String {
        match self.program.op(value) {
            Op::Load { array: Array::Coordinates, at } => self.element(Array::Coordinates, at),
            // A driver that keeps a small array in registers would see through to what was stored.
            Op::Load { array, at } => opaque(&self.element(array, at)),
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
                    Unary::Abs => format!("abs({x})"),
                    Unary::Floor => format!("floor({x})"),
                    Unary::Expm1 => format!("precise_exp_m1({x})"),
                    Unary::Sin => format!("precise_sin({x})"),
                    Unary::Cos => format!("precise_cos({x})"),
                    Unary::InvLogit => format!("inv_logit({x})"),
                    Unary::Log1pExp => format!("log1p_exp({x})"),
                    Unary::Log1mExp => format!("log1m_exp({x})"),
                    Unary::Lgamma => format!("lgamma({x})"),
                    Unary::Digamma => format!("digamma({x})"),
                    Unary::Trigamma => format!("trigamma({x})"),
                    Unary::Erf => format!("erf({x})"),
                    Unary::Erfc => format!("erfc({x})"),
                    Unary::Phi => format!("phi({x})"),
                    Unary::LnPhi => format!("ln_phi({x})"),
                    Unary::InvMills => format!("inv_mills({x})"),
                    Unary::InvPhi => format!("inv_phi({x})"),
                    Unary::LnBesselI0 => format!("ln_bessel_i0({x})"),
                    Unary::BesselRatio => format!("bessel_ratio({x})"),
                }
            }
            Op::Binary(function, x, y) => {
                // One side of x - x or x / x must look like another value: a driver that sees both as one folds the
                // NaN away that infinities give, and with it a rejection.
                let same = x == y;
                let left = self.guarded(x, !same && guard::in_binary(self.program, function, x, y));
                let right = self.guarded(y, same || guard::in_binary(self.program, function, y, x));
                match function {
                    Binary::Add => format!("{left} + {right}"),
                    Binary::Subtract => format!("{left} - {right}"),
                    Binary::Multiply => format!("{left} * {right}"),
                    Binary::Divide => format!("{left} / {right}"),
                    Binary::Power => format!("power({left}, {right})"),
                    Binary::Atan2 => format!("precise_atan2({left}, {right})"),
                    Binary::LogAddExp => format!("log_add_exp({left}, {right})"),
                    Binary::LnBeta => format!("ln_beta({left}, {right})"),
                    Binary::LnBetaSlope => format!("ln_beta_slope({left}, {right})"),
                }
            }
            Op::Select { left, right, holds, fails } => {
                let [left, right, holds, fails] = [left, right, holds, fails].map(|value| self.read(value));
                format!("select({fails}, {holds}, {left} <= {right})")
            }
            Op::Constant(_) | Op::Roundoff(_) | Op::Coordinate(_) | Op::Datum { .. } | Op::Sum(..) => self.read(value),
        }
    }
}

/// What `opaque` of the shaders returns, by the zero that the function at hand has read once: drivers take time for each call,
/// and look for the zero among all the others.
pub fn opaque(name: &str) -> String {
    format!("bitcast<f32>(bitcast<u32>({name}) ^ zero)")
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
