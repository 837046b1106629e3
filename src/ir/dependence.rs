//! Which coordinates each value depends on: what a component-wise update must evaluate again, and what carries a
//! derivative at all.
//!
//! In: a program. Out: for each coordinate, the results it touches. An array counts as a whole: an element depends on
//! what any element of its array depends on. The comparison of a select counts, although it has no derivative.
//! Absent on purpose: cancellation (`x - x` depends on `x`), which is `simplify`'s.

use std::collections::HashMap;

use super::op::{Array, LoopId, Op, Place, Program, Statement, Value};

/// For each coordinate, the positions of the results that it touches, ascending.
pub fn dependence(program: &Program) -> Vec<Vec<usize>> {
    let reach = Reach::new(program);
    let touched = |coordinate: usize| {
        let touches = |result: &usize| reach.of(program.results[*result]).contains(coordinate);
        (0..program.results.len()).filter(touches).collect()
    };
    (0..program.coordinates).map(touched).collect()
}

/// [`dependence`] in words, a line for each coordinate; `names` are the coordinates', and one without a name is `z`
/// and its number.
pub fn describe(program: &Program, names: &[String]) -> Vec<String> {
    let line = |(coordinate, results): (usize, Vec<usize>)| {
        let name = names.get(coordinate).cloned().unwrap_or_else(|| format!("z{coordinate}"));
        let numbers: Vec<String> = results.iter().map(ToString::to_string).collect();
        match &numbers[..] {
            [] => format!("{name} touches no term"),
            [one] => format!("{name} touches term {one}"),
            several if several.len() == program.results.len() => format!("{name} touches every term"),
            several => format!("{name} touches terms {}", several.join(", ")),
        }
    };
    dependence(program).into_iter().enumerate().map(line).collect()
}

/// For each value, whether a derivative by some coordinate can differ from zero.
pub(super) fn active(program: &Program) -> Vec<bool> {
    Reach::new(program).values.iter().map(|set| !set.is_empty()).collect()
}

/// A set of coordinates, 64 to a word; without words while it is empty.
#[derive(Clone, Debug, Default, PartialEq)]
struct Set(Vec<u64>);

impl Set {
    fn insert(&mut self, coordinate: usize) {
        let word = coordinate / 64;
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (coordinate % 64);
    }

    fn contains(&self, coordinate: usize) -> bool {
        self.0.get(coordinate / 64).is_some_and(|word| word >> (coordinate % 64) & 1 == 1)
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn extend(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (word, more) in self.0.iter_mut().zip(&other.0) {
            *word |= more;
        }
    }
}

/// What each value and each array depends on.
pub(super) struct Reach<'a> {
    program: &'a Program,
    values: Vec<Set>,
    arrays: Vec<Set>,
    rows: HashMap<LoopId, usize>,
}

impl<'a> Reach<'a> {
    pub(super) fn new(program: &'a Program) -> Self {
        let mut reach = Self {
            program,
            values: vec![Set::default(); program.values()],
            arrays: vec![Set::default(); program.arrays.len()],
            rows: HashMap::new(),
        };
        for value in 0..program.values() {
            if let Op::Coordinate(i) = program.ops[value] {
                reach.values[value].insert(i);
            }
        }
        // Sets of arrays only grow, and a recurrence may carry what its later rows add back to its earlier statements.
        loop {
            let before = reach.arrays.clone();
            reach.run(&program.body);
            if reach.arrays == before {
                return reach;
            }
        }
    }

    /// Whether a value depends on a coordinate.
    pub(super) fn touches(&self, value: Value, coordinate: usize) -> bool {
        self.of(value).contains(coordinate)
    }

    /// Whether an element of an array does.
    pub(super) fn touches_array(&self, array: usize, coordinate: usize) -> bool {
        self.arrays[array].contains(coordinate)
    }

    fn of(&self, value: Value) -> &Set {
        &self.values[value.index()]
    }

    fn run(&mut self, body: &[Statement]) {
        for statement in body {
            match statement {
                Statement::Let(value) => self.values[value.index()] = self.compute(*value),
                Statement::Loop(inner) => {
                    self.rows.insert(inner.id, inner.rows);
                    self.run(&inner.body);
                    for sum in &inner.sums {
                        self.values[sum.total.index()] = self.of(sum.term).clone();
                    }
                }
                Statement::Store(store) | Statement::Accumulate(store) => {
                    self.arrays[store.array.index()].extend(&self.values[store.value.index()]);
                }
            }
        }
    }

