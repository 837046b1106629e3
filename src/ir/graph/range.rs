//! The range that a number of the model lies in, in exact arithmetic: which requirements need no comparison.
//!
//! In: numbers, and ranges that declarations promise ([`Graph::declare`]). Out: a [`Range`]. Unlike the intervals of
//! programs (`ir::interval`), ranges do not count what overflow and underflow do: `exp(x)` is above 0. A value that
//! rounding takes to the end of its range is as a parameter that rounding takes to its bound.

use super::{Graph, Node, NodeId, Number};
use crate::ir::op::{Binary, Unary};

/// A closed range of numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// No value is below.
    pub low: f64,
    /// No value is above.
    pub high: f64,
    /// Whether a value may be 0.
    pub zero: bool,
    /// Whether a value may be NaN.
    pub nan: bool,
}

impl Range {
    /// Anything.
    const ANY: Self = Self { nan: true, ..Self::REAL };
    /// Any number.
    const REAL: Self = Self { low: f64::NEG_INFINITY, high: f64::INFINITY, zero: true, nan: false };
    /// Numbers above 0.
    const POSITIVE: Self = Self { low: 0.0, zero: false, ..Self::REAL };

    /// The numbers from `low` to `high`.
    pub fn closed(low: f64, high: f64) -> Self {
        Self { low, high, zero: low <= 0.0 && high >= 0.0, nan: false }
    }

    /// The same without 0.
    #[must_use]
    pub fn without_zero(self) -> Self {
        Self { zero: false, ..self }
    }

    /// Whether all values are above 0.
    pub fn is_positive(self) -> bool {
        !self.nan && self.low >= 0.0 && !self.zero
    }

    /// Whether every value is at most every value of another range.
    pub fn is_at_most(self, other: Self) -> bool {
        !self.nan && !other.nan && self.high <= other.low
    }

    /// Whether every value is below every value of another range.
    pub fn is_below(self, other: Self) -> bool {
        let apart = self.high < other.low || self.high <= other.low && self.high == 0.0 && !(self.zero && other.zero);
        !self.nan && !other.nan && apart
    }

    fn union(self, other: Self) -> Self {
        Self {
            low: self.low.min(other.low),
            high: self.high.max(other.high),
            zero: self.zero || other.zero,
            nan: self.nan || other.nan,
        }
    }

    /// The range under a function that does not decrease.
    fn increasing(self, function: impl Fn(f64) -> f64) -> Self {
        let (low, high) = (function(self.low), function(self.high));
        if low.is_nan() || high.is_nan() { Self::ANY } else { Self { nan: self.nan, ..Self::closed(low, high) } }
    }

    /// The part from `low` on.
    fn clamped(self, low: f64) -> Self {
        Self { low: self.low.max(low), high: self.high.max(low), ..self }
    }

    fn negated(self) -> Self {
        Self { low: -self.high, high: -self.low, ..self }
    }

    fn plus(self, other: Self) -> Self {
        let (low, high) = (self.low + other.low, self.high + other.high);
        let both_from_zero = self.low >= 0.0 && other.low >= 0.0 || self.high <= 0.0 && other.high <= 0.0;
        let zero = if both_from_zero { self.zero && other.zero } else { low <= 0.0 && high >= 0.0 };
        Self { low, high, zero, nan: self.nan || other.nan }
    }

    fn times(self, other: Self) -> Self {
        // The end of a range is no value: an end that is infinite, times 0, is 0.
        let corner = |x: f64, y: f64| if x == 0.0 || y == 0.0 { 0.0 } else { x * y };
        let corners = [
            corner(self.low, other.low),
            corner(self.low, other.high),
            corner(self.high, other.low),
            corner(self.high, other.high),
        ];
        Self {
            low: corners.iter().copied().fold(f64::INFINITY, f64::min),
            high: corners.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            zero: self.zero || other.zero,
            nan: self.nan || other.nan,
        }
    }

    fn over(self, other: Self) -> Self {
        let nan = self.nan || other.nan || self.zero && other.zero;
        if other.low < 0.0 && other.high > 0.0 || other.zero {
            return Self { nan, zero: self.zero, ..Self::REAL };
        }
        // 0 is no value: an end there is approached from the side of the values.
        let inverse = if other.low >= 0.0 {
            Self { low: 1.0 / other.high, high: 1.0 / other.low.abs(), zero: false, nan: false }
        } else {
            Self { low: -1.0 / other.high.abs(), high: 1.0 / other.low, zero: false, nan: false }
        };
        Self { nan, ..self.times(inverse) }
    }
}

