//! The tree of a model that makes sense: names resolved, every expression typed, nothing left to refuse.
//!
//! In: built by `check` alone. Out: read by the lowering, which needs no string and no second look:
//! the names are here for output and for messages. Declarations stand in tables, one per kind of
//! variable, and an id is a position in its table. Absent: sizes and values of data, known at binding.

use super::ast::ExpressionId;
use super::signatures::{Family, Function};
use super::source::Span;
use super::types::Type;

/// A model, checked.
///
/// [`Self::expressions`] hold children before parents and follow the text: those of the data block, of the
/// parameters, of [`Self::transform`], of [`Self::model`]. So lowering needs no recursion: before each
/// declaration or statement it lowers all expressions up to the [`ExpressionId`] named there, and a
/// variable read among them has the value that the statements so far gave it.
#[derive(Clone, Debug, PartialEq)]
pub struct TypedModel {
    /// In order of declaration; sizes and bounds refer to earlier rows only.
    pub data: Vec<DataDeclaration>,
    /// In order of declaration; bounds refer to data and to earlier rows only.
    pub parameters: Vec<ParameterDeclaration>,
    /// In order of declaration; each has a value once [`Self::transform`] has run.
    pub transformed_parameters: Vec<RealDeclaration>,
    /// Variables of the model block, in order of declaration.
    pub locals: Vec<RealDeclaration>,
    /// The `transformed parameters` block: assignments to transformed parameters.
    pub transform: Vec<Statement>,
    /// The `model` block, in order.
    pub model: Vec<Statement>,
    /// All expressions, children before parents.
    pub expressions: Vec<Expression>,
}

impl TypedModel {
    /// The expression at `id`.
    ///
    /// # Panics
    ///
    /// When `id` comes from another, longer model.
    #[must_use]
    pub fn expression(&self, id: ExpressionId) -> &Expression {
        &self.expressions[id.index()]
    }
}

/// A row of [`TypedModel::data`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DataId(pub usize);

/// A row of [`TypedModel::parameters`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ParameterId(pub usize);

/// A row of [`TypedModel::transformed_parameters`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TransformedId(pub usize);

/// A row of [`TypedModel::locals`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LocalId(pub usize);

/// `int<…> name`, `real<…> name` or `vector<…>[size] name` in the data block.
#[derive(Clone, Debug, PartialEq)]
pub struct DataDeclaration {
    pub name: String,
    pub span: Span,
    pub shape: DataShape,
    /// Bounds every element must keep; whether the data do is for binding to check.
    pub bounds: Bounds,
}

/// What data a declaration asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataShape {
    /// With it, both bounds have type int.
    Int,
    Real,
    /// `size` is of type int and data-only. That it is not negative is for binding to check.
    Vector {
        size: ExpressionId,
    },
}

impl DataShape {
    /// The type of the variable.
    #[must_use]
    pub fn of(self) -> Type {
        match self {
            Self::Int => Type::Int,
            Self::Real => Type::Real,
            Self::Vector { .. } => Type::Vector,
        }
    }
}

/// `real<…> name` in the parameters block.
#[derive(Clone, Debug, PartialEq)]
pub struct ParameterDeclaration {
    pub name: String,
    pub span: Span,
    pub bounds: Bounds,
}

/// A real that statements give its value: a transformed parameter or a local variable.
#[derive(Clone, Debug, PartialEq)]
pub struct RealDeclaration {
    pub name: String,
    pub span: Span,
}

/// Scalar bounds; an int promotes. That lower lies below upper is for binding to check.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    pub lower: Option<ExpressionId>,
    pub upper: Option<ExpressionId>,
}

/// Something done, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Statement {
    /// `value` is a scalar; an int promotes. The same variable may be assigned again.
    Assign { variable: Assignable, value: ExpressionId, span: Span },
    /// Adds the log density of `outcome` to the target, up to a constant.
    ///
    /// `outcome` is a scalar, or a data vector whose elements are independent; `arguments` are scalars, as
    /// many as the family takes. Ints promote.
    Tilde { outcome: ExpressionId, family: Family, arguments: Vec<ExpressionId>, span: Span },
    /// Adds a scalar to the target; an int promotes.
    TargetIncrement { value: ExpressionId, span: Span },
}

/// What a statement can assign to. Locals occur in the model block only, transformed parameters in theirs only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Assignable {
    Transformed(TransformedId),
    Local(LocalId),
}

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expression {
    pub kind: ExpressionKind,
    /// The type of the value.
    pub of: Type,
    /// Whether the value is fixed once data are bound: it refers to no parameter, transformed parameter or local.
    pub data_only: bool,
    pub span: Span,
}

/// What an expression is. Operands are scalars, and an int operand of a real operation promotes.
#[derive(Clone, Debug, PartialEq)]
pub enum ExpressionKind {
    Int(i32),
    Real(f64),
    /// The only expression that can be a vector.
    Data(DataId),
    Parameter(ParameterId),
    /// Its value at this point of the statements.
    Transformed(TransformedId),
    /// Its value at this point of the statements.
    Local(LocalId),
    /// Gives the type of its operand.
    Negate(ExpressionId),
    /// Gives an int when both operands are ints, except [`Operator::Power`], which always gives a real.
    Binary {
        operator: Operator,
        left: ExpressionId,
        right: ExpressionId,
    },
    /// Gives a real.
    Call {
        function: Function,
        arguments: Vec<ExpressionId>,
    },
}

/// Arithmetic of two scalars.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operator {
    Add,
    Subtract,
    Multiply,
    /// Of which at least one operand is a real.
    Divide,
    /// Of two ints, rounded toward zero, as Stan divides them; only data and literals are ints, so it is data-only.
    IntegerDivide,
    Power,
}
