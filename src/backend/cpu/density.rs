//! What a sampler asks of a program: its log density, and the gradient of it, over lanes of chains.
//!
//! Terms are accumulated, with compensation, in the order of the results. Absent on purpose: how a machine runs.

use std::ops::Range;
use std::sync::Arc;

use super::assemble::assemble;
use super::kernels;
use super::lanes::{Inputs, Lanes};
use super::machine::Machine;
use crate::ir::Program;
use crate::math::Real;
use crate::math::simd::Width;
use crate::sampler;

/// The log density of a program whose results are its terms.
#[derive(Clone, Debug)]
pub(super) struct LogDensity<R> {
    machine: Machine<R>,
    width: Width,
}

impl<R: Real> LogDensity<R> {
    pub(super) fn new(machine: Machine<R>, width: Width) -> Self {
        Self { machine, width }
    }

    /// Runs the program and accumulates a range of its results.
    fn evaluate(&mut self, coordinates: &[Vec<R>], log_density: &mut [R], terms: Range<usize>) {
        let (inputs, lanes) = (Inputs::of(coordinates), log_density.len());
        self.machine.run(self.width, inputs, lanes);
        accumulate(self.width, &self.machine, inputs, terms, log_density);
    }

    /// Writes the log density of every lane.
    #[cfg(test)]
    pub(super) fn log_density(&mut self, coordinates: &[Vec<R>], log_density: &mut [R]) {
        self.evaluate(coordinates, log_density, 0..self.machine.results());
    }
}

/// Accumulates results of a machine's last run.
pub(super) fn accumulate<R: Real>(
    width: Width,
    machine: &Machine<R>,
    inputs: Inputs<'_, R>,
    terms: Range<usize>,
    log_density: &mut [R],
) {
    let lanes = log_density.len();
    let terms: Vec<Lanes<'_, R>> = terms.map(|index| machine.result(index, inputs, lanes)).collect();
    kernels::accumulate_terms(width, log_density, &terms);
}

/// The log density and its gradient, by a program whose results are the terms of the one and, after them, the
/// components of the other. Cloning shares the program.
#[derive(Clone, Debug)]
pub struct Gradient<R> {
    density: LogDensity<R>,
    terms: usize,
}

impl<R: Real> Gradient<R> {
    /// The gradient that `program` computes: its first `terms` results are the terms of the log density, the others
    /// the components of the gradient, one for each coordinate.
    ///
    /// # Panics
    /// When the program has another number of results.
    pub fn new(program: &Program, terms: usize) -> Self {
        Self::with_width(program, terms, Width::widest())
    }

    /// As [`Gradient::new`], with vectors of a given width: all give the same bits.
    ///
    /// # Panics
    /// As [`Gradient::new`].
    pub fn with_width(program: &Program, terms: usize, width: Width) -> Self {
        assert_eq!(program.results.len(), terms + program.coordinates, "terms, and a component for each coordinate");
        Self { density: LogDensity::new(Machine::new(Arc::new(assemble(program))), width), terms }
    }
}

impl<R: Real> sampler::Gradient<R> for Gradient<R> {
    fn gradient(&mut self, coordinates: &[Vec<R>], log_density: &mut [R], gradient: &mut [Vec<R>]) {
        self.density.evaluate(coordinates, log_density, 0..self.terms);
        let lanes = log_density.len();
        for (index, component) in gradient.iter_mut().enumerate() {
            match self.density.machine.result(self.terms + index, Inputs::of(coordinates), lanes) {
                Lanes::Each(values) => component[..lanes].copy_from_slice(values),
                Lanes::All(value) => component[..lanes].fill(value),
            }
        }
    }
}
