//! Whether a call fits a row of the tables, and what it gives.
//!
//! In: the types of the arguments. Out: the type of the value, and how many arguments an int had to be promoted for.
//! Absent: choosing among several rows that fit, and words about those that do not; the checker does both.

use crate::lang::types::{Base, Type};
use std::fmt;

/// One way to call a function.
#[derive(Clone, Debug)]
pub struct Overload {
    pub arguments: Vec<Argument>,
    pub outcome: Outcome,
}

/// An argument of an overload or of a distribution.
#[derive(Clone, Debug)]
pub struct Argument {
    pub pattern: Pattern,
    /// The pattern as the table has it.
    pub written: &'static str,
    /// Its name in Stan's reference, for distributions.
    pub name: Option<&'static str>,
    /// Whether it must not depend on parameters.
    pub data: bool,
}

/// What an argument may be; ints promote throughout.
#[derive(Clone, Debug)]
pub enum Pattern {
    /// One of these.
    OneOf(Vec<Type>),
    /// `T`: a real or any container of them, element by element.
    Reals,
    /// `I`: an int or any array of them, element by element.
    Ints,
    /// `A`: any type under so many dimensions of array, the same in the whole row.
    Same { array: usize },
    /// An array of any number of dimensions.
    Arrays(Base),
}

/// What a call gives.
#[derive(Clone, Copy, Debug)]
pub enum Outcome {
    Is(Type),
    /// The shape that the arguments `T` and `I` have together, of reals.
    Reals,
    /// The same, of ints.
    Ints,
    /// The type `A` under so many dimensions of array.
    Same {
        array: usize,
    },
    /// The type of the first argument.
    First,
    /// One outcome of a distribution, or an array of them when an argument holds several.
    Drawn(Type),
}

/// A distribution.
#[derive(Clone, Debug)]
pub struct Family {
    pub name: &'static str,
    pub outcome: Argument,
    /// Without the outcome.
    pub arguments: Vec<Argument>,
    /// Whether it has `_cdf`, `_lcdf` and `_lccdf`.
    pub cumulative: bool,
    /// Whether these take data alone.
    pub cumulative_of_data: bool,
    /// `_rng`
    pub generator: Option<Overload>,
}

impl Family {
    /// Whether outcomes are ints, so that the density is a mass.
    #[must_use]
    pub fn is_discrete(&self) -> bool {
        matches!(&self.outcome.pattern, Pattern::OneOf(types) if types.iter().all(|of| of.base == Base::Int))
    }
}

/// What an overload gives for the arguments at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Given {
    pub of: Type,
    /// How many arguments were promoted.
    pub promotions: usize,
}

impl Overload {
    /// What a call with arguments of these types gives, or `None` when it does not fit.
    #[must_use]
    pub fn given(&self, types: &[Type]) -> Option<Given> {
        if types.len() != self.arguments.len() {
            return None;
        }
        let mut promotions = 0;
        let (mut shape, mut same) = (None, None);
        for (argument, of) in self.arguments.iter().zip(types.iter().copied()) {
            promotions += argument.pattern.fit(of, &mut shape, &mut same)?;
        }
        let of = match self.outcome {
            Outcome::Is(of) => of,
            Outcome::Reals => shape.unwrap_or(Type::REAL).promoted(),
            Outcome::Ints => shape.unwrap_or(Type::INT),
            Outcome::Same { array } => same?.array_of(array),
            Outcome::First => *types.first()?,
            Outcome::Drawn(of) => of.array_of(usize::from(self.draws_several(types))),
        };
        Some(Given { of, promotions })
    }

    /// Whether an argument holds more than one of what its row allows first: several reals, or several vectors.
    fn draws_several(&self, types: &[Type]) -> bool {
        self.arguments.iter().zip(types).any(|(argument, of)| match &argument.pattern {
            Pattern::OneOf(allowed) => of.dimensions() > allowed[0].dimensions(),
            Pattern::Reals | Pattern::Ints | Pattern::Same { .. } | Pattern::Arrays(_) => false,
        })
    }
}

impl Pattern {
    /// Whether an argument of type `of` fits by itself.
    #[must_use]
    pub fn accepts(&self, of: Type) -> bool {
        self.fit(of, &mut None, &mut None).is_some()
    }

    /// How many promotions `of` needs to fit, 0 or 1; `None` when it does not. `shape` is what `T` and `I` have been
    /// so far, `same` what `A` has been.
    fn fit(&self, of: Type, shape: &mut Option<Type>, same: &mut Option<Type>) -> Option<usize> {
        match self {
            Self::OneOf(types) => {
                if types.contains(&of) {
                    return Some(0);
                }
                types.iter().any(|wanted| of.promotes_to(*wanted)).then_some(1)
            }
            Self::Reals | Self::Ints => {
                let ints = matches!(self, Self::Ints);
                if ints && of.base != Base::Int {
                    return None;
                }
                if !of.is_scalar() {
                    *shape = Some(match *shape {
                        None => of,
                        Some(before) => one_shape(before, of)?,
                    });
                }
                Some(usize::from(!ints && of.base == Base::Int))
            }
            Self::Same { array } => {
                let of = Type { base: of.base, array: of.array.checked_sub(*array)? };
                let joined = same.map_or(Some(of), |before| before.join(of))?;
                let promoted = joined != of || same.is_some_and(|before| before != joined);
                *same = Some(joined);
                Some(usize::from(promoted))
            }
            Self::Arrays(base) => {
                let wanted = Type { base: *base, array: of.array };
                (of.array > 0 && of.promotes_to(wanted)).then_some(usize::from(of != wanted))
            }
        }
    }
}

/// The one shape of two containers, if they have one: the same type, or ints beside reals in as many dimensions.
fn one_shape(a: Type, b: Type) -> Option<Type> {
    a.join(b).or_else(|| match (a.base, b.base) {
        (Base::Int, _) if a.dimensions() == b.dimensions() => Some(b),
        (_, Base::Int) if a.dimensions() == b.dimensions() => Some(a),
        _ => None,
    })
}

impl fmt::Display for Pattern {
    /// In words, with the types as Stan writes them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OneOf(types) => {
                for (at, of) in types.iter().enumerate() {
                    let before = match at {
                        0 => "",
                        _ if at + 1 == types.len() => " or ",
                        _ => ", ",
                    };
                    write!(f, "{before}`{of}`")?;
                }
                Ok(())
            }
            Self::Reals => f.write_str("a real or a container of reals"),
            Self::Ints => f.write_str("an int or an array of ints"),
            Self::Same { .. } => f.write_str("of any type"),
            Self::Arrays(base) => write!(f, "an array of `{}`", base.name()),
        }
    }
}
