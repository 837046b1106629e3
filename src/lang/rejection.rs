//! Why a model rejects a state: the first thing that Stan would throw there, in the order of the model's statements.
//!
//! In: the parameters of a draw, or of a point at which a chain could not start. Out: what is wrong, with its place. The
//! model is run once more with its parameters known, in `f64`, so that a `reject` says its text and a requirement its
//! value. Where nothing is rejected, [`Quantities::obstacles`] names the first statement whose log density is not finite. A
//! state that only single precision rejects has no reason here.

use super::bind::BindError;
use super::compile::{declared, ended};
use super::quantities::Quantities;
use super::source::{Source, Span};
use crate::rng::random::Random;

/// Why states are rejected, and how many of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Rejection {
    /// What is wrong at the last of them.
    pub error: BindError,
    /// States that the same place rejects.
    pub count: usize,
}

impl Rejection {
    /// The reason in a sentence, with file and line: `normal_lpdf: Scale parameter is -5, but must be positive
    /// (model.stan:14)`.
    pub fn sentence(&self, source: &Source) -> String {
        format!("{} ({}:{})", self.error, source.located(self.error.span()).0.name, source.line(self.error.span()))
    }

    /// The place in the model as a picture, closed by a newline.
    pub fn render(&self, source: &Source, colour: bool) -> String {
        self.error.render(source, colour)
    }
}

impl Quantities {
    /// Why the model rejects a state, which holds the parameters as
    /// [`Model::parameters`](crate::model::Model::parameters) orders them; `None` where it does not.
    pub fn rejection(&self, state: &[f64]) -> Option<BindError> {
        self.run_density(state, false).err().filter(BindError::rejects)
    }

    /// The reasons of many states that the model rejects, the most frequent first.
    pub fn rejections<'a>(&self, states: impl IntoIterator<Item = &'a [f64]>) -> Vec<Rejection> {
        counted(states.into_iter().filter_map(|state| self.rejection(state)))
    }

    /// Why many states cannot be used, the most frequent reason first: what the model rejects, or else the first statement
    /// whose log density is not finite.
    pub fn obstacles<'a>(&self, states: impl IntoIterator<Item = &'a [f64]>) -> Vec<Rejection> {
        let not_finite = |state: &[f64]| self.run_density(state, true).err().filter(BindError::rejects);
        counted(states.into_iter().filter_map(|state| self.rejection(state).or_else(|| not_finite(state))))
    }

    fn run_density(&self, state: &[f64], ends_at_infinity: bool) -> Result<(), BindError> {
        let mut run = self.run_parameters(state)?;
        run.ends_at_infinity = ends_at_infinity;
        for id in declared(self.transformed_parameters()) {
            if let Some(value) = run.get(id).cloned() {
                ended(run.check_constraint(run.variable(id), &value))?;
            }
        }
        run.random = Some(Random::of_draw(0, 0, 0));
        ended(run.run(self.model_block())).map(|_| ())
    }
}

/// The errors of many states by their places, the most frequent first.
fn counted(errors: impl Iterator<Item = BindError>) -> Vec<Rejection> {
    let mut found: Vec<(Span, Rejection)> = Vec::new();
    for error in errors {
        let span = error.span();
        match found.iter_mut().find(|(place, _)| *place == span) {
            Some((_, known)) => *known = Rejection { error, count: known.count + 1 },
            None => found.push((span, Rejection { error, count: 1 })),
        }
    }
    let mut reasons: Vec<Rejection> = found.into_iter().map(|(_, reason)| reason).collect();
    reasons.sort_by_key(|reason| std::cmp::Reverse(reason.count));
    reasons
}
