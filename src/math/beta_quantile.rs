//! Distribution and quantile functions of the beta distribution, and through them the quantiles
//! of the F distribution.
//!
//! Deliberately absent: shapes below one half, which nothing here needs and the method does not
//! serve well.

/// `ln Gamma(x)` for `x > 0`: Stirling's series, after the recurrence has lifted `x` above 10.
fn ln_gamma(mut x: f64) -> f64 {
    let mut product = 1.0;
    while x < 10.0 {
        product *= x;
        x += 1.0;
    }
    let y = 1.0 / (x * x);
    let series = y
        .mul_add(y.mul_add(y.mul_add(y.mul_add(y / 1188.0, -1.0 / 1680.0), 1.0 / 1260.0), -1.0 / 360.0), 1.0 / 12.0)
        / x;
    (x - 0.5) * x.ln() - x + 0.5 * std::f64::consts::TAU.ln() + series - product.ln()
}

/// `P(X <= x)` for `X ~ Beta(a, b)`: continued fraction (Press et al., Numerical Recipes, 6.4,
/// evaluated by the modified Lentz method).
fn regularised(x: f64, a: f64, b: f64, ln_beta: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let front = (a * x.ln() + b * (-x).ln_1p() - ln_beta).exp();
    // The fraction converges fast below the mean, and slowly above it.
    if x < (a + 1.0) / (a + b + 2.0) {
        front * fraction(x, a, b) / a
    } else {
        1.0 - front * fraction(1.0 - x, b, a) / b
    }
}

/// The continued fraction that `I_x(a, b)` is in proportion to, for an `x` below the mean.
pub(super) fn fraction(x: f64, a: f64, b: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let guard = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / guard(1.0 - (a + b) * x / (a + 1.0));
    let mut value = d;
    let mut m = 0.0;
    // O(sqrt(max(a, b))) terms suffice; the bound only guards against a stall by rounding.
    for _ in 0..200_000 {
        m += 1.0;
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / guard(1.0 + even * d);
        c = guard(1.0 + even / c);
        value *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / guard(1.0 + odd * d);
        c = guard(1.0 + odd / c);
        let factor = d * c;
        value *= factor;
        if (factor - 1.0).abs() <= f64::EPSILON {
            break;
        }
    }
    value
}

/// The `x` with `P(X <= x) = p` for `X ~ Beta(a, b)`, by Newton steps kept inside a shrinking
/// bracket; relative error about 1e-12 where both tails are above 1e-12.
///
/// NaN for `p` outside `[0, 1]`, for a shape below one half or not finite, and for NaN.
#[must_use]
pub fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    let valid = (0.0..=1.0).contains(&p) && a >= 0.5 && b >= 0.5 && (a + b).is_finite();
    if !valid {
        return f64::NAN;
    }
    let ln_beta = ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b);
    let (mut low, mut high) = (0.0, 1.0);
    let mut x = a / (a + b);
    for _ in 0..200 {
        let error = regularised(x, a, b, ln_beta) - p;
        if error > 0.0 {
            high = x;
        } else {
            low = x;
        }
        let density = ((a - 1.0) * x.ln() + (b - 1.0) * (-x).ln_1p() - ln_beta).exp();
        let newton = x - error / density;
        let next = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
        if (next - x).abs() <= 1e-15 * next {
            return next;
        }
        x = next;
    }
    x
}

/// The `x` with `P(F <= x) = p` for `F` with `above` and `below` degrees of freedom:
/// `above F / (above F + below)` is `Beta(above / 2, below / 2)`.
///
/// NaN as for [`beta_quantile`]; degrees of freedom must be 1 or more.
#[must_use]
pub fn f_quantile(p: f64, above: f64, below: f64) -> f64 {
    // Through the smaller of the two complementary variates, or `1 - x` would lose its digits.
    let x = beta_quantile(p, above / 2.0, below / 2.0);
    if x < 0.5 {
        below * x / (above * (1.0 - x))
    } else {
        let rest = beta_quantile(1.0 - p, below / 2.0, above / 2.0);
        below * (1.0 - rest) / (above * rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_scipy() {
        // scipy 1.17.1, `scipy.stats.beta.ppf(p, a, b)`.
        let cases = [
            (0.158_655_3, 201.0, 3801.0, 0.046_774_864_901_282_14),
            (0.841_344_7, 201.0, 3801.0, 0.053_674_946_755_451_49),
            (0.5, 0.5, 0.5, 0.5),
            (0.01, 1.0, 1.0, 0.01),
            (0.999, 7.5, 2000.0, 0.009_364_925_612_488_532),
            (0.841_344_7, 2e6, 2.5e5, 0.889_098_401_874_300_8),
            (0.158_655_3, 1.2, 1.05, 0.207_058_187_139_157_94),
            (0.9, 3.0, 4.0, 0.666_805_613_472_184_8),
        ];
        for (p, a, b, expected) in cases {
            let error = (beta_quantile(p, a, b) / expected - 1.0).abs();
            assert!(error < 1e-11, "Beta({a}, {b}) at {p}: {error:e}");
        }
        // `scipy.stats.f.ppf`.
        for (p, above, below, expected) in
            [(0.999, 15.0, 2000.0, 2.528_710_339_757_975_3), (0.9995, 3.0, 12.0, 12.663_182_494_222_019)]
        {
            assert!((f_quantile(p, above, below) / expected - 1.0).abs() < 1e-10);
        }
    }

    #[test]
    fn the_ends_of_the_range_are_reached_and_the_outside_is_nan() {
        assert!(beta_quantile(0.0, 2.0, 3.0) < 1e-15);
        assert!(beta_quantile(1.0, 2.0, 3.0) > 1.0 - 1e-15);
        assert!(beta_quantile(1.5, 2.0, 3.0).is_nan());
        assert!(beta_quantile(0.5, f64::NAN, 3.0).is_nan());
    }
}
