//! Sine, cosine and the angle of a point, for any argument. Numbers flow in and out; radians everywhere.
//!
//! Twin of `shaders/math/trigonometric.wgsl`. Methods: reduction by quarter turns whose length is written as four
//! numbers, so that the products are exact (Cody and Waite 1980), and polynomials that interpolate sine, cosine and
//! arctangent at Chebyshev nodes of the reduced range (`scripts/special_functions.py`).
//!
//! Absent on purpose: tangent, arcsine and arccosine, which are quotients and [`precise_atan2`] of these; Payne and
//! Hanek's reduction, since an argument beyond [`Real::INTEGRAL`] over four has no digits of an angle left.

use super::Real;
use super::elementary::horner;

/// `pi / 2` in four parts. The first three have so few bits that their product with a count of quarter turns is
/// exact, for counts below `2^16` in `f32` and `2^28` in `f64`; beyond, the error grows to that of the argument's own
/// last digit.
const QUARTER_TURN_SINGLE: [f32; 4] = [1.570_312_5, 0.000_482_559_2, 1.266_598_7e-6, 9.920_936e-10];
const QUARTER_TURN_DOUBLE: [f64; 4] =
    [1.570_796_310_901_641_8, 1.589_325_471_229_585_7e-8, 6.123_233_932_053_594e-17, 6.368_317_163_510_95e-25];
/// `sin(r) / r` in `r^2`, highest power first.
const SIN_SINGLE: [f32; 4] = [-0.000_195_005_57, 0.008_332_009, -0.166_666_51, 1.0];
const SIN_DOUBLE: [f64; 7] = [
    1.589_310_156_730_521_6e-10,
    -2.505_068_909_741_202_2e-8,
    2.755_731_319_964_279e-6,
    -0.000_198_412_698_281_388_9,
    0.008_333_333_333_319_702,
    -0.166_666_666_666_666_13,
    1.0,
];
/// `cos(r)` in `r^2`, highest power first.
const COS_SINGLE: [f32; 5] = [2.437_564_6e-5, -0.001_388_657_3, 0.041_666_616, -0.5, 1.0];
const COS_DOUBLE: [f64; 8] = [
    -1.135_221_164_701_392e-11,
    2.087_555_884_720_900_5e-9,
    -2.755_731_291_260_951_4e-7,
    2.480_158_728_316_360_3e-5,
    -0.001_388_888_888_885_967_9,
    0.041_666_666_666_666_44,
    -0.5,
    1.0,
];
/// `atan(q) / q` in `q^2`, highest power first, for `|q| <= tan(pi / 8)`.
const ATAN_SINGLE: [f32; 6] = [-0.060_253_274, 0.105_694_495, -0.142_394_83, 0.199_981_81, -0.333_333_08, 1.0];
const ATAN_DOUBLE: [f64; 11] = [
    0.021_128_607_504_723_878,
    -0.043_474_996_626_678_72,
    0.056_881_579_260_193_74,
    -0.066_401_973_666_953_86,
    0.076_899_492_865_007_3,
    -0.090_907_727_758_882_24,
    0.111_111_061_675_864_94,
    -0.142_857_141_806_596_78,
    0.199_999_999_988_511_7,
    -0.333_333_333_333_284_2,
    1.0,
];
/// `tan(pi / 8)`
const EIGHTH_TURN_TANGENT: f64 = 0.414_213_562_373_095_03;

/// `(cos(r), sin(r), quarter)` with `x = r + quarter * pi / 2` and `|r| <= pi / 4`, the quarter taken modulo 4.
#[inline(always)]
fn reduce_turns<R: Real>(x: R) -> (R, R, R) {
    let turn = R::coefficients(&QUARTER_TURN_SINGLE, &QUARTER_TURN_DOUBLE);
    let n = (x * R::from_f64(std::f64::consts::FRAC_2_PI)).nearest();
    let r = (((x - n * turn[0]) - n * turn[1]) - n * turn[2]) - n * turn[3];
    let quarter = n - R::FOUR * (R::QUARTER * n).nearest();
    let z = r * r;
    let cosine = horner(z, R::coefficients(&COS_SINGLE, &COS_DOUBLE));
    let sine = horner(z, R::coefficients(&SIN_SINGLE, &SIN_DOUBLE)) * r;
    (cosine, sine, quarter)
}

/// NaN where the argument is so large that its neighbours are more than half a radian away.
#[inline(always)]
fn within_reach<R: Real>(x: R, y: R) -> R {
    R::select(x.abs() < R::QUARTER * R::INTEGRAL, y, R::NAN)
}

/// Sine of an angle in radians, within 2 ULP for `|x| <= 1e5` in `f32` and `4e8` in `f64`, zeros included. NaN for
/// infinities, and from 2^21 (`f32`) or 2^50 (`f64`) on.
#[inline(always)]
pub fn precise_sin<R: Real>(x: R) -> R {
    let (cosine, sine, quarter) = reduce_turns(x);
    let y = R::select(quarter.abs() == R::ONE, cosine, sine);
    within_reach(x, R::select((quarter.abs() == R::TWO) | (quarter == -R::ONE), -y, y))
}

