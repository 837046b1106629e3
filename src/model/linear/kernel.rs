//! Covariances of Gaussian processes between points. Kernels and their parametrisations as in the Stan Functions
//! Reference 2.36, "Gaussian Process Covariance Functions".
//!
//! Where the points are data, distances are known, and an element of an isotropic kernel costs an exponential and a
//! few products.

use super::matrix::Matrix;
use super::product::dot;
use super::sparse::{ZERO, product};
use crate::ir::{Graph, Number, Unary};

/// A covariance function of two points. Magnitudes and lengths must be positive; nothing checks them here.
///
/// Below, `d` is the Euclidean distance with each coordinate divided by its length scale: one for all coordinates, or
/// one for each (automatic relevance determination).
#[derive(Clone, Debug, PartialEq)]
pub enum Kernel {
    /// `sigma^2 exp(-d^2 / 2)`
    ExponentiatedQuadratic {
        /// The marginal standard deviation.
        sigma: Number,
        /// One length scale, or one for each coordinate.
        length_scale: Vec<Number>,
    },
    /// `sigma^2 exp(-d)`
    Exponential {
        /// The marginal standard deviation.
        sigma: Number,
        /// One length scale, or one for each coordinate.
        length_scale: Vec<Number>,
    },
    /// `sigma^2 (1 + sqrt(3) d) exp(-sqrt(3) d)`
    Matern32 {
        /// The marginal standard deviation.
        sigma: Number,
        /// One length scale, or one for each coordinate.
        length_scale: Vec<Number>,
    },
    /// `sigma^2 (1 + sqrt(5) d + 5 d^2 / 3) exp(-sqrt(5) d)`
    Matern52 {
        /// The marginal standard deviation.
        sigma: Number,
        /// One length scale, or one for each coordinate.
        length_scale: Vec<Number>,
    },
    /// `sigma^2 + x' y`
    DotProduct {
        /// The standard deviation at the origin.
        sigma: Number,
    },
}

/// The covariances among points, each a list of coordinates; exactly symmetric.
///
/// # Panics
/// When points have different numbers of coordinates, or there is neither one length scale nor one for each.
pub fn covariance(g: &mut Graph, kernel: &Kernel, points: &[Vec<Number>]) -> Matrix {
    Matrix::symmetric(points.len(), |i, j| between(g, kernel, &points[i], &points[j], i == j))
}

/// The covariances of `left` (rows) with `right` (columns).
///
/// # Panics
/// As [`covariance`].
pub fn cross_covariance(g: &mut Graph, kernel: &Kernel, left: &[Vec<Number>], right: &[Vec<Number>]) -> Matrix {
    Matrix::from_fn(left.len(), right.len(), |i, j| between(g, kernel, &left[i], &right[j], false))
}

/// The covariance of two points. `same` where they are one: its distance is a known zero, whatever its coordinates.
fn between(g: &mut Graph, kernel: &Kernel, x: &[Number], y: &[Number], same: bool) -> Number {
    let squared = |g: &mut Graph, lengths: &[Number]| if same { ZERO } else { squared_distance(g, x, y, lengths) };
    let (sigma, correlation) = match kernel {
        Kernel::ExponentiatedQuadratic { sigma, length_scale } => {
            let squared = squared(g, length_scale);
            let exponent = g.scale(-0.5, squared);
            (sigma, g.unary(Unary::Exp, exponent))
        }
        Kernel::Exponential { sigma, length_scale } => {
            let squared = squared(g, length_scale);
            (sigma, decay(g, squared, 1.0).1)
        }
        Kernel::Matern32 { sigma, length_scale } => {
            let squared = squared(g, length_scale);
            let (distance, decay) = decay(g, squared, f64::sqrt(3.0));
            let polynomial = g.add(Number::Known(1.0), distance);
            (sigma, g.multiply(polynomial, decay))
        }
        Kernel::Matern52 { sigma, length_scale } => {
            let squared = squared(g, length_scale);
            let (distance, decay) = decay(g, squared, f64::sqrt(5.0));
            let linear = g.add(Number::Known(1.0), distance);
            let quadratic = g.scale(5.0 / 3.0, squared);
            let polynomial = g.add(linear, quadratic);
            (sigma, g.multiply(polynomial, decay))
        }
        Kernel::DotProduct { sigma } => {
            let (variance, product) = (g.unary(Unary::Square, *sigma), dot(g, x, y));
            return g.add(variance, product);
        }
    };
    let variance = g.unary(Unary::Square, *sigma);
    g.multiply(variance, correlation)
}

/// `(r, exp(-r))` for `r = factor * sqrt(squared)`.
fn decay(g: &mut Graph, squared: Number, factor: f64) -> (Number, Number) {
    let distance = g.unary(Unary::Sqrt, squared);
    let scaled = g.scale(factor, distance);
    let exponent = g.negate(scaled);
    (scaled, g.unary(Unary::Exp, exponent))
}

/// `sum of (x_k - y_k)^2 / length_k^2`; what data give is squared and summed first.
fn squared_distance(g: &mut Graph, x: &[Number], y: &[Number], lengths: &[Number]) -> Number {
    assert_eq!(x.len(), y.len(), "points of one space");
    assert!(lengths.len() == 1 || lengths.len() == x.len(), "one length scale, or one for each coordinate");
    let squares: Vec<Number> = x
        .iter()
        .zip(y)
        .map(|(&x, &y)| {
            let difference = if x == y { ZERO } else { g.subtract(x, y) };
            g.unary(Unary::Square, difference)
        })
        .collect();
    let inverse: Vec<Number> = lengths
        .iter()
        .map(|&length| {
            let inverse = g.divide(Number::Known(1.0), length);
            g.unary(Unary::Square, inverse)
        })
        .collect();
    match inverse[..] {
        [inverse] => {
            let sum = g.total(&squares);
            product(g, sum, inverse)
        }
        _ => dot(g, &squares, &inverse),
    }
}
