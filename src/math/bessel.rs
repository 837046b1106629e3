//! Modified Bessel functions of the first kind, as the von Mises distribution needs them. Numbers flow in and out.
//!
//! Twin of `shaders/math/bessel.wgsl`. Up to `x^2 = 60` polynomials in `x^2`, beyond it polynomials in `1 / x` for what
//! the leading terms of the asymptotic series (Abramowitz and Stegun 1964, 9.7.1) leave over; all interpolate at
//! Chebyshev nodes (`scripts/special_functions.py`).
//!
//! Absent on purpose: other orders, and the functions themselves, which overflow.

use super::Real;
use super::elementary::{horner, precise_ln_1p};

/// The square of the argument up to which the power series serves.
const SERIES: f64 = 60.0;
/// The middle of the range of `1 / x` beyond.
const CENTRE: f64 = 0.0625;
/// From here on `ln I0(x)` is `x` to the last digit.
const LEADING: f64 = 1e30;
/// `(I0(x) - 1) / x^2` in `x^2`, highest power first, as are all below.
const I0_SINGLE: [f32; 10] = [
    1.337_561_1e-19,
    2.038_973_4e-17,
    1.001_931_7e-14,
    2.375_078_2e-12,
    4.716_946e-10,
    6.780_475e-8,
    6.781_796_4e-6,
    0.000_434_027_26,
    0.015_625_002,
    0.25,
];
const I0_DOUBLE: [f64; 15] = [
    8.431_265_569_796_144e-34,
    4.254_644_719_467_240_5e-31,
    3.923_431_207_208_014_2e-28,
    2.591_263_257_789_903_5e-25,
    1.496_701_697_937_745_3e-22,
    7.242_111_759_177_676e-20,
    2.896_907_602_871_81e-17,
    9.385_966_124_743_06e-15,
    2.402_807_562_074_470_2e-12,
    4.709_502_795_821_901e-10,
    6.781_684_027_858_433e-8,
    6.781_684_027_774_637e-6,
    0.000_434_027_777_777_784_2,
    0.015_624_999_999_999_995,
    0.25,
];
/// `I1(x) / x` in `x^2`.
const I1_SINGLE: [f32; 10] = [
    2.837_581_7e-18,
    3.256_488_3e-16,
    1.646_818_3e-13,
    3.300_286e-11,
    5.668_509e-9,
    6.778_902e-7,
    5.425_606e-5,
    0.002_604_154_4,
    0.062_500_02,
    0.5,
];
const I1_DOUBLE: [f64; 15] = [
    2.602_664_479_821_185_7e-32,
    1.161_634_116_609_447_7e-29,
    1.025_445_839_361_686_8e-26,
    6.213_351_735_679_443_5e-24,
    3.293_137_132_535_53e-21,
    1.448_403_677_474_506e-18,
    5.214_439_892_075_352e-16,
    1.501_754_434_973_574_6e-13,
    3.363_930_610_444_526_5e-11,
    5.651_403_352_399_260_5e-9,
    6.781_684_028_042_058e-7,
    5.425_347_222_211_928e-5,
    0.002_604_166_666_666_876_4,
    0.062_499_999_999_999_83,
    0.5,
];
/// `x (ln I0(x) - x + ln(2 pi x) / 2)` in `1 / x - 1 / 16`, the distance from the middle
/// of its range.
const LN_I0_TAIL_SINGLE: [f32; 5] = [0.705_222_25, 0.204_257_06, 0.090_717_62, 0.072_069_116, 0.129_189_24];
const LN_I0_TAIL_DOUBLE: [f64; 22] = [
    6.070_051_345_654_216e16,
    -2_481_541_909_182_303.0,
    -1_615_445_976_175_932.5,
    56_445_681_433_567.48,
    20_399_833_208_117.254,
    -526_082_508_072.447_5,
    -168_069_656_209.069_34,
    1_754_986_521.305_115_5,
    1_035_218_416.467_711_3,
    16_900_738.976_828_698,
    -4_475_449.079_481_644,
    -299_105.299_664_695_05,
    -239.496_360_676_678_5,
    1_267.655_468_817_082,
    147.221_755_889_844_1,
    16.481_198_620_365_02,
    2.546_668_090_472_721_7,
    0.576_792_709_121_130_1,
    0.188_286_674_769_262_53,
    0.090_923_606_951_310_2,
    0.072_086_643_995_168_33,
    0.129_189_195_141_358_54,
];
/// `x (1 - I1(x) / I0(x))` in `1 / x - 1 / 16`.
const RATIO_TAIL_SINGLE: [f32; 6] = [6.750_821, 1.350_085_3, 0.360_610_96, 0.174_443_66, 0.143_417_63, 0.508_356];
const RATIO_TAIL_DOUBLE: [f64; 24] = [
    -1.997_391_074_725_064e19,
    9.494_867_780_697_683e17,
    5.612_520_927_571_375_4e17,
    -2.467_031_443_871_702_4e16,
    -7_427_906_199_970_552.0,
    288_166_243_234_694.94,
    63_515_955_368_192.78,
    -1_923_707_485_738.106_2,
    -412_768_579_145.003_66,
    6_154_953_595.065_289_5,
    2_236_398_828.285_562,
    28_811_187.162_313_078,
    -9_170_462.690_029_155,
    -591_954.663_461_807_1,
    -355.910_712_351_983_65,
    2_519.947_281_843_435,
    292.902_969_241_778_86,
    32.694_960_767_334_69,
    5.021_101_001_084_517,
    1.127_332_535_050_952,
    0.364_158_624_681_358_96,
    0.174_793_399_612_251_27,
    0.143_415_781_569_807_14,
    0.508_355_913_149_441_1,
];

