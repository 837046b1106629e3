//! The tree of a model that makes sense: names resolved, every expression typed, nothing left to refuse.
//!
//! In: built by `check` alone. Out: run by `interpret`, which needs no string and no second look: the names are here
//! for output and for messages. Absent: sizes and values of data, known at binding.

use super::ast::{BinaryOperator, ExpressionId, UnaryOperator};
use super::source::Span;
use super::types::Type;

/// A model, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct TypedModel {
    /// Every variable of every block and function, in order of declaration.
    pub variables: Vec<Variable>,
    /// User-defined functions, in order of definition.
    pub functions: Vec<Function>,
    /// The data block, in order of declaration.
    pub data: Vec<VariableId>,
    pub transformed_data: Vec<Statement>,
    /// In order of declaration; sizes refer to data, bounds refer to data and to earlier parameters.
    pub parameters: Vec<VariableId>,
    /// Top-level declarations in it are outputs, as in Stan; declarations in nested blocks are not.
    pub transformed_parameters: Vec<Statement>,
    pub model: Vec<Statement>,
    pub generated_quantities: Vec<Statement>,
    /// All expressions, children before parents.
    pub expressions: Vec<Expression>,
}

/// A row of [`TypedModel::variables`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VariableId(pub usize);

/// A row of [`TypedModel::functions`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FunctionId(pub usize);

/// A variable.
#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    pub name: String,
    pub span: Span,
    pub of: Type,
    pub origin: Origin,
    /// Empty for arguments and loop variables: they take the shape of what they are given.
    /// Otherwise array sizes, then rows and columns, as many as the type has dimensions
    /// (`cov_matrix[K]` has its one size twice; `cholesky_factor_cov[M]` too).
    pub sizes: Vec<ExpressionId>,
    pub constraint: Constraint,
}

/// Where a variable was declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    Data,
    TransformedData,
    Parameter,
    TransformedParameter,
    GeneratedQuantity,
    /// In a nested block, in the model block, or in a function.
    Local,
    Argument,
    Loop,
}

/// What a declared value must keep. Scalars promote and broadcast over containers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Constraint {
    #[default]
    None,
    Bounds {
        lower: Option<ExpressionId>,
        upper: Option<ExpressionId>,
    },
    /// `<offset = …, multiplier = …>`
    Affine {
        offset: Option<ExpressionId>,
        multiplier: Option<ExpressionId>,
    },
    Ordered,
    PositiveOrdered,
    Simplex,
    SumToZero,
    UnitVector,
    CholeskyFactorCorr,
    CholeskyFactorCov,
    CorrMatrix,
    CovMatrix,
}

/// A user-defined function.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    pub name: String,
    pub span: Span,
    pub arguments: Vec<VariableId>,
    /// `None` for `void`.
    pub returns: Option<Type>,
    pub body: Vec<Statement>,
}

/// Something done, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Statement {
    /// Brings a variable to life (again, in a loop); without a definition its elements are not a number.
    Declare {
        variable: VariableId,
        definition: Option<ExpressionId>,
        span: Span,
    },
    /// `variable[indexes] operator= value`
    Assign {
        variable: VariableId,
        indexes: Vec<Index>,
        operator: Option<BinaryOperator>,
        value: ExpressionId,
        span: Span,
    },
    /// `outcome ~ density(arguments) T[lower, upper]`; the density's kind is [`Density::Lupdf`] of a family or user function.
    Tilde {
        outcome: ExpressionId,
        callee: Callee,
        arguments: Vec<ExpressionId>,
        truncation: Option<Truncation>,
        span: Span,
    },
    /// Adds the sum of all elements to the target.
    TargetIncrement {
        value: ExpressionId,
        span: Span,
    },
    For {
        variable: VariableId,
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
    /// A void function called as a statement.
    Call {
        call: ExpressionId,
        span: Span,
    },
}

impl Statement {
    /// Where it stands; nowhere, if it is a block without statements.
    pub fn span(&self) -> Option<Span> {
        match self {
            Self::Declare { span, .. }
            | Self::Assign { span, .. }
            | Self::Tilde { span, .. }
            | Self::TargetIncrement { span, .. }
            | Self::For { span, .. }
            | Self::While { span, .. }
            | Self::If { span, .. }
            | Self::Break { span }
            | Self::Continue { span }
            | Self::Return { span, .. }
            | Self::Print { span, .. }
            | Self::Reject { span, .. }
            | Self::Call { span, .. } => Some(*span),
            Self::Block(statements) => statements.iter().find_map(Self::span),
        }
    }
}

/// Whether one of some statements, or one inside of them, is so.
pub fn any_statement(statements: &[Statement], is: &impl Fn(&Statement) -> bool) -> bool {
    find_statement(statements, &mut |statement| is(statement).then_some(())).is_some()
}

