//! Adjoints that remember under which comparisons they hold, so that a branch that was not taken contributes zero and
//! never `0 * inf`.
//!
//! The derivative of `if c then f(x) else g(x)` by `f(x)` is `if c then 1 else 0`; multiplied by an `f'(x)` that is
//! infinite where `c` fails, it would be NaN. So the guard stays outermost: the factor goes inside,
//! `if c then f'(x) else 0`. In: contributions to one adjoint. Out: as few as can be without moving a guard inside.

use super::build::Builder;
use super::op::{Binary, Op, Unary, Value};

/// `left <= right` must hold, or must not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Guard {
    pub left: Value,
    pub right: Value,
    pub holds: bool,
}

impl Guard {
    /// `value` where the comparison came out as it must, else 0.
    fn select(self, b: &mut Builder, value: Value) -> Value {
        let zero = b.constant(0.0);
        self.choose(b, value, zero)
    }

    fn choose(self, b: &mut Builder, value: Value, other: Value) -> Value {
        let (holds, fails) = if self.holds { (value, other) } else { (other, value) };
        b.push(Op::Select { left: self.left, right: self.right, holds, fails })
    }

    fn opposite(self) -> Self {
        Self { holds: !self.holds, ..self }
    }

    fn depth(self, b: &Builder) -> usize {
        b.depth(self.left).max(b.depth(self.right))
    }
}

/// One summand of an adjoint: the value where all guards hold, else 0.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Contribution {
    /// Ascending, each once.
    guards: Vec<Guard>,
    value: Value,
}

impl Contribution {
    /// One that always holds.
    pub(super) fn new(value: Value) -> Self {
        Self { guards: Vec::new(), value }
    }

    /// The same under one more guard; none if it contradicts the others.
    pub(super) fn guarded(&self, guard: Guard) -> Option<Self> {
        if self.guards.contains(&guard.opposite()) {
            return None;
        }
        let mut guards = self.guards.clone();
        if let Err(place) = guards.binary_search(&guard) {
            guards.insert(place, guard);
        }
        Some(Self { guards, value: self.value })
    }

    /// Times a partial derivative, inside of the guards; none if that is the constant 0.
    pub(super) fn times(&self, b: &mut Builder, partial: Value) -> Option<Self> {
        if b.as_constant(partial) == Some(0.0) {
            return None;
        }
        let (outer, inner) = split(b, self.value);
        let (more, factor) = split(b, partial);
        let coefficient = product(b, outer, more);
        let core = product(b, inner, factor);
        let value = product(b, coefficient, core).expect("each factor has a coefficient or a core");
        Some(Self { guards: self.guards.clone(), value })
    }

    /// As one value, guards of at least the given depth applied, and the contribution that is left of it when that
    /// value stands for it outside of a loop.
    pub(super) fn applied(&self, b: &mut Builder, depth: usize) -> (Vec<Guard>, Value) {
        let (outside, inside): (Vec<Guard>, Vec<Guard>) = self.guards.iter().partition(|guard| guard.depth(b) < depth);
        (outside, apply(b, &inside, self.value))
    }

    /// A contribution under the given guards (as [`Contribution::applied`] left them).
    pub(super) fn under(guards: Vec<Guard>, value: Value) -> Self {
        Self { guards, value }
    }
}

/// `coefficient * core`, where the coefficient does not change from row to row of the innermost loop (a constant, where
/// none is open) and the core does. Products are kept in this shape, so that a sum over rows can be taken of cores.
fn split(b: &mut Builder, x: Value) -> (Option<Value>, Option<Value>) {
    let invariant = |b: &Builder, x: Value| b.as_constant(x).is_some() || b.depth(x) < b.open_loops();
    if invariant(b, x) {
        return (Some(x), None);
    }
    match b.op(x) {
        Op::Unary(Unary::Negate, inner) => {
            let (coefficient, core) = split(b, inner);
            let minus = Some(b.constant(-1.0));
            (product(b, minus, coefficient), core)
        }
        Op::Binary(Binary::Multiply, factor, inner) | Op::Binary(Binary::Multiply, inner, factor)
            if invariant(b, factor) =>
        {
            let (coefficient, core) = split(b, inner);
            (product(b, Some(factor), coefficient), core)
        }
        _ => (None, Some(x)),
    }
}

/// The product of what is there.
fn product(b: &mut Builder, x: Option<Value>, y: Option<Value>) -> Option<Value> {
    let (Some(x), Some(y)) = (x, y) else { return x.or(y) };
    Some(match (b.as_constant(x), b.as_constant(y)) {
        (Some(x), Some(y)) => b.constant(x * y),
        (Some(1.0), _) => y,
        (_, Some(1.0)) => x,
        (Some(-1.0), _) => b.unary(Unary::Negate, y),
        (_, Some(-1.0)) => b.unary(Unary::Negate, x),
        _ => b.multiply(x, y),
    })
}

fn apply(b: &mut Builder, guards: &[Guard], value: Value) -> Value {
    guards.iter().rev().fold(value, |value, guard| guard.select(b, value))
}

fn plus(b: &mut Builder, x: Value, y: Value) -> Value {
    match b.op(y) {
        Op::Unary(Unary::Negate, inner) => b.subtract(x, inner),
        _ => b.add(x, y),
    }
}

/// The same sum in as few contributions as keep every guard outermost.
pub(super) fn merge(b: &mut Builder, mut contributions: Vec<Contribution>) -> Vec<Contribution> {
    let mut merged: Vec<Contribution> = Vec::new();
    while let Some(next) = contributions.pop() {
        // What two have become is compared with the others again: it may have lost the guard that kept them apart.
        match merged.iter().enumerate().find_map(|(index, known)| Some((index, pair(b, known, &next)?))) {
            Some((index, one)) => {
                merged.swap_remove(index);
                contributions.push(one);
            }
            None => merged.push(next),
        }
    }
    merged
}

/// Two contributions as one, if one guard set contains the other, or they differ in the outcome of one comparison.
fn pair(b: &mut Builder, x: &Contribution, y: &Contribution) -> Option<Contribution> {
    // Most pairs stay apart, and are told so without a list of what differs.
    let missing = |from: &Contribution, other: &Contribution| {
        from.guards.iter().filter(|guard| other.guards.binary_search(guard).is_err()).count()
    };
    if let (1.., 2..) | (2.., 1..) = (missing(x, y), missing(y, x)) {
        return None;
    }
    let without = |from: &Contribution, other: &Contribution| -> Vec<Guard> {
        from.guards.iter().filter(|guard| !other.guards.contains(guard)).copied().collect()
    };
    match (&without(x, y)[..], &without(y, x)[..]) {
        ([], more) => {
            let inner = apply(b, more, y.value);
            Some(Contribution { guards: x.guards.clone(), value: plus(b, x.value, inner) })
        }
        (more, []) => {
            let inner = apply(b, more, x.value);
            Some(Contribution { guards: y.guards.clone(), value: plus(b, inner, y.value) })
        }
        ([one], [other]) if *other == one.opposite() => {
            let guards = x.guards.iter().filter(|guard| *guard != one).copied().collect();
            Some(Contribution { guards, value: one.choose(b, x.value, y.value) })
        }
        _ => None,
    }
}

/// The whole adjoint as one value.
pub(super) fn total(b: &mut Builder, contributions: Vec<Contribution>) -> Option<Value> {
    let mut sum = None;
    for contribution in merge(b, contributions) {
        let value = apply(b, &contribution.guards, contribution.value);
        sum = Some(sum.map_or(value, |sum| plus(b, sum, value)));
    }
    sum
}
