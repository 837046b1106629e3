//! What a sampler asks of a program: its log density, and the gradient of it, over lanes of chains.
//!
//! Terms are accumulated, with compensation, in the order of the results. Absent on purpose: how a machine runs.

use std::ops::Range;
use std::sync::Arc;

use super::assemble::assemble;
use super::kernels;
use super::lanes::Lanes;
use super::machine::Machine;
use crate::ir::Program;
use crate::math::Real;
use crate::math::simd::Width;
use crate::sampler::{self, Density};

/// The log density of a program whose results are its terms.
#[derive(Clone, Debug)]
pub(super) struct LogDensity<R> {
    machine: Machine<R>,
    width: Width,
    rest: Vec<R>,
}

impl<R: Real> LogDensity<R> {
    pub(super) fn new(machine: Machine<R>, width: Width) -> Self {
        Self { machine, width, rest: Vec::new() }
    }

    /// Runs the program and accumulates a range of its results.
    fn evaluate(&mut self, coordinates: &[Vec<R>], log_density: &mut [R], terms: Range<usize>) {
        let lanes = log_density.len();
        self.machine.run(self.width, coordinates, lanes);
        self.rest.clear();
        self.rest.resize(lanes, R::ZERO);
        log_density.fill(R::ZERO);
        for index in terms {
            let term = self.machine.result(index, coordinates, lanes);
            kernels::accumulate_term(self.width, log_density, &mut self.rest, term);
        }
        kernels::total(self.width, log_density, &self.rest);
    }
}

impl<R: Real> Density<R> for LogDensity<R> {
    fn log_density(&mut self, coordinates: &[Vec<R>], log_density: &mut [R]) {
        self.evaluate(coordinates, log_density, 0..self.machine.results());
    }
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
            match self.density.machine.result(self.terms + index, coordinates, lanes) {
                Lanes::Each(values) => component[..lanes].copy_from_slice(values),
                Lanes::All(value) => component[..lanes].fill(value),
            }
        }
    }
}
