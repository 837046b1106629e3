//! The log likelihood of each observation and the log density of each prior at a draw, as `az.loo` and `az.psense` ask
//! for them: normalised, on the parameters' own scale.
//!
//! Runs the model block once more with the parameters known, in `f64`. Absent on purpose: what is done with them.

use super::bind::BindError;
use super::compile::ended;
use super::interpret::contributions::Contributions;
use super::quantities::Quantities;
use crate::rng::random::Random;

/// Contributions to the log density at a draw, by the names of data and of parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Pointwise {
    /// Of each variable of the data, a number for each observation, in the order of the model's statements.
    pub likelihood: Vec<(String, Vec<f64>)>,
    /// Of each parameter that has a prior, its logarithm.
    pub prior: Vec<(String, f64)>,
}

impl Quantities {
    /// The names of the data that statements of the model block are about: what was observed. The other data are
    /// constants of the model.
    pub fn observed(&self) -> Vec<String> {
        self.interpreter().observed(self.model_block())
    }

    /// The contributions of data and priors at a draw, which holds the parameters as
    /// [`Model::parameters`](crate::model::Model::parameters) orders them.
    ///
    /// # Errors
    /// When the model cannot be run there, or a statement does not tell whether it is about data or parameters.
    pub fn pointwise(&self, draw: &[f64]) -> Result<Pointwise, BindError> {
        // No random number is asked for before generated quantities.
        let mut run = self.run_parameters(draw)?;
        run.contributions = Some(Contributions::default());
        run.random = Some(Random::of_draw(0, 0, 0));
        ended(run.run(self.model_block()))?;
        let found = run.contributions.take().unwrap_or_default();
        let name = |variable| run.variable(variable).name.clone();
        Ok(Pointwise {
            likelihood: found.likelihood.into_iter().map(|(variable, values)| (name(variable), values)).collect(),
            prior: found.prior.into_iter().map(|(variable, value)| (name(variable), value)).collect(),
        })
    }
}
