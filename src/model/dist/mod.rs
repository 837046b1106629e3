//! Distributions, one family a file: the log density as numbers of the graph, the distribution function where it is
//! simple, and a simulator. Parameters are those of the Stan Functions Reference.
//!
//! A log density is normalised: what does not depend on parameters is a known number, or a column of the data, and
//! is added last. Outside of the support it is minus infinity; where a parameter is out of its range it is NaN, or where
//! the parameter stands on the edge of its range, an infinity; a matrix that is not positive definite gives NaN. It is
//! never a wrong finite number. Counts and outcomes are whole, which the language has made sure of.
//!
//! A simulator gives NaN where a parameter is out of its range.
//!
//! ```text
//! terms     edges of supports, ranges of parameters, accurate sums     variates  the same for simulators
//! ```
//!
//! Absent on purpose: names, argument types and vectorisation, which the language knows; derivatives.

pub mod bernoulli;
pub mod bernoulli_logit;
pub mod beta;
pub mod beta_binomial;
pub mod beta_proportion;
pub mod binomial;
pub mod binomial_logit;
pub mod categorical;
pub mod categorical_logit;
pub mod cauchy;
pub mod chi_square;
mod counts;
pub mod dirichlet;
pub mod discrete_range;
pub mod double_exponential;
pub mod exp_mod_normal;
pub mod exponential;
pub mod frechet;
pub mod gamma;
pub mod gumbel;
pub mod inv_chi_square;
pub mod inv_gamma;
pub mod inv_wishart;
pub mod lkj_corr;
pub mod lkj_corr_cholesky;
pub mod logistic;
pub mod lognormal;
pub mod multi_normal;
pub mod multi_normal_cholesky;
pub mod multi_normal_prec;
pub mod multi_student_t;
pub mod multinomial;
pub mod multinomial_logit;
pub mod neg_binomial;
pub mod neg_binomial_2;
pub mod neg_binomial_2_log;
pub mod normal;
pub mod ordered_logistic;
pub mod ordered_probit;
pub mod pareto;
pub mod pareto_type_2;
pub mod poisson;
pub mod poisson_log;
pub mod rayleigh;
pub mod scaled_inv_chi_square;
pub mod skew_normal;
pub mod std_normal;
pub mod student_t;
mod terms;
#[cfg(test)]
mod tests;
pub mod uniform;
mod variates;
pub mod von_mises;
pub mod weibull;
pub mod wishart;
