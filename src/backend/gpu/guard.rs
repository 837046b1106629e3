//! Which operands a driver must not see through. GLSL compilers rewrite floating-point expressions as if arithmetic
//! were exact; Mesa factors `x*y + x*z`, gathers constants out of `(x*c)*y`, cancels `(x - y) + y` and turns `1 / sqrt(x)` into
//! a reciprocal square root, and each rewriting rounds differently. Such operands go through `opaque`
//! (`shaders/math/accumulate.wgsl`), which costs one exclusive-or.
//!
//! A value goes in, whether it is at risk there comes out. Plain Horner steps, differences and squares of
//! differences are not: they were measured to keep their bits on two software drivers, and they are what runs in loops.

use crate::ir::{Binary, Op, Program, Unary, Value};

/// What an operation looks like to a compiler that reassociates.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    /// `+` and `-` on top.
    Sum,
    /// `*` and `/` on top.
    Product,
    /// `sqrt`.
    Root,
    /// A selection of one of these: drivers draw what follows into its arms.
    Arms,
    /// Nothing that could be rewritten together with what it is an operand of.
    Leaf,
}

fn family(program: &Program, value: Value) -> Family {
    match program.op(value) {
        Op::Unary(Unary::Negate | Unary::Abs, x) => family(program, x),
        // ln_cosh and log1p_exp end in a sum, exp and inv_logit in a product.
        Op::Unary(Unary::LnCosh | Unary::Log1pExp, _)
        | Op::Binary(Binary::Add | Binary::Subtract, ..)
        | Op::Sum(..) => Family::Sum,
        Op::Unary(Unary::Square | Unary::Exp | Unary::InvLogit, _)
        | Op::Binary(Binary::Multiply | Binary::Divide, ..) => Family::Product,
        Op::Unary(Unary::Sqrt, _) => Family::Root,
        Op::Select { holds, fails, .. } => match (family(program, holds), family(program, fails)) {
            (Family::Leaf, Family::Leaf) => Family::Leaf,
            _ => Family::Arms,
        },
        // These end in a selection.
        Op::Unary(
            Unary::Ln
            | Unary::Ln1p
            | Unary::Tanh
            | Unary::Floor
            | Unary::Expm1
            | Unary::Sin
            | Unary::Cos
            | Unary::Log1mExp
            | Unary::Lgamma
            | Unary::Digamma
            | Unary::Trigamma
            | Unary::Erf
            | Unary::Erfc
            | Unary::Phi
            | Unary::LnPhi
            | Unary::InvMills
            | Unary::InvPhi
            | Unary::LnBesselI0
            | Unary::BesselRatio,
            _,
        )
        | Op::Binary(Binary::Power | Binary::Atan2 | Binary::LogAddExp | Binary::LnBeta | Binary::LnBetaSlope, ..)
        | Op::Constant(_)
        | Op::Roundoff(_)
        | Op::Coordinate(_)
        | Op::Datum { .. }
        // What a driver could see through, the load itself has made opaque.
        | Op::Load { .. } => Family::Leaf,
    }
}

/// Whether `operand` must be opaque as an operand of `function` whose other operand is `other`.
pub fn in_binary(program: &Program, function: Binary, operand: Value, other: Value) -> bool {
    // WGSL computes an operation on constants itself, and rejects the shader where the result is not a finite number.
    if program.constant(operand).is_some() && program.constant(other).is_some() {
        return true;
    }
    // A driver that folds 0 * x or 0 / x loses the NaN that x may be, and with it a rejection.
    if program.constant(operand) == Some(0.0) {
        return true;
    }
    match function {
        Binary::Add | Binary::Subtract => match family(program, operand) {
            Family::Sum | Family::Arms => true,
            Family::Product => family(program, other) != Family::Leaf || has_factor(program, operand, other),
            Family::Root | Family::Leaf => false,
        },
        Binary::Multiply => matches!(family(program, operand), Family::Product | Family::Root | Family::Arms),
        // A constant divisor would become a product with its rounded inverse.
        Binary::Divide => {
            matches!(family(program, operand), Family::Product | Family::Root | Family::Arms)
                || program.constant(operand).is_some()
        }
        Binary::Power | Binary::Atan2 | Binary::LogAddExp | Binary::LnBeta | Binary::LnBetaSlope => {
            family(program, operand) != Family::Leaf || program.constant(operand).is_some()
        }
    }
}

/// Whether `x` must be opaque under `function`.
pub fn in_unary(program: &Program, function: Unary, x: Value) -> bool {
    if program.constant(x).is_some() {
        return true;
    }
    match function {
        Unary::Square | Unary::Sqrt => matches!(family(program, x), Family::Product | Family::Root | Family::Arms),
        Unary::Ln1p
        | Unary::LnCosh
        | Unary::Exp
        | Unary::Tanh
        | Unary::Expm1
        | Unary::Sin
        | Unary::Cos
        | Unary::InvLogit
        | Unary::Log1pExp
        | Unary::Log1mExp
        | Unary::Lgamma
        | Unary::Digamma
        | Unary::Trigamma
        | Unary::Erf
        | Unary::Erfc
        | Unary::Phi
        | Unary::LnPhi
        | Unary::InvMills
        | Unary::InvPhi
        | Unary::LnBesselI0
        | Unary::BesselRatio => family(program, x) != Family::Leaf,
        Unary::Negate | Unary::Abs | Unary::Floor | Unary::Ln => false,
    }
}

/// Whether a term must be opaque when it is added to a partial sum: two products of neighbouring rows may share
/// a factor. Squares share none.
pub fn in_partial_sum(program: &Program, term: Value) -> bool {
    match program.op(term) {
        Op::Unary(Unary::Square, _) => false,
        Op::Unary(Unary::Negate, x) => in_partial_sum(program, x),
        _ => family(program, term) != Family::Leaf,
    }
}

fn has_factor(program: &Program, product: Value, factor: Value) -> bool {
    match program.op(product) {
        Op::Unary(Unary::Negate, x) => has_factor(program, x, factor),
        Op::Unary(Unary::Square, x) => x == factor,
        Op::Binary(Binary::Multiply, x, y) => x == factor || y == factor,
        _ => false,
    }
}
