//! The partial derivatives of every function of the IR, as operations of the IR: what reverse mode multiplies by.
//!
//! A function, its operands and its result flow in; operations that compute its derivatives there are appended to a
//! builder, or are numbers. Where a function has a kink or a vertical tangent the convention is Stan's: the derivatives of
//! `abs`, `sqrt` and powers below 1 at 0 are 0, as is that of `floor` everywhere. Where a logarithm is minus infinity its
//! derivative is 0. Deliberately absent: comparisons and sums, whose derivatives are no products, and the chain rule.

use super::build::Builder;
use super::evaluate;
use super::op::{Binary, Op, Unary, Value};

/// What the rules are written in: operations of a builder, or numbers.
pub trait Algebra {
    /// A value.
    type Value: Copy;

    /// A number known beforehand.
    fn constant(&mut self, x: f64) -> Self::Value;
    /// A function of one value.
    fn unary(&mut self, function: Unary, x: Self::Value) -> Self::Value;
    /// A function of two values.
    fn binary(&mut self, function: Binary, x: Self::Value, y: Self::Value) -> Self::Value;
    /// `holds` where `left <= right`, else `fails`.
    fn at_most(&mut self, left: Self::Value, right: Self::Value, holds: Self::Value, fails: Self::Value)
    -> Self::Value;
    /// Whether a value is known never to vary.
    fn is_constant(&self, value: Self::Value) -> bool;

    /// `x + y`
    fn add(&mut self, x: Self::Value, y: Self::Value) -> Self::Value {
        self.binary(Binary::Add, x, y)
    }
    /// `x - y`
    fn subtract(&mut self, x: Self::Value, y: Self::Value) -> Self::Value {
        self.binary(Binary::Subtract, x, y)
    }
    /// `x * y`
    fn multiply(&mut self, x: Self::Value, y: Self::Value) -> Self::Value {
        self.binary(Binary::Multiply, x, y)
    }
    /// `x / y`
    fn divide(&mut self, x: Self::Value, y: Self::Value) -> Self::Value {
        self.binary(Binary::Divide, x, y)
    }
    /// `factor * x`
    fn scale(&mut self, factor: f64, x: Self::Value) -> Self::Value {
        let factor = self.constant(factor);
        self.multiply(factor, x)
    }
}

impl Algebra for Builder {
    type Value = Value;

    fn constant(&mut self, x: f64) -> Value {
        Builder::constant(self, x)
    }

    fn unary(&mut self, function: Unary, x: Value) -> Value {
        Builder::unary(self, function, x)
    }

    fn binary(&mut self, function: Binary, x: Value, y: Value) -> Value {
        Builder::binary(self, function, x, y)
    }

    fn at_most(&mut self, left: Value, right: Value, holds: Value, fails: Value) -> Value {
        self.push(Op::Select { left, right, holds, fails })
    }

    fn is_constant(&self, value: Value) -> bool {
        self.as_constant(value).is_some()
    }
}

/// Derivatives as numbers, by the platform's functions: what [`super::jacobian`] multiplies by.
#[derive(Clone, Copy, Debug)]
pub struct Numbers;

impl Algebra for Numbers {
    type Value = f64;

    fn constant(&mut self, x: f64) -> f64 {
        x
    }

    fn unary(&mut self, function: Unary, x: f64) -> f64 {
        evaluate::unary(function, x)
    }

    fn binary(&mut self, function: Binary, x: f64, y: f64) -> f64 {
        evaluate::binary(function, x, y)
    }

    fn at_most(&mut self, left: f64, right: f64, holds: f64, fails: f64) -> f64 {
        if left <= right { holds } else { fails }
    }

    fn is_constant(&self, _: f64) -> bool {
        false
    }
}

/// `2 / sqrt(pi)`
const FRAC_2_SQRT_PI: f64 = std::f64::consts::FRAC_2_SQRT_PI;
/// `sqrt(2 pi)`
const SQRT_TAU: f64 = 2.506_628_274_631_000_7;

