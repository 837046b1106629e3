//! `ridgewalk merge`: parts of a run become the whole.

use super::args::Merge;
use super::error::{CliError, Verdict};
use super::terminal::say;
use crate::store;

pub(super) fn merge(arguments: &Merge) -> Result<Verdict, CliError> {
    let facts = store::merge(&arguments.runs, &arguments.out).map_err(CliError::to_be_repeated)?;
    if !arguments.quiet {
        let (shape, out) = (&facts.shape, arguments.out.display());
        say(&format!("{out}: {} chains of {} draws from {} runs\n", shape.chains, shape.draws, arguments.runs.len()));
    }
    Ok(Verdict::Good)
}
