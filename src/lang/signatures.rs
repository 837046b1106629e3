//! What a model may call: functions and distributions, with the types they take and give.
//!
//! The two lists are [`functions`](mod@functions) and [`families`](mod@families), in a notation of their own that
//! [`notation`] reads once; [`overload`] decides whether a call fits a row. The language grows by a row there. Absent:
//! operators (`check`), densities and derivatives, and words of Stan that are refused (`vocabulary`).

mod concrete;
mod families;
mod functions;
mod list;
mod notation;
mod overload;

pub use self::concrete::{Concrete, every_overload};
pub use self::list::page;
pub use self::overload::{Argument, Family, Given, Outcome, Overload, Pattern};

use self::families::FAMILIES;
use self::functions::FUNCTIONS;
use super::typed::Density;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Everything a model may call.
#[derive(Debug)]
pub struct Signatures {
    /// Rows under their names; of several the first is the best match among equals.
    functions: BTreeMap<&'static str, Vec<Overload>>,
    families: BTreeMap<&'static str, Family>,
}

/// The functions and families ridgewalk supports.
pub static SIGNATURES: LazyLock<Signatures> = LazyLock::new(|| {
    let mut functions: BTreeMap<&'static str, Vec<Overload>> = BTreeMap::new();
    for (name, overload) in notation::functions(FUNCTIONS) {
        functions.entry(name).or_default().push(overload);
    }
    let families = notation::families(FAMILIES).into_iter().map(|family| (family.name, family)).collect();
    Signatures { functions, families }
});

/// The endings that make a function of a family, and whether the outcome is an int where that matters.
const ENDINGS: [(&str, Density, Option<bool>); 8] = [
    ("_lpdf", Density::Lpdf, Some(false)),
    ("_lupdf", Density::Lupdf, Some(false)),
    ("_lpmf", Density::Lpdf, Some(true)),
    ("_lupmf", Density::Lupdf, Some(true)),
    ("_lcdf", Density::Lcdf, None),
    ("_lccdf", Density::Lccdf, None),
    ("_cdf", Density::Cdf, None),
    ("_rng", Density::Rng, None),
];

/// A name cut into the name of a distribution and what is asked of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DensityName<'a> {
    pub family: &'a str,
    pub density: Density,
    /// Whether the ending asks for outcomes that are ints (`_lpmf`) or reals (`_lpdf`).
    pub discrete: Option<bool>,
}

/// Cuts the ending of a density off a name such as `normal_lpdf`; `None` when it has none.
#[must_use]
pub fn density_name(name: &str) -> Option<DensityName<'_>> {
    ENDINGS.iter().find_map(|(ending, density, discrete)| {
        let family = name.strip_suffix(ending).filter(|family| !family.is_empty())?;
        Some(DensityName { family, density: *density, discrete: *discrete })
    })
}

impl Signatures {
    /// The rows of the function called `name`, with the name as the table has it.
    #[must_use]
    pub fn function(&self, name: &str) -> Option<(&'static str, &[Overload])> {
        self.functions.get_key_value(name).map(|(name, overloads)| (*name, overloads.as_slice()))
    }

    /// The family called `name`.
    #[must_use]
    pub fn family(&self, name: &str) -> Option<&Family> {
        self.families.get(name)
    }

    /// The names of all functions, in the order of the alphabet.
    pub fn function_names(&self) -> impl Iterator<Item = &'static str> {
        self.functions.keys().copied()
    }

    /// The families, in the order of their names.
    pub fn families(&self) -> impl Iterator<Item = &Family> {
        self.families.values()
    }
}

#[cfg(test)]
mod tests;
