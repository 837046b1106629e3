//! Outcomes that are vectors inform as many directions as they have degrees of freedom, however few of them there are.

use ridgewalk::identify::Settings;
use serde_json::{Value, json};

use super::outcome_with;

fn open(model: &str, data: &Value) -> Vec<String> {
    (1..=5)
        .map(|seed| outcome_with(model, data, &Settings { seed, ..Settings::default() }).open())
        .reduce(|first, other| {
            assert_eq!(first, other, "the answer depends on the seed: {model}");
            first
        })
        .expect("five seeds")
}

#[test]
fn a_vector_informs_as_many_directions_as_it_has_degrees_of_freedom() {
    let dirichlet_multinomial =
        "functions { real dm_lpmf(array[] int y, vector a) { real l = lgamma(sum(a)) - lgamma(sum(a) + sum(y));
        for (k in 1:size(y)) l += lgamma(a[k] + y[k]) - lgamma(a[k]); return l; } }
        data { array[3] int y; } parameters { vector<lower=0>[3] a; } model { y ~ dm(a); }";
    let cases = [
        ("a multinomial row", "data { array[3] int<lower=0> y; } parameters { simplex[3] p; } model { y ~ multinomial(p); }".to_owned(), json!({"y": [30, 50, 20]})),
        ("as an increment", "data { array[3] int<lower=0> y; } parameters { simplex[3] p; } model { target += multinomial_lpmf(y | p); }".to_owned(), json!({"y": [30, 50, 20]})),
        ("two rows of a table", "data { array[2, 3] int y; } parameters { simplex[3] p; simplex[3] q; } model { y[1] ~ multinomial(p); y[2] ~ multinomial(q); }".to_owned(), json!({"y": [[30, 50, 20], [5, 6, 7]]})),
        ("a normal vector", "data { vector[4] y; } parameters { vector[4] m; } model { y ~ multi_normal(m, identity_matrix(4)); }".to_owned(), json!({"y": [0.1, 2, -1, 0.5]})),
        ("two normal vectors", "data { array[2] vector[3] y; } parameters { vector[3] m; real<lower=0> s; } model { y ~ multi_normal(m, diag_matrix(rep_vector(s, 3))); }".to_owned(), json!({"y": [[0.1, 2, -1], [0.3, 1.5, -2]]})),
        ("a share of a whole", "data { simplex[3] y; } parameters { vector<lower=0>[2] a; } model { y ~ dirichlet([a[1], a[2], 1]'); }".to_owned(), json!({"y": [0.2, 0.5, 0.3]})),
        ("a user's density of counts", dirichlet_multinomial.to_owned(), json!({"y": [30, 50, 20]})),
    ];
    for (name, model, data) in cases {
        assert_eq!(open(&model, &data), [""; 0], "{name}");
    }
}

#[test]
fn what_a_vector_does_not_tell_stays_open() {
    let cases = [
        (
            "categories without a reference",
            "data { array[3] int y; } parameters { vector[3] b; } model { y ~ multinomial(softmax(b)); }",
            json!({"y": [30, 50, 20]}),
            vec!["each b"],
        ),
        (
            "one vector, whose outcomes would tell its spread",
            "data { vector[2] y; } parameters { vector[2] m; real<lower=0> s; } model { y ~ multi_normal(m, diag_matrix(rep_vector(s, 2))); }",
            json!({"y": [0.1, 2]}),
            vec![],
        ),
        (
            "a mean in two parts",
            "data { vector[3] y; } parameters { real a; real b; } model { y ~ multi_normal(rep_vector(a + b, 3), identity_matrix(3)); }",
            json!({"y": [0.1, 2, 1]}),
            vec!["a - b"],
        ),
    ];
    for (name, model, data, expected) in cases {
        assert_eq!(open(model, &data), expected, "{name}");
    }
}

/// Cohorts of released animals and the year in which each was seen next: a row of the table has three cells, two free.
/// Of the last survival and the last capture only the product is known (Catchpole & Morgan 1997).
#[test]
fn a_table_of_recaptures_has_the_answer_of_its_histories() {
    let model =
        "data { array[3, 4] int m; } parameters { vector<lower=0, upper=1>[3] phi; vector<lower=0, upper=1>[3] p; }
        model { for (i in 1:3) { vector[4] q = rep_vector(0, 4); real left = 1;
          for (j in i:3) { q[j] = left * phi[j] * p[j]; left *= phi[j] * (1 - p[j]); }
          q[4] = 1 - sum(q[1:3]); m[i] ~ multinomial(q); } }";
    let data = json!({"m": [[20, 8, 3, 19], [0, 25, 9, 16], [0, 0, 22, 28]]});
    assert_eq!(open(model, &data), ["phi[3] / p[3]"]);
}
