//! Student's t distribution with `nu > 0` degrees of freedom, location `mu` and scale `sigma > 0`.

use super::chi_square;
use super::terms::{not_negative, standard};
use super::variates;
use crate::ir::{Binary, Graph, Number, Unary};
use crate::math::incomplete::{Positive, ln_beta_tails};
use crate::rng::random::Random;
use std::f64::consts::LN_2;

/// `-(nu + 1) / 2 ln(1 + z^2 / nu) - ln(sigma) - ln(nu) / 2 - ln B(nu / 2, 1 / 2)` with `z = (y - mu) / sigma`: the
/// beta function keeps the digits that the difference of two gamma functions loses for many degrees of freedom.
pub fn log_density(g: &mut Graph, y: Number, nu: Number, mu: Number, sigma: Number) -> Number {
    let z = standard(g, y, mu, sigma);
    let square = g.unary(Unary::Square, z);
    let ratio = g.divide(square, nu);
    let tail = g.unary(Unary::Ln1p, ratio);
    let more = g.add(nu, Number::Known(1.0));
    let power = g.scale(-0.5, more);
    let shape = g.multiply(power, tail);
    let scale = g.unary(Unary::Ln, sigma);
    let normaliser = normaliser(g, nu);
    let sum = g.add(scale, normaliser);
    g.subtract(shape, sum)
}

/// `ln(nu) / 2 + ln B(nu / 2, 1 / 2)`; NaN for a negative `nu`.
fn normaliser(g: &mut Graph, nu: Number) -> Number {
    let nu = not_negative(g, nu);
    let half = g.scale(0.5, nu);
    let beta = g.binary(Binary::LnBeta, half, Number::Known(0.5));
    let ln_nu = g.unary(Unary::Ln, nu);
    let root = g.scale(0.5, ln_nu);
    g.add(beta, root)
}

/// A variate; NaN unless `nu > 0` and `sigma > 0`.
pub fn simulate(random: &mut Random, nu: f64, mu: f64, sigma: f64) -> f64 {
    let ratio = chi_square::simulate(random, nu) / nu;
    mu + variates::positive(sigma) * random.normal() / ratio.sqrt()
}

/// Logarithms of the probabilities of a value at or below `y`, and above it; NaN where a parameter is out of its range.
pub fn log_tails(y: f64, nu: f64, mu: f64, sigma: f64) -> [f64; 2] {
    let z = (y - mu) / variates::positive(sigma);
    let size = z.abs();
    let square = size * size;
    let all = nu + square;
    // The probability beyond `|z|` on one side, and the rest: from the tail inwards, or from the centre outwards.
    let halves = if z.is_infinite() {
        [f64::NEG_INFINITY, 0.0 * nu]
    } else if size > 1.0 {
        let (x, rest) = if square.is_finite() {
            ((nu / all).into(), (square / all).into())
        } else {
            (Positive::product(&[(nu, 1.0), (size, -2.0)]), 1.0.into())
        };
        let [far, _] = ln_beta_tails(x, rest, 0.5 * nu, 0.5);
        let far = far - LN_2;
        [far, (-far.exp()).ln_1p()]
    } else {
        let [near, _] = ln_beta_tails((square / all).into(), (nu / all).into(), 0.5, 0.5 * nu);
        let near = 0.5 * near.exp();
        [(0.5 - near).ln(), (0.5 + near).ln()]
    };
    if z < 0.0 { halves } else { [halves[1], halves[0]] }
}
