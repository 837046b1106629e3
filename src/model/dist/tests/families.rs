//! Every family under its name, with arguments of any shape: what lets one test run over all of them.

use serde_json::Value;

use crate::ir::{Graph, Number};
use crate::model::dist;
use crate::model::linear::Matrix;
use crate::rng::random::Random;

/// An argument as the reference holds it; a matrix row by row.
#[derive(Clone, Debug)]
pub enum Argument<T> {
    Scalar(T),
    Vector(Vec<T>),
    Matrix(Vec<Vec<T>>),
}

impl<T: Copy> Argument<T> {
    /// Every number of the argument turned into another.
    pub fn map<U>(&self, mut with: impl FnMut(T) -> U) -> Argument<U> {
        match self {
            Self::Scalar(x) => Argument::Scalar(with(*x)),
            Self::Vector(list) => Argument::Vector(list.iter().map(|&x| with(x)).collect()),
            Self::Matrix(rows) => {
                Argument::Matrix(rows.iter().map(|row| row.iter().map(|&x| with(x)).collect()).collect())
            }
        }
    }

    /// Every number, in order.
    pub fn numbers(&self) -> Vec<T> {
        let mut all = Vec::new();
        self.map(|x| all.push(x));
        all
    }

    pub fn scalar(&self) -> T {
        let Self::Scalar(x) = self else { panic!("a scalar belongs here") };
        *x
    }

    fn vector(&self) -> &[T] {
        let Self::Vector(list) = self else { panic!("a vector belongs here") };
        list
    }

    /// The elements of a matrix, column by column.
    fn columns(&self) -> Vec<T> {
        let Self::Matrix(rows) = self else { panic!("a matrix belongs here") };
        (0..rows.len()).flat_map(|j| rows.iter().map(move |row| row[j])).collect()
    }
}

impl Argument<Number> {
    fn matrix(&self) -> Matrix {
        let columns = self.columns();
        let size = columns.len().isqrt();
        Matrix::new(size, size, columns)
    }
}

impl Argument<f64> {
    /// An argument of the reference.
    pub fn read(value: &Value) -> Self {
        match value {
            Value::Array(rows) if rows.first().is_some_and(Value::is_array) => {
                Self::Matrix(rows.iter().map(|row| Self::read(row).vector().to_vec()).collect())
            }
            Value::Array(list) => Self::Vector(list.iter().map(|x| Self::read(x).scalar()).collect()),
            other => Self::Scalar(other.as_f64().expect("an argument is a number")),
        }
    }
}

type Density = fn(&mut Graph, &[Argument<Number>]) -> Number;
type Simulator = fn(&mut Random, &[Argument<f64>]) -> Vec<f64>;

macro_rules! density {
    ($family:ident::$function:ident($($shape:ident),*)) => {{
        let density: Density = |g, arguments| {
            let mut arguments = arguments.iter();
            dist::$family::$function(g, $(density!(@ $shape arguments)),*)
        };
        (stringify!($family), density)
    }};
    (@ scalar $arguments:ident) => { $arguments.next().expect("enough arguments").scalar() };
    (@ vector $arguments:ident) => { $arguments.next().expect("enough arguments").vector() };
    (@ matrix $arguments:ident) => { &$arguments.next().expect("enough arguments").matrix() };
}

macro_rules! simulator {
    ($family:ident($($shape:ident),*) -> $result:ident) => {{
        // A family without parameters takes none.
        let simulator: Simulator = |random, arguments| {
            let mut _arguments = arguments.iter();
            simulator!(@@ $result dist::$family::simulate(random, $(simulator!(@ $shape _arguments)),*))
        };
        (stringify!($family), simulator)
    }};
    (@ scalar $arguments:ident) => { $arguments.next().expect("enough arguments").scalar() };
    (@ vector $arguments:ident) => { $arguments.next().expect("enough arguments").vector() };
    (@ matrix $arguments:ident) => { &$arguments.next().expect("enough arguments").columns() };
    (@@ scalar $variate:expr) => { vec![$variate] };
    (@@ vector $variate:expr) => { $variate };
}

