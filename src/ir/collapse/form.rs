//! Affine forms: which values of a loop's body are a sum of columns of data with coefficients that are the same for
//! every row, or for every row of a group.
//!
//! In: a loop. Out: for each value, its form, if it has one, with coefficients written outside of the loop. A value
//! that depends on data alone is a column, whatever its function: it is computed here, once, in `f64`.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use super::super::evaluate;
use super::super::op::{Array, ArrayId, Binary, Loop, Op, Place, Statement, Unary, Value};
use super::super::transcribe::Transcription;

/// The column of ones.
pub(super) const ONES: usize = 0;

/// What a value depends on, beside constants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Nothing in the loop.
    Invariant,
    /// Data only: a column.
    Data(usize),
    /// What is outside of the loop, and elements that this list names: the same for all rows that name the same.
    Group(usize),
    /// More than that.
    Other,
}

/// `sum of coefficient * column + sum of coefficient * column * value`, where the values are groups'.
#[derive(Clone, Debug, Default)]
pub(super) struct Form {
    /// Coefficients (new values) by column.
    pub columns: BTreeMap<usize, Value>,
    pub grouped: Vec<Grouped>,
}

/// A share of a form that differs between groups.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grouped {
    /// A new value.
    pub coefficient: Value,
    pub column: usize,
    /// A value in the old loop.
    pub value: Value,
    /// The list that says which rows form a group.
    pub list: usize,
}

/// `x + y`, folded.
pub(super) fn plus(copy: &mut Transcription<'_>, x: Value, y: Value) -> Value {
    let b = &mut copy.builder;
    match (b.as_constant(x), b.as_constant(y)) {
        (Some(x), Some(y)) => b.constant(x + y),
        (Some(0.0), _) => y,
        (_, Some(0.0)) => x,
        _ => b.add(x, y),
    }
}

/// `x * y`, folded.
pub(super) fn times(copy: &mut Transcription<'_>, x: Value, y: Value) -> Value {
    let b = &mut copy.builder;
    match (b.as_constant(x), b.as_constant(y)) {
        (Some(x), Some(y)) => b.constant(x * y),
        (Some(1.0), _) => y,
        (_, Some(1.0)) => x,
        (Some(-1.0), _) => b.unary(Unary::Negate, y),
        (_, Some(-1.0)) => b.unary(Unary::Negate, x),
        _ => b.multiply(x, y),
    }
}

/// `x / y`, folded.
pub(super) fn over(copy: &mut Transcription<'_>, x: Value, y: Value) -> Value {
    match copy.builder.as_constant(y) {
        Some(divisor) => {
            let reciprocal = copy.builder.constant(1.0 / divisor);
            times(copy, x, reciprocal)
        }
        None => copy.builder.divide(x, y),
    }
}

/// The forms of one loop's values.
pub(super) struct Forms<'c, 'a> {
    pub copy: &'c mut Transcription<'a>,
    pub inner: &'c Loop,
    columns: Vec<Rc<[f64]>>,
    classes: HashMap<Value, Class>,
    forms: HashMap<Value, Option<Form>>,
}

impl<'c, 'a> Forms<'c, 'a> {
    /// Classifies what the loop's body computes. `changing` says of each array whether the loop must not read it ahead.
    pub(super) fn new(copy: &'c mut Transcription<'a>, inner: &'c Loop, changing: &[bool]) -> Self {
        let ones: Rc<[f64]> = vec![1.0; inner.rows].into();
        let mut forms = Self { copy, inner, columns: vec![ones], classes: HashMap::new(), forms: HashMap::new() };
        forms.hide(&inner.body);
        for statement in &inner.body {
            if let Statement::Let(value) = statement {
                let class = forms.classify(*value, changing);
                forms.classes.insert(*value, class);
                if class == Class::Invariant {
                    forms.copy.compute(*value);
                }
            }
        }
        forms
    }

    /// Everything in the body is other until it is classified; what a nested loop hands out stays so.
    fn hide(&mut self, body: &[Statement]) {
        for statement in body {
            match statement {
                Statement::Let(value) => {
                    self.classes.insert(*value, Class::Other);
                }
                Statement::Loop(nested) => {
                    self.hide(&nested.body);
                    self.classes.extend(nested.sums.iter().map(|sum| (sum.total, Class::Other)));
                }
                Statement::Store(_) | Statement::Accumulate(_) => {}
            }
        }
    }

