//! Runs a lane program: one kernel call per instruction, all lanes at a time.
//!
//! The body of a loop over rows runs over tiles of rows times lanes, with registers of its own: so a few chains
//! vectorise over rows as well as thousands of chains vectorise over lanes, with the same kernels and the same bits.
//! What is left of few lanes goes the `narrow` way.
//! Where rows read what other rows store, a tile is one row high.

use std::sync::{Arc, OnceLock};

use super::arrays::{Arrays, Rows};
use super::kernels;
use super::lanes::{Inputs, Lanes};
use super::multiply_add::multiply_add;
use super::narrow::{self, Narrow};
use super::program::{Body, Instruction, LaneProgram, Operand, RowLoop};
use crate::ir::{Loop, Order};
use crate::math::Real;
use crate::math::accumulate::Accumulator;
use crate::math::simd::Width;

/// A lane program with registers and arrays to run it in. Cloning shares the program.
#[derive(Clone, Debug)]
pub(super) struct Machine<R> {
    program: Arc<LaneProgram<R>>,
    body: BodyState<R>,
    /// What the last run stored, `[array][element, lane]`.
    stored: Vec<Vec<R>>,
}

impl<R: Real> Machine<R> {
    pub(super) fn new(program: Arc<LaneProgram<R>>) -> Self {
        let (body, stored) = (BodyState::new(&program.body), vec![Vec::new(); program.arrays.len()]);
        Self { program, body, stored }
    }

    /// Number of results.
    pub(super) fn results(&self) -> usize {
        self.program.body.results.len()
    }

    /// A result of the last run, which had these inputs and lanes.
    pub(super) fn result<'a>(&'a self, index: usize, inputs: Inputs<'a, R>, lanes: usize) -> Lanes<'a, R> {
        self.body.result(index, inputs, lanes)
    }

    /// Exchanges the registers of many lanes with another machine's or with none: machines that take turns need them once.
    pub(super) fn exchange(&mut self, registers: &mut Vec<Vec<R>>) {
        std::mem::swap(&mut self.body.registers, registers);
    }

    /// Runs the program over the first `lanes` numbers of each input; the first ones are the coordinates.
    pub(super) fn run(&mut self, width: Width, inputs: Inputs<'_, R>, lanes: usize) {
        for (array, length) in self.stored.iter_mut().zip(&self.program.arrays) {
            array.clear();
            array.resize(length * lanes, R::ZERO);
        }
        let mut arrays = Arrays { coordinates: inputs.first, stored: &mut self.stored, chains: lanes };
        self.body.run(width, inputs, lanes, &mut arrays, None);
    }
}

/// A body with its registers.
#[derive(Clone, Debug)]
struct BodyState<R> {
    body: Arc<Body<R>>,
    /// Made when few lanes run for the first time: most machines run many.
    narrow: Arc<OnceLock<Narrow<R>>>,
    /// The registers of runs over few lanes, and of those over many.
    file: Vec<narrow::Register<R>>,
    registers: Vec<Vec<R>>,
    /// The tiles of each loop, in the order of the instructions.
    loops: Vec<RowState<R>>,
}

impl<R: Real> BodyState<R> {
    fn new(body: &Arc<Body<R>>) -> Self {
        let loops = body
            .instructions
            .iter()
            .filter_map(|instruction| match instruction {
                Instruction::Loop(inner) => Some(RowState::new(inner)),
                Instruction::Unary { .. }
                | Instruction::Binary { .. }
                | Instruction::MultiplyAdd { .. }
                | Instruction::Select { .. }
                | Instruction::Load { .. }
                | Instruction::Store { .. }
                | Instruction::Accumulate { .. }
                | Instruction::SquaredDistance { .. } => None,
            })
            .collect();
        Self { body: Arc::clone(body), narrow: Arc::default(), file: Vec::new(), registers: Vec::new(), loops }
    }

    fn result<'a>(&'a self, index: usize, inputs: Inputs<'a, R>, lanes: usize) -> Lanes<'a, R> {
        let operand = self.body.results[index];
        if lanes <= narrow::FEW {
            read(&self.file, inputs, operand, lanes)
        } else {
            read(&self.registers, inputs, operand, lanes)
        }
    }

