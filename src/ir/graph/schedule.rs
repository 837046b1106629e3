//! Makes a program of a graph: which loops there are, what runs in each, in which order.
//!
//! Stage by stage: first what needs no loop, then the loops that need only that, then what their sums and arrays give,
//! and so on. All sums and independent stores of one stage over the same number of rows share one loop; a recurrence
//! has a loop of its own, in order. The builder places what does not change from row to row outside of the loop.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{Domain, Graph, Node, NodeId, Number, StoredArray};
use crate::ir::Builder;
use crate::ir::op::{Array, ArrayId, LoopId, Op, Order, Place, Program, Store, Table, Value};

impl Graph {
    /// The program over so many coordinates whose results are the given numbers, in order.
    pub fn program(&self, coordinates: usize, results: &[Number]) -> Program {
        let needed = self.needed(results);
        let mut schedule = Schedule {
            graph: self,
            needed,
            builder: Builder::new(coordinates),
            scalars: FxHashMap::default(),
            arrays: FxHashMap::default(),
            tables: FxHashMap::default(),
        };
        let last = schedule.stages();
        for stage in 0..=last {
            schedule.scalars_of(stage);
            schedule.loops_of(stage);
        }
        let results = results
            .iter()
            .map(|&result| match result {
                Number::Known(x) => schedule.builder.constant(x),
                Number::Node(node) => schedule.scalars[&node],
            })
            .collect();
        schedule.builder.finish(results)
    }

    /// Which nodes the results need.
    fn needed(&self, results: &[Number]) -> Vec<bool> {
        let mut needed = vec![false; self.nodes.len()];
        let mut pending: Vec<NodeId> = results.iter().filter_map(|result| result.node()).collect();
        while let Some(node) = pending.pop() {
            if std::mem::replace(&mut needed[node.index()], true) {
                continue;
            }
            let node = self.nodes[node.index()];
            pending.extend(node.operands());
            if let Node::Load(StoredArray(array), _) | Node::LoadRows(StoredArray(array), _) = node {
                let stores = &self.arrays[array as usize];
                pending.extend(stores.elements.iter().map(|&(_, value)| value));
                pending.extend(stores.rows.iter().map(|row| row.value));
            }
        }
        needed
    }
}

struct Schedule<'a> {
    graph: &'a Graph,
    needed: Vec<bool>,
    builder: Builder,
    /// The values of nodes without rows.
    scalars: FxHashMap<NodeId, Value>,
    arrays: FxHashMap<StoredArray, ArrayId>,
    /// The table of each column.
    tables: FxHashMap<u32, usize>,
}

/// What a loop does.
#[derive(Default)]
struct Work {
    sums: Vec<NodeId>,
    /// Array, list, value.
    stores: Vec<(StoredArray, u32, NodeId)>,
}

