//! Elementary functions that are no single operation: powers, hyperbolic functions, rounding, comparisons.
//!
//! In: numbers, known or not. Out: a number. What data alone give is computed by the platform's own `f64` functions;
//! for the rest there are formulas, chosen so that neither they nor their derivatives lose digits where the function
//! itself does not. Absent: names, which are `scalars`'.

use std::f64::consts::{LN_2, LN_10};

use crate::ir::graph::{Graph, Number};
use crate::ir::{Binary, Unary};

const ONE: Number = Number::Known(1.0);
const ZERO: Number = Number::Known(0.0);

/// What `function` gives where all arguments are known, or known for each row; `None` where a parameter is among them.
pub(super) fn of_data(g: &mut Graph, x: &[Number], function: impl Fn(&[f64]) -> f64) -> Option<Number> {
    let mut domain = None;
    let mut sources = Vec::with_capacity(x.len());
    for &number in x {
        let column = g.as_column(number);
        if number.known().is_none() && column.is_none() {
            return None;
        }
        domain = domain.or(g.domain(number));
        sources.push((number.known(), column));
    }
    let row = |row: usize| -> f64 {
        let arguments: Vec<f64> = sources
            .iter()
            .map(|(known, column)| match column {
                Some(values) => values[row],
                None => known.unwrap_or(f64::NAN),
            })
            .collect();
        function(&arguments)
    };
    Some(match domain {
        Some(domain) => g.column(domain, (0..domain.rows()).map(row).collect()),
        None => Number::Known(row(0)),
    })
}

/// `1 / x`
pub(super) fn inverse(g: &mut Graph, x: Number) -> Number {
    g.divide(ONE, x)
}

/// Exponents of whole numbers up to this are products.
const LARGEST_PRODUCT: f64 = 16.0;

/// `x^y`. Anything to the power of 0 is 1. NaN for a negative `x` and a `y` that is not whole.
pub(crate) fn power(g: &mut Graph, x: Number, y: Number) -> Number {
    if let Some(value) = of_data(g, &[x, y], |x| x[0].powf(x[1])) {
        return value;
    }
    let Some(exponent) = y.known() else { return g.binary(Binary::Power, x, y) };
    if exponent == 0.5 {
        g.unary(Unary::Sqrt, x)
    } else if exponent == -0.5 {
        let root = g.unary(Unary::Sqrt, x);
        inverse(g, root)
    } else if exponent.fract() == 0.0 && exponent.abs() <= LARGEST_PRODUCT {
        let product = repeated_product(g, x, exponent.abs() as u32);
        if exponent < 0.0 { inverse(g, product) } else { product }
    } else {
        g.binary(Binary::Power, x, y)
    }
}

/// The product of `times` times `x`, by squaring.
fn repeated_product(g: &mut Graph, x: Number, times: u32) -> Number {
    let (mut product, mut square, mut rest) = (ONE, x, times);
    while rest > 0 {
        if rest % 2 == 1 {
            product = g.multiply(product, square);
        }
        rest /= 2;
        if rest > 0 {
            square = g.unary(Unary::Square, square);
        }
    }
    product
}

/// `2^x`
pub(super) fn exp2(g: &mut Graph, x: Number) -> Number {
    of_data(g, &[x], |x| x[0].exp2()).unwrap_or_else(|| {
        let exponent = g.scale(LN_2, x);
        g.unary(Unary::Exp, exponent)
    })
}

/// The logarithm to the base 2.
pub(super) fn log2(g: &mut Graph, x: Number) -> Number {
    of_data(g, &[x], |x| x[0].log2()).unwrap_or_else(|| {
        let logarithm = g.unary(Unary::Ln, x);
        g.divide(logarithm, Number::Known(LN_2))
    })
}

/// The logarithm to the base 10.
pub(super) fn log10(g: &mut Graph, x: Number) -> Number {
    of_data(g, &[x], |x| x[0].log10()).unwrap_or_else(|| {
        let logarithm = g.unary(Unary::Ln, x);
        g.divide(logarithm, Number::Known(LN_10))
    })
}

/// `ln(exp(x) - exp(y))`; minus infinity where they are equal, NaN where `x < y`.
pub(crate) fn log_diff_exp(g: &mut Graph, x: Number, y: Number) -> Number {
    // Without a second term the first stands alone, even where it is minus infinity itself.
    let nothing = Number::Known(f64::NEG_INFINITY);
    let difference = g.subtract(y, x);
    let difference = g.select(y, nothing, nothing, difference);
    let rest = g.unary(Unary::Log1mExp, difference);
    g.add(x, rest)
}

