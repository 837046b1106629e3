//! The text of a program, as `compile --emit ir` shows it: one operation a line, loops indented.

use std::collections::HashMap;
use std::fmt::{self, Write};

use super::op::{Array, ArrayId, Binary, Op, Order, Place, Program, Statement, Store, Unary, Value};

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
        for (index, list) in self.program.positions.iter().enumerate() {
            writeln!(self.text, "positions p{index}[{}]", list.len())?;
        }
        for (index, length) in self.program.arrays.iter().enumerate() {
            writeln!(self.text, "array a{index}[{length}]")?;
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
                    let order = match inner.order {
                        Order::Any => "",
                        Order::Forward => " in order",
                        Order::Backward => " in reverse order",
                    };
                    writeln!(self.text, "{:indent$}for n{} in 0..{}{order} {{", "", inner.id.index(), inner.rows)?;
                    self.body(&inner.body, indent + 2)?;
                    for sum in &inner.sums {
                        let term = self.name(sum.term);
                        let total = self.number(sum.total);
                        writeln!(self.text, "{:indent$}  {total} += {term}", "")?;
                    }
                    writeln!(self.text, "{:indent$}}}", "")?;
                }
                Statement::Store(store) => self.store(store, "=", indent)?,
                Statement::Accumulate(store) => self.store(store, "+=", indent)?,
            }
        }
        Ok(())
    }

    fn store(&mut self, store: &Store, sign: &str, indent: usize) -> fmt::Result {
        let element = element(Array::Stored(store.array), store.at);
        writeln!(self.text, "{:indent$}{element} {sign} {}", "", self.name(store.value))
    }

    fn number(&mut self, value: Value) -> String {
        let next = self.numbers.len();
        format!("v{}", *self.numbers.entry(value).or_insert(next))
    }

    fn name(&self, value: Value) -> String {
        match self.program.op(value) {
            Op::Constant(x) => format!("{x:?}"),
            Op::Roundoff(terms) => format!("roundoff({terms})"),
            Op::Coordinate(i) => format!("z{i}"),
            Op::Datum { table, row } => format!("{}[n{}]", self.program.tables[table].name, row.index()),
            Op::Load { .. } | Op::Unary(..) | Op::Binary(..) | Op::Select { .. } | Op::Sum(..) => {
                self.numbers.get(&value).map_or_else(|| "?".into(), |number| format!("v{number}"))
            }
        }
    }

    fn operation(&self, value: Value) -> String {
        match self.program.op(value) {
            Op::Load { array, at } => element(array, at),
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
                    Unary::Abs => format!("abs({x})"),
                    Unary::Floor => format!("floor({x})"),
                    Unary::Expm1 => format!("expm1({x})"),
                    Unary::Sin => format!("sin({x})"),
                    Unary::Cos => format!("cos({x})"),
                    Unary::InvLogit => format!("inv_logit({x})"),
                    Unary::Log1pExp => format!("log1p_exp({x})"),
                    Unary::Log1mExp => format!("log1m_exp({x})"),
                    Unary::Lgamma => format!("lgamma({x})"),
                    Unary::Digamma => format!("digamma({x})"),
                    Unary::Trigamma => format!("trigamma({x})"),
                    Unary::Erf => format!("erf({x})"),
                    Unary::Erfc => format!("erfc({x})"),
                    Unary::Phi => format!("Phi({x})"),
                    Unary::LnPhi => format!("std_normal_lcdf({x})"),
                    Unary::InvMills => format!("inv_mills({x})"),
                    Unary::InvPhi => format!("inv_Phi({x})"),
                    Unary::LnBesselI0 => format!("log_modified_bessel_first_kind(0, {x})"),
                    Unary::BesselRatio => format!("bessel_ratio({x})"),
                }
            }
            Op::Binary(function, x, y) => {
                let (x, y) = (self.name(x), self.name(y));
                match function {
                    Binary::Add => format!("{x} + {y}"),
                    Binary::Subtract => format!("{x} - {y}"),
                    Binary::Multiply => format!("{x} * {y}"),
                    Binary::Divide => format!("{x} / {y}"),
                    Binary::Power => format!("{x} ^ {y}"),
                    Binary::Atan2 => format!("atan2({x}, {y})"),
                    Binary::LogAddExp => format!("log_sum_exp({x}, {y})"),
                    Binary::LnBeta => format!("lbeta({x}, {y})"),
                    Binary::LnBetaSlope => format!("lbeta_slope({x}, {y})"),
                }
            }
            Op::Select { left, right, holds, fails } => {
                let [left, right, holds, fails] = [left, right, holds, fails].map(|x| self.name(x));
                format!("if {left} <= {right} then {holds} else {fails}")
            }
            Op::Constant(_) | Op::Roundoff(_) | Op::Coordinate(_) | Op::Datum { .. } | Op::Sum(..) => self.name(value),
        }
    }
}

/// An element of an array as text.
fn element(array: Array, at: Place) -> String {
    let name = match array {
        Array::Coordinates => "z".to_owned(),
        Array::Stored(ArrayId(index)) => format!("a{index}"),
    };
    match at {
        Place::Fixed(element) => format!("{name}[{element}]"),
        Place::Strided { row, stride, offset } => {
            let row = if stride == 1 { format!("n{}", row.index()) } else { format!("{stride} * n{}", row.index()) };
            match offset {
                0 => format!("{name}[{row}]"),
                1.. => format!("{name}[{row} + {offset}]"),
                _ => format!("{name}[{row} - {}]", offset.unsigned_abs()),
            }
        }
        Place::Listed { row, positions } => format!("{name}[p{positions}[n{}]]", row.index()),
    }
}
