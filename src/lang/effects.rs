//! Which parameters are effects of groups written apart from their scale: `z ~ std_normal()` in `mu + tau * z`.
//!
//! The same model has `a ~ normal(mu, tau)` in place of `mu + tau * z`, and there `a` is seen by its distribution. So `z`
//! is an effect where one could write `a` for what it enters: where its elements have a distribution of their own, without
//! other parameters, and are seen through no more linear combinations than there are elements, scaled by fewer
//! parameters than there are elements. The loadings of an item response model make more combinations than persons, and
//! the local scales of a horseshoe are as many as its coefficients: these are no effects.
//!
//! The graph of a model flows in; a decision flows out. Combinations are counted by what their factors are at a few
//! points: constants apart (a covariate times a slope), they are the same where they are proportional at all of them.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use crate::ir::graph::{Domain, Graph, Number};
use crate::ir::jacobian::jacobian;
use crate::rng::random::Random;
use crate::rng::slots::Purpose;

/// Points at which factors are compared.
const POINTS: usize = 3;

/// Whether the coordinates of a range are effects, by what `seen` (the densities of all else) computes from them.
pub(super) fn are_effects(graph: &mut Graph, seen: &[Number], of: &Range<usize>, coordinates: usize) -> bool {
    let Some(forms) = graph.linear_forms(seen, of) else { return false };
    if forms.numbers.is_empty() || forms.scales.is_empty() || forms.scales.len() >= of.len() {
        return false;
    }
    let rows = rows(graph, &forms.numbers);
    let program = graph.program(coordinates, &rows);
    let by: Vec<usize> = of.clone().collect();
    let mut random = Random::new(0, 0, 0, Purpose::Start);
    let factors: Vec<Vec<f64>> = (0..POINTS)
        .map(|_| {
            let point: Vec<f64> = (0..coordinates).map(|_| 2.0 * random.uniform() - 1.0).collect();
            jacobian(&program, &point, &by).derivatives
        })
        .collect();
    if factors.iter().flatten().any(|x| !x.is_finite()) {
        return false;
    }
    // The combinations by the elements in them.
    let mut spans: HashMap<Vec<usize>, Span> = HashMap::new();
    let mut constant: BTreeSet<usize> = BTreeSet::new();
    for row in 0..rows.len() {
        let at = |point: usize, column: usize| factors[point][row * by.len() + column];
        let columns: Vec<usize> =
            (0..by.len()).filter(|&column| (0..POINTS).any(|point| at(point, column) != 0.0)).collect();
        if columns.is_empty() {
            continue;
        }
        let is_constant = |&&column: &&usize| {
            (1..POINTS).all(|point| (at(point, column) - at(0, column)).abs() <= EQUAL * at(0, column).abs())
        };
        constant.extend(columns.iter().filter(is_constant));
        let vector = (0..POINTS).flat_map(|point| columns.iter().map(move |&column| at(point, column))).collect();
        spans.entry(columns).or_default().add(vector);
    }
    let combinations: usize = spans.values().map(|span| span.0.len()).sum();
    constant.is_empty() && (1..=of.len()).contains(&combinations)
}

/// Between factors that differ by rounding.
const EQUAL: f64 = 1e-9;

/// An orthonormal basis of vectors seen so far.
#[derive(Default)]
struct Span(Vec<Vec<f64>>);

impl Span {
    fn add(&mut self, mut vector: Vec<f64>) {
        let length = |vector: &[f64]| vector.iter().map(|x| x * x).sum::<f64>().sqrt();
        let before = length(&vector);
        // Twice, so that what is left is no rounding.
        for _ in 0..2 {
            for known in &self.0 {
                let along: f64 = known.iter().zip(&vector).map(|(x, y)| x * y).sum();
                vector.iter_mut().zip(known).for_each(|(x, known)| *x -= along * known);
            }
        }
        let rest = length(&vector);
        if rest > EQUAL * before {
            vector.iter_mut().for_each(|x| *x /= rest);
            self.0.push(vector);
        }
    }
}

/// The rows of numbers, of very many some.
fn rows(graph: &mut Graph, numbers: &[Number]) -> Vec<Number> {
    /// Rows beyond which they are taken evenly from all.
    const MOST: usize = 4000;
    let mut found = Vec::new();
    for &number in numbers {
        let Some(domain) = graph.domain(number) else {
            found.push(number);
            continue;
        };
        let kept = domain.rows().min(MOST);
        let list: Vec<u32> = (0..kept).map(|row| (row * domain.rows() / kept) as u32).collect();
        let number = graph.reindex(number, Domain::elements(kept), &list);
        let array = graph.array(kept);
        graph.store_rows(Domain::elements(kept), vec![(array, Graph::identity(kept), number)], false);
        found.extend((0..kept).map(|row| graph.load(array, row)));
    }
    found
}
