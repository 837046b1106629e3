//! Floor 5: what people read, as pure functions from results to text.
//!
//! Absent on purpose: writing it anywhere.

pub mod combination;
pub mod findings;
pub mod identifiability;
pub mod posterior;
pub mod quantity;
pub mod table;
