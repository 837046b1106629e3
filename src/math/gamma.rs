//! The logarithm of the gamma function, its derivatives, and the logarithm of the beta function. Numbers flow in and
//! out.
//!
//! Twin of `shaders/math/gamma.wgsl`. Below 8.5 the recurrence leads to a polynomial around 2, that interpolates at
//! Chebyshev nodes of `[3/2, 5/2]` and keeps the zeros of `lgamma` at 1 and 2 (the factors of the recurrence are
//! gathered into one number, so that one logarithm, or one division, is enough); from 8.5 on stand Stirling's series
//! (Abramowitz and Stegun 1964, 6.1.40, 6.3.18, 6.4.11) with coefficients economised the same way
//! (`scripts/special_functions.py`); below 0 the reflection formulas (6.1.17, 6.3.7, 6.4.7). The beta function for large
//! arguments is arranged so that only Stirling's corrections are subtracted (Didonato and Morris 1992, algorithm 708,
//! BCORR).
//!
//! Absent on purpose: the gamma function itself, which is `exp` of `lgamma` and overflows; polygamma of higher order.

use super::Real;
use super::elementary::{horner, precise_cos_sin_turns, precise_ln, precise_ln_1p};

/// From here on, Stirling's series.
const TAIL: f64 = 8.5;
/// Most factors that the recurrence gathers to get from [`TAIL`] to 2.
const MOST_FACTORS: u32 = 6;
/// `ln(2 pi) / 2`
const HALF_LN_TAU: f64 = 0.918_938_533_204_672_8;

