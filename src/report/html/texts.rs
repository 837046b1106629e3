//! The model's text, and the facts of the run with the command that repeats it.

use super::super::escape::escape;
use super::super::survey::Run;

/// Bytes of a text, escaped.
const MOST_OF_TEXT: usize = 150_000;

/// The model as it was written.
pub(super) fn model(text: &str) -> String {
    super::section("model", "Model", &format!("<pre tabindex=\"0\"><code>{}</code></pre>\n", cut(text)))
}

/// What was run, where, and how to do it again.
pub(super) fn facts(run: &Run<'_>) -> String {
    let rows: String = run
        .facts
        .iter()
        .map(|(name, value)| format!("<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n", escape(name), cut(value)))
        .collect();
    let table =
        if rows.is_empty() { rows } else { format!("<table class=\"facts\">\n<tbody>\n{rows}</tbody>\n</table>\n") };
    let command = run.command.as_deref().map_or_else(String::new, |command| {
        format!("<p>To repeat it:</p>\n<pre tabindex=\"0\"><code>{}</code></pre>\n", cut(command))
    });
    super::section("run", "Run", &(table + &command))
}

/// A text, escaped, its end left out where it is too long.
fn cut(text: &str) -> String {
    let escaped = escape(text);
    if escaped.len() <= MOST_OF_TEXT {
        return escaped;
    }
    let mut kept = String::new();
    let mut length = 0;
    for character in text.chars() {
        // No character becomes more than six bytes.
        length += 6;
        if length > MOST_OF_TEXT {
            break;
        }
        kept.push(character);
    }
    escape(&kept) + "\n[the rest is left out to keep this page small]"
}
