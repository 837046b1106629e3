//! Few lanes: runs of simple instructions as one kernel. With four chains an instruction is one operation of a vector
//! register, and what surrounds it (a call, slices, the kinds of its operands) would take ten times as long.
//!
//! A body flows in; its steps flow out, whose operands are places of one file: registers, then the inputs that are read,
//! then constants.
//! All else is left to the machine, an instruction at a time. The operations and their order are the same, and so are the
//! bits. Absent on purpose: functions that take longer than a call.

use std::collections::{BTreeMap, BTreeSet};

use super::lanes::Inputs;
use super::multiply_add::Sum;
use super::program::{Body, Instruction, Operand};
use crate::ir::{Binary, Unary};
use crate::math::Real;
use crate::math::simd::{Width, lane_kernel};

/// Lanes of a register: runs with more go the wide way. Four chains are what people take who take few.
pub(super) const FEW: usize = 4;

/// A number for each lane, those that are not there included.
pub(super) type Register<R> = [R; FEW];

/// What a step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Function {
    Negate,
    Square,
    Sqrt,
    Add,
    Subtract,
    Multiply,
    Divide,
    Plus,
    Minus,
    From,
    Select,
    /// What the instruction of this number says, which the machine knows to run.
    Other(u32),
}

/// A step: up to four operands, of which a function reads its own.
#[derive(Clone, Copy, Debug)]
struct Step {
    function: Function,
    to: u32,
    operands: [u32; 4],
}

/// A body for few lanes.
#[derive(Clone, Debug)]
pub(super) struct Narrow<R> {
    steps: Vec<Step>,
    registers: usize,
    /// Those that steps read.
    inputs: Vec<usize>,
    constants: Vec<R>,
}

impl<R: Real> Narrow<R> {
    /// The steps of a body.
    pub(super) fn new(body: &Body<R>) -> Self {
        let read = body.instructions.iter().flat_map(operands).filter_map(|operand| match operand {
            Operand::Input(input) => Some(input),
            Operand::Register(_) | Operand::Constant(_) => None,
        });
        let inputs: Vec<usize> = read.collect::<BTreeSet<usize>>().into_iter().collect();
        let mut narrow = Self { steps: Vec::new(), registers: body.registers, inputs, constants: Vec::new() };
        // Constants by their bits: zeros of both signs are two.
        let mut known = BTreeMap::new();
        for (number, instruction) in body.instructions.iter().enumerate() {
            let step = narrow.step(number, instruction, &mut known);
            narrow.steps.push(step);
        }
        narrow
    }

    fn step(&mut self, number: usize, instruction: &Instruction<R>, known: &mut BTreeMap<u64, usize>) -> Step {
        let simple = match instruction {
            Instruction::Unary { function, to, .. } => match function {
                Unary::Negate => Some((Function::Negate, *to)),
                Unary::Square => Some((Function::Square, *to)),
                Unary::Sqrt => Some((Function::Sqrt, *to)),
                _ => None,
            },
            Instruction::Binary { function, to, .. } => match function {
                Binary::Add => Some((Function::Add, *to)),
                Binary::Subtract => Some((Function::Subtract, *to)),
                Binary::Multiply => Some((Function::Multiply, *to)),
                Binary::Divide => Some((Function::Divide, *to)),
                Binary::Power | Binary::Atan2 | Binary::LogAddExp | Binary::LnBeta | Binary::LnBetaSlope => None,
            },
            Instruction::MultiplyAdd { sum, to, .. } => match sum {
                Sum::Plus => Some((Function::Plus, *to)),
                Sum::Minus => Some((Function::Minus, *to)),
                Sum::From => Some((Function::From, *to)),
            },
            Instruction::Select { to, .. } => Some((Function::Select, *to)),
            Instruction::Load { .. }
            | Instruction::Store { .. }
            | Instruction::Accumulate { .. }
            | Instruction::SquaredDistance { .. }
            | Instruction::Loop(_) => None,
        };
        let Some((function, to)) = simple else {
            return Step { function: Function::Other(number as u32), to: 0, operands: [0; 4] };
        };
        let mut places = [0; 4];
        for (place, operand) in places.iter_mut().zip(operands(instruction)) {
            *place = match operand {
                Operand::Register(register) => register,
                Operand::Input(input) => {
                    let place = self.inputs.binary_search(&input);
                    self.registers + place.expect("every input that is read is in the list")
                }
                Operand::Constant(x) => {
                    let place = *known.entry(x.to_f64().to_bits()).or_insert_with(|| {
                        self.constants.push(x);
                        self.constants.len() - 1
                    });
                    self.registers + self.inputs.len() + place
                }
            } as u32;
        }
        Step { function, to: to as u32, operands: places }
    }

