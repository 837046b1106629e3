//! Few lanes: runs of simple instructions as one kernel. With four chains an instruction is one operation of a vector
//! register, and what surrounds it (a call, slices, the kinds of its operands) would take ten times as long.
//!
//! A body flows in; its steps flow out, whose operands are places of one file: registers, then inputs, then constants.
//! All else is left to the machine, an instruction at a time. The operations and their order are the same, and so are the
//! bits. Absent on purpose: functions that take longer than a call.

use super::lanes::Inputs;
use super::multiply_add::Sum;
use super::program::{Body, Instruction, Operand};
use crate::ir::{Binary, Unary};
use crate::math::Real;
use crate::math::simd::{Width, lane_kernel};

/// Lanes of a register: runs with more go the wide way. Four chains are what people take who take few.
pub(super) const LANES: usize = 4;

/// A number for each lane, those that are not there included.
pub(super) type Register<R> = [R; LANES];

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
    inputs: usize,
    constants: Vec<R>,
}

impl<R: Real> Narrow<R> {
    /// The steps of a body.
    pub(super) fn new(body: &Body<R>) -> Self {
        let inputs = body.instructions.iter().flat_map(operands).filter_map(|operand| match operand {
            Operand::Input(input) => Some(input + 1),
            Operand::Register(_) | Operand::Constant(_) => None,
        });
        let inputs = inputs.max().unwrap_or(0);
        let mut narrow = Self { steps: Vec::new(), registers: body.registers, inputs, constants: Vec::new() };
        for (number, instruction) in body.instructions.iter().enumerate() {
            let step = narrow.step(number, instruction);
            narrow.steps.push(step);
        }
        narrow
    }

    fn step(&mut self, number: usize, instruction: &Instruction<R>) -> Step {
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
                Binary::Power | Binary::Atan2 | Binary::LogAddExp | Binary::LnBeta => None,
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
                Operand::Input(input) => self.registers + input,
                Operand::Constant(x) => {
                    self.constants.push(x);
                    self.registers + self.inputs + self.constants.len() - 1
                }
            } as u32;
        }
        Step { function, to: to as u32, operands: places }
    }

    /// Makes a file ready for a run: room for everything, inputs where steps look for them.
    pub(super) fn load(&self, file: &mut Vec<Register<R>>, inputs: Inputs<'_, R>, lanes: usize) {
        if file.is_empty() {
            // A step reads four places, whichever they are: there is one at least.
            file.resize((self.registers + self.inputs).max(1), [R::ZERO; LANES]);
            file.extend(self.constants.iter().map(|&x| [x; LANES]));
        }
        for (input, register) in file[self.registers..][..self.inputs].iter_mut().enumerate() {
            register[..lanes].copy_from_slice(&inputs.get(input)[..lanes]);
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
    let mut result = [R::ZERO; LANES];
    for lane in 0..LANES {
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
