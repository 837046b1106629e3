//! What operators give, by the types of their operands, and the operators that Stan also has as functions.
//!
//! Absent: the promotion of an int where a real is wanted, which is silent. Source: Stan Functions Reference 2.36,
//! "Matrix arithmetic operators" and the chapters on integers and reals.

use crate::lang::ast::{BinaryOperator, UnaryOperator};
use crate::lang::types::{Base, Type};

/// The operators of one operand under their names as functions.
const UNARY: [(&str, UnaryOperator); 4] = [
    ("minus", UnaryOperator::Minus),
    ("plus", UnaryOperator::Plus),
    ("logical_negation", UnaryOperator::Not),
    ("transpose", UnaryOperator::Transpose),
];

/// The operators of two operands under their names as functions.
const BINARY: [(&str, BinaryOperator); 15] = [
    ("add", BinaryOperator::Add),
    ("subtract", BinaryOperator::Subtract),
    ("multiply", BinaryOperator::Multiply),
    ("divide", BinaryOperator::Divide),
    ("elt_multiply", BinaryOperator::ElementMultiply),
    ("elt_divide", BinaryOperator::ElementDivide),
    ("modulus", BinaryOperator::Modulo),
    ("logical_and", BinaryOperator::And),
    ("logical_or", BinaryOperator::Or),
    ("logical_eq", BinaryOperator::Equal),
    ("logical_neq", BinaryOperator::NotEqual),
    ("logical_lt", BinaryOperator::Less),
    ("logical_lte", BinaryOperator::LessEqual),
    ("logical_gt", BinaryOperator::Greater),
    ("logical_gte", BinaryOperator::GreaterEqual),
];

/// An operator called as a function.
#[derive(Clone, Copy, Debug)]
pub(super) enum Called {
    Unary(UnaryOperator),
    Binary(BinaryOperator),
}

/// The name of the function, and its operator.
pub(super) fn called(name: &str) -> Option<(&'static str, Called)> {
    let unary = UNARY.iter().map(|&(known, operator)| (known, Called::Unary(operator)));
    let binary = BINARY.iter().map(|&(known, operator)| (known, Called::Binary(operator)));
    unary.chain(binary).find(|(known, _)| *known == name)
}

/// The names of the operators that can be called as functions.
pub(super) fn called_names() -> impl Iterator<Item = &'static str> {
    UNARY.iter().map(|(name, _)| *name).chain(BINARY.iter().map(|(name, _)| *name))
}

impl Called {
    /// The type of a call with operands of these types, or `None` where they do not fit.
    pub(super) fn given(self, types: &[Type]) -> Option<Type> {
        match (self, types) {
            (Self::Unary(operator), &[operand]) => unary(operator, operand),
            (Self::Binary(operator), &[left, right]) => binary(operator, left, right),
            _ => None,
        }
    }
}

/// The type of `operator operand`, or `None` when it has no meaning.
pub(super) fn unary(operator: UnaryOperator, operand: Type) -> Option<Type> {
    match operator {
        UnaryOperator::Plus | UnaryOperator::Minus => Some(operand),
        UnaryOperator::Not => operand.is_scalar().then_some(Type::INT),
        UnaryOperator::Transpose if operand.array > 0 => None,
        UnaryOperator::Transpose => match operand.base {
            Base::Int | Base::Real => None,
            Base::Vector => Some(Type::ROW_VECTOR),
            Base::RowVector => Some(Type::VECTOR),
            Base::Matrix => Some(Type::MATRIX),
        },
    }
}

/// The type of `left operator right`, or `None` when it has no meaning.
pub(super) fn binary(operator: BinaryOperator, left: Type, right: Type) -> Option<Type> {
    let scalars = left.is_scalar() && right.is_scalar();
    match operator {
        BinaryOperator::Or
        | BinaryOperator::And
        | BinaryOperator::Equal
        | BinaryOperator::NotEqual
        | BinaryOperator::Less
        | BinaryOperator::LessEqual
        | BinaryOperator::Greater
        | BinaryOperator::GreaterEqual => scalars.then_some(Type::INT),
        BinaryOperator::Modulo | BinaryOperator::IntegerDivide => {
            (left == Type::INT && right == Type::INT).then_some(Type::INT)
        }
        BinaryOperator::Power | BinaryOperator::ElementPower => elementwise(left, right),
        // Beyond here nothing works on arrays.
        _ if left.array + right.array > 0 => None,
        BinaryOperator::Add | BinaryOperator::Subtract => {
            if scalars {
                return left.join(right);
            }
            elementwise(left, right)
        }
        BinaryOperator::Multiply => multiply(left, right),
        BinaryOperator::Divide => match (left.base, right.base) {
            _ if right.is_scalar() => {
                if scalars {
                    left.join(right)
                } else {
                    Some(left)
                }
            }
            (Base::Matrix | Base::RowVector, Base::Matrix) => Some(left),
            _ if left.is_scalar() => Some(right),
            _ => None,
        },
        BinaryOperator::LeftDivide => {
            (left == Type::MATRIX && matches!(right.base, Base::Vector | Base::Matrix)).then_some(right)
        }
        BinaryOperator::ElementMultiply | BinaryOperator::ElementDivide if scalars => left.join(right),
        BinaryOperator::ElementMultiply | BinaryOperator::ElementDivide => elementwise(left, right),
    }
}

