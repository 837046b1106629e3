//! Lower and upper bounds of elements.
//!
//! **Wide intervals.** Stan's `lower + width * inv_logit(z)` quantises a parameter on (-1e6, 1e6) to 0.06 in single
//! precision, wherever it is. `middle + half * tanh(z / (2 s))` with `s = max(1, half / 2)` is Stan's transform for
//! intervals up to 4 wide; for wider ones it has unit slope at the midpoint, keeps the digits there, and makes
//! starting points in (-2, 2) and proposals of unit size mean there what they mean elsewhere. The posterior is the
//! same; only the coordinate differs.
//!
//! A bound known to be infinite is no bound, as in Stan. Bounds in the wrong order give a Jacobian of NaN, or of zero
//! where they are equal, which reject the point; known ones are the caller's to refuse.

use super::constrained::Constrained;
use super::violation::{Reason, Violation, each, unless};
use crate::ir::{Graph, Number, Unary};

/// Half of the widest interval that has Stan's transform.
const NARROW: f64 = 2.0;

/// The elements at the coordinates `z`, each of which may have rows; bounds are one for all or one for each.
///
/// # Panics
/// When bounds are neither.
pub fn constrain(g: &mut Graph, z: &[Number], lower: Option<&[Number]>, upper: Option<&[Number]>) -> Constrained {
    let mut constrained = Constrained { values: Vec::with_capacity(z.len()), log_jacobian: Number::Known(0.0) };
    for (i, &z_i) in z.iter().enumerate() {
        let lower = lower.map(|lower| argument(lower, i, z.len()));
        let upper = upper.map(|upper| argument(upper, i, z.len()));
        let lower = lower.filter(|lower| lower.known() != Some(f64::NEG_INFINITY));
        let upper = upper.filter(|upper| upper.known() != Some(f64::INFINITY));
        let (value, log_slope) = element(g, z_i, lower, upper);
        constrained.values.push(value);
        let rows = g.domain(z_i).map_or(1, crate::ir::Domain::rows);
        let log_jacobian = g.sum(log_slope, rows);
        constrained.log_jacobian = g.add(constrained.log_jacobian, log_jacobian);
    }
    constrained
}

/// What belongs to element `i` of `size`.
pub(super) fn argument<T: Copy>(arguments: &[T], i: usize, size: usize) -> T {
    assert!(arguments.len() == 1 || arguments.len() == size, "one argument for all elements, or one for each");
    arguments[if arguments.len() == 1 { 0 } else { i }]
}

/// A value and the logarithm of its derivative.
fn element(g: &mut Graph, z: Number, lower: Option<Number>, upper: Option<Number>) -> (Number, Number) {
    match (lower, upper) {
        (None, None) => (z, Number::Known(0.0)),
        (Some(lower), None) => {
            let exp = g.unary(Unary::Exp, z);
            (g.add(lower, exp), z)
        }
        (None, Some(upper)) => {
            let exp = g.unary(Unary::Exp, z);
            (g.subtract(upper, exp), z)
        }
        (Some(lower), Some(upper)) => interval(g, z, lower, upper),
    }
}

/// `middle + half * tanh(u)` with `u = z / (2 s)`; the log derivative is `ln(half / (2 s)) - 2 ln cosh(u)`. Of an interval
/// known to be narrow, `lower + width * inv_logit(z)`, which is the same but keeps its digits near the lower bound.
fn interval(g: &mut Graph, z: Number, lower: Number, upper: Number) -> (Number, Number) {
    let width = g.subtract(upper, lower);
    let half = g.scale(0.5, width);
    if half.known().is_some_and(|half| half <= NARROW) {
        let share = g.unary(Unary::InvLogit, z);
        let offset = g.multiply(width, share);
        let value = g.add(lower, offset);
        let u = g.scale(0.5, z);
        let ln_cosh = g.unary(Unary::LnCosh, u);
        let twice = g.scale(2.0, ln_cosh);
        let quarter = g.scale(0.5, half);
        let scale = g.unary(Unary::Ln, quarter);
        return (value, g.subtract(scale, twice));
    }
    let sum = g.add(lower, upper);
    let middle = g.scale(0.5, sum);
    // 1 / (2 s) is 1/2 for narrow intervals, and 1 / half for wider ones.
    let inverse = g.divide(Number::Known(1.0), half);
    let slope = g.select(half, Number::Known(NARROW), Number::Known(0.5), inverse);
    let u = g.multiply(slope, z);
    let tanh = g.unary(Unary::Tanh, u);
    let offset = g.multiply(half, tanh);
    let value = g.add(middle, offset);
    let derivative = g.multiply(half, slope);
    let scale = g.unary(Unary::Ln, derivative);
    let ln_cosh = g.unary(Unary::LnCosh, u);
    let twice = g.scale(2.0, ln_cosh);
    (value, g.subtract(scale, twice))
}