impl Schedule<'_> {
    fn stages(&self) -> u32 {
        self.graph
            .levels
            .iter()
            .zip(&self.needed)
            .filter(|(_, needed)| **needed)
            .map(|(&level, _)| level)
            .max()
            .unwrap_or(0)
    }

    /// Computes the nodes without rows that are due at a stage, and stores the elements that wait for them.
    fn scalars_of(&mut self, stage: u32) {
        let graph = self.graph;
        for (index, &node) in graph.nodes.iter().enumerate() {
            let due = self.needed[index] && graph.levels[index] == stage && graph.domains[index].is_none();
            if !due || matches!(node, Node::Sum(_)) {
                continue;
            }
            let value = match node {
                Node::Constant(x) => self.builder.constant(x),
                Node::Coordinate(i) => self.builder.push(Op::Coordinate(i as usize)),
                Node::Roundoff(terms) => self.builder.push(Op::Roundoff(terms)),
                Node::Load(array, element) => {
                    let array = Array::Stored(self.array(array));
                    self.builder.push(Op::Load { array, at: Place::Fixed(element as usize) })
                }
                Node::Unary(function, x) => self.builder.unary(function, self.scalars[&x]),
                Node::Binary(function, x, y) => self.builder.binary(function, self.scalars[&x], self.scalars[&y]),
                Node::Select(operands) => {
                    let [left, right, holds, fails] = operands.map(|operand| self.scalars[&operand]);
                    self.builder.push(Op::Select { left, right, holds, fails })
                }
                Node::Column(_) | Node::Gather(_) | Node::LoadRows(..) | Node::Sum(_) => {
                    unreachable!("these have rows, or are the loops' to compute")
                }
            };
            self.scalars.insert(NodeId(index as u32), value);
        }
        for (number, stores) in graph.arrays.iter().enumerate() {
            for &(element, value) in &stores.elements {
                if self.needed[value.index()] && graph.levels[value.index()] == stage && self.reached(value) {
                    let array = self.array(StoredArray(number as u32));
                    self.builder.store(Store {
                        array,
                        at: Place::Fixed(element as usize),
                        value: self.scalars[&value],
                    });
                }
            }
        }
    }

    fn reached(&self, value: NodeId) -> bool {
        self.scalars.contains_key(&value)
    }

    /// Runs the loops that are due at a stage.
    fn loops_of(&mut self, stage: u32) {
        let graph = self.graph;
        let mut recurrences: BTreeMap<u32, Work> = BTreeMap::new();
        let mut loops: BTreeMap<u32, BTreeMap<Domain, Work>> = BTreeMap::new();
        for (index, &node) in graph.nodes.iter().enumerate() {
            if let Node::Sum(term) = node
                && self.needed[index]
                && graph.levels[term.index()] == stage
            {
                let domain = graph.domains[term.index()].expect("what is summed has rows");
                let work = loops.entry(domain.rows).or_default().entry(domain).or_default();
                work.sums.push(NodeId(index as u32));
            }
        }
        for (number, stores) in graph.arrays.iter().enumerate() {
            for row in stores.rows.iter().filter(|row| row.level == stage && self.needed[row.value.index()]) {
                let store = (StoredArray(number as u32), row.list, row.value);
                match row.recurrence {
                    Some(recurrence) => recurrences.entry(recurrence).or_default().stores.push(store),
                    None => {
                        let domain = graph.domains[row.value.index()];
                        let rows = graph.lists[row.list as usize].len();
                        let domain = domain.unwrap_or(Domain::elements(rows));
                        loops.entry(domain.rows).or_default().entry(domain).or_default().stores.push(store);
                    }
                }
            }
        }
        for work in recurrences.into_values() {
            let rows = graph.lists[work.stores[0].1 as usize].len();
            self.run(rows, Order::Forward, vec![work]);
        }
        for (rows, works) in loops {
            self.run(rows as usize, Order::Any, works.into_values().collect());
        }
    }

    fn run(&mut self, rows: usize, order: Order, works: Vec<Work>) {
        let row = self.builder.open_ordered_loop(rows, order);
        let mut terms = Vec::new();
        let mut totals = Vec::new();
        for work in works {
            let term = |sum: &NodeId| match self.graph.nodes[sum.index()] {
                Node::Sum(term) => term,
                _ => unreachable!("only sums were collected"),
            };
            let roots: Vec<NodeId> =
                work.sums.iter().map(term).chain(work.stores.iter().map(|&(_, _, value)| value)).collect();
            let values = self.rows(row, &roots);
            for sum in work.sums {
                terms.push(values[&term(&sum)]);
                totals.push(sum);
            }
            for (array, list, value) in work.stores {
                let at = self.place(row, list);
                let value = values.get(&value).or_else(|| self.scalars.get(&value)).copied();
                let value = value.expect("what is stored was computed at this stage");
                let array = self.array(array);
                self.builder.store(Store { array, at, value });
            }
        }
        let sums = self.builder.close_loop(&terms);
        self.scalars.extend(totals.into_iter().zip(sums));
    }

    /// Computes nodes with rows, inside of their loop.
    fn rows(&mut self, row: LoopId, roots: &[NodeId]) -> FxHashMap<NodeId, Value> {
        let mut values: FxHashMap<NodeId, Value> = FxHashMap::default();
        for node in self.graph.rows_below(roots) {
            let of = |schedule: &Self, operand: NodeId| {
                values.get(&operand).or_else(|| schedule.scalars.get(&operand)).copied().expect("operands come earlier")
            };
            let value = match self.graph.nodes[node.index()] {
                Node::Column(column) => {
                    let table = self.table(column);
                    self.builder.push(Op::Datum { table, row })
                }
                Node::Gather(list) => {
                    let at = self.place(row, list);
                    self.builder.push(Op::Load { array: Array::Coordinates, at })
                }
                Node::LoadRows(array, list) => {
                    let at = self.place(row, list);
                    let array = Array::Stored(self.array(array));
                    self.builder.push(Op::Load { array, at })
                }
                Node::Unary(function, x) => {
                    let x = of(self, x);
                    self.builder.unary(function, x)
                }
                Node::Binary(function, x, y) => {
                    let (x, y) = (of(self, x), of(self, y));
                    self.builder.binary(function, x, y)
                }
                Node::Select(operands) => {
                    let [left, right, holds, fails] = operands.map(|operand| of(self, operand));
                    self.builder.push(Op::Select { left, right, holds, fails })
                }
                Node::Constant(_) | Node::Coordinate(_) | Node::Roundoff(_) | Node::Load(..) | Node::Sum(_) => {
                    unreachable!("a node without rows is no part of a row")
                }
            };
            values.insert(node, value);
        }
        values
    }

    fn array(&mut self, array: StoredArray) -> ArrayId {
        let length = self.graph.arrays[array.0 as usize].length;
        let builder = &mut self.builder;
        *self.arrays.entry(array).or_insert_with(|| builder.array(length))
    }

    fn table(&mut self, column: u32) -> usize {
        let data = &self.graph.columns[column as usize];
        let builder = &mut self.builder;
        *self.tables.entry(column).or_insert_with(|| {
            let name = data.name.clone().unwrap_or_else(|| format!("d{column}"));
            builder.table(Table { name, values: Arc::clone(&data.values) })
        })
    }

    /// Where rows find their elements: by rule where there is one, else by list.
    fn place(&mut self, row: LoopId, list: u32) -> Place {
        let list = &self.graph.lists[list as usize];
        let offset = i64::from(list[0]);
        let stride = list.get(1).map_or(0, |&second| i64::from(second) - offset);
        let regular = list.iter().enumerate().all(|(i, &element)| i64::from(element) == offset + stride * i as i64);
        match (regular, stride) {
            (true, 0) => Place::Fixed(list[0] as usize),
            (true, _) => Place::Strided { row, stride, offset },
            (false, _) => Place::Listed { row, positions: self.builder.positions(Arc::clone(list)) },
        }
    }
}
