//! The same computation for other rows: an element of a vector is its computation at one row, `mu[group]` its
//! computation at the rows that `group` lists.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Domain, Graph, Node, NodeId, Number, narrow};

impl Graph {
    /// What `number` is for each row of `to`: row `i` takes the row `list[i]` that `number` has. A number without rows
    /// stays what it is.
    ///
    /// # Panics
    /// When the list has not one entry per row of `to`, or names a row that is not there.
    pub fn reindex(&mut self, number: Number, to: Domain, list: &[u32]) -> Number {
        assert_eq!(list.len(), to.rows(), "one row per row");
        self.rebuild(number, &mut |graph, leaf| match leaf {
            Leaf::Column(values) => {
                let values = list.iter().map(|&row| values[row as usize]).collect();
                graph.column(to, values)
            }
            Leaf::Gather(coordinates) => {
                let coordinates = list.iter().map(|&row| coordinates[row as usize]).collect();
                graph.coordinates(to, coordinates)
            }
            Leaf::Load(array, elements) => {
                let elements = list.iter().map(|&row| elements[row as usize]).collect();
                graph.load_rows(array, to, elements)
            }
        })
    }

    /// What `number` is at one row. A number without rows is what it is.
    ///
    /// # Panics
    /// When it has no such row.
    pub fn at(&mut self, number: Number, row: usize) -> Number {
        self.rebuild(number, &mut |graph, leaf| match leaf {
            Leaf::Column(values) => Number::Known(values[row]),
            Leaf::Gather(coordinates) => graph.coordinate(coordinates[row] as usize),
            Leaf::Load(array, elements) => graph.load(array, elements[row] as usize),
        })
    }

    /// Builds `number` again, its leaves with rows replaced.
    fn rebuild(&mut self, number: Number, replace: &mut impl FnMut(&mut Self, Leaf<'_>) -> Number) -> Number {
        if self.domain(number).is_none() {
            return number;
        }
        let Number::Node(root) = number else { return number };
        let mut new: FxHashMap<NodeId, Number> = FxHashMap::default();
        for node in self.rows_below(&[root]) {
            let of = |new: &FxHashMap<NodeId, Number>, graph: &Self, operand: NodeId| match new.get(&operand) {
                Some(&number) => number,
                None => graph.number(operand),
            };
            let built = match self.nodes[node.index()] {
                Node::Column(column) => {
                    let column = &self.columns[column as usize];
                    let (values, name) = (Arc::clone(&column.values), column.name.clone());
                    let built = replace(self, Leaf::Column(&values));
                    if let Some(name) = name {
                        self.name_column(built, &name);
                    }
                    built
                }
                Node::Gather(list) => {
                    let list = Arc::clone(&self.lists[list as usize]);
                    replace(self, Leaf::Gather(&list))
                }
                Node::LoadRows(array, list) => {
                    let list = Arc::clone(&self.lists[list as usize]);
                    replace(self, Leaf::Load(array, &list))
                }
                Node::Unary(function, x) => {
                    let x = of(&new, self, x);
                    self.unary(function, x)
                }
                Node::Binary(function, x, y) => {
                    let (x, y) = (of(&new, self, x), of(&new, self, y));
                    self.binary(function, x, y)
                }
                Node::Select(operands) => {
                    let [left, right, holds, fails] = operands.map(|operand| of(&new, self, operand));
                    self.select(left, right, holds, fails)
                }
                Node::Constant(_) | Node::Coordinate(_) | Node::Roundoff(_) | Node::Load(..) | Node::Sum(_) => {
                    unreachable!("a node without rows is no part of a row")
                }
            };
            if let Some(&mark) = self.marked.get(&node) {
                self.mark(built, mark);
            }
            if let Some(&range) = self.declared.get(&node) {
                self.declare(built, range);
            }
            new.insert(node, built);
        }
        new[&root]
    }

    /// The nodes with rows that the given ones are computed from, with themselves, operands first.
    pub(super) fn rows_below(&self, roots: &[NodeId]) -> Vec<NodeId> {
        let mut seen = FxHashSet::default();
        let mut pending: Vec<NodeId> = roots.to_vec();
        let mut found = Vec::new();
        while let Some(node) = pending.pop() {
            if self.domains[node.index()].is_none() || !seen.insert(node) {
                continue;
            }
            found.push(node);
            pending.extend(self.nodes[node.index()].operands());
        }
        found.sort_unstable();
        found
    }

    fn number(&self, node: NodeId) -> Number {
        match self.nodes[node.index()] {
            Node::Constant(x) => Number::Known(x),
            _ => Number::Node(node),
        }
    }

    /// The numbers of all rows, one by one.
    pub fn each_row(&mut self, number: Number, rows: usize) -> Vec<Number> {
        (0..rows).map(|row| self.at(number, row)).collect()
    }

    /// Every row of the elements `0..rows`, as a list.
    pub fn identity(rows: usize) -> Vec<u32> {
        (0..narrow(rows)).collect()
    }
}

/// Something that has rows by itself.
enum Leaf<'a> {
    Column(&'a [f64]),
    Gather(&'a [u32]),
    Load(super::StoredArray, &'a [u32]),
}
