//! Statements of the IR as WGSL.
//!
//! Loops keep the order of summation of [`Loop`]. Where the body is short, rows are read four at a time from the
//! vectors of a table (several times faster than one at a time on software Vulkan), one written out after the other, and
//! so are the rows left over. Long bodies, loops around loops and loops that run backward take one row at a time: the
//! text is a quarter as long, and what a row takes to begin counts less.
//!
//! Absent on purpose: expressions (`expression`), functions (`emit`).

use super::columns::columns;
use super::expression::{COMPONENTS, Writer, opaque};
use super::size;
use super::tables::Offsets;
use crate::ir::{Array, Loop, Op, Order, Program, Statement};

/// Vectors per block of the order of summation.
const BLOCK: usize = Loop::BLOCK / Loop::PARTIALS;
/// Size of the longest body that is written out four times.
const SHORT: u64 = 24;
/// Most iterations of a loop that a driver may unroll. Mesa unrolls a longer one as well if it walks through an array
/// of that length: a bound that the driver does not know is what keeps it from that.
const UNROLLED: usize = 32;

/// Writes the statements of a program, as the body of a function whose argument is `coordinates`.
pub struct Emitter<'a> {
    /// Knows the names of values.
    pub writer: Writer<'a>,
    /// What was written.
    pub text: String,
    offsets: &'a Offsets,
    indent: usize,
}

impl<'a> Emitter<'a> {
    /// Nothing written yet; `offsets` are where the program's data lie.
    pub fn new(program: &'a Program, offsets: &'a Offsets) -> Self {
        Self::of_move(program, offsets, program.coordinates)
    }

    /// The same, of a program whose coordinates beyond so many are values kept in the array `kept`.
    pub fn of_move(program: &'a Program, offsets: &'a Offsets, coordinates: usize) -> Self {
        let writer = Writer { program, coordinates, lanes: Vec::new() };
        Self { writer, text: String::new(), offsets, indent: 0 }
    }

