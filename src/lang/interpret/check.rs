//! What functions require of their arguments, and declarations of transformed parameters of theirs.
//!
//! In: a value and a requirement. What data decide is decided here, once, and a fault ends the run (or the branch of a
//! condition on parameters). What parameters can break becomes part of the target: a term that is 0 where the requirement
//! holds and minus infinity where it does not, so that loops, conditions and derivatives treat it as they treat any other
//! term. Which requirement broke, and at which value, the model tells when it is run again with its parameters known.
//!
//! Nothing is asked of what is valid already: a parameter of its declaration, the result of a function of what it always
//! gives, a number that cannot leave its range ([`Graph::range`](crate::ir::Graph::range)), and whatever was asked before. Tolerances are Stan's,
//! and in single precision those of [`Op::Roundoff`](crate::ir::Op::Roundoff) beside them. Absent: which function requires
//! what.

mod penalty;
#[cfg(test)]
mod tests;
mod valid;

use std::collections::HashSet;

pub(super) use self::penalty::Extent;
use self::penalty::{
    REJECTED, ZERO, at_most, below, cholesky_factor, increasing, lower_triangular, near, positive_definite,
    sum_of_squares, sums_to_zero, symmetric,
};
pub(super) use self::valid::Valid;
use super::density::arguments::{Argument, Need, arguments, function_name};
use super::elementwise::elementwise;
use super::value::{Elements, Inner, Value};
use super::{Interpreter, Source, Stop};
use crate::ir::graph::{Number, Range};
use crate::lang::bind::BindError;
use crate::lang::source::Span;
use crate::lang::typed::{Constraint, Density, Variable};
use crate::model::check::Requirement;
use crate::model::linear::Matrix;

/// The function that requires something, and where it is called.
#[derive(Clone, Copy, Debug)]
pub(super) struct Caller<'a> {
    pub function: &'a str,
    pub span: Span,
}

impl Caller<'_> {
    fn fault(self, fault: String) -> Stop {
        BindError::Requirement { function: self.function.to_owned(), fault, span: self.span }.into()
    }
}