    pub(super) fn column(&self, column: usize) -> &[f64] {
        &self.columns[column]
    }

    pub(super) fn class(&mut self, value: Value) -> Class {
        if let Some(&class) = self.classes.get(&value) {
            return class;
        }
        match self.copy.old.op(value) {
            Op::Datum { table, row } if row == self.inner.id => {
                let values: Rc<[f64]> =
                    self.copy.old.tables[table].values.iter().copied().take(self.inner.rows).collect();
                let class = self.data(values);
                self.classes.insert(value, class);
                class
            }
            // What is not in the body is outside of the loop.
            _ => Class::Invariant,
        }
    }

    fn classify(&mut self, value: Value, changing: &[bool]) -> Class {
        let op = self.copy.old.op(value);
        if let Op::Load { array, at } = op {
            let ahead = match array {
                Array::Coordinates => true,
                Array::Stored(ArrayId(array)) => !changing[array as usize],
            };
            return match at {
                _ if !ahead => Class::Other,
                Place::Listed { row, positions } if row == self.inner.id => Class::Group(positions),
                _ if at.row() == Some(self.inner.id) => Class::Other,
                Place::Fixed(_) | Place::Strided { .. } | Place::Listed { .. } => Class::Invariant,
            };
        }
        let operands: Vec<(Value, Class)> = op.operands().map(|operand| (operand, self.class(operand))).collect();
        let all = |fits: &dyn Fn(Value, Class) -> bool| operands.iter().all(|&(value, class)| fits(value, class));
        if all(&|_, class| class == Class::Invariant) {
            return Class::Invariant;
        }
        let constant = |value: Value| self.copy.old.constant(value).is_some();
        if all(&|value, class| matches!(class, Class::Data(_)) || constant(value)) {
            return self.computed(op);
        }
        let mut lists = operands.iter().filter_map(|&(_, class)| match class {
            Class::Group(list) => Some(list),
            Class::Invariant | Class::Data(_) | Class::Other => None,
        });
        match lists.next() {
            Some(list) if all(&|_, class| matches!(class, Class::Invariant) || class == Class::Group(list)) => {
                Class::Group(list)
            }
            _ => Class::Other,
        }
    }

    /// The column of an operation on data, unless it is not finite somewhere.
    fn computed(&mut self, op: Op) -> Class {
        let at = |value: Value, row: usize| match (self.copy.old.constant(value), self.classes.get(&value)) {
            (Some(x), _) => x,
            (None, Some(Class::Data(column))) => self.columns[*column][row],
            _ => unreachable!("all operands are data or constants"),
        };
        let compute = |row: usize| match op {
            Op::Unary(function, x) => evaluate::unary(function, at(x, row)),
            Op::Binary(function, x, y) => evaluate::binary(function, at(x, row), at(y, row)),
            Op::Select { left, right, holds, fails } => {
                at(if at(left, row) <= at(right, row) { holds } else { fails }, row)
            }
            Op::Constant(_)
            | Op::Roundoff(_)
            | Op::Coordinate(_)
            | Op::Datum { .. }
            | Op::Load { .. }
            | Op::Sum(..) => f64::NAN,
        };
        self.data((0..self.inner.rows).map(compute).collect())
    }

    /// A column, unless one of its values is infinite or NaN: those have no closed form.
    fn data(&mut self, values: Rc<[f64]>) -> Class {
        if values.iter().all(|x| x.is_finite()) { Class::Data(self.intern(values)) } else { Class::Other }
    }

    /// The number of a column.
    pub(super) fn intern(&mut self, values: Rc<[f64]>) -> usize {
        let known = self.columns.iter().position(|column| *column == values);
        known.unwrap_or_else(|| {
            self.columns.push(values);
            self.columns.len() - 1
        })
    }

