//! Expressions, by precedence climbing (Pratt 1973) over Stan's table of operators.
//!
//! Absent: what the operators mean; the checker refuses those that are not supported. Forms with brackets
//! of their own (indexing, lists, `? :`) are refused here, until the tree has a place for them.

use super::cursor::Parser;
use crate::lang::ast::{BinaryOperator, ExpressionId, ExpressionKind, Name, UnaryOperator};
use crate::lang::error::Error;
use crate::lang::feature::Feature;
use crate::lang::lexer::TokenKind;
use crate::lang::source::Span;
use crate::lang::vocabulary::is_reserved;

/// More levels than a person nests and few enough for a small thread's stack: a level (of calls, the
/// dearest) costs about seven kilobytes in an unoptimised build and one in an optimised one. Sums and
/// products are loops here and cost one level together.
pub(super) const DEEPEST: usize = 128;

/// How tightly an operator binds (Stan Reference Manual 2.36, "Operator precedence and associativity",
/// where 0 is the tightest and we count the other way).
type Binding = u8;
const LOOSEST: Binding = 0;
const TERM: Binding = 5;
const PREFIX: Binding = 8;

fn binding(operator: BinaryOperator) -> Binding {
    match operator {
        BinaryOperator::Or => 1,
        BinaryOperator::And => 2,
        BinaryOperator::Equal | BinaryOperator::NotEqual => 3,
        BinaryOperator::Less | BinaryOperator::LessEqual | BinaryOperator::Greater | BinaryOperator::GreaterEqual => 4,
        BinaryOperator::Add | BinaryOperator::Subtract => TERM,
        BinaryOperator::Multiply
        | BinaryOperator::Divide
        | BinaryOperator::Modulo
        | BinaryOperator::ElementMultiply
        | BinaryOperator::ElementDivide => 6,
        BinaryOperator::IntegerDivide | BinaryOperator::LeftDivide => 7,
        BinaryOperator::Power | BinaryOperator::ElementPower => 9,
    }
}

/// The loosest operator the right operand may contain: its own kind only where Stan groups to the right.
fn right_binding(operator: BinaryOperator) -> Binding {
    match operator {
        BinaryOperator::Power | BinaryOperator::ElementPower => binding(operator),
        _ => binding(operator) + 1,
    }
}

impl Parser<'_> {
    /// Any expression.
    pub(super) fn expression(&mut self) -> Result<ExpressionId, Error> {
        self.climb(LOOSEST)
    }

    /// An expression inside `< >`: comparisons need parentheses there, or `>` would not close.
    pub(super) fn bound(&mut self) -> Result<ExpressionId, Error> {
        self.climb(TERM)
    }

    fn climb(&mut self, loosest: Binding) -> Result<ExpressionId, Error> {
        let start = self.peek().span;
        if self.depth == DEEPEST {
            return Err(Error::TooDeep { limit: DEEPEST, span: start });
        }
        self.depth += 1;
        let mut left = self.prefix()?;
        while let TokenKind::Symbol(symbol) = self.peek().kind {
            if symbol == "'" {
                let operator = UnaryOperator::Transpose;
                let span = start.to(self.bump().span);
                left = self.add_expression(ExpressionKind::Unary { operator, operand: left }, span);
                continue;
            }
            if symbol == "[" {
                return Err(self.unsupported(Feature::Indexing));
            }
            if symbol == "?" && loosest == LOOSEST {
                return Err(self.unsupported(Feature::Conditional));
            }
            let Some(operator) = BinaryOperator::from_symbol(symbol).filter(|next| binding(*next) >= loosest) else {
                break;
            };
            self.bump();
            let right = self.climb(right_binding(operator))?;
            let span = start.to(self.previous_span());
            left = self.add_expression(ExpressionKind::Binary { operator, left, right }, span);
        }
        self.depth -= 1;
        Ok(left)
    }

    fn prefix(&mut self) -> Result<ExpressionId, Error> {
        let token = self.peek();
        match token.kind {
            TokenKind::Int(value) => {
                self.bump();
                Ok(self.add_expression(ExpressionKind::Int(value), token.span))
            }
            TokenKind::Real(value) => {
                self.bump();
                Ok(self.add_expression(ExpressionKind::Real(value), token.span))
            }
            TokenKind::Symbol("-") => self.unary(UnaryOperator::Minus),
            TokenKind::Symbol("+") => self.unary(UnaryOperator::Plus),
            TokenKind::Symbol("!") => self.unary(UnaryOperator::Not),
            TokenKind::Symbol("(") => {
                self.bump();
                let inner = self.expression()?;
                self.close("(", ")", token.span)?;
                Ok(inner)
            }
            TokenKind::Symbol("[" | "{") => Err(self.unsupported(Feature::ListLiteral)),
            TokenKind::Word => self.variable_or_call(token.span),
            TokenKind::Symbol(_) | TokenKind::Text | TokenKind::End => Err(self.expected("an expression")),
        }
    }

    fn unary(&mut self, operator: UnaryOperator) -> Result<ExpressionId, Error> {
        let start = self.bump().span;
        let operand = self.climb(PREFIX)?;
        let span = start.to(self.previous_span());
        Ok(self.add_expression(ExpressionKind::Unary { operator, operand }, span))
    }

    fn variable_or_call(&mut self, span: Span) -> Result<ExpressionId, Error> {
        if self.peek_word() == Some("target") && self.is_symbol_at(1, "(") {
            return Err(self.unsupported(Feature::TargetValue));
        }
        if self.peek_word().is_some_and(is_reserved) {
            return Err(self.expected("an expression"));
        }
        let name = self.name("a name")?;
        if !self.at("(") {
            return Ok(self.add_expression(ExpressionKind::Variable(name.text), name.span));
        }
        let arguments = self.arguments(&name)?;
        let span = span.to(self.previous_span());
        let function = name;
        Ok(self.add_expression(ExpressionKind::Call { function, arguments }, span))
    }

    /// `(a, b, …)` after the name of a function or a distribution.
    pub(super) fn arguments(&mut self, callee: &Name) -> Result<Vec<ExpressionId>, Error> {
        let opened = self.expect("(", "`(` and the arguments")?;
        let mut arguments = Vec::new();
        if !self.at(")") {
            arguments.push(self.expression()?);
            if self.at("|") {
                return Err(Error::Unsupported {
                    feature: Feature::DensityCall(callee.text.clone()),
                    span: callee.span,
                });
            }
            while self.eat(",") {
                arguments.push(self.expression()?);
            }
        }
        self.close("(", ")", opened)?;
        Ok(arguments)
    }

    /// The refusal of a feature that begins at the next token.
    pub(super) fn unsupported(&self, feature: Feature) -> Error {
        Error::Unsupported { feature, span: self.peek().span }
    }
}
