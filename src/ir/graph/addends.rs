//! A sum, taken apart: what a target is made of, and which of it was marked.
//!
//! The language marks densities, of data or of parameters. Taking a target apart stops at marks, so that an observation
//! stays whole, and follows sums over rows, so that each row is seen by itself.

use std::collections::{BTreeSet, HashSet};

use super::{Graph, Node, NodeId, Number};
use crate::ir::op::{Binary, Unary};

/// A part of a sum: a factor times a number, summed over its rows where it has rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Addend {
    /// What the number is multiplied by.
    pub factor: f64,
    /// The number: never known, never itself a sum.
    pub number: Number,
}

/// What is said of a density.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    /// Whether it is one of data.
    pub observed: bool,
    /// How many numbers the outcome of each row is: the length of a vector.
    pub outcomes: usize,
}

impl Graph {
    /// Marks a density; one known from data alone has nothing to mark.
    pub fn mark(&mut self, number: Number, mark: Mark) {
        if let Number::Node(node) = number {
            let known = self.marked.entry(node).or_default();
            known.observed |= mark.observed;
            known.outcomes = known.outcomes.max(mark.outcomes);
        }
    }

    /// How many numbers in the data each row of a number is the density of: those of the densities that it is the sum of,
    /// and of densities that are in it otherwise those of the largest. 0 where none is marked.
    pub fn outcomes(&self, number: Number) -> usize {
        let largest = |number: Number| {
            let mut most = 0;
            self.any_below(number, |node| {
                most = most.max(self.marked.get(&node).filter(|mark| mark.observed).map_or(0, |mark| mark.outcomes));
                false
            });
            most
        };
        self.addends(number).into_iter().map(|addend| largest(addend.number)).sum()
    }

    /// Whether the number itself is marked as a density.
    pub fn is_density(&self, number: Number) -> bool {
        number.node().is_some_and(|node| self.marked.contains_key(&node))
    }

    /// Whether the number itself is marked as a density of data.
    pub fn is_observed(&self, number: Number) -> bool {
        number.node().is_some_and(|node| self.marked.get(&node).is_some_and(|mark| mark.observed))
    }

    /// Whether the number is marked as a density of data, or computed from one that is.
    pub fn reaches_observed(&self, number: Number) -> bool {
        self.any_below(number, |node| self.marked.get(&node).is_some_and(|mark| mark.observed))
    }

    /// Whether the number depends on coordinates.
    pub fn varies(&self, number: Number) -> bool {
        self.any_below(number, |node| matches!(self.nodes[node.index()], Node::Coordinate(_) | Node::Gather(_)))
    }

    /// The coordinates that the number depends on, by any of its rows.
    pub fn coordinates_below(&self, number: Number) -> BTreeSet<u32> {
        let mut found = BTreeSet::new();
        self.any_below(number, |node| {
            match self.nodes[node.index()] {
                Node::Coordinate(index) => found.extend([index]),
                Node::Gather(list) => found.extend(self.lists[list as usize].iter()),
                _ => {}
            }
            false
        });
        found
    }

    /// The parts that a number is the sum of, from the last to the first, without those known from data alone.
    pub fn addends(&self, number: Number) -> Vec<Addend> {
        let mut found = Vec::new();
        let mut pending: Vec<(NodeId, f64, Option<usize>)> =
            number.node().map(|node| (node, 1.0, None)).into_iter().collect();
        while let Some((node, factor, rows)) = pending.pop() {
            // A number that all rows of a sum share counts as often.
            let (factor, rows) = match (self.domains[node.index()], rows) {
                (None, Some(rows)) => (factor * rows as f64, None),
                _ => (factor, rows),
            };
            if self.marked.contains_key(&node) {
                found.push(Addend { factor, number: Number::Node(node) });
                continue;
            }
            match self.nodes[node.index()] {
                Node::Constant(_) | Node::Column(_) | Node::Roundoff(_) => {}
                Node::Unary(Unary::Negate, x) => pending.push((x, -factor, rows)),
                Node::Binary(Binary::Add, x, y) => pending.extend([(x, factor, rows), (y, factor, rows)]),
                Node::Binary(Binary::Subtract, x, y) => pending.extend([(x, factor, rows), (y, -factor, rows)]),
                Node::Binary(Binary::Multiply, x, y) => match (self.constant(x), self.constant(y)) {
                    (Some(by), _) => pending.push((y, factor * by, rows)),
                    (_, Some(by)) => pending.push((x, factor * by, rows)),
                    (None, None) => found.push(Addend { factor, number: Number::Node(node) }),
                },
                Node::Sum(x) => pending.push((x, factor, self.domains[x.index()].map(super::Domain::rows))),
                Node::Unary(..)
                | Node::Binary(..)
                | Node::Coordinate(_)
                | Node::Gather(_)
                | Node::Load(..)
                | Node::LoadRows(..)
                | Node::Select(_) => found.push(Addend { factor, number: Number::Node(node) }),
            }
        }
        found
    }

    fn constant(&self, node: NodeId) -> Option<f64> {
        if let Node::Constant(x) = self.nodes[node.index()] { Some(x) } else { None }
    }

    /// Whether a node that the number is computed from, or its own, is so.
    fn any_below(&self, number: Number, mut is_so: impl FnMut(NodeId) -> bool) -> bool {
        let mut seen = HashSet::new();
        let mut pending: Vec<NodeId> = number.node().into_iter().collect();
        while let Some(node) = pending.pop() {
            if !seen.insert(node) {
                continue;
            }
            if is_so(node) {
                return true;
            }
            let operation = self.nodes[node.index()];
            pending.extend(operation.operands());
            if let Node::Load(array, _) | Node::LoadRows(array, _) = operation {
                let stores = &self.arrays[array.0 as usize];
                pending.extend(stores.elements.iter().map(|&(_, value)| value));
                pending.extend(stores.rows.iter().map(|row| row.value));
            }
        }
        false
    }
}
