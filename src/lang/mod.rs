//! The Stan language: the text of a model to a tree in which every name has a meaning and every expression a type.
//!
//! [`source`] -> [`lexer`] -> [`parser`] ([`ast`]) -> [`check`] ([`typed`]). Mistakes are [`error`], pictures of
//! them `render`. What a model may call is the table in [`signatures`]; all other words of Stan are in
//! `vocabulary`, so that a refusal can tell "not supported yet" from "no such thing". Absent: data.

pub mod ast;
pub mod check;
pub mod error;
pub mod feature;
pub mod lexer;
pub mod parser;
mod render;
pub mod signatures;
pub mod source;
mod suggest;
pub mod typed;
pub mod types;
mod vocabulary;

use self::error::Errors;
use self::signatures::SIGNATURES;
use self::source::Source;
use self::typed::TypedModel;

/// Reads a model and makes sure that it means something.
///
/// # Errors
///
/// What stops the reading (a mistake of syntax, and every unsupported feature before it), or else every
/// mistake of names and types.
pub fn parse_and_check(source: &Source) -> Result<TypedModel, Errors> {
    check::check(&parser::parse(source)?, &SIGNATURES)
}

#[cfg(test)]
mod tests;
