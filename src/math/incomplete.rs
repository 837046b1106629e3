//! Incomplete gamma and beta functions, regularised: the tails of the distributions made of them.
//!
//! Both tails come out, each as a logarithm, so that neither loses its digits where the other is nearly one. Computed in
//! `f64` on the host, of numbers that data give. Deliberately absent: derivatives, and single precision.

use super::beta_quantile::fraction;
use super::gamma::{lgamma, ln_beta};

/// Stands for the zero that a continued fraction begins with.
const TINY: f64 = 1e-300;

/// Terms of a series or a fraction; the square root of the larger parameter is about what is needed.
const MOST_TERMS: usize = 200_000;

/// From this shape on Stirling's series says what the gamma function is, to the last digit.
const LARGE: f64 = 16.0;

/// A number that is not negative, and its logarithm, which is known also where the number is below or above all numbers.
#[derive(Clone, Copy, Debug)]
pub struct Positive {
    /// The number, perhaps 0 or infinity for want of range.
    pub value: f64,
    /// Its logarithm; minus infinity of 0.
    pub ln: f64,
}

impl Positive {
    /// The product of powers: `x^2 / y` of `[(x, 2.0), (y, -1.0)]`.
    #[must_use]
    pub fn product(factors: &[(f64, f64)]) -> Self {
        let value: f64 = factors.iter().map(|&(x, power)| x.powf(power)).product();
        let ln = if value.is_normal() { value.ln() } else { factors.iter().map(|&(x, power)| power * x.ln()).sum() };
        Self { value, ln }
    }
}

impl From<f64> for Positive {
    fn from(value: f64) -> Self {
        Self { value, ln: value.ln() }
    }
}

/// `ln P(a, x)` and `ln Q(a, x)` with `P(a, x) = (1 / Γ(a)) integral of t^(a - 1) exp(-t) from 0 to x` and `Q = 1 - P`:
/// the probabilities of a gamma variate with shape `a` and rate 1 at or below `x`, and above it.
///
/// Series below `a + 1`, and a continued fraction above it, by the modified Lentz method (Press et al., Numerical
/// Recipes, 6.2). The relative error of both tails is below 1e-12 for shapes up to 1,000, however far out. Two NaN unless
/// `a` is positive and finite, and for a negative `x` or NaN; 0 and infinity are limits.
#[must_use]
pub fn ln_gamma_tails(a: f64, x: Positive) -> [f64; 2] {
    let Positive { value: x, ln: ln_x } = x;
    if !(a > 0.0 && a.is_finite() && x >= 0.0) {
        return [f64::NAN; 2];
    }
    if ln_x == f64::NEG_INFINITY {
        return [f64::NEG_INFINITY, 0.0];
    }
    if x == f64::INFINITY {
        return [0.0, f64::NEG_INFINITY];
    }
    // x^a exp(-x) / Γ(a)
    let front = if a < LARGE {
        a * ln_x - x - lgamma(a)
    } else {
        let excess = (x - a) / a;
        // Far from a the difference from 1 has lost the digits of x.
        let ln_ratio = if excess.abs() < 0.5 { excess.ln_1p() } else { ln_x - a.ln() };
        let correction = (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - 1.0 / (1680.0 * a * a)) / (a * a)) / (a * a)) / a;
        a * (ln_ratio - excess) + 0.5 * (a / std::f64::consts::TAU).ln() - correction
    };
    if x < a + 1.0 {
        let (mut term, mut sum) = (1.0 / a, 1.0 / a);
        for n in 1..MOST_TERMS {
            term *= x / (a + n as f64);
            sum += term;
            if term <= sum * f64::EPSILON / 4.0 {
                break;
            }
        }
        let lower = (front + sum.ln()).min(0.0);
        return [lower, ln_1m_exp(lower)];
    }
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / b;
    let mut value = d;
    for n in 1..MOST_TERMS {
        let n = n as f64;
        let factor = -n * (n - a);
        b += 2.0;
        d = 1.0 / (factor * d + b);
        c = b + factor / c;
        value *= d * c;
        if (d * c - 1.0).abs() <= f64::EPSILON {
            break;
        }
    }
    let upper = (front + value.ln()).min(0.0);
    [ln_1m_exp(upper), upper]
}