    /// Makes a file ready for a run: room for everything, inputs where steps look for them.
    pub(super) fn load(&self, file: &mut Vec<Register<R>>, inputs: Inputs<'_, R>, lanes: usize) {
        if file.is_empty() {
            // A step reads four places, whichever they are: there is one at least.
            file.resize((self.registers + self.inputs.len()).max(1), [R::ZERO; FEW]);
            file.extend(self.constants.iter().map(|&x| [x; FEW]));
        }
        for (register, &input) in file[self.registers..].iter_mut().zip(&self.inputs) {
            // A copy whose length is known is a move.
            match *inputs.get(input) {
                [a, ..] if lanes == 1 => register[0] = a,
                [a, b, c, d, ..] if lanes == FEW => *register = [a, b, c, d],
                ref numbers => register[..lanes].copy_from_slice(&numbers[..lanes]),
            }
        }
    }

    /// Takes steps from number `at` on, and returns the instruction that the machine must run next, if there is one; steps
    /// go on after it.
    pub(super) fn run(&self, width: Width, file: &mut [Register<R>], at: &mut usize) -> Option<usize> {
        let mut other = None;
        take_steps(width, &self.steps, file, at, &mut other);
        other
    }
}

/// The operands of an instruction that may be a step.
fn operands<R: Real>(instruction: &Instruction<R>) -> Vec<Operand<R>> {
    match *instruction {
        Instruction::Unary { x, .. } => vec![x],
        Instruction::Binary { x, y, .. } => vec![x, y],
        Instruction::MultiplyAdd { factors: [x, y], z, .. } => vec![x, y, z],
        Instruction::Select { left, right, holds, fails, .. } => vec![left, right, holds, fails],
        Instruction::Load { .. }
        | Instruction::Store { .. }
        | Instruction::Accumulate { .. }
        | Instruction::SquaredDistance { .. }
        | Instruction::Loop(_) => Vec::new(),
    }
}

/// A function of four numbers in every lane.
#[inline(always)]
fn each<R: Real>([a, b, c, d]: [Register<R>; 4], function: impl Fn(R, R, R, R) -> R) -> Register<R> {
    let mut result = [R::ZERO; FEW];
    for lane in 0..FEW {
        result[lane] = function(a[lane], b[lane], c[lane], d[lane]);
    }
    result
}

