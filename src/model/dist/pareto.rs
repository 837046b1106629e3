//! The Pareto distribution with minimum `y_min > 0` and shape `alpha > 0`; `y >= y_min`.

use super::terms::{IMPOSSIBLE, ZERO, choose, complement, from, one_minus_exp, positive};
use super::variates;
use crate::ir::{Graph, Number, Unary};
use crate::math::elementary::precise_exp;
use crate::rng::random::Random;

/// `ln(alpha) + alpha (ln(y_min) - ln(y)) - ln(y)`; minus infinity for `y < y_min`.
pub fn log_density(g: &mut Graph, y: Number, y_min: Number, alpha: Number) -> Number {
    let ln_y = g.unary(Unary::Ln, y);
    let ln_min = g.unary(Unary::Ln, y_min);
    let ratio = g.subtract(ln_min, ln_y);
    let tail = g.multiply(alpha, ratio);
    let ln_alpha = g.unary(Unary::Ln, alpha);
    let shape = g.add(tail, ln_alpha);
    let density = g.subtract(shape, ln_y);
    from(g, y_min, y, density)
}

/// `alpha ln(y_min / y)`
fn tail(g: &mut Graph, y: Number, y_min: Number, alpha: Number) -> Number {
    let (y_min, alpha) = (positive(g, y_min), positive(g, alpha));
    // Near 1 the logarithm of the ratio from the difference, which is exact; far below, where a ratio would vanish, the
    // difference of logarithms.
    let difference = g.subtract(y_min, y);
    let excess = g.divide(difference, y);
    let near = g.unary(Unary::Ln1p, excess);
    let (ln_min, ln_y) = (g.unary(Unary::Ln, y_min), g.unary(Unary::Ln, y));
    let far = g.subtract(ln_min, ln_y);
    let ln_ratio = g.select(excess, Number::Known(-0.5), far, near);
    g.multiply(alpha, ln_ratio)
}

/// `1 - (y_min / y)^alpha`, 0 for `y < y_min`
pub fn cdf(g: &mut Graph, y: Number, y_min: Number, alpha: Number) -> Number {
    let tail = tail(g, y, y_min, alpha);
    let inside = one_minus_exp(g, tail);
    choose(g, y, y_min, ZERO, inside)
}

/// `ln(1 - (y_min / y)^alpha)`, minus infinity for `y < y_min`
pub fn log_cdf(g: &mut Graph, y: Number, y_min: Number, alpha: Number) -> Number {
    let tail = tail(g, y, y_min, alpha);
    let inside = complement(g, tail);
    choose(g, y, y_min, IMPOSSIBLE, inside)
}

/// `alpha ln(y_min / y)`, 0 for `y < y_min`
pub fn log_ccdf(g: &mut Graph, y: Number, y_min: Number, alpha: Number) -> Number {
    let tail = tail(g, y, y_min, alpha);
    choose(g, y_min, y, tail, ZERO)
}

/// A variate; NaN unless `y_min > 0` and `alpha > 0`.
pub fn simulate(random: &mut Random, y_min: f64, alpha: f64) -> f64 {
    variates::positive(y_min) * precise_exp(random.exponential() / variates::positive(alpha))
}
