//! The models of the table of verdicts: text, data, what is known of the posterior, and which half of them each is in.
//!
//! Nothing flows in; [`cases`] flows out. Data are made by formulas, so that there are no files. Where the posterior can be
//! drawn from directly, `Truth::Exact` does; where another form of the model is easier to sample, `Truth::Form` is it.

use std::fmt::Write;

use super::fresh;
use super::random::Random;

/// What is known of a posterior.
#[derive(Clone, Copy)]
pub enum Truth {
    /// Independent draws of it, in the order of the model's parameters.
    Exact(fn(&mut Random) -> Vec<f64>),
    /// Draws of a long run of NUTS of the same model.
    LongRun,
    /// Draws of a long run of NUTS of another text with the same parameters.
    Form(&'static str),
}

/// What a model was used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// The rule was chosen on it.
    TunedOn,
    /// It was kept out while the rule was chosen, and seen before its constants were set.
    HeldOut,
    /// It was added after all that.
    Fresh,
}

impl Group {
    pub const ALL: [Self; 3] = [Self::TunedOn, Self::HeldOut, Self::Fresh];

    pub fn name(self) -> &'static str {
        match self {
            Self::TunedOn => "tuned on",
            Self::HeldOut => "held out",
            Self::Fresh => "fresh",
        }
    }
}

/// The number of the mode that a draw belongs to.
pub type Mode = fn(&[f64]) -> usize;

/// A model of the table.
pub struct Case {
    pub name: &'static str,
    pub text: String,
    pub data: String,
    pub truth: Truth,
    /// Variables whose means and standard deviations are not compared: there are none, or no run can estimate them.
    pub without_moments: &'static [&'static str],
    pub group: Group,
    /// Number of modes, and that of a draw.
    pub modes: Option<(usize, Mode)>,
}

pub fn case(name: &'static str, text: &str, truth: Truth) -> Case {
    Case {
        name,
        text: text.to_owned(),
        data: "{}".to_owned(),
        truth,
        without_moments: &[],
        group: Group::TunedOn,
        modes: None,
    }
}

impl Case {
    pub fn data(self, data: String) -> Self {
        Self { data, ..self }
    }

    pub fn without_moments(self, variables: &'static [&'static str]) -> Self {
        Self { without_moments: variables, ..self }
    }

    fn with_modes(self, count: usize, of: fn(&[f64]) -> usize) -> Self {
        Self { modes: Some((count, of)), ..self }
    }
}

pub fn list(values: &[f64]) -> String {
    let mut text = String::from("[");
    for (place, value) in values.iter().enumerate() {
        let _ = write!(text, "{}{value:?}", if place > 0 { "," } else { "" });
    }
    text + "]"
}

pub fn whole(values: &[f64]) -> String {
    let texts: Vec<String> = values.iter().map(|value| format!("{value:.0}")).collect();
    format!("[{}]", texts.join(","))
}

/// Observations at `x`, made by a formula of x and a standard normal number.
pub fn observed(seed: u64, x: &[f64], of: impl Fn(f64, &mut Random) -> f64) -> Vec<f64> {
    let mut random = Random(seed);
    x.iter().map(|&x| of(x, &mut random)).collect()
}

pub fn evenly(count: usize, from: f64, to: f64) -> Vec<f64> {
    (0..count).map(|i| from + (to - from) * i as f64 / (count - 1) as f64).collect()
}

const LINEAR: &str = "data { int N; vector[N] x; vector[N] y; }
parameters { real alpha; real beta; real<lower=0> sigma; }
model { y ~ normal(alpha + beta * x, sigma); }";

/// A regression on one covariate that is not centred, under flat priors: sum of squared errors over sigma squared is
/// chi-squared with N - 3 degrees of freedom.
fn linear(random: &mut Random, x: &[f64], y: &[f64]) -> Vec<f64> {
    let n = x.len() as f64;
    let (x_mean, y_mean) = (x.iter().sum::<f64>() / n, y.iter().sum::<f64>() / n);
    let sxx: f64 = x.iter().map(|x| (x - x_mean).powi(2)).sum();
    let sxy: f64 = x.iter().zip(y).map(|(x, y)| (x - x_mean) * (y - y_mean)).sum();
    let slope = sxy / sxx;
    let sse: f64 = x.iter().zip(y).map(|(x, y)| (y - y_mean - slope * (x - x_mean)).powi(2)).sum();
    let sigma = (sse / (0..x.len() - 3).map(|_| random.normal().powi(2)).sum::<f64>()).sqrt();
    let beta = slope + sigma / sxx.sqrt() * random.normal();
    let middle = y_mean + sigma / n.sqrt() * random.normal();
    vec![middle - beta * x_mean, beta, sigma]
}

