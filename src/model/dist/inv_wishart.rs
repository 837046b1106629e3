//! The inverse Wishart distribution with `nu > K - 1` degrees of freedom and scale matrix `s`, on matrices `w`; both are
//! symmetric and positive definite.

use super::wishart::{self, normaliser, trace_of_ratio};
use crate::ir::{Graph, Number};
use crate::model::linear::{Matrix, cholesky, inverse_spd, log_determinant_of_cholesky};
use crate::rng::random::Random;

/// `nu / 2 ln det s - (nu + K + 1) / 2 ln det w - tr(s w^-1) / 2 - nu K / 2 ln(2) - ln Γ_K(nu / 2)`; NaN where a matrix is
/// not positive definite. Reads the lower triangles.
pub fn log_density(g: &mut Graph, w: &Matrix, nu: Number, s: &Matrix) -> Number {
    let (of_w, of_s) = (cholesky(g, w), cholesky(g, s));
    let trace = trace_of_ratio(g, &of_w, &of_s);
    let tail = g.scale(0.5, trace);
    let (ln_w, ln_s) = (log_determinant_of_cholesky(g, &of_w), log_determinant_of_cholesky(g, &of_s));
    let power = g.add(nu, Number::Known((w.rows + 1) as f64));
    let (head, scale) = (g.multiply(power, ln_w), g.multiply(nu, ln_s));
    let sum = g.add(head, tail);
    let shape = g.subtract(scale, sum);
    let normaliser = normaliser(g, w.rows, nu);
    g.subtract(shape, normaliser)
}

/// A variate, column by column, as is the scale: the inverse of a Wishart variate of the inverse scale; NaN as there.
///
/// # Panics
/// When `scale` has not `K * K` elements.
pub fn simulate(random: &mut Random, nu: f64, scale: &[f64]) -> Vec<f64> {
    inverse_of_known(&wishart::simulate(random, nu, &inverse_of_known(scale)))
}

fn inverse_of_known(elements: &[f64]) -> Vec<f64> {
    let size = elements.len().isqrt();
    let inverse = inverse_spd(&mut Graph::default(), &Matrix::from_known(size, size, elements));
    inverse.as_known().expect("known numbers have a known inverse")
}
