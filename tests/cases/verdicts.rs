//! One run has one verdict, whoever tells it: the run itself, its summary and its page, in words, as JSON and as an exit
//! status, in memory, stored, resumed and merged from parts.
//!
//! In: runs without a problem and with each kind of problem. Out: that all answers agree.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::program::{ended, folder, object, ridgewalk, said, sample, written};

const NORMAL: &str = "data { int N; vector[N] y; } parameters { real mu; real<lower=0> s; }
model { mu ~ normal(0, 10); s ~ lognormal(0, 0.5); y ~ normal(mu, s); }";
const FEW: &str = r#"{"N": 8, "y": [0.3, -1.1, 2.4, 1.9, 3.2, -0.4, 1.0, 0.7]}"#;

/// Two parameters of which the data know the sum.
const RIDGE: &str = "data { int N; vector[N] y; } parameters { real a; real b; } model { y ~ normal(a + b, 1); }";

/// What is said of a run: the entry `verdict`, the warnings, and the exit status with `--strict`.
#[derive(Debug, PartialEq)]
struct Told {
    verdict: Value,
    warnings: Value,
    status: i32,
}

impl Told {
    fn of(arguments: &[&str]) -> Self {
        let output = ridgewalk(&[arguments, &["--json", "--strict"]].concat());
        let object = object(&output);
        Self {
            verdict: object["verdict"].clone(),
            warnings: object["warnings"].clone(),
            status: output.status.code().unwrap(),
        }
    }

    fn codes(&self) -> Vec<&str> {
        self.warnings.as_array().unwrap().iter().map(|warning| warning["code"].as_str().unwrap()).collect()
    }

    /// Every sentence: those of the warnings, and the last one.
    fn sentences(&self) -> Vec<&str> {
        let warnings = self.warnings.as_array().unwrap().iter().map(|warning| warning["message"].as_str().unwrap());
        warnings.chain(self.verdict["message"].as_str()).collect()
    }

    /// Expects all sentences among words, and that nothing else is warned of.
    #[track_caller]
    fn assert_said(&self, words: &str) {
        for sentence in self.sentences() {
            assert!(words.contains(sentence), "`{sentence}` is not in: {words}");
        }
        let remarks = self.warnings.as_array().unwrap().iter().filter(|warning| warning["remark"] == true).count();
        assert_eq!(words.matches("warning: ").count(), self.codes().len() - remarks, "{words}");
    }

    /// Expects all sentences on a page, and its look.
    #[track_caller]
    fn assert_shown(&self, page: &Path) {
        let html = fs::read_to_string(page).unwrap();
        let from = html.find("<section class=\"verdict").expect("the page begins with the verdict");
        let section = &html[from..from + html[from..].find("</section>").unwrap()];
        let bad = section.starts_with("<section class=\"verdict bad\"");
        assert_eq!(bad, self.status == 1, "{section}");
        for sentence in self.sentences() {
            assert!(section.contains(&escaped(sentence)), "`{sentence}` is not in: {section}");
        }
        assert_eq!(section.matches("<li>").count(), self.codes().len(), "{section}");
    }
}

/// A text as HTML has it.
fn escaped(text: &str) -> String {
    [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\"", "&quot;"), ("'", "&#39;")]
        .iter()
        .fold(text.to_owned(), |text, (plain, reference)| text.replace(plain, reference))
}

/// Expects the same verdict from every command, and gives it.
fn agreed(name: &str, model: &str, data: &str, arguments: &[&str]) -> Told {
    let folder = folder(name);
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let (model, data) = (written(&folder, "model.stan", model), written(&folder, "data.json", data));
    let (run, page, other) = (path("run"), path("page.html"), path("other.html"));
    let asked = [&["--data", &data], arguments].concat();
    let own = ["sample", &model, "--backend", "cpu", "--seed", "1"];

    let told = Told::of(&[&own[..], &asked, &["--report", &page]].concat());
    assert_eq!(told.verdict["problem"], Value::Bool(told.status == 1), "{told:?}");
    told.assert_shown(Path::new(&page));

    let stored = sample(&model, &[&asked[..], &["--out", &run, "--strict"]].concat());
    told.assert_said(&ended(&stored, told.status));
    assert_eq!(Told::of(&[&own[..], &asked, &["--out", &run, "--resume"]].concat()), told, "a run that has ended");

    assert_eq!(Told::of(&["summary", &run]), told);
    told.assert_said(&ended(&ridgewalk(&["summary", &run, "--strict"]), told.status));
    assert!(!said(&ridgewalk(&["summary", &run, "--quiet"])).contains("problem was found"));
    ended(&ridgewalk(&["summary", &run]), 0);

    ended(&ridgewalk(&["report", &run, "--out", &other, "--strict", "--quiet"]), told.status);
    told.assert_shown(Path::new(&other));
    told
}

/// Runs of a thousand nearly independent draws in each half of a chain: R-hat reaches 1.01 once in more than a million builds
/// whose bits differ.
#[test]
fn a_run_without_a_problem_has_one_verdict() {
    for (name, arguments) in [
        ("sound-nuts", ["--sampler", "nuts", "--chains", "4", "--draws", "2000"]),
        ("sound-metropolis", ["--sampler", "metropolis", "--chains", "4", "--draws", "5000"]),
    ] {
        let told = agreed(name, NORMAL, FEW, &arguments);
        assert_eq!((told.codes(), told.status), (vec![], 0), "{told:?}");
        assert!(told.verdict["message"].as_str().unwrap().starts_with("No problem was found: 4 chains"), "{told:?}");
    }
}

