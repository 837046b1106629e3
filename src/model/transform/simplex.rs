//! Simplexes: positive elements with the sum 1, by breaking a stick (Stan Reference Manual 2.36, "Unit simplex"; from
//! 2.37 on Stan has another transform, with the same posterior).
//!
//! Of what is left of the stick, element `k` of `K` takes the fraction `inv_logit(z_k - ln(K - k))`, so that zeros lead
//! to equal elements; the last element takes the rest. What is left is carried as a logarithm: it is never `1 - sum`.

use super::constrained::Constrained;
use super::violation::{Reason, Violation, each, finite, is_one, unless};
use crate::ir::{Graph, Number, Unary};

/// The simplex at the coordinates `z`: one element more than they.
pub fn constrain(g: &mut Graph, z: &[Number]) -> Constrained {
    let mut values = Vec::with_capacity(z.len() + 1);
    let mut log_jacobian = Number::Known(0.0);
    let mut log_rest = Number::Known(0.0);
    for (k, &z) in z.iter().enumerate() {
        // With a fraction inv_logit(u): its logarithm is u/2 - ln cosh(u/2) - ln 2, and that of what it leaves
        // -u/2 - ln cosh(u/2) - ln 2.
        let u = g.subtract(z, Number::Known(log_others(k, values.capacity())));
        let half = g.scale(0.5, u);
        let ln_cosh = g.unary(Unary::LnCosh, half);
        let even = g.add(ln_cosh, Number::Known(std::f64::consts::LN_2));
        let log_fraction = g.subtract(half, even);
        let log_value = g.add(log_rest, log_fraction);
        values.push(g.unary(Unary::Exp, log_value));
        // d value / d z = rest * fraction * (1 - fraction).
        let log_left = g.add(half, even);
        let log_slope = g.subtract(log_value, log_left);
        log_jacobian = g.add(log_jacobian, log_slope);
        log_rest = g.subtract(log_rest, log_left);
    }
    values.push(g.unary(Unary::Exp, log_rest));
    Constrained { values, log_jacobian }
}

/// The logarithm of how many elements come after element `k`, from 0, of `size`.
fn log_others(k: usize, size: usize) -> f64 {
    ((size - 1 - k) as f64).ln()
}

/// The coordinates of a simplex. See [`super::Transform::unconstrain`], which checks it first.
pub(super) fn unconstrain(values: &[f64]) -> Result<Vec<f64>, Violation> {
    let mut rest = 0.0;
    let mut coordinates: Vec<f64> = Vec::with_capacity(values.len() - 1);
    // From the end, so that what is left is a sum of small elements and not a difference from 1.
    for (k, pair) in values.windows(2).enumerate().rev() {
        rest += pair[1];
        coordinates.push((pair[0] / rest).ln() + log_others(k, values.len()));
    }
    coordinates.reverse();
    finite(coordinates)
}

/// Whether values are a simplex. See [`super::Transform::check`].
pub(super) fn check(values: &[f64]) -> Result<(), Violation> {
    each(values, |_, x| unless(x >= 0.0, Reason::NegativeProbability))?;
    let sum = values.iter().sum();
    if is_one(sum) { Ok(()) } else { Err(Violation::of(Reason::Sum(sum))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_lead_to_equal_elements() {
        let mut g = Graph::default();
        for size in [1_usize, 2, 7] {
            let constrained = constrain(&mut g, &vec![Number::Known(0.0); size - 1]);
            for value in &constrained.values {
                assert!((value.known().unwrap() * size as f64 - 1.0).abs() < 1e-14);
            }
        }
    }

    #[test]
    fn far_out_elements_keep_their_digits() {
        // inv_logit(-60) = exp(-60) to within its square.
        let mut g = Graph::default();
        let constrained = constrain(&mut g, &[Number::Known(-60.0)]);
        let (first, last) = (constrained.values[0].known().unwrap(), constrained.values[1].known().unwrap());
        assert!((first / f64::exp(-60.0) - 1.0).abs() < 60.0 * f64::EPSILON && last == 1.0);
    }

    #[test]
    fn a_sum_is_one_to_within_the_tolerance() {
        assert_eq!(check(&[0.25, 0.75 + 0.9e-8]), Ok(()));
        let off = check(&[0.25, 0.75 + 1.1e-8]).unwrap_err();
        assert!(matches!(off.reason, Reason::Sum(_)));
        assert_eq!(check(&[-0.25, 1.25]), Err(Violation::at(0, -0.25, Reason::NegativeProbability)));
        assert!(check(&[f64::NAN, 1.0]).is_err() && check(&[]).is_err());
        assert_eq!(unconstrain(&[0.0, 1.0]), Err(Violation::of(Reason::Unreachable)));
    }
}
