//! The graph in DOT, the language of Graphviz.

use std::fmt::Write;

use super::lines;
use super::plates::{Plate, plates};
use crate::lang::structure::{Kind, Structure};

/// The graph of a model of that name.
#[must_use]
pub fn dot(structure: &Structure, name: &str) -> String {
    let (plates, of) = plates(structure);
    let mut text = format!(
        "digraph {} {{\n  graph [fontname=\"Helvetica\", labeljust=\"r\", labelloc=\"b\"];\n  \
         node [fontname=\"Helvetica\"];\n",
        quoted(name)
    );
    level(&mut text, structure, &plates, &of, None, 1);
    for (from, to) in &structure.edges {
        let factor = if structure.nodes[*to].kind == Kind::Factor { " [arrowhead=\"none\"]" } else { "" };
        let _ = writeln!(text, "  n{from} -> n{to}{factor};");
    }
    text + "}\n"
}

/// The nodes and plates directly within a plate.
fn level(
    text: &mut String,
    structure: &Structure,
    plates: &[Plate],
    of: &[Option<usize>],
    within: Option<usize>,
    depth: usize,
) {
    let indent = "  ".repeat(depth);
    for (place, node) in structure.nodes.iter().enumerate().filter(|(place, _)| of[*place] == within) {
        let look = match node.kind {
            Kind::Parameter => "shape=\"ellipse\"",
            Kind::Observed => "shape=\"ellipse\", style=\"filled\", fillcolor=\"grey85\"",
            Kind::Deterministic => "shape=\"box\"",
            Kind::Generated => "shape=\"box\", style=\"dashed\"",
            Kind::Given => "shape=\"box\", style=\"rounded,filled\", fillcolor=\"grey85\"",
            Kind::Factor => "shape=\"square\", style=\"filled\", fillcolor=\"black\", width=\"0.15\", label=\"\"",
        };
        // Lines are parted by \n in a label, which is no escape of ours to double.
        let label = lines(node).iter().map(|line| inside(line)).collect::<Vec<_>>().join("\\n");
        let label = match node.kind {
            Kind::Factor => format!(", xlabel=\"{label}\""),
            _ => format!(", label=\"{label}\""),
        };
        let _ = writeln!(text, "{indent}n{place} [{look}{label}];");
    }
    for (place, plate) in plates.iter().enumerate().filter(|(_, plate)| plate.parent == within) {
        let _ = writeln!(text, "{indent}subgraph cluster_{place} {{\n{indent}  label={};", quoted(&plate.label));
        level(text, structure, plates, of, Some(place), depth + 1);
        let _ = writeln!(text, "{indent}}}");
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", inside(text))
}

/// A text between quotes.
fn inside(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::structure::{Node, Size};

    #[test]
    fn nodes_lie_in_clusters_and_names_are_quoted() {
        let node = |kind, sizes: &[&str]| Node {
            name: "a\"b\\".to_owned(),
            kind,
            families: vec!["normal".to_owned()],
            plates: sizes.iter().map(|text| Size { text: (*text).to_owned(), value: Some(3) }).collect(),
            extent: Vec::new(),
        };
        let nodes = vec![node(Kind::Parameter, &[]), node(Kind::Observed, &["N"])];
        let text = dot(&Structure { nodes, edges: vec![(0, 1)] }, "m");
        assert!(text.starts_with("digraph \"m\" {"), "{text}");
        assert!(text.contains("n0 [shape=\"ellipse\", label=\"a\\\"b\\\\\\n~ normal\"];"), "{text}");
        assert!(text.contains("subgraph cluster_0 {\n    label=\"N = 3\";\n    n1 "), "{text}");
        assert!(text.contains("n0 -> n1;"), "{text}");
    }
}