impl Interpreter<'_> {
    /// Asks what a function of a distribution requires of its arguments. Random number generators have no outcome among
    /// them, and take known values alone.
    pub(super) fn require_arguments(
        &mut self,
        family: &str,
        density: Density,
        values: &[Value],
        extent: Extent,
        span: Span,
    ) -> Result<(), Stop> {
        let function = function_name(family, density);
        let caller = Caller { function: &function, span };
        // The generators of matrices by size take the size first.
        let first = usize::from(density == Density::Rng && !family.starts_with("lkj"));
        for Argument { at, name, need } in arguments(family, density) {
            let value = &values[at - first];
            match need {
                Need::Is(requirement) => self.require(caller, name, value, requirement, extent)?,
                Need::AtLeast(other) => {
                    let other = values[other - first].clone();
                    self.require_order(caller, (name, value), &other, false, Requirement::AtLeast, extent)?;
                }
                Need::Above(other) => {
                    let other = values[other - first].clone();
                    self.require_order(caller, (name, value), &other, true, Requirement::Above, extent)?;
                }
                Need::UpTo(other) => {
                    let other = values[other - first].clone();
                    let within = |high| Requirement::Within(0.0, high);
                    self.require_known_order(caller, (name, value), &other, within)?;
                }
                Need::Category(other, more) => {
                    let categories = values[other - first].shape.inner.len() + more;
                    self.require(caller, name, value, Requirement::Within(1.0, categories as f64), extent)?;
                }
                Need::DegreesOf(other) => {
                    let Inner::Matrix(rows, _) = values[other - first].shape.inner else { continue };
                    self.require(caller, name, value, Requirement::Above(rows as f64 - 1.0), extent)?;
                }
            }
        }
        Ok(())
    }

    /// Asks a requirement of a value.
    pub(super) fn require(
        &mut self,
        caller: Caller<'_>,
        name: &str,
        value: &Value,
        requirement: Requirement,
        extent: Extent,
    ) -> Result<(), Stop> {
        if requirement.is_of_containers() {
            return self.require_of_containers(caller, name, value, requirement, extent);
        }
        if let Some(values) = self.data_of(value) {
            let sizes = value.shape.sizes();
            return requirement.check(name, &values, &sizes).map_err(|fault| caller.fault(fault));
        }
        let penalty = match &value.elements {
            Elements::Rows(number) => {
                let number = *number;
                let penalty = self.penalty_of_number(caller, name, number, requirement, extent)?;
                self.graph.sum(penalty, value.len())
            }
            Elements::Each(numbers) => {
                let numbers = std::sync::Arc::clone(numbers);
                let mut penalties = Vec::new();
                for &number in numbers.iter() {
                    penalties.push(self.penalty_of_number(caller, name, number, requirement, extent)?);
                }
                self.graph.total(&penalties)
            }
            Elements::Known(_) | Elements::Pending => return Ok(()),
        };
        self.add_check(penalty);
        Ok(())
    }

    /// 0 where a number is what it must be, minus infinity where it is not.
    fn penalty_of_number(
        &mut self,
        caller: Caller<'_>,
        name: &str,
        number: Number,
        requirement: Requirement,
        extent: Extent,
    ) -> Result<Number, Stop> {
        if let Some(values) = self.rows_of(number) {
            // Rows of a loop are no elements of the argument.
            let fault = values.iter().find_map(|&x| requirement.check(name, &[x], &[]).err());
            return fault.map_or(Ok(ZERO), |fault| Err(caller.fault(fault)));
        }
        if extent == Extent::Term || self.valid.holds(requirement, &with_bounds(requirement, number)) {
            return Ok(ZERO);
        }
        let g = &mut self.graph;
        let penalty = match requirement {
            // A value computed from parameters is infinite only where it overflows.
            Requirement::NotNan | Requirement::Finite => return Ok(ZERO),
            Requirement::Positive | Requirement::PositiveFinite => below(g, ZERO, number),
            Requirement::Nonnegative => at_most(g, ZERO, number),
            Requirement::AtLeast(low) => at_most(g, Number::Known(low), number),
            Requirement::AtMost(high) => at_most(g, number, Number::Known(high)),
            Requirement::Above(low) => below(g, Number::Known(low), number),
            Requirement::Below(high) => below(g, number, Number::Known(high)),
            Requirement::Within(low, high) => {
                let (from, to) = (at_most(g, Number::Known(low), number), at_most(g, number, Number::Known(high)));
                g.add(from, to)
            }
            _ => unreachable!("asked of containers"),
        };
        self.valid.insert(requirement, &with_bounds(requirement, number));
        Ok(penalty)
    }

    /// Asks that elements are at least those of another value, or above.
    fn require_order(
        &mut self,
        caller: Caller<'_>,
        (name, value): (&str, &Value),
        other: &Value,
        strictly: bool,
        requirement: impl Fn(f64) -> Requirement,
        extent: Extent,
    ) -> Result<(), Stop> {
        if self.data_of(value).is_some() && self.data_of(other).is_some() {
            return self.require_known_order(caller, (name, value), other, requirement);
        }
        if extent == Extent::Term {
            return Ok(());
        }
        // Lengths that do not agree are told by the density.
        if !value.shape.is_scalar() && !other.shape.is_scalar() && value.len() != other.len() {
            return Ok(());
        }
        let penalties = elementwise(&mut self.graph, &[value, other], |g, x| {
            if strictly { below(g, x[1], x[0]) } else { at_most(g, x[1], x[0]) }
        });
        let penalty = super::elementwise::sum(&mut self.graph, &penalties);
        self.add_check(penalty);
        Ok(())
    }

    /// Asks a requirement that depends on another value, of values that data give.
    fn require_known_order(
        &mut self,
        caller: Caller<'_>,
        (name, value): (&str, &Value),
        other: &Value,
        requirement: impl Fn(f64) -> Requirement,
    ) -> Result<(), Stop> {
        let (Some(values), Some(others)) = (self.data_of(value), self.data_of(other)) else { return Ok(()) };
        let at = |list: &[f64], index: usize| if list.len() == 1 { Some(list[0]) } else { list.get(index).copied() };
        for index in 0..values.len().max(others.len()) {
            // Lengths that do not agree are told by the density.
            let (Some(x), Some(other)) = (at(&values, index), at(&others, index)) else { return Ok(()) };
            let label = if value.shape.is_scalar() { String::new() } else { format!("[{}]", index + 1) };
            let checked = requirement(other).check(&format!("{name}{label}"), &[x], &[]);
            checked.map_err(|fault| caller.fault(fault))?;
        }
        Ok(())
    }

    /// The numbers of a value, or of the rows of a scalar, where data alone give them.
    fn data_of(&self, value: &Value) -> Option<Vec<f64>> {
        if let Some(values) = value.as_known() {
            return Some(values.to_vec());
        }
        match &value.elements {
            Elements::Each(numbers) if value.shape.is_scalar() => self.rows_of(numbers[0]),
            _ => None,
        }
    }

    /// A number, or its value in each row of a loop, where data alone give it.
    fn rows_of(&self, number: Number) -> Option<Vec<f64>> {
        match number {
            Number::Known(x) => Some(vec![x]),
            Number::Node(_) => self.graph.as_column(number).map(|column| column.to_vec()),
        }
    }

    /// Asks a requirement of the vectors or matrices of a value.
    fn require_of_containers(
        &mut self,
        caller: Caller<'_>,
        name: &str,
        value: &Value,
        requirement: Requirement,
        extent: Extent,
    ) -> Result<(), Stop> {
        if let Inner::Matrix(rows, columns) = value.shape.inner
            && rows != columns
            && (requirement != Requirement::CholeskyFactor || rows < columns)
        {
            // Sizes that do not fit are told by the function.
            return Ok(());
        }
        let sizes = value.shape.inner.sizes();
        let each = value.shape.inner.len();
        let label = |part: usize| {
            if value.shape.arrays.is_empty() { name.to_owned() } else { format!("{name}[{}]", part + 1) }
        };
        if let Some(values) = value.as_known() {
            let parts = values.chunks(each.max(1)).enumerate();
            for (part, values) in parts {
                requirement.check(&label(part), values, &sizes).map_err(|fault| caller.fault(fault))?;
            }
            return Ok(());
        }
        let numbers = value.numbers(&mut self.graph);
        for (part, numbers) in numbers.chunks(each.max(1)).enumerate() {
            let penalty = self.penalty_of_container(numbers, value.shape.inner, requirement, extent);
            if penalty == REJECTED {
                return Err(caller.fault(format!("{} {}", label(part), requirement.breach())));
            }
            self.add_check(penalty);
        }
        Ok(())
    }

    /// 0 where a vector or matrix is what it must be, a number that is negative and infinite where it is not.
    fn penalty_of_container(
        &mut self,
        numbers: &[Number],
        inner: Inner,
        requirement: Requirement,
        extent: Extent,
    ) -> Number {
        if self.is_valid(requirement, numbers) {
            return ZERO;
        }
        let known: Option<Vec<f64>> = numbers.iter().map(|number| number.known()).collect();
        if let Some(known) = known {
            return if requirement.check("", &known, &inner.sizes()).is_ok() { ZERO } else { REJECTED };
        }
        let (rows, columns) = match inner {
            Inner::Matrix(rows, columns) => (rows, columns),
            Inner::Vector(n) | Inner::RowVector(n) => (n, 1),
            Inner::Scalar => (1, 1),
        };
        let matrix = Matrix::new(rows, columns, numbers.to_vec());
        let factorises = matches!(requirement, Requirement::PositiveDefinite | Requirement::CorrMatrix);
        let g = &mut self.graph;
        let penalty = match requirement {
            Requirement::Simplex => {
                let sum = g.total(numbers);
                let off = near(g, sum, 1.0, rows);
                let signs: Vec<Number> = numbers.iter().map(|&x| at_most(g, ZERO, x)).collect();
                let signs = g.total(&signs);
                g.add(off, signs)
            }
            Requirement::Ordered => increasing(g, numbers),
            Requirement::PositiveOrdered => {
                let first = numbers.first().map_or(ZERO, |&first| at_most(g, ZERO, first));
                let rest = increasing(g, numbers);
                g.add(first, rest)
            }
            Requirement::UnitVector => {
                let squared = sum_of_squares(g, numbers);
                near(g, squared, 1.0, rows)
            }
            Requirement::SumToZero => sums_to_zero(g, numbers),
            Requirement::Symmetric => symmetric(g, &matrix),
            Requirement::PositiveDefinite => positive_definite(g, &matrix, extent),
            Requirement::CorrMatrix => {
                let diagonal: Vec<Number> = matrix.diagonal().into_iter().map(|x| near(g, x, 1.0, rows)).collect();
                let diagonal = g.total(&diagonal);
                let definite = positive_definite(g, &matrix, extent);
                g.add(diagonal, definite)
            }
            Requirement::LowerTriangular => lower_triangular(g, &matrix),
            Requirement::CholeskyFactor => cholesky_factor(g, &matrix),
            Requirement::CholeskyFactorCorr => {
                let factor = cholesky_factor(g, &matrix);
                let lengths: Vec<Number> = (0..rows)
                    .map(|i| {
                        let squared = sum_of_squares(g, &matrix.row(i));
                        near(g, squared, 1.0, columns)
                    })
                    .collect();
                let lengths = g.total(&lengths);
                g.add(factor, lengths)
            }
            _ => unreachable!("asked of elements"),
        };
        self.factorises |= factorises && extent == Extent::Full;
        self.valid.insert(requirement, numbers);
        penalty
    }

    /// Whether numbers are known to fulfil a requirement: the very numbers of something that does, row by row.
    fn is_valid(&mut self, requirement: Requirement, numbers: &[Number]) -> bool {
        if self.valid.holds(requirement, numbers) {
            return true;
        }
        let rows: Option<Vec<Vec<Number>>> = numbers.iter().map(|&number| self.graph.row_numbers(number)).collect();
        let Some(rows) = rows else { return false };
        let count = rows.first().map_or(0, Vec::len);
        let mut seen = HashSet::new();
        (0..count).all(|row| {
            let numbers: Vec<Number> = rows.iter().map(|list| list[row]).collect();
            let claim = Valid::claim(requirement, &numbers);
            self.valid.claims.contains(&claim) || seen.contains(&claim) || {
                let known: Option<Vec<f64>> = numbers.iter().map(|number| number.known()).collect();
                seen.insert(claim);
                known.is_some_and(|known| requirement.check("", &known, &[known.len()]).is_ok())
            }
        })
    }

    /// Takes vectors or matrices of a value as valid: nobody asks again.
    pub(super) fn take_as_valid(&mut self, value: &Value, requirement: Requirement) {
        if value.as_known().is_some() || value.len() == 0 {
            return;
        }
        let numbers = value.numbers(&mut self.graph);
        for part in numbers.chunks(value.shape.inner.len().max(1)) {
            self.valid.insert(requirement, part);
        }
    }

    /// What the declaration of a parameter promises of its value, which its transform keeps.
    pub fn take_declared(&mut self, variable: &Variable, value: &Value) {
        if let Some(requirement) = requirement_of(variable.constraint) {
            self.take_as_valid(value, requirement);
        }
        let Inner::Matrix(rows, _) = value.shape.inner else {
            if variable.constraint == Constraint::Simplex
                && let Elements::Each(numbers) = &value.elements
            {
                numbers.iter().for_each(|&x| self.graph.declare(x, Range::closed(0.0, 1.0).without_zero()));
            }
            return;
        };
        if requirement_of(variable.constraint).is_some() {
            let above_zero = Range::closed(0.0, f64::INFINITY).without_zero();
            for part in value.numbers(&mut self.graph).chunks(value.shape.inner.len().max(1)) {
                part.iter().step_by(rows + 1).for_each(|&diagonal| self.graph.declare(diagonal, above_zero));
            }
        }
    }

    /// Asks of a transformed parameter what its declaration says: a state that breaks it has density zero.
    pub fn require_declared(&mut self, variable: &Variable, value: &Value) -> Result<(), Stop> {
        if value.as_known().is_some() {
            return self.check_constraint(variable, value);
        }
        let caller = Caller { function: "transformed parameters", span: variable.span };
        if let Some(requirement) = requirement_of(variable.constraint) {
            self.require(caller, &variable.name, value, requirement, Extent::Full)?;
        }
        let Constraint::Bounds { lower, upper } = variable.constraint else { return Ok(()) };
        for (bound, is_lower) in [(lower, true), (upper, false)] {
            let Some(bound) = bound else { continue };
            let bound = self.expression(bound)?;
            if !bound.shape.is_scalar() {
                self.require_shape(&value.shape, &bound.shape, variable.span)?;
            }
            let penalties = elementwise(&mut self.graph, &[value, &bound], |g, x| {
                if is_lower { at_most(g, x[1], x[0]) } else { at_most(g, x[0], x[1]) }
            });
            let penalty = super::elementwise::sum(&mut self.graph, &penalties);
            if penalty == REJECTED {
                return Err(caller.fault(format!("{} never keeps its bounds", variable.name)));
            }
            self.add_check(penalty);
        }
        Ok(())
    }

    fn add_check(&mut self, penalty: Number) {
        if penalty != ZERO {
            self.add(penalty, Source::Check);
        }
    }

    /// Runs something of which only one side of a condition needs the result. What it adds to the target counts on that
    /// side alone; `None` if it can only reject.
    pub(super) fn on_side<T>(
        &mut self,
        condition: Number,
        holds: bool,
        run: impl FnOnce(&mut Self) -> Result<T, Stop>,
    ) -> Result<Option<T>, Stop> {
        let (from, valid, turn) = (self.terms.len(), self.valid.len(), self.turn);
        let result = match run(self) {
            Err(Stop::Error(error)) if error.rejects() => {
                self.turn = turn;
                self.add(REJECTED, Source::Rejection);
                None
            }
            other => Some(other?),
        };
        self.valid.truncate(valid);
        for index in from..self.terms.len() {
            let number = self.terms[index].number;
            let (yes, no) = if holds { (number, ZERO) } else { (ZERO, number) };
            self.terms[index].number = self.choose(condition, yes, no);
        }
        Ok(result)
    }
}

