//! Floor 2: the program that a model becomes once its data are known, and the passes over it.
//!
//! A [`Program`] is structured and in single-assignment form. Sizes, integers and data are known, so there are no
//! dynamic shapes: scalars, tables of data, arrays of known length, and loops with known bounds. Loops stay loops (a shader of 5,000
//! straight-line statements costs a driver seconds, one of 100 a tenth of one). What a loop hands out are sums, and
//! elements of arrays, each stored once: a recurrence is a loop that reads what its earlier rows stored.
//!
//! ```text
//! graph     what the language writes to          `graph/schedule`  which loops there are
//! op        what can be said                     build          appends operations, shares equal ones
//! simplify  folds, hoists, factors sums          evaluate       slow, f64, obvious: judges both lowerings
//! interval  what range a value must lie in       print          the text of `compile --emit ir`
//! collapse  sums over data in closed form        differentiate  terms and their gradient, reverse mode
//! fuse      loops over as many rows into one     dependence     which terms a coordinate touches
//! update    what one coordinate's move computes  operations     how much arithmetic that is
//! jacobian  every result's own derivative    `jacobian/rows`  rows of a loop together, backward
//! ```
//!
//! A density is simplified as terms, collapsed and simplified again; its gradient is differentiated from that, fused and
//! simplified. Underneath, `transcribe` copies what a pass leaves as it is, `flow` says what must stay before what,
//! `adjoint` and `derivative` are `differentiate`'s.
//!
//! Absent on purpose: parameters, constraints, distributions, chains. Here are only numbers.

mod adjoint;
#[cfg(test)]
pub(crate) mod arbitrary;
#[cfg(test)]
pub(crate) mod arbitrary_arrays;
pub mod build;
pub mod collapse;
pub mod dependence;
pub mod derivative;
pub mod differentiate;
pub mod evaluate;
#[cfg(test)]
pub(crate) mod examples;
mod flow;
pub mod fuse;
#[cfg(test)]
mod gradient_tests;
pub mod graph;
mod interval;
pub mod jacobian;
pub mod op;
pub mod operations;
#[cfg(test)]
mod pass_tests;
pub mod print;
pub mod simplify;
mod transcribe;
pub mod update;

pub use build::Builder;
pub use graph::{Domain, Graph, Number};
pub use op::{
    Array, ArrayId, Binary, Loop, LoopId, Op, Order, Place, Program, Statement, Store, Sum, Table, Unary, Value,
};
