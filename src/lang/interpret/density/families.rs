//! What the names of univariate distributions mean.

use crate::ir::graph::{Graph, Number};
use crate::lang::typed::Density;
use crate::model::dist;
use crate::rng::random::Random;

/// A function of an outcome and its distribution's arguments.
pub(super) type Function = fn(&mut Graph, &[Number]) -> Number;

/// A simulator: arguments to a value.
pub(super) type Simulator = fn(&mut Random, &[f64]) -> f64;

/// Whether outcomes are integers.
pub(super) fn is_discrete(family: &str) -> bool {
    const DISCRETE: [&str; 11] = [
        "bernoulli",
        "bernoulli_logit",
        "beta_binomial",
        "binomial",
        "binomial_logit",
        "discrete_range",
        "neg_binomial",
        "neg_binomial_2",
        "neg_binomial_2_log",
        "poisson",
        "poisson_log",
    ];
    DISCRETE.contains(&family)
}

/// The log density of a univariate family.
pub(super) fn log_density(family: &str) -> Option<Function> {
    Some(match family {
        "bernoulli" => |g, x| dist::bernoulli::log_density(g, x[0], x[1]),
        "bernoulli_logit" => |g, x| dist::bernoulli_logit::log_density(g, x[0], x[1]),
        "beta" => |g, x| dist::beta::log_density(g, x[0], x[1], x[2]),
        "beta_binomial" => |g, x| dist::beta_binomial::log_density(g, x[0], x[1], x[2], x[3]),
        "beta_proportion" => |g, x| dist::beta_proportion::log_density(g, x[0], x[1], x[2]),
        "binomial" => |g, x| dist::binomial::log_density(g, x[0], x[1], x[2]),
        "binomial_logit" => |g, x| dist::binomial_logit::log_density(g, x[0], x[1], x[2]),
        "cauchy" => |g, x| dist::cauchy::log_density(g, x[0], x[1], x[2]),
        "chi_square" => |g, x| dist::chi_square::log_density(g, x[0], x[1]),
        "discrete_range" => |g, x| dist::discrete_range::log_density(g, x[0], x[1], x[2]),
        "double_exponential" => |g, x| dist::double_exponential::log_density(g, x[0], x[1], x[2]),
        "exp_mod_normal" => |g, x| dist::exp_mod_normal::log_density(g, x[0], x[1], x[2], x[3]),
        "exponential" => |g, x| dist::exponential::log_density(g, x[0], x[1]),
        "frechet" => |g, x| dist::frechet::log_density(g, x[0], x[1], x[2]),
        "gamma" => |g, x| dist::gamma::log_density(g, x[0], x[1], x[2]),
        "gumbel" => |g, x| dist::gumbel::log_density(g, x[0], x[1], x[2]),
        "inv_chi_square" => |g, x| dist::inv_chi_square::log_density(g, x[0], x[1]),
        "inv_gamma" => |g, x| dist::inv_gamma::log_density(g, x[0], x[1], x[2]),
        "logistic" => |g, x| dist::logistic::log_density(g, x[0], x[1], x[2]),
        "lognormal" => |g, x| dist::lognormal::log_density(g, x[0], x[1], x[2]),
        "neg_binomial" => |g, x| dist::neg_binomial::log_density(g, x[0], x[1], x[2]),
        "neg_binomial_2" => |g, x| dist::neg_binomial_2::log_density(g, x[0], x[1], x[2]),
        "neg_binomial_2_log" => |g, x| dist::neg_binomial_2_log::log_density(g, x[0], x[1], x[2]),
        "normal" => |g, x| dist::normal::log_density(g, x[0], x[1], x[2]),
        "pareto" => |g, x| dist::pareto::log_density(g, x[0], x[1], x[2]),
        "pareto_type_2" => |g, x| dist::pareto_type_2::log_density(g, x[0], x[1], x[2], x[3]),
        "poisson" => |g, x| dist::poisson::log_density(g, x[0], x[1]),
        "poisson_log" => |g, x| dist::poisson_log::log_density(g, x[0], x[1]),
        "rayleigh" => |g, x| dist::rayleigh::log_density(g, x[0], x[1]),
        "scaled_inv_chi_square" => |g, x| dist::scaled_inv_chi_square::log_density(g, x[0], x[1], x[2]),
        "skew_normal" => |g, x| dist::skew_normal::log_density(g, x[0], x[1], x[2], x[3]),
        "std_normal" => |g, x| dist::std_normal::log_density(g, x[0]),
        "student_t" => |g, x| dist::student_t::log_density(g, x[0], x[1], x[2], x[3]),
        "uniform" => |g, x| dist::uniform::log_density(g, x[0], x[1], x[2]),
        "von_mises" => |g, x| dist::von_mises::log_density(g, x[0], x[1], x[2]),
        "weibull" => |g, x| dist::weibull::log_density(g, x[0], x[1], x[2]),
        _ => return None,
    })
}

