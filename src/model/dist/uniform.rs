//! The uniform distribution on `[alpha, beta]`, `alpha < beta`.

use super::terms::{IMPOSSIBLE, ONE, ZERO, between, choose, standard};
use crate::ir::{Graph, Number, Unary};
use crate::rng::random::Random;

/// `-ln(beta - alpha)` on the interval, minus infinity outside.
pub fn log_density(g: &mut Graph, y: Number, alpha: Number, beta: Number) -> Number {
    let width = g.subtract(beta, alpha);
    let ln_width = g.unary(Unary::Ln, width);
    let inside = g.negate(ln_width);
    between(g, alpha, y, beta, inside)
}

/// `(y - alpha) / (beta - alpha)`, 0 below and 1 above
pub fn cdf(g: &mut Graph, y: Number, alpha: Number, beta: Number) -> Number {
    let width = g.subtract(beta, alpha);
    let inside = standard(g, y, alpha, width);
    let below = choose(g, beta, y, ONE, inside);
    let clamped = choose(g, y, alpha, ZERO, below);
    ordered(g, alpha, beta, clamped)
}

/// `ln((y - alpha) / (beta - alpha))`, minus infinity below and 0 above
pub fn log_cdf(g: &mut Graph, y: Number, alpha: Number, beta: Number) -> Number {
    let inside = ln_share(g, [alpha, y], [y, beta]);
    let below = choose(g, beta, y, ZERO, inside);
    let clamped = choose(g, y, alpha, IMPOSSIBLE, below);
    ordered(g, alpha, beta, clamped)
}

/// `ln((beta - y) / (beta - alpha))`, 0 below and minus infinity above
pub fn log_ccdf(g: &mut Graph, y: Number, alpha: Number, beta: Number) -> Number {
    let inside = ln_share(g, [y, beta], [alpha, y]);
    let below = choose(g, beta, y, IMPOSSIBLE, inside);
    let clamped = choose(g, y, alpha, ZERO, below);
    ordered(g, alpha, beta, clamped)
}

/// The logarithm of the share that a part of the interval has beside the rest of it, from the smaller of the two.
fn ln_share(g: &mut Graph, part: [Number; 2], rest: [Number; 2]) -> Number {
    let (part, rest) = (g.subtract(part[1], part[0]), g.subtract(rest[1], rest[0]));
    let width = g.add(part, rest);
    let (share, other) = (g.divide(part, width), g.divide(rest, width));
    let minus = g.negate(other);
    let (small, large) = (g.unary(Unary::Ln, share), g.unary(Unary::Ln1p, minus));
    g.select(share, other, small, large)
}

/// `x`, or NaN unless `alpha < beta`.
fn ordered(g: &mut Graph, alpha: Number, beta: Number, x: Number) -> Number {
    g.select(beta, alpha, Number::Known(f64::NAN), x)
}

/// A variate; NaN unless `alpha < beta`.
pub fn simulate(random: &mut Random, alpha: f64, beta: f64) -> f64 {
    if alpha < beta { alpha + (beta - alpha) * random.uniform() } else { f64::NAN }
}
