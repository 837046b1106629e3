//! Draws from a model's prior: what the posterior is held against.
//!
//! The prior is sampled as any density is, by NUTS on the CPU. One that is flat, or so wide that chains do not cover it,
//! gives draws whose chains disagree: whoever reads them looks at that.

use std::ops::ControlFlow;

use super::{Init, RunError, Settings, run};
use crate::backend::Method;
use crate::backend::cpu::CpuBackend;
use crate::draws::Draws;
use crate::ir::fuse::fuse;
use crate::ir::simplify::simplify_terms;
use crate::model::Model;
use crate::model::likelihood::Likelihood;

/// Draws of all parameters from the prior: a few thousand, by a few chains.
///
/// # Errors
/// When the prior density is finite nowhere that was tried.
pub fn prior_draws(model: &Model, likelihood: &Likelihood, seed: u64) -> Result<Draws, RunError> {
    let density = fuse(&simplify_terms(&likelihood.prior_density)).into();
    let prior = Model { density, ..model.clone() };
    let mut backend = CpuBackend::<f64>::with_method(&prior, Method::Nuts { max_treedepth: 6 }, seed);
    let settings = Settings {
        first_chain: 0,
        chains: 8,
        superchain_size: 1,
        warmup: 400,
        draws: 500,
        thin: 1,
        seed,
        init: Init::Random { radius: 2.0 },
        target_accept: 0.8,
    };
    Ok(run(&prior, &mut backend, &settings, &mut |_, _, _| ControlFlow::Continue(()))?.draws)
}