/// The coordinates of elements. See [`super::Transform::unconstrain`], which checks them first.
pub(super) fn unconstrain(values: &[f64], lower: Option<&[f64]>, upper: Option<&[f64]>) -> Result<Vec<f64>, Violation> {
    let coordinate = |(i, &x): (usize, &f64)| {
        let lower = lower.map_or(f64::NEG_INFINITY, |lower| argument(lower, i, values.len()));
        let upper = upper.map_or(f64::INFINITY, |upper| argument(upper, i, values.len()));
        let z = match (lower.is_finite(), upper.is_finite()) {
            (false, false) => x,
            (true, false) => (x - lower).ln(),
            (false, true) => (upper - x).ln(),
            (true, true) => interval_coordinate(x, lower, upper),
        };
        if z.is_finite() { Ok(z) } else { Err(Violation::at(i, x, Reason::Unreachable)) }
    };
    values.iter().enumerate().map(coordinate).collect()
}

/// `2 s atanh((x - middle) / half)`, near the bounds as the logarithm of a ratio, where the difference from 1 counts.
fn interval_coordinate(x: f64, lower: f64, upper: f64) -> f64 {
    let half = 0.5 * (upper - lower);
    let t = (x - 0.5 * (lower + upper)) / half;
    let u = if t.abs() < 0.5 { t.atanh() } else { 0.5 * ((x - lower) / (upper - x)).ln() };
    if half <= NARROW { 2.0 * u } else { half * u }
}

/// Whether elements are within their bounds. See [`super::Transform::check`].
pub(super) fn check(values: &[f64], lower: Option<&[f64]>, upper: Option<&[f64]>) -> Result<(), Violation> {
    each(values, |i, x| {
        let lower = lower.map(|lower| argument(lower, i, values.len()));
        let upper = upper.map(|upper| argument(upper, i, values.len()));
        let below = lower.and_then(|lower| unless(x >= lower, Reason::Below(lower)));
        below.or(upper.and_then(|upper| unless(x <= upper, Reason::Above(upper))))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(lower: Option<f64>, upper: Option<f64>, z: f64) -> (f64, f64) {
        let mut g = Graph::default();
        let [lower, upper] = [lower, upper].map(|bound| bound.map(|x| vec![Number::Known(x)]));
        let constrained = constrain(&mut g, &[Number::Known(z)], lower.as_deref(), upper.as_deref());
        (constrained.values[0].known().unwrap(), constrained.log_jacobian.known().unwrap())
    }

    const BOUNDS: [(Option<f64>, Option<f64>); 6] = [
        (None, None),
        (Some(-2.0), None),
        (None, Some(3.0)),
        (Some(0.0), Some(1.0)),
        (Some(-1.0), Some(4.5)),
        (Some(-1e6), Some(1e6)),
    ];

    #[test]
    fn parameters_stay_inside_of_their_bounds() {
        for (lower, upper) in BOUNDS {
            for z in [-500.0, -3.0, 0.0, 0.7, 20.0, 500.0] {
                let (x, _) = at(lower, upper, z);
                assert!(lower.is_none_or(|lower| x >= lower) && upper.is_none_or(|upper| x <= upper), "{x}");
            }
        }
    }

    #[test]
    fn narrow_intervals_use_the_transform_of_stan_and_wide_ones_have_unit_slope_in_the_middle() {
        for z in [-1.5, 0.0, 0.4] {
            let logit = -1.0 + 3.0 / (1.0 + f64::exp(-z));
            assert!((at(Some(-1.0), Some(2.0), z).0 - logit).abs() < 1e-15);
        }
        assert_eq!(at(Some(-1e6), Some(1e6), 0.0), (0.0, 0.0));
        assert!((at(Some(-1e6), Some(1e6), 1e-3).0 - 1e-3).abs() < 1e-15);
    }

    #[test]
    fn a_bound_at_infinity_is_no_bound() {
        assert_eq!(at(Some(f64::NEG_INFINITY), Some(f64::INFINITY), 0.3), at(None, None, 0.3));
        assert_eq!(at(Some(1.0), Some(f64::INFINITY), 0.3), at(Some(1.0), None, 0.3));
        assert_eq!(unconstrain(&[3.0], Some(&[1.0]), Some(&[f64::INFINITY])), Ok(vec![f64::ln(2.0)]));
    }

    #[test]
    fn bounds_in_the_wrong_order_reject_the_point() {
        assert!(at(Some(2.0), Some(1.0), 0.3).1.is_nan());
        assert_eq!(at(Some(2.0), Some(2.0), 0.3).1, f64::NEG_INFINITY);
    }

    #[test]
    fn a_value_outside_of_its_bounds_is_refused_and_one_on_them_has_no_coordinate() {
        let below = check(&[1.0, -1.0], Some(&[0.0]), None).unwrap_err();
        assert_eq!(below.to_string(), "the value[2] is -1, but must be greater than or equal to 0");
        assert_eq!(check(&[1.0, f64::NAN], Some(&[0.0, 0.0]), Some(&[1.0])).unwrap_err().reason, Reason::Below(0.0));
        assert_eq!(check(&[0.5, 2.0], None, Some(&[1.0, 1.5])).unwrap_err().reason, Reason::Above(1.5));
        assert_eq!(check(&[0.0], Some(&[0.0]), None), Ok(()));
        let edge = unconstrain(&[0.0], Some(&[0.0]), None).unwrap_err();
        assert_eq!(edge, Violation::at(0, 0.0, Reason::Unreachable));
    }
}
