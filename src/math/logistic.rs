//! The logistic function and sums of exponentials on the log scale, without overflow and without lost digits.
//! Numbers flow in and out.
//!
//! Twin of `shaders/math/logistic.wgsl`. Forms: Maechler (2012), "Accurately computing log(1 - exp(-|a|))"; the
//! logistic function and softplus with `exp` of a negative number only.
//!
//! Absent on purpose: `log_inv_logit(x) = -log1p_exp(-x)` and `log_diff_exp(x, y) = x + log1m_exp(y - x)`, which
//! compose from these.

use super::Real;
use super::elementary::{ln_shifted, precise_exp, precise_exp_m1, precise_ln_1p};

/// `1 / (1 + exp(-x))`, within 4 ULP, also far below zero. 0 and 1 at the infinities, NaN at NaN.
#[inline(always)]
pub fn inv_logit<R: Real>(x: R) -> R {
    let small = precise_exp(-x.abs());
    R::select(x < R::ZERO, small, R::ONE) / (R::ONE + small)
}

/// `ln(1 + exp(x))`, within 4 ULP. 0 at minus infinity, infinity at infinity, NaN at NaN.
#[inline(always)]
pub fn log1p_exp<R: Real>(x: R) -> R {
    R::select(x < R::ZERO, R::ZERO, x) + precise_ln_1p(precise_exp(-x.abs()))
}

/// `ln(1 - exp(x))` for `x < 0`, within 4 ULP of the larger of the result and what a step of `x` by one ULP changes.
/// Minus infinity at 0, NaN above, 0 at minus infinity.
#[inline(always)]
pub fn log1m_exp<R: Real>(x: R) -> R {
    ln_shifted(-precise_exp_m1(x), -precise_exp(x))
}

/// `ln(exp(x) + exp(y))`, within 4 ULP of the larger of the result and `max(x, y)`. An operand of minus infinity adds
/// nothing; NaN at NaN.
#[inline(always)]
pub fn log_add_exp<R: Real>(x: R, y: R) -> R {
    let high = R::select(x < y, y, x);
    let low = R::select(x < y, x, y);
    let sum = high + precise_ln_1p(precise_exp(low - high));
    // Of two equal infinities the difference would be NaN.
    R::select(x == y, high + R::LN_2, sum)
}

#[cfg(test)]
mod tests {
    use super::super::reference::largest_error;
    use super::*;

    fn errors<R: Real>() -> [f64; 4] {
        // Where the result is near 0, what counts are the digits of the larger operand.
        let largest = |x: &[f64]| x[0].max(x[1]).abs();
        [
            largest_error::<R>("inv_logit", |_| 0.0, |x| inv_logit(x[0])),
            largest_error::<R>("log1p_exp", |_| 0.0, |x| log1p_exp(x[0])),
            largest_error::<R>("log1m_exp", |_| 0.0, |x| log1m_exp(x[0])),
            largest_error::<R>("log_add_exp", largest, |x| log_add_exp(x[0], x[1])),
        ]
    }

    #[test]
    fn sums_of_exponentials_stay_within_their_stated_errors() {
        for error in errors::<f32>().into_iter().chain(errors::<f64>()) {
            assert!(error < 4.0, "{error}");
        }
    }

    #[test]
    fn the_ends_of_the_number_line_have_their_limits() {
        let infinite = f64::INFINITY;
        assert_eq!([-infinite, infinite].map(inv_logit), [0.0, 1.0]);
        assert_eq!([-infinite, infinite, 1e308].map(log1p_exp), [0.0, infinite, 1e308]);
        assert_eq!([-infinite, 0.0, -0.0].map(log1m_exp), [0.0, -infinite, -infinite]);
        assert!([1e-300, 1.0, infinite, f64::NAN].into_iter().all(|x| log1m_exp(x).is_nan()));
        assert!(inv_logit(f64::NAN).is_nan() && log1p_exp(f64::NAN).is_nan());
        assert!(inv_logit(-700.0) > 0.0 && inv_logit(-80.0_f32) > 0.0);
    }

    #[test]
    fn an_infinite_operand_wins_or_adds_nothing() {
        let infinite = f64::INFINITY;
        for x in [-infinite, -3.0, 0.0, 3.0, infinite] {
            assert_eq!(log_add_exp(x, -infinite), x);
            assert_eq!(log_add_exp(-infinite, x), x);
            assert_eq!(log_add_exp(x, infinite), infinite);
            assert!(log_add_exp(x, f64::NAN).is_nan() && log_add_exp(f64::NAN, x).is_nan());
        }
    }
}
