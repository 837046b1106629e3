//! Log likelihoods outcome by outcome: which statements belong to which element of the data, and models that do not tell.

use crate::lang::{self, Settings, source::Source};
use crate::model::data::Data;

const DATA: &str = r#"{"N": 6, "y": [0, 3, 1, 0, 2, 0], "x": [0.5, -1, 2, 0.1, 1.5, -0.3], "cens": [0, 1, 0, 0, 1, 0],
    "zeros": [1, 4, 6], "rest": [2, 3, 5], "Z": 3, "scalar": 1, "v": [[0.1, 0.2], [0.3, -0.4], [1, 2]],
    "pairs": [[1, 0], [0, 0], [1, 1], [0, 1], [1, 1], [1, 0]]}"#;

/// What each variable of the data contributes where `p` and `m` are as given.
fn contributions(functions: &str, transformed: &str, model: &str) -> Result<Vec<(String, Vec<f64>)>, String> {
    let text = format!(
        "functions {{ {functions} }}
         data {{ int N; array[N] int y; vector[N] x; array[N] int cens; int Z; array[Z] int zeros; array[Z] int rest;
           int scalar; array[3] vector[2] v; array[N, 2] int pairs; }}
         transformed data {{ {transformed} }}
         parameters {{ real<lower=0, upper=1> p; real<lower=0> m; }}
         model {{ {model} }}"
    );
    let mut data = Data::default();
    data.add_json(DATA, "data.json").expect("JSON");
    let source = Source::new("test.stan", text);
    let compiled = lang::compile(&source, &data, "test", Settings::default())
        .unwrap_or_else(|error| panic!("{}", error.render(&source, false)));
    compiled.quantities.pointwise(&[P, M]).map(|found| found.likelihood).map_err(|error| error.to_string())
}

const P: f64 = 0.3;
const M: f64 = 1.7;
const Y: [f64; 6] = [0.0, 3.0, 1.0, 0.0, 2.0, 0.0];

/// The zero-inflated Poisson distribution, outcome by outcome.
fn zero_inflated() -> Vec<f64> {
    let factorial = [1.0, 1.0, 2.0, 6.0];
    let each = |y: f64| {
        if y == 0.0 {
            (P + (1.0 - P) * (-M).exp()).ln()
        } else {
            (1.0 - P).ln() + y * M.ln() - M - f64::ln(factorial[y as usize])
        }
    };
    Y.iter().map(|&y| each(y)).collect()
}

fn assert_close(found: &[f64], expected: &[f64], model: &str) {
    assert_eq!(found.len(), expected.len(), "{model}: {found:?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-12, "{model}: {found} is not {expected}");
    }
}

const ZERO: &str = "log_sum_exp(log(p), log1m(p) - m)";

#[test]
fn a_density_that_data_choose_belongs_to_its_outcome_however_it_is_chosen() {
    let lp = "void zip_lp(int k, real p, real m) { if (k == 0) { target += log_sum_exp(log(p), log1m(p) - m); return; }
        target += log1m(p); k ~ poisson(m); }";
    let value = "real zip(int k, real p, real m) { if (k == 0) return log_sum_exp(log(p), log1m(p) - m);
        return log1m(p) + poisson_lpmf(k | m); }";
    let flags = "array[N] int none; for (n in 1:N) none[n] = y[n] == 0;";
    for (functions, transformed, model) in [
        (
            "",
            "",
            format!(
                "for (n in 1:N) {{ if (y[n] == 0) target += {ZERO}; else target += log1m(p) + poisson_lpmf(y[n] | m); }}"
            ),
        ),
        ("", "", format!("for (n in 1:N) target += y[n] == 0 ? {ZERO} : log1m(p) + poisson_lpmf(y[n] | m);")),
        (
            "",
            "",
            format!(
                "for (n in 1:N) {{ if (y[n] == 0) {{ target += {ZERO}; continue; }} target += log1m(p); y[n] ~ poisson(m); }}"
            ),
        ),
        (
            "",
            "",
            format!(
                "for (n in 1:N) {{ real l; if (y[n] == 0) l = {ZERO}; else l = log1m(p) + poisson_lpmf(y[n] | m); target += l; }}"
            ),
        ),
        (
            "",
            "",
            format!(
                "vector[N] l; for (n in 1:N) {{ if (y[n] == 0) l[n] = {ZERO}; else l[n] = log1m(p) + poisson_lpmf(y[n] | m); }} target += l;"
            ),
        ),
        (
            "",
            "",
            format!(
                "vector[N] l; for (n in 1:N) l[n] = y[n] ? log1m(p) + poisson_lpmf(y[n] | m) : {ZERO}; target += sum(l);"
            ),
        ),
        (
            "",
            "",
            format!(
                "int n = 1; while (n <= N) {{ if (y[n] == 0) target += {ZERO}; else target += log1m(p) + poisson_lpmf(y[n] | m); n += 1; }}"
            ),
        ),
        (
            "",
            flags,
            format!(
                "for (n in 1:N) {{ if (none[n]) target += {ZERO}; else target += log1m(p) + poisson_lpmf(y[n] | m); }}"
            ),
        ),
        (lp, "", "for (n in 1:N) zip_lp(y[n], p, m);".to_owned()),
        (value, "", "for (n in 1:N) target += zip(y[n], p, m);".to_owned()),
    ] {
        let found = contributions(functions, transformed, &model).expect(&model);
        let [(name, values)] = &found[..] else { panic!("{model}: {found:?}") };
        assert_eq!(name, "y", "{model}");
        assert_close(values, &zero_inflated(), &model);
    }
}

