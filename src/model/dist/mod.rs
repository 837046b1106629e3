//! Distributions, one family a file: the log density as operations of the IR.
//!
//! A density may leave out terms that do not depend on its arguments at all (as Stan's `~` does); derivatives and
//! lowerings follow from the operations. Absent on purpose: argument names and types, which the language knows.

pub mod cauchy;
pub mod normal;
pub mod uniform;
