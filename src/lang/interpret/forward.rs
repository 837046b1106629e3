//! Draws from the prior: each parameter from the distribution that its statement gives it, once all that the distribution
//! depends on is drawn.
//!
//! Statements of the model block flow in; values of parameters flow out, NaN of those whose prior is improper. What fits
//! no such order has no draws here: two densities of one parameter, increments by hand, families without a simulator.
//! Where a declared bound cuts off a part of a distribution that other parameters decide, the whole draw begins again: so
//! the joint density is the product of those written, within the bounds.

use std::collections::{BTreeMap, BTreeSet};

use super::density::simulator;
use super::value::{Inner, Shape, Value};
use super::{Interpreter, Stop};
use crate::lang::ast::ExpressionId;
use crate::lang::reading::{Reading, Variables};
use crate::lang::source::Span;
use crate::lang::subject::{Subject, Subjects};
use crate::lang::typed::{Callee, Constraint, Density, ExpressionKind, Over, Statement, Truncation, VariableId};

/// Lower and upper bounds, one of each for every element.
type ElementBounds = (Vec<f64>, Vec<f64>);

/// Why there is no draw.
#[derive(Debug)]
pub(crate) enum Unfit {
    /// The priors are not of the form that is drawn in order.
    Form,
    /// A bound was broken that other parameters decide: another attempt may keep it.
    Attempt,
}

impl From<Stop> for Unfit {
    fn from(_: Stop) -> Self {
        Self::Form
    }
}

/// Attempts at a number within constant bounds.
const ATTEMPTS: usize = 10_000;

/// What is told of a model's text.
pub(crate) struct Priors<'a> {
    pub reading: &'a Reading<'a>,
    pub subjects: &'a Subjects,
}

/// Parameters so far.
#[derive(Default)]
struct Drawn {
    /// Those that are known, and those that never will be: their priors are improper.
    known: Variables,
    improper: Variables,
    /// Statements that have been run, and in this pass.
    done: BTreeSet<ExpressionId>,
    now: BTreeSet<ExpressionId>,
    values: BTreeMap<VariableId, Vec<f64>>,
}

/// A density of a parameter.
struct Law<'a> {
    statement: ExpressionId,
    outcome: ExpressionId,
    family: &'static str,
    arguments: &'a [ExpressionId],
    truncation: Option<Truncation>,
    span: Span,
}

