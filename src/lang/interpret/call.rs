//! Calls: of user functions, of the library, of densities.

use super::statement::Flow;
use super::value::Value;
use super::{Interpreter, Stop};
use crate::lang::ast::ExpressionId;
use crate::lang::source::Span;
use crate::lang::typed::{Callee, FunctionId};

impl Interpreter<'_> {
    /// The value of a call.
    pub fn call(&mut self, callee: Callee, arguments: &[ExpressionId], span: Span) -> Result<Value, Stop> {
        let mut values = Vec::with_capacity(arguments.len());
        for &argument in arguments {
            values.push(self.expression(argument)?);
        }
        match callee {
            Callee::Builtin(name) => self.library(name, &values, span),
            Callee::User(function) => self.user(function, values),
            Callee::Family { family, density } => self.family(family, density, &values, span),
        }
    }

    /// Runs a user function. There is no recursion, so each of its variables has one place.
    pub fn user(&mut self, function: FunctionId, arguments: Vec<Value>) -> Result<Value, Stop> {
        let model = self.model;
        let function = &model.functions[function.0];
        for (&variable, argument) in function.arguments.iter().zip(arguments) {
            self.set(variable, argument);
        }
        match self.run(&function.body)? {
            Flow::Return(Some(value)) => Ok(value),
            Flow::Return(None) | Flow::Next | Flow::Break | Flow::Continue => {
                // A void call; the checker has seen that every other function returns.
                Ok(Value::number(crate::ir::Number::Known(f64::NAN)))
            }
        }
    }
}
