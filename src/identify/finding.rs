//! A direction that data do not determine, and why: what the analysis hands out. Absent on purpose: how it is found.

use super::direction::Combination;

/// A weighted sum of columns that is the same in every row.
#[derive(Clone, Debug, PartialEq)]
pub struct Relation {
    /// The columns, as the model writes them, and their weights.
    pub columns: Vec<(String, f64)>,
}

/// Why a direction is not determined.
#[derive(Clone, Debug, PartialEq)]
pub enum Reason {
    /// Whatever the data.
    Structural,
    /// With these covariates: what relations hold among them.
    Design(Vec<Relation>),
    /// With these outcomes, or so few.
    Data,
}

/// A direction that the likelihood does not determine.
#[derive(Clone, Debug, PartialEq)]
pub struct Direction {
    /// What changes along it.
    pub combination: Combination,
    /// Why.
    pub reason: Reason,
    /// Whether the prior density changes along it: then the posterior is the prior's there, and no more open than that.
    pub closed: bool,
}
