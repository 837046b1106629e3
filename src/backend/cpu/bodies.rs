//! What the bodies of loops read, compute and add to: questions that the lowering asks about a loop of the IR before
//! it makes a body of it.
//!
//! Absent on purpose: registers and instructions, which are `assemble`'s.

use rustc_hash::FxHashSet;

use crate::ir::{Array, Loop, LoopId, Op, Order, Program, Statement, Store, Value};

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
            Op::Constant(_) => true,
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
