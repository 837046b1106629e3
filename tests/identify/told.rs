//! What `sample`, `identify` and a script are told of models whose chains do not agree, or not yet.

use serde_json::{Value, json};

use super::{ridgewalk, text};
use ridgewalk::rng::random::Random;

/// A model and its data in a folder of their own.
fn files(name: &str, model: &str, data: &Value) -> (String, String) {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("told-{name}"));
    std::fs::create_dir_all(&folder).expect("a scratch folder");
    let [model_path, data_path] = ["model.stan", "data.json"].map(|file| folder.join(file));
    std::fs::write(&model_path, model).expect("a scratch file");
    std::fs::write(&data_path, data.to_string()).expect("a scratch file");
    (model_path.to_string_lossy().into_owned(), data_path.to_string_lossy().into_owned())
}

const NUTS: [&str; 8] = ["--sampler", "nuts", "--chains", "4", "--backend", "cpu", "--seed", "1"];

/// Fifty groups of twenty: the chains of a hierarchy that is not centred mix slowly there, and 100 draws are too few. They
/// would agree with more: that is no fault that `--allow-nonidentified` forgives.
#[test]
fn a_run_that_needs_more_draws_is_not_forgiven() {
    let mut random = Random::of_data(50);
    let effects: Vec<f64> = (0..50).map(|_| 1.0 + 1.6 * random.normal()).collect();
    let g: Vec<usize> = (0..1000).map(|n| n % 50 + 1).collect();
    let y: Vec<f64> = g.iter().map(|g| effects[g - 1] + 0.5 * random.normal()).collect();
    let model = "data { int J; int N; array[N] int g; vector[N] y; }
        parameters { real mu; real<lower=0> tau; real<lower=0> s; vector[J] z; }
        transformed parameters { vector[J] a = mu + tau * z; }
        model { mu ~ normal(0, 5); tau ~ normal(0, 2); s ~ normal(0, 2); z ~ std_normal(); y ~ normal(a[g], s); }";
    let (model, data) = files("hierarchy", model, &json!({"J": 50, "N": 1000, "g": g, "y": y}));
    let run =
        [&["sample", &model, "--data", &data, "--warmup", "200", "--draws", "100", "--strict"], &NUTS[..]].concat();
    let output = ridgewalk(&[&run[..], &["--allow-nonidentified"]].concat());
    let said = text(&output.stderr) + &text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{said}");
    for never in ["never", "no posterior", "cannot be told apart", "contribute nothing"] {
        assert!(!said.contains(never), "{never}:\n{said}");
    }
}

/// With a proper prior the ridge is closed, however slowly chains cross it.
#[test]
fn nothing_is_said_to_never_converge_that_a_prior_closes() {
    let model = "data { int N; vector[N] y; } parameters { real a; real b; } model { a ~ normal(0, 10); b ~ normal(0, 10); y ~ normal(a + b, 0.1); }";
    let y: Vec<f64> = (0..100).map(|n| 1.0 + 0.01 * f64::from(n % 7)).collect();
    let (model, data) = files("closed", model, &json!({"N": 100, "y": y}));
    let run = [
        "sample",
        &model,
        "--data",
        &data,
        "--sampler",
        "metropolis",
        "--chains",
        "4",
        "--warmup",
        "100",
        "--draws",
        "100",
        "--backend",
        "cpu",
        "--seed",
        "1",
        "--strict",
        "--allow-nonidentified",
    ];
    let output = ridgewalk(&run);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("a - b has not converged yet. The data alone do not determine it, the prior does"), "{said}");
    assert!(
        !said.contains("never") && !said.contains("no posterior") && !said.contains("cannot be told apart"),
        "{said}"
    );
}

