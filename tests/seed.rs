//! The notebook's two models, from text to posterior, on every backend and in every precision, against values that
//! quadrature gave (`tests/data/exact.json`, 25 digits; computed with mpmath, checked with scipy's dblquad).

#[path = "seed/models.rs"]
mod models;
#[path = "seed/posterior.rs"]
mod posterior;
#[path = "seed/repeatable.rs"]
mod repeatable;
#[path = "gpu/wanted.rs"]
#[expect(dead_code, reason = "no test here compares bits")]
mod wanted;
