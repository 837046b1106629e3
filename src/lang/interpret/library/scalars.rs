//! Stan's functions of one, two or three numbers, by name: what applies to the elements of containers as well.
//!
//! In: a name and how many arguments it has. Out: a function over the graph, or `None` where Stan's function is not of
//! this kind. Formulas longer than a line are `elementary`'s and `special`'s. Domains are those of Stan's Functions
//! Reference (2.36); outside of them a function is NaN. Absent: functions whose integer arguments decide what is
//! computed (`integers`).

use std::f64::consts::{E, LN_2, LN_10, PI, SQRT_2};

use super::elementary::{
    acos, acosh, asin, asinh, atanh, cbrt, cosh, exp2, fmax, fmin, fmod, hypot, int_step, inverse, is_nan,
    log_diff_exp, log_inv_logit_diff, log2, log10, logarithmic_product, power, round, sinh, tan, truncate,
};
use super::special::{beta, inv_cloglog, log_choose, log_falling_factorial, log_rising_factorial, phi_approx, tgamma};
use crate::ir::graph::{Graph, Number};
use crate::ir::{Binary, Unary};

/// A function of numbers.
pub(crate) type Function = fn(&mut Graph, &[Number]) -> Number;

const ONE: Number = Number::Known(1.0);
const ZERO: Number = Number::Known(0.0);

/// The function of that name with so many arguments.
pub fn function(name: &str, arguments: usize) -> Option<Function> {
    match arguments {
        0 => constant(name),
        1 => of_one(name),
        2 => of_two(name),
        3 => of_three(name),
        _ => None,
    }
}

fn constant(name: &str) -> Option<Function> {
    Some(match name {
        "e" => |_, _| Number::Known(E),
        "log10" => |_, _| Number::Known(LN_10),
        "log2" => |_, _| Number::Known(LN_2),
        "machine_precision" => |_, _| Number::Known(f64::EPSILON),
        "negative_infinity" => |_, _| Number::Known(f64::NEG_INFINITY),
        "not_a_number" => |_, _| Number::Known(f64::NAN),
        "pi" => |_, _| Number::Known(PI),
        "positive_infinity" => |_, _| Number::Known(f64::INFINITY),
        "sqrt2" => |_, _| Number::Known(SQRT_2),
        _ => return None,
    })
}

