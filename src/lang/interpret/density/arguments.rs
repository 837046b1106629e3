//! What distributions require of their arguments: the checks of `stan/math/prim/prob`, by family, with the names that
//! Stan Math gives the arguments. A new family has a row here.
//!
//! Absent: how a requirement is asked, of known values ([`crate::model::check`]) or in the program.

use super::families::is_discrete;
use crate::lang::typed::Density;
use crate::model::check::Requirement::{self, *};

/// A requirement of an argument. Arguments are counted from the outcome, which is 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::lang::interpret) struct Argument {
    pub at: usize,
    pub name: &'static str,
    pub need: Need,
}

/// What an argument must be, which may depend on another argument.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::lang::interpret) enum Need {
    Is(Requirement),
    /// At least as large as another argument, element by element.
    AtLeast(usize),
    /// Larger than another argument.
    Above(usize),
    /// From 0 to another argument.
    UpTo(usize),
    /// From 1 to the size of the vectors of another argument, and so many more.
    Category(usize, usize),
    /// Above the number of rows of another argument, less one.
    DegreesOf(usize),
}

use Need::{Above as AboveArgument, AtLeast as AtLeastArgument, Category, DegreesOf, Is, UpTo};

/// The requirements of a function of a distribution, in the order in which they are asked. Of a random number generator
/// those of the parameters, which are counted from 1 all the same.
pub(in crate::lang::interpret) fn arguments(family: &str, density: Density) -> Vec<Argument> {
    let outcome: Vec<(&'static str, Need)> = match density {
        Density::Lpdf | Density::Lupdf => of_outcome(family),
        Density::Cdf | Density::Lcdf | Density::Lccdf => of_quantile(family),
        Density::Rng => Vec::new(),
    };
    let outcome = outcome.into_iter().map(|(name, need)| Argument { at: 0, name, need });
    let parameters = of_parameters(family).iter().map(|&(at, name, need)| Argument { at, name, need });
    outcome.chain(parameters).collect()
}

/// What Stan Math calls a function of a distribution.
pub(in crate::lang::interpret) fn function_name(family: &str, density: Density) -> String {
    let of_counts = ["categorical", "ordered_", "multinomial", "bernoulli_", "poisson_", "neg_binomial_"];
    let is_mass = is_discrete(family) || of_counts.iter().any(|begin| family.starts_with(begin));
    let ending = match density {
        Density::Lpdf | Density::Lupdf if is_mass => "lpmf",
        Density::Lpdf | Density::Lupdf => "lpdf",
        Density::Cdf => "cdf",
        Density::Lcdf => "lcdf",
        Density::Lccdf => "lccdf",
        Density::Rng => "rng",
    };
    format!("{family}_{ending}")
}

/// The outcome of a density. Beyond what is required here, a density may be zero.
fn of_outcome(family: &str) -> Vec<(&'static str, Need)> {
    const Y: &str = "Random variable";
    vec![match family {
        "bernoulli" | "bernoulli_logit" => ("n", Is(Within(0.0, 1.0))),
        "bernoulli_logit_glm" => ("Vector of dependent variables", Is(Within(0.0, 1.0))),
        "beta" | "beta_proportion" => (Y, Is(Within(0.0, 1.0))),
        // Outside of its support the density is zero.
        "beta_binomial" | "discrete_range" => return Vec::new(),
        "binomial" | "binomial_logit" => ("Successes variable", UpTo(1)),
        "categorical" => ("Number of categories", Category(1, 0)),
        "categorical_logit" => ("categorical outcome out of support", Category(1, 0)),
        "categorical_logit_glm" => ("categorical outcome out of support", Category(2, 0)),
        "chi_square" | "exponential" | "lognormal" | "poisson" | "poisson_log" => (Y, Is(Nonnegative)),
        "poisson_log_glm" => ("Vector of dependent variables", Is(Nonnegative)),
        "neg_binomial" | "neg_binomial_2" | "neg_binomial_2_log" => ("Failures variable", Is(Nonnegative)),
        "neg_binomial_2_log_glm" => ("Failures variables", Is(Nonnegative)),
        "multinomial" | "multinomial_logit" => ("Number of trials variable", Is(Nonnegative)),
        "dirichlet" => ("probabilities", Is(Simplex)),
        "double_exponential" | "logistic" | "von_mises" | "weibull" => (Y, Is(Finite)),
        "normal_id_glm" => ("Vector of dependent variables", Is(Finite)),
        "frechet" | "rayleigh" => (Y, Is(Positive)),
        "gamma" => (Y, Is(PositiveFinite)),
        "pareto_type_2" => (Y, AtLeastArgument(1)),
        "lkj_corr" => ("Correlation matrix", Is(CorrMatrix)),
        "lkj_corr_cholesky" => (Y, Is(CholeskyFactor)),
        "wishart" | "inv_wishart" => ("random variable", Is(PositiveDefinite)),
        "ordered_logistic" | "ordered_probit" => (Y, Category(2, 1)),
        "ordered_logistic_glm" => ("Vector of dependent variables", Category(3, 1)),
        _ => (Y, Is(NotNan)),
    }]
}

