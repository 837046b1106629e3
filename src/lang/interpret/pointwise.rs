//! What single statements of a model block contribute to the log density, while it is run with its parameters known:
//! a number for each observation, and a number for each prior.
//!
//! A statement whose outcome is data says how likely they are, element by element; one whose outcome is made of
//! parameters is a prior. Where neither is certain the statement is refused, not guessed. Absent on purpose: constraints'
//! Jacobians, which belong to the coordinates.

use super::elementwise::sum;
use super::value::Value;
use super::{Interpreter, Stop};
use crate::ir::graph::Number;
use crate::lang::ast::ExpressionId;
use crate::lang::bind::BindError;
use crate::lang::source::Span;
use crate::lang::typed::{Callee, Density, ExpressionKind, Origin, Statement, VariableId};

/// What a statement is about.
#[derive(Clone, Copy)]
enum About {
    Data(VariableId),
    Parameter(VariableId),
}

impl Interpreter<'_> {
    /// The sum of the elements of a density of an outcome, which are marked as such, and noted where contributions are
    /// wanted.
    pub(super) fn total(&mut self, outcome: &Value, terms: &Value) -> Number {
        self.observe(outcome, terms);
        self.noted_sum(terms)
    }

    /// The sum of the elements of a term, which are noted where contributions are wanted.
    pub(super) fn noted_sum(&mut self, terms: &Value) -> Number {
        if let (Some(contributions), Some(known)) = (&mut self.contributions, terms.as_known()) {
            contributions.parts.extend_from_slice(known);
        }
        sum(&mut self.graph, terms)
    }

    /// Forgets densities that were taken for other reasons, before a statement that counts.
    pub(super) fn note_nothing_yet(&mut self) {
        if let Some(contributions) = &mut self.contributions {
            contributions.parts.clear();
        }
    }

    /// Keeps the densities inside of a user's density where they are those of its outcome, element by element, and all
    /// that it gives; forgets them otherwise.
    pub(super) fn note_user(&mut self, outcome: &Value, term: Number) {
        /// Of sums that differ by their order alone.
        const ROUNDING: f64 = 1e-12;
        let Some(contributions) = &mut self.contributions else { return };
        let parts = &contributions.parts;
        let (sum, magnitude) = (parts.iter().sum::<f64>(), parts.iter().map(|part| part.abs()).sum::<f64>());
        let all = term.known().is_some_and(|term| (sum - term).abs() <= ROUNDING * magnitude);
        if !all || parts.len() != outcome.len() {
            contributions.parts.clear();
        }
    }

    /// What is computed, and nothing noted of it.
    pub(super) fn note_nothing_of<T>(&mut self, compute: impl FnOnce(&mut Self) -> T) -> T {
        let noted = self.contributions.as_ref().map_or(0, |contributions| contributions.parts.len());
        let value = compute(self);
        if let Some(contributions) = &mut self.contributions {
            contributions.parts.truncate(noted);
        }
        value
    }

    /// Notes what `outcome ~ ...` contributes: its density and, where it is truncated, a second term.
    pub(super) fn note_tilde(&mut self, outcome: ExpressionId, terms: &[Number], span: Span) -> Result<(), Stop> {
        if self.contributions.is_none() {
            return Ok(());
        }
        let about =
            self.about(outcome).ok_or_else(|| unclear("what a statement about a local variable contributes", span))?;
        self.note(about, terms, true);
        Ok(())
    }

    /// Notes what `target += ...` contributes.
    pub(super) fn note_increment(&mut self, value: ExpressionId, term: Number, span: Span) -> Result<(), Stop> {
        if self.contributions.is_none() {
            return Ok(());
        }
        let mut outcomes = Vec::new();
        self.outcomes(value, &mut outcomes);
        let found: Vec<Option<About>> = outcomes.iter().map(|&outcome| self.about(outcome)).collect();
        let of_data = found.iter().flatten().find_map(|about| match about {
            About::Data(variable) => Some(About::Data(*variable)),
            About::Parameter(_) => None,
        });
        let about = match of_data {
            Some(about) => Some(about),
            None if !found.is_empty() => found.into_iter().next().flatten(),
            // A term without a density, of parameters alone, is part of the prior.
            None => self.about(value).filter(|about| matches!(about, About::Parameter(_))),
        };
        let about = about.ok_or_else(|| unclear("what this increment is about", span))?;
        let direct = matches!(
            self.model.expressions[value.index()].kind,
            ExpressionKind::Call { callee: Callee::Family { .. }, .. }
        );
        self.note(about, &[term], direct);
        Ok(())
    }

    /// The names of data that densities are about in some statements, in the order of the text.
    pub fn observed(&self, statements: &[Statement]) -> Vec<String> {
        let mut names = Vec::new();
        for statement in statements {
            let mut outcomes = Vec::new();
            match statement {
                Statement::Tilde { outcome, .. } => outcomes.push(*outcome),
                Statement::TargetIncrement { value, .. } => self.outcomes(*value, &mut outcomes),
                Statement::For { body, .. } | Statement::While { body, .. } | Statement::Block(body) => {
                    names.extend(self.observed(body));
                }
                Statement::If { then, otherwise, .. } => {
                    names.extend(self.observed(then));
                    names.extend(self.observed(otherwise));
                }
                Statement::Declare { .. }
                | Statement::Assign { .. }
                | Statement::Break { .. }
                | Statement::Continue { .. }
                | Statement::Return { .. }
                | Statement::Print { .. }
                | Statement::Reject { .. }
                | Statement::Call { .. } => {}
            }
            let mut variables = Vec::new();
            outcomes.into_iter().for_each(|outcome| self.variables_of(outcome, &mut variables));
            let all = variables.into_iter().map(|variable| self.variable(variable));
            names.extend(all.filter(|variable| variable.origin == Origin::Data).map(|variable| variable.name.clone()));
        }
        let mut seen = std::collections::HashSet::new();
        names.retain(|name| seen.insert(name.clone()));
        names
    }

    fn note(&mut self, about: About, terms: &[Number], elementwise: bool) {
        let Some(contributions) = &mut self.contributions else { return };
        let total: f64 = terms.iter().map(|term| term.known().unwrap_or(f64::NAN)).sum();
        let parts = std::mem::take(&mut contributions.parts);
        let elements = parts.len() / terms.len().max(1);
        let parts: Vec<f64> = if elementwise && elements > 0 && parts.len() == elements * terms.len() {
            (0..elements).map(|element| parts.iter().skip(element).step_by(elements).sum()).collect()
        } else {
            vec![total]
        };
        match about {
            About::Data(variable) => match contributions.likelihood.iter_mut().find(|(other, _)| *other == variable) {
                Some((_, all)) => all.extend(parts),
                None => contributions.likelihood.push((variable, parts)),
            },
            About::Parameter(variable) => match contributions.prior.iter_mut().find(|(other, _)| *other == variable) {
                Some((_, sum)) => *sum += total,
                None => contributions.prior.push((variable, total)),
            },
        }
    }

    /// What an outcome is about: data if any are in it, or else parameters; nothing where a local variable hides it.
    fn about(&self, outcome: ExpressionId) -> Option<About> {
        let mut variables = Vec::new();
        self.variables_of(outcome, &mut variables);
        let origin = |variable: &VariableId| self.model.variables[variable.0].origin;
        let is_data = |variable: &&VariableId| matches!(origin(variable), Origin::Data | Origin::TransformedData);
        if let Some(data) = variables.iter().find(is_data) {
            return Some(About::Data(*data));
        }
        let of_parameters =
            |variable: &VariableId| matches!(origin(variable), Origin::Parameter | Origin::TransformedParameter);
        variables.first().filter(|_| variables.iter().all(of_parameters)).map(|first| About::Parameter(*first))
    }

    /// The variables whose values make up a value; those of indices only choose.
    fn variables_of(&self, id: ExpressionId, found: &mut Vec<VariableId>) {
        self.model.visit(id, |kind| match kind {
            ExpressionKind::Variable(variable) => {
                found.push(*variable);
                Vec::new()
            }
            ExpressionKind::Conditional { then, otherwise, .. } => vec![*then, *otherwise],
            ExpressionKind::Index { base, .. } => vec![*base],
            other => other.parts(),
        });
    }

    /// The outcomes of all densities within an expression.
    fn outcomes(&self, id: ExpressionId, found: &mut Vec<ExpressionId>) {
        self.model.visit(id, |kind| match kind {
            ExpressionKind::Index { .. } => Vec::new(),
            ExpressionKind::Conditional { then, otherwise, .. } => vec![*then, *otherwise],
            ExpressionKind::Call { callee, arguments } if self.is_density(*callee) => {
                found.extend(arguments.first());
                Vec::new()
            }
            other => other.parts(),
        });
    }

    fn is_density(&self, callee: Callee) -> bool {
        match callee {
            Callee::Family { density, .. } => {
                matches!(density, Density::Lpdf | Density::Lupdf | Density::Lcdf | Density::Lccdf)
            }
            Callee::User(function) | Callee::Reduce(function) => is_density(&self.model.functions[function.0].name),
            Callee::Builtin(_) => false,
        }
    }
}

fn is_density(name: &str) -> bool {
    ["_lpdf", "_lpmf", "_lupdf", "_lupmf", "_lcdf", "_lccdf"].iter().any(|end| name.ends_with(end))
}

fn unclear(what: &str, span: Span) -> BindError {
    BindError::NotYet { what: format!("{what}: telling data from priors for log_likelihood and log_prior there"), span }
}
