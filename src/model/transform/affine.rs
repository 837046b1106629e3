//! Offset and multiplier of elements: `offset + multiplier * z` (Stan Reference Manual 2.36, "Affinely transformed
//! scalar"). A multiplier that is not positive gives a Jacobian of NaN, or of zero, which reject the point; a known one
//! is the caller's to refuse.

use super::bounds::argument;
use super::constrained::Constrained;
use super::violation::{Reason, Violation, unless};
use crate::ir::{Graph, Number, Unary};

/// The elements at the coordinates `z`, each of which may have rows; offsets and multipliers are one for all or one
/// for each.
///
/// # Panics
/// When they are neither.
pub fn constrain(g: &mut Graph, z: &[Number], offset: Option<&[Number]>, multiplier: Option<&[Number]>) -> Constrained {
    let mut constrained = Constrained { values: Vec::with_capacity(z.len()), log_jacobian: Number::Known(0.0) };
    for (i, &z_i) in z.iter().enumerate() {
        let offset = offset.map_or(Number::Known(0.0), |offset| argument(offset, i, z.len()));
        let multiplier = multiplier.map_or(Number::Known(1.0), |multiplier| argument(multiplier, i, z.len()));
        let scaled = g.multiply(multiplier, z_i);
        constrained.values.push(g.add(offset, scaled));
        let ln = g.unary(Unary::Ln, multiplier);
        let rows = g.domain(z_i).map_or(1, crate::ir::Domain::rows);
        let log_jacobian = g.sum(ln, rows);
        constrained.log_jacobian = g.add(constrained.log_jacobian, log_jacobian);
    }
    constrained
}

/// The coordinates of elements. See [`super::Transform::unconstrain`].
pub(super) fn unconstrain(
    values: &[f64],
    offset: Option<&[f64]>,
    multiplier: Option<&[f64]>,
) -> Result<Vec<f64>, Violation> {
    let coordinate = |(i, &x): (usize, &f64)| {
        let offset = offset.map_or(0.0, |offset| argument(offset, i, values.len()));
        let multiplier = multiplier.map_or(1.0, |multiplier| argument(multiplier, i, values.len()));
        if let Some(reason) = unless(multiplier > 0.0, Reason::Multiplier(multiplier)) {
            return Err(Violation::at(i, x, reason));
        }
        let z = (x - offset) / multiplier;
        if z.is_finite() { Ok(z) } else { Err(Violation::at(i, x, Reason::Unreachable)) }
    };
    values.iter().enumerate().map(coordinate).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_multiplier_that_is_not_positive_rejects_the_point_and_has_no_inverse() {
        for multiplier in [0.0, -1.0] {
            let mut g = Graph::default();
            let z = [Number::Known(0.3)];
            let jacobian = constrain(&mut g, &z, None, Some(&[Number::Known(multiplier)])).log_jacobian;
            assert!(!jacobian.known().unwrap().is_finite());
            let error = unconstrain(&[1.0], None, Some(&[multiplier])).unwrap_err();
            assert_eq!(error, Violation::at(0, 1.0, Reason::Multiplier(multiplier)));
        }
    }
}
