//! `reduce_sum(f, x, grainsize, s, …)`: the sum of `f(part of x, start, end, s, …)` over parts of an array.
//!
//! Stan cuts the array so that threads may share it; how is not said, and the sum does not depend on it but in its
//! rounding. Chains are what runs side by side here: the array is one part. Absent: the sum, which `interpret` takes.

use super::call::defined_name;
use super::expression::Inferred;
use super::user::Ending;
use super::{Checker, Value};
use crate::lang::ast::{ExpressionId, ExpressionKind as Written, Name};
use crate::lang::error::Error;
use crate::lang::signatures::density_name;
use crate::lang::source::Span;
use crate::lang::typed::{Callee, ExpressionKind};
use crate::lang::types::Type;

impl Checker<'_> {
    /// The name of a function where a function is wanted: no value, so that a number stands for it.
    pub(super) fn infer_function(&self, text: &str, span: Span) -> Inferred {
        let name = Name { text: text.to_owned(), span };
        self.check_known(&name, density_name(text))?;
        Ok(Some((ExpressionKind::Int(1), Type::INT, true)))
    }

    pub(super) fn infer_reduction(&mut self, name: &Name, arguments: &[ExpressionId], span: Span) -> Inferred {
        let Some(values) = arguments.iter().map(|id| self.part(*id)).collect::<Option<Vec<Value>>>() else {
            return Ok(None);
        };
        let [_, whole, grainsize, shared @ ..] = &values[..] else {
            let expected = "3 arguments or more (a function, an array, a grainsize)".to_owned();
            return Err(Error::ArgumentCount {
                name: name.text.clone(),
                expected,
                found: values.len(),
                span: name.span,
            });
        };
        let wrong = |argument: &str, expected: &str, value: &Value| {
            let (argument, name, expected) = (argument.to_owned(), name.text.clone(), expected.to_owned());
            Err(Error::ArgumentType { argument, name, expected, found: value.of, span: value.span })
        };
        if whole.of.array == 0 {
            return wrong("x", "an array", whole);
        }
        if grainsize.of != Type::INT {
            return wrong("grainsize", "`int`", grainsize);
        }
        let function = &self.program.expressions[arguments[0].index()];
        let Written::Function(text) = &function.kind else { unreachable!("the parser reads a function first") };
        let called = Name { text: text.clone(), span: function.span };
        let density = density_name(text);
        self.check_place(&called, density)?;
        if let Some(ending) = Ending::of(text).side_effect() {
            return Err(Error::SumWithEffect { name: called.text, ending, span: called.span });
        }
        let bound = Value { of: Type::INT, data_only: true, span };
        let given: Vec<Value> = [*whole, bound, bound].into_iter().chain(shared.iter().copied()).collect();
        let defined = defined_name(text, density);
        if self.functions.first_named(&defined).is_none() {
            return Err(Error::LibrarySum { name: called.text, span: called.span });
        }
        let Some(chosen) = self.choose_user(&defined, &called, &given)? else {
            return Err(self.no_overload(&called, density, &given));
        };
        let Callee::User(function) = chosen.callee else { unreachable!("a user's function was asked for") };
        if chosen.of != Some(Type::REAL) {
            return Err(Error::NoSum { name: called.text, found: chosen.of, span: called.span });
        }
        let data_only = values.iter().all(|value| value.data_only);
        let kind = ExpressionKind::Call { callee: Callee::Reduce(function), arguments: arguments[1..].to_vec() };
        Ok(Some((kind, Type::REAL, data_only)))
    }
}
