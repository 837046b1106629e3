//! Statements, and the blocks that hold them.
//!
//! `name += value` is written out as `name = name + value`, so that later stages know one assignment.
//! Absent: which statement may stand in which block; the checker decides.

use super::cursor::Parser;
use crate::lang::ast::{BinaryOperator, ExpressionKind, Statement};
use crate::lang::error::{Error, Errors};
use crate::lang::feature::Feature;
use crate::lang::lexer::TokenKind;

/// Operators that assign, without their `=`.
const COMPOUND: &[(&str, BinaryOperator)] = &[
    ("+=", BinaryOperator::Add),
    ("-=", BinaryOperator::Subtract),
    ("*=", BinaryOperator::Multiply),
    ("/=", BinaryOperator::Divide),
    (".*=", BinaryOperator::ElementMultiply),
    ("./=", BinaryOperator::ElementDivide),
];

impl Parser<'_> {
    /// The body of a block of statements, braces included.
    pub(super) fn statements(&mut self, errors: &mut Errors) -> Result<Vec<Statement>, Error> {
        let opened = self.expect("{", "`{`")?;
        let mut statements = Vec::new();
        while !self.at("}") && !self.at_end() {
            if self.eat(";") {
                continue;
            }
            let mark = self.mark();
            self.depth = 0;
            match self.statement() {
                Ok(more) => statements.extend(more),
                Err(error @ Error::Unsupported { .. }) => {
                    errors.push(error);
                    self.rewind(mark);
                    self.skip_statement();
                }
                Err(error) => return Err(error),
            }
        }
        self.close("{", "}", opened)?;
        Ok(statements)
    }

    /// One statement; several when it declares several names.
    fn statement(&mut self) -> Result<Vec<Statement>, Error> {
        if self.at("{") {
            return Err(self.unsupported(Feature::NestedBlock));
        }
        if self.at_type() {
            return Ok(self.declaration()?.into_iter().map(Statement::Declaration).collect());
        }
        if let Some(word) = self.peek_word() {
            match word {
                "for" | "while" => return Err(self.unsupported(Feature::Loop(word.to_owned()))),
                "if" | "print" | "reject" | "fatal_error" | "return" | "break" | "continue" | "profile"
                | "jacobian" => {
                    return Err(self.unsupported(Feature::Statement(word.to_owned())));
                }
                "target" if self.is_symbol_at(1, "+=") => {
                    return self.target_increment().map(|one| vec![one]);
                }
                _ => {}
            }
            if let Some(error) = self.unknown_type() {
                return Err(error);
            }
            if let Some(assignment) = self.assignment()? {
                return Ok(vec![assignment]);
            }
        }
        self.tilde().map(|one| vec![one])
    }

    fn target_increment(&mut self) -> Result<Statement, Error> {
        let start = self.bump().span;
        self.bump();
        let value = self.expression()?;
        let span = start.to(self.previous_span());
        self.end_statement()?;
        Ok(Statement::TargetIncrement { value, span })
    }

    /// An assignment, when an assigning operator follows the next word.
    fn assignment(&mut self) -> Result<Option<Statement>, Error> {
        let TokenKind::Symbol(symbol) = self.peek_at(1).kind else {
            return Ok(None);
        };
        let (less, minus) = (self.peek_at(1).span, self.peek_at(2).span);
        if symbol == "<" && self.is_symbol_at(2, "-") && less.end == minus.start {
            return Err(Error::ArrowAssignment { span: less.to(minus) });
        }
        let compound = COMPOUND.iter().find(|(written, _)| *written == symbol).map(|(_, operator)| *operator);
        if symbol != "=" && compound.is_none() {
            return Ok(None);
        }
        let name = self.name("a variable")?;
        let Some(operator) = compound else {
            self.bump();
            let value = self.expression()?;
            self.end_statement()?;
            return Ok(Some(Statement::Assignment { name, value }));
        };
        let left = self.add_expression(ExpressionKind::Variable(name.text.clone()), name.span);
        self.bump();
        let right = self.expression()?;
        let span = name.span.to(self.previous_span());
        let value = self.add_expression(ExpressionKind::Binary { operator, left, right }, span);
        self.end_statement()?;
        Ok(Some(Statement::Assignment { name, value }))
    }

    fn tilde(&mut self) -> Result<Statement, Error> {
        let start = self.peek().span;
        let outcome = self.expression()?;
        self.expect("~", "`~` or an assignment")?;
        let family = self.name("the name of a distribution")?;
        let arguments = self.arguments(&family)?;
        let span = start.to(self.previous_span());
        if self.peek_word() == Some("T") && self.is_symbol_at(1, "[") {
            return Err(self.unsupported(Feature::Truncation));
        }
        self.end_statement()?;
        Ok(Statement::Tilde { outcome, family, arguments, span })
    }
}
