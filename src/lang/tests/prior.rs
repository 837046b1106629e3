//! Draws from priors, simulated in the order of what depends on what: against moments known in closed form.

use crate::lang::{self, Settings, source::Source};
use crate::model::data::Data;

const DRAWS: usize = 4000;

/// Draws of a model's prior, parameter by parameter; none where its statements fit no order.
fn drawn(text: &str) -> Option<Vec<(String, Vec<f64>)>> {
    let mut data = Data::default();
    data.add_json(r#"{"J": 8, "y": [28, 8, -3, 7, -1, 1, 18, 12], "wide": 0}"#, "data.json").expect("JSON");
    let source = Source::new("test.stan", text);
    let compiled = lang::compile(&source, &data, "test", Settings::default())
        .unwrap_or_else(|error| panic!("{}", error.render(&source, false)));
    let values = compiled.quantities.prior_draws(DRAWS, 1)?;
    let names = compiled.model.parameters;
    let column = |at: usize| values.iter().skip(at).step_by(names.len()).copied().collect();
    Some(names.iter().enumerate().map(|(at, name)| (name.clone(), column(at))).collect())
}

fn column(found: &[(String, Vec<f64>)], name: &str) -> Vec<f64> {
    found.iter().find(|(other, _)| other == name).unwrap_or_else(|| panic!("no {name}")).1.clone()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn sd(values: &[f64]) -> f64 {
    let mean = mean(values);
    (values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / values.len() as f64).sqrt()
}

/// Within five standard errors of 4,000 draws, of which one test in a million fails: of a mean sd / 63, of a standard
/// deviation of near normal draws sd / 89, of these distributions at most twice that.
fn assert_moments(values: &[f64], expected: (f64, f64), what: &str) {
    let error = 5.0 * expected.1 / (DRAWS as f64).sqrt();
    assert!((mean(values) - expected.0).abs() < error, "{what}: mean {} is not {}", mean(values), expected.0);
    assert!((sd(values) - expected.1).abs() < 2.0 * error, "{what}: sd {} is not {}", sd(values), expected.1);
}

const HALF: (f64, f64) = (1.595_769, 1.205_621);

#[test]
fn a_hierarchy_is_drawn_from_its_top_in_any_order_of_statements() {
    for model in [
        "mu ~ normal(0, 5); tau ~ normal(0, 2); theta ~ normal(mu, tau);",
        "theta ~ normal(mu, tau); tau ~ normal(0, 2); mu ~ normal(0, 5);",
        "for (j in 1:J) theta[j] ~ normal(mu, tau); target += normal_lpdf(mu | 0, 5); target += normal_lpdf(tau | 0, 2);",
        "if (wide) mu ~ normal(0, 50); else mu ~ normal(0, 5); tau ~ normal(0, 2) T[0, ]; { theta[1:3] ~ normal(mu, tau); theta[4:J] ~ normal(mu, tau); }",
    ] {
        let text = format!(
            "data {{ int J; vector[J] y; int wide; }} parameters {{ real mu; real<lower=0> tau; vector[J] theta; }}
             transformed parameters {{ real spread = 2 * tau; }} model {{ {model} y ~ normal(theta, 1); }}"
        );
        let found = drawn(&text).expect(model);
        assert_moments(&column(&found, "mu"), (0.0, 5.0), model);
        assert_moments(&column(&found, "tau"), HALF, model);
        assert_moments(&column(&found, "spread"), (2.0 * HALF.0, 2.0 * HALF.1), model);
        // tau^2 has the mean 4.
        assert_moments(&column(&found, "theta[7]"), (0.0, 29.0_f64.sqrt()), model);
    }
}

#[test]
fn bounds_and_constraints_cut_the_joint_density() {
    // Of two standard normals m and e, m where m + e is positive: the mean is 1 / sqrt(pi), the variance 1 - 1 / pi.
    let text = "parameters { real m; real<lower=0> s; ordered[2] c; simplex[3] p; real<lower=2, upper=4> u; cholesky_factor_corr[2] L; }
        model { m ~ normal(0, 1); s ~ normal(m, 1); c ~ normal(0, 1); p ~ dirichlet([1, 1, 2]'); L ~ lkj_corr_cholesky(1); }";
    let found = drawn(text).expect("all have simulators");
    let pi = std::f64::consts::PI;
    assert_moments(&column(&found, "m"), (1.0 / pi.sqrt(), (1.0 - 1.0 / pi).sqrt()), "m");
    // The larger of two.
    assert_moments(&column(&found, "c[2]"), (1.0 / pi.sqrt(), (1.0 - 1.0 / pi).sqrt()), "c[2]");
    assert_moments(&column(&found, "p[3]"), (0.5, 0.05_f64.sqrt()), "p[3]");
    assert_moments(&column(&found, "u"), (3.0, 2.0 / 12.0_f64.sqrt()), "u");
    // Uniform on (-1, 1).
    assert_moments(&column(&found, "L[2,1]"), (0.0, 1.0 / 3.0_f64.sqrt()), "L[2,1]");
}

#[test]
fn an_improper_prior_has_no_draws_and_neither_has_what_depends_on_it() {
    let text = "parameters { real mu; real<lower=0> tau; real b; } model { b ~ normal(mu, 1); tau ~ exponential(2); }";
    let found = drawn(text).expect("in order");
    assert!(column(&found, "mu").iter().all(|x| x.is_nan()) && column(&found, "b").iter().all(|x| x.is_nan()));
    assert_moments(&column(&found, "tau"), (0.5, 0.5), "tau");
}

#[test]
fn priors_that_fit_no_order_are_not_drawn() {
    for model in [
        "a ~ normal(0, 1); a ~ normal(1, 1);",
        "a ~ normal(0, 1); target += -square(b);",
        "a ~ normal(b, 1); b ~ normal(a, 1);",
        "a + b ~ normal(0, 1);",
        "z ~ normal(0, 1);",
    ] {
        let text = format!("parameters {{ real a; real b; sum_to_zero_vector[3] z; }} model {{ {model} }}");
        assert!(drawn(&text).is_none(), "{model}");
    }
}