/// The derivative of `function` at `x`, where it has the value `fx`.
pub fn unary<A: Algebra>(b: &mut A, function: Unary, x: A::Value, fx: A::Value) -> A::Value {
    match function {
        Unary::Negate => b.constant(-1.0),
        Unary::Square => b.scale(2.0, x),
        Unary::Sqrt => {
            let (zero, slope) = (b.constant(0.0), quotient(b, 0.5, fx));
            b.at_most(fx, zero, zero, slope)
        }
        Unary::Exp => fx,
        Unary::Ln => {
            let slope = quotient(b, 1.0, x);
            unless_lowest(b, fx, slope)
        }
        Unary::Ln1p => {
            let one = b.constant(1.0);
            let shifted = b.add(x, one);
            let slope = quotient(b, 1.0, shifted);
            unless_lowest(b, fx, slope)
        }
        Unary::Tanh => {
            let (one, square) = (b.constant(1.0), b.unary(Unary::Square, fx));
            b.subtract(one, square)
        }
        Unary::LnCosh => b.unary(Unary::Tanh, x),
        Unary::Abs => {
            let [minus, zero, one] = [-1.0, 0.0, 1.0].map(|sign| b.constant(sign));
            let not_above = b.at_most(zero, x, zero, minus);
            b.at_most(x, zero, not_above, one)
        }
        Unary::Floor => b.constant(0.0),
        // Not fx + 1, which has lost its digits far below 0.
        Unary::Expm1 => b.unary(Unary::Exp, x),
        Unary::Sin => b.unary(Unary::Cos, x),
        Unary::Cos => {
            let sine = b.unary(Unary::Sin, x);
            b.unary(Unary::Negate, sine)
        }
        Unary::InvLogit => {
            let negated = b.unary(Unary::Negate, x);
            let rest = b.unary(Unary::InvLogit, negated);
            b.multiply(fx, rest)
        }
        Unary::Log1pExp => b.unary(Unary::InvLogit, x),
        Unary::Log1mExp => {
            let negated = b.unary(Unary::Negate, x);
            let odds = b.unary(Unary::Expm1, negated);
            quotient(b, -1.0, odds)
        }
        Unary::Lgamma => b.unary(Unary::Digamma, x),
        Unary::Digamma => b.unary(Unary::Trigamma, x),
        Unary::Trigamma => tetragamma(b, x),
        Unary::Erf => gaussian(b, FRAC_2_SQRT_PI, 1.0, x),
        Unary::Erfc => gaussian(b, -FRAC_2_SQRT_PI, 1.0, x),
        Unary::Phi => gaussian(b, 1.0 / SQRT_TAU, 0.5, x),
        Unary::LnPhi => b.unary(Unary::InvMills, x),
        Unary::InvMills => {
            let sum = b.add(x, fx);
            let product = b.multiply(fx, sum);
            b.unary(Unary::Negate, product)
        }
        Unary::InvPhi => gaussian(b, SQRT_TAU, -0.5, fx),
        Unary::LnBesselI0 => b.unary(Unary::BesselRatio, x),
        Unary::BesselRatio => {
            let [zero, half, one] = [0.0, 0.5, 1.0].map(|number| b.constant(number));
            let (ratio, square) = (b.divide(fx, x), b.unary(Unary::Square, fx));
            let magnitude = b.unary(Unary::Abs, x);
            // I1(x) / (x I0(x)) is 1/2 at 0.
            let ratio = b.at_most(magnitude, zero, half, ratio);
            let rest = b.subtract(one, ratio);
            b.subtract(rest, square)
        }
    }
}

/// The derivatives of `function` at `(x, y)`, where it has the value `result`, with respect to each operand; none with
/// respect to a constant.
pub fn binary<A: Algebra>(
    b: &mut A,
    function: Binary,
    x: A::Value,
    y: A::Value,
    result: A::Value,
) -> [Option<A::Value>; 2] {
    let varies = [x, y].map(|operand| !b.is_constant(operand));
    [0, 1].map(|operand| varies[operand].then(|| partial(b, function, [x, y], operand == 0, result)))
}

