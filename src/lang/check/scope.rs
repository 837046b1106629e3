//! The names declared so far, and what each stands for.
//!
//! Stan has one namespace for all blocks and forbids hiding a name, so this is one table. Absent: types
//! beyond what a variable needs, and scopes inside scopes, until nested blocks arrive.

use crate::lang::ast::{Block, Name};
use crate::lang::error::Error;
use crate::lang::source::Span;
use crate::lang::suggest::nearest;
use crate::lang::typed::{DataId, LocalId, ParameterId, RealDeclaration, TransformedId};
use crate::lang::types::Type;
use crate::lang::vocabulary::is_reserved;
use std::collections::HashMap;

/// What a name stands for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Meaning {
    Data(DataId, Type),
    Parameter(ParameterId),
    Transformed(TransformedId),
    Local(LocalId),
    /// Declared wrongly; already reported.
    Broken,
}

impl Meaning {
    /// How a message calls it.
    pub(super) fn role(self) -> &'static str {
        match self {
            Self::Data(..) => "data",
            Self::Parameter(_) => "a parameter",
            Self::Transformed(_) => "a transformed parameter",
            Self::Local(_) => "a local variable",
            Self::Broken => "a variable",
        }
    }
}

/// A declared name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Variable {
    pub(super) meaning: Meaning,
    pub(super) declared: Span,
    /// Whether it has a value by now; data and parameters always have.
    pub(super) assigned: bool,
}

#[derive(Debug, Default)]
pub(super) struct Scope {
    variables: HashMap<String, Variable>,
    /// The names of `variables` in the order of the text, so that suggestions do not depend on hashing.
    order: Vec<String>,
    pub(super) transformed_parameters: Vec<RealDeclaration>,
    pub(super) locals: Vec<RealDeclaration>,
}

impl Scope {
    pub(super) fn get(&self, name: &str) -> Option<Variable> {
        self.variables.get(name).copied()
    }

    /// Adds a name that has no value yet, or says why it cannot be one.
    pub(super) fn declare(&mut self, name: &Name, meaning: Meaning) -> Result<(), Error> {
        let (text, span) = (name.text.clone(), name.span);
        if is_reserved(&text) {
            return Err(Error::ReservedName { name: text, span });
        }
        if text.ends_with("__") {
            return Err(Error::ReservedSuffix { name: text, span });
        }
        if let Some(first) = self.get(&text) {
            return Err(Error::Redeclared { name: text, span, first: first.declared });
        }
        self.order.push(text.clone());
        let variable = Variable { meaning, declared: span, assigned: false };
        self.variables.insert(text, variable);
        Ok(())
    }

    /// Adds a real of a block of statements.
    pub(super) fn declare_real(&mut self, name: &Name, block: Block) -> Result<(), Error> {
        let transformed = block == Block::TransformedParameters;
        let meaning = if transformed {
            Meaning::Transformed(TransformedId(self.transformed_parameters.len()))
        } else {
            Meaning::Local(LocalId(self.locals.len()))
        };
        self.declare(name, meaning)?;
        let table = if transformed { &mut self.transformed_parameters } else { &mut self.locals };
        table.push(RealDeclaration { name: name.text.clone(), span: name.span });
        Ok(())
    }

    /// Notes that a variable has a value from here on.
    pub(super) fn assign(&mut self, name: &str) {
        if let Some(variable) = self.variables.get_mut(name) {
            variable.assigned = true;
        }
    }

    /// The error of meeting a name nobody declared.
    pub(super) fn undeclared(&self, name: &Name) -> Error {
        Error::Undeclared {
            suggestion: nearest(&name.text, self.order.iter().map(String::as_str)).map(str::to_owned),
            name: name.text.clone(),
            span: name.span,
        }
    }
}
