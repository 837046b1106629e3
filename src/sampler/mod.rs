//! Floor 3: how a chain takes one step. Each sampler is written twice, once here for lanes of chains on the CPU and
//! once in `shaders/sampler/` for one chain per GPU invocation: same stem, same functions, same order, same bits.
//!
//! Steps are pure: state, tuning and an address in the random stream in, state out. What adapts during warm-up is
//! decided apart from the steps ([`tuning`] for Metropolis, [`warmup`] for NUTS), so that warm-up cannot leak into
//! sampling.

pub mod metropolis;
pub mod nuts;
pub mod tuning;
pub mod warmup;

/// A log density over lanes of chains whose coordinates move one at a time: what a component-wise step asks of a model.
pub trait Density<R> {
    /// Writes the log density of every lane, up to a constant, where one coordinate has moved since lanes last settled.
    /// `coordinates` is `[coordinate, lane]`; a density that is not finite may be written as any number that is not: the
    /// step rejects it.
    fn moved(&mut self, coordinates: &[Vec<R>], coordinate: usize, log_density: &mut [R]);

    /// Told, once after each move, which lanes stay where they have moved (1) and which have gone back (0).
    fn settle(&mut self, coordinate: usize, taken: &[u32]);
}

/// A log density with its gradient over lanes of chains: what a step along the slope asks of a model.
pub trait Gradient<R> {
    /// Writes the log density of every lane, up to a constant, and its derivative by each coordinate. `coordinates`
    /// and `gradient` are `[coordinate, lane]`; what is not finite may be written as any number that is not.
    fn gradient(&mut self, coordinates: &[Vec<R>], log_density: &mut [R], gradient: &mut [Vec<R>]);
}
