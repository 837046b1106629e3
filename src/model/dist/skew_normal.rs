//! The skew normal distribution with location `xi`, scale `omega > 0` and shape `alpha`.

use std::f64::consts::LN_2;

use super::terms::{LN_SQRT_TWO_PI, gaussian, standard};
use super::variates;
use crate::ir::{Graph, Number, Unary};
use crate::rng::random::Random;

/// `-z^2 / 2 - ln(omega) + ln Φ(alpha z) + ln(2) - ln(2 pi) / 2` with `z = (y - xi) / omega`
pub fn log_density(g: &mut Graph, y: Number, xi: Number, omega: Number, alpha: Number) -> Number {
    let symmetric = gaussian(g, y, xi, omega);
    let z = standard(g, y, xi, omega);
    let skewed = g.multiply(alpha, z);
    let side = g.unary(Unary::LnPhi, skewed);
    let density = g.add(symmetric, side);
    g.add(density, Number::Known(LN_2 - LN_SQRT_TWO_PI))
}

/// A variate (Azzalini 1986); NaN unless `omega > 0`.
pub fn simulate(random: &mut Random, xi: f64, omega: f64, alpha: f64) -> f64 {
    let (x, y) = (random.normal(), random.normal());
    let skewed = (alpha * x.abs() + y) / (1.0 + alpha * alpha).sqrt();
    xi + variates::positive(omega) * skewed
}
