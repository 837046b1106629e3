//! Tokens to the tree of a model, by recursive descent.
//!
//! In: a [`Source`]. Out: a [`Program`], or what keeps the text from being one. A feature that is not
//! supported is noted and stepped over, so that all of them are reported at once; a mistake of syntax
//! ends the reading, because everything after it would be guesswork. Absent: names and types.

mod cursor;
mod declaration;
mod expression;
mod statement;

use self::cursor::Parser;
use super::ast::{Block, Program};
use super::error::{Error, Errors};
use super::feature::Feature;
use super::lexer::lex;
use super::source::{Source, Span};
use super::suggest::nearest;

/// Reads a model.
///
/// The empty text is a model without blocks, as in Stan.
///
/// # Errors
///
/// Every unsupported feature up to the first mistake of syntax, and that mistake.
pub fn parse(source: &Source) -> Result<Program, Errors> {
    let mut parser = Parser::new(source, lex(source)?);
    let mut errors = Errors::default();
    match program(&mut parser, &mut errors) {
        Ok(program) if errors.is_empty() => Ok(program),
        Ok(_) => Err(errors),
        Err(error) => {
            errors.push(error);
            Err(errors)
        }
    }
}

fn program(parser: &mut Parser<'_>, errors: &mut Errors) -> Result<Program, Error> {
    let mut program = Program::default();
    let mut seen: Vec<(Block, Span)> = Vec::new();
    while !parser.at_end() {
        let (block, span) = block_name(parser)?;
        if let Some((_, first)) = seen.iter().copied().find(|(earlier, _)| *earlier == block) {
            return Err(Error::RepeatedBlock { block, span, first });
        }
        if let Some((other, other_span)) = seen.iter().copied().find(|(earlier, _)| *earlier > block) {
            return Err(Error::BlockOrder { block, span, other, other_span });
        }
        seen.push((block, span));
        match block {
            Block::Data => program.data = parser.declarations(block, errors)?,
            Block::Parameters => program.parameters = parser.declarations(block, errors)?,
            Block::TransformedParameters => program.transformed_parameters = parser.statements(errors)?,
            Block::Model => program.model = parser.statements(errors)?,
            Block::Functions | Block::TransformedData | Block::GeneratedQuantities => {
                errors.push(Error::Unsupported { feature: Feature::Block(block), span });
                parser.skip_braces()?;
            }
        }
    }
    program.expressions = parser.take_expressions();
    Ok(program)
}

/// One word or two, and where they stand.
fn block_name(parser: &mut Parser<'_>) -> Result<(Block, Span), Error> {
    let Some(first) = parser.peek_word() else {
        return Err(parser.expected("a program block such as `model`"));
    };
    let start = parser.bump().span;
    let (name, span) = match (first, parser.peek_word()) {
        ("transformed" | "generated", Some(second)) => (format!("{first} {second}"), start.to(parser.bump().span)),
        _ => (first.to_owned(), start),
    };
    match Block::ALL.into_iter().find(|block| block.name() == name) {
        Some(block) => Ok((block, span)),
        None => Err(Error::UnknownBlock {
            suggestion: nearest(&name, Block::ALL.map(Block::name)).map(str::to_owned),
            name,
            span,
        }),
    }
}

#[cfg(test)]
mod tests;
