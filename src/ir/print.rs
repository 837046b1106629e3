//! The text of a program, as `compile --emit ir` shows it: one operation a line, loops indented.

use std::collections::HashMap;
use std::fmt::{self, Write};

use super::op::{Binary, Op, Program, Statement, Unary, Value};

/// Writes `program`. `names` are those of its results; results without a name are the terms of the log density.
pub fn print(program: &Program, names: &[String]) -> String {
    let mut printer = Printer { program, numbers: HashMap::new(), text: String::new() };
    // Writing to a String cannot fail.
    let _ = printer.program(names);
    printer.text
}

struct Printer<'a> {
    program: &'a Program,
    /// Values that statements name, numbered in the order of their appearance.
    numbers: HashMap<Value, usize>,
    text: String,
}

impl Printer<'_> {
    fn program(&mut self, names: &[String]) -> fmt::Result {
        for table in &self.program.tables {
            writeln!(self.text, "data {}[{}]", table.name, table.values.len())?;
        }
        self.body(&self.program.body, 0)?;
        for (index, &result) in self.program.results.iter().enumerate() {
            let what = names.get(index).map_or("target +=", String::as_str);
            let equals = if names.get(index).is_some() { " =" } else { "" };
            writeln!(self.text, "{what}{equals} {}", self.name(result))?;
        }
        Ok(())
    }

    fn body(&mut self, body: &[Statement], indent: usize) -> fmt::Result {
        for statement in body {
            match statement {
                Statement::Let(value) => {
                    let line = self.operation(*value);
                    let name = self.number(*value);
                    writeln!(self.text, "{:indent$}{name} = {line}", "")?;
                }
                Statement::Loop(inner) => {
                    writeln!(self.text, "{:indent$}for n{} in 0..{} {{", "", inner.id.index(), inner.rows)?;
                    self.body(&inner.body, indent + 2)?;
                    for sum in &inner.sums {
                        let term = self.name(sum.term);
                        let total = self.number(sum.total);
                        writeln!(self.text, "{:indent$}  {total} += {term}", "")?;
                    }
                    writeln!(self.text, "{:indent$}}}", "")?;
                }
            }
        }
        Ok(())
    }

    fn number(&mut self, value: Value) -> String {
        let next = self.numbers.len();
        format!("v{}", *self.numbers.entry(value).or_insert(next))
    }

    fn name(&self, value: Value) -> String {
        match self.program.op(value) {
            Op::Constant(x) => format!("{x:?}"),
            Op::Coordinate(i) => format!("z{i}"),
            Op::Datum { table, row } => format!("{}[n{}]", self.program.tables[table].name, row.index()),
            Op::Unary(..) | Op::Binary(..) | Op::Select { .. } | Op::Sum(..) => {
                self.numbers.get(&value).map_or_else(|| "?".into(), |number| format!("v{number}"))
            }
        }
    }

    fn operation(&self, value: Value) -> String {
        match self.program.op(value) {
            Op::Unary(function, x) => {
                let x = self.name(x);
                match function {
                    Unary::Negate => format!("-{x}"),
                    Unary::Square => format!("square({x})"),
                    Unary::Sqrt => format!("sqrt({x})"),
                    Unary::Exp => format!("exp({x})"),
                    Unary::Ln => format!("log({x})"),
                    Unary::Ln1p => format!("log1p({x})"),
                    Unary::Tanh => format!("tanh({x})"),
                    Unary::LnCosh => format!("log_cosh({x})"),
                }
            }
            Op::Binary(function, x, y) => {
                let sign = match function {
                    Binary::Add => '+',
                    Binary::Subtract => '-',
                    Binary::Multiply => '*',
                    Binary::Divide => '/',
                };
                format!("{} {sign} {}", self.name(x), self.name(y))
            }
            Op::Select { left, right, holds, fails } => {
                let [left, right, holds, fails] = [left, right, holds, fails].map(|x| self.name(x));
                format!("if {left} <= {right} then {holds} else {fails}")
            }
            Op::Constant(_) | Op::Coordinate(_) | Op::Datum { .. } | Op::Sum(..) => self.name(value),
        }
    }
}
