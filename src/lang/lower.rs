//! Lowers a checked model, bound to its data, to the programs of [`Model`]: the last step of the language.
//!
//! What is known once data are bound (sizes, integers, data-only reals) is computed here, in `f64`; the rest becomes
//! operations. A vectorised `~` becomes a loop over rows. Everything is written as the density says, without algebra:
//! that is `ir::simplify`'s.

use super::ast::ExpressionId;
use super::bind::{BindError, Bound, bind};
use super::signatures::{Family, Function};
use super::typed::{
    Assignable, Bounds, DataShape, Expression, ExpressionKind, Operator, ParameterDeclaration, Statement, TypedModel,
};
use crate::ir::evaluate::{binary, unary};
use crate::ir::simplify::{simplify, simplify_terms};
use crate::ir::{Binary, Builder, Op, Table, Unary, Value};
use crate::model::data::Data;
use crate::model::{Hazard, Model, dist, hazard_of_bounds, hazards, transform};

/// Binds `model` to `data` and lowers it. `name` is what messages call the model.
pub(super) fn lower(model: &TypedModel, data: &Data, name: &str) -> Result<Model, BindError> {
    let mut lowering = Lowering {
        model,
        b: Builder::new(model.parameters.len()),
        data: Vec::new(),
        parameters: Vec::new(),
        transformed: vec![None; model.transformed_parameters.len()],
        locals: vec![None; model.locals.len()],
        expressions: Vec::new(),
        terms: Vec::new(),
        hazards: Vec::new(),
    };
    lowering.bind_data(data)?;
    for (coordinate, parameter) in model.parameters.iter().enumerate() {
        lowering.parameter(coordinate, parameter)?;
    }
    for statement in model.transform.iter().chain(&model.model) {
        lowering.statement(statement)?;
    }
    let names = model.parameters.iter().map(|parameter| &parameter.name);
    let coordinates: Vec<String> = names.clone().cloned().collect();
    let parameters = names.chain(model.transformed_parameters.iter().map(|declaration| &declaration.name));
    let mut values = lowering.parameters.clone();
    for transformed in &lowering.transformed {
        let transformed = transformed.expect("the checker saw every transformed parameter assigned");
        values.push(transformed.value(&mut lowering.b));
    }
    let terms = std::mem::take(&mut lowering.terms);
    let both = lowering.b.finish([&terms[..], &values[..]].concat());
    let mut density = both.clone();
    density.results.truncate(terms.len());
    let mut constrain = both;
    constrain.results.drain(..terms.len());
    Ok(Model {
        name: name.to_owned(),
        coordinates,
        parameters: parameters.cloned().collect(),
        density: simplify_terms(&density),
        constrain: simplify(&constrain),
        hazards: lowering.hazards,
    })
}

/// What an expression has become.
#[derive(Clone, Copy, Debug)]
enum Lowered {
    /// An integer known from the data.
    Int(i64),
    /// A real known from the data.
    Known(f64),
    /// A real that depends on parameters.
    Unknown(Value),
    /// A vector of the data: a table and its length.
    Column { table: usize, rows: usize },
}

impl Lowered {
    /// The number, if data alone give it.
    fn known(self) -> Option<f64> {
        match self {
            Self::Int(x) => Some(x as f64),
            Self::Known(x) => Some(x),
            Self::Unknown(_) | Self::Column { .. } => None,
        }
    }

    /// The scalar as a value of the program.
    fn value(self, b: &mut Builder) -> Value {
        match self {
            Self::Int(x) => b.constant(x as f64),
            Self::Known(x) => b.constant(x),
            Self::Unknown(value) => value,
            Self::Column { .. } => unreachable!("the checker admits vectors as outcomes only"),
        }
    }
}

struct Lowering<'a> {
    model: &'a TypedModel,
    b: Builder,
    data: Vec<Lowered>,
    parameters: Vec<Value>,
    transformed: Vec<Option<Lowered>>,
    locals: Vec<Option<Lowered>>,
    /// The expressions lowered so far, in order.
    expressions: Vec<Lowered>,
    terms: Vec<Value>,
    hazards: Vec<Hazard>,
}

