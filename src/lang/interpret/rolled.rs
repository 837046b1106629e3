//! Loops held as rows: one run of the body for all rows.
//!
//! The loop variable is a column. What the body adds to the target is summed over the rows. Variables of the body have
//! a value per row. A variable from outside that the body assigns is one of four things:
//!
//! - a number that is only added to: the sum over the rows;
//! - a number that rows overwrite before they read it: afterwards it has the last row's value;
//! - a number that rows read before they overwrite it, or a container of which rows read what earlier rows stored: a
//!   recurrence, an array stored row by row in order;
//! - a container of which each row stores its own elements: afterwards it is those elements.
//!
//! Rows that take different ways (conditions on data) are run as several loops; a body that fits none of this is run
//! row by row by the caller.

use std::collections::{HashMap, HashSet};

use super::value::{Elements, ROWS, Value};
use super::{Interpreter, Pending, Rolling, Source, Stop};
use crate::ir::graph::{Domain, Graph, Number, StoredArray};
use crate::lang::ast::{BinaryOperator, ExpressionId};
use crate::lang::bind::BindError;
use crate::lang::typed::{ExpressionKind, Index, Over, Statement, Text, TypedModel, VariableId};
use crate::lang::types::Base;

/// Rows that take too many different ways are run one by one.
const WAYS: usize = 64;

