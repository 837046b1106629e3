//! Floor 4: which directions in the space of parameters the likelihood determines.
//!
//! A [`Model`](crate::model::Model) and its [`Likelihood`](crate::model::likelihood::Likelihood) flow in, at points a few;
//! findings flow out, as types.
//!
//! ```text
//! rank        rank and null space at a point      constant    directions that are the same everywhere
//! direction   combinations of parameters
//! ```
//!
//! Absent on purpose: sentences (`report`), and where data and draws come from.

pub mod analysis;
pub mod constant;
pub mod convergence;
mod coordinates;
pub mod design;
pub mod direction;
pub mod points;
pub mod posterior;
pub mod practical;
pub mod rank;
pub mod scores;
pub mod symmetry;

pub use analysis::{Analysis, Change, Direction, IdentifyError, Reason, Settings, analyse};
pub use direction::{Combination, Scale};
