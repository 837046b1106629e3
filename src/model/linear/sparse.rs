//! Arithmetic in which a known zero is structure: what it multiplies is never computed, be it infinite or NaN. The
//! graph itself must not do so, since there a zero is a number like any other.

use crate::ir::{Graph, Number, Unary};

/// Zero, and known.
pub(super) const ZERO: Number = Number::Known(0.0);

/// `x * y`, zero where either is a known zero.
pub(super) fn product(g: &mut Graph, x: Number, y: Number) -> Number {
    if x == ZERO || y == ZERO {
        ZERO
    } else if x == y {
        g.unary(Unary::Square, x)
    } else {
        g.multiply(x, y)
    }
}

/// `x / y`, zero where `x` is a known zero.
pub(super) fn quotient(g: &mut Graph, x: Number, y: Number) -> Number {
    if x == ZERO { ZERO } else { g.divide(x, y) }
}

/// `x - sum of a_k b_k`, subtracted from the left.
pub(super) fn subtract_products(g: &mut Graph, x: Number, pairs: impl Iterator<Item = (Number, Number)>) -> Number {
    if g.is_full() {
        return x;
    }
    pairs.fold(x, |rest, (a, b)| {
        let product = product(g, a, b);
        g.subtract(rest, product)
    })
}

/// `|x|`
pub(super) fn magnitude(g: &mut Graph, x: Number) -> Number {
    let negated = g.negate(x);
    g.select(ZERO, x, x, negated)
}
