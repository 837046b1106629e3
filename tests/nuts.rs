//! NUTS: that its transition is exact, that its posteriors are right, and that nothing beside a chain changes its bits.

#[path = "nuts/exactness.rs"]
mod exactness;
#[path = "nuts/models.rs"]
mod models;
#[path = "nuts/posterior.rs"]
mod posterior;
#[path = "nuts/trajectories.rs"]
mod trajectories;
