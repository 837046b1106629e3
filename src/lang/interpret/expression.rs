//! What expressions are worth.

use super::elementwise::{dot, elementwise, matrix_vector};
use super::value::{Elements, Inner, Shape, Value};
use super::{Interpreter, Stop};
use crate::ir::Unary;
use crate::ir::graph::Number;
use crate::lang::ast::{BinaryOperator, ExpressionId, UnaryOperator};
use crate::lang::bind::BindError;
use crate::lang::source::Span;
use crate::lang::typed::ExpressionKind;
use crate::lang::types::Base;
use crate::model::linear::{self, Matrix};

impl Interpreter<'_> {
    /// The value of an expression.
    ///
    /// Operators and indexes that follow one another, however many, are a loop and not a recursion.
    pub fn expression(&mut self, id: ExpressionId) -> Result<Value, Stop> {
        let (mut first, mut links) = (id, Vec::new());
        while let Some(operand) = self.first_operand(first) {
            links.push(first);
            first = operand;
        }
        let span = self.model.expressions[first.index()].span;
        let mut value = self.deeper(span, |run| run.first_value(first))?;
        for id in links.into_iter().rev() {
            let span = self.model.expressions[id.index()].span;
            value = self.deeper(span, |run| run.applied(id, &value))?;
        }
        Ok(value)
    }

    /// What an operator or an index is applied to, if that is a value by itself.
    fn first_operand(&self, id: ExpressionId) -> Option<ExpressionId> {
        let expressions = &self.model.expressions;
        match expressions[id.index()].kind {
            ExpressionKind::Unary { operand, .. } => Some(operand),
            ExpressionKind::Binary { left, .. } => Some(left),
            ExpressionKind::Index { base, .. } => {
                // Of a variable no more is read than what is asked for.
                (!matches!(expressions[base.index()].kind, ExpressionKind::Variable(_))).then_some(base)
            }
            _ => None,
        }
    }

    /// The value of an operator or an index, its first operand known.
    fn applied(&mut self, id: ExpressionId, first: &Value) -> Result<Value, Stop> {
        let model = self.model;
        let expression = &model.expressions[id.index()];
        match &expression.kind {
            ExpressionKind::Unary { operator, .. } => self.unary(*operator, first),
            ExpressionKind::Binary {
                operator: operator @ (BinaryOperator::And | BinaryOperator::Or), right, ..
            } => self.logical(*operator, first.scalar(), *right),
            ExpressionKind::Binary { operator, right, .. } => {
                let right = self.expression(*right)?;
                let value =
                    self.counted(expression.span, |run| run.binary(*operator, first, &right, expression.span))?;
                if expression.of.base == Base::Int {
                    self.check_ints(&value, expression.span)?;
                }
                Ok(value)
            }
            ExpressionKind::Index { indexes, .. } => self.index(first, indexes, expression.span),
            _ => unreachable!("operators and indexes have a first operand"),
        }
    }

    /// The value of an expression that begins with no other.
    fn first_value(&mut self, id: ExpressionId) -> Result<Value, Stop> {
        let model = self.model;
        let expression = &model.expressions[id.index()];
        let span = expression.span;
        match &expression.kind {
            ExpressionKind::Int(x) => Ok(Value::number(Number::Known(f64::from(*x)))),
            ExpressionKind::Real(x) => Ok(Value::number(Number::Known(*x))),
            ExpressionKind::Variable(variable) => self.read(*variable, &[], span),
            ExpressionKind::Index { base, indexes } => match model.expressions[base.index()].kind {
                ExpressionKind::Variable(variable) => self.read(variable, indexes, span),
                _ => unreachable!("other values are computed before they are indexed"),
            },
            ExpressionKind::Conditional { condition, then, otherwise } => {
                let condition = self.expression(*condition)?.scalar();
                match self.truth(condition)? {
                    Some(true) => self.expression(*then),
                    Some(false) => self.expression(*otherwise),
                    None => {
                        let (then_id, otherwise_id) = (*then, *otherwise);
                        let then = self.on_side(condition, true, |run| run.expression(then_id))?;
                        let otherwise = self.on_side(condition, false, |run| run.expression(otherwise_id))?;
                        match (then, otherwise) {
                            (Some(then), Some(otherwise)) => {
                                self.require_shape(&then.shape, &otherwise.shape, span)?;
                                Ok(self.choose_value(condition, &then, &otherwise))
                            }
                            (Some(value), None) | (None, Some(value)) => Ok(value),
                            // Neither side has a value: this says why.
                            (None, None) => self.expression(then_id),
                        }
                    }
                }
            }
            ExpressionKind::Array(items) => self.array_of(items, span),
            ExpressionKind::Row(items) => self.row_of(items, span),
            ExpressionKind::Call { callee, arguments } => {
                let value = self.counted(span, |run| run.call(*callee, arguments, span))?;
                debug_assert!(
                    value.shape.is_of(expression.of),
                    "{callee:?} gives {}, a {}",
                    value.shape,
                    expression.of
                );
                if expression.of.base == Base::Int {
                    self.check_ints(&value, span)?;
                }
                Ok(value)
            }
            ExpressionKind::Target => {
                let terms: Vec<_> = self.terms.iter().map(|term| term.number).collect();
                if terms.iter().any(|&term| self.graph.domain(term).is_some()) {
                    return Err(Stop::Unroll);
                }
                Ok(Value::number(self.graph.total(&terms)))
            }
            ExpressionKind::Unary { .. } | ExpressionKind::Binary { .. } => {
                unreachable!("operators have a first operand")
            }
        }
    }

    /// Integers stay in the range that Stan holds. A NaN is none of them, and not for this to refuse.
    pub fn check_ints(&self, value: &Value, span: Span) -> Result<(), Stop> {
        let outside = |x: &&f64| **x < f64::from(i32::MIN) || **x > f64::from(i32::MAX);
        let found = match &value.elements {
            Elements::Known(values) => values.iter().find(outside).copied(),
            Elements::Each(numbers) => {
                let of_rows = |&number: &Number| self.graph.as_column(number)?.iter().find(outside).copied();
                numbers.iter().find_map(of_rows)
            }
            Elements::Rows(_) | Elements::Pending => None,
        };
        found.map_or(Ok(()), |x| Err(BindError::IntegerOverflow { what: format!("this integer, {x},"), span }.into()))
    }

    fn array_of(&mut self, items: &[ExpressionId], span: Span) -> Result<Value, Stop> {
        let mut values = Vec::new();
        for &item in items {
            values.push(self.expression(item)?);
        }
        let Some(first) = values.first() else { return Ok(Value::known(Shape::array(vec![0]), Vec::new())) };
        let mut shape = first.shape.clone();
        let mut numbers = Vec::new();
        for value in &values {
            self.require_shape(&shape, &value.shape, span)?;
            numbers.extend(value.numbers(&mut self.graph));
        }
        shape.arrays.insert(0, values.len());
        Ok(Value::each(shape, numbers))
    }

    fn row_of(&mut self, items: &[ExpressionId], span: Span) -> Result<Value, Stop> {
        let mut values = Vec::new();
        for &item in items {
            values.push(self.expression(item)?);
        }
        match values.first().map(|first| first.shape.inner) {
            None => Ok(Value::known(Shape::of(Inner::RowVector(0)), Vec::new())),
            Some(Inner::Scalar) => {
                let numbers: Vec<Number> = values.iter().map(Value::scalar).collect();
                Ok(Value::each(Shape::of(Inner::RowVector(numbers.len())), numbers))
            }
            Some(inner) => {
                let (rows, columns) = (values.len(), inner.len());
                let mut lists = Vec::new();
                for value in &values {
                    self.require_shape(&Shape::of(inner), &value.shape, span)?;
                    lists.push(value.numbers(&mut self.graph));
                }
                let numbers = (0..columns).flat_map(|column| lists.iter().map(move |row| row[column])).collect();
                Ok(Value::each(Shape::of(Inner::Matrix(rows, columns)), numbers))
            }
        }
    }

    fn logical(&mut self, operator: BinaryOperator, left: Number, right: ExpressionId) -> Result<Value, Stop> {
        let (one, zero) = (Number::Known(1.0), Number::Known(0.0));
        let is_and = operator == BinaryOperator::And;
        match self.truth(left)? {
            // The right side is not asked where the left one decides.
            Some(decided) if decided != is_and => Ok(Value::number(if decided { one } else { zero })),
            Some(_) => {
                let right = self.expression(right)?.scalar();
                Ok(Value::number(self.choose(right, one, zero)))
            }
            None => {
                // Stan asks the right side only where the left one does not decide.
                let right = self.on_side(left, is_and, |run| run.expression(right))?;
                let right = right.map_or(zero, |right| right.scalar());
                let right = self.choose(right, one, zero);
                let (yes, no) = if is_and { (right, zero) } else { (one, right) };
                Ok(Value::number(self.choose(left, yes, no)))
            }
        }
    }

    fn unary(&mut self, operator: UnaryOperator, operand: &Value) -> Result<Value, Stop> {
        Ok(match operator {
            UnaryOperator::Plus => operand.clone(),
            UnaryOperator::Minus => {
                elementwise(&mut self.graph, &[operand], |graph, x| graph.unary(Unary::Negate, x[0]))
            }
            UnaryOperator::Not => {
                let condition = operand.scalar();
                Value::number(self.choose(condition, Number::Known(0.0), Number::Known(1.0)))
            }
            UnaryOperator::Transpose => self.transpose(operand),
        })
    }

    pub fn transpose(&mut self, value: &Value) -> Value {
        match value.shape.inner {
            Inner::Scalar => value.clone(),
            Inner::Vector(n) => value.reshaped(Shape::of(Inner::RowVector(n))),
            Inner::RowVector(n) => value.reshaped(Shape::of(Inner::Vector(n))),
            Inner::Matrix(rows, columns) => {
                let positions: Vec<u32> =
                    (0..rows).flat_map(|row| (0..columns).map(move |column| (row + column * rows) as u32)).collect();
                value.gather(&mut self.graph, Shape::of(Inner::Matrix(columns, rows)), &positions)
            }
        }
    }

    /// An operator between two values.
    pub fn binary(&mut self, operator: BinaryOperator, left: &Value, right: &Value, span: Span) -> Result<Value, Stop> {
        use BinaryOperator as Op;
        let containers = !left.shape.is_scalar() && !right.shape.is_scalar();
        match operator {
            Op::Multiply if containers => return self.product(left, right, span),
            Op::LeftDivide => return self.left_divide(left, right, span),
            Op::Divide if containers && matches!(right.shape.inner, Inner::Matrix(..)) => {
                return self.right_divide(left, right, span);
            }
            _ => {}
        }
        if containers {
            self.require_shape(&left.shape, &right.shape, span)?;
        }
        if operator == Op::IntegerDivide || operator == Op::Modulo {
            self.check_divisor(right, span)?;
        }
        Ok(elementwise(&mut self.graph, &[left, right], |graph, numbers| {
            let (x, y) = (numbers[0], numbers[1]);
            let (one, zero) = (Number::Known(1.0), Number::Known(0.0));
            match operator {
                Op::Add => graph.add(x, y),
                Op::Subtract => graph.subtract(x, y),
                Op::Multiply | Op::ElementMultiply => graph.multiply(x, y),
                Op::Divide | Op::ElementDivide | Op::LeftDivide => graph.divide(x, y),
                Op::IntegerDivide => {
                    let quotient = graph.divide(x, y);
                    super::library::truncate(graph, quotient)
                }
                Op::Modulo => {
                    let quotient = graph.divide(x, y);
                    let whole = super::library::truncate(graph, quotient);
                    let rest = graph.multiply(whole, y);
                    graph.subtract(x, rest)
                }
                Op::Power | Op::ElementPower => super::library::power(graph, x, y),
                Op::LessEqual => graph.select(x, y, one, zero),
                Op::GreaterEqual => graph.select(y, x, one, zero),
                // Not the opposite of the reverse: a NaN makes every comparison false.
                Op::Less => {
                    let reverse = graph.select(y, x, zero, one);
                    let ordered = graph.select(x, y, one, zero);
                    graph.multiply(reverse, ordered)
                }
                Op::Greater => {
                    let reverse = graph.select(x, y, zero, one);
                    let ordered = graph.select(y, x, one, zero);
                    graph.multiply(reverse, ordered)
                }
                Op::Equal => {
                    let below = graph.select(x, y, one, zero);
                    graph.select(y, x, below, zero)
                }
                Op::NotEqual => {
                    let below = graph.select(x, y, zero, one);
                    graph.select(y, x, below, one)
                }
                Op::And | Op::Or => unreachable!("these do not evaluate both sides"),
            }
        }))
    }

    fn check_divisor(&self, divisor: &Value, span: Span) -> Result<(), Stop> {
        let zero = match divisor.as_known() {
            Some(values) => values.contains(&0.0),
            None => match self.graph.as_column(divisor.scalar()) {
                Some(values) => values.contains(&0.0),
                None => false,
            },
        };
        if zero { Err(BindError::DivisionByZero { span }.into()) } else { Ok(()) }
    }

    /// The product of two vectors or matrices.
    fn product(&mut self, left: &Value, right: &Value, span: Span) -> Result<Value, Stop> {
        let inner = |x: usize, y: usize, interpreter: &Self| {
            if x == y {
                return Ok(());
            }
            let (expected, found) = (left.shape.to_string(), right.shape.to_string());
            let _ = interpreter;
            Err(Stop::from(BindError::Product { left: expected, right: found, span }))
        };
        match (left.shape.inner, right.shape.inner) {
            (Inner::RowVector(n), Inner::Vector(m)) => {
                inner(n, m, self)?;
                Ok(Value::number(dot(&mut self.graph, left, right)))
            }
            (Inner::Matrix(rows, columns), Inner::Vector(n)) => {
                inner(columns, n, self)?;
                let shape = Shape::of(Inner::Vector(rows));
                Ok(matrix_vector(&mut self.graph, left, rows, columns, right, shape))
            }
            (Inner::RowVector(n), Inner::Matrix(rows, columns)) => {
                inner(n, rows, self)?;
                let transposed = self.transpose(right);
                let shape = Shape::of(Inner::RowVector(columns));
                Ok(matrix_vector(&mut self.graph, &transposed, columns, rows, left, shape))
            }
            _ => {
                let (x, y) = (self.matrix(left), self.matrix(right));
                inner(x.columns, y.rows, self)?;
                self.require_room_of(&[x.rows, y.columns], &[left, right], span)?;
                let product = linear::multiply(&mut self.graph, &x, &y);
                Ok(super::library::from_matrix(product))
            }
        }
    }

    /// A vector or matrix as a matrix of single numbers.
    pub fn matrix(&mut self, value: &Value) -> Matrix {
        let (rows, columns) = match value.shape.inner {
            Inner::Scalar => (1, 1),
            Inner::Vector(n) => (n, 1),
            Inner::RowVector(n) => (1, n),
            Inner::Matrix(rows, columns) => (rows, columns),
        };
        Matrix::new(rows, columns, value.numbers(&mut self.graph))
    }

    fn left_divide(&mut self, left: &Value, right: &Value, span: Span) -> Result<Value, Stop> {
        self.require_square(left, span)?;
        let (a, b) = (self.matrix(left), self.matrix(right));
        self.require_rows(&a, &b, left, right, span)?;
        let x = linear::solve(&mut self.graph, &a, &b);
        Ok(Value::each(right.shape.clone(), x.elements))
    }

    fn right_divide(&mut self, left: &Value, right: &Value, span: Span) -> Result<Value, Stop> {
        self.require_square(right, span)?;
        // b / A = (A' \ b')'
        let (right_transposed, left_transposed) = (self.transpose(right), self.transpose(left));
        let x = self.left_divide(&right_transposed, &left_transposed, span)?;
        Ok(self.transpose(&x))
    }

    pub fn require_square(&self, value: &Value, span: Span) -> Result<(), Stop> {
        match value.shape.inner {
            Inner::Matrix(rows, columns) if rows == columns => Ok(()),
            _ => Err(BindError::NotSquare { found: value.shape.to_string(), span }.into()),
        }
    }

    pub fn require_rows(&self, a: &Matrix, b: &Matrix, left: &Value, right: &Value, span: Span) -> Result<(), Stop> {
        if a.rows == b.rows {
            return Ok(());
        }
        let (left, right) = (left.shape.to_string(), right.shape.to_string());
        Err(BindError::Product { left, right, span }.into())
    }
}
