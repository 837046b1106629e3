//! The Stan language: the text of a model to a tree in which every name has a meaning and every expression a type.
//!
//! [`source`] -> [`lexer`] -> [`parser`] ([`ast`]) -> [`check`] ([`typed`]): [`parse_and_check`]. Mistakes in the text
//! are [`error`], their pictures `render`.
//! What a model may call is the table in [`signatures`]; all other words of Stan are in `vocabulary`, so that a
//! refusal can tell "not supported yet" from "no such thing". Absent: files.

pub mod ast;
pub mod bind;
pub mod check;
mod compile;
mod constants;
mod effects;
pub mod error;
pub mod feature;
pub mod include;
mod interpret;
pub mod lexer;
mod likelihood;
pub mod parser;
pub mod pointwise;
mod prior;
pub mod quantities;
mod reading;
pub mod rejection;
mod render;
pub mod signatures;
pub mod source;
pub mod start;
pub mod structure;
mod subject;
pub mod suggest;
pub mod typed;
pub mod types;
mod vocabulary;

pub use likelihood::likelihood;

use std::sync::Arc;

use thiserror::Error;

use self::bind::BindError;
use self::error::Errors;
use self::interpret::size::Limits;
use self::quantities::Quantities;
use self::signatures::SIGNATURES;
use self::source::Source;
use self::typed::TypedModel;
use crate::model::Model;
use crate::model::data::Data;
use crate::rng::random::Random;

/// Stack in bytes that a thread needs which compiles models or runs them, with whatever nesting the limits allow. The
/// program's first thread may have less.
pub const STACK: usize = 32 << 20;

/// Reads a model and makes sure that it means something.
///
/// # Errors
///
/// All mistakes of syntax, or else all mistakes of names and types.
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

/// A model bound to its data: its density for backends, and what is run in `f64` beside it.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// What samplers and backends see.
    pub model: Model,
    /// Generated quantities, and starting points from values.
    pub quantities: Quantities,
    /// What the model printed while it was bound.
    pub printed: Vec<String>,
    /// Whether parameters can break something that the model requires: a constraint, an argument, a `reject`.
    pub rejects: bool,
    /// Where constants matter that Stan leaves out of a density and this program keeps: the posterior may be another one.
    pub constants: Option<source::Span>,
}

/// How a model is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// What random functions of transformed data derive from.
    pub seed: u64,
    /// Whether sums over data become sufficient statistics where they can.
    pub collapse: bool,
    /// Bytes of memory that compiling may take, at least 1; a model that would take more is refused.
    pub memory: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { seed: 0, collapse: true, memory: usize::MAX }
    }
}

/// Reads a model, binds it to its data, and writes its programs. `name` is what messages call it.
///
/// # Errors
/// What is wrong with the text, or what of the data does not fit it.
pub fn compile(source: &Source, data: &Data, name: &str, settings: Settings) -> Result<Compiled, CompileError> {
    let typed = Arc::new(parse_and_check(source)?);
    let limits = Limits::within(settings.memory);
    let bound = compile::bind(&typed, data, Random::of_data(settings.seed), limits)?;
    let written = compile::write(&typed, &bound, limits)?;
    let rejects = written.rejects();
    let (model, parameters, printed) = written.finish(&typed, name, settings.collapse)?;
    let quantities = Quantities::new(Arc::clone(&typed), source.clone(), &bound, parameters)?;
    let printed = bound.printed.into_iter().chain(printed).collect();
    Ok(Compiled { model, quantities, printed, rejects, constants: constants::kept(&typed) })
}

#[cfg(test)]
mod tests;
