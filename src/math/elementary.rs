//! Elementary functions from `+ - * /` and bits alone: the same text gives the same bits on every CPU, at every
//! vector width, and (in `f32`) on every shader driver that rounds those four correctly and does not contract.
//!
//! Twin of `shaders/math/elementary.wgsl`. WGSL promises `log` only to 2^-21 near 1 and `cos` to 2^-11; measured
//! drivers are off by 10^5 ULP next to 1. Methods: Cody and Waite (1980) reduction for `exp`; the `s = f / (2 + f)`
//! series of fdlibm (Sun Microsystems, 1993) for `ln`; Taylor polynomials throughout, whose remainders on the
//! reduced ranges lie below half a unit in the last place. Each documents its largest error, held by a test below.
//!
//! Absent on purpose: tables and branches, which would leave lanes out of step.

use super::Real;

/// `sum coefficients[i] * x^(n - 1 - i)` by Horner's rule: the one polynomial shape no driver was seen to reassociate.
#[inline(always)]
pub fn horner<R: Real>(x: R, coefficients: &[R]) -> R {
    let mut sum = coefficients[0];
    for &coefficient in &coefficients[1..] {
        sum = sum * x + coefficient;
    }
    sum
}

/// `(r, k)` with `x = r + k ln 2`, `|r| <= ln(2) / 2` and integral `k`, after clamping `x` to where `exp` matters.
#[inline(always)]
fn reduce_exp<R: Real>(x: R) -> (R, R) {
    let above = R::select(x < R::EXP_LOWEST, R::EXP_LOWEST, x);
    let clamped = R::select(above > R::EXP_HIGHEST, R::EXP_HIGHEST, above);
    let k = (clamped * R::LOG2_E).nearest();
    ((clamped - k * R::LN_2_HIGH) - k * R::LN_2_LOW, k)
}

/// `exp(x)`, within 2 ULP (subnormal results within one smallest subnormal more). 0 far below, infinity far above, NaN stays NaN.
#[inline(always)]
pub fn precise_exp<R: Real>(x: R) -> R {
    let (r, k) = reduce_exp(x);
    (horner(r, R::EXP) * r + R::ONE).times_power_of_two(k)
}

/// `exp(x + rest)` for a `rest` so small, below `1/2`, that the sum would lose its digits; else as [`precise_exp`].
#[inline(always)]
pub fn precise_exp_sum<R: Real>(x: R, rest: R) -> R {
    let (r, k) = reduce_exp(x);
    let r = r + rest;
    (horner(r, R::EXP) * r + R::ONE).times_power_of_two(k)
}

/// `exp(x) - 1`, within 3 ULP (`f64`: 4), also near zero. -1 far below, infinity far above, NaN stays NaN.
#[inline(always)]
pub fn precise_exp_m1<R: Real>(x: R) -> R {
    let (r, k) = reduce_exp(x);
    let power = R::ONE.times_power_of_two(k);
    let product = horner(r, R::EXP) * r;
    // The power alone may overflow where the result does not; so far up, 1 does not count.
    R::select(k < R::from_f64(60.0), product * power + (power - R::ONE), (product + R::ONE).times_power_of_two(k))
}

/// `k ln 2 + ln(1 + f)` for `1 + f` in `[sqrt(1/2), sqrt(2))`.
#[inline(always)]
fn ln_parts<R: Real>(f: R, k: R) -> R {
    let s = f / (f + R::TWO);
    let z = s * s;
    let half_square = R::HALF * (f * f);
    let series = horner(z, R::LN) * z;
    let low = s * (half_square + series) + k * R::LN_2_LOW;
    k * R::LN_2_HIGH - ((half_square - low) - f)
}

/// Natural logarithm, within 2 ULP for normal arguments. Minus infinity at 0, NaN below, infinity at infinity, NaN
/// at NaN; subnormal arguments count as 0, as on devices that flush them.
#[inline(always)]
pub fn precise_ln<R: Real>(x: R) -> R {
    let (m, k) = x.split();
    let y = ln_parts(m - R::ONE, k);
    ln_edges(x, y)
}

/// `ln(1 + x)`, within 3 ULP, also near zero. Minus infinity at -1, NaN below, infinity at infinity, NaN at NaN.
#[inline(always)]
pub fn precise_ln_1p<R: Real>(x: R) -> R {
    ln_shifted(x + R::ONE, x)
}

/// `ln(shifted)` where `shifted` is `1 + x`, each as exact as it can be had.
#[inline(always)]
pub fn ln_shifted<R: Real>(shifted: R, x: R) -> R {
    let (m, k) = shifted.split();
    // Where 1 + x needs no power of two, x itself still holds the digits that the sum has lost.
    let f = R::select(k == R::ZERO, x, m - R::ONE);
    ln_edges(shifted, ln_parts(f, k))
}