    /// The form of a value.
    pub(super) fn form(&mut self, value: Value) -> Option<Form> {
        if let Some(known) = self.forms.get(&value) {
            return known.clone();
        }
        let form = match self.class(value) {
            Class::Invariant if self.copy.old.constant(value).is_some_and(|x| !x.is_finite()) => None,
            Class::Invariant => Some(Form { columns: [(ONES, self.copy.value(value))].into(), grouped: Vec::new() }),
            Class::Data(column) => {
                let one = self.copy.builder.constant(1.0);
                Some(Form { columns: [(column, one)].into(), grouped: Vec::new() })
            }
            Class::Group(list) => {
                let coefficient = self.copy.builder.constant(1.0);
                let grouped = vec![Grouped { coefficient, column: ONES, value, list }];
                Some(Form { columns: BTreeMap::new(), grouped })
            }
            Class::Other => self.composed(value),
        };
        self.forms.insert(value, form.clone());
        form
    }

    fn composed(&mut self, value: Value) -> Option<Form> {
        match self.copy.old.op(value) {
            Op::Unary(Unary::Negate, x) => {
                let form = self.form(x)?;
                Some(self.negated(form))
            }
            Op::Binary(Binary::Add, x, y) => {
                let (x, y) = (self.form(x)?, self.form(y)?);
                Some(self.added(x, y))
            }
            Op::Binary(Binary::Subtract, x, y) => {
                let (x, y) = (self.form(x)?, self.form(y)?);
                let y = self.negated(y);
                Some(self.added(x, y))
            }
            Op::Binary(Binary::Multiply, x, y) => {
                let (factor, form) = match (self.class(x), self.class(y)) {
                    (Class::Invariant | Class::Data(_), _) => (x, self.form(y)?),
                    (_, Class::Invariant | Class::Data(_)) => (y, self.form(x)?),
                    _ => return None,
                };
                match self.class(factor) {
                    Class::Data(column) => self.with_column(form, |rows, row| rows[row], column),
                    Class::Invariant | Class::Group(_) | Class::Other => {
                        let factor = self.copy.value(factor);
                        Some(self.each(form, |copy, coefficient| times(copy, factor, coefficient)))
                    }
                }
            }
            Op::Binary(Binary::Divide, x, y) => {
                let form = self.form(x)?;
                match self.class(y) {
                    Class::Invariant => {
                        let divisor = self.copy.value(y);
                        Some(self.each(form, |copy, coefficient| over(copy, coefficient, divisor)))
                    }
                    Class::Data(column) => self.with_column(form, |rows, row| 1.0 / rows[row], column),
                    Class::Group(_) | Class::Other => None,
                }
            }
            _ => None,
        }
    }

    fn each(&mut self, mut form: Form, map: impl Fn(&mut Transcription<'a>, Value) -> Value) -> Form {
        let grouped = form.grouped.iter_mut().map(|share| &mut share.coefficient);
        form.columns.values_mut().chain(grouped).for_each(|coefficient| *coefficient = map(self.copy, *coefficient));
        form
    }

    fn negated(&mut self, form: Form) -> Form {
        let minus = self.copy.builder.constant(-1.0);
        self.each(form, |copy, coefficient| times(copy, minus, coefficient))
    }

    fn added(&mut self, mut x: Form, y: Form) -> Form {
        for (column, coefficient) in y.columns {
            let sum = match x.columns.get(&column) {
                Some(&known) => plus(self.copy, known, coefficient),
                None => coefficient,
            };
            x.columns.insert(column, sum);
        }
        x.grouped.extend(y.grouped);
        x
    }

    /// The form with every column multiplied by a function of another; none if that is not finite.
    fn with_column(&mut self, form: Form, factor: impl Fn(&[f64], usize) -> f64, by: usize) -> Option<Form> {
        let mut product = |column: usize| {
            let rows = 0..self.inner.rows;
            let values: Rc<[f64]> =
                rows.map(|row| self.columns[column][row] * factor(&self.columns[by], row)).collect();
            values.iter().all(|x| x.is_finite()).then(|| self.intern(values))
        };
        let mut columns: Vec<(usize, Value)> = Vec::new();
        for (column, coefficient) in form.columns {
            columns.push((product(column)?, coefficient));
        }
        let mut grouped = form.grouped;
        for share in &mut grouped {
            share.column = product(share.column)?;
        }
        let mut form = Form { columns: BTreeMap::new(), grouped };
        for (column, coefficient) in columns {
            let share = Form { columns: [(column, coefficient)].into(), grouped: Vec::new() };
            form = self.added(form, share);
        }
        Some(form)
    }
}
