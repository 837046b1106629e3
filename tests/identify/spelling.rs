//! One model written in several ways has one answer: centred or not, in vectors or matrices, by `~` or `target +=`.

use ridgewalk::identify::Settings;
use ridgewalk::identify::scores::Treatment;
use ridgewalk::rng::random::Random;
use serde_json::{Value, json};

use super::outcome_with;

/// Open directions and identified combinations of a text, and how its effects were dealt with.
fn found(model: &str, data: &Value) -> (Vec<String>, Vec<String>, Treatment) {
    let found = outcome_with(model, data, &Settings { seed: 1, ..Settings::default() });
    (found.open(), found.identified(), found.analysis.treatment)
}

fn groups(groups: usize, each: usize) -> Value {
    let mut random = Random::of_data(20_261_130);
    let effects: Vec<f64> = (0..groups).map(|_| 1.0 + 1.5 * random.normal()).collect();
    let slopes: Vec<f64> = (0..groups).map(|_| 0.5 * random.normal()).collect();
    let g: Vec<usize> = (0..groups * each).map(|n| n % groups + 1).collect();
    let x: Vec<f64> = g.iter().map(|_| random.normal()).collect();
    let y: Vec<f64> =
        g.iter().zip(&x).map(|(g, x)| effects[g - 1] + slopes[g - 1] * x + 0.5 * random.normal()).collect();
    let binary: Vec<u8> = y.iter().map(|y| u8::from(*y > 1.0)).collect();
    json!({"J": groups, "N": groups * each, "g": g, "x": x, "y": y, "b": binary})
}

const DATA: &str = "data { int J; int N; array[N] int g; vector[N] x; vector[N] y; array[N] int b; }";
const TOP: &str = "mu ~ normal(0, 5); tau ~ normal(0, 2); s ~ normal(0, 2);";

#[test]
fn effects_are_integrated_out_however_they_are_written() {
    let texts = [
        ("vector[J] a;", "a ~ normal(mu, tau);", "y ~ normal(a[g], s);"),
        ("vector[J] a;", "target += normal_lpdf(a | mu, tau);", "y ~ normal(a[g], s);"),
        ("vector<offset=mu, multiplier=tau>[J] a;", "a ~ normal(mu, tau);", "y ~ normal(a[g], s);"),
        ("vector[J] z;", "z ~ std_normal();", "vector[J] a = mu + tau * z; y ~ normal(a[g], s);"),
        ("vector[J] z;", "z ~ normal(0, 1);", "for (n in 1:N) y[n] ~ normal(mu + z[g[n]] * tau, s);"),
        (
            "array[J] real z;",
            "target += normal_lpdf(z | 0, 1);",
            "for (n in 1:N) target += normal_lpdf(y[n] | mu + tau * z[g[n]], s);",
        ),
        (
            "array[1] vector[J] z;",
            "target += normal_lpdf(z[1] | 0, 1);",
            "vector[J] r = tau * z[1]; vector[N] m = rep_vector(mu, N); for (n in 1:N) m[n] += r[g[n]]; y ~ normal(m, s);",
        ),
    ];
    for (groups_of, data) in [("many", groups(16, 6)), ("few", groups(5, 8))] {
        for (declared, prior, likelihood) in texts {
            let model = format!(
                "{DATA} parameters {{ real mu; real<lower=0> tau; real<lower=0> s; {declared} }} model {{ {TOP} {prior} {likelihood} }}"
            );
            let (open, identified, treatment) = found(&model, &data);
            assert_eq!(open, [""; 0], "{groups_of}: {model}");
            assert_eq!(treatment, Treatment::Integrated, "{groups_of}: {model}");
            for name in ["mu", "tau", "s"] {
                assert!(identified.iter().any(|other| other == name), "{groups_of}: {name} of {identified:?}: {model}");
            }
        }
    }
}

