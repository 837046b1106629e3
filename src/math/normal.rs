//! The standard normal distribution function and its kin: error functions, logarithm, quantile, inverse Mills ratio.
//! Numbers flow in and out.
//!
//! Twin of `shaders/math/normal.wgsl`. All but the quantile rest on one function, Mills' ratio over `sqrt(2 pi)`,
//! `exp(t^2 / 2) P(Z > t)` for `t >= 0`, which is smooth and algebraic: a polynomial in `(t - 4) / (t + 4)` divided by
//! `1 + t` (the mapping of Shepherd and Laframboise 1981, coefficients by `scripts/special_functions.py`). The
//! Gaussian factor squares its argument in two parts, so that tails keep their digits. The quantile is algorithm AS 241
//! (Wichura 1988): PPND16 in `f64`, PPND7 in `f32`.
//!
//! Absent on purpose: other locations and scales.

use super::Real;
use super::elementary::{horner, precise_exp_sum, precise_ln, precise_ln_1p};
use super::normal_quantile::{CENTRE_BOTTOM, CENTRE_TOP, FAR_BOTTOM, FAR_TOP, NEAR_BOTTOM, NEAR_TOP};

/// `(1 + t) exp(t^2 / 2) P(Z > t)` in `(t - 4) / (t + 4)`, highest power first.
const MILLS_SINGLE: [f32; 12] = [
    1.308_965_5e-5,
    -5.801_647e-5,
    -8.599_175_6e-5,
    0.000_664_800_93,
    -0.000_289_823_86,
    -0.004_987_549,
    0.017_937_06,
    -0.032_201_223,
    0.028_600_283,
    0.013_999_921,
    -0.096_703_48,
    0.472_053_2,
];
const MILLS_DOUBLE: [f64; 26] = [
    2.075_304_499_367_284_8e-10,
    1.797_178_438_788_818_6e-10,
    -1.973_476_695_828_824e-9,
    -2.623_951_429_487_801e-9,
    9.042_124_481_367_652e-9,
    2.027_326_224_650_585_7e-8,
    -2.360_799_665_655_461e-8,
    -1.144_921_305_310_715_4e-7,
    4.540_567_958_834_085e-9,
    5.548_567_498_180_354e-7,
    4.027_880_824_736_246e-7,
    -2.614_424_590_096_395e-6,
    -3.431_562_520_513_141_8e-6,
    1.362_740_139_830_562_8e-5,
    2.124_988_664_748_086_5e-5,
    -8.785_330_565_514_983e-5,
    -9.443_022_614_940_559e-5,
    0.000_694_897_122_209_815_4,
    -0.000_285_623_100_972_965,
    -0.005_002_378_592_543_153_5,
    0.017_936_097_479_860_2,
    -0.032_197_837_428_020_314,
    0.028_600_364_053_545_29,
    0.013_999_634_724_424_297,
    -0.096_703_477_326_525_76,
    0.472_053_206_509_844_67,
];
/// `erf(x) / x` in `x^2` for `|x| <= 1/2`, highest power first; the last is the limit itself.
const ERF_SINGLE: [f32; 5] =
    [0.004_719_082_7, -0.026_757_732, 0.112_828_314, -0.376_126_08, std::f32::consts::FRAC_2_SQRT_PI];
const ERF_DOUBLE: [f64; 9] = [
    1.472_586_548_055_674_4e-6,
    -1.484_584_925_970_786_9e-5,
    0.000_120_533_351_243_537_41,
    -0.000_854_829_775_367_496_6,
    0.005_223_977_373_021_47,
    -0.026_866_170_632_887_928,
    0.112_837_916_709_253_53,
    -0.376_126_389_031_834_76,
    std::f64::consts::FRAC_2_SQRT_PI,
];

/// PPND7's rational functions, lowest power first.
const CENTRE_TOP_SINGLE: [f32; 4] = [3.387_132_7, 50.434_27, 159.291_12, 59.109_374];
const CENTRE_BOTTOM_SINGLE: [f32; 4] = [1.0, 17.895_17, 78.757_76, 67.187_56];
const NEAR_TOP_SINGLE: [f32; 4] = [1.423_437_2, 2.756_815_4, 1.306_728_5, 0.170_238_21];
const NEAR_BOTTOM_SINGLE: [f32; 3] = [1.0, 0.737_001_64, 0.120_211_32];
const FAR_TOP_SINGLE: [f32; 4] = [6.657_905, 3.081_226_3, 0.428_682_95, 0.017_337_203];
const FAR_BOTTOM_SINGLE: [f32; 3] = [1.0, 0.241_978_94, 0.012_258_202];

