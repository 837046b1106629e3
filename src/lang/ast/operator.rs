//! The operators of the language, as written.
//!
//! Absent: what they mean (`check`) and how tightly they bind (`parser`).

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
