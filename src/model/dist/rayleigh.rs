//! The Rayleigh distribution with scale `sigma > 0`; `y >= 0`.

use super::terms::{IMPOSSIBLE, ZERO, choose, from, ln_happened, one_minus_exp, positive};
use super::variates;
use crate::ir::{Graph, Number, Unary};
use crate::rng::random::Random;

/// `ln(y) - (y / sigma)^2 / 2 - 2 ln(sigma)`; minus infinity for `y < 0`.
pub fn log_density(g: &mut Graph, y: Number, sigma: Number) -> Number {
    let tail = tail(g, y, sigma);
    let ln_y = g.unary(Unary::Ln, y);
    let ln_sigma = g.unary(Unary::Ln, sigma);
    let scale = g.scale(2.0, ln_sigma);
    let shape = g.subtract(tail, scale);
    let density = g.add(shape, ln_y);
    from(g, ZERO, y, density)
}

/// `-(y / sigma)^2 / 2`
fn tail(g: &mut Graph, y: Number, sigma: Number) -> Number {
    let z = g.divide(y, sigma);
    let square = g.unary(Unary::Square, z);
    g.scale(-0.5, square)
}

/// `1 - exp(-(y / sigma)^2 / 2)`, 0 for `y < 0`
pub fn cdf(g: &mut Graph, y: Number, sigma: Number) -> Number {
    let sigma = positive(g, sigma);
    let tail = tail(g, y, sigma);
    let inside = one_minus_exp(g, tail);
    choose(g, y, ZERO, ZERO, inside)
}

/// `ln(1 - exp(-(y / sigma)^2 / 2))`, minus infinity for `y < 0`
pub fn log_cdf(g: &mut Graph, y: Number, sigma: Number) -> Number {
    let sigma = positive(g, sigma);
    let tail = tail(g, y, sigma);
    let hazard = g.negate(tail);
    let (ln_y, ln_sigma) = (g.unary(Unary::Ln, y), g.unary(Unary::Ln, sigma));
    let ln_z = g.subtract(ln_y, ln_sigma);
    let twice = g.scale(2.0, ln_z);
    let ln_hazard = g.subtract(twice, Number::Known(std::f64::consts::LN_2));
    let inside = ln_happened(g, hazard, ln_hazard);
    choose(g, y, ZERO, IMPOSSIBLE, inside)
}

/// `-(y / sigma)^2 / 2`, 0 for `y < 0`
pub fn log_ccdf(g: &mut Graph, y: Number, sigma: Number) -> Number {
    let sigma = positive(g, sigma);
    let tail = tail(g, y, sigma);
    choose(g, ZERO, y, tail, ZERO)
}

/// A variate; NaN unless `sigma > 0`.
pub fn simulate(random: &mut Random, sigma: f64) -> f64 {
    variates::positive(sigma) * (2.0 * random.exponential()).sqrt()
}
