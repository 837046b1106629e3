//! Special functions in every lane: each is one loop over lanes, compiled once per vector width.
//!
//! Lanes flow in and out. Absent on purpose: what stands in `kernels`, arithmetic and elementary functions.

use super::lanes::Lanes;
use crate::math::elementary::precise_exp_m1;
use crate::math::simd::{Width, lane_kernel};
use crate::math::{Real, bessel, gamma, logistic, normal, power, trigonometric};

/// A function of two numbers in every lane.
type Pairs<R> = fn(Width, &mut [R], &[R], &[R]);

/// Applies a function of two numbers; one that is the same for all lanes is written out for a few of them at a time.
pub(super) fn pairs<R: Real>(width: Width, function: Pairs<R>, to: &mut [R], x: Lanes<'_, R>, y: Lanes<'_, R>) {
    const TOGETHER: usize = 64;
    let copies = |lanes: Lanes<'_, R>| match lanes {
        Lanes::Each(_) => [R::ZERO; TOGETHER],
        Lanes::All(x) => [x; TOGETHER],
    };
    let (all_x, all_y) = (copies(x), copies(y));
    match (x, y) {
        (Lanes::Each(x), Lanes::Each(y)) => function(width, to, x, y),
        (Lanes::Each(x), Lanes::All(_)) => {
            for (to, x) in to.chunks_mut(TOGETHER).zip(x.chunks(TOGETHER)) {
                function(width, to, x, &all_y[..x.len()]);
            }
        }
        (Lanes::All(_), Lanes::Each(y)) => {
            for (to, y) in to.chunks_mut(TOGETHER).zip(y.chunks(TOGETHER)) {
                function(width, to, &all_x[..y.len()], y);
            }
        }
        (Lanes::All(_), Lanes::All(_)) => {
            let mut result = [R::ZERO];
            function(width, &mut result, &all_x[..1], &all_y[..1]);
            to.fill(result[0]);
        }
    }
}

lane_kernel! {
    pub(super) fn abs<R>(to: &mut [R], x: &[R]) { for (to, &x) in to.iter_mut().zip(x) { *to = x.abs(); } }
    pub(super) fn floor<R>(to: &mut [R], x: &[R]) { for (to, &x) in to.iter_mut().zip(x) { *to = x.floor(); } }
    pub(super) fn exp_m1<R>(to: &mut [R], x: &[R]) { for (to, &x) in to.iter_mut().zip(x) { *to = precise_exp_m1(x); } }
    pub(super) fn sin<R>(to: &mut [R], x: &[R]) { for (to, &x) in to.iter_mut().zip(x) { *to = trigonometric::precise_sin(x); } }
    pub(super) fn cos<R>(to: &mut [R], x: &[R]) { for (to, &x) in to.iter_mut().zip(x) { *to = trigonometric::precise_cos(x); } }
    pub(super) fn inv_logit<R>(to: &mut [R], x: &[R]) { for (to, &x) in to.iter_mut().zip(x) { *to = logistic::inv_logit(x); } }
    pub(super) fn log1p_exp<R>(to: &mut [R], x: &[R]) { for (to, &x) in to.iter_mut().zip(x) { *to = logistic::log1p_exp(x); } }
    pub(super) fn log1m_exp<R>(to: &mut [R], x: &[R]) { for (to, &x) in to.iter_mut().zip(x) { *to = logistic::log1m_exp(x); } }
    pub(super) fn lgamma<R>(to: &mut [R], x: &[R]) { for (to, &x) in to.iter_mut().zip(x) { *to = gamma::lgamma(x); } }
    pub(super) fn digamma<R>(to: &mut [R], x: &[R]) { for (to, &x) in to.iter_mut().zip(x) { *to = gamma::digamma(x); } }
    pub(super) fn trigamma<R>(to: &mut [R], x: &[R]) { for (to, &x) in to.iter_mut().zip(x) { *to = gamma::trigamma(x); } }
    pub(super) fn erf<R>(to: &mut [R], x: &[R]) { for (to, &x) in to.iter_mut().zip(x) { *to = normal::erf(x); } }
    pub(super) fn erfc<R>(to: &mut [R], x: &[R]) { for (to, &x) in to.iter_mut().zip(x) { *to = normal::erfc(x); } }
    pub(super) fn phi<R>(to: &mut [R], x: &[R]) { for (to, &x) in to.iter_mut().zip(x) { *to = normal::phi(x); } }
    pub(super) fn ln_phi<R>(to: &mut [R], x: &[R]) { for (to, &x) in to.iter_mut().zip(x) { *to = normal::ln_phi(x); } }
    pub(super) fn inv_mills<R>(to: &mut [R], x: &[R]) { for (to, &x) in to.iter_mut().zip(x) { *to = normal::inv_mills(x); } }
    pub(super) fn inv_phi<R>(to: &mut [R], x: &[R]) { for (to, &x) in to.iter_mut().zip(x) { *to = normal::inv_phi(x); } }
    pub(super) fn ln_bessel_i0<R>(to: &mut [R], x: &[R]) { for (to, &x) in to.iter_mut().zip(x) { *to = bessel::ln_bessel_i0(x); } }
    pub(super) fn bessel_ratio<R>(to: &mut [R], x: &[R]) { for (to, &x) in to.iter_mut().zip(x) { *to = bessel::bessel_ratio(x); } }

    pub(super) fn power<R>(to: &mut [R], x: &[R], y: &[R]) { for ((to, &x), &y) in to.iter_mut().zip(x).zip(y) { *to = power::power(x, y); } }
    pub(super) fn atan2<R>(to: &mut [R], x: &[R], y: &[R]) { for ((to, &x), &y) in to.iter_mut().zip(x).zip(y) { *to = trigonometric::precise_atan2(x, y); } }
    pub(super) fn log_add_exp<R>(to: &mut [R], x: &[R], y: &[R]) { for ((to, &x), &y) in to.iter_mut().zip(x).zip(y) { *to = logistic::log_add_exp(x, y); } }
    pub(super) fn ln_beta<R>(to: &mut [R], x: &[R], y: &[R]) { for ((to, &x), &y) in to.iter_mut().zip(x).zip(y) { *to = gamma::ln_beta(x, y); } }
    pub(super) fn ln_beta_slope<R>(to: &mut [R], x: &[R], y: &[R]) { for ((to, &x), &y) in to.iter_mut().zip(x).zip(y) { *to = gamma::ln_beta_slope(x, y); } }
}
