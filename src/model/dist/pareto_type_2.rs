//! The Pareto distribution of type 2 with location `mu`, scale `lambda > 0` and shape `alpha > 0`; `y >= mu`.

use super::terms::{IMPOSSIBLE, ZERO, choose, from, ln_happened, one_minus_exp, positive, standard};
use super::variates;
use crate::ir::{Graph, Number, Unary};
use crate::math::elementary::precise_exp_m1;
use crate::rng::random::Random;

/// `-(alpha + 1) ln(1 + (y - mu) / lambda) + ln(alpha) - ln(lambda)`; minus infinity for `y < mu`.
pub fn log_density(g: &mut Graph, y: Number, mu: Number, lambda: Number, alpha: Number) -> Number {
    let z = standard(g, y, mu, lambda);
    let tail = g.unary(Unary::Ln1p, z);
    let power = g.add(alpha, Number::Known(1.0));
    let shape = g.multiply(power, tail);
    let ln_alpha = g.unary(Unary::Ln, alpha);
    let ln_lambda = g.unary(Unary::Ln, lambda);
    let scale = g.subtract(ln_alpha, ln_lambda);
    let density = g.subtract(scale, shape);
    from(g, mu, y, density)
}

/// `-alpha ln(1 + (y - mu) / lambda)`
fn tail(g: &mut Graph, y: Number, mu: Number, lambda: Number, alpha: Number) -> Number {
    let (lambda, alpha) = (positive(g, lambda), positive(g, alpha));
    let z = standard(g, y, mu, lambda);
    let ln = g.unary(Unary::Ln1p, z);
    let product = g.multiply(alpha, ln);
    g.negate(product)
}

/// `1 - (1 + (y - mu) / lambda)^(-alpha)`, 0 for `y < mu`
pub fn cdf(g: &mut Graph, y: Number, mu: Number, lambda: Number, alpha: Number) -> Number {
    let tail = tail(g, y, mu, lambda, alpha);
    let inside = one_minus_exp(g, tail);
    choose(g, y, mu, ZERO, inside)
}

/// The logarithm of the distribution function, minus infinity for `y < mu`.
pub fn log_cdf(g: &mut Graph, y: Number, mu: Number, lambda: Number, alpha: Number) -> Number {
    let tail = tail(g, y, mu, lambda, alpha);
    let hazard = g.negate(tail);
    let (residual, z) = (g.subtract(y, mu), standard(g, y, mu, lambda));
    let ln = g.unary(Unary::Ln1p, z);
    let [ln_residual, ln_lambda, ln_alpha, ln_ln] = [residual, lambda, alpha, ln].map(|x| g.unary(Unary::Ln, x));
    let ln_z = g.subtract(ln_residual, ln_lambda);
    // Of so small a number the logarithm of 1 and it is the number.
    let ln_of_ln = g.select(z, Number::Known(1e-17), ln_z, ln_ln);
    let ln_hazard = g.add(ln_alpha, ln_of_ln);
    let inside = ln_happened(g, hazard, ln_hazard);
    choose(g, y, mu, IMPOSSIBLE, inside)
}

/// The logarithm of the upper tail, 0 for `y < mu`.
pub fn log_ccdf(g: &mut Graph, y: Number, mu: Number, lambda: Number, alpha: Number) -> Number {
    let tail = tail(g, y, mu, lambda, alpha);
    choose(g, mu, y, tail, ZERO)
}

/// A variate; NaN unless `lambda > 0` and `alpha > 0`.
pub fn simulate(random: &mut Random, mu: f64, lambda: f64, alpha: f64) -> f64 {
    mu + variates::positive(lambda) * precise_exp_m1(random.exponential() / variates::positive(alpha))
}
