//! The uniform distribution on the whole numbers from `lower` to `upper`, both included.

use super::terms::{ONE, between};
use crate::ir::{Graph, Number, Unary};
use crate::rng::random::Random;

/// `-ln(upper - lower + 1)` inside, minus infinity outside.
pub fn log_density(g: &mut Graph, y: Number, lower: Number, upper: Number) -> Number {
    let width = g.subtract(upper, lower);
    let count = g.add(width, ONE);
    let ln_count = g.unary(Unary::Ln, count);
    let inside = g.negate(ln_count);
    between(g, lower, y, upper, inside)
}

/// A whole number; NaN unless `lower <= upper`.
pub fn simulate(random: &mut Random, lower: f64, upper: f64) -> f64 {
    let width = upper - lower;
    if width >= 0.0 { lower + ((width + 1.0) * random.uniform()).floor().min(width) } else { f64::NAN }
}