fn years() -> (Vec<f64>, Vec<f64>) {
    let x = evenly(60, 1950.0, 2009.0);
    let y = observed(11, &x, |x, random| 8.5 + 0.03 * (x - 1979.5) + 0.85 * random.normal());
    (x, y)
}

fn near() -> (Vec<f64>, Vec<f64>) {
    let x = evenly(40, 3.0, 7.0);
    let y = observed(12, &x, |x, random| 1.0 + 0.5 * x + random.normal());
    (x, y)
}

pub fn xy((x, y): &(Vec<f64>, Vec<f64>)) -> String {
    format!("{{\"N\":{},\"x\":{},\"y\":{}}}", x.len(), list(x), list(y))
}

fn rho(random: &mut Random, rho: f64) -> Vec<f64> {
    let x = random.normal();
    vec![x, rho * x + (1.0 - rho * rho).sqrt() * random.normal()]
}

fn funnel(random: &mut Random, width: f64, count: usize) -> Vec<f64> {
    let v = width * random.normal();
    let x = (0..count).map(|_| (v / 2.0).exp() * random.normal());
    std::iter::once(v).chain(x.collect::<Vec<_>>()).collect()
}

/// Independent standard normals of which the sum was observed to be 1 with a standard error.
pub fn summed(random: &mut Random, count: usize, error: f64) -> Vec<f64> {
    let z: Vec<f64> = (0..count).map(|_| random.normal()).collect();
    // Matheron's rule: a prior draw, moved by what its own simulated observation missed.
    let gain = 1.0 / (count as f64 + error * error);
    let missed = 1.0 - z.iter().sum::<f64>() - error * random.normal();
    z.into_iter().map(|z| z + gain * missed).collect()
}

const EIGHT: &str = include_str!("../../tests/data/models/eight_schools.stan");

