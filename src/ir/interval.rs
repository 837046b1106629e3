//! The range that each value is known to lie in, whatever the coordinates are: decides comparisons when a model is
//! compiled, such as whether a parameter bounded to an interval can ever leave the support of its uniform prior.
//!
//! Ranges describe exact arithmetic, widened where a library function may round past its own bound; NaN is outside
//! of every range, and operations that can give NaN are unbounded here.

use super::op::{Binary, Op, Unary};

/// A closed range of numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Interval {
    pub low: f64,
    pub high: f64,
    /// Whether the value may be NaN: then no comparison is decided.
    pub nan: bool,
}

impl Interval {
    const REAL: Self = Self { low: f64::NEG_INFINITY, high: f64::INFINITY, nan: true };

    fn point(x: f64) -> Self {
        if x.is_nan() { Self::REAL } else { Self { low: x, high: x, nan: false } }
    }

    fn new(low: f64, high: f64, nan: bool) -> Self {
        if low.is_nan() || high.is_nan() { Self::REAL } else { Self { low, high, nan } }
    }

    /// Whether `self <= other` for every pair (`Some(true)`), for none (`Some(false)`), or depends.
    pub(super) fn at_most(self, other: Self) -> Option<bool> {
        if self.nan || other.nan {
            None
        } else if self.high <= other.low {
            Some(true)
        } else if self.low > other.high {
            Some(false)
        } else {
            None
        }
    }
}

/// The range of an operation whose operands' ranges `of` knows. `column` gives the range of a table.
pub(super) fn interval(op: Op, of: impl Fn(super::Value) -> Interval, column: impl Fn(usize) -> Interval) -> Interval {
    match op {
        Op::Constant(x) => Interval::point(x),
        // A coordinate is finite: steps to states that are not are rejected.
        Op::Coordinate(_) => Interval::new(-f64::MAX, f64::MAX, false),
        Op::Datum { table, .. } => column(table),
        Op::Unary(function, x) => unary(function, of(x)),
        Op::Binary(function, x, y) => binary(function, of(x), of(y)),
        Op::Select { holds, fails, .. } => {
            let (x, y) = (of(holds), of(fails));
            Interval::new(x.low.min(y.low), x.high.max(y.high), x.nan || y.nan)
        }
        Op::Sum(..) => Interval::REAL,
    }
}

/// The range of a column of finite data.
pub(super) fn column(values: &[f64]) -> Interval {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    Interval::new(low, high, false)
}

fn unary(function: Unary, x: Interval) -> Interval {
    match function {
        Unary::Negate => Interval::new(-x.high, -x.low, x.nan),
        Unary::Tanh => Interval::new(-1.0, 1.0, x.nan),
        Unary::Exp => Interval::new(0.0, f64::INFINITY, x.nan),
        Unary::Square => Interval::new(0.0, f64::INFINITY, x.nan),
        Unary::LnCosh => Interval::new(-1e-6, f64::INFINITY, x.nan),
        Unary::Sqrt => Interval::new(0.0, f64::INFINITY, x.nan || x.low < 0.0),
        Unary::Ln => Interval::new(f64::NEG_INFINITY, f64::INFINITY, x.nan || x.low < 0.0),
        Unary::Ln1p => Interval::new(f64::NEG_INFINITY, f64::INFINITY, x.nan || x.low < -1.0),
    }
}

fn binary(function: Binary, x: Interval, y: Interval) -> Interval {
    let nan = x.nan || y.nan;
    match function {
        Binary::Add => Interval::new(x.low + y.low, x.high + y.high, nan),
        Binary::Subtract => Interval::new(x.low - y.high, x.high - y.low, nan),
        Binary::Multiply => {
            let corners = [x.low * y.low, x.low * y.high, x.high * y.low, x.high * y.high];
            if corners.iter().any(|corner| corner.is_nan()) {
                return Interval::REAL;
            }
            Interval::new(
                corners.iter().copied().fold(f64::INFINITY, f64::min),
                corners.iter().copied().fold(f64::NEG_INFINITY, f64::max),
                nan,
            )
        }
        Binary::Divide => Interval::REAL,
    }
}
