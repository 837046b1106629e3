//! Expressions, by precedence climbing (Pratt 1973) over Stan's table of operators.
//!
//! Absent: what the operators mean; the checker knows.

use super::cursor::Parser;
use crate::lang::ast::{BinaryOperator, ExpressionId, ExpressionKind, Index, UnaryOperator};
use crate::lang::error::Error;
use crate::lang::lexer::TokenKind;
use crate::lang::source::Span;
use crate::lang::vocabulary::{REDUCTIONS, is_reserved};

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
        self.descend(start)?;
        let mut left = self.prefix()?;
        while let TokenKind::Symbol(symbol) = self.peek().kind {
            if symbol == "'" {
                let operator = UnaryOperator::Transpose;
                let span = start.to(self.bump().span);
                left = self.add_expression(ExpressionKind::Unary { operator, operand: left }, span);
            } else if symbol == "[" {
                left = self.index(left, start)?;
            } else if symbol == "?" && loosest == LOOSEST {
                left = self.conditional(left, start)?;
            } else if let Some(operator) = BinaryOperator::from_symbol(symbol).filter(|next| binding(*next) >= loosest)
            {
                self.bump();
                let right = self.climb(right_binding(operator))?;
                let span = start.to(self.previous_span());
                left = self.add_expression(ExpressionKind::Binary { operator, left, right }, span);
            } else {
                break;
            }
        }
        self.ascend();
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
            TokenKind::Symbol("[") if self.is_symbol_at(1, "]") => {
                self.bump();
                let span = token.span.to(self.bump().span);
                Ok(self.add_expression(ExpressionKind::Row(Vec::new()), span))
            }
            TokenKind::Symbol("[") => self.list("[", "]", ExpressionKind::Row),
            TokenKind::Symbol("{") => self.list("{", "}", ExpressionKind::Array),
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

    /// `[a, b]` or `{a, b}`, at least one.
    fn list(
        &mut self,
        opener: &'static str,
        closer: &'static str,
        kind: fn(Vec<ExpressionId>) -> ExpressionKind,
    ) -> Result<ExpressionId, Error> {
        let opened = self.bump().span;
        let mut elements = vec![self.expression()?];
        while self.eat(",") {
            elements.push(self.expression()?);
        }
        let span = opened.to(self.close(opener, closer, opened)?);
        Ok(self.add_expression(kind(elements), span))
    }

    /// `? then : otherwise` behind a condition. It groups to the right.
    fn conditional(&mut self, condition: ExpressionId, start: Span) -> Result<ExpressionId, Error> {
        self.bump();
        let then = self.expression()?;
        self.expect(":", "`:` and what holds otherwise")?;
        let otherwise = self.expression()?;
        let span = start.to(self.previous_span());
        Ok(self.add_expression(ExpressionKind::Conditional { condition, then, otherwise }, span))
    }

    /// `[i, j:k, :]` behind what is indexed.
    fn index(&mut self, base: ExpressionId, start: Span) -> Result<ExpressionId, Error> {
        let opened = self.bump().span;
        let mut indexes = vec![self.one_index()?];
        while self.eat(",") {
            indexes.push(self.one_index()?);
        }
        let span = start.to(self.close("[", "]", opened)?);
        Ok(self.add_expression(ExpressionKind::Index { base, indexes }, span))
    }

    fn one_index(&mut self) -> Result<Index, Error> {
        let at_close = |parser: &Self| parser.at(",") || parser.at("]");
        if at_close(self) {
            return Ok(Index::All);
        }
        let from = if self.at(":") { None } else { Some(self.expression()?) };
        if !self.eat(":") {
            return Ok(from.map_or(Index::All, Index::At));
        }
        let to = if at_close(self) { None } else { Some(self.expression()?) };
        Ok(if from.or(to).is_none() { Index::All } else { Index::Range { from, to } })
    }

    fn variable_or_call(&mut self, span: Span) -> Result<ExpressionId, Error> {
        if self.peek_word() == Some("target") && self.is_symbol_at(1, "(") && self.is_symbol_at(2, ")") {
            self.bump();
            self.bump();
            let span = span.to(self.bump().span);
            return Ok(self.add_expression(ExpressionKind::Target, span));
        }
        if self.peek_word().is_some_and(is_reserved) {
            return Err(self.expected("an expression"));
        }
        let name = self.name("a name")?;
        if !self.at("(") {
            return Ok(self.add_expression(ExpressionKind::Variable(name.text), name.span));
        }
        let (arguments, bar) =
            if REDUCTIONS.contains(&name.text.as_str()) { (self.reduction()?, false) } else { self.arguments()? };
        let span = span.to(self.previous_span());
        Ok(self.add_expression(ExpressionKind::Call { function: name, arguments, bar }, span))
    }

    /// `(f, a, b, …)`, `f` the name of a function.
    fn reduction(&mut self) -> Result<Vec<ExpressionId>, Error> {
        let opened = self.expect("(", "`(` and the arguments")?;
        let function = self.name("the name of a function")?;
        let mut arguments = vec![self.add_expression(ExpressionKind::Function(function.text), function.span)];
        while self.eat(",") {
            arguments.push(self.expression()?);
        }
        self.close("(", ")", opened)?;
        Ok(arguments)
    }

    /// `(a, b, …)` after the name of a function or a distribution; and whether a `|` stands behind the first.
    pub(super) fn arguments(&mut self) -> Result<(Vec<ExpressionId>, bool), Error> {
        let opened = self.expect("(", "`(` and the arguments")?;
        let mut arguments = Vec::new();
        let mut bar = false;
        if !self.at(")") {
            arguments.push(self.expression()?);
            bar = self.eat("|");
            if bar && !self.at(")") {
                arguments.push(self.expression()?);
            }
            while self.eat(",") {
                arguments.push(self.expression()?);
            }
        }
        self.close("(", ")", opened)?;
        Ok((arguments, bar))
    }
}