/// `ln I_x(a, b)` and `ln(1 - I_x(a, b))`: the probabilities of a beta variate with shapes `a` and `b` at or below `x`,
/// and above it. `rest` is `1 - x`, told apart because the difference may lose all digits.
///
/// A continued fraction (Press et al., Numerical Recipes, 6.4). The relative error of both tails is below 1e-12 for
/// shapes that sum up to 100, and grows with them. Two NaN unless both shapes are positive and finite, and for `x` outside
/// of the unit interval or NaN.
#[must_use]
pub fn ln_beta_tails(x: Positive, rest: Positive, a: f64, b: f64) -> [f64; 2] {
    let valid = a > 0.0 && b > 0.0 && (a + b).is_finite() && x.value >= 0.0 && rest.value >= 0.0;
    if !valid {
        return [f64::NAN; 2];
    }
    if x.ln == f64::NEG_INFINITY {
        return [f64::NEG_INFINITY, 0.0];
    }
    if rest.ln == f64::NEG_INFINITY {
        return [0.0, f64::NEG_INFINITY];
    }
    let (Positive { value: x, ln: ln_x }, Positive { value: rest, ln: ln_rest }) = (x, rest);
    let (ln_x, ln_rest) = if x < rest { (ln_x, (-x).ln_1p()) } else { ((-rest).ln_1p(), ln_rest) };
    let front = a * ln_x + b * ln_rest - ln_beta(a, b);
    if x < (a + 1.0) / (a + b + 2.0) {
        let lower = (front + (fraction(x, a, b) / a).ln()).min(0.0);
        [lower, ln_1m_exp(lower)]
    } else {
        let upper = (front + (fraction(rest, b, a) / b).ln()).min(0.0);
        [ln_1m_exp(upper), upper]
    }
}

