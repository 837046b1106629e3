//! The catalogue: models whose identifiability is known from the literature, with data, and what must be found.
//!
//! Data are drawn with a fixed seed from plausible values; no answer depends on them but where a case says so.

use ridgewalk::rng::random::Random;
use serde_json::{Value, json};

/// A case.
pub struct Case {
    pub name: &'static str,
    /// Where the answer is from.
    pub source: &'static str,
    pub model: &'static str,
    pub data: Value,
    /// The open directions as formulas, sorted; `local` for one that is constant on no scale.
    pub open: &'static [&'static str],
    /// Why they are open: `structural`, `design`, `data`.
    pub reason: &'static str,
    /// What stays identified and must be said.
    pub identified: &'static [&'static str],
    /// How many symmetries there are beside.
    pub symmetries: usize,
}

const NONE: &[&str] = &[];

fn random() -> Random {
    Random::of_data(20_261_126)
}

fn normals(r: &mut Random, n: usize) -> Vec<f64> {
    (0..n).map(|_| r.normal()).collect()
}

fn yes(r: &mut Random, p: f64) -> u8 {
    u8::from(r.uniform() < p)
}

fn groups(n: usize, of: usize) -> Vec<usize> {
    (0..n).map(|i| i % of + 1).collect()
}

/// All cases. A few dozen lines each, data included.
#[rustfmt::skip] // Models read as models.
pub fn all() -> Vec<Case> {
    let mut cases = open_cases();
    cases.extend(controls());
    cases
}

fn regression_data(n: usize) -> (Vec<f64>, Vec<f64>) {
    let mut r = random();
    let x: Vec<f64> = (0..n).map(|_| 4.0 * r.uniform() - 2.0).collect();
    let y = x.iter().map(|x| 0.7 + 1.2 * x + 0.5 * r.normal()).collect();
    (x, y)
}

