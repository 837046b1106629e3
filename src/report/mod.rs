//! Floor 5: what people read, as pure functions from results to text.
//!
//! Absent on purpose: writing it anywhere.

pub mod findings;
pub mod quantity;
pub mod speed;
pub mod table;
