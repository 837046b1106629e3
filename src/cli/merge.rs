//! `ridgewalk merge`: parts of a run become the whole.

use super::args::Merge;
use super::error::{CliError, Verdict};
use super::terminal::say;
use crate::store;

pub(super) fn merge(arguments: &Merge) -> Result<Verdict, CliError> {
    store::StoreError::check_path(&arguments.out)?;
    let facts = store::merge(&arguments.runs, &arguments.out)?;
    if !arguments.quiet {
        let (shape, out) = (&facts.shape, arguments.out.display());
        say(&format!("{out}: {} chains of {} draws from {} runs\n", shape.chains, shape.draws, arguments.runs.len()));
    }
    Ok(Verdict::Good)
}
