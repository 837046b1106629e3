//! Rewrites a program into an equal one that costs less: folds constants, cancels inverses, decides comparisons
//! whose sides cannot overlap, hoists out of loops, and factors what does not change from row to row out of sums:
//!
//! ```text
//! sum of -((y - mu) / sigma)^2 / 2 - ln(sigma)   becomes   (-1/2 / sigma^2) * sum of (y - mu)^2 - 100 ln(sigma)
//! ```
//!
//! Equal means equal in exact arithmetic; in floating point the results agree within rounding, which the tests hold,
//! as long as squares of residuals and scales stay in the range of numbers. In single precision that is 1e-19 to 1e19;
//! `model::hazards` warns of data beyond it.
//! Constants gather in one place, and products of constants are folded here, because shader compilers do so too,
//! each in its own way.
//!
//! Absent on purpose: anything that would make a sum of data cancel: a sum of two terms that both change from row to
//! row stays one sum.

use std::sync::Arc;

use super::build::Builder;
use super::evaluate;
use super::interval::{self, Interval};
use super::op::{Binary, Loop, LoopId, Op, Place, Program, Statement, Store, Unary, Value};

/// Magnitudes of constants that are normal numbers in either precision, and so are their reciprocals.
const NORMAL: std::ops::Range<f64> = 1e-30..1e30;

/// The simplified program: same coordinates, tables and results.
pub fn simplify(program: &Program) -> Program {
    let mut pass = Pass::new(program);
    pass.run(&program.body);
    let results = program.results.iter().map(|&result| pass.renamed(result)).collect();
    pass.builder.finish(results)
}

/// Simplifies a program whose results are the additive terms of a log density: sums at the top become terms of their
/// own, and terms that are constant are dropped, since only differences of the log density matter.
pub fn simplify_terms(program: &Program) -> Program {
    let mut pass = Pass::new(program);
    pass.run(&program.body);
    let mut pending: Vec<Value> = program.results.iter().rev().map(|&result| pass.renamed(result)).collect();
    let mut terms = Vec::new();
    while let Some(term) = pending.pop() {
        match pass.builder.op(term) {
            Op::Constant(x) if x.is_finite() => {}
            Op::Binary(Binary::Add, x, y) => pending.extend([y, x]),
            Op::Binary(Binary::Subtract, x, y) => {
                let negated = pass.unary(Unary::Negate, y);
                pending.extend([negated, x]);
            }
            _ => terms.push(term),
        }
    }
    pass.builder.finish(terms)
}

struct Pass<'a> {
    old: &'a Program,
    builder: Builder,
    /// The new name of each old value that is not named by its operation alone.
    names: Vec<Option<Value>>,
    /// Ranges of the new values, in order.
    intervals: Vec<Interval>,
    columns: Vec<Interval>,
    /// The new loop of each old one that is open.
    loops: Vec<(LoopId, LoopId)>,
}

/// `coefficient * total of core`, or `coefficient` alone.
struct Share {
    coefficient: Option<Value>,
    core: Option<Value>,
}

impl<'a> Pass<'a> {
    fn new(old: &'a Program) -> Self {
        let mut builder = Builder::new(old.coordinates);
        builder.reserve(old.values());
        for table in &old.tables {
            builder.table(table.clone());
        }
        for list in &old.positions {
            builder.positions(Arc::clone(list));
        }
        for (&length, adds) in old.arrays.iter().zip(old.accumulating()) {
            if adds {
                builder.accumulating_array(length)
            } else {
                builder.array(length)
            };
        }
        let columns = old.tables.iter().map(|table| interval::column(&table.values)).collect();
        Self { old, builder, names: vec![None; old.values()], intervals: Vec::new(), columns, loops: Vec::new() }
    }

    fn run(&mut self, body: &[Statement]) {
        for statement in body {
            match statement {
                Statement::Let(value) => {
                    let new = self.rewrite(self.old.op(*value));
                    self.names[value.index()] = Some(new);
                }
                Statement::Loop(inner) => self.sum(inner),
                Statement::Store(store) => {
                    let store = self.store(*store);
                    self.builder.store(store);
                }
                Statement::Accumulate(store) => {
                    let store = self.store(*store);
                    self.builder.accumulate(store);
                }
            }
        }
    }

