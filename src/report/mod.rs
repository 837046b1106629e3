//! Floor 5: what people read, as pure functions from results to text.
//!
//! Absent on purpose: writing it anywhere.

pub mod combination;
pub mod escape;
pub mod findings;
pub mod graph;
pub mod html;
pub mod identifiability;
pub mod passage;
pub mod picture;
pub mod posterior;
pub mod quantity;
pub mod speed;
pub mod survey;
pub mod table;
