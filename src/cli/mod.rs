//! Floor 6: the command line. [`args`] is what was typed, [`request`] what it means; each subcommand has a file.
//!
//! Results go to standard output, progress and warnings to standard error. The exit status is 0 when the command did
//! its work, 1 when a check failed (`check`, or `--strict` with bad diagnostics), 2 when the command, the model or the
//! data cannot be used. Only this room prints, and only it and `store` open files.

mod adapters;
mod allowance;
pub mod args;
mod bench;
mod bench_report;
mod check;
mod compile;
mod diagnosis;
mod draws;
mod error;
mod export;
mod files;
mod functions;
mod gpus;
mod graph;
mod identification;
mod identify;
mod init;
mod interrupt;
mod job;
mod memory;
mod merge;
mod method;
mod moments;
mod progress;
mod report;
mod request;
mod sample;
mod selection;
mod simulate;
mod stored;
mod summary;
mod terminal;
mod text;
mod threads;
mod trajectories;

use std::ffi::OsString;
use std::io::Write;
use std::panic::resume_unwind;
use std::process::ExitCode;

use clap::Parser;

use self::args::{Arguments, Command};
use self::error::{CliError, Verdict};
use self::terminal::{Results, say};
use crate::lang;

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
    // The first thread's stack is whatever the system gives; models are nested as deep as their limits allow.
    let pool = rayon::ThreadPoolBuilder::new().stack_size(lang::STACK).num_threads(threads::count()).build_global();
    let refused = match pool {
        Ok(()) => match std::thread::Builder::new().stack_size(lang::STACK).spawn(move || command(&arguments)) {
            Ok(thread) => return thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
            Err(error) => error.to_string(),
        },
        Err(error) => error.to_string(),
    };
    say(&format!("error: threads cannot be started: {refused}\n"));
    ExitCode::from(2)
}

/// Runs a command to its end.
fn command(arguments: &Arguments) -> ExitCode {
    let mut out = Results::new();
    let result = match &arguments.command {
        Command::Sample(sample) => sample::sample(sample, &mut out),
        Command::Summary(summary) => summary::summary(summary, &mut out),
        Command::Report(report) => report::report(report, &mut out),
        Command::Graph(graph) => graph::graph(graph, &mut out),
        Command::Identify(identify) => identify::identify(identify, &mut out),
        Command::Merge(arguments) => merge::merge(arguments),
        Command::Export(arguments) => export::export(arguments),
        Command::Check(check) => check::check(check, &mut out),
        Command::Compile(compile) => compile::compile(compile, &mut out),
        Command::Bench(bench) => bench::bench(bench, &mut out),
        Command::Functions => functions::functions(&mut out),
        Command::Adapters(adapters) => adapters::adapters(adapters, &mut out),
    };
    match result.and_then(|verdict| Ok(out.flush().map(|()| verdict)?)) {
        Ok(Verdict::Good) => ExitCode::SUCCESS,
        Ok(Verdict::Bad) => ExitCode::from(1),
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
