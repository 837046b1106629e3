//! What each statement that adds to the target is about: an outcome in the data, or a parameter.
//!
//! A checked model flows in; for each statement of the model block, known by the expression of its value or outcome, a
//! variable flows out, or that the text does not tell. Absent: which elements, which are known when the statement runs.

use std::collections::HashMap;

use super::ast::ExpressionId;
use super::reading::{Added, Reading, Variables};
use super::typed::{ExpressionKind, Origin, TypedModel, VariableId};

/// What a statement is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    /// Data, as they are or transformed.
    Data(VariableId),
    /// A parameter, as it is or transformed.
    Parameter(VariableId),
}

/// The subjects of a model's statements.
#[derive(Clone, Debug)]
pub(super) struct Subjects {
    of: HashMap<ExpressionId, Subject>,
    /// Variables of the data block that statements are about, in the order of the statements.
    pub observed: Vec<VariableId>,
}

impl Subjects {
    pub fn new(model: &TypedModel) -> Self {
        let reading = Reading::new(model);
        let outcomes = reading.outcomes_of_densities();
        let find = Find { reading: &reading, outcomes: &outcomes };
        let mut subjects = Self { of: HashMap::new(), observed: Vec::new() };
        for &added in reading.added() {
            let Some(subject) = find.of(added) else { continue };
            subjects.of.insert(added.expression(), subject);
            let Subject::Data(variable) = subject else { continue };
            let mut observed = vec![variable];
            find.outcomes_of(added).into_iter().for_each(|outcome| find.named(outcome, &mut observed));
            for variable in observed {
                if model.variables[variable.0].origin == Origin::Data && !subjects.observed.contains(&variable) {
                    subjects.observed.push(variable);
                }
            }
        }
        subjects
    }

    /// What a statement is about, by its value or outcome; `None` where the text does not tell.
    pub fn of(&self, added: ExpressionId) -> Option<Subject> {
        self.of.get(&added).copied()
    }
}

struct Find<'a> {
    reading: &'a Reading<'a>,
    /// The data that densities are of.
    outcomes: &'a Variables,
}

impl Find<'_> {
    fn of(&self, added: Added) -> Option<Subject> {
        match added {
            Added::Density { outcome } if self.reading.is_literal(outcome) => {
                self.chosen(&self.reading.conditions_of(outcome)).map(Subject::Data)
            }
            Added::Density { outcome } => self.outcome(outcome),
            Added::Increment { value } => {
                let outcomes = self.outcomes_of(added);
                let found: Vec<Option<Subject>> = outcomes.iter().map(|&outcome| self.outcome(outcome)).collect();
                let of_data = found.iter().flatten().find(|subject| matches!(subject, Subject::Data(_)));
                if of_data.is_some() || !found.is_empty() {
                    return of_data.copied().or(found[0]);
                }
                let mut data = self.reading.of(value);
                data.extend(self.reading.conditions_of(value));
                data.retain(|&variable| !self.reading.is_size(variable));
                match (data.is_empty(), self.reading.deciding_of(value).is_empty()) {
                    (false, _) => self.chosen(&data).map(Subject::Data),
                    (true, true) => self.parameter(value),
                    // Data say how often it is added, and not of which outcome.
                    (true, false) => None,
                }
            }
        }
    }

    /// The outcomes of the densities that a statement adds.
    fn outcomes_of(&self, added: Added) -> Vec<ExpressionId> {
        match added {
            Added::Density { outcome } => vec![outcome],
            Added::Increment { value } => self.reading.outcomes_within(value),
        }
    }

    /// What an outcome is: data if any are in it, else parameters; nothing where it is made of both out of sight.
    fn outcome(&self, outcome: ExpressionId) -> Option<Subject> {
        let mut named = Vec::new();
        self.named(outcome, &mut named);
        let origin = |variable: &VariableId| self.reading.model.variables[variable.0].origin;
        let is_data = |variable: &&VariableId| matches!(origin(variable), Origin::Data | Origin::TransformedData);
        if let Some(&data) = named.iter().find(is_data) {
            return Some(Subject::Data(data));
        }
        let data = self.reading.of(outcome);
        match (data.is_empty(), self.reading.parameters_of(outcome).is_empty()) {
            (false, true) => self.chosen(&data).map(Subject::Data),
            (true, false) => self.parameter(outcome),
            _ => {
                named.iter().all(|variable| self.is_of_parameters(*variable)).then(|| self.parameter(outcome)).flatten()
            }
        }
    }

    /// The parameter that a value is of: the first that it names, or else one that it is computed from.
    fn parameter(&self, value: ExpressionId) -> Option<Subject> {
        let mut named = Vec::new();
        self.named(value, &mut named);
        let first = named.into_iter().find(|&variable| self.is_of_parameters(variable));
        first.or_else(|| self.reading.parameters_of(value).first().copied()).map(Subject::Parameter)
    }

    fn is_of_parameters(&self, variable: VariableId) -> bool {
        matches!(self.reading.model.variables[variable.0].origin, Origin::Parameter | Origin::TransformedParameter)
    }

    /// Of several variables, the one that densities are of.
    fn chosen(&self, data: &Variables) -> Option<VariableId> {
        let one = |mut variables: Vec<VariableId>| if variables.len() == 1 { variables.pop() } else { None };
        let of_densities = data.intersection(self.outcomes).copied().collect();
        one(data.iter().copied().collect()).or_else(|| one(of_densities))
    }

    /// The variables whose values make up a value; those of indexes and conditions only choose.
    fn named(&self, id: ExpressionId, found: &mut Vec<VariableId>) {
        self.reading.model.visit(id, |kind| match kind {
            ExpressionKind::Variable(variable) => {
                found.push(*variable);
                Vec::new()
            }
            ExpressionKind::Index { base, .. } => vec![*base],
            ExpressionKind::Conditional { then, otherwise, .. } => vec![*then, *otherwise],
            other => other.parts(),
        });
    }
}
