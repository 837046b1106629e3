//! Which terms of a model are likelihood, and what each observation contributes.
//!
//! The likelihood is where data meet parameters as outcomes:
//!
//! - `outcome ~ family(...)` is likelihood where the outcome is data, prior where it is a parameter, element by element;
//! - `target += ...` is likelihood where a density of data is part of it; without any density, where it reads data or
//!   data decide that it is added. Data that are indexes count where the model has no other likelihood.
//!
//! A density of data is an observation by itself: each row of a vector, each turn of a loop. Where a turn of a loop adds
//! anything else as well (a mixture, the log of a probability, `1 ~ bernoulli(p)`), all that it adds together is one
//! observation: the factors of a capture history are no observations. So what is found never rests on data that
//! cannot be seen.
//!
//! Absent on purpose: what follows from it, which is `identify`'s.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::bind::BindError;
use super::compile::{self, Bound, Written, names};
use super::effects::are_effects;
use super::interpret::size::Limits;
use super::interpret::{Source as Added, Term};
use super::reading::Reading;
use super::source::Source;
use super::typed::VariableId;
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
    let found = taken_apart(&Reading::new(&typed), &bound, limits)?;
    if found.observations.results.is_empty() {
        // Observed may be what is chosen: the word of a topic, the step of a chain.
        return Ok(taken_apart(&Reading::with_indexes(&typed), &bound, limits)?);
    }
    Ok(found)
}

