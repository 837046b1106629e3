//! What has been found valid: requirements that numbers of the graph are known to fulfil.
//!
//! In: claims, in the order in which they are made, so that those of a branch that is left can be forgotten. Out: whether
//! a claim was made.

use std::collections::HashSet;
use std::mem::Discriminant;

use crate::ir::graph::{NodeId, Number};
use crate::model::check::Requirement;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Part {
    Known(u64),
    Node(NodeId),
}

pub(super) type Claim = (Discriminant<Requirement>, Vec<Part>);

/// What has been found valid, in the order in which it was found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Valid {
    pub(super) claims: HashSet<Claim>,
    order: Vec<Claim>,
}

impl Valid {
    pub(super) fn claim(requirement: Requirement, numbers: &[Number]) -> Claim {
        let part = |number: &Number| match *number {
            Number::Known(x) => Part::Known(x.to_bits()),
            Number::Node(node) => Part::Node(node),
        };
        (std::mem::discriminant(&requirement), numbers.iter().map(part).collect())
    }

    /// Whether numbers have been found to fulfil a requirement.
    pub fn holds(&self, requirement: Requirement, numbers: &[Number]) -> bool {
        self.claims.contains(&Self::claim(requirement, numbers))
    }

    /// Takes a requirement as fulfilled, and what follows from it.
    pub(super) fn insert(&mut self, requirement: Requirement, numbers: &[Number]) {
        let claim = Self::claim(requirement, numbers);
        if self.claims.insert(claim.clone()) {
            self.order.push(claim);
        }
        let weaker = match requirement {
            Requirement::PositiveOrdered => Requirement::Ordered,
            Requirement::CorrMatrix => Requirement::PositiveDefinite,
            Requirement::PositiveDefinite => Requirement::Symmetric,
            Requirement::CholeskyFactorCorr => Requirement::CholeskyFactor,
            Requirement::CholeskyFactor => Requirement::LowerTriangular,
            _ => return,
        };
        self.insert(weaker, numbers);
    }

    /// How much has been found valid so far.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Forgets what was found after so much.
    pub fn truncate(&mut self, len: usize) {
        for claim in self.order.drain(len..) {
            self.claims.remove(&claim);
        }
    }
}
