//! The log density of chains whose coordinates move one at a time: after a move, the program of that coordinate runs
//! (`ir::update`), reading what the move has left as it was; where the move is taken, what it has changed is kept.
//!
//! Absent on purpose: proposals and decisions, which are the sampler's.

use std::sync::Arc;

use super::assemble::{Columns, assemble_with};
use super::density::accumulate;
use super::kernels;
use super::lanes::{Inputs, Lanes};
use super::machine::Machine;
use super::program::LaneProgram;
use crate::ir::update::{Source, updates};
use crate::math::Real;
use crate::math::simd::Width;
use crate::model::Model;
use crate::sampler::Density;

/// The programs of a model's moves.
#[derive(Debug)]
pub(super) struct Programs<R> {
    terms: usize,
    kept: usize,
    whole: Arc<LaneProgram<R>>,
    moves: Vec<(Arc<LaneProgram<R>>, Vec<usize>)>,
    /// Which move's program belongs to a coordinate.
    of: Vec<usize>,
    /// Where each parameter is found, if it need not be computed.
    pub parameters: Vec<Option<Source>>,
}

impl<R: Real> Programs<R> {
    pub(super) fn new(model: &Model) -> Self {
        let updates = updates(&model.density, &model.constrain);
        // All programs read the same tables.
        let mut columns = Columns::default();
        let mut lower = |program| Arc::new(assemble_with(program, &mut columns));
        Self {
            terms: model.density.results.len(),
            kept: updates.kept,
            whole: lower(&updates.whole),
            moves: updates.programs.iter().map(|update| (lower(&update.program), update.changes.clone())).collect(),
            of: updates.of,
            parameters: updates.parameters,
        }
    }
}

/// The log density of the chains of a block.
#[derive(Clone, Debug)]
pub(super) struct Moves<R> {
    programs: Arc<Programs<R>>,
    width: Width,
    machines: Vec<Machine<R>>,
    /// The machine that ran last, and has the registers.
    last: usize,
    /// What the states' whole program would compute, `[value][lane]`.
    kept: Vec<Vec<R>>,
}

impl<R: Real> Moves<R> {
    /// For chains at these coordinates, whose log density is written.
    pub(super) fn new(
        programs: &Arc<Programs<R>>,
        width: Width,
        coordinates: &[Vec<R>],
        log_density: &mut [R],
    ) -> Self {
        let (inputs, lanes) = (Inputs::of(coordinates), log_density.len());
        let mut machine = Machine::new(Arc::clone(&programs.whole));
        machine.run(width, inputs, lanes);
        accumulate(width, &machine, inputs, 0..programs.terms, log_density);
        let kept = (0..programs.kept).map(|value| match machine.result(programs.terms + value, inputs, lanes) {
            Lanes::Each(numbers) => numbers.to_vec(),
            Lanes::All(number) => vec![number; lanes],
        });
        Self {
            width,
            machines: programs.moves.iter().map(|(program, _)| Machine::new(Arc::clone(program))).collect(),
            last: 0,
            kept: kept.collect(),
            programs: Arc::clone(programs),
        }
    }

    /// A parameter of the states, where it need not be computed.
    pub(super) fn parameter<'a>(&'a self, parameter: usize, coordinates: &'a [Vec<R>]) -> Option<&'a [R]> {
        Some(match self.programs.parameters[parameter]? {
            Source::Coordinate(z) => &coordinates[z],
            Source::Kept(value) => &self.kept[value],
        })
    }

    /// Whether some parameter must be computed.
    pub(super) fn computes_parameters(&self) -> bool {
        self.programs.parameters.iter().any(Option::is_none)
    }
}

impl<R: Real> Density<R> for Moves<R> {
    fn moved(&mut self, coordinates: &[Vec<R>], coordinate: usize, log_density: &mut [R]) {
        let number = self.programs.of[coordinate];
        if number != self.last {
            let mut registers = Vec::new();
            self.machines[self.last].exchange(&mut registers);
            self.machines[number].exchange(&mut registers);
            self.last = number;
        }
        let inputs = Inputs { first: coordinates, rest: &self.kept };
        let machine = &mut self.machines[number];
        machine.run(self.width, inputs, log_density.len());
        accumulate(self.width, machine, inputs, 0..self.programs.terms, log_density);
    }

    fn settle(&mut self, coordinate: usize, taken: &[u32]) {
        let number = self.programs.of[coordinate];
        let (machine, (_, changes)) = (&self.machines[number], &self.programs.moves[number]);
        for (result, &value) in changes.iter().enumerate() {
            let mut kept = std::mem::take(&mut self.kept[value]);
            // What a program changes it computes, so that no input is read here.
            match machine.result(self.programs.terms + result, Inputs { first: &[], rest: &[] }, taken.len()) {
                Lanes::Each(new) => kernels::merge(self.width, &mut kept, new, taken),
                Lanes::All(new) => kernels::merge(self.width, &mut kept, &vec![new; taken.len()], taken),
            }
            self.kept[value] = kept;
        }
    }
}
