//! Lowers a program of the IR to a lane program: straight-line instructions over registers that hold one number per
//! lane. The body of a loop over data becomes a lane program of its own, whose lanes are rows times chains.
//!
//! Registers are reused as soon as their value is dead, so that the working set of a block stays in the cache.

use std::collections::HashMap;

use crate::ir::{Binary, Loop, Op, Program, Statement, Unary, Value};
use crate::math::Real;

/// Where an instruction finds a number for each lane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Operand<R> {
    /// A register of the machine.
    Register(usize),
    /// An input of the program, such as a coordinate.
    Input(usize),
    /// The same number for every lane.
    Constant(R),
}

/// One operation over all lanes. `to` is a register that no operand of the instruction names.
#[derive(Clone, Debug)]
pub(super) enum Instruction<R> {
    Unary {
        function: Unary,
        to: usize,
        x: Operand<R>,
    },
    Binary {
        function: Binary,
        to: usize,
        x: Operand<R>,
        y: Operand<R>,
    },
    Select {
        to: usize,
        left: Operand<R>,
        right: Operand<R>,
        holds: Operand<R>,
        fails: Operand<R>,
    },
    /// The sum over the rows of a column of `(datum - centre)^2`: the data part of every normal likelihood, fused so
    /// that the partial sums stay in vector registers.
    SquaredDistance {
        to: usize,
        column: Vec<R>,
        centre: Operand<R>,
    },
    Loop(Box<RowLoop<R>>),
}

/// A loop over rows of data.
#[derive(Clone, Debug)]
pub(super) struct RowLoop<R> {
    pub rows: usize,
    /// The program of one row. Its inputs are `captured`, then `columns`.
    pub body: LaneProgram<R>,
    /// Numbers of the surrounding program that the body reads.
    pub captured: Vec<Operand<R>>,
    /// Columns of data that the body reads.
    pub columns: Vec<Vec<R>>,
    /// Registers for the sums of the body's results.
    pub to: Vec<usize>,
}

/// A program over lanes.
#[derive(Clone, Debug)]
pub(super) struct LaneProgram<R> {
    pub instructions: Vec<Instruction<R>>,
    pub registers: usize,
    pub results: Vec<Operand<R>>,
}

/// Lowers `program`; its inputs are its coordinates.
pub(super) fn assemble<R: Real>(program: &Program) -> LaneProgram<R> {
    let mut scope = Scope::new(program);
    scope.last_uses(&program.body, &program.results);
    scope.body(&program.body);
    scope.finish(&program.results)
}

/// The lowering of one body: the program's own or a loop's.
struct Scope<'a, R> {
    program: &'a Program,
    /// What stands for values that this body does not compute: captured ones and data.
    inputs: HashMap<Value, usize>,
    registers: HashMap<Value, usize>,
    /// Position of the last statement that reads a value; `usize::MAX` for results.
    last_use: HashMap<Value, usize>,
    free: Vec<usize>,
    count: usize,
    instructions: Vec<Instruction<R>>,
}

impl<'a, R: Real> Scope<'a, R> {
    fn new(program: &'a Program) -> Self {
        Self {
            program,
            inputs: HashMap::new(),
            registers: HashMap::new(),
            last_use: HashMap::new(),
            free: Vec::new(),
            count: 0,
            instructions: Vec::new(),
        }
    }

    fn last_uses(&mut self, body: &[Statement], results: &[Value]) {
        for (position, statement) in body.iter().enumerate() {
            for value in reads(self.program, statement) {
                self.last_use.insert(value, position);
            }
        }
        for &result in results {
            self.last_use.insert(result, usize::MAX);
        }
    }

    fn body(&mut self, body: &[Statement]) {
        for (position, statement) in body.iter().enumerate() {
            match statement {
                Statement::Let(value) => self.operation(*value),
                Statement::Loop(inner) => self.row_loop(inner),
            }
            let last_use = &self.last_use;
            let free = &mut self.free;
            self.registers.retain(|value, register| {
                let alive = last_use.get(value).is_some_and(|&last| last > position);
                if !alive {
                    free.push(*register);
                }
                alive
            });
            // Which register is reused must not depend on the order of a hash map.
            self.free.sort_unstable_by(|a, b| b.cmp(a));
        }
    }

    fn finish(self, results: &[Value]) -> LaneProgram<R> {
        let results = results.iter().map(|&result| self.operand(result)).collect();
        LaneProgram { instructions: self.instructions, registers: self.count, results }
    }

    fn register(&mut self, value: Value) -> usize {
        let register = self.free.pop().unwrap_or_else(|| {
            self.count += 1;
            self.count - 1
        });
        self.registers.insert(value, register);
        register
    }

    fn operand(&self, value: Value) -> Operand<R> {
        if let Some(&input) = self.inputs.get(&value) {
            return Operand::Input(input);
        }
        match self.program.op(value) {
            Op::Constant(x) => Operand::Constant(R::from_f64(x)),
            Op::Coordinate(i) => Operand::Input(i),
            Op::Datum { .. } | Op::Unary(..) | Op::Binary(..) | Op::Select { .. } | Op::Sum(..) => {
                Operand::Register(self.registers[&value])
            }
        }
    }

