//! Quantile function of the standard normal distribution.
//!
//! A probability flows in, a standard score flows out. Deliberately absent: other locations and
//! scales, and the distribution function itself.

use crate::math::Real;
use crate::math::elementary::precise_ln;
use crate::math::simd::{Width, lane_kernel};

pub(super) const CENTRE_TOP: [f64; 8] = [
    3.387_132_872_796_366_5,
    133.141_667_891_784_38,
    1_971.590_950_306_551_3,
    13_731.693_765_509_46,
    45_921.953_931_549_87,
    67_265.770_927_008_7,
    33_430.575_583_588_13,
    2_509.080_928_730_122_7,
];
pub(super) const CENTRE_BOTTOM: [f64; 8] = [
    1.0,
    42.313_330_701_600_91,
    687.187_007_492_057_9,
    5_394.196_021_424_751,
    21_213.794_301_586_597,
    39_307.895_800_092_71,
    28_729.085_735_721_943,
    5_226.495_278_852_854,
];
pub(super) const NEAR_TOP: [f64; 8] = [
    1.423_437_110_749_683_5,
    4.630_337_846_156_546,
    5.769_497_221_460_691,
    3.647_848_324_763_204_5,
    1.270_458_252_452_368_4,
    0.241_780_725_177_450_6,
    0.022_723_844_989_269_184,
    7.745_450_142_783_414e-4,
];
pub(super) const NEAR_BOTTOM: [f64; 8] = [
    1.0,
    2.053_191_626_637_759,
    1.676_384_830_183_803_8,
    0.689_767_334_985_1,
    0.148_103_976_427_480_08,
    0.015_198_666_563_616_457,
    5.475_938_084_995_345e-4,
    1.050_750_071_644_416_9e-9,
];
pub(super) const FAR_TOP: [f64; 8] = [
    6.657_904_643_501_103,
    5.463_784_911_164_114,
    1.784_826_539_917_291_3,
    0.296_560_571_828_504_87,
    0.026_532_189_526_576_124,
    0.001_242_660_947_388_078_4,
    2.711_555_568_743_487_6e-5,
    2.010_334_399_292_288_1e-7,
];
pub(super) const FAR_BOTTOM: [f64; 8] = [
    1.0,
    0.599_832_206_555_888,
    0.136_929_880_922_735_8,
    0.014_875_361_290_850_615,
    7.868_691_311_456_133e-4,
    1.846_318_317_510_054_8e-5,
    1.421_511_758_316_446e-7,
    2.044_263_103_389_939_8e-15,
];

/// Tails below this probability, `exp(-25)`, have a formula of their own.
const FAR: f64 = 1.388_794_386_496_402e-11;

/// Distance from one half up to which the formula of the centre holds.
const CENTRE: f64 = 0.425;

/// The `z` with `P(Z <= z) = p` for a standard normal `Z`: algorithm AS 241 (Wichura 1988,
/// routine PPND16), relative error about 1e-16.
///
/// `p = 0` gives minus infinity, `p = 1` infinity; NaN, and `p` outside `[0, 1]`, give NaN.
#[must_use]
pub fn normal_quantile(p: f64) -> f64 {
    let q = p - 0.5;
    if q.abs() <= CENTRE {
        return central(p);
    }
    let tail = if q < 0.0 { p } else { 1.0 - p };
    if tail.is_nan() || tail < 0.0 {
        return f64::NAN;
    }
    if tail <= 0.0 {
        return f64::INFINITY.copysign(q);
    }
    if tail >= FAR {
        return near(p);
    }
    let r = (-tail.ln()).sqrt() - 5.0;
    (polynomial(r, &FAR_TOP) / polynomial(r, &FAR_BOTTOM)).copysign(q)
}

/// `c[0] + c[1] x + ... + c[7] x^7`.
#[inline(always)]
fn polynomial<R: Real>(x: R, coefficients: &[f64; 8]) -> R {
    coefficients.iter().rev().fold(R::ZERO, |sum, c| sum * x + R::from_f64(*c))
}

/// The quantile of a probability between 0.075 and 0.925; of others, nothing that means anything.
#[inline(always)]
fn central<R: Real>(p: R) -> R {
    let q = p - R::HALF;
    let r = R::from_f64(0.180_625) - q * q;
    q * polynomial(r, &CENTRE_TOP) / polynomial(r, &CENTRE_BOTTOM)
}