impl Interpreter<'_> {
    /// Runs a loop as rows, if it can be: `values` are those of the loop variable. What a failed attempt did is undone.
    ///
    /// Parts that take different ways run in the order of their last rows: so what they leave in variables is what the
    /// loop would leave.
    pub fn rolled(&mut self, variable: VariableId, values: &[f64], body: &[Statement]) -> Result<bool, Stop> {
        let before = (self.variables.clone(), self.terms.len(), self.stored.len(), self.valid.len());
        let outside = Outside::new(self.model, body);
        let mut parts: Vec<Vec<f64>> = vec![values.to_vec()];
        'attempt: while parts.len() <= WAYS {
            for index in 0..parts.len() {
                let whole = parts.len() == 1;
                let split = match self.run_part(variable, &parts[index], body, &outside, whole) {
                    Ok(()) => continue,
                    Err(Stop::Split(holds)) => holds,
                    Err(Stop::Unroll) => break 'attempt,
                    // What a row reads of an earlier one is not known here, and may be row by row: a position in data
                    // that moves on, say.
                    Err(Stop::Error(BindError::DependsOnParameters { .. } | BindError::NotYet { .. })) => {
                        break 'attempt;
                    }
                    Err(error @ Stop::Error(_)) => {
                        self.undo(&before);
                        return Err(error);
                    }
                };
                let part = parts.swap_remove(index);
                let of = |side: bool| {
                    part.iter().zip(&split).filter(|(_, holds)| **holds == side).map(|(&value, _)| value).collect()
                };
                parts.extend([of(false), of(true)]);
                parts.sort_by(|a, b| f64::total_cmp(a.last().unwrap_or(&0.0), b.last().unwrap_or(&0.0)));
                self.undo(&before);
                continue 'attempt;
            }
            return Ok(true);
        }
        self.undo(&before);
        Ok(false)
    }

    fn undo(&mut self, before: &(Vec<Option<Value>>, usize, usize, usize)) {
        self.rolling = None;
        self.turn = None;
        self.variables.clone_from(&before.0);
        self.terms.truncate(before.1);
        self.stored.truncate(before.2);
        self.valid.truncate(before.3);
    }

    /// Some of the rows: as rows when they are many, else one by one.
    fn run_part(
        &mut self,
        variable: VariableId,
        values: &[f64],
        body: &[Statement],
        outside: &Outside,
        whole: bool,
    ) -> Result<(), Stop> {
        if values.len() < ROWS {
            let outer = self.turn;
            for &value in values {
                self.set(variable, Value::number(Number::Known(value)));
                self.take_turn(outer);
                self.run(body)?;
            }
            self.turn = outer;
            return Ok(());
        }
        let domain = self.graph.loop_domain(values.len());
        let column = self.graph.column(domain, values.to_vec());
        self.set(variable, Value::number(column));
        let mut carried = Vec::new();
        let mut rolling = Rolling { domain, pending: HashMap::new(), reductions: HashMap::new(), whole };
        for &id in &outside.assigned {
            let Some(old) = self.get(id).cloned() else { continue };
            if outside.reductions.contains(&id) && old.shape.is_scalar() {
                rolling.reductions.insert(id, Vec::new());
            } else if old.shape.is_scalar() {
                let array = self.graph.array(values.len() + 1);
                let previous = self.graph.load_rows(array, domain, Graph::identity(values.len()));
                carried.push((id, array, old.scalar()));
                self.set(id, Value::number(previous));
            } else {
                let array = self.graph.array(old.len());
                let pending = Pending { shape: old.shape.clone(), old: old.clone(), array, writes: Vec::new() };
                rolling.pending.insert(id, pending);
                self.set(id, Value { shape: old.shape, elements: Elements::Pending });
            }
        }
        let first = self.terms.len();
        self.rolling = Some(rolling);
        self.run(body)?;
        let rolling = self.rolling.take().expect("the loop that was begun");
        self.finish(domain, first, carried, rolling)
    }

    /// Gives the variables from outside their values after the loop, and the target its sums.
    fn finish(
        &mut self,
        domain: Domain,
        first: usize,
        carried: Vec<(VariableId, StoredArray, Number)>,
        rolling: Rolling,
    ) -> Result<(), Stop> {
        let rows = domain.rows();
        let whole = rolling.whole;
        let nexts: Vec<Number> =
            carried.iter().map(|&(id, ..)| self.get(id).map_or(Number::Known(0.0), Value::scalar)).collect();
        let mut outputs: Vec<Number> = self.terms[first..].iter().map(|term| term.number).collect();
        outputs.extend(&nexts);
        outputs.extend(rolling.reductions.values().flatten());
        outputs.extend(rolling.pending.values().flat_map(|pending| pending.writes.iter().map(|(_, value)| *value)));

        // What rows read of other rows is stored row by row, in order.
        let mut recurrence = Vec::new();
        for (&(_, array, old), &next) in carried.iter().zip(&nexts) {
            if self.graph.reads(&outputs, array) {
                self.graph.store(array, 0, old);
                recurrence.push((array, (1..=rows as u32).collect(), next));
            }
        }
        let mut recurrent: HashSet<VariableId> = HashSet::new();
        for (&id, pending) in &rolling.pending {
            let read = self.graph.lists_read(&outputs, pending.array);
            if read.is_empty() {
                continue;
            }
            pending.check_order(&read, rows)?;
            recurrent.insert(id);
            self.store_old(pending);
            // What rows overwrite at the same place is theirs alone, or the check had failed.
            for (list, value) in pending.writes.iter().filter(|(list, _)| !is_fixed(list)) {
                recurrence.push((pending.array, list.clone(), *value));
            }
        }
        let stored_in_order = !recurrence.is_empty();
        if stored_in_order {
            if !whole {
                return Err(Stop::Unroll);
            }
            self.graph.store_rows(domain, recurrence, true);
        }
        // What was read inside of the recurrence is read again, after it.
        let identity = Graph::identity(rows);
        let after = |graph: &mut Graph, number: Number| {
            if stored_in_order && graph.domain(number) == Some(domain) {
                graph.reindex(number, domain, &identity)
            } else {
                number
            }
        };
        for index in first..self.terms.len() {
            let term = after(&mut self.graph, self.terms[index].number);
            let once = self.terms[index].source == Source::Check && self.graph.domain(term).is_none();
            self.terms[index].number = if once { term } else { self.graph.sum(term, rows) };
            self.terms[index].rows = Some(domain);
        }
        for (id, terms) in rolling.reductions {
            let mut total = self.get(id).map_or(Number::Known(0.0), Value::scalar);
            for term in terms {
                let term = after(&mut self.graph, term);
                let sum = self.graph.sum(term, rows);
                total = self.graph.add(total, sum);
            }
            let total = Value::number(total);
            let variable = self.variable(id);
            if variable.of.base == Base::Int {
                self.check_ints(&total, variable.span)?;
            }
            self.set(id, total);
        }
        for ((id, array, _), next) in carried.into_iter().zip(nexts) {
            let last = if self.graph.reads(&[next], array) {
                self.graph.load(array, rows)
            } else {
                let next = after(&mut self.graph, next);
                self.graph.at(next, rows - 1)
            };
            self.set(id, Value::number(last));
        }
        for (id, mut pending) in rolling.pending {
            for (_, value) in &mut pending.writes {
                *value = after(&mut self.graph, *value);
            }
            let value = self.stored_container(domain, pending, recurrent.contains(&id))?;
            self.set(id, value);
        }
        Ok(())
    }

    /// The value of a container that a loop stored to.
    fn stored_container(&mut self, domain: Domain, pending: Pending, recurrent: bool) -> Result<Value, Stop> {
        let len = pending.shape.len();
        if pending.writes.is_empty() {
            return Ok(pending.old);
        }
        if pending.writes.iter().any(|(list, _)| is_fixed(list)) {
            return self.overwritten(domain, pending);
        }
        if !recurrent {
            if let [(list, value)] = &pending.writes[..]
                && list.len() == len
                && let Some(inverse) = inverse(list, len)
            {
                let number = self.graph.reindex(*value, Domain::elements(len), &inverse);
                return Ok(Value::rows(&self.graph, pending.shape, number));
            }
            pending.check_single()?;
            self.store_old(&pending);
            let stores = pending.writes.into_iter().map(|(list, value)| (pending.array, list, value)).collect();
            self.graph.store_rows(domain, stores, false);
        }
        let number = self.graph.load_rows(pending.array, Domain::elements(len), Graph::identity(len));
        Ok(Value { shape: pending.shape, elements: Elements::Rows(number) })
    }

    /// A container whose elements every row overwrites: afterwards it has those of the last row.
    fn overwritten(&mut self, domain: Domain, pending: Pending) -> Result<Value, Stop> {
        if !pending.writes.iter().all(|(list, _)| is_fixed(list)) {
            return Err(Stop::Unroll);
        }
        let mut numbers = pending.old.numbers(&mut self.graph);
        for (list, value) in pending.writes {
            numbers[list[0] as usize] = self.graph.at(value, domain.rows() - 1);
        }
        Ok(Value::each(pending.shape, numbers))
    }

    /// Stores the elements that the loop does not.
    fn store_old(&mut self, pending: &Pending) {
        let written: HashSet<u32> = pending.writes.iter().flat_map(|(list, _)| list.iter().copied()).collect();
        for (index, number) in pending.old.numbers(&mut self.graph).into_iter().enumerate() {
            let unset = number.known().is_some_and(f64::is_nan);
            if !written.contains(&(index as u32)) && !unset {
                self.graph.store(pending.array, index, number);
            }
        }
    }

    /// Takes an increment of a number that the loop only adds to.
    pub fn add_to_reduction(
        &mut self,
        variable: VariableId,
        indexes: &[Index],
        operator: Option<BinaryOperator>,
        value: &Value,
    ) -> Result<bool, Stop> {
        let is_reduction = self.rolling.as_ref().is_some_and(|rolling| rolling.reductions.contains_key(&variable))
            && indexes.is_empty();
        if !is_reduction {
            return Ok(false);
        }
        let number = match operator {
            Some(BinaryOperator::Add) => value.scalar(),
            Some(BinaryOperator::Subtract) => self.graph.negate(value.scalar()),
            _ => return Err(Stop::Unroll),
        };
        if let Some(rolling) = &mut self.rolling {
            rolling.reductions.entry(variable).or_default().push(number);
        }
        Ok(true)
    }

    /// Reads elements of a container that the loop stores to, by their positions for each row.
    pub fn read_pending(&mut self, variable: VariableId, list: Vec<u32>) -> Result<Number, Stop> {
        let rolling = self.rolling.as_ref().ok_or(Stop::Unroll)?;
        let pending = rolling.pending.get(&variable).ok_or(Stop::Unroll)?;
        if let Some((_, value)) = pending.writes.iter().find(|(written, _)| *written == list) {
            return Ok(*value);
        }
        let (array, domain) = (pending.array, rolling.domain);
        Ok(self.graph.load_rows(array, domain, list))
    }

    /// Stores elements of a container, by their positions for each row.
    pub fn write_pending(&mut self, variable: VariableId, list: Vec<u32>, value: Number) -> Result<(), Stop> {
        let rolling = self.rolling.as_mut().ok_or(Stop::Unroll)?;
        let pending = rolling.pending.get_mut(&variable).ok_or(Stop::Unroll)?;
        match pending.writes.iter_mut().find(|(written, _)| *written == list) {
            Some((_, old)) => *old = value,
            None => pending.writes.push((list, value)),
        }
        Ok(())
    }

    /// How much the loop that runs as rows has stored and added so far: what is done under a condition on parameters
    /// must not be among it.
    pub fn stores_so_far(&self) -> Vec<(VariableId, Vec<Number>)> {
        let Some(rolling) = &self.rolling else { return Vec::new() };
        let values = |pending: &Pending| pending.writes.iter().map(|(_, value)| *value).collect();
        let pending = rolling.pending.iter().map(|(&id, pending)| (id, values(pending)));
        let mut all: Vec<_> =
            pending.chain(rolling.reductions.iter().map(|(&id, terms)| (id, terms.clone()))).collect();
        all.sort_by_key(|(id, _)| id.0);
        all
    }

    /// The domain of the loop that runs as rows.
    pub fn rolling_domain(&self) -> Option<Domain> {
        self.rolling.as_ref().map(|rolling| rolling.domain)
    }
}

