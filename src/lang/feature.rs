//! Parts of Stan that are recognised and refused by name.
//!
//! The list shrinks as the language grows: whoever supports a feature deletes its constructor, and the
//! compiler points at the place that refused it.

use std::fmt;

/// Something Stan has and ridgewalk does not, yet.
///
/// Displayed as the beginning of a sentence that goes on "not supported yet", verb included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Feature {
    /// A loop whose body assigns to what the loop runs over or up to, by its name: Stan reads it again in each turn.
    ChangingLoop(String),
    /// Numbers such as `2i`.
    Complex,
    /// A function of a distribution, by its name: `gamma_cdf`.
    DensityFunction(String),
    /// A distribution, by its name.
    Family(String),
    /// A function, by its name.
    Function(String),
    /// A type, by its name.
    Type(String),
}

impl fmt::Display for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ChangingLoop(name) => write!(f, "a loop that assigns to `{name}`, over which it runs, is"),
            Self::Complex => write!(f, "complex numbers are"),
            Self::Family(name) => write!(f, "the distribution `{name}` is"),
            Self::DensityFunction(name) | Self::Function(name) => write!(f, "the function `{name}` is"),
            Self::Type(name) => write!(f, "the type `{name}` is"),
        }
    }
}
