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
    let parameters = match density {
        Density::Rng => of_generator(family).unwrap_or_else(|| of_parameters(family)),
        _ => of_parameters(family),
    };
    let parameters = parameters.iter().map(|&(at, name, need)| Argument { at, name, need });
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

/// The largest rate of a Poisson variate, `POISSON_MAX_RATE` of Stan Math: 2^30.
const MAX_RATE: f64 = 1_073_741_824.0;

/// `ln` of [`MAX_RATE`].
const MAX_LOG_RATE: f64 = 20.794_415_416_798_36;

/// The parameters of a random number generator, where more or other things are asked of them than by the densities of
/// its family. Of those of a Dirichlet vector Stan asks nothing, and gives nonsense.
fn of_generator(family: &str) -> Option<&'static [(usize, &'static str, Need)]> {
    const LOCATION: (usize, &str, Need) = (1, "Location parameter", Is(Finite));
    Some(match family {
        "bernoulli_logit" => &[(1, "Logit transformed probability parameter", Is(Finite))],
        "gumbel" | "normal" => &[LOCATION, (2, "Scale parameter", Is(PositiveFinite))],
        "skew_normal" => &[LOCATION, (3, "Shape parameter", Is(Finite)), (2, "Scale parameter", Is(PositiveFinite))],
        "neg_binomial_2_log" => {
            &[(1, "Log-location parameter", Is(Finite)), (2, "Inverse dispersion parameter", Is(PositiveFinite))]
        }
        "pareto_type_2" => {
            &[LOCATION, (2, "Scale parameter", Is(PositiveFinite)), (3, "Shape parameter", Is(PositiveFinite))]
        }
        "poisson" => &[(1, "Rate parameter", Is(Positive)), (1, "Rate parameter", Is(Below(MAX_RATE)))],
        "poisson_log" => &[(1, "Log rate parameter", Is(Finite)), (1, "Log rate parameter", Is(Below(MAX_LOG_RATE)))],
        "rayleigh" => &[(1, "Scale parameter", Is(PositiveFinite))],
        "categorical_logit" => &[(1, "Log odds parameter", Is(Finite))],
        "dirichlet" => &[(1, "prior sample sizes", Is(PositiveFinite))],
        "multinomial" => {
            &[(1, "Probabilities parameter", Is(Simplex)), (2, "number of trials variable", Is(Nonnegative))]
        }
        "multinomial_logit" => {
            &[(1, "log-probabilities parameter", Is(Finite)), (2, "number of trials variable", Is(Nonnegative))]
        }
        "ordered_logistic" | "ordered_probit" => {
            &[LOCATION, (2, "Cut points parameter", Is(Ordered)), (2, "Cut points parameter", Is(Finite))]
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use crate::lang::source::Source;
    use crate::lang::{self, Settings};
    use crate::model::data::Data;

    /// What Stan Math 5 says of the same calls; where it has no check, what ours adds.
    #[test]
    fn generators_refuse_what_stan_refuses_in_its_words() {
        let inf = "positive_infinity()";
        for (declared, call, sentence) in [
            ("int", "poisson_rng(-1)".to_owned(), "poisson_rng: Rate parameter is -1, but must be positive"),
            ("int", "poisson_rng(0)".into(), "poisson_rng: Rate parameter is 0, but must be positive"),
            (
                "int",
                "poisson_rng(1e10)".into(),
                "poisson_rng: Rate parameter is 1e+10, but must be less than 1.07374e+09",
            ),
            (
                "int",
                "poisson_log_rng(30)".into(),
                "poisson_log_rng: Log rate parameter is 30, but must be less than 20.7944",
            ),
            (
                "int",
                "bernoulli_rng(2)".into(),
                "bernoulli_rng: Probability parameter is 2, but must be in the interval [0, 1]",
            ),
            (
                "int",
                "binomial_rng(-1, .5)".into(),
                "binomial_rng: Population size parameter is -1, but must be nonnegative",
            ),
            (
                "int",
                "binomial_rng(2, 1.5)".into(),
                "binomial_rng: Probability parameter is 1.5, but must be in the interval",
            ),
            ("real", "normal_rng(0, -1)".into(), "normal_rng: Scale parameter is -1, but must be positive finite"),
            ("real", format!("normal_rng({inf}, 1)"), "normal_rng: Location parameter is inf, but must be finite"),
            ("real", "uniform_rng(2, 1)".into(), "uniform_rng: Upper bound parameter is 1, but must be greater than 2"),
            (
                "real",
                "gamma_rng(1, not_a_number())".into(),
                "gamma_rng: Inverse scale parameter is nan, but must be positive",
            ),
            (
                "array[2] real",
                "normal_rng([0, 1]', [1, -2]')".into(),
                "normal_rng: Scale parameter[2] is -2, but must be",
            ),
            (
                "int",
                "categorical_rng([.5, .75]')".into(),
                "categorical_rng: Probabilities parameter is not a valid simplex. sum(Probabilities parameter) = 1.25, but should be 1",
            ),
            (
                "int",
                format!("categorical_logit_rng([{inf}, 1]')"),
                "categorical_logit_rng: Log odds parameter[1] is inf, but must be",
            ),
            (
                "int",
                "ordered_logistic_rng(0, [1, 0]')".into(),
                "ordered_logistic_rng: Cut points parameter is not a valid ordered",
            ),
            (
                "int",
                "discrete_range_rng(3, 2)".into(),
                "discrete_range_rng: Upper bound parameter is 2, but must be greater than or equal to 3",
            ),
            ("vector[2]", "dirichlet_rng([0, 1]')".into(), "dirichlet_rng: prior sample sizes[1] is 0, but must be"),
            (
                "array[2] int",
                "multinomial_rng([.5, .5]', -3)".into(),
                "multinomial_rng: number of trials variable is -3, but must be",
            ),
            (
                "vector[2]",
                "multi_normal_rng([0, 0]', [[1, 2], [2, 1]])".into(),
                "multi_normal_rng: Covariance matrix is not positive definite",
            ),
            (
                "vector[2]",
                "multi_normal_rng([0, 0]', [[1, 0.5], [0, 1]])".into(),
                "multi_normal_rng: Covariance matrix is not symmetric",
            ),
            (
                "vector[2]",
                "multi_normal_cholesky_rng([0, 0]', [[1, 2], [0, 1]])".into(),
                "multi_normal_cholesky_rng: Cholesky decomposition of a variance matrix is not lower triangular",
            ),
            (
                "matrix[2, 2]",
                "wishart_rng(1, identity_matrix(2))".into(),
                "wishart_rng: Degrees of freedom parameter is 1, but must be greater than 1",
            ),
            ("matrix[2, 2]", "lkj_corr_rng(2, -1)".into(), "lkj_corr_rng: Shape parameter is -1, but must be positive"),
        ] {
            let source = Source::new("test.stan", format!("transformed data {{ {declared} q = {call}; }}"));
            let refused = lang::compile(&source, &Data::default(), "test", Settings::default()).expect_err(&call);
            assert!(refused.to_string().starts_with(sentence), "{call}: {refused}");
        }
    }

    #[test]
    fn edges_that_stan_allows_give_numbers() {
        for (declared, call) in [
            ("int", "bernoulli_rng(1)"),
            ("int", "binomial_rng(0, 0)"),
            ("real", "von_mises_rng(0, 0)"),
            ("int", "categorical_rng([0, 1]')"),
            ("array[2] int", "multinomial_rng([.5, .5]', 0)"),
            ("matrix[1, 1]", "wishart_rng(0.5, [[1]])"),
        ] {
            let source = Source::new(
                "test.stan",
                format!(
                    "transformed data {{ {declared} q = {call}; if (is_nan(sum(to_array_1d({})))) reject(q); }}",
                    if declared == "int" || declared == "real" { "{q}" } else { "q" }
                ),
            );
            let compiled = lang::compile(&source, &Data::default(), "test", Settings::default());
            assert!(compiled.is_ok(), "{call}: {}", compiled.unwrap_err());
        }
    }
}