#[test]
fn eight_schools_and_a_hierarchical_logistic_regression_have_their_centred_answers() {
    let schools = json!({"J": 8, "y": [28, 8, -3, 7, -1, 1, 18, 12], "s": [15, 10, 16, 11, 9, 11, 10, 18]});
    let school =
        "data { int J; vector[J] y; vector<lower=0>[J] s; } parameters { real mu; real<lower=0> tau; vector[J] z; }
        transformed parameters { vector[J] theta = mu + tau * z; }
        model { mu ~ normal(0, 5); tau ~ cauchy(0, 5); z ~ std_normal(); y ~ normal(theta, s); }";
    let (open, identified, treatment) = found(school, &schools);
    assert_eq!((open.len(), treatment), (0, Treatment::Integrated));
    assert_eq!(identified[..2], ["mu", "tau"]);
    let logit = format!(
        "{DATA} parameters {{ real alpha; real beta; real<lower=0> tau; vector[J] z; }}
         model {{ z ~ std_normal(); tau ~ normal(0, 1); b ~ bernoulli_logit(alpha + tau * z[g] + beta * x); }}"
    );
    let (open, _, treatment) = found(&logit, &groups(20, 15));
    assert_eq!((open.len(), treatment), (0, Treatment::Integrated));
}

/// Intercepts and slopes that are correlated: an observation depends on two effects, so they are counted as observed, in
/// one spelling as in the other.
#[test]
fn correlated_effects_are_found_in_products_of_matrices() {
    let texts = [
        ("array[J] vector[2] r;", "r ~ multi_normal_cholesky(rep_vector(0, 2), diag_pre_multiply(tau, L));", ""),
        (
            "matrix[2, J] z;",
            "to_vector(z) ~ std_normal();",
            "array[J] vector[2] r; { matrix[2, J] m = diag_pre_multiply(tau, L) * z; for (j in 1:J) r[j] = m[:, j]; }",
        ),
        (
            "matrix[2, J] z;",
            "target += normal_lpdf(to_vector(z) | 0, 1);",
            "array[J] vector[2] r; { matrix[J, 2] m = (diag_pre_multiply(tau, L) * z)'; for (j in 1:J) r[j] = m[j, :]'; }",
        ),
        (
            "array[J] vector[2] z;",
            "for (j in 1:J) z[j] ~ std_normal();",
            "array[J] vector[2] r; for (j in 1:J) r[j] = tau .* (L * z[j]);",
        ),
    ];
    let data = groups(12, 10);
    for (declared, prior, computed) in texts {
        let model = format!(
            "{DATA} parameters {{ real mu; vector<lower=0>[2] tau; cholesky_factor_corr[2] L; real<lower=0> s; {declared} }}
             model {{ {computed} tau ~ normal(0, 1); L ~ lkj_corr_cholesky(2); {prior}
               for (n in 1:N) y[n] ~ normal(mu + r[g[n]][1] + r[g[n]][2] * x[n], s); }}"
        );
        let (open, _, treatment) = found(&model, &data);
        assert_eq!((open.len(), treatment), (0, Treatment::Observed), "{model}");
    }
}

/// What looks like an effect and is none: coefficients of covariates, persons whom every item weighs in its own way, local
/// scales as many as coefficients.
#[test]
fn parameters_with_standard_priors_that_are_no_effects_stay_parameters() {
    let data = groups(10, 6);
    let regression = format!(
        "{DATA} parameters {{ real alpha; vector[10] a; real<lower=0> s; }}
         model {{ a ~ std_normal(); y ~ normal(alpha + a[g] .* x, s); }}"
    );
    let persons = format!(
        "{DATA} parameters {{ vector[10] theta; vector[6] load; }}
         model {{ theta ~ std_normal(); load ~ normal(1, 1);
           for (n in 1:N) b[n] ~ bernoulli_logit(load[(n - 1) %/% J + 1] * theta[g[n]]); }}"
    );
    let horseshoe = format!(
        "{DATA} parameters {{ vector[J] z; vector<lower=0>[J] lambda; real<lower=0> s; }}
         model {{ z ~ std_normal(); lambda ~ cauchy(0, 1); y ~ normal((z .* lambda)[g], s); }}"
    );
    for model in [regression, persons, horseshoe] {
        assert_eq!(found(&model, &data).2, Treatment::None, "{model}");
    }
}
