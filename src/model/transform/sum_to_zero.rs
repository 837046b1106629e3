//! Vectors with the sum 0: the coordinates in an orthonormal basis of their plane (Stan Reference Manual 2.36,
//! "Zero sum vector"; the pivot coordinates of Egozcue et al. 2003, "Isometric logratio transformations").
//!
//! An isometry: the logarithm of the Jacobian is zero, and independent standard normal coordinates are the standard
//! normal distribution of the plane.

use super::constrained::Constrained;
use super::violation::{Reason, TOLERANCE, Violation, finite};
use crate::ir::{Graph, Number};

/// The vector at the coordinates `z`: one element more than they.
pub fn constrain(g: &mut Graph, z: &[Number]) -> Constrained {
    let mut values = vec![Number::Known(0.0); z.len() + 1];
    let mut sum = Number::Known(0.0);
    for n in (1..=z.len()).rev() {
        let share = g.scale(weight(n), z[n - 1]);
        sum = g.add(sum, share);
        values[n - 1] = g.add(values[n - 1], sum);
        let shares = g.scale(n as f64, share);
        values[n] = g.subtract(values[n], shares);
    }
    Constrained { values, log_jacobian: Number::Known(0.0) }
}

/// What coordinate `n`, from 1, adds to each of the `n` elements before its own.
fn weight(n: usize) -> f64 {
    let n = n as f64;
    1.0 / (n * (n + 1.0)).sqrt()
}

/// The coordinates of a vector: its products with the basis. See [`super::Transform::unconstrain`], which checks it
/// first.
pub(super) fn unconstrain(values: &[f64]) -> Result<Vec<f64>, Violation> {
    let mut before = 0.0;
    let coordinate = |(n, pair): (usize, &[f64])| {
        before += pair[0];
        weight(n) * (before - n as f64 * pair[1])
    };
    finite((1..).zip(values.windows(2)).map(coordinate).collect())
}

/// Whether values have the sum 0. See [`super::Transform::check`].
pub(super) fn check(values: &[f64]) -> Result<(), Violation> {
    let sum: f64 = values.iter().sum();
    if sum.abs() <= TOLERANCE { Ok(()) } else { Err(Violation::of(Reason::SumNotZero(sum))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_kept() {
        let z = [0.3, -1.7, 2.2, 0.9];
        let mut g = Graph::default();
        let values = constrain(&mut g, &z.map(Number::Known)).values;
        let squared = |values: &[f64]| values.iter().map(|x| x * x).sum::<f64>();
        let values: Vec<f64> = values.iter().map(|x| x.known().unwrap()).collect();
        assert!((squared(&values) - squared(&z)).abs() < 1e-14, "{values:?}");
        assert!(values.iter().sum::<f64>().abs() < 1e-15);
    }

    #[test]
    fn a_sum_is_zero_to_within_the_tolerance() {
        assert_eq!(check(&[0.5, -0.5 + 0.9e-8]), Ok(()));
        assert!(check(&[0.5, -0.5 + 1.1e-8]).is_err() && check(&[f64::NAN]).is_err());
    }
}
