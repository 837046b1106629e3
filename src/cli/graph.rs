//! `ridgewalk graph`: a model as a graph, in DOT or as a picture.

use std::io::Write;

use super::args::{Graph, GraphFormat};
use super::error::{CliError, Verdict};
use super::files;
use super::terminal::colour;
use crate::lang::parse_and_check;
use crate::lang::source::Source;
use crate::lang::structure::{Structure, structure};
use crate::model::data::Data;
use crate::report::graph::{dot, svg};
use crate::report::picture::Picture;

pub(super) fn graph(arguments: &Graph, out: &mut impl Write) -> Result<Verdict, CliError> {
    let source = files::source(&arguments.input.model, &arguments.input.includes)?;
    let structure = of(&source, &files::data(&arguments.input.data)?)?;
    let name = files::model_name(&arguments.input.model);
    match arguments.format {
        GraphFormat::Dot => write!(out, "{}", dot::dot(&structure, &name))?,
        GraphFormat::Svg => match svg::picture(&structure, &name) {
            Some(picture) => write!(out, "{}", picture.file())?,
            None => return Err(CliError::plain("the model has no variables: there is nothing to draw")),
        },
    }
    Ok(Verdict::Good)
}

/// The picture of a model that has been used already.
pub(super) fn picture(source: &Source, data: &Data, name: &str) -> Result<Option<Picture>, CliError> {
    Ok(svg::picture(&of(source, data)?, name))
}

fn of(source: &Source, data: &Data) -> Result<Structure, CliError> {
    let model = parse_and_check(source).map_err(|errors| CliError::Rendered(errors.render(source, colour())))?;
    Ok(structure(&model, source, Some(data)))
}
