//! The two number types a chain can be advanced in, behind one trait: `f64` (the truth) and `f32` (the GPU's twin).
//!
//! The trait offers exactly what the lane kernels need: arithmetic, the bit-level pieces of `exp` and `ln`, and the
//! coefficients of their polynomials. Absent on purpose: any transcendental function of the platform's libm, whose
//! bits differ between machines and from the shader's.

use std::fmt::Debug;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

/// A floating-point type with the primitives of [`super::elementary`].
///
/// Every method is branch-free and vectorises when called in a lane loop.
pub trait Real:
    Copy
    + Debug
    + Default
    + PartialOrd
    + Send
    + Sync
    + Sum
    + Add<Output = Self>
    + AddAssign
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + 'static
{
    /// Additive identity.
    const ZERO: Self;
    /// One half.
    const HALF: Self;
    /// Multiplicative identity.
    const ONE: Self;
    /// Two.
    const TWO: Self;
    /// Four.
    const FOUR: Self;
    /// One quarter.
    const QUARTER: Self;
    /// Forty.
    const FORTY: Self;
    /// `ln 2`.
    const LN_2: Self;
    /// The smallest positive normal number.
    const SMALLEST_NORMAL: Self;
    /// From this magnitude on every number is an integer.
    const INTEGRAL: Self;
    /// Positive infinity.
    const INFINITY: Self;
    /// A quiet NaN.
    const NAN: Self;
    /// The log density of a state that must never be accepted: finite, so that no driver may assume it away,
    /// and far below anything [`Self::LARGEST`] admits.
    const REJECTED: Self;
    /// Log densities and coordinates beyond this magnitude count as not finite.
    const LARGEST: Self;
    /// `1 / ln 2`.
    const LOG2_E: Self;
    /// `ln 2`, rounded so that a product with any exponent is exact.
    const LN_2_HIGH: Self;
    /// `ln 2 - LN_2_HIGH`.
    const LN_2_LOW: Self;
    /// Smallest argument of `exp` that matters: below it the result is zero.
    const EXP_LOWEST: Self;
    /// Largest argument of `exp` that matters: above it the result is infinite.
    const EXP_HIGHEST: Self;
    /// Taylor coefficients of `(exp(r) - 1) / r`, highest power first: `1/n!, ..., 1/2!, 1`.
    const EXP: &'static [Self];
    /// Series of `ln`, highest power first: `2/(2n+1), ..., 2/5, 2/3`.
    const LN: &'static [Self];
    /// Taylor coefficients of `sin(2 pi t) / t` in `t^2`, highest power first.
    const SIN_TURNS: &'static [Self];
    /// Taylor coefficients of `cos(2 pi t)` in `t^2`, highest power first.
    const COS_TURNS: &'static [Self];

    /// Rounds an `f64` to this type.
    fn from_f64(x: f64) -> Self;
    /// Widens to `f64`, exactly.
    fn to_f64(self) -> f64;
    /// The number for this type, where there is one for each.
    fn by_precision(single: f32, double: f64) -> Self;
    /// The coefficients for this type, of a polynomial that has some for each.
    fn coefficients(single: &'static [f32], double: &'static [f64]) -> &'static [Self];
    /// Magnitude.
    fn abs(self) -> Self;
    /// The largest integer that is not larger; infinities and NaN stay.
    fn floor(self) -> Self;
    /// The number with the lower half of its significand zero: its square is exact.
    fn leading_half(self) -> Self;
    /// Square root, correctly rounded.
    fn sqrt(self) -> Self;
    /// The midpoint of the interval of the uniform distribution on (0, 1) that a random word stands for:
    /// `(word / 2^9 + 1/2) / 2^23` in `f32`, `(word + 1/2) / 2^32` in `f64`. Never 0, never 1.
    fn uniform(word: u32) -> Self;
    /// Nearest integer (ties to even) for magnitudes below 2^21.
    fn nearest(self) -> Self;
    /// `self * 2^k` for integral `k` with `|k| < 2 * bias`, in two factors so that neither overflows.
    fn times_power_of_two(self, k: Self) -> Self;
    /// `(m, k)` with `self = m * 2^k` and `m` in `[sqrt(1/2), sqrt(2))`, for positive normal numbers.
    fn split(self) -> (Self, Self);
    /// `yes` where `condition` holds, else `no`; both are evaluated, so that lanes stay in step.
    #[inline(always)]
    fn select(condition: bool, yes: Self, no: Self) -> Self {
        if condition { yes } else { no }
    }
}

