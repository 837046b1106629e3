//! The tree of a model as written: nothing is resolved, nothing is known to make sense.
//!
//! Expressions live in one list, children before parents, in the order of the text. A pass over them is
//! a loop and not a recursion, so a sum of a hundred thousand terms overflows no stack, neither here nor
//! further down. Absent: comments, parentheses and empty statements, which leave no trace.

use super::source::Span;
use std::fmt;

/// A whole model. A block that is absent and one that is empty look the same.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Program {
    pub data: Vec<Declaration>,
    pub parameters: Vec<Declaration>,
    pub transformed_parameters: Vec<Statement>,
    pub model: Vec<Statement>,
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

/// `type<bounds> name = definition;`. One statement that declares several names becomes several of these.
#[derive(Clone, Debug, PartialEq)]
pub struct Declaration {
    pub declared: DeclaredType,
    /// Of the type's name.
    pub type_span: Span,
    pub bounds: Bounds,
    pub name: Name,
    pub definition: Option<ExpressionId>,
}

/// A type with its size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeclaredType {
    Int,
    Real,
    Vector { size: ExpressionId },
}

/// `<lower = …, upper = …>`, either or both or neither.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    pub lower: Option<ExpressionId>,
    pub upper: Option<ExpressionId>,
}

/// Something done, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Statement {
    Declaration(Declaration),
    /// `name = value;`. `name += value;` arrives here as `name = name + value;`.
    Assignment {
        name: Name,
        value: ExpressionId,
    },
    /// `outcome ~ family(arguments);`
    Tilde {
        outcome: ExpressionId,
        family: Name,
        arguments: Vec<ExpressionId>,
        span: Span,
    },
    /// `target += value;`
    TargetIncrement {
        value: ExpressionId,
        span: Span,
    },
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
    Unary { operator: UnaryOperator, operand: ExpressionId },
    Binary { operator: BinaryOperator, left: ExpressionId, right: ExpressionId },
    Call { function: Name, arguments: Vec<ExpressionId> },
}

/// Stan's operators with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOperator {
    Plus,
    Minus,
    Not,
    /// The one that stands behind its operand.
    Transpose,
}

impl UnaryOperator {
    /// As written.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Plus => "+",
            Self::Minus => "-",
            Self::Not => "!",
            Self::Transpose => "'",
        }
    }
}

/// Stan's operators with two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOperator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    ElementMultiply,
    ElementDivide,
    IntegerDivide,
    LeftDivide,
    Power,
    ElementPower,
}

impl BinaryOperator {
    /// All of them.
    const ALL: [Self; 19] = [
        Self::Or,
        Self::And,
        Self::Equal,
        Self::NotEqual,
        Self::Less,
        Self::LessEqual,
        Self::Greater,
        Self::GreaterEqual,
        Self::Add,
        Self::Subtract,
        Self::Multiply,
        Self::Divide,
        Self::Modulo,
        Self::ElementMultiply,
        Self::ElementDivide,
        Self::IntegerDivide,
        Self::LeftDivide,
        Self::Power,
        Self::ElementPower,
    ];

    /// The operator written `symbol`.
    #[must_use]
    pub fn from_symbol(symbol: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operator| operator.symbol() == symbol)
    }

    /// As written.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Or => "||",
            Self::And => "&&",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Modulo => "%",
            Self::ElementMultiply => ".*",
            Self::ElementDivide => "./",
            Self::IntegerDivide => "%/%",
            Self::LeftDivide => "\\",
            Self::Power => "^",
            Self::ElementPower => ".^",
        }
    }
}
