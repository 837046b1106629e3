//! The Bernoulli distribution with the chance `0 <= theta <= 1` of success; `y` is 0 or 1.

use super::terms::{IMPOSSIBLE, ONE, ZERO, between, choose, probability};
use super::variates;
use crate::ir::{Graph, Number, Unary};
use crate::rng::random::Random;

/// Between the two outcomes.
const HALF: Number = Number::Known(0.5);

/// `ln(theta)` for 1, `ln(1 - theta)` for 0, minus infinity otherwise.
pub fn log_density(g: &mut Graph, y: Number, theta: Number) -> Number {
    let theta = probability(g, theta);
    let density = if g.domain(theta).is_some() {
        // One logarithm a row.
        let rest = g.subtract(ONE, theta);
        let chance = choose(g, HALF, y, theta, rest);
        g.unary(Unary::Ln, chance)
    } else {
        let (success, failure) = (g.unary(Unary::Ln, theta), ln_rest(g, theta));
        choose(g, HALF, y, success, failure)
    };
    between(g, ZERO, y, ONE, density)
}

fn ln_rest(g: &mut Graph, theta: Number) -> Number {
    let minus = g.negate(theta);
    g.unary(Unary::Ln1p, minus)
}

/// 0 below 0, `1 - theta` below 1, else 1
pub fn cdf(g: &mut Graph, y: Number, theta: Number) -> Number {
    let theta = probability(g, theta);
    let rest = g.subtract(ONE, theta);
    steps(g, y, [ZERO, rest, ONE])
}

/// The logarithm of the distribution function.
pub fn log_cdf(g: &mut Graph, y: Number, theta: Number) -> Number {
    let theta = probability(g, theta);
    let rest = ln_rest(g, theta);
    steps(g, y, [IMPOSSIBLE, rest, ZERO])
}

/// The logarithm of the upper tail: 0 below 0, `ln(theta)` below 1, else minus infinity.
pub fn log_ccdf(g: &mut Graph, y: Number, theta: Number) -> Number {
    let theta = probability(g, theta);
    let success = g.unary(Unary::Ln, theta);
    steps(g, y, [ZERO, success, IMPOSSIBLE])
}

/// What stands below 0, below 1, and from 1 on.
fn steps(g: &mut Graph, y: Number, [below, inside, above]: [Number; 3]) -> Number {
    let upper = choose(g, ONE, y, above, inside);
    choose(g, ZERO, y, upper, below)
}

/// 0 or 1; NaN unless `0 <= theta <= 1`.
pub fn simulate(random: &mut Random, theta: f64) -> f64 {
    let theta = variates::probability(theta);
    if theta.is_nan() { f64::NAN } else { f64::from(u8::from(random.uniform() < theta)) }
}
