//! Joins loops over as many rows into one, where no later one needs what an earlier one hands out: a gradient's
//! forward and reverse loops share their locals then, and data are read once.
//!
//! ```text
//! for n { v = f(n); s += v }   g = ..   for n { v = f(n); t += g v }
//!     becomes   g = ..   for n { v = f(n); s += v; t += g v }
//! ```
//!
//! Only loops of [`Order::Any`]. Statements between them move as they must. A loop that reads an array the other
//! writes is joined only where each row reads what it has written itself, and then takes the value instead of the
//! element. In: a program. Out: the same results; sums keep their order, and bits. Elements of arrays that several
//! loops add to may receive the same additions in another order.
//! Absent on purpose: loops whose rows have an order, and any weighing of what a longer body costs in registers.

use rustc_hash::FxHashMap;

use super::flow::Flow;
use super::op::{Array, ArrayId, Loop, LoopId, Op, Order, Place, Program, Statement, Store, Value};
use super::transcribe::Transcription;

/// The program with its loops joined: same coordinates, tables and results.
pub fn fuse(program: &Program) -> Program {
    let mut pass = Pass {
        copy: Transcription::new(program),
        open: Vec::new(),
        stored: FxHashMap::default(),
        added: FxHashMap::default(),
        additions: vec![0; program.arrays.len()],
    };
    count_additions(&program.body, &mut pass.additions);
    pass.body(&program.body.iter().collect::<Vec<_>>());
    pass.copy.finish()
}

fn count_additions(body: &[Statement], counts: &mut [usize]) {
    for statement in body {
        match statement {
            Statement::Let(_) | Statement::Store(_) => {}
            Statement::Loop(inner) => count_additions(&inner.body, counts),
            Statement::Accumulate(store) => counts[store.array.index()] += 1,
        }
    }
}

struct Pass<'a> {
    copy: Transcription<'a>,
    /// The new loops that are open.
    open: Vec<LoopId>,
    /// What rows have stored, by new places.
    stored: FxHashMap<(ArrayId, Place), Value>,
    /// What rows have added to elements that are theirs alone, by new places.
    added: FxHashMap<(ArrayId, Place), Vec<Value>>,
    /// How many statements add to each array.
    additions: Vec<usize>,
}

impl<'a> Pass<'a> {
    fn body(&mut self, body: &[&'a Statement]) {
        for group in groups(self.copy.old, body) {
            match group[..] {
                [Statement::Let(value)] => self.compute(*value),
                [Statement::Store(store)] => {
                    self.copy.store(store);
                    if let Some((place, value)) = self.own(store) {
                        self.stored.insert((store.array, place), value);
                    }
                }
                [Statement::Accumulate(store)] => {
                    self.copy.accumulate(store);
                    if let Some((place @ Place::Strided { stride, .. }, value)) = self.own(store)
                        && stride != 0
                    {
                        self.added.entry((store.array, place)).or_default().push(value);
                    }
                }
                _ => self.joined(&group.into_iter().filter_map(as_loop).collect::<Vec<_>>()),
            }
        }
    }

    fn joined(&mut self, loops: &[&'a Loop]) {
        let row = self.copy.open(loops, loops[0].order);
        self.open.push(row);
        self.body(&loops.iter().flat_map(|inner| &inner.body).collect::<Vec<_>>());
        self.open.pop();
        self.copy.close(loops);
    }

    /// The new place and value of a store, where the innermost loop's row decides the place: then later statements of
    /// that row can take the value.
    fn own(&mut self, store: &Store) -> Option<(Place, Value)> {
        let place = self.copy.place(store.at);
        let own = place.row().is_some() && place.row() == self.open.last().copied();
        own.then(|| (place, self.copy.value(store.value)))
    }

    fn compute(&mut self, value: Value) {
        match self.copy.old.op(value) {
            Op::Load { array: Array::Stored(array), at } => match self.known(array, self.copy.place(at)) {
                Some(known) => self.copy.rename(value, known),
                None => self.copy.compute(value),
            },
            Op::Load { array: Array::Coordinates, .. }
            | Op::Constant(_)
            | Op::Roundoff(_)
            | Op::Coordinate(_)
            | Op::Datum { .. }
            | Op::Unary(..)
            | Op::Binary(..)
            | Op::Select { .. }
            | Op::Sum(..) => self.copy.compute(value),
        }
    }

    /// What the current row has put into an element, if all of it is known.
    fn known(&mut self, array: ArrayId, place: Place) -> Option<Value> {
        if let Some(&stored) = self.stored.get(&(array, place)) {
            return Some(stored);
        }
        let added = self.added.get(&(array, place)).filter(|added| added.len() == self.additions[array.index()])?;
        added.iter().copied().reduce(|sum, value| self.copy.builder.add(sum, value))
    }
}

fn as_loop(statement: &Statement) -> Option<&Loop> {
    match statement {
        Statement::Loop(inner) => Some(inner),
        Statement::Let(_) | Statement::Store(_) | Statement::Accumulate(_) => None,
    }
}

/// The statements of a body in an order that respects what flows between them, loops to be joined together.
fn groups<'a>(program: &Program, body: &[&'a Statement]) -> Vec<Vec<&'a Statement>> {
    let is_loop = |statement: &&Statement| as_loop(statement).is_some();
    // What comes before the first loop and after the last stays where it is.
    let first = body.iter().position(is_loop).unwrap_or(body.len());
    let end = body.iter().rposition(is_loop).map_or(first, |last| last + 1);
    let alone = |statements: &[&'a Statement]| statements.iter().map(|&statement| vec![statement]).collect::<Vec<_>>();
    [alone(&body[..first]), neighbours(program, &body[first..end]), alone(&body[end..])].concat()
}

