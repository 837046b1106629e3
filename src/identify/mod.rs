//! Floor 4: which directions in the space of parameters the likelihood determines.
//!
//! A [`Model`](crate::model::Model) and its [`Likelihood`](crate::model::likelihood::Likelihood) flow in, at points a few;
//! findings flow out, as types.
//!
//! ```text
//! points      where the model is looked at         scores      what each observation contributes there
//! rank        rank and null space at a point       constant    directions that are the same everywhere
//! direction   combinations of parameters           finding     one that is open, and why
//! design      relations among covariates           practical   directions that the prior decides
//! symmetry    copies of modes                      coordinates from parameters back to coordinates
//! posterior   prior against posterior              convergence chains that disagree along open directions alone
//! information sums of products of scores          analysis    all of it, before draws
//! ```
//!
//! Absent on purpose: sentences (`report`), and where data and draws come from.

pub mod analysis;
pub mod constant;
pub mod convergence;
mod coordinates;
pub mod design;
pub mod direction;
mod finding;
mod information;
pub mod points;
pub mod posterior;
pub mod practical;
pub mod rank;
pub mod scores;
pub mod symmetry;

pub use analysis::{Analysis, Change, IdentifyError, Settings, analyse};
pub use direction::{Combination, Scale};
pub use finding::{Direction, Reason, Relation};