/// Beyond this, `t` is as good as infinite for Mills' ratio, and its square is finite in `f64`.
const FARTHEST: f64 = 1e30;
/// `sqrt(2 pi)`
const SQRT_TAU: f64 = 2.506_628_274_631_000_7;

/// `exp(t^2 / 2) P(Z > t)` for `t >= 0`, within 4 ULP.
#[inline(always)]
fn mills<R: Real>(t: R) -> R {
    let four = R::FOUR;
    let t = R::select(t > R::from_f64(FARTHEST), R::from_f64(FARTHEST), t);
    horner((t - four) / (t + four), R::coefficients(&MILLS_SINGLE, &MILLS_DOUBLE)) / (R::ONE + t)
}

/// `exp(-scale x^2)` for a scale that is a power of two; 0 from `|x| = 40` on.
#[inline(always)]
fn gaussian<R: Real>(x: R, scale: R) -> R {
    let t = x.abs();
    let t = R::select(t > R::FORTY, R::FORTY, t);
    let high = t.leading_half();
    precise_exp_sum(-(scale * (high * high)), -(scale * ((t - high) * (t + high))))
}

/// `P(Z > t)` for `t >= 0`.
#[inline(always)]
fn upper_tail<R: Real>(t: R) -> R {
    gaussian(t, R::HALF) * mills(t)
}

/// The error function, within 4 ULP. -1 and 1 at the infinities, NaN at NaN.
#[inline(always)]
pub fn erf<R: Real>(x: R) -> R {
    let near = horner(x * x, R::coefficients(&ERF_SINGLE, &ERF_DOUBLE)) * x;
    let far = R::ONE - erfc(x.abs());
    let far = R::select(x < R::ZERO, -far, far);
    R::select(x.abs() < R::HALF, near, far)
}

/// The complementary error function, within 4 ULP where it is a normal number. 2 and 0 at the infinities,
/// NaN at NaN.
#[inline(always)]
pub fn erfc<R: Real>(x: R) -> R {
    let tail = R::TWO * (gaussian(x, R::ONE) * mills(R::from_f64(std::f64::consts::SQRT_2) * x.abs()));
    R::select(x < R::ZERO, R::TWO - tail, tail)
}

/// The standard normal distribution function, within 4 ULP where it is a normal number. 0 and 1 at the
/// infinities, NaN at NaN.
#[inline(always)]
pub fn phi<R: Real>(x: R) -> R {
    let tail = upper_tail(x.abs());
    R::select(x < R::ZERO, tail, R::ONE - tail)
}

/// The logarithm of the standard normal distribution function, within 6 ULP everywhere. Minus infinity and 0 at the
/// infinities, NaN at NaN.
#[inline(always)]
pub fn ln_phi<R: Real>(x: R) -> R {
    let t = x.abs();
    let below = precise_ln(mills(t)) - R::HALF * (t * t);
    R::select(x < R::ZERO, below, precise_ln_1p(-upper_tail(t)))
}

/// The derivative of [`ln_phi`]: density over distribution function, within 4 ULP where it is a normal
/// number. `-x` far below 0, 0 at infinity, 4e29 or more at minus infinity, NaN at NaN.
#[inline(always)]
pub fn inv_mills<R: Real>(x: R) -> R {
    let t = x.abs();
    let below = R::ONE / (R::from_f64(SQRT_TAU) * mills(t));
    let above = gaussian(t, R::HALF) / (R::from_f64(SQRT_TAU) * (R::ONE - upper_tail(t)));
    R::select(x < R::ZERO, below, above)
}

/// `top(x) / bottom(x)` of polynomials with the lowest power first.
#[inline(always)]
fn rational<R: Real>(x: R, top: &[R], bottom: &[R]) -> R {
    let polynomial = |coefficients: &[R]| {
        let (&highest, rest) = coefficients.split_last().expect("a polynomial has a coefficient");
        rest.iter().rev().fold(highest, |sum, &coefficient| sum * x + coefficient)
    };
    polynomial(top) / polynomial(bottom)
}

