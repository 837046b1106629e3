//! Runs a lane program: one kernel call per instruction, all lanes at a time.
//!
//! The body of a loop over data runs over tiles of rows times lanes, in a machine of its own: so a few chains vectorise
//! over rows as well as thousands of chains vectorise over lanes, with the same kernels and the same bits.

use std::sync::Arc;

use super::assemble::{Instruction, LaneProgram, Operand, RowLoop};
use super::kernels;
use super::lanes::Lanes;
use crate::ir::Loop;
use crate::math::Real;
use crate::math::accumulate::Accumulator;
use crate::math::simd::Width;
use crate::sampler::Density;

/// A lane program with registers to run it in. Cloning shares the program.
#[derive(Clone, Debug)]
pub(super) struct Machine<R> {
    program: Arc<LaneProgram<R>>,
    registers: Vec<Vec<R>>,
    /// The tiles of each loop, in the order of the instructions.
    rows: Vec<RowState<R>>,
}

impl<R: Real> Machine<R> {
    pub(super) fn new(program: Arc<LaneProgram<R>>) -> Self {
        let rows = program
            .instructions
            .iter()
            .filter_map(|instruction| match instruction {
                Instruction::Loop(inner) => Some(RowState::new(inner)),
                Instruction::Unary { .. }
                | Instruction::Binary { .. }
                | Instruction::Select { .. }
                | Instruction::SquaredDistance { .. } => None,
            })
            .collect();
        Self { registers: vec![Vec::new(); program.registers], program, rows }
    }

    /// Number of results.
    pub(super) fn results(&self) -> usize {
        self.program.results.len()
    }

    /// A result of the last run, which had these inputs and lanes.
    pub(super) fn result<'a>(&'a self, index: usize, inputs: &'a [Vec<R>], lanes: usize) -> Lanes<'a, R> {
        read(&self.registers, inputs, self.program.results[index], lanes)
    }

    /// Runs the program over the first `lanes` numbers of each input.
    pub(super) fn run(&mut self, width: Width, inputs: &[Vec<R>], lanes: usize) {
        for register in &mut self.registers {
            if register.len() < lanes {
                register.resize(lanes, R::ZERO);
            }
        }
        let program = Arc::clone(&self.program);
        let mut loops = self.rows.iter_mut();
        for instruction in &program.instructions {
            match instruction {
                Instruction::Unary { function, to, x } => {
                    let mut result = std::mem::take(&mut self.registers[*to]);
                    let x = read(&self.registers, inputs, *x, lanes);
                    kernels::unary(width, *function, &mut result[..lanes], x);
                    self.registers[*to] = result;
                }
                Instruction::Binary { function, to, x, y } => {
                    let mut result = std::mem::take(&mut self.registers[*to]);
                    let x = read(&self.registers, inputs, *x, lanes);
                    let y = read(&self.registers, inputs, *y, lanes);
                    kernels::binary(width, *function, &mut result[..lanes], x, y);
                    self.registers[*to] = result;
                }
                Instruction::Select { to, left, right, holds, fails } => {
                    let mut result = std::mem::take(&mut self.registers[*to]);
                    let operands =
                        [left, right, holds, fails].map(|operand| read(&self.registers, inputs, *operand, lanes));
                    kernels::select(&mut result[..lanes], operands);
                    self.registers[*to] = result;
                }
                Instruction::SquaredDistance { to, column, centre } => {
                    let mut result = std::mem::take(&mut self.registers[*to]);
                    match read(&self.registers, inputs, *centre, lanes) {
                        Lanes::Each(centre) => {
                            kernels::squared_distance(width, &mut result[..lanes], column, centre);
                        }
                        Lanes::All(centre) => {
                            kernels::squared_distance(width, &mut result[..1], column, &[centre]);
                            let sum = result[0];
                            result[..lanes].fill(sum);
                        }
                    }
                    self.registers[*to] = result;
                }
                Instruction::Loop(inner) => {
                    let Some(state) = loops.next() else { unreachable!("one state per loop") };
                    let captured = inner.captured.iter().map(|operand| read(&self.registers, inputs, *operand, lanes));
                    state.run(width, inner, captured, lanes);
                    for (index, &to) in inner.to.iter().enumerate() {
                        self.registers[to][..lanes].copy_from_slice(state.sum(index, lanes));
                    }
                }
            }
        }
    }
}

/// Numbers in a tile, about: a few of them fill the first-level cache.
const TILE: usize = 1024;

/// The buffers of one loop.
#[derive(Clone, Debug)]
struct RowState<R> {
    body: Machine<R>,
    /// The inputs of the body, `[input][row, lane]`: captured numbers, then data.
    inputs: Vec<Vec<R>>,
    /// The partial sums, `[result][partial, lane]`.
    partials: Vec<Vec<R>>,
    /// The sums, `[result][lane]`, with their compensations.
    sums: Vec<Vec<Accumulator<R>>>,
    totals: Vec<Vec<R>>,
}

