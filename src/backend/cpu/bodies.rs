//! What the bodies of loops read, compute and add to: questions that the lowering asks about a loop of the IR before
//! it makes a body of it.
//!
//! Absent on purpose: registers and instructions, which are `assemble`'s.

use rustc_hash::{FxHashMap, FxHashSet};

use super::multiply_add::Sum;
use crate::ir::{Array, Binary, Loop, LoopId, Op, Order, Program, Statement, Store, Unary, Value};

/// The value that a statement computes by itself.
fn computed(statement: &Statement) -> Option<Value> {
    match statement {
        Statement::Let(value) => Some(*value),
        Statement::Loop(_) | Statement::Store(_) | Statement::Accumulate(_) => None,
    }
}

/// A sum that a product goes into and nothing else does: one instruction.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fused {
    pub sum: Sum,
    pub factors: [Value; 2],
    pub z: Value,
    /// The product, which is not computed by itself.
    pub product: Value,
}

/// The sums of a body that are fused with a product of the same body, which nothing else reads.
pub(super) fn fused_sums(program: &Program, body: &[Statement], results: &[Value]) -> FxHashMap<Value, Fused> {
    let mut uses: FxHashMap<Value, usize> = FxHashMap::default();
    for value in body.iter().flat_map(|statement| reads(program, statement)).chain(results.iter().copied()) {
        *uses.entry(value).or_default() += 1;
    }
    let here: FxHashSet<Value> = body.iter().filter_map(computed).collect();
    let factors = |product: Value| match program.op(product) {
        Op::Binary(Binary::Multiply, x, y) => Some([x, y]),
        Op::Unary(Unary::Square, x) => Some([x, x]),
        Op::Constant(_) | Op::Roundoff(_) | Op::Coordinate(_) | Op::Datum { .. } | Op::Load { .. } => None,
        Op::Unary(..) | Op::Binary(..) | Op::Select { .. } | Op::Sum(..) => None,
    };
    let once = |product: Value| here.contains(&product) && uses.get(&product) == Some(&1);
    let factors = |product: Value| factors(product).filter(|_| once(product));
    let fused = body.iter().filter_map(computed).filter_map(|value| {
        let (x, y, of_x, of_y) = match program.op(value) {
            Op::Binary(Binary::Add, x, y) => (x, y, Sum::Plus, Sum::Plus),
            Op::Binary(Binary::Subtract, x, y) => (x, y, Sum::Minus, Sum::From),
            Op::Constant(_) | Op::Roundoff(_) | Op::Coordinate(_) | Op::Datum { .. } | Op::Load { .. } => return None,
            Op::Unary(..) | Op::Binary(..) | Op::Select { .. } | Op::Sum(..) => return None,
        };
        let mut sides = [(y, x, of_y), (x, y, of_x)].into_iter();
        let fused =
            sides.find_map(|(product, z, sum)| factors(product).map(|factors| Fused { sum, factors, z, product }));
        fused.map(|fused| (value, fused))
    });
    fused.collect()
}

/// The values a statement reads, with those of nested bodies, in order.
pub(super) fn reads(program: &Program, statement: &Statement) -> Vec<Value> {
    match statement {
        Statement::Let(value) => program.op(*value).operands().collect(),
        Statement::Loop(inner) => reads_of_loop(program, inner),
        Statement::Store(store) | Statement::Accumulate(store) => vec![store.value],
    }
}

fn reads_of_loop(program: &Program, inner: &Loop) -> Vec<Value> {
    let nested = inner.body.iter().flat_map(|statement| reads(program, statement));
    nested.chain(inner.sums.iter().map(|sum| sum.term)).collect()
}