impl Lowering<'_> {
    fn bind_data(&mut self, data: &Data) -> Result<(), BindError> {
        for declaration in &self.model.data {
            let size = match declaration.shape {
                DataShape::Vector { size } => match self.expression(size)? {
                    Lowered::Int(size) => Some(size),
                    Lowered::Known(_) | Lowered::Unknown(_) | Lowered::Column { .. } => None,
                },
                DataShape::Int | DataShape::Real => None,
            };
            let (lower, upper) = self.bounds(declaration.bounds)?;
            let (lower, upper) = (lower.and_then(Lowered::known), upper.and_then(Lowered::known));
            let lowered = match bind(declaration, data, size, lower, upper)? {
                Bound::Int(x) => Lowered::Int(x),
                Bound::Real(x) => Lowered::Known(x),
                Bound::Vector(values) => {
                    self.hazards.extend(hazards(&declaration.name, &values));
                    let rows = values.len();
                    let table = Table { name: declaration.name.clone(), values: values.into() };
                    Lowered::Column { table: self.b.table(table), rows }
                }
            };
            self.data.push(lowered);
        }
        Ok(())
    }

    fn bounds(&mut self, bounds: Bounds) -> Result<(Option<Lowered>, Option<Lowered>), BindError> {
        let lower = bounds.lower.map(|id| self.expression(id)).transpose()?;
        let upper = bounds.upper.map(|id| self.expression(id)).transpose()?;
        Ok((lower, upper))
    }

    /// Adds a parameter: its coordinate, its transform, the logarithm of its Jacobian.
    fn parameter(&mut self, coordinate: usize, declaration: &ParameterDeclaration) -> Result<(), BindError> {
        let (lower, upper) = self.bounds(declaration.bounds)?;
        // A bound at infinity is no bound, as in Stan.
        let lower = lower.filter(|bound| bound.known() != Some(f64::NEG_INFINITY));
        let upper = upper.filter(|bound| bound.known() != Some(f64::INFINITY));
        if let (Some(lower), Some(upper)) = (lower.and_then(Lowered::known), upper.and_then(Lowered::known)) {
            if lower >= upper || lower.is_nan() || upper.is_nan() {
                let (name, span) = (declaration.name.clone(), declaration.span);
                return Err(BindError::EmptyInterval { name, lower, upper, span });
            }
            self.hazards.extend(hazard_of_bounds(&declaration.name, lower, upper));
        }
        let z = self.b.push(Op::Coordinate(coordinate));
        let [lower, upper] = [lower, upper].map(|bound| bound.map(|bound| bound.value(&mut self.b)));
        let constrained = transform::constrain(&mut self.b, z, lower, upper);
        self.parameters.push(constrained.value);
        self.terms.extend(constrained.log_jacobian);
        Ok(())
    }

    fn statement(&mut self, statement: &Statement) -> Result<(), BindError> {
        match statement {
            Statement::Assign { variable, value, .. } => {
                let value = self.expression(*value)?;
                match variable {
                    Assignable::Transformed(id) => self.transformed[id.0] = Some(value),
                    Assignable::Local(id) => self.locals[id.0] = Some(value),
                }
            }
            Statement::TargetIncrement { value, .. } => {
                let term = self.expression(*value)?.value(&mut self.b);
                self.terms.push(term);
            }
            Statement::Tilde { outcome, family, arguments, .. } => {
                let outcome = self.expression(*outcome)?;
                let mut values = Vec::new();
                for &argument in arguments {
                    values.push(self.expression(argument)?.value(&mut self.b));
                }
                let term = match outcome {
                    Lowered::Column { rows: 0, .. } => return Ok(()),
                    Lowered::Column { table, rows } => {
                        let row = self.b.open_loop(rows);
                        let datum = self.b.push(Op::Datum { table, row });
                        let term = self.log_density(*family, datum, &values);
                        self.b.close_loop(&[term])[0]
                    }
                    Lowered::Int(_) | Lowered::Known(_) | Lowered::Unknown(_) => {
                        let outcome = outcome.value(&mut self.b);
                        self.log_density(*family, outcome, &values)
                    }
                };
                self.terms.push(term);
            }
        }
        Ok(())
    }

    fn log_density(&mut self, family: Family, outcome: Value, arguments: &[Value]) -> Value {
        let b = &mut self.b;
        match (family, arguments) {
            (Family::Cauchy, &[mu, sigma]) => dist::cauchy::log_density(b, outcome, mu, sigma),
            (Family::Normal, &[mu, sigma]) => dist::normal::log_density(b, outcome, mu, sigma),
            (Family::Uniform, &[lower, upper]) => dist::uniform::log_density(b, outcome, lower, upper),
            (Family::Cauchy | Family::Normal | Family::Uniform, _) => unreachable!("the checker counts arguments"),
        }
    }

    /// Lowers every expression up to `id`, and returns that one. Variables have the values that the statements so
    /// far gave them.
    fn expression(&mut self, id: ExpressionId) -> Result<Lowered, BindError> {
        while self.expressions.len() <= id.index() {
            let lowered = self.lower_expression(&self.model.expressions[self.expressions.len()])?;
            self.expressions.push(lowered);
        }
        Ok(self.expressions[id.index()])
    }

    fn lower_expression(&mut self, expression: &Expression) -> Result<Lowered, BindError> {
        let at = |id: &ExpressionId| self.expressions[id.index()];
        Ok(match &expression.kind {
            ExpressionKind::Int(x) => Lowered::Int(i64::from(*x)),
            ExpressionKind::Real(x) => Lowered::Known(*x),
            ExpressionKind::Data(id) => self.data[id.0],
            ExpressionKind::Parameter(id) => Lowered::Unknown(self.parameters[id.0]),
            ExpressionKind::Transformed(id) => self.transformed[id.0].expect("the checker saw it assigned"),
            ExpressionKind::Local(id) => self.locals[id.0].expect("the checker saw it assigned"),
            ExpressionKind::Negate(x) => match at(x) {
                Lowered::Int(x) => integer(x.checked_neg(), expression)?,
                x => self.unary(Unary::Negate, x),
            },
            ExpressionKind::Binary { operator, left, right } => {
                let (left, right) = (at(left), at(right));
                match (operator, left, right) {
                    (Operator::Add, Lowered::Int(x), Lowered::Int(y)) => integer(x.checked_add(y), expression)?,
                    (Operator::Subtract, Lowered::Int(x), Lowered::Int(y)) => integer(x.checked_sub(y), expression)?,
                    (Operator::Multiply, Lowered::Int(x), Lowered::Int(y)) => integer(x.checked_mul(y), expression)?,
                    (Operator::IntegerDivide, Lowered::Int(_), Lowered::Int(0)) => {
                        return Err(BindError::DivisionByZero { span: expression.span });
                    }
                    (Operator::IntegerDivide, Lowered::Int(x), Lowered::Int(y)) => {
                        integer(x.checked_div(y), expression)?
                    }
                    (Operator::Add, ..) => self.binary(Binary::Add, left, right),
                    (Operator::Subtract, ..) => self.binary(Binary::Subtract, left, right),
                    (Operator::Multiply, ..) => self.binary(Binary::Multiply, left, right),
                    (Operator::Divide | Operator::IntegerDivide, ..) => self.binary(Binary::Divide, left, right),
                    (Operator::Power, ..) => self.power(left, right),
                }
            }
            ExpressionKind::Call { function, arguments } => {
                let arguments: Vec<Lowered> = arguments.iter().map(at).collect();
                match (function, &arguments[..]) {
                    (Function::Exp, &[x]) => self.unary(Unary::Exp, x),
                    (Function::Log, &[x]) => self.unary(Unary::Ln, x),
                    (Function::Log1p, &[x]) => self.unary(Unary::Ln1p, x),
                    (Function::Sqrt, &[x]) => self.unary(Unary::Sqrt, x),
                    (Function::Square, &[x]) => self.unary(Unary::Square, x),
                    (Function::Tanh, &[x]) => self.unary(Unary::Tanh, x),
                    (Function::Pow, &[x, y]) => self.power(x, y),
                    (
                        Function::Exp
                        | Function::Log
                        | Function::Log1p
                        | Function::Pow
                        | Function::Sqrt
                        | Function::Square
                        | Function::Tanh,
                        _,
                    ) => unreachable!("the checker counts arguments"),
                }
            }
        })
    }

    fn unary(&mut self, function: Unary, x: Lowered) -> Lowered {
        match x.known() {
            Some(x) => Lowered::Known(unary(function, x)),
            None => {
                let x = x.value(&mut self.b);
                Lowered::Unknown(self.b.unary(function, x))
            }
        }
    }

    fn binary(&mut self, function: Binary, x: Lowered, y: Lowered) -> Lowered {
        match (x.known(), y.known()) {
            (Some(x), Some(y)) => Lowered::Known(binary(function, x, y)),
            _ => {
                let (x, y) = (x.value(&mut self.b), y.value(&mut self.b));
                Lowered::Unknown(self.b.binary(function, x, y))
            }
        }
    }

    /// `x ^ y`: products for whole exponents known from the data, a square root for one half, `exp(y ln(x))` otherwise,
    /// which is NaN for negative `x`, as a power with a fractional exponent is.
    fn power(&mut self, x: Lowered, y: Lowered) -> Lowered {
        match (x.known(), y.known()) {
            (Some(x), Some(y)) => Lowered::Known(x.powf(y)),
            (None, Some(0.5)) => self.unary(Unary::Sqrt, x),
            (None, Some(whole)) if whole.fract() == 0.0 && whole.abs() <= f64::from(i32::MAX) => {
                let power = self.product(x, whole.abs() as u32);
                if whole < 0.0 { self.binary(Binary::Divide, Lowered::Known(1.0), power) } else { power }
            }
            _ => {
                let ln = self.unary(Unary::Ln, x);
                let exponent = self.binary(Binary::Multiply, y, ln);
                self.unary(Unary::Exp, exponent)
            }
        }
    }

    /// `x` to a whole power, by repeated squaring.
    fn product(&mut self, x: Lowered, exponent: u32) -> Lowered {
        match exponent {
            0 => Lowered::Known(1.0),
            1 => x,
            even if even % 2 == 0 => {
                let root = self.product(x, even / 2);
                self.unary(Unary::Square, root)
            }
            odd => {
                let rest = self.product(x, odd - 1);
                self.binary(Binary::Multiply, x, rest)
            }
        }
    }
}

/// An integer, if Stan could hold it.
fn integer(result: Option<i64>, expression: &Expression) -> Result<Lowered, BindError> {
    match result {
        Some(x) if i32::try_from(x).is_ok() => Ok(Lowered::Int(x)),
        _ => Err(BindError::IntegerOverflow { what: "this integer".to_owned(), span: expression.span }),
    }
}