    fn store(&mut self, store: Store) -> Store {
        Store { array: store.array, at: self.place(store.at), value: self.renamed(store.value) }
    }

    /// The new loop of an old one.
    fn row(&self, old: LoopId) -> LoopId {
        self.loops.iter().find(|(from, _)| *from == old).expect("the loop of a row is open").1
    }

    fn place(&self, at: Place) -> Place {
        match at {
            Place::Fixed(_) => at,
            Place::Strided { row, stride, offset } => Place::Strided { row: self.row(row), stride, offset },
            Place::Listed { row, positions } => Place::Listed { row: self.row(row), positions },
        }
    }

    fn renamed(&mut self, old: Value) -> Value {
        match (self.names[old.index()], self.old.op(old)) {
            (Some(new), _) => new,
            (None, Op::Datum { table, row }) => {
                let row = self.row(row);
                self.builder.push(Op::Datum { table, row })
            }
            (None, op) => self.builder.push(op),
        }
    }

    fn rewrite(&mut self, op: Op) -> Value {
        match op {
            Op::Load { array, at } => {
                let at = self.place(at);
                self.builder.push(Op::Load { array, at })
            }
            Op::Unary(function, x) => {
                let x = self.renamed(x);
                self.unary(function, x)
            }
            Op::Binary(function, x, y) => {
                let (x, y) = (self.renamed(x), self.renamed(y));
                self.binary(function, x, y)
            }
            Op::Select { left, right, holds, fails } => {
                let [left, right, holds, fails] = [left, right, holds, fails].map(|value| self.renamed(value));
                match self.interval(left).at_most(self.interval(right)) {
                    Some(true) => holds,
                    Some(false) => fails,
                    None if holds == fails => holds,
                    None => self.builder.push(Op::Select { left, right, holds, fails }),
                }
            }
            Op::Constant(_) | Op::Roundoff(_) | Op::Coordinate(_) | Op::Datum { .. } | Op::Sum(..) => {
                self.builder.push(op)
            }
        }
    }

    fn interval(&mut self, value: Value) -> Interval {
        for index in self.intervals.len()..=value.index() {
            let op = self.builder.op(Value(index as u32));
            let new = interval::interval(op, |x| self.intervals[x.index()], |table| self.columns[table]);
            self.intervals.push(new);
        }
        self.intervals[value.index()]
    }

    fn unary(&mut self, function: Unary, x: Value) -> Value {
        if let Some(x) = self.builder.as_constant(x) {
            return self.builder.constant(evaluate::unary(function, x));
        }
        match (function, self.builder.op(x)) {
            (Unary::Negate, Op::Unary(Unary::Negate, inner)) | (Unary::Ln, Op::Unary(Unary::Exp, inner)) => inner,
            (Unary::Negate, Op::Binary(Binary::Subtract, a, b)) => self.builder.subtract(b, a),
            (Unary::Negate, Op::Binary(Binary::Multiply, a, b)) if self.builder.as_constant(a).is_some() => {
                let factor = -self.builder.as_constant(a).unwrap_or_default();
                self.scale(factor, b)
            }
            (Unary::Square | Unary::Abs | Unary::Cos, Op::Unary(Unary::Negate, inner)) => self.unary(function, inner),
            (Unary::Ln, Op::Unary(Unary::Phi, inner)) => self.builder.unary(Unary::LnPhi, inner),
            (Unary::Ln, Op::Unary(Unary::InvLogit, inner)) => {
                let negated = self.unary(Unary::Negate, inner);
                let softplus = self.builder.unary(Unary::Log1pExp, negated);
                self.unary(Unary::Negate, softplus)
            }
            (Unary::Ln1p, Op::Unary(Unary::Exp, inner)) => self.builder.unary(Unary::Log1pExp, inner),
            (Unary::Ln1p, Op::Unary(Unary::Negate, probability)) => match self.complement(probability) {
                Some(complement) => self.unary(Unary::Ln, complement),
                None => self.builder.unary(function, x),
            },
            _ => self.builder.unary(function, x),
        }
    }

