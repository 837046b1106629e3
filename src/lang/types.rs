//! The types an expression can have.
//!
//! Sizes are no part of a type: they are known only when the model is bound to data. Absent: complex numbers
//! and tuples, which are refused by name before a type is asked for.

use std::fmt;

/// What stands under the array dimensions of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Base {
    /// A 32-bit integer.
    Int,
    /// A real number.
    Real,
    /// A column of reals.
    Vector,
    /// A row of reals.
    RowVector,
    /// Rows and columns of reals.
    Matrix,
}

impl Base {
    /// As written in a declaration.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Int => "int",
            Self::Real => "real",
            Self::Vector => "vector",
            Self::RowVector => "row_vector",
            Self::Matrix => "matrix",
        }
    }

    /// How many indexes lead from a value to one number: 0, 1 or 2.
    #[must_use]
    pub fn dimensions(self) -> usize {
        match self {
            Self::Int | Self::Real => 0,
            Self::Vector | Self::RowVector => 1,
            Self::Matrix => 2,
        }
    }
}

/// The type of an expression or a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Type {
    pub base: Base,
    /// The number of array dimensions, 0 for what is no array.
    pub array: usize,
}

impl Type {
    pub const INT: Self = Self::of(Base::Int);
    pub const REAL: Self = Self::of(Base::Real);
    pub const VECTOR: Self = Self::of(Base::Vector);
    pub const ROW_VECTOR: Self = Self::of(Base::RowVector);
    pub const MATRIX: Self = Self::of(Base::Matrix);

    /// The type that is no array.
    #[must_use]
    pub const fn of(base: Base) -> Self {
        Self { base, array: 0 }
    }

    /// The same under `more` dimensions of array.
    #[must_use]
    pub const fn array_of(self, more: usize) -> Self {
        Self { base: self.base, array: self.array + more }
    }

    /// What one index gives: the element of an array, of a vector, the row of a matrix; `None` for a scalar.
    #[must_use]
    pub fn element(self) -> Option<Self> {
        match (self.array, self.base) {
            (0, Base::Int | Base::Real) => None,
            (0, Base::Vector | Base::RowVector) => Some(Self::REAL),
            (0, Base::Matrix) => Some(Self::ROW_VECTOR),
            (array, base) => Some(Self { base, array: array - 1 }),
        }
    }

    /// Whether a value of this type is one number.
    #[must_use]
    pub fn is_scalar(self) -> bool {
        self.array == 0 && self.base.dimensions() == 0
    }

    /// How many indexes lead from a value to one number.
    #[must_use]
    pub fn dimensions(self) -> usize {
        self.array + self.base.dimensions()
    }

    /// The type with reals for ints.
    #[must_use]
    pub fn promoted(self) -> Self {
        match self.base {
            Base::Int => Self { base: Base::Real, ..self },
            Base::Real | Base::Vector | Base::RowVector | Base::Matrix => self,
        }
    }

    /// Whether a variable of type `wanted` can hold a value of this type: equal, or ints where reals are wanted,
    /// also inside of arrays.
    #[must_use]
    pub fn promotes_to(self, wanted: Self) -> bool {
        self == wanted || (self.base == Base::Int && self.promoted() == wanted)
    }

    /// The narrowest type that holds values of both, if there is one.
    #[must_use]
    pub fn join(self, other: Self) -> Option<Self> {
        if self.promotes_to(other) {
            return Some(other);
        }
        other.promotes_to(self).then_some(self)
    }
}

impl fmt::Display for Type {
    /// As Stan writes it: `array[,] vector`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.array > 0 {
            write!(f, "array[{}] ", ",".repeat(self.array - 1))?;
        }
        f.write_str(self.base.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_shown_as_stan_writes_them() {
        for (of, written) in [
            (Type::INT, "int"),
            (Type::ROW_VECTOR, "row_vector"),
            (Type::REAL.array_of(1), "array[] real"),
            (Type::VECTOR.array_of(3), "array[,,] vector"),
        ] {
            assert_eq!(of.to_string(), written);
        }
    }

    #[test]
    fn ints_promote_also_inside_of_arrays_and_nothing_else_does() {
        let ints = Type::INT.array_of(2);
        assert!(ints.promotes_to(Type::REAL.array_of(2)) && Type::INT.promotes_to(Type::REAL));
        assert!(!ints.promotes_to(Type::REAL.array_of(1)) && !Type::REAL.promotes_to(Type::INT));
        assert!(!Type::REAL.array_of(1).promotes_to(Type::VECTOR));
        assert_eq!(Type::REAL.join(Type::INT), Some(Type::REAL));
        assert_eq!(Type::VECTOR.join(Type::ROW_VECTOR), None);
    }

    #[test]
    fn one_index_leads_from_arrays_to_rows_to_numbers() {
        let mut of = Type::MATRIX.array_of(1);
        let mut way = vec![];
        while let Some(element) = of.element() {
            way.push(element);
            of = element;
        }
        assert_eq!(way, [Type::MATRIX, Type::ROW_VECTOR, Type::REAL]);
    }
}
