//! The page put together: its head, its parts in their order, its script.

use super::parts::{figures, section};
use super::{parameters, passage, style, summary, texts, verdict};
use crate::report::escape::escape;
use crate::report::picture::Picture;
use crate::report::survey::{Run, Survey};

const SCRIPT: &str = include_str!("page.js");

/// Bytes that pictures of single parameters may take.
const MOST_OF_PORTRAITS: usize = 1_000_000;

/// Bytes that the graph of the model may take.
const MOST_OF_GRAPH: usize = 150_000;

/// The page.
#[must_use]
pub fn page(run: &Run<'_>, survey: &Survey) -> String {
    let title = escape(run.title);
    let (portraits, pictured) = parameters::parameters(survey, MOST_OF_PORTRAITS);
    let mut parts = vec![verdict::verdict(run, survey)];
    parts.extend(run.determined.as_ref().map(passage::passage));
    parts.extend([summary::summary(survey, pictured), portraits, correlations(survey)]);
    parts.extend(survey.energy.as_ref().map(|picture| section("energy", "Energy", &figures([picture]))));
    parts.extend(run.graph.as_ref().map(graph));
    parts.extend(run.model.as_deref().map(texts::model));
    parts.push(texts::facts(run));
    let links: String = [
        ("data", "Data", run.determined.is_some()),
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
         <meta name=\"generator\" content=\"ridgewalk\">\n<meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"icon\" href=\"data:,\">\n\
         <title>{title} \u{2013} ridgewalk</title>\n<style>\n{}</style>\n</head>\n<body>\n<header>\n<h1>{title}</h1>\n\
         <nav aria-label=\"Sections\">{}</nav>\n</header>\n<main>\n{}</main>\n<footer>ridgewalk {}</footer>\n\
         <script>\n{SCRIPT}</script>\n</body>\n</html>\n",
        style::style(),
        links.trim_end(),
        parts.concat(),
        env!("CARGO_PKG_VERSION"),
    )
}

/// Whether a file that begins so is such a page.
pub fn is_page(head: &[u8]) -> bool {
    const MARK: &[u8] = b"<meta name=\"generator\" content=\"ridgewalk\">";
    head.starts_with(b"<!DOCTYPE html>") && head.windows(MARK.len()).any(|text| text == MARK)
}

fn graph(picture: &Picture) -> String {
    let figure = picture.figure();
    let content = if figure.len() <= MOST_OF_GRAPH {
        figure
    } else {
        "<p>It is too large for this page; <code>ridgewalk graph --format svg</code> draws it.</p>\n".to_owned()
    };
    section("graph", "Model graph", &content)
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
