//! Lowers a program of the IR to a lane program (`program`): statements become instructions, the body of a loop over
//! rows a body of its own.
//!
//! Registers are reused as soon as their value is dead, so that the working set of a block stays in the cache.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::bodies::{Fused, free_values, fused_sums, gathered_additions, reads, side_by_side};
use super::program::{Body, Element, Instruction, LaneProgram, Operand, RowLoop};
use crate::ir::op::single_roundoff;
use crate::ir::{Array, Binary, Loop, LoopId, Op, Order, Place, Program, Statement, Store, Unary, Value};
use crate::math::Real;

/// Columns of data in the precision of the lanes, by number of their table: programs of one model share them.
pub(super) type Columns<R> = FxHashMap<usize, Arc<[R]>>;

/// Lowers `program`; its inputs are its coordinates.
pub(super) fn assemble<R: Real>(program: &Program) -> LaneProgram<R> {
    assemble_with(program, &mut Columns::default())
}

/// The same, with columns of other programs over the same tables.
pub(super) fn assemble_with<R: Real>(program: &Program, columns: &mut Columns<R>) -> LaneProgram<R> {
    let body = Scope::new(program, columns, Vec::new()).assemble(&program.body, &program.results, false);
    LaneProgram { body: Arc::new(body), arrays: program.arrays.clone() }
}

/// The lowering of one body: the program's own or a loop's.
struct Scope<'a, 'c, R> {
    program: &'a Program,
    data: &'c mut Columns<R>,
    /// The loops around the body, outermost first.
    loops: Vec<LoopId>,
    /// What stands for values that this body does not compute: captured ones and data.
    inputs: FxHashMap<Value, usize>,
    registers: FxHashMap<Value, usize>,
    /// Registers of dead values: the lowest is the next to be used.
    free: BinaryHeap<Reverse<usize>>,
    count: usize,
    instructions: Vec<Instruction<R>>,
    /// Sums of this body that a product is fused with.
    fused: FxHashMap<Value, Fused>,
    /// And these products.
    absorbed: FxHashSet<Value>,
}

impl<'a, 'c, R: Real> Scope<'a, 'c, R> {
    fn new(program: &'a Program, data: &'c mut Columns<R>, loops: Vec<LoopId>) -> Self {
        Self {
            program,
            data,
            loops,
            inputs: FxHashMap::default(),
            registers: FxHashMap::default(),
            free: BinaryHeap::new(),
            count: 0,
            instructions: Vec::new(),
            fused: FxHashMap::default(),
            absorbed: FxHashSet::default(),
        }
    }

    /// Lowers a body whose rows run one by one, or side by side.
    fn assemble(mut self, body: &[Statement], results: &[Value], side_by_side: bool) -> Body<R> {
        self.fused = fused_sums(self.program, body, results);
        self.absorbed = self.fused.values().map(|fused| fused.product).collect();
        let additions = gathered_additions(body, side_by_side);
        let dying = self.dying(body, &additions, results);
        for ((statement, added), dying) in body.iter().zip(&additions).zip(dying) {
            match statement {
                Statement::Let(value) => self.operation(*value),
                Statement::Loop(inner) => self.row_loop(inner),
                Statement::Store(store) => self.store(store),
                Statement::Accumulate(store) => self.accumulate(store, added),
            }
            self.free.extend(dying.iter().filter_map(|value| self.registers.remove(value)).map(Reverse));
        }
        let results = results.iter().map(|&result| self.operand(result)).collect();
        Body { instructions: self.instructions, registers: self.count, results }
    }

    /// For each statement, the values that none after it reads.
    fn dying(&self, body: &[Statement], additions: &[Vec<Store>], results: &[Value]) -> Vec<Vec<Value>> {
        let mut last_uses = FxHashMap::default();
        for (position, (statement, added)) in body.iter().zip(additions).enumerate() {
            let written: &mut dyn Iterator<Item = Value> = match statement {
                Statement::Let(value) => &mut std::iter::once(*value).filter(|value| !self.absorbed.contains(value)),
                Statement::Loop(inner) => &mut inner.sums.iter().map(|sum| sum.total),
                Statement::Store(_) | Statement::Accumulate(_) => &mut std::iter::empty(),
            };
            let added = added.iter().map(|store| store.value);
            last_uses.extend(written.chain(self.reads(statement)).chain(added).map(|value| (value, position)));
        }
        results.iter().for_each(|result| {
            last_uses.remove(result);
        });
        let mut dying = vec![Vec::new(); body.len()];
        last_uses.into_iter().for_each(|(value, position)| dying[position].push(value));
        dying
    }

    /// The values that the instruction of a statement reads.
    fn reads(&self, statement: &Statement) -> Vec<Value> {
        match statement {
            Statement::Let(value) if self.absorbed.contains(value) => Vec::new(),
            Statement::Let(value) => match self.fused.get(value) {
                Some(fused) => vec![fused.factors[0], fused.factors[1], fused.z],
                None => reads(self.program, statement),
            },
            Statement::Loop(_) | Statement::Store(_) | Statement::Accumulate(_) => reads(self.program, statement),
        }
    }

