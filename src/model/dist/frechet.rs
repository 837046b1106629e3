//! The Fréchet distribution with shape `alpha > 0` and scale `sigma > 0`; `y > 0`.

use super::terms::{IMPOSSIBLE, ONE, ZERO, above_zero, choose, exp, ln_happened, positive};
use super::variates;
use crate::ir::{Graph, Number, Unary};
use crate::math::elementary::{precise_exp, precise_ln};
use crate::rng::random::Random;

/// `-(alpha + 1) l - exp(-alpha l) + ln(alpha) - ln(sigma)` with `l = ln(y) - ln(sigma)`; minus infinity unless `y > 0`.
pub fn log_density(g: &mut Graph, y: Number, alpha: Number, sigma: Number) -> Number {
    let (minus_l, ln_sigma) = minus_l(g, y, sigma);
    let power = g.add(alpha, ONE);
    let head = g.multiply(power, minus_l);
    let scaled = g.multiply(alpha, minus_l);
    let tail = exp(g, scaled);
    let shape = g.subtract(head, tail);
    let ln_alpha = g.unary(Unary::Ln, alpha);
    let scale = g.subtract(ln_alpha, ln_sigma);
    let density = g.add(shape, scale);
    above_zero(g, y, density)
}

/// `ln(sigma) - ln(y)`, and `ln(sigma)`
fn minus_l(g: &mut Graph, y: Number, sigma: Number) -> (Number, Number) {
    let ln_sigma = g.unary(Unary::Ln, sigma);
    let ln_y = g.unary(Unary::Ln, y);
    (g.subtract(ln_sigma, ln_y), ln_sigma)
}

/// `(y / sigma)^(-alpha)`, and its logarithm.
fn hazard(g: &mut Graph, y: Number, alpha: Number, sigma: Number) -> (Number, Number) {
    let alpha = positive(g, alpha);
    let (minus_l, _) = minus_l(g, y, sigma);
    let scaled = g.multiply(alpha, minus_l);
    (exp(g, scaled), scaled)
}

/// `-(y / sigma)^(-alpha)`
fn inside(g: &mut Graph, y: Number, alpha: Number, sigma: Number) -> Number {
    let (hazard, _) = hazard(g, y, alpha, sigma);
    g.negate(hazard)
}

/// `exp(-(y / sigma)^(-alpha))`, 0 unless `y > 0`
pub fn cdf(g: &mut Graph, y: Number, alpha: Number, sigma: Number) -> Number {
    let inside = inside(g, y, alpha, sigma);
    let inside = exp(g, inside);
    choose(g, y, ZERO, ZERO, inside)
}

/// `-(y / sigma)^(-alpha)`, minus infinity unless `y > 0`
pub fn log_cdf(g: &mut Graph, y: Number, alpha: Number, sigma: Number) -> Number {
    let inside = inside(g, y, alpha, sigma);
    choose(g, y, ZERO, IMPOSSIBLE, inside)
}

/// `ln(1 - exp(-(y / sigma)^(-alpha)))`, 0 unless `y > 0`
pub fn log_ccdf(g: &mut Graph, y: Number, alpha: Number, sigma: Number) -> Number {
    let (hazard, ln_hazard) = hazard(g, y, alpha, sigma);
    let inside = ln_happened(g, hazard, ln_hazard);
    choose(g, y, ZERO, ZERO, inside)
}

/// A variate; NaN unless `alpha > 0` and `sigma > 0`.
pub fn simulate(random: &mut Random, alpha: f64, sigma: f64) -> f64 {
    variates::positive(sigma) * precise_exp(-precise_ln(random.exponential()) / variates::positive(alpha))
}
