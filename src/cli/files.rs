//! Opens what the command line names: models, data, starting points.

use std::path::{Path, PathBuf};

use super::args::{Includes, Input};
use super::error::CliError;
use super::terminal::colour;
use super::{memory, text};
use crate::lang::source::{File, Source};
use crate::lang::{self, Compiled, include};
use crate::model::data::Data;
use crate::model::likelihood::Likelihood;

/// A model and its data, read.
pub(super) struct Files {
    pub source: Source,
    pub data: Data,
    name: String,
}

/// Reads a model and its data.
pub(super) fn read(input: &Input) -> Result<Files, CliError> {
    read_from(&input.model, &input.data, &input.includes)
}

/// The same, from paths.
pub(super) fn read_from(model: &Path, paths: &[PathBuf], includes: &Includes) -> Result<Files, CliError> {
    Ok(Files { source: source(model, includes)?, data: data(paths)?, name: model_name(model) })
}

impl Files {
    /// A model and its data that have been read elsewhere.
    pub(super) fn of(source: Source, data: Data, name: String) -> Self {
        Self { source, data, name }
    }

    /// Compiles the model and binds it.
    pub(super) fn compiled(&self, settings: lang::Settings) -> Result<Compiled, CliError> {
        let settings = lang::Settings { memory: memory::free(), ..settings };
        lang::compile(&self.source, &self.data, &self.name, settings).map_err(|error| self.picture(&error))
    }

    /// Takes the model apart into prior and likelihood.
    pub(super) fn likelihood(&self, settings: lang::Settings) -> Result<Likelihood, CliError> {
        let settings = lang::Settings { memory: memory::free(), ..settings };
        lang::likelihood(&self.source, &self.data, settings).map_err(|error| self.picture(&error))
    }

    /// An error with the place in the model that it is about.
    pub(super) fn picture(&self, error: &lang::CompileError) -> CliError {
        let mut picture = error.render(&self.source, colour());
        let missing = matches!(error, lang::CompileError::Data(lang::bind::BindError::Missing { .. }));
        if missing && self.data.names().next().is_none() {
            picture += "no data were given: name them with --data FILE\n";
        }
        CliError::Rendered(picture)
    }
}

/// Reads, compiles and binds a model.
pub(super) fn compiled(input: &Input, settings: lang::Settings) -> Result<Compiled, CliError> {
    read(input)?.compiled(settings)
}

/// The text of a model, with the files that it includes.
pub(super) fn source(model: &Path, includes: &Includes) -> Result<Source, CliError> {
    const MOST: u64 = include::MOST as u64;
    let text = text::read(model, "the model", MOST)?;
    let mut find = |wanted: &str, holder: &str| {
        let beside = Path::new(holder).parent().map(Path::to_owned);
        let folders = || includes.include_path.iter().cloned().chain(beside.clone());
        // As stanc has it, a name that begins with `/` is one below the folders as well.
        let below = wanted.trim_start_matches('/');
        let Some(path) = folders().map(|folder| folder.join(below)).find(|path| path.is_file()) else {
            let looked: Vec<String> = folders().map(|folder| shown(&folder)).collect();
            return Err(format!(
                "there is no file `{wanted}` in {}: name its folder with --include-path",
                looked.join(", ")
            ));
        };
        let text = text::read(&path, "the included file", MOST).map_err(|error| error.to_string())?;
        Ok(File { name: path.display().to_string(), text })
    };
    include::expand(&model.display().to_string(), &text, &mut find)
        .map_err(|error| CliError::Rendered(error.render(colour())))
}

/// A folder as a sentence names it.
fn shown(folder: &Path) -> String {
    if folder.as_os_str().is_empty() { "the current folder".to_owned() } else { folder.display().to_string() }
}

/// What a model is called: as its file is.
pub(super) fn model_name(model: &Path) -> String {
    model.file_stem().map_or_else(|| "model".to_owned(), |stem| stem.to_string_lossy().into_owned())
}

/// The data of some files together.
pub(super) fn data(paths: &[PathBuf]) -> Result<Data, CliError> {
    let mut data = Data::default();
    paths.iter().try_for_each(|path| add(&mut data, path))?;
    Ok(data)
}

fn add(data: &mut Data, path: &Path) -> Result<(), CliError> {
    let text = numbers(path, "the data")?;
    let name = path.display().to_string();
    let csv = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
    let added = if csv { data.add_csv(&text, &name) } else { data.add_json(&text, &name) };
    added.map_err(|error| CliError::plain(error.to_string()))
}

/// The text of data or starting values, of which a number takes up to sixteen times the room of its digits.
pub(super) fn numbers(path: &Path, what: &str) -> Result<String, CliError> {
    const MOST: u64 = 4 << 30;
    let most = MOST.min(memory::free() as u64 / 16);
    text::read(path, what, most)
}
