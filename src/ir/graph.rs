//! What a model computes, as a graph: the language writes here, and `schedule` makes a [`Program`](super::Program) of it.
//!
//! A [`Number`] is known (data alone give it, and it is computed at once, in `f64`) or a node. A node has one value, or
//! one value per row of a [`Domain`]: the rows of data, the elements of a vector. So `y ~ normal(mu, sigma)` over a
//! million rows is written once, and which rows a node has is all that is ever said about loops: the schedule makes
//! them. What depends on data alone is a *column*, computed here for all rows at once.
//!
//! A recurrence is an array that is stored row by row, and read at earlier rows.
//!
//! Absent on purpose: algebra (`simplify`), derivatives, and containers with shapes, which are the language's.

mod addends;
mod arithmetic;
mod arrays;
mod linear;
mod range;
mod reindex;
mod schedule;

use std::collections::HashMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::evaluate;
use super::op::{Binary, Unary};
use crate::math::accumulate::{Accumulator, accumulate};
pub use addends::{Addend, Mark};
pub use linear::Forms;
pub use range::Range;

/// A number of the model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// Known from data alone.
    Known(f64),
    /// Computed.
    Node(NodeId),
}

impl Number {
    /// The number, if data alone give it.
    pub fn known(self) -> Option<f64> {
        match self {
            Self::Known(x) => Some(x),
            Self::Node(_) => None,
        }
    }
}

impl From<f64> for Number {
    fn from(x: f64) -> Self {
        Self::Known(x)
    }
}

/// A handle to a node of one [`Graph`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(u32);

impl NodeId {
    fn index(self) -> usize {
        self.0 as usize
    }
}

/// Rows that values belong to. Nodes of one domain combine row by row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Domain {
    rows: u32,
    /// 0 for the elements of containers; another number for each loop of the model.
    number: u32,
}

impl Domain {
    /// The elements of a container of so many.
    ///
    /// # Panics
    /// Beyond 2^32 elements.
    pub fn elements(rows: usize) -> Self {
        Self { rows: u32::try_from(rows).expect("a container has fewer than 2^32 elements"), number: 0 }
    }

    /// Number of rows.
    pub fn rows(self) -> usize {
        self.rows as usize
    }

    /// Whether these are rows of a loop, not elements of a container.
    pub fn is_loop(self) -> bool {
        self.number != 0
    }
}

/// An array that rows store to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StoredArray(u32);

/// What a node is. Operands come earlier.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Node {
    /// A constant: only as an operand of other nodes.
    Constant(f64),
    /// A coordinate of the state.
    Coordinate(u32),
    /// Data, one value per row.
    Column(u32),
    /// What roundoff of single precision may add to a tolerance ([`Op::Roundoff`](super::Op::Roundoff)).
    Roundoff(u32),
    /// Coordinates, one per row; a position in `lists`.
    Gather(u32),
    /// An element of an array.
    Load(StoredArray, u32),
    /// Elements of an array, one per row; a position in `lists`.
    LoadRows(StoredArray, u32),
    Unary(Unary, NodeId),
    Binary(Binary, NodeId, NodeId),
    /// `holds` where `left <= right`.
    Select([NodeId; 4]),
    /// The sum over the rows.
    Sum(NodeId),
}

