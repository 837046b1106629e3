//! Floor 6: the command line. [`args`] is what was typed, [`request`] what it means; each subcommand has a file.
//!
//! Results go to standard output, progress and warnings to standard error. The exit status is 0 when the command did
//! its work, 1 when a check failed (`check`, or `--strict` with bad diagnostics), 2 when the command, the model or the
//! data cannot be used. Only this room prints, and only it and `store` open files.

mod adapters;
pub mod args;
mod check;
mod compile;
mod diagnosis;
mod files;
mod memory;
mod progress;
mod request;
mod sample;
mod selection;
mod summary;

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::Parser;

use self::args::{Arguments, Command};
use crate::backend;
use crate::run::RunError;
use crate::store::draws_csv::ReadError;

/// What a command that did its work says about what it found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Good,
    Bad,
}

/// Why a command could not do its work.
#[derive(Debug, thiserror::Error)]
enum CliError {
    /// A sentence is all there is to say.
    #[error("{0}")]
    Plain(String),
    /// A picture that says it all.
    #[error("{0}")]
    Rendered(String),
    #[error(transparent)]
    Run(#[from] RunError),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Backend(#[from] backend::Error),
    #[error(transparent)]
    Gpu(#[from] backend::gpu::Error),
    /// The reader of the results has gone, or the disk is full.
    #[error("cannot write the results: {0}")]
    Output(#[from] io::Error),
}

impl CliError {
    fn plain(sentence: impl Into<String>) -> Self {
        Self::Plain(sentence.into())
    }
}

/// Runs a command line, program name first, and says how it went.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are results; anything else is a command that cannot be used.
            let status = if error.use_stderr() { 2 } else { 0 };
            return match error.print() {
                Ok(()) => ExitCode::from(status),
                Err(_) => ExitCode::from(status),
            };
        }
    };
    let mut out = io::stdout().lock();
    let result = match &arguments.command {
        Command::Sample(sample) => sample::sample(sample, &mut out),
        Command::Summary(summary) => summary::summary(summary, &mut out),
        Command::Check(check) => check::check(check, &mut out),
        Command::Compile(compile) => compile::compile(compile, &mut out),
        Command::Adapters(adapters) => adapters::adapters(adapters, &mut out),
    };
    match result.and_then(|verdict| Ok(out.flush().map(|()| verdict)?)) {
        Ok(Verdict::Good) => ExitCode::SUCCESS,
        Ok(Verdict::Bad) => ExitCode::from(1),
        // Whoever read the results has seen enough, as `head` does.
        Err(CliError::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(CliError::Rendered(picture)) => {
            say(&picture);
            ExitCode::from(2)
        }
        Err(error) => {
            say(&format!("error: {error}\n"));
            ExitCode::from(2)
        }
    }
}

/// Whether pictures on standard error may be coloured: a terminal, and no wish against it (<https://no-color.org>).
fn colour() -> bool {
    io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Writes to standard error. If that is closed there is nobody to tell.
fn say(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}
