//! ridgewalk

pub mod backend;
pub mod diagnostics;
pub mod draws;
pub mod ir;
pub mod lang;
pub mod math;
pub mod model;
pub mod rng;
pub mod run;
pub mod sampler;
