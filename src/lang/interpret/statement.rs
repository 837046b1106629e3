//! Runs statements.
//!
//! A condition that depends on parameters runs both branches and selects between their results, variable by variable
//! and term by term; where a branch returns, what follows belongs to the other branch.

use super::size::require_room;
use super::value::{Elements, Inner, Shape, Value};
use super::{Interpreter, Source, Stop, Term};
use crate::ir::graph::Number;
use crate::lang::ast::{BinaryOperator, ExpressionId};
use crate::lang::bind::BindError;
use crate::lang::source::Span;
use crate::lang::typed::{Constraint, Origin, Over, Statement, Text, Variable, VariableId, any_statement};
use crate::lang::types::Base;

/// More elements than this, a column of the draws each, are no output that anybody means.
const MOST_OUTPUTS: usize = 4_000_000;

/// How a list of statements ended.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Flow {
    Next,
    Break,
    Continue,
    Return(Option<Value>),
}

/// Statements that remain to be run after a list of statements: those of the enclosing lists, innermost first.
#[derive(Clone, Copy)]
pub(super) struct Rest<'r> {
    statements: &'r [Statement],
    outer: Option<&'r Rest<'r>>,
}

impl Interpreter<'_> {
    /// Runs a list of statements.
    pub fn run(&mut self, statements: &[Statement]) -> Result<Flow, Stop> {
        self.run_before(statements, None)
    }

    fn run_before(&mut self, statements: &[Statement], outer: Option<&Rest<'_>>) -> Result<Flow, Stop> {
        for (position, statement) in statements.iter().enumerate() {
            let rest = Rest { statements: &statements[position + 1..], outer };
            let Some(span) = statement.span() else { continue };
            match self.deeper(span, |run| run.statement(statement, &rest, span))? {
                Flow::Next => {}
                other => return Ok(other),
            }
        }
        Ok(Flow::Next)
    }

    /// Runs all that remains.
    fn run_rest(&mut self, rest: &Rest<'_>) -> Result<Flow, Stop> {
        match self.run_before(rest.statements, rest.outer)? {
            Flow::Next => rest.outer.map_or(Ok(Flow::Next), |outer| self.run_rest(outer)),
            other => Ok(other),
        }
    }

    fn statement(&mut self, statement: &Statement, rest: &Rest<'_>, span: Span) -> Result<Flow, Stop> {
        self.count_statement(span)?;
        self.counted(span, |run| run.one(statement, rest))
    }

    fn one(&mut self, statement: &Statement, rest: &Rest<'_>) -> Result<Flow, Stop> {
        match statement {
            Statement::Declare { variable, definition, span } => self.declare(*variable, *definition, *span)?,
            Statement::Assign { variable, indexes, operator, value, span } => {
                let value = self.expression(*value)?;
                self.assign(*variable, indexes, *operator, value, *span)?;
            }
            Statement::Tilde { outcome, callee, arguments, truncation, span } => {
                self.tilde(*outcome, *callee, arguments, *truncation, *span)?;
            }
            Statement::TargetIncrement { value: id, span } => {
                self.note_nothing_yet();
                let value = self.expression(self.summands(*id))?;
                let term = super::elementwise::sum(&mut self.graph, &value);
                self.note_increment(*id, &value, *span)?;
                self.require_finite(term, || "target +=".to_owned(), None, *span)?;
                self.add(term, Source::Increment { value: *id });
            }
            Statement::For { variable, over, body, span } => return self.for_loop(*variable, *over, body, *span),
            Statement::While { condition, body, span } => return self.while_loop(*condition, body, *span),
            Statement::If { condition, then, otherwise, span } => {
                let condition = self.expression(*condition)?.scalar();
                return match self.truth(condition)? {
                    Some(true) => self.run_before(then, Some(rest)),
                    Some(false) => self.run_before(otherwise, Some(rest)),
                    None => self.both(condition, then, otherwise, rest, *span),
                };
            }
            Statement::Break { .. } => return Ok(Flow::Break),
            Statement::Continue { .. } => return Ok(Flow::Continue),
            Statement::Block(statements) => return self.run_before(statements, Some(rest)),
            Statement::Return { value, .. } => {
                let value = value.map(|value| self.expression(value)).transpose()?;
                return Ok(Flow::Return(value));
            }
            Statement::Print { arguments, .. } => {
                let text = self.text(arguments)?;
                self.printed.push(text);
            }
            Statement::Reject { arguments, fatal, span } => {
                let message = self.text(arguments)?;
                if *fatal {
                    return Err(BindError::Fatal { message, span: *span }.into());
                }
                // A model that rejects whatever the parameters are has no density anywhere.
                return Err(BindError::Rejected { message, span: *span }.into());
            }
            Statement::Call { call, .. } => {
                self.expression(*call)?;
            }
        }
        Ok(Flow::Next)
    }

    /// Runs both branches of a condition on parameters, and selects.
    fn both(
        &mut self,
        condition: Number,
        then: &[Statement],
        otherwise: &[Statement],
        rest: &Rest<'_>,
        span: Span,
    ) -> Result<Flow, Stop> {
        let returns = returns(then) || returns(otherwise);
        let before = (self.variables.clone(), self.terms.len());
        let stored = self.stores_so_far();
        let first = self.deeper(span, |run| run.branch(then, returns, rest))?;
        let taken = std::mem::replace(&mut self.variables, before.0);
        let taken_terms = self.terms.split_off(before.1);
        let second = self.deeper(span, |run| run.branch(otherwise, returns, rest))?;
        let other_terms = self.terms.split_off(before.1);
        if self.stores_so_far() != stored {
            return Err(Stop::Unroll);
        }
        for (holds, terms) in [(true, taken_terms), (false, other_terms)] {
            for term in terms {
                let zero = Number::Known(0.0);
                let (yes, no) = if holds { (term.number, zero) } else { (zero, term.number) };
                let number = self.choose(condition, yes, no);
                self.terms.push(Term { number, ..term });
            }
        }
        let (first, second) = match (first, second) {
            (Ok(first), Ok(second)) => (first, second),
            // What goes on does so on the side that does not reject.
            (Ok(first), Err(_)) => {
                self.variables = taken;
                return Ok(first);
            }
            (Err(_), Ok(second)) => return Ok(second),
            (Err(error), Err(_)) => return Err(error.into()),
        };
        for (index, taken) in taken.into_iter().enumerate() {
            let other = self.variables[index].take();
            self.variables[index] = match (taken, other) {
                (Some(taken), Some(other)) if taken == other => Some(taken),
                (Some(taken), Some(other)) if taken.shape == other.shape => {
                    Some(self.choose_value(condition, &taken, &other))
                }
                // Known to one branch only: it went out of scope with it.
                (taken, other) => other.or(taken),
            };
        }
        match (first, second) {
            (Flow::Next, Flow::Next) => Ok(Flow::Next),
            (Flow::Return(Some(first)), Flow::Return(Some(second))) if first.shape == second.shape => {
                Ok(Flow::Return(Some(self.choose_value(condition, &first, &second))))
            }
            (Flow::Return(None), Flow::Return(None)) => Ok(Flow::Return(None)),
            // The rest was run inside of the branches: a void function ends here.
            (Flow::Next, Flow::Return(None)) | (Flow::Return(None), Flow::Next) => Ok(Flow::Return(None)),
            _ => Err(BindError::DependsOnParameters { what: "leaving a loop", span }.into()),
        }
    }

    /// Runs a side of a condition on parameters. The inner error is what rejects every state on that side.
    fn branch(
        &mut self,
        statements: &[Statement],
        returns: bool,
        rest: &Rest<'_>,
    ) -> Result<Result<Flow, BindError>, Stop> {
        let (turn, valid) = (self.turn, self.valid.len());
        let run = |run: &mut Self| match run.run_before(statements, Some(rest))? {
            Flow::Next if returns => run.run_rest(rest),
            other => Ok(other),
        };
        let flow = match run(self) {
            Err(Stop::Error(error)) if error.rejects() => {
                // Only where the condition holds.
                self.turn = turn;
                self.add(Number::Known(f64::NEG_INFINITY), Source::Rejection);
                Err(error)
            }
            // A chain cannot end the run from inside of its density.
            Err(Stop::Error(BindError::Fatal { span, .. })) => {
                let what =
                    "`fatal_error` under a condition on parameters (`reject` gives up the point alone)".to_owned();
                return Err(BindError::NotYet { what, span }.into());
            }
            other => Ok(other?),
        };
        self.valid.truncate(valid);
        Ok(flow)
    }

    /// `yes` where a truth value holds, else `no`.
    pub fn choose(&mut self, condition: Number, yes: Number, no: Number) -> Number {
        self.graph.select(Number::Known(0.5), condition, yes, no)
    }

    pub fn choose_value(&mut self, condition: Number, yes: &Value, no: &Value) -> Value {
        let condition = Value::number(condition);
        super::elementwise::elementwise(&mut self.graph, &[yes, no, &condition], |graph, numbers| {
            graph.select(Number::Known(0.5), numbers[2], numbers[0], numbers[1])
        })
    }

    /// The shape that a declaration gives.
    pub fn declared_shape(&mut self, variable: &Variable) -> Result<Shape, Stop> {
        let mut sizes = Vec::new();
        for &size in &variable.sizes {
            let number = self.expression(size)?.scalar();
            let size = self.int(number, variable.span)?;
            let name = variable.name.clone();
            let size =
                usize::try_from(size).map_err(|_| BindError::NegativeSize { name, size, span: variable.span })?;
            sizes.push(size);
        }
        let most = match variable.origin {
            // Each element of these has a name, and is a column of the draws.
            Origin::Parameter | Origin::TransformedParameter | Origin::GeneratedQuantity => {
                MOST_OUTPUTS.min(self.limits.elements)
            }
            Origin::Data | Origin::TransformedData | Origin::Local | Origin::Argument | Origin::Loop => {
                self.limits.elements
            }
        };
        require_room(&sizes, most, variable.span)?;
        let inner = sizes.split_off(variable.of.array.min(sizes.len()));
        let inner = match (variable.of.base, &inner[..]) {
            (Base::Int | Base::Real, _) => Inner::Scalar,
            (Base::Vector, &[n]) => Inner::Vector(n),
            (Base::RowVector, &[n]) => Inner::RowVector(n),
            (Base::Matrix, &[rows, columns]) => Inner::Matrix(rows, columns),
            (Base::Vector | Base::RowVector | Base::Matrix, _) => unreachable!("the checker counts sizes"),
        };
        let sentence = match (variable.constraint, inner) {
            (Constraint::CholeskyFactorCov, Inner::Matrix(rows, columns)) if rows < columns => {
                format!("`{}` must have at least as many rows as columns, and has {rows} and {columns}", variable.name)
            }
            (Constraint::Simplex | Constraint::SumToZero | Constraint::UnitVector, Inner::Vector(0)) => {
                format!("`{}` must have at least one element", variable.name)
            }
            _ => return Ok(Shape { arrays: sizes, inner }),
        };
        Err(BindError::Constraint { sentence, span: variable.span }.into())
    }

    fn declare(&mut self, id: VariableId, definition: Option<ExpressionId>, span: Span) -> Result<(), Stop> {
        let variable = &self.model.variables[id.0];
        let shape = self.declared_shape(variable)?;
        let value = match definition {
            Some(definition) => {
                let value = self.expression(definition)?;
                self.require_shape(&shape, &value.shape, span)?;
                value.reshaped(shape)
            }
            // As in Stan, what is not given a value is not a number, or the least int.
            None => {
                let nothing = if variable.of.base == Base::Int { f64::from(i32::MIN) } else { f64::NAN };
                let values = vec![nothing; shape.len()];
                Value::known(shape, values)
            }
        };
        self.set(id, value);
        Ok(())
    }

    /// Whether a value can be assigned to a variable: equal sizes.
    pub fn require_shape(&self, expected: &Shape, found: &Shape, span: Span) -> Result<(), Stop> {
        if expected.sizes() == found.sizes() {
            return Ok(());
        }
        let (expected, found) = (expected.to_string(), found.to_string());
        Err(BindError::Sizes { expected, found, span }.into())
    }

    fn for_loop(&mut self, variable: VariableId, over: Over, body: &[Statement], span: Span) -> Result<Flow, Stop> {
        match over {
            Over::Range { from, to } => {
                let (from_number, to_number) = (self.expression(from)?.scalar(), self.expression(to)?.scalar());
                let (from, to) = (self.int(from_number, span)?, self.int(to_number, span)?);
                let count = usize::try_from(to.saturating_sub(from).saturating_add(1)).unwrap_or(0);
                self.require_room(&[count], span)?;
                let rows: Vec<f64> = (from..=to).map(|row| row as f64).collect();
                if self.may_roll(rows.len()) && !leaves(body) && self.rolled(variable, &rows, body)? {
                    return Ok(Flow::Next);
                }
                let outer = self.turn;
                for row in rows {
                    self.set(variable, Value::number(Number::Known(row)));
                    self.take_turn(outer);
                    let around = self.note_turn();
                    let flow = self.run(body)?;
                    self.note_turn_over(around);
                    match flow {
                        Flow::Next | Flow::Continue => {}
                        Flow::Break => break,
                        Flow::Return(value) => return Ok(Flow::Return(value)),
                    }
                }
                self.turn = outer;
            }
            Over::Container(container) => {
                let container = self.expression(container)?;
                let outer = self.turn;
                for element in self.parts(&container) {
                    self.set(variable, element);
                    self.take_turn(outer);
                    let around = self.note_turn();
                    let flow = self.run(body)?;
                    self.note_turn_over(around);
                    match flow {
                        Flow::Next | Flow::Continue => {}
                        Flow::Break => break,
                        Flow::Return(value) => return Ok(Flow::Return(value)),
                    }
                }
                self.turn = outer;
            }
        }
        Ok(Flow::Next)
    }

    /// Begins a turn of a loop that runs row by row, unless a loop around it has begun one.
    pub fn take_turn(&mut self, outer: Option<u32>) {
        if outer.is_none() && self.rolling.is_none() {
            self.turns += 1;
            self.turn = Some(self.turns);
        }
    }

    /// The elements of an array, or the numbers of a vector or matrix.
    pub(super) fn parts(&mut self, container: &Value) -> Vec<Value> {
        let (count, shape) = match container.shape.arrays.split_first() {
            Some((&count, rest)) => (count, Shape { arrays: rest.to_vec(), inner: container.shape.inner }),
            None => (container.len(), Shape::SCALAR),
        };
        let each = shape.len() as u32;
        (0..count as u32)
            .map(|part| {
                let positions: Vec<u32> = (part * each..(part + 1) * each).collect();
                container.gather(&mut self.graph, shape.clone(), &positions)
            })
            .collect()
    }

    fn while_loop(&mut self, condition: ExpressionId, body: &[Statement], span: Span) -> Result<Flow, Stop> {
        /// A loop that has not ended by now most likely never will.
        const TURNS: usize = 1_000_000;
        for _ in 0..TURNS {
            let holds = self.expression(condition)?.scalar();
            match self.truth(holds)? {
                Some(true) => {}
                Some(false) => return Ok(Flow::Next),
                None => {
                    return Err(BindError::DependsOnParameters { what: "how often a loop turns", span }.into());
                }
            }
            let around = self.note_turn();
            let flow = self.run(body)?;
            self.note_turn_over(around);
            match flow {
                Flow::Next | Flow::Continue => {}
                Flow::Break => return Ok(Flow::Next),
                Flow::Return(value) => return Ok(Flow::Return(value)),
            }
        }
        Err(BindError::EndlessLoop { turns: TURNS, span }.into())
    }

    fn text(&mut self, pieces: &[Text]) -> Result<String, Stop> {
        let mut text = String::new();
        for piece in pieces {
            match piece {
                Text::Literal(literal) => text.push_str(literal),
                Text::Value(value) => {
                    let value = self.expression(*value)?;
                    text.push_str(&written(&value));
                }
            }
        }
        Ok(text)
    }

    /// Whether a loop may be tried as rows now.
    fn may_roll(&self, rows: usize) -> bool {
        self.rolls && self.rolling.is_none() && rows >= super::value::ROWS
    }

    /// Gives a variable, or elements of it, a value.
    pub fn assign(
        &mut self,
        variable: VariableId,
        indexes: &[crate::lang::typed::Index],
        operator: Option<BinaryOperator>,
        value: Value,
        span: Span,
    ) -> Result<(), Stop> {
        if self.add_to_reduction(variable, indexes, operator, &value)? {
            return Ok(());
        }
        let value = match operator {
            None => value,
            Some(operator) => {
                let current = self.read(variable, indexes, span)?;
                self.binary(operator, &current, &value, span)?
            }
        };
        if self.variable(variable).of.base == Base::Int {
            self.check_ints(&value, span)?;
        }
        self.write(variable, indexes, &value, span)
    }
}

/// Whether running the statements may return from the function around them.
fn returns(statements: &[Statement]) -> bool {
    any_statement(statements, &|statement| matches!(statement, Statement::Return { .. }))
}

/// Whether running the statements may leave a loop early, which rows that share a body cannot.
fn leaves(statements: &[Statement]) -> bool {
    any_statement(statements, &|statement| {
        matches!(statement, Statement::Break { .. } | Statement::Return { .. } | Statement::Print { .. })
    })
}

/// A value as `print` shows it.
fn written(value: &Value) -> String {
    match &value.elements {
        Elements::Known(values) if value.shape.is_scalar() => values[0].to_string(),
        Elements::Known(values) => {
            let numbers: Vec<String> = values.iter().map(ToString::to_string).collect();
            format!("[{}]", numbers.join(", "))
        }
        Elements::Each(_) | Elements::Rows(_) | Elements::Pending => "(depends on parameters)".to_owned(),
    }
}