fn find<T: Copy>(table: &[(&str, T)], family: &str) -> Option<T> {
    table.iter().find(|(name, _)| *name == family).map(|(_, found)| *found)
}

/// The families that have a log density.
#[rustfmt::skip] // A line a family.
pub const DENSITIES: &[(&str, Density)] = &[
    density!(bernoulli::log_density(scalar, scalar)),
    density!(bernoulli_logit::log_density(scalar, scalar)),
    density!(beta::log_density(scalar, scalar, scalar)),
    density!(beta_binomial::log_density(scalar, scalar, scalar, scalar)),
    density!(beta_proportion::log_density(scalar, scalar, scalar)),
    density!(binomial::log_density(scalar, scalar, scalar)),
    density!(binomial_logit::log_density(scalar, scalar, scalar)),
    density!(categorical::log_density(scalar, vector)),
    density!(categorical_logit::log_density(scalar, vector)),
    density!(cauchy::log_density(scalar, scalar, scalar)),
    density!(chi_square::log_density(scalar, scalar)),
    density!(dirichlet::log_density(vector, vector)),
    density!(discrete_range::log_density(scalar, scalar, scalar)),
    density!(double_exponential::log_density(scalar, scalar, scalar)),
    density!(exp_mod_normal::log_density(scalar, scalar, scalar, scalar)),
    density!(exponential::log_density(scalar, scalar)),
    density!(frechet::log_density(scalar, scalar, scalar)),
    density!(gamma::log_density(scalar, scalar, scalar)),
    density!(gumbel::log_density(scalar, scalar, scalar)),
    density!(inv_chi_square::log_density(scalar, scalar)),
    density!(inv_gamma::log_density(scalar, scalar, scalar)),
    density!(inv_wishart::log_density(matrix, scalar, matrix)),
    density!(lkj_corr::log_density(matrix, scalar)),
    density!(lkj_corr_cholesky::log_density(matrix, scalar)),
    density!(logistic::log_density(scalar, scalar, scalar)),
    density!(lognormal::log_density(scalar, scalar, scalar)),
    density!(multi_normal::log_density(vector, vector, matrix)),
    density!(multi_normal_cholesky::log_density(vector, vector, matrix)),
    density!(multi_normal_prec::log_density(vector, vector, matrix)),
    density!(multi_student_t::log_density(vector, scalar, vector, matrix)),
    density!(multinomial::log_density(vector, vector)),
    density!(multinomial_logit::log_density(vector, vector)),
    density!(neg_binomial::log_density(scalar, scalar, scalar)),
    density!(neg_binomial_2::log_density(scalar, scalar, scalar)),
    density!(neg_binomial_2_log::log_density(scalar, scalar, scalar)),
    density!(normal::log_density(scalar, scalar, scalar)),
    density!(ordered_logistic::log_density(scalar, scalar, vector)),
    density!(ordered_probit::log_density(scalar, scalar, vector)),
    density!(pareto::log_density(scalar, scalar, scalar)),
    density!(pareto_type_2::log_density(scalar, scalar, scalar, scalar)),
    density!(poisson::log_density(scalar, scalar)),
    density!(poisson_log::log_density(scalar, scalar)),
    density!(rayleigh::log_density(scalar, scalar)),
    density!(scaled_inv_chi_square::log_density(scalar, scalar, scalar)),
    density!(skew_normal::log_density(scalar, scalar, scalar, scalar)),
    density!(std_normal::log_density(scalar)),
    density!(student_t::log_density(scalar, scalar, scalar, scalar)),
    density!(uniform::log_density(scalar, scalar, scalar)),
    density!(von_mises::log_density(scalar, scalar, scalar)),
    density!(weibull::log_density(scalar, scalar, scalar)),
    density!(wishart::log_density(matrix, scalar, matrix)),
];

