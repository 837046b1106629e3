//! The names declared so far, and what each stands for.
//!
//! Stan forbids hiding a name, so the frames of nested blocks are one namespace; a name is free again when its block
//! has ended. Absent: functions, which have a table of their own.

use crate::lang::ast::{Block, Name};
use crate::lang::error::Error;
use crate::lang::source::Span;
use crate::lang::suggest::nearest;
use crate::lang::typed::{Origin, VariableId};
use crate::lang::types::Type;
use std::collections::BTreeMap;

/// A declared name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    /// The variable and its type; `None` for one whose type could not be found, which has been reported.
    pub(super) variable: Option<(VariableId, Type)>,
    pub(super) declared: Span,
    pub(super) origin: Origin,
    /// The block it was declared in.
    pub(super) block: Block,
    /// Whether it is an argument marked `data`.
    pub(super) data: bool,
}

impl Entry {
    /// Whether Stan's rules count the variable as data when it is read in `block`.
    pub(super) fn is_data(&self, block: Block) -> bool {
        let by_origin = match self.origin {
            Origin::Data | Origin::TransformedData | Origin::GeneratedQuantity => true,
            Origin::Parameter | Origin::TransformedParameter => block == Block::GeneratedQuantities,
            Origin::Argument => self.data,
            Origin::Local | Origin::Loop => matches!(self.block, Block::TransformedData | Block::GeneratedQuantities),
        };
        by_origin || self.variable.is_some_and(|(_, of)| of.base == Type::INT.base)
    }

    /// How a message calls it.
    pub(super) fn role(&self) -> &'static str {
        match self.origin {
            Origin::Data => "data",
            Origin::TransformedData => "transformed data",
            Origin::Parameter => "a parameter",
            Origin::TransformedParameter => "a transformed parameter",
            Origin::GeneratedQuantity => "a generated quantity",
            Origin::Local => "a local variable",
            Origin::Argument => "an argument",
            Origin::Loop => "a loop variable",
        }
    }
}

#[derive(Debug)]
pub(super) struct Scope {
    frames: Vec<BTreeMap<String, Entry>>,
    /// Names of blocks that have ended.
    ended: BTreeMap<String, Span>,
}

impl Default for Scope {
    fn default() -> Self {
        Self { frames: vec![BTreeMap::new()], ended: BTreeMap::new() }
    }
}

impl Scope {
    pub(super) fn get(&self, name: &str) -> Option<Entry> {
        self.frames.iter().rev().find_map(|frame| frame.get(name)).copied()
    }

    /// Adds a name to the innermost block; a name that is declared twice means the later one from here on.
    pub(super) fn insert(&mut self, name: &str, entry: Entry) {
        let innermost = self.frames.last_mut().expect("the outermost frame is never left");
        innermost.insert(name.to_owned(), entry);
    }

    pub(super) fn enter(&mut self) {
        self.frames.push(BTreeMap::new());
    }

    pub(super) fn leave(&mut self) {
        let frame = self.frames.pop().expect("every block that ends has begun");
        self.ended.extend(frame.into_iter().map(|(name, entry)| (name, entry.declared)));
    }

    /// The error of meeting a name that is not declared here.
    pub(super) fn undeclared(&self, name: &Name) -> Error {
        let (text, span) = (name.text.clone(), name.span);
        if let Some(declared) = self.ended.get(&text) {
            return Error::OutOfScope { name: text, span, declared: *declared };
        }
        let names = self.frames.iter().rev().flat_map(BTreeMap::keys).map(String::as_str);
        Error::Undeclared { suggestion: nearest(&text, names).map(str::to_owned), name: text, span }
    }
}