/// The requirement of a declaration that ties elements together.
fn requirement_of(constraint: Constraint) -> Option<Requirement> {
    Some(match constraint {
        Constraint::None | Constraint::Bounds { .. } | Constraint::Affine { .. } => return None,
        Constraint::Ordered => Requirement::Ordered,
        Constraint::PositiveOrdered => Requirement::PositiveOrdered,
        Constraint::Simplex => Requirement::Simplex,
        Constraint::SumToZero => Requirement::SumToZero,
        Constraint::UnitVector => Requirement::UnitVector,
        Constraint::CholeskyFactorCorr => Requirement::CholeskyFactorCorr,
        Constraint::CholeskyFactorCov => Requirement::CholeskyFactor,
        Constraint::CorrMatrix => Requirement::CorrMatrix,
        Constraint::CovMatrix => Requirement::PositiveDefinite,
    })
}

/// A number together with the bounds that a requirement has.
fn with_bounds(requirement: Requirement, number: Number) -> Vec<Number> {
    match requirement {
        Requirement::AtLeast(x) | Requirement::AtMost(x) | Requirement::Above(x) | Requirement::Below(x) => {
            vec![number, Number::Known(x)]
        }
        Requirement::Within(low, high) => vec![number, Number::Known(low), Number::Known(high)],
        _ => vec![number],
    }
}
