//! The negative binomial distribution with mean `exp(eta)` and precision `phi > 0`.

use super::neg_binomial_2::{self, shape};
use super::terms::not_negative;
use crate::ir::{Graph, Number, Unary};
use crate::math::elementary::precise_exp;
use crate::rng::random::Random;

/// The density of [`neg_binomial_2`] with `ln(mu / phi) = eta - ln(phi)`; minus infinity for `n < 0`.
pub fn log_density(g: &mut Graph, n: Number, eta: Number, phi: Number) -> Number {
    let phi = not_negative(g, phi);
    let ln_phi = g.unary(Unary::Ln, phi);
    let ln_ratio = g.subtract(eta, ln_phi);
    let ln_more = g.unary(Unary::Log1pExp, ln_ratio);
    let head = g.multiply(n, ln_ratio);
    shape(g, n, phi, head, ln_more)
}

/// A count; NaN unless `exp(eta)` is positive and finite, and `phi > 0`.
pub fn simulate(random: &mut Random, eta: f64, phi: f64) -> f64 {
    neg_binomial_2::simulate(random, precise_exp(eta), phi)
}