    fn compute(&self, value: Value) -> Set {
        let mut set = Set::default();
        match self.program.op(value) {
            Op::Load { array: Array::Coordinates, at } => {
                elements(self.program, at, |row| self.rows[&row]).for_each(|coordinate| set.insert(coordinate));
            }
            Op::Load { array: Array::Stored(array), .. } => set.extend(&self.arrays[array.index()]),
            op @ (Op::Constant(_)
            | Op::Roundoff(_)
            | Op::Coordinate(_)
            | Op::Datum { .. }
            | Op::Unary(..)
            | Op::Binary(..)
            | Op::Select { .. }
            | Op::Sum(..)) => op.operands().for_each(|operand| set.extend(self.of(operand))),
        }
        set
    }
}

/// The elements that a place names over all rows of its loop, of which `rows` knows the number.
///
/// # Panics
/// When a place names an element before the first.
pub(super) fn elements(
    program: &Program,
    at: Place,
    rows: impl Fn(LoopId) -> usize,
) -> Box<dyn Iterator<Item = usize> + '_> {
    match at {
        Place::Fixed(element) => Box::new(std::iter::once(element)),
        Place::Strided { row, stride, offset } => Box::new((0..rows(row) as i64).map(move |row| {
            usize::try_from(offset + stride * row).expect("an element of an array is named by a number from 0")
        })),
        Place::Listed { row, positions } => {
            Box::new(program.positions[positions][..rows(row)].iter().map(|&element| element as usize))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::build::Builder;
    use super::super::op::{Order, Store};
    use super::*;

    /// Four coordinates; terms: `z0 + 1`, a sum over gathered `z1` and `z3`, and the last element of a recurrence that
    /// starts from `z2` and adds `z0`.
    fn program() -> Program {
        let mut b = Builder::new(4);
        let (z0, z2) = (b.push(Op::Coordinate(0)), b.push(Op::Coordinate(2)));
        let one = b.constant(1.0);
        let first = b.add(z0, one);
        let positions = b.positions([1, 3, 1].into());
        let row = b.open_loop(3);
        let gathered = b.push(Op::Load { array: Array::Coordinates, at: Place::Listed { row, positions } });
        let second = b.close_loop(&[gathered])[0];
        let array = b.array(4);
        b.store(Store { array, at: Place::Fixed(0), value: z2 });
        let row = b.open_ordered_loop(3, Order::Forward);
        let at = |offset| Place::Strided { row, stride: 1, offset };
        let previous = b.push(Op::Load { array: Array::Stored(array), at: at(0) });
        let next = b.add(previous, z0);
        b.store(Store { array, at: at(1), value: next });
        b.close_loop(&[]);
        let third = b.push(Op::Load { array: Array::Stored(array), at: Place::Fixed(3) });
        b.finish(vec![first, second, third])
    }

    #[test]
    fn a_coordinate_touches_terms_through_values_sums_and_arrays() {
        assert_eq!(dependence(&program()), [vec![0, 2], vec![1], vec![2], vec![1]]);
    }

    #[test]
    fn a_recurrence_carries_what_enters_at_a_later_row_through_its_earlier_statements() {
        // b[n+1] = a[n]; a[n+1] = z[n]: b is stored before a is, and depends on z all the same.
        let mut b = Builder::new(3);
        let (first, second) = (b.array(4), b.array(4));
        let row = b.open_ordered_loop(3, Order::Forward);
        let at = |offset| Place::Strided { row, stride: 1, offset };
        let previous = b.push(Op::Load { array: Array::Stored(first), at: at(0) });
        b.store(Store { array: second, at: at(1), value: previous });
        let z = b.push(Op::Load { array: Array::Coordinates, at: at(0) });
        b.store(Store { array: first, at: at(1), value: z });
        b.close_loop(&[]);
        let last = b.push(Op::Load { array: Array::Stored(second), at: Place::Fixed(3) });
        let program = b.finish(vec![last]);
        assert_eq!(dependence(&program), vec![vec![0]; 3]);
    }

    #[test]
    fn dependence_reads_as_sentences() {
        let lines = describe(&program(), &["mu".into()]);
        assert_eq!(lines, ["mu touches terms 0, 2", "z1 touches term 1", "z2 touches term 2", "z3 touches term 1"]);
    }
}
