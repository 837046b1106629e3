//! The double exponential (Laplace) distribution with location `mu` and scale `sigma > 0`.

use std::f64::consts::LN_2;

use super::terms::{ZERO, complement, exp, positive, standard};
use super::variates;
use crate::ir::{Graph, Number, Unary};
use crate::rng::random::Random;

/// `-|y - mu| / sigma - ln(sigma) - ln(2)`
pub fn log_density(g: &mut Graph, y: Number, mu: Number, sigma: Number) -> Number {
    let residual = g.subtract(y, mu);
    let distance = g.unary(Unary::Abs, residual);
    let standard = g.divide(distance, sigma);
    let scale = g.unary(Unary::Ln, sigma);
    let sum = g.add(standard, scale);
    let shape = g.negate(sum);
    g.add(shape, Number::Known(-LN_2))
}

/// `exp(z) / 2` below `mu`, `1 - exp(-z) / 2` above, with `z = (y - mu) / sigma`
pub fn cdf(g: &mut Graph, y: Number, mu: Number, sigma: Number) -> Number {
    let (z, far) = far_tail(g, y, mu, sigma);
    let tail = exp(g, far);
    let rest = g.subtract(Number::Known(1.0), tail);
    g.select(z, ZERO, tail, rest)
}

/// The logarithm of the distribution function.
pub fn log_cdf(g: &mut Graph, y: Number, mu: Number, sigma: Number) -> Number {
    let (z, far) = far_tail(g, y, mu, sigma);
    let rest = complement(g, far);
    g.select(z, ZERO, far, rest)
}

/// The logarithm of the upper tail: the mirror image.
pub fn log_ccdf(g: &mut Graph, y: Number, mu: Number, sigma: Number) -> Number {
    log_cdf(g, mu, y, sigma)
}

/// `z`, and the logarithm of the smaller of the two tails.
fn far_tail(g: &mut Graph, y: Number, mu: Number, sigma: Number) -> (Number, Number) {
    let sigma = positive(g, sigma);
    let z = standard(g, y, mu, sigma);
    // Not `abs`, whose derivative at 0 is 0.
    let below = g.negate(z);
    let distance = g.select(z, ZERO, below, z);
    let sum = g.add(distance, Number::Known(LN_2));
    (z, g.negate(sum))
}

/// A variate; NaN unless `sigma > 0`.
pub fn simulate(random: &mut Random, mu: f64, sigma: f64) -> f64 {
    mu + variates::positive(sigma) * (random.exponential() - random.exponential())
}
