//! What single statements of a model block contribute to the log density, while it is run with its parameters known:
//! a number for each outcome, and a number for each prior.
//!
//! A statement whose outcome is data says how likely they are, element by element; one whose outcome is made of
//! parameters is a prior. Where neither is certain the statement is refused, not guessed. Absent on purpose: constraints'
//! Jacobians, which belong to the coordinates, and what the numbers of an outcome add up to (`lang/pointwise`).

use super::contributions::Noted;
use super::density::is_of_vectors;
use super::elementwise::sum;
use super::value::{Inner, Shape, Value};
use super::{Interpreter, Stop};
use crate::ir::graph::Number;
use crate::lang::ast::ExpressionId;
use crate::lang::bind::BindError;
use crate::lang::source::Span;
use crate::lang::subject::Subject;
use crate::lang::typed::{Callee, Density, ExpressionKind, VariableId};

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

    /// Begins a turn of a loop; gives the turn of the loop around it.
    pub(super) fn note_turn(&mut self) -> Option<u32> {
        let contributions = self.contributions.as_mut()?;
        contributions.turns += 1;
        contributions.turn.replace(contributions.turns)
    }

    /// Ends a turn: statements belong to the loop around it again.
    pub(super) fn note_turn_over(&mut self, outer: Option<u32>) {
        if let Some(contributions) = &mut self.contributions {
            contributions.turn = outer;
        }
    }

    /// Notes what `outcome ~ ...` contributes: its density and, where it is truncated, a second term.
    pub(super) fn note_tilde(
        &mut self,
        outcome: ExpressionId,
        callee: Callee,
        terms: &[Number],
        span: Span,
    ) -> Result<(), Stop> {
        let Some(contributions) = &self.contributions else { return Ok(()) };
        match contributions.subjects.of(outcome) {
            None => Err(unclear("whether this statement is about data or about parameters", span)),
            Some(Subject::Parameter(variable)) => {
                self.note_prior(variable, terms);
                Ok(())
            }
            Some(Subject::Data(variable)) => self.note_density(variable, outcome, callee, terms, span),
        }
    }

    /// Notes what `target += value` contributes; `terms` is the value.
    pub(super) fn note_increment(&mut self, value: ExpressionId, terms: &Value, span: Span) -> Result<(), Stop> {
        let Some(contributions) = &self.contributions else { return Ok(()) };
        let subject = contributions.subjects.of(value);
        let total = sum(&mut self.graph, terms);
        let variable = match subject {
            None => return Err(unclear("whether this increment is about data or about parameters", span)),
            Some(Subject::Parameter(variable)) => {
                self.note_prior(variable, &[total]);
                return Ok(());
            }
            Some(Subject::Data(variable)) => variable,
        };
        if let ExpressionKind::Call { callee, arguments } = &self.model.expressions[value.index()].kind
            && let (Some(density), Some(&outcome)) = (self.density_of(*callee), arguments.first())
        {
            if density == Own::User
                && let Some(outcome) = self.evaluated(outcome)
            {
                self.note_user(&outcome, total);
            }
            return self.note_density(variable, outcome, *callee, &[total], span);
        }
        let mut outcomes = Vec::new();
        self.outcomes(value, &mut outcomes);
        let places = self.common_places(variable, &outcomes, span)?;
        self.note_nothing_yet();
        match terms.as_known() {
            // A vector of log likelihoods, an element for each outcome.
            Some(known) if outcomes.is_empty() && known.len() > 1 => {
                let each = known.iter().map(|&value| (None, value)).collect();
                self.note(variable, each, false, span);
            }
            _ => self.note(variable, vec![(places, total.known().unwrap_or(f64::NAN))], true, span),
        }
        Ok(())
    }

    /// What a statement adds to the target: of a sum its terms, where they are noted.
    pub(super) fn summands(&self, value: ExpressionId) -> ExpressionId {
        match &self.model.expressions[value.index()].kind {
            ExpressionKind::Call { callee: Callee::Builtin("sum"), arguments } if self.contributions.is_some() => {
                arguments.first().copied().unwrap_or(value)
            }
            _ => value,
        }
    }

    fn note_prior(&mut self, variable: VariableId, terms: &[Number]) {
        let Some(contributions) = &mut self.contributions else { return };
        contributions.parts.clear();
        let total: f64 = terms.iter().map(|term| term.known().unwrap_or(f64::NAN)).sum();
        match contributions.prior.iter_mut().find(|(other, _)| *other == variable) {
            Some((_, sum)) => *sum += total,
            None => contributions.prior.push((variable, total)),
        }
    }

    fn note(&mut self, variable: VariableId, all: Vec<(Option<Vec<u32>>, f64)>, loose: bool, span: Span) {
        let Some(contributions) = &mut self.contributions else { return };
        let turn = contributions.turn;
        let noted = all.into_iter().map(|(places, value)| Noted { value, places, loose, turn, span });
        match contributions.likelihood.iter_mut().find(|(other, _)| *other == variable) {
            Some((_, known)) => known.extend(noted),
            None => contributions.likelihood.push((variable, noted.collect())),
        }
    }

    /// Notes the density of an outcome in the data, element by element, vector by vector where it is a density of vectors.
    fn note_density(
        &mut self,
        variable: VariableId,
        outcome: ExpressionId,
        callee: Callee,
        terms: &[Number],
        span: Span,
    ) -> Result<(), Stop> {
        let Some(contributions) = &mut self.contributions else { return Ok(()) };
        let parts = std::mem::take(&mut contributions.parts);
        let total: f64 = terms.iter().map(|term| term.known().unwrap_or(f64::NAN)).sum();
        let places = self.places(outcome, variable);
        let Some(value) = self.evaluated(outcome) else { return Ok(()) };
        let elements = parts.len() / terms.len().max(1);
        let sums: Vec<f64> = (0..elements).map(|element| parts.iter().skip(element).step_by(elements).sum()).collect();
        let length = value.len();
        if elements > 0 && parts.len() == elements * terms.len() && length.is_multiple_of(elements) && length > 1 {
            let positions = places.as_ref().and_then(Value::as_known).map(positions);
            let each = length / elements;
            let place = |at: usize| positions.as_ref().map(|all| all[at * each..(at + 1) * each].to_vec());
            let all = sums.into_iter().enumerate().map(|(at, sum)| (place(at), sum)).collect();
            self.note(variable, all, false, span);
            return Ok(());
        }
        let one_vector = match callee {
            Callee::Family { family, .. } => is_of_vectors(family),
            Callee::User(_) | Callee::Reduce(_) | Callee::Builtin(_) => {
                value.shape.arrays.is_empty() && value.shape.inner != Inner::Scalar
            }
        };
        if length > 1 && !one_vector {
            return Err(unclear("what each of the outcomes of this density contributes", span));
        }
        let is_literal = self.literal(outcome);
        let place = places.filter(|_| !is_literal).and_then(|places| places.as_known().map(positions));
        self.note(variable, vec![(place, total)], is_literal, span);
        Ok(())
    }

    fn evaluated(&mut self, id: ExpressionId) -> Option<Value> {
        self.note_nothing_of(|run| run.expression(id).ok())
    }

    fn literal(&self, id: ExpressionId) -> bool {
        let mut literal = true;
        self.model.visit(id, |kind| {
            literal &= !matches!(kind, ExpressionKind::Variable(_));
            kind.parts()
        });
        literal
    }

    /// The elements of a variable that all of some outcomes are: one, or one vector.
    fn common_places(
        &mut self,
        variable: VariableId,
        outcomes: &[(ExpressionId, bool)],
        span: Span,
    ) -> Result<Option<Vec<u32>>, Stop> {
        let mut common: Option<Vec<u32>> = None;
        for &(outcome, of_vectors) in outcomes {
            let Some(places) = self.places(outcome, variable) else { continue };
            let one = places.len() == 1 || of_vectors && places.shape.arrays.is_empty();
            let places = places.as_known().map(positions).unwrap_or_default();
            if !one || common.as_ref().is_some_and(|common| *common != places) {
                return Err(unclear("what each of the outcomes in this increment contributes", span));
            }
            common = Some(places);
        }
        Ok(common)
    }

    /// The positions in a variable of the elements that a value is made of, in the shape of the value; `None` where the
    /// text does not tell.
    fn places(&mut self, id: ExpressionId, variable: VariableId) -> Option<Value> {
        /// Functions that give elements of their first argument in another shape or order.
        const REARRANGE: [&str; 13] = [
            "to_vector",
            "to_row_vector",
            "to_array_1d",
            "to_matrix",
            "segment",
            "head",
            "tail",
            "row",
            "col",
            "block",
            "sub_row",
            "sub_col",
            "reverse",
        ];
        let model = self.model;
        let expression = &model.expressions[id.index()];
        match &expression.kind {
            ExpressionKind::Variable(own) if *own == variable => {
                let shape: Shape = self.get(variable)?.shape.clone();
                let all = (0..shape.len()).map(|position| position as f64).collect();
                Some(Value::known(shape, all))
            }
            ExpressionKind::Index { base, indexes } => {
                let base = self.places(*base, variable)?;
                self.index(&base, indexes, expression.span).ok()
            }
            ExpressionKind::Call { callee: Callee::Builtin(name), arguments } if REARRANGE.contains(name) => {
                let (first, others) = arguments.split_first()?;
                let mut values = vec![self.places(*first, variable)?];
                for &other in others {
                    values.push(self.evaluated(other)?);
                }
                self.library(name, &values, expression.span).ok()
            }
            // What is computed element by element stays where it is.
            kind => {
                let length = self.evaluated(id)?.len();
                let found = kind.parts().into_iter().find_map(|part| self.places(part, variable))?;
                (found.len() == length).then_some(found)
            }
        }
    }

    /// Whether a function is a density, and whose.
    fn density_of(&self, callee: Callee) -> Option<Own> {
        match callee {
            Callee::Family { density: Density::Lpdf | Density::Lupdf | Density::Lcdf | Density::Lccdf, .. } => {
                Some(Own::Family)
            }
            Callee::User(function) | Callee::Reduce(function) => {
                let name = &self.model.functions[function.0].name;
                let is_density = DENSITIES.iter().any(|end| name.ends_with(end));
                is_density.then_some(Own::User)
            }
            Callee::Family { .. } | Callee::Builtin(_) => None,
        }
    }

    /// The outcomes of all densities within an expression, and whether the density is one of vectors.
    fn outcomes(&self, id: ExpressionId, found: &mut Vec<(ExpressionId, bool)>) {
        self.model.visit(id, |kind| {
            if let ExpressionKind::Call { callee, arguments } = kind
                && let (Some(own), Some(&outcome)) = (self.density_of(*callee), arguments.first())
            {
                let of_vectors = match callee {
                    Callee::Family { family, .. } => is_of_vectors(family),
                    _ => own == Own::User,
                };
                found.push((outcome, of_vectors));
                return Vec::new();
            }
            kind.parts()
        });
    }
}

/// The endings of the names of densities.
const DENSITIES: [&str; 6] = ["_lpdf", "_lpmf", "_lupdf", "_lupmf", "_lcdf", "_lccdf"];

/// Whose density.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Own {
    Family,
    User,
}

fn positions(known: &[f64]) -> Vec<u32> {
    known.iter().map(|&position| position as u32).collect()
}

fn unclear(what: &str, span: Span) -> Stop {
    BindError::Contributions { what: what.to_owned(), span }.into()
}
