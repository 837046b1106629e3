//! Lowers a model to WGSL: the functions `log_density` and `constrain` that the hand-written shaders call.
//!
//! Loops keep the order of summation of [`Loop`]: rows of an innermost loop are read four at a time from the table's
//! vectors (several times faster than one at a time on software Vulkan), the rows left over are written out.
//! Expressions are `expression`'s. Absent on purpose: optimisation, which is `ir::simplify`'s.

use std::collections::BTreeSet;

use super::expression::{COMPONENTS, Writer};
use super::tables::Tables;
use crate::ir::op::LoopId;
use crate::ir::{Loop, Op, Program, Statement, Value};
use crate::model::Model;

/// Vectors per block of the order of summation.
const BLOCK: usize = Loop::BLOCK / Loop::PARTIALS;

/// The two functions of a model.
pub fn emit(model: &Model, tables: &Tables) -> String {
    let mut density = Emitter::new(&model.density, &tables.density);
    density.line("fn log_density(coordinates: array<f32, COORDINATES>) -> f32 {");
    density.indent += 1;
    density.body(&model.density.body);
    density.line("var sum: Accumulator;");
    for &result in &model.density.results {
        let term = density.writer.read(result);
        density.line(&format!("sum = accumulate(sum, {term});"));
    }
    density.line("return total(sum);");
    density.close();

    let mut constrain = Emitter::new(&model.constrain, &tables.constrain);
    constrain.text = density.text;
    constrain.line("");
    constrain.line("fn constrain(coordinates: array<f32, COORDINATES>) -> array<f32, PARAMETERS> {");
    constrain.indent += 1;
    constrain.body(&model.constrain.body);
    let parameters: Vec<String> = model.constrain.results.iter().map(|&result| constrain.writer.read(result)).collect();
    constrain.line(&format!("return array<f32, PARAMETERS>({});", parameters.join(", ")));
    constrain.close();
    constrain.text
}

struct Emitter<'a> {
    writer: Writer<'a>,
    /// Offset in vectors of each table.
    offsets: &'a [usize],
    indent: usize,
    text: String,
}

impl<'a> Emitter<'a> {
    fn new(program: &'a Program, offsets: &'a [usize]) -> Self {
        Self { writer: Writer { program, lanes: Vec::new() }, offsets, indent: 0, text: String::new() }
    }

    fn line(&mut self, line: &str) {
        if !line.is_empty() {
            self.text.push_str(&"    ".repeat(self.indent));
            self.text.push_str(line);
        }
        self.text.push('\n');
    }

    fn open(&mut self, line: &str) {
        self.line(line);
        self.indent += 1;
    }

    fn close(&mut self) {
        self.indent -= 1;
        self.line("}");
    }

    fn body(&mut self, body: &[Statement]) {
        for statement in body {
            match statement {
                Statement::Let(value) => {
                    let operation = self.writer.operation(*value);
                    self.line(&format!("let v{} = {operation};", value.index()));
                }
                Statement::Loop(inner) => self.sum(inner),
            }
        }
    }

    fn sum(&mut self, inner: &Loop) {
        let (id, rows) = (inner.id.index(), inner.rows);
        let nested = inner.body.iter().any(|statement| matches!(statement, Statement::Loop(_)));
        // What the counter counts: rows, or four of them.
        let (per_block, count) = if nested { (Loop::BLOCK, rows) } else { (BLOCK, rows / Loop::PARTIALS) };
        let blocks = rows.div_ceil(Loop::BLOCK);
        let totals: Vec<usize> = inner.sums.iter().map(|sum| sum.total.index()).collect();
        for total in &totals {
            self.line(&format!("var p{total}: vec4<f32>;"));
            if blocks > 1 {
                self.line(&format!("var a{total}: Accumulator;"));
            }
        }
        if blocks > 1 {
            self.open(&format!("for (var b{id} = 0u; b{id} < {blocks}u; b{id}++) {{"));
            self.open(&format!(
                "for (var n{id} = b{id} * {per_block}u; n{id} < min((b{id} + 1u) * {per_block}u, {count}u); n{id}++) {{"
            ));
            self.rows(inner, nested);
            self.close();
            self.open(&format!("if b{id} + 1u < {blocks}u {{"));
            for total in &totals {
                self.line(&format!(
                    "a{total} = accumulate(a{total}, (p{total}.x + p{total}.y) + (p{total}.z + p{total}.w));"
                ));
                self.line(&format!("p{total} = vec4<f32>();"));
            }
            self.close();
            self.close();
        } else if count > 0 {
            self.open(&format!("for (var n{id} = 0u; n{id} < {count}u; n{id}++) {{"));
            self.rows(inner, nested);
            self.close();
        }
        let left = rows % Loop::PARTIALS;
        if left > 0 && !nested {
            self.open("{");
            self.line(&format!("let n{id} = {count}u;"));
            self.lanes(inner, left);
            self.close();
        }
        for total in &totals {
            let last = format!("(p{total}.x + p{total}.y) + (p{total}.z + p{total}.w)");
            let value = if blocks > 1 { format!("total(accumulate(a{total}, {last}))") } else { last };
            self.line(&format!("let v{total} = {value};"));
        }
    }

    /// The body of a loop for the rows that its counter stands for.
    fn rows(&mut self, inner: &Loop, nested: bool) {
        if !nested {
            return self.lanes(inner, Loop::PARTIALS);
        }
        let id = inner.id.index();
        for table in data_of(self.writer.program, inner) {
            let offset = self.offsets[table];
            self.line(&format!("let d{table}_{id} = data[{offset}u + n{id} / 4u][n{id} % 4u];"));
        }
        self.body(&inner.body);
        for sum in &inner.sums {
            let term = self.writer.term(sum.term);
            self.line(&format!("p{}[n{id} % 4u] += {term};", sum.total.index()));
        }
    }

    /// The body of a loop for the first so many of four rows.
    fn lanes(&mut self, inner: &Loop, rows: usize) {
        let id = inner.id.index();
        for table in data_of(self.writer.program, inner) {
            let offset = self.offsets[table];
            self.line(&format!("let d{table}_{id} = data[{offset}u + n{id}];"));
        }
        for (row, component) in COMPONENTS.iter().enumerate().take(rows) {
            self.open("{");
            self.writer.lanes.push((inner.id, row));
            self.body(&inner.body);
            for sum in &inner.sums {
                let term = self.writer.term(sum.term);
                self.line(&format!("p{}.{} += {term};", sum.total.index(), component));
            }
            self.writer.lanes.pop();
            self.close();
        }
    }
}

/// The tables that a loop's body, with the loops inside of it, reads at the loop's own row.
fn data_of(program: &Program, inner: &Loop) -> BTreeSet<usize> {
    fn visit(program: &Program, id: LoopId, inner: &Loop, found: &mut BTreeSet<usize>) {
        let mut read = |value: Value| {
            if let Op::Datum { table, row } = program.op(value)
                && row == id
            {
                found.insert(table);
            }
        };
        for statement in &inner.body {
            if let Statement::Let(value) = statement {
                program.op(*value).operands().for_each(&mut read);
            }
        }
        inner.sums.iter().for_each(|sum| read(sum.term));
        for statement in &inner.body {
            if let Statement::Loop(nested) = statement {
                visit(program, id, nested, found);
            }
        }
    }
    let mut found = BTreeSet::new();
    visit(program, inner.id, inner, &mut found);
    found
}

#[cfg(test)]
#[path = "emit_tests.rs"]
mod tests;