/// `lgamma(2 + d) / d`, highest power first, as are all below.
const LGAMMA_SINGLE: [f32; 9] = [
    -0.000_250_562_04,
    0.000_570_251_26,
    -0.001_187_484_8,
    0.002_878_868_7,
    -0.007_385_920_7,
    0.020_581_625,
    -0.067_352_295,
    0.322_467_03,
    0.422_784_33,
];
const LGAMMA_DOUBLE: [f64; 18] = [
    2.747_539_005_190_966_3e-7,
    -5.811_277_768_921_246e-7,
    9.242_852_225_162_277e-7,
    -1.974_310_688_842_106_7e-6,
    4.382_854_538_384_666_5e-6,
    -9.456_288_515_101_72e-6,
    2.050_601_970_174_762e-5,
    -4.492_372_756_424_765_6e-5,
    9.945_761_692_157_133e-5,
    -0.000_223_154_977_462_927_23,
    0.000_509_669_519_652_667_3,
    -0.001_192_753_900_998_308_7,
    0.002_890_510_330_865_901,
    -0.007_385_551_028_935_545,
    0.020_580_808_427_783_38,
    -0.067_352_301_053_195_63,
    0.322_467_033_424_113_2,
    0.422_784_335_098_467_13,
];
/// `digamma(2 + d)`
const DIGAMMA_SINGLE: [f32; 11] = [
    -0.000_588_645_34,
    0.001_183_964_7,
    -0.001_983_932,
    0.004_028_313_3,
    -0.008_351_997,
    0.017_348_513,
    -0.036_927_633,
    0.082_322_985,
    -0.202_056_9,
    0.644_934_06,
    0.422_784_33,
];
const DIGAMMA_DOUBLE: [f64; 21] = [
    -6.674_305_497_396_081e-7,
    1.334_972_379_409_968_8e-6,
    -1.794_276_509_813_675_9e-6,
    3.589_412_052_762_599_4e-6,
    -7.674_160_254_961_053e-6,
    1.535_618_745_023_048_5e-5,
    -3.058_097_535_995_74e-5,
    6.123_361_261_842_341e-5,
    -0.000_122_714_242_553_060_68,
    0.000_246_088_343_324_089_85,
    -0.000_494_188_535_232_711,
    0.000_994_574_990_039_450_8,
    -0.002_008_392_829_261_749,
    0.004_077_356_204_303_644,
    -0.008_349_277_381_842_3,
    0.017_343_061_984_288_078,
    -0.036_927_755_143_370_86,
    0.082_323_233_711_140_06,
    -0.202_056_903_159_594_3,
    0.644_934_066_848_226_4,
    0.422_784_335_098_467_13,
];
/// `trigamma(2 + d)`
const TRIGAMMA_SINGLE: [f32; 10] = [
    -0.005_982_376_6,
    0.010_866_604,
    -0.015_830_765,
    0.028_106_166,
    -0.050_117_128,
    0.086_754_85,
    -0.147_710_34,
    0.246_968_46,
    -0.404_113_8,
    0.644_934_06,
];
const TRIGAMMA_DOUBLE: [f64; 20] = [
    -1.356_747_789_583_204_7e-5,
    2.582_341_726_561_106e-5,
    -3.206_599_762_481_864e-5,
    6.053_288_443_233_376e-5,
    -0.000_122_887_608_137_756_2,
    0.000_230_557_467_516_527_44,
    -0.000_428_109_970_334_597_5,
    0.000_795_986_162_157_774_8,
    -0.001_472_574_119_490_558_9,
    0.002_706_978_751_315_920_6,
    -0.004_941_885_099_890_781,
    0.008_951_174_350_854_995,
    -0.016_067_142_645_048_507,
    0.028_541_493_455_180_65,
    -0.050_095_664_290_823_884,
    0.086_715_309_920_882_46,
    -0.147_711_020_573_485_12,
    0.246_969_701_133_424_92,
    -0.404_113_806_319_188_6,
    0.644_934_066_848_226_4,
];
/// `x (lgamma(x) - (x - 1/2) ln x + x - ln(2 pi) / 2)` in `1 / x^2`.
const STIRLING_SINGLE: [f32; 2] = [-0.002_766_891_1, 0.083_333_31];
const STIRLING_DOUBLE: [f64; 6] = [
    -0.001_679_651_073_272_905_9,
    0.000_838_181_423_681_104_2,
    -0.000_595_212_916_620_136_5,
    0.000_793_650_712_702_983_3,
    -0.002_777_777_777_682_16,
    0.083_333_333_333_333_31,
];
/// `x^2 (ln x - 1 / (2 x) - digamma(x))` in `1 / x^2`.
const DIGAMMA_TAIL_SINGLE: [f32; 2] = [-0.008_279_094, 0.083_333_24];
const DIGAMMA_TAIL_DOUBLE: [f64; 6] = [
    -0.018_050_763_047_782_383,
    0.007_530_363_971_382_946,
    -0.004_166_347_290_385_889,
    0.003_968_252_942_859_266,
    -0.008_333_333_332_122_89,
    0.083_333_333_333_333_1,
];
/// `x^3 (trigamma(x) - 1 / x - 1 / (2 x^2))` in `1 / x^2`.
const TRIGAMMA_TAIL_SINGLE: [f32; 3] = [0.023_140_885, -0.033_329_897, 0.166_666_66];
const TRIGAMMA_TAIL_DOUBLE: [f64; 7] = [
    0.887_230_393_170_621_7,
    -0.248_155_812_844_752_88,
    0.075_712_327_125_915_08,
    -0.033_333_118_110_956_12,
    0.023_809_523_318_152_764,
    -0.033_333_333_332_910_47,
    0.166_666_666_666_666_6,
];

/// `(d, n)` with `x = 2 + d + n`, integral `n` from -2 to 6 and `|d| <= 1/2`, for `0 <= x < 8.5`.
#[inline(always)]
fn around_two<R: Real>(x: R) -> (R, R) {
    let above = x - R::TWO;
    let n = above.nearest();
    let n = R::select(x < R::from_f64(1.5), -R::ONE, n);
    let d = R::select(x < R::from_f64(1.5), x - R::ONE, above - n);
    (R::select(x < R::HALF, x, d), R::select(x < R::HALF, -R::TWO, n))
}

/// The product of the factors `2 + d, 3 + d, ...` that the recurrence multiplies the gamma function at `2 + d` by, or,
/// for negative `n`, divides it by.
#[inline(always)]
fn gathered_product<R: Real>(x: R, d: R, n: R) -> R {
    let mut product = R::ONE;
    for factor in 0..MOST_FACTORS {
        let takes = R::from_f64(f64::from(factor)) < n;
        product = R::select(takes, product * (d + R::from_f64(f64::from(factor + 2))), product);
    }
    let product = R::select(n == -R::ONE, x, product);
    R::select(n == -R::TWO, x * (x + R::ONE), product)
}

