//! The report: one HTML page that needs nothing beside it, neither network nor files.
//!
//! A [`Survey`] and what is known of the run flow in, the page flows out, smaller than two megabytes whatever the run:
//! tables, pictures and texts that would not fit are left out, the least bad first, and the page says so. Every name and
//! text of the user's goes through [`escape`]; the page's own policy forbids it to load anything. Absent: arithmetic.

mod parameters;
mod style;
mod summary;
mod texts;
mod verdict;

use super::escape::escape;
use super::picture::Picture;
use super::survey::{Run, Survey};

const SCRIPT: &str = include_str!("page.js");

/// Bytes that pictures of single parameters may take.
const MOST_OF_PORTRAITS: usize = 1_100_000;

/// The page.
#[must_use]
pub fn page(run: &Run<'_>, survey: &Survey) -> String {
    let title = escape(run.title);
    let mut parts = vec![verdict::section(run, survey)];
    parts.push(summary::section(survey));
    parts.push(parameters::section(survey, MOST_OF_PORTRAITS));
    parts.push(correlations(survey));
    parts.extend(survey.energy.as_ref().map(|picture| section("energy", "Energy", &figures([picture]))));
    parts.extend(run.graph.as_ref().map(|graph| section("graph", "Model graph", &graph.figure())));
    parts.extend(run.model.as_deref().map(texts::model));
    parts.push(texts::facts(run));
    let links: String = [
        ("summary", "Summary", true),
        ("parameters", "Parameters", true),
        ("correlation", "Correlation", survey.heat.is_some()),
        ("energy", "Energy", survey.energy.is_some()),
        ("graph", "Graph", run.graph.is_some()),
        ("model", "Model", run.model.is_some()),
        ("run", "Run", true),
    ]
    .iter()
    .filter(|(_, _, there)| *there)
    .map(|(id, name, _)| format!("<a href=\"#{id}\">{name}</a> "))
    .collect();
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
         script-src 'unsafe-inline'; img-src data:\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"icon\" href=\"data:,\">\n\
         <title>{title} \u{2013} ridgewalk</title>\n<style>\n{}</style>\n</head>\n<body>\n<header>\n<h1>{title}</h1>\n\
         <nav aria-label=\"Sections\">{}</nav>\n</header>\n<main>\n{}</main>\n<footer>ridgewalk {}</footer>\n\
         <script>\n{SCRIPT}</script>\n</body>\n</html>\n",
        style::style(),
        links.trim_end(),
        parts.concat(),
        env!("CARGO_PKG_VERSION"),
    )
}

/// A part of the page.
fn section(id: &str, title: &str, content: &str) -> String {
    format!("<section id=\"{id}\" aria-labelledby=\"h-{id}\">\n<h2 id=\"h-{id}\">{title}</h2>\n{content}</section>\n")
}

/// Pictures side by side, as many as fit.
fn figures<'a>(pictures: impl IntoIterator<Item = &'a Picture>) -> String {
    let figures: String = pictures.into_iter().map(Picture::figure).collect();
    format!("<div class=\"figures\">\n{figures}</div>\n")
}

fn correlations(survey: &Survey) -> String {
    let Some(heat) = &survey.heat else { return String::new() };
    let (names, draws) = (survey.correlation.0.len(), survey.summary.chains * survey.summary.draws);
    let mut text = String::from("<p>");
    if names < survey.summary.rows.len() {
        text += &format!("Of the {names} parameters with the largest R-hat. ");
    }
    if survey.sampled < draws {
        text += &format!("From {} of the {draws} draws, evenly taken. ", survey.sampled);
    }
    text +=
        "A pair of parameters that lie on a line are a ridge: the data tell the two together, and neither alone.</p>\n";
    section("correlation", "Correlation", &(text + &figures(std::iter::once(heat).chain(&survey.pairs))))
}