/// All models.
pub fn cases() -> Vec<Case> {
    use Truth::{Exact, Form, LongRun};
    let mut cases = vec![
        case("normal_5", "parameters { vector[5] x; } model { x ~ normal(0, 1); }", Exact(|r| r.normals(5))),
        case("normal_100", "parameters { vector[100] x; } model { x ~ normal(0, 1); }", Exact(|r| r.normals(100))),
        case(
            "scales_10",
            "parameters { vector[10] x; } model { for (i in 1:10) x[i] ~ normal(0, pow(10, (i - 5.5) / 2)); }",
            Exact(|r| (1..=10).map(|i| 10_f64.powf((f64::from(i) - 5.5) / 2.0) * r.normal()).collect()),
        ),
        case("far_away", "parameters { real x; } model { x ~ normal(1000, 1); }", Exact(|r| vec![1000.0 + r.normal()])),
        case(
            "far_and_narrow",
            "parameters { real x; } model { x ~ normal(30, 0.1); }",
            Exact(|r| vec![30.0 + 0.1 * r.normal()]),
        ),
        case(
            "correlated_95",
            "parameters { real x; real y; } model { x ~ normal(0, 1); y ~ normal(0.95 * x, sqrt(1 - 0.95^2)); }",
            Exact(|r| rho(r, 0.95)),
        ),
        case(
            "correlated_999",
            "parameters { real x; real y; } model { x ~ normal(0, 1); y ~ normal(0.999 * x, sqrt(1 - 0.999^2)); }",
            Exact(|r| rho(r, 0.999)),
        ),
        case(
            "equicorrelated_50",
            "parameters { real mu; vector[50] x; } model { mu ~ normal(0, 1); x ~ normal(mu, 1); }",
            Exact(|r| {
                let mu = r.normal();
                std::iter::once(mu).chain((0..50).map(|_| mu + r.normal()).collect::<Vec<_>>()).collect()
            }),
        ),
        case(
            "random_walk_60",
            "parameters { vector[60] x; } model { x[1] ~ normal(0, 1); x[2:60] ~ normal(x[1:59], 1); }",
            Exact(|r| {
                let mut at = 0.0;
                (0..60)
                    .map(|_| {
                        at += r.normal();
                        at
                    })
                    .collect()
            }),
        ),
        case(
            "ridge_of_2",
            "parameters { vector[2] x; } model { x ~ normal(0, 1); 1 ~ normal(sum(x), 0.01); }",
            Exact(|r| summed(r, 2, 0.01)),
        ),
        case(
            "ridge_of_2_wide",
            "parameters { vector[2] x; } model { x ~ normal(0, 1); 1 ~ normal(sum(x), 0.1); }",
            Exact(|r| summed(r, 2, 0.1)),
        ),
        case(
            "ridge_of_10",
            "parameters { vector[10] x; } model { x ~ normal(0, 1); 1 ~ normal(sum(x), 0.1); }",
            Exact(|r| summed(r, 10, 0.1)),
        ),
        case(
            "years",
            LINEAR,
            Exact(|r| {
                let (x, y) = years();
                linear(r, &x, &y)
            }),
        )
        .data(xy(&years())),
        case(
            "near_years",
            LINEAR,
            Exact(|r| {
                let (x, y) = near();
                linear(r, &x, &y)
            }),
        )
        .data(xy(&near())),
        case("two_intercepts", include_str!("../../examples/identifiability/informative.stan"), LongRun)
            .data(include_str!("../../examples/identifiability/y.json").to_owned()),
        case(
            "quadratic",
            "data { int N; vector[N] x; vector[N] y; } parameters { vector[3] b; real<lower=0> sigma; }
             model { b ~ normal(0, 10); sigma ~ exponential(1); y ~ normal(b[1] + b[2] * x + b[3] * x^2, sigma); }",
            LongRun,
        )
        .data({
            let x = evenly(30, 1.0, 4.0);
            let y = observed(13, &x, |x, r| 2.0 - x + 0.4 * x * x + 0.5 * r.normal());
            xy(&(x, y))
        }),
        case(
            "logistic",
            "data { int N; vector[N] x; array[N] int y; } parameters { real a; real b; }
             model { a ~ normal(0, 10); b ~ normal(0, 5); y ~ bernoulli_logit(a + b * x); }",
            LongRun,
        )
        .data({
            let x = evenly(80, 4.0, 10.0);
            let y = observed(14, &x, |x, r| f64::from(r.uniform() < 1.0 / (1.0 + (-(x - 6.5)).exp())));
            format!("{{\"N\":80,\"x\":{},\"y\":{}}}", list(&x), whole(&y))
        }),
        case(
            "poisson",
            "data { int N; vector[N] x; array[N] int y; } parameters { real a; real b; }
             model { a ~ normal(0, 5); b ~ normal(0, 2); y ~ poisson_log(a + b * x); }",
            LongRun,
        )
        .data({
            let x = evenly(40, 0.0, 3.0);
            let y =
                observed(15, &x, |x, r| ((0.3 + 0.6 * x).exp() + (0.3 + 0.6 * x).exp().sqrt() * r.normal()).max(0.0));
            format!("{{\"N\":40,\"x\":{},\"y\":{}}}", list(&x), whole(&y))
        }),
        case(
            "robust",
            "data { int N; vector[N] x; vector[N] y; }
             parameters { real a; real b; real<lower=0> sigma; real<lower=1> nu; }
             model { a ~ normal(0, 10); b ~ normal(0, 10); sigma ~ exponential(1); nu ~ gamma(2, 0.1);
                     y ~ student_t(nu, a + b * x, sigma); }",
            LongRun,
        )
        .data({
            let x = evenly(40, -1.0, 3.0);
            let y = observed(16, &x, |x, r| 1.0 + x + 0.5 * r.normal() / (r.uniform() + 0.05));
            xy(&(x, y))
        }),
        case(
            "funnel_9",
            "parameters { real v; vector[9] x; } model { v ~ normal(0, 3); x ~ normal(0, exp(v / 2)); }",
            Exact(|r| funnel(r, 3.0, 9)),
        )
        .without_moments(&["x"]),
        case(
            "funnel_1",
            "parameters { real v; real x; } model { v ~ normal(0, 3); x ~ normal(0, exp(v / 2)); }",
            Exact(|r| funnel(r, 3.0, 1)),
        )
        .without_moments(&["x"]),
        case(
            "funnel_mild",
            "parameters { real v; vector[5] x; } model { v ~ normal(0, 1); x ~ normal(0, exp(v / 2)); }",
            Exact(|r| funnel(r, 1.0, 5)),
        ),
        case("eight_schools", EIGHT, Form(EIGHT_NONCENTRED)).data(SCHOOLS.to_owned()),
        case(
            "eight_schools_noncentred",
            include_str!("../../tests/data/posteriordb/eight_schools-eight_schools_noncentered/model.stan"),
            LongRun,
        )
        .data(
            include_str!("../../tests/data/posteriordb/eight_schools-eight_schools_noncentered/data.json").to_owned(),
        ),
        case(
            "hierarchy_10",
            "data { int J; vector[J] y; } parameters { real mu; real<lower=0> tau; vector[J] theta; }
             model { mu ~ normal(0, 5); tau ~ normal(0, 2); theta ~ normal(mu, tau); y ~ normal(theta, 0.5); }",
            Form(HIERARCHY_NONCENTRED),
        )
        .data({
            let y = observed(17, &evenly(10, 0.0, 1.0), |_, r| 1.0 + 1.3 * r.normal());
            format!("{{\"J\":10,\"y\":{}}}", list(&y))
        }),
        case(
            "two_modes",
            "parameters { real x; } model { target += log_mix(0.3, normal_lpdf(x | -5, 1), normal_lpdf(x | 5, 1)); }",
            Exact(|r| vec![if r.uniform() < 0.3 { -5.0 } else { 5.0 } + r.normal()]),
        )
        .with_modes(2, |x| usize::from(x[0] > 0.0)),
        case(
            "two_near_modes",
            "parameters { real x; } model { target += log_mix(0.3, normal_lpdf(x | -2, 1), normal_lpdf(x | 2, 1)); }",
            Exact(|r| vec![if r.uniform() < 0.3 { -2.0 } else { 2.0 } + r.normal()]),
        ),
        case(
            "two_modes_of_4",
            "parameters { vector[4] x; }
             model { target += log_mix(0.5, normal_lpdf(x | -2, 1), normal_lpdf(x | 2, 1)); }",
            Exact(|r| {
                let at = if r.uniform() < 0.5 { -2.0 } else { 2.0 };
                (0..4).map(|_| at + r.normal()).collect()
            }),
        )
        .with_modes(2, |x| usize::from(x.iter().sum::<f64>() > 0.0)),
        case(
            "narrow_and_wide",
            "parameters { real x; } model { target += log_mix(0.5, normal_lpdf(x | 0, 0.1), normal_lpdf(x | 0, 3)); }",
            Exact(|r| vec![if r.uniform() < 0.5 { 0.1 } else { 3.0 } * r.normal()]),
        ),
        case("cauchy", "parameters { real x; } model { x ~ cauchy(0, 1); }", Exact(|r| vec![r.normal() / r.normal()]))
            .without_moments(&["x"]),
        case(
            "student_3",
            "parameters { vector[5] x; } model { x ~ student_t(3, 0, 1); }",
            Exact(|r| {
                (0..5).map(|_| r.normal() / (r.normals(3).iter().map(|z| z * z).sum::<f64>() / 3.0).sqrt()).collect()
            }),
        )
        .without_moments(&["x"]),
        case(
            "horseshoe_prior",
            "parameters { vector<lower=0>[3] lambda; vector[3] b; }
             model { lambda ~ cauchy(0, 1); b ~ normal(0, lambda); }",
            Exact(|r| {
                let lambda: Vec<f64> = (0..3).map(|_| (r.normal() / r.normal()).abs()).collect();
                lambda.iter().copied().chain(lambda.iter().map(|l| l * r.normal()).collect::<Vec<_>>()).collect()
            }),
        )
        .without_moments(&["lambda", "b"]),
        case(
            "lognormal",
            "parameters { real<lower=0> x; } model { x ~ lognormal(0, 1); }",
            Exact(|r| vec![r.normal().exp()]),
        )
        .without_moments(&["x"]),
        case(
            "banana",
            "parameters { real x; real y; } model { x ~ normal(0, 1); y ~ normal(x^2, 0.1); }",
            Exact(|r| {
                let x = r.normal();
                vec![x, x * x + 0.1 * r.normal()]
            }),
        ),
        case(
            "banana_wide",
            "parameters { real x; real y; } model { x ~ normal(0, 2); y ~ normal(x^2, 0.5); }",
            Exact(|r| {
                let x = 2.0 * r.normal();
                vec![x, x * x + 0.5 * r.normal()]
            }),
        ),
        case(
            "ring",
            "parameters { real x; real y; } model { hypot(x, y) ~ normal(3, 0.1); target += -log(hypot(x, y)); }",
            Exact(|r| {
                let (radius, angle) = (3.0 + 0.1 * r.normal(), std::f64::consts::TAU * r.uniform());
                vec![radius * angle.cos(), radius * angle.sin()]
            }),
        ),
        case(
            "simplex",
            "parameters { simplex[4] p; } model { p ~ dirichlet([0.5, 1, 2, 5]'); }",
            Exact(|r| {
                let half = r.normal().powi(2) / 2.0;
                let mut sum = |n: usize| (0..n).map(|_| -r.uniform().ln()).sum::<f64>();
                let parts = [half, sum(1), sum(2), sum(5)];
                let all: f64 = parts.iter().sum();
                parts.iter().map(|part| part / all).collect()
            }),
        ),
        case(
            "arcsine",
            "parameters { real<lower=0, upper=1> p; } model { p ~ beta(0.5, 0.5); }",
            Exact(|r| vec![(std::f64::consts::FRAC_PI_2 * r.uniform()).sin().powi(2)]),
        ),
        case(
            "product",
            "parameters { real<lower=0> a; real<lower=0> b; }
             model { a ~ lognormal(0, 1); b ~ lognormal(0, 1); 2 ~ normal(a * b, 0.1); }",
            LongRun,
        ),
        case(
            "sum_of_variances",
            "data { int N; vector[N] y; } parameters { real<lower=0> s; real<lower=0> t; }
             model { s ~ normal(0, 3); t ~ normal(0, 3); y ~ normal(0, sqrt(s^2 + t^2)); }",
            LongRun,
        )
        .data({
            let y = observed(18, &evenly(200, 0.0, 1.0), |_, r| 2.0 * r.normal());
            format!("{{\"N\":200,\"y\":{}}}", list(&y))
        }),
        case(
            "autoregression",
            "data { int N; vector[N] y; } parameters { real a; real<lower=-1, upper=1> phi; real<lower=0> sigma; }
             model { a ~ normal(0, 5); sigma ~ exponential(1); y[2:N] ~ normal(a + phi * y[1:(N - 1)], sigma); }",
            LongRun,
        )
        .data({
            let mut at = 10.0;
            let y = observed(19, &evenly(60, 0.0, 1.0), |_, r| r.normal());
            let y: Vec<f64> = y
                .into_iter()
                .map(|z| {
                    at = 2.0 + 0.8 * at + 0.7 * z;
                    at
                })
                .collect();
            format!("{{\"N\":60,\"y\":{}}}", list(&y))
        }),
        case(
            "local_level",
            "data { int N; vector[N] y; } parameters { vector[N] x; real<lower=0> s; real<lower=0> t; }
             model { s ~ normal(0, 1); t ~ normal(0, 1); x[1] ~ normal(0, 5); x[2:N] ~ normal(x[1:(N - 1)], s);
                     y ~ normal(x, t); }",
            LongRun,
        )
        .data({
            let mut at = 0.0;
            let noise = observed(20, &evenly(60, 0.0, 1.0), |_, r| r.normal());
            let y: Vec<f64> = noise
                .chunks_exact(2)
                .map(|z| {
                    at += 0.7 * z[0];
                    at + 0.5 * z[1]
                })
                .collect();
            format!("{{\"N\":30,\"y\":{}}}", list(&y))
        }),
    ];
    for (name, text, data) in posteriordb() {
        cases.push(case(name, text, LongRun).data(data.to_owned()));
    }
    for (place, case) in cases.iter_mut().enumerate() {
        case.group = if place % 2 == 1 { Group::HeldOut } else { Group::TunedOn };
    }
    cases.extend(fresh::cases().into_iter().map(|case| Case { group: Group::Fresh, ..case }));
    cases
}