impl Pending {
    /// Every element is stored at most once.
    fn check_single(&self) -> Result<(), Stop> {
        let mut seen = HashSet::new();
        let varying = self.writes.iter().filter(|(list, _)| !is_fixed(list));
        let once = varying.flat_map(|(list, _)| list).all(|element| seen.insert(*element));
        if once { Ok(()) } else { Err(Stop::Unroll) }
    }

    /// Rows read only what earlier rows stored, or what no row stores.
    fn check_order(&self, read: &[std::sync::Arc<[u32]>], rows: usize) -> Result<(), Stop> {
        self.check_single()?;
        let mut writer = vec![None; self.shape.len()];
        for (list, _) in &self.writes {
            for (row, &element) in list.iter().enumerate() {
                writer[element as usize] = Some(row);
            }
        }
        let fixed: HashSet<u32> =
            self.writes.iter().filter(|(list, _)| is_fixed(list)).map(|(list, _)| list[0]).collect();
        if read.iter().flat_map(|list| list.iter()).any(|element| fixed.contains(element)) {
            return Err(Stop::Unroll);
        }
        for list in read {
            for (row, &element) in list.iter().enumerate() {
                // An element read at a fixed place is read by the first row too.
                let row = if list.len() == rows { row } else { 0 };
                if writer[element as usize].is_some_and(|writer| writer >= row) {
                    return Err(Stop::Unroll);
                }
            }
        }
        Ok(())
    }
}

