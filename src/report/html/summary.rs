//! The summary as a table to sort and filter, the worst parameter first.

use std::collections::HashSet;

use super::parts::section;
use crate::diagnostics::{Finding, Row};
use crate::math::thousands::thousands;
use crate::report::escape::escape;
use crate::report::survey::Survey;
use crate::report::table::{estimate, number, significant};

/// Bytes of rows; a row takes about 250.
const MOST_OF_ROWS: usize = 350_000;

/// The table; the first `pictured` parameters have pictures to lead to.
pub(super) fn summary(survey: &Survey, pictured: usize) -> String {
    let summary = &survey.summary;
    let nested = summary.rows.iter().any(|row| row.r_hat_nested.is_some());
    let [low, high] = summary.interval.names();
    let mut names =
        vec!["parameter", "mean", "sd", &low, &high, "mcse_mean", "mcse_sd", "ess_bulk", "ess_tail", "r_hat"];
    if nested {
        names.push("r_hat_nested");
    }
    let heads: String = names
        .iter()
        .map(|name| {
            let sorted = if *name == "r_hat" { " aria-sort=\"descending\"" } else { "" };
            format!("<th scope=\"col\"{sorted}><button type=\"button\">{name}</button></th>")
        })
        .collect();
    let flagged = Flagged::of(&survey.verdict.findings);
    let mut rows = String::new();
    let mut shown = 0;
    for (place, &index) in survey.order.iter().enumerate() {
        let row = row(&summary.rows[index], (place < pictured).then_some(place), nested, &flagged);
        if rows.len() + row.len() > MOST_OF_ROWS {
            break;
        }
        rows += &row;
        shown += 1;
    }
    let rest = match survey.order.len() - shown {
        0 => String::new(),
        rest => format!(
            "<p>{} more parameters are left out to keep this page small: none has a larger r_hat. <code>ridgewalk \
             summary</code> shows them all.</p>\n",
            thousands(rest)
        ),
    };
    let content = format!(
        "<label>Filter by name <input id=\"filter\" type=\"search\" autocomplete=\"off\" spellcheck=\"false\"></label> \
         <output id=\"shown\" for=\"filter\"></output>\n\
         <div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Summary table\">\n<table>\n<thead><tr>{heads}</tr>\
         </thead>\n<tbody>\n{rows}</tbody>\n</table>\n</div>\n{rest}"
    );
    section("summary", "Summary", &content)
}

/// Which parameters the findings are about, by the column that shows it.
struct Flagged<'a> {
    r_hat: HashSet<&'a str>,
    nested: HashSet<&'a str>,
    bulk: HashSet<&'a str>,
    tail: HashSet<&'a str>,
}

impl<'a> Flagged<'a> {
    fn of(findings: &'a [Finding]) -> Self {
        let about = |codes: &[&str]| -> HashSet<&'a str> {
            findings.iter().filter(|finding| codes.contains(&finding.code())).flat_map(Finding::parameters).collect()
        };
        Self {
            r_hat: about(&["r_hat_above"]),
            nested: about(&["nested_r_hat_above"]),
            bulk: about(&["ess_bulk_below"]),
            tail: about(&["ess_tail_below"]),
        }
    }
}

fn row(row: &Row, picture: Option<usize>, nested: bool, flagged: &Flagged<'_>) -> String {
    let name = escape(&row.parameter);
    let link = picture.map_or_else(|| name.clone(), |place| format!("<a href=\"#p{place}\">{name}</a>"));
    let none = HashSet::new();
    let mut cells = vec![
        (estimate(row.mean, row.mcse_mean), &none),
        (estimate(row.sd, row.mcse_mean), &none),
        (estimate(row.interval.0, row.mcse_mean), &none),
        (estimate(row.interval.1, row.mcse_mean), &none),
        (significant(row.mcse_mean), &none),
        (significant(row.mcse_sd), &none),
        (number(row.ess_bulk, 0), &flagged.bulk),
        (number(row.ess_tail, 0), &flagged.tail),
        (number(row.r_hat, 3), &flagged.r_hat),
    ];
    if nested {
        let r_hat = row.r_hat_nested.map_or_else(|| "-".to_owned(), |r_hat| number(r_hat, 3));
        cells.push((r_hat, &flagged.nested));
    }
    let cells: String = cells
        .iter()
        .map(|(text, flagged)| {
            let class = if flagged.contains(row.parameter.as_str()) { " class=\"bad\"" } else { "" };
            format!("<td{class}>{text}</td>")
        })
        .collect();
    format!("<tr data-name=\"{name}\"><th scope=\"row\">{link}</th>{cells}</tr>\n")
}
