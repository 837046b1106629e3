//! Distributions in a model: `y ~ normal(mu, sigma)`, `normal_lpdf(y | mu, sigma)`, `normal_rng(mu, sigma)`.
//!
//! A univariate density of containers is the sum over their elements, a multivariate one of arrays the sum over the
//! arrays'. Both are taken as rows where that is possible.

pub(super) mod arguments;
mod families;
mod multivariate;
mod not_finite;
mod truncation;

use self::arguments::function_name;
pub(super) use self::families::simulator;
use super::check::Extent;
use super::elementwise::{as_rows, elementwise};
use super::value::{Elements, ROWS, Shape, Value};
use super::{Interpreter, Source, Stop};
use crate::ir::graph::{Domain, Graph, Mark, Number};
use crate::lang::ast::ExpressionId;
use crate::lang::bind::BindError;
use crate::lang::source::Span;
use crate::lang::typed::{Callee, Density, Truncation};

impl Interpreter<'_> {
    /// `outcome ~ family(arguments) T[lower, upper]`
    pub fn tilde(
        &mut self,
        outcome: ExpressionId,
        callee: Callee,
        arguments: &[ExpressionId],
        truncation: Option<Truncation>,
        span: Span,
    ) -> Result<(), Stop> {
        let inputs: Vec<ExpressionId> = [outcome].iter().chain(arguments).copied().collect();
        let mut values = Vec::with_capacity(inputs.len());
        for &input in &inputs {
            values.push(self.expression(input)?);
        }
        self.note_nothing_yet();
        let term = match callee {
            Callee::User(function) => {
                let term = self.user(function, values.clone())?;
                self.note_user(&values[0], term.scalar());
                term
            }
            Callee::Family { family, density } => {
                self.require_numbers(family, density, &inputs, &values, span)?;
                self.require_arguments(family, density, &values, Extent::Term, span)?;
                self.family(family, density, &values, span)?
            }
            Callee::Builtin(_) | Callee::Reduce(_) => unreachable!("the checker admits distributions only"),
        };
        let mut terms = vec![term.scalar()];
        if let Some(truncation) = truncation {
            terms.push(self.truncated(callee, &values, truncation, span)?);
        }
        self.note_tilde(outcome, callee, &terms, span)?;
        let term = terms.into_iter().reduce(|sum, term| self.graph.add(sum, term)).expect("a density has a term");
        let model = self.model;
        let name = || match callee {
            Callee::Family { family, density } => function_name(family, density),
            Callee::User(function) => model.functions[function.0].name.clone(),
            Callee::Builtin(_) | Callee::Reduce(_) => unreachable!("the checker admits distributions only"),
        };
        self.require_finite(term, name, Some((outcome, &values[0])), span)?;
        self.add(term, Source::Density { outcome });
        if let (Callee::User(_), Some(term)) = (callee, self.terms.last_mut()) {
            term.outcomes = values[0].len();
        }
        Ok(())
    }

    /// A function of a distribution, by name.
    pub fn family(&mut self, family: &str, density: Density, values: &[Value], span: Span) -> Result<Value, Stop> {
        match density {
            Density::Rng => self.simulate(family, values, span),
            Density::Lpdf | Density::Lupdf => {
                if families::log_density(family).is_none() {
                    return self.multivariate(family, values, span).map(Value::number);
                }
                let terms = self.broadcast(family, density, values, span)?;
                Ok(Value::number(self.total(&values[0], &terms)))
            }
            Density::Lcdf | Density::Lccdf => {
                let terms = self.broadcast(family, density, values, span)?;
                Ok(Value::number(self.total(&values[0], &terms)))
            }
            Density::Cdf => {
                let terms = self.broadcast(family, density, values, span)?;
                let factors = terms.numbers(&mut self.graph);
                let mut product = Number::Known(1.0);
                for factor in factors {
                    product = self.graph.multiply(product, factor);
                }
                Ok(Value::number(product))
            }
        }
    }

    /// Marks densities, and which of them are of outcomes that data alone give: what observations contribute. `terms` are
    /// one for each outcome, or one for all.
    pub fn observe(&mut self, outcome: &Value, terms: &Value) {
        let is_data = |graph: &Graph, number: Number| match number {
            Number::Known(_) => true,
            Number::Node(_) => graph.as_column(number).is_some(),
        };
        let each: Vec<bool> = match &outcome.elements {
            Elements::Known(_) => vec![true],
            Elements::Each(numbers) => numbers.iter().map(|&number| is_data(&self.graph, number)).collect(),
            Elements::Rows(_) | Elements::Pending => vec![false],
        };
        let whole = each.iter().all(|&is_data| is_data);
        let length = outcome.len();
        let mut mark = |number: Number, among: usize, observed: bool| {
            let densities = self.graph.domain(number).map_or(among, Domain::rows);
            self.graph.mark(number, Mark { observed, outcomes: (length / densities.max(1)).max(1) });
        };
        match &terms.elements {
            Elements::Rows(number) => mark(*number, 1, whole),
            // Some outcomes may be data, and others parameters.
            Elements::Each(numbers) if numbers.len() == each.len() => {
                numbers.iter().zip(each).for_each(|(&number, is_data)| mark(number, numbers.len(), is_data));
            }
            Elements::Each(numbers) => numbers.iter().for_each(|&number| mark(number, numbers.len(), whole)),
            Elements::Known(_) | Elements::Pending => {}
        }
    }

    /// The value for each element of the containers among the arguments.
    fn broadcast(&mut self, family: &str, density: Density, values: &[Value], span: Span) -> Result<Value, Stop> {
        let is_known = values.iter().all(|value| value.as_known().is_some());
        let function = match density {
            Density::Lpdf | Density::Lupdf => families::log_density(family),
            // What is known needs no program, and no sum over counts.
            Density::Cdf | Density::Lcdf | Density::Lccdf if is_known && families::log_tails(family).is_some() => None,
            Density::Cdf | Density::Lcdf | Density::Lccdf => families::distribution(family, density),
            Density::Rng => None,
        };
        require_lengths(values, span)?;
        let Some(function) = function else {
            return tails_of_known(family, density, values, span);
        };
        if let Some(counts) = families::counted(family, density) {
            self.require_terms(&values[counts], values, span)?;
        }
        let arguments: Vec<&Value> = values.iter().collect();
        Ok(elementwise(&mut self.graph, &arguments, function))
    }

    /// A distribution function that is a sum has a term for each of so many counts: data must give them, and the program
    /// must have room for the terms.
    fn require_terms(&self, counts: &Value, values: &[Value], span: Span) -> Result<(), Stop> {
        /// A term that depends on parameters is about so many operations.
        const OPERATIONS: f64 = 8.0;
        let terms = |number: Number| match number {
            Number::Known(count) => Some(count.max(0.0)),
            Number::Node(_) => self.graph.as_column(number).map(|column| column.iter().copied().fold(0.0, f64::max)),
        };
        let terms: Option<f64> = match &counts.elements {
            Elements::Known(counts) => Some(counts.iter().copied().fold(0.0, f64::max)),
            Elements::Each(numbers) => numbers.iter().map(|&number| terms(number)).sum(),
            Elements::Rows(_) | Elements::Pending => None,
        };
        let terms = terms.ok_or(BindError::DependsOnParameters { what: "an integer", span })?;
        let known = values.iter().all(|value| value.as_known().is_some());
        self.require_operations(if known { terms } else { terms * OPERATIONS } as usize, span)
    }

    /// A random value, or one for each element of the containers among the arguments.
    fn simulate(&mut self, family: &str, values: &[Value], span: Span) -> Result<Value, Stop> {
        let Some(simulator) = simulator(family) else {
            return self.simulate_multivariate(family, values, span);
        };
        require_lengths(values, span)?;
        let shape = values.iter().find(|value| !value.shape.is_scalar()).map(|value| value.shape.clone());
        let mut lists = Vec::new();
        for value in values {
            lists.push(self.require_known(value, span)?);
        }
        self.require_arguments(family, Density::Rng, values, Extent::Full, span)?;
        let random = self.random.as_mut().expect("the checker admits random functions where there is a stream");
        let shape = shape.unwrap_or(Shape::SCALAR);
        let results = (0..shape.len())
            .map(|index| {
                let arguments: Vec<f64> =
                    lists.iter().map(|list| if list.len() == 1 { list[0] } else { list[index] }).collect();
                simulator(random, &arguments)
            })
            .collect();
        // Vectors of arguments give an array, as in Stan.
        let shape = if shape.is_scalar() { shape } else { Shape::array(vec![shape.len()]) };
        Ok(Value::known(shape, results))
    }

    /// The numbers of a value that data alone must give.
    pub fn require_known(&self, value: &Value, span: Span) -> Result<Vec<f64>, Stop> {
        match value.as_known() {
            Some(values) => Ok(values.to_vec()),
            None => Err(BindError::DependsOnParameters { what: "this argument", span }.into()),
        }
    }

    /// An array of vectors as one number per element of the vectors, each with a row per array element; `None` where
    /// elements are held one by one or the array is short.
    fn across(&mut self, value: &Value) -> Option<Vec<Number>> {
        let count = value.shape.arrays.iter().product::<usize>();
        if value.shape.arrays.is_empty()
            || count < ROWS
            || matches!(value.elements, Elements::Each(_) | Elements::Pending)
        {
            return None;
        }
        let each = value.shape.inner.len();
        let domain = Domain::elements(count);
        let rows = as_rows(&mut self.graph, &[value], value.len());
        let number = rows.map_or_else(|| value.as_rows(&mut self.graph), |rows| rows.first().copied())?;
        let lists = (0..each).map(|element| (0..count).map(|row| (row * each + element) as u32).collect::<Vec<u32>>());
        Some(lists.map(|list| self.graph.reindex(number, domain, &list)).collect())
    }
}