/// Stirling's correction of `lgamma`, for arguments from [`TAIL`] on.
#[inline(always)]
fn stirling<R: Real>(x: R) -> R {
    let inverse = R::ONE / x;
    horner(inverse * inverse, R::coefficients(&STIRLING_SINGLE, &STIRLING_DOUBLE)) * inverse
}

/// `lgamma` for arguments that are not negative.
#[inline(always)]
fn lgamma_positive<R: Real>(x: R) -> R {
    let small = x < R::from_f64(TAIL);
    let (d, n) = around_two(x);
    let ln = precise_ln(R::select(small, gathered_product(x, d, n), x));
    let near = horner(d, R::coefficients(&LGAMMA_SINGLE, &LGAMMA_DOUBLE)) * d + R::select(n < R::ZERO, -ln, ln);
    let far = (x - R::HALF) * (ln - R::ONE) + (R::from_f64(HALF_LN_TAU - 0.5) + stirling(x));
    R::select(small, near, far)
}

/// `(cos(pi x), sin(pi x))`, up to a common sign.
#[inline(always)]
fn half_turns<R: Real>(x: R) -> (R, R) {
    precise_cos_sin_turns(R::HALF * (x - (x + R::HALF).floor()))
}

/// `ln |gamma(x)|`, within 4 ULP of the larger of the result and 1. Infinity at 0, at negative integers and at
/// infinity; NaN at minus infinity and NaN.
#[inline(always)]
pub fn lgamma<R: Real>(x: R) -> R {
    let negative = x < R::ZERO;
    let value = lgamma_positive(R::select(negative, R::ONE - x, x));
    let (_, sine) = half_turns(x);
    let reflected = precise_ln(R::from_f64(std::f64::consts::PI) / sine.abs()) - value;
    let reflected = R::select(sine == R::ZERO, R::INFINITY, reflected);
    R::select(negative, reflected, value)
}

/// `ln x - 1 / (2 x) - digamma(x)`, for arguments from [`TAIL`] on.
#[inline(always)]
fn digamma_tail<R: Real>(x: R) -> R {
    let inverse = R::ONE / x;
    let square = inverse * inverse;
    horner(square, R::coefficients(&DIGAMMA_TAIL_SINGLE, &DIGAMMA_TAIL_DOUBLE)) * square
}

/// The derivative of [`lgamma`], within 8 ULP of the larger of the result and 1 for positive arguments, and of the
/// largest term of the reflection formula for negative ones. NaN at 0, at negative integers and at minus infinity.
#[inline(always)]
pub fn digamma<R: Real>(x: R) -> R {
    let negative = x < R::ZERO;
    let z = R::select(negative, R::ONE - x, x);
    let (d, n) = around_two(z);
    let (mut numerator, mut denominator) = (R::ZERO, R::ONE);
    for factor in 0..MOST_FACTORS {
        let takes = R::from_f64(f64::from(factor)) < n;
        let by = d + R::from_f64(f64::from(factor + 2));
        numerator = R::select(takes, numerator * by + denominator, numerator);
        denominator = R::select(takes, denominator * by, denominator);
    }
    let numerator = R::select(n == -R::ONE, -R::ONE, numerator);
    let numerator = R::select(n == -R::TWO, -(R::TWO * z + R::ONE), numerator);
    let sum = numerator / gathered_product(z, d, n);
    let near = horner(d, R::coefficients(&DIGAMMA_SINGLE, &DIGAMMA_DOUBLE)) + sum;
    let far = (precise_ln(z) - R::HALF * (R::ONE / z)) - digamma_tail(z);
    let value = R::select(z < R::from_f64(TAIL), near, far);
    let (cosine, sine) = half_turns(x);
    let reflected = value - R::from_f64(std::f64::consts::PI) * (cosine / sine);
    let value = R::select(negative, reflected, value);
    R::select((x <= R::ZERO) & (sine == R::ZERO), R::NAN, value)
}

