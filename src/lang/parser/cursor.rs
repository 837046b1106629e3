//! The state of the parser: the tokens, how far they are read, the expressions built so far.
//!
//! It knows how to look ahead, how to take a token or say what was expected instead, and how to step over
//! what will not be read. Absent: the grammar.

use crate::lang::ast::{Expression, ExpressionId, ExpressionKind, Name};
use crate::lang::error::Error;
use crate::lang::lexer::{Token, TokenKind};
use crate::lang::source::{Source, Span};

pub(super) struct Parser<'s> {
    source: &'s Source,
    tokens: Vec<Token>,
    next: usize,
    expressions: Vec<Expression>,
    /// How many expressions are open around the next token.
    pub(super) depth: usize,
}

impl<'s> Parser<'s> {
    /// `tokens` are the lexer's, closed by [`TokenKind::End`].
    pub(super) fn new(source: &'s Source, tokens: Vec<Token>) -> Self {
        Self { source, tokens, next: 0, expressions: Vec::new(), depth: 0 }
    }

    pub(super) fn take_expressions(&mut self) -> Vec<Expression> {
        std::mem::take(&mut self.expressions)
    }

    pub(super) fn add_expression(&mut self, kind: ExpressionKind, span: Span) -> ExpressionId {
        self.expressions.push(Expression { kind, span });
        ExpressionId(self.expressions.len() - 1)
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
    pub(super) fn end_statement(&mut self) -> Result<(), Error> {
        if self.eat(";") {
            return Ok(());
        }
        Err(Error::MissingSemicolon {
            found: self.found(),
            found_span: self.peek().span,
            previous: self.previous_span(),
        })
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

    /// A mark to [`Self::rewind`] to.
    pub(super) fn mark(&self) -> usize {
        self.next
    }

    pub(super) fn rewind(&mut self, mark: usize) {
        self.next = mark;
    }

    /// Steps over one statement from its first token: to its `;`, or over its braces and an `else` after them.
    pub(super) fn skip_statement(&mut self) {
        loop {
            let mut depth = 0_usize;
            loop {
                match self.peek().kind {
                    TokenKind::End => return,
                    TokenKind::Symbol("{" | "(" | "[") => depth += 1,
                    TokenKind::Symbol("}" | ")" | "]") if depth == 0 => return,
                    TokenKind::Symbol(closer @ ("}" | ")" | "]")) => {
                        depth -= 1;
                        if depth == 0 && closer == "}" {
                            self.bump();
                            break;
                        }
                    }
                    TokenKind::Symbol(";") if depth == 0 => {
                        self.bump();
                        break;
                    }
                    TokenKind::Symbol(_)
                    | TokenKind::Word
                    | TokenKind::Int(_)
                    | TokenKind::Real(_)
                    | TokenKind::Text => {}
                }
                self.bump();
            }
            if self.peek_word() != Some("else") {
                return;
            }
        }
    }

    /// Steps over a block from its `{` to the matching `}`.
    pub(super) fn skip_braces(&mut self) -> Result<(), Error> {
        let opened = self.expect("{", "`{`")?;
        let mut depth = 1_usize;
        while depth > 0 {
            match self.peek().kind {
                TokenKind::Symbol("{") => depth += 1,
                TokenKind::Symbol("}") => depth -= 1,
                TokenKind::End => return self.close("{", "}", opened).map(|_| ()),
                _ => {}
            }
            self.bump();
        }
        Ok(())
    }
}