    /// Runs the body over the first `lanes` numbers of each input, at the rows given.
    fn run(
        &mut self,
        width: Width,
        inputs: Inputs<'_, R>,
        lanes: usize,
        arrays: &mut Arrays<'_, R>,
        rows: Option<&Rows<'_>>,
    ) {
        let Self { body, narrow, file, registers, loops } = self;
        let (mut loops, frame) = (loops.iter_mut(), Frame { width, inputs, lanes, rows });
        if lanes <= narrow::FEW {
            let narrow = narrow.get_or_init(|| Narrow::new(body));
            narrow.load(file, inputs, lanes);
            let mut at = 0;
            while let Some(other) = narrow.run(width, file, &mut at) {
                step(&body.instructions[other], file, frame, arrays, &mut loops);
            }
            return;
        }
        if registers.len() < body.registers {
            registers.resize(body.registers, Vec::new());
        }
        for register in registers.iter_mut().filter(|register| register.len() < lanes) {
            register.resize(lanes, R::ZERO);
        }
        for instruction in &body.instructions {
            step(instruction, registers, frame, arrays, &mut loops);
        }
    }
}

/// What the instructions of a run have in common.
#[derive(Clone, Copy, Debug)]
struct Frame<'a, R> {
    width: Width,
    inputs: Inputs<'a, R>,
    /// The first ones of each register and input, which are run over.
    lanes: usize,
    rows: Option<&'a Rows<'a>>,
}

/// Runs an instruction; a loop runs the next of `loops`.
fn step<'a, R: Real, T: AsRef<[R]> + AsMut<[R]> + Default>(
    instruction: &Instruction<R>,
    registers: &mut [T],
    frame: Frame<'_, R>,
    arrays: &mut Arrays<'_, R>,
    loops: &mut impl Iterator<Item = &'a mut RowState<R>>,
) {
    let Frame { width, inputs, lanes, rows } = frame;
    match instruction {
        Instruction::Unary { function, to, x } => {
            let mut result = std::mem::take(&mut registers[*to]);
            let x = read(registers, inputs, *x, lanes);
            kernels::unary(width, *function, &mut result.as_mut()[..lanes], x);
            registers[*to] = result;
        }
        Instruction::Binary { function, to, x, y } => {
            let mut result = std::mem::take(&mut registers[*to]);
            let x = read(registers, inputs, *x, lanes);
            let y = read(registers, inputs, *y, lanes);
            kernels::binary(width, *function, &mut result.as_mut()[..lanes], x, y);
            registers[*to] = result;
        }
        Instruction::MultiplyAdd { sum, to, factors, z } => {
            let mut result = std::mem::take(&mut registers[*to]);
            let factors = factors.map(|factor| read(registers, inputs, factor, lanes));
            let z = read(registers, inputs, *z, lanes);
            multiply_add(width, *sum, &mut result.as_mut()[..lanes], factors, z);
            registers[*to] = result;
        }
        Instruction::Select { to, left, right, holds, fails } => {
            let mut result = std::mem::take(&mut registers[*to]);
            let operands = [left, right, holds, fails].map(|operand| read(registers, inputs, *operand, lanes));
            kernels::select(&mut result.as_mut()[..lanes], operands);
            registers[*to] = result;
        }
        Instruction::Load { to, array, at } => {
            arrays.load(*array, at, rows, &mut registers[*to].as_mut()[..lanes]);
        }
        Instruction::Store { array, at, x } => {
            arrays.store(*array, at, rows, read(registers, inputs, *x, lanes));
        }
        Instruction::Accumulate { array, terms } => {
            let terms = terms.iter().map(|(at, x)| (at, read(registers, inputs, *x, lanes)));
            arrays.accumulate(width, *array, rows, &terms);
        }
        Instruction::SquaredDistance { to, column, centre } => {
            let mut result = std::mem::take(&mut registers[*to]);
            match read(registers, inputs, *centre, lanes) {
                Lanes::Each(centre) => {
                    kernels::squared_distance(width, &mut result.as_mut()[..lanes], column, centre);
                }
                Lanes::All(centre) => {
                    kernels::squared_distance(width, &mut result.as_mut()[..1], column, &[centre]);
                    let sum = result.as_mut()[0];
                    result.as_mut()[..lanes].fill(sum);
                }
            }
            registers[*to] = result;
        }
        Instruction::Loop(inner) => {
            let Some(state) = loops.next() else { unreachable!("one state per loop") };
            let captured = inner.captured.iter().map(|operand| read(registers, inputs, *operand, lanes));
            state.capture(inner, captured, lanes);
            state.run(width, inner, lanes, arrays, rows);
            for (index, &to) in inner.to.iter().enumerate() {
                registers[to].as_mut()[..lanes].copy_from_slice(state.sum(index, lanes));
            }
        }
    }
}

