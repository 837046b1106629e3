//! The lognormal distribution: `ln(y)` is normal with mean `mu` and standard deviation `sigma > 0`; `y > 0`.

use super::normal;
use super::terms::{IMPOSSIBLE, LN_SQRT_TWO_PI, ZERO, above_zero, choose, gaussian};
use crate::ir::{Graph, Number, Unary};
use crate::math::elementary::precise_exp;
use crate::rng::random::Random;

/// The normal density at `ln(y)`, less `ln(y)`; minus infinity unless `y > 0`.
pub fn log_density(g: &mut Graph, y: Number, mu: Number, sigma: Number) -> Number {
    let ln_y = g.unary(Unary::Ln, y);
    let shape = gaussian(g, ln_y, mu, sigma);
    let density = g.subtract(shape, ln_y);
    let density = g.add(density, Number::Known(-LN_SQRT_TWO_PI));
    above_zero(g, y, density)
}

/// `Φ((ln(y) - mu) / sigma)`, 0 unless `y > 0`
pub fn cdf(g: &mut Graph, y: Number, mu: Number, sigma: Number) -> Number {
    let ln_y = g.unary(Unary::Ln, y);
    let inside = normal::cdf(g, ln_y, mu, sigma);
    choose(g, y, ZERO, ZERO, inside)
}

/// `ln Φ((ln(y) - mu) / sigma)`, minus infinity unless `y > 0`
pub fn log_cdf(g: &mut Graph, y: Number, mu: Number, sigma: Number) -> Number {
    let ln_y = g.unary(Unary::Ln, y);
    let inside = normal::log_cdf(g, ln_y, mu, sigma);
    choose(g, y, ZERO, IMPOSSIBLE, inside)
}

/// `ln Φ((mu - ln(y)) / sigma)`, 0 unless `y > 0`
pub fn log_ccdf(g: &mut Graph, y: Number, mu: Number, sigma: Number) -> Number {
    let ln_y = g.unary(Unary::Ln, y);
    let inside = normal::log_ccdf(g, ln_y, mu, sigma);
    choose(g, y, ZERO, ZERO, inside)
}

/// A variate; NaN unless `sigma > 0`.
pub fn simulate(random: &mut Random, mu: f64, sigma: f64) -> f64 {
    precise_exp(normal::simulate(random, mu, sigma))
}
