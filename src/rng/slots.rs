//! Where in the random stream each use finds its numbers: the one table of purposes, injected into the shaders as
//! constants, so that host and device cannot disagree.
//!
//! A counter is `[chain, step, slot, purpose]`; chains are numbered across the whole run, steps from the first
//! warm-up step on, and slots within a step as the purpose says.

/// What a random number is for. Two purposes never share a counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Purpose {
    /// The steps of a chain. Metropolis: slot `s` serves coordinates `2s` and `2s + 1`.
    Transition = 0,
    /// Starting points: `chain` is the superchain, `step` the attempt, slot `s` serves coordinates `4s..4s + 4`.
    Start = 1,
    /// What a draw's generated quantities take, in order: `super::random`.
    GeneratedQuantities = 2,
    /// What random functions of transformed data take, in order.
    TransformedData = 3,
    /// Momenta of NUTS: slot `s` serves coordinates `4s..4s + 4`.
    Momentum = 4,
    /// Doublings of a NUTS trajectory, a slot for each: its direction, and the choice between the halves.
    Doubling = 5,
    /// Choices among the leaves of a NUTS trajectory, a slot for each leapfrog of the step.
    Leaf = 6,
    /// Momenta of trial leapfrogs that look for a step size: `chain` is the group of chains that shares it, `step` 64
    /// times the steps that it has taken and the trial, slot `s` serves coordinates `4s..4s + 4`.
    StepSize = 7,
}

/// The counter of four random words.
#[inline(always)]
pub fn counter(chain: u32, step: u32, slot: u32, purpose: Purpose) -> [u32; 4] {
    [chain, step, slot, purpose as u32]
}
