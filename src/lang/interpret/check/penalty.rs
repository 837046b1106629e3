//! Requirements as numbers of the graph: 0 where they hold, minus infinity (or a sum of some) where they do not. A NaN
//! fulfils nothing. Comparisons that ranges decide are left out.

use crate::ir::Unary;
use crate::ir::graph::{Graph, Number};
use crate::model::linear::{Matrix, cholesky};
use crate::model::transform::TOLERANCE;

/// Which requirements of parameters become terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// All.
    Full,
    /// Those whose breach would leave a density finite. The density itself, as a term of the target, rejects the others.
    Term,
}

pub(super) const ZERO: Number = Number::Known(0.0);
pub(super) const REJECTED: Number = Number::Known(f64::NEG_INFINITY);

/// 0 where `x <= y`, else minus infinity.
pub(super) fn at_most(g: &mut Graph, x: Number, y: Number) -> Number {
    if g.range(x).is_at_most(g.range(y)) { ZERO } else { g.select(x, y, ZERO, REJECTED) }
}

/// 0 where `x < y`, else minus infinity.
pub(super) fn below(g: &mut Graph, x: Number, y: Number) -> Number {
    if g.range(x).is_below(g.range(y)) {
        return ZERO;
    }
    // A NaN passes neither comparison.
    let ordered = g.select(x, y, ZERO, REJECTED);
    g.select(y, x, REJECTED, ordered)
}

/// 0 where a sum of so many terms is what it must be, to within the tolerance.
pub(super) fn near(g: &mut Graph, sum: Number, expected: f64, terms: usize) -> Number {
    if sum == Number::Known(expected) {
        return ZERO;
    }
    let roundoff = g.roundoff(terms);
    let tolerance = g.add(Number::Known(TOLERANCE), roundoff);
    let off = g.subtract(sum, Number::Known(expected));
    let off = g.unary(Unary::Abs, off);
    g.select(off, tolerance, ZERO, REJECTED)
}

pub(super) fn sum_of_squares(g: &mut Graph, numbers: &[Number]) -> Number {
    let squares: Vec<Number> = numbers.iter().map(|&x| g.unary(Unary::Square, x)).collect();
    g.total(&squares)
}

pub(super) fn increasing(g: &mut Graph, numbers: &[Number]) -> Number {
    let pairs: Vec<Number> = numbers.windows(2).map(|pair| below(g, pair[0], pair[1])).collect();
    g.total(&pairs)
}

pub(super) fn sums_to_zero(g: &mut Graph, numbers: &[Number]) -> Number {
    let sum = g.total(numbers);
    let magnitudes: Vec<Number> = numbers.iter().map(|&x| g.unary(Unary::Abs, x)).collect();
    let magnitude = g.total(&magnitudes);
    let roundoff = g.roundoff(1);
    let slack = g.multiply(roundoff, magnitude);
    let tolerance = g.add(Number::Known(TOLERANCE), slack);
    let off = g.unary(Unary::Abs, sum);
    g.select(off, tolerance, ZERO, REJECTED)
}

pub(super) fn symmetric(g: &mut Graph, matrix: &Matrix) -> Number {
    let mut penalties = Vec::new();
    for j in 0..matrix.columns {
        for i in 0..j {
            let (above, below) = (matrix.at(i, j), matrix.at(j, i));
            if g.is_same(above, below) {
                continue;
            }
            // An element is a sum whose terms are as large as those of the diagonal elements in its row and column.
            let [first, second] = [i, j].map(|k| g.unary(Unary::Abs, matrix.at(k, k)));
            let magnitude = g.add(first, second);
            let roundoff = g.roundoff(matrix.rows);
            let slack = g.multiply(roundoff, magnitude);
            let tolerance = g.add(Number::Known(TOLERANCE), slack);
            let off = g.subtract(above, below);
            let off = g.unary(Unary::Abs, off);
            penalties.push(g.select(off, tolerance, ZERO, REJECTED));
        }
    }
    g.total(&penalties)
}

pub(super) fn positive_definite(g: &mut Graph, matrix: &Matrix, extent: Extent) -> Number {
    let symmetric = symmetric(g, matrix);
    if extent == Extent::Term {
        // The factor of what is not positive definite has NaN in it.
        return symmetric;
    }
    let diagonal = cholesky(g, matrix).diagonal();
    let pivots: Vec<Number> = diagonal.into_iter().map(|pivot| g.select(ZERO, pivot, ZERO, REJECTED)).collect();
    let pivots = g.total(&pivots);
    g.add(symmetric, pivots)
}

pub(super) fn lower_triangular(g: &mut Graph, matrix: &Matrix) -> Number {
    let mut penalties = Vec::new();
    for j in 1..matrix.columns {
        for i in 0..j.min(matrix.rows) {
            let above = matrix.at(i, j);
            penalties.extend([at_most(g, above, ZERO), at_most(g, ZERO, above)]);
        }
    }
    g.total(&penalties)
}

pub(super) fn cholesky_factor(g: &mut Graph, matrix: &Matrix) -> Number {
    let triangle = lower_triangular(g, matrix);
    let diagonal: Vec<Number> = matrix.diagonal().into_iter().map(|x| below(g, ZERO, x)).collect();
    let diagonal = g.total(&diagonal);
    g.add(triangle, diagonal)
}