macro_rules! implement_real {
    ($float:ident, $bits:ident, mantissa: $mantissa:literal, bias: $bias:literal $bias_float:literal, round: $round:literal,
     sqrt_half: $sqrt_half:literal, leading: $leading:literal, $($constants:tt)*) => {
        impl Real for $float {
            const ZERO: Self = 0.0;
            const HALF: Self = 0.5;
            const ONE: Self = 1.0;
            const TWO: Self = 2.0;
            const FOUR: Self = 4.0;
            const QUARTER: Self = 0.25;
            const FORTY: Self = 40.0;
            const LN_2: Self = std::$float::consts::LN_2;
            const SMALLEST_NORMAL: Self = Self::MIN_POSITIVE;
            const INTEGRAL: Self = (1_u64 << $mantissa) as Self;
            const INFINITY: Self = Self::INFINITY;
            const NAN: Self = Self::NAN;
            const LOG2_E: Self = std::$float::consts::LOG2_E;
            $($constants)*

            #[inline(always)]
            fn to_f64(self) -> f64 {
                f64::from(self)
            }
            #[inline(always)]
            fn abs(self) -> Self {
                <$float>::abs(self)
            }
            #[inline(always)]
            fn floor(self) -> Self {
                <$float>::floor(self)
            }
            #[inline(always)]
            fn leading_half(self) -> Self {
                <$float>::from_bits(self.to_bits() & $leading)
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                <$float>::sqrt(self)
            }
            // Adding 1.5 * 2^mantissa pushes the fraction out of the significand. `round_ties_even` would do the
            // same but is a library call, and so a scalar loop, on x86-64 without SSE4.1.
            #[inline(always)]
            fn nearest(self) -> Self {
                (self + $round) - $round
            }
            #[inline(always)]
            fn times_power_of_two(self, k: Self) -> Self {
                // The integer sits in the low bits of k + 1.5 * 2^mantissa; biased twice it is positive, so that
                // halving it is a logical shift (AVX2 has no arithmetic one for 64 bits).
                let biased = (k + $round).to_bits().wrapping_sub(($round as $float).to_bits()).wrapping_add(2 * $bias);
                let half = biased >> 1;
                let rest = biased.wrapping_sub(half);
                self * <$float>::from_bits(half << $mantissa) * <$float>::from_bits(rest << $mantissa)
            }
            #[inline(always)]
            fn split(self) -> (Self, Self) {
                const ONE: $bits = $bias << $mantissa;
                let shifted = self.to_bits().wrapping_add(ONE - $sqrt_half);
                let exponent = shifted >> $mantissa;
                let significand = (shifted & ((1 << $mantissa) - 1)).wrapping_add($sqrt_half);
                let k = <$float>::from_bits(($round as $float).to_bits().wrapping_add(exponent))
                    - ($round + $bias_float);
                (<$float>::from_bits(significand), k)
            }
        }
    };
}

