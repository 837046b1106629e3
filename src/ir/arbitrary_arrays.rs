//! Random programs with arrays for property tests of passes: gathered and strided coordinates, arrays stored and read
//! in place or by a list, a recurrence, a nested loop, several loops over the same rows; all operations smooth
//! and bounded enough that a numerical derivative means something.

use proptest::prelude::*;

use super::build::Builder;
use super::op::{Array, Binary, Op, Order, Place, Program, Store, Table, Unary, Value};

/// Coordinates of every such program.
pub(crate) const COORDINATES: usize = 5;

/// What a random program is made of.
#[derive(Clone, Debug)]
pub(crate) struct Recipe {
    /// What is computed in each of the five loops.
    pub choices: [Vec<(u8, u8, u8)>; 5],
    /// A column of data, which is as long as every loop but the nested one.
    pub y: Vec<f64>,
    /// The groups of the rows, at most as many as coordinates.
    pub groups: Vec<u32>,
}

/// Recipes with up to 12 rows.
pub(crate) fn recipe() -> impl Strategy<Value = Recipe> {
    let choices = || prop::collection::vec(any::<(u8, u8, u8)>(), 1..6);
    let row = (-1.5..1.5_f64, 0..COORDINATES as u32);
    let rows = prop::collection::vec(row, 3..12);
    (choices(), choices(), choices(), choices(), choices(), rows).prop_map(|(a, b, c, d, e, rows)| {
        let (y, groups) = rows.into_iter().unzip();
        Recipe { choices: [a, b, c, d, e], y, groups }
    })
}

/// Points at which such programs are evaluated.
pub(crate) fn point() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(-1.2..1.2_f64, COORDINATES)
}

/// A random program with five terms.
pub(crate) fn program(recipe: &Recipe) -> Program {
    let rows = recipe.y.len();
    let [stored, recurrence, read, nested, plain] = &recipe.choices;
    let mut b = Builder::new(COORDINATES);
    let column = b.table(Table { name: "y".into(), values: recipe.y.clone().into() });
    let groups = b.positions(recipe.groups.clone().into());
    let permutation: Vec<u32> = (0..rows as u32).map(|row| (row * 7 + 3) % rows as u32).collect();
    let permutation = b.positions(permutation.into());
    let outside = vec![b.push(Op::Coordinate(0)), b.push(Op::Coordinate(1)), b.constant(0.7)];
    let coordinate = |b: &mut Builder, at| b.push(Op::Load { array: Array::Coordinates, at });

    // eta[n] from data, a gathered and a strided coordinate.
    let eta = b.array(rows);
    let row = b.open_loop(rows);
    let here = Place::Strided { row, stride: 1, offset: 0 };
    let mut seeds = outside.clone();
    seeds.push(b.push(Op::Datum { table: column, row }));
    seeds.push(coordinate(&mut b, Place::Listed { row, positions: groups }));
    let value = mix(&mut b, stored, seeds);
    b.store(Store { array: eta, at: here, value });
    b.close_loop(&[]);

    // h[n + 1] from h[n] and eta[n].
    let h = b.array(rows + 1);
    b.store(Store { array: h, at: Place::Fixed(0), value: outside[1] });
    let row = b.open_ordered_loop(rows, Order::Forward);
    let at = |offset| Place::Strided { row, stride: 1, offset };
    let previous = b.push(Op::Load { array: Array::Stored(h), at: at(0) });
    let eta_here = b.push(Op::Load { array: Array::Stored(eta), at: at(0) });
    let mut seeds = outside.clone();
    seeds.extend([eta_here, previous]);
    let mixed = mix(&mut b, recurrence, seeds);
    let sum = b.add(mixed, previous);
    let next = b.unary(Unary::Tanh, sum);
    b.store(Store { array: h, at: at(1), value: next });
    let recurrence_sum = b.close_loop(&[next])[0];

    // A loop that reads both arrays, eta in place and by a list.
    let row = b.open_loop(rows);
    let mut seeds = outside.clone();
    seeds.push(b.push(Op::Datum { table: column, row }));
    for (array, at) in [
        (eta, Place::Strided { row, stride: 1, offset: 0 }),
        (eta, Place::Listed { row, positions: permutation }),
        (h, Place::Strided { row, stride: -1, offset: rows as i64 }),
    ] {
        seeds.push(b.push(Op::Load { array: Array::Stored(array), at }));
    }
    let term = mix(&mut b, read, seeds);
    let read_sum = b.close_loop(&[term])[0];

    // A loop over pairs of a strided coordinate and a row.
    let outer = b.open_loop(COORDINATES - 1);
    let strided = coordinate(&mut b, Place::Strided { row: outer, stride: 1, offset: 1 });
    let row = b.open_loop(rows);
    let mut seeds = outside.clone();
    seeds.extend([b.push(Op::Datum { table: column, row }), strided]);
    seeds.push(b.push(Op::Load { array: Array::Stored(eta), at: Place::Strided { row, stride: 1, offset: 0 } }));
    let term = mix(&mut b, nested, seeds);
    let inner = b.close_loop(&[term])[0];
    let bounded = b.unary(Unary::Tanh, inner);
    let nested_sum = b.close_loop(&[bounded])[0];

    // A loop over the rows that reads no array.
    let row = b.open_loop(rows);
    let mut seeds = outside;
    seeds.push(b.push(Op::Datum { table: column, row }));
    let term = mix(&mut b, plain, seeds);
    let plain_sum = b.close_loop(&[term])[0];

    let last = b.push(Op::Load { array: Array::Stored(h), at: Place::Fixed(rows) });
    b.finish(vec![recurrence_sum, read_sum, nested_sum, plain_sum, last])
}

/// The last of a chain of operations over the seeds, the latest of which it certainly reads.
fn mix(b: &mut Builder, choices: &[(u8, u8, u8)], mut values: Vec<Value>) -> Value {
    let first = *values.last().expect("there are seeds");
    for &(what, i, j) in choices {
        let (x, y) = (values[i as usize % values.len()], values[j as usize % values.len()]);
        let (half, two) = (b.constant(0.5), b.constant(2.0));
        let square = b.unary(Unary::Square, y);
        let above = b.add(square, half);
        values.push(match what % 12 {
            0 => b.add(x, y),
            1 => b.subtract(x, y),
            2 => b.multiply(x, y),
            3 => b.divide(x, above),
            4 => b.unary(Unary::Negate, x),
            5 => b.unary(Unary::Square, x),
            6 => {
                let bounded = b.unary(Unary::Tanh, x);
                b.unary(Unary::Exp, bounded)
            }
            7 => b.unary(Unary::Ln, above),
            8 => b.unary(Unary::Sqrt, above),
            9 => b.unary(Unary::LnCosh, x),
            10 => b.push(Op::Select { left: x, right: y, holds: x, fails: y }),
            _ => {
                // One branch is NaN where the other is taken.
                let log = b.unary(Unary::Ln1p, x);
                let line = b.binary(Binary::Divide, x, two);
                b.push(Op::Select { left: x, right: half, holds: line, fails: log })
            }
        });
    }
    let last = *values.last().expect("there are seeds");
    let product = b.multiply(first, last);
    b.unary(Unary::Tanh, product)
}