/// Numbers in a tile, about: a few of them fill the first-level cache.
const TILE: usize = 1024;

/// The buffers of one loop.
#[derive(Clone, Debug)]
struct RowState<R> {
    body: BodyState<R>,
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
            body: BodyState::new(&inner.body),
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

    /// Lays out the numbers of the surrounding body that this one reads, the same for each row of a tile.
    fn capture<'a>(&mut self, inner: &RowLoop<R>, captured: impl Iterator<Item = Lanes<'a, R>>, lanes: usize) {
        let height = height(inner, lanes);
        for input in &mut self.inputs {
            input.resize(height * lanes, R::ZERO);
        }
        for (tile, captured) in self.inputs.iter_mut().zip(captured) {
            match captured {
                Lanes::Each(x) => tile.chunks_exact_mut(lanes).for_each(|row| row.copy_from_slice(x)),
                Lanes::All(x) => tile.fill(x),
            }
        }
    }

    fn run(
        &mut self,
        width: Width,
        inner: &RowLoop<R>,
        lanes: usize,
        arrays: &mut Arrays<'_, R>,
        outer: Option<&Rows<'_>>,
    ) {
        let height = height(inner, lanes);
        let repeat = lanes / arrays.chains;
        for (sums, partials) in self.sums.iter_mut().zip(&mut self.partials) {
            sums.clear();
            sums.resize(lanes, Accumulator::default());
            partials.resize(Loop::PARTIALS * lanes, R::ZERO);
        }
        for block in (0..inner.rows).step_by(Loop::BLOCK) {
            let end = (block + Loop::BLOCK).min(inner.rows);
            for partials in &mut self.partials {
                partials[..Loop::PARTIALS * lanes].fill(R::ZERO);
            }
            for from in (block..end).step_by(height) {
                let count = height.min(end - from);
                let first = match inner.order {
                    Order::Any | Order::Forward => from,
                    Order::Backward => inner.rows - 1 - from,
                };
                for (tile, column) in self.inputs[inner.captured.len()..].iter_mut().zip(&inner.columns) {
                    for (row, &datum) in tile.chunks_exact_mut(lanes).zip(&column[first..first + count]) {
                        row.fill(datum);
                    }
                }
                let rows = Rows { outer, first, count, repeat };
                self.body.run(width, Inputs::of(&self.inputs), count * lanes, arrays, Some(&rows));
                self.add_tile(width, from, count, lanes);
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

    /// Adds the results of a tile to the partial sums; its first row was the `from`th taken.
    fn add_tile(&mut self, width: Width, from: usize, count: usize, lanes: usize) {
        let first = from % Loop::PARTIALS;
        for (result, partials) in self.partials.iter_mut().enumerate() {
            match self.body.result(result, Inputs::of(&self.inputs), count * lanes) {
                Lanes::Each(tile) if first == 0 => {
                    kernels::add_rows(width, &mut partials[..Loop::PARTIALS * lanes], tile, lanes);
                }
                // Only a tile of one row does not begin with partial sum 0.
                Lanes::Each(row) => kernels::add_assign(width, &mut partials[first * lanes..][..lanes], row),
                Lanes::All(term) => {
                    for row in first..first + count {
                        let lanes = &mut partials[row % Loop::PARTIALS * lanes..][..lanes];
                        lanes.iter_mut().for_each(|sum| *sum += term);
                    }
                }
            }
        }
    }
}

/// Rows of a tile: a multiple of four, so that each begins with partial sum 0, or one.
fn height<R>(inner: &RowLoop<R>, lanes: usize) -> usize {
    if !inner.side_by_side {
        return 1;
    }
    let height = (TILE / lanes).clamp(Loop::PARTIALS, Loop::BLOCK) / Loop::PARTIALS * Loop::PARTIALS;
    height.min(inner.rows.next_multiple_of(Loop::PARTIALS))
}

fn read<'a, R: Real, T: AsRef<[R]>>(
    registers: &'a [T],
    inputs: Inputs<'a, R>,
    operand: Operand<R>,
    lanes: usize,
) -> Lanes<'a, R> {
    match operand {
        Operand::Register(register) => Lanes::Each(&registers[register].as_ref()[..lanes]),
        Operand::Input(input) => Lanes::Each(&inputs.get(input)[..lanes]),
        Operand::Constant(x) => Lanes::All(x),
    }
}
