//! The model's text, and the facts of the run with the command that repeats it.

use super::parts::section;
use crate::report::escape::escape;
use crate::report::survey::Run;

/// Bytes of the model's text, escaped.
const MOST_OF_MODEL: usize = 150_000;

/// Bytes of a fact.
const MOST_OF_FACT: usize = 3_000;

/// The model as it was written.
pub(super) fn model(text: &str) -> String {
    section("model", "Model", &format!("<pre tabindex=\"0\"><code>{}</code></pre>\n", cut(text, MOST_OF_MODEL)))
}

/// What was run, where, and how to do it again.
pub(super) fn facts(run: &Run<'_>) -> String {
    let rows: String = run
        .facts
        .iter()
        .map(|(name, value)| {
            format!("<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n", escape(name), cut(value, MOST_OF_FACT))
        })
        .collect();
    let table =
        if rows.is_empty() { rows } else { format!("<table class=\"facts\">\n<tbody>\n{rows}</tbody>\n</table>\n") };
    let command = run.command.as_deref().map_or_else(String::new, |command| {
        format!("<p>To repeat it:</p>\n<pre tabindex=\"0\"><code>{}</code></pre>\n", cut(command, MOST_OF_FACT))
    });
    section("run", "Run", &(table + &command))
}

/// A text, escaped, its end left out where it is too long.
fn cut(text: &str, most: usize) -> String {
    let escaped = escape(text);
    if escaped.len() <= most {
        return escaped;
    }
    let mut kept = String::new();
    let mut length = 0;
    for character in text.chars() {
        // No character becomes more than six bytes.
        length += 6;
        if length > most {
            break;
        }
        kept.push(character);
    }
    escape(&kept) + "\n[the rest is left out to keep this page small]"
}
