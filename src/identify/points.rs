//! Where the analysis looks: near the mode of the posterior, and at generic points around it.
//!
//! A rank is the same at all points but exceptional ones, and the mode may be such a one: so several are asked, and the
//! largest rank counts. The mode is found by Fisher scoring with the observations' own scores (Berndt, Hall, Hall &
//! Hausman 1974), centred and damped. On a ridge, where there is no single mode, any point of the ridge does.

use nalgebra::{DMatrix, DVector};

use super::information::information;
use super::scores::Scores;
use crate::ir::Program;
use crate::ir::jacobian::jacobian;
use crate::rng::random::Random;

/// Turns of a search.
const TURNS: usize = 60;

/// The log posterior as the search sees it.
struct Slope {
    value: f64,
    gradient: DVector<f64>,
    information: DMatrix<f64>,
}

/// Points near modes, the highest first: of the free coordinates; others stay where the search starts. Searches begin at
/// a few points within 1 of the origin, and each end counts, since the highest may lie where the model is degenerate. A
/// model that has no mode anywhere near gives points where searches ended.
pub fn modes(scores: &Scores<'_>, prior: &Prior<'_>, start: &[f64], random: &mut Random) -> Vec<Vec<f64>> {
    /// Searches, where they cost nothing.
    const STARTS: usize = 3;
    let mut found = vec![climb(scores, prior, start.to_vec(), turns(scores))];
    for _ in 1..if turns(scores) == TURNS { STARTS } else { 1 } {
        let other: Vec<f64> = start.iter().map(|_| 2.0 * random.uniform() - 1.0).collect();
        found.push(climb(scores, prior, other, TURNS));
    }
    found.sort_by(|a, b| b.1.total_cmp(&a.1));
    found.into_iter().map(|(point, _)| point).collect()
}

/// How far each coordinate may go from a point before a single observation notices, at most 1: beyond, observations could
/// look all alike, whatever their unit. A coordinate may change by its own size in any case, so that points differ.
pub fn noticed(scores: &Scores<'_>, point: &[f64]) -> Vec<f64> {
    let found = scores.at(point).scores;
    let mut radii = vec![1.0; point.len()];
    for (column, &coordinate) in scores.free().iter().enumerate() {
        let own = found.column(column);
        let squares = own.iter().filter(|x| x.is_finite()).map(|x| x * x);
        let (count, total) = squares.fold((0.0, 0.0), |(count, total), square| (count + 1.0, total + square));
        if total > 0.0 {
            radii[coordinate] = (count / total).sqrt().max(point[coordinate].abs()).min(1.0);
        }
    }
    radii
}

/// Turns that a search may take: what scores cost grows with observations and with coordinates.
fn turns(scores: &Scores<'_>) -> usize {
    (4_000_000 / (scores.cost() + 1)).clamp(8, TURNS)
}

/// Climbs from a point; where that ends, and how high.
fn climb(scores: &Scores<'_>, prior: &Prior<'_>, start: Vec<f64>, turns: usize) -> (Vec<f64>, f64) {
    let free = scores.free();
    let mut point = start;
    let Some(mut here) = slope(scores, prior, &point) else { return (point, f64::NEG_INFINITY) };
    let mut damping = 1.0;
    for _ in 0..turns {
        let mut matrix = here.information.clone();
        for i in 0..free.len() {
            matrix[(i, i)] += damping * (1e-6 + here.information[(i, i)]) + 1e-9;
        }
        let Some(factor) = matrix.cholesky() else {
            damping *= 10.0;
            if damping > 1e12 { break } else { continue }
        };
        let step = factor.solve(&here.gradient);
        let mut next = point.clone();
        for (&coordinate, step) in free.iter().zip(step.iter()) {
            let largest = LARGEST * (1.0 + next[coordinate].abs());
            next[coordinate] += step.clamp(-largest, largest);
        }
        match slope(scores, prior, &next).filter(|there| there.value > here.value) {
            Some(there) => {
                let gain = there.value - here.value;
                point = next;
                here = there;
                damping = (damping / 5.0).max(1e-9);
                if gain < 1e-6 {
                    break;
                }
            }
            None => damping *= 8.0,
        }
        if damping > 1e12 {
            break;
        }
    }
    (point, here.value)
}

/// The largest step of a coordinate that is at 0; farther out, larger ones.
const LARGEST: f64 = 1.0;

fn slope(scores: &Scores<'_>, prior: &Prior<'_>, point: &[f64]) -> Option<Slope> {
    let contributions = scores.at(point);
    let (prior_value, prior_gradient) = prior.at(point, scores.free());
    let value = contributions.values.iter().sum::<f64>() + prior_value;
    let sum = contributions.scores.row_sum_tr();
    let gradient = &sum + &prior_gradient;
    // Scores about their mean, which is 0 at the mode: far from it all observations point the same way, and that says
    // nothing of how far it is. Of fewer observations than coordinates the mean would take a direction away.
    let mut information = information(&contributions.scores);
    let (rows, columns) = contributions.scores.shape();
    if rows > columns {
        information.ger(-1.0 / rows as f64, &sum, &sum, 1.0);
    }
    // The prior's own curvature, as if it were normal: its slope says how far its centre is.
    for (i, slope) in prior_gradient.iter().enumerate() {
        information[(i, i)] += slope * slope;
    }
    let finite = value.is_finite() && gradient.iter().chain(information.iter()).all(|x| x.is_finite());
    finite.then_some(Slope { value, gradient, information })
}

/// The prior density of the free coordinates, on the scale of parameters: of coordinates, where the data say nothing, it
/// would have no mode.
#[derive(Debug)]
pub struct Prior<'a> {
    /// All of it.
    pub terms: &'a Program,
    /// What of it belongs to coordinates that are integrated out or counted as observed.
    pub without: Option<&'a Program>,
}

impl Prior<'_> {
    /// The logarithm of the density at a point, and its derivatives by the free coordinates.
    pub fn at(&self, point: &[f64], free: &[usize]) -> (f64, DVector<f64>) {
        let mut value = 0.0;
        let mut gradient = DVector::zeros(free.len());
        for (program, sign) in std::iter::once((self.terms, 1.0)).chain(self.without.map(|program| (program, -1.0))) {
            let found = jacobian(program, point, free);
            value += sign * found.values.iter().sum::<f64>();
            for row in found.derivatives.chunks(free.len()) {
                gradient.iter_mut().zip(row).for_each(|(total, x)| *total += sign * x);
            }
        }
        (value, gradient)
    }
}

/// So many generic points around a centre: each coordinate within its radius of it, where observations have finite scores.
pub fn generic(scores: &Scores<'_>, centre: &[f64], radii: &[f64], count: usize, random: &mut Random) -> Vec<Vec<f64>> {
    /// Attempts for each point.
    const ATTEMPTS: usize = 20;
    let mut found = Vec::new();
    for _ in 0..count * ATTEMPTS {
        if found.len() == count {
            break;
        }
        let point: Vec<f64> =
            centre.iter().zip(radii).map(|(x, radius)| x + radius * (2.0 * random.uniform() - 1.0)).collect();
        let contributions = scores.at(&point);
        let usable = contributions.scores.row_iter().filter(|row| row.iter().all(|x| x.is_finite())).count();
        if usable > 0 && 2 * usable >= contributions.scores.nrows() {
            found.push(point);
        }
    }
    found
}