    fn register(&mut self, value: Value) -> usize {
        let register = self.free.pop().map_or_else(
            || {
                self.count += 1;
                self.count - 1
            },
            |Reverse(register)| register,
        );
        self.registers.insert(value, register);
        register
    }

    fn operand(&self, value: Value) -> Operand<R> {
        if let Some(&input) = self.inputs.get(&value) {
            return Operand::Input(input);
        }
        match self.program.op(value) {
            Op::Constant(x) => Operand::Constant(R::from_f64(x)),
            Op::Roundoff(terms) => Operand::Constant(R::by_precision(single_roundoff(terms) as f32, 0.0)),
            Op::Coordinate(i) => Operand::Input(i),
            Op::Load { array: Array::Coordinates, at: Place::Fixed(i) } if self.loops.is_empty() => Operand::Input(i),
            Op::Load { .. } | Op::Datum { .. } | Op::Unary(..) | Op::Binary(..) | Op::Select { .. } | Op::Sum(..) => {
                Operand::Register(self.registers[&value])
            }
        }
    }

    fn operation(&mut self, value: Value) {
        if self.absorbed.contains(&value) {
            return;
        }
        if let Some(Fused { sum, factors, z, .. }) = self.fused.get(&value).copied() {
            let (factors, z) = (factors.map(|x| self.operand(x)), self.operand(z));
            let to = self.register(value);
            self.instructions.push(Instruction::MultiplyAdd { sum, to, factors, z });
            return;
        }
        let instruction = match self.program.op(value) {
            Op::Load { array: Array::Coordinates, at: Place::Fixed(_) } if self.loops.is_empty() => return,
            Op::Load { array, at } => {
                let at = self.element(at);
                Instruction::Load { to: self.register(value), array, at }
            }
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
            Op::Constant(_) | Op::Roundoff(_) | Op::Coordinate(_) | Op::Datum { .. } | Op::Sum(..) => return,
        };
        self.instructions.push(instruction);
    }

    fn store(&mut self, store: &Store) {
        let (at, x) = (self.element(store.at), self.operand(store.value));
        self.instructions.push(Instruction::Store { array: store.array.index(), at, x });
    }

    /// Adds all that is added to an array at this place of the body, if anything is.
    fn accumulate(&mut self, store: &Store, added: &[Store]) {
        let terms: Vec<_> = added.iter().map(|term| (self.element(term.at), self.operand(term.value))).collect();
        if !terms.is_empty() {
            self.instructions.push(Instruction::Accumulate { array: store.array.index(), terms });
        }
    }

    fn element(&self, at: Place) -> Element {
        let loops_out = |row: LoopId| {
            let outside = self.loops.iter().rev().position(|&id| id == row);
            outside.expect("the loop of a place is around the statement")
        };
        match at {
            Place::Fixed(element) => Element::Fixed(element),
            Place::Strided { row, stride, offset } => Element::Strided { loops_out: loops_out(row), stride, offset },
            Place::Listed { row, positions } => {
                Element::Listed { loops_out: loops_out(row), list: Arc::clone(&self.program.positions[positions]) }
            }
        }
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
        let mut inputs = FxHashMap::default();
        for value in free_values(self.program, inner) {
            match self.program.op(value) {
                Op::Datum { table, row } if row == inner.id => columns.push((value, self.column(table))),
                _ => {
                    inputs.insert(value, captured.len());
                    captured.push(self.operand(value));
                }
            }
        }
        for (index, (value, _)) in columns.iter().enumerate() {
            inputs.insert(*value, captured.len() + index);
        }
        let mut body = Scope::new(self.program, self.data, self.loops.iter().copied().chain([inner.id]).collect());
        body.inputs = inputs;
        let terms: Vec<Value> = inner.sums.iter().map(|sum| sum.term).collect();
        let side_by_side = side_by_side(self.program, inner);
        let body = Arc::new(body.assemble(&inner.body, &terms, side_by_side));
        let to = inner.sums.iter().map(|sum| self.register(sum.total)).collect();
        let columns = columns.into_iter().map(|(_, column)| column).collect();
        let (rows, order) = (inner.rows, inner.order);
        let inner = RowLoop { rows, order, side_by_side, body, captured, columns, to };
        self.instructions.push(Instruction::Loop(Box::new(inner)));
    }

    fn column(&mut self, table: usize) -> Arc<[R]> {
        let values = &self.program.tables[table].values;
        let column = self.data.entry(table).or_insert_with(|| values.iter().map(|&x| R::from_f64(x)).collect());
        Arc::clone(column)
    }
}

/// The table and the centre of a loop that sums `(datum - centre)^2` and nothing else.
fn squared_distance(program: &Program, inner: &Loop) -> Option<(usize, Value)> {
    let ([Statement::Let(difference), Statement::Let(square)], [sum]) = (&inner.body[..], &inner.sums[..]) else {
        return None;
    };
    if inner.order == Order::Backward {
        return None;
    }
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