/// Whether all rows mean the same element.
fn is_fixed(list: &[u32]) -> bool {
    list.iter().all(|&element| element == list[0])
}

/// For each element the row that stores it, if every element has one.
fn inverse(list: &[u32], len: usize) -> Option<Vec<u32>> {
    let mut inverse = vec![u32::MAX; len];
    for (row, &element) in list.iter().enumerate() {
        *inverse.get_mut(element as usize)? = row as u32;
    }
    inverse.iter().all(|&row| row != u32::MAX).then_some(inverse)
}

/// The variables declared outside of a body that it assigns.
struct Outside {
    assigned: Vec<VariableId>,
    /// Those that are only added to, and never read.
    reductions: HashSet<VariableId>,
}

impl Outside {
    fn new(model: &TypedModel, body: &[Statement]) -> Self {
        let mut survey = Survey::new(model);
        survey.statements(body);
        let assigned: Vec<VariableId> =
            survey.assigned.iter().copied().filter(|id| !survey.declared.contains(id)).collect();
        let reductions = assigned
            .iter()
            .copied()
            .filter(|id| !survey.overwritten.contains(id) && !survey.read.contains(id))
            .collect();
        Self { assigned, reductions }
    }
}

/// What the statements of a body do with variables.
struct Survey<'a> {
    model: &'a TypedModel,
    declared: HashSet<VariableId>,
    /// In order of first assignment.
    assigned: Vec<VariableId>,
    /// Assigned other than by adding.
    overwritten: HashSet<VariableId>,
    read: HashSet<VariableId>,
}

