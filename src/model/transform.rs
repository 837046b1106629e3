//! Constraint transforms: from a coordinate on the whole line to a parameter inside of its bounds, with the logarithm
//! of the Jacobian. Stan's transforms (Stan Reference Manual, "Constraint transforms"), but for wide intervals.
//!
//! **Wide intervals.** Stan's `lower + width * inv_logit(z)` quantises a parameter on (-1e6, 1e6) to 0.06 in single
//! precision, wherever it is. `middle + half * tanh(z / (2 s))` with `s = max(1, half / 2)` is Stan's transform for
//! intervals up to 4 wide; for wider ones it has unit slope at the midpoint, keeps the digits there, and makes
//! starting points in (-2, 2) and proposals of unit size mean there what they mean elsewhere. The posterior is the
//! same; only the coordinate differs.

use crate::ir::{Builder, Unary, Value};

/// A parameter and the logarithm of the derivative of its transform.
#[derive(Clone, Copy, Debug)]
pub struct Constrained {
    /// The parameter.
    pub value: Value,
    /// `ln |d parameter / d coordinate|`; nothing where it is zero.
    pub log_jacobian: Option<Value>,
}

/// The transform for the bounds that are there; bounds may be any values.
pub fn constrain(b: &mut Builder, z: Value, lower: Option<Value>, upper: Option<Value>) -> Constrained {
    match (lower, upper) {
        (None, None) => Constrained { value: z, log_jacobian: None },
        (Some(lower), None) => {
            let exp = b.unary(Unary::Exp, z);
            Constrained { value: b.add(lower, exp), log_jacobian: Some(z) }
        }
        (None, Some(upper)) => {
            let exp = b.unary(Unary::Exp, z);
            Constrained { value: b.subtract(upper, exp), log_jacobian: Some(z) }
        }
        (Some(lower), Some(upper)) => interval(b, z, lower, upper),
    }
}

/// `middle + half * tanh(u)` with `u = z / (2 s)`; the log Jacobian is `ln(half / (2 s)) - 2 ln cosh(u)`.
fn interval(b: &mut Builder, z: Value, lower: Value, upper: Value) -> Constrained {
    let width = b.subtract(upper, lower);
    let half = b.scale(0.5, width);
    let sum = b.add(lower, upper);
    let middle = b.scale(0.5, sum);
    // 1 / (2 s) is 1/2 for intervals up to 4 wide, and 1 / half for wider ones.
    let (one, two, one_half) = (b.constant(1.0), b.constant(2.0), b.constant(0.5));
    let inverse = b.divide(one, half);
    let slope = b.push(crate::ir::Op::Select { left: half, right: two, holds: one_half, fails: inverse });
    let u = b.multiply(slope, z);
    let tanh = b.unary(Unary::Tanh, u);
    let offset = b.multiply(half, tanh);
    let value = b.add(middle, offset);
    let derivative = b.multiply(half, slope);
    let scale = b.unary(Unary::Ln, derivative);
    let ln_cosh = b.unary(Unary::LnCosh, u);
    let twice = b.scale(2.0, ln_cosh);
    Constrained { value, log_jacobian: Some(b.subtract(scale, twice)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::Op;
    use crate::ir::evaluate::evaluate;

    fn at(lower: Option<f64>, upper: Option<f64>, z: f64) -> (f64, f64) {
        let mut b = Builder::new(1);
        let coordinate = b.push(Op::Coordinate(0));
        let (lower, upper) = (lower.map(|x| b.constant(x)), upper.map(|x| b.constant(x)));
        let constrained = constrain(&mut b, coordinate, lower, upper);
        let log_jacobian = constrained.log_jacobian.unwrap_or_else(|| b.constant(0.0));
        let results = evaluate(&b.finish(vec![constrained.value, log_jacobian]), &[z]);
        (results[0], results[1])
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

    /// Central differences with step h = 1e-6 are exact to about h^2 + epsilon/h = 2e-10 relative.
    #[test]
    fn log_jacobians_are_the_logarithm_of_the_slope() {
        for (lower, upper) in BOUNDS {
            for z in [-2.0, -0.3, 0.0, 1.1] {
                let h = 1e-6;
                let slope = (at(lower, upper, z + h).0 - at(lower, upper, z - h).0) / (2.0 * h);
                assert!((slope.abs().ln() - at(lower, upper, z).1).abs() < 1e-8, "{lower:?}, {upper:?} at {z}");
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
}
