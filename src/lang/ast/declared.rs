//! The types a declaration can be of: those of values, and those that bring a constraint with them.
//!
//! Absent: types that are refused by name, which `vocabulary` lists.

use crate::lang::types::Base;
use std::ops::RangeInclusive;

/// The word a declaration begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeclaredType {
    Int,
    Real,
    Vector,
    RowVector,
    Matrix,
    Ordered,
    PositiveOrdered,
    Simplex,
    SumToZeroVector,
    UnitVector,
    CholeskyFactorCorr,
    CholeskyFactorCov,
    CorrMatrix,
    CovMatrix,
}

impl DeclaredType {
    /// All of them.
    const ALL: [Self; 14] = [
        Self::Int,
        Self::Real,
        Self::Vector,
        Self::RowVector,
        Self::Matrix,
        Self::Ordered,
        Self::PositiveOrdered,
        Self::Simplex,
        Self::SumToZeroVector,
        Self::UnitVector,
        Self::CholeskyFactorCorr,
        Self::CholeskyFactorCov,
        Self::CorrMatrix,
        Self::CovMatrix,
    ];

    /// The type called `name`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|declared| declared.name() == name)
    }

    /// As written.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Int => "int",
            Self::Real => "real",
            Self::Vector => "vector",
            Self::RowVector => "row_vector",
            Self::Matrix => "matrix",
            Self::Ordered => "ordered",
            Self::PositiveOrdered => "positive_ordered",
            Self::Simplex => "simplex",
            Self::SumToZeroVector => "sum_to_zero_vector",
            Self::UnitVector => "unit_vector",
            Self::CholeskyFactorCorr => "cholesky_factor_corr",
            Self::CholeskyFactorCov => "cholesky_factor_cov",
            Self::CorrMatrix => "corr_matrix",
            Self::CovMatrix => "cov_matrix",
        }
    }

    /// What a value of it is.
    #[must_use]
    pub fn base(self) -> Base {
        match self {
            Self::Int => Base::Int,
            Self::Real => Base::Real,
            Self::RowVector => Base::RowVector,
            Self::Vector
            | Self::Ordered
            | Self::PositiveOrdered
            | Self::Simplex
            | Self::SumToZeroVector
            | Self::UnitVector => Base::Vector,
            Self::Matrix | Self::CholeskyFactorCorr | Self::CholeskyFactorCov | Self::CorrMatrix | Self::CovMatrix => {
                Base::Matrix
            }
        }
    }

    /// How many sizes stand behind it.
    #[must_use]
    pub fn sizes(self) -> RangeInclusive<usize> {
        match self {
            Self::Int | Self::Real => 0..=0,
            Self::Matrix => 2..=2,
            Self::CholeskyFactorCov => 1..=2,
            Self::Vector
            | Self::RowVector
            | Self::Ordered
            | Self::PositiveOrdered
            | Self::Simplex
            | Self::SumToZeroVector
            | Self::UnitVector
            | Self::CholeskyFactorCorr
            | Self::CorrMatrix
            | Self::CovMatrix => 1..=1,
        }
    }

    /// Whether `< >` may stand behind it.
    #[must_use]
    pub fn takes_bounds(self) -> bool {
        self.name() == self.base().name()
    }
}
