//! NUTS: that its transition is exact, that its posteriors are right, and that nothing beside a chain changes its bits.

/// Parameters that made the data rank among draws as they should; at night.
#[path = "nuts/calibration.rs"]
mod calibration;
/// The GPU against its twin on the CPU.
#[path = "nuts/device.rs"]
mod device;
#[path = "nuts/exactness.rs"]
mod exactness;
#[path = "nuts/models.rs"]
mod models;
#[path = "nuts/posterior.rs"]
mod posterior;
#[path = "nuts/requirements.rs"]
mod requirements;
#[path = "nuts/trajectories.rs"]
mod trajectories;
#[path = "gpu/wanted.rs"]
mod wanted;
