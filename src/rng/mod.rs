//! Floor 2: random numbers by address, not by state. The address of a number is (seed, chain, step, slot, purpose):
//! any chain can be replayed from any step on any device, and nothing depends on what ran beside it.
//!
//! Absent on purpose: a generator that advances from draw to draw. The stream of one draw ([`random`]) has an address
//! like any other number.

pub mod philox;
pub mod random;
pub mod slots;
pub mod variate;
