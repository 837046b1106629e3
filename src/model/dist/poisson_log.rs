//! The Poisson distribution with rate `exp(alpha)`; `n` is a count.

use super::poisson;
use super::terms::{ZERO, from, ln_factorial};
use crate::ir::{Graph, Number, Unary};
use crate::math::elementary::precise_exp;
use crate::rng::random::Random;

/// `n alpha - exp(alpha) - ln n!`; minus infinity for `n < 0`.
pub fn log_density(g: &mut Graph, n: Number, alpha: Number) -> Number {
    let head = g.multiply(n, alpha);
    let rate = g.unary(Unary::Exp, alpha);
    let shape = g.subtract(head, rate);
    let ways = ln_factorial(g, n);
    let density = g.subtract(shape, ways);
    from(g, ZERO, n, density)
}

/// A count; NaN unless `exp(alpha)` is finite.
pub fn simulate(random: &mut Random, alpha: f64) -> f64 {
    poisson::simulate(random, precise_exp(alpha))
}