/// What `find` first gives of some statements, each before those inside of it; it meets all of them if it gives nothing.
pub fn find_statement<T>(statements: &[Statement], find: &mut impl FnMut(&Statement) -> Option<T>) -> Option<T> {
    statements.iter().find_map(|statement| {
        find(statement).or_else(|| match statement {
            Statement::For { body, .. } | Statement::While { body, .. } | Statement::Block(body) => {
                find_statement(body, find)
            }
            Statement::If { then, otherwise, .. } => {
                find_statement(then, find).or_else(|| find_statement(otherwise, find))
            }
            Statement::Declare { .. }
            | Statement::Assign { .. }
            | Statement::Tilde { .. }
            | Statement::TargetIncrement { .. }
            | Statement::Break { .. }
            | Statement::Continue { .. }
            | Statement::Return { .. }
            | Statement::Print { .. }
            | Statement::Reject { .. }
            | Statement::Call { .. } => None,
        })
    })
}

/// A piece of what is printed.
#[derive(Clone, Debug, PartialEq)]
pub enum Text {
    Literal(String),
    Value(ExpressionId),
}

/// What a `for` runs over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    Range {
        from: ExpressionId,
        to: ExpressionId,
    },
    /// Elements of an array, or all numbers of a vector or matrix (column-major).
    Container(ExpressionId),
}

/// `T[lower, upper]`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Truncation {
    pub lower: Option<ExpressionId>,
    pub upper: Option<ExpressionId>,
    /// The distribution functions of a user's density.
    pub tails: Option<Tails>,
}

/// The user's `_lcdf` and `_lccdf` of one distribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tails {
    pub lcdf: FunctionId,
    pub lccdf: FunctionId,
}

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expression {
    pub kind: ExpressionKind,
    /// The type of the value; of a void call, `int` and never read.
    pub of: Type,
    /// Whether data alone fix the value (it refers to no parameter, and to no local that a parameter may have reached).
    pub data_only: bool,
    pub span: Span,
}

/// What an expression is. An int promotes where a real is wanted, also inside of arrays.
#[derive(Clone, Debug, PartialEq)]
pub enum ExpressionKind {
    Int(i32),
    Real(f64),
    Variable(VariableId),
    Unary {
        operator: UnaryOperator,
        operand: ExpressionId,
    },
    /// `/` of two ints arrives as [`BinaryOperator::IntegerDivide`].
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
    /// `[a, b]` of scalars: a row vector; of row vectors: a matrix.
    Row(Vec<ExpressionId>),
    Call {
        callee: Callee,
        arguments: Vec<ExpressionId>,
    },
    /// `target()`
    Target,
}

impl ExpressionKind {
    /// The expressions that it is made of, in the order of the text; of an indexed one the base first.
    pub fn parts(&self) -> Vec<ExpressionId> {
        match self {
            Self::Int(_) | Self::Real(_) | Self::Variable(_) | Self::Target => Vec::new(),
            Self::Unary { operand, .. } => vec![*operand],
            Self::Binary { left, right, .. } => vec![*left, *right],
            Self::Conditional { condition, then, otherwise } => vec![*condition, *then, *otherwise],
            Self::Index { base, indexes } => {
                std::iter::once(*base).chain(indexes.iter().flat_map(Index::parts)).collect()
            }
            Self::Array(elements) | Self::Row(elements) => elements.clone(),
            Self::Call { arguments, .. } => arguments.clone(),
        }
    }
}

impl TypedModel {
    /// Visits an expression and the parts of it that `visit` returns, each before its parts, in the order of the text. A
    /// loop and not a recursion: chains of operators may be long.
    pub fn visit(&self, expression: ExpressionId, mut visit: impl FnMut(&ExpressionKind) -> Vec<ExpressionId>) {
        let mut pending = vec![expression];
        while let Some(id) = pending.pop() {
            pending.extend(visit(&self.expressions[id.index()].kind).into_iter().rev());
        }
    }
}

/// One index, 1-based.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Index {
    /// `:`
    All,
    Single(ExpressionId),
    /// An array of ints.
    Many(ExpressionId),
    /// `from:to`, either end open.
    Range {
        from: Option<ExpressionId>,
        to: Option<ExpressionId>,
    },
}

impl Index {
    /// The expressions in it, in the order of the text.
    pub fn parts(&self) -> impl Iterator<Item = ExpressionId> + use<> {
        let (first, second) = match *self {
            Self::All => (None, None),
            Self::Single(at) | Self::Many(at) => (Some(at), None),
            Self::Range { from, to } => (from, to),
        };
        first.into_iter().chain(second)
    }
}

/// What is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Callee {
    /// A function of the library, by its Stan name.
    Builtin(&'static str),
    User(FunctionId),
    /// `reduce_sum` of a function; the arguments are the array, the grainsize, and what all parts share.
    Reduce(FunctionId),
    /// A distribution; the first argument is the outcome, except for [`Density::Rng`].
    Family {
        family: &'static str,
        density: Density,
    },
}

/// Which function of a distribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Density {
    /// `_lpdf` and `_lpmf`
    Lpdf,
    /// `_lupdf`, `_lupmf` and `~`: up to a constant.
    Lupdf,
    Cdf,
    Lcdf,
    Lccdf,
    Rng,
}
