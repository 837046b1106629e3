//! Floor 5: what machines read and write.

pub mod json;