/// The quantile of a probability of a tail down to [`FAR`]; of others, nothing that means anything.
#[inline(always)]
fn near<R: Real>(p: R) -> R {
    let is_lower = p < R::HALF;
    let tail = R::select(is_lower, p, R::ONE - p);
    let r = (-precise_ln(tail)).sqrt() - R::from_f64(1.6);
    let z = polynomial(r, &NEAR_TOP) / polynomial(r, &NEAR_BOTTOM);
    R::select(is_lower, -z, z)
}

/// Replaces probabilities by their quantiles, to the last bit those of [`normal_quantile`].
///
/// The formula of the centre, where most are, is evaluated for all, and that of the tails for those that it is not for,
/// set side by side: without branches many are taken at a time.
pub fn normal_quantiles(probabilities: &mut [f64]) {
    const TOGETHER: usize = 512;
    const LANES: usize = 8;
    let width = Width::widest();
    let (mut tails, mut places) = ([0.5; TOGETHER], [0; TOGETHER]);
    for chunk in probabilities.chunks_mut(TOGETHER) {
        if chunk.iter().all(|p| (p - 0.5).abs() <= CENTRE) {
            centres(width, chunk);
            continue;
        }
        let mut count = 0;
        for (place, &p) in chunk.iter().enumerate() {
            // Written always, kept where the count moves on.
            (tails[count], places[count]) = (p, place);
            count += usize::from((p - 0.5).abs() > CENTRE || p.is_nan());
        }
        centres(width, chunk);
        let in_reach = |p: f64| p >= FAR && 1.0 - p >= FAR;
        if tails[..count].iter().all(|&p| in_reach(p)) {
            // Up to whole vectors, whatever stands in their last lanes: one by one those would cost as much as the rest.
            nears(width, &mut tails[..count.next_multiple_of(LANES)]);
        } else {
            tails[..count].iter_mut().for_each(|p| *p = normal_quantile(*p));
        }
        for (&z, &place) in tails[..count].iter().zip(&places) {
            chunk[place] = z;
        }
    }
}

lane_kernel! {
    /// [`central`] of each.
    fn centres<R>(probabilities: &mut [R]) {
        for p in probabilities {
            *p = central(*p);
        }
    }

    /// [`near`] of each.
    fn nears<R>(probabilities: &mut [R]) {
        for p in probabilities {
            *p = near(*p);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_quantiles_are_those_of_each() {
        let inner: Vec<f64> = (1..1000).map(|k| f64::from(k) / 1000.0).chain([1e-10, 1.0 - 1e-10]).collect();
        let outer = [0.0, 1.0, -0.1, 1.1, f64::NAN, 1e-11, 1e-300, 5e-324];
        for mut many in [inner.clone(), [&inner[..], &outer].concat()] {
            let each: Vec<u64> = many.iter().map(|&p| normal_quantile(p).to_bits()).collect();
            normal_quantiles(&mut many);
            assert_eq!(many.iter().map(|z| z.to_bits()).collect::<Vec<_>>(), each);
        }
    }

    /// scipy 1.17.1, `scipy.special.ndtri`.
    const SCIPY: [(f64, f64); 13] = [
        (1e-310, -37.663_060_331_949_524),
        (1e-300, -37.047_096_299_361_2),
        (1e-20, -9.262_340_089_798_409),
        (1.3e-11, -6.667_611_456_510_741),
        (1.4e-11, -6.656_723_091_518_184),
        (1e-9, -5.997_807_015_007_686_5),
        (0.0749, -1.440_238_267_527_963_5),
        (0.9251, 1.440_238_267_527_963_5),
        (1e-6, -4.753_424_308_822_899),
        (0.025, -1.959_963_984_540_054_5),
        (0.3, -0.524_400_512_708_041),
        (0.6, 0.253_347_103_135_799_7),
        (0.999, 3.090_232_306_167_813),
    ];

    #[test]
    fn equals_scipy_to_rounding() {
        for (p, z) in SCIPY {
            assert!((normal_quantile(p) / z - 1.0).abs() < 4e-15, "{p}");
        }
    }

    #[test]
    fn the_ends_are_infinite_and_the_outside_is_nan() {
        assert_eq!(normal_quantile(0.0), f64::NEG_INFINITY);
        assert_eq!(normal_quantile(1.0), f64::INFINITY);
        for p in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
            assert!(normal_quantile(p).is_nan());
        }
    }
}
