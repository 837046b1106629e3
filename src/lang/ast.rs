//! The tree of a model as written: nothing is resolved, nothing is known to make sense.
//!
//! Expressions live in one list, children before parents, in the order of the text, each with its parts right
//! before it. A pass over them is a loop and not a recursion, so a sum of a hundred thousand terms overflows no
//! stack. Absent: comments, parentheses and empty statements, which leave no trace; `profile`, which is its block.

mod declared;
mod operator;

pub use self::declared::DeclaredType;
pub use self::operator::{BinaryOperator, UnaryOperator};

use super::source::Span;
use super::types::Type;
use std::fmt;

/// A whole model. A block that is absent and one that is empty look the same.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Program {
    pub functions: Vec<Function>,
    pub data: Vec<Declaration>,
    pub transformed_data: Vec<Statement>,
    pub parameters: Vec<Declaration>,
    pub transformed_parameters: Vec<Statement>,
    pub model: Vec<Statement>,
    pub generated_quantities: Vec<Statement>,
    /// All expressions of the model; an [`ExpressionId`] is a position in it.
    pub expressions: Vec<Expression>,
}

/// The blocks of a Stan program, in the order the language demands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Block {
    Functions,
    Data,
    TransformedData,
    Parameters,
    TransformedParameters,
    Model,
    GeneratedQuantities,
}

impl Block {
    /// All of them, in order.
    pub const ALL: [Self; 7] = [
        Self::Functions,
        Self::Data,
        Self::TransformedData,
        Self::Parameters,
        Self::TransformedParameters,
        Self::Model,
        Self::GeneratedQuantities,
    ];

    /// As written, one space between two words.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Functions => "functions",
            Self::Data => "data",
            Self::TransformedData => "transformed data",
            Self::Parameters => "parameters",
            Self::TransformedParameters => "transformed parameters",
            Self::Model => "model",
            Self::GeneratedQuantities => "generated quantities",
        }
    }
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    pub text: String,
    pub span: Span,
}

/// A function as defined, or as announced by a declaration without a body.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    pub name: Name,
    /// `None` for `void`.
    pub returns: Option<Type>,
    pub arguments: Vec<Argument>,
    pub body: Option<Vec<Statement>>,
}

/// An argument of a [`Function`].
#[derive(Clone, Debug, PartialEq)]
pub struct Argument {
    pub name: Name,
    pub of: Type,
    /// Marked `data`: no parameter may be handed over.
    pub data: bool,
}

/// `type<constraint>[sizes] name = definition;`. A statement that declares several names becomes several of these.
#[derive(Clone, Debug, PartialEq)]
pub struct Declaration {
    pub declared: DeclaredType,
    /// Of the type's name.
    pub type_span: Span,
    /// Sizes of the array, in front of the type or, in the old way, behind the name.
    pub arrays: Vec<ExpressionId>,
    /// Sizes behind the type, as many as it takes.
    pub sizes: Vec<ExpressionId>,
    pub constraint: Constraint,
    pub name: Name,
    pub definition: Option<ExpressionId>,
}

/// What stands in `< >` behind a type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Constraint {
    #[default]
    None,
    /// `<lower = …, upper = …>`
    Bounds { lower: Option<ExpressionId>, upper: Option<ExpressionId> },
    /// `<offset = …, multiplier = …>`
    Affine { offset: Option<ExpressionId>, multiplier: Option<ExpressionId> },
}

