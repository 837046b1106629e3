//! Draws from a model's prior: what the posterior is held against.
//!
//! Where the statements of the model can be simulated in order, draws are independent and of the prior itself. Any other
//! prior is sampled as densities are, by NUTS on the CPU; one that is so wide that chains do not cover it gives draws whose
//! chains disagree.

use std::ops::ControlFlow;

use super::{Init, RunError, Settings, run};
use crate::backend::Method;
use crate::backend::cpu::CpuBackend;
use crate::draws::Draws;
use crate::identify::posterior::Prior;
use crate::ir::fuse::fuse;
use crate::ir::simplify::simplify_terms;
use crate::lang::Compiled;
use crate::model::Model;
use crate::model::likelihood::Likelihood;

/// Chains of a prior that is sampled, and draws of each.
const CHAINS: usize = 8;
const DRAWS: usize = 500;

/// Draws of all parameters from the prior: a few thousand.
///
/// # Errors
/// When the prior density is finite nowhere that was tried.
pub fn prior_draws(compiled: &Compiled, likelihood: &Likelihood, seed: u64) -> Result<Prior, RunError> {
    let model = &compiled.model;
    if let Some(values) = compiled.quantities.prior_draws(CHAINS * DRAWS, seed) {
        let draws = Draws::from_values(model.parameters.clone(), CHAINS, DRAWS, values)?;
        return Ok(Prior { draws, simulated: true });
    }
    let density = fuse(&simplify_terms(&likelihood.prior_density)).into();
    let prior = Model { density, ..model.clone() };
    let mut backend = CpuBackend::<f64>::with_method(&prior, Method::Nuts { max_treedepth: 6 }, seed);
    let settings = Settings {
        first_chain: 0,
        chains: CHAINS,
        superchain_size: 1,
        warmup: 400,
        draws: DRAWS,
        thin: 1,
        seed,
        init: Init::Random { radius: 2.0 },
        target_accept: 0.8,
    };
    let draws = run(&prior, &mut backend, &settings, &mut |_, _, _| ControlFlow::Continue(()))?.draws;
    Ok(Prior { draws, simulated: false })
}