fn neighbours<'a>(program: &Program, body: &[&'a Statement]) -> Vec<Vec<&'a Statement>> {
    let mut flow = Flow::new(program, body);
    let loops: Vec<usize> = (0..body.len()).filter(|&index| as_loop(body[index]).is_some()).collect();
    for (place, &later) in loops.iter().enumerate() {
        let joins = |earlier: &&usize| match (as_loop(body[**earlier]), as_loop(body[later])) {
            (Some(one), Some(other)) => one.order == Order::Any && other.order == Order::Any && one.rows == other.rows,
            _ => false,
        };
        let partner = loops[..place].iter().filter(joins).copied().find(|&earlier| flow.joinable(earlier, later));
        if let Some(earlier) = partner {
            flow.join(earlier, later);
        }
    }
    flow.order().into_iter().map(|group| group.into_iter().map(|index| body[index]).collect()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    use super::super::arbitrary_arrays::{point, program as arbitrary_program, recipe};
    use super::super::build::Builder;
    use super::super::differentiate::differentiate;
    use super::super::evaluate::evaluate;
    use super::super::examples::{X, Y, regression};
    use super::super::op::{Table, Unary};
    use super::super::simplify::{simplify, simplify_terms};
    use super::*;

    fn loops(program: &Program) -> Vec<&Loop> {
        program.body.iter().filter_map(as_loop).collect()
    }

    #[test]
    fn the_gradient_of_a_regression_is_one_loop() {
        let terms = simplify_terms(&regression(&Y, &X));
        let gradient = differentiate(&terms);
        assert_eq!(loops(&gradient).len(), 2);
        let fused = simplify(&fuse(&gradient));
        let [one] = loops(&fused)[..] else { panic!("one loop: {:?}", fused.body) };
        assert_eq!(one.sums.len(), 3, "squares, residuals, residuals times x: {:?}", one.body);
        assert_eq!(one.body.len(), 5, "product, mean, residual, its square and its product with x: {:?}", one.body);
        assert_eq!(evaluate(&fused, &[0.1, 0.2, 0.3]).len(), 5);
    }

    #[test]
    fn a_loop_that_needs_the_sum_of_another_stays_apart() {
        let mut b = Builder::new(1);
        let y = b.table(Table { name: "y".into(), values: [1.0, 2.0].into() });
        let z = b.push(Op::Coordinate(0));
        let mut last = z;
        for _ in 0..2 {
            let row = b.open_loop(2);
            let datum = b.push(Op::Datum { table: y, row });
            let term = b.multiply(datum, last);
            last = b.close_loop(&[term])[0];
        }
        let program = fuse(&b.finish(vec![last]));
        assert_eq!(loops(&program).len(), 2);
        assert_eq!(evaluate(&program, &[1.0]), [9.0]);
    }

    #[test]
    fn a_row_takes_the_value_it_has_stored() {
        // eta[n] = exp(z[n]); sum of eta[n]^2: the gradient needs no array but the coordinates'.
        let mut b = Builder::new(3);
        let eta = b.array(3);
        let row = b.open_loop(3);
        let here = |row| Place::Strided { row, stride: 1, offset: 0 };
        let z = b.push(Op::Load { array: Array::Coordinates, at: here(row) });
        let exp = b.unary(Unary::Exp, z);
        b.store(Store { array: eta, at: here(row), value: exp });
        b.close_loop(&[]);
        let row = b.open_loop(3);
        let element = b.push(Op::Load { array: Array::Stored(eta), at: here(row) });
        let square = b.unary(Unary::Square, element);
        let sum = b.close_loop(&[square])[0];
        let program = fuse(&differentiate(&b.finish(vec![sum])));
        let [one] = loops(&program)[..] else { panic!("one loop: {:?}", program.body) };
        let touched = one.body.iter().filter(|statement| matches!(statement, Statement::Store(_))).count();
        let added = one.body.iter().filter(|statement| matches!(statement, Statement::Accumulate(_))).count();
        assert_eq!((touched, added), (0, 1), "{:?}", one.body);
        let results = evaluate(&program, &[0.0, 0.5, 1.0]);
        for (component, z) in results[1..].iter().zip([0.0_f64, 0.5, 1.0]) {
            assert!((component - 2.0 * (2.0 * z).exp()).abs() < 1e-14, "{results:?}");
        }
    }

    #[test]
    fn a_loop_that_reads_what_other_rows_stored_stays_apart() {
        let mut b = Builder::new(3);
        let eta = b.array(3);
        let positions = b.positions([2, 0, 1].into());
        let row = b.open_loop(3);
        let at = Place::Strided { row, stride: 1, offset: 0 };
        let z = b.push(Op::Load { array: Array::Coordinates, at });
        b.store(Store { array: eta, at, value: z });
        b.close_loop(&[]);
        let row = b.open_loop(3);
        let element = b.push(Op::Load { array: Array::Stored(eta), at: Place::Listed { row, positions } });
        let square = b.unary(Unary::Square, element);
        let sum = b.close_loop(&[square])[0];
        let program = fuse(&b.finish(vec![sum]));
        assert_eq!(loops(&program).len(), 2);
        assert_eq!(evaluate(&program, &[1.0, 2.0, 3.0]), [14.0]);
    }

    #[test]
    fn an_addition_after_a_read_stays_after_it() {
        // a[n] += z[n]; sum of a[2 - n]; a[n] += 10 z[n]; the last element.
        let mut b = Builder::new(3);
        let array = b.accumulating_array(3);
        let add = |b: &mut Builder, factor: f64| {
            let row = b.open_loop(3);
            let at = Place::Strided { row, stride: 1, offset: 0 };
            let z = b.push(Op::Load { array: Array::Coordinates, at });
            let value = b.scale(factor, z);
            b.accumulate(Store { array, at, value });
            b.close_loop(&[]);
        };
        add(&mut b, 1.0);
        let row = b.open_loop(3);
        let at = Place::Strided { row, stride: -1, offset: 2 };
        let element = b.push(Op::Load { array: Array::Stored(array), at });
        let sum = b.close_loop(&[element])[0];
        add(&mut b, 10.0);
        let last = b.push(Op::Load { array: Array::Stored(array), at: Place::Fixed(2) });
        let program = fuse(&b.finish(vec![sum, last]));
        assert_eq!(evaluate(&program, &[1.0, 2.0, 3.0]), [6.0, 33.0]);
    }

    #[test]
    fn a_row_takes_no_sum_of_which_it_knows_a_part() {
        // a[0] += z[0]; a[n] += z[n]; sum of a[n].
        let mut b = Builder::new(3);
        let array = b.accumulating_array(3);
        let z = b.push(Op::Coordinate(0));
        b.accumulate(Store { array, at: Place::Fixed(0), value: z });
        let here = |row| Place::Strided { row, stride: 1, offset: 0 };
        let row = b.open_loop(3);
        let value = b.push(Op::Load { array: Array::Coordinates, at: here(row) });
        b.accumulate(Store { array, at: here(row), value });
        b.close_loop(&[]);
        let row = b.open_loop(3);
        let element = b.push(Op::Load { array: Array::Stored(array), at: here(row) });
        let sum = b.close_loop(&[element])[0];
        let program = fuse(&b.finish(vec![sum]));
        assert_eq!(loops(&program).len(), 1);
        assert_eq!(evaluate(&program, &[1.0, 2.0, 3.0]), [7.0]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

        /// Sums keep their bits. Elements that rows add to may receive a different order of additions: up to a dozen
        /// numbers, each with a rounding, and what is computed from them.
        #[test]
        fn a_fused_program_gives_the_same_results(recipe in recipe(), at in point()) {
            let terms = arbitrary_program(&recipe);
            prop_assert_eq!(evaluate(&fuse(&terms), &at), evaluate(&terms, &at));
            let gradient = differentiate(&terms);
            let (before, after) = (evaluate(&gradient, &at), evaluate(&fuse(&gradient), &at));
            let scale = before.iter().fold(1.0_f64, |scale, x| scale.max(x.abs()));
            for (x, y) in before.into_iter().zip(after) {
                prop_assert!((x - y).abs() <= 1e-11 * scale, "{x} became {y}");
            }
        }
    }
}
