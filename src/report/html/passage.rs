//! What the data determine, set as a part of the page: paragraphs, a list of what is known and what is not, a table.

use super::parts::section;
use crate::report::escape::escape;
use crate::report::passage::{Part, Passage};

/// Bytes that it may take.
const MOST: usize = 60_000;

/// The section of what the data determine.
pub(super) fn passage(passage: &Passage) -> String {
    let mut content = String::new();
    for part in &passage.0 {
        let part = set(part);
        if content.len() + part.len() > MOST {
            content +=
                "<p>The rest is left out to keep this page small; <code>ridgewalk identify</code> tells it.</p>\n";
            break;
        }
        content += &part;
    }
    section("data", "What the data determine", &content)
}

fn set(part: &Part) -> String {
    match part {
        Part::Sentence(sentence) | Part::Remark(sentence) => format!("<p>{}</p>\n", escape(sentence)),
        Part::Lines { label, lines } => {
            let line = |(what, why): &(String, String)| match &why[..] {
                "" => format!("<dd>{}</dd>", escape(what)),
                why => format!("<dd><b>{}</b>: {}</dd>", escape(what), escape(why)),
            };
            format!("<dl><dt>{}</dt>{}</dl>\n", escape(label), lines.iter().map(line).collect::<String>())
        }
        Part::Table { heads, rows } => {
            let heads: String = heads
                .iter()
                .map(|head| match &head[..] {
                    "" => "<td></td>".to_owned(),
                    head => format!("<th scope=\"col\">{}</th>", escape(head)),
                })
                .collect();
            let row = |row: &Vec<String>| {
                let cells = row.iter().enumerate().map(|(column, cell)| match column {
                    0 => format!("<th scope=\"row\">{}</th>", escape(cell)),
                    _ => format!("<td>{}</td>", escape(cell)),
                });
                format!("<tr>{}</tr>\n", cells.collect::<String>())
            };
            format!(
                "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Prior against posterior\">\n\
                 <table class=\"words\">\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{}</tbody>\n</table>\n</div>\n",
                rows.iter().map(row).collect::<String>()
            )
        }
    }
}