impl Graph {
    /// Promises that a number lies in a range: it is a parameter that is declared so.
    pub fn declare(&mut self, number: Number, range: Range) {
        if let Number::Node(node) = number {
            self.declared.insert(node, range);
            if let Some(known) = self.ranges.get_mut(node.index()) {
                *known = range;
            }
        }
    }

    /// The range that a number lies in, all of its rows together.
    pub fn range(&mut self, number: Number) -> Range {
        let node = match number {
            Number::Known(x) => return Range { nan: x.is_nan(), ..Range::closed(x, x) },
            Number::Node(node) => node,
        };
        for index in self.ranges.len()..=node.index() {
            let range = match self.declared.get(&NodeId(super::narrow(index))) {
                Some(&range) => range,
                None => self.computed_range(self.nodes[index]),
            };
            self.ranges.push(range);
        }
        self.ranges[node.index()]
    }

    fn computed_range(&self, node: Node) -> Range {
        let of = |node: NodeId| self.ranges[node.index()];
        let of_values = |values: &[f64]| Range {
            low: values.iter().copied().fold(f64::INFINITY, f64::min),
            high: values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            zero: values.contains(&0.0),
            nan: values.iter().any(|x| x.is_nan()),
        };
        match node {
            Node::Constant(x) => of_values(&[x]),
            Node::Coordinate(_) | Node::Gather(_) => Range::REAL,
            Node::Column(column) => of_values(&self.columns[column as usize].values),
            Node::Load(array, element) => self.stored_range(array, &[element]),
            Node::LoadRows(array, list) => self.stored_range(array, &self.lists[list as usize]),
            Node::Unary(function, x) => unary(function, of(x)),
            Node::Binary(function, x, y) => binary(function, of(x), of(y), x == y),
            Node::Select([_, _, holds, fails]) => of(holds).union(of(fails)),
            Node::Roundoff(terms) => Range::closed(0.0, crate::ir::op::single_roundoff(terms)),
            Node::Sum(x) => {
                let rows = self.domains[x.index()].map_or(1.0, |domain| domain.rows() as f64);
                let range = of(x);
                let times = |end: f64| end * rows;
                let zero = if range.low >= 0.0 || range.high <= 0.0 { range.zero } else { true };
                Range { low: times(range.low), high: times(range.high), zero, nan: range.nan }
            }
        }
    }

    /// Whether two numbers have the same bits whatever the coordinates are: the same computation, but for the order of
    /// the operands of sums and products.
    pub fn is_same(&self, x: Number, y: Number) -> bool {
        /// Pairs of nodes that are compared at most.
        const MOST: usize = 1000;
        let (Number::Node(x), Number::Node(y)) = (x, y) else { return x == y };
        self.is_same_node(x, y, &mut MOST.clone())
    }

    fn is_same_node(&self, x: NodeId, y: NodeId, left: &mut usize) -> bool {
        if x == y {
            return true;
        }
        if *left == 0
            || self.levels[x.index()] != self.levels[y.index()]
            || self.domains[x.index()] != self.domains[y.index()]
        {
            return false;
        }
        *left -= 1;
        let mut same = |x: NodeId, y: NodeId| self.is_same_node(x, y, left);
        match (self.nodes[x.index()], self.nodes[y.index()]) {
            (Node::Unary(f, x), Node::Unary(g, y)) => f == g && same(x, y),
            (Node::Sum(x), Node::Sum(y)) => same(x, y),
            (Node::Binary(f, a, b), Node::Binary(g, c, d)) if f == g => {
                let commutes = matches!(f, Binary::Add | Binary::Multiply);
                same(a, c) && same(b, d) || commutes && same(a, d) && same(b, c)
            }
            (Node::Select(x), Node::Select(y)) => x.into_iter().zip(y).all(|(x, y)| same(x, y)),
            _ => false,
        }
    }

    /// The number of each row of elements that were stored one by one; `None` of other numbers with rows.
    pub fn row_numbers(&self, number: Number) -> Option<Vec<Number>> {
        let Number::Node(node) = number else { return None };
        let Node::LoadRows(array, list) = self.nodes[node.index()] else { return None };
        let stores = &self.arrays[array.0 as usize];
        let mut stored = vec![None; stores.length];
        for &(element, value) in &stores.elements {
            stored[element as usize] = Some(match self.nodes[value.index()] {
                Node::Constant(x) => Number::Known(x),
                _ => Number::Node(value),
            });
        }
        self.lists[list as usize].iter().map(|&element| stored[element as usize]).collect()
    }