    fn operation(&mut self, value: Value) {
        let instruction = match self.program.op(value) {
            Op::Unary(function, x) => {
                let x = self.operand(x);
                Instruction::Unary { function, to: self.register(value), x }
            }
            Op::Binary(function, x, y) => {
                let (x, y) = (self.operand(x), self.operand(y));
                Instruction::Binary { function, to: self.register(value), x, y }
            }
            Op::Select { left, right, holds, fails } => {
                let [left, right, holds, fails] = [left, right, holds, fails].map(|x| self.operand(x));
                Instruction::Select { to: self.register(value), left, right, holds, fails }
            }
            Op::Constant(_) | Op::Coordinate(_) | Op::Datum { .. } | Op::Sum(..) => return,
        };
        self.instructions.push(instruction);
    }

    fn row_loop(&mut self, inner: &Loop) {
        if let Some((table, centre)) = squared_distance(self.program, inner) {
            let centre = self.operand(centre);
            let column = self.column(table);
            let to = self.register(inner.sums[0].total);
            self.instructions.push(Instruction::SquaredDistance { to, column, centre });
            return;
        }
        let (mut captured, mut columns) = (Vec::new(), Vec::new());
        let mut body = Scope::new(self.program);
        for value in free_values(self.program, inner) {
            match self.program.op(value) {
                Op::Datum { table, row } if row == inner.id => columns.push((value, self.column(table))),
                _ => {
                    body.inputs.insert(value, captured.len());
                    captured.push(self.operand(value));
                }
            }
        }
        for (index, (value, _)) in columns.iter().enumerate() {
            body.inputs.insert(*value, captured.len() + index);
        }
        let terms: Vec<Value> = inner.sums.iter().map(|sum| sum.term).collect();
        body.last_uses(&inner.body, &terms);
        body.body(&inner.body);
        let body = body.finish(&terms);
        let to = inner.sums.iter().map(|sum| self.register(sum.total)).collect();
        let columns = columns.into_iter().map(|(_, column)| column).collect();
        self.instructions.push(Instruction::Loop(Box::new(RowLoop { rows: inner.rows, body, captured, columns, to })));
    }

    fn column(&self, table: usize) -> Vec<R> {
        self.program.tables[table].values.iter().map(|&x| R::from_f64(x)).collect()
    }
}

/// The values a statement reads, with those of nested bodies.
fn reads(program: &Program, statement: &Statement) -> Vec<Value> {
    match statement {
        Statement::Let(value) => program.op(*value).operands().collect(),
        Statement::Loop(inner) => {
            let nested = inner.body.iter().flat_map(|statement| reads(program, statement));
            nested.chain(inner.sums.iter().map(|sum| sum.term)).collect()
        }
    }
}

/// The values that the body of a loop reads and does not compute, constants apart, each once.
fn free_values(program: &Program, inner: &Loop) -> Vec<Value> {
    fn computed(body: &[Statement], found: &mut Vec<Value>) {
        for statement in body {
            match statement {
                Statement::Let(value) => found.push(*value),
                Statement::Loop(inner) => {
                    found.extend(inner.sums.iter().map(|sum| sum.total));
                    computed(&inner.body, found);
                }
            }
        }
    }
    fn loops(body: &[Statement], found: &mut Vec<crate::ir::op::LoopId>) {
        for statement in body {
            if let Statement::Loop(inner) = statement {
                found.push(inner.id);
                loops(&inner.body, found);
            }
        }
    }
    let (mut own, mut nested) = (Vec::new(), Vec::new());
    computed(&inner.body, &mut own);
    loops(&inner.body, &mut nested);
    let mut free = Vec::new();
    for value in reads(program, &Statement::Loop(inner.clone())) {
        let local = match program.op(value) {
            Op::Constant(_) => true,
            Op::Datum { row, .. } => nested.contains(&row),
            Op::Coordinate(_) | Op::Unary(..) | Op::Binary(..) | Op::Select { .. } | Op::Sum(..) => {
                own.contains(&value)
            }
        };
        if !local && !free.contains(&value) {
            free.push(value);
        }
    }
    free
}

/// The table and the centre of a loop that sums `(datum - centre)^2` and nothing else.
fn squared_distance(program: &Program, inner: &Loop) -> Option<(usize, Value)> {
    let ([Statement::Let(difference), Statement::Let(square)], [sum]) = (&inner.body[..], &inner.sums[..]) else {
        return None;
    };
    let (Op::Binary(Binary::Subtract, x, y), Op::Unary(Unary::Square, base)) =
        (program.op(*difference), program.op(*square))
    else {
        return None;
    };
    if base != *difference || sum.term != *square {
        return None;
    }
    // (x - y)^2 and (y - x)^2 are the same bits.
    match (program.op(x), program.op(y)) {
        (Op::Datum { table, row }, other) | (other, Op::Datum { table, row })
            if row == inner.id && !matches!(other, Op::Datum { .. }) =>
        {
            Some((table, if matches!(program.op(x), Op::Datum { .. }) { y } else { x }))
        }
        _ => None,
    }
}
