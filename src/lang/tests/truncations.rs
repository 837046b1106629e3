//! Truncated distributions: which bounds they take, and that a user's are truncated as the library's are.

use super::assert_alike;
use crate::lang::source::Source;
use crate::lang::{self, Settings, parse_and_check};
use crate::model::data::Data;

/// The functions of a user's distribution that is one of the library's.
fn own(family: &str, outcome: &str, argument: &str) -> String {
    let mass = if outcome == "int" { "lpmf" } else { "lpdf" };
    [mass, "lcdf", "lccdf"]
        .map(|ending| format!("real own_{ending}({outcome} y, real m) {{ return {family}_{ending}(y | {argument}); }}"))
        .join(" ")
}

#[test]
fn a_truncated_density_of_the_user_is_that_of_the_library() {
    for (bounds, outcome, family, argument) in [
        ("T[-1, ]", "0.4", "normal", "m, 1"),
        ("T[, 2]", "0.4", "normal", "m, 1"),
        ("T[-1, 2]", "0.4", "normal", "m, 1"),
        ("T[1, ]", "3", "poisson", "m"),
        ("T[, 4]", "3", "poisson", "m"),
        ("T[0, 4]", "3", "poisson", "m"),
        ("T[1, 4]", "3", "poisson", "m"),
    ] {
        let of = if family == "poisson" { "int" } else { "real" };
        let model = |functions: &str, family: &str, arguments: &str| {
            format!(
                "functions {{ {functions} }} parameters {{ real<lower=0> m; }} \
                 model {{ {outcome} ~ {family}({arguments}) {bounds}; }}"
            )
        };
        assert_alike(&model(&own(family, of, argument), "own", "m"), &model("", family, argument));
    }
}

#[test]
fn counts_have_whole_bounds() {
    let refusal = |functions: &str, statement: &str| {
        let text = format!(
            "functions {{ {functions} }} data {{ int k; }} parameters {{ real<lower=0> m; }} model {{ {statement} }}"
        );
        parse_and_check(&Source::new("test.stan", text)).expect_err(statement).to_string()
    };
    let users = own("poisson", "int", "m");
    for (family, functions) in [("poisson", ""), ("own", &*users)] {
        let sentence = format!("a bound of `{family}(…) T[ , ]` must be `int`, and this is `real`");
        for bounds in ["T[m, ]", "T[, 2.5]", "T[1, m]", "T[m, 4]"] {
            assert_eq!(refusal(functions, &format!("k ~ {family}(m) {bounds};")), sentence, "{bounds}");
        }
    }
    let binomial = refusal("", "k ~ binomial(9, 0.5) T[, m];");
    assert_eq!(binomial, "a bound of `binomial(…) T[ , ]` must be `int`, and this is `real`");
}

#[test]
fn each_outcome_contributes_what_truncation_leaves_of_it() {
    let contributions = |functions: &str, statement: &str| {
        let text = format!(
            "functions {{ {functions} }} data {{ int N; vector[N] y; }} parameters {{ real m; }} model {{ {statement} }}"
        );
        let mut data = Data::default();
        data.add_json("{\"N\": 4, \"y\": [0.1, 0.2, 0.3, 0.4]}", "data.json").expect("JSON");
        let source = Source::new("test.stan", text);
        let compiled = lang::compile(&source, &data, "test", Settings::default()).expect(statement);
        let pointwise = compiled.quantities.pointwise(&[0.7]).expect(statement);
        pointwise.likelihood.into_iter().flat_map(|(_, values)| values).collect::<Vec<f64>>()
    };
    let together = contributions("", "y ~ normal(m, 1) T[-1, 2];");
    let alone = contributions("", "for (n in 1:N) y[n] ~ normal(m, 1) T[-1, 2];");
    assert_eq!(together, alone);
    assert_eq!(contributions(&own("normal", "real", "m, 1"), "for (n in 1:N) y[n] ~ own(m) T[-1, 2];"), alone);
    // A user's density of a vector is taken apart where its parts are all there is.
    let plain = contributions("", "y ~ normal(m, 1);");
    let of_vector = |value: &str| format!("real own_lpdf(vector y, real m) {{ return {value}; }}");
    assert_eq!(contributions(&of_vector("normal_lpdf(y | m, 1)"), "y ~ own(m);"), plain);
    let doubled = contributions(&of_vector("2 * normal_lpdf(y | m, 1)"), "y ~ own(m);");
    assert_eq!(doubled.len(), 1);
    assert!((doubled[0] - 2.0 * plain.iter().sum::<f64>()).abs() < 1e-12);
}
