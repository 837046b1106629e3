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
use crate::lang::typed::{Callee, Density, Statement, Truncation};
use crate::lang::types::Type;
use crate::lang::vocabulary::{OTHER_FAMILIES, OTHER_FUNCTIONS};

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
        let truncation = truncation.map(|ast::Truncation { lower, upper }| {
            self.truncation_bound(lower);
            self.truncation_bound(upper);
            Truncation { lower, upper }
        });
        let callee = self.distribution(family, values, truncation.is_some());
        match callee {
            Ok(callee) => {
                Some(Statement::Tilde { outcome, callee: callee?, arguments: arguments.to_vec(), truncation, span })
            }
            Err(error) => {
                self.errors.push(error);
                None
            }
        }
    }

    fn truncation_bound(&mut self, bound: Option<ExpressionId>) {
        let Some(value) = bound.and_then(|id| self.typed(id)) else { return };
        if !value.of.is_scalar() {
            let (place, expected) = ("a bound of `T[ , ]`".to_owned(), Expected::Words("an `int` or a `real`"));
            self.errors.push(Error::Mismatch { place, expected, found: value.of, span: value.span });
        }
    }

    /// What is called; `None` when an argument is wrong and has been reported.
    fn distribution(
        &mut self,
        family: &Name,
        values: Vec<Option<Value>>,
        truncated: bool,
    ) -> Result<Option<Callee>, Error> {
        let users = ["lpdf", "lpmf"].map(|ending| format!("{}_{ending}", family.text));
        let user = users.into_iter().find(|name| self.functions.first_named(name).is_some());
        let library = self.signatures.family(&family.text);
        if user.is_none() && library.is_none() {
            return Err(self.unknown_family(family));
        }
        let Some(values) = values.into_iter().collect::<Option<Vec<Value>>>() else {
            return Ok(None);
        };
        let refusal = |why| Error::NoTruncation { family: family.text.clone(), why, span: family.span };
        if let Some(name) = &user
            && let Some(chosen) = self.choose_user(name, family, &values)?
        {
            let cumulative = ["lcdf", "lccdf"].map(|ending| format!("{}_{ending}", family.text));
            let types: Vec<Type> = values.iter().map(|value| value.of).collect();
            let fits = |name: &String| self.functions.named(name).any(|(_, row)| row.promotions(&types).is_some());
            if truncated && !cumulative.iter().all(fits) {
                return Err(refusal(Untruncated::Undefined));
            }
            return Ok(Some(chosen.callee));
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
        if truncated && !library.cumulative {
            return Err(refusal(Untruncated::Unsupported));
        }
        Ok(Some(Callee::Family { family: library.name, density: Density::Lupdf }))
    }

    fn unknown_family(&self, name: &Name) -> Error {
        let (text, span) = (name.text.clone(), name.span);
        if OTHER_FAMILIES.contains(&text) {
            return Error::Unsupported { feature: Feature::Family(text), span };
        }
        let function = self.signatures.function(&text).is_some() || OTHER_FUNCTIONS.contains(&text);
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