impl<'a> Survey<'a> {
    fn new(model: &'a TypedModel) -> Self {
        Self {
            model,
            declared: HashSet::new(),
            assigned: Vec::new(),
            overwritten: HashSet::new(),
            read: HashSet::new(),
        }
    }

    fn statements(&mut self, statements: &[Statement]) {
        for statement in statements {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &Statement) {
        match statement {
            Statement::Declare { variable, definition, .. } => {
                self.declared.insert(*variable);
                definition.iter().for_each(|&id| self.expression(id));
            }
            Statement::Assign { variable, indexes, operator, value, .. } => {
                if !self.assigned.contains(variable) {
                    self.assigned.push(*variable);
                }
                let adds = matches!(operator, Some(BinaryOperator::Add | BinaryOperator::Subtract));
                if !adds || !indexes.is_empty() {
                    self.overwritten.insert(*variable);
                }
                self.indexes(indexes);
                self.expression(*value);
            }
            Statement::Tilde { outcome, arguments, truncation, .. } => {
                self.expression(*outcome);
                arguments.iter().for_each(|&id| self.expression(id));
                let bounds = truncation.iter().flat_map(|t| [t.lower, t.upper]).flatten();
                bounds.for_each(|id| self.expression(id));
            }
            Statement::TargetIncrement { value, .. } => self.expression(*value),
            Statement::For { variable, over, body, .. } => {
                self.declared.insert(*variable);
                match over {
                    Over::Range { from, to } => [from, to].into_iter().for_each(|&id| self.expression(id)),
                    Over::Container(container) => self.expression(*container),
                }
                self.statements(body);
            }
            Statement::While { condition, body, .. } => {
                self.expression(*condition);
                self.statements(body);
            }
            Statement::If { condition, then, otherwise, .. } => {
                self.expression(*condition);
                self.statements(then);
                self.statements(otherwise);
            }
            Statement::Block(statements) => self.statements(statements),
            Statement::Return { value, .. } => value.iter().for_each(|&id| self.expression(id)),
            Statement::Print { arguments, .. } | Statement::Reject { arguments, .. } => {
                for argument in arguments {
                    if let Text::Value(id) = argument {
                        self.expression(*id);
                    }
                }
            }
            Statement::Call { call, .. } => self.expression(*call),
            Statement::Break { .. } | Statement::Continue { .. } => {}
        }
    }

    fn indexes(&mut self, indexes: &[Index]) {
        indexes.iter().flat_map(Index::parts).for_each(|id| self.expression(id));
    }

    fn expression(&mut self, id: ExpressionId) {
        // A user function assigns only its own variables; the target it may read is not a variable.
        let model = self.model;
        model.visit(id, |kind| {
            if let ExpressionKind::Variable(variable) = kind {
                self.read.insert(*variable);
            }
            kind.parts()
        });
    }
}
