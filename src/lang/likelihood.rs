//! Which terms of a model are likelihood, and what each observation contributes.
//!
//! The likelihood is where data meet parameters as outcomes:
//!
//! - `outcome ~ family(...)` is likelihood where the outcome is data, prior where it is a parameter, element by element;
//! - `target += ...` is likelihood where a density of data is part of it; without any density, where it reads data
//!   other than as indexes.
//!
//! A density of data is an observation by itself: each row of a vector, each turn of a loop. Where a turn of a loop adds
//! anything else as well (a mixture, the log of a probability, `1 ~ bernoulli(p)`), all that it adds together is one
//! observation: the factors of a capture history are no observations. So what is found never rests on data that
//! cannot be seen.
//!
//! Absent on purpose: what follows from it, which is `identify`'s.

use std::collections::{BTreeMap, BTreeSet};

use super::ast::ExpressionId;
use super::compile::{self, Written, names};
use super::interpret::size::Limits;
use super::interpret::{Source as Added, Term};
use super::source::Source;
use super::typed::{Callee, ExpressionKind, Origin, Statement, TypedModel, VariableId};
use super::types::Base;
use super::{CompileError, Settings, parse_and_check};
use crate::ir::graph::{Addend, Domain, Graph, Number};
use crate::model::data::Data;
use crate::model::likelihood::{Covariate, Latent, Likelihood, Observed};
use crate::rng::random::Random;

/// Takes a model apart, bound to its data. A model without likelihood has no observations.
///
/// # Errors
/// As [`super::compile()`].
pub fn likelihood(source: &Source, data: &Data, settings: Settings) -> Result<Likelihood, CompileError> {
    let typed = parse_and_check(source)?;
    let limits = Limits::within(settings.memory);
    let bound = compile::bind(&typed, data, Random::of_data(settings.seed), limits)?;
    let mut covariates = Vec::new();
    let written = compile::write(&typed, &bound, limits)?;
    let reading = Reading::new(&typed);
    let outcomes = reading.outcomes();
    for &id in &typed.data {
        let variable = &typed.variables[id.0];
        let value = bound.variables[id.0].as_ref();
        if variable.of.base == Base::Int || outcomes.contains(&id) {
            continue;
        }
        let Some((value, values)) = value.and_then(|value| Some((value, value.as_known()?))) else { continue };
        let columns = compile::columns(&value.shape).filter(|(from, to, _)| to - from > 1);
        covariates.extend(columns.map(|(from, to, label)| Covariate {
            variable: variable.name.clone(),
            name: format!("{}{label}", variable.name),
            values: values[from..to].to_vec(),
        }));
    }
    let outcomes = outcomes
        .iter()
        .map(|id| &typed.variables[id.0])
        .map(|variable| Observed { name: variable.name.clone(), whole: variable.of.base == Base::Int })
        .collect();
    Ok(Parts::new(&reading, written).finish(outcomes, covariates))
}

/// What expressions read, found in the tree alone.
struct Reading<'a> {
    model: &'a TypedModel,
    /// For each variable, the data that what is assigned to it reads.
    reads: Vec<BTreeSet<VariableId>>,
}

impl<'a> Reading<'a> {
    fn new(model: &'a TypedModel) -> Self {
        let mut reading = Self { model, reads: vec![BTreeSet::new(); model.variables.len()] };
        for &id in &model.data {
            reading.reads[id.0].insert(id);
        }
        let mut assignments = Vec::new();
        for block in [&model.transformed_data, &model.transformed_parameters, &model.model] {
            collect(block, &mut assignments);
        }
        loop {
            let before: usize = reading.reads.iter().map(BTreeSet::len).sum();
            for &(variable, value) in &assignments {
                let found = reading.of(value);
                reading.reads[variable.0].extend(found);
            }
            if reading.reads.iter().map(BTreeSet::len).sum::<usize>() == before {
                return reading;
            }
        }
    }

    /// The data that an expression reads, other than as indexes.
    fn of(&self, expression: ExpressionId) -> BTreeSet<VariableId> {
        let mut found = BTreeSet::new();
        self.walk(expression, |kind| {
            if let ExpressionKind::Variable(variable) = kind {
                found.extend(&self.reads[variable.0]);
            }
        });
        found
    }

    fn any(&self, expression: ExpressionId, is: impl Fn(&ExpressionKind) -> bool) -> bool {
        let mut found = false;
        self.walk(expression, |kind| found |= is(kind));
        found
    }

