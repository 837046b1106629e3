//! Which data a loop reads at its own row: what a shader must fetch before the body of the loop.

use std::collections::BTreeSet;

use crate::ir::{Loop, LoopId, Op, Place, Program, Statement, Store, Value};

/// Tables and lists of positions, by number.
#[derive(Debug, Default, PartialEq)]
pub struct Columns {
    pub tables: BTreeSet<usize>,
    pub positions: BTreeSet<usize>,
}

/// What a loop's body, with the loops inside of it, reads at the loop's own row.
pub fn columns(program: &Program, inner: &Loop) -> Columns {
    let mut found = Columns::default();
    found.body(program, inner.id, inner);
    found
}

impl Columns {
    fn body(&mut self, program: &Program, id: LoopId, inner: &Loop) {
        for statement in &inner.body {
            match statement {
                Statement::Let(value) => {
                    let op = program.op(*value);
                    op.operands().for_each(|operand| self.value(program, id, operand));
                    if let Op::Load { at, .. } = op {
                        self.place(id, at);
                    }
                }
                Statement::Loop(nested) => self.body(program, id, nested),
                Statement::Store(Store { at, value, .. }) | Statement::Accumulate(Store { at, value, .. }) => {
                    self.value(program, id, *value);
                    self.place(id, *at);
                }
            }
        }
        inner.sums.iter().for_each(|sum| self.value(program, id, sum.term));
    }

    fn value(&mut self, program: &Program, id: LoopId, value: Value) {
        if let Op::Datum { table, row } = program.op(value)
            && row == id
        {
            self.tables.insert(table);
        }
    }

    fn place(&mut self, id: LoopId, at: Place) {
        if let Place::Listed { row, positions } = at
            && row == id
        {
            self.positions.insert(positions);
        }
    }
}