/// Two normal distributions far apart, named by nothing: chains end in either of two modes.
#[test]
fn modes_that_are_copies_are_told_and_no_ridge_is_seen_in_them() {
    let mut random = Random::of_data(28);
    let y: Vec<f64> = (0..80).map(|n| if n % 3 == 0 { 4.0 } else { -1.0 } + random.normal()).collect();
    let model = "data { int N; vector[N] y; } parameters { simplex[2] theta; vector[2] mu; vector<lower=0>[2] sigma; }
        model { mu ~ normal(0, 5); sigma ~ lognormal(0, 1);
          for (n in 1:N) target += log_sum_exp(log(theta[1]) + normal_lpdf(y[n] | mu[1], sigma[1]),
            log(theta[2]) + normal_lpdf(y[n] | mu[2], sigma[2])); }";
    let (model, data) = files("copies", model, &json!({"N": 80, "y": y}));
    let run = [
        &["sample", &model, "--data", &data, "--warmup", "300", "--draws", "300", "--chains", "8"],
        &NUTS[..2],
        &NUTS[4..],
    ]
    .concat();
    let said = text(&ridgewalk(&run).stderr);
    let told =
        "exchanging the two elements of theta, mu and sigma changes no observation: `ordered[2] mu` makes one of them";
    assert!(said.contains(told), "{said}");
    assert!(!said.contains("ridge"), "{said}");
    let output = ridgewalk(&[&run[..], &["--json"]].concat());
    let object: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let expected = json!([{"kind": "exchange", "parameters": ["theta", "mu", "sigma"], "elements": 2, "modes": 2.0}]);
    assert_eq!(object["identify"]["symmetries"], expected);
}

/// Independent normal means with a common distribution; the prior of `mu` and `tau` is known, whatever the number of them.
#[test]
fn a_proper_prior_has_its_spread_and_one_without_a_variance_its_quantiles() {
    for (groups, tau) in [(5, "normal(0, 2)"), (40, "normal(0, 2)"), (10, "cauchy(0, 1)")] {
        let model = format!(
            "data {{ int J; vector[J] y; }} parameters {{ real mu; real<lower=0> tau; vector[J] theta; }}
             model {{ mu ~ normal(0, 5); tau ~ {tau}; theta ~ normal(mu, tau); y ~ normal(theta, 1); }}"
        );
        let mut random = Random::of_data(27);
        let y: Vec<f64> = (0..groups).map(|_| 1.0 + 2.5 * random.normal()).collect();
        let (model, data) = files(&format!("prior-{groups}"), &model, &json!({"J": groups, "y": y}));
        let draws = format!("{}.csv", model.trim_end_matches(".stan"));
        let run = std::path::Path::new(&model).with_file_name("run");
        let _ = std::fs::remove_dir_all(&run);
        let run = run.to_string_lossy().into_owned();
        let sampled = ridgewalk(
            &[&["sample", &model, "--data", &data, "--warmup", "300", "--draws", "300", "--out", &run], &NUTS[..]]
                .concat(),
        );
        assert!(sampled.status.code().is_some_and(|code| code == 0), "{draws}: {}", text(&sampled.stderr));
        let output = ridgewalk(&["identify", &model, "--data", &data, "--run", &run, "--json"]);
        let object: Value =
            serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output.stderr)));
        let row = |name: &str| {
            let rows = object["posterior"].as_array().expect("rows");
            rows.iter().find(|row| row["formula"] == name).unwrap_or_else(|| panic!("{name} in {object}")).clone()
        };
        // Five standard errors of 4,000 draws: a sixteenth.
        let sd = row("mu")["prior_sd"].as_f64().expect("a number");
        assert!((sd / 5.0 - 1.0).abs() < 1.0 / 16.0, "{sd}");
        if tau.starts_with("normal") {
            let sd = row("tau")["prior_sd"].as_f64().expect("a number");
            assert!((sd / 1.2056 - 1.0).abs() < 1.0 / 12.0, "{sd}");
        } else {
            let quantiles = row("tau")["prior_quantiles"].clone();
            // Of a half-Cauchy: tan(0.05 pi / 2) and tan(0.95 pi / 2). A quantile of 4,000 draws is within a quarter.
            for (name, expected) in [("5%", 0.0787), ("95%", 12.71)] {
                let found = quantiles[name].as_f64().expect("a number");
                assert!((found / expected - 1.0).abs() < 0.25, "{name}: {found}");
            }
            assert_eq!((&row("tau")["prior_sd"], &row("tau")["contraction"]), (&Value::Null, &Value::Null));
        }
        let said = text(&ridgewalk(&["identify", &model, "--data", &data, "--run", &run]).stdout);
        assert!(!said.contains("  flat") && said.contains("contraction: 1 - (posterior sd / prior sd)^2"), "{said}");
    }
}