/// `ln I0(x)`, within 5 ULP, also near 0. Infinity at the infinities, NaN at NaN.
#[inline(always)]
pub fn ln_bessel_i0<R: Real>(x: R) -> R {
    let t = x.abs();
    let z = t * t;
    let small = z < R::from_f64(SERIES);
    let series = horner(z, R::coefficients(&I0_SINGLE, &I0_DOUBLE)) * z;
    let inverse = R::ONE / t;
    let tail = horner(inverse - R::from_f64(CENTRE), R::coefficients(&LN_I0_TAIL_SINGLE, &LN_I0_TAIL_DOUBLE)) * inverse;
    // One logarithm for both: of 1 + series, or of 2 pi x.
    let ln = precise_ln_1p(R::select(small, series, R::from_f64(std::f64::consts::TAU) * t - R::ONE));
    let far = R::select(t > R::from_f64(LEADING), t, (t - R::HALF * ln) + tail);
    R::select(small, ln, far)
}

/// `I1(x) / I0(x)`, the derivative of [`ln_bessel_i0`], within 5 ULP, also near 0. -1 and 1 at the infinities, NaN at
/// NaN.
#[inline(always)]
pub fn bessel_ratio<R: Real>(x: R) -> R {
    let t = x.abs();
    let z = t * t;
    let small = z < R::from_f64(SERIES);
    let i0 = horner(z, R::coefficients(&I0_SINGLE, &I0_DOUBLE)) * z + R::ONE;
    let near = (horner(z, R::coefficients(&I1_SINGLE, &I1_DOUBLE)) * t) / i0;
    let inverse = R::ONE / t;
    let far = R::ONE
        - horner(inverse - R::from_f64(CENTRE), R::coefficients(&RATIO_TAIL_SINGLE, &RATIO_TAIL_DOUBLE)) * inverse;
    let ratio = R::select(small, near, far);
    R::select(x < R::ZERO, -ratio, ratio)
}

#[cfg(test)]
mod tests {
    use super::super::reference::largest_error;
    use super::*;

    #[test]
    fn bessel_functions_stay_within_their_stated_errors() {
        let exact = |_: &[f64]| 0.0;
        assert!(largest_error::<f64>("ln_bessel_i0", exact, |x| ln_bessel_i0(x[0])) < 5.0);
        assert!(largest_error::<f32>("ln_bessel_i0", exact, |x| ln_bessel_i0(x[0])) < 5.0);
        assert!(largest_error::<f64>("bessel_ratio", exact, |x| bessel_ratio(x[0])) < 5.0);
        assert!(largest_error::<f32>("bessel_ratio", exact, |x| bessel_ratio(x[0])) < 5.0);
    }

    #[test]
    fn both_halves_of_the_number_line_are_alike() {
        for x in [0.0, 1e-10, 3.0, 7.8, 100.0, 1e20] {
            assert_eq!(ln_bessel_i0(-x), ln_bessel_i0(x));
            assert_eq!(bessel_ratio(-x), -bessel_ratio(x));
        }
        let infinite = f64::INFINITY;
        assert_eq!((ln_bessel_i0(infinite), ln_bessel_i0(-infinite), ln_bessel_i0(1e308)), (infinite, infinite, 1e308));
        assert_eq!((bessel_ratio(infinite), bessel_ratio(-infinite)), (1.0, -1.0));
        assert!(ln_bessel_i0(f64::NAN).is_nan() && bessel_ratio(f64::NAN).is_nan());
    }
}
