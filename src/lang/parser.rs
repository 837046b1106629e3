//! Tokens to the tree of a model, by recursive descent.
//!
//! In: a [`Source`]. Out: a [`Program`], or what keeps the text from being one. A mistake is noted and the rest of
//! its statement stepped over, so that several are reported at once; where no statement can be told from the next,
//! the reading ends. Absent: names and types.

mod cursor;
mod declaration;
mod expression;
mod function;
mod statement;

use self::cursor::Parser;
use super::ast::{Block, Program};
use super::error::{Error, Errors};
use super::lexer::lex;
use super::source::{Source, Span};
use super::suggest::nearest;

/// Reads a model.
///
/// The empty text is a model without blocks, as in Stan.
///
/// # Errors
///
/// Every mistake of syntax behind which the reading could go on, and the one behind which it could not.
pub fn parse(source: &Source) -> Result<Program, Errors> {
    let mut parser = Parser::new(source, lex(source)?);
    let mut program = Program::default();
    let mut seen: Vec<(Block, Span)> = Vec::new();
    while !parser.at_end() {
        if let Err(error) = block(&mut parser, &mut program, &mut seen) {
            let unknown = matches!(error, Error::UnknownBlock { .. });
            parser.errors.push(error);
            if unknown && parser.at("{") {
                parser.skip_rest(parser.mark());
            } else if parser.block_ahead().is_none() {
                break;
            }
        }
    }
    program.expressions = parser.take_expressions();
    if parser.errors.is_empty() { Ok(program) } else { Err(parser.errors) }
}

fn block(parser: &mut Parser<'_>, program: &mut Program, seen: &mut Vec<(Block, Span)>) -> Result<(), Error> {
    let (block, span) = block_name(parser)?;
    if let Some((_, first)) = seen.iter().copied().find(|(earlier, _)| *earlier == block) {
        parser.errors.push(Error::RepeatedBlock { block, span, first });
    } else if let Some((other, other_span)) = seen.iter().copied().find(|(earlier, _)| *earlier > block) {
        parser.errors.push(Error::BlockOrder { block, span, other, other_span });
    }
    seen.push((block, span));
    match block {
        Block::Functions => program.functions = parser.functions()?,
        Block::Data => program.data = parser.declarations(block)?,
        Block::TransformedData => program.transformed_data = parser.statements()?,
        Block::Parameters => program.parameters = parser.declarations(block)?,
        Block::TransformedParameters => program.transformed_parameters = parser.statements()?,
        Block::Model => program.model = parser.statements()?,
        Block::GeneratedQuantities => program.generated_quantities = parser.statements()?,
    }
    Ok(())
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
