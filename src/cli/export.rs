//! `ridgewalk export`: stored draws in the formats of other programs.

use super::args::{Export, ExportFormat};
use super::draws::opened;
use super::error::{CliError, Verdict};
use super::terminal::say;
use crate::store::{Layout, export as write};

pub(super) fn export(arguments: &Export) -> Result<Verdict, CliError> {
    let run = opened(&arguments.run)?;
    let layout = match arguments.format {
        ExportFormat::StanCsv => {
            let size = run.facts().map_or(1, |facts| facts.shape.superchain_size);
            Layout::StanCsv { chains: if arguments.superchains { size } else { 1 } }
        }
        ExportFormat::Csv => Layout::Csv,
        ExportFormat::Json => Layout::Json,
    };
    if arguments.superchains && arguments.format != ExportFormat::StanCsv {
        return Err(CliError::plain("--superchains is about the files of --format stan-csv: other formats have one"));
    }
    let files = write(&run, layout, &arguments.out).map_err(CliError::to_be_repeated)?;
    if !arguments.quiet {
        run.notes().iter().for_each(|note| say(&format!("note: {note}\n")));
        let plural = if files.len() == 1 { "" } else { "s" };
        say(&format!("wrote {} file{plural} to {}\n", files.len(), arguments.out.display()));
    }
    Ok(Verdict::Good)
}
