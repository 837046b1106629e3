//! The uniform distribution on `[lower, upper]`, `lower < upper`.

use crate::ir::{Builder, Op, Unary, Value};

/// `-ln(upper - lower)` on the interval, minus infinity outside.
pub fn log_density(b: &mut Builder, y: Value, lower: Value, upper: Value) -> Value {
    let width = b.subtract(upper, lower);
    let ln_width = b.unary(Unary::Ln, width);
    let inside = b.unary(Unary::Negate, ln_width);
    let outside = b.constant(f64::NEG_INFINITY);
    let below_upper = b.push(Op::Select { left: y, right: upper, holds: inside, fails: outside });
    b.push(Op::Select { left: lower, right: y, holds: below_upper, fails: outside })
}