lane_kernel! {
    fn take_steps<R>(steps: &[Step], file: &mut [Register<R>], at: &mut usize, other: &mut Option<usize>) {
        for step in &steps[*at..] {
            *at += 1;
            let x = step.operands.map(|place| file[place as usize]);
            file[step.to as usize] = match step.function {
                Function::Negate => each(x, |x, _, _, _| -x),
                Function::Square => each(x, |x, _, _, _| x * x),
                Function::Sqrt => each(x, |x, _, _, _| x.sqrt()),
                Function::Add => each(x, |x, y, _, _| x + y),
                Function::Subtract => each(x, |x, y, _, _| x - y),
                Function::Multiply => each(x, |x, y, _, _| x * y),
                Function::Divide => each(x, |x, y, _, _| x / y),
                Function::Plus => each(x, |x, y, z, _| x * y + z),
                Function::Minus => each(x, |x, y, z, _| x * y - z),
                Function::From => each(x, |x, y, z, _| z - x * y),
                Function::Select => each(x, |left, right, holds, fails| R::select(left <= right, holds, fails)),
                Function::Other(number) => {
                    *other = Some(number as usize);
                    return;
                }
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::cpu::kernels;
    use crate::backend::cpu::lanes::Lanes;
    use crate::backend::cpu::multiply_add::multiply_add;

    /// Both zeros, what is no number, and sums that cancel.
    const NUMBERS: [f32; 8] = [0.0, -0.0, f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1.0, -2.5, 1e-30];

    /// Every simple instruction, whose operands are inputs 1, 3, 5 and 7, or constants where `constants` says so.
    fn instructions(constants: u32, constant: f32) -> Vec<Instruction<f32>> {
        let operand =
            |at: usize| if constants >> at & 1 == 1 { Operand::Constant(constant) } else { Operand::Input(2 * at + 1) };
        let [x, y, z, w] = [0, 1, 2, 3].map(operand);
        let unary = [Unary::Negate, Unary::Square, Unary::Sqrt];
        let binary = [Binary::Add, Binary::Subtract, Binary::Multiply, Binary::Divide];
        let sums = [Sum::Plus, Sum::Minus, Sum::From];
        (unary.into_iter().map(|function| Instruction::Unary { function, to: 0, x }))
            .chain(binary.into_iter().map(|function| Instruction::Binary { function, to: 0, x, y }))
            .chain(sums.into_iter().map(|sum| Instruction::MultiplyAdd { sum, to: 0, factors: [x, y], z }))
            .chain([Instruction::Select { to: 0, left: x, right: y, holds: z, fails: w }])
            .collect()
    }

    #[test]
    fn few_lanes_have_the_bits_of_the_kernels() {
        let columns: Vec<Vec<f32>> =
            (0..8).map(|shift| (0..FEW).map(|lane| NUMBERS[(lane * 3 + shift * 5) % 8]).collect()).collect();
        for (width, constants) in Width::available().flat_map(|width| (0..16).map(move |constants| (width, constants)))
        {
            for (instruction, lanes) in NUMBERS
                .into_iter()
                .flat_map(|constant| instructions(constants, constant))
                .flat_map(|instruction| (1..=FEW).map(move |lanes| (instruction.clone(), lanes)))
            {
                let read = |operand: Operand<f32>| match operand {
                    Operand::Input(input) => Lanes::Each(&columns[input][..lanes]),
                    Operand::Constant(x) => Lanes::All(x),
                    Operand::Register(_) => unreachable!("no operand is a register"),
                };
                let mut right = vec![0.0; lanes];
                match instruction {
                    Instruction::Unary { function, x, .. } => kernels::unary(width, function, &mut right, read(x)),
                    Instruction::Binary { function, x, y, .. } => {
                        kernels::binary(width, function, &mut right, read(x), read(y));
                    }
                    Instruction::MultiplyAdd { sum, factors, z, .. } => {
                        multiply_add(width, sum, &mut right, factors.map(read), read(z));
                    }
                    Instruction::Select { left, right: other, holds, fails, .. } => {
                        kernels::select(&mut right, [left, other, holds, fails].map(read));
                    }
                    _ => unreachable!("all are simple"),
                }
                let body = Body { instructions: vec![instruction.clone()], registers: 1, results: Vec::new() };
                let (narrow, mut file, mut at) = (Narrow::new(&body), Vec::new(), 0);
                narrow.load(&mut file, Inputs::of(&columns), lanes);
                assert_eq!((narrow.run(width, &mut file, &mut at), at), (None, 1));
                for (found, right) in file[0].iter().zip(right) {
                    let same = found.to_bits() == right.to_bits() || found.is_nan() && right.is_nan();
                    assert!(same, "{instruction:?}, {lanes} lanes: {found}, not {right}");
                }
            }
        }
    }
}
