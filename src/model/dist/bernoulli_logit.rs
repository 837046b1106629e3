//! The Bernoulli distribution with the log odds `alpha` of success; `y` is 0 or 1.

use super::bernoulli;
use super::terms::{ONE, ZERO, between};
use super::variates::inv_logit;
use crate::ir::{Graph, Number, Unary};
use crate::rng::random::Random;

/// `-ln(1 + exp(-alpha))` for 1, `-ln(1 + exp(alpha))` for 0, minus infinity otherwise.
pub fn log_density(g: &mut Graph, y: Number, alpha: Number) -> Number {
    let density = if g.domain(alpha).is_none() && g.domain(y).is_some() {
        // Rows share the softplus, and the rest is a sum that factors.
        let softplus = g.unary(Unary::Log1pExp, alpha);
        let product = g.multiply(y, alpha);
        g.subtract(product, softplus)
    } else {
        // No cancellation: the sign is the outcome's.
        let twice = g.scale(2.0, y);
        let sign = g.subtract(ONE, twice);
        let signed = g.multiply(sign, alpha);
        let softplus = g.unary(Unary::Log1pExp, signed);
        g.negate(softplus)
    };
    between(g, ZERO, y, ONE, density)
}

/// 0 or 1; NaN for a NaN.
pub fn simulate(random: &mut Random, alpha: f64) -> f64 {
    bernoulli::simulate(random, inv_logit(alpha))
}