/// A distribution function of a univariate family, or its logarithm.
pub(super) fn distribution(family: &str, density: Density) -> Option<Function> {
    Some(match (family, density) {
        ("beta_binomial", Density::Cdf) => |g, x| dist::beta_binomial::cdf(g, x[0], x[1], x[2], x[3]),
        ("beta_binomial", Density::Lcdf) => |g, x| dist::beta_binomial::log_cdf(g, x[0], x[1], x[2], x[3]),
        ("beta_binomial", Density::Lccdf) => |g, x| dist::beta_binomial::log_ccdf(g, x[0], x[1], x[2], x[3]),
        ("exp_mod_normal", Density::Cdf) => |g, x| dist::exp_mod_normal::cdf(g, x[0], x[1], x[2], x[3]),
        ("exp_mod_normal", Density::Lcdf) => |g, x| dist::exp_mod_normal::log_cdf(g, x[0], x[1], x[2], x[3]),
        ("exp_mod_normal", Density::Lccdf) => |g, x| dist::exp_mod_normal::log_ccdf(g, x[0], x[1], x[2], x[3]),
        ("neg_binomial", Density::Cdf) => |g, x| dist::neg_binomial::cdf(g, x[0], x[1], x[2]),
        ("neg_binomial", Density::Lcdf) => |g, x| dist::neg_binomial::log_cdf(g, x[0], x[1], x[2]),
        ("neg_binomial", Density::Lccdf) => |g, x| dist::neg_binomial::log_ccdf(g, x[0], x[1], x[2]),
        ("neg_binomial_2", Density::Cdf) => |g, x| dist::neg_binomial_2::cdf(g, x[0], x[1], x[2]),
        ("neg_binomial_2", Density::Lcdf) => |g, x| dist::neg_binomial_2::log_cdf(g, x[0], x[1], x[2]),
        ("neg_binomial_2", Density::Lccdf) => |g, x| dist::neg_binomial_2::log_ccdf(g, x[0], x[1], x[2]),
        ("cauchy", Density::Cdf) => |g, x| dist::cauchy::cdf(g, x[0], x[1], x[2]),
        ("cauchy", Density::Lcdf) => |g, x| dist::cauchy::log_cdf(g, x[0], x[1], x[2]),
        ("cauchy", Density::Lccdf) => |g, x| dist::cauchy::log_ccdf(g, x[0], x[1], x[2]),
        ("weibull", Density::Cdf) => |g, x| dist::weibull::cdf(g, x[0], x[1], x[2]),
        ("weibull", Density::Lcdf) => |g, x| dist::weibull::log_cdf(g, x[0], x[1], x[2]),
        ("weibull", Density::Lccdf) => |g, x| dist::weibull::log_ccdf(g, x[0], x[1], x[2]),
        ("binomial", Density::Cdf) => |g, x| dist::binomial::cdf(g, x[0], x[1], x[2]),
        ("binomial", Density::Lcdf) => |g, x| dist::binomial::log_cdf(g, x[0], x[1], x[2]),
        ("binomial", Density::Lccdf) => |g, x| dist::binomial::log_ccdf(g, x[0], x[1], x[2]),
        ("poisson", Density::Cdf) => |g, x| dist::poisson::cdf(g, x[0], x[1]),
        ("poisson", Density::Lcdf) => |g, x| dist::poisson::log_cdf(g, x[0], x[1]),
        ("poisson", Density::Lccdf) => |g, x| dist::poisson::log_ccdf(g, x[0], x[1]),
        ("bernoulli", Density::Cdf) => |g, x| dist::bernoulli::cdf(g, x[0], x[1]),
        ("bernoulli", Density::Lcdf) => |g, x| dist::bernoulli::log_cdf(g, x[0], x[1]),
        ("bernoulli", Density::Lccdf) => |g, x| dist::bernoulli::log_ccdf(g, x[0], x[1]),
        ("double_exponential", Density::Cdf) => |g, x| dist::double_exponential::cdf(g, x[0], x[1], x[2]),
        ("double_exponential", Density::Lcdf) => |g, x| dist::double_exponential::log_cdf(g, x[0], x[1], x[2]),
        ("double_exponential", Density::Lccdf) => |g, x| dist::double_exponential::log_ccdf(g, x[0], x[1], x[2]),
        ("exponential", Density::Cdf) => |g, x| dist::exponential::cdf(g, x[0], x[1]),
        ("exponential", Density::Lcdf) => |g, x| dist::exponential::log_cdf(g, x[0], x[1]),
        ("exponential", Density::Lccdf) => |g, x| dist::exponential::log_ccdf(g, x[0], x[1]),
        ("frechet", Density::Cdf) => |g, x| dist::frechet::cdf(g, x[0], x[1], x[2]),
        ("frechet", Density::Lcdf) => |g, x| dist::frechet::log_cdf(g, x[0], x[1], x[2]),
        ("frechet", Density::Lccdf) => |g, x| dist::frechet::log_ccdf(g, x[0], x[1], x[2]),
        ("gumbel", Density::Cdf) => |g, x| dist::gumbel::cdf(g, x[0], x[1], x[2]),
        ("gumbel", Density::Lcdf) => |g, x| dist::gumbel::log_cdf(g, x[0], x[1], x[2]),
        ("gumbel", Density::Lccdf) => |g, x| dist::gumbel::log_ccdf(g, x[0], x[1], x[2]),
        ("logistic", Density::Cdf) => |g, x| dist::logistic::cdf(g, x[0], x[1], x[2]),
        ("logistic", Density::Lcdf) => |g, x| dist::logistic::log_cdf(g, x[0], x[1], x[2]),
        ("logistic", Density::Lccdf) => |g, x| dist::logistic::log_ccdf(g, x[0], x[1], x[2]),
        ("lognormal", Density::Cdf) => |g, x| dist::lognormal::cdf(g, x[0], x[1], x[2]),
        ("lognormal", Density::Lcdf) => |g, x| dist::lognormal::log_cdf(g, x[0], x[1], x[2]),
        ("lognormal", Density::Lccdf) => |g, x| dist::lognormal::log_ccdf(g, x[0], x[1], x[2]),
        ("normal", Density::Cdf) => |g, x| dist::normal::cdf(g, x[0], x[1], x[2]),
        ("normal", Density::Lcdf) => |g, x| dist::normal::log_cdf(g, x[0], x[1], x[2]),
        ("normal", Density::Lccdf) => |g, x| dist::normal::log_ccdf(g, x[0], x[1], x[2]),
        ("pareto", Density::Cdf) => |g, x| dist::pareto::cdf(g, x[0], x[1], x[2]),
        ("pareto", Density::Lcdf) => |g, x| dist::pareto::log_cdf(g, x[0], x[1], x[2]),
        ("pareto", Density::Lccdf) => |g, x| dist::pareto::log_ccdf(g, x[0], x[1], x[2]),
        ("pareto_type_2", Density::Cdf) => |g, x| dist::pareto_type_2::cdf(g, x[0], x[1], x[2], x[3]),
        ("pareto_type_2", Density::Lcdf) => |g, x| dist::pareto_type_2::log_cdf(g, x[0], x[1], x[2], x[3]),
        ("pareto_type_2", Density::Lccdf) => |g, x| dist::pareto_type_2::log_ccdf(g, x[0], x[1], x[2], x[3]),
        ("rayleigh", Density::Cdf) => |g, x| dist::rayleigh::cdf(g, x[0], x[1]),
        ("rayleigh", Density::Lcdf) => |g, x| dist::rayleigh::log_cdf(g, x[0], x[1]),
        ("rayleigh", Density::Lccdf) => |g, x| dist::rayleigh::log_ccdf(g, x[0], x[1]),
        ("std_normal", Density::Cdf) => |g, x| dist::std_normal::cdf(g, x[0]),
        ("std_normal", Density::Lcdf) => |g, x| dist::std_normal::log_cdf(g, x[0]),
        ("std_normal", Density::Lccdf) => |g, x| dist::std_normal::log_ccdf(g, x[0]),
        ("uniform", Density::Cdf) => |g, x| dist::uniform::cdf(g, x[0], x[1], x[2]),
        ("uniform", Density::Lcdf) => |g, x| dist::uniform::log_cdf(g, x[0], x[1], x[2]),
        ("uniform", Density::Lccdf) => |g, x| dist::uniform::log_ccdf(g, x[0], x[1], x[2]),
        _ => return None,
    })
}