implement_real! { f32, u32, mantissa: 23, bias: 127 127.0, round: 12_582_912.0, sqrt_half: 0x3f35_04f3,
    leading: 0xffff_f000,
    const REJECTED: Self = -3.0e38;
    const LARGEST: Self = 1.0e37;
    const LN_2_HIGH: Self = 0.693_359_4;
    const LN_2_LOW: Self = -0.000_212_194_44;
    const EXP_LOWEST: Self = -104.0;
    const EXP_HIGHEST: Self = 89.0;
    const EXP: &'static [Self] = &[1.0 / 5040.0, 1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0];
    const LN: &'static [Self] = &[2.0 / 11.0, 2.0 / 9.0, 2.0 / 7.0, 2.0 / 5.0, 2.0 / 3.0];
    const SIN_TURNS: &'static [Self] = &[42.058_693, -76.705_86, 81.605_25, -41.341_7, std::f32::consts::TAU];
    const COS_TURNS: &'static [Self] = &[-26.426_256, 60.244_64, -85.456_82, 64.939_39, -19.739_208, 1.0];

    #[inline(always)]
    fn from_f64(x: f64) -> Self {
        x as Self
    }
    #[inline(always)]
    fn by_precision(single: f32, _double: f64) -> Self {
        single
    }
    #[inline(always)]
    fn coefficients(single: &'static [f32], _double: &'static [f64]) -> &'static [Self] {
        single
    }
    #[inline(always)]
    fn uniform(word: u32) -> Self {
        // 23 bits: with 24, the largest would round to 1. Signed, because SSE2 converts only signed integers.
        ((word >> 9) as i32 as Self + 0.5) * (1.0 / 8_388_608.0)
    }
}

implement_real! { f64, u64, mantissa: 52, bias: 1023 1023.0, round: 6_755_399_441_055_744.0, sqrt_half: 0x3fe6_a09e_667f_3bcd,
    leading: 0xffff_ffff_f800_0000,
    const REJECTED: Self = -3.0e300;
    const LARGEST: Self = 1.0e299;
    const LN_2_HIGH: Self = 0.693_147_180_369_123_8;
    const LN_2_LOW: Self = 1.908_214_929_270_587_7e-10;
    const EXP_LOWEST: Self = -746.0;
    const EXP_HIGHEST: Self = 710.0;
    const EXP: &'static [Self] = &[
        1.0 / 87_178_291_200.0, 1.0 / 6_227_020_800.0, 1.0 / 479_001_600.0, 1.0 / 39_916_800.0, 1.0 / 3_628_800.0,
        1.0 / 362_880.0, 1.0 / 40_320.0, 1.0 / 5040.0, 1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0,
    ];
    const LN: &'static [Self] = &[
        2.0 / 21.0, 2.0 / 19.0, 2.0 / 17.0, 2.0 / 15.0, 2.0 / 13.0, 2.0 / 11.0, 2.0 / 9.0, 2.0 / 7.0, 2.0 / 5.0,
        2.0 / 3.0,
    ];
    const SIN_TURNS: &'static [Self] = &[
        0.104_229_162_208_139_84, -0.718_122_301_778_500_6, 3.819_952_584_848_282, -15.094_642_576_822_99, 42.058_693_944_897_655, -76.705_859_753_061_39, 81.605_249_276_075_06, -41.341_702_240_399_76, std::f64::consts::TAU,
    ];
    const COS_TURNS: &'static [Self] = &[
        0.282_005_968_455_791_23, -1.714_390_711_088_672, 7.903_536_371_318_469, -26.426_256_783_374_4, 60.244_641_371_876_66, -85.456_817_206_693_73, 64.939_394_022_668_3, -19.739_208_802_178_716, 1.0,
    ];

    #[inline(always)]
    fn from_f64(x: f64) -> Self {
        x
    }
    #[inline(always)]
    fn by_precision(_single: f32, double: f64) -> Self {
        double
    }
    #[inline(always)]
    fn coefficients(_single: &'static [f32], double: &'static [f64]) -> &'static [Self] {
        double
    }
    #[inline(always)]
    fn uniform(word: u32) -> Self {
        (Self::from(word) + 0.5) * (1.0 / 4_294_967_296.0)
    }
}
