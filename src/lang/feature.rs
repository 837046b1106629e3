//! Parts of Stan that are recognised and refused by name.
//!
//! The list shrinks as the language grows: whoever supports a feature deletes its constructor, and the
//! compiler points at the place that refused it.

use super::ast::Block;
use std::fmt;

/// Something Stan has and ridgewalk does not, yet.
///
/// Displayed as the beginning of a sentence that goes on "not supported yet", verb included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Feature {
    /// `array[N] real y`, and the older `real y[N]`.
    Arrays,
    /// A program block, by its name.
    Block(Block),
    /// Numbers such as `2i`.
    Complex,
    /// `condition ? yes : no`.
    Conditional,
    /// `<offset = …>` and `<multiplier = …>`.
    Constraint(String),
    /// Bounds on a transformed parameter, which Stan checks at run time.
    CheckedBounds,
    /// `normal_lpdf(y | mu, sigma)` and its kin.
    DensityCall(String),
    /// A distribution, by its name.
    Family(String),
    /// A function, by its name.
    Function(String),
    /// `#include`.
    Include,
    /// `y[n]`.
    Indexing,
    /// `[a, b]` and `{a, b}` as expressions.
    ListLiteral,
    /// `for` and `while`.
    Loop(String),
    /// `{ … }` inside a block.
    NestedBlock,
    /// An operator, by its symbol.
    Operator(&'static str),
    /// Another statement, by the word it begins with.
    Statement(String),
    /// `target()`.
    TargetValue,
    /// `T[lower, upper]` after a distribution.
    Truncation,
    /// A type anywhere.
    Type(String),
    /// A type that is supported, but not in this block.
    TypeInBlock { name: &'static str, block: Block },
    /// A vector as an argument of a distribution.
    VectorArgument { argument: &'static str, family: &'static str },
    /// A vector inside an arithmetic expression; the text says who met it.
    VectorArithmetic(String),
    /// A definition, bound or increment that is a vector.
    VectorValue(&'static str),
}

impl fmt::Display for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Arrays => write!(f, "arrays are"),
            Self::Block(name) => write!(f, "the `{name}` block is"),
            Self::Complex => write!(f, "complex numbers are"),
            Self::Conditional => write!(f, "the conditional operator `? :` is"),
            Self::Constraint(name) => write!(f, "the constraint `{name}` is"),
            Self::CheckedBounds => write!(f, "bounds on a transformed parameter are"),
            Self::DensityCall(name) => write!(f, "calling the density `{name}` is"),
            Self::Family(name) => write!(f, "the distribution `{name}` is"),
            Self::Function(name) => write!(f, "the function `{name}` is"),
            Self::Include => write!(f, "`#include` is"),
            Self::Indexing => write!(f, "indexing with `[ ]` is"),
            Self::ListLiteral => write!(f, "listing elements in `[ ]` or `{{ }}` is"),
            Self::Loop(word) => write!(f, "`{word}` loops are"),
            Self::NestedBlock => write!(f, "nested `{{ }}` blocks are"),
            Self::Operator(symbol) => write!(f, "the operator `{symbol}` is"),
            Self::Statement(word) => write!(f, "`{word}` statements are"),
            Self::TargetValue => write!(f, "reading the density with `target()` is"),
            Self::Truncation => write!(f, "truncation with `T[ , ]` is"),
            Self::Type(name) => write!(f, "`{name}` is"),
            Self::TypeInBlock { name, block } => write!(f, "`{name}` in the `{block}` block is"),
            Self::VectorArgument { argument, family } => {
                write!(f, "a vector as `{argument}` of `{family}` is")
            }
            Self::VectorArithmetic(by) => write!(f, "{by} of a vector is"),
            Self::VectorValue(role) => write!(f, "a vector as {role} is"),
        }
    }
}
