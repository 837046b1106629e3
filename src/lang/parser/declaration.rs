//! Declarations, and the blocks that hold nothing else.
//!
//! Absent: which type may stand in which block, and which names are free; the checker decides.

use super::cursor::Parser;
use crate::lang::ast::{Block, Constraint, Declaration, DeclaredType, ExpressionId};
use crate::lang::error::Error;
use crate::lang::feature::Feature;
use crate::lang::suggest::nearest;
use crate::lang::vocabulary::TYPES;

/// The two kinds of constraint in `< >`: a word of one does not go with a word of the other.
const PAIRS: [[&str; 2]; 2] = [["lower", "upper"], ["offset", "multiplier"]];

impl Parser<'_> {
    /// The body of the `data` or the `parameters` block, braces included.
    pub(super) fn declarations(&mut self, block: Block) -> Result<Vec<Declaration>, Error> {
        let mut declarations = Vec::new();
        self.each_in_braces(|parser| {
            if !parser.at_type() {
                let span = parser.peek().span;
                return Err(parser.unknown_type().unwrap_or(Error::StatementAmongDeclarations { block, span }));
            }
            declarations.extend(parser.declaration()?);
            Ok(())
        })?;
        Ok(declarations)
    }

    /// Whether the next token begins a declaration.
    pub(super) fn at_type(&self) -> bool {
        self.peek_word().is_some_and(|word| TYPES.contains(word))
    }

    /// The error of a misspelt type, when the next tokens look like a declaration all the same.
    pub(super) fn unknown_type(&self) -> Option<Error> {
        let name = self.peek_word()?;
        let names_follow = self.word_at(1).is_some();
        let bounds_follow = self.is_symbol_at(1, "<")
            && self.word_at(2).is_some_and(|word| PAIRS.as_flattened().contains(&word))
            && self.is_symbol_at(3, "=");
        (names_follow || bounds_follow).then(|| self.not_a_type(name))
    }

    /// The error of a word where a type should stand.
    pub(super) fn not_a_type(&self, name: &str) -> Error {
        Error::UnknownType {
            name: name.to_owned(),
            suggestion: nearest(name, TYPES.iter()).map(str::to_owned),
            span: self.peek().span,
        }
    }

    /// `array[sizes] type<constraint>[sizes] name = definition, name, …;`, one declaration a name.
    pub(super) fn declaration(&mut self) -> Result<Vec<Declaration>, Error> {
        let in_front = if self.peek_word() == Some("array") {
            self.bump();
            if !self.at("[") {
                return Err(self.expected("`[` and the sizes of the array"));
            }
            self.sizes()?
        } else {
            vec![]
        };
        let Some(word) = self.peek_word() else {
            return Err(self.expected("the type of the elements"));
        };
        let Some(declared) = DeclaredType::from_name(word) else {
            return Err(if TYPES.contains(word) {
                self.unsupported(Feature::Type(word.to_owned()))
            } else {
                self.not_a_type(word)
            });
        };
        let type_span = self.bump().span;
        let constraint = self.constraint(declared)?;
        let sizes = if declared.base().dimensions() > 0 && self.at("[") { self.sizes()? } else { vec![] };
        if !declared.sizes().contains(&sizes.len()) {
            return Err(Error::SizeCount { declared: declared.name(), expected: declared.sizes(), span: type_span });
        }
        let mut declarations = Vec::new();
        loop {
            let name = self.name("a name for the variable")?;
            let mut arrays = in_front.clone();
            if in_front.is_empty() && self.at("[") {
                arrays = self.sizes()?;
            }
            let definition = if self.eat("=") { Some(self.expression()?) } else { None };
            let sizes = sizes.clone();
            declarations.push(Declaration { declared, type_span, arrays, sizes, constraint, name, definition });
            if !self.eat(",") {
                break;
            }
        }
        self.end_statement()?;
        Ok(declarations)
    }

    /// `[a, b, …]`, at least one.
    fn sizes(&mut self) -> Result<Vec<ExpressionId>, Error> {
        let opened = self.bump().span;
        let mut sizes = vec![self.expression()?];
        while self.eat(",") {
            sizes.push(self.expression()?);
        }
        self.close("[", "]", opened)?;
        Ok(sizes)
    }

    /// `<lower = …, upper = …>` or `<offset = …, multiplier = …>`, each in either order, or nothing.
    fn constraint(&mut self, declared: DeclaredType) -> Result<Constraint, Error> {
        if !self.at("<") {
            return Ok(Constraint::None);
        }
        if !declared.takes_bounds() {
            return Err(Error::ConstraintOfConstrained { declared: declared.name(), span: self.peek().span });
        }
        let opened = self.bump().span;
        let found = |pair: &[&str; 2]| self.peek_word().is_some_and(|word| pair.contains(&word));
        let Some(kind) = PAIRS.iter().position(found) else {
            return Err(self.expected("`lower`, `upper`, `offset` or `multiplier`"));
        };
        let mut values = [None; 2];
        let mut spans = [None; 2];
        loop {
            let Some(which) = PAIRS[kind].iter().position(|word| self.peek_word() == Some(word)) else {
                return Err(self.expected(["`lower` or `upper`", "`offset` or `multiplier`"][kind]));
            };
            let span = self.bump().span;
            if let Some(first) = spans[which].replace(span) {
                return Err(Error::RepeatedBound { bound: PAIRS[kind][which], span, first });
            }
            self.expect("=", "`=`")?;
            values[which] = Some(self.bound()?);
            if !self.eat(",") {
                break;
            }
        }
        self.close("<", ">", opened)?;
        let [first, second] = values;
        Ok(if kind == 0 {
            Constraint::Bounds { lower: first, upper: second }
        } else {
            Constraint::Affine { offset: first, multiplier: second }
        })
    }
}