    /// Writes a line.
    pub fn line(&mut self, line: &str) {
        self.text.push_str(&"    ".repeat(self.indent));
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// Writes a line that ends in an opening brace.
    pub fn open(&mut self, line: &str) {
        self.line(line);
        self.indent += 1;
    }

    /// Writes the closing brace.
    pub fn close(&mut self) {
        self.indent -= 1;
        self.line("}");
    }

    /// Writes the whole program; its results can be read afterwards.
    pub fn program(&mut self) {
        let program = self.writer.program;
        self.line("let zero = opaque_zero();");
        if indexes_coordinates(program, &program.body) {
            self.line("var point = coordinates;");
        }
        for (array, length) in program.arrays.iter().enumerate().filter(|(_, length)| **length > 0) {
            self.line(&format!("var s{array}: array<f32, {length}>;"));
        }
        self.body(&program.body);
    }

    fn body(&mut self, body: &[Statement]) {
        for statement in body {
            match statement {
                Statement::Let(value) => {
                    let operation = self.writer.operation(*value);
                    self.line(&format!("let v{} = {operation};", value.index()));
                }
                Statement::Loop(inner) => self.rows(inner),
                Statement::Store(store) => {
                    let element = self.writer.element(Array::Stored(store.array), store.at);
                    let value = self.writer.read(store.value);
                    self.line(&format!("{element} = {value};"));
                }
                Statement::Accumulate(store) => {
                    let element = self.writer.element(Array::Stored(store.array), store.at);
                    let value = self.writer.addition(store.value);
                    self.line(&format!("{element} += {value};"));
                }
            }
        }
    }

    fn rows(&mut self, inner: &Loop) {
        let (id, rows) = (inner.id.index(), inner.rows);
        let single = one_by_one(self.writer.program, inner);
        // What the counter counts: rows, or four of them.
        let (per_block, count) = if single { (Loop::BLOCK, rows) } else { (BLOCK, rows / Loop::PARTIALS) };
        let blocks = if inner.sums.is_empty() { 1 } else { rows.div_ceil(Loop::BLOCK) };
        let totals: Vec<usize> = inner.sums.iter().map(|sum| sum.total.index()).collect();
        for total in &totals {
            self.line(&format!("var p{total}: vec4<f32>;"));
            if blocks > 1 {
                self.line(&format!("var a{total}: Accumulator;"));
            }
        }
        if blocks > 1 {
            // A driver that unrolls the loop over blocks knows how long each is, and unrolls that, too: for minutes.
            self.open(&format!("for (var b{id} = 0u; b{id} < {blocks}u + zero; b{id}++) {{"));
            self.open(&format!(
                "for (var n{id} = b{id} * {per_block}u; n{id} < min((b{id} + 1u) * {per_block}u, {count}u); n{id}++) {{"
            ));
            self.counted(inner, single);
            self.close();
            self.open(&format!("if b{id} + 1u < {blocks}u {{"));
            for total in &totals {
                self.line(&format!("a{total} = accumulate(a{total}, {});", block(*total)));
                self.line(&format!("p{total} = vec4<f32>();"));
            }
            self.close();
            self.close();
        } else if count > 0 {
            let bound = if count > UNROLLED { format!("{count}u + zero") } else { format!("{count}u") };
            self.open(&format!("for (var n{id} = 0u; n{id} < {bound}; n{id}++) {{"));
            self.counted(inner, single);
            self.close();
        }
        let left = rows % Loop::PARTIALS;
        if left > 0 && !single {
            self.open("{");
            self.line(&format!("let n{id} = {count}u;"));
            self.four(inner, left);
            self.close();
        }
        for total in &totals {
            let last = block(*total);
            let value = if blocks > 1 { format!("total(accumulate(a{total}, {last}))") } else { last };
            self.line(&format!("let v{total} = {value};"));
        }
    }

    /// The body of a loop for the rows that its counter stands for.
    fn counted(&mut self, inner: &Loop, single: bool) {
        if single { self.one(inner) } else { self.four(inner, Loop::PARTIALS) }
    }

    /// The body of a loop for one row, the `n`th taken.
    fn one(&mut self, inner: &Loop) {
        let id = inner.id.index();
        match inner.order {
            Order::Any | Order::Forward => self.line(&format!("let r{id} = n{id};")),
            Order::Backward => self.line(&format!("let r{id} = {}u - n{id};", inner.rows - 1)),
        }
        let columns = columns(self.writer.program, inner);
        for table in columns.tables {
            let offset = self.offsets.tables[table];
            self.line(&format!("let d{table}_{id} = data[{offset}u + r{id} / 4u][r{id} % 4u];"));
        }
        for list in columns.positions {
            let offset = self.offsets.positions[list];
            self.line(&format!("let q{list}_{id} = u32(data[{offset}u + r{id} / 4u][r{id} % 4u]);"));
        }
        self.body(&inner.body);
        for sum in &inner.sums {
            let term = self.writer.term(sum.term);
            self.line(&format!("p{}[n{id} % 4u] += {term};", sum.total.index()));
        }
    }

    /// The body of a loop for the first so many of four rows.
    fn four(&mut self, inner: &Loop, rows: usize) {
        let id = inner.id.index();
        let columns = columns(self.writer.program, inner);
        for table in columns.tables {
            let offset = self.offsets.tables[table];
            self.line(&format!("let d{table}_{id} = data[{offset}u + n{id}];"));
        }
        for list in columns.positions {
            let offset = self.offsets.positions[list];
            self.line(&format!("let q{list}_{id} = vec4<u32>(data[{offset}u + n{id}]);"));
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

/// What a block is worth. Where few rows leave a partial sum that is no more than a product or two, Mesa adds them in
/// an order of its own, if it sees them.
fn block(total: usize) -> String {
    let [x, y, z, w] = COMPONENTS.map(|component| opaque(&format!("p{total}.{component}")));
    format!("({x} + {y}) + ({z} + {w})")
}

/// Whether the rows of a loop are taken one at a time. Four that are written out run in order, too, so that a loop
/// whose rows read what earlier rows stored may have them.
fn one_by_one(program: &Program, inner: &Loop) -> bool {
    let backward = match inner.order {
        Order::Any | Order::Forward => false,
        Order::Backward => true,
    };
    let nested = inner.body.iter().any(|statement| matches!(statement, Statement::Loop(_)));
    backward || nested || size::written(program, &inner.body) > SHORT
}

/// Whether coordinates are read by a place that is known only when the program runs.
fn indexes_coordinates(program: &Program, body: &[Statement]) -> bool {
    body.iter().any(|statement| match statement {
        Statement::Let(value) => {
            matches!(program.op(*value), Op::Load { array: Array::Coordinates, at } if at.row().is_some())
        }
        Statement::Loop(inner) => indexes_coordinates(program, &inner.body),
        Statement::Store(_) | Statement::Accumulate(_) => false,
    })
}
