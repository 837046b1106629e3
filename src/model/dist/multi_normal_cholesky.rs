//! The multivariate normal distribution with mean `mu` and the Cholesky factor `l` of the covariance, a lower triangle
//! with a positive diagonal.

use super::terms::LN_SQRT_TWO_PI;
use crate::ir::{Graph, Number};
use crate::model::linear::{Matrix, dot, log_determinant_of_cholesky, solve_lower};
use crate::rng::random::Random;

/// `-|l^-1 (y - mu)|^2 / 2 - ln det l - K ln(2 pi) / 2`; NaN where the diagonal is not positive.
pub fn log_density(g: &mut Graph, y: &[Number], mu: &[Number], l: &Matrix) -> Number {
    let distance = squared_distance(g, y, mu, l);
    let exponent = g.scale(-0.5, distance);
    let scale = log_determinant_of_cholesky(g, l);
    let shape = g.subtract(exponent, scale);
    g.add(shape, Number::Known(-(y.len() as f64) * LN_SQRT_TWO_PI))
}

/// `|l^-1 (y - mu)|^2`
pub(super) fn squared_distance(g: &mut Graph, y: &[Number], mu: &[Number], l: &Matrix) -> Number {
    let residuals = residuals(g, y, mu);
    let z = solve_lower(g, l, &residuals);
    dot(g, &z, &z)
}

/// `y - mu`
pub(super) fn residuals(g: &mut Graph, y: &[Number], mu: &[Number]) -> Vec<Number> {
    y.iter().zip(mu).map(|(&y, &mu)| g.subtract(y, mu)).collect()
}

/// A variate. `l` is read column by column, its lower triangle only; NaN where the diagonal is not positive.
///
/// # Panics
/// When `l` has not `K * K` elements.
pub fn simulate(random: &mut Random, mu: &[f64], l: &[f64]) -> Vec<f64> {
    let deviation = deviation(random, mu.len(), l);
    mu.iter().zip(deviation).map(|(mu, deviation)| mu + deviation).collect()
}

/// `l z` with standard normal `z`.
pub(super) fn deviation(random: &mut Random, size: usize, l: &[f64]) -> Vec<f64> {
    assert_eq!(l.len(), size * size, "a Cholesky factor is square");
    let mut deviation = vec![0.0; size];
    for column in 0..size {
        let z = random.normal();
        let valid = if l[column + column * size] > 0.0 { z } else { f64::NAN };
        for (row, sum) in deviation.iter_mut().enumerate().skip(column) {
            *sum += l[row + column * size] * valid;
        }
    }
    // Elements above an invalid one are as invalid: the matrix is.
    if deviation.iter().any(|x| x.is_nan()) { vec![f64::NAN; size] } else { deviation }
}
