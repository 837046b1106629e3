//! What the program must not do again: faults that came to light in use, each run as a user ran it.
//!
//! In: models, data and files that the tests write. Out: exit statuses, sentences, draws and verdicts of the program, all on
//! the CPU.

mod binary;
#[path = "cases/files.rs"]
mod files;
#[path = "cases/packages.rs"]
mod packages;
#[path = "cases/posteriors.rs"]
mod posteriors;
#[path = "cases/precision.rs"]
mod precision;
#[path = "cases/program.rs"]
mod program;
#[path = "cases/rejections.rs"]
mod rejections;
#[path = "cases/verdicts.rs"]
mod verdicts;
