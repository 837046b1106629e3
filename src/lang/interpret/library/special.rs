//! Special functions that are no single operation: around the gamma function, and of the normal distribution.
//!
//! In: numbers, known or not. Out: a number. Differences of large log gammas are written as log beta functions, which
//! the operation computes without cancellation. Absent: names, which are `scalars`'.

use super::elementary::of_data;
use crate::ir::evaluate;
use crate::ir::graph::{Graph, Number};
use crate::ir::{Binary, Unary};

const ONE: Number = Number::Known(1.0);

/// The gamma function. NaN at 0 and at negative whole numbers.
pub(super) fn tgamma(g: &mut Graph, x: Number) -> Number {
    of_data(g, &[x], |x| gamma(x[0])).unwrap_or_else(|| {
        let logarithm = g.unary(Unary::Lgamma, x);
        let magnitude = g.unary(Unary::Exp, logarithm);
        // Below 0 the sign alternates: negative from -1 to 0.
        let floor = g.unary(Unary::Floor, x);
        let half = g.scale(0.5, floor);
        let pairs = g.unary(Unary::Floor, half);
        let parity = g.subtract(half, pairs);
        let odd = g.negate(magnitude);
        let alternating = g.select(Number::Known(0.5), parity, odd, magnitude);
        g.select(Number::Known(0.0), x, magnitude, alternating)
    })
}

/// The gamma function of a known number, by its recurrence from between 1 and 2: exact for small whole numbers.
pub(super) fn gamma(x: f64) -> f64 {
    /// Beyond, the gamma function overflows on one side, and is below every positive number on the other.
    const LARGEST: f64 = 180.0;
    if x > LARGEST {
        return f64::INFINITY;
    }
    if x.is_nan() || (x <= 0.0 && x.fract() == 0.0) || x == f64::NEG_INFINITY {
        return f64::NAN;
    }
    if x < -LARGEST {
        return 0.0;
    }
    let (mut argument, mut product, mut divisor) = (x, 1.0, 1.0);
    while argument > 2.0 {
        argument -= 1.0;
        product *= argument;
    }
    while argument < 1.0 {
        divisor *= argument;
        argument += 1.0;
    }
    evaluate::unary(Unary::Lgamma, argument).exp() * product / divisor
}

/// `ln choose(n, k)` of real numbers, `0 <= k <= n`: `-lbeta(n - k + 1, k + 1) - ln(n + 1)`.
pub(super) fn log_choose(g: &mut Graph, n: Number, k: Number) -> Number {
    of_data(g, &[n, k], |x| {
        let (n, k) = (x[0], x[1]);
        if k == 0.0 || k == n { 0.0 } else { -evaluate::binary(Binary::LnBeta, n - k + 1.0, k + 1.0) - n.ln_1p() }
    })
    .unwrap_or_else(|| {
        let rest = g.subtract(n, k);
        let (rest, chosen) = (g.add(rest, ONE), g.add(k, ONE));
        let beta = g.binary(Binary::LnBeta, rest, chosen);
        let size = g.unary(Unary::Ln1p, n);
        let sum = g.add(beta, size);
        g.negate(sum)
    })
}

/// `|gamma(x) gamma(y) / gamma(x + y)|`
pub(super) fn beta(g: &mut Graph, x: Number, y: Number) -> Number {
    let logarithm = ln_beta_anywhere(g, x, y);
    g.unary(Unary::Exp, logarithm)
}

/// `ln |gamma(x + 1) / gamma(x - n + 1)|`
pub(super) fn log_falling_factorial(g: &mut Graph, x: Number, n: Number) -> Number {
    let first = g.subtract(x, n);
    let first = g.add(first, ONE);
    log_rising_factorial(g, first, n)
}

/// `ln |gamma(x + n) / gamma(x)|`; 0 for a known `n` of 0.
pub(super) fn log_rising_factorial(g: &mut Graph, x: Number, n: Number) -> Number {
    if n == Number::Known(0.0) {
        return n;
    }
    of_data(g, &[x, n], |x| {
        let lgamma = |x: f64| evaluate::unary(Unary::Lgamma, x);
        match x {
            [_, n] if *n == 0.0 => 0.0,
            [x, n] if *x > 0.0 && *n > 0.0 => lgamma(*n) - evaluate::binary(Binary::LnBeta, *x, *n),
            _ => lgamma(x[0] + x[1]) - lgamma(x[0]),
        }
    })
    .unwrap_or_else(|| {
        let gamma = g.unary(Unary::Lgamma, n);
        let beta = ln_beta_anywhere(g, x, n);
        g.subtract(gamma, beta)
    })
}

/// The logarithm of the magnitude of the beta function, of negative numbers too.
fn ln_beta_anywhere(g: &mut Graph, x: Number, y: Number) -> Number {
    let inside = g.binary(Binary::LnBeta, x, y);
    let sum = g.add(x, y);
    let [of_x, of_y, of_sum] = [x, y, sum].map(|number| g.unary(Unary::Lgamma, number));
    let product = g.add(of_x, of_y);
    let outside = g.subtract(product, of_sum);
    let smaller = g.select(x, y, x, y);
    g.select(Number::Known(0.0), smaller, inside, outside)
}

/// `1 - exp(-exp(x))`
pub(super) fn inv_cloglog(g: &mut Graph, x: Number) -> Number {
    /// From here on the result is 1 and its derivative 0, in double precision too; far beyond, an infinite hazard would
    /// make the derivative NaN.
    const CERTAIN: Number = Number::Known(8.0);
    let x = g.select(x, CERTAIN, x, CERTAIN);
    let hazard = g.unary(Unary::Exp, x);
    let hazard = g.negate(hazard);
    let survival = g.unary(Unary::Expm1, hazard);
    g.negate(survival)
}

/// An approximation of the normal distribution function, absolute error below 0.00014 (Bowling et al. 2009, eq. 10):
/// `inv_logit(0.07056 x^3 + 1.5976 x)`.
pub(super) fn phi_approx(g: &mut Graph, x: Number) -> Number {
    let square = g.unary(Unary::Square, x);
    let slope = g.scale(0.070_56, square);
    let slope = g.add(slope, Number::Known(1.597_6));
    let logit = g.multiply(slope, x);
    g.unary(Unary::InvLogit, logit)
}