    /// The range of elements that were stored one by one; anything where rows store them.
    fn stored_range(&self, array: super::StoredArray, elements: &[u32]) -> Range {
        let stores = &self.arrays[array.0 as usize];
        let mut ranges = vec![None; stores.length];
        for &(element, value) in &stores.elements {
            ranges[element as usize] = self.ranges.get(value.index()).copied();
        }
        let all = elements.iter().map(|&element| ranges[element as usize]);
        all.reduce(|x, y| Some(x?.union(y?))).flatten().unwrap_or(Range::ANY)
    }
}

fn unary(function: Unary, x: Range) -> Range {
    let between = |low: f64, high: f64| Range { nan: x.nan, ..Range::closed(low, high) };
    let above_zero = Range { nan: x.nan, ..Range::POSITIVE };
    let real = Range { nan: x.nan, ..Range::REAL };
    match function {
        Unary::Negate => x.negated(),
        Unary::Square => {
            let largest = x.low.abs().max(x.high.abs());
            let smallest = if x.low <= 0.0 && x.high >= 0.0 { 0.0 } else { x.low.abs().min(x.high.abs()) };
            Range { low: smallest * smallest, high: largest * largest, ..x }
        }
        Unary::Abs => {
            let smallest = if x.low <= 0.0 && x.high >= 0.0 { 0.0 } else { x.low.abs().min(x.high.abs()) };
            Range { low: smallest, high: x.low.abs().max(x.high.abs()), ..x }
        }
        Unary::Sqrt => {
            Range { low: x.low.max(0.0).sqrt(), high: x.high.max(0.0).sqrt(), zero: x.zero, nan: x.nan || x.low < 0.0 }
        }
        Unary::Exp => x.increasing(f64::exp).without_zero(),
        Unary::Ln => Range { nan: x.nan || x.low < 0.0, ..x.clamped(0.0).increasing(f64::ln) },
        Unary::Ln1p => Range { nan: x.nan || x.low < -1.0, ..x.clamped(-1.0).increasing(f64::ln_1p) },
        Unary::Tanh => x.increasing(f64::tanh),
        Unary::Floor => x.increasing(f64::floor),
        Unary::Expm1 => x.increasing(f64::exp_m1),
        Unary::LnCosh => between(0.0, f64::INFINITY),
        Unary::Sin | Unary::Cos | Unary::Erf | Unary::BesselRatio => between(-1.0, 1.0),
        Unary::InvLogit | Unary::Phi => between(0.0, 1.0).without_zero(),
        Unary::Erfc => between(0.0, 2.0).without_zero(),
        Unary::Log1pExp | Unary::InvMills => above_zero,
        Unary::LnBesselI0 => between(0.0, f64::INFINITY),
        Unary::Log1mExp => Range { nan: x.nan || x.high > 0.0, ..between(f64::NEG_INFINITY, 0.0) },
        Unary::LnPhi => between(f64::NEG_INFINITY, 0.0),
        Unary::Lgamma if x.low >= 0.0 => between(-0.13, f64::INFINITY),
        Unary::Lgamma => real,
        Unary::Digamma => Range { nan: x.nan || x.low <= 0.0, ..real },
        Unary::Trigamma => Range { nan: x.nan || x.low <= 0.0, ..above_zero },
        Unary::InvPhi => Range { nan: x.nan || x.low < 0.0 || x.high > 1.0, ..real },
    }
}

fn binary(function: Binary, x: Range, y: Range, same: bool) -> Range {
    let nan = x.nan || y.nan;
    match function {
        Binary::Add => x.plus(y),
        Binary::Subtract => x.plus(y.negated()),
        Binary::Multiply if same => unary(Unary::Square, x),
        Binary::Multiply => x.times(y),
        Binary::Divide => x.over(y),
        Binary::Power if x.low >= 0.0 => {
            let most = if x.high <= 1.0 && y.low >= 0.0 { 1.0 } else { f64::INFINITY };
            Range { zero: x.zero, nan, ..Range::closed(0.0, most) }
        }
        Binary::Power | Binary::LnBetaSlope => Range::ANY,
        Binary::Atan2 => Range { nan, ..Range::closed(-std::f64::consts::PI, std::f64::consts::PI) },
        Binary::LogAddExp => Range { nan, ..Range::closed(x.low.max(y.low), f64::INFINITY) },
        Binary::LnBeta => Range { nan: nan || x.low < 0.0 || y.low < 0.0, ..Range::REAL },
    }
}
