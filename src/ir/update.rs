//! What a component-wise step must compute when one coordinate has moved: for each coordinate a program of its own,
//! which reads again what the move has left as it was.
//!
//! ```text
//! v0 = exp(z0)   v1 = tanh(z1)   v2 = v0 + v1   target += v2     becomes, with v0 and v1 kept,
//!     z0:  v0 = exp(z0)    v2 = v0 + v1'   target += v2   v0' := v0
//!     z1:  v1 = tanh(z1)   v2 = v0' + v1   target += v2   v1' := v1
//! ```
//!
//! In: the program of a log density, and the program of the parameters, whose values the first has often computed
//! already. Out: the programs, and which values to keep between them. All of them compute the terms from the same
//! operations in the same order as the whole program, so that not a bit depends on what was kept. A statement of the
//! body is done whole or left out; a loop is one statement.
//! Absent on purpose: where values are kept, and what happens to those of a move that is not taken.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::build::Key;
use super::dependence::Reach;
use super::op::{Array, Op, Program, Statement, Value};

/// Programs for the moves of single coordinates.
#[derive(Clone, Debug, PartialEq)]
pub struct Updates {
    /// Computes, of the coordinates alone, the terms and after them all values that are kept.
    pub whole: Program,
    /// How many values are kept.
    pub kept: usize,
    /// The different programs.
    pub programs: Vec<Update>,
    /// Which of them belongs to each coordinate.
    pub of: Vec<usize>,
    /// Where each parameter is found while chains step, if it need not be computed.
    pub parameters: Vec<Option<Source>>,
}

/// What one move needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Update {
    /// Computes the terms, and after them the kept values that may have changed. Kept values are read as coordinates, in
    /// order, after the coordinates themselves.
    pub program: Program,
    /// Which kept values those are.
    pub changes: Vec<usize>,
}

/// Where a number is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// It is a coordinate.
    Coordinate(usize),
    /// It is kept.
    Kept(usize),
}

/// Looks at a statement for each coordinate: a program on which that takes too long is left whole.
const MOST_LOOKS: usize = 20_000_000;
/// Statements of all programs together, per statement of the whole, and at least: they take room in memory and caches.
const MOST_COPIES: usize = 16;
const FEW: usize = 2_000;
/// Loops of all programs together: each has tiles of rows in memory.
const MOST_LOOPS: usize = 64;

/// The programs for moves on `density`; `constrain` computes the parameters.
pub fn updates(density: &Program, constrain: &Program) -> Updates {
    updates_within(density, constrain, MOST_COPIES).unwrap_or_else(|| whole(density, constrain))
}

/// One program, the whole one, whichever coordinate moves, and nothing kept.
pub fn whole(density: &Program, constrain: &Program) -> Updates {
    let parameters = constrain.results.iter().map(|&result| match constrain.op(result) {
        Op::Coordinate(z) => Some(Source::Coordinate(z)),
        _ => None,
    });
    Updates {
        whole: density.clone(),
        kept: 0,
        programs: vec![Update { program: density.clone(), changes: Vec::new() }],
        of: vec![0; density.coordinates],
        parameters: parameters.collect(),
    }
}

/// The programs, unless they were more than `copies` times the whole.
pub fn updates_within(density: &Program, constrain: &Program, copies: usize) -> Option<Updates> {
    let statements = density.body.len();
    if statements.saturating_mul(density.coordinates) > MOST_LOOKS {
        return None;
    }
    let flow = Flow::new(density);
    let mut numbers: FxHashMap<Vec<bool>, usize> = FxHashMap::default();
    let mut distinct: Vec<Vec<bool>> = Vec::new();
    let mut of = Vec::with_capacity(density.coordinates);
    let count = |included: &[bool]| included.iter().filter(|&&included| included).count();
    let loops = |included: &[bool]| {
        density.body.iter().zip(included).filter(|(s, included)| **included && matches!(s, Statement::Loop(_))).count()
    };
    let (mut all_statements, mut all_loops) = (0, 0);
    for coordinate in 0..density.coordinates {
        let included = flow.touched(coordinate);
        let number = *numbers.entry(included).or_insert_with_key(|included| {
            all_statements += count(included);
            all_loops += loops(included);
            distinct.push(included.clone());
            distinct.len() - 1
        });
        if all_statements > (copies * statements).max(FEW) || all_loops > MOST_LOOPS {
            return None;
        }
        of.push(number);
    }
    let mut kept: BTreeSet<Value> = distinct.iter().flat_map(|included| flow.inputs(included)).collect();
    let parameters = flow.parameters(constrain, &distinct, &of);
    kept.extend(parameters.iter().filter_map(|found| match found {
        Some(Found::Value(value)) => Some(*value),
        Some(Found::Coordinate(_)) | None => None,
    }));
    let places: BTreeMap<Value, usize> = kept.iter().enumerate().map(|(place, &value)| (value, place)).collect();
    let programs = distinct.iter().map(|included| flow.update(included, &places)).collect();
    let mut whole = density.clone();
    whole.results.extend(&kept);
    let parameters = parameters.into_iter().map(|found| {
        found.map(|found| match found {
            Found::Coordinate(z) => Source::Coordinate(z),
            Found::Value(value) => Source::Kept(places[&value]),
        })
    });
    Some(Updates { kept: kept.len(), programs, of, parameters: parameters.collect(), whole })
}

