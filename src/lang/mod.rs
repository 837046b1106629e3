//! The Stan language: the text of a model to a tree in which every name has a meaning and every expression a type.
//!
//! [`source`] -> [`lexer`] -> [`parser`] ([`ast`]) -> [`check`] ([`typed`]) -> [`bind`] -> `lower`. One door:
//! [`compile`]. Mistakes in the text are [`error`], data that do not fit are [`bind`], pictures of both `render`.
//! What a model may call is the table in [`signatures`]; all other words of Stan are in `vocabulary`, so that a
//! refusal can tell "not supported yet" from "no such thing". Absent: files.

pub mod ast;
pub mod bind;
pub mod check;
pub mod error;
pub mod feature;
pub mod lexer;
mod lower;
pub mod parser;
mod render;
pub mod signatures;
pub mod source;
pub mod suggest;
pub mod typed;
pub mod types;
mod vocabulary;

use thiserror::Error;

use self::bind::BindError;
use self::error::Errors;
use self::signatures::SIGNATURES;
use self::source::Source;
use self::typed::TypedModel;
use crate::model::Model;
use crate::model::data::Data;

/// Reads a model and makes sure that it means something.
///
/// # Errors
///
/// What stops the reading (a mistake of syntax, and every unsupported feature before it), or else every
/// mistake of names and types.
pub fn parse_and_check(source: &Source) -> Result<TypedModel, Errors> {
    check::check(&parser::parse(source)?, &SIGNATURES)
}

/// Why a model cannot be used.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum CompileError {
    /// The text is not a model.
    #[error(transparent)]
    Model(#[from] Errors),
    /// The data are not this model's.
    #[error(transparent)]
    Data(#[from] BindError),
}

impl CompileError {
    /// Pictures of the places, with carets. See [`Errors::render`].
    #[must_use]
    pub fn render(&self, source: &Source, colour: bool) -> String {
        match self {
            Self::Model(errors) => errors.render(source, colour),
            Self::Data(error) => error.render(source, colour),
        }
    }
}

/// Reads a model, binds it to its data, and lowers it. `name` is what messages call it.
///
/// # Errors
/// What is wrong with the text, or what of the data does not fit it.
pub fn compile(source: &Source, data: &Data, name: &str) -> Result<Model, CompileError> {
    Ok(lower::lower(&parse_and_check(source)?, data, name)?)
}

#[cfg(test)]
mod tests;