/// The values that the body of a loop reads and does not compute, constants apart, each once.
pub(super) fn free_values(program: &Program, inner: &Loop) -> Vec<Value> {
    fn visit(body: &[Statement], computed: &mut FxHashSet<Value>, loops: &mut FxHashSet<LoopId>) {
        for statement in body {
            match statement {
                Statement::Let(value) => {
                    computed.insert(*value);
                }
                Statement::Loop(inner) => {
                    loops.insert(inner.id);
                    computed.extend(inner.sums.iter().map(|sum| sum.total));
                    visit(&inner.body, computed, loops);
                }
                Statement::Store(_) | Statement::Accumulate(_) => {}
            }
        }
    }
    let (mut known, mut nested) = (FxHashSet::default(), FxHashSet::default());
    visit(&inner.body, &mut known, &mut nested);
    let mut free = reads_of_loop(program, inner);
    // What was found once is known from then on.
    free.retain(|&value| {
        let local = match program.op(value) {
            Op::Constant(_) | Op::Roundoff(_) => true,
            Op::Datum { row, .. } if nested.contains(&row) => true,
            Op::Datum { .. }
            | Op::Coordinate(_)
            | Op::Load { .. }
            | Op::Unary(..)
            | Op::Binary(..)
            | Op::Select { .. }
            | Op::Sum(..) => !known.insert(value),
        };
        !local
    });
    free
}

/// Whether the rows of a loop may run side by side, one statement after the other over all of them, with the bits of
/// one row after the other. What nested loops add would come in another order; so would what a body adds in several
/// places to an array that it reads in between.
pub(super) fn side_by_side(program: &Program, inner: &Loop) -> bool {
    let any = match inner.order {
        Order::Any => true,
        Order::Forward | Order::Backward => false,
    };
    let mut added = FxHashSet::default();
    let twice: FxHashSet<usize> =
        additions(&inner.body).map(|store| store.array.index()).filter(|&array| !added.insert(array)).collect();
    any && !inner.body.iter().any(nested_stores)
        && !inner.body.iter().any(|statement| loads(program, statement, &twice))
}

fn nested_stores(statement: &Statement) -> bool {
    fn stores(statement: &Statement) -> bool {
        match statement {
            Statement::Let(_) => false,
            Statement::Loop(inner) => inner.body.iter().any(stores),
            Statement::Store(_) | Statement::Accumulate(_) => true,
        }
    }
    match statement {
        Statement::Let(_) | Statement::Store(_) | Statement::Accumulate(_) => false,
        Statement::Loop(inner) => inner.body.iter().any(stores),
    }
}

fn loads(program: &Program, statement: &Statement, arrays: &FxHashSet<usize>) -> bool {
    match statement {
        Statement::Let(value) => {
            matches!(program.op(*value), Op::Load { array: Array::Stored(array), .. } if arrays.contains(&array.index()))
        }
        Statement::Loop(inner) => inner.body.iter().any(|statement| loads(program, statement, arrays)),
        Statement::Store(_) | Statement::Accumulate(_) => false,
    }
}

/// For each statement of a body, what is added to an array there. Where rows run side by side, all that a body adds to
/// an array is added at the last of the places, so that it can be added row by row.
pub(super) fn gathered_additions(body: &[Statement], side_by_side: bool) -> Vec<Vec<Store>> {
    let mut gathered = vec![Vec::new(); body.len()];
    for (position, statement) in body.iter().enumerate() {
        let Statement::Accumulate(store) = statement else { continue };
        let last = || body.iter().rposition(|other| adds_to(other, store)).unwrap_or(position);
        gathered[if side_by_side { last() } else { position }].push(*store);
    }
    gathered
}

fn adds_to(statement: &Statement, store: &Store) -> bool {
    additions(std::slice::from_ref(statement)).any(|other| other.array == store.array)
}

fn additions(body: &[Statement]) -> impl Iterator<Item = &Store> {
    body.iter().filter_map(|statement| match statement {
        Statement::Accumulate(store) => Some(store),
        Statement::Let(_) | Statement::Loop(_) | Statement::Store(_) => None,
    })
}
