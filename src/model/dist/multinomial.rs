//! The multinomial distribution: how often each of `K` outcomes with chances `theta` came; chances sum to 1.

use super::binomial;
use super::terms::{ln_factorial, supported, weighted};
use crate::ir::{Graph, Number, Unary};
use crate::rng::random::Random;

/// `ln((sum y)! / prod y!) + sum y ln(theta)`; minus infinity where a count is negative. That chances sum to 1 is not
/// looked at.
pub fn log_density(g: &mut Graph, y: &[Number], theta: &[Number]) -> Number {
    let terms: Vec<Number> = y
        .iter()
        .zip(theta)
        .map(|(&y, &theta)| {
            let logarithm = g.unary(Unary::Ln, theta);
            weighted(g, y, logarithm)
        })
        .collect();
    let shape = g.total(&terms);
    let ways = ln_arrangements(g, y);
    let density = g.add(shape, ways);
    supported(g, y, density)
}

/// `ln((sum y)! / prod y!)`
pub(super) fn ln_arrangements(g: &mut Graph, y: &[Number]) -> Number {
    let count = g.total(y);
    let all = ln_factorial(g, count);
    let each: Vec<Number> = y.iter().map(|&y| ln_factorial(g, y)).collect();
    let same = g.total(&each);
    g.subtract(all, same)
}

/// Counts that sum to `count`; NaN unless that is a count, no chance is negative, and one is positive. Binomial
/// shares of what is left, one outcome after the other.
pub fn simulate(random: &mut Random, theta: &[f64], count: f64) -> Vec<f64> {
    let mut chance: f64 = theta.iter().sum();
    let mut left = if theta.iter().all(|&theta| theta >= 0.0) && chance > 0.0 { count } else { f64::NAN };
    let last = theta.iter().rposition(|&theta| theta > 0.0).unwrap_or(0);
    let mut counts = Vec::with_capacity(theta.len());
    for (i, &theta) in theta.iter().enumerate() {
        // The last chance is the whole rest, which rounding may not have left.
        let share = if i >= last { f64::from(u8::from(i == last)) } else { (theta / chance).min(1.0) };
        let taken = binomial::simulate(random, left, share);
        counts.push(taken);
        left -= taken;
        chance -= theta;
    }
    counts
}
