//! What flows between the statements of a body: which must stay before which, and which loops could be one.
//!
//! In: statements in an order that works. Out: that order again, with some of them joined. A flow is *per row* when a
//! loop writes an array's elements and the other reads them, each row its own: joined, every row still writes first.
//! Absent on purpose: what statements compute.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::{FxHashMap, FxHashSet};

use super::op::{Array, ArrayId, LoopId, Op, Place, Program, Statement, Value};

/// How one statement depends on an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Through arrays only, each row reading what the same row has written.
    PerRow,
    /// In any other way.
    Whole,
}

/// The statements and joined statements of a body, by the number of the first of each.
#[derive(Debug)]
pub(super) struct Flow {
    members: Vec<Vec<usize>>,
    after: Vec<BTreeMap<usize, Kind>>,
}

impl Flow {
    /// The flow between statements that stand in an order that works.
    pub(super) fn new(program: &Program, body: &[&Statement]) -> Self {
        let accesses: Vec<Access> = body.iter().map(|statement| Access::of(program, statement)).collect();
        let mut flow = Self {
            members: (0..body.len()).map(|index| vec![index]).collect(),
            after: vec![BTreeMap::new(); body.len()],
        };
        let mut origins: FxHashMap<Value, usize> = FxHashMap::default();
        let mut users: FxHashMap<ArrayId, Users> = FxHashMap::default();
        for (later, access) in accesses.iter().enumerate() {
            for value in &access.uses {
                if let Some(&origin) = origins.get(value) {
                    flow.after[origin].insert(later, Kind::Whole);
                }
            }
            origins.extend(access.defines.iter().map(|&value| (value, later)));
            for array in access.arrays() {
                let users = users.entry(array).or_default();
                let element = access.element();
                for &earlier in users.that_meet(element) {
                    if let Some(kind) = through(array, &accesses[earlier], access) {
                        let known = flow.after[earlier].entry(later).or_insert(kind);
                        if kind == Kind::Whole {
                            *known = kind;
                        }
                    }
                }
                users.add(element, later);
            }
        }
        flow
    }

    /// Whether two loops over as many rows can be one, as far as the flow goes: between them is at most a flow per row.
    pub(super) fn joinable(&self, one: usize, other: usize) -> bool {
        let alive = |index: usize| !self.members[index].is_empty();
        alive(one) && alive(other) && !self.leads(one, other) && !self.leads(other, one)
    }

    /// Whether there is a way from one statement to another, other than a direct flow per row.
    fn leads(&self, from: usize, to: usize) -> bool {
        let mut seen = BTreeSet::new();
        let mut pending = Vec::new();
        for (&next, &kind) in &self.after[from] {
            if next != to {
                pending.push(next);
            } else if kind == Kind::Whole {
                return true;
            }
        }
        while let Some(index) = pending.pop() {
            if index == to {
                return true;
            }
            if seen.insert(index) {
                pending.extend(self.after[index].keys());
            }
        }
        false
    }

    /// Makes one statement of two that are joinable; it goes by the number of the first.
    pub(super) fn join(&mut self, one: usize, other: usize) {
        let moved = std::mem::take(&mut self.members[other]);
        self.members[one].extend(moved);
        let after = std::mem::take(&mut self.after[other]);
        let mut edges: Vec<(usize, usize, Kind)> = after.into_iter().map(|(to, kind)| (one, to, kind)).collect();
        for (from, after) in self.after.iter_mut().enumerate() {
            edges.extend(after.remove(&other).map(|kind| (from, one, kind)));
        }
        for (from, to, kind) in edges.into_iter().filter(|(from, to, _)| from != to) {
            let known = self.after[from].entry(to).or_insert(kind);
            if kind == Kind::Whole {
                *known = kind;
            }
        }
        self.after[one].remove(&one);
    }

    /// The statements in an order that works, as near to the one they came in as can be; joined ones together.
    ///
    /// # Panics
    /// When statements were joined that are not joinable.
    pub(super) fn order(mut self) -> Vec<Vec<usize>> {
        let mut waiting = vec![0_usize; self.members.len()];
        for next in self.after.iter().flat_map(BTreeMap::keys) {
            waiting[*next] += 1;
        }
        let alive = |members: &[Vec<usize>], index: usize| !members[index].is_empty();
        let mut ready: BTreeSet<usize> =
            (0..waiting.len()).filter(|&index| waiting[index] == 0 && alive(&self.members, index)).collect();
        let expected = self.members.iter().filter(|members| !members.is_empty()).count();
        let mut order = Vec::new();
        while let Some(index) = ready.pop_first() {
            order.push(std::mem::take(&mut self.members[index]));
            for next in self.after[index].keys() {
                waiting[*next] -= 1;
                if waiting[*next] == 0 {
                    ready.insert(*next);
                }
            }
        }
        assert_eq!(order.len(), expected, "joining what does not depend on each other makes no circle");
        order
    }
}