/// The derivative of `function` by its first operand, or by its second.
pub fn partial<A: Algebra>(
    b: &mut A,
    function: Binary,
    operands: [A::Value; 2],
    first: bool,
    result: A::Value,
) -> A::Value {
    let [x, y] = operands;
    let own = if first { x } else { y };
    let other = if first { y } else { x };
    match function {
        Binary::Add => b.constant(1.0),
        Binary::Subtract => b.constant(if first { 1.0 } else { -1.0 }),
        Binary::Multiply => other,
        Binary::Divide if first => quotient(b, 1.0, y),
        Binary::Divide => {
            let ratio = b.divide(result, y);
            b.unary(Unary::Negate, ratio)
        }
        Binary::Power if first => {
            let [zero, one] = [0.0, 1.0].map(|number| b.constant(number));
            let ratio = b.divide(result, x);
            let slope = b.multiply(y, ratio);
            // At 0 the slope is 1 for exponent 1, and counts as 0 where it is infinite.
            let at_least = b.at_most(one, y, one, zero);
            let linear = b.at_most(y, one, at_least, zero);
            let magnitude = b.unary(Unary::Abs, x);
            b.at_most(magnitude, zero, linear, slope)
        }
        Binary::Power => {
            let (zero, ln) = (b.constant(0.0), b.unary(Unary::Ln, x));
            let slope = b.multiply(result, ln);
            let magnitude = b.unary(Unary::Abs, x);
            b.at_most(magnitude, zero, zero, slope)
        }
        Binary::Atan2 => {
            // Both legs over the longer one: squares would leave the range of numbers.
            let (height, width) = (b.unary(Unary::Abs, x), b.unary(Unary::Abs, y));
            let scale = b.at_most(height, width, width, height);
            let (x, y) = (b.divide(x, scale), b.divide(y, scale));
            let (rise, run) = (b.unary(Unary::Square, x), b.unary(Unary::Square, y));
            let square = b.add(rise, run);
            let leg = if first { y } else { b.unary(Unary::Negate, x) };
            let ratio = b.divide(leg, square);
            b.divide(ratio, scale)
        }
        Binary::LogAddExp => {
            let difference = b.subtract(own, other);
            let share = b.unary(Unary::InvLogit, difference);
            unless_lowest(b, own, share)
        }
        Binary::LnBeta => b.binary(Binary::LnBetaSlope, own, other),
        Binary::LnBetaSlope => {
            let sum = b.add(x, y);
            let of_sum = b.unary(Unary::Trigamma, sum);
            if first {
                let of_x = b.unary(Unary::Trigamma, x);
                b.subtract(of_x, of_sum)
            } else {
                b.unary(Unary::Negate, of_sum)
            }
        }
    }
}

/// `slope`, or 0 where a logarithm is minus infinity: it stands for a probability of zero, which changes nothing that is
/// finite, and an infinite slope times zero would be NaN.
fn unless_lowest<A: Algebra>(b: &mut A, logarithm: A::Value, slope: A::Value) -> A::Value {
    /// Below every sum of logarithms that matters, and a number in single precision too.
    const LOWEST: f64 = -1e37;
    let (zero, lowest) = (b.constant(0.0), b.constant(LOWEST));
    b.at_most(logarithm, lowest, zero, slope)
}

/// `numerator / x`
fn quotient<A: Algebra>(b: &mut A, numerator: f64, x: A::Value) -> A::Value {
    let numerator = b.constant(numerator);
    b.divide(numerator, x)
}

/// `factor * exp(-scale * x^2)`
fn gaussian<A: Algebra>(b: &mut A, factor: f64, scale: f64, x: A::Value) -> A::Value {
    let square = b.unary(Unary::Square, x);
    let exponent = b.scale(-scale, square);
    let bell = b.unary(Unary::Exp, exponent);
    b.scale(factor, bell)
}