/// `ln(inv_logit(x) - inv_logit(y))`; minus infinity where they are equal, NaN where `x < y`.
pub(super) fn log_inv_logit_diff(g: &mut Graph, x: Number, y: Number) -> Number {
    // inv_logit(x) - inv_logit(y) = (1 - exp(y - x)) / ((1 + exp(-x)) (1 + exp(y)))
    let difference = g.subtract(y, x);
    let numerator = g.unary(Unary::Log1mExp, difference);
    let negated = g.negate(x);
    let first = g.unary(Unary::Log1pExp, negated);
    let second = g.unary(Unary::Log1pExp, y);
    let denominator = g.add(first, second);
    g.subtract(numerator, denominator)
}

/// `x ln(y)`, which is 0 where both are 0.
pub(super) fn logarithmic_product(g: &mut Graph, x: Number, y: Number) -> Number {
    let never_zero = match (x, g.as_column(x)) {
        (Number::Known(x), _) => x != 0.0,
        (Number::Node(_), Some(values)) => !values.contains(&0.0),
        (Number::Node(_), None) => false,
    };
    let y = if never_zero {
        y
    } else {
        // The logarithm of 1 in place of that of 0, so that no derivative is 0 times infinity.
        let (factor, argument) = (g.unary(Unary::Abs, x), g.unary(Unary::Abs, y));
        let argument = g.select(argument, ZERO, ONE, y);
        g.select(factor, ZERO, argument, y)
    };
    let logarithm = g.unary(Unary::Ln, y);
    g.multiply(x, logarithm)
}

/// The lesser of two, the second of equal ones; of a NaN and a number, the number.
pub(super) fn fmin(g: &mut Graph, x: Number, y: Number) -> Number {
    let x_or_y = g.select(x, x, x, y);
    g.select(y, x, y, x_or_y)
}

/// The greater of two, the second of equal ones; of a NaN and a number, the number.
pub(super) fn fmax(g: &mut Graph, x: Number, y: Number) -> Number {
    let x_or_y = g.select(x, x, x, y);
    g.select(x, y, y, x_or_y)
}

/// `x - y trunc(x / y)`
pub(super) fn fmod(g: &mut Graph, x: Number, y: Number) -> Number {
    of_data(g, &[x, y], |x| x[0] % x[1]).unwrap_or_else(|| {
        let quotient = g.divide(x, y);
        let whole = truncate(g, quotient);
        let product = g.multiply(whole, y);
        g.subtract(x, product)
    })
}

/// 1 where `x > 0`; 0 elsewhere, also for a NaN.
pub(super) fn int_step(g: &mut Graph, x: Number) -> Number {
    let positive = g.select(x, ZERO, ZERO, ONE);
    g.select(ZERO, x, positive, ZERO)
}

/// 1 for a NaN, else 0.
pub(super) fn is_nan(g: &mut Graph, x: Number) -> Number {
    // No number is above infinity, and a NaN is not even below it.
    g.select(x, Number::Known(f64::INFINITY), ZERO, ONE)
}

/// Toward zero.
pub(crate) fn truncate(g: &mut Graph, x: Number) -> Number {
    let magnitude = g.unary(Unary::Abs, x);
    let whole = g.unary(Unary::Floor, magnitude);
    with_sign_of(g, x, whole)
}

/// To the nearest whole number, halves away from zero.
pub(super) fn round(g: &mut Graph, x: Number) -> Number {
    let magnitude = g.unary(Unary::Abs, x);
    let down = g.unary(Unary::Floor, magnitude);
    let up = g.add(down, ONE);
    let rest = g.subtract(magnitude, down);
    let nearest = g.select(Number::Known(0.5), rest, up, down);
    with_sign_of(g, x, nearest)
}

/// `magnitude`, negated where `x` is below 0.
pub(super) fn with_sign_of(g: &mut Graph, x: Number, magnitude: Number) -> Number {
    let negated = g.negate(magnitude);
    g.select(ZERO, x, magnitude, negated)
}

/// The cube root.
pub(super) fn cbrt(g: &mut Graph, x: Number) -> Number {
    of_data(g, &[x], |x| x[0].cbrt()).unwrap_or_else(|| {
        let magnitude = g.unary(Unary::Abs, x);
        let root = g.binary(Binary::Power, magnitude, Number::Known(1.0 / 3.0));
        with_sign_of(g, x, root)
    })
}

/// `sqrt(x^2 + y^2)`, as the larger magnitude times `sqrt(1 + ratio^2)`, in which nothing overflows; 0 at the origin.
pub(super) fn hypot(g: &mut Graph, x: Number, y: Number) -> Number {
    of_data(g, &[x, y], |x| x[0].hypot(x[1])).unwrap_or_else(|| {
        let (x, y) = (g.unary(Unary::Abs, x), g.unary(Unary::Abs, y));
        let (large, small) = (g.select(x, y, y, x), g.select(x, y, x, y));
        let ratio = g.divide(small, large);
        let square = g.unary(Unary::Square, ratio);
        let sum = g.add(ONE, square);
        let root = g.unary(Unary::Sqrt, sum);
        let product = g.multiply(large, root);
        let total = g.add(x, y);
        g.select(total, ZERO, total, product)
    })
}

