//! What the diagnostics of some draws say, wherever the draws come from, and how it is told.
//!
//! Draws flow in; tables for standard output, warnings for standard error and the parts of a JSON object flow out.
//! Deliberately absent: where to print, which the subcommands decide.

use std::io::Write;

use serde_json::Value;

use super::error::CliError;
use crate::diagnostics::correlation::correlation;
use crate::diagnostics::{Finding, Settings, Summary, summarise, verdict_with};
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
    findings: Vec<Finding>,
}

impl Diagnosis {
    /// Of all parameters; superchains must divide the chains. `generated` are those that could not be computed at some
    /// draws.
    pub(super) fn of(
        draws: &Draws,
        superchains: usize,
        settings: &Settings,
        (generated, failures): (&[String], &Failures),
    ) -> Result<Self, CliError> {
        let summary = summarise(draws, superchains, settings).map_err(|error| CliError::plain(error.to_string()))?;
        let names = draws.parameters().to_vec();
        let all: Vec<usize> = (0..names.len()).collect();
        let correlation = (all.len() <= MOST_CORRELATED).then(|| correlation(draws, &all));
        let findings = verdict_with(&summary, failures, generated);
        Ok(Self { summary, names, correlation, findings })
    }

    /// With findings of the sampler's own, which come first: what they say of the draws comes before what draws say.
    pub(super) fn with(mut self, mut findings: Vec<Finding>) -> Self {
        findings.append(&mut self.findings);
        Self { findings, ..self }
    }

    /// Whether the draws should not be trusted. A constant is no harm, unless it is one of the `sampled` parameters,
    /// whose chains have then never moved.
    pub(super) fn is_bad(&self, sampled: &[String]) -> bool {
        self.is_bad_beyond(sampled, &[])
    }

    /// Whether chains disagree about any parameter.
    pub(super) fn has_disagreement(&self) -> bool {
        self.findings.iter().any(is_disagreement)
    }

    /// As [`Self::is_bad`], parameters left out whose chains cannot agree.
    pub(super) fn is_bad_beyond(&self, sampled: &[String], excused: &[String]) -> bool {
        let beyond = |finding: &&Finding| {
            let named = finding.parameters();
            named.is_empty() || named.iter().any(|name| !excused.iter().any(|other| other == name))
        };
        let findings = self.findings.iter().filter(beyond);
        let stuck = |finding: &Finding| {
            finding
                .parameters()
                .iter()
                .any(|name| sampled.iter().any(|other| other == name && !excused.contains(other)))
        };
        findings.into_iter().any(|finding| finding.is_bad() || stuck(finding))
    }

    pub(super) fn summary(&self) -> &Summary {
        &self.summary
    }

    /// The summary and, of several parameters, their correlations.
    pub(super) fn write_tables(&self, out: &mut impl Write, folding: table::Folding<'_>) -> Result<(), CliError> {
        write!(out, "{}", table::summary(&self.summary, folding))?;
        if let Some(matrix) = &self.correlation {
            write!(out, "\nCorrelation\n{}", table::correlation(&self.names, matrix))?;
        }
        Ok(())
    }

    /// The findings in sentences, a paragraph each, and what can be learned from them together: `ridges` unless it is known
    /// that chains are apart for another reason.
    pub(super) fn warnings(&self, ridges: bool) -> String {
        let mut text: String = self.findings.iter().map(warning).collect();
        let matrix = self.correlation.as_deref().filter(|_| ridges);
        if let Some(lesson) = matrix.and_then(|matrix| findings::lesson(&self.findings, &self.names, matrix)) {
            text += &format!("\n{lesson}\n");
        }
        text
    }

    pub(super) fn summary_object(&self) -> Value {
        json::summary(&self.summary)
    }

    /// Null where there is no matrix.
    pub(super) fn correlation_object(&self) -> Value {
        self.correlation.as_ref().map_or(Value::Null, |matrix| json::correlation(&self.names, matrix))
    }

    pub(super) fn warnings_object(&self) -> Value {
        json::warnings(&self.findings, findings::sentence)
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
