//! The linear forms through which numbers depend on some coordinates: `mu + tau * z[j]`, as nodes.
//!
//! A node is linear in the coordinates where it is a sum of them, each times what does not depend on them, and affine
//! where something else is added. A linear node times a factor that depends on other coordinates is *scaled*. An affine or
//! scaled node times such a factor is none of these: so of `(y - (mu + tau * z)) / sigma` the form is
//! `y - (mu + tau * z)`, and its factor `tau`.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use super::{Graph, Node, NodeId, Number};
use crate::ir::op::{Binary, Unary};

/// How a node depends on the coordinates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Dependence {
    /// It is known from data.
    Data,
    /// It depends on other coordinates.
    Others,
    Linear,
    Affine,
    /// Linear or affine, with factors that depend on other coordinates.
    Scaled,
    Other,
}

impl Dependence {
    /// Whether it depends on none of the coordinates.
    fn is_free(self) -> bool {
        self <= Self::Others
    }
}

/// The forms in which numbers depend on coordinates.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Forms {
    /// The largest nodes that are linear in the coordinates and that anything else is computed from.
    pub numbers: Vec<Number>,
    /// The other coordinates that their factors depend on.
    pub scales: BTreeSet<u32>,
}

/// What is known of the nodes so far.
struct Walk<'a> {
    graph: &'a Graph,
    of: &'a Range<usize>,
    kinds: HashMap<NodeId, Dependence>,
    factors: BTreeSet<NodeId>,
}

impl Graph {
    /// The linear forms through which `numbers` depend on the coordinates in a range. `None` where it cannot be told: where a
    /// recurrence carries them from row to row.
    pub fn linear_forms(&self, numbers: &[Number], of: &Range<usize>) -> Option<Forms> {
        let roots: Vec<NodeId> = numbers.iter().filter_map(|number| number.node()).collect();
        let below = self.below(&roots);
        let mut walk = Walk { graph: self, of, kinds: HashMap::new(), factors: BTreeSet::new() };
        let mut forms: BTreeSet<NodeId> = roots.into_iter().collect();
        for &node in &below {
            let kind = walk.dependence(node)?;
            if kind == Dependence::Other {
                forms.extend(self.read_by(node));
            }
            walk.kinds.insert(node, kind);
        }
        forms.retain(|node| {
            matches!(walk.kinds.get(node), Some(Dependence::Linear | Dependence::Affine | Dependence::Scaled))
        });
        let factors: Vec<NodeId> = walk.factors.into_iter().collect();
        let mut scales = BTreeSet::new();
        for node in self.below(&factors) {
            match self.nodes[node.index()] {
                Node::Coordinate(index) => scales.extend([index]),
                Node::Gather(list) => scales.extend(self.lists[list as usize].iter()),
                _ => {}
            }
        }
        Some(Forms { numbers: forms.into_iter().map(Number::Node).collect(), scales })
    }

    /// What nodes are computed from, and the nodes, operands first.
    fn below(&self, roots: &[NodeId]) -> BTreeSet<NodeId> {
        let mut found = BTreeSet::new();
        let mut pending = roots.to_vec();
        while let Some(node) = pending.pop() {
            if found.insert(node) {
                pending.extend(self.read_by(node));
            }
        }
        found
    }

    /// What a node is computed from, stored values among it.
    fn read_by(&self, node: NodeId) -> Vec<NodeId> {
        let operation = self.nodes[node.index()];
        let mut all: Vec<NodeId> = operation.operands().collect();
        if let Node::Load(array, _) | Node::LoadRows(array, _) = operation {
            let stores = &self.arrays[array.0 as usize];
            all.extend(stores.elements.iter().map(|&(_, value)| value));
            all.extend(stores.rows.iter().map(|row| row.value));
        }
        all
    }
}

