//! Every row of the tables with types put in: a list for tests that call each function in each way.
//!
//! Where a row stands for endlessly many types (`T`, `A`), a few stand for all. Absent: values.

use super::overload::{Argument, Overload, Pattern};
use super::{SIGNATURES, Signatures};
use crate::lang::typed::{Callee, Density};
use crate::lang::types::{Base, Type};

/// A call, by its types.
#[derive(Clone, Debug, PartialEq)]
pub struct Concrete {
    pub callee: Callee,
    /// For a distribution, the outcome first, except for [`Density::Rng`].
    pub arguments: Vec<Type>,
    /// The type of the value.
    pub of: Type,
}

impl Concrete {
    /// The call as a model has it, of arguments that are written already.
    ///
    /// # Panics
    /// When it is of a user's function: the library has none.
    #[must_use]
    pub fn written(&self, arguments: &[String]) -> String {
        let (family, density) = match self.callee {
            Callee::Builtin(name) => return format!("{name}({})", arguments.join(", ")),
            Callee::Family { family, density } => (family, density),
            Callee::User(_) | Callee::Reduce(_) => unreachable!("the library calls no user"),
        };
        let ending = match density {
            Density::Rng => return format!("{family}_rng({})", arguments.join(", ")),
            Density::Lpdf | Density::Lupdf if self.arguments[0].base == Base::Int => "lpmf",
            Density::Lpdf | Density::Lupdf => "lpdf",
            Density::Cdf => "cdf",
            Density::Lcdf => "lcdf",
            Density::Lccdf => "lccdf",
        };
        format!("{family}_{ending}({} | {})", arguments[0], arguments[1..].join(", "))
    }
}

/// All calls of the library, in the order of names: functions, then distributions.
///
/// [`Density::Lupdf`] takes what [`Density::Lpdf`] takes and is not listed again.
#[must_use]
pub fn every_overload() -> Vec<Concrete> {
    let Signatures { functions, families } = &*SIGNATURES;
    let mut calls = Vec::new();
    for (name, overloads) in functions {
        for overload in overloads {
            push_calls(&mut calls, Callee::Builtin(name), overload);
        }
    }
    for family in families.values() {
        let callee = |density| Callee::Family { family: family.name, density };
        let arguments = [&family.outcome].into_iter().chain(&family.arguments).cloned().collect();
        let density = Overload { arguments, outcome: super::Outcome::Is(Type::REAL) };
        push_calls(&mut calls, callee(Density::Lpdf), &density);
        if family.cumulative {
            for cumulative in [Density::Cdf, Density::Lcdf, Density::Lccdf] {
                push_calls(&mut calls, callee(cumulative), &density);
            }
        }
        if let Some(generator) = &family.generator {
            push_calls(&mut calls, callee(Density::Rng), generator);
        }
    }
    calls
}

/// Appends the calls of one overload: all combinations of what its arguments may be that fit together.
fn push_calls(calls: &mut Vec<Concrete>, callee: Callee, overload: &Overload) {
    let mut combinations = vec![vec![]];
    for argument in &overload.arguments {
        let longer = combinations.iter().flat_map(|types: &Vec<Type>| {
            examples(argument).into_iter().map(move |of| types.iter().copied().chain([of]).collect())
        });
        combinations = longer.collect();
    }
    calls.extend(combinations.into_iter().filter_map(|arguments| {
        let of = overload.given(&arguments)?.of;
        Some(Concrete { callee, arguments, of })
    }));
}

/// Types that fit an argument.
fn examples(argument: &Argument) -> Vec<Type> {
    let reals = [Type::REAL, Type::VECTOR, Type::ROW_VECTOR, Type::MATRIX, Type::REAL.array_of(1)];
    match &argument.pattern {
        Pattern::OneOf(types) => types.clone(),
        Pattern::Reals => reals.into_iter().chain([Type::REAL.array_of(2), Type::VECTOR.array_of(1)]).collect(),
        Pattern::Ints => (0..3).map(|array| Type::INT.array_of(array)).collect(),
        Pattern::Same { array } => [Type::INT].into_iter().chain(reals).map(|of| of.array_of(*array)).collect(),
        Pattern::Arrays(base) => (1..3)
            .map(|array| Type::of(*base).array_of(array))
            .chain((*base == Base::Real).then_some(Type::VECTOR.array_of(1)))
            .filter(|of| argument.pattern.accepts(*of))
            .collect(),
    }
}