impl Interpreter<'_> {
    /// One draw of the parameters, which are left in their variables.
    pub fn draw_prior(&mut self, priors: &Priors<'_>, shapes: &[(VariableId, Shape)]) -> Result<(), Unfit> {
        let model = self.model;
        let mut drawn = Drawn::default();
        for (id, shape) in shapes {
            let values = vec![f64::NAN; shape.len()];
            self.set(*id, Value::known(shape.clone(), values.clone()));
            drawn.values.insert(*id, values);
            if !priors
                .reading
                .added()
                .iter()
                .any(|added| priors.subjects.of(added.expression()) == Some(Subject::Parameter(*id)))
            {
                self.without_statement(*id, shape, &mut drawn)?;
            }
        }
        loop {
            // What is computed of parameters that are not drawn yet is computed again.
            let _ = self.run(&model.transformed_parameters);
            self.priors_in(&model.model, priors, &mut drawn)?;
            let now = std::mem::take(&mut drawn.now);
            if now.is_empty() {
                break;
            }
            drawn.done.extend(now);
            for (id, values) in &drawn.values {
                if values.iter().all(|x| !x.is_nan()) {
                    drawn.known.insert(*id);
                }
            }
        }
        let settled = |id: &VariableId| drawn.known.contains(id) || drawn.improper.contains(id);
        if shapes.iter().all(|(id, _)| settled(id)) { Ok(()) } else { Err(Unfit::Form) }
    }

    /// A parameter that no statement is about: uniform where its declaration leaves it a finite range.
    fn without_statement(&mut self, id: VariableId, shape: &Shape, drawn: &mut Drawn) -> Result<(), Unfit> {
        let variable = self.variable(id);
        let length = shape.len();
        let values: Option<Vec<f64>> = match variable.constraint {
            Constraint::Bounds { lower: Some(_), upper: Some(_) } => {
                let Some((lower, upper)) = self.bounds(id, shape)? else { return Err(Unfit::Form) };
                let random = self.random.as_mut().ok_or(Unfit::Form)?;
                let all = lower.iter().zip(&upper).map(|(lower, upper)| lower + (upper - lower) * random.uniform());
                Some(all.collect::<Vec<f64>>()).filter(|values| values.iter().all(|x| x.is_finite()))
            }
            Constraint::Simplex => {
                let random = self.random.as_mut().ok_or(Unfit::Form)?;
                let each = shape.inner.len();
                let one = |_| crate::model::dist::dirichlet::simulate(random, &vec![1.0; each]);
                Some((0..length / each.max(1)).flat_map(one).collect())
            }
            Constraint::CholeskyFactorCorr | Constraint::CorrMatrix | Constraint::UnitVector => {
                return Err(Unfit::Form);
            }
            _ => None,
        };
        match values {
            Some(values) => {
                self.set(id, Value::known(shape.clone(), values.clone()));
                drawn.values.insert(id, values);
                drawn.known.insert(id);
            }
            None => {
                drawn.improper.insert(id);
            }
        }
        Ok(())
    }

    /// Lower and upper bounds of each element, where the declaration has bounds and they are known.
    fn bounds(&mut self, id: VariableId, shape: &Shape) -> Result<Option<ElementBounds>, Unfit> {
        let (lower, upper) = match self.variable(id).constraint {
            Constraint::Bounds { lower, upper } => (lower, upper),
            _ => (None, None),
        };
        let mut each = |bound: Option<ExpressionId>, otherwise: f64| -> Result<Option<Vec<f64>>, Unfit> {
            let Some(bound) = bound else { return Ok(Some(vec![otherwise; shape.len()])) };
            let value = self.expression(bound)?;
            let known = value.as_known().filter(|known| known.iter().all(|x| !x.is_nan()));
            Ok(known.map(|known| if known.len() == 1 { vec![known[0]; shape.len()] } else { known.to_vec() }))
        };
        let (lower, upper) = (each(lower, f64::NEG_INFINITY)?, each(upper, f64::INFINITY)?);
        Ok(lower.zip(upper))
    }

    /// Draws what statements are priors of, where all that they read is drawn.
    fn priors_in(&mut self, statements: &[Statement], priors: &Priors<'_>, drawn: &mut Drawn) -> Result<(), Unfit> {
        for statement in statements {
            let law = match statement {
                Statement::Tilde { outcome, callee, arguments, truncation, span } => match *callee {
                    Callee::Family { family, .. } => Some(Law {
                        statement: *outcome,
                        outcome: *outcome,
                        family,
                        arguments,
                        truncation: *truncation,
                        span: *span,
                    }),
                    _ => self.unfit(*outcome, priors)?,
                },
                Statement::TargetIncrement { value, span } => {
                    let model = self.model;
                    match &model.expressions[value.index()].kind {
                        ExpressionKind::Call {
                            callee: Callee::Family { family, density: Density::Lpdf | Density::Lupdf },
                            arguments,
                        } => {
                            let (outcome, arguments) = arguments.split_first().ok_or(Unfit::Form)?;
                            let (statement, outcome, family) = (*value, *outcome, *family);
                            Some(Law { statement, outcome, family, arguments, truncation: None, span: *span })
                        }
                        _ => self.unfit(*value, priors)?,
                    }
                }
                Statement::Block(body) => {
                    self.priors_in(body, priors, drawn)?;
                    None
                }
                Statement::For { variable, over: Over::Range { from, to }, body, .. } if holds_priors(body, priors) => {
                    let (from, to) = (self.expression(*from)?.scalar(), self.expression(*to)?.scalar());
                    let (Some(from), Some(to)) = (from.known(), to.known()) else { return Err(Unfit::Form) };
                    let mut row = from;
                    while row <= to {
                        self.set(*variable, Value::number(crate::ir::graph::Number::Known(row)));
                        self.priors_in(body, priors, drawn)?;
                        row += 1.0;
                    }
                    None
                }
                Statement::If { condition, then, otherwise, .. }
                    if holds_priors(then, priors) || holds_priors(otherwise, priors) =>
                {
                    let holds = self.expression(*condition)?.scalar().known().ok_or(Unfit::Form)?;
                    self.priors_in(if holds == 0.0 { otherwise } else { then }, priors, drawn)?;
                    None
                }
                Statement::For { body, .. } | Statement::While { body, .. } if holds_priors(body, priors) => {
                    return Err(Unfit::Form);
                }
                Statement::Call { .. } if !self.model.functions.is_empty() => return Err(Unfit::Form),
                _ => None,
            };
            if let Some(law) = law.filter(|law| !is_of_data(priors.subjects.of(law.statement))) {
                self.draw(&law, priors, drawn)?;
            }
        }
        Ok(())
    }

    /// A statement that is no density of a family: unfit where it is about parameters.
    fn unfit(&self, statement: ExpressionId, priors: &Priors<'_>) -> Result<Option<Law<'static>>, Unfit> {
        if is_of_data(priors.subjects.of(statement)) { Ok(None) } else { Err(Unfit::Form) }
    }

    fn draw(&mut self, law: &Law<'_>, priors: &Priors<'_>, drawn: &mut Drawn) -> Result<(), Unfit> {
        let id = priors.reading.parameter(law.outcome).ok_or(Unfit::Form)?;
        if drawn.done.contains(&law.statement) {
            return Ok(());
        }
        let bounds = law.truncation.iter().flat_map(|bounds| bounds.lower.into_iter().chain(bounds.upper));
        let read: Variables =
            law.arguments.iter().copied().chain(bounds).flat_map(|part| priors.reading.parameters_of(part)).collect();
        if read.iter().any(|parameter| drawn.improper.contains(parameter)) || drawn.improper.contains(&id) {
            drawn.improper.insert(id);
            drawn.now.insert(law.statement);
            return Ok(());
        }
        if read.iter().any(|parameter| !drawn.known.contains(parameter)) {
            return Ok(());
        }
        drawn.now.insert(law.statement);
        // Which elements: the value of the outcome where each holds its position.
        let Some(whole) = self.get(id).cloned() else { return Err(Unfit::Form) };
        let positions = (0..whole.len()).map(|position| position as f64).collect();
        self.set(id, Value::known(whole.shape.clone(), positions));
        let places = self.expression(law.outcome);
        self.set(id, whole.clone());
        let places = places?;
        let Some(known) = places.as_known().map(<[f64]>::to_vec) else { return Err(Unfit::Form) };
        let mut values = drawn.values.get(&id).cloned().ok_or(Unfit::Form)?;
        if known.iter().any(|&position| values.get(position as usize).is_none_or(|x| !x.is_nan())) {
            // A second density of the same element.
            return Err(Unfit::Form);
        }
        let outcome = Value::known(places.shape, vec![f64::NAN; known.len()]);
        let limits = self.limits(id, law, &whole.shape, &known)?;
        let found = self.simulated(law, &outcome, id, &limits, read.is_empty())?;
        for (&position, x) in known.iter().zip(found) {
            values[position as usize] = x;
        }
        self.set(id, Value::known(whole.shape, values.clone()));
        drawn.values.insert(id, values);
        Ok(())
    }

    /// The range of each element that is drawn: what its declaration and a truncation leave.
    fn limits(
        &mut self,
        id: VariableId,
        law: &Law<'_>,
        shape: &Shape,
        places: &[f64],
    ) -> Result<Vec<(f64, f64)>, Unfit> {
        let (lower, upper) = self.bounds(id, shape)?.ok_or(Unfit::Form)?;
        let mut all: Vec<(f64, f64)> =
            places.iter().map(|&position| (lower[position as usize], upper[position as usize])).collect();
        if let Some(truncation) = law.truncation {
            let mut bound = |bound: Option<ExpressionId>| -> Result<Option<f64>, Unfit> {
                let Some(bound) = bound else { return Ok(None) };
                let value = self.expression(bound)?;
                value.as_known().filter(|known| known.len() == 1).map(|known| Some(known[0])).ok_or(Unfit::Form)
            };
            let (lower, upper) = (bound(truncation.lower)?, bound(truncation.upper)?);
            for limits in &mut all {
                limits.0 = limits.0.max(lower.unwrap_or(f64::NEG_INFINITY));
                limits.1 = limits.1.min(upper.unwrap_or(f64::INFINITY));
            }
        }
        Ok(all)
    }

    /// Values of an outcome within limits. What falls out of them is drawn again by itself where the distribution is the
    /// same at every draw (`fixed`), or was told to be truncated; else the draw as a whole is.
    fn simulated(
        &mut self,
        law: &Law<'_>,
        outcome: &Value,
        id: VariableId,
        limits: &[(f64, f64)],
        fixed: bool,
    ) -> Result<Vec<f64>, Unfit> {
        let constraint = self.variable(id).constraint;
        let mut arguments = Vec::new();
        for &argument in law.arguments {
            arguments.push(self.expression(argument)?);
        }
        let Some(simulate) = simulator(law.family) else {
            return self.simulated_vectors(law, outcome, constraint, &arguments);
        };
        let lists: Option<Vec<Vec<f64>>> =
            arguments.iter().map(|value| value.as_known().map(<[f64]>::to_vec)).collect();
        let lists = lists.ok_or(Unfit::Form)?;
        let sorted = match constraint {
            Constraint::None | Constraint::Bounds { .. } | Constraint::Affine { .. } => false,
            // Numbers in order, of one distribution: those of any order, sorted.
            Constraint::Ordered | Constraint::PositiveOrdered
                if fixed && lists.iter().all(|list| list.len() == 1) && outcome.shape.arrays.is_empty() =>
            {
                true
            }
            _ => return Err(Unfit::Form),
        };
        let positive = constraint == Constraint::PositiveOrdered;
        let mut found = Vec::with_capacity(outcome.len());
        for (index, &(lower, upper)) in limits.iter().enumerate() {
            let lower = if positive { lower.max(0.0) } else { lower };
            let at: Vec<f64> = lists.iter().map(|list| if list.len() == 1 { list[0] } else { list[index] }).collect();
            let random = self.random.as_mut().ok_or(Unfit::Form)?;
            let again = if fixed || law.truncation.is_some() { ATTEMPTS } else { 1 };
            let within = |x: &f64| *x >= lower && *x <= upper;
            match (0..again).map(|_| simulate(random, &at)).find(within) {
                Some(x) => found.push(x),
                None if again == 1 => return Err(Unfit::Attempt),
                None => return Err(Unfit::Form),
            }
        }
        if sorted {
            found.sort_by(f64::total_cmp);
        }
        Ok(found)
    }

    /// Values of an outcome that is a vector, a matrix, or an array of vectors.
    fn simulated_vectors(
        &mut self,
        law: &Law<'_>,
        outcome: &Value,
        constraint: Constraint,
        arguments: &[Value],
    ) -> Result<Vec<f64>, Unfit> {
        let fits = match law.family {
            "multi_normal" | "multi_normal_cholesky" | "multi_student_t" => {
                matches!(constraint, Constraint::None | Constraint::Affine { .. })
            }
            "dirichlet" => constraint == Constraint::Simplex,
            "lkj_corr_cholesky" => constraint == Constraint::CholeskyFactorCorr,
            "lkj_corr" => constraint == Constraint::CorrMatrix,
            "wishart" | "inv_wishart" => constraint == Constraint::CovMatrix,
            _ => false,
        };
        if !fits || law.truncation.is_some() || arguments.iter().any(|value| !value.shape.arrays.is_empty()) {
            return Err(Unfit::Form);
        }
        let each = outcome.shape.inner.len();
        let mut values = arguments.to_vec();
        if law.family.starts_with("lkj_corr") {
            let Inner::Matrix(size, _) = outcome.shape.inner else { return Err(Unfit::Form) };
            values.insert(0, Value::number(crate::ir::graph::Number::Known(size as f64)));
        }
        let mut found = Vec::with_capacity(outcome.len());
        for _ in 0..outcome.len() / each.max(1) {
            let value = self.family(law.family, Density::Rng, &values, law.span)?;
            let known = value.as_known().filter(|known| known.len() == each).ok_or(Unfit::Form)?;
            found.extend_from_slice(known);
        }
        Ok(found)
    }
}

fn is_of_data(subject: Option<Subject>) -> bool {
    matches!(subject, Some(Subject::Data(_)))
}

/// Whether some of the statements, or of those inside of them, are about parameters, or not known to be about data.
fn holds_priors(statements: &[Statement], priors: &Priors<'_>) -> bool {
    crate::lang::typed::any_statement(statements, &|statement| match statement {
        Statement::Tilde { outcome, .. } => !is_of_data(priors.subjects.of(*outcome)),
        Statement::TargetIncrement { value, .. } => !is_of_data(priors.subjects.of(*value)),
        _ => false,
    })
}