impl<R: Real> RowState<R> {
    fn new(inner: &RowLoop<R>) -> Self {
        let results = inner.to.len();
        Self {
            body: Machine::new(Arc::new(inner.body.clone())),
            inputs: vec![Vec::new(); inner.captured.len() + inner.columns.len()],
            partials: vec![Vec::new(); results],
            sums: vec![Vec::new(); results],
            totals: vec![Vec::new(); results],
        }
    }

    /// The sums of a result of the last run.
    fn sum(&self, result: usize, lanes: usize) -> &[R] {
        &self.totals[result][..lanes]
    }

    /// Runs the loop. `captured` are the numbers of the surrounding program that its body reads.
    fn run<'a>(
        &mut self,
        width: Width,
        inner: &RowLoop<R>,
        captured: impl Iterator<Item = Lanes<'a, R>>,
        lanes: usize,
    ) {
        // A multiple of four, so that a tile starts with partial sum 0.
        let height = (TILE / lanes).clamp(Loop::PARTIALS, Loop::BLOCK) / Loop::PARTIALS * Loop::PARTIALS;
        let height = height.min(inner.rows.next_multiple_of(Loop::PARTIALS));
        for input in &mut self.inputs {
            input.resize(height * lanes, R::ZERO);
        }
        let (outer, data) = self.inputs.split_at_mut(inner.captured.len());
        for (tile, captured) in outer.iter_mut().zip(captured) {
            match captured {
                Lanes::Each(x) => tile.chunks_exact_mut(lanes).for_each(|row| row.copy_from_slice(x)),
                Lanes::All(x) => tile.fill(x),
            }
        }
        for (sums, partials) in self.sums.iter_mut().zip(&mut self.partials) {
            sums.clear();
            sums.resize(lanes, Accumulator::default());
            partials.resize(Loop::PARTIALS * lanes, R::ZERO);
        }
        let columns = data.len();
        for block in (0..inner.rows).step_by(Loop::BLOCK) {
            let end = (block + Loop::BLOCK).min(inner.rows);
            for partials in &mut self.partials {
                partials[..Loop::PARTIALS * lanes].fill(R::ZERO);
            }
            for from in (block..end).step_by(height) {
                let rows = height.min(end - from);
                for column in 0..columns {
                    let tile = &mut self.inputs[inner.captured.len() + column];
                    for (row, &datum) in tile.chunks_exact_mut(lanes).zip(&inner.columns[column][from..from + rows]) {
                        row.fill(datum);
                    }
                }
                self.body.run(width, &self.inputs, rows * lanes);
                for (result, partials) in self.partials.iter_mut().enumerate() {
                    let partials = &mut partials[..Loop::PARTIALS * lanes];
                    match self.body.result(result, &self.inputs, rows * lanes) {
                        Lanes::Each(tile) => kernels::add_rows(width, partials, tile, lanes),
                        Lanes::All(term) => {
                            for row in 0..rows {
                                let partial = row % Loop::PARTIALS;
                                let lanes = &mut partials[partial * lanes..(partial + 1) * lanes];
                                lanes.iter_mut().for_each(|sum| *sum += term);
                            }
                        }
                    }
                }
            }
            for (sums, partials) in self.sums.iter_mut().zip(&self.partials) {
                for (lane, sum) in sums.iter_mut().enumerate() {
                    let partial = |index: usize| partials[index * lanes + lane];
                    let block = (partial(0) + partial(1)) + (partial(2) + partial(3));
                    *sum = kernels::next_block(*sum, block, inner.rows);
                }
            }
        }
        for (totals, sums) in self.totals.iter_mut().zip(&self.sums) {
            totals.clear();
            totals.extend(sums.iter().map(|sum| sum.total()));
        }
    }
}

fn read<'a, R: Real>(registers: &'a [Vec<R>], inputs: &'a [Vec<R>], operand: Operand<R>, lanes: usize) -> Lanes<'a, R> {
    match operand {
        Operand::Register(register) => Lanes::Each(&registers[register][..lanes]),
        Operand::Input(input) => Lanes::Each(&inputs[input][..lanes]),
        Operand::Constant(x) => Lanes::All(x),
    }
}

/// A log density: a machine whose results are accumulated, with compensation, in order.
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
}

impl<R: Real> Density<R> for LogDensity<R> {
    fn log_density(&mut self, coordinates: &[Vec<R>], log_density: &mut [R]) {
        let lanes = log_density.len();
        self.machine.run(self.width, coordinates, lanes);
        self.rest.clear();
        self.rest.resize(lanes, R::ZERO);
        log_density.fill(R::ZERO);
        for index in 0..self.machine.results() {
            let term = self.machine.result(index, coordinates, lanes);
            kernels::accumulate_term(self.width, log_density, &mut self.rest, term);
        }
        kernels::total(self.width, log_density, &self.rest);
    }
}