fn taken_apart(reading: &Reading<'_>, bound: &Bound, limits: Limits) -> Result<Likelihood, BindError> {
    let typed = reading.model;
    let mut covariates = Vec::new();
    let written = compile::write(typed, bound, limits)?;
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
    Ok(Parts::new(reading, written).finish(outcomes, covariates))
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

/// What observations contribute: a number for each row, or one that several share.
struct Observation {
    number: Number,
    /// How many share it, where it has no rows.
    times: usize,
    /// How many numbers in the data each is about.
    size: usize,
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
    ranges: Vec<(VariableId, Range<usize>)>,
    terms: Vec<Term>,
    /// What adds up to observations, and whether it is one by itself.
    scopes: BTreeMap<Scope, Vec<(Number, bool)>>,
    /// How many numbers the outcomes of users' own densities are.
    own_outcomes: BTreeMap<Scope, usize>,
    prior: Vec<Number>,
    jacobian: Vec<Number>,
    population: Vec<Number>,
    latent: BTreeSet<VariableId>,
    /// Densities of one parameter alone: of each element, and their sum.
    own: Vec<(VariableId, Number, Number)>,
    /// Of the prior, the sums that say how latent parameters vary.
    varying: Vec<Number>,
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
            own_outcomes: BTreeMap::new(),
            prior: Vec::new(),
            jacobian: Vec::new(),
            population: Vec::new(),
            latent: BTreeSet::new(),
            own: Vec::new(),
            varying: Vec::new(),
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
        self.effects();
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
                let one =
                    |(part, _): (Number, bool)| Observation { number: part, times: 1, size: self.graph.outcomes(part) };
                observations.extend(parts.into_iter().map(one));
                continue;
            }
            let one = |graph: &Graph, part: Number| match scope {
                Scope::Turn(_) => graph.domain(part).is_none(),
                Scope::Loop(_) => true,
                Scope::Term(..) => graph.domain(part).is_some(),
            };
            separate &= parts.iter().all(|(part, _)| one(&self.graph, *part));
            let parts: Vec<Number> = parts.into_iter().map(|(part, _)| self.within(scope, part)).collect();
            // What all rows of a loop share is added by each.
            let times = if let Scope::Loop(domain) = scope { domain.rows() } else { 1 };
            let rows = if let Scope::Term(_, Some(domain)) = scope { domain.rows() } else { 1 };
            let own = self.own_outcomes.get(&scope).map_or(0, |outcomes| outcomes / rows);
            let marked = parts.iter().map(|&part| self.graph.outcomes(part)).sum::<usize>();
            observations.push(Observation { number: self.graph.total(&parts), times, size: marked.max(own) });
        }
        let rows = |of: &Observation| self.graph.domain(of.number).map_or(of.times, Domain::rows);
        let all = observations.iter().map(rows).sum();
        let mut rows = Vec::new();
        let mut sizes = Vec::new();
        for observation in observations {
            self.each(observation.number, observation.times, &mut rows);
            sizes.resize(rows.len(), observation.size.max(1));
        }
        let mut population = Vec::new();
        for number in self.population.clone() {
            self.each(number, 1, &mut population);
        }
        let density: Vec<Number> = self.prior.iter().chain(&self.jacobian).copied().collect();
        let top: Vec<Number> = self.prior.iter().filter(|total| !self.varying.contains(total)).copied().collect();
        let program = |graph: &Graph, numbers: &[Number]| graph.program(self.coordinates, numbers);
        let latent = (!self.latent.is_empty()).then(|| Latent {
            names: self.latent.iter().map(|id| self.reading.model.variables[id.0].name.clone()).collect(),
            coordinates: (0..self.coordinates).filter(|&coordinate| self.is_latent(coordinate)).collect(),
            population: program(&self.graph, &population),
        });
        Likelihood {
            declared: self.declared.iter().map(|(_, name, size)| (name.clone(), *size)).collect(),
            observations: program(&self.graph, &rows),
            sizes,
            all,
            separate,
            prior: program(&self.graph, &self.prior),
            top_prior: program(&self.graph, &top),
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
                self.prior(term, number, self.graph.is_density(addend.number));
                continue;
            }
            let scope = looped(&term).unwrap_or(Scope::Term(index, rows));
            if !self.graph.reaches_observed(addend.number) {
                let known = self.own_outcomes.entry(scope).or_default();
                *known = term.outcomes.max(*known);
            }
            let by_itself = all_densities && !literal && (alone || outside);
            self.scopes.entry(scope).or_default().push((number, by_itself));
        }
    }

    /// Keeps a part of the prior, and of it what says how latent parameters vary.
    fn prior(&mut self, term: Term, number: Number, is_density: bool) {
        let rows = self.graph.domain(number).map_or(1, Domain::rows);
        let total = self.graph.sum(number, rows);
        // A requirement bounds the prior, and says nothing else about it.
        if matches!(term.source, Added::Jacobian | Added::Check) {
            self.jacobian.push(total);
            return;
        }
        self.prior.push(total);
        let outcome = match term.source {
            Added::Density { outcome } => self.reading.parameter(outcome),
            Added::Increment { value } => self.reading.density_of(value).and_then(|of| self.reading.parameter(of)),
            Added::Jacobian | Added::Rejection | Added::Check => None,
        };
        let touched = self.graph.coordinates_below(number);
        let within = |range: &Range<usize>| touched.iter().all(|&coordinate| range.contains(&(coordinate as usize)));
        let range_of = |id: VariableId| self.ranges.iter().find(|(other, _)| *other == id).map(|(_, range)| range);
        if let Some(parameter) = outcome
            && range_of(parameter).is_some_and(|range| !within(range))
        {
            self.latent.insert(parameter);
            self.population.push(number);
            self.varying.push(total);
            return;
        }
        let alone = self.ranges.iter().find(|(_, range)| within(range)).map(|(id, _)| *id);
        if let Some(parameter) = alone.filter(|_| !touched.is_empty() && (is_density || outcome.is_some())) {
            self.own.push((parameter, number, total));
        }
    }

    /// Finds parameters that are effects apart from their scale: these are latent as well.
    fn effects(&mut self) {
        let observed: Vec<Number> = self.scopes.values().flatten().map(|(number, _)| *number).collect();
        for (parameter, range) in self.ranges.clone() {
            if range.len() < 2 || self.latent.contains(&parameter) {
                continue;
            }
            let own: Vec<(Number, Number)> =
                self.own.iter().filter(|own| own.0 == parameter).map(|own| (own.1, own.2)).collect();
            let touched: BTreeSet<u32> = own.iter().flat_map(|own| self.graph.coordinates_below(own.0)).collect();
            if touched.len() < range.len() {
                continue;
            }
            let is_other = |total: &&Number| !own.iter().any(|own| own.1 == **total);
            let others = self.prior.iter().filter(is_other);
            let seen: Vec<Number> = observed.iter().chain(others).copied().collect();
            if are_effects(&mut self.graph, &seen, &range, self.coordinates) {
                self.latent.insert(parameter);
                self.population.extend(own.iter().map(|own| own.0));
                self.varying.extend(own.iter().map(|own| own.1));
            }
        }
    }

    /// What a part is worth to the observations of a scope.
    fn within(&mut self, scope: Scope, part: Number) -> Number {
        match (scope, self.graph.domain(part)) {
            (Scope::Turn(_), Some(domain)) => self.graph.sum(part, domain.rows()),
            _ => part,
        }
    }

    /// Adds a number for each row, one without rows as often as said; of very many rows, some.
    fn each(&mut self, mut number: Number, times: usize, found: &mut Vec<Number>) {
        /// Rows beyond which they are taken evenly from all.
        const MOST: usize = 20_000;
        let Some(mut domain) = self.graph.domain(number) else {
            found.extend(std::iter::repeat_n(number, times.min(MOST)));
            return;
        };
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
}