/// Which argument says how many terms there are, of distribution functions that are sums.
pub(super) fn counted(family: &str, density: Density) -> Option<usize> {
    match (family, density) {
        (_, Density::Lpdf | Density::Lupdf | Density::Rng) => None,
        ("poisson" | "neg_binomial" | "neg_binomial_2", _) => Some(0),
        ("binomial" | "beta_binomial", _) => Some(1),
        _ => None,
    }
}

/// Both tails of an outcome, as logarithms, from numbers that data give.
pub(super) type Tails = fn(&[f64]) -> [f64; 2];

/// The distribution function of known numbers, of families whose [`distribution`] is no program, or a sum of many terms.
pub(super) fn log_tails(family: &str) -> Option<Tails> {
    Some(match family {
        "beta" => |x| dist::beta::log_tails(x[0], x[1], x[2]),
        "beta_proportion" => |x| dist::beta_proportion::log_tails(x[0], x[1], x[2]),
        "chi_square" => |x| dist::chi_square::log_tails(x[0], x[1]),
        "gamma" => |x| dist::gamma::log_tails(x[0], x[1], x[2]),
        "inv_chi_square" => |x| dist::inv_chi_square::log_tails(x[0], x[1]),
        "inv_gamma" => |x| dist::inv_gamma::log_tails(x[0], x[1], x[2]),
        "neg_binomial" => |x| dist::neg_binomial::log_tails(x[0], x[1], x[2]),
        "neg_binomial_2" => |x| dist::neg_binomial_2::log_tails(x[0], x[1], x[2]),
        "scaled_inv_chi_square" => |x| dist::scaled_inv_chi_square::log_tails(x[0], x[1], x[2]),
        "student_t" => |x| dist::student_t::log_tails(x[0], x[1], x[2], x[3]),
        _ => return None,
    })
}

