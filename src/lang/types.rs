//! The types an expression can have.
//!
//! Sizes are no part of a type: they are known only when the model is bound to data. Absent for now:
//! arrays, row vectors and matrices.

use std::fmt;

/// The type of an expression or a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// A 32-bit integer, as in Stan; promotes to [`Type::Real`].
    Int,
    /// A real number.
    Real,
    /// A column of reals.
    Vector,
}

impl Type {
    /// Whether a value of this type is one number.
    #[must_use]
    pub fn is_scalar(self) -> bool {
        match self {
            Self::Int | Self::Real => true,
            Self::Vector => false,
        }
    }

    /// Whether a variable of type `wanted` can hold a value of this type: equal, or an int where a real is wanted.
    #[must_use]
    pub fn promotes_to(self, wanted: Self) -> bool {
        self == wanted || (self == Self::Int && wanted == Self::Real)
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Int => "int",
            Self::Real => "real",
            Self::Vector => "vector",
        })
    }
}
