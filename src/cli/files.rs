//! Opens what the command line names: models, data, starting points.

use std::fs;
use std::path::Path;

use super::args::Input;
use super::error::CliError;
use super::terminal::colour;
use crate::lang::source::Source;
use crate::lang::{self, Compiled};
use crate::model::data::Data;

/// The text of a model.
pub(super) fn model_text(input: &Input) -> Result<String, CliError> {
    text(&input.model, "the model")
}

/// Reads all data.
pub(super) fn data(input: &Input) -> Result<Data, CliError> {
    let mut data = Data::default();
    for path in &input.data {
        add(&mut data, path)?;
    }
    Ok(data)
}

/// Reads, compiles and binds a model.
pub(super) fn compiled(input: &Input, settings: lang::Settings) -> Result<Compiled, CliError> {
    let source = Source::new(input.model.display().to_string(), model_text(input)?);
    let bound = data(input)?;
    let name = input.model.file_stem().map_or_else(|| "model".to_owned(), |stem| stem.to_string_lossy().into_owned());
    lang::compile(&source, &bound, &name, settings).map_err(|error| {
        let mut picture = error.render(&source, colour());
        if let (lang::CompileError::Data(lang::bind::BindError::Missing { .. }), []) = (&error, &input.data[..]) {
            picture += "no data were given: name them with --data FILE\n";
        }
        CliError::Rendered(picture)
    })
}

/// The parameters' values in a file of starting points.
pub(super) fn starting_values(path: &Path) -> Result<Data, CliError> {
    let mut data = Data::default();
    data.add_json(&text(path, "the starting values")?, &path.display().to_string())
        .map_err(|error| CliError::plain(error.to_string()))?;
    Ok(data)
}

fn add(data: &mut Data, path: &Path) -> Result<(), CliError> {
    let text = text(path, "the data")?;
    let name = path.display().to_string();
    let csv = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
    let added = if csv { data.add_csv(&text, &name) } else { data.add_json(&text, &name) };
    added.map_err(|error| CliError::plain(error.to_string()))
}

fn text(path: &Path, what: &str) -> Result<String, CliError> {
    let bytes =
        fs::read(path).map_err(|error| CliError::plain(format!("cannot read {what} {}: {error}", path.display())))?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        CliError::plain(format!("{what} {} is not UTF-8 text: byte {at} begins no character", path.display()))
    })
}
