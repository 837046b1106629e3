//! `outcome ~ distribution(arguments) T[lower, upper]`.
//!
//! Absent: densities called by name, which are calls.

use super::call::check_arguments;
use super::{Checker, Value};
use crate::lang::ast::{self, ExpressionId, Name};
use crate::lang::error::{Error, Expected, Untruncated};
use crate::lang::feature::Feature;
use crate::lang::signatures::{Argument, density_name};
use crate::lang::source::Span;
use crate::lang::suggest::nearest;
use crate::lang::typed::{Callee, Density, Statement, Tails, Truncation};
use crate::lang::types::Type;
use crate::lang::vocabulary::{OTHER_FAMILIES, is_other_function};

/// What stands to the right of `~`.
struct Found {
    callee: Callee,
    /// The distribution functions at the bounds of a truncation, where they are the user's.
    tails: Option<Tails>,
}

impl Checker<'_> {
    pub(super) fn tilde(
        &mut self,
        outcome: ExpressionId,
        family: &Name,
        arguments: &[ExpressionId],
        truncation: Option<ast::Truncation>,
        span: Span,
    ) -> Option<Statement> {
        let allowed = self.require_model("`~`", span);
        self.report(allowed);
        let values: Vec<Option<Value>> = [outcome].iter().chain(arguments).map(|id| self.typed(*id)).collect();
        let bounds = truncation.map(|ast::Truncation { lower, upper }| {
            [lower, upper].into_iter().filter_map(|bound| self.truncation_bound(bound)).collect::<Vec<Value>>()
        });
        match self.distribution(family, values, bounds.as_deref()) {
            Ok(found) => {
                let Found { callee, tails } = found?;
                let truncation = truncation.map(|ast::Truncation { lower, upper }| Truncation { lower, upper, tails });
                Some(Statement::Tilde { outcome, callee, arguments: arguments.to_vec(), truncation, span })
            }
            Err(error) => {
                self.errors.push(error);
                None
            }
        }
    }

    /// A bound that is a number; `None` when there is none, or when it is wrong and has been reported.
    fn truncation_bound(&mut self, bound: Option<ExpressionId>) -> Option<Value> {
        let value = self.typed(bound?)?;
        if !value.of.is_scalar() {
            let (place, expected) = ("a bound of `T[ , ]`".to_owned(), Expected::Words("an `int` or a `real`"));
            self.errors.push(Error::Mismatch { place, expected, found: value.of, span: value.span });
            return None;
        }
        Some(value)
    }

    /// What is called; `None` when an argument is wrong and has been reported. `bounds` are those of a truncation.
    fn distribution(
        &mut self,
        family: &Name,
        values: Vec<Option<Value>>,
        bounds: Option<&[Value]>,
    ) -> Result<Option<Found>, Error> {
        let users = ["lpdf", "lpmf"].map(|ending| format!("{}_{ending}", family.text));
        let user = users.into_iter().find(|name| self.functions.first_named(name).is_some());
        let library = self.signatures.family(&family.text);
        if user.is_none() && library.is_none() {
            return Err(self.unknown_family(family));
        }
        let Some(values) = values.into_iter().collect::<Option<Vec<Value>>>() else {
            return Ok(None);
        };
        if let Some(name) = &user
            && let Some(chosen) = self.choose_user(name, family, &values)?
        {
            let tails = bounds.map(|bounds| self.user_tails(family, &values, bounds)).transpose()?;
            return Ok(Some(Found { callee: chosen.callee, tails }));
        }
        let Some(library) = library else {
            let name = Name { text: user.unwrap_or_default(), span: family.span };
            return Err(self.no_overload(&name, None, &values));
        };
        if values.len() != library.arguments.len() + 1 {
            // The outcome is no argument to count here: it stands before the `~`.
            check_arguments(family, &library.arguments.iter().collect::<Vec<_>>(), &values[1..])?;
        }
        let arguments: Vec<&Argument> = [&library.outcome].into_iter().chain(&library.arguments).collect();
        check_arguments(family, &arguments, &values)?;
        if bounds.is_some() && !library.cumulative {
            return Err(no_truncation(family, Untruncated::Unsupported));
        }
        if let Some(bound) = bounds.unwrap_or_default().iter().find(|bound| !library.outcome.pattern.accepts(bound.of))
        {
            return Err(wrong_bound(family, *bound));
        }
        let callee = Callee::Family { family: library.name, density: Density::Lupdf };
        Ok(Some(Found { callee, tails: None }))
    }

    /// The user's distribution functions for the bounds, of which a real makes both reals.
    fn user_tails(&mut self, family: &Name, values: &[Value], bounds: &[Value]) -> Result<Tails, Error> {
        let mut tail = |outcome: Value, ending: &str| {
            let arguments: Vec<Value> = [outcome].into_iter().chain(values[1..].iter().copied()).collect();
            let chosen = self.choose_user(&format!("{}_{ending}", family.text), family, &arguments)?;
            Ok(chosen.and_then(|chosen| match chosen.callee {
                Callee::User(function) => Some(function),
                Callee::Builtin(_) | Callee::Reduce(_) | Callee::Family { .. } => None,
            }))
        };
        let mut both = |outcome| Ok(tail(outcome, "lcdf")?.zip(tail(outcome, "lccdf")?));
        let outcome = values[0];
        let bound = bounds.iter().find(|bound| bound.of != Type::INT).or(bounds.first()).copied().unwrap_or(outcome);
        match both(bound)? {
            Some((lcdf, lccdf)) => Ok(Tails { lcdf, lccdf }),
            None if outcome.of == Type::INT && both(outcome)?.is_some() => Err(wrong_bound(family, bound)),
            None => Err(no_truncation(family, Untruncated::Undefined)),
        }
    }

    fn unknown_family(&self, name: &Name) -> Error {
        let (text, span) = (name.text.clone(), name.span);
        if OTHER_FAMILIES.contains(&text) {
            return Error::Unsupported { feature: Feature::Family(text), span };
        }
        let function = self.signatures.function(&text).is_some() || is_other_function(&text);
        if function || self.functions.first_named(&text).is_some() {
            return Error::FunctionAsFamily { name: text, span };
        }
        let known = |stem: &str| {
            let users = ["lpdf", "lpmf"].map(|ending| format!("{stem}_{ending}"));
            self.signatures.family(stem).is_some()
                || users.iter().any(|name| self.functions.first_named(name).is_some())
        };
        let ending = density_name(&text).map(|density| density.family).filter(|stem| known(stem));
        let densities = self.functions.names().filter_map(density_name).map(|density| density.family);
        let library = self.signatures.families().map(|family| family.name).chain(OTHER_FAMILIES.iter());
        let names = densities.chain(library.map(|name| -> &str { name }));
        let suggestion = ending.or_else(|| nearest(&text, names));
        Error::UnknownFamily { suggestion: suggestion.map(str::to_owned), name: text.clone(), span }
    }
}

fn no_truncation(family: &Name, why: Untruncated) -> Error {
    Error::NoTruncation { family: family.text.clone(), why, span: family.span }
}

/// A real where outcomes are counts.
fn wrong_bound(family: &Name, bound: Value) -> Error {
    let place = format!("a bound of `{}(…) T[ , ]`", family.text);
    Error::Mismatch { place, expected: Expected::Type(Type::INT), found: bound.of, span: bound.span }
}