    /// Visits an expression and its parts, indexes left out.
    fn walk(&self, expression: ExpressionId, mut visit: impl FnMut(&ExpressionKind)) {
        self.model.visit(expression, |kind| {
            visit(kind);
            match kind {
                ExpressionKind::Index { base, .. } => vec![*base],
                other => other.parts(),
            }
        });
    }

    /// Whether an expression names no variable: an outcome such as the 1 of `1 ~ bernoulli(p)`.
    fn is_literal(&self, expression: ExpressionId) -> bool {
        !self.any(expression, |kind| matches!(kind, ExpressionKind::Variable(_)))
    }

    /// Whether an increment is one density of an outcome that is no literal, and nothing else.
    fn is_density(&self, value: ExpressionId) -> bool {
        match &self.model.expressions[value.index()].kind {
            ExpressionKind::Call { callee: Callee::Family { .. }, arguments } => {
                arguments.first().is_some_and(|&outcome| !self.is_literal(outcome))
            }
            _ => false,
        }
    }

    fn has_density(&self, value: ExpressionId) -> bool {
        let is = |kind: &ExpressionKind| matches!(kind, ExpressionKind::Call { callee: Callee::Family { .. }, .. });
        self.any(value, is)
    }

    /// Whether an increment without densities reads data.
    fn is_written_by_hand(&self, value: ExpressionId) -> bool {
        !self.has_density(value) && !self.of(value).is_empty()
    }

    /// The data that are observed.
    fn outcomes(&self) -> Vec<VariableId> {
        let mut found = BTreeSet::new();
        let fixed = |expression: ExpressionId| self.model.expressions[expression.index()].data_only;
        for expression in &self.model.expressions {
            if let ExpressionKind::Call { callee: Callee::Family { .. }, arguments } = &expression.kind
                && let Some(&outcome) = arguments.first()
                && fixed(outcome)
            {
                found.extend(self.of(outcome));
            }
        }
        let mut pending: Vec<&Statement> = self.model.model.iter().collect();
        while let Some(statement) = pending.pop() {
            match statement {
                Statement::Tilde { outcome, .. } if fixed(*outcome) => found.extend(self.of(*outcome)),
                Statement::TargetIncrement { value, .. } if self.is_written_by_hand(*value) => {
                    let real = |id: &VariableId| self.model.variables[id.0].of.base != Base::Int;
                    found.extend(self.of(*value).into_iter().filter(real));
                }
                other => pending.extend(inside(other)),
            }
        }
        found.into_iter().collect()
    }

    /// The parameter that an outcome is, whole or an element of.
    fn parameter(&self, mut outcome: ExpressionId) -> Option<VariableId> {
        while let ExpressionKind::Index { base, .. } = &self.model.expressions[outcome.index()].kind {
            outcome = *base;
        }
        match &self.model.expressions[outcome.index()].kind {
            ExpressionKind::Variable(variable) => {
                (self.model.variables[variable.0].origin == Origin::Parameter).then_some(*variable)
            }
            _ => None,
        }
    }
}

/// The statements inside of a statement.
fn inside(statement: &Statement) -> Vec<&Statement> {
    match statement {
        Statement::For { body, .. } | Statement::While { body, .. } | Statement::Block(body) => body.iter().collect(),
        Statement::If { then, otherwise, .. } => then.iter().chain(otherwise).collect(),
        Statement::Declare { .. }
        | Statement::Assign { .. }
        | Statement::Tilde { .. }
        | Statement::TargetIncrement { .. }
        | Statement::Break { .. }
        | Statement::Continue { .. }
        | Statement::Return { .. }
        | Statement::Print { .. }
        | Statement::Reject { .. }
        | Statement::Call { .. } => Vec::new(),
    }
}

/// What is assigned to which variable.
fn collect(statements: &[Statement], found: &mut Vec<(VariableId, ExpressionId)>) {
    for statement in statements {
        match statement {
            Statement::Declare { variable, definition: Some(value), .. } => found.push((*variable, *value)),
            Statement::Assign { variable, value, .. } => found.push((*variable, *value)),
            other => inside(other).into_iter().for_each(|inner| collect(std::slice::from_ref(inner), found)),
        }
    }
}

/// What adds up to one observation, or to as many as there are rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Scope {
    /// A turn of a loop that was run row by row.
    Turn(u32),
    /// A loop held as rows: an observation per row.
    Loop(Domain),
    /// A term outside of loops, of which only parts with as many rows add up.
    Term(usize, Option<Domain>),
}