/// `ln(1 - exp(x))` for `x <= 0` (Maechler 2012, "Accurately computing log(1 - exp(-|a|))").
fn ln_1m_exp(x: f64) -> f64 {
    if x > -std::f64::consts::LN_2 { (-x.exp_m1()).ln() } else { (-x.exp()).ln_1p() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Shape, argument and both tails, from mpmath 1.4 with 60 digits: `log(gammainc(a, 0, x, regularized=True))`.
    const GAMMA: [(f64, f64, f64, f64); 16] = [
        (0.01, 1e-06, -0.132_464_807_534_560_75, -2.086_939_661_108_026),
        (0.5, 0.1, -1.063_402_047_154_528_7, -0.423_546_323_475_965_7),
        (0.5, 3.0, -0.014_409_194_045_103_478, -4.247_084_746_785_59),
        (1.0, 1.0, -0.458_675_145_387_081_9, -1.0),
        (2.5, 0.01, -12.721_039_655_708_713, -2.987_605_994_796_939_3e-06),
        (2.5, 2.0, -0.797_210_651_860_885_7, -0.598_899_471_609_245_6),
        (2.5, 40.0, -8.391_825_114_831_614e-16, -34.714_103_456_537_934),
        (10.0, 3.0, -6.810_185_717_036_396, -0.001_103_096_317_207_795_6),
        (15.9, 17.0, -0.449_488_714_816_574_7, -1.015_984_679_575_753_7),
        (16.1, 15.0, -0.862_931_043_873_29, -0.548_049_224_601_899_9),
        (100.0, 60.0, -13.422_436_818_303_8, -1.481_528_730_109_194e-06),
        (100.0, 101.0, -0.592_584_829_523_062_5, -0.804_964_705_538_389_4),
        (100.0, 150.0, -5.924_557_885_642_327e-06, -12.036_407_454_461_646),
        (1000.0, 900.0, -7.505_769_994_233_892_5, -0.000_550_053_517_414_344_8),
        (1000.0, 1001.5, -0.647_971_342_312_766_3, -0.740_460_833_484_264_8),
        (1000.0, 1200.0, -1.288_160_609_457_822_2e-09, -20.470_050_520_898_305),
    ];

    /// Argument, shapes and both tails, from mpmath 1.4 with 60 digits: `log(betainc(a, b, 0, x, regularized=True))`.
    const BETA: [(f64, f64, f64, f64, f64); 10] = [
        (1e-08, 0.5, 0.5, -9.661_923_075_598_97, -6.366_400_385_254_923e-05),
        (0.3, 0.5, 0.5, -0.996_931_211_020_778_1, -0.460_465_453_915_871_2),
        (0.9, 0.1, 2.0, -0.000_585_720_712_614_547_1, -7.442_960_327_692_621),
        (0.5, 2.0, 3.0, -0.374_693_449_441_410_7, -1.163_150_809_805_680_9),
        (0.01, 5.0, 1.0, -23.025_850_929_940_457, -1.000_000_000_050_000_1e-10),
        (0.999, 5.0, 1.5, -0.000_284_702_574_785_028_34, -8.164_207_867_777_977),
        (0.2, 20.0, 30.0, -7.282_117_686_872_446, -0.000_687_964_221_867_895),
        (0.7, 20.0, 30.0, -5.943_770_249_489_6e-06, -12.033_169_875_687_975),
        (0.45, 50.0, 50.0, -1.841_040_900_745_809_7, -0.172_750_147_944_957_97),
        (0.875, 3.5, 0.5, -1.048_061_781_040_762_6, -0.431_732_078_435_635_27),
    ];

    fn judge(found: [f64; 2], expected: [f64; 2], tolerance: f64, what: &str) {
        for (found, expected) in found.into_iter().zip(expected) {
            // The relative error of the probability itself is the absolute one of its logarithm.
            let error = (found - expected).abs();
            assert!(
                found == expected || error <= tolerance * expected.abs().max(1.0),
                "{what}: {found} for {expected}"
            );
        }
    }

    #[test]
    fn tails_of_gamma_variates_equal_the_reference() {
        for (a, x, lower, upper) in GAMMA {
            judge(ln_gamma_tails(a, x.into()), [lower, upper], 1e-12, &format!("gamma({a}) at {x}"));
        }
    }

    #[test]
    fn tails_of_beta_variates_equal_the_reference() {
        for (x, a, b, lower, upper) in BETA {
            judge(
                ln_beta_tails(x.into(), (1.0 - x).into(), a, b),
                [lower, upper],
                1e-12,
                &format!("beta({a}, {b}) at {x}"),
            );
        }
    }

    #[test]
    fn what_has_no_distribution_has_no_tails() {
        for [a, x] in [[0.0, 1.0], [-1.0, 1.0], [f64::INFINITY, 1.0], [f64::NAN, 1.0], [1.0, -1.0], [1.0, f64::NAN]] {
            assert!(ln_gamma_tails(a, x.into()).iter().all(|tail| tail.is_nan()), "{a} {x}");
            let beta = ln_beta_tails(x.into(), (1.0 - x).into(), a, 1.0);
            assert!(beta.iter().all(|tail| tail.is_nan()) || x == 1.0, "{a} {x}");
        }
        assert_eq!(ln_gamma_tails(2.0, 0.0.into()), [f64::NEG_INFINITY, 0.0]);
        assert_eq!(ln_gamma_tails(2.0, f64::INFINITY.into()), [0.0, f64::NEG_INFINITY]);
        assert_eq!(ln_beta_tails(0.0.into(), 1.0.into(), 2.0, 3.0), [f64::NEG_INFINITY, 0.0]);
        assert_eq!(ln_beta_tails(1.0.into(), 0.0.into(), 2.0, 3.0), [0.0, f64::NEG_INFINITY]);
    }
}
