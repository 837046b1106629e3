//! What the diagnostics of some draws say, wherever the draws come from, and how it is told.
//!
//! Draws flow in; tables for standard output, warnings for standard error and the parts of a JSON object flow out.
//! Deliberately absent: where to print, which the subcommands decide.

use std::io::Write;

use serde_json::Value;

use super::error::CliError;
use super::terminal::say;
use crate::diagnostics::correlation::correlation;
use crate::diagnostics::{Check, Finding, History, Settings, Summary, Verdict, summarise, verdict_with};
use crate::draws::{Draws, Failures};
use crate::identify::convergence::is_disagreement;
use crate::report::{findings, table};
use crate::store::json;

/// Beyond this many parameters there is no correlation matrix: it takes time and room with the square of their number.
const MOST_CORRELATED: usize = 100;

pub(super) struct Diagnosis {
    summary: Summary,
    names: Vec<String>,
    /// `[parameter, parameter]`; none of too many parameters.
    correlation: Option<Vec<f64>>,
    verdict: Verdict,
}

impl Diagnosis {
    /// Of all parameters; superchains must divide the chains. `generated` are those that could not be computed at some
    /// draws.
    pub(super) fn of(
        draws: &Draws,
        superchains: usize,
        history: History,
        settings: &Settings,
        (generated, failures): (&[String], &Failures),
    ) -> Result<Self, CliError> {
        let summary = summarise(draws, superchains, settings).map_err(|error| CliError::plain(error.to_string()))?;
        let names = draws.parameters().to_vec();
        let all: Vec<usize> = (0..names.len()).collect();
        let correlation = (all.len() <= MOST_CORRELATED).then(|| correlation(draws, &all));
        let verdict = verdict_with(&summary, history, failures, generated);
        Ok(Self { summary, names, correlation, verdict })
    }

    /// With findings of the sampler's own, which come first, and what could not be checked of it.
    pub(super) fn with(mut self, findings: Vec<Finding>, unchecked: Vec<Check>) -> Self {
        self.verdict.findings.splice(0..0, findings);
        self.verdict.unchecked.extend(unchecked);
        self
    }

    /// Whether the draws should not be trusted, those of `sampled` parameters above all.
    pub(super) fn is_bad(&self, sampled: &[String]) -> bool {
        self.verdict.is_bad(sampled)
    }

    /// Whether chains disagree about any parameter.
    pub(super) fn has_disagreement(&self) -> bool {
        self.verdict.findings.iter().any(is_disagreement)
    }

    /// As [`Self::is_bad`], parameters left out whose chains cannot agree.
    pub(super) fn is_bad_beyond(&self, sampled: &[String], excused: &[String]) -> bool {
        self.verdict.is_bad_beyond(sampled, excused)
    }

    pub(super) fn summary(&self) -> &Summary {
        &self.summary
    }

    /// The summary of draws that are of no chain.
    pub(super) fn of_independent(&self) -> Summary {
        let mut summary = self.summary.clone();
        for row in &mut summary.rows {
            for number in [&mut row.mcse_mean, &mut row.mcse_sd, &mut row.ess_bulk, &mut row.ess_tail, &mut row.r_hat] {
                *number = f64::NAN;
            }
            row.r_hat_nested = None;
        }
        summary
    }

    /// The summary and, of several parameters, their correlations.
    pub(super) fn write_tables(&self, out: &mut impl Write, folding: table::Folding<'_>) -> Result<(), CliError> {
        write!(out, "{}", table::summary(&self.summary, folding))?;
        if let Some(matrix) = &self.correlation {
            write!(out, "\nCorrelation\n{}", table::correlation(&self.names, matrix))?;
        }
        Ok(())
    }

    /// Says what was found, and how the verdict ends: with the ridge that chains walk along, unless `ridges` is false, since
    /// it is known that chains are apart for another reason.
    pub(super) fn say(&self, sampled: &[String], ridges: bool, quiet: bool) {
        let matrix = self.correlation.as_deref().filter(|_| ridges).map(|matrix| (&self.names[..], matrix));
        say_verdict(&self.verdict, matrix, sampled, quiet);
    }

    pub(super) fn summary_object(&self) -> Value {
        json::summary(&self.summary)
    }

    /// Null where there is no matrix.
    pub(super) fn correlation_object(&self) -> Value {
        self.correlation.as_ref().map_or(Value::Null, |matrix| json::correlation(&self.names, matrix))
    }

    pub(super) fn warnings_object(&self, sampled: &[String]) -> Value {
        json::warnings(&self.verdict.findings, sampled, findings::sentence)
    }

    pub(super) fn verdict_object(&self, sampled: &[String]) -> Value {
        verdict_object(&self.verdict, self.is_bad(sampled))
    }
}

/// A finding as a paragraph, with a picture of the place in the model where it has one.
pub(super) fn warning(finding: &Finding) -> String {
    let picture = match finding {
        Finding::GeneratedQuantities { failures: Failures { first: Some(first), .. } } => &first.picture,
        _ => "",
    };
    format!("\nwarning: {}\n{picture}", findings::sentence(finding))
}

/// Says what was found, in sentences, a paragraph each, what can be learned from it with the names and the matrix of
/// correlations, and how the verdict ends. Warnings are said in any case, the rest unless asked to be `quiet`. `sampled` are
/// the parameters that chains move.
pub(super) fn say_verdict(verdict: &Verdict, matrix: Option<(&[String], &[f64])>, sampled: &[String], quiet: bool) {
    let (mut text, findings) = (String::new(), &verdict.findings);
    for finding in findings {
        if !finding.is_remark(sampled) {
            text += &warning(finding);
        } else if !quiet {
            text += &format!("\nnote: {}\n", findings::sentence(finding));
        }
    }
    if !quiet {
        let lesson = matrix.and_then(|(names, matrix)| findings::lesson(findings, names, matrix));
        let ending = lesson.into_iter().chain(findings::conclusion(verdict, verdict.is_bad(sampled)));
        text.extend(ending.map(|sentence| format!("\n{sentence}\n")));
    }
    say(&text);
}

/// The entry `verdict` of the JSON object.
pub(super) fn verdict_object(verdict: &Verdict, bad: bool) -> Value {
    json::verdict(verdict, bad, findings::conclusion(verdict, bad).as_deref())
}