impl Node {
    fn operands(self) -> impl Iterator<Item = NodeId> {
        let operands = match self {
            Self::Constant(_)
            | Self::Coordinate(_)
            | Self::Column(_)
            | Self::Roundoff(_)
            | Self::Gather(_)
            | Self::Load(..)
            | Self::LoadRows(..) => [None; 4],
            Self::Unary(_, x) | Self::Sum(x) => [Some(x), None, None, None],
            Self::Binary(_, x, y) => [Some(x), Some(y), None, None],
            Self::Select(operands) => operands.map(Some),
        };
        operands.into_iter().flatten()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Key {
    Constant(u64),
    Coordinate(u32),
    Column(u32, Domain),
    Roundoff(u32),
    Gather(u32, Domain),
    Load(StoredArray, u32),
    LoadRows(StoredArray, u32, Domain),
    Unary(Unary, NodeId),
    Binary(Binary, NodeId, NodeId),
    Select([NodeId; 4]),
    Sum(NodeId),
}

#[derive(Clone, Debug)]
struct Column {
    values: Arc<[f64]>,
    name: Option<String>,
}

/// The stores of one array.
#[derive(Clone, Debug, Default)]
struct Stores {
    length: usize,
    elements: Vec<(u32, NodeId)>,
    /// Which element each row stores, and what.
    rows: Vec<RowStore>,
    /// The stage after which the elements stored so far can be read.
    level: u32,
}

#[derive(Clone, Debug)]
struct RowStore {
    list: u32,
    value: NodeId,
    /// The number of the recurrence that stores it, row after row; else rows are independent.
    recurrence: Option<u32>,
    /// The stage at which the value can be computed.
    level: u32,
}

/// A graph under construction.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    nodes: Vec<Node>,
    domains: Vec<Option<Domain>>,
    /// For each node, how many loops must have run before it can be computed.
    levels: Vec<u32>,
    shared: FxHashMap<Key, NodeId>,
    columns: Vec<Column>,
    column_numbers: HashMap<Vec<u64>, u32>,
    lists: Vec<Arc<[u32]>>,
    list_numbers: HashMap<Arc<[u32]>, u32>,
    arrays: Vec<Stores>,
    loops: u32,
    recurrences: u32,
    /// Ranges that declarations promise.
    declared: HashMap<NodeId, Range>,
    /// The ranges of the first nodes, as far as one was asked for.
    ranges: Vec<Range>,
    /// Most nodes, if there is a limit.
    limit: Option<usize>,
    /// What stands for the nodes that a full graph does not take, by their domains. Empty until the graph is full.
    dropped: FxHashMap<Option<Domain>, NodeId>,
    /// Numbers that stay whole when a sum is taken apart.
    marked: HashMap<NodeId, Mark>,
}

impl Graph {
    /// An empty graph that takes so many nodes. What is written to it beyond them is dropped, and [`Graph::is_full`]
    /// says so from then on: no program can be made of it.
    pub fn with_limit(nodes: usize) -> Self {
        Self { limit: Some(nodes), ..Self::default() }
    }

    /// Whether nodes were dropped.
    pub fn is_full(&self) -> bool {
        !self.dropped.is_empty()
    }

    /// Number of nodes: what a model costs to compile.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether nothing depends on a parameter so far.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// A coordinate of the state.
    pub fn coordinate(&mut self, index: usize) -> Number {
        Number::Node(self.push(Node::Coordinate(narrow(index)), None))
    }

    /// What a tolerance allows in single precision beyond double precision, for sums of so many terms
    /// ([`Op::Roundoff`](super::Op::Roundoff)).
    pub fn roundoff(&mut self, terms: usize) -> Number {
        Number::Node(self.push(Node::Roundoff(narrow(terms)), None))
    }

    /// Coordinates, one per row.
    ///
    /// # Panics
    /// When the list has not one entry per row.
    pub fn coordinates(&mut self, domain: Domain, list: Vec<u32>) -> Number {
        assert_eq!(list.len(), domain.rows(), "one coordinate per row");
        let list = self.list(list);
        Number::Node(self.push(Node::Gather(list), Some(domain)))
    }

    /// Rows of a loop, told apart from all others.
    pub fn loop_domain(&mut self, rows: usize) -> Domain {
        self.loops += 1;
        Domain { number: self.loops, ..Domain::elements(rows) }
    }

    /// Data, one value per row; known when all are equal.
    ///
    /// # Panics
    /// When there is not one value per row.
    pub fn column(&mut self, domain: Domain, values: Vec<f64>) -> Number {
        assert_eq!(values.len(), domain.rows(), "one value per row");
        if let Some(&first) = values.first()
            && values.iter().all(|x| x.to_bits() == first.to_bits())
        {
            return Number::Known(first);
        }
        let column = self.intern(values);
        Number::Node(self.push(Node::Column(column), Some(domain)))
    }

    /// Gives the data of a column the name that `print` shows. The first name stays.
    pub fn name_column(&mut self, number: Number, name: &str) {
        if let Number::Node(node) = number
            && let Node::Column(column) = self.nodes[node.index()]
        {
            self.columns[column as usize].name.get_or_insert_with(|| name.to_owned());
        }
    }

    /// The values for each row, if data alone give them.
    pub fn as_column(&self, number: Number) -> Option<Arc<[f64]>> {
        match number {
            Number::Known(_) => None,
            Number::Node(node) => match self.nodes[node.index()] {
                Node::Column(column) => Some(Arc::clone(&self.columns[column as usize].values)),
                _ => None,
            },
        }
    }

    /// The coordinate that a number is, if it is one.
    pub fn as_coordinate(&self, number: Number) -> Option<usize> {
        match number {
            Number::Known(_) => None,
            Number::Node(node) => match self.nodes[node.index()] {
                Node::Coordinate(index) => Some(index as usize),
                _ => None,
            },
        }
    }

