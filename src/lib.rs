//! ridgewalk runs thousands of MCMC chains of a Stan-language model on any GPU, through WGSL compute shaders, or on all
//! CPU cores; says whether they converged; and says which parameter combinations the data can identify at all.
//!
//! The one way data flows, and the floors of the house, lowest first (`ARCHITECTURE.md` tells more):
//!
//! | floor | rooms |
//! |---|---|
//! | 1 | [`math`], [`draws`] |
//! | 2 | [`ir`], [`rng`], [`diagnostics`] |
//! | 3 | [`model`], [`sampler`] |
//! | 4 | [`lang`], [`backend`], [`identify`] |
//! | 5 | [`mod@run`], [`report`], [`store`] |
//! | 6 | [`cli`] |
//!
//! ```
//! use std::ops::ControlFlow;
//!
//! use ridgewalk::backend::cpu::CpuBackend;
//! use ridgewalk::diagnostics::{self, summarise};
//! use ridgewalk::lang::{self, source::Source};
//! use ridgewalk::model::data::Data;
//! use ridgewalk::run::{Init, Settings, run};
//!
//! let text = "data { int N; vector[N] y; } parameters { real mu; } model { mu ~ normal(0, 10); y ~ normal(mu, 1); }";
//! let mut data = Data::default();
//! data.add_json(r#"{"N": 4, "y": [0.3, -0.1, 0.7, 0.2]}"#, "data.json")?;
//! let model = lang::compile(&Source::new("mean.stan", text), &data, "mean", lang::Settings::default())?.model;
//!
//! let mut backend = CpuBackend::<f64>::new(&model, 1);
//! let settings = Settings {
//!     first_chain: 0, chains: 8, superchain_size: 1, warmup: 500, draws: 5000, thin: 1, seed: 1,
//!     init: Init::Random { radius: 2.0 }, target_accept: 0.8,
//! };
//! let outcome = run(&model, &mut backend, &settings, &mut |_, _, _| ControlFlow::Continue(()))?;
//! let summary = summarise(&outcome.draws, 8, &diagnostics::Settings::default())?;
//!
//! // The posterior mean is 1.1 / 4.01; 4 standard errors fail for one seed in 15,000, and the seed is fixed.
//! let mu = &summary.rows[0];
//! assert!((mu.mean - 1.1 / 4.01).abs() < 4.0 * mu.mcse_mean);
//! assert!(mu.r_hat < 1.01);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![warn(clippy::unwrap_used)]

pub mod backend;
pub mod cli;
pub mod diagnostics;
pub mod draws;
pub mod identify;
pub mod ir;
pub mod lang;
pub mod math;
pub mod model;
pub mod report;
pub mod rng;
pub mod run;
pub mod sampler;
pub mod store;