fn of_one(name: &str) -> Option<Function> {
    Some(match name {
        "Phi" => |g, x| g.unary(Unary::Phi, x[0]),
        "Phi_approx" => |g, x| phi_approx(g, x[0]),
        "abs" | "fabs" => |g, x| g.unary(Unary::Abs, x[0]),
        "acos" => |g, x| acos(g, x[0]),
        "acosh" => |g, x| acosh(g, x[0]),
        "asin" => |g, x| asin(g, x[0]),
        "asinh" => |g, x| asinh(g, x[0]),
        "atan" => |g, x| g.binary(Binary::Atan2, x[0], Number::Known(1.0)),
        "atanh" => |g, x| atanh(g, x[0]),
        "cbrt" => |g, x| cbrt(g, x[0]),
        "ceil" => |g, x| {
            let down = g.negate(x[0]);
            let down = g.unary(Unary::Floor, down);
            g.negate(down)
        },
        "cos" => |g, x| g.unary(Unary::Cos, x[0]),
        "cosh" => |g, x| cosh(g, x[0]),
        "digamma" => |g, x| g.unary(Unary::Digamma, x[0]),
        "erf" => |g, x| g.unary(Unary::Erf, x[0]),
        "erfc" => |g, x| g.unary(Unary::Erfc, x[0]),
        "exp" => |g, x| g.unary(Unary::Exp, x[0]),
        "exp2" => |g, x| exp2(g, x[0]),
        "expm1" => |g, x| g.unary(Unary::Expm1, x[0]),
        "floor" => |g, x| g.unary(Unary::Floor, x[0]),
        "int_step" => |g, x| int_step(g, x[0]),
        "inv" => |g, x| inverse(g, x[0]),
        "inv_Phi" => |g, x| g.unary(Unary::InvPhi, x[0]),
        "inv_cloglog" => |g, x| inv_cloglog(g, x[0]),
        "inv_logit" => |g, x| g.unary(Unary::InvLogit, x[0]),
        "inv_sqrt" => |g, x| {
            let root = g.unary(Unary::Sqrt, x[0]);
            inverse(g, root)
        },
        "inv_square" => |g, x| {
            let square = g.unary(Unary::Square, x[0]);
            inverse(g, square)
        },
        "is_inf" => |g, x| {
            let magnitude = g.unary(Unary::Abs, x[0]);
            g.select(Number::Known(f64::INFINITY), magnitude, ONE, ZERO)
        },
        "is_nan" => |g, x| is_nan(g, x[0]),
        "lgamma" => |g, x| g.unary(Unary::Lgamma, x[0]),
        "log" => |g, x| g.unary(Unary::Ln, x[0]),
        "log10" => |g, x| log10(g, x[0]),
        "log1m" => |g, x| {
            let negated = g.negate(x[0]);
            g.unary(Unary::Ln1p, negated)
        },
        "log1m_exp" => |g, x| g.unary(Unary::Log1mExp, x[0]),
        "log1m_inv_logit" => |g, x| {
            let softplus = g.unary(Unary::Log1pExp, x[0]);
            g.negate(softplus)
        },
        "log1p" => |g, x| g.unary(Unary::Ln1p, x[0]),
        "log1p_exp" => |g, x| g.unary(Unary::Log1pExp, x[0]),
        "log2" => |g, x| log2(g, x[0]),
        "log_inv_logit" => |g, x| {
            let negated = g.negate(x[0]);
            let softplus = g.unary(Unary::Log1pExp, negated);
            g.negate(softplus)
        },
        "logit" => |g, x| {
            let rest = g.subtract(ONE, x[0]);
            let odds = g.divide(x[0], rest);
            g.unary(Unary::Ln, odds)
        },
        "round" => |g, x| round(g, x[0]),
        "sin" => |g, x| g.unary(Unary::Sin, x[0]),
        "sinh" => |g, x| sinh(g, x[0]),
        "sqrt" => |g, x| g.unary(Unary::Sqrt, x[0]),
        "square" => |g, x| g.unary(Unary::Square, x[0]),
        "step" => |g, x| g.select(ZERO, x[0], ONE, ZERO),
        "tan" => |g, x| tan(g, x[0]),
        "tanh" => |g, x| g.unary(Unary::Tanh, x[0]),
        "tgamma" => |g, x| tgamma(g, x[0]),
        "trigamma" => |g, x| g.unary(Unary::Trigamma, x[0]),
        "trunc" => |g, x| truncate(g, x[0]),
        _ => return None,
    })
}

fn of_two(name: &str) -> Option<Function> {
    Some(match name {
        "atan2" => |g, x| g.binary(Binary::Atan2, x[0], x[1]),
        "beta" => |g, x| beta(g, x[0], x[1]),
        "binomial_coefficient_log" | "lchoose" => |g, x| log_choose(g, x[0], x[1]),
        "fdim" => |g, x| {
            let difference = g.subtract(x[0], x[1]);
            g.select(difference, ZERO, ZERO, difference)
        },
        "fmax" | "max" => |g, x| fmax(g, x[0], x[1]),
        "fmin" | "min" => |g, x| fmin(g, x[0], x[1]),
        "fmod" => |g, x| fmod(g, x[0], x[1]),
        "hypot" => |g, x| hypot(g, x[0], x[1]),
        "lbeta" => |g, x| g.binary(Binary::LnBeta, x[0], x[1]),
        "lmultiply" | "multiply_log" => |g, x| logarithmic_product(g, x[0], x[1]),
        "log_diff_exp" => |g, x| log_diff_exp(g, x[0], x[1]),
        "log_inv_logit_diff" => |g, x| log_inv_logit_diff(g, x[0], x[1]),
        "log_falling_factorial" => |g, x| log_falling_factorial(g, x[0], x[1]),
        "log_rising_factorial" => |g, x| log_rising_factorial(g, x[0], x[1]),
        "log_sum_exp" => |g, x| g.binary(Binary::LogAddExp, x[0], x[1]),
        "pow" => |g, x| power(g, x[0], x[1]),
        _ => return None,
    })
}

fn of_three(name: &str) -> Option<Function> {
    Some(match name {
        "fma" => |g, x| {
            let product = g.multiply(x[0], x[1]);
            g.add(product, x[2])
        },
        "log_mix" => |g, x| {
            let weight = g.unary(Unary::Ln, x[0]);
            let negated = g.negate(x[0]);
            let other_weight = g.unary(Unary::Ln1p, negated);
            let first = g.add(weight, x[1]);
            let second = g.add(other_weight, x[2]);
            g.binary(Binary::LogAddExp, first, second)
        },
        _ => return None,
    })
}

#[cfg(test)]
#[path = "scalars_tests.rs"]
mod tests;