/// The tangent.
pub(super) fn tan(g: &mut Graph, x: Number) -> Number {
    of_data(g, &[x], |x| x[0].tan()).unwrap_or_else(|| {
        let (sin, cos) = (g.unary(Unary::Sin, x), g.unary(Unary::Cos, x));
        g.divide(sin, cos)
    })
}

/// `sqrt((1 - x) (1 + x))`
fn other_leg(g: &mut Graph, x: Number) -> Number {
    let (below, above) = (g.subtract(ONE, x), g.add(ONE, x));
    let product = g.multiply(below, above);
    g.unary(Unary::Sqrt, product)
}

/// The arc sine.
pub(super) fn asin(g: &mut Graph, x: Number) -> Number {
    of_data(g, &[x], |x| x[0].asin()).unwrap_or_else(|| {
        let leg = other_leg(g, x);
        g.binary(Binary::Atan2, x, leg)
    })
}

/// The arc cosine.
pub(super) fn acos(g: &mut Graph, x: Number) -> Number {
    of_data(g, &[x], |x| x[0].acos()).unwrap_or_else(|| {
        let leg = other_leg(g, x);
        g.binary(Binary::Atan2, leg, x)
    })
}

/// `(exp(x) + exp(-x)) / 2`
pub(super) fn cosh(g: &mut Graph, x: Number) -> Number {
    of_data(g, &[x], |x| x[0].cosh()).unwrap_or_else(|| {
        let negated = g.negate(x);
        let (up, down) = (g.unary(Unary::Exp, x), g.unary(Unary::Exp, negated));
        let sum = g.add(up, down);
        g.scale(0.5, sum)
    })
}

/// `(exp(x) - exp(-x)) / 2`, as `tanh(x) cosh(x)`: exact to a few roundings also near 0.
pub(super) fn sinh(g: &mut Graph, x: Number) -> Number {
    of_data(g, &[x], |x| x[0].sinh()).unwrap_or_else(|| {
        let (tanh, cosh) = (g.unary(Unary::Tanh, x), cosh(g, x));
        g.multiply(tanh, cosh)
    })
}

/// From here on `sqrt(1 + x^2)` is `x` to the last digit, and its square a number in single precision too.
const FAR: Number = Number::Known(1e9);

/// `ln(2 x)`, which inverse hyperbolic functions are far out.
fn ln_twice(g: &mut Graph, x: Number) -> Number {
    let logarithm = g.unary(Unary::Ln, x);
    g.add(logarithm, Number::Known(LN_2))
}

/// The inverse of `sinh`: `ln(1 + a + a^2 / (1 + sqrt(1 + a^2)))` of the magnitude `a`.
pub(super) fn asinh(g: &mut Graph, x: Number) -> Number {
    of_data(g, &[x], |x| x[0].asinh()).unwrap_or_else(|| {
        // Not `abs`, whose derivative at 0 is 0.
        let magnitude = with_sign_of(g, x, x);
        let far = ln_twice(g, magnitude);
        let square = g.unary(Unary::Square, x);
        let sum = g.add(ONE, square);
        let root = g.unary(Unary::Sqrt, sum);
        let divisor = g.add(ONE, root);
        let correction = g.divide(square, divisor);
        let argument = g.add(magnitude, correction);
        let near = g.unary(Unary::Ln1p, argument);
        let logarithm = g.select(magnitude, FAR, near, far);
        with_sign_of(g, x, logarithm)
    })
}

/// The inverse of `cosh`: `ln(1 + t + sqrt(t (t + 2)))` with `t = x - 1`.
pub(super) fn acosh(g: &mut Graph, x: Number) -> Number {
    of_data(g, &[x], |x| x[0].acosh()).unwrap_or_else(|| {
        let t = g.subtract(x, ONE);
        let above = g.add(x, ONE);
        let product = g.multiply(t, above);
        let root = g.unary(Unary::Sqrt, product);
        let argument = g.add(t, root);
        let near = g.unary(Unary::Ln1p, argument);
        let far = ln_twice(g, x);
        g.select(x, FAR, near, far)
    })
}

/// The inverse of `tanh`: `(ln(1 + x) - ln(1 - x)) / 2`.
pub(super) fn atanh(g: &mut Graph, x: Number) -> Number {
    let negated = g.negate(x);
    let (above, below) = (g.unary(Unary::Ln1p, x), g.unary(Unary::Ln1p, negated));
    let difference = g.subtract(above, below);
    g.scale(0.5, difference)
}