/// Cosine of an angle in radians; errors and edges are those of [`precise_sin`].
#[inline(always)]
pub fn precise_cos<R: Real>(x: R) -> R {
    let (cosine, sine, quarter) = reduce_turns(x);
    let y = R::select(quarter.abs() == R::ONE, sine, cosine);
    within_reach(x, R::select((quarter.abs() == R::TWO) | (quarter == R::ONE), -y, y))
}

/// The angle from the positive horizontal axis to the point `(x, y)`, in `[-pi, pi]`, within 3 ULP. A zero counts as
/// positive whatever its sign; the origin has angle 0; infinities are directions, as in IEEE 754; NaN stays NaN.
#[inline(always)]
pub fn precise_atan2<R: Real>(y: R, x: R) -> R {
    let (rise, run) = (y.abs(), x.abs());
    let steep = rise > run;
    let long = R::select(steep, rise, run);
    let short = R::select(steep, run, rise);
    // Two infinities are a diagonal, and the origin lies in every direction: along the axis, let us say.
    let diagonal = short == R::INFINITY;
    let infinite = long == R::INFINITY;
    let short = R::select(diagonal, R::ONE, R::select(infinite, R::ZERO, short));
    let long = R::select(infinite | (long == R::ZERO), R::ONE, long);
    let wide = short > R::from_f64(EIGHTH_TURN_TANGENT) * long;
    let q = R::select(wide, short - long, short) / R::select(wide, short + long, long);
    let angle = horner(q * q, R::coefficients(&ATAN_SINGLE, &ATAN_DOUBLE)) * q;
    let angle = R::select(wide, R::from_f64(std::f64::consts::FRAC_PI_4) + angle, angle);
    let angle = R::select(steep, R::from_f64(std::f64::consts::FRAC_PI_2) - angle, angle);
    let angle = R::select(x < R::ZERO, R::from_f64(std::f64::consts::PI) - angle, angle);
    let angle = R::select(y < R::ZERO, -angle, angle);
    // A NaN in one operand loses every comparison above, and could pass for the other operand.
    R::select(rise + run <= R::INFINITY, angle, R::NAN)
}

#[cfg(test)]
mod tests {
    use super::super::reference::largest_error;
    use super::*;

    #[test]
    fn angles_and_their_functions_stay_within_their_stated_errors() {
        let exact = |_: &[f64]| 0.0;
        assert!(largest_error::<f64>("sin", exact, |x| precise_sin(x[0])) < 2.0);
        assert!(largest_error::<f32>("sin", exact, |x| precise_sin(x[0])) < 2.0);
        assert!(largest_error::<f64>("cos", exact, |x| precise_cos(x[0])) < 2.0);
        assert!(largest_error::<f32>("cos", exact, |x| precise_cos(x[0])) < 2.0);
        assert!(largest_error::<f64>("atan2", exact, |x| precise_atan2(x[0], x[1])) < 3.0);
        assert!(largest_error::<f32>("atan2", exact, |x| precise_atan2(x[0], x[1])) < 3.0);
    }

    /// The platform's own sine is right to a unit in the last place for any argument.
    #[test]
    fn many_turns_cost_no_digits() {
        for i in 0..200_000 {
            let x = 1e5 * (f64::from(i) / 200_000.0).powi(3);
            assert!((precise_sin(x) - x.sin()).abs() < 3e-16 && (precise_cos(x) - x.cos()).abs() < 3e-16, "{x}");
            let (narrow, wide) = (x as f32, f64::from(x as f32));
            assert!((f64::from(precise_sin(narrow)) - wide.sin()).abs() < 1.5e-7, "{narrow}");
            assert!((f64::from(precise_cos(narrow)) - wide.cos()).abs() < 1.5e-7, "{narrow}");
        }
        assert!((precise_sin(4e8_f64) - 4e8_f64.sin()).abs() < 3e-16);
        assert!((precise_cos(1e12_f64) - 1e12_f64.cos()).abs() < 1.3e-4, "about the distance to the next number");
    }

    #[test]
    fn angles_without_digits_have_no_sine() {
        for x in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1.2e15] {
            assert!(precise_sin(x).is_nan() && precise_cos(x).is_nan(), "{x}");
        }
        assert!(precise_sin(2.2e6_f32).is_nan() && !precise_sin(2e6_f32).is_nan());
    }

    #[test]
    fn directions_are_those_of_ieee_754_but_for_the_sign_of_zero() {
        let infinite = f64::INFINITY;
        for y in [0.0, 1.0, -1.0, infinite, -infinite] {
            for x in [0.0, 1.0, -1.0, infinite, -infinite] {
                assert!((precise_atan2(y, x) - y.atan2(x)).abs() < 4e-16, "{y}, {x}");
                assert!((precise_atan2(y as f32, x as f32) - (y as f32).atan2(x as f32)).abs() < 3e-7, "{y}, {x}");
            }
            assert!(precise_atan2(y, f64::NAN).is_nan() && precise_atan2(f64::NAN, y).is_nan(), "{y}");
        }
        assert_eq!(precise_atan2(-0.0, -1.0), std::f64::consts::PI);
    }
}
