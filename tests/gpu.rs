//! The GPU against its twin on the CPU. A machine without an adapter fails these tests unless `RIDGEWALK_WITHOUT_GPU=1`
//! says that it is meant to have none. Bits are promised on Mesa's lavapipe alone (`wanted`).

#[path = "gpu/models.rs"]
mod models;
/// What goes wrong, and how it is said.
#[path = "gpu/refusals.rs"]
mod refusals;
#[path = "gpu/requirements.rs"]
mod requirements;
/// Whole runs: bits, and what they must not depend on.
#[path = "gpu/runs.rs"]
mod runs;
/// Special functions: bits.
#[path = "gpu/special.rs"]
mod special;
/// Elementary functions, log densities and parameters: values.
#[path = "gpu/values.rs"]
mod values;
#[path = "gpu/wanted.rs"]
mod wanted;
