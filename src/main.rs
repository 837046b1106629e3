//! The program: arguments to [`ridgewalk::cli::run`], its answer to an exit status.

use std::process::ExitCode;

fn main() -> ExitCode {
    ridgewalk::cli::run(std::env::args_os())
}
