//! Floor 2: the program that a model becomes once its data are known, and the passes over it.
//!
//! A [`Program`] is structured and in single-assignment form. Sizes, integers and data are known, so there are no
//! dynamic shapes: scalars, tables of data, and loops with known bounds. Loops stay loops (a shader of 5,000
//! straight-line statements costs a driver seconds, one of 100 a tenth of one), and what a loop hands out are sums.
//!
//! ```text
//! op        what can be said                     build     appends operations, shares equal ones
//! simplify  folds, hoists, factors sums          evaluate  slow, f64, obvious: judges both lowerings
//! interval  what range a value must lie in     print     the text of `compile --emit ir`
//! ```
//!
//! Absent on purpose: parameters, constraints, distributions, chains. Here are only numbers.

#[cfg(test)]
pub(crate) mod arbitrary;
pub mod build;
pub mod evaluate;
mod interval;
pub mod op;
pub mod print;
pub mod simplify;

pub use build::Builder;
pub use op::{Binary, Loop, Op, Program, Statement, Sum, Table, Unary, Value};
