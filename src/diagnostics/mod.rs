//! Says what draws are worth: convergence, effective sizes, standard errors, intervals.
//!
//! Draws flow in as a [`ChainView`](crate::draws::ChainView) (one parameter) or as
//! [`Draws`](crate::draws::Draws); numbers and typed findings flow out. Every number equals
//! ArviZ 0.23.4 where that defines one. Deliberately absent: prose, rounding, and any opinion of
//! the model (that is `identify`).

pub mod autocorrelation;
mod bits;
pub mod chain_moments;
mod chains;
pub mod correlation;
mod drift;
pub mod ebfmi;
pub mod ess;
mod fold;
mod indicator;
pub mod interval;
mod layout;
pub mod mcse;
pub mod nested_rhat;
mod order;
mod pooled;
pub mod quantile;
pub mod rank;
mod ranks;
pub mod rhat;
mod sort;
pub mod summary;
pub mod tail_index;
pub mod trajectory;
pub mod twins;
mod values;
pub mod verdict;
mod word;

pub use interval::Interval;
pub use summary::{Row, Settings, Summary, SummaryError, summarise};
pub use trajectory::{Trajectories, trajectory_findings};
pub use verdict::{Check, EssKind, Finding, History, Verdict, verdict, verdict_with};