/// A parameter among the values of the density.
#[derive(Clone, Copy, Debug)]
enum Found {
    Coordinate(usize),
    Value(Value),
}

/// The statements of a body, and what each of them needs and touches.
struct Flow<'a> {
    program: &'a Program,
    reach: Reach<'a>,
    /// What each statement reads, nested ones with it, and the arrays it loads and writes.
    reads: Vec<Vec<Value>>,
    loads: Vec<Vec<usize>>,
    writes: Vec<Vec<usize>>,
    /// The statement of the body that computes a value.
    origin: FxHashMap<Value, usize>,
}

impl<'a> Flow<'a> {
    fn new(program: &'a Program) -> Self {
        let mut flow = Self {
            program,
            reach: Reach::new(program),
            reads: Vec::new(),
            loads: Vec::new(),
            writes: Vec::new(),
            origin: FxHashMap::default(),
        };
        for (position, statement) in program.body.iter().enumerate() {
            match statement {
                Statement::Let(value) => drop(flow.origin.insert(*value, position)),
                Statement::Loop(inner) => flow.origin.extend(inner.sums.iter().map(|sum| (sum.total, position))),
                Statement::Store(_) | Statement::Accumulate(_) => {}
            }
            let (mut reads, mut loads, mut writes) = (Vec::new(), Vec::new(), Vec::new());
            access(program, statement, &mut reads, &mut loads, &mut writes);
            flow.reads.push(reads);
            flow.loads.push(loads);
            flow.writes.push(writes);
        }
        flow
    }

    /// Whether a statement may do something else when a coordinate moves.
    fn touches(&self, statement: &Statement, coordinate: usize) -> bool {
        match statement {
            Statement::Let(value) => self.reach.touches(*value, coordinate),
            Statement::Store(store) | Statement::Accumulate(store) => {
                self.reach.touches_array(store.array.index(), coordinate)
            }
            Statement::Loop(inner) => {
                inner.sums.iter().any(|sum| self.reach.touches(sum.total, coordinate))
                    || inner.body.iter().any(|nested| self.touches(nested, coordinate))
            }
        }
    }

    /// The statements to do when a coordinate moves: those it touches, and those that fill arrays which they load.
    fn touched(&self, coordinate: usize) -> Vec<bool> {
        let body = &self.program.body;
        let mut included: Vec<bool> = body.iter().map(|statement| self.touches(statement, coordinate)).collect();
        loop {
            let loaded: BTreeSet<usize> =
                (0..body.len()).filter(|&at| included[at]).flat_map(|at| self.loads[at].iter().copied()).collect();
            let before = included.clone();
            for (included, writes) in included.iter_mut().zip(&self.writes) {
                *included |= writes.iter().any(|array| loaded.contains(array));
            }
            if included == before {
                break;
            }
        }
        // Reading a coordinate costs less than keeping it.
        let read: BTreeSet<usize> = (0..body.len())
            .filter(|&at| included[at])
            .flat_map(|at| &self.reads[at])
            .chain(&self.program.results)
            .filter_map(|value| self.origin.get(value).copied())
            .collect();
        for at in read {
            if let Statement::Let(value) = body[at] {
                included[at] |= matches!(self.program.op(value), Op::Load { array: Array::Coordinates, .. });
            }
        }
        included
    }

    /// The values that statements, or the results, read and do not compute.
    fn inputs(&self, included: &[bool]) -> Vec<Value> {
        let read = (0..included.len()).filter(|&at| included[at]).flat_map(|at| &self.reads[at]);
        let read = read.chain(&self.program.results).copied();
        read.filter(|value| self.origin.get(value).is_some_and(|&origin| !included[origin])).collect()
    }