#[test]
fn chains_that_disagree_have_one_verdict() {
    let few = ["--sampler", "metropolis", "--chains", "4", "--warmup", "100", "--draws", "200"];
    let told = agreed("apart-few", RIDGE, FEW, &few);
    assert!(told.status == 1 && told.codes().contains(&"r_hat_above"), "{told:?}");
    let many = ["--sampler", "metropolis", "--chains", "64", "--warmup", "100", "--draws", "100"];
    let told = agreed("apart-many", RIDGE, FEW, &many);
    assert!(told.status == 1 && told.codes().contains(&"nested_r_hat_above"), "{told:?}");
    assert!(told.codes().contains(&"short_warmup"), "what a run knows of its warm-up, its files know: {told:?}");
}

#[test]
fn what_only_a_sampler_knows_has_one_verdict() {
    let cut = "parameters { real a; real b; } transformed parameters { real<lower=0> w = a - b; }
        model { a ~ normal(0, 1); b ~ normal(0, 1); }";
    let size = ["--sampler", "nuts", "--chains", "4", "--warmup", "200", "--draws", "500"];
    let told = agreed("cut", cut, "{}", &size);
    assert!(told.status == 1 && told.codes().contains(&"divergences"), "{told:?}");
    // Trees that are too small cost time and no truth.
    let told = agreed("shallow", NORMAL, FEW, &[&size[..], &["--max-treedepth", "1"]].concat());
    assert!(told.codes().contains(&"saturated_treedepth"), "{told:?}");
}

#[test]
fn quantities_that_fail_and_draws_that_are_no_numbers_have_one_verdict() {
    let with = |quantity: &str| {
        format!("parameters {{ real x; }} model {{ x ~ normal(0, 1); }} generated quantities {{ {quantity} }}")
    };
    let size = ["--sampler", "nuts", "--chains", "4", "--warmup", "200", "--draws", "1000"];
    let told = agreed("failing", &with("real v = x; if (x > 2) reject(\"too <big>\");"), "{}", &size);
    assert_eq!((told.codes(), told.status), (vec!["generated_quantities"], 0), "{told:?}");
    assert!(told.verdict["message"].as_str().unwrap().starts_with("No other problem was found"), "{told:?}");
    let told = agreed("infinite", &with("real v = x > 2 ? positive_infinity() : x;"), "{}", &size);
    assert_eq!((told.codes(), told.status), (vec!["non_finite"], 1), "{told:?}");
    // A quantity that is always the same is no harm.
    let told = agreed("constant", &with("real v = 1;"), "{}", &size);
    assert_eq!((told.codes(), told.status), (vec!["constant"], 0), "{told:?}");
}

#[test]
fn a_merged_run_has_the_verdict_of_the_whole() {
    for (name, model, size, status) in [
        ("merged-sound", NORMAL, ["--sampler", "nuts", "--warmup", "300", "--draws", "2000"], 0),
        ("merged-apart", RIDGE, ["--sampler", "metropolis", "--warmup", "100", "--draws", "200"], 1),
    ] {
        let whole = agreed(name, model, FEW, &[&size[..], &["--chains", "8"]].concat());
        assert_eq!(whole.status, status, "{whole:?}");
        let folder = folder(&format!("{name}-parts"));
        let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
        let (model, data) = (written(&folder, "model.stan", model), written(&folder, "data.json", FEW));
        for (part, first) in [("a", "0"), ("b", "4")] {
            let own = ["--data", &data, "--chains", "4", "--first-chain", first, "--out", &path(part), "--quiet"];
            ended(&sample(&model, &[&size[..], &own].concat()), 0);
        }
        let (a, b, merged, page) = (path("a"), path("b"), path("merged"), path("page.html"));
        ended(&ridgewalk(&["merge", &a, &b, "--out", &merged]), 0);
        assert_eq!(Told::of(&["summary", &merged]), whole);
        ended(&ridgewalk(&["report", &merged, "--out", &page, "--strict"]), status);
        whole.assert_shown(Path::new(&page));
    }
}

/// A file that does not know its warm-up says so, and is judged by what it has.
#[test]
fn draws_from_elsewhere_are_judged_by_what_they_hold_and_the_rest_is_told_to_be_unchecked() {
    let folder = folder("elsewhere");
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let (run, table) = (path("run"), path("draws.csv"));
    for (model, status) in [(NORMAL, 0), (RIDGE, 1)] {
        let _ = (fs::remove_dir_all(&run), fs::remove_file(&table));
        let (model, data) = (written(&folder, "model.stan", model), written(&folder, "data.json", FEW));
        let size = ["--data", &data, "--sampler", "metropolis", "--draws", "5000", "--out", &run, "--quiet"];
        ended(&sample(&model, &size), 0);
        ended(&ridgewalk(&["export", &run, "--format", "csv", "--out", &table]), 0);
        let told = Told::of(&["summary", &table]);
        assert_eq!(told.status, status, "{told:?}");
        assert_eq!(told.verdict["not_checked"], serde_json::json!(["warmup", "trajectories"]));
        told.assert_said(&ended(&ridgewalk(&["summary", &table, "--strict"]), status));
    }
}

/// Two findings may name a parameter: it is no ridge of its own.
#[test]
fn a_ridge_is_told_of_two_parameters() {
    let folder = folder("ridge");
    let (model, data) = (written(&folder, "model.stan", RIDGE), written(&folder, "data.json", FEW));
    let size = ["--sampler", "metropolis", "--chains", "64", "--warmup", "100", "--draws", "100", "--data", &data];
    let told = said(&sample(&model, &size));
    assert!(told.contains("Nested R-hat is larger") && told.contains("too short for the chains to forget"), "{told}");
    assert!(told.contains("a and b are correlated at -"), "{told}");
}