/// What `ln` gives outside of the positive normal numbers, where `y` is meaningless.
#[inline(always)]
fn ln_edges<R: Real>(x: R, y: R) -> R {
    let finite = R::select(x < R::INFINITY, y, x);
    let positive = R::select(x < R::SMALLEST_NORMAL, -R::INFINITY, finite);
    R::select(x < R::ZERO, R::NAN, positive)
}

/// Hyperbolic tangent, within 4 ULP, also near zero.
#[inline(always)]
pub fn precise_tanh<R: Real>(x: R) -> R {
    let twice = R::TWO * x.abs();
    // Beyond 40, tanh is 1 in either precision, and exp_m1 must not overflow.
    let clamped = R::select(twice > R::FORTY, R::FORTY, twice);
    let t = precise_exp_m1(clamped);
    let y = t / (t + R::TWO);
    R::select(x < R::ZERO, -y, y)
}

/// `ln(cosh(x))`, within 2 ULP of the larger of the result and 1; never overflows.
#[inline(always)]
pub fn precise_ln_cosh<R: Real>(x: R) -> R {
    let magnitude = x.abs();
    (magnitude - R::LN_2) + precise_ln_1p(precise_exp(-R::TWO * magnitude))
}

/// `(cos(2 pi t), sin(2 pi t))` for `|t| <= 1/2`, each within 2 ULP of 1.
#[inline(always)]
pub fn precise_cos_sin_turns<R: Real>(t: R) -> (R, R) {
    let quarter = (R::FOUR * t).nearest();
    let r = t - R::QUARTER * quarter;
    let z = r * r;
    let sine = horner(z, R::SIN_TURNS) * r;
    let cosine = horner(z, R::COS_TURNS);
    // quarter is -2, -1, 0, 1 or 2: odd ones exchange sine and cosine, and the signs follow the quadrant.
    let odd = quarter.abs() == R::ONE;
    let c = R::select(odd, sine, cosine);
    let s = R::select(odd, cosine, sine);
    let half_turn = quarter.abs() == R::TWO;
    let c = R::select(half_turn | (quarter == R::ONE), -c, c);
    let s = R::select(half_turn | (quarter == -R::ONE), -s, s);
    (c, s)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Largest error in units in the last place of the exact result rounded to `f32`.
    fn largest_ulp_error(points: impl Iterator<Item = f32>, ours: fn(f32) -> f32, exact: fn(f64) -> f64) -> f64 {
        points
            .map(|x| {
                let truth = exact(f64::from(x));
                let rounded = truth as f32;
                let ulp = f64::from(f32::from_bits(rounded.abs().max(f32::MIN_POSITIVE).to_bits() + 1))
                    - f64::from(rounded.abs().max(f32::MIN_POSITIVE));
                (f64::from(ours(x)) - truth).abs() / ulp
            })
            .fold(0.0, f64::max)
    }

    /// Largest relative error in units of `f64::EPSILON` against the platform's libm, itself within 1 ULP.
    fn largest_epsilon_error(points: impl Iterator<Item = f64>, ours: fn(f64) -> f64, libm: fn(f64) -> f64) -> f64 {
        points
            .map(|x| {
                let truth = libm(x);
                ((ours(x) - truth) / truth).abs() / f64::EPSILON
            })
            .fold(0.0, f64::max)
    }

    fn grid(from: f64, to: f64) -> impl Iterator<Item = f64> {
        let count = 200_003;
        (0..=count).map(move |i| from + (to - from) * f64::from(i) / f64::from(count))
    }

    fn grid32(from: f64, to: f64) -> impl Iterator<Item = f32> {
        grid(from, to).map(|x| x as f32)
    }

    fn log_grid(from: f64, to: f64) -> impl Iterator<Item = f64> {
        grid(from, to).map(f64::exp)
    }

    #[test]
    fn exp_stays_within_its_stated_error() {
        assert!(largest_ulp_error(grid32(-87.0, 88.7), precise_exp, f64::exp) < 2.0);
        assert!(largest_epsilon_error(grid(-708.0, 709.7), precise_exp, f64::exp) < 2.0);
    }

    #[test]
    fn exp_m1_stays_within_its_stated_error() {
        assert!(largest_ulp_error(grid32(-10.0, 40.0), precise_exp_m1, f64::exp_m1) < 3.0);
        assert!(largest_ulp_error(grid32(-1e-3, 1e-3), precise_exp_m1, f64::exp_m1) < 3.0);
        assert!(largest_epsilon_error(grid(-30.0, 709.7), precise_exp_m1, f64::exp_m1) < 4.0);
        assert!(largest_ulp_error(grid32(40.0, 88.7), precise_exp_m1, f64::exp_m1) < 3.0);
    }

    #[test]
    fn exp_of_a_sum_has_the_digits_of_both_terms() {
        for x in grid(-700.0, 700.0) {
            // The rest is the part of the sum that one number cannot hold.
            let rest = x * f64::EPSILON * 0.375;
            let truth = x.exp() * (1.0 + rest);
            assert!(((precise_exp_sum(x, rest) - truth) / truth).abs() < 3.0 * f64::EPSILON, "{x}");
        }
    }

    #[test]
    fn ln_stays_within_its_stated_error() {
        assert!(largest_ulp_error(grid32(0.5, 2.0), precise_ln, f64::ln) < 2.0);
        assert!(largest_ulp_error(log_grid(-87.0, 88.0).map(|x| x as f32), precise_ln, f64::ln) < 2.0);
        assert!(largest_epsilon_error(grid(0.5, 2.0), precise_ln, f64::ln) < 2.0);
        assert!(largest_epsilon_error(log_grid(-700.0, 700.0), precise_ln, f64::ln) < 2.0);
    }

    #[test]
    fn ln_1p_stays_within_its_stated_error() {
        assert!(largest_ulp_error(grid32(-0.999, 3.0), precise_ln_1p, f64::ln_1p) < 3.0);
        assert!(largest_ulp_error(log_grid(-80.0, 80.0).map(|x| x as f32), precise_ln_1p, f64::ln_1p) < 3.0);
        assert!(largest_epsilon_error(grid(-0.999, 3.0001), precise_ln_1p, f64::ln_1p) < 3.0);
        assert!(largest_epsilon_error(log_grid(-80.0, 80.0), precise_ln_1p, f64::ln_1p) < 3.0);
    }

    #[test]
    fn tanh_stays_within_its_stated_error() {
        assert!(largest_ulp_error(grid32(-12.0, 12.01), precise_tanh, f64::tanh) < 4.0);
        assert!(largest_ulp_error(log_grid(-80.0, 0.0).map(|x| x as f32), precise_tanh, f64::tanh) < 4.0);
        assert!(largest_epsilon_error(grid(-25.0, 25.01), precise_tanh, f64::tanh) < 6.0);
    }

    #[test]
    fn ln_cosh_stays_within_its_stated_absolute_error() {
        for x in grid(-300.0, 300.0) {
            let exact = x.abs() + (-2.0 * x.abs()).exp().ln_1p() - std::f64::consts::LN_2;
            let scale = exact.max(1.0);
            assert!((precise_ln_cosh(x) - exact).abs() / scale < 3.0 * f64::EPSILON, "at {x}");
            let narrow = x as f32;
            let wide = f64::from(narrow);
            let exact = wide.abs() + (-2.0 * wide.abs()).exp().ln_1p() - std::f64::consts::LN_2;
            let error = (f64::from(precise_ln_cosh(narrow)) - exact).abs();
            assert!(error / exact.max(1.0) < 2.0 * f64::from(f32::EPSILON), "at {x}: {error}");
        }
    }

    #[test]
    fn cosine_and_sine_of_turns_stay_within_their_stated_error() {
        for t in grid(-0.5, 0.5) {
            let (c, s) = precise_cos_sin_turns(t);
            let angle = std::f64::consts::TAU * t;
            // The angle itself is rounded in the reference: one more epsilon times pi.
            assert!((c - angle.cos()).abs() < 5.0 * f64::EPSILON, "cos at {t}");
            assert!((s - angle.sin()).abs() < 5.0 * f64::EPSILON, "sin at {t}");
            let narrow = t as f32;
            let angle = std::f64::consts::TAU * f64::from(narrow);
            let (c, s) = precise_cos_sin_turns(narrow);
            assert!((f64::from(c) - angle.cos()).abs() < f64::from(f32::EPSILON), "cos at {narrow}");
            assert!((f64::from(s) - angle.sin()).abs() < f64::from(f32::EPSILON), "sin at {narrow}");
        }
    }

    #[test]
    fn the_edges_of_the_number_line_are_what_the_standard_library_says() {
        type Function = fn(f32) -> f32;
        let pairs: [(Function, Function); 5] = [
            (precise_exp, f32::exp),
            (precise_exp_m1, f32::exp_m1),
            (precise_ln, f32::ln),
            (precise_ln_1p, f32::ln_1p),
            (precise_tanh, f32::tanh),
        ];
        for (ours, std) in pairs {
            for x in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 0.0, -1.0, -2.0, 1.0e38, -1.0e38] {
                let (ours, std) = (ours(x), std(x));
                let same = (ours.is_nan() && std.is_nan()) || ours == std || ((ours - std) / std).abs() < 3e-7;
                assert!(same, "{x}: {ours} instead of {std}");
            }
        }
    }
}