/// The derivative of [`digamma`], within 16 ULP for positive arguments, and of the larger term of the reflection formula
/// for negative ones. Infinity at 0 and at negative integers, NaN at minus infinity.
#[inline(always)]
pub fn trigamma<R: Real>(x: R) -> R {
    let negative = x < R::ZERO;
    let z = R::select(negative, R::ONE - x, x);
    let (d, n) = around_two(z);
    let (mut numerator, mut denominator) = (R::ZERO, R::ONE);
    for factor in 0..MOST_FACTORS {
        let takes = R::from_f64(f64::from(factor)) < n;
        let by = d + R::from_f64(f64::from(factor + 2));
        let square = by * by;
        numerator = R::select(takes, numerator * square - denominator, numerator);
        denominator = R::select(takes, denominator * square, denominator);
    }
    let above = z + R::ONE;
    let (inverse, above_inverse) = (R::ONE / z, R::ONE / above);
    let square = inverse * inverse;
    let sum = R::select(n == -R::ONE, square, numerator / denominator);
    let sum = R::select(n == -R::TWO, above_inverse * above_inverse + square, sum);
    let near = horner(d, R::coefficients(&TRIGAMMA_SINGLE, &TRIGAMMA_DOUBLE)) + sum;
    let tail = horner(square, R::coefficients(&TRIGAMMA_TAIL_SINGLE, &TRIGAMMA_TAIL_DOUBLE));
    let far = ((tail * inverse + R::HALF) * inverse + R::ONE) * inverse;
    let value = R::select(z < R::from_f64(TAIL), near, far);
    let (_, sine) = half_turns(x);
    let cosecant = R::from_f64(std::f64::consts::PI) / sine;
    R::select(negative, cosecant * cosecant - value, value)
}

/// `lgamma(x) + lgamma(y) - lgamma(x + y)` for positive numbers, within 8 ULP of the larger of the result and 1, also
/// where the three are so large that their difference would be noise. Infinity where one is 0 and the other finite,
/// minus infinity where one is infinite and the other positive; NaN where one is negative or NaN.
#[inline(always)]
pub fn ln_beta<R: Real>(x: R, y: R) -> R {
    let p = R::select(x < y, x, y);
    let q = R::select(x < y, y, x);
    let sum = p + q;
    let both_large = p >= R::from_f64(TAIL);
    let of_p = lgamma_positive(p);
    let plain = (of_p + lgamma_positive(q)) - lgamma_positive(sum);
    // lgamma(q) - lgamma(p + q) = p - slope - p ln(p + q) + correction.
    let slope = (q - R::HALF) * precise_ln_1p(p / q);
    let correction = stirling(q) - stirling(sum);
    let ln = precise_ln(R::select(both_large, p / sum, sum));
    let one = (of_p + (p - slope)) - p * ln;
    let both = ((R::from_f64(HALF_LN_TAU) - R::HALF * precise_ln(p)) + p * ln) + (stirling(p) - slope);
    let large = R::select(both_large, both, one) + correction;
    let value = R::select(q < R::from_f64(TAIL), plain, large);
    let value = R::select((q == R::INFINITY) & (p > R::ZERO), -R::INFINITY, value);
    R::select(p < R::ZERO, R::NAN, value)
}

/// The derivative of [`ln_beta`] by `x`, `digamma(x) - digamma(x + y)`, for `x > 0` and `y >= 0`: within 16 ULP of the
/// larger of the result and, from 8.5 on, a hundredth of `1 / x^2`, below that the larger of the two terms and 1. NaN at 0.
#[inline(always)]
pub fn ln_beta_slope<R: Real>(x: R, y: R) -> R {
    let sum = x + y;
    let near = digamma(x) - digamma(sum);
    let corrections = (digamma_tail(sum) - digamma_tail(x)) - R::HALF * ((y / sum) / x);
    let far = corrections - precise_ln_1p(y / x);
    R::select(x < R::from_f64(TAIL), near, far)
}

#[cfg(test)]
mod tests {
    use super::super::reference::largest_error;
    use super::*;

    /// The largest term of a reflection formula, where one is used.
    fn reflected(power: i32) -> impl Fn(&[f64]) -> f64 {
        move |x| {
            let cosecant = std::f64::consts::PI / (std::f64::consts::PI * x[0]).sin();
            if x[0] < 0.0 { cosecant.abs().powi(power) + x[0].abs().ln() } else { 0.0 }
        }
    }

