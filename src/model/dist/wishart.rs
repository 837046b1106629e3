//! The Wishart distribution with `nu > K - 1` degrees of freedom and scale matrix `s`, on matrices `w`; both are
//! symmetric and positive definite.

use super::chi_square;
use super::multi_normal::cholesky_of_known;
use super::terms::{LN_PI, not_negative};
use crate::ir::{Graph, Number, Unary};
use crate::model::linear::{Matrix, cholesky, dot, log_determinant_of_cholesky, solve_lower};
use crate::rng::random::Random;
use std::f64::consts::LN_2;

/// `(nu - K - 1) / 2 ln det w - tr(s^-1 w) / 2 - nu / 2 ln det s - nu K / 2 ln(2) - ln Γ_K(nu / 2)`; NaN where a matrix
/// is not positive definite. Reads the lower triangles.
pub fn log_density(g: &mut Graph, w: &Matrix, nu: Number, s: &Matrix) -> Number {
    let (of_w, of_s) = (cholesky(g, w), cholesky(g, s));
    let trace = trace_of_ratio(g, &of_s, &of_w);
    let tail = g.scale(0.5, trace);
    // Twice the logarithm of the diagonal is that of the determinant; half of it stands here.
    let (ln_w, ln_s) = (log_determinant_of_cholesky(g, &of_w), log_determinant_of_cholesky(g, &of_s));
    let power = g.subtract(nu, Number::Known((w.rows + 1) as f64));
    let (head, scale) = (g.multiply(power, ln_w), g.multiply(nu, ln_s));
    let shape = g.subtract(head, tail);
    let normaliser = normaliser(g, w.rows, nu);
    let sum = g.add(scale, normaliser);
    g.subtract(shape, sum)
}

/// `tr((a a')^-1 b b')` of lower triangles, as the sum of the squares of `a^-1 b`.
pub(super) fn trace_of_ratio(g: &mut Graph, a: &Matrix, b: &Matrix) -> Number {
    let columns: Vec<Number> = (0..b.columns)
        .map(|j| {
            let column = &b.elements[j * b.rows..(j + 1) * b.rows];
            let solved = solve_lower(g, a, column);
            dot(g, &solved, &solved)
        })
        .collect();
    g.total(&columns)
}

/// `nu K / 2 ln(2) + ln Γ_K(nu / 2)` with the multivariate gamma function
/// `Γ_K(x) = pi^(K (K - 1) / 4) prod over j < K of Γ(x - j / 2)`; NaN unless `nu >= K - 1`.
pub(super) fn normaliser(g: &mut Graph, size: usize, nu: Number) -> Number {
    let half = g.scale(0.5, nu);
    let mut terms = vec![g.scale(size as f64 * LN_2, half)];
    for j in 0..size {
        let argument = g.add(half, Number::Known(-0.5 * j as f64));
        let argument = not_negative(g, argument);
        terms.push(g.unary(Unary::Lgamma, argument));
    }
    terms.push(Number::Known(0.25 * (size * size.saturating_sub(1)) as f64 * LN_PI));
    g.total(&terms)
}

/// A variate, column by column, as is the scale; NaN unless `nu > K - 1` and where the scale is not positive definite.
/// Bartlett's decomposition (Smith and Hocking 1972, algorithm AS 53).
///
/// # Panics
/// When `scale` has not `K * K` elements.
pub fn simulate(random: &mut Random, nu: f64, scale: &[f64]) -> Vec<f64> {
    let size = scale.len().isqrt();
    let l = cholesky_of_known(size, scale);
    let mut factor = vec![0.0; size * size];
    for column in 0..size {
        factor[column + column * size] = chi_square::simulate(random, nu - column as f64).sqrt();
        for row in column + 1..size {
            factor[row + column * size] = random.normal();
        }
    }
    let product = |i: usize, j: usize| (j..=i).map(|k| l[i + k * size] * factor[k + j * size]).sum::<f64>();
    let root: Vec<f64> = (0..size * size).map(|k| product(k % size, k / size)).collect();
    let at = |i: usize, j: usize| (0..=i.min(j)).map(|k| root[i + k * size] * root[j + k * size]).sum::<f64>();
    let variate: Vec<f64> = (0..size * size).map(|k| at(k % size, k / size)).collect();
    if variate.iter().any(|x| x.is_nan()) { vec![f64::NAN; size * size] } else { variate }
}
