//! The Weibull distribution with shape `alpha > 0` and scale `sigma > 0`; `y >= 0`.

use super::terms::{IMPOSSIBLE, ONE, ZERO, choose, exp, from, ln_happened, one_minus_exp, positive, weighted};
use super::variates;
use crate::ir::{Graph, Number, Unary};
use crate::math::elementary::{precise_exp, precise_ln};
use crate::rng::random::Random;

/// `(alpha - 1) l - exp(alpha l) + ln(alpha) - ln(sigma)` with `l = ln(y) - ln(sigma)`; minus infinity for `y < 0`.
pub fn log_density(g: &mut Graph, y: Number, alpha: Number, sigma: Number) -> Number {
    let ln_sigma = g.unary(Unary::Ln, sigma);
    let ln_y = g.unary(Unary::Ln, y);
    let l = g.subtract(ln_y, ln_sigma);
    let power = g.subtract(alpha, ONE);
    let head = weighted(g, power, l);
    let scaled = g.multiply(alpha, l);
    let tail = exp(g, scaled);
    let shape = g.subtract(head, tail);
    let ln_alpha = g.unary(Unary::Ln, alpha);
    let scale = g.subtract(ln_alpha, ln_sigma);
    let density = g.add(shape, scale);
    from(g, ZERO, y, density)
}

/// `(y / sigma)^alpha`, and its logarithm.
fn hazard(g: &mut Graph, y: Number, alpha: Number, sigma: Number) -> (Number, Number) {
    let alpha = positive(g, alpha);
    let (ln_y, ln_sigma) = (g.unary(Unary::Ln, y), g.unary(Unary::Ln, sigma));
    let l = g.subtract(ln_y, ln_sigma);
    let scaled = g.multiply(alpha, l);
    (exp(g, scaled), scaled)
}

/// `-(y / sigma)^alpha`
fn tail(g: &mut Graph, y: Number, alpha: Number, sigma: Number) -> Number {
    let (hazard, _) = hazard(g, y, alpha, sigma);
    g.negate(hazard)
}

/// `1 - exp(-(y / sigma)^alpha)`, 0 for `y <= 0`
pub fn cdf(g: &mut Graph, y: Number, alpha: Number, sigma: Number) -> Number {
    let tail = tail(g, y, alpha, sigma);
    let inside = one_minus_exp(g, tail);
    choose(g, y, ZERO, ZERO, inside)
}

/// `ln(1 - exp(-(y / sigma)^alpha))`, minus infinity for `y <= 0`
pub fn log_cdf(g: &mut Graph, y: Number, alpha: Number, sigma: Number) -> Number {
    let (hazard, ln_hazard) = hazard(g, y, alpha, sigma);
    let inside = ln_happened(g, hazard, ln_hazard);
    choose(g, y, ZERO, IMPOSSIBLE, inside)
}

/// `-(y / sigma)^alpha`, 0 for `y <= 0`
pub fn log_ccdf(g: &mut Graph, y: Number, alpha: Number, sigma: Number) -> Number {
    let tail = tail(g, y, alpha, sigma);
    choose(g, y, ZERO, ZERO, tail)
}

/// A variate; NaN unless `alpha > 0` and `sigma > 0`.
pub fn simulate(random: &mut Random, alpha: f64, sigma: f64) -> f64 {
    variates::positive(sigma) * precise_exp(precise_ln(random.exponential()) / variates::positive(alpha))
}