/// Whether the outcome of a family is a vector, a matrix or an array of counts, not a number.
pub(super) fn is_of_vectors(family: &str) -> bool {
    let of_numbers = ["categorical", "ordered_"].iter().any(|start| family.starts_with(start))
        || family.ends_with("_glm")
        || families::log_density(family).is_some();
    !of_numbers
}

/// Containers among the arguments must have equally many elements.
fn require_lengths(values: &[Value], span: Span) -> Result<(), Stop> {
    let mut containers = values.iter().filter(|value| !value.shape.is_scalar());
    let Some(first) = containers.next() else { return Ok(()) };
    containers.find(|value| value.len() != first.len()).map_or(Ok(()), |wrong| Err(unequal(first, wrong, span)))
}

/// The error of sizes that do not agree.
fn unequal(expected: &Value, found: &Value, span: Span) -> Stop {
    BindError::Sizes { expected: expected.shape.to_string(), found: found.shape.to_string(), span }.into()
}

/// A distribution function of numbers that data give, for each element of the containers among the arguments.
fn tails_of_known(family: &str, density: Density, values: &[Value], span: Span) -> Result<Value, Stop> {
    let ending = match density {
        Density::Cdf => "cdf",
        Density::Lcdf => "lcdf",
        Density::Lccdf => "lccdf",
        Density::Lpdf | Density::Lupdf | Density::Rng => "lpdf",
    };
    let not_yet = |of| Stop::from(BindError::NotYet { what: format!("`{family}_{ending}`{of}"), span });
    let tails = families::log_tails(family).ok_or_else(|| not_yet(""))?;
    let lists: Option<Vec<&[f64]>> = values.iter().map(Value::as_known).collect();
    let lists = lists.ok_or_else(|| not_yet(" of parameters"))?;
    let shape = values.iter().find(|value| !value.shape.is_scalar()).map_or(Shape::SCALAR, |value| value.shape.clone());
    let results = (0..shape.len()).map(|index| {
        let arguments: Vec<f64> =
            lists.iter().map(|list| if list.len() == 1 { list[0] } else { list[index] }).collect();
        let [below, above] = tails(&arguments);
        match density {
            Density::Lccdf => above,
            Density::Lcdf => below,
            _ => below.exp(),
        }
    });
    let results = results.collect();
    Ok(Value::known(shape, results))
}