/// The derivative of trigamma, which is too rare for an operation of its own: eight steps of the recurrence, then the
/// asymptotic series (Abramowitz and Stegun 1964, 6.4.6 and 6.4.13), relative error 1e-10; the reflection formula
/// (6.4.7) below 0.
fn tetragamma<A: Algebra>(b: &mut A, x: A::Value) -> A::Value {
    const STEPS: u32 = 8;
    /// In `1 / y^2`, highest power first, for `y^2` times the function plus `1 / y`.
    const SERIES: [f64; 6] = [-5.0 / 6.0, 0.3, -1.0 / 6.0, 1.0 / 6.0, -0.5, -1.0];
    let [zero, one] = [0.0, 1.0].map(|number| b.constant(number));
    let mirrored = b.subtract(one, x);
    let z = b.at_most(x, zero, mirrored, x);
    let mut recurrence = zero;
    for step in 0..STEPS {
        let step = b.constant(f64::from(step));
        let factor = b.add(z, step);
        let square = b.unary(Unary::Square, factor);
        let cube = b.multiply(square, factor);
        let term = quotient(b, -2.0, cube);
        recurrence = b.add(recurrence, term);
    }
    let steps = b.constant(f64::from(STEPS));
    let y = b.add(z, steps);
    let inverse = quotient(b, 1.0, y);
    let square = b.unary(Unary::Square, inverse);
    let mut series = b.constant(SERIES[0]);
    for coefficient in &SERIES[1..] {
        let product = b.multiply(series, square);
        let coefficient = b.constant(*coefficient);
        series = b.add(product, coefficient);
    }
    let bracket = b.subtract(series, inverse);
    let tail = b.multiply(bracket, square);
    let value = b.add(recurrence, tail);
    let angle = b.scale(std::f64::consts::PI, x);
    let (sine, cosine) = (b.unary(Unary::Sin, angle), b.unary(Unary::Cos, angle));
    let cotangent = b.divide(cosine, sine);
    let sine_square = b.unary(Unary::Square, sine);
    let both = b.divide(cotangent, sine_square);
    let mirror = b.scale(2.0 * std::f64::consts::PI.powi(3), both);
    let reflected = b.subtract(value, mirror);
    b.at_most(x, zero, reflected, value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    use super::super::arbitrary::{BINARY, UNARY};
    use super::*;

    /// Where a function is smooth, in pieces: arguments are taken from between each pair.
    fn pieces(function: Unary) -> &'static [(f64, f64)] {
        match function {
            Unary::Negate | Unary::Square | Unary::Sin | Unary::Cos => &[(-30.0, 30.0)],
            Unary::Sqrt | Unary::Ln => &[(0.01, 40.0)],
            Unary::Exp | Unary::Expm1 => &[(-20.0, 20.0)],
            Unary::Ln1p => &[(-0.9, 40.0)],
            Unary::Tanh => &[(-5.0, 5.0)],
            Unary::LnCosh | Unary::Log1pExp | Unary::InvLogit => &[(-20.0, 20.0)],
            Unary::Abs => &[(-9.0, -0.01), (0.01, 9.0)],
            Unary::Floor => &[(2.1, 2.9), (-3.9, -3.1)],
            Unary::Log1mExp => &[(-20.0, -0.01)],
            Unary::Lgamma | Unary::Digamma | Unary::Trigamma => &[(0.1, 60.0), (-0.9, -0.1), (-3.9, -3.1)],
            Unary::Erf | Unary::Erfc | Unary::Phi => &[(-3.0, 3.0)],
            Unary::LnPhi | Unary::InvMills => &[(-100.0, 4.0)],
            Unary::InvPhi => &[(0.01, 0.9)],
            Unary::LnBesselI0 | Unary::BesselRatio => &[(-30.0, 30.0)],
        }
    }

    /// Pairs of ranges for the two operands of a function.
    fn rectangle(function: Binary) -> [(f64, f64); 2] {
        match function {
            Binary::Add | Binary::Subtract | Binary::Multiply => [(-9.0, 9.0), (-9.0, 9.0)],
            Binary::Divide => [(-9.0, 9.0), (0.1, 9.0)],
            Binary::Power => [(0.1, 9.0), (-4.0, 4.0)],
            Binary::Atan2 => [(0.1, 9.0), (-9.0, 9.0)],
            Binary::LogAddExp => [(-15.0, 15.0), (-15.0, 15.0)],
            Binary::LnBeta | Binary::LnBetaSlope => [(0.1, 30.0), (0.1, 30.0)],
        }
    }

    /// The difference quotient over four points, and its error: rounding of the function by a few units (8), magnified by
    /// the step. The truncation error, `h^4 f^(5) / 30`, is left to the relative tolerance.
    fn slope(f: impl Fn(f64) -> f64, x: f64) -> (f64, f64) {
        let h = 1e-3 * x.abs().clamp(0.01, 1.0);
        let slope = (8.0 * (f(x + h) - f(x - h)) - (f(x + 2.0 * h) - f(x - 2.0 * h))) / (12.0 * h);
        let magnitude = f(x).abs().max(f64::MIN_POSITIVE);
        // The argument itself is rounded too, by at most half a unit.
        let rounding = 8.0 * f64::EPSILON * (magnitude + (slope * x).abs());
        (slope, rounding / h)
    }

    fn evaluated(program: impl FnOnce(&mut Builder, Value, Value) -> Value, at: [f64; 2]) -> f64 {
        let mut b = Builder::new(2);
        let (x, y) = (b.push(Op::Coordinate(0)), b.push(Op::Coordinate(1)));
        let result = program(&mut b, x, y);
        evaluate::evaluate(&b.finish(vec![result]), &at)[0]
    }

    fn between((low, high): (f64, f64), part: f64) -> f64 {
        low + (high - low) * part
    }

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

        #[test]
        fn derivatives_of_one_operand_are_difference_quotients(part in 0.0..1.0_f64) {
            for function in UNARY {
                for &piece in pieces(function) {
                    let x = between(piece, part);
                    let (expected, rounding) = slope(|x| evaluate::unary(function, x), x);
                    let found = evaluated(
                        |b, x, _| {
                            let fx = b.unary(function, x);
                            unary(b, function, x, fx)
                        },
                        [x, 0.0],
                    );
                    prop_assert!((found - expected).abs() <= 1e-6 * expected.abs() + rounding,
                        "{function:?} at {x}: {found} instead of {expected}");
                }
            }
        }

        #[test]
        fn derivatives_of_two_operands_are_difference_quotients(parts in prop::array::uniform2(0.0..1.0_f64)) {
            for function in BINARY {
                let [x_range, y_range] = rectangle(function);
                let at = [between(x_range, parts[0]), between(y_range, parts[1])];
                for operand in 0..2 {
                    let moved = |to: f64| {
                        let mut at = at;
                        at[operand] = to;
                        evaluate::binary(function, at[0], at[1])
                    };
                    let (expected, rounding) = slope(moved, at[operand]);
                    let found = evaluated(
                        |b, x, y| {
                            let result = b.binary(function, x, y);
                            binary(b, function, x, y, result)[operand].expect("coordinates vary")
                        },
                        at,
                    );
                    prop_assert!((found - expected).abs() <= 1e-6 * expected.abs() + rounding,
                        "{function:?} at {at:?} by {operand}: {found} instead of {expected}");
                }
            }
        }
    }

    #[test]
    fn kinks_and_edges_have_stans_derivatives() {
        let at = |function: Unary, x: f64| {
            evaluated(
                |b, x, _| {
                    let fx = b.unary(function, x);
                    unary(b, function, x, fx)
                },
                [x, 0.0],
            )
        };
        assert_eq!(at(Unary::Abs, 0.0), 0.0);
        assert_eq!(at(Unary::Floor, 2.0), 0.0);
        assert_eq!(at(Unary::BesselRatio, 0.0), 0.5);
        assert!((at(Unary::LnPhi, -1e10) / 1e10 - 1.0).abs() < 1e-12);
        let power = |x: f64, y: f64| {
            [0, 1].map(|operand| {
                evaluated(
                    |b, x, y| {
                        let result = b.binary(Binary::Power, x, y);
                        binary(b, Binary::Power, x, y, result)[operand].expect("coordinates vary")
                    },
                    [x, y],
                )
            })
        };
        assert_eq!(at(Unary::Sqrt, 0.0), 0.0);
        assert_eq!(
            [Unary::Ln, Unary::Ln1p].map(|function| at(function, f64::from(function == Unary::Ln) - 1.0)),
            [0.0; 2]
        );
        assert_eq!(power(0.0, 0.5), [0.0, 0.0]);
        assert_eq!(power(0.0, 0.0), [0.0, 0.0]);
        assert_eq!(power(0.0, 1.0), [1.0, 0.0]);
        assert_eq!(power(0.0, 2.0), [0.0, 0.0]);
    }

    #[test]
    fn a_constant_operand_has_no_derivative() {
        let mut b = Builder::new(1);
        let (x, two) = (b.push(Op::Coordinate(0)), b.constant(2.0));
        let power = b.binary(Binary::Power, x, two);
        let [by_base, by_exponent] = binary(&mut b, Binary::Power, x, two, power);
        assert!(by_base.is_some() && by_exponent.is_none());
    }
}
