//! The standard normal distribution.

use super::normal;
use super::terms::{ONE, ZERO};
use crate::ir::{Graph, Number};
use crate::rng::random::Random;

/// `-y^2 / 2 - ln(2 pi) / 2`
pub fn log_density(g: &mut Graph, y: Number) -> Number {
    normal::log_density(g, y, ZERO, ONE)
}

/// `Φ(y)`
pub fn cdf(g: &mut Graph, y: Number) -> Number {
    normal::cdf(g, y, ZERO, ONE)
}

/// `ln Φ(y)`
pub fn log_cdf(g: &mut Graph, y: Number) -> Number {
    normal::log_cdf(g, y, ZERO, ONE)
}

/// `ln Φ(-y)`
pub fn log_ccdf(g: &mut Graph, y: Number) -> Number {
    normal::log_ccdf(g, y, ZERO, ONE)
}

/// A variate.
pub fn simulate(random: &mut Random) -> f64 {
    random.normal()
}