    /// `1 - probability` without a loss of digits, where the probability is that of a logit or of a normal quantile.
    fn complement(&mut self, probability: Value) -> Option<Value> {
        let Op::Unary(function @ (Unary::InvLogit | Unary::Phi), inner) = self.builder.op(probability) else {
            return None;
        };
        let negated = self.unary(Unary::Negate, inner);
        Some(self.builder.unary(function, negated))
    }

    fn binary(&mut self, function: Binary, x: Value, y: Value) -> Value {
        let (a, b) = (self.builder.as_constant(x), self.builder.as_constant(y));
        if let (Some(a), Some(b)) = (a, b) {
            return self.builder.constant(evaluate::binary(function, a, b));
        }
        match (function, a, b) {
            (Binary::Add, Some(a), _) => self.shift(y, a),
            (Binary::Add, _, Some(b)) => self.shift(x, b),
            (Binary::Subtract, _, Some(b)) => self.shift(x, -b),
            (Binary::Subtract, Some(0.0), _) => self.unary(Unary::Negate, y),
            (Binary::Subtract, Some(1.0), _) => self.complement(y).unwrap_or_else(|| self.builder.subtract(x, y)),
            (Binary::Multiply, Some(a), _) => self.scale(a, y),
            (Binary::Multiply, _, Some(b)) => self.scale(b, x),
            (Binary::Divide, _, Some(b)) if NORMAL.contains(&b.abs()) => self.scale(1.0 / b, x),
            (Binary::Multiply, ..) if x == y => self.builder.unary(Unary::Square, x),
            (Binary::Add, ..) => match (self.builder.op(x), self.builder.op(y)) {
                (_, Op::Unary(Unary::Negate, inner)) => self.builder.subtract(x, inner),
                (Op::Unary(Unary::Negate, inner), _) => self.builder.subtract(y, inner),
                _ => self.builder.add(x, y),
            },
            (Binary::Subtract, ..) => match self.builder.op(y) {
                Op::Unary(Unary::Negate, inner) => self.builder.add(x, inner),
                _ => self.builder.subtract(x, y),
            },
            (Binary::Power, _, Some(b)) => self.constant_power(x, y, b),
            (
                Binary::Multiply
                | Binary::Divide
                | Binary::Power
                | Binary::Atan2
                | Binary::LogAddExp
                | Binary::LnBeta
                | Binary::LnBetaSlope,
                ..,
            ) => self.builder.binary(function, x, y),
        }
    }

    /// `x` to the power `exponent`, which has the value `by`: where squares, roots and quotients say the same, those.
    fn constant_power(&mut self, x: Value, exponent: Value, by: f64) -> Value {
        let magnitude = match by.abs() {
            1.0 => x,
            2.0 => self.unary(Unary::Square, x),
            3.0 => {
                let square = self.unary(Unary::Square, x);
                self.builder.multiply(square, x)
            }
            0.5 => self.unary(Unary::Sqrt, x),
            _ => return self.builder.binary(Binary::Power, x, exponent),
        };
        if by > 0.0 {
            return magnitude;
        }
        let one = self.builder.constant(1.0);
        self.binary(Binary::Divide, one, magnitude)
    }

    /// `x + constant`, constants gathered.
    fn shift(&mut self, x: Value, by: f64) -> Value {
        if by == 0.0 {
            return x;
        }
        if let Op::Binary(Binary::Add, inner, constant) = self.builder.op(x)
            && let Some(constant) = self.builder.as_constant(constant)
        {
            return self.shift(inner, constant + by);
        }
        let by = self.builder.constant(by);
        self.builder.add(x, by)
    }

