//! Runs that last: what is stored, what survives, what is refused; with the program itself, on the CPU.

mod binary;
#[path = "store/damage.rs"]
mod damage;
#[path = "store/foreign.rs"]
mod foreign;
#[path = "store/kills.rs"]
mod kills;
#[path = "store/layout.rs"]
mod layout;
#[path = "store/ownership.rs"]
mod ownership;
#[path = "store/program.rs"]
mod program;
#[path = "store/quantities.rs"]
mod quantities;
#[path = "store/refusals.rs"]
mod refusals;
#[path = "store/shards.rs"]
mod shards;
