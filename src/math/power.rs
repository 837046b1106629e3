//! Real powers. Two numbers flow in, one flows out.
//!
//! Twin of `shaders/math/power.wgsl`. Deliberately plain: `exp(y ln x)`, whose relative error grows with the exponent
//! of the result, as stated. Absent on purpose: squares, roots and reciprocals, which `ir::simplify` makes of constant
//! exponents.

use super::Real;
use super::elementary::{precise_exp, precise_ln};

/// `x` to the power `y`, within `3 + 2 |y ln x|` ULP. For negative `x` the exponent must be integral, else NaN. Other
/// edges as in C: 1 for exponent 0 and for base 1, infinity for 0 to a negative power. Subnormal bases count as 0.
#[inline(always)]
pub fn power<R: Real>(x: R, y: R) -> R {
    let magnitude = precise_exp(y * precise_ln(x.abs()));
    let half = R::HALF * y;
    let odd = half.floor() != half;
    let negative = R::select(odd, -magnitude, magnitude);
    let negative = R::select(y.floor() == y, negative, R::NAN);
    let result = R::select(x < R::ZERO, negative, magnitude);
    R::select((y == R::ZERO) | (x == R::ONE), R::ONE, result)
}

#[cfg(test)]
mod tests {
    use super::super::reference::largest_error;
    use super::*;

    /// In units of what is stated: the row's own bound is divided out by the floor.
    fn error<R: Real>() -> f64 {
        let stated = |x: &[f64]| {
            let exponent = x[1] * x[0].abs().ln();
            exponent.exp() * (3.0 + 2.0 * exponent.abs())
        };
        largest_error::<R>("power", stated, |x| power(x[0], x[1]))
    }

    #[test]
    fn powers_stay_within_their_stated_error() {
        assert!(error::<f32>() < 1.0 && error::<f64>() < 1.0);
    }

    #[test]
    fn edges_are_those_of_the_standard_library() {
        let numbers = [0.0, 0.5, 1.0, -1.0, 2.0, -2.0, 2.5, -3.0, 1e300, -1e300, f64::INFINITY, f64::NEG_INFINITY];
        for x in numbers.into_iter().chain([f64::NAN]) {
            for y in numbers.into_iter().chain([f64::NAN]) {
                let (ours, std) = (power(x, y), x.powf(y));
                // The stated error for the largest exponent, 709. A base of -1 to an infinite power is 1 in C, by decree; here an infinite number is even as well.
                let same = ours == std || (ours.is_nan() && std.is_nan()) || ((ours - std) / std).abs() < 3.2e-13;
                // And its infinite negative base takes any exponent; here it is a negative number like others.
                let by_decree = (x < 0.0 && y.is_infinite()) || (x == f64::NEG_INFINITY && y.fract() != 0.0);
                assert!(same || by_decree, "{x} to the power {y}: {ours} instead of {std}");
            }
        }
    }
}
