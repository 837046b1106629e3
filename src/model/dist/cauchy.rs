//! The Cauchy distribution with location `mu` and scale `sigma > 0`.

use super::terms::{LN_PI, ONE, ZERO, positive, standard};
use super::variates;
use crate::ir::{Binary, Graph, Number, Unary};
use crate::rng::random::Random;

/// `-ln(1 + ((y - mu) / sigma)^2) - ln(sigma) - ln(pi)`
pub fn log_density(g: &mut Graph, y: Number, mu: Number, sigma: Number) -> Number {
    let z = standard(g, y, mu, sigma);
    let square = g.unary(Unary::Square, z);
    let tail = g.unary(Unary::Ln1p, square);
    let scale = g.unary(Unary::Ln, sigma);
    let sum = g.add(tail, scale);
    let shape = g.negate(sum);
    g.add(shape, Number::Known(-LN_PI))
}

/// `atan2(1, -z) / pi` with `z = (y - mu) / sigma`: an angle that keeps its digits in the lower tail, where
/// `1/2 + atan(z) / pi` cancels.
pub fn cdf(g: &mut Graph, y: Number, mu: Number, sigma: Number) -> Number {
    let sigma = positive(g, sigma);
    let z = standard(g, y, mu, sigma);
    let minus_z = g.negate(z);
    chance(g, minus_z)
}

/// Its logarithm, from the smaller of the two tails.
pub fn log_cdf(g: &mut Graph, y: Number, mu: Number, sigma: Number) -> Number {
    log_ccdf(g, mu, y, sigma)
}

/// `ln(atan2(1, z) / pi)`, from the smaller of the two tails.
pub fn log_ccdf(g: &mut Graph, y: Number, mu: Number, sigma: Number) -> Number {
    let sigma = positive(g, sigma);
    let z = standard(g, y, mu, sigma);
    let minus_z = g.negate(z);
    let (above, below) = (chance(g, z), chance(g, minus_z));
    let (small, minus) = (g.unary(Unary::Ln, above), g.negate(below));
    let large = g.unary(Unary::Ln1p, minus);
    g.select(ZERO, z, small, large)
}

/// The chance of a standard variate above `z`.
fn chance(g: &mut Graph, z: Number) -> Number {
    let angle = g.binary(Binary::Atan2, ONE, z);
    g.scale(std::f64::consts::FRAC_1_PI, angle)
}

/// A variate, as a ratio of normal ones; NaN unless `sigma > 0`.
pub fn simulate(random: &mut Random, mu: f64, sigma: f64) -> f64 {
    mu + variates::positive(sigma) * (random.normal() / random.normal())
}
