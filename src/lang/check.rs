//! The tree as written to the tree that makes sense: names, types, and what may stand where.
//!
//! In: a [`Program`] and the [`Signatures`] it may call. Out: a [`TypedModel`], or every mistake found.
//! An expression that is wrong poisons what contains it in silence, so one slip gives one error.
//! Absent: values. Whether data keep their bounds, or lower lies below upper, is for binding to see.
//!
//! Stricter than Stan in one place: a variable must have a value before it is read. Stan reads NaN
//! there, which no model can mean.

mod declaration;
mod expression;
mod scope;
mod statement;

use self::scope::Scope;
use super::ast::{Block, ExpressionId, Program};
use super::error::Errors;
use super::signatures::Signatures;
use super::typed::{Expression, TypedModel};

/// Gives every name its meaning and every expression its type.
///
/// # Errors
///
/// All mistakes of names and types in the program, in the order of the text.
pub fn check(program: &Program, signatures: &Signatures) -> Result<TypedModel, Errors> {
    let mut checker = Checker {
        program,
        signatures,
        scope: Scope::default(),
        expressions: Vec::with_capacity(program.expressions.len()),
        errors: Errors::default(),
    };
    let data = checker.data(&program.data);
    let parameters = checker.parameters(&program.parameters);
    let transform = checker.statements(&program.transformed_parameters, Block::TransformedParameters);
    checker.require_transformed_parameters();
    let model = checker.statements(&program.model, Block::Model);

    let expressions: Option<Vec<Expression>> = checker.expressions.into_iter().collect();
    match expressions {
        Some(expressions) if checker.errors.is_empty() => Ok(TypedModel {
            data,
            parameters,
            transformed_parameters: checker.scope.transformed_parameters,
            locals: checker.scope.locals,
            transform,
            model,
            expressions,
        }),
        _ => Err(checker.errors),
    }
}

struct Checker<'p> {
    program: &'p Program,
    signatures: &'p Signatures,
    scope: Scope,
    /// Beside [`Program::expressions`], as far as the text has been read; `None` where a mistake was reported.
    expressions: Vec<Option<Expression>>,
    errors: Errors,
}

impl Checker<'_> {
    /// The typed form of the expression at `id`; `None` when it, or a part of it, is wrong.
    ///
    /// Expressions stand in the order of the text, so all up to `id` are typed here, under the names
    /// declared so far.
    fn typed(&mut self, id: ExpressionId) -> Option<Expression> {
        while self.expressions.len() <= id.index() {
            let expression = &self.program.expressions[self.expressions.len()];
            let typed = match self.infer(expression) {
                Ok(typed) => typed,
                Err(error) => {
                    self.errors.push(error);
                    None
                }
            };
            self.expressions.push(typed);
        }
        self.expressions[id.index()].clone()
    }
}

#[cfg(test)]
mod tests;
