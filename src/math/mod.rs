//! Floor 1: numbers. Own elementary functions (twins of `shaders/math/`), compensated sums, and the SIMD
//! dispatch every lane kernel goes through.
//!
//! Absent on purpose: anything that knows about models, chains or draws.

pub mod accumulate;
pub mod autocovariance;
pub mod beta_quantile;
pub mod elementary;
pub mod moments;
pub mod normal_quantile;
pub mod real;
pub mod simd;

pub use real::Real;
