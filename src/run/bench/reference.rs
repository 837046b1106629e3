//! A posterior to measure by: one run of the CPU in `f64`, from which measured chains start, and which their draws must
//! agree with.
//!
//! Absent on purpose: clocks.

use std::ops::ControlFlow;

use crate::backend::cpu::CpuBackend;
use crate::backend::{Backend, Method, Tuning};
use crate::diagnostics::summary::{Row, TOLERANCE};
use crate::diagnostics::{Settings as Shown, summarise};
use crate::draws::Draws;
use crate::math::normal_quantile::normal_quantile;
use crate::model::Model;
use crate::run::{Init, RunError, Settings, run};

/// Chains of the reference; starting points of more chains repeat.
const CHAINS: usize = 1024;

/// Warm-up steps of the reference, and as many draws.
const STEPS: u32 = 1000;

/// Fewer effective draws than this have no standard error to rely on.
const FEWEST: f64 = 100.0;

/// Probability that correct draws are called wrong, in all cells of a report together.
const FALSE_ALARM: f64 = 1e-4;

/// A state counts as forgotten after so many autocorrelation times: its trace is then `exp(-10)` or less.
const AUTOCORRELATION_TIMES: f64 = 10.0;

/// A reference run.
#[derive(Debug)]
pub struct Reference {
    rows: Vec<Row>,
    /// `[chain, coordinate]`
    positions: Vec<f64>,
    coordinates: usize,
    tuning: Tuning,
    /// Steps after which a start is forgotten, in the parameters that can be trusted.
    pub(super) forgotten: u32,
}

/// What the draws of a cell say.
#[derive(Clone, Debug, PartialEq)]
pub enum Posterior {
    /// Means and standard deviations are those of the reference, within sampling error.
    Agrees {
        /// The largest difference, in standard errors.
        largest: f64,
    },
    /// One is not.
    Differs {
        /// Of this parameter,
        parameter: String,
        /// the `mean` or the `sd`,
        moment: &'static str,
        /// by so many standard errors.
        errors: f64,
    },
    /// The draws are worth too few independent ones to tell.
    TooFew {
        /// How many, of the parameter that has the fewest.
        effective: f64,
    },
    /// The reference has not converged in any parameter.
    NoReference,
}

impl Reference {
    /// Runs `model` on the CPU in `f64`.
    ///
    /// # Errors
    /// When the model cannot be run.
    pub fn new(model: &Model, method: Method, seed: u64) -> Result<Self, RunError> {
        let mut backend = CpuBackend::<f64>::with_method(model, method, seed);
        let settings = Settings {
            first_chain: 0,
            chains: CHAINS,
            superchain_size: 1,
            warmup: STEPS,
            draws: STEPS as usize,
            thin: 1,
            seed,
            init: Init::Random { radius: 2.0 },
            target_accept: 0.8,
        };
        let outcome = run(model, &mut backend, &settings, &mut |_, _, _| ControlFlow::Continue(()))?;
        let rows = rows(&outcome.draws);
        let draws = CHAINS as f64 * f64::from(STEPS);
        let slowest = rows.iter().filter(|row| trusted(row)).map(|row| draws / row.ess_bulk).fold(1.0, f64::max);
        Ok(Self {
            positions: backend.positions()?,
            coordinates: model.coordinates.len(),
            tuning: outcome.tuning,
            forgotten: (AUTOCORRELATION_TIMES * slowest).min(f64::from(STEPS)) as u32,
            rows,
        })
    }

    /// The parameters in which the reference has converged.
    pub fn trusted(&self) -> impl Iterator<Item = &str> {
        self.rows.iter().filter(|row| trusted(row)).map(|row| row.parameter.as_str())
    }

    /// Starting points of so many chains, `[chain, coordinate]`.
    pub(super) fn positions(&self, chains: usize) -> Vec<f64> {
        repeated(&self.positions, chains * self.coordinates)
    }

    /// The tuning of so many chains.
    pub(super) fn tuning(&self, chains: usize) -> Tuning {
        let numbers = chains * self.coordinates;
        match &self.tuning {
            Tuning::Metropolis { scales } => Tuning::Metropolis { scales: repeated(scales, numbers) },
            Tuning::Nuts { step_sizes, inverse_metric } => Tuning::Nuts {
                step_sizes: repeated(step_sizes, chains),
                inverse_metric: repeated(inverse_metric, numbers),
            },
        }
    }