#[test]
fn outcomes_are_in_the_order_of_their_elements_and_each_is_one_number() {
    let normal = |x: f64, mean: f64| -0.5 * (x - mean).powi(2) - 0.5 * (2.0 * std::f64::consts::PI).ln();
    let x = [0.5, -1.0, 2.0, 0.1, 1.5, -0.3];
    let all: Vec<f64> = x.iter().map(|&x| normal(x, M)).collect();
    for (model, expected) in [
        ("for (i in 1:N) x[N + 1 - i] ~ normal(m, 1);", all.clone()),
        ("x[rest] ~ normal(m, 1); x[zeros] ~ normal(m, 1);", all.clone()),
        ("segment(x, 3, 4) ~ normal(m, 1); head(x, 2) ~ normal(m, 1);", all.clone()),
        ("x ~ normal(m, 1); x ~ normal(m, 1);", all.iter().map(|value| 2.0 * value).collect()),
        ("x[{4, 2}] ~ normal(m, 1);", vec![all[1], all[3]]),
        (
            "for (n in 1:N) { real w = n == 2 ? 2.5 : 1; target += w * normal_lpdf(x[n] | m, 1); }",
            all.iter().enumerate().map(|(n, value)| if n == 1 { 2.5 * value } else { *value }).collect(),
        ),
        ("for (n in 1:N) { if (cens[n]) target += normal_lpdf(x[n] | m, 1); else x[n] ~ normal(m, 1); }", all.clone()),
    ] {
        let found = contributions("", "", model).expect(model);
        let [(name, values)] = &found[..] else { panic!("{model}: {found:?}") };
        assert_eq!(name, "x", "{model}");
        assert_close(values, &expected, model);
    }
    let vectors = contributions("", "", "v ~ multi_normal(rep_vector(m, 2), identity_matrix(2));").expect("vectors");
    let expected: Vec<f64> =
        [[0.1, 0.2], [0.3, -0.4], [1.0, 2.0]].iter().map(|v| v.iter().map(|&x| normal(x, M)).sum()).collect();
    assert_close(&vectors[0].1, &expected, "vectors");
}

#[test]
fn models_that_do_not_tell_which_outcome_a_statement_belongs_to_have_no_log_likelihoods() {
    for model in [
        // One number for all.
        "target += -N * log(m) - 0.5 * dot_self(x - p) / m^2;",
        "target += log_mix(p, normal_lpdf(x | m, 1), normal_lpdf(x | 0, 1));",
        "target += 2 * normal_lpdf(x | m, 1);",
        "real l = 0; for (n in 1:N) { if (y[n]) l += log(p); else l += log1m(p); } target += l;",
        // Which of the outcomes is not said.
        "for (n in zeros) target += log1m(p); for (n in rest) y[n] ~ poisson(m);",
        "for (k in 1:sum(y)) target += log(p); for (k in 1:Z) target += log1m(p);",
        "for (n in 1:N) { if (pairs[n, 1]) target += log(p); pairs[n, 1] ~ bernoulli(p); pairs[n, 2] ~ bernoulli(p); }",
        "1 ~ bernoulli(p); x ~ normal(m, 1);",
        // Two variables, of which neither has a density.
        "for (n in 1:N) { if (y[n]) target += log_inv_logit(m * x[n]); else target += log1m_inv_logit(m * x[n]); }",
    ] {
        let error = contributions("", "", model).expect_err(model);
        assert!(
            error.ends_with(
                "is not clear from the model, so no log likelihoods are stored: compute log_lik in generated quantities"
            ),
            "{error}"
        );
    }
}
