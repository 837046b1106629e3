//! Draws from the prior of a model, where its statements can be simulated in order.
//!
//! A compiled model flows in; values of its parameters flow out. Absent: how the statements are run
//! (`interpret/forward`), and priors that fit no order, which are sampled like any density (`run/prior`).

use super::interpret::forward::{Priors, Unfit};
use super::interpret::value::Value;
use super::quantities::Quantities;
use super::reading::Reading;
use crate::rng::random::Random;

impl Quantities {
    /// So many draws from the prior of all parameters, transformed ones among them, in the order of
    /// [`Model::parameters`](crate::model::Model::parameters), draw after draw. Parameters whose prior is improper are
    /// NaN, and so are transformed ones where any is. `None` where the statements cannot be simulated in order.
    pub fn prior_draws(&self, draws: usize, seed: u64) -> Option<Vec<f64>> {
        /// Attempts at a draw that keeps the bounds of all parameters.
        const ATTEMPTS: u64 = 1000;
        let reading = Reading::new(self.model());
        let priors = Priors { reading: &reading, subjects: self.subjects() };
        let mut all = Vec::new();
        for draw in 0..draws as u64 {
            let kept = (0..ATTEMPTS).find_map(|attempt| {
                let random = Random::of_draw(seed, u32::try_from(attempt).ok()?, u32::try_from(draw).ok()?);
                match self.run_prior(&priors, random) {
                    Err(Unfit::Attempt) => None,
                    other => Some(other.ok()),
                }
            });
            all.extend(kept??);
        }
        Some(all)
    }

    fn run_prior(&self, priors: &Priors<'_>, random: Random) -> Result<Vec<f64>, Unfit> {
        let shapes = self.parameter_shapes();
        let mut run = self.interpreter();
        run.random = Some(random);
        run.draw_prior(priors, &shapes)?;
        let mut row = Vec::new();
        let values = |value: Option<&Value>| value.and_then(Value::as_known).map(<[f64]>::to_vec);
        for (id, shape) in &shapes {
            let known = values(run.get(*id)).ok_or(Unfit::Form)?;
            row.extend(super::compile::names("", shape).into_iter().map(|(position, _)| known[position]));
        }
        let improper = row.iter().any(|x| x.is_nan());
        let ran = run.run(&self.model().transformed_parameters);
        if ran.is_err() && !improper {
            return Err(Unfit::Attempt);
        }
        for id in super::compile::declared(&self.model().transformed_parameters) {
            let Some(value) = run.get(id).cloned() else { return Err(Unfit::Form) };
            let known = values(Some(&value)).filter(|_| !improper).unwrap_or_else(|| vec![f64::NAN; value.len()]);
            row.extend(super::compile::names("", &value.shape).into_iter().map(|(position, _)| known[position]));
        }
        Ok(row)
    }
}
