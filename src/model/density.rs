//! The log density of a model with the gradient that belongs to it: a backend and the search for its step sizes both ask
//! for the gradient, and deriving it is most of what compiling a long model takes.
//!
//! In: the program of the terms. Out: that program wherever one is asked for, and its gradient, derived at the first
//! question. Absent on purpose: any way to change the program, which would part the two.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use crate::ir::Program;
use crate::ir::differentiate::differentiate;
use crate::ir::fuse::fuse;
use crate::ir::simplify::simplify;

/// Coordinates to the additive terms of a log density.
#[derive(Clone, Debug)]
pub struct Density {
    terms: Program,
    gradient: OnceLock<Arc<Program>>,
}

impl Density {
    /// The terms of the log density, followed by its derivative by each coordinate.
    pub fn gradient(&self) -> Arc<Program> {
        Arc::clone(self.gradient.get_or_init(|| Arc::new(simplify(&fuse(&differentiate(&self.terms))))))
    }
}

impl PartialEq for Density {
    fn eq(&self, other: &Self) -> bool {
        self.terms == other.terms
    }
}

impl From<Program> for Density {
    fn from(terms: Program) -> Self {
        Self { terms, gradient: OnceLock::new() }
    }
}

impl Deref for Density {
    type Target = Program;

    fn deref(&self) -> &Program {
        &self.terms
    }
}