fn open_cases() -> Vec<Case> {
    let mut r = random();
    let y60 = normals(&mut r, 60);
    let (x, y) = regression_data(50);
    let binary: Vec<u8> = x.iter().map(|x| yes(&mut r, 1.0 / (1.0 + (-x).exp()))).collect();
    let z = normals(&mut r, 50);
    let columns: Vec<[f64; 3]> = x.iter().zip(&z).map(|(x, z)| [*x, *z, x + z]).collect();
    let dummies: Vec<[f64; 3]> = (0..60).map(|i| [0, 1, 2].map(|k| f64::from(u8::from(i % 3 == k)))).collect();
    let persons = 12;
    let items = 5;
    let answers: Vec<u8> = (0..persons * items).map(|_| yes(&mut r, 0.55)).collect();
    let person: Vec<usize> = (0..persons * items).map(|i| i / items + 1).collect();
    let item: Vec<usize> = (0..persons * items).map(|i| i % items + 1).collect();
    let factor: Vec<Vec<f64>> = (0..80)
        .map(|_| {
            let (f, g) = (r.normal(), r.normal());
            [1.0, 0.8, 0.5, 0.1, -0.3, 0.4]
                .iter()
                .enumerate()
                .map(|(k, l)| l * f + 0.3 * k as f64 * g + 0.6 * r.normal())
                .collect()
        })
        .collect();
    let pairs: Vec<[f64; 2]> = (0..60)
        .map(|_| {
            let x = 1.0 + r.normal();
            [x + 0.5 * r.normal(), 0.5 + 2.0 * x + 0.7 * r.normal()]
        })
        .collect();
    let histories = capture_histories(&mut r, 120, 5);
    let sites: Vec<u8> = (0..80).map(|_| yes(&mut r, 0.35)).collect();
    let times: Vec<f64> = (1..=30).map(|i| 0.3 * f64::from(i)).collect();
    let curve: Vec<f64> = times.iter().map(|t| 2.0 * (-1.5 * t).exp() + (-0.2 * t).exp() + 0.02 * r.normal()).collect();
    let games: Vec<(usize, usize)> =
        (0..40).map(|i| (i % 5 + 1, (i + 1 + i / 5 % 4) % 5 + 1)).filter(|(a, b)| a != b).collect();
    let wins: Vec<u8> = games.iter().map(|_| yes(&mut r, 0.5)).collect();
    let counts: Vec<u32> = (0..60).map(|_| (6.0 * r.uniform()) as u32).collect();
    let choice: Vec<usize> = (0..90).map(|_| (4.0 * r.uniform()) as usize + 1).collect();
    let age: Vec<f64> = (0..60).map(|i| 20.0 + 5.0 * f64::from(i % 10)).collect();
    let period: Vec<f64> = (0..60).map(|i| f64::from(i / 10)).collect();
    let cohort: Vec<f64> = age.iter().zip(&period).map(|(age, period)| period - age).collect();
    vec![
        Case {
            name: "two intercepts",
            source: "the notebook; Gelman et al. 2013, Bayesian Data Analysis, section 4.3",
            model: "data { int N; vector[N] y; } parameters { real<lower=0> sigma; real<lower=-1e6, upper=1e6> alpha1; real<lower=-1e6, upper=1e6> alpha2; }
                transformed parameters { real mu = alpha1 + alpha2; } model { sigma ~ cauchy(0, 1); y ~ normal(mu, sigma); }",
            data: json!({"N": 60, "y": y60}),
            open: &["alpha1 - alpha2"],
            reason: "structural",
            identified: &["alpha1 + alpha2", "sigma"],
            symmetries: 0,
        },
        Case {
            name: "a product",
            source: "Cole 2020, Parameter Redundancy and Identifiability, section 1.2",
            model: "data { int N; vector[N] x; vector[N] y; } parameters { real a; real b; real c; real<lower=0> sigma; } model { y ~ normal(c + a * b * x, sigma); }",
            data: json!({"N": 50, "x": x, "y": y}),
            open: &["a / b"],
            reason: "structural",
            identified: &["a * b", "c", "sigma"],
            symmetries: 1,
        },
        Case {
            name: "one-way layout with an intercept",
            source: "Searle 1971, Linear Models, section 5.1",
            model: "data { int N; int J; array[N] int g; vector[N] y; } parameters { real mu; vector[J] a; real<lower=0> sigma; } model { y ~ normal(mu + a[g], sigma); }",
            data: json!({"N": 60, "J": 4, "g": groups(60, 4), "y": y60}),
            open: &["mu - each a"],
            reason: "structural",
            identified: &["mu + a[j] (4 of them)", "sigma"],
            symmetries: 0,
        },
        Case {
            name: "two-way layout with an intercept",
            source: "Searle 1971, Linear Models, section 7.1",
            model: "data { int N; array[N] int g; array[N] int h; vector[N] y; } parameters { real mu; vector[4] a; vector[3] b; real<lower=0> sigma; }
                model { for (n in 1:N) y[n] ~ normal(mu + a[g[n]] + b[h[n]], sigma); }",
            data: json!({"N": 60, "g": groups(60, 4), "h": groups(60, 3), "y": y60}),
            open: &["each a - each b", "mu - each b"],
            reason: "structural",
            identified: &["sigma"],
            symmetries: 0,
        },
        Case {
            name: "collinear regression",
            source: "Belsley, Kuh & Welsch 1980, Regression Diagnostics, chapter 3",
            model: "data { int N; matrix[N, 3] X; vector[N] y; } parameters { real alpha; vector[3] beta; real<lower=0> sigma; } model { y ~ normal(alpha + X * beta, sigma); }",
            data: json!({"N": 50, "X": columns, "y": y}),
            open: &["beta[1] + beta[2] - beta[3]"],
            reason: "design",
            identified: &["alpha", "sigma"],
            symmetries: 0,
        },
        Case {
            name: "indicators for all groups beside an intercept",
            source: "Suits 1957, Use of dummy variables in regression equations",
            model: "data { int N; matrix[N, 3] X; vector[N] y; } parameters { real alpha; vector[3] beta; real<lower=0> sigma; } model { y ~ normal_id_glm(X, alpha, beta, sigma); }",
            data: json!({"N": 60, "X": dummies, "y": y60}),
            open: &["alpha - each beta"],
            reason: "design",
            identified: &["alpha + beta[j] (3 of them)", "sigma"],
            symmetries: 0,
        },
        Case {
            name: "age, period and cohort",
            source: "Fienberg & Mason 1979, Identification and estimation of age-period-cohort models",
            model: "data { int N; vector[N] age; vector[N] period; vector[N] cohort; vector[N] y; } parameters { real mu; real a; real p; real c; real<lower=0> sigma; }
                model { y ~ normal(mu + a * age + p * period + c * cohort, sigma); }",
            data: json!({"N": 60, "age": age, "period": period, "cohort": cohort, "y": y60}),
            open: &["a - p + c"],
            reason: "design",
            identified: &["mu", "sigma"],
            symmetries: 0,
        },
        Case {
            name: "two-parameter item response, persons as parameters",
            source: "Bafumi, Gelman, Park & Kaplan 2005, Practical issues in implementing ideal point models",
            model: "data { int N; array[N] int i; array[N] int j; array[N] int y; } parameters { vector[12] theta; vector[5] b; vector[5] a; }
                model { theta ~ std_normal(); b ~ normal(0, 2); a ~ normal(1, 1); y ~ bernoulli_logit(a[j] .* (theta[i] - b[j])); }",
            data: json!({"N": 60, "i": person, "j": item, "y": answers}),
            open: &["each theta * each b / each a", "each theta + each b"],
            reason: "structural",
            identified: NONE,
            symmetries: 1,
        },
        Case {
            name: "rotation of two factors",
            source: "Anderson & Rubin 1956, Statistical inference in factor analysis",
            model: "data { int N; array[N] vector[6] y; } parameters { matrix[6, 2] L; vector<lower=0>[6] psi; }
                model { to_vector(L) ~ normal(0, 1); y ~ multi_normal(rep_vector(0, 6), add_diag(L * L', psi)); }",
            data: json!({"N": 80, "y": factor}),
            open: &["local"],
            reason: "structural",
            identified: &["psi"],
            symmetries: 1,
        },
        Case {
            name: "errors in variables",
            source: "Reiersol 1950, Identifiability of a linear relation between variables which are subject to error",
            model: "data { int N; array[N] vector[2] y; } parameters { real m; real<lower=0> s; real alpha; real beta; real<lower=0> tau; real<lower=0> sigma; }
                model { matrix[2, 2] V; V[1, 1] = s^2 + tau^2; V[1, 2] = beta * s^2; V[2, 1] = V[1, 2]; V[2, 2] = beta^2 * s^2 + sigma^2;
                y ~ multi_normal([m, alpha + beta * m]', V); }",
            data: json!({"N": 60, "y": pairs}),
            open: &["local"],
            reason: "structural",
            identified: &["m"],
            symmetries: 0,
        },
        Case {
            name: "probit with a scale",
            source: "Greene 2012, Econometric Analysis, section 17.2",
            model: "data { int N; vector[N] x; array[N] int y; } parameters { real alpha; real beta; real<lower=0> s; } model { y ~ bernoulli(Phi((alpha + beta * x) / s)); }",
            data: json!({"N": 50, "x": x, "y": binary}),
            open: &["alpha * beta * s"],
            reason: "structural",
            identified: &["alpha / s", "alpha / beta"],
            symmetries: 0,
        },
        Case {
            name: "capture and recapture: the last product",
            source: "Catchpole & Morgan 1997, Detecting parameter redundancy, section 3 (Cormack-Jolly-Seber)",
            model: CJS,
            data: json!({"N": 120, "T": 5, "y": histories}),
            open: &["phi[4] / p[4]"],
            reason: "structural",
            identified: &["phi[4] * p[4]"],
            symmetries: 0,
        },
        Case {
            name: "occupancy with one visit",
            source: "MacKenzie et al. 2002, Estimating site occupancy rates",
            model: "data { int N; array[N] int y; } parameters { real<lower=0, upper=1> psi; real<lower=0, upper=1> p; }
                model { for (n in 1:N) { if (y[n] > 0) target += log(psi) + bernoulli_lpmf(y[n] | p);
                else target += log_sum_exp(log(psi) + bernoulli_lpmf(y[n] | p), log1m(psi)); } }",
            data: json!({"N": 80, "y": sites}),
            open: &["psi / p"],
            reason: "structural",
            identified: &["psi * p"],
            symmetries: 0,
        },
        Case {
            name: "two compartments, both with elimination",
            source: "Bellman & Astrom 1970, On structural identifiability",
            model: COMPARTMENTS,
            data: json!({"N": 30, "t": times, "y": curve}),
            open: &["local"],
            reason: "structural",
            identified: &["V", "sigma"],
            symmetries: 0,
        },
        Case {
            name: "Bradley-Terry without a reference",
            source: "Bradley & Terry 1952, Rank analysis of incomplete block designs",
            model: "data { int N; array[N] int a; array[N] int b; array[N] int y; } parameters { vector[5] ability; } model { y ~ bernoulli_logit(ability[a] - ability[b]); }",
            data: json!({"N": games.len(), "a": games.iter().map(|g| g.0).collect::<Vec<_>>(), "b": games.iter().map(|g| g.1).collect::<Vec<_>>(), "y": wins}),
            open: &["each ability"],
            reason: "structural",
            identified: NONE,
            symmetries: 0,
        },
        Case {
            name: "one observation per group",
            source: "Searle, Casella & McCulloch 1992, Variance Components, section 3.2",
            model: "data { int N; vector[N] y; } parameters { real mu; vector[N] a; real<lower=0> tau; real<lower=0> sigma; }
                model { a ~ normal(0, tau); y ~ normal(mu + a, sigma); }",
            data: json!({"N": 60, "y": y60}),
            open: &["tau^2 - sigma^2"],
            reason: "structural",
            identified: &["tau^2 + sigma^2", "mu"],
            symmetries: 0,
        },
        Case {
            name: "softmax without a reference",
            source: "Agresti 2013, Categorical Data Analysis, section 8.1",
            model: "data { int N; array[N] int y; } parameters { vector[4] beta; } model { y ~ categorical_logit(beta); }",
            data: json!({"N": 90, "y": choice}),
            open: &["each beta"],
            reason: "structural",
            identified: NONE,
            symmetries: 0,
        },
        Case {
            name: "thinned counts",
            source: "Royle 2004, N-mixture models; one visit",
            model: "data { int N; array[N] int y; } parameters { real<lower=0> lambda; real<lower=0, upper=1> p; } model { lambda ~ gamma(2, 0.1); y ~ poisson(lambda * p); }",
            data: json!({"N": 60, "y": counts}),
            open: &["lambda / p"],
            reason: "structural",
            identified: &["lambda * p"],
            symmetries: 0,
        },
        Case {
            name: "an intercept on the logarithmic scale beside a factor",
            source: "a reparameterisation of the product",
            model: "data { int N; array[N] int y; vector[N] x; } parameters { real<lower=0> rate; real b; real c; } model { y ~ poisson(rate * exp(b + c * x)); }",
            data: json!({"N": 50, "y": counts[..50].to_vec(), "x": x}),
            open: &["local"],
            reason: "structural",
            identified: &["c"],
            symmetries: 0,
        },
        Case {
            name: "one observation of a normal distribution",
            source: "needs two by counting",
            model: "data { real y; } parameters { real mu; real<lower=0> sigma; } model { mu ~ normal(0, 10); sigma ~ exponential(1); y ~ normal(mu, sigma); }",
            data: json!({"y": 1.3}),
            open: &["local"],
            reason: "data",
            identified: NONE,
            symmetries: 0,
        },
        Case {
            name: "a group without observations",
            source: "by inspection",
            model: "data { int N; array[N] int g; vector[N] y; } parameters { vector[3] theta; } model { theta ~ normal(0, 1); y ~ normal(theta[g], 1); }",
            data: json!({"N": 20, "g": groups(20, 2), "y": y60[..20].to_vec()}),
            open: &["theta[3]"],
            reason: "structural",
            identified: &["theta[1]", "theta[2]"],
            symmetries: 0,
        },
    ]
}

fn controls() -> Vec<Case> {
    let mut r = random();
    let y60 = normals(&mut r, 60);
    let (x, y) = regression_data(50);
    let binary: Vec<u8> = x.iter().map(|x| yes(&mut r, 1.0 / (1.0 + (-x).exp()))).collect();
    let visits: Vec<u32> = (0..80)
        .map(|_| if yes(&mut r, 0.6) == 1 { (0..3).map(|_| u32::from(yes(&mut r, 0.5))).sum() } else { 0 })
        .collect();
    let dose: Vec<f64> = (1..=40).map(|i| 0.25 * f64::from(i)).collect();
    let response: Vec<f64> = dose.iter().map(|s| 5.0 * s / (1.5 + s) + 0.1 * r.normal()).collect();
    let decay: Vec<f64> = dose.iter().map(|t| 2.0 * (-1.5 * t).exp() + (-0.3 * t).exp() + 0.02 * r.normal()).collect();
    let mixture: Vec<f64> = (0..100).map(|i| if i % 3 == 0 { 3.0 } else { -1.0 } + r.normal()).collect();
    let grouped: Vec<f64> = {
        let effects = normals(&mut r, 12);
        (0..60).map(|i| 1.0 + effects[i % 12] + 0.5 * r.normal()).collect()
    };
    let pairs: Vec<[f64; 2]> = (0..60)
        .map(|_| {
            let x = 1.0 + r.normal();
            [x + 0.5 * r.normal(), 0.5 + 2.0 * x + 0.7 * r.normal()]
        })
        .collect();
    let histories = capture_histories(&mut r, 120, 5);
    let mut series = vec![0.0; 120];
    for t in 1..series.len() {
        series[t] = 0.6 * series[t - 1] + r.normal();
    }
    let states: Vec<f64> = (0..60).map(|i| if i / 8 % 2 == 0 { 2.0 } else { -2.0 } + 0.7 * r.normal()).collect();
    let counts: Vec<u32> = (0..50).map(|_| (9.0 * r.uniform() * r.uniform()) as u32).collect();
    let years: Vec<f64> = (0..50).map(|i| 1970.0 + f64::from(i)).collect();
    let one_factor: Vec<Vec<f64>> = (0..80)
        .map(|_| {
            let f = r.normal();
            [1.0, 0.8, 0.5, 0.9].iter().map(|l| l * f + 0.6 * r.normal()).collect()
        })
        .collect();
    let control = |name, source, model, data, symmetries| Case {
        name,
        source,
        model,
        data,
        open: NONE,
        reason: "",
        identified: NONE,
        symmetries,
    };
    vec![
        control("regression", "looks like the collinear one",
            "data { int N; vector[N] x; vector[N] y; } parameters { real alpha; real beta; real<lower=0> sigma; } model { y ~ normal(alpha + beta * x, sigma); }",
            json!({"N": 50, "x": x, "y": y}), 0),
        control("regression on years", "looks collinear: the year varies by 1 percent",
            "data { int N; vector[N] x; vector[N] y; } parameters { real alpha; real beta; real<lower=0> sigma; } model { y ~ normal(alpha + beta * x, sigma); }",
            json!({"N": 50, "x": years, "y": y}), 0),
        control("one-way layout whose effects sum to zero", "Searle 1971, section 5.2",
            "data { int N; int J; array[N] int g; vector[N] y; } parameters { real mu; sum_to_zero_vector[J] a; real<lower=0> sigma; } model { y ~ normal(mu + a[g], sigma); }",
            json!({"N": 60, "J": 4, "g": groups(60, 4), "y": y60}), 0),
        control("occupancy with three visits", "MacKenzie et al. 2002",
            "data { int N; array[N] int y; } parameters { real<lower=0, upper=1> psi; real<lower=0, upper=1> p; }
                model { for (n in 1:N) { if (y[n] > 0) target += log(psi) + binomial_lpmf(y[n] | 3, p);
                else target += log_sum_exp(log(psi) + binomial_lpmf(0 | 3, p), log1m(psi)); } }",
            json!({"N": 80, "y": visits}), 0),
        control("Michaelis-Menten on good data", "Bates & Watts 1988, Nonlinear Regression, section 2.2",
            "data { int N; vector[N] s; vector[N] y; } parameters { real<lower=0> V; real<lower=0> K; real<lower=0> sigma; } model { y ~ normal(V * s ./ (K + s), sigma); }",
            json!({"N": 40, "s": dose, "y": response}), 0),
        control("a sum of two exponentials: sloppy, identified, with two modes", "Transtrum, Machta & Sethna 2011, Geometry of nonlinear least squares",
            "data { int N; vector[N] t; vector[N] y; } parameters { vector[2] A; vector<lower=0>[2] k; real<lower=0> sigma; } model { y ~ normal(A[1] * exp(-k[1] * t) + A[2] * exp(-k[2] * t), sigma); }",
            json!({"N": 40, "t": dose, "y": decay}), 1),
        control("a sum of two exponentials in order", "as before",
            "data { int N; vector[N] t; vector[N] y; } parameters { vector[2] A; positive_ordered[2] k; real<lower=0> sigma; } model { y ~ normal(A[1] * exp(-k[1] * t) + A[2] * exp(-k[2] * t), sigma); }",
            json!({"N": 40, "t": dose, "y": decay}), 0),
        control("mixture of two normals", "Redner & Walker 1984, Mixture densities: label switching",
            "data { int N; vector[N] y; } parameters { simplex[2] w; vector[2] mu; vector<lower=0>[2] s; }
                model { for (n in 1:N) target += log_sum_exp(log(w[1]) + normal_lpdf(y[n] | mu[1], s[1]), log(w[2]) + normal_lpdf(y[n] | mu[2], s[2])); }",
            json!({"N": 100, "y": mixture}), 1),
        control("mixture of two normals in order", "as before, with an order",
            "data { int N; vector[N] y; } parameters { real<lower=0, upper=1> w; ordered[2] mu; vector<lower=0>[2] s; }
                model { for (n in 1:N) target += log_mix(w, normal_lpdf(y[n] | mu[1], s[1]), normal_lpdf(y[n] | mu[2], s[2])); }",
            json!({"N": 100, "y": mixture}), 0),
        control("several observations per group", "Searle, Casella & McCulloch 1992, section 3.2",
            "data { int N; array[N] int g; vector[N] y; } parameters { real mu; vector[12] a; real<lower=0> tau; real<lower=0> sigma; } model { a ~ normal(0, tau); y ~ normal(mu + a[g], sigma); }",
            json!({"N": 60, "g": groups(60, 12), "y": grouped}), 0),
        control("eight schools", "Rubin 1981, Estimation in parallel randomized experiments",
            "data { int J; vector[J] y; vector[J] s; } parameters { real mu; real<lower=0> tau; vector[J] theta; } model { theta ~ normal(mu, tau); y ~ normal(theta, s); }",
            json!({"J": 8, "y": [28, 8, -3, 7, -1, 1, 18, 12], "s": [15, 10, 16, 11, 9, 11, 10, 18]}), 0),
        control("errors in variables, one error known", "Reiersol 1950",
            "data { int N; array[N] vector[2] y; } parameters { real m; real<lower=0> s; real alpha; real beta; real<lower=0> sigma; }
                model { matrix[2, 2] V; V[1, 1] = s^2 + 0.25; V[1, 2] = beta * s^2; V[2, 1] = V[1, 2]; V[2, 2] = beta^2 * s^2 + sigma^2;
                y ~ multi_normal([m, alpha + beta * m]', V); }",
            json!({"N": 60, "y": pairs}), 0),
        control("probit", "Greene 2012, section 17.2",
            "data { int N; vector[N] x; array[N] int y; } parameters { real alpha; real beta; } model { y ~ bernoulli(Phi(alpha + beta * x)); }",
            json!({"N": 50, "x": x, "y": binary}), 0),
        control("capture and recapture, constant rates", "Catchpole & Morgan 1997, section 3",
            CJS_CONSTANT, json!({"N": 120, "T": 5, "y": histories}), 0),
        control("autoregression", "looks like one observation: a series",
            "data { int T; vector[T] y; } parameters { real alpha; real<lower=-1, upper=1> rho; real<lower=0> sigma; } model { for (t in 2:T) y[t] ~ normal(alpha + rho * y[t - 1], sigma); }",
            json!({"T": 120, "y": series}), 0),
        control("hidden Markov model: one series, states named by order", "Stan User's Guide, hidden Markov models",
            HMM, json!({"T": 60, "y": states}), 0),
        control("negative binomial regression", "two parameters of spread that are one",
            "data { int N; vector[N] x; array[N] int y; } parameters { real alpha; real beta; real<lower=0> phi; } model { y ~ neg_binomial_2_log(alpha + beta * x, phi); }",
            json!({"N": 50, "x": x, "y": counts}), 0),
        control("one factor, signs open", "Anderson & Rubin 1956",
            "data { int N; array[N] vector[4] y; } parameters { vector[4] L; vector<lower=0>[4] psi; } model { y ~ multi_normal(rep_vector(0, 4), add_diag(L * L', psi)); }",
            json!({"N": 80, "y": one_factor}), 1),
        control("a likelihood written by hand", "the normal density, in two sums",
            "data { int N; vector[N] y; } parameters { real mu; real<lower=0> sigma; } model { target += -N * log(sigma) - 0.5 * dot_self(y - mu) / sigma^2; }",
            json!({"N": 60, "y": y60}), 0),
        control("random intercepts of a logistic regression", "Stiratelli, Laird & Ware 1984",
            "data { int N; array[N] int g; array[N] int y; vector[N] x; } parameters { real mu; real beta; vector[10] a; real<lower=0> tau; } model { a ~ normal(0, tau); y ~ bernoulli_logit(mu + beta * x + a[g]); }",
            json!({"N": 50, "g": groups(50, 10), "y": binary, "x": x}), 0),
    ]
}

fn capture_histories(r: &mut Random, animals: usize, occasions: usize) -> Vec<Vec<u8>> {
    (0..animals)
        .map(|i| {
            let first = i % (occasions - 1);
            let mut alive = true;
            (0..occasions)
                .map(|t| {
                    if t > first {
                        alive &= r.uniform() < 0.8;
                    }
                    u8::from(t == first || (t > first && alive && r.uniform() < 0.6))
                })
                .collect()
        })
        .collect()
}

/// As the Stan User's Guide writes it, with all rates by time.
const CJS: &str = "
data { int N; int T; array[N, T] int y; }
transformed data {
  array[N] int first; array[N] int last;
  for (n in 1:N) { first[n] = 0; last[n] = 0; for (t in 1:T) { if (y[n, t] == 1) { if (first[n] == 0) first[n] = t; last[n] = t; } } }
}
parameters { vector<lower=0, upper=1>[T - 1] phi; vector<lower=0, upper=1>[T - 1] p; }
model {
  vector[T] chi;
  chi[T] = 1;
  for (k in 1:(T - 1)) { int t = T - k; chi[t] = (1 - phi[t]) + phi[t] * (1 - p[t]) * chi[t + 1]; }
  for (n in 1:N) {
    if (first[n] > 0) {
      for (t in (first[n] + 1):last[n]) { 1 ~ bernoulli(phi[t - 1]); y[n, t] ~ bernoulli(p[t - 1]); }
      1 ~ bernoulli(chi[last[n]]);
    }
  }
}";

const CJS_CONSTANT: &str = "
data { int N; int T; array[N, T] int y; }
transformed data {
  array[N] int first; array[N] int last;
  for (n in 1:N) { first[n] = 0; last[n] = 0; for (t in 1:T) { if (y[n, t] == 1) { if (first[n] == 0) first[n] = t; last[n] = t; } } }
}
parameters { real<lower=0, upper=1> phi; real<lower=0, upper=1> p; }
model {
  vector[T] chi;
  chi[T] = 1;
  for (k in 1:(T - 1)) { int t = T - k; chi[t] = (1 - phi) + phi * (1 - p) * chi[t + 1]; }
  for (n in 1:N) {
    if (first[n] > 0) {
      for (t in (first[n] + 1):last[n]) { 1 ~ bernoulli(phi); y[n, t] ~ bernoulli(p); }
      1 ~ bernoulli(chi[last[n]]);
    }
  }
}";

/// Input into the first compartment, which is observed: of four rates and a volume, four combinations are known.
const COMPARTMENTS: &str = "
data { int N; vector[N] t; vector[N] y; }
parameters { real<lower=0> V; real<lower=0> k01; real<lower=0> k21; real<lower=0> k12; real<lower=0> k02; real<lower=0> sigma; }
model {
  real a = k01 + k21;
  real b = k02 + k12;
  real root = sqrt((a - b)^2 + 4 * k12 * k21);
  real fast = 0.5 * (a + b + root);
  real slow = 0.5 * (a + b - root);
  y ~ normal((3 / V) * ((fast - b) * exp(-fast * t) + (b - slow) * exp(-slow * t)) / root, sigma);
}";

const HMM: &str = "
data { int T; vector[T] y; }
parameters { simplex[2] p1; simplex[2] p2; ordered[2] mu; real<lower=0> sigma; }
model {
  vector[2] alpha = [normal_lpdf(y[1] | mu[1], sigma) - log(2), normal_lpdf(y[1] | mu[2], sigma) - log(2)]';
  for (t in 2:T) {
    vector[2] next;
    next[1] = log_sum_exp(alpha[1] + log(p1[1]), alpha[2] + log(p2[1])) + normal_lpdf(y[t] | mu[1], sigma);
    next[2] = log_sum_exp(alpha[1] + log(p1[2]), alpha[2] + log(p2[2])) + normal_lpdf(y[t] | mu[2], sigma);
    alpha = next;
  }
  target += log_sum_exp(alpha);
}";
