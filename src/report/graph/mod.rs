//! The model as a picture: nodes in plates, as DOT for Graphviz and as SVG without it.
//!
//! A [`Structure`](crate::lang::structure::Structure) flows in, text flows out. Ellipses are parameters, shaded ones observed data; boxes are computed, dashed
//! boxes generated; grey boxes are given; a small square is a factor. A plate is drawn around what repeats over the
//! same sizes, plates of further sizes inside of it.

pub mod dot;
mod plates;
pub mod svg;

use crate::lang::structure::{Node, Size};

/// A size as a label: with its value, where that is known and not written already.
fn size(size: &Size) -> String {
    match size.value {
        Some(value) if value.to_string() != size.text => format!("{} = {value}", size.text),
        _ => size.text.clone(),
    }
}

/// The lines of a node: its name, and what it is distributed as.
fn lines(node: &Node) -> Vec<String> {
    let mut name = node.name.clone();
    if !node.extent.is_empty() {
        let extent: Vec<&str> = node.extent.iter().map(|size| size.text.as_str()).collect();
        name += &format!(" [{}]", extent.join(", "));
    }
    let mut lines = vec![name];
    if !node.families.is_empty() {
        lines.push(format!("~ {}", node.families.join(", ")));
    }
    lines
}