    /// `factor * x`, constants gathered.
    fn scale(&mut self, factor: f64, x: Value) -> Value {
        if factor == 1.0 {
            return x;
        }
        if factor == -1.0 {
            return self.unary(Unary::Negate, x);
        }
        match self.builder.op(x) {
            Op::Binary(Binary::Multiply, constant, inner) if self.gathers(factor, constant).is_some() => {
                let product = self.gathers(factor, constant).unwrap_or_default();
                self.scale(product, inner)
            }
            Op::Binary(Binary::Divide, constant, inner) if self.gathers(factor, constant).is_some() => {
                let product = self.gathers(factor, constant).unwrap_or_default();
                let numerator = self.builder.constant(product);
                self.builder.divide(numerator, inner)
            }
            Op::Unary(Unary::Negate, inner) => self.scale(-factor, inner),
            _ => self.builder.scale(factor, x),
        }
    }

    /// The product of a factor and a value that is a constant, if single precision holds it as well.
    fn gathers(&self, factor: f64, constant: Value) -> Option<f64> {
        let product = factor * self.builder.as_constant(constant)?;
        (product == 0.0 || NORMAL.contains(&product.abs())).then_some(product)
    }

    /// Rewrites a loop, with everything that does not change from row to row factored out of its sums.
    fn sum(&mut self, old: &Loop) {
        let new = self.builder.open_ordered_loop(old.rows, old.order);
        self.loops.push((old.id, new));
        self.run(&old.body);
        let mut shares: Vec<Vec<Share>> = Vec::new();
        for sum in &old.sums {
            let term = self.renamed(sum.term);
            let mut list = Vec::new();
            self.share(term, None, old.rows, &mut list);
            shares.push(list);
        }
        let cores: Vec<Value> = shares.iter().flatten().filter_map(|share| share.core).collect();
        let mut totals = self.builder.close_loop(&cores).into_iter();
        self.loops.pop();
        for (sum, list) in old.sums.iter().zip(shares) {
            let mut result = None;
            for share in list {
                let total = share.core.map(|_| totals.next().expect("one total per core"));
                let term = match (share.coefficient, total) {
                    (Some(coefficient), Some(total)) => self.binary(Binary::Multiply, coefficient, total),
                    (Some(one), None) | (None, Some(one)) => one,
                    (None, None) => continue,
                };
                result = Some(match result {
                    Some(sum) => self.binary(Binary::Add, sum, term),
                    None => term,
                });
            }
            self.names[sum.total.index()] = result.or_else(|| Some(self.builder.constant(0.0)));
        }
    }

    /// Splits `coefficient * term`, summed over the rows, into shares.
    fn share(&mut self, term: Value, coefficient: Option<Value>, rows: usize, shares: &mut Vec<Share>) {
        if self.invariant(term) {
            let count = self.builder.constant(rows as f64);
            let once = self.binary(Binary::Multiply, count, term);
            let coefficient = Some(self.times(coefficient, once));
            shares.push(Share { coefficient, core: None });
            return;
        }
        match self.builder.op(term) {
            Op::Unary(Unary::Negate, x) => {
                let minus = self.builder.constant(-1.0);
                let coefficient = self.times(coefficient, minus);
                self.share(x, Some(coefficient), rows, shares);
            }
            Op::Binary(Binary::Add, x, y) if self.invariant(x) || self.invariant(y) => {
                self.share(x, coefficient, rows, shares);
                self.share(y, coefficient, rows, shares);
            }
            Op::Binary(Binary::Subtract, x, y) if self.invariant(x) || self.invariant(y) => {
                self.share(x, coefficient, rows, shares);
                let minus = self.builder.constant(-1.0);
                let coefficient = self.times(coefficient, minus);
                self.share(y, Some(coefficient), rows, shares);
            }
            Op::Binary(Binary::Multiply, x, y) if self.invariant(x) => {
                let coefficient = self.times(coefficient, x);
                self.share(y, Some(coefficient), rows, shares);
            }
            Op::Binary(Binary::Multiply, x, y) if self.invariant(y) => {
                let coefficient = self.times(coefficient, y);
                self.share(x, Some(coefficient), rows, shares);
            }
            Op::Binary(Binary::Divide, x, y) if self.invariant(y) => {
                let coefficient = self.over(coefficient, y);
                self.share(x, Some(coefficient), rows, shares);
            }
            Op::Unary(Unary::Square, x) => match self.builder.op(x) {
                Op::Binary(Binary::Divide, numerator, divisor) if self.invariant(divisor) => {
                    let square = self.unary(Unary::Square, divisor);
                    let coefficient = self.over(coefficient, square);
                    let core = self.unary(Unary::Square, numerator);
                    self.share(core, Some(coefficient), rows, shares);
                }
                Op::Binary(Binary::Multiply, factor, inner) if self.invariant(factor) => {
                    let square = self.unary(Unary::Square, factor);
                    let coefficient = self.times(coefficient, square);
                    let core = self.unary(Unary::Square, inner);
                    self.share(core, Some(coefficient), rows, shares);
                }
                _ => shares.push(Share { coefficient, core: Some(term) }),
            },
            _ => shares.push(Share { coefficient, core: Some(term) }),
        }
    }

