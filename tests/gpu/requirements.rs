//! Requirements of arguments in all executions: single and double precision on the CPU, and the GPU. Values that fulfil them
//! are never rejected, and values that do not always are.
//!
//! Each function stands in a model as `fmax(fmin(f(...), 50), -50)`, which is finite whatever the function gives, so that
//! nothing but its requirement can reject; densities stand behind `~` as well. Arguments are the coordinates themselves.

use ridgewalk::backend::cpu::CpuBackend;
use ridgewalk::backend::gpu::{AdapterChoice, GpuBackend};
use ridgewalk::backend::{Backend, Population};
use ridgewalk::lang::{self, source::Source};
use ridgewalk::math::Real;
use ridgewalk::model::Model;
use ridgewalk::model::data::Data;
use ridgewalk::rng::random::Random;

/// What an argument must be.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Real,
    /// Inside of every support, and never asked.
    Large,
    Positive,
    Nonnegative,
    Probability,
    FromOne,
    ToOne,
    Simplex,
    Ordered,
    PositiveOrdered,
    Unit,
    ZeroSum,
    Symmetric,
    Definite,
    Correlation,
    Factor,
    CorrelationFactor,
}

use Kind::*;

/// Elements of vectors, and rows of matrices.
const SIZE: usize = 3;

impl Kind {
    fn coordinates(self) -> usize {
        match self {
            Real | Large | Positive | Nonnegative | Probability | FromOne | ToOne => 1,
            Simplex | Ordered | PositiveOrdered | Unit | ZeroSum => SIZE,
            Symmetric | Definite | Correlation | Factor | CorrelationFactor => SIZE * SIZE,
        }
    }

    /// The argument as the model writes it, from coordinates `x[from..]`.
    fn text(self, from: usize) -> String {
        match self.coordinates() {
            1 => format!("x[{from}]"),
            SIZE => format!("segment(x, {from}, {SIZE})"),
            count => format!("to_matrix(segment(x, {from}, {count}), {SIZE}, {SIZE})"),
        }
    }

    /// Values that fulfil the requirement, to within half of Stan's tolerance where it has one.
    fn valid(self, random: &mut Random) -> Vec<f64> {
        let near = |random: &mut Random| 1.0 + 5e-9 * (random.uniform() - 0.5);
        match self {
            Real => vec![random.normal()],
            Large => vec![100.0 + random.exponential()],
            Positive | Nonnegative => vec![(0.7 * random.normal()).exp()],
            Probability => vec![0.01 + 0.98 * random.uniform()],
            FromOne => vec![1.0 + random.exponential()],
            ToOne => vec![1.0 - random.exponential()],
            Simplex => {
                let weights: Vec<f64> = (0..SIZE).map(|_| random.exponential() + 1e-3).collect();
                let sum: f64 = weights.iter().sum::<f64>() * near(random);
                weights.iter().map(|weight| weight / sum).collect()
            }
            Ordered | PositiveOrdered => {
                let first = if matches!(self, Ordered) { random.normal() } else { random.exponential() };
                let mut at = first;
                let mut next = || {
                    at += 1e-3 + random.exponential();
                    at
                };
                vec![first, next(), next()]
            }
            Unit => {
                let z: Vec<f64> = (0..SIZE).map(|_| random.normal()).collect();
                let length = z.iter().map(|x| x * x).sum::<f64>().sqrt() * (1.0 + 0.5 * (near(random) - 1.0));
                z.iter().map(|x| x / length).collect()
            }
            ZeroSum => {
                let (a, b) = (random.normal(), random.normal());
                vec![a, b, -(a + b) + 2e-9 * (random.uniform() - 0.5)]
            }
            Symmetric | Definite => {
                let factor = Factor.valid(random);
                let mut product = self_product(&factor);
                product[1] += 2e-9 * (random.uniform() - 0.5);
                product
            }
            Correlation => {
                let factor = CorrelationFactor.valid(random);
                self_product(&factor)
            }
            Factor => triangle(|i, j| if i == j { 0.5 + random.exponential() } else { random.normal() }),
            CorrelationFactor => {
                let mut l = triangle(|i, j| if i == j { 0.5 + random.exponential() } else { random.normal() });
                for i in 0..SIZE {
                    let length = (0..SIZE).map(|j| l[j * SIZE + i].powi(2)).sum::<f64>().sqrt();
                    (0..SIZE).for_each(|j| l[j * SIZE + i] /= length);
                }
                l
            }
        }
    }

