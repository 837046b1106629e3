//! The log likelihood of each outcome and the log density of each prior at a draw, as `az.loo` and `az.psense` ask for
//! them: normalised, on the parameters' own scale.
//!
//! Runs the model block once more with the parameters known, in `f64`. An outcome is a number in the data where its density
//! is univariate, a vector where it is multivariate; all that statements say of it is one number. Where the text does not
//! tell which statements belong to which outcome there are none: half of the outcomes would pass for all.
//! Absent on purpose: what is done with them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::bind::BindError;
use super::compile::ended;
use super::interpret::contributions::{Contributions, Noted};
use super::interpret::value::{Inner, Shape, Value};
use super::quantities::Quantities;
use super::source::Span;
use crate::rng::random::Random;

/// Contributions to the log density at a draw, by the names of data and of parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Pointwise {
    /// Of each variable of the data, a number for each outcome, in the order of its elements.
    pub likelihood: Vec<(String, Vec<f64>)>,
    /// Of each parameter that has a prior, its logarithm.
    pub prior: Vec<(String, f64)>,
}

impl Quantities {
    /// The names of the data that statements of the model block are about: what was observed. The other data are
    /// constants of the model.
    pub fn observed(&self) -> Vec<String> {
        self.subjects().observed.iter().map(|&variable| self.model().variables[variable.0].name.clone()).collect()
    }

    /// The contributions of data and priors at a draw, which holds the parameters as
    /// [`Model::parameters`](crate::model::Model::parameters) orders them.
    ///
    /// # Errors
    /// When the model cannot be run there, when a statement does not tell whether it is about data or parameters, or
    /// when it is not known which outcomes statements belong to.
    pub fn pointwise(&self, draw: &[f64]) -> Result<Pointwise, BindError> {
        // No random number is asked for before generated quantities.
        let mut run = self.run_parameters(draw)?;
        run.contributions = Some(Contributions::new(Arc::clone(self.subjects())));
        run.random = Some(Random::of_draw(0, 0, 0));
        ended(run.run(self.model_block()))?;
        let Some(found) = run.contributions.take() else { unreachable!("set above") };
        let name = |variable| run.variable(variable).name.clone();
        let mut likelihood = Vec::new();
        for (variable, noted) in found.likelihood {
            let shape = run.get(variable).map_or(Shape::SCALAR, |value: &Value| value.shape.clone());
            let outcomes = outcomes(&noted, &shape).map_err(|span| BindError::Contributions {
                what: format!("which elements of `{}` this statement is about", name(variable)),
                span,
            })?;
            likelihood.push((name(variable), outcomes));
        }
        Ok(Pointwise {
            likelihood,
            prior: found.prior.into_iter().map(|(variable, value)| (name(variable), value)).collect(),
        })
    }
}

/// What was noted of one outcome.
struct Outcome {
    places: Option<Vec<u32>>,
    value: f64,
    span: Span,
}

/// The log likelihood of each outcome of a variable of this shape, in the order of its elements; where that is not clear,
/// the statement.
fn outcomes(noted: &[Noted], shape: &Shape) -> Result<Vec<f64>, Span> {
    let mut all: Vec<Outcome> = Vec::new();
    let mut known: BTreeMap<u32, usize> = BTreeMap::new();
    for outcome in of_turns(noted)? {
        // What several statements say of one outcome is one number.
        if let Some(&first) = outcome.places.as_ref().and_then(|places| places.first()) {
            if let Some(&index) = known.get(&first) {
                if all[index].places != outcome.places {
                    return Err(outcome.span);
                }
                all[index].value += outcome.value;
                continue;
            }
            known.insert(first, all.len());
        }
        all.push(outcome);
    }
    let Some(unplaced) = all.iter().find(|outcome| outcome.places.is_none()) else {
        return Ok(known.values().map(|&index| all[index].value).collect());
    };
    // Outcomes of which it is not said which elements they are: all of them, in order, or it is not known which.
    let rows = match (&shape.arrays[..], shape.inner) {
        (&[_, ..], Inner::Vector(_) | Inner::RowVector(_) | Inner::Matrix(..)) => shape.arrays.iter().product(),
        (&[rows, _, ..], Inner::Scalar) | (&[], Inner::Matrix(rows, _)) => rows,
        _ => shape.len(),
    };
    let in_order = all.iter().enumerate().all(|(index, outcome)| match &outcome.places {
        None => true,
        Some(places) => places[..] == [index as u32],
    });
    let whole = all.len() == shape.len() || all.len() == rows && known.is_empty();
    if !whole || !in_order {
        return Err(unplaced.span);
    }
    Ok(all.into_iter().map(|outcome| outcome.value).collect())
}

/// What was noted, the turns that say more than densities each as one outcome.
fn of_turns(noted: &[Noted]) -> Result<Vec<Outcome>, Span> {
    let loose: BTreeSet<u32> = noted.iter().filter(|noted| noted.loose).filter_map(|noted| noted.turn).collect();
    let mut all: Vec<Outcome> = Vec::new();
    let mut of_turn: BTreeMap<u32, usize> = BTreeMap::new();
    for Noted { value, places, turn, span, .. } in noted {
        let turn = turn.filter(|turn| loose.contains(turn));
        if let Some(&index) = turn.and_then(|turn| of_turn.get(&turn)) {
            let outcome = &mut all[index];
            match (&outcome.places, places) {
                (Some(old), Some(new)) if old != new => {
                    return Err(*span);
                }
                (None, Some(new)) => outcome.places = Some(new.clone()),
                _ => {}
            }
            outcome.value += value;
            continue;
        }
        if let Some(turn) = turn {
            of_turn.insert(turn, all.len());
        }
        all.push(Outcome { places: places.clone(), value: *value, span: *span });
    }
    Ok(all)
}
