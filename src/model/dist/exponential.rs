//! The exponential distribution with rate (inverse scale) `beta > 0`; `y >= 0`.

use super::terms::{IMPOSSIBLE, ZERO, choose, from, ln_happened, one_minus_exp, positive};
use super::variates;
use crate::ir::{Graph, Number, Unary};
use crate::rng::random::Random;

/// `ln(beta) - beta y`; minus infinity for `y < 0`.
pub fn log_density(g: &mut Graph, y: Number, beta: Number) -> Number {
    let scale = g.unary(Unary::Ln, beta);
    let tail = g.multiply(beta, y);
    let density = g.subtract(scale, tail);
    from(g, ZERO, y, density)
}

/// `1 - exp(-beta y)`, 0 for `y < 0`
pub fn cdf(g: &mut Graph, y: Number, beta: Number) -> Number {
    let tail = tail(g, y, beta);
    let inside = one_minus_exp(g, tail);
    choose(g, y, ZERO, ZERO, inside)
}

/// `ln(1 - exp(-beta y))`, minus infinity for `y < 0`
pub fn log_cdf(g: &mut Graph, y: Number, beta: Number) -> Number {
    let tail = tail(g, y, beta);
    let hazard = g.negate(tail);
    let (ln_y, ln_beta) = (g.unary(Unary::Ln, y), g.unary(Unary::Ln, beta));
    let ln_hazard = g.add(ln_beta, ln_y);
    let inside = ln_happened(g, hazard, ln_hazard);
    choose(g, y, ZERO, IMPOSSIBLE, inside)
}

/// `-beta y`, 0 for `y < 0`
pub fn log_ccdf(g: &mut Graph, y: Number, beta: Number) -> Number {
    let tail = tail(g, y, beta);
    choose(g, ZERO, y, tail, ZERO)
}

fn tail(g: &mut Graph, y: Number, beta: Number) -> Number {
    let beta = positive(g, beta);
    let product = g.multiply(beta, y);
    g.negate(product)
}

/// A variate; NaN unless `beta > 0`.
pub fn simulate(random: &mut Random, beta: f64) -> f64 {
    random.exponential() / variates::positive(beta)
}