    /// Values that break the requirement, each in its own way.
    fn faults(self, random: &mut Random) -> Vec<Vec<f64>> {
        let changed = |values: &[f64], at: usize, by: f64| {
            let mut values = values.to_vec();
            values[at] += by;
            values
        };
        let valid = self.valid(random);
        let scaled = |by: f64| valid.iter().map(|x| x * by).collect::<Vec<f64>>();
        match self {
            Real | Large => Vec::new(),
            Positive => vec![vec![0.0], vec![-1e-3], vec![-2.0]],
            Nonnegative => vec![vec![-1e-3], vec![-2.0]],
            Probability => vec![vec![-1e-3], vec![1.001], vec![7.0]],
            FromOne => vec![vec![0.999], vec![-3.0]],
            ToOne => vec![vec![1.001], vec![3.0]],
            Simplex => vec![scaled(1.001), scaled(0.9), vec![-0.1, 0.6, 0.5], vec![0.7, 0.7, 0.7]],
            Ordered => vec![vec![valid[1], valid[0], valid[2]], vec![valid[0], valid[2], valid[2]]],
            PositiveOrdered => vec![vec![valid[1], valid[0], valid[2]], vec![-0.1, valid[1], valid[2]]],
            Unit => vec![scaled(1.001), scaled(0.5)],
            ZeroSum => vec![changed(&valid, 1, 1e-3)],
            Symmetric => vec![changed(&valid, 1, 0.01), changed(&valid, 7, -2.0)],
            Definite => {
                vec![
                    changed(&valid, 3, 0.01),
                    changed(&valid, 0, -2.0 * valid[0]),
                    vec![1.0, 2.0, 0.0, 2.0, 1.0, 0.0, 0.0, 0.0, 1.0],
                ]
            }
            Correlation => vec![
                changed(&valid, 4, 1e-3),
                changed(&valid, 1, 0.01),
                vec![1.0, -0.9, -0.9, -0.9, 1.0, -0.9, -0.9, -0.9, 1.0],
            ],
            Factor => {
                vec![changed(&valid, 3, 0.01), changed(&valid, 4, -2.0 * valid[4]), changed(&valid, 8, -valid[8])]
            }
            CorrelationFactor => vec![changed(&valid, 6, 0.01), scaled(1.001), changed(&valid, 8, -2.0 * valid[8])],
        }
    }
}

/// A lower triangle, column by column.
fn triangle(mut element: impl FnMut(usize, usize) -> f64) -> Vec<f64> {
    (0..SIZE * SIZE).map(|at| if at % SIZE >= at / SIZE { element(at % SIZE, at / SIZE) } else { 0.0 }).collect()
}

/// `l l'`
fn self_product(l: &[f64]) -> Vec<f64> {
    let at = |i: usize, j: usize| (0..SIZE).map(|k| l[k * SIZE + i] * l[k * SIZE + j]).sum::<f64>();
    (0..SIZE * SIZE).map(|position| at(position % SIZE, position / SIZE)).collect()
}

