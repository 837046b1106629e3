//! The state of the parser: the tokens, how far they are read, the expressions built so far.
//!
//! It knows how to look ahead, how to take a token or say what was expected instead, and how to go on after a
//! mistake. Absent: the grammar.

use crate::lang::ast::{Block, Expression, ExpressionId, ExpressionKind, Name};
use crate::lang::error::{Error, Errors};
use crate::lang::feature::Feature;
use crate::lang::lexer::{Token, TokenKind};
use crate::lang::source::{Source, Span};
use crate::lang::vocabulary::is_reserved;

/// More levels than a person nests and few enough for a small thread's stack; a test holds it. Sums, products,
/// indexes and transposes are loops here and cost one level together.
pub(super) const DEEPEST: usize = 400;

pub(super) struct Parser<'s> {
    source: &'s Source,
    tokens: Vec<Token>,
    next: usize,
    expressions: Vec<Expression>,
    /// How many expressions and statements are open around the next token.
    depth: usize,
    pub(super) errors: Errors,
}

impl<'s> Parser<'s> {
    /// `tokens` are the lexer's, closed by [`TokenKind::End`].
    pub(super) fn new(source: &'s Source, tokens: Vec<Token>) -> Self {
        Self { source, tokens, next: 0, expressions: Vec::new(), depth: 0, errors: Errors::default() }
    }

    pub(super) fn take_expressions(&mut self) -> Vec<Expression> {
        std::mem::take(&mut self.expressions)
    }

    pub(super) fn add_expression(&mut self, kind: ExpressionKind, span: Span) -> ExpressionId {
        self.expressions.push(Expression { kind, span });
        ExpressionId(self.expressions.len() - 1)
    }

    /// An expression that has been added.
    pub(super) fn expression_at(&self, id: ExpressionId) -> &Expression {
        &self.expressions[id.index()]
    }

    /// Goes one level down, into what begins at `span`.
    pub(super) fn descend(&mut self, span: Span) -> Result<(), Error> {
        if self.depth == DEEPEST {
            return Err(Error::TooDeep { limit: DEEPEST, span });
        }
        self.depth += 1;
        Ok(())
    }

    /// Comes up again from [`Self::descend`].
    pub(super) fn ascend(&mut self) {
        self.depth -= 1;
    }

