//! What indexes give: which dimensions go and which stay.
//!
//! A single index takes its dimension away, any other keeps it. Absent: whether elements exist, which the run knows.

use super::Checker;
use crate::lang::ast::{self, ExpressionId};
use crate::lang::error::{Error, Expected};
use crate::lang::source::Span;
use crate::lang::typed::{ExpressionKind, Index};
use crate::lang::types::{Base, Type};

impl Checker<'_> {
    /// The indexes with their kinds, or `None` when a part is wrong and has been reported.
    pub(super) fn infer_indexes(&self, indexes: &[ast::Index]) -> Result<Option<Vec<Index>>, Error> {
        let mut typed = Vec::with_capacity(indexes.len());
        for index in indexes {
            let one = match *index {
                ast::Index::All => Some(Index::All),
                ast::Index::At(at) => match self.part(at) {
                    None => None,
                    Some(value) if value.of == Type::INT => Some(Index::Single(at)),
                    Some(value) if value.of == Type::INT.array_of(1) => Some(Index::Many(at)),
                    Some(value) => {
                        let expected = Expected::Words("an `int` or an `array[] int`");
                        let place = "an index".to_owned();
                        return Err(Error::Mismatch { place, expected, found: value.of, span: value.span });
                    }
                },
                ast::Index::Range { from, to } => {
                    let fine = self.range_end(from)? & self.range_end(to)?;
                    fine.then_some(Index::Range { from, to })
                }
            };
            let Some(one) = one else { return Ok(None) };
            typed.push(one);
        }
        Ok(Some(typed))
    }

    /// Whether an end of a range is right; `Ok(false)` when it is wrong and has been reported.
    fn range_end(&self, end: Option<ExpressionId>) -> Result<bool, Error> {
        let Some(end) = end else { return Ok(true) };
        match self.part(end) {
            None => Ok(false),
            Some(value) if value.of == Type::INT => Ok(true),
            Some(value) => {
                let (place, expected) = ("the end of a range".to_owned(), Expected::Type(Type::INT));
                Err(Error::Mismatch { place, expected, found: value.of, span: value.span })
            }
        }
    }

    pub(super) fn infer_index(
        &self,
        base: ExpressionId,
        indexes: &[ast::Index],
        span: Span,
    ) -> Result<Option<(ExpressionKind, Type, bool)>, Error> {
        let (Some(value), Some(indexes)) = (self.part(base), self.infer_indexes(indexes)?) else {
            return Ok(None);
        };
        let Some(of) = indexed(value.of, &indexes) else {
            return Err(Error::TooManyIndexes { of: value.of, found: indexes.len(), span });
        };
        let inside = indexes.iter().flat_map(Index::parts).filter_map(|id| self.part(id));
        let data_only = inside.fold(value.data_only, |so_far, index| so_far && index.data_only);
        Ok(Some((ExpressionKind::Index { base, indexes }, of, data_only)))
    }
}

/// Whether the dimension goes.
fn is_single(index: &Index) -> bool {
    match index {
        Index::Single(_) => true,
        Index::All | Index::Many(_) | Index::Range { .. } => false,
    }
}

/// The type behind the indexes, or `None` when there are too many.
fn indexed(of: Type, indexes: &[Index]) -> Option<Type> {
    let (over_arrays, inside) = indexes.split_at(indexes.len().min(of.array));
    let array = of.array - over_arrays.iter().filter(|index| is_single(index)).count();
    let base = match (of.base, inside) {
        (base, []) => base,
        (Base::Vector | Base::RowVector, [one]) => {
            if is_single(one) {
                Base::Real
            } else {
                of.base
            }
        }
        (Base::Matrix, [row]) => {
            if is_single(row) {
                Base::RowVector
            } else {
                Base::Matrix
            }
        }
        (Base::Matrix, [row, column]) => match (is_single(row), is_single(column)) {
            (true, true) => Base::Real,
            (true, false) => Base::RowVector,
            (false, true) => Base::Vector,
            (false, false) => Base::Matrix,
        },
        (Base::Int | Base::Real | Base::Vector | Base::RowVector | Base::Matrix, _) => return None,
    };
    Some(Type { base, array })
}