/// Something done, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Statement {
    Declaration(Declaration),
    /// `place operator= value;`; the place is a variable or elements of one.
    Assignment {
        place: ExpressionId,
        operator: Option<BinaryOperator>,
        value: ExpressionId,
        span: Span,
    },
    /// `outcome ~ family(arguments) T[lower, upper];`
    Tilde {
        outcome: ExpressionId,
        family: Name,
        arguments: Vec<ExpressionId>,
        truncation: Option<Truncation>,
        span: Span,
    },
    /// `target += value;`
    TargetIncrement {
        value: ExpressionId,
        span: Span,
    },
    /// `jacobian += value;`
    JacobianIncrement {
        value: ExpressionId,
        span: Span,
    },
    For {
        variable: Name,
        over: Over,
        body: Vec<Statement>,
        span: Span,
    },
    While {
        condition: ExpressionId,
        body: Vec<Statement>,
        span: Span,
    },
    If {
        condition: ExpressionId,
        then: Vec<Statement>,
        otherwise: Vec<Statement>,
        span: Span,
    },
    Break {
        span: Span,
    },
    Continue {
        span: Span,
    },
    Block(Vec<Statement>),
    Return {
        value: Option<ExpressionId>,
        span: Span,
    },
    Print {
        arguments: Vec<Text>,
        span: Span,
    },
    /// `reject`, or `fatal_error`.
    Reject {
        arguments: Vec<Text>,
        fatal: bool,
        span: Span,
    },
    /// A function called for what it does.
    Call {
        call: ExpressionId,
        span: Span,
    },
}

/// What a `for` runs over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    Range { from: ExpressionId, to: ExpressionId },
    Container(ExpressionId),
}

/// `T[lower, upper]`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Truncation {
    pub lower: Option<ExpressionId>,
    pub upper: Option<ExpressionId>,
}

/// A piece of what is printed.
#[derive(Clone, Debug, PartialEq)]
pub enum Text {
    Literal(String),
    Value(ExpressionId),
}

/// The position of an expression in [`Program::expressions`], and of its typed form in the typed model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExpressionId(pub(super) usize);

impl ExpressionId {
    /// The position, for indexing a table that runs beside the expressions.
    #[must_use]
    pub fn index(self) -> usize {
        self.0
    }
}

/// An expression and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Expression {
    pub kind: ExpressionKind,
    pub span: Span,
}

/// What an expression is.
#[derive(Clone, Debug, PartialEq)]
pub enum ExpressionKind {
    Int(i32),
    Real(f64),
    Variable(String),
    /// A function that another is given, by its name.
    Function(String),
    Unary {
        operator: UnaryOperator,
        operand: ExpressionId,
    },
    Binary {
        operator: BinaryOperator,
        left: ExpressionId,
        right: ExpressionId,
    },
    Conditional {
        condition: ExpressionId,
        then: ExpressionId,
        otherwise: ExpressionId,
    },
    Index {
        base: ExpressionId,
        indexes: Vec<Index>,
    },
    /// `{a, b}`
    Array(Vec<ExpressionId>),
    /// `[a, b]`
    Row(Vec<ExpressionId>),
    /// `function(a, b)`, or with `bar` `function(a | b)`.
    Call {
        function: Name,
        arguments: Vec<ExpressionId>,
        bar: bool,
    },
    /// `target()`
    Target,
}

impl ExpressionKind {
    /// The expressions this one is made of, in the order of the text.
    #[must_use]
    pub fn parts(&self) -> Vec<ExpressionId> {
        match self {
            Self::Int(_) | Self::Real(_) | Self::Variable(_) | Self::Function(_) | Self::Target => vec![],
            Self::Unary { operand, .. } => vec![*operand],
            Self::Binary { left, right, .. } => vec![*left, *right],
            Self::Conditional { condition, then, otherwise } => vec![*condition, *then, *otherwise],
            Self::Index { base, indexes } => [*base].into_iter().chain(indexes.iter().flat_map(Index::parts)).collect(),
            Self::Array(parts) | Self::Row(parts) | Self::Call { arguments: parts, .. } => parts.clone(),
        }
    }
}

/// One index, as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Index {
    /// `:`, or nothing.
    All,
    /// `i`, of which only the type tells whether it is one element or several.
    At(ExpressionId),
    /// `from:to`, one end open or none.
    Range { from: Option<ExpressionId>, to: Option<ExpressionId> },
}

impl Index {
    fn parts(&self) -> impl Iterator<Item = ExpressionId> + use<> {
        let (first, second) = match self {
            Self::All => (None, None),
            Self::At(at) => (Some(*at), None),
            Self::Range { from, to } => (*from, *to),
        };
        first.into_iter().chain(second)
    }
}
