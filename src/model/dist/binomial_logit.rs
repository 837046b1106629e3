//! The binomial distribution: `n` successes among `trials`, each with the log odds `alpha`.

use super::binomial;
use super::terms::{ZERO, between, ln_choose};
use super::variates::inv_logit;
use crate::ir::{Graph, Number, Unary};
use crate::rng::random::Random;

/// `-n ln(1 + exp(-alpha)) - (trials - n) ln(1 + exp(alpha)) + ln choose(trials, n)`; minus infinity unless
/// `0 <= n <= trials`.
pub fn log_density(g: &mut Graph, n: Number, trials: Number, alpha: Number) -> Number {
    let shape = if g.domain(alpha).is_none() && g.domain(n).is_some() {
        // Rows share the softplus, and the rest is a sum that factors.
        let softplus = g.unary(Unary::Log1pExp, alpha);
        let (up, down) = (g.multiply(n, alpha), g.multiply(trials, softplus));
        g.subtract(up, down)
    } else {
        // One transcendental, and no cancellation: the failures' share of |alpha|, or the successes'.
        // Not `abs`, whose derivative at 0 is 0.
        let negated = g.negate(alpha);
        let size = g.select(ZERO, alpha, alpha, negated);
        let minus = g.negate(size);
        let power = g.unary(Unary::Exp, minus);
        let rest = g.unary(Unary::Ln1p, power);
        let failures = g.subtract(trials, n);
        let unlikely = g.select(ZERO, alpha, failures, n);
        let (far, near) = (g.multiply(unlikely, size), g.multiply(trials, rest));
        let sum = g.add(far, near);
        g.negate(sum)
    };
    let ways = ln_choose(g, trials, n);
    let density = g.add(shape, ways);
    between(g, ZERO, n, trials, density)
}

/// A count; NaN unless `trials` is one and `alpha` a number.
pub fn simulate(random: &mut Random, trials: f64, alpha: f64) -> f64 {
    binomial::simulate(random, trials, inv_logit(alpha))
}