/// The simulator of a univariate family.
pub(in crate::lang::interpret) fn simulator(family: &str) -> Option<Simulator> {
    Some(match family {
        "bernoulli" => |r, x| dist::bernoulli::simulate(r, x[0]),
        "bernoulli_logit" => |r, x| dist::bernoulli_logit::simulate(r, x[0]),
        "beta" => |r, x| dist::beta::simulate(r, x[0], x[1]),
        "beta_binomial" => |r, x| dist::beta_binomial::simulate(r, x[0], x[1], x[2]),
        "beta_proportion" => |r, x| dist::beta_proportion::simulate(r, x[0], x[1]),
        "binomial" => |r, x| dist::binomial::simulate(r, x[0], x[1]),
        "binomial_logit" => |r, x| dist::binomial_logit::simulate(r, x[0], x[1]),
        "cauchy" => |r, x| dist::cauchy::simulate(r, x[0], x[1]),
        "chi_square" => |r, x| dist::chi_square::simulate(r, x[0]),
        "discrete_range" => |r, x| dist::discrete_range::simulate(r, x[0], x[1]),
        "double_exponential" => |r, x| dist::double_exponential::simulate(r, x[0], x[1]),
        "exp_mod_normal" => |r, x| dist::exp_mod_normal::simulate(r, x[0], x[1], x[2]),
        "exponential" => |r, x| dist::exponential::simulate(r, x[0]),
        "frechet" => |r, x| dist::frechet::simulate(r, x[0], x[1]),
        "gamma" => |r, x| dist::gamma::simulate(r, x[0], x[1]),
        "gumbel" => |r, x| dist::gumbel::simulate(r, x[0], x[1]),
        "inv_chi_square" => |r, x| dist::inv_chi_square::simulate(r, x[0]),
        "inv_gamma" => |r, x| dist::inv_gamma::simulate(r, x[0], x[1]),
        "logistic" => |r, x| dist::logistic::simulate(r, x[0], x[1]),
        "lognormal" => |r, x| dist::lognormal::simulate(r, x[0], x[1]),
        "neg_binomial" => |r, x| dist::neg_binomial::simulate(r, x[0], x[1]),
        "neg_binomial_2" => |r, x| dist::neg_binomial_2::simulate(r, x[0], x[1]),
        "neg_binomial_2_log" => |r, x| dist::neg_binomial_2_log::simulate(r, x[0], x[1]),
        "normal" => |r, x| dist::normal::simulate(r, x[0], x[1]),
        "pareto" => |r, x| dist::pareto::simulate(r, x[0], x[1]),
        "pareto_type_2" => |r, x| dist::pareto_type_2::simulate(r, x[0], x[1], x[2]),
        "poisson" => |r, x| dist::poisson::simulate(r, x[0]),
        "poisson_log" => |r, x| dist::poisson_log::simulate(r, x[0]),
        "rayleigh" => |r, x| dist::rayleigh::simulate(r, x[0]),
        "scaled_inv_chi_square" => |r, x| dist::scaled_inv_chi_square::simulate(r, x[0], x[1]),
        "skew_normal" => |r, x| dist::skew_normal::simulate(r, x[0], x[1], x[2]),
        "std_normal" => |r, _| dist::std_normal::simulate(r),
        "student_t" => |r, x| dist::student_t::simulate(r, x[0], x[1], x[2]),
        "uniform" => |r, x| dist::uniform::simulate(r, x[0], x[1]),
        "von_mises" => |r, x| dist::von_mises::simulate(r, x[0], x[1]),
        "weibull" => |r, x| dist::weibull::simulate(r, x[0], x[1]),
        _ => return None,
    })
}
