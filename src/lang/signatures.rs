//! What a model may call: functions and distribution families, with the names of their arguments.
//!
//! The checker is handed a [`Signatures`] and knows no name by itself, so the language grows by a row
//! here. Every argument is a real scalar (an int promotes) and every function gives a real; a row will
//! say more when the first function needs more. Absent: densities and derivatives.

/// A function a model may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Function {
    Exp,
    Log,
    /// log(1 + x).
    Log1p,
    Pow,
    Sqrt,
    Square,
    Tanh,
}

/// A family of distributions that may stand on the right of `~`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    Cauchy,
    Normal,
    Uniform,
}

/// A function under its Stan name.
#[derive(Clone, Copy, Debug)]
pub struct FunctionSignature {
    pub function: Function,
    pub name: &'static str,
    /// Names of the arguments, in order.
    pub arguments: &'static [&'static str],
}

/// A family under its Stan name.
#[derive(Clone, Copy, Debug)]
pub struct FamilySignature {
    pub family: Family,
    pub name: &'static str,
    /// Names of the arguments, in order and without the outcome.
    pub arguments: &'static [&'static str],
}

/// Everything a model may call.
#[derive(Clone, Copy, Debug)]
pub struct Signatures {
    pub functions: &'static [FunctionSignature],
    pub families: &'static [FamilySignature],
}

/// The functions and families ridgewalk supports.
pub const SIGNATURES: Signatures = Signatures {
    functions: &[
        function(Function::Exp, "exp", &["x"]),
        function(Function::Log, "log", &["x"]),
        function(Function::Log1p, "log1p", &["x"]),
        function(Function::Pow, "pow", &["x", "y"]),
        function(Function::Sqrt, "sqrt", &["x"]),
        function(Function::Square, "square", &["x"]),
        function(Function::Tanh, "tanh", &["x"]),
    ],
    families: &[
        family(Family::Cauchy, "cauchy", &["mu", "sigma"]),
        family(Family::Normal, "normal", &["mu", "sigma"]),
        family(Family::Uniform, "uniform", &["alpha", "beta"]),
    ],
};

const fn function(function: Function, name: &'static str, arguments: &'static [&'static str]) -> FunctionSignature {
    FunctionSignature { function, name, arguments }
}

const fn family(family: Family, name: &'static str, arguments: &'static [&'static str]) -> FamilySignature {
    FamilySignature { family, name, arguments }
}

impl Signatures {
    /// The function called `name`.
    #[must_use]
    pub fn function(&self, name: &str) -> Option<&FunctionSignature> {
        self.functions.iter().find(|signature| signature.name == name)
    }

    /// The family called `name`.
    #[must_use]
    pub fn family(&self, name: &str) -> Option<&FamilySignature> {
        self.families.iter().find(|signature| signature.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::vocabulary::{FAMILIES, FUNCTIONS};

    #[test]
    fn every_supported_name_is_one_of_stans() {
        for signature in SIGNATURES.functions {
            assert!(FUNCTIONS.contains(signature.name), "{}", signature.name);
        }
        for signature in SIGNATURES.families {
            assert!(FAMILIES.contains(signature.name), "{}", signature.name);
        }
    }

    #[test]
    fn no_name_stands_twice() {
        let mut names: Vec<_> = SIGNATURES.functions.iter().map(|s| s.name).collect();
        names.extend(SIGNATURES.families.iter().map(|s| s.name));
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count, "a function or family is listed twice");
    }
}
