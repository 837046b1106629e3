//! Every mistake a model text can contain, one constructor each, with the places that prove it.
//!
//! In: spans and names from the lexer, the parser and the checker. Out: one sentence (`Display`) and the
//! spans; pictures with carets are `render`'s work. Absent: mistakes in the data, which belong to binding.

use super::ast::Block;
use super::feature::Feature;
use super::source::Span;
use super::types::Type;
use std::fmt;
use std::ops::RangeInclusive;
use thiserror::Error;

/// One mistake in a model.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Error {
    // What the lexer finds.
    #[error("Stan has no use for the character `{}` here", .character.escape_debug())]
    UnexpectedCharacter { character: char, instead: Option<&'static str>, span: Span },
    #[error("comments that begin with `#` are no longer part of Stan")]
    HashComment { span: Span },
    #[error("the file that `#include` names has not been read")]
    IncludeNotRead { span: Span },
    #[error("this comment is never closed")]
    UnterminatedComment { span: Span },
    #[error("this text is not closed on its line")]
    UnterminatedString { span: Span },
    #[error("`{text}` is neither a number nor a name")]
    MalformedNumber { text: String, span: Span },
    #[error("the integer `{text}` is larger than 2147483647, the largest Stan can hold")]
    IntegerTooLarge { text: String, span: Span },
    #[error("the number `{text}` is too large for a 64-bit real")]
    RealTooLarge { text: String, span: Span },

    // What the parser finds.
    #[error("expected {expected}, found {found}")]
    Expected { expected: &'static str, found: String, span: Span },
    #[error("expected `;` after this statement, found {found}")]
    MissingSemicolon { found: String, found_span: Span, previous: Span },
    #[error("this `{opener}` is never closed: expected `{closer}`, found {found}")]
    Unclosed { opener: &'static str, closer: &'static str, opened: Span, found: String, span: Span },
    #[error("`{name}` is not a program block{}", did_you_mean(.suggestion.as_ref()))]
    UnknownBlock { name: String, suggestion: Option<String>, span: Span },
    #[error("the `{block}` block appears twice")]
    RepeatedBlock { block: Block, span: Span, first: Span },
    #[error("the `{block}` block must come before the `{other}` block")]
    BlockOrder { block: Block, span: Span, other: Block, other_span: Span },
    #[error("`{name}` is not a type{}", did_you_mean(.suggestion.as_ref()))]
    UnknownType { name: String, suggestion: Option<String>, span: Span },
    #[error("the `{block}` block holds declarations only")]
    StatementAmongDeclarations { block: Block, span: Span },
    #[error("the bound `{bound}` is given twice")]
    RepeatedBound { bound: &'static str, span: Span, first: Span },
    #[error("`{declared}` is a constraint already and takes no other")]
    ConstraintOfConstrained { declared: &'static str, span: Span },
    #[error("`{declared}` needs {} in `[ ]`", sizes(.expected))]
    SizeCount { declared: &'static str, expected: RangeInclusive<usize>, span: Span },
    #[error("an argument has no size: write `[]` and a comma for each further dimension")]
    SizedArgument { span: Span },
    #[error("an argument cannot be a `{declared}`: functions know values and not their constraints")]
    ConstrainedArgument { declared: &'static str, base: &'static str, span: Span },
    #[error("assignment is written `=`, not `<-`")]
    ArrowAssignment { span: Span },
    #[error("`{old}` is no longer part of Stan: write `{modern}`")]
    OldSpelling { old: &'static str, modern: &'static str, span: Span },
    #[error("nothing is done with this value")]
    ValueUnused { span: Span },
    #[error("behind `~` the arguments of `{family}` stand alone, without outcome and `|`")]
    BarAfterTilde { family: String, span: Span },
    #[error("this is nested more than {limit} levels deep")]
    TooDeep { limit: usize, span: Span },
    #[error("{feature} not supported yet")]
    Unsupported { feature: Feature, span: Span },

    // What the checker finds about names.
    #[error("`{name}` is a word of the Stan language and cannot be a name")]
    ReservedName { name: String, span: Span },
    #[error("`{name}` ends in {ending}, which Stan keeps for itself")]
    ReservedEnding { name: String, ending: &'static str, span: Span },
    #[error("`{name}` is declared twice")]
    Redeclared { name: String, span: Span, first: Span },
    #[error("`{name}` has not been declared{}", did_you_mean(.suggestion.as_ref()))]
    Undeclared { name: String, suggestion: Option<String>, span: Span },
    #[error("`{name}` is not known here: its block has ended")]
    OutOfScope { name: String, span: Span, declared: Span },
    #[error("there is no function `{name}`{}", did_you_mean(.suggestion.as_ref()))]
    UnknownFunction { name: String, suggestion: Option<String>, span: Span },
    #[error("there is no distribution `{name}`{}", did_you_mean(.suggestion.as_ref()))]
    UnknownFamily { name: String, suggestion: Option<String>, span: Span },
    #[error("`{name}` is a distribution and can only stand to the right of `~`")]
    FamilyAsFunction { name: String, density: String, span: Span },
    #[error("`{name}` is a function, not a distribution")]
    FunctionAsFamily { name: String, span: Span },
    #[error("`{name}` is a function and needs its arguments in parentheses")]
    FunctionAsVariable { name: String, span: Span },
    #[error("`{name}` is a variable and cannot be called")]
    VariableAsFunction { name: String, span: Span, declared: Span },

    // What the checker finds about calls.
    #[error("`{name}` takes {expected}, not {found}")]
    ArgumentCount { name: String, expected: String, found: usize, span: Span },
    #[error("`{argument}` of `{name}` must be {expected}, and this is `{found}`")]
    ArgumentType { argument: String, name: String, expected: String, found: Type, span: Span },
    #[error("`{name}` cannot be called with ({})", types(.found))]
    NoOverload { name: String, found: Vec<Type>, expected: Vec<String>, span: Span },
    #[error("`{name}` gives {} for a part, and what is to be summed is `real`", .found.map_or("nothing".to_owned(), |of| format!("`{of}`")))]
    NoSum { name: String, found: Option<Type>, span: Span },
    #[error(
        "`{name}` cannot be summed in parts: a function whose name ends in `{ending}` does more than return a value"
    )]
    SumWithEffect { name: String, ending: &'static str, span: Span },
    #[error("what is to be summed is a function of the model's own, and `{name}` is the library's")]
    LibrarySum { name: String, span: Span },
    #[error("several functions `{name}` fit ({}) equally well", types(.found))]
    Ambiguous { name: String, found: Vec<Type>, span: Span },
    #[error("`{name}` wants data here, and this depends on parameters")]
    ArgumentNotData { name: String, span: Span },
    #[error("the outcome of `{name}` stands before a `|`")]
    BarMissing { name: String, span: Span },
    #[error("`{name}` is no density: its arguments are separated by commas alone")]
    BarUnwanted { name: String, span: Span },
    #[error("`{name}` gives no value")]
    VoidAsValue { name: String, span: Span },
    #[error("nothing is done with what `{name}` gives")]
    ResultUnused { name: String, span: Span },
    #[error(
        "`{name}` draws random numbers, which is possible in `transformed data`, in `generated quantities` and in functions whose names end in `_rng`"
    )]
    RandomNotAllowed { name: String, span: Span },
    #[error("`{name}` is known only up to a constant, which is enough in the `model` block and in densities alone")]
    UnnormalizedNotAllowed { name: String, span: Span },
    #[error("`{family}` cannot be truncated: its distribution functions are not {}", .why.words())]
    NoTruncation { family: String, why: Untruncated, span: Span },

    // What the checker finds about types and values.
    #[error("{place} must be {expected}, and this is `{found}`")]
    Mismatch { place: String, expected: Expected, found: Type, span: Span },
    #[error("`{operator}` does not work on `{left}` and `{right}`")]
    Operands { operator: &'static str, left: Type, right: Type, span: Span },
    #[error("`{operator}` does not work on `{found}`")]
    Operand { operator: &'static str, found: Type, span: Span },
    #[error("`{of}` takes {}, not {found}", counted_indexes(.of))]
    TooManyIndexes { of: Type, found: usize, span: Span },
    #[error("the elements of one list have one type, and here are `{first}` and `{other}`")]
    MixedElements { first: Type, other: Type, span: Span },
    #[error("both values of `? :` have one type, and here are `{then}` and `{otherwise}`")]
    MixedBranches { then: Type, otherwise: Type, span: Span },
    #[error("the size of `{name}` must be fixed by data alone{}", not_data(.other.as_ref()))]
    SizeNotData { name: String, other: Option<(String, &'static str, Span)>, span: Span },
    #[error("`{name}` cannot be an `int`: the `{block}` block holds continuous quantities")]
    IntegerNotAllowed { name: String, block: Block, span: Span },
    #[error("`{name}` is an `int` and takes no offset or multiplier")]
    AffineInteger { name: String, span: Span },
    #[error("the local variable `{name}` cannot have a constraint")]
    LocalConstraint { name: String, span: Span },
    #[error("`{name}` cannot be given a value in the `{block}` block")]
    DefinitionNotAllowed { name: String, block: Block, span: Span },

    // What the checker finds about statements.
    #[error("only a variable, or elements of one, can be assigned")]
    NotAPlace { span: Span },
    #[error("elements of several elements cannot be assigned")]
    NestedPlace { span: Span },
    #[error("`{name}` is assigned here, and an index of the assigned element reads it")]
    ReadWhileAssigned { name: String, span: Span, read: Span },
    #[error("`{name}` is {role} and cannot be assigned here")]
    AssignToReadOnly { name: String, role: &'static str, span: Span, declared: Span },
    #[error("{statement} belongs in the `model` block or in a function whose name ends in `_lp`")]
    OutsideModel { statement: String, span: Span },
    #[error(
        "{statement} belongs in the `transformed parameters` block or in a function whose name ends in `_jacobian`"
    )]
    OutsideTransformedParameters { statement: String, span: Span },
    #[error("`{word}` stands outside of a loop")]
    OutsideLoop { word: &'static str, span: Span },
    #[error("`return` stands outside of a function")]
    OutsideFunction { span: Span },
    #[error("`{name}` gives no value, and here is one")]
    ReturnsValue { name: String, span: Span },
    #[error("`{name}` must return a `{of}`, and here is none")]
    ReturnsNothing { name: String, of: Type, span: Span },
    #[error("`{name}` can end without returning a `{of}`")]
    MissingReturn { name: String, of: Type, span: Span },
    #[error("a function whose name ends in `{ending}` {demand}")]
    EndingDemands { ending: &'static str, demand: &'static str, span: Span },
    #[error("`{name}` is defined twice for the same types")]
    FunctionRedefined { name: String, span: Span, first: Span },
    #[error("`{name}` with these types is a function of Stan's library")]
    LibraryFunction { name: String, span: Span },
    #[error("`{name}` is a function of Stan's library that takes a function, and no model can define another")]
    HigherOrderFunction { name: String, span: Span },
    #[error("`{name}` is declared with `data` at other arguments than it is defined with")]
    DataArgumentsDiffer { name: String, span: Span, first: Span },
    #[error("`{name}` is declared and never defined")]
    NeverDefined { name: String, span: Span },
    #[error("`{name}` calls itself, directly or through others")]
    Recursion { name: String, span: Span, defined: Span },
}

/// What would have been right where a [`Error::Mismatch`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    Type(Type),
    /// Several types, in words.
    Words(&'static str),
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Type(of) => write!(f, "`{of}`"),
            Self::Words(words) => f.write_str(words),
        }
    }
}

/// Why a distribution cannot be truncated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Untruncated {
    /// The library does not have them.
    Unsupported,
    /// They are the user's to write, and are not there.
    Undefined,
}

impl Untruncated {
    fn words(self) -> &'static str {
        match self {
            Self::Unsupported => "supported yet",
            Self::Undefined => "defined",
        }
    }
}

fn did_you_mean(suggestion: Option<&String>) -> String {
    suggestion.map_or_else(String::new, |name| format!("; did you mean `{name}`?"))
}

fn not_data(other: Option<&(String, &'static str, Span)>) -> String {
    other.map_or_else(String::new, |(name, role, _)| format!(", and `{name}` is {role}"))
}

fn sizes(expected: &RangeInclusive<usize>) -> String {
    let (least, most) = (*expected.start(), *expected.end());
    let noun = if most == 1 { "size" } else { "sizes" };
    if least == most { format!("{most} {noun}") } else { format!("{least} or {most} {noun}") }
}

fn types(types: &[Type]) -> String {
    types.iter().map(Type::to_string).collect::<Vec<_>>().join(", ")
}

fn counted_indexes(of: &Type) -> String {
    match of.dimensions() {
        0 => "no indexes".to_owned(),
        1 => "1 index".to_owned(),
        more => format!("up to {more} indexes"),
    }
}

/// The mistakes of one model in the order they were found; never empty when handed to a caller.
#[derive(Clone, Debug, Default, Error, PartialEq, Eq)]
pub struct Errors(Vec<Error>);

/// Nobody reads on after so many, and memory must not grow with a file of nonsense.
const MOST: usize = 100;

impl Errors {
    /// Records a mistake, once a place: names declared together share their bounds and what is wrong
    /// with them. Mistakes after the hundredth are dropped.
    pub(super) fn push(&mut self, error: Error) {
        if !self.is_full() && !self.0.contains(&error) {
            self.0.push(error);
        }
    }

    /// Forgets mistakes that another one explains.
    pub(super) fn retain(&mut self, keep: impl FnMut(&Error) -> bool) {
        self.0.retain(keep);
    }

    /// Whether no more will be recorded.
    pub(super) fn is_full(&self) -> bool {
        self.0.len() >= MOST
    }

    /// Whether nothing was recorded.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The mistakes, in the order they were found.
    #[must_use]
    pub fn as_slice(&self) -> &[Error] {
        &self.0
    }
}

impl From<Error> for Errors {
    fn from(error: Error) -> Self {
        Self(vec![error])
    }
}

impl fmt::Display for Errors {
    /// One sentence a line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{error}")?;
        }
        Ok(())
    }
}
