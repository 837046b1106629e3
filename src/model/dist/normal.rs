//! The normal distribution with mean `mu` and standard deviation `sigma > 0`.

use super::terms::{LN_SQRT_TWO_PI, gaussian, positive, standard};
use super::variates;
use crate::ir::{Graph, Number, Unary};
use crate::rng::random::Random;

/// `-((y - mu) / sigma)^2 / 2 - ln(sigma) - ln(2 pi) / 2`
pub fn log_density(g: &mut Graph, y: Number, mu: Number, sigma: Number) -> Number {
    let shape = gaussian(g, y, mu, sigma);
    g.add(shape, Number::Known(-LN_SQRT_TWO_PI))
}

/// `Φ((y - mu) / sigma)`
pub fn cdf(g: &mut Graph, y: Number, mu: Number, sigma: Number) -> Number {
    let sigma = positive(g, sigma);
    let z = standard(g, y, mu, sigma);
    g.unary(Unary::Phi, z)
}

/// `ln Φ((y - mu) / sigma)`
pub fn log_cdf(g: &mut Graph, y: Number, mu: Number, sigma: Number) -> Number {
    let sigma = positive(g, sigma);
    let z = standard(g, y, mu, sigma);
    g.unary(Unary::LnPhi, z)
}

/// `ln Φ((mu - y) / sigma)`
pub fn log_ccdf(g: &mut Graph, y: Number, mu: Number, sigma: Number) -> Number {
    log_cdf(g, mu, y, sigma)
}

/// A variate; NaN unless `sigma > 0`.
pub fn simulate(random: &mut Random, mu: f64, sigma: f64) -> f64 {
    mu + variates::positive(sigma) * random.normal()
}