    fn invariant(&self, value: Value) -> bool {
        self.builder.depth(value) < self.builder.open_loops()
    }

    fn times(&mut self, coefficient: Option<Value>, factor: Value) -> Value {
        match coefficient {
            Some(coefficient) => self.binary(Binary::Multiply, coefficient, factor),
            None => factor,
        }
    }

    fn over(&mut self, coefficient: Option<Value>, divisor: Value) -> Value {
        let numerator = coefficient.unwrap_or_else(|| self.builder.constant(1.0));
        self.binary(Binary::Divide, numerator, divisor)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    use super::super::arbitrary::{ill_conditioned, program as arbitrary_program};
    use super::super::evaluate::{evaluate, evaluate_total};
    use super::super::op::Table;
    use super::*;

    /// `sum over n of -((y[n] - z0) / exp(z1))^2 / 2 - ln(exp(z1))`, as a distribution would write it.
    fn normal_likelihood(y: &[f64]) -> Program {
        let mut b = Builder::new(2);
        let column = b.table(Table { name: "y".into(), values: y.into() });
        let (mu, z1) = (b.push(Op::Coordinate(0)), b.push(Op::Coordinate(1)));
        let sigma = b.unary(Unary::Exp, z1);
        let row = b.open_loop(y.len());
        let datum = b.push(Op::Datum { table: column, row });
        let residual = b.subtract(datum, mu);
        let standard = b.divide(residual, sigma);
        let square = b.unary(Unary::Square, standard);
        let exponent = b.scale(-0.5, square);
        let ln_sigma = b.unary(Unary::Ln, sigma);
        // Inside of the loop the builder has already hoisted ln(sigma); the subtraction it cannot.
        let term = b.subtract(exponent, ln_sigma);
        let sum = b.close_loop(&[term])[0];
        b.finish(vec![sum])
    }

    #[test]
    fn a_normal_likelihood_becomes_one_sum_of_squares() {
        let program = simplify_terms(&normal_likelihood(&[1.0, -2.0, 0.5]));
        let loops: Vec<&Loop> = program
            .body
            .iter()
            .filter_map(|statement| match statement {
                Statement::Loop(inner) => Some(inner),
                Statement::Let(_) | Statement::Store(_) | Statement::Accumulate(_) => None,
            })
            .collect();
        assert_eq!(loops.len(), 1);
        assert_eq!(loops[0].body.len(), 2, "a difference and its square: {:?}", loops[0].body);
        assert_eq!(program.results.len(), 2, "the exponent and the normalisation");
    }

    #[test]
    fn logarithms_of_probabilities_and_constant_powers_become_operations_that_keep_their_digits() {
        let simplified = |build: fn(&mut Builder, Value) -> Value| {
            let mut b = Builder::new(1);
            let z = b.push(Op::Coordinate(0));
            let result = build(&mut b, z);
            simplify(&b.finish(vec![result]))
        };
        let phi = simplified(|b, z| {
            let probability = b.unary(Unary::Phi, z);
            b.unary(Unary::Ln, probability)
        });
        assert_eq!(evaluate(&phi, &[-100.0]), [evaluate::unary(Unary::LnPhi, -100.0)]);
        let logit = simplified(|b, z| {
            let probability = b.unary(Unary::InvLogit, z);
            b.unary(Unary::Ln, probability)
        });
        assert_eq!(evaluate(&logit, &[-1000.0]), [-1000.0]);
        for (function, logarithm) in [(Unary::InvLogit, -1000.0), (Unary::Phi, evaluate::unary(Unary::LnPhi, -1000.0))]
        {
            let mut b = Builder::new(1);
            let z = b.push(Op::Coordinate(0));
            let probability = b.unary(function, z);
            let negated = b.unary(Unary::Negate, probability);
            let one = b.constant(1.0);
            let complement = b.subtract(one, probability);
            let results = [b.unary(Unary::Ln1p, negated), b.unary(Unary::Ln, complement)];
            let program = simplify(&b.finish(results.to_vec()));
            assert_eq!(evaluate(&program, &[1000.0]), [logarithm; 2], "{function:?}");
        }
        let softplus = simplified(|b, z| {
            let exp = b.unary(Unary::Exp, z);
            b.unary(Unary::Ln1p, exp)
        });
        assert_eq!(evaluate(&softplus, &[1000.0]), [1000.0]);
        for exponent in [1.0, 2.0, 3.0, 0.5, -0.5, -1.0, -2.0, -3.0] {
            let mut b = Builder::new(1);
            let (z, constant) = (b.push(Op::Coordinate(0)), b.constant(exponent));
            let power = b.binary(Binary::Power, z, constant);
            let program = simplify(&b.finish(vec![power]));
            let all: Vec<Op> = (0..program.values()).map(|index| program.op(Value(index as u32))).collect();
            assert!(!all.iter().any(|op| matches!(op, Op::Binary(Binary::Power, ..))), "{all:?}");
            let truth = 1.7_f64.powf(exponent);
            assert!((evaluate(&program, &[1.7])[0] - truth).abs() < 4.0 * f64::EPSILON * truth);
        }
    }

    #[test]
    fn a_comparison_that_bounds_decide_disappears() {
        let mut b = Builder::new(1);
        let z = b.push(Op::Coordinate(0));
        let t = b.unary(Unary::Tanh, z);
        let wide = b.scale(1e6, t);
        let (bound, zero, out) = (b.constant(1e6), b.constant(0.0), b.constant(f64::NEG_INFINITY));
        let inside = b.push(Op::Select { left: wide, right: bound, holds: zero, fails: out });
        let program = simplify_terms(&b.finish(vec![inside]));
        assert!(program.body.is_empty() && program.results.is_empty());
    }

    proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

        /// Tolerance: simplification moves roundings about; a chain of at most 12 operations whose conditioning is
        /// bounded by comparing only moderate results loses a few thousand units at most. A wrong rule is off by
        /// much more: the coordinates are generic.
        #[test]
        fn a_simplified_program_gives_the_same_results(
            choices in prop::collection::vec(any::<(u8, u8, u8)>(), 1..12),
            y in prop::collection::vec(-2.0..2.0_f64, 1..9),
            z0 in 0.3..1.7_f64,
            z1 in -1.9..-0.4_f64,
        ) {
            let program = arbitrary_program(&choices, &y);
            let before = evaluate(&program, &[z0, z1])[0];
            let after = evaluate(&simplify(&program), &[z0, z1])[0];
            let scale = before.abs().max(1.0);
            if before.is_finite() && scale < 1e4 {
                // Where the rewritten program leaves the range of numbers, or an inverse is cancelled that the
                // original could not represent, both are legitimate only at the far ends.
                prop_assert!((before - after).abs() <= 1e-9 * scale || ill_conditioned(&program, z0, z1),
                    "{before} became {after}");
            }
        }

        #[test]
        fn dropping_constants_leaves_differences_of_the_log_density(
            y in prop::collection::vec(-2.0..2.0_f64, 1..9), a in -1.0..1.0_f64, b in -1.0..1.0_f64,
        ) {
            let program = normal_likelihood(&y);
            let terms = simplify_terms(&program);
            let difference = |p: &Program| evaluate_total(p, &[a, b]) - evaluate_total(p, &[0.1, 0.2]);
            prop_assert!((difference(&program) - difference(&terms)).abs() < 1e-11);
        }
    }
}