    fn errors<R: Real>() -> [f64; 5] {
        let larger_or_one = |floor: f64| floor.max(1.0);
        let slope_floor =
            |x: &[f64]| if x[0] < TAIL { 1.0 + 1.0 / x[0] + x[1].ln().max(0.0) } else { 0.01 / (x[0] * x[0]) };
        [
            largest_error::<R>("lgamma", |_| 1.0, |x| lgamma(x[0])),
            largest_error::<R>("digamma", |x| larger_or_one(reflected(1)(x)), |x| digamma(x[0])),
            largest_error::<R>("trigamma", reflected(2), |x| trigamma(x[0])),
            largest_error::<R>("ln_beta", |_| 1.0, |x| ln_beta(x[0], x[1])),
            largest_error::<R>("slope_of_ln_beta", slope_floor, |x| ln_beta_slope(x[0], x[1])),
        ]
    }

    #[test]
    fn the_gamma_family_stays_within_its_stated_errors() {
        for errors in [errors::<f32>(), errors::<f64>()] {
            for (error, stated) in errors.into_iter().zip([4.0, 8.0, 16.0, 8.0, 16.0]) {
                assert!(error < stated, "{errors:?}");
            }
        }
    }

    /// Next to 1 and 2 the value is `-gamma (x - 1)` and `(1 - gamma) (x - 2)` to first order, with the Euler-Mascheroni
    /// constant 0.57721566490153286; the next term is below 0.83 times the square of the distance.
    #[test]
    fn lgamma_keeps_its_digits_next_to_its_zeros() {
        const EULER: f64 = 0.577_215_664_901_532_9;
        for exponent in 10..50 {
            let step = 0.5_f64.powi(exponent);
            let bound = 0.83 * step + 8.0 * f64::EPSILON;
            assert!((lgamma(1.0 + step) / -step - EULER).abs() < bound, "{step}");
            assert!((lgamma(1.0 - step) / step - EULER).abs() < bound, "{step}");
            assert!((lgamma(2.0 + step) / step - (1.0 - EULER)).abs() < bound, "{step}");
        }
        assert_eq!((lgamma(1.0), lgamma(2.0), lgamma(1.0_f32), lgamma(2.0_f32)), (0.0, 0.0, 0.0, 0.0));
    }

    /// The single precision twin against the double precision one, at far more points than the reference has.
    #[test]
    fn single_precision_stays_within_its_stated_error_everywhere() {
        let error = |ours: f32, truth: f64, floor: f64| (f64::from(ours) - truth).abs() / truth.abs().max(floor);
        for i in 1..200_000 {
            let x = (1e-3 * (f64::from(i) / 10_000.0).exp()) as f32;
            let wide = f64::from(x);
            let epsilon = f64::from(f32::EPSILON);
            assert!(error(lgamma(x), lgamma(wide), 1.0) < 4.0 * epsilon, "lgamma({x})");
            assert!(error(digamma(x), digamma(wide), 1.0) < 8.0 * epsilon, "digamma({x})");
            assert!(error(trigamma(x), trigamma(wide), 0.0) < 16.0 * epsilon, "trigamma({x})");
        }
    }

    #[test]
    fn poles_are_infinite_or_no_number() {
        for x in [0.0, -1.0, -2.0, -100.0, -1e300] {
            assert_eq!(lgamma(x), f64::INFINITY, "{x}");
            assert!(digamma(x).is_nan(), "{x}");
            assert_eq!(trigamma(x), f64::INFINITY, "{x}");
            let narrow = x as f32;
            if narrow.is_finite() {
                assert!(lgamma(narrow) == f32::INFINITY && digamma(narrow).is_nan(), "{x}");
                assert_eq!(trigamma(narrow), f32::INFINITY, "{x}");
            }
        }
        let infinite = f64::INFINITY;
        assert_eq!((lgamma(infinite), digamma(infinite), trigamma(infinite)), (infinite, infinite, 0.0));
        for x in [f64::NAN, -infinite] {
            assert!(lgamma(x).is_nan() && digamma(x).is_nan() && trigamma(x).is_nan(), "{x}");
        }
    }

    #[test]
    fn the_beta_function_has_its_edges() {
        let infinite = f64::INFINITY;
        assert_eq!((ln_beta(0.0, 3.0), ln_beta(3.0, 0.0), ln_beta(0.0, 1e9)), (infinite, infinite, infinite));
        assert_eq!((ln_beta(infinite, 3.0), ln_beta(3.0, infinite)), (-infinite, -infinite));
        assert!([-1.0, f64::NAN].into_iter().all(|x| ln_beta(x, 2.0).is_nan() && ln_beta(2.0, x).is_nan()));
    }
}
