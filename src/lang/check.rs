//! The tree as written to the tree that makes sense: names, types, and what may stand where.
//!
//! In: a [`Program`] and the [`Signatures`] it may call. Out: a [`TypedModel`], or every mistake found.
//! An expression that is wrong poisons what contains it in silence, so one slip gives one error.
//! Absent: values. Whether data keep their bounds, or lower lies below upper, is for binding to see; so is a variable
//! that is read before it is assigned, which Stan reads as not a number.
//!
//! Two notions of "data" meet here. While checking, [`typed::Expression::data_only`](Expression::data_only) is what
//! Stan's rules for `data` arguments and sizes call data, which for ints is everything; at the end `dependence` puts
//! in its place what the data alone fix.

mod call;
mod declaration;
mod density;
mod dependence;
mod expression;
mod function;
mod index;
mod operator;
mod reduce;
mod returning;
mod scope;
mod statement;
mod user;

use self::scope::Scope;
use self::user::{Ending, UserFunctions};
use super::ast::{Block, ExpressionId, Program};
use super::error::{Error, Errors};
use super::signatures::Signatures;
use super::source::Span;
use super::typed::{Expression, ExpressionKind, FunctionId, TypedModel, Variable};
use super::types::Type;

/// Gives every name its meaning and every expression its type.
///
/// # Errors
///
/// All mistakes of names and types in the program, block by block, in the order they were found.
pub fn check(program: &Program, signatures: &Signatures) -> Result<TypedModel, Errors> {
    let mut checker = Checker {
        program,
        signatures,
        scope: Scope::default(),
        functions: UserFunctions::default(),
        variables: Vec::new(),
        expressions: vec![Slot::Untouched; program.expressions.len()],
        errors: Errors::default(),
        place: Place { block: Block::Functions, function: None, loops: 0, top: true, call: None },
    };
    let functions = checker.functions(&program.functions);
    let data = checker.data_or_parameters(Block::Data, &program.data);
    let transformed_data = checker.block(Block::TransformedData, &program.transformed_data);
    let parameters = checker.data_or_parameters(Block::Parameters, &program.parameters);
    let transformed_parameters = checker.block(Block::TransformedParameters, &program.transformed_parameters);
    let model = checker.block(Block::Model, &program.model);
    let generated_quantities = checker.block(Block::GeneratedQuantities, &program.generated_quantities);

    let expressions: Option<Vec<Expression>> = checker.expressions.into_iter().map(Slot::typed).collect();
    match (functions, expressions) {
        (Some(functions), Some(expressions)) if checker.errors.is_empty() => {
            let mut model = TypedModel {
                variables: checker.variables,
                functions,
                data,
                transformed_data,
                parameters,
                transformed_parameters,
                model,
                generated_quantities,
                expressions,
            };
            dependence::mark(&mut model, &checker.functions);
            Ok(model)
        }
        _ => Err(checker.errors),
    }
}

struct Checker<'p> {
    program: &'p Program,
    signatures: &'p Signatures,
    scope: Scope,
    functions: UserFunctions,
    variables: Vec<Variable>,
    /// Beside [`Program::expressions`].
    expressions: Vec<Slot>,
    errors: Errors,
    place: Place,
}

/// Where the checker is.
#[derive(Clone, Copy, Debug)]
struct Place {
    block: Block,
    function: Option<InFunction>,
    /// How many loops are around.
    loops: usize,
    /// Whether declarations here are those of the block itself.
    top: bool,
    /// The call that is a statement of its own and needs to give no value.
    call: Option<Span>,
}

/// The function whose body the checker is in.
#[derive(Clone, Copy, Debug)]
struct InFunction {
    id: FunctionId,
    returns: Option<Type>,
    ending: Ending,
}

/// What is known of an expression.
#[derive(Clone, Debug)]
enum Slot {
    Untouched,
    /// It is wrong, or a part of it is, and that has been reported.
    Broken,
    Typed(Expression),
}

impl Slot {
    fn typed(self) -> Option<Expression> {
        match self {
            Self::Untouched | Self::Broken => None,
            Self::Typed(expression) => Some(expression),
        }
    }
}

/// What the parts of an expression tell the whole.
#[derive(Clone, Copy, Debug)]
struct Value {
    of: Type,
    data_only: bool,
    span: Span,
}

impl Checker<'_> {
    /// Types the expression at `id` and all its parts, under the names declared so far; `None` when one is wrong.
    fn typed(&mut self, id: ExpressionId) -> Option<Value> {
        if matches!(self.expressions[id.index()], Slot::Untouched) {
            // An expression stands right behind its parts, so they begin with its leftmost one.
            let mut first = id;
            while let Some(part) = self.program.expressions[first.index()].kind.parts().first() {
                first = *part;
            }
            let program = self.program;
            for index in first.index()..=id.index() {
                // Suggestions are dear, and nobody would see them any more.
                if self.errors.is_full() {
                    self.expressions[index] = Slot::Broken;
                    continue;
                }
                self.expressions[index] = match self.infer(&program.expressions[index]) {
                    Ok(Some(expression)) => Slot::Typed(expression),
                    Ok(None) => Slot::Broken,
                    Err(error) => {
                        self.errors.push(error);
                        Slot::Broken
                    }
                };
            }
        }
        self.part(id)
    }

    /// An expression that has been typed; `None` when it is wrong.
    fn part(&self, id: ExpressionId) -> Option<Value> {
        match &self.expressions[id.index()] {
            Slot::Untouched | Slot::Broken => None,
            Slot::Typed(Expression { of, data_only, span, .. }) => {
                Some(Value { of: *of, data_only: *data_only, span: *span })
            }
        }
    }

    /// What an expression that has been typed is; `None` when it is wrong.
    fn kind(&self, id: ExpressionId) -> Option<&ExpressionKind> {
        match &self.expressions[id.index()] {
            Slot::Untouched | Slot::Broken => None,
            Slot::Typed(expression) => Some(&expression.kind),
        }
    }

    /// Notes a mistake and goes on.
    fn report(&mut self, result: Result<(), Error>) {
        if let Err(error) = result {
            self.errors.push(error);
        }
    }
}

#[cfg(test)]
mod tests;
