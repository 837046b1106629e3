//! Every mistake a model text can contain, one constructor each, with the places that prove it.
//!
//! In: spans and names from the lexer, the parser and the checker. Out: one sentence (`Display`) and the
//! spans; pictures with carets are `render`'s work. Absent: mistakes in the data, which belong to binding.

use super::ast::Block;
use super::feature::Feature;
use super::source::Span;
use super::types::Type;
use thiserror::Error;

/// One mistake in a model.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Error {
    // What the lexer finds.
    #[error("Stan has no use for the character `{}` here", .character.escape_debug())]
    UnexpectedCharacter { character: char, instead: Option<&'static str>, span: Span },
    #[error("comments that begin with `#` are no longer part of Stan")]
    HashComment { span: Span },
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
    #[error("assignment is written `=`, not `<-`")]
    ArrowAssignment { span: Span },
    #[error("this expression is nested more than {limit} levels deep")]
    TooDeep { limit: usize, span: Span },
    #[error("{feature} not supported yet")]
    Unsupported { feature: Feature, span: Span },

    // What the checker finds about names.
    #[error("`{name}` is a word of the Stan language and cannot name a variable")]
    ReservedName { name: String, span: Span },
    #[error("`{name}` ends in two underscores, which Stan keeps for itself")]
    ReservedSuffix { name: String, span: Span },
    #[error("`{name}` is declared twice")]
    Redeclared { name: String, span: Span, first: Span },
    #[error("`{name}` has not been declared{}", did_you_mean(.suggestion.as_ref()))]
    Undeclared { name: String, suggestion: Option<String>, span: Span },
    #[error("there is no function `{name}`{}", did_you_mean(.suggestion.as_ref()))]
    UnknownFunction { name: String, suggestion: Option<String>, span: Span },
    #[error("there is no distribution `{name}`{}", did_you_mean(.suggestion.as_ref()))]
    UnknownFamily { name: String, suggestion: Option<String>, span: Span },
    #[error("`{name}` is a distribution and can only stand to the right of `~`")]
    FamilyAsFunction { name: String, span: Span },
    #[error("`{name}` is a function, not a distribution")]
    FunctionAsFamily { name: String, span: Span },
    #[error("`{name}` is a function and needs its arguments in parentheses")]
    FunctionAsVariable { name: String, span: Span },
    #[error("`{name}` is a variable and cannot be called")]
    VariableAsFunction { name: String, span: Span, declared: Span },

    // What the checker finds about types and values.
    #[error("`{name}` takes {} ({}), not {found}", counted(.expected.len()), .expected.join(", "))]
    ArgumentCount { name: String, expected: &'static [&'static str], found: usize, span: Span },
    #[error("`{operator}` divides an `int` by an `int`, not `{left}` by `{right}`")]
    NotIntegers { operator: &'static str, left: Type, right: Type, span: Span },
    #[error("the size of a vector must be an `int`, and this is a `{found}`")]
    SizeNotInt { found: Type, span: Span },
    #[error("a bound of an `int` must be an `int`, and this is a `{found}`")]
    BoundNotInt { found: Type, span: Span },
    #[error("`{name}` cannot be an `int`: the `{block}` block holds continuous quantities")]
    IntegerNotAllowed { name: String, block: Block, span: Span },
    #[error("the local variable `{name}` cannot have bounds")]
    LocalBounds { name: String, span: Span },
    #[error("`{name}` cannot be given a value in the `{block}` block")]
    DefinitionNotAllowed { name: String, block: Block, span: Span },
    #[error("`{name}` is {role} and cannot be assigned here")]
    AssignToReadOnly { name: String, role: &'static str, span: Span, declared: Span },
    #[error("`{name}` is read before it has a value")]
    ReadBeforeAssignment { name: String, span: Span, declared: Span },
    #[error("the transformed parameter `{name}` is never given a value")]
    NeverAssigned { name: String, span: Span },
    #[error("`{statement}` belongs in the `model` block")]
    OutsideModel { statement: &'static str, span: Span },
}

fn did_you_mean(suggestion: Option<&String>) -> String {
    suggestion.map_or_else(String::new, |name| format!("; did you mean `{name}`?"))
}

fn counted(arguments: usize) -> String {
    match arguments {
        0 => "no arguments".to_owned(),
        1 => "1 argument".to_owned(),
        more => format!("{more} arguments"),
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
        if self.0.len() < MOST && !self.0.contains(&error) {
            self.0.push(error);
        }
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

impl std::fmt::Display for Errors {
    /// One sentence a line.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{error}")?;
        }
        Ok(())
    }
}
