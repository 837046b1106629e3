//! The type of one expression from the types of its parts.
//!
//! Three outcomes: a typed expression; `None`, when a part was wrong and has been reported; an error.
//! Absent: order of evaluation and constant folding.

use super::scope::Entry;
use super::{Checker, Value, operator};
use crate::lang::ast::{self, BinaryOperator, Block, ExpressionId, Name, UnaryOperator};
use crate::lang::error::{Error, Expected};
use crate::lang::source::Span;
use crate::lang::typed::{Expression, ExpressionKind};
use crate::lang::types::{Base, Type};

/// Kind, type, and whether it is data; or `None` when a part was wrong.
pub(super) type Inferred = Result<Option<(ExpressionKind, Type, bool)>, Error>;

impl Checker<'_> {
    /// Types an expression whose parts have been typed.
    pub(super) fn infer(&mut self, expression: &ast::Expression) -> Result<Option<Expression>, Error> {
        let span = expression.span;
        let inferred = match &expression.kind {
            ast::ExpressionKind::Int(value) => Some((ExpressionKind::Int(*value), Type::INT, true)),
            ast::ExpressionKind::Real(value) => Some((ExpressionKind::Real(*value), Type::REAL, true)),
            ast::ExpressionKind::Variable(name) => self.infer_variable(name, span)?,
            ast::ExpressionKind::Function(name) => self.infer_function(name, span)?,
            ast::ExpressionKind::Unary { operator, operand } => self.infer_unary(*operator, *operand, span)?,
            ast::ExpressionKind::Binary { operator, left, right } => {
                self.infer_binary(*operator, *left, *right, span)?
            }
            ast::ExpressionKind::Conditional { condition, then, otherwise } => {
                self.infer_conditional(*condition, *then, *otherwise, span)?
            }
            ast::ExpressionKind::Index { base, indexes } => self.infer_index(*base, indexes, span)?,
            ast::ExpressionKind::Array(elements) => self.infer_array(elements)?,
            ast::ExpressionKind::Row(elements) => self.infer_row(elements)?,
            ast::ExpressionKind::Call { function, arguments, bar } => {
                self.infer_call(function, arguments, *bar, span)?
            }
            ast::ExpressionKind::Target => {
                self.require_target(span)?;
                Some((ExpressionKind::Target, Type::REAL, false))
            }
        };
        Ok(inferred.map(|(kind, of, data_only)| Expression { kind, of, data_only, span }))
    }

    fn infer_variable(&self, name: &str, span: Span) -> Inferred {
        let Some(entry) = self.scope.get(name) else {
            let library = self.signatures.function(name).is_some() || operator::called(name).is_some();
            if library || self.functions.first_named(name).is_some() {
                return Err(Error::FunctionAsVariable { name: name.to_owned(), span });
            }
            return Err(self.scope.undeclared(&Name { text: name.to_owned(), span }));
        };
        let Entry { variable: Some((id, of)), .. } = entry else {
            return Ok(None);
        };
        // A function knows nothing of the block it will be called from.
        let block = if self.place.function.is_some() { Block::Functions } else { self.place.block };
        Ok(Some((ExpressionKind::Variable(id), of, entry.is_data(block))))
    }

    pub(super) fn infer_unary(&self, operator: UnaryOperator, operand: ExpressionId, span: Span) -> Inferred {
        let Some(value) = self.part(operand) else { return Ok(None) };
        let Some(of) = operator::unary(operator, value.of) else {
            return Err(Error::Operand { operator: operator.symbol(), found: value.of, span });
        };
        Ok(Some((ExpressionKind::Unary { operator, operand }, of, value.data_only)))
    }

    pub(super) fn infer_binary(
        &self,
        operator: BinaryOperator,
        left: ExpressionId,
        right: ExpressionId,
        span: Span,
    ) -> Inferred {
        let (Some(a), Some(b)) = (self.part(left), self.part(right)) else {
            return Ok(None);
        };
        let Some(of) = operator::binary(operator, a.of, b.of) else {
            return Err(Error::Operands { operator: operator.symbol(), left: a.of, right: b.of, span });
        };
        let operator = divide(operator, a.of, b.of);
        Ok(Some((ExpressionKind::Binary { operator, left, right }, of, a.data_only && b.data_only)))
    }

    fn infer_conditional(
        &self,
        condition: ExpressionId,
        then: ExpressionId,
        otherwise: ExpressionId,
        span: Span,
    ) -> Inferred {
        let (Some(asked), Some(a), Some(b)) = (self.part(condition), self.part(then), self.part(otherwise)) else {
            return Ok(None);
        };
        expect(asked, || "a condition".to_owned(), Type::INT)?;
        let Some(of) = a.of.join(b.of) else {
            return Err(Error::MixedBranches { then: a.of, otherwise: b.of, span });
        };
        let data_only = asked.data_only && a.data_only && b.data_only;
        Ok(Some((ExpressionKind::Conditional { condition, then, otherwise }, of, data_only)))
    }

    /// The one type of listed elements, and whether all are data.
    fn elements(&self, elements: &[ExpressionId]) -> Result<Option<(Type, bool)>, Error> {
        let mut all: Option<(Type, bool)> = None;
        for id in elements {
            let Some(value) = self.part(*id) else {
                return Ok(None);
            };
            let (first, data) = all.unwrap_or((value.of, true));
            let Some(joined) = first.join(value.of) else {
                return Err(Error::MixedElements { first, other: value.of, span: value.span });
            };
            all = Some((joined, data && value.data_only));
        }
        Ok(all)
    }

    fn infer_array(&self, elements: &[ExpressionId]) -> Inferred {
        let all = self.elements(elements)?;
        Ok(all.map(|(of, data_only)| (ExpressionKind::Array(elements.to_vec()), of.array_of(1), data_only)))
    }

    fn infer_row(&self, elements: &[ExpressionId]) -> Inferred {
        if elements.is_empty() {
            return Ok(Some((ExpressionKind::Row(Vec::new()), Type::ROW_VECTOR, true)));
        }
        let Some((of, data_only)) = self.elements(elements)? else {
            return Ok(None);
        };
        let whole = match (of.array, of.base) {
            (0, Base::Int | Base::Real) => Type::ROW_VECTOR,
            (0, Base::RowVector) => Type::MATRIX,
            _ => {
                let span = elements.first().and_then(|id| self.part(*id)).map_or(Span::new(0, 0), |value| value.span);
                let expected = Expected::Words("a number or a `row_vector`");
                let place = "an element between `[ ]`".to_owned();
                return Err(Error::Mismatch { place, expected, found: of, span });
            }
        };
        Ok(Some((ExpressionKind::Row(elements.to_vec()), whole, data_only)))
    }

    /// Types `id` and reports when it is no `wanted`; `place` names it in the message.
    pub(super) fn require(&mut self, id: ExpressionId, place: impl FnOnce() -> String, wanted: Type) -> Option<Value> {
        let value = self.typed(id)?;
        let fits = expect(value, place, wanted);
        let fine = fits.is_ok();
        self.report(fits);
        fine.then_some(value)
    }
}

/// An error when `value` is no `wanted`.
fn expect(value: Value, place: impl FnOnce() -> String, wanted: Type) -> Result<(), Error> {
    if value.of.promotes_to(wanted) {
        return Ok(());
    }
    let expected = Expected::Type(wanted);
    Err(Error::Mismatch { place: place(), expected, found: value.of, span: value.span })
}

/// The operator that `/` is for operands of these types: between ints it rounds.
pub(super) fn divide(operator: BinaryOperator, left: Type, right: Type) -> BinaryOperator {
    let rounds = matches!(operator, BinaryOperator::Divide | BinaryOperator::ElementDivide)
        && left == Type::INT
        && right == Type::INT;
    if rounds { BinaryOperator::IntegerDivide } else { operator }
}
