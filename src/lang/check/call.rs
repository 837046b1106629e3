//! Calls: which function is meant, by its name and the types of its arguments.
//!
//! User-defined functions and the library share their names, so both are asked; the overload that needs the fewest
//! promotions is taken. Absent: `~`, which `density` knows.

use super::expression::Inferred;
use super::operator::{self, Called};
use super::user::Ending;
use super::{Checker, Value};
use crate::lang::ast::{Block, ExpressionId, Name};
use crate::lang::error::Error;
use crate::lang::feature::Feature;
use crate::lang::signatures::{Argument, DensityName, Overload, density_name};
use crate::lang::source::Span;
use crate::lang::suggest::nearest;
use crate::lang::typed::{Callee, Density, ExpressionKind, FunctionId};
use crate::lang::types::{Base, Type};
use crate::lang::vocabulary::{OTHER_FAMILIES, OTHER_FUNCTIONS, REDUCTIONS, is_other_function};

/// A function that fits.
#[derive(Clone, Copy)]
pub(super) struct Chosen {
    pub(super) callee: Callee,
    /// `None` for `void`.
    pub(super) of: Option<Type>,
    promotions: usize,
}

impl Checker<'_> {
    pub(super) fn infer_call(&mut self, name: &Name, arguments: &[ExpressionId], bar: bool, span: Span) -> Inferred {
        if REDUCTIONS.contains(&name.text.as_str()) {
            return self.infer_reduction(name, arguments, span);
        }
        let density = density_name(&name.text);
        if let Err(error) = self.check_known(name, density) {
            if matches!(error, Error::Unsupported { .. }) {
                // Functions among its arguments were no mistake of their own.
                self.errors.retain(|other| {
                    !matches!(other, Error::FunctionAsVariable { span: at, .. } if span.start <= at.start && at.end <= span.end)
                });
            }
            return Err(error);
        }
        let conditioned = density.is_some_and(|density| density.density != Density::Rng);
        if bar && !conditioned {
            return Err(Error::BarUnwanted { name: name.text.clone(), span: name.span });
        }
        if conditioned && !bar && arguments.len() > 1 {
            return Err(Error::BarMissing { name: name.text.clone(), span: name.span });
        }
        self.check_place(name, density)?;
        let values: Option<Vec<Value>> = arguments.iter().map(|id| self.part(*id)).collect();
        let Some(values) = values else {
            return Ok(None);
        };
        if let Some(inferred) = self.infer_operator(name, arguments, &values, span)? {
            return Ok(Some(inferred));
        }
        let chosen = self.choose(name, density, &values)?;
        if chosen.of.is_none() && self.place.call != Some(span) {
            return Err(Error::VoidAsValue { name: name.text.clone(), span });
        }
        let fixed = !matches!(Ending::of(&name.text), Ending::Random | Ending::Target);
        let data_only = fixed && values.iter().all(|value| value.data_only);
        let kind = ExpressionKind::Call { callee: chosen.callee, arguments: arguments.to_vec() };
        Ok(Some((kind, chosen.of.unwrap_or(Type::INT), data_only)))
    }

    /// A call of an operator as a function; `None` where the name is that of no operator, or where only a user's function of
    /// the name can fit.
    fn infer_operator(&self, name: &Name, arguments: &[ExpressionId], values: &[Value], span: Span) -> Inferred {
        let Some((text, called)) = operator::called(&name.text) else { return Ok(None) };
        let types: Vec<Type> = values.iter().map(|value| value.of).collect();
        let fits = called.given(&types).is_some();
        if !fits && self.functions.first_named(text).is_some() {
            return Ok(None);
        }
        match (called, arguments, &types[..]) {
            (Called::Unary(operator), &[operand], _) if fits => self.infer_unary(operator, operand, span),
            (Called::Binary(operator), &[left, right], _) if fits => self.infer_binary(operator, left, right, span),
            (Called::Unary(_), _, &[found]) => Err(Error::Operand { operator: text, found, span: name.span }),
            (Called::Binary(_), _, &[left, right]) => {
                Err(Error::Operands { operator: text, left, right, span: name.span })
            }
            (Called::Unary(_), ..) => Err(argument_count(name, &[1], &[], types.len())),
            (Called::Binary(_), ..) => Err(argument_count(name, &[2], &[], types.len())),
        }
    }

    /// Whether there is any function of the name.
    pub(super) fn check_known(&self, name: &Name, density: Option<DensityName<'_>>) -> Result<(), Error> {
        let (text, span) = (name.text.clone(), name.span);
        let users = self.functions.first_named(defined_name(&text, density).as_str()).is_some();
        // A variable hides a user's function of its name, and none of the library.
        if users && let Some(variable) = self.scope.get(&text) {
            return Err(Error::VariableAsFunction { name: text, span, declared: variable.declared });
        }
        if users || self.signatures.function(&text).is_some() || operator::called(&text).is_some() {
            return Ok(());
        }
        if let Some(variable) = self.scope.get(&text) {
            return Err(Error::VariableAsFunction { name: text, span, declared: variable.declared });
        }
        let unsupported = |feature| Err(Error::Unsupported { feature, span });
        if let Some(density) = density {
            if OTHER_FAMILIES.contains(density.family) {
                return unsupported(Feature::Family(density.family.to_owned()));
            }
            if let Some(family) = self.signatures.family(density.family) {
                let exists = match density.density {
                    Density::Lpdf | Density::Lupdf => true,
                    Density::Cdf | Density::Lcdf | Density::Lccdf => family.cumulative,
                    Density::Rng => family.generator.is_some(),
                };
                if !exists {
                    return unsupported(Feature::DensityFunction(text));
                }
                if density.discrete.is_none_or(|discrete| discrete == family.is_discrete()) {
                    return Ok(());
                }
                let ending = if family.is_discrete() { "lpmf" } else { "lpdf" };
                let suggestion = Some(format!("{}_{ending}", family.name));
                return Err(Error::UnknownFunction { suggestion, name: text, span });
            }
        }
        if is_other_function(&text) {
            return unsupported(Feature::Function(text));
        }
        if let Some(family) = self.signatures.family(&text) {
            let density = format!("{text}_{}", if family.is_discrete() { "lpmf" } else { "lpdf" });
            return Err(Error::FamilyAsFunction { name: text, density, span });
        }
        Err(Error::UnknownFunction { suggestion: self.similar_function(&text), name: text, span })
    }

    /// The name that was meant by one that does not exist.
    fn similar_function(&self, text: &str) -> Option<String> {
        let families = || self.signatures.families();
        if let Some(stem) = text.strip_suffix("_log") {
            let old = families().find(|family| family.name == stem);
            let now = |discrete| if discrete { "lpmf" } else { "lpdf" };
            if let Some(family) = old {
                return Some(format!("{stem}_{}", now(family.is_discrete())));
            }
        }
        if let Some(density) = density_name(text)
            && let Some(family) = nearest(density.family, families().map(|family| family.name))
        {
            return Some(format!("{family}{}", &text[density.family.len()..]));
        }
        let library = self.signatures.function_names().chain(operator::called_names()).chain(OTHER_FUNCTIONS.iter());
        nearest(text, self.functions.names().chain(library.map(|name| -> &str { name }))).map(str::to_owned)
    }

    /// Whether a function with such an ending may be called here.
    pub(super) fn check_place(&self, name: &Name, density: Option<DensityName<'_>>) -> Result<(), Error> {
        let (block, inside) = (self.place.block, self.place.function.map(|function| function.ending));
        let unnormalized = density.is_some_and(|density| density.density == Density::Lupdf);
        let (text, span) = (name.text.clone(), name.span);
        match Ending::of(&name.text) {
            _ if unnormalized => {
                let allowed = block == Block::Model || inside == Some(Ending::Density);
                if allowed { Ok(()) } else { Err(Error::UnnormalizedNotAllowed { name: text, span }) }
            }
            Ending::Random => {
                let allowed = matches!(block, Block::TransformedData | Block::GeneratedQuantities)
                    || inside == Some(Ending::Random);
                if allowed { Ok(()) } else { Err(Error::RandomNotAllowed { name: text, span }) }
            }
            Ending::Target if block == Block::TransformedParameters => Ok(()),
            Ending::Target => self.require_model(&format!("`{text}`"), span),
            Ending::Jacobian => self.require_transformed_parameters(&format!("`{text}`"), span),
            Ending::None | Ending::Density | Ending::Cumulative => Ok(()),
        }
    }

    /// An error outside of where the target may be increased.
    pub(super) fn require_model(&self, statement: &str, span: Span) -> Result<(), Error> {
        let inside = self.place.function.map(|function| function.ending);
        if self.place.block == Block::Model || inside == Some(Ending::Target) {
            return Ok(());
        }
        Err(Error::OutsideModel { statement: statement.to_owned(), span })
    }

    /// An error outside of where the target may be read.
    pub(super) fn require_target(&self, span: Span) -> Result<(), Error> {
        if self.place.block == Block::TransformedParameters {
            return Ok(());
        }
        self.require_model("`target()`", span)
    }

    /// An error outside of where `jacobian` may be increased.
    pub(super) fn require_transformed_parameters(&self, statement: &str, span: Span) -> Result<(), Error> {
        let inside = self.place.function.map(|function| function.ending);
        if self.place.block == Block::TransformedParameters || inside == Some(Ending::Jacobian) {
            return Ok(());
        }
        Err(Error::OutsideTransformedParameters { statement: statement.to_owned(), span })
    }

    /// The function that fits best.
    fn choose(&mut self, name: &Name, density: Option<DensityName<'_>>, values: &[Value]) -> Result<Chosen, Error> {
        let user = self.choose_user(&defined_name(&name.text, density), name, values)?;
        let library = self.choose_library(&name.text, values);
        match (user, library) {
            (Some(user), Some((library, _))) if user.promotions <= library.promotions => return Ok(user),
            (Some(user), None) => return Ok(user),
            (_, Some((library, row))) => {
                self.check_data(name, row.arguments.iter().map(|argument| argument.data), values)?;
                return Ok(library);
            }
            (None, None) => {}
        }
        if let Some(density) = density
            && let Some(family) = self.signatures.family(density.family)
        {
            let generator = family.generator.as_ref().filter(|_| density.density == Density::Rng);
            let of = match generator {
                Some(generator) => {
                    check_arguments(name, &generator.arguments.iter().collect::<Vec<_>>(), values)?;
                    let types: Vec<Type> = values.iter().map(|value| value.of).collect();
                    generator.given(&types).map(|given| given.of)
                }
                None => {
                    let arguments: Vec<&Argument> = [&family.outcome].into_iter().chain(&family.arguments).collect();
                    check_arguments(name, &arguments, values)?;
                    Some(Type::REAL)
                }
            };
            let callee = Callee::Family { family: family.name, density: density.density };
            return Ok(Chosen { callee, of, promotions: 0 });
        }
        Err(self.no_overload(name, density, values))
    }

    /// The user-defined function `defined` that fits best, if one does; `name` is how it is called.
    pub(super) fn choose_user(
        &mut self,
        defined: &str,
        name: &Name,
        values: &[Value],
    ) -> Result<Option<Chosen>, Error> {
        let types: Vec<Type> = values.iter().map(|value| value.of).collect();
        let fitting = self.functions.named(defined).filter_map(|(id, row)| Some((row.promotions(&types)?, id)));
        let mut fitting: Vec<(usize, FunctionId)> = fitting.collect();
        fitting.sort_by_key(|(promotions, _)| *promotions);
        let (promotions, id) = match fitting[..] {
            [] => return Ok(None),
            [(first, _), (second, _), ..] if first == second => {
                return Err(Error::Ambiguous { name: name.text.clone(), found: types, span: name.span });
            }
            [best, ..] => best,
        };
        let data: Vec<bool> = self.functions.get(id).arguments.iter().map(|argument| argument.data).collect();
        self.check_data(name, data.into_iter(), values)?;
        if let Some(caller) = self.place.function {
            self.functions.note_call(caller.id, id, name.span);
        }
        Ok(Some(Chosen { callee: Callee::User(id), of: self.functions.get(id).returns, promotions }))
    }

    /// The overload of the library that fits best.
    fn choose_library(&self, name: &str, values: &[Value]) -> Option<(Chosen, &Overload)> {
        let types: Vec<Type> = values.iter().map(|value| value.of).collect();
        let (name, overloads) = self.signatures.function(name)?;
        let fitting = overloads.iter().filter_map(|overload| Some((overload.given(&types)?, overload)));
        let (given, overload) = fitting.min_by_key(|(given, _)| given.promotions)?;
        let callee = Callee::Builtin(name);
        Some((Chosen { callee, of: Some(given.of), promotions: given.promotions }, overload))
    }

    /// Whether the library has a function of exactly these types.
    pub(super) fn is_library(&self, name: &str, types: &[Type]) -> bool {
        let exact = |overload: &Overload| overload.given(types).is_some_and(|given| given.promotions == 0);
        // Of functions of single numbers Stan has the overloads of ints as well.
        let accepted = |overload: &Overload| {
            exact(overload) || types.iter().all(|of| of.base == Base::Int) && overload.given(types).is_some()
        };
        if self.signatures.function(name).is_some_and(|(_, overloads)| overloads.iter().any(accepted)) {
            return true;
        }
        if operator::called(name).is_some_and(|(_, called)| called.given(types).is_some()) {
            return true;
        }
        let Some(density) = density_name(name) else { return false };
        let Some(family) = self.signatures.family(density.family) else { return false };
        match (density.density, &family.generator) {
            (Density::Rng, generator) => generator.as_ref().is_some_and(exact),
            (Density::Cdf | Density::Lcdf | Density::Lccdf, _) if !family.cumulative => false,
            _ => {
                let arguments: Vec<&Argument> = [&family.outcome].into_iter().chain(&family.arguments).collect();
                density.discrete.is_none_or(|discrete| discrete == family.is_discrete())
                    && arguments.len() == types.len()
                    && arguments.iter().zip(types).all(|(argument, of)| argument.pattern.accepts(*of))
            }
        }
    }

    /// Whether the arguments that must be data are.
    fn check_data(&self, name: &Name, data: impl Iterator<Item = bool>, values: &[Value]) -> Result<(), Error> {
        let all_is_data = self.place.function.is_none()
            && matches!(self.place.block, Block::TransformedData | Block::GeneratedQuantities);
        let wrong = data.zip(values).find(|(data, value)| *data && !value.data_only && !all_is_data);
        match wrong {
            Some((_, value)) => Err(Error::ArgumentNotData { name: name.text.clone(), span: value.span }),
            None => Ok(()),
        }
    }

    /// The error of a call that fits nothing of its name.
    pub(super) fn no_overload(&self, name: &Name, density: Option<DensityName<'_>>, values: &[Value]) -> Error {
        let users: Vec<_> = self.functions.named(&defined_name(&name.text, density)).map(|(_, row)| row).collect();
        let library = self.signatures.function(&name.text).map_or(&[][..], |(_, overloads)| overloads);
        let counts = users.iter().map(|row| row.arguments.len()).chain(library.iter().map(|row| row.arguments.len()));
        let mut counts: Vec<usize> = counts.collect();
        counts.sort_unstable();
        counts.dedup();
        if !counts.contains(&values.len()) {
            let names = match users[..] {
                [row] if library.is_empty() => {
                    row.arguments.iter().map(|argument| argument.name.text.as_str()).collect()
                }
                _ => vec![],
            };
            return argument_count(name, &counts, &names, values.len());
        }
        if let ([row], []) = (&users[..], library)
            && let Some((argument, value)) =
                row.arguments.iter().zip(values).find(|(argument, value)| !value.of.promotes_to(argument.of))
        {
            return Error::ArgumentType {
                argument: argument.name.text.clone(),
                name: name.text.clone(),
                expected: format!("`{}`", argument.of),
                found: value.of,
                span: value.span,
            };
        }
        let shown = |row: &Overload| {
            let written: Vec<_> = row.arguments.iter().map(|argument| argument.written).collect();
            format!("{}({})", name.text, written.join(", "))
        };
        let mut expected: Vec<String> = users.iter().map(|row| row.shown()).chain(library.iter().map(shown)).collect();
        expected.dedup();
        let found = values.iter().map(|value| value.of).collect();
        Error::NoOverload { name: name.text.clone(), found, expected, span: name.span }
    }
}