    /// The text under `span`.
    pub(super) fn text(&self, span: Span) -> &'s str {
        self.source.slice(span)
    }

    /// The token `ahead` places on; past the last one it is always the end.
    pub(super) fn peek_at(&self, ahead: usize) -> Token {
        self.tokens[(self.next + ahead).min(self.tokens.len() - 1)]
    }

    pub(super) fn peek(&self) -> Token {
        self.peek_at(0)
    }

    /// The text of the token `ahead` places on, when it is a word.
    pub(super) fn word_at(&self, ahead: usize) -> Option<&'s str> {
        let token = self.peek_at(ahead);
        (token.kind == TokenKind::Word).then(|| self.source.slice(token.span))
    }

    pub(super) fn peek_word(&self) -> Option<&'s str> {
        self.word_at(0)
    }

    pub(super) fn is_symbol_at(&self, ahead: usize, symbol: &str) -> bool {
        matches!(self.peek_at(ahead).kind, TokenKind::Symbol(found) if found == symbol)
    }

    pub(super) fn at(&self, symbol: &str) -> bool {
        self.is_symbol_at(0, symbol)
    }

    pub(super) fn at_end(&self) -> bool {
        self.peek().kind == TokenKind::End
    }

    pub(super) fn bump(&mut self) -> Token {
        let token = self.peek();
        self.next = (self.next + 1).min(self.tokens.len() - 1);
        token
    }

    /// Takes the next token if it is `symbol`.
    pub(super) fn eat(&mut self, symbol: &str) -> bool {
        let found = self.at(symbol);
        if found {
            self.bump();
        }
        found
    }

    /// The last token taken, or the first of all when none was.
    pub(super) fn previous_span(&self) -> Span {
        self.tokens[self.next.saturating_sub(1)].span
    }

    /// Takes `symbol`; `expected` names it in the error.
    pub(super) fn expect(&mut self, symbol: &str, expected: &'static str) -> Result<Span, Error> {
        if self.at(symbol) {
            return Ok(self.bump().span);
        }
        Err(self.expected(expected))
    }

    /// Takes the bracket that closes `opener`, which was found at `opened`.
    pub(super) fn close(&mut self, opener: &'static str, closer: &'static str, opened: Span) -> Result<Span, Error> {
        if self.at(closer) {
            return Ok(self.bump().span);
        }
        Err(Error::Unclosed { opener, closer, opened, found: self.found(), span: self.peek().span })
    }

    /// Takes the `;` that ends a statement; its absence is shown where it should be.
    ///
    /// When the next token begins a line and a statement, the reading goes on as if the `;` were there.
    pub(super) fn end_statement(&mut self) -> Result<(), Error> {
        if self.eat(";") {
            return Ok(());
        }
        let (previous, next) = (self.previous_span(), self.peek());
        let error = Error::MissingSemicolon { found: self.found(), found_span: next.span, previous };
        let new_line = self.text(Span::new(previous.end, next.span.start)).contains(['\n', '\r']);
        let assigns = |ahead| matches!(self.peek_at(ahead).kind, TokenKind::Symbol("=" | "~" | "+=" | "-=" | "*="));
        let begins = self.peek_word().is_some_and(|word| is_reserved(word) || assigns(1));
        if self.at("}") || (new_line && begins) {
            self.errors.push(error);
            return Ok(());
        }
        Err(error)
    }

    /// Takes any word.
    pub(super) fn name(&mut self, expected: &'static str) -> Result<Name, Error> {
        let Some(text) = self.peek_word() else {
            return Err(self.expected(expected));
        };
        Ok(Name { text: text.to_owned(), span: self.bump().span })
    }

    /// The error of meeting the next token where `expected` should stand.
    pub(super) fn expected(&self, expected: &'static str) -> Error {
        Error::Expected { expected, found: self.found(), span: self.peek().span }
    }

    fn found(&self) -> String {
        const LONGEST: usize = 40;
        if self.at_end() {
            return "the end of the file".to_owned();
        }
        if self.peek().kind == TokenKind::Text {
            // What stands in quotes may be anything, control characters included: it stays out of messages.
            return "a text in quotes".to_owned();
        }
        let text = self.source.slice(self.peek().span);
        match text.get(..LONGEST) {
            Some(beginning) => format!("`{beginning}…`"),
            None => format!("`{text}`"),
        }
    }

    /// How many tokens have been taken.
    pub(super) fn mark(&self) -> usize {
        self.next
    }

    /// The refusal of a feature that begins at the next token.
    pub(super) fn unsupported(&self, feature: Feature) -> Error {
        Error::Unsupported { feature, span: self.peek().span }
    }

    /// The block whose name stands next, in so many tokens, when its `{` follows.
    pub(super) fn block_ahead(&self) -> Option<(Block, usize)> {
        let (first, second) = (self.peek_word()?, self.word_at(1));
        let named = |block: &Block| {
            let mut words = block.name().split(' ');
            let (one, two) = (words.next(), words.next());
            one == Some(first)
                && (two.is_none() || two == second)
                && self.is_symbol_at(1 + usize::from(two.is_some()), "{")
        };
        let block = Block::ALL.into_iter().find(named)?;
        Some((block, block.name().split(' ').count()))
    }

    /// Reads what stands in braces, one piece at a time; a mistake in a piece is noted, and the next one is read.
    ///
    /// # Errors
    /// A missing brace, or a mistake after which nothing can be read.
    pub(super) fn each_in_braces(
        &mut self,
        mut piece: impl FnMut(&mut Self) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let opened = self.expect("{", "`{`")?;
        let depth = self.depth;
        while !self.at("}") && !self.at_end() && self.block_ahead().is_none() {
            if self.eat(";") {
                continue;
            }
            let before = self.next;
            if let Err(error) = piece(self) {
                if matches!(error, Error::TooDeep { .. }) || self.at_end() {
                    return Err(error);
                }
                self.errors.push(error);
                self.depth = depth;
                self.skip_rest(before);
            }
        }
        self.close("{", "}", opened)?;
        Ok(())
    }

    /// Steps over the rest of a piece that began at the token `before`: behind its `;` or its braces, or up to
    /// the brace that closes what is around it.
    pub(super) fn skip_rest(&mut self, before: usize) {
        // Braces that the piece opened before the mistake are still to be closed.
        let mut open: usize = 0;
        for token in &self.tokens[before..self.next] {
            match token.kind {
                TokenKind::Symbol("{") => open += 1,
                TokenKind::Symbol("}") => open = open.saturating_sub(1),
                _ => {}
            }
        }
        while !self.at_end() && self.block_ahead().is_none() {
            match self.peek().kind {
                TokenKind::Symbol("{") => open += 1,
                TokenKind::Symbol("}") if open == 0 => return,
                TokenKind::Symbol("}") => {
                    open -= 1;
                    if open == 0 && !self.else_follows() {
                        self.bump();
                        return;
                    }
                }
                TokenKind::Symbol(";") if open == 0 && !self.else_follows() => {
                    self.bump();
                    return;
                }
                _ => {}
            }
            self.bump();
        }
    }

    fn else_follows(&self) -> bool {
        self.word_at(1) == Some("else")
    }
}
