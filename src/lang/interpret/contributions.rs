//! What the statements of a model block have contributed to the log density so far, where that is wanted: numbers, and
//! the outcomes or parameters that they are about. How they come about is `pointwise`.

use std::sync::Arc;

use crate::lang::source::Span;
use crate::lang::subject::Subjects;
use crate::lang::typed::VariableId;

/// Contributions, by the variable that the statements are about, in the order of their first statements.
#[derive(Clone, Debug)]
pub(crate) struct Contributions {
    /// What statements are about.
    pub subjects: Arc<Subjects>,
    pub likelihood: Vec<(VariableId, Vec<Noted>)>,
    pub prior: Vec<(VariableId, f64)>,
    /// Of the density that is being taken, element by element.
    pub parts: Vec<f64>,
    /// The turn of the innermost loop around the statement that runs, counted over all loops.
    pub turn: Option<u32>,
    pub turns: u32,
}

/// A number that a statement contributes to the log density of an outcome.
#[derive(Clone, Debug)]
pub(crate) struct Noted {
    pub value: f64,
    /// Which elements of the variable it is about, by position, where the text tells.
    pub places: Option<Vec<u32>>,
    /// Whether it is more, or less, than the density of those elements: it belongs to what else its turn contributes.
    pub loose: bool,
    pub turn: Option<u32>,
    pub span: Span,
}

impl Contributions {
    /// None yet.
    pub fn new(subjects: Arc<Subjects>) -> Self {
        Self { subjects, likelihood: Vec::new(), prior: Vec::new(), parts: Vec::new(), turn: None, turns: 0 }
    }
}