/// The families that can be simulated.
#[rustfmt::skip] // A line a family.
pub const SIMULATORS: &[(&str, Simulator)] = &[
    simulator!(bernoulli(scalar) -> scalar),
    simulator!(bernoulli_logit(scalar) -> scalar),
    simulator!(beta(scalar, scalar) -> scalar),
    simulator!(beta_binomial(scalar, scalar, scalar) -> scalar),
    simulator!(beta_proportion(scalar, scalar) -> scalar),
    simulator!(binomial(scalar, scalar) -> scalar),
    simulator!(binomial_logit(scalar, scalar) -> scalar),
    simulator!(categorical(vector) -> scalar),
    simulator!(categorical_logit(vector) -> scalar),
    simulator!(cauchy(scalar, scalar) -> scalar),
    simulator!(chi_square(scalar) -> scalar),
    simulator!(dirichlet(vector) -> vector),
    simulator!(discrete_range(scalar, scalar) -> scalar),
    simulator!(double_exponential(scalar, scalar) -> scalar),
    simulator!(exp_mod_normal(scalar, scalar, scalar) -> scalar),
    simulator!(exponential(scalar) -> scalar),
    simulator!(frechet(scalar, scalar) -> scalar),
    simulator!(gamma(scalar, scalar) -> scalar),
    simulator!(gumbel(scalar, scalar) -> scalar),
    simulator!(inv_chi_square(scalar) -> scalar),
    simulator!(inv_gamma(scalar, scalar) -> scalar),
    simulator!(logistic(scalar, scalar) -> scalar),
    simulator!(lognormal(scalar, scalar) -> scalar),
    simulator!(multi_normal(vector, matrix) -> vector),
    simulator!(multi_normal_cholesky(vector, matrix) -> vector),
    simulator!(multi_student_t(scalar, vector, matrix) -> vector),
    simulator!(multinomial(vector, scalar) -> vector),
    simulator!(multinomial_logit(vector, scalar) -> vector),
    simulator!(neg_binomial(scalar, scalar) -> scalar),
    simulator!(neg_binomial_2(scalar, scalar) -> scalar),
    simulator!(neg_binomial_2_log(scalar, scalar) -> scalar),
    simulator!(normal(scalar, scalar) -> scalar),
    simulator!(ordered_logistic(scalar, vector) -> scalar),
    simulator!(ordered_probit(scalar, vector) -> scalar),
    simulator!(pareto(scalar, scalar) -> scalar),
    simulator!(pareto_type_2(scalar, scalar, scalar) -> scalar),
    simulator!(poisson(scalar) -> scalar),
    simulator!(poisson_log(scalar) -> scalar),
    simulator!(rayleigh(scalar) -> scalar),
    simulator!(scaled_inv_chi_square(scalar, scalar) -> scalar),
    simulator!(skew_normal(scalar, scalar, scalar) -> scalar),
    simulator!(std_normal() -> scalar),
    simulator!(student_t(scalar, scalar, scalar) -> scalar),
    simulator!(uniform(scalar, scalar) -> scalar),
    simulator!(von_mises(scalar, scalar) -> scalar),
    simulator!(weibull(scalar, scalar) -> scalar),
];

