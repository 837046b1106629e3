//! Declarations, and the blocks that hold nothing else.
//!
//! Absent: which type may stand in which block, and which names are free; the checker decides.

use super::cursor::Parser;
use crate::lang::ast::{Block, Bounds, Declaration, DeclaredType, ExpressionId};
use crate::lang::error::{Error, Errors};
use crate::lang::feature::Feature;
use crate::lang::source::Span;
use crate::lang::suggest::nearest;
use crate::lang::vocabulary::TYPES;

impl Parser<'_> {
    /// The body of the `data` or the `parameters` block, braces included.
    pub(super) fn declarations(&mut self, block: Block, errors: &mut Errors) -> Result<Vec<Declaration>, Error> {
        let opened = self.expect("{", "`{`")?;
        let mut declarations = Vec::new();
        while !self.at("}") {
            if self.at_end() {
                break;
            }
            if self.eat(";") {
                continue;
            }
            let mark = self.mark();
            self.depth = 0;
            let declaration = if self.at_type() {
                self.declaration()
            } else {
                Err(self.unknown_type().unwrap_or(Error::StatementAmongDeclarations { block, span: self.peek().span }))
            };
            match declaration {
                Ok(more) => declarations.extend(more),
                Err(error @ Error::Unsupported { .. }) => {
                    errors.push(error);
                    self.rewind(mark);
                    self.skip_statement();
                }
                Err(error) => return Err(error),
            }
        }
        self.close("{", "}", opened)?;
        Ok(declarations)
    }

    /// Whether the next token begins a declaration. `array` does only before a `[`, being free as a name.
    pub(super) fn at_type(&self) -> bool {
        match self.peek_word() {
            Some("array") => self.is_symbol_at(1, "[") && !self.is_symbol_at(2, "]"),
            Some(word) => TYPES.contains(word),
            None => false,
        }
    }

    /// The error of a misspelt type, when the next tokens look like a declaration all the same.
    pub(super) fn unknown_type(&self) -> Option<Error> {
        let name = self.peek_word()?;
        let names_follow = self.word_at(1).is_some();
        let bounds_follow = self.is_symbol_at(1, "<")
            && matches!(self.word_at(2), Some("lower" | "upper" | "offset" | "multiplier"))
            && self.is_symbol_at(3, "=");
        (names_follow || bounds_follow).then(|| Error::UnknownType {
            name: name.to_owned(),
            suggestion: nearest(name, TYPES.iter()).map(str::to_owned),
            span: self.peek().span,
        })
    }

    /// `type<bounds>[size] name = definition, name, …;`, one declaration a name.
    pub(super) fn declaration(&mut self) -> Result<Vec<Declaration>, Error> {
        let type_name = self.name("a type")?;
        if !matches!(type_name.text.as_str(), "int" | "real" | "vector") {
            return Err(Error::Unsupported {
                feature: match type_name.text.as_str() {
                    "array" => Feature::Arrays,
                    _ => Feature::Type(type_name.text),
                },
                span: type_name.span,
            });
        }
        let bounds = self.bounds()?;
        let declared = match type_name.text.as_str() {
            "vector" => {
                let opened = self.expect("[", "`[` and the size of the vector")?;
                let size = self.expression()?;
                self.close("[", "]", opened)?;
                DeclaredType::Vector { size }
            }
            _ if self.at("[") => return Err(self.unsupported(Feature::Arrays)),
            "int" => DeclaredType::Int,
            _ => DeclaredType::Real,
        };
        let mut declarations = Vec::new();
        loop {
            let name = self.name("a name for the variable")?;
            if self.at("[") {
                return Err(self.unsupported(Feature::Arrays));
            }
            let definition = if self.eat("=") { Some(self.expression()?) } else { None };
            declarations.push(Declaration { declared, type_span: type_name.span, bounds, name, definition });
            if !self.eat(",") {
                break;
            }
        }
        self.end_statement()?;
        Ok(declarations)
    }

    /// `<lower = …, upper = …>`, in either order, or nothing.
    fn bounds(&mut self) -> Result<Bounds, Error> {
        let mut bounds = Bounds::default();
        if !self.at("<") {
            return Ok(bounds);
        }
        let opened = self.bump().span;
        let mut seen: Vec<(&'static str, Span)> = Vec::new();
        loop {
            let (bound, place): (_, fn(&mut Bounds) -> &mut Option<ExpressionId>) = match self.peek_word() {
                Some("lower") => ("lower", |bounds| &mut bounds.lower),
                Some("upper") => ("upper", |bounds| &mut bounds.upper),
                Some(word @ ("offset" | "multiplier")) => {
                    return Err(self.unsupported(Feature::Constraint(word.to_owned())));
                }
                _ => return Err(self.expected("`lower` or `upper`")),
            };
            let span = self.bump().span;
            if let Some((_, first)) = seen.iter().copied().find(|(earlier, _)| *earlier == bound) {
                return Err(Error::RepeatedBound { bound, span, first });
            }
            seen.push((bound, span));
            self.expect("=", "`=`")?;
            *place(&mut bounds) = Some(self.bound()?);
            if !self.eat(",") {
                break;
            }
        }
        self.close("<", ">", opened)?;
        Ok(bounds)
    }
}