const SCHOOLS: &str = r#"{"J":8,"y":[28,8,-3,7,-1,1,18,12],"sigma":[15,10,16,11,9,11,10,18]}"#;

/// The centred model of eight schools, written so that NUTS samples it well.
const EIGHT_NONCENTRED: &str = "data { int<lower=0> J; vector[J] y; vector<lower=0>[J] sigma; }
parameters { real mu; real<lower=0> tau; vector[J] z; }
transformed parameters { vector[J] theta = mu + tau * z; }
model { mu ~ normal(0, 5); tau ~ cauchy(0, 5); z ~ std_normal(); y ~ normal(theta, sigma); }";

/// The same of `hierarchy_10`.
const HIERARCHY_NONCENTRED: &str = "data { int J; vector[J] y; }
parameters { real mu; real<lower=0> tau; vector[J] z; }
transformed parameters { vector[J] theta = mu + tau * z; }
model { mu ~ normal(0, 5); tau ~ normal(0, 2); z ~ std_normal(); y ~ normal(theta, 0.5); }";

fn posteriordb() -> [(&'static str, &'static str, &'static str); 4] {
    macro_rules! stored {
        ($name:literal, $folder:literal) => {
            (
                $name,
                include_str!(concat!("../../tests/data/posteriordb/", $folder, "/model.stan")),
                include_str!(concat!("../../tests/data/posteriordb/", $folder, "/data.json")),
            )
        };
    }
    [
        stored!("earnings", "earnings-logearn_height"),
        stored!("kidiq", "kidiq_with_mom_work-kidscore_interaction_c"),
        stored!("mesquite", "mesquite-logmesquite"),
        stored!("nes", "nes1972-nes"),
    ]
}
