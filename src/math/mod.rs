//! Floor 1: numbers. Own elementary and special functions (twins of `shaders/math/`), compensated sums, and the SIMD
//! dispatch every lane kernel goes through; counts as text.
//!
//! Absent on purpose: anything that knows about models, chains or draws.

pub mod accumulate;
pub mod autocovariance;
pub mod bessel;
pub mod beta_quantile;
pub mod elementary;
pub mod gamma;
pub mod incomplete;
pub mod logistic;
pub mod moments;
pub mod normal;
pub mod normal_quantile;
pub mod power;
pub mod real;
#[cfg(test)]
mod reference;
pub mod simd;
pub mod thousands;
pub mod trigonometric;

pub use real::Real;
