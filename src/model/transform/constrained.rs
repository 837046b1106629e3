//! What a transform gives: values that keep a constraint, and what the density owes for the change of variables.

use crate::ir::Number;

/// Constrained values and the logarithm of the absolute Jacobian determinant of their transform.
#[derive(Clone, Debug, PartialEq)]
pub struct Constrained {
    /// The values, in the order of the container's elements (matrices column by column).
    pub values: Vec<Number>,
    /// One number, whatever rows the values have: the sum over all of them.
    pub log_jacobian: Number,
}
