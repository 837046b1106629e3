//! Which plates there are, and which lies in which.

use super::size;
use crate::lang::structure::{Size, Structure};

/// A rectangle around what repeats over the same sizes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Plate {
    pub label: String,
    /// The plate it lies in.
    pub parent: Option<usize>,
}

/// The plates of a graph, outer ones before inner ones, and the plate of each node.
pub(super) fn plates(structure: &Structure) -> (Vec<Plate>, Vec<Option<usize>>) {
    // Every way from the outermost size inwards is a place; those at which nodes are, or where ways part, are plates.
    let mut ways: Vec<&[Size]> = Vec::new();
    for node in &structure.nodes {
        for length in 1..=node.plates.len() {
            if !ways.contains(&&node.plates[..length]) {
                ways.push(&node.plates[..length]);
            }
        }
    }
    ways.retain(|way| {
        let nodes = structure.nodes.iter().any(|node| node.plates == *way);
        let mut next: Vec<&Size> = structure
            .nodes
            .iter()
            .filter(|node| node.plates.starts_with(way))
            .filter_map(|node| node.plates.get(way.len()))
            .collect();
        next.sort_by(|a, b| a.text.cmp(&b.text));
        next.dedup();
        nodes || next.len() > 1
    });
    ways.sort_by_key(|way| way.len());
    let within = |way: &[Size], including: bool| {
        let longest = ways.iter().enumerate().rev();
        let mut longest = longest.filter(|(_, other)| way.starts_with(other) && (including || other.len() < way.len()));
        longest.next().map(|(place, _)| place)
    };
    let plates = ways
        .iter()
        .map(|way| {
            let parent = within(way, false);
            let from = parent.map_or(0, |parent| ways[parent].len());
            let label = way[from..].iter().map(size).collect::<Vec<_>>().join(" \u{d7} ");
            Plate { label, parent }
        })
        .collect();
    (plates, structure.nodes.iter().map(|node| within(&node.plates, true)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::structure::{Kind, Node};

    #[test]
    fn plates_lie_in_one_another_and_those_without_nodes_are_one_with_theirs() {
        let node = |name: &str, sizes: &[&str]| Node {
            name: name.to_owned(),
            kind: Kind::Parameter,
            families: Vec::new(),
            plates: sizes.iter().map(|text| Size { text: (*text).to_owned(), value: None }).collect(),
            extent: Vec::new(),
        };
        let nodes = vec![node("a", &["J"]), node("b", &["J", "K"]), node("c", &["L", "M"]), node("d", &[])];
        let (plates, of) = plates(&Structure { nodes, edges: Vec::new() });
        let labels: Vec<(&str, Option<usize>)> =
            plates.iter().map(|plate| (plate.label.as_str(), plate.parent)).collect();
        assert_eq!(labels, [("J", None), ("K", Some(0)), ("L \u{d7} M", None)]);
        assert_eq!(of, [Some(0), Some(1), Some(2), None]);
    }
}
