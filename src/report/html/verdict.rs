//! The verdict, first in plain words, then finding by finding.

use crate::diagnostics::Finding;
use crate::math::thousands::thousands;
use crate::report::escape::escape;
use crate::report::findings::{conclusion, lesson, list, sentence};
use crate::report::survey::{Run, Survey};

/// The top of the page.
pub(super) fn verdict(run: &Run<'_>, survey: &Survey) -> String {
    let (headline, words, bad) = judged(survey);
    let findings = &survey.verdict.findings;
    let lesson = lesson(findings, &survey.correlation.0, &survey.correlation.1).filter(|_| !run.copies);
    let mut html = format!(
        "<section class=\"verdict{}\" aria-label=\"Verdict\">\n<strong>{headline}</strong>\n<p>{}",
        if bad { " bad" } else { "" },
        escape(&words)
    );
    for sentence in lesson.iter().chain(&run.notes) {
        html += &format!(" {}", escape(sentence));
    }
    html += "</p>\n";
    if !findings.is_empty() {
        let items = findings.iter().map(|finding| format!("<li>{}</li>\n", escape(&sentence(finding))));
        html += &format!("<ul>\n{}</ul>\n", items.collect::<String>());
    }
    html + "</section>\n"
}

/// A headline, a sentence or two, and whether the draws should not be trusted.
fn judged(survey: &Survey) -> (&'static str, String, bool) {
    let summary = &survey.summary;
    let shape =
        format!("{} of {} each", counted(summary.chains, "chain", "chains"), counted(summary.draws, "draw", "draws"));
    let findings = &survey.verdict.findings;
    let apart = findings.iter().filter(|finding| {
        matches!(
            finding,
            Finding::RHatAbove { .. }
                | Finding::NestedRHatAbove { .. }
                | Finding::Drift { .. }
                | Finding::ShortWarmup { .. }
        )
    });
    let apart = apart.flat_map(Finding::parameters).fold(Vec::new(), |mut names, name| {
        if !names.contains(&name) {
            names.push(name);
        }
        names
    });
    let ending = conclusion(&survey.verdict, survey.bad).map_or_else(String::new, |text| format!(" {text}"));
    if !apart.is_empty() {
        let all = summary.rows.iter().filter(|row| row.is_judged()).count();
        let whom = if apart.len() == all && all > 1 { "any parameter".to_owned() } else { and(&apart) };
        let words = format!(
            "{shape}. They do not agree about {whom}: what the table and the pictures show there is where the chains \
             happened to be, not what is known about the parameter{}.{ending}",
            if apart.len() == 1 { "" } else { "s" }
        );
        return ("The chains have not converged.", words, true);
    }
    if survey.bad {
        return ("Not to be relied on yet.", format!("{shape}.{ending}"), true);
    }
    let headline = match (&survey.verdict.largest_r_hat, &survey.verdict.unchecked[..]) {
        (None, _) => "There is nothing to judge.",
        (Some(_), []) if survey.verdict.has_more_than_constants() => {
            "No problem that makes the draws unreliable was found."
        }
        (Some(_), []) => "No problem was found.",
        (Some(_), _) => "The checks that could be made passed.",
    };
    (headline, format!("{shape}.{ending}"), false)
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