/// The loop that a term was added in.
fn looped(term: &Term) -> Option<Scope> {
    match (term.turn, term.rows) {
        (Some(turn), _) => Some(Scope::Turn(turn)),
        (None, Some(domain)) => Some(Scope::Loop(domain)),
        (None, None) => None,
    }
}

/// The parts of the density.
struct Parts<'a> {
    reading: &'a Reading<'a>,
    graph: Graph,
    coordinates: usize,
    declared: Vec<(VariableId, String, usize)>,
    /// The coordinates of each parameter.
    ranges: Vec<(VariableId, std::ops::Range<usize>)>,
    terms: Vec<Term>,
    /// What adds up to observations, and whether it is one by itself.
    scopes: BTreeMap<Scope, Vec<(Number, bool)>>,
    prior: Vec<Number>,
    jacobian: Vec<Number>,
    population: Vec<Number>,
    latent: BTreeSet<VariableId>,
    /// Loops and turns in which data are observed.
    observing: BTreeSet<Scope>,
}

impl<'a> Parts<'a> {
    fn new(reading: &'a Reading<'a>, written: Written<'_>) -> Self {
        let mut ranges = Vec::new();
        let mut from = 0;
        let mut declared = Vec::new();
        for parameter in &written.parameters {
            let name = &reading.model.variables[parameter.variable.0].name;
            let own = |label: &String| {
                label == name || label.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with(['[', '.']))
            };
            let count = written.coordinates[from..].iter().take_while(|label| own(label)).count();
            ranges.push((parameter.variable, from..from + count));
            from += count;
            declared.push((parameter.variable, name.clone(), names(name, &parameter.shape).len()));
        }
        let coordinates = written.coordinates.len();
        let (graph, terms) = written.run.into_graph();
        Self {
            reading,
            graph,
            coordinates,
            declared,
            ranges,
            terms,
            scopes: BTreeMap::new(),
            prior: Vec::new(),
            jacobian: Vec::new(),
            population: Vec::new(),
            latent: BTreeSet::new(),
            observing: BTreeSet::new(),
        }
    }

    fn finish(mut self, outcomes: Vec<Observed>, covariates: Vec<Covariate>) -> Likelihood {
        for term in self.terms.clone() {
            if term.source != Added::Jacobian && self.graph.reaches_observed(term.number) {
                self.observing.extend(looped(&term));
            }
        }
        for (index, term) in self.terms.clone().into_iter().enumerate() {
            self.sort(index, term);
        }
        for term in self.terms.clone() {
            if term.source == Added::Jacobian {
                let touched = self.graph.coordinates_below(term.number);
                if touched.iter().any(|&coordinate| self.is_latent(coordinate as usize)) {
                    self.population.push(term.number);
                }
            }
        }
        let mut separate = true;
        let mut observations = Vec::new();
        for (scope, parts) in std::mem::take(&mut self.scopes) {
            if parts.iter().all(|(_, alone)| *alone) {
                observations.extend(parts.into_iter().map(|(part, _)| part));
                continue;
            }
            let one = |graph: &Graph, part: Number| match scope {
                Scope::Turn(_) => graph.domain(part).is_none(),
                Scope::Loop(_) => true,
                Scope::Term(..) => graph.domain(part).is_some(),
            };
            separate &= parts.iter().all(|(part, _)| one(&self.graph, *part));
            let parts: Vec<Number> = parts.into_iter().map(|(part, _)| self.within(scope, part)).collect();
            observations.push(self.graph.total(&parts));
        }
        let all = observations.iter().map(|&number| self.graph.domain(number).map_or(1, Domain::rows)).sum();
        let rows = self.each(&observations);
        let population = self.population.clone();
        let population = self.each(&population);
        let density: Vec<Number> = self.prior.iter().chain(&self.jacobian).copied().collect();
        let program = |graph: &Graph, numbers: &[Number]| graph.program(self.coordinates, numbers);
        let latent = (!self.latent.is_empty()).then(|| Latent {
            names: self.latent.iter().map(|id| self.reading.model.variables[id.0].name.clone()).collect(),
            coordinates: (0..self.coordinates).filter(|&coordinate| self.is_latent(coordinate)).collect(),
            population: program(&self.graph, &population),
        });
        Likelihood {
            declared: self.declared.iter().map(|(_, name, size)| (name.clone(), *size)).collect(),
            observations: program(&self.graph, &rows),
            all,
            separate,
            prior: program(&self.graph, &self.prior),
            prior_density: program(&self.graph, &density),
            latent,
            outcomes,
            covariates,
        }
    }

    fn is_latent(&self, coordinate: usize) -> bool {
        self.ranges.iter().any(|(id, range)| self.latent.contains(id) && range.contains(&coordinate))
    }

    /// Takes a term apart, into likelihood and prior.
    fn sort(&mut self, index: usize, term: Term) {
        let addends = self.graph.addends(term.number);
        let (mut of_data, mut literal, mut alone) = (false, true, false);
        // What is added beside an observation, and is no density of a parameter, belongs to the observation.
        let mut beside = false;
        match term.source {
            Added::Jacobian | Added::Rejection | Added::Check => {}
            Added::Density { outcome } => {
                of_data = self.reading.model.expressions[outcome.index()].data_only;
                literal = self.reading.is_literal(outcome);
                alone = !literal;
            }
            Added::Increment { value } => {
                of_data = self.reading.is_written_by_hand(value);
                literal = false;
                alone = self.reading.is_density(value);
                beside = looped(&term).is_some_and(|scope| self.observing.contains(&scope));
            }
        }
        let likelihood: Vec<bool> = addends
            .iter()
            .map(|addend| {
                self.graph.varies(addend.number)
                    && (of_data
                        || beside && !self.graph.is_density(addend.number)
                        || term.source != Added::Jacobian && self.graph.reaches_observed(addend.number))
            })
            .collect();
        // Outside of loops, densities of data alone are an observation each, however they came together.
        let outside = term.turn.is_none() && term.rows.is_none();
        let is_density = |graph: &Graph, addend: &Addend| graph.is_observed(addend.number) && addend.factor > 0.0;
        let all_densities =
            addends.iter().zip(&likelihood).all(|(addend, likelihood)| !likelihood || is_density(&self.graph, addend));
        for (addend, likelihood) in addends.into_iter().zip(likelihood) {
            let rows = self.graph.domain(addend.number);
            // Of a number that all rows of a loop share, each has its part.
            let shared = term.rows.filter(|_| rows.is_none()).map_or(1.0, |domain| domain.rows() as f64);
            let factor = if likelihood { addend.factor / shared } else { addend.factor };
            let number = self.graph.scale(factor, addend.number);
            if !likelihood {
                self.prior(term, number);
                continue;
            }
            let scope = looped(&term).unwrap_or(Scope::Term(index, rows));
            let by_itself = all_densities && !literal && (alone || outside);
            self.scopes.entry(scope).or_default().push((number, by_itself));
        }
    }

    /// Keeps a part of the prior, and of it what says how latent parameters vary.
    fn prior(&mut self, term: Term, number: Number) {
        let rows = self.graph.domain(number).map_or(1, Domain::rows);
        let total = self.graph.sum(number, rows);
        // A requirement bounds the prior, and says nothing else about it.
        let is_prior = !matches!(term.source, Added::Jacobian | Added::Check);
        if is_prior {
            self.prior.push(total);
        } else {
            self.jacobian.push(total);
        }
        let Added::Density { outcome } = term.source else { return };
        let Some(parameter) = self.reading.parameter(outcome) else { return };
        let Some((_, range)) = self.ranges.iter().find(|(id, _)| *id == parameter) else { return };
        let touched = self.graph.coordinates_below(number);
        if touched.iter().any(|&coordinate| !range.contains(&(coordinate as usize))) {
            self.latent.insert(parameter);
            self.population.push(number);
        }
    }

    /// What a part is worth to the observations of a scope.
    fn within(&mut self, scope: Scope, part: Number) -> Number {
        match (scope, self.graph.domain(part)) {
            (Scope::Turn(_), Some(domain)) => self.graph.sum(part, domain.rows()),
            _ => part,
        }
    }

    /// A number for each row; of very many rows, some.
    fn each(&mut self, numbers: &[Number]) -> Vec<Number> {
        /// Rows beyond which they are taken evenly from all.
        const MOST: usize = 20_000;
        let mut found = Vec::new();
        for &number in numbers {
            let Some(mut domain) = self.graph.domain(number) else {
                found.push(number);
                continue;
            };
            let mut number = number;
            if domain.rows() > MOST {
                let rows = domain.rows();
                domain = Domain::elements(MOST);
                let list: Vec<u32> = (0..MOST).map(|row| (row * rows / MOST) as u32).collect();
                number = self.graph.reindex(number, domain, &list);
            }
            let array = self.graph.array(domain.rows());
            self.graph.store_rows(domain, vec![(array, Graph::identity(domain.rows()), number)], false);
            found.extend((0..domain.rows()).map(|row| self.graph.load(array, row)));
        }
        found
    }
}