/// Whether the arguments of a distribution are as many as it takes and of the types it takes.
pub(super) fn check_arguments(name: &Name, arguments: &[&Argument], values: &[Value]) -> Result<(), Error> {
    if arguments.len() != values.len() {
        let names: Vec<&str> = arguments.iter().filter_map(|argument| argument.name).collect();
        return Err(argument_count(name, &[arguments.len()], &names, values.len()));
    }
    let wrong = arguments.iter().zip(values).find(|(argument, value)| !argument.pattern.accepts(value.of));
    match wrong {
        Some((argument, value)) => Err(Error::ArgumentType {
            argument: argument.name.unwrap_or_default().to_owned(),
            name: name.text.clone(),
            expected: argument.pattern.to_string(),
            found: value.of,
            span: value.span,
        }),
        None => Ok(()),
    }
}

/// The error of a call with so many arguments where other numbers of them are taken.
fn argument_count(name: &Name, counts: &[usize], names: &[&str], found: usize) -> Error {
    Error::ArgumentCount { name: name.text.clone(), expected: counted(counts, names), found, span: name.span }
}

/// "2 arguments (mu, sigma)", "1 or 2 arguments"
fn counted(counts: &[usize], names: &[&str]) -> String {
    let shown: Vec<String> = counts.iter().map(usize::to_string).collect();
    let noun = if counts == [1] { "argument" } else { "arguments" };
    match counts {
        [0] => "no arguments".to_owned(),
        _ if names.is_empty() => format!("{} {noun}", shown.join(" or ")),
        _ => format!("{} {noun} ({})", shown.join(" or "), names.join(", ")),
    }
}

/// The name under which a function is defined: that of a density up to a constant is the density's.
pub(super) fn defined_name(name: &str, density: Option<DensityName<'_>>) -> String {
    match density {
        Some(DensityName { family, density: Density::Lupdf, discrete }) => {
            format!("{family}_{}", if discrete == Some(true) { "lpmf" } else { "lpdf" })
        }
        _ => name.to_owned(),
    }
}