/// A real for two scalars; else the one container, or both when they are the same.
fn elementwise(left: Type, right: Type) -> Option<Type> {
    let (left, right) = (left.promoted(), right.promoted());
    match (left.is_scalar(), right.is_scalar()) {
        (true, _) => Some(right),
        (false, true) => Some(left),
        (false, false) => (left == right).then_some(left),
    }
}

fn multiply(left: Type, right: Type) -> Option<Type> {
    match (left.base, right.base) {
        (Base::Int | Base::Real, Base::Int | Base::Real) => left.join(right),
        (Base::Int | Base::Real, _) => Some(right),
        (_, Base::Int | Base::Real) => Some(left),
        (Base::RowVector, Base::Vector) => Some(Type::REAL),
        (Base::Vector, Base::RowVector) | (Base::Matrix, Base::Matrix) => Some(Type::MATRIX),
        (Base::Matrix, Base::Vector) => Some(Type::VECTOR),
        (Base::RowVector, Base::Matrix) => Some(Type::ROW_VECTOR),
        (Base::Vector, Base::Vector | Base::Matrix)
        | (Base::RowVector, Base::RowVector)
        | (Base::Matrix, Base::RowVector) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_give_what_linear_algebra_gives() {
        const I: Type = Type::INT;
        const R: Type = Type::REAL;
        const V: Type = Type::VECTOR;
        const W: Type = Type::ROW_VECTOR;
        const M: Type = Type::MATRIX;
        for (left, symbol, right, outcome) in [
            (I, "+", I, Some(I)),
            (I, "+", R, Some(R)),
            (V, "+", I, Some(V)),
            (V, "+", V, Some(V)),
            (V, "+", W, None),
            (R.array_of(1), "+", R, None),
            (W, "*", V, Some(R)),
            (V, "*", W, Some(M)),
            (V, "*", V, None),
            (M, "*", V, Some(V)),
            (M, "*", W, None),
            (V, "/", R, Some(V)),
            (R, "/", V, Some(V)),
            (I, "/", M, Some(M)),
            (V, "/", V, None),
            (W, "/", M, Some(W)),
            (I, "/", I, Some(I)),
            (M, "\\", V, Some(V)),
            (V, ".*", V, Some(V)),
            (V, ".*", R, Some(V)),
            (I, ".*", M, Some(M)),
            (I, ".*", I, Some(I)),
            (R.array_of(1), ".*", R, None),
            (R, "./", V, Some(V)),
            (I, "^", I, Some(R)),
            (V, "^", I, Some(V)),
            (V.array_of(1), ".^", R, Some(V.array_of(1))),
            (I, "%", R, None),
            (R, "<", I, Some(I)),
            (V, "==", V, None),
        ] {
            let operator = BinaryOperator::from_symbol(symbol).expect("an operator");
            assert_eq!(binary(operator, left, right), outcome, "{left} {symbol} {right}");
        }
    }

    #[test]
    fn functions_that_are_operators_give_what_the_operators_give() {
        let given = |name, types: &[Type]| called(name).expect("it is one").1.given(types);
        assert_eq!(given("multiply", &[Type::MATRIX, Type::VECTOR]), Some(Type::VECTOR));
        assert_eq!(given("elt_divide", &[Type::REAL, Type::VECTOR]), Some(Type::VECTOR));
        assert_eq!(given("logical_gte", &[Type::INT, Type::REAL]), Some(Type::INT));
        assert_eq!(given("transpose", &[Type::VECTOR]), Some(Type::ROW_VECTOR));
        assert_eq!(given("minus", &[Type::REAL.array_of(2)]), Some(Type::REAL.array_of(2)));
        assert_eq!(given("minus", &[Type::REAL, Type::REAL]), None);
        assert_eq!(given("transpose", &[Type::REAL]), None);
    }

    #[test]
    fn transposing_swaps_rows_and_columns() {
        assert_eq!(unary(UnaryOperator::Transpose, Type::VECTOR), Some(Type::ROW_VECTOR));
        assert_eq!(unary(UnaryOperator::Transpose, Type::VECTOR.array_of(1)), None);
        assert_eq!(unary(UnaryOperator::Transpose, Type::REAL), None);
        assert_eq!(unary(UnaryOperator::Not, Type::REAL), Some(Type::INT));
    }
}