/// Calls with a `@` for each argument, and what the arguments must be.
const CALLS: &[(&str, &[Kind])] = &[
    ("normal_lpdf(@ | @, @)", &[Real, Real, Positive]),
    ("student_t_lpdf(@ | @, @, @)", &[Real, Positive, Real, Positive]),
    ("cauchy_lpdf(@ | @, @)", &[Real, Real, Positive]),
    ("double_exponential_lpdf(@ | @, @)", &[Real, Real, Positive]),
    ("logistic_lpdf(@ | @, @)", &[Real, Real, Positive]),
    ("gumbel_lpdf(@ | @, @)", &[Real, Real, Positive]),
    ("lognormal_lpdf(@ | @, @)", &[Nonnegative, Real, Positive]),
    ("chi_square_lpdf(@ | @)", &[Nonnegative, Positive]),
    ("inv_chi_square_lpdf(@ | @)", &[Large, Positive]),
    ("scaled_inv_chi_square_lpdf(@ | @, @)", &[Large, Positive, Positive]),
    ("exponential_lpdf(@ | @)", &[Nonnegative, Positive]),
    ("gamma_lpdf(@ | @, @)", &[Positive, Positive, Positive]),
    ("inv_gamma_lpdf(@ | @, @)", &[Large, Positive, Positive]),
    ("weibull_lpdf(0.5 * @ / 50 | @, @)", &[Large, Positive, Positive]),
    ("frechet_lpdf(@ | @, @)", &[Positive, Positive, Positive]),
    ("rayleigh_lpdf(@ | @)", &[Positive, Positive]),
    ("uniform_lpdf(0 | -@, 0)", &[Positive]),
    ("pareto_type_2_lpdf(@ | 0, 1.5, 2)", &[Nonnegative]),
    ("wishart_lpdf(identity_matrix(3) | 2 + @, identity_matrix(3))", &[Positive]),
    ("pareto_lpdf(@ | @, @)", &[Large, Positive, Positive]),
    ("beta_lpdf(@ | @, @)", &[Probability, Positive, Positive]),
    ("beta_proportion_lpdf(@ | @, @)", &[Probability, Probability, Positive]),
    ("von_mises_lpdf(@ | @, @)", &[Real, Real, Nonnegative]),
    ("skew_normal_lpdf(@ | @, @, @)", &[Real, Real, Positive, Real]),
    ("exp_mod_normal_lpdf(@ | @, @, @)", &[Real, Real, Positive, Positive]),
    ("bernoulli_lpmf(1 | @)", &[Probability]),
    ("binomial_lpmf(2 | 3, @)", &[Probability]),
    ("beta_binomial_lpmf(2 | 3, @, @)", &[Positive, Positive]),
    ("neg_binomial_lpmf(2 | @, @)", &[Positive, Positive]),
    ("neg_binomial_2_lpmf(2 | @, @)", &[Positive, Positive]),
    ("neg_binomial_2_log_lpmf(2 | @, @)", &[Real, Positive]),
    ("poisson_lpmf(2 | @)", &[Nonnegative]),
    ("categorical_lpmf(2 | @)", &[Simplex]),
    ("multinomial_lpmf({1, 0, 2} | @)", &[Simplex]),
    ("dirichlet_lpdf(@ | [1.5, 2, 3]')", &[Simplex]),
    ("ordered_logistic_lpmf(1 | @, @)", &[Real, Ordered]),
    ("ordered_probit_lpmf(4 | @, @)", &[Real, Ordered]),
    ("ordered_logistic_glm_lpmf({1, 1} | [[1], [2]], [0.5]', @)", &[Ordered]),
    ("multi_normal_lpdf([1, 0, 0.5]' | [0, 0, 0]', @)", &[Definite]),
    ("multi_normal_prec_lpdf([1, 0, 0.5]' | [0, 0, 0]', @)", &[Definite]),
    ("multi_normal_cholesky_lpdf([1, 0, 0.5]' | [0, 0, 0]', @)", &[Factor]),
    ("multi_student_t_lpdf([1, 0, 0.5]' | @, [0, 0, 0]', @)", &[Positive, Definite]),
    ("wishart_lpdf(@ | 5, identity_matrix(3))", &[Definite]),
    ("inv_wishart_lpdf(identity_matrix(3) | 5, @)", &[Definite]),
    ("lkj_corr_lpdf(@ | @)", &[Correlation, Positive]),
    ("lkj_corr_cholesky_lpdf(@ | @)", &[Factor, Positive]),
    ("normal_lcdf(@ | @, @)", &[Real, Real, Positive]),
    ("normal_lccdf(@ | @, @)", &[Real, Real, Positive]),
    ("cauchy_cdf(@ | @, @)", &[Real, Real, Positive]),
    ("double_exponential_lcdf(@ | @, @)", &[Real, Real, Positive]),
    ("logistic_lccdf(@ | @, @)", &[Real, Real, Positive]),
    ("gumbel_cdf(@ | @, @)", &[Real, Real, Positive]),
    ("lognormal_cdf(@ | @, @)", &[Nonnegative, Real, Positive]),
    ("exponential_cdf(@ | @)", &[Nonnegative, Positive]),
    ("exponential_lccdf(@ | @)", &[Nonnegative, Positive]),
    ("weibull_cdf(@ | @, @)", &[Nonnegative, Positive, Positive]),
    ("frechet_cdf(@ | @, @)", &[Positive, Positive, Positive]),
    ("rayleigh_lccdf(@ | @)", &[Nonnegative, Positive]),
    ("pareto_cdf(@ | @, @)", &[Nonnegative, Positive, Positive]),
    ("bernoulli_cdf(0 | @)", &[Probability]),
    ("binomial_lcdf(2 | 3, @)", &[Probability]),
    ("poisson_lccdf(2 | @)", &[Nonnegative]),
    ("log_mix(@, @, @)", &[Probability, Real, Real]),
    ("inv_Phi(@)", &[Probability]),
    ("log1m(@)", &[ToOne]),
    ("acosh(@)", &[FromOne]),
    ("lbeta(@, @)", &[Nonnegative, Nonnegative]),
    ("sum(gp_exp_quad_cov({0.0, 1.0}, @, @))", &[Positive, Positive]),
    ("sum(gp_exponential_cov({0.0, 1.0}, @, @))", &[Positive, Positive]),
    ("sum(gp_matern32_cov({0.0, 1.0}, @, @))", &[Positive, Positive]),
    ("sum(gp_matern52_cov({0.0, 1.0}, {2.0}, @, @))", &[Positive, Positive]),
    ("sum(gp_periodic_cov({0.0, 1.0}, @, @, @))", &[Positive, Positive, Positive]),
    ("sum(gp_dot_prod_cov({0.0, 1.0}, @))", &[Nonnegative]),
    ("quad_form_sym(@, [1, 2, 3]')", &[Symmetric]),
    ("cholesky_decompose(@)[1, 1]", &[Definite]),
    ("sum(mdivide_left_spd(@, [1, 2, 3]'))", &[Definite]),
    ("inverse_spd(@)[1, 1]", &[Definite]),
];