/// The distribution function, its logarithm, and that of the upper tail.
#[rustfmt::skip] // A line a function.
const TAILS: [&[(&str, Density)]; 3] = [
    &[
        density!(bernoulli::cdf(scalar, scalar)),
        density!(beta_binomial::cdf(scalar, scalar, scalar, scalar)),
        density!(binomial::cdf(scalar, scalar, scalar)),
        density!(double_exponential::cdf(scalar, scalar, scalar)),
        density!(exp_mod_normal::cdf(scalar, scalar, scalar, scalar)),
        density!(exponential::cdf(scalar, scalar)),
        density!(frechet::cdf(scalar, scalar, scalar)),
        density!(gumbel::cdf(scalar, scalar, scalar)),
        density!(logistic::cdf(scalar, scalar, scalar)),
        density!(lognormal::cdf(scalar, scalar, scalar)),
        density!(neg_binomial::cdf(scalar, scalar, scalar)),
        density!(neg_binomial_2::cdf(scalar, scalar, scalar)),
        density!(normal::cdf(scalar, scalar, scalar)),
        density!(pareto::cdf(scalar, scalar, scalar)),
        density!(pareto_type_2::cdf(scalar, scalar, scalar, scalar)),
        density!(poisson::cdf(scalar, scalar)),
        density!(rayleigh::cdf(scalar, scalar)),
        density!(std_normal::cdf(scalar)),
        density!(uniform::cdf(scalar, scalar, scalar)),
    ],
    &[
        density!(bernoulli::log_cdf(scalar, scalar)),
        density!(beta_binomial::log_cdf(scalar, scalar, scalar, scalar)),
        density!(binomial::log_cdf(scalar, scalar, scalar)),
        density!(double_exponential::log_cdf(scalar, scalar, scalar)),
        density!(exp_mod_normal::log_cdf(scalar, scalar, scalar, scalar)),
        density!(exponential::log_cdf(scalar, scalar)),
        density!(frechet::log_cdf(scalar, scalar, scalar)),
        density!(gumbel::log_cdf(scalar, scalar, scalar)),
        density!(logistic::log_cdf(scalar, scalar, scalar)),
        density!(lognormal::log_cdf(scalar, scalar, scalar)),
        density!(neg_binomial::log_cdf(scalar, scalar, scalar)),
        density!(neg_binomial_2::log_cdf(scalar, scalar, scalar)),
        density!(normal::log_cdf(scalar, scalar, scalar)),
        density!(pareto::log_cdf(scalar, scalar, scalar)),
        density!(pareto_type_2::log_cdf(scalar, scalar, scalar, scalar)),
        density!(poisson::log_cdf(scalar, scalar)),
        density!(rayleigh::log_cdf(scalar, scalar)),
        density!(std_normal::log_cdf(scalar)),
        density!(uniform::log_cdf(scalar, scalar, scalar)),
    ],
    &[
        density!(bernoulli::log_ccdf(scalar, scalar)),
        density!(beta_binomial::log_ccdf(scalar, scalar, scalar, scalar)),
        density!(binomial::log_ccdf(scalar, scalar, scalar)),
        density!(double_exponential::log_ccdf(scalar, scalar, scalar)),
        density!(exp_mod_normal::log_ccdf(scalar, scalar, scalar, scalar)),
        density!(exponential::log_ccdf(scalar, scalar)),
        density!(frechet::log_ccdf(scalar, scalar, scalar)),
        density!(gumbel::log_ccdf(scalar, scalar, scalar)),
        density!(logistic::log_ccdf(scalar, scalar, scalar)),
        density!(lognormal::log_ccdf(scalar, scalar, scalar)),
        density!(neg_binomial::log_ccdf(scalar, scalar, scalar)),
        density!(neg_binomial_2::log_ccdf(scalar, scalar, scalar)),
        density!(normal::log_ccdf(scalar, scalar, scalar)),
        density!(pareto::log_ccdf(scalar, scalar, scalar)),
        density!(pareto_type_2::log_ccdf(scalar, scalar, scalar, scalar)),
        density!(poisson::log_ccdf(scalar, scalar)),
        density!(rayleigh::log_ccdf(scalar, scalar)),
        density!(std_normal::log_ccdf(scalar)),
        density!(uniform::log_ccdf(scalar, scalar, scalar)),
    ],
];

pub fn log_density(family: &str) -> Density {
    find(DENSITIES, family).unwrap_or_else(|| panic!("no log density of {family}"))
}

pub fn simulator(family: &str) -> Simulator {
    find(SIMULATORS, family).unwrap_or_else(|| panic!("no simulator of {family}"))
}

/// The distribution function, its logarithm, and that of the upper tail.
pub fn tails(family: &str) -> [Density; 3] {
    TAILS.map(|table| find(table, family).unwrap_or_else(|| panic!("no distribution function of {family}")))
}
