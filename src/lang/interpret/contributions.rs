//! What the statements of a model block have contributed to the log density so far, where that is wanted: numbers, and
//! the variables that they are about. How they come about is `pointwise`.

use crate::lang::typed::VariableId;

/// Contributions, by the variable that the statements are about, in the order of their first statements.
#[derive(Clone, Debug, Default)]
pub(crate) struct Contributions {
    pub likelihood: Vec<(VariableId, Vec<f64>)>,
    pub prior: Vec<(VariableId, f64)>,
    /// Of the density that is being taken, element by element.
    pub parts: Vec<f64>,
}