/// Declarations of transformed parameters.
const DECLARATIONS: &[(&str, Kind)] = &[
    ("real<lower=0>", Nonnegative),
    ("real<lower=0, upper=1>", Probability),
    ("real<upper=1>", ToOne),
    ("simplex[3]", Simplex),
    ("ordered[3]", Ordered),
    ("positive_ordered[3]", PositiveOrdered),
    ("unit_vector[3]", Unit),
    ("sum_to_zero_vector[3]", ZeroSum),
    ("cov_matrix[3]", Definite),
    ("corr_matrix[3]", Correlation),
    ("cholesky_factor_cov[3]", Factor),
    ("cholesky_factor_corr[3]", CorrelationFactor),
];

/// A model and what its coordinates are, one after the other.
struct Case {
    model: Model,
    arguments: Vec<Kind>,
}

impl Case {
    fn coordinates(&self) -> usize {
        self.arguments.iter().map(|kind| kind.coordinates()).sum()
    }

    fn valid(&self, random: &mut Random) -> Vec<f64> {
        self.arguments.iter().flat_map(|kind| kind.valid(random)).collect()
    }

    /// Points of which one argument breaks its requirement, and which.
    fn faults(&self, random: &mut Random) -> Vec<(usize, Vec<f64>)> {
        let mut points = Vec::new();
        let mut from = 0;
        for (argument, kind) in self.arguments.iter().enumerate() {
            for fault in kind.faults(random) {
                let mut point = self.valid(random);
                point[from..from + fault.len()].copy_from_slice(&fault);
                points.push((argument, point));
            }
            from += kind.coordinates();
        }
        points
    }
}