/// The outcome of a distribution function.
fn of_quantile(family: &str) -> Vec<(&'static str, Need)> {
    const Y: &str = "Random variable";
    use std::f64::consts::PI;
    if is_discrete(family) {
        return Vec::new();
    }
    match family {
        "beta" | "beta_proportion" => vec![(Y, Is(Within(0.0, 1.0)))],
        "chi_square"
        | "exponential"
        | "gamma"
        | "inv_chi_square"
        | "inv_gamma"
        | "lognormal"
        | "pareto"
        | "rayleigh"
        | "scaled_inv_chi_square"
        | "weibull" => vec![(Y, Is(Nonnegative))],
        "frechet" => vec![(Y, Is(Positive))],
        "pareto_type_2" => vec![(Y, Is(Nonnegative)), (Y, AtLeastArgument(1))],
        "von_mises" => vec![(Y, Is(Within(-PI, PI)))],
        _ => vec![(Y, Is(NotNan))],
    }
}

/// The parameters, which all functions of a family share.
fn of_parameters(family: &str) -> &'static [(usize, &'static str, Need)] {
    const LOCATION: (usize, &str, Need) = (1, "Location parameter", Is(Finite));
    match family {
        "bernoulli" => &[(1, "Probability parameter", Is(Within(0.0, 1.0)))],
        "bernoulli_logit" => &[(1, "Logit transformed probability parameter", Is(NotNan))],
        "beta" => {
            &[(1, "First shape parameter", Is(PositiveFinite)), (2, "Second shape parameter", Is(PositiveFinite))]
        }
        "beta_binomial" => &[
            (1, "Population size parameter", Is(Nonnegative)),
            (2, "First prior sample size parameter", Is(PositiveFinite)),
            (3, "Second prior sample size parameter", Is(PositiveFinite)),
        ],
        "beta_proportion" => &[
            (1, "Location parameter", Is(Positive)),
            (1, "Location parameter", Is(Below(1.0))),
            (2, "Precision parameter", Is(PositiveFinite)),
        ],
        "binomial" => {
            &[(1, "Population size parameter", Is(Nonnegative)), (2, "Probability parameter", Is(Within(0.0, 1.0)))]
        }
        "binomial_logit" => {
            &[(1, "Population size parameter", Is(Nonnegative)), (2, "Probability parameter", Is(Finite))]
        }
        "categorical" => &[(1, "Probabilities parameter", Is(Simplex))],
        "categorical_logit" => &[(1, "log odds parameter", Is(Finite))],
        "cauchy" | "double_exponential" | "logistic" | "lognormal" => {
            &[LOCATION, (2, "Scale parameter", Is(PositiveFinite))]
        }
        "chi_square" | "inv_chi_square" => &[(1, "Degrees of freedom parameter", Is(PositiveFinite))],
        "dirichlet" => &[(1, "prior sample sizes", Is(Positive))],
        "discrete_range" => &[(2, "Upper bound parameter", AtLeastArgument(1))],
        "exp_mod_normal" => {
            &[LOCATION, (2, "Scale parameter", Is(PositiveFinite)), (3, "Inv_scale parameter", Is(PositiveFinite))]
        }
        "exponential" => &[(1, "Inverse scale parameter", Is(PositiveFinite))],
        "frechet" | "inv_gamma" | "weibull" => {
            &[(1, "Shape parameter", Is(PositiveFinite)), (2, "Scale parameter", Is(PositiveFinite))]
        }
        "gamma" | "neg_binomial" => {
            &[(1, "Shape parameter", Is(PositiveFinite)), (2, "Inverse scale parameter", Is(PositiveFinite))]
        }
        "gumbel" | "normal" => &[LOCATION, (2, "Scale parameter", Is(Positive))],
        "skew_normal" => &[LOCATION, (3, "Shape parameter", Is(Finite)), (2, "Scale parameter", Is(Positive))],
        "neg_binomial_2" => {
            &[(1, "Location parameter", Is(PositiveFinite)), (2, "Precision parameter", Is(PositiveFinite))]
        }
        "neg_binomial_2_log" => {
            &[(1, "Log location parameter", Is(Finite)), (2, "Precision parameter", Is(PositiveFinite))]
        }
        "pareto" => &[(1, "Scale parameter", Is(PositiveFinite)), (2, "Shape parameter", Is(PositiveFinite))],
        "pareto_type_2" => &[(2, "Scale parameter", Is(PositiveFinite)), (3, "Shape parameter", Is(PositiveFinite))],
        "poisson" => &[(1, "Rate parameter", Is(Nonnegative))],
        "poisson_log" => &[(1, "Log rate parameter", Is(NotNan))],
        "rayleigh" => &[(1, "Scale parameter", Is(Positive))],
        "scaled_inv_chi_square" => {
            &[(1, "Degrees of freedom parameter", Is(PositiveFinite)), (2, "Scale parameter", Is(PositiveFinite))]
        }
        "student_t" => &[
            (1, "Degrees of freedom parameter", Is(PositiveFinite)),
            (2, "Location parameter", Is(Finite)),
            (3, "Scale parameter", Is(PositiveFinite)),
        ],
        "uniform" => &[
            (1, "Lower bound parameter", Is(Finite)),
            (2, "Upper bound parameter", Is(Finite)),
            (2, "Upper bound parameter", AboveArgument(1)),
        ],
        "von_mises" => &[LOCATION, (2, "Scale parameter", Is(Nonnegative)), (2, "Scale parameter", Is(Finite))],

        "multinomial" => &[(1, "Probabilities parameter", Is(Simplex))],
        "multinomial_logit" => &[(1, "log-probabilities parameter", Is(Finite))],
        "ordered_logistic" | "ordered_probit" => {
            &[LOCATION, (2, "Cut-points", Is(Ordered)), (2, "Cut-points", Is(Finite))]
        }
        "multi_normal" => &[LOCATION, (2, "Covariance matrix", Is(PositiveDefinite))],
        "multi_normal_prec" => &[LOCATION, (2, "Precision matrix", Is(PositiveDefinite))],
        "multi_normal_cholesky" => &[LOCATION, (2, "Cholesky decomposition of a variance matrix", Is(CholeskyFactor))],
        "multi_student_t" => &[
            (1, "Degrees of freedom parameter", Is(PositiveFinite)),
            (2, "Location parameter", Is(Finite)),
            (3, "Scale parameter", Is(PositiveDefinite)),
        ],
        "lkj_corr" | "lkj_corr_cholesky" => &[(1, "Shape parameter", Is(Positive))],
        "wishart" | "inv_wishart" => {
            &[(1, "Degrees of freedom parameter", DegreesOf(2)), (2, "scale parameter", Is(PositiveDefinite))]
        }

        "normal_id_glm" => &[
            (4, "Scale vector", Is(PositiveFinite)),
            (3, "Weight vector", Is(Finite)),
            (2, "Intercept", Is(Finite)),
            (1, "Matrix of independent variables", Is(Finite)),
        ],
        "bernoulli_logit_glm" | "poisson_log_glm" => &[
            (3, "Weight vector", Is(Finite)),
            (2, "Intercept", Is(Finite)),
            (1, "Matrix of independent variables", Is(Finite)),
        ],
        "neg_binomial_2_log_glm" => &[
            (3, "Weight vector", Is(Finite)),
            (2, "Intercept", Is(Finite)),
            (4, "Precision parameter", Is(PositiveFinite)),
            (1, "Matrix of independent variables", Is(Finite)),
        ],
        "categorical_logit_glm" => &[
            (3, "Weight vector", Is(Finite)),
            (2, "Intercept", Is(Finite)),
            (1, "Matrix of independent variables", Is(Finite)),
        ],
        "ordered_logistic_glm" => &[
            (3, "Cut-points", Is(Ordered)),
            (3, "Cut-points", Is(Finite)),
            (2, "Weight vector", Is(Finite)),
            (1, "Matrix of independent variables", Is(Finite)),
        ],
        _ => &[],
    }
}
