//! `ridgewalk identify`: which directions the data determine, before sampling or, given draws, after it.

use std::io::Write;

use serde_json::{Value, json};

use super::args::Identify;
use super::draws::{self, Found};
use super::error::{CliError, Verdict};
use super::files;
use super::identification::Identification;
use crate::identify::IdentifyError;
use crate::lang;

pub(super) fn identify(arguments: &Identify, out: &mut impl Write) -> Result<Verdict, CliError> {
    let files = files::read(&arguments.input)?;
    // Nothing is sampled.
    let compiled =
        files.compiled(lang::Settings { seed: arguments.seed, collapse: false, ..lang::Settings::default() })?;
    let mut found = match Identification::before(&files, &compiled, arguments.seed) {
        // That is an answer as well.
        Err(CliError::Identify(error @ IdentifyError::NoLikelihood)) => {
            if arguments.json {
                let directions = compiled.model.coordinates.len();
                let object = json!({
                    "model": compiled.model.name,
                    "directions": directions,
                    "determined_directions": 0,
                    "message": error.to_string(),
                });
                writeln!(out, "{object:#}")?;
            } else {
                writeln!(out, "The likelihood determines nothing: {error}.")?;
            }
            return Ok(Verdict::Good);
        }
        other => other?,
    };
    if !arguments.run.is_empty() {
        let Found { loaded, superchains, .. } = draws::read(&arguments.run)?;
        found = found.after(&loaded.draws, superchains)?;
    }
    if arguments.json {
        let mut object = json!({
            "model": compiled.model.name,
            "data": arguments.input.data.iter().map(|path| path.display().to_string()).collect::<Vec<_>>(),
        });
        if let (Some(object), Value::Object(rest)) = (object.as_object_mut(), found.object()) {
            object.extend(rest);
        }
        writeln!(out, "{object:#}")?;
    } else {
        write!(out, "{}", found.passage().text())?;
    }
    Ok(Verdict::Good)
}
