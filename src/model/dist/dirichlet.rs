//! The Dirichlet distribution on simplexes `theta` with concentrations `alpha > 0`.

use super::terms::{ONE, not_negative, supported, weighted};
use super::variates::softmax_weights;
use crate::ir::{Binary, Graph, Number, Unary};
use crate::rng::random::Random;

/// `sum (alpha - 1) ln(theta) + ln Γ(sum alpha) - sum ln Γ(alpha)`; minus infinity where an element is negative. That
/// elements sum to 1 is not looked at.
pub fn log_density(g: &mut Graph, theta: &[Number], alpha: &[Number]) -> Number {
    let terms: Vec<Number> = theta
        .iter()
        .zip(alpha)
        .map(|(&theta, &alpha)| {
            let logarithm = g.unary(Unary::Ln, theta);
            let power = g.subtract(alpha, ONE);
            weighted(g, power, logarithm)
        })
        .collect();
    let shape = g.total(&terms);
    let normaliser = normaliser(g, alpha);
    let density = g.subtract(shape, normaliser);
    supported(g, theta, density)
}

/// `sum ln Γ(alpha) - ln Γ(sum alpha)`, as a chain of beta functions, which cancel less.
fn normaliser(g: &mut Graph, alpha: &[Number]) -> Number {
    let alpha: Vec<Number> = alpha.iter().map(|&alpha| not_negative(g, alpha)).collect();
    let Some((&first, rest)) = alpha.split_first() else { return Number::Known(0.0) };
    let (mut sum, mut normaliser) = (first, Number::Known(0.0));
    for &alpha in rest {
        let beta = g.binary(Binary::LnBeta, sum, alpha);
        normaliser = g.add(normaliser, beta);
        sum = g.add(sum, alpha);
    }
    normaliser
}

/// A simplex; NaN unless all concentrations are positive. Logarithms of gamma variates stand for concentrations so
/// small that all variates would be 0.
pub fn simulate(random: &mut Random, alpha: &[f64]) -> Vec<f64> {
    let logarithms: Vec<f64> = alpha.iter().map(|&alpha| random.ln_gamma(alpha)).collect();
    let weights = softmax_weights(&logarithms);
    let total: f64 = weights.iter().sum();
    weights.iter().map(|weight| weight / total).collect()
}