    /// The rows a number has, if it has one value per row.
    pub fn domain(&self, number: Number) -> Option<Domain> {
        match number {
            Number::Known(_) => None,
            Number::Node(node) => self.domains[node.index()],
        }
    }

    /// A function of one number, row by row.
    pub fn unary(&mut self, function: Unary, x: Number) -> Number {
        let Number::Node(node) = x else {
            return Number::Known(evaluate::unary(function, x.known().unwrap_or(f64::NAN)));
        };
        if let Some(values) = self.as_column(x) {
            let values = values.iter().map(|&x| evaluate::unary(function, x)).collect();
            return self.computed_column(self.domains[node.index()], values);
        }
        if let (Unary::Negate, Node::Unary(Unary::Negate, inner)) = (function, self.nodes[node.index()]) {
            return Number::Node(inner);
        }
        Number::Node(self.push(Node::Unary(function, node), self.domains[node.index()]))
    }

    /// A function of two numbers, row by row.
    ///
    /// # Panics
    /// When they have rows of different domains.
    pub fn binary(&mut self, function: Binary, x: Number, y: Number) -> Number {
        match (function, x, y) {
            (_, Number::Known(x), Number::Known(y)) => return Number::Known(evaluate::binary(function, x, y)),
            (Binary::Add, Number::Known(0.0), other)
            | (Binary::Add | Binary::Subtract, other, Number::Known(0.0))
            | (Binary::Multiply, Number::Known(1.0), other)
            | (Binary::Multiply | Binary::Divide, other, Number::Known(1.0)) => return other,
            _ => {}
        }
        let domain = self.common_domain(&[x, y]);
        if let Some(domain) = domain
            && let (Some(x), Some(y)) = (self.data(x), self.data(y))
        {
            let values = (0..domain.rows()).map(|row| evaluate::binary(function, x.at(row), y.at(row))).collect();
            return self.computed_column(Some(domain), values);
        }
        let (x, y) = (self.node(x), self.node(y));
        Number::Node(self.push(Node::Binary(function, x, y), domain))
    }

    /// `holds` where `left <= right`, else `fails`, row by row; a NaN on either side fails.
    ///
    /// # Panics
    /// When they have rows of different domains.
    pub fn select(&mut self, left: Number, right: Number, holds: Number, fails: Number) -> Number {
        if let (Some(left), Some(right)) = (left.known(), right.known()) {
            return if left <= right { holds } else { fails };
        }
        if holds == fails {
            return holds;
        }
        // A truth value that is asked whether it is true is the comparison it came from.
        if let (Number::Known(0.5), Number::Node(node)) = (left, right)
            && let Node::Select([a, b, yes, no]) = self.nodes[node.index()]
        {
            let truth = |node: NodeId| match self.nodes[node.index()] {
                Node::Constant(x) if x == 0.0 || x == 1.0 => Some(x == 1.0),
                _ => None,
            };
            match (truth(yes), truth(no)) {
                (Some(true), Some(false)) => return self.select(Number::Node(a), Number::Node(b), holds, fails),
                (Some(false), Some(true)) => return self.select(Number::Node(a), Number::Node(b), fails, holds),
                _ => {}
            }
        }
        let operands = [left, right, holds, fails];
        let domain = self.common_domain(&operands);
        if let Some(domain) = domain
            && let [Some(left), Some(right), Some(holds), Some(fails)] = operands.map(|x| self.data(x))
        {
            let choose = |row| if left.at(row) <= right.at(row) { holds.at(row) } else { fails.at(row) };
            return self.computed_column(Some(domain), (0..domain.rows()).map(choose).collect());
        }
        let operands = operands.map(|x| self.node(x));
        Number::Node(self.push(Node::Select(operands), domain))
    }

    /// The sum over the rows of a number, or the number itself times `rows` where all rows share it.
    pub fn sum(&mut self, x: Number, rows: usize) -> Number {
        match (x, self.domain(x)) {
            (_, None) => self.binary(Binary::Multiply, Number::Known(rows as f64), x),
            (Number::Node(node), Some(_)) => {
                if let Some(values) = self.as_column(x) {
                    let total = values.iter().fold(Accumulator::default(), |sum, &x| accumulate(sum, x)).total();
                    return Number::Known(total);
                }
                Number::Node(self.push(Node::Sum(node), None))
            }
            (Number::Known(_), Some(_)) => unreachable!("a known number has no rows"),
        }
    }