impl Walk<'_> {
    fn kind(&self, node: NodeId) -> Option<Dependence> {
        self.kinds.get(&node).copied()
    }

    /// A node that depends on the coordinates, times a factor that does not.
    fn times(&mut self, node: NodeId, factor: NodeId) -> Option<Dependence> {
        Some(match (self.kind(node)?, self.kind(factor)?) {
            (kind, Dependence::Data) => kind,
            (Dependence::Linear, _) => {
                self.factors.insert(factor);
                Dependence::Scaled
            }
            _ => Dependence::Other,
        })
    }

    /// How a node depends on the coordinates, where that is known of its operands. `None` in a recurrence of theirs.
    fn dependence(&mut self, node: NodeId) -> Option<Dependence> {
        let (graph, of) = (self.graph, self.of);
        let is_one = |&index: &u32| of.contains(&(index as usize));
        let bent = |all: Dependence| if all.is_free() { all } else { Dependence::Other };
        Some(match graph.nodes[node.index()] {
            Node::Constant(_) | Node::Roundoff(_) | Node::Column(_) => Dependence::Data,
            Node::Coordinate(index) if is_one(&index) => Dependence::Linear,
            Node::Gather(list) if graph.lists[list as usize].iter().any(is_one) => Dependence::Linear,
            Node::Coordinate(_) | Node::Gather(_) => Dependence::Others,
            Node::Load(..) | Node::LoadRows(..) => {
                // What is stored later is a recurrence's.
                let stored = graph.read_by(node);
                if stored.iter().any(|value| *value > node) {
                    let free =
                        stored.iter().all(|&value| !graph.coordinates_below(Number::Node(value)).iter().any(is_one));
                    return free.then_some(Dependence::Others);
                }
                let kinds: Option<Vec<Dependence>> = stored.into_iter().map(|value| self.kind(value)).collect();
                kinds?.into_iter().max().unwrap_or(Dependence::Data)
            }
            Node::Sum(x) | Node::Unary(Unary::Negate, x) => self.kind(x)?,
            Node::Unary(_, x) => bent(self.kind(x)?),
            Node::Binary(Binary::Add | Binary::Subtract, x, y) => match (self.kind(x)?, self.kind(y)?) {
                (other, Dependence::Linear) | (Dependence::Linear, other) if other.is_free() => Dependence::Affine,
                (x, y) => x.max(y),
            },
            Node::Binary(Binary::Multiply, x, y) if self.kind(x)?.is_free() && !self.kind(y)?.is_free() => {
                self.times(y, x)?
            }
            Node::Binary(Binary::Multiply | Binary::Divide, x, y)
                if self.kind(y)?.is_free() && !self.kind(x)?.is_free() =>
            {
                self.times(x, y)?
            }
            Node::Binary(_, x, y) => bent(self.kind(x)?.max(self.kind(y)?)),
            Node::Select([left, right, holds, fails]) => {
                let (compared, chosen) =
                    (self.kind(left)?.max(self.kind(right)?), self.kind(holds)?.max(self.kind(fails)?));
                if compared.is_free() { chosen.max(compared) } else { Dependence::Other }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::graph::Domain;

    #[test]
    fn a_form_ends_where_a_second_factor_of_other_coordinates_begins() {
        // Coordinates 0..8 are z, then mu, tau, sigma.
        let mut graph = Graph::default();
        let domain = Domain::elements(8);
        let z = graph.coordinates(domain, (0..8).collect());
        let [mu, tau, sigma] = [8, 9, 10].map(|index| graph.coordinate(index));
        let scaled = graph.multiply(tau, z);
        let eta = graph.add(mu, scaled);
        let y = graph.column(domain, (0..8).map(f64::from).collect());
        let residual = graph.subtract(y, eta);
        let whitened = graph.divide(residual, sigma);
        let square = graph.multiply(whitened, whitened);
        let found = graph.linear_forms(&[square], &(0..8)).expect("no recurrence");
        assert_eq!(found, Forms { numbers: vec![residual], scales: [9].into() });
        assert_eq!(graph.linear_forms(&[square], &(8..9)).expect("none").scales, BTreeSet::new());
        let bent = graph.unary(Unary::Exp, z);
        assert_eq!(graph.linear_forms(&[bent], &(0..8)).expect("none"), Forms { numbers: vec![z], scales: [].into() });
    }
}
