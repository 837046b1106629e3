//! What parts of the page are made of: sections with a heading, pictures side by side.

use crate::report::picture::Picture;

/// A part of the page.
pub(super) fn section(id: &str, title: &str, content: &str) -> String {
    format!("<section id=\"{id}\" aria-labelledby=\"h-{id}\">\n<h2 id=\"h-{id}\">{title}</h2>\n{content}</section>\n")
}

/// Pictures side by side, as many as fit.
pub(super) fn figures<'a>(pictures: impl IntoIterator<Item = &'a Picture>) -> String {
    let figures: String = pictures.into_iter().map(Picture::figure).collect();
    format!("<div class=\"figures\">\n{figures}</div>\n")
}