/// The standard normal quantile function: relative error about 1e-15 in `f64`, 5e-7 in `f32`, the rounding of `p` apart.
/// Minus infinity at 0, infinity at 1, NaN outside of `[0, 1]`.
#[inline(always)]
pub fn inv_phi<R: Real>(p: R) -> R {
    let q = p - R::HALF;
    let centre = R::from_f64(0.180_625) - q * q;
    let central = q * rational(
        centre,
        R::coefficients(&CENTRE_TOP_SINGLE, &CENTRE_TOP),
        R::coefficients(&CENTRE_BOTTOM_SINGLE, &CENTRE_BOTTOM),
    );
    let tail = R::select(q < R::ZERO, p, R::ONE - p);
    let root = (-precise_ln(tail)).sqrt();
    let near = rational(
        root - R::from_f64(1.6),
        R::coefficients(&NEAR_TOP_SINGLE, &NEAR_TOP),
        R::coefficients(&NEAR_BOTTOM_SINGLE, &NEAR_BOTTOM),
    );
    let far = rational(
        root - R::from_f64(5.0),
        R::coefficients(&FAR_TOP_SINGLE, &FAR_TOP),
        R::coefficients(&FAR_BOTTOM_SINGLE, &FAR_BOTTOM),
    );
    let outer = R::select(root > R::from_f64(5.0), far, near);
    let outer = R::select(tail == R::ZERO, R::INFINITY, outer);
    let outer = R::select(q < R::ZERO, -outer, outer);
    R::select(q.abs() <= R::from_f64(0.425), central, outer)
}

#[cfg(test)]
mod tests {
    use super::super::reference::largest_error;
    use super::*;

    fn errors<R: Real>() -> [f64; 5] {
        let exact = |_: &[f64]| 0.0;
        [
            largest_error::<R>("erf", exact, |x| erf(x[0])),
            largest_error::<R>("erfc", exact, |x| erfc(x[0])),
            largest_error::<R>("phi", exact, |x| phi(x[0])),
            largest_error::<R>("inv_mills", exact, |x| inv_mills(x[0])),
            largest_error::<R>("ln_phi", exact, |x| ln_phi(x[0])),
        ]
    }

    #[test]
    fn the_normal_family_stays_within_its_stated_errors() {
        for errors in [errors::<f32>(), errors::<f64>()] {
            assert!(errors.iter().all(|&error| error < 4.0), "{errors:?}");
        }
    }

    /// AS 241 states 1e-16 and 1e-7, in exact arithmetic.
    #[test]
    fn quantiles_stay_within_their_stated_errors() {
        assert!(largest_error::<f64>("inv_phi", |_| 0.0, |p| inv_phi(p[0])) < 4.5);
        assert!(largest_error::<f32>("inv_phi", |_| 0.0, |p| inv_phi(p[0])) < 4.2);
    }

    /// The single precision twins against the double precision ones, at far more points than the reference has.
    #[test]
    fn single_precision_stays_within_its_stated_error_everywhere() {
        type Twins = (fn(f32) -> f32, fn(f64) -> f64);
        let functions: [Twins; 5] = [(erf, erf), (erfc, erfc), (phi, phi), (ln_phi, ln_phi), (inv_mills, inv_mills)];
        for (index, (ours, truth)) in functions.into_iter().enumerate() {
            for i in 0..100_000 {
                let x = (-13.0 + 22.0 * f64::from(i) / 100_000.0) as f32;
                let truth = truth(f64::from(x));
                let error = (f64::from(ours(x)) - truth).abs() / truth.abs();
                assert!(error < 4.0 * f64::from(f32::EPSILON), "function {index} at {x}: {error}");
            }
        }
    }

    #[test]
    fn the_ends_of_the_number_line_have_their_limits() {
        let infinite = f64::INFINITY;
        assert_eq!([-infinite, infinite].map(erf), [-1.0, 1.0]);
        assert_eq!([-infinite, infinite].map(erfc), [2.0, 0.0]);
        assert_eq!([-infinite, infinite].map(phi), [0.0, 1.0]);
        assert_eq!([-infinite, infinite].map(ln_phi), [-infinite, 0.0]);
        assert_eq!(inv_mills(infinite), 0.0);
        assert!(inv_mills(-infinite) > 9e29);
        assert_eq!([0.0, 0.5, 1.0].map(inv_phi), [-infinite, 0.0, infinite]);
        assert!([-1e-3, 1.001, infinite, f64::NAN].into_iter().all(|p| inv_phi(p).is_nan()));
        let functions: [fn(f64) -> f64; 5] = [erf, erfc, phi, ln_phi, inv_mills];
        assert!(functions.into_iter().all(|function| function(f64::NAN).is_nan()));
    }

    #[test]
    fn the_quantile_is_the_one_of_the_diagnostics() {
        for i in 1..1000 {
            let p = f64::from(i) / 1000.0;
            let apart = (inv_phi(p) - super::super::normal_quantile::normal_quantile(p)).abs();
            assert!(apart < 4.0 * f64::EPSILON * inv_phi(p).abs().max(1.0), "{p}");
        }
    }
}