    /// What draws say, and how many they are worth in the parameter that has the fewest effective ones. `comparisons`
    /// are those of the whole report.
    pub(super) fn judge(&self, draws: &Draws, comparisons: usize) -> (Posterior, Option<f64>) {
        let found = rows(draws);
        let pairs: Vec<(&Row, &Row)> = self.rows.iter().zip(&found).filter(|(row, _)| trusted(row)).collect();
        let Some(fewest) = pairs.iter().map(|(_, found)| found.ess_bulk).min_by(f64::total_cmp) else {
            return (Posterior::NoReference, None);
        };
        let effective = fewest.is_finite().then_some(fewest);
        if effective.is_none_or(|effective| effective < FEWEST) {
            let spread = pairs.iter().all(|(_, found)| found.sd.is_finite() && found.non_finite == 0);
            // NaN is not a matter of how many there are.
            let posterior = if spread { Posterior::TooFew { effective: fewest } } else { worst(&pairs).0 };
            return (posterior, effective);
        }
        let (posterior, largest) = worst(&pairs);
        let allowed = -normal_quantile(FALSE_ALARM / comparisons.max(1) as f64 / 2.0);
        (if largest <= allowed { Posterior::Agrees { largest } } else { posterior }, effective)
    }
}

/// The largest difference of a moment, as one that differs, and its size; infinite where a moment is NaN.
fn worst(pairs: &[(&Row, &Row)]) -> (Posterior, f64) {
    let mut worst = (Posterior::NoReference, -1.0);
    for (truth, found) in pairs {
        for (moment, a, b, errors) in [
            ("mean", truth.mean, found.mean, truth.mcse_mean.hypot(found.mcse_mean)),
            ("sd", truth.sd, found.sd, truth.mcse_sd.hypot(found.mcse_sd)),
        ] {
            // A constant has no sampling error, but single precision rounds it.
            let difference = (b - a).abs() / (errors + a.abs() * f64::from(f32::EPSILON));
            let errors = if difference.is_nan() { f64::INFINITY } else { difference };
            if errors > worst.1 {
                worst = (Posterior::Differs { parameter: truth.parameter.clone(), moment, errors }, errors);
            }
        }
    }
    worst
}

/// Whether a parameter of the reference has converged. A constant is left out: it says nothing about a sampler.
fn trusted(row: &Row) -> bool {
    row.r_hat <= TOLERANCE && row.ess_bulk >= 10.0 * FEWEST && !row.constant
}

fn rows(draws: &Draws) -> Vec<Row> {
    // One superchain per chain always divides the chains.
    summarise(draws, draws.chains(), &Shown::default()).expect("equal superchains").rows
}

fn repeated(values: &[f64], length: usize) -> Vec<f64> {
    values.iter().copied().cycle().take(length).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::{self, source::Source};
    use crate::model::data::Data;

    fn normal() -> Model {
        let text = "parameters { real x; } model { x ~ normal(1, 2); }";
        let source = Source::new("normal.stan", text);
        lang::compile(&source, &Data::default(), "normal", lang::Settings::default()).unwrap().model
    }

    /// Draws of a backend that takes every step with the reference's tuning, shifted and stretched.
    fn draws(reference: &Reference, model: &Model, shift: f64, stretch: f64) -> Draws {
        let mut backend = CpuBackend::<f64>::new(model, 99);
        let mut draws = Draws::new(model.parameters.clone(), 64, 400).unwrap();
        let population = crate::backend::Population { first: 0, chains: 64 };
        backend.start(population, &reference.positions(64)).unwrap();
        backend.tune(&reference.tuning(64)).unwrap();
        let stretch_of_steps = crate::backend::Stretch { first_step: 0, steps: 400 };
        let keep = crate::backend::Keep { draws: draws.room(), statistics: None, from: 0, thin: 1 };
        backend.advance(stretch_of_steps, Some(keep), &mut |_| ControlFlow::Continue(())).unwrap();
        draws.values_mut().iter_mut().for_each(|x| *x = 1.0 + stretch * (*x - 1.0) + shift);
        draws
    }

    /// The seed is fixed; a correct build fails for one seed in 10,000.
    #[test]
    fn right_draws_agree_and_wrong_ones_are_named() {
        let model = normal();
        let reference = Reference::new(&model, Method::Metropolis, 3).unwrap();
        let judge = |shift, stretch| reference.judge(&draws(&reference, &model, shift, stretch), 2).0;
        assert!(matches!(judge(0.0, 1.0), Posterior::Agrees { .. }), "{:?}", judge(0.0, 1.0));
        assert!(matches!(judge(0.5, 1.0), Posterior::Differs { moment: "mean", .. }));
        assert!(matches!(judge(0.0, 1.2), Posterior::Differs { moment: "sd", .. }));
        assert!(matches!(judge(f64::NAN, 1.0), Posterior::Differs { .. }), "{:?}", judge(f64::NAN, 1.0));
    }
}
