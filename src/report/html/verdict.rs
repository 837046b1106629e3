//! The verdict, first in plain words, then finding by finding.

use crate::diagnostics::Finding;
use crate::report::escape::escape;
use crate::report::findings::{lesson, list, sentence};
use crate::report::quantity::thousands;
use crate::report::survey::{Run, Survey};

/// The top of the page.
pub(super) fn verdict(run: &Run<'_>, survey: &Survey) -> String {
    let (headline, words, bad) = judged(survey);
    let lesson = lesson(&survey.findings, &survey.correlation.0, &survey.correlation.1).filter(|_| !run.copies);
    let mut html = format!(
        "<section class=\"verdict{}\" aria-label=\"Verdict\">\n<strong>{headline}</strong>\n<p>{}",
        if bad { " bad" } else { "" },
        escape(&words)
    );
    for sentence in lesson.iter().chain(&run.notes) {
        html += &format!(" {}", escape(sentence));
    }
    html += "</p>\n";
    if !survey.findings.is_empty() {
        let items = survey.findings.iter().map(|finding| format!("<li>{}</li>\n", escape(&sentence(finding))));
        html += &format!("<ul>\n{}</ul>\n", items.collect::<String>());
    }
    html + "</section>\n"
}

/// A headline, a sentence or two, and whether the draws should not be trusted.
fn judged(survey: &Survey) -> (&'static str, String, bool) {
    let summary = &survey.summary;
    let shape =
        format!("{} of {} each", counted(summary.chains, "chain", "chains"), counted(summary.draws, "draw", "draws"));
    let apart: Vec<&str> = survey
        .findings
        .iter()
        .filter(|finding| {
            matches!(finding, Finding::RHatAbove { .. } | Finding::NestedRHatAbove { .. } | Finding::Drift { .. })
        })
        .flat_map(Finding::parameters)
        .fold(Vec::new(), |mut names, name| {
            if !names.contains(&name) {
                names.push(name);
            }
            names
        });
    if !apart.is_empty() {
        let all = summary.rows.iter().filter(|row| !row.constant).count();
        let whom = if apart.len() == all && all > 1 { "any parameter".to_owned() } else { and(&apart) };
        let words = format!(
            "{shape}. They do not agree about {whom}: what the table and the pictures show there is where the chains \
             happened to be, not what is known about the parameter{}.",
            if apart.len() == 1 { "" } else { "s" }
        );
        return ("The chains have not converged.", words, true);
    }
    let worst = summary.rows.iter().map(|row| row.r_hat).fold(f64::NAN, f64::max);
    let least = summary.rows.iter().filter(|row| !row.constant).map(|row| row.ess_bulk.min(row.ess_tail));
    let least = least.fold(f64::NAN, f64::min);
    let agreement = if worst.is_nan() {
        String::new()
    } else {
        let rows = counted(summary.rows.len(), "parameter", "parameters");
        format!(
            " They agree about {}: R-hat is at most {worst:.3}, and each parameter has at least {least:.0} effective draws.",
            if summary.rows.len() == 1 { "the one parameter".to_owned() } else { format!("all {rows}") }
        )
    };
    if survey.findings.iter().any(Finding::is_bad) {
        let words = format!("{shape}.{agreement} But not everything is as it should be:");
        return ("Not to be relied on yet.", words, true);
    }
    let words = format!("{shape}.{agreement} Nothing speaks against these draws.");
    ("The chains have converged, as far as they can tell.", words, false)
}

/// Names as a sentence has them: with an "and" before the last of a few.
fn and(names: &[&str]) -> String {
    match names {
        [first @ .., last] if (1..8).contains(&first.len()) => format!("{} and {last}", first.join(", ")),
        names => list(names, |name| (*name).to_owned()),
    }
}

/// A number of things, its thousands apart.
fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{} {}", thousands(count), if count == 1 { one } else { many })
}
