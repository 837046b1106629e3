//! `ridgewalk sample --keep moments`: what a run tells of whose draws only moments are left.
//!
//! Deliberately absent: how the run went, which `sample` tells of every run.

use std::io::Write;
use std::time::Instant;

use serde_json::{Value, json};

use super::diagnosis::{say_verdict, verdict_object};
use super::error::{CliError, Verdict};
use super::job::{Job, closing, object};
use super::progress::Progress;
use super::{method, request};
use crate::backend::Backend;
use crate::diagnostics::chain_moments::{MomentSummary, products};
use crate::report::{findings, table};
use crate::run::moments::{Gathered, gather};
use crate::store::json::{self, number};

/// As many draws as take the memory of a chain's moments, about.
pub(super) fn equivalent(parameters: usize) -> u32 {
    // Sums and their compensations on their way, and the sums of both halves with the origin.
    (4 * (parameters + products(parameters)) / parameters.max(1) + 2) as u32
}

/// Runs the chains and prints what their moments say.
pub(super) fn sample(
    job: &Job<'_>,
    backend: &mut dyn Backend,
    progress: &Progress<'_>,
    out: &mut impl Write,
) -> Result<Verdict, CliError> {
    if !job.compiled.quantities.is_empty() {
        job.tell("note: generated quantities are made of draws: with --keep moments there are none\n");
    }
    let watch = &mut |phase, done, total| progress.report(phase, done, total);
    let gathered = gather(job.model(), backend, job.settings, watch);
    progress.finish();
    let Gathered { moments, outcome } = gathered?;
    let clock = Instant::now();
    let summary = MomentSummary::of(&moments, job.superchains());
    let mut verdict = summary.verdict(job.history());
    verdict.findings.splice(0..0, method::findings(&outcome, request::method(&job.sample.stepping)));
    let sampled = &job.model().coordinates[..];
    let bad = verdict.is_bad(sampled);
    let names = &job.model().parameters;
    if job.sample.json {
        let told = entries(&summary, names, json::warnings(&verdict.findings, sampled, findings::sentence));
        let mut object = object(job, &outcome, told, clock.elapsed().as_secs_f64());
        if let Some(map) = object.as_object_mut() {
            map.insert("verdict".into(), verdict_object(&verdict, bad));
        }
        writeln!(out, "{object:#}")?;
    } else {
        job.tell(&closing(job.settings, &outcome, job.model()));
        write_tables(&summary, names, out)?;
        let matrix = summary.correlation.as_deref().map(|matrix| (&names[..], matrix));
        say_verdict(&verdict, matrix, sampled, job.sample.quiet);
    }
    Ok(if job.sample.strict && bad { Verdict::Bad } else { Verdict::Good })
}

/// The summary and, of several parameters, their correlations.
fn write_tables(summary: &MomentSummary, names: &[String], out: &mut impl Write) -> Result<(), CliError> {
    write!(out, "{}", table::moments(summary))?;
    if let Some(matrix) = summary.correlation.as_ref().filter(|_| names.len() > 1) {
        write!(out, "\nCorrelation\n{}", table::correlation(names, matrix))?;
    }
    Ok(())
}

/// The entries `summary`, `correlation` and `warnings` of the JSON object.
fn entries(summary: &MomentSummary, names: &[String], warnings: Value) -> [(&'static str, Value); 3] {
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
    [("summary", rows.collect()), ("correlation", correlation), ("warnings", warnings)]
}
