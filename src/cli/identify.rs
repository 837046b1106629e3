//! `ridgewalk identify`: which directions the data determine, before or after sampling.

use std::io::Write;

use super::args::Identify;
use super::error::{CliError, Verdict};
use super::files;
use crate::identify::{Settings, analyse};
use crate::lang;
use crate::report::identifiability;
use crate::run::change::changed;

pub(super) fn identify(arguments: &Identify, out: &mut impl Write) -> Result<Verdict, CliError> {
    let language = lang::Settings { seed: arguments.seed, collapse: true };
    let read = files::read(&arguments.input)?;
    let model = read.compiled(language)?.model;
    let likelihood = read.likelihood(language)?;
    let settings = Settings { seed: arguments.seed, ..Settings::default() };
    let mut vary = |change, number| changed(&read.source, &read.data, &likelihood, language, change, number);
    match analyse(&model, &likelihood, &settings, &mut vary) {
        Ok(analysis) => write!(out, "{}", identifiability::findings(&analysis, &model.parameters))?,
        Err(error) => return Err(CliError::plain(error.to_string())),
    }
    Ok(Verdict::Good)
}
