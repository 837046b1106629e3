//! What is asked, what is not, and what is told.

use crate::ir::print::print;
use crate::lang::{self, Settings, source::Source};
use crate::model::Model;
use crate::model::data::Data;

fn compile(text: &str) -> Result<Model, String> {
    let source = Source::new("m.stan", text);
    let compiled = lang::compile(&source, &Data::default(), "m", Settings::default());
    compiled.map(|compiled| compiled.model).map_err(|error| error.to_string())
}

#[test]
fn what_is_valid_already_is_not_asked() {
    for text in [
        "parameters { simplex[3] p; } model { 2 ~ categorical(p); target += multinomial_lpmf({1, 0, 2} | p); }",
        "parameters { array[4] simplex[3] p; } model { for (n in 1:20) 1 ~ categorical(p[n % 4 + 1]); }",
        "parameters { ordered[3] c; real x; } model { 2 ~ ordered_logistic(x, c); }",
        "parameters { cov_matrix[2] S; vector[2] m; } model { m ~ multi_normal([0, 0]', S); }",
        "parameters { cholesky_factor_corr[2] L; vector<lower=0>[2] s; vector[2] m; }
         model { L ~ lkj_corr_cholesky(2); m ~ multi_normal_cholesky([0, 0]', diag_pre_multiply(s, L)); }",
        "parameters { corr_matrix[2] R; vector<lower=0>[2] s; vector[2] m; }
         model { R ~ lkj_corr(2); target += multi_normal_lpdf(m | [0, 0]', quad_form_diag(R, s)); }",
        "parameters { real<lower=0> s; real y; } model { target += normal_lpdf(y | 0, 2 * s + square(y)); }",
        "parameters { vector[3] a; } model { 2 ~ categorical(softmax(a)); }",
        "parameters { vector<lower=0>[9] s; vector[9] y; } model { target += normal_lpdf(y | 0, s); }",
        "parameters { real<lower=0> s; } transformed parameters { real<lower=0> v = s * s; simplex[2] p = [0.5, 0.5]'; }",
        "parameters { real<lower=0, upper=1> p; real x; } model { target += log_mix(p, normal_lpdf(x | 0, 1), -1.0); }",
        "parameters { matrix[2, 2] A; vector[2] v; } model { target += quad_form_sym(A * A', v); }",
    ] {
        let program = print(&compile(text).unwrap_or_else(|error| panic!("{text}: {error}")).density, &[]);
        assert!(!program.contains("-inf"), "{text}:\n{program}");
    }
    for text in [
        "parameters { vector[3] p; } model { 2 ~ categorical(p); }",
        "parameters { real s; real y; } model { target += normal_lpdf(y | 0, s); }",
        "parameters { real a; } transformed parameters { real<lower=0> b = a; }",
        "parameters { matrix[2, 2] A; vector[2] v; } model { target += quad_form_sym(A, v); }",
        "parameters { real s; } model { target += sum(gp_exp_quad_cov({0.0, 1.0}, s, 1)); }",
    ] {
        let program = print(&compile(text).unwrap_or_else(|error| panic!("{text}: {error}")).density, &[]);
        assert!(program.contains("-inf"), "{text}:\n{program}");
    }
}

#[test]
fn what_data_decide_is_told_at_once() {
    for (statement, reason) in [
        ("x ~ normal(0, -5);", "normal_lpdf: Scale parameter is -5, but must be positive"),
        (
            "2 ~ categorical([0.7, 0.7, 0.7]');",
            "categorical_lpmf: Probabilities parameter is not a valid simplex. sum(Probabilities parameter) = 2.1, but should be 1",
        ),
        (
            "4 ~ categorical([0.5, 0.5]');",
            "categorical_lpmf: Number of categories is 4, but must be in the interval [1, 2]",
        ),
        ("5 ~ binomial(3, 0.5);", "binomial_lpmf: Successes variable is 5, but must be in the interval [0, 3]"),
        ("target += exponential_lcdf(-1 | 2);", "exponential_lcdf: Random variable is -1, but must be nonnegative"),
        ("target += uniform_lpdf(x | 2, 1);", "uniform_lpdf: Upper bound parameter is 1, but must be greater than 2"),
        (
            "[0, 0]' ~ multi_normal([0, 0]', [[1, 0.5], [0.4, 1]]);",
            "multi_normal_lpdf: Covariance matrix is not symmetric. Covariance matrix[1,2] = 0.5, but Covariance matrix[2,1] = 0.4",
        ),
        (
            "target += sum(gp_exp_quad_cov({0.0, 1.0}, 1, -2));",
            "gp_exp_quad_cov: length scale is -2, but must be positive finite",
        ),
        (
            "for (n in 1:20) target += normal_lpdf(x | 0, 5 - n);",
            "normal_lpdf: Scale parameter is 0, but must be positive",
        ),
    ] {
        let error = compile(&format!("parameters {{ real x; }} model {{ {statement} }}")).unwrap_err();
        assert_eq!(error, reason, "{statement}");
    }
}

#[test]
fn what_is_not_run_is_not_required() {
    let at = |model: &str, x: f64| {
        compile(&format!("parameters {{ real x; }} model {{ {model} }}")).unwrap().log_density(&[x])
    };
    for model in [
        "if (x > 0) 0 ~ normal(0, x); else target += 1;",
        "if (x > 0) { 0 ~ normal(0, x); } else if (x > -2) target += 1; else 0 ~ normal(0, -1);",
        "target += x > 0 ? normal_lpdf(0 | 0, x) : 1.0;",
        "target += x < 0 ? 1.0 : normal_lpdf(0 | 0, x);",
        "if (x > 0 && exponential_lcdf(1 | x) < 0) target += 1;",
        "for (n in 1:20) target += x > 0 ? normal_lpdf(0 | 0, x) / n : 1.0;",
    ] {
        assert!(at(model, 0.5).is_finite() && at(model, -1.0).is_finite(), "{model}");
    }
    assert!(
        !at("if (x > 0) { 0 ~ normal(0, x); } else if (x > -2) target += 1; else 0 ~ normal(0, -1);", -3.0).is_finite()
    );
    assert!(!at("target += x < 2 ? fmax(normal_lpdf(0 | 0, x), -9) : 1.0;", -1.0).is_finite());
    // What was asked on one side is asked again after it.
    assert!(
        !at("if (x > 3) target += fmax(normal_lpdf(0 | 0, x), 0); target += fmax(normal_lpdf(0 | 0, x), 0);", -1.0)
            .is_finite()
    );
}

#[test]
fn rows_of_a_loop_are_each_asked() {
    let text = "parameters { vector[20] s; } model { for (n in 1:20) target += fmax(normal_lpdf(0 | 0, s[n]), -9); }";
    let model = compile(text).unwrap();
    assert!(model.log_density(&[1.0; 20]).is_finite());
    for row in [0, 7, 19] {
        let mut point = [1.0; 20];
        point[row] = -1.0;
        assert!(!model.log_density(&point).is_finite());
    }
}
