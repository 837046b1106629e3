//! Statements.
//!
//! Absent: which statement may stand in which block; the checker decides.

use super::cursor::Parser;
use crate::lang::ast::{BinaryOperator, ExpressionId, ExpressionKind, Over, Statement, Text, Truncation};
use crate::lang::error::Error;
use crate::lang::lexer::TokenKind;
use crate::lang::source::Span;

/// Operators that assign, and what they do before.
const ASSIGNING: &[(&str, Option<BinaryOperator>)] = &[
    ("=", None),
    ("+=", Some(BinaryOperator::Add)),
    ("-=", Some(BinaryOperator::Subtract)),
    ("*=", Some(BinaryOperator::Multiply)),
    ("/=", Some(BinaryOperator::Divide)),
    (".*=", Some(BinaryOperator::ElementMultiply)),
    ("./=", Some(BinaryOperator::ElementDivide)),
];

impl Parser<'_> {
    /// The body of a block of statements, braces included.
    pub(super) fn statements(&mut self) -> Result<Vec<Statement>, Error> {
        let mut statements = Vec::new();
        self.each_in_braces(|parser| parser.statement(&mut statements))?;
        Ok(statements)
    }

    /// One statement, which becomes several when it declares several names and none when it is empty.
    fn statement(&mut self, into: &mut Vec<Statement>) -> Result<(), Error> {
        if self.eat(";") {
            return Ok(());
        }
        let start = self.peek().span;
        self.descend(start)?;
        if self.at("{") && !self.is_array() {
            into.push(Statement::Block(self.statements()?));
        } else if self.at_type() {
            into.extend(self.declaration()?.into_iter().map(Statement::Declaration));
        } else {
            let one = match self.peek_word() {
                Some(word) => self.statement_of_word(word)?,
                None => None,
            };
            into.push(match one {
                Some(statement) => statement,
                None => self.statement_of_expression()?,
            });
        }
        self.ascend();
        Ok(())
    }

    /// Whether the brace here opens an array and no block: blocks have a semicolon or another block before they end.
    fn is_array(&self) -> bool {
        let mut depth = 0;
        for ahead in 0.. {
            match self.peek_at(ahead).kind {
                TokenKind::Symbol("{") => depth += 1,
                TokenKind::Symbol("}") if depth > 1 => depth -= 1,
                TokenKind::Symbol("}") => return self.is_symbol_at(ahead + 1, "~"),
                TokenKind::Symbol(";") | TokenKind::End => return false,
                _ => {}
            }
        }
        false
    }

    /// The statement that `word` begins, if it is one of those that begin statements.
    fn statement_of_word(&mut self, word: &str) -> Result<Option<Statement>, Error> {
        let start = self.peek().span;
        let increments = self.is_symbol_at(1, "+=");
        Ok(Some(match word {
            "for" => self.for_loop()?,
            "while" => {
                self.bump();
                let condition = self.condition()?;
                let span = start.to(self.previous_span());
                Statement::While { condition, body: self.body()?, span }
            }
            "if" => self.branches()?,
            "break" | "continue" => {
                let span = self.bump().span;
                self.end_statement()?;
                if word == "break" { Statement::Break { span } } else { Statement::Continue { span } }
            }
            "return" => {
                self.bump();
                let value = if self.at(";") { None } else { Some(self.expression()?) };
                let span = start.to(self.previous_span());
                self.end_statement()?;
                Statement::Return { value, span }
            }
            "print" | "reject" | "fatal_error" => {
                self.bump();
                let arguments = self.texts()?;
                let span = start.to(self.previous_span());
                self.end_statement()?;
                if word == "print" {
                    Statement::Print { arguments, span }
                } else {
                    Statement::Reject { arguments, fatal: word == "fatal_error", span }
                }
            }
            "profile" => {
                self.bump();
                let opened = self.expect("(", "`(` and a name in quotes")?;
                if self.peek().kind != TokenKind::Text {
                    return Err(self.expected("a name in quotes"));
                }
                self.bump();
                self.close("(", ")", opened)?;
                Statement::Block(self.statements()?)
            }
            "target" | "jacobian" if increments => {
                self.bump();
                self.bump();
                let value = self.expression()?;
                let span = start.to(self.previous_span());
                self.end_statement()?;
                if word == "target" {
                    Statement::TargetIncrement { value, span }
                } else {
                    Statement::JacobianIncrement { value, span }
                }
            }
            "increment_log_prob" if self.is_symbol_at(1, "(") => {
                return Err(Error::OldSpelling {
                    old: "increment_log_prob(…)", modern: "target += …", span: start
                });
            }
            _ => match self.unknown_type() {
                Some(error) => return Err(error),
                None => return Ok(None),
            },
        }))
    }

    /// An assignment, a `~`, or a call.
    fn statement_of_expression(&mut self) -> Result<Statement, Error> {
        if let Some(span) = self.arrow() {
            return Err(Error::ArrowAssignment { span });
        }
        let start = self.peek().span;
        let left = self.expression()?;
        if self.at("~") {
            return self.tilde(left, start);
        }
        let TokenKind::Symbol(symbol) = self.peek().kind else {
            return Err(self.no_statement(start));
        };
        if let Some((_, operator)) = ASSIGNING.iter().copied().find(|(written, _)| *written == symbol) {
            self.bump();
            let value = self.expression()?;
            let span = start.to(self.previous_span());
            self.end_statement()?;
            return Ok(Statement::Assignment { place: left, operator, value, span });
        }
        if matches!(self.expression_at(left).kind, ExpressionKind::Call { .. }) {
            let span = start.to(self.previous_span());
            self.end_statement()?;
            return Ok(Statement::Call { call: left, span });
        }
        Err(self.no_statement(start))
    }

    /// The error of an expression that nothing is done with.
    fn no_statement(&self, start: Span) -> Error {
        let alone = self.at(";") || self.at("}");
        if alone { Error::ValueUnused { span: start.to(self.previous_span()) } } else { self.expected("`~` or `=`") }
    }

    fn tilde(&mut self, outcome: ExpressionId, start: Span) -> Result<Statement, Error> {
        self.bump();
        let family = self.name("the name of a distribution")?;
        let (arguments, bar) = self.arguments()?;
        if bar {
            return Err(Error::BarAfterTilde { family: family.text, span: family.span });
        }
        let mut truncation = None;
        if self.peek_word() == Some("T") && self.is_symbol_at(1, "[") {
            self.bump();
            let opened = self.bump().span;
            let lower = if self.at(",") || self.at("]") { None } else { Some(self.expression()?) };
            let upper = if self.eat(",") && !self.at("]") { Some(self.expression()?) } else { None };
            self.close("[", "]", opened)?;
            truncation = Some(Truncation { lower, upper });
        }
        let span = start.to(self.previous_span());
        self.end_statement()?;
        Ok(Statement::Tilde { outcome, family, arguments, truncation, span })
    }

    fn for_loop(&mut self) -> Result<Statement, Error> {
        let start = self.bump().span;
        let opened = self.expect("(", "`(`")?;
        let variable = self.name("the loop variable")?;
        if self.peek_word() != Some("in") {
            return Err(self.expected("`in`"));
        }
        self.bump();
        let from = self.expression()?;
        let over = if self.eat(":") { Over::Range { from, to: self.expression()? } } else { Over::Container(from) };
        let span = start.to(self.close("(", ")", opened)?);
        Ok(Statement::For { variable, over, body: self.body()?, span })
    }

    fn branches(&mut self) -> Result<Statement, Error> {
        let start = self.bump().span;
        let condition = self.condition()?;
        let span = start.to(self.previous_span());
        let then = self.body()?;
        let otherwise = if self.peek_word() == Some("else") {
            self.bump();
            self.body()?
        } else {
            vec![]
        };
        Ok(Statement::If { condition, then, otherwise, span })
    }

    /// `(expression)`
    fn condition(&mut self) -> Result<ExpressionId, Error> {
        let opened = self.expect("(", "`(` and a condition")?;
        let condition = self.expression()?;
        self.close("(", ")", opened)?;
        Ok(condition)
    }

    /// What a loop or a branch governs: one statement, or those in braces.
    fn body(&mut self) -> Result<Vec<Statement>, Error> {
        if self.at("{") {
            return self.statements();
        }
        let mut body = Vec::new();
        self.statement(&mut body)?;
        Ok(body)
    }

    /// `(text or value, …)`
    fn texts(&mut self) -> Result<Vec<Text>, Error> {
        let opened = self.expect("(", "`(` and what to show")?;
        let mut texts = Vec::new();
        while !self.at(")") {
            if self.peek().kind == TokenKind::Text {
                let span = self.bump().span;
                let quoted = self.text(span);
                texts.push(Text::Literal(quoted[1..quoted.len() - 1].to_owned()));
            } else {
                texts.push(Text::Value(self.expression()?));
            }
            if !self.eat(",") {
                break;
            }
        }
        self.close("(", ")", opened)?;
        Ok(texts)
    }

    /// The old arrow `<-` behind a name and its indexes, where a statement begins.
    fn arrow(&self) -> Option<Span> {
        self.peek_word()?;
        let mut ahead = 1;
        let mut open = 0_usize;
        loop {
            match self.peek_at(ahead).kind {
                TokenKind::Symbol("[") => open += 1,
                TokenKind::Symbol("]") if open > 0 => open -= 1,
                TokenKind::Symbol(";" | "{" | "}") | TokenKind::End => return None,
                _ if open > 0 => {}
                _ => break,
            }
            ahead += 1;
        }
        let (less, minus) = (self.peek_at(ahead).span, self.peek_at(ahead + 1).span);
        let written = self.is_symbol_at(ahead, "<") && self.is_symbol_at(ahead + 1, "-") && less.end == minus.start;
        written.then(|| less.to(minus))
    }
}
