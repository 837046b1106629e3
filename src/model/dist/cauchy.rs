//! The Cauchy distribution with location `mu` and scale `sigma > 0`.

use crate::ir::{Builder, Unary, Value};

/// `-ln(1 + ((y - mu) / sigma)^2) - ln(sigma)`, without the constant `-ln(pi)`.
pub fn log_density(b: &mut Builder, y: Value, mu: Value, sigma: Value) -> Value {
    let residual = b.subtract(y, mu);
    let standard = b.divide(residual, sigma);
    let square = b.unary(Unary::Square, standard);
    let tail = b.unary(Unary::Ln1p, square);
    let ln_sigma = b.unary(Unary::Ln, sigma);
    let sum = b.add(tail, ln_sigma);
    b.unary(Unary::Negate, sum)
}
