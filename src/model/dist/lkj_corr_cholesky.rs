//! The LKJ distribution with shape `eta > 0` of the Cholesky factor `l` of a correlation matrix.

use super::beta;
use super::terms::{LN_PI, not_negative};
use crate::ir::{Binary, Graph, Number, Unary};
use crate::model::linear::Matrix;
use crate::rng::random::Random;

/// `sum over k = 2..=K of (K - k + 2 eta - 2) ln(l[k, k])`, normalised; NaN where the diagonal is not positive. That
/// rows have unit length is not looked at.
pub fn log_density(g: &mut Graph, l: &Matrix, eta: Number) -> Number {
    let size = l.rows;
    let mut terms = vec![log_normaliser(g, size, eta)];
    for k in 1..size {
        let logarithm = g.unary(Unary::Ln, l.at(k, k));
        let twice = g.scale(2.0, eta);
        let power = g.add(twice, Number::Known((size - k - 1) as f64 - 2.0));
        terms.push(g.multiply(power, logarithm));
    }
    g.total(&terms)
}

/// The logarithm of what the density of correlation matrices, `(det)^(eta - 1)`, is to be multiplied by: Lewandowski,
/// Kurowicka and Joe, "Generating random correlation matrices based on vines and extended onion method" (2009), here
/// `prod over k < K of Γ(eta + (K - 1) / 2) / (pi^(k / 2) Γ(eta + (K - 1 - k) / 2))`. NaN for a negative `eta`.
pub(super) fn log_normaliser(g: &mut Graph, size: usize, eta: Number) -> Number {
    let eta = not_negative(g, eta);
    let terms: Vec<Number> = (1..size)
        .map(|k| {
            let half = Number::Known(0.5 * k as f64);
            let less = g.add(eta, Number::Known(0.5 * (size - 1 - k) as f64));
            // The ratio of gamma functions, as Γ(k / 2) over a beta function.
            let beta = g.binary(Binary::LnBeta, less, half);
            let lgamma = g.unary(Unary::Lgamma, half);
            let constant = g.subtract(lgamma, Number::Known(0.5 * k as f64 * LN_PI));
            g.subtract(constant, beta)
        })
        .collect();
    g.total(&terms)
}

/// A variate, column by column; NaN unless `eta > 0`. The partial correlations of each column, given the columns before
/// it, are beta variates stretched over (-1, 1) (Lewandowski, Kurowicka and Joe 2009, section 2.4).
pub fn simulate(random: &mut Random, size: usize, eta: f64) -> Vec<f64> {
    let mut l = vec![0.0; size * size];
    // What the squares of each row leave of its unit length.
    let mut left = vec![if eta > 0.0 { 1.0_f64 } else { f64::NAN }; size];
    for column in 0..size {
        l[column + column * size] = left[column].max(0.0).sqrt();
        let shape = eta + 0.5 * (size - column) as f64 - 1.0;
        for row in column + 1..size {
            let partial = 2.0 * beta::simulate(random, shape, shape) - 1.0;
            let element = partial * left[row].max(0.0).sqrt();
            l[row + column * size] = element;
            left[row] -= element * element;
        }
    }
    if left.iter().any(|x| x.is_nan()) { vec![f64::NAN; size * size] } else { l }
}
