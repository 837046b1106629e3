//! The LKJ distribution with shape `eta > 0` of the Cholesky factor `l` of a correlation matrix.

use super::terms::{LN_PI, not_negative};
use crate::ir::{Binary, Graph, Number, Unary};
use crate::model::linear::Matrix;

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
