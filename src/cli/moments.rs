//! `ridgewalk sample --keep moments`: what a run tells of whose draws only moments are left.
//!
//! Deliberately absent: how the run went, which `sample` tells of every run.

use std::io::Write;

use serde_json::{Value, json};

use super::error::CliError;
use crate::diagnostics::Finding;
use crate::diagnostics::chain_moments::{MomentSummary, products};
use crate::report::{findings, table};
use crate::store::json::{self, number};

/// As many draws as take the memory of a chain's moments, about.
pub(super) fn equivalent(parameters: usize) -> u32 {
    // Sums and their compensations on their way, and the sums of both halves with the origin.
    (4 * (parameters + products(parameters)) / parameters.max(1) + 2) as u32
}

/// The summary and, of several parameters, their correlations.
pub(super) fn write_tables(summary: &MomentSummary, names: &[String], out: &mut impl Write) -> Result<(), CliError> {
    write!(out, "{}", table::moments(summary))?;
    if let Some(matrix) = summary.correlation.as_ref().filter(|_| names.len() > 1) {
        write!(out, "\nCorrelation\n{}", table::correlation(names, matrix))?;
    }
    Ok(())
}

/// The findings in sentences, a paragraph each, and what can be learned from them together.
pub(super) fn warnings(summary: &MomentSummary, names: &[String], found: &[Finding]) -> String {
    let mut text: String =
        found.iter().map(|finding| format!("\nwarning: {}\n", findings::sentence(finding))).collect();
    let matrix = summary.correlation.as_deref();
    if let Some(lesson) = matrix.and_then(|matrix| findings::lesson(found, names, matrix)) {
        text += &format!("\n{lesson}\n");
    }
    text
}

/// The entries `summary`, `correlation` and `warnings` of the JSON object.
pub(super) fn entries(summary: &MomentSummary, names: &[String], found: &[Finding]) -> [(&'static str, Value); 3] {
    let rows = summary.rows.iter().map(|row| {
        json!({
            "parameter": row.parameter,
            "mean": number(row.mean),
            "sd": number(row.sd),
            "mcse_mean": number(row.mcse_mean),
            "ess": number(row.ess),
            "r_hat": number(row.r_hat),
            "r_hat_nested": row.r_hat_nested.map_or(Value::Null, number),
        })
    });
    let correlation = summary.correlation.as_ref().map_or(Value::Null, |matrix| json::correlation(names, matrix));
    [("summary", rows.collect()), ("correlation", correlation), ("warnings", json::warnings(found, findings::sentence))]
}
