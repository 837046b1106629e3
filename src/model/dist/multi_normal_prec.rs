//! The multivariate normal distribution with mean `mu` and precision `omega`, the inverse of the covariance.

use super::multi_normal_cholesky::residuals;
use super::terms::LN_SQRT_TWO_PI;
use crate::ir::{Graph, Number};
use crate::model::linear::{Matrix, cholesky, dot, log_determinant_of_cholesky};

/// `-(y - mu)' omega (y - mu) / 2 + ln det omega / 2 - K ln(2 pi) / 2`; NaN where the precision is not positive definite.
/// Reads the lower triangle. With `omega = l l'` the quadratic form is `|l' (y - mu)|^2`, which cannot be negative.
pub fn log_density(g: &mut Graph, y: &[Number], mu: &[Number], omega: &Matrix) -> Number {
    let l = cholesky(g, omega);
    let residuals = residuals(g, y, mu);
    let z: Vec<Number> = (0..l.columns)
        .map(|j| {
            let column = &l.elements[j + j * l.rows..(j + 1) * l.rows];
            dot(g, column, &residuals[j..])
        })
        .collect();
    let distance = dot(g, &z, &z);
    let exponent = g.scale(-0.5, distance);
    let scale = log_determinant_of_cholesky(g, &l);
    let shape = g.add(exponent, scale);
    g.add(shape, Number::Known(-(y.len() as f64) * LN_SQRT_TWO_PI))
}