/// Models of a few calls each: what a driver compiles in a second.
fn cases() -> Vec<Case> {
    const COORDINATES: usize = 40;
    let mut cases = Vec::new();
    let (mut declared, mut body, mut arguments): (String, String, Vec<Kind>) = Default::default();
    let mut close = |declared: &mut String, body: &mut String, arguments: &mut Vec<Kind>| {
        let count: usize = arguments.iter().map(|kind| kind.coordinates()).sum();
        if count > 0 {
            let text = format!(
                "parameters {{ vector[{count}] x; }} transformed parameters {{ {declared} }} model {{ {body} target += 0; }}"
            );
            cases.push(Case { model: compiled(&text), arguments: std::mem::take(arguments) });
        }
        declared.clear();
        body.clear();
    };
    let (mut next, mut number) = (1, 0);
    let mut statements: Vec<(String, Vec<Kind>, bool)> = Vec::new();
    for (call, kinds) in CALLS {
        statements.push((format!("target += fmax(fmin({call}, 50), -50);"), kinds.to_vec(), false));
        if let Some((name, rest)) = call.split_once("_lpdf(").or_else(|| call.split_once("_lpmf("))
            && let Some((outcome, parameters)) = rest.split_once(" | ")
            // A statement that begins with a brace is a block.
            && !outcome.starts_with('{')
        {
            statements.push((format!("{outcome} ~ {name}({parameters};"), kinds.to_vec(), false));
        }
    }
    for (of, kind) in DECLARATIONS {
        statements.push((format!("{of} @name = @;"), vec![*kind], true));
    }
    for (statement, kinds, is_declaration) in statements {
        let count: usize = kinds.iter().map(|kind| kind.coordinates()).sum();
        if next - 1 + count > COORDINATES {
            close(&mut declared, &mut body, &mut arguments);
            next = 1;
        }
        number += 1;
        let mut text = statement.replace("@name", &format!("t{number}"));
        for kind in kinds {
            text = text.replacen('@', &kind.text(next), 1);
            next += kind.coordinates();
            arguments.push(kind);
        }
        if is_declaration {
            declared += &text;
        } else {
            body += &text;
        }
    }
    close(&mut declared, &mut body, &mut arguments);
    cases
}

fn compiled(text: &str) -> Model {
    let source = Source::new("model.stan", text);
    match lang::compile(&source, &Data::default(), "model", lang::Settings::default()) {
        Ok(compiled) => compiled.model,
        Err(error) => panic!("{}", error.render(&source, false)),
    }
}

/// Makes the backend that runs a model.
type Execution = fn(&Model) -> Box<dyn Backend>;

fn on_cpu<R: Real>(model: &Model) -> Box<dyn Backend> {
    Box::new(CpuBackend::<R>::new(model, 1))
}

fn on_gpu(model: &Model) -> Box<dyn Backend> {
    let gpu = GpuBackend::new(model, &AdapterChoice::Best, 1);
    Box::new(
        gpu.unwrap_or_else(|error| panic!("{error} (RIDGEWALK_WITHOUT_GPU=1 says that there is meant to be none)")),
    )
}

/// A million values that fulfil requirements, in each execution; a false alarm is a failure, whatever the seed.
#[test]
fn what_is_valid_is_never_rejected_and_what_is_not_always() {
    const VALUES: usize = 1_000_000;
    let cases = cases();
    let arguments: usize = cases.iter().map(|case| case.arguments.len()).sum();
    let chains = VALUES.div_ceil(arguments);
    let mut executions: Vec<(&str, Execution)> = vec![("cpu f64", on_cpu::<f64>), ("cpu f32", on_cpu::<f32>)];
    if std::env::var_os("RIDGEWALK_WITHOUT_GPU").is_none_or(|value| value != "1") {
        executions.push(("gpu", on_gpu));
    }
    for (number, case) in cases.iter().enumerate() {
        let mut random = Random::of_data(number as u64);
        let valid: Vec<f64> = (0..chains).flat_map(|_| case.valid(&mut random)).collect();
        let faults: Vec<(usize, Vec<f64>)> = (0..20).flat_map(|_| case.faults(&mut random)).collect();
        let broken: Vec<f64> = faults.iter().flat_map(|(_, point)| point.iter().copied()).collect();
        for (what, backend) in &executions {
            let mut backend = backend(&case.model);
            let found = backend.start(Population { first: 0, chains }, &valid).expect("the chains fit");
            if let Some(chain) = found.iter().position(|density| density.is_nan() || density.abs() > 1e37) {
                let point = &valid[chain * case.coordinates()..(chain + 1) * case.coordinates()];
                panic!("{what} rejects a valid point of case {number}, {:?}: {point:?}", case.arguments);
            }
            let population = Population { first: 0, chains: faults.len() };
            let found = backend.start(population, &broken).expect("the chains fit");
            for ((argument, point), density) in faults.iter().zip(found) {
                assert!(
                    density.is_nan() || density.abs() > 1e37,
                    "{what} takes argument {argument} of case {number}, {:?}: {point:?}",
                    case.arguments
                );
            }
        }
    }
}
