//! The beta distribution with shapes `alpha > 0` and `beta > 0`; `0 <= y <= 1`.

use super::terms::{ONE, ZERO, between, not_negative, weighted};
use crate::ir::{Binary, Graph, Number, Unary};
use crate::math::elementary::precise_exp;
use crate::math::incomplete::ln_beta_tails;
use crate::rng::random::Random;

/// `(alpha - 1) ln(y) + (beta - 1) ln(1 - y) - ln B(alpha, beta)`; minus infinity outside of the unit interval.
pub fn log_density(g: &mut Graph, y: Number, alpha: Number, beta: Number) -> Number {
    let (alpha, beta) = (not_negative(g, alpha), not_negative(g, beta));
    let ln_y = g.unary(Unary::Ln, y);
    let minus_y = g.negate(y);
    let ln_rest = g.unary(Unary::Ln1p, minus_y);
    let (a, b) = (g.subtract(alpha, ONE), g.subtract(beta, ONE));
    let (low, high) = (weighted(g, a, ln_y), weighted(g, b, ln_rest));
    let shape = g.add(low, high);
    let normaliser = g.binary(Binary::LnBeta, alpha, beta);
    let density = g.subtract(shape, normaliser);
    between(g, ZERO, y, ONE, density)
}

/// A variate; NaN unless `alpha > 0` and `beta > 0`. Logarithms of gamma variates stand for shapes so small that the
/// variates are not numbers any more.
pub fn simulate(random: &mut Random, alpha: f64, beta: f64) -> f64 {
    let ratio = random.ln_gamma(beta) - random.ln_gamma(alpha);
    1.0 / (1.0 + precise_exp(ratio))
}

/// Logarithms of the probabilities of a value at or below `y`, and above it; NaN where a parameter is out of its range.
pub fn log_tails(y: f64, alpha: f64, beta: f64) -> [f64; 2] {
    let y = y.clamp(0.0, 1.0);
    ln_beta_tails(y.into(), (1.0 - y).into(), alpha, beta)
}
