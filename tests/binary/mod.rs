//! The program that tests run, and folders for its files.
//!
//! In: arguments. Out: a command, or what it answered.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use assert_cmd::cargo::CommandCargoExt;

/// A directory of a test's own, empty, among those of a suite.
pub fn folder(suite: &str, name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(suite).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::cargo_bin("ridgewalk").unwrap();
    command.args(arguments);
    command
}

pub fn ridgewalk(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}
