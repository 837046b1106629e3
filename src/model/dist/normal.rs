//! The normal distribution with mean `mu` and standard deviation `sigma > 0`.

use crate::ir::{Builder, Unary, Value};

/// `-((y - mu) / sigma)^2 / 2 - ln(sigma)`, without the constant `-ln(2 pi) / 2`.
pub fn log_density(b: &mut Builder, y: Value, mu: Value, sigma: Value) -> Value {
    let residual = b.subtract(y, mu);
    let standard = b.divide(residual, sigma);
    let square = b.unary(Unary::Square, standard);
    let exponent = b.scale(-0.5, square);
    let ln_sigma = b.unary(Unary::Ln, sigma);
    b.subtract(exponent, ln_sigma)
}
