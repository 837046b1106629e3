//! Arrays: elements stored once, one by one or row by row, and then read. A recurrence stores rows in order, and reads
//! what earlier rows stored.

use std::sync::Arc;

use super::{Domain, Graph, Node, NodeId, Number, RowStore, StoredArray, Stores, narrow};

impl Graph {
    /// An array of so many elements, to be stored and then read.
    pub fn array(&mut self, length: usize) -> StoredArray {
        self.arrays.push(Stores { length, ..Stores::default() });
        StoredArray(narrow(self.arrays.len() - 1))
    }

    /// Stores an element; each is stored once.
    pub fn store(&mut self, array: StoredArray, index: usize, value: Number) {
        let value = self.node(value);
        let level = self.levels[value.index()] + 1;
        let stores = &mut self.arrays[array.0 as usize];
        stores.elements.push((narrow(index), value));
        stores.level = stores.level.max(level);
    }

    /// Stores an element for each row of a domain. Several arrays may be stored by the same recurrence: then rows run
    /// in order, and may have read what earlier rows store.
    ///
    /// # Panics
    /// When a list has not one element per row.
    pub fn store_rows(&mut self, domain: Domain, stores: Vec<(StoredArray, Vec<u32>, Number)>, recurrence: bool) {
        let number = recurrence.then(|| {
            self.recurrences += 1;
            self.recurrences - 1
        });
        let mut prepared = Vec::new();
        for (array, list, value) in stores {
            assert_eq!(list.len(), domain.rows(), "one element per row");
            // A value that is the same for all rows is stored by each of them.
            let value = self.node(value);
            prepared.push((array, self.list(list), value));
        }
        let own: Vec<u32> = prepared.iter().map(|(_, _, value)| self.levels[value.index()]).collect();
        let level = own.into_iter().max().unwrap_or(0);
        for (array, list, value) in prepared {
            let stores = &mut self.arrays[array.0 as usize];
            let level = level.max(if recurrence { stores.level } else { 0 });
            stores.rows.push(RowStore { list, value, recurrence: number, level });
            stores.level = stores.level.max(level + 1);
        }
        self.level_recurrence(number);
    }

    /// All stores of a recurrence run in one loop: at the level of the last.
    fn level_recurrence(&mut self, number: Option<u32>) {
        if number.is_none() {
            return;
        }
        let rows = || self.arrays.iter().flat_map(|stores| &stores.rows).filter(|row| row.recurrence == number);
        let level = rows().map(|row| row.level).max().unwrap_or(0);
        for stores in &mut self.arrays {
            for row in stores.rows.iter_mut().filter(|row| row.recurrence == number) {
                row.level = level;
                stores.level = stores.level.max(level + 1);
            }
        }
    }

    /// An element of an array.
    pub fn load(&mut self, array: StoredArray, index: usize) -> Number {
        Number::Node(self.push(Node::Load(array, narrow(index)), None))
    }

    /// Elements of an array, one per row.
    ///
    /// # Panics
    /// When the list has not one entry per row.
    pub fn load_rows(&mut self, array: StoredArray, domain: Domain, list: Vec<u32>) -> Number {
        assert_eq!(list.len(), domain.rows(), "one element per row");
        let list = self.list(list);
        Number::Node(self.push(Node::LoadRows(array, list), Some(domain)))
    }

    /// Whether any of the numbers is computed from elements of an array.
    pub fn reads(&self, numbers: &[Number], array: StoredArray) -> bool {
        let mut seen = vec![false; self.nodes.len()];
        let mut pending: Vec<NodeId> = numbers.iter().filter_map(|number| number.node()).collect();
        while let Some(node) = pending.pop() {
            if std::mem::replace(&mut seen[node.index()], true) {
                continue;
            }
            match self.nodes[node.index()] {
                Node::Load(other, _) | Node::LoadRows(other, _) if other == array => return true,
                other => pending.extend(other.operands()),
            }
        }
        false
    }

    /// The lists by which an array is read in what the numbers are computed from.
    pub fn lists_read(&self, numbers: &[Number], array: StoredArray) -> Vec<Arc<[u32]>> {
        let mut seen = vec![false; self.nodes.len()];
        let mut pending: Vec<NodeId> = numbers.iter().filter_map(|number| number.node()).collect();
        let mut found = Vec::new();
        while let Some(node) = pending.pop() {
            if std::mem::replace(&mut seen[node.index()], true) {
                continue;
            }
            match self.nodes[node.index()] {
                Node::LoadRows(other, list) if other == array => found.push(Arc::clone(&self.lists[list as usize])),
                Node::Load(other, index) if other == array => found.push([index].into()),
                other => pending.extend(other.operands()),
            }
        }
        found
    }
}