    /// The program that does these statements, reading values of `places` that it does not compute as coordinates.
    fn update(&self, included: &[bool], places: &BTreeMap<Value, usize>) -> Update {
        let mut program = self.program.clone();
        let (mut changes, mut changed) = (Vec::new(), Vec::new());
        for (&value, &place) in places {
            if included[self.origin[&value]] {
                changes.push(place);
                changed.push(value);
            } else {
                program.ops[value.index()] = Op::Coordinate(self.program.coordinates + place);
            }
        }
        program.results.extend(changed);
        program.coordinates += places.len();
        let mut kept = included.iter();
        program.body.retain(|_| *kept.next().expect("a mark for each statement"));
        // What is not written takes no room.
        let written: BTreeSet<usize> =
            (0..included.len()).filter(|&at| included[at]).flat_map(|at| self.writes[at].iter().copied()).collect();
        for (array, length) in program.arrays.iter_mut().enumerate() {
            if !written.contains(&array) {
                *length = 0;
            }
        }
        Update { program, changes }
    }

    /// The parameters, where the density computes the same operations on the same coordinates: all of them, or only
    /// those that are coordinates where keeping the others would be more than computing them for each draw.
    fn parameters(&self, constrain: &Program, distinct: &[Vec<bool>], of: &[usize]) -> Vec<Option<Found>> {
        let mut known: FxHashMap<Key, Value> = FxHashMap::default();
        for (index, &op) in self.program.ops.iter().enumerate() {
            let value = Value(u32::try_from(index).expect("a program has fewer than 2^32 operations"));
            let named =
                matches!(op, Op::Constant(_) | Op::Roundoff(_) | Op::Coordinate(_)) || self.origin.contains_key(&value);
            if let (true, Some(key)) = (named, Key::of(op)) {
                known.entry(key).or_insert(value);
            }
        }
        let mut names: FxHashMap<Value, Value> = FxHashMap::default();
        for statement in &constrain.body {
            if let Statement::Let(value) = statement
                && let Some(found) = self.same(constrain, *value, &names, &known)
            {
                names.insert(*value, found);
            }
        }
        let found = constrain.results.iter().map(|&result| match constrain.op(result) {
            Op::Coordinate(z) => Some(Found::Coordinate(z)),
            _ => names.get(&result).map(|&value| Found::Value(value)),
        });
        let found: Vec<Option<Found>> = found.collect();
        // How many values all moves of a sweep would have to keep.
        let is_value = |found: &Option<Found>| matches!(found, Some(Found::Value(_)));
        let merges = found.iter().flatten().filter_map(|found| match found {
            Found::Value(value) => Some(of.iter().filter(|&&number| distinct[number][self.origin[value]]).count()),
            Found::Coordinate(_) => None,
        });
        let worth = merges.sum::<usize>() <= 2 * found.iter().filter(|found| is_value(found)).count();
        found.into_iter().map(|found| if worth || !is_value(&found) { found } else { None }).collect()
    }

    /// The value of the density that is the same operation as one of the parameters' program.
    fn same(
        &self,
        constrain: &Program,
        value: Value,
        names: &FxHashMap<Value, Value>,
        known: &FxHashMap<Key, Value>,
    ) -> Option<Value> {
        let name = |value: Value| match constrain.op(value) {
            op @ (Op::Constant(_) | Op::Roundoff(_) | Op::Coordinate(_)) => known.get(&Key::of(op)?).copied(),
            _ => names.get(&value).copied(),
        };
        let op = match constrain.op(value) {
            op @ Op::Load { array: Array::Coordinates, .. } => op,
            Op::Unary(function, x) => Op::Unary(function, name(x)?),
            Op::Binary(function, x, y) => Op::Binary(function, name(x)?, name(y)?),
            Op::Select { left, right, holds, fails } => {
                Op::Select { left: name(left)?, right: name(right)?, holds: name(holds)?, fails: name(fails)? }
            }
            Op::Constant(_)
            | Op::Roundoff(_)
            | Op::Coordinate(_)
            | Op::Datum { .. }
            | Op::Load { .. }
            | Op::Sum(..) => return None,
        };
        known.get(&Key::of(op)?).copied()
    }
}