/// The statements that use an array: those that are about one element, by that element, and others. Long programs have
/// thousands of the first kind, of which two seldom meet.
#[derive(Debug, Default)]
struct Users {
    all: Vec<usize>,
    general: Vec<usize>,
    by_element: FxHashMap<usize, Vec<usize>>,
}

impl Users {
    fn add(&mut self, element: Option<usize>, statement: usize) {
        self.all.push(statement);
        match element {
            Some(element) => self.by_element.entry(element).or_default().push(statement),
            None => self.general.push(statement),
        }
    }

    /// Those that may use an element, or, for a statement that is about several, any.
    fn that_meet(&self, element: Option<usize>) -> impl Iterator<Item = &usize> {
        let (some, own) = match element {
            Some(element) => (&self.general[..], self.by_element.get(&element).map_or(&[][..], Vec::as_slice)),
            None => (&self.all[..], &[][..]),
        };
        some.iter().chain(own)
    }
}

/// How `later` depends on `earlier` through one array, if it does. That two statements add to an array, or store
/// different elements, puts neither before the other.
fn through(array: ArrayId, earlier: &Access, later: &Access) -> Option<Kind> {
    let places = |list: &[(ArrayId, Place)]| -> Vec<Place> {
        list.iter().filter(|(other, _)| *other == array).map(|(_, place)| *place).collect()
    };
    let mut written = places(&earlier.stores);
    written.extend(places(&earlier.additions));
    let read = places(&later.loads);
    if !places(&earlier.loads).is_empty() && !places(&later.additions).is_empty() {
        return Some(Kind::Whole);
    }
    if written.is_empty() || read.is_empty() {
        return None;
    }
    let own = |place: &Place, row: Option<LoopId>| match *place {
        Place::Strided { row: of, stride, offset } if Some(of) == row && stride != 0 => Some((stride, offset)),
        Place::Fixed(_) | Place::Strided { .. } | Place::Listed { .. } => None,
    };
    let mut elements =
        written.iter().map(|place| own(place, earlier.row)).chain(read.iter().map(|place| own(place, later.row)));
    let first = elements.next().flatten();
    let same = first.is_some() && elements.all(|element| element == first);
    Some(if same { Kind::PerRow } else { Kind::Whole })
}

/// What a statement takes and gives.
#[derive(Debug, Default)]
struct Access {
    /// The loop that the statement is, if it is one.
    row: Option<LoopId>,
    uses: Vec<Value>,
    defines: Vec<Value>,
    loads: Vec<(ArrayId, Place)>,
    stores: Vec<(ArrayId, Place)>,
    additions: Vec<(ArrayId, Place)>,
}

impl Access {
    fn of(program: &Program, statement: &Statement) -> Self {
        let mut access = Self::default();
        if let Statement::Loop(inner) = statement {
            access.row = Some(inner.id);
        }
        access.note(program, statement);
        access
    }

    fn note(&mut self, program: &Program, statement: &Statement) {
        match statement {
            Statement::Let(value) => {
                let op = program.op(*value);
                if let Op::Load { array: Array::Stored(array), at } = op {
                    self.loads.push((array, at));
                }
                self.uses.extend(op.operands());
                self.defines.push(*value);
            }
            Statement::Loop(inner) => {
                inner.body.iter().for_each(|statement| self.note(program, statement));
                self.uses.extend(inner.sums.iter().map(|sum| sum.term));
                self.defines.extend(inner.sums.iter().map(|sum| sum.total));
            }
            Statement::Store(store) => {
                self.uses.push(store.value);
                self.stores.push((store.array, store.at));
            }
            Statement::Accumulate(store) => {
                self.uses.push(store.value);
                self.additions.push((store.array, store.at));
            }
        }
    }

    /// The one element that a statement is about, if it is about one.
    fn element(&self) -> Option<usize> {
        let mut places = [&self.loads, &self.stores, &self.additions].into_iter().flatten().map(|(_, place)| *place);
        match (places.next(), places.next()) {
            (Some(Place::Fixed(element)), None) => Some(element),
            _ => None,
        }
    }

    fn arrays(&self) -> FxHashSet<ArrayId> {
        [&self.loads, &self.stores, &self.additions].into_iter().flatten().map(|(array, _)| *array).collect()
    }
}
