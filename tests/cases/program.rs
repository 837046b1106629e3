//! The program, the files that a test gives it, and what it answers.
//!
//! In: arguments, texts of models and data. Out: outputs of the program, as they are and as JSON.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;

use crate::binary;
pub use crate::binary::{command, ridgewalk};

/// A directory of the test's own, empty.
pub fn folder(name: &str) -> PathBuf {
    binary::folder("cases", name)
}

/// A file in a folder, by its whole name.
pub fn written(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

/// `sample` on the CPU with a fixed seed.
pub fn sample(model: &str, more: &[&str]) -> Output {
    ridgewalk(&[&["sample", model, "--backend", "cpu", "--seed", "1"], more].concat())
}

/// What was said on standard error.
pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Expects a status, and gives what was said.
#[track_caller]
pub fn ended(output: &Output, status: i32) -> String {
    let said = said(output);
    assert_eq!(output.status.code(), Some(status), "{said}");
    said
}

/// Expects status 2 and nothing on standard output, and gives what was said.
#[track_caller]
pub fn refused(output: &Output) -> String {
    assert!(output.stdout.is_empty(), "half-written: {}", String::from_utf8_lossy(&output.stdout));
    ended(output, 2)
}

/// The object on standard output.
#[track_caller]
pub fn object(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", said(output)))
}

/// A number of a parameter's row in the summary of an object.
#[track_caller]
pub fn number(object: &Value, parameter: &str, key: &str) -> f64 {
    let rows = object["summary"].as_array().unwrap();
    let row = rows.iter().find(|row| row["parameter"] == parameter).unwrap_or_else(|| panic!("no row of {parameter}"));
    row[key].as_f64().unwrap_or_else(|| panic!("{key} of {row}"))
}

/// Expects a mean and a standard deviation within `errors` Monte Carlo standard errors, of 100 effective draws at least.
#[track_caller]
pub fn assert_moments(object: &Value, parameter: &str, (mean, sd): (f64, f64), errors: f64) {
    let size = number(object, parameter, "ess_bulk");
    assert!(size > 100.0, "{size} effective draws of {parameter}");
    for (key, error, right) in [("mean", "mcse_mean", mean), ("sd", "mcse_sd", sd)] {
        let (found, error) = (number(object, parameter, key), number(object, parameter, error));
        let z = (found - right) / error;
        assert!(z.abs() < errors, "{key} of {parameter} is {found}, not {right}: {z:.1} standard errors");
    }
}
