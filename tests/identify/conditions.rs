//! Data that decide whether, or how often, a term is added are observed as much as data that it reads.

use ridgewalk::lang::{self, source::Source, structure};
use ridgewalk::model::data::Data;
use serde_json::{Value, json};

use super::{outcome, outcome_with};
use ridgewalk::identify::Settings;

const DATA: &str = "data { int N; array[N] int<lower=0, upper=1> y; int heads; }";

#[test]
fn a_coin_is_observed_however_its_faces_are_read() {
    let six = json!({"N": 6, "y": [1, 0, 1, 1, 0, 1], "heads": 4});
    let faces: Vec<u8> = (0..200).map(|n| u8::from(n % 3 > 0)).collect();
    let many = json!({"N": 200, "y": faces, "heads": 133});
    let own =
        "functions { void toss_lp(int face, real p) { if (face) { target += log(p); return; } target += log1m(p); } }";
    for (functions, model) in [
        ("", "for (n in 1:N) { if (y[n]) target += log(p); else target += log1m(p); }"),
        ("", "for (n in 1:N) { if (y[n]) { target += log(p); continue; } target += log1m(p); }"),
        ("", "for (n in 1:N) target += y[n] ? log(p) : log1m(p);"),
        ("", "for (n in 1:N) { real l = log1m(p); if (y[n]) l = log(p); target += l; }"),
        ("", "int n = 1; while (n <= N) { if (y[n]) target += log(p); else target += log1m(p); n += 1; }"),
        (own, "for (n in 1:N) toss_lp(y[n], p);"),
    ] {
        for data in [&six, &many] {
            let text = format!("{functions} {DATA} parameters {{ real<lower=0, upper=1> p; }} model {{ {model} }}");
            let found = outcome(&text, data, 1).analysis;
            assert_eq!(found.open, [], "{text}");
            assert_eq!(Some(found.all_observations as u64), data["N"].as_u64(), "{text}");
        }
    }
    // How often a term is added.
    let text = format!(
        "{DATA} parameters {{ real<lower=0, upper=1> p; }}
         model {{ for (k in 1:heads) target += log(p); for (k in 1:(N - heads)) target += log1m(p); }}"
    );
    assert_eq!(outcome(&text, &six, 1).analysis.open, []);
}

/// Words of documents are data only as indexes: `log(phi[k, w[n]])` (Stan User's Guide, latent Dirichlet allocation).
#[test]
fn words_are_observed_where_nothing_else_is() {
    let model = "data { int V; int N; array[N] int w; } parameters { simplex[V] phi; } model { for (n in 1:N) target += log(phi[w[n]]); }";
    let words: Vec<usize> = (0..40).map(|n| n * n % 3 + 1).collect();
    let words: Vec<usize> = words.into_iter().enumerate().map(|(n, w)| if n % 7 == 0 { 3 } else { w }).collect();
    let found =
        outcome_with(model, &json!({"V": 3, "N": 40, "w": words}), &Settings { seed: 1, ..Settings::default() });
    assert_eq!((found.open().len(), found.analysis.all_observations), (0, 40));
}

/// A prior under a switch, and one in a loop over as many elements as are declared, stay priors.
#[test]
fn sizes_and_switches_make_no_prior_a_likelihood() {
    let model = "data { int N; int K; int wide; vector[N] y; } parameters { vector[K] b; real c; }
        model { for (k in 1:K) target += -square(b[k]); if (wide) c ~ normal(0, 10); else c ~ normal(0, 1); y ~ normal(b[1], 1); }";
    let found = outcome(model, &json!({"N": 5, "K": 2, "wide": 1, "y": [1, 2, 0, 1, 3]}), 1);
    assert_eq!((found.open().len(), found.identified().contains(&"b[1]".to_owned())), (2, true));
    assert_eq!(found.analysis.all_observations, 5);
}

fn edges(model: &str, data: &Value) -> Vec<String> {
    let source = Source::new("model.stan".to_owned(), model.to_owned());
    let mut bound = Data::default();
    bound.add_json(&data.to_string(), "data.json").expect("JSON");
    let typed = lang::parse_and_check(&source).expect("a model");
    let found = structure::structure(&typed, &source, Some(&bound));
    let kind = |name: &str| found.nodes.iter().find(|node| node.name == name).map(|node| node.kind);
    assert_eq!(kind("y"), Some(structure::Kind::Observed), "{model}");
    assert!(kind("target").is_none(), "{model}");
    let name = |place: usize| &found.nodes[place].name;
    let mut edges: Vec<String> =
        found.edges.iter().map(|&(from, to)| format!("{}->{}", name(from), name(to))).collect();
    edges.sort();
    edges
}

#[test]
fn the_graph_has_what_decides_as_what_is_observed() {
    let coin = "data { int N; array[N] int y; } parameters { real<lower=0, upper=1> p; }
        model { for (n in 1:N) { if (y[n]) target += log(p); else target += log1m(p); } }";
    assert_eq!(edges(coin, &json!({"N": 2, "y": [0, 1]})), ["p->y"]);
    let inflated =
        "data { int N; array[N] int y; } transformed data { array[N] int none; for (n in 1:N) none[n] = y[n] == 0; }
        parameters { real<lower=0, upper=1> w; real<lower=0> m; }
        model { for (n in 1:N) { if (none[n]) target += log_sum_exp(log(w), log1m(w) - m);
          else target += log1m(w) + poisson_lpmf(y[n] | m); } }";
    assert_eq!(edges(inflated, &json!({"N": 2, "y": [0, 1]})), ["m->y", "w->y", "y->none"]);
}
