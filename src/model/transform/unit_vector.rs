//! Vectors of length 1: coordinates divided by their length (Stan Reference Manual 2.36, "Unit vector").
//!
//! There is one coordinate more than the sphere has dimensions; the length is given a density of its own,
//! `exp(-z'z / 2)`, with which the direction alone is uniform. All coordinates zero lead nowhere: values of NaN, which
//! reject the point.

use super::constrained::Constrained;
use super::violation::{Reason, Violation, finite, is_one};
use crate::ir::{Graph, Number, Unary};

/// The unit vector in the direction of `z`.
pub fn constrain(g: &mut Graph, z: &[Number]) -> Constrained {
    let squares: Vec<Number> = z.iter().map(|&z| g.unary(Unary::Square, z)).collect();
    let squared = g.total(&squares);
    let length = g.unary(Unary::Sqrt, squared);
    let values = z.iter().map(|&z| g.divide(z, length)).collect();
    Constrained { values, log_jacobian: g.scale(-0.5, squared) }
}

/// A unit vector is its own coordinates. See [`super::Transform::unconstrain`], which checks it first.
pub(super) fn unconstrain(values: &[f64]) -> Result<Vec<f64>, Violation> {
    finite(values.to_vec())
}

/// Whether a vector has length 1. See [`super::Transform::check`].
pub(super) fn check(values: &[f64]) -> Result<(), Violation> {
    let squared = values.iter().map(|x| x * x).sum();
    if is_one(squared) { Ok(()) } else { Err(Violation::of(Reason::Length(squared))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_direction_is_kept_and_the_length_has_a_normal_density() {
        let mut g = Graph::default();
        let unit = constrain(&mut g, &[3.0, -4.0].map(Number::Known));
        assert_eq!(unit.values, [0.6, -0.8].map(Number::Known));
        assert_eq!(unit.log_jacobian, Number::Known(-12.5));
        let nowhere = constrain(&mut g, &[0.0, 0.0].map(Number::Known));
        assert!(nowhere.values.iter().all(|x| x.known().unwrap().is_nan()));
        assert_eq!(check(&[0.6, 0.7]).unwrap_err().reason, Reason::Length(0.36 + 0.7 * 0.7));
    }
}