fn access(
    program: &Program,
    statement: &Statement,
    reads: &mut Vec<Value>,
    loads: &mut Vec<usize>,
    writes: &mut Vec<usize>,
) {
    match statement {
        Statement::Let(value) => {
            reads.extend(program.op(*value).operands());
            if let Op::Load { array: Array::Stored(array), .. } = program.op(*value) {
                loads.push(array.index());
            }
        }
        Statement::Store(store) | Statement::Accumulate(store) => {
            reads.push(store.value);
            writes.push(store.array.index());
        }
        Statement::Loop(inner) => {
            inner.body.iter().for_each(|nested| access(program, nested, reads, loads, writes));
            reads.extend(inner.sums.iter().map(|sum| sum.term));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    use super::super::evaluate::evaluate;
    use super::super::{arbitrary_arrays, examples};
    use super::*;

    /// Moves each coordinate in turn, taking every other move, and compares with the whole program, to the bit.
    fn follow(density: &Program, constrain: &Program, updates: &Updates, start: &[f64]) {
        let (n, terms) = (density.coordinates, density.results.len());
        let mut point = start.to_vec();
        let all = evaluate(&updates.whole, &point);
        let mut kept = all[terms..].to_vec();
        assert_eq!(kept.len(), updates.kept);
        for step in 0..3 * n {
            let coordinate = step % n;
            let Update { program, changes } = &updates.programs[updates.of[coordinate]];
            let before = std::mem::replace(&mut point[coordinate], start[coordinate] + 0.25 * (step + 1) as f64);
            let found = evaluate(program, &[&point[..], &kept].concat());
            let bits = |numbers: &[f64]| numbers.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(&found[..terms]), bits(&evaluate(density, &point)), "step {step}");
            if step % 2 == 0 {
                changes.iter().zip(&found[terms..]).for_each(|(&place, &value)| kept[place] = value);
            } else {
                point[coordinate] = before;
            }
            assert_eq!(bits(&kept), bits(&evaluate(&updates.whole, &point)[terms..]), "step {step}");
        }
        let parameters = evaluate(constrain, &point);
        for (source, parameter) in updates.parameters.iter().zip(parameters) {
            match *source {
                Some(Source::Coordinate(z)) => assert_eq!(point[z].to_bits(), parameter.to_bits()),
                Some(Source::Kept(place)) => assert_eq!(kept[place].to_bits(), parameter.to_bits()),
                None => {}
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

        #[test]
        fn moves_compute_what_the_whole_program_computes(
            recipe in arbitrary_arrays::recipe(),
            point in arbitrary_arrays::point(),
        ) {
            let density = arbitrary_arrays::program(&recipe);
            let constrain = Program { coordinates: density.coordinates, ..Program::default() };
            follow(&density, &constrain, &updates_within(&density, &constrain, 100).unwrap(), &point);
            follow(&density, &constrain, &whole(&density, &constrain), &point);
        }
    }

    #[test]
    fn a_move_leaves_out_what_it_does_not_touch() {
        let y: Vec<f64> = (0..20).map(|i| f64::from(i * 7 % 5)).collect();
        let x: Vec<f64> = (0..20).map(|i| f64::from(i % 3)).collect();
        let density = examples::regression(&y, &x);
        let constrain = Program { coordinates: density.coordinates, ..Program::default() };
        let updates = updates(&density, &constrain);
        assert!(updates.kept > 0 && updates.programs.len() > 1);
        assert!(updates.programs.iter().any(|update| update.program.body.len() < density.body.len()));
        follow(&density, &constrain, &updates, &vec![0.3; density.coordinates]);
    }

    #[test]
    fn parameters_that_the_density_computes_are_not_computed_again() {
        use super::super::Builder;
        use super::super::op::Unary;
        let mut b = Builder::new(2);
        let (z0, z1) = (b.push(Op::Coordinate(0)), b.push(Op::Coordinate(1)));
        let sigma = b.unary(Unary::Exp, z0);
        let term = b.multiply(sigma, z1);
        let density = b.finish(vec![term]);
        let mut b = Builder::new(2);
        let (z0, z1) = (b.push(Op::Coordinate(0)), b.push(Op::Coordinate(1)));
        let sigma = b.unary(Unary::Exp, z0);
        let other = b.unary(Unary::Tanh, z1);
        let constrain = b.finish(vec![sigma, z1, other]);
        let updates = updates(&density, &constrain);
        assert!(matches!(updates.parameters[..], [Some(Source::Kept(_)), Some(Source::Coordinate(1)), None]));
        follow(&density, &constrain, &updates, &[0.5, -0.25]);
    }
}
