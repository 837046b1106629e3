//! The `functions` block.
//!
//! Types are written there without sizes: `array[,] real`, or in the old way `real[,]`. Absent: what a name's
//! ending asks of a function; the checker knows.

use super::cursor::Parser;
use crate::lang::ast::{Argument, DeclaredType, Function};
use crate::lang::error::Error;
use crate::lang::feature::Feature;
use crate::lang::types::Type;
use crate::lang::vocabulary::TYPES;

impl Parser<'_> {
    /// The body of the block, braces included.
    pub(super) fn functions(&mut self) -> Result<Vec<Function>, Error> {
        let mut functions = Vec::new();
        self.each_in_braces(|parser| {
            functions.push(parser.function()?);
            Ok(())
        })?;
        Ok(functions)
    }

    /// `type name(arguments) { … }`, or `;` for the body.
    fn function(&mut self) -> Result<Function, Error> {
        let returns = if self.peek_word() == Some("void") {
            self.bump();
            None
        } else {
            Some(self.unsized_type()?)
        };
        let name = self.name("a name for the function")?;
        let opened = self.expect("(", "`(` and the arguments")?;
        let mut arguments = Vec::new();
        if !self.at(")") {
            arguments.push(self.argument()?);
            // A density may be defined with a bar behind its outcome, as it is called.
            while self.eat(",") || (arguments.len() == 1 && self.eat("|")) {
                arguments.push(self.argument()?);
            }
        }
        self.close("(", ")", opened)?;
        let body = if self.eat(";") {
            None
        } else if self.at("{") {
            Some(self.statements()?)
        } else {
            return Err(self.expected("`{` and the body of the function"));
        };
        Ok(Function { name, returns, arguments, body })
    }

    fn argument(&mut self) -> Result<Argument, Error> {
        let data = self.peek_word() == Some("data");
        if data {
            self.bump();
        }
        let of = self.unsized_type()?;
        let name = self.name("a name for the argument")?;
        Ok(Argument { name, of, data })
    }

    fn unsized_type(&mut self) -> Result<Type, Error> {
        let mut array = 0;
        if self.peek_word() == Some("array") {
            self.bump();
            array = self.unsized_dimensions()?;
        }
        let Some(word) = self.peek_word() else {
            return Err(self.expected("a type"));
        };
        let base = match DeclaredType::from_name(word) {
            Some(declared) if declared.takes_bounds() => declared.base(),
            Some(declared) => {
                let (declared, base) = (declared.name(), declared.base().name());
                return Err(Error::ConstrainedArgument { declared, base, span: self.peek().span });
            }
            None if TYPES.contains(word) => return Err(self.unsupported(Feature::Type(word.to_owned()))),
            None => return Err(self.not_a_type(word)),
        };
        self.bump();
        if array == 0 && self.at("[") {
            array = self.unsized_dimensions()?;
        }
        Ok(Type::of(base).array_of(array))
    }

    /// `[,,]`
    fn unsized_dimensions(&mut self) -> Result<usize, Error> {
        let opened = self.expect("[", "`[` and the commas of the dimensions")?;
        let mut dimensions = 1;
        while self.eat(",") {
            dimensions += 1;
        }
        if !self.at("]") && !self.at_end() && !self.at(")") {
            return Err(Error::SizedArgument { span: self.peek().span });
        }
        self.close("[", "]", opened)?;
        Ok(dimensions)
    }
}