    fn push(&mut self, node: Node, domain: Option<Domain>) -> NodeId {
        if self.is_full() {
            return self.drop_node(domain);
        }
        let rows = || domain.expect("a node of rows has a domain");
        let key = match node {
            Node::Constant(x) => Key::Constant(x.to_bits()),
            Node::Coordinate(index) => Key::Coordinate(index),
            Node::Column(column) => Key::Column(column, rows()),
            Node::Roundoff(terms) => Key::Roundoff(terms),
            Node::Gather(list) => Key::Gather(list, rows()),
            Node::Load(array, index) => Key::Load(array, index),
            Node::LoadRows(array, list) => Key::LoadRows(array, list, rows()),
            Node::Unary(function, x) => Key::Unary(function, x),
            Node::Binary(function, x, y) => Key::Binary(function, x, y),
            Node::Select(operands) => Key::Select(operands),
            Node::Sum(x) => Key::Sum(x),
        };
        // What an array holds changes while it is being stored: an old load is not a new one.
        if let Some(&known) = self.shared.get(&key)
            && !matches!(node, Node::Load(array, _) | Node::LoadRows(array, _)
                if self.levels[known.index()] != self.arrays[array.0 as usize].level)
        {
            return known;
        }
        if self.limit.is_some_and(|limit| self.nodes.len() >= limit) {
            return self.drop_node(domain);
        }
        let level = match node {
            Node::Load(array, _) | Node::LoadRows(array, _) => self.arrays[array.0 as usize].level,
            Node::Sum(x) => self.levels[x.index()] + 1,
            other => other.operands().map(|operand| self.levels[operand.index()]).max().unwrap_or(0),
        };
        let id = NodeId(narrow(self.nodes.len()));
        self.nodes.push(node);
        self.domains.push(domain);
        self.levels.push(level);
        self.shared.insert(key, id);
        id
    }

    /// A node of the domain that stands for one that there is no room for.
    fn drop_node(&mut self, domain: Option<Domain>) -> NodeId {
        if let Some(&id) = self.dropped.get(&domain) {
            return id;
        }
        let id = NodeId(narrow(self.nodes.len()));
        self.nodes.push(Node::Constant(f64::NAN));
        self.domains.push(domain);
        self.levels.push(0);
        self.dropped.insert(domain, id);
        id
    }

    fn node(&mut self, number: Number) -> NodeId {
        match number {
            Number::Known(x) => self.push(Node::Constant(x), None),
            Number::Node(node) => node,
        }
    }

    fn common_domain(&self, numbers: &[Number]) -> Option<Domain> {
        let mut domains = numbers.iter().filter_map(|&number| self.domain(number));
        let first = domains.next()?;
        assert!(domains.all(|other| other == first), "rows of different domains are never combined");
        Some(first)
    }

    /// A number known for each row, if it is.
    fn data(&self, number: Number) -> Option<Known> {
        match number {
            Number::Known(x) => Some(Known::All(x)),
            Number::Node(_) => self.as_column(number).map(Known::Each),
        }
    }

    fn computed_column(&mut self, domain: Option<Domain>, values: Vec<f64>) -> Number {
        self.column(domain.expect("a column has rows"), values)
    }

    fn intern(&mut self, values: Vec<f64>) -> u32 {
        let bits: Vec<u64> = values.iter().map(|x| x.to_bits()).collect();
        let next = narrow(self.columns.len());
        let number = *self.column_numbers.entry(bits).or_insert(next);
        if number == next {
            self.columns.push(Column { values: values.into(), name: None });
        }
        number
    }

    fn list(&mut self, list: Vec<u32>) -> u32 {
        let list: Arc<[u32]> = list.into();
        if let Some(&number) = self.list_numbers.get(&list) {
            return number;
        }
        let number = narrow(self.lists.len());
        self.lists.push(Arc::clone(&list));
        self.list_numbers.insert(list, number);
        number
    }
}

impl Number {
    fn node(self) -> Option<NodeId> {
        match self {
            Self::Known(_) => None,
            Self::Node(node) => Some(node),
        }
    }
}

enum Known {
    All(f64),
    Each(Arc<[f64]>),
}

impl Known {
    fn at(&self, row: usize) -> f64 {
        match self {
            Self::All(x) => *x,
            Self::Each(values) => values[row],
        }
    }
}

fn narrow(index: usize) -> u32 {
    u32::try_from(index).expect("a graph has fewer than 2^32 of anything")
}
