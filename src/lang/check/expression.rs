//! The type of one expression from the types of its parts.
//!
//! Three outcomes: a typed expression; `None`, when a part was wrong and has been reported; an error.
//! Absent: order of evaluation and constant folding.

use super::Checker;
use super::scope::Meaning;
use crate::lang::ast::{self, BinaryOperator, ExpressionId, Name, UnaryOperator};
use crate::lang::error::Error;
use crate::lang::feature::Feature;
use crate::lang::source::Span;
use crate::lang::suggest::nearest;
use crate::lang::typed::{Expression, ExpressionKind, Operator};
use crate::lang::types::Type;
use crate::lang::vocabulary::{FAMILIES, FUNCTIONS, family_of_function};

impl Checker<'_> {
    /// Types an expression whose parts have been typed.
    pub(super) fn infer(&self, expression: &ast::Expression) -> Result<Option<Expression>, Error> {
        let span = expression.span;
        match &expression.kind {
            ast::ExpressionKind::Int(value) => Ok(constant(ExpressionKind::Int(*value), Type::Int, span)),
            ast::ExpressionKind::Real(value) => Ok(constant(ExpressionKind::Real(*value), Type::Real, span)),
            ast::ExpressionKind::Variable(name) => self.infer_variable(name, span),
            ast::ExpressionKind::Unary { operator, operand } => self.infer_unary(*operator, *operand, span),
            ast::ExpressionKind::Binary { operator, left, right } => self.infer_binary(*operator, *left, *right, span),
            ast::ExpressionKind::Call { function, arguments } => self.infer_call(function, arguments, span),
        }
    }

    /// A part of the expression at hand, which stands before it and so has been typed.
    fn part(&self, id: ExpressionId) -> Option<&Expression> {
        self.expressions[id.index()].as_ref()
    }

    fn infer_variable(&self, name: &str, span: Span) -> Result<Option<Expression>, Error> {
        let Some(variable) = self.scope.get(name) else {
            if self.signatures.function(name).is_some() {
                return Err(Error::FunctionAsVariable { name: name.to_owned(), span });
            }
            return Err(self.scope.undeclared(&Name { text: name.to_owned(), span }));
        };
        let (kind, of, data_only) = match variable.meaning {
            Meaning::Data(id, of) => (ExpressionKind::Data(id), of, true),
            Meaning::Parameter(id) => (ExpressionKind::Parameter(id), Type::Real, false),
            Meaning::Transformed(id) => (ExpressionKind::Transformed(id), Type::Real, false),
            Meaning::Local(id) => (ExpressionKind::Local(id), Type::Real, false),
            Meaning::Broken => return Ok(None),
        };
        if !variable.assigned {
            return Err(Error::ReadBeforeAssignment { name: name.to_owned(), span, declared: variable.declared });
        }
        Ok(Some(Expression { kind, of, data_only, span }))
    }

    fn infer_unary(
        &self,
        operator: UnaryOperator,
        operand: ExpressionId,
        span: Span,
    ) -> Result<Option<Expression>, Error> {
        if matches!(operator, UnaryOperator::Not | UnaryOperator::Transpose) {
            return Err(unsupported(Feature::Operator(operator.symbol()), span));
        }
        let Some(value) = self.part(operand) else {
            return Ok(None);
        };
        if value.of == Type::Vector {
            return Err(unsupported(Feature::VectorArithmetic(format!("`{}`", operator.symbol())), span));
        }
        let kind = match operator {
            UnaryOperator::Minus => ExpressionKind::Negate(operand),
            // `+x` is `x`: the same value under a wider span.
            UnaryOperator::Plus | UnaryOperator::Not | UnaryOperator::Transpose => value.kind.clone(),
        };
        Ok(Some(Expression { kind, span, ..value.clone() }))
    }

    fn infer_binary(
        &self,
        written: BinaryOperator,
        left: ExpressionId,
        right: ExpressionId,
        span: Span,
    ) -> Result<Option<Expression>, Error> {
        let operator = match written {
            BinaryOperator::Add => Operator::Add,
            BinaryOperator::Subtract => Operator::Subtract,
            BinaryOperator::Multiply => Operator::Multiply,
            BinaryOperator::Divide => Operator::Divide,
            BinaryOperator::IntegerDivide => Operator::IntegerDivide,
            BinaryOperator::Power => Operator::Power,
            BinaryOperator::Or
            | BinaryOperator::And
            | BinaryOperator::Equal
            | BinaryOperator::NotEqual
            | BinaryOperator::Less
            | BinaryOperator::LessEqual
            | BinaryOperator::Greater
            | BinaryOperator::GreaterEqual
            | BinaryOperator::Modulo
            | BinaryOperator::ElementMultiply
            | BinaryOperator::ElementDivide
            | BinaryOperator::LeftDivide
            | BinaryOperator::ElementPower => {
                return Err(unsupported(Feature::Operator(written.symbol()), span));
            }
        };
        let (Some(a), Some(b)) = (self.part(left), self.part(right)) else {
            return Ok(None);
        };
        if a.of == Type::Vector || b.of == Type::Vector {
            return Err(unsupported(Feature::VectorArithmetic(format!("`{}`", written.symbol())), span));
        }
        let integers = a.of == Type::Int && b.of == Type::Int;
        if operator == Operator::IntegerDivide && !integers {
            return Err(Error::NotIntegers { operator: written.symbol(), left: a.of, right: b.of, span });
        }
        let operator = if operator == Operator::Divide && integers { Operator::IntegerDivide } else { operator };
        let gives_int = integers && operator != Operator::Power;
        Ok(Some(Expression {
            kind: ExpressionKind::Binary { operator, left, right },
            of: if gives_int { Type::Int } else { Type::Real },
            data_only: a.data_only && b.data_only,
            span,
        }))
    }

    fn infer_call(&self, name: &Name, arguments: &[ExpressionId], span: Span) -> Result<Option<Expression>, Error> {
        let Some(signature) = self.signatures.function(&name.text) else {
            return Err(self.unknown_function(name));
        };
        check_count(name, signature.arguments, arguments.len())?;
        let mut data_only = true;
        for id in arguments {
            let Some(argument) = self.part(*id) else {
                return Ok(None);
            };
            if argument.of == Type::Vector {
                return Err(unsupported(Feature::VectorArithmetic(format!("`{}`", name.text)), argument.span));
            }
            data_only &= argument.data_only;
        }
        Ok(Some(Expression {
            kind: ExpressionKind::Call { function: signature.function, arguments: arguments.to_vec() },
            of: Type::Real,
            data_only,
            span,
        }))
    }

    fn unknown_function(&self, name: &Name) -> Error {
        let (text, span) = (name.text.clone(), name.span);
        if let Some(variable) = self.scope.get(&text) {
            let declared = variable.declared;
            return Error::VariableAsFunction { name: text, span, declared };
        }
        if FUNCTIONS.contains(&text) {
            return unsupported(Feature::Function(text), span);
        }
        if FAMILIES.contains(&text) {
            return Error::FamilyAsFunction { name: text, span };
        }
        if family_of_function(&text).is_some() {
            return unsupported(Feature::DensityCall(text), span);
        }
        let supported = self.signatures.functions.iter().map(|signature| signature.name);
        Error::UnknownFunction {
            suggestion: nearest(&text, supported.chain(FUNCTIONS.iter())).map(str::to_owned),
            name: text,
            span,
        }
    }
}

/// Refuses a call with too few or too many arguments.
pub(super) fn check_count(name: &Name, expected: &'static [&'static str], found: usize) -> Result<(), Error> {
    if found == expected.len() {
        return Ok(());
    }
    Err(Error::ArgumentCount { name: name.text.clone(), expected, found, span: name.span })
}

pub(super) fn unsupported(feature: Feature, span: Span) -> Error {
    Error::Unsupported { feature, span }
}

fn constant(kind: ExpressionKind, of: Type, span: Span) -> Option<Expression> {
    Some(Expression { kind, of, data_only: true, span })
}
