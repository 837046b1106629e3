//! What the data can tell: the catalogue of textbook models (`identify/cases.rs`), each with the answer of its source, and
//! controls that look alike and are identified. Nothing here is left to chance but the points at which models are looked
//! at, and those are tried over twenty seeds.

#[path = "identify/cases.rs"]
mod cases;
#[path = "identify/conditions.rs"]
mod conditions;
#[path = "identify/practical.rs"]
mod practical;
#[path = "identify/spelling.rs"]
mod spelling;
#[path = "identify/told.rs"]
mod told;
#[path = "identify/vectors.rs"]
mod vectors;

use std::process::{Command, Output};

use assert_cmd::cargo::CommandCargoExt;
use cases::{Case, all};
use rayon::prelude::*;
use ridgewalk::identify::{Analysis, Reason, Scale, Settings, analyse};
use ridgewalk::lang::{self, source::Source};
use ridgewalk::model::data::Data;
use ridgewalk::report::combination::Names;
use ridgewalk::report::identifiability;
use ridgewalk::run::change::changed;
use serde_json::{Value, json};

struct Outcome {
    analysis: Analysis,
    names: Vec<String>,
}

fn outcome(model: &str, data: &Value, seed: u64) -> Outcome {
    outcome_with(model, data, &Settings { seed, ..Settings::default() })
}

fn outcome_with(model: &str, data: &Value, settings: &Settings) -> Outcome {
    let source = Source::new("case.stan".to_owned(), model.to_owned());
    let mut bound = Data::default();
    bound.add_json(&data.to_string(), "case.json").expect("the data are data");
    let language = lang::Settings { seed: settings.seed, ..lang::Settings::default() };
    let compiled = match lang::compile(&source, &bound, "case", language) {
        Ok(compiled) => compiled,
        Err(error) => panic!("{}", error.render(&source, false)),
    };
    let likelihood = lang::likelihood(&source, &bound, language).expect("what compiles can be taken apart");
    let mut vary = |change, number| changed(&source, &bound, &likelihood, language, change, number);
    let analysis = analyse(&compiled.model, &likelihood, settings, &mut vary).expect("there is something to analyse");
    Outcome { analysis, names: compiled.model.parameters }
}

impl Outcome {
    fn open(&self) -> Vec<String> {
        let names = Names(&self.names);
        let mut formulas: Vec<String> = self
            .analysis
            .open
            .iter()
            .map(|direction| match direction.combination.scale {
                Scale::Local => "local".to_owned(),
                _ => names.formula(&direction.combination),
            })
            .collect();
        formulas.sort();
        formulas
    }

    fn identified(&self) -> Vec<String> {
        let names = Names(&self.names);
        let mut all = names.formulas(&self.analysis.combinations);
        all.extend(names.list(&self.analysis.determined));
        all
    }
}

fn reason(reason: &Reason) -> &'static str {
    match reason {
        Reason::Structural => "structural",
        Reason::Design(_) => "design",
        Reason::Data => "data",
    }
}

/// What of a case is not as its source says.
fn mistakes(case: &Case) -> Vec<String> {
    let found = outcome(case.model, &case.data, 1);
    let mut mistakes = Vec::new();
    let mut say = |text: String| mistakes.push(format!("{} ({}): {text}", case.name, case.source));
    let open = found.open();
    if open != case.open {
        say(format!("open are {open:?}, not {:?}", case.open));
    }
    for direction in found.analysis.open.iter().filter(|direction| reason(&direction.reason) != case.reason) {
        say(format!("the reason is {:?}, not {}", direction.reason, case.reason));
    }
    let identified = found.identified();
    for name in case.identified.iter().filter(|name| !identified.iter().any(|other| other == *name)) {
        say(format!("{name} is not among the identified {identified:?}"));
    }
    if found.analysis.symmetries.len() != case.symmetries {
        say(format!("{} symmetries were expected, found are {:?}", case.symmetries, found.analysis.symmetries));
    }
    mistakes
}

#[test]
fn every_textbook_case_has_the_answer_of_its_source() {
    let cases = all();
    assert!(cases.len() >= 40 && 2 * cases.iter().filter(|case| case.open.is_empty()).count() + 2 >= cases.len());
    let mistakes: Vec<String> = cases.par_iter().flat_map_iter(mistakes).collect();
    assert!(mistakes.is_empty(), "\n  {}\n", mistakes.join("\n  "));
}

#[test]
fn the_count_is_the_same_from_twenty_seeds() {
    let differ: Vec<String> = all()
        .par_iter()
        .flat_map_iter(|case| {
            (2..=21).filter_map(move |seed| {
                let found = outcome(case.model, &case.data, seed).analysis.open.len();
                (found != case.open.len()).then(|| format!("{} with seed {seed}: {found}", case.name))
            })
        })
        .collect();
    assert!(differ.is_empty(), "\n  {}\n", differ.join("\n  "));
}

/// All numbers below a name times a factor.
fn scaled(data: &Value, name: &str, factor: f64) -> Value {
    fn map(value: &Value, factor: f64) -> Value {
        match value {
            Value::Array(items) => items.iter().map(|item| map(item, factor)).collect(),
            other => other.as_f64().map_or(other.clone(), |x| Value::from(x * factor)),
        }
    }
    let mut data = data.clone();
    if let Some(value) = data.get_mut(name) {
        *value = map(value, factor);
    }
    data
}

/// Every model of the catalogue whose real data can be in another unit without its being another model: not where the
/// model itself names a number of that unit.
#[test]
fn units_do_not_change_the_count() {
    let scales = [
        ("two intercepts", "y"),
        ("a product", "x"),
        ("a product", "y"),
        ("collinear regression", "X"),
        ("collinear regression", "y"),
        ("one-way layout with an intercept", "y"),
        ("two-way layout with an intercept", "y"),
        ("age, period and cohort", "y"),
        ("one observation per group", "y"),
        ("several observations per group", "y"),
        ("errors in variables", "y"),
        ("regression", "x"),
        ("regression", "y"),
        ("regression on years", "y"),
        ("Michaelis-Menten on good data", "s"),
        ("Michaelis-Menten on good data", "y"),
        ("autoregression", "y"),
    ];
    let cases = all();
    let differ: Vec<String> = scales
        .par_iter()
        .flat_map_iter(|&(name, variable)| {
            let case = cases.iter().find(|case| case.name == name).expect("the case is there");
            [1e-6, 1e6].into_iter().flat_map(move |factor| {
                (1..=5).filter_map(move |seed| {
                    let found = outcome(case.model, &scaled(&case.data, variable, factor), seed).open().len();
                    let differs = found != case.open.len();
                    differs.then(|| format!("{name}, {variable} times {factor:e}, seed {seed}: {found}"))
                })
            })
        })
        .collect();
    assert!(differ.is_empty(), "\n  {}\n", differ.join("\n  "));
}

#[test]
fn the_notebook_has_its_answer_in_words() {
    let model = include_str!("../examples/identifiability/nonidentified.stan");
    let data: Value = serde_json::from_str(include_str!("../examples/identifiability/y.json")).expect("JSON");
    let found = outcome(model, &data, 1);
    let text = identifiability::findings(&found.analysis, &found.names).text();
    for line in [
        "The likelihood determines 2 of 3 directions.",
        "not identified:  alpha1 - alpha2   moving alpha1 up and alpha2 down by the same amount changes nothing",
        "identified:      alpha1 + alpha2, sigma",
        "alpha1 and alpha2 cannot be told apart: whatever the posterior says about them singly is the prior's doing.",
        "sample mu = alpha1 + alpha2 instead",
    ] {
        assert!(text.contains(line), "{line}\nis not in\n{text}");
    }
}

fn ridgewalk(arguments: &[&str]) -> Output {
    Command::cargo_bin("ridgewalk").expect("the program is built").args(arguments).output().expect("it runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

const MODEL: &str = "examples/identifiability/nonidentified.stan";
const DATA: &str = "examples/identifiability/y.json";

#[test]
fn json_has_the_findings_for_machines() {
    let output = ridgewalk(&["identify", MODEL, "--data", DATA, "--json"]);
    let object: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((&object["directions"], &object["determined_directions"]), (&json!(3), &json!(2)));
    let open = &object["open"][0];
    assert_eq!(open["formula"], "alpha1 - alpha2");
    assert_eq!(open["weights"], json!({"alpha1": 1.0, "alpha2": -1.0}));
    assert_eq!((&open["scale"], &open["reason"]), (&json!("natural"), &json!("structural")));
    assert_eq!(object["determined"], json!(["sigma"]));
    assert_eq!(object["transformed"], json!([{"parameter": "mu", "determined": true}]));
}

/// The run is the notebook's, short; what chains do along the ridge is certain: four start apart and stay apart.
#[test]
fn chains_that_disagree_on_the_ridge_alone_are_forgiven_if_the_user_says_so() {
    let run = ["sample", MODEL, "--data", DATA, "--backend", "cpu", "--sampler", "metropolis", "--draws", "4000"];
    let run = [&run[..], &["--seed", "1"]].concat();
    let strict = ridgewalk(&[&run[..], &["--strict"]].concat());
    assert_eq!(strict.status.code(), Some(1));
    let error = text(&strict.stderr);
    for sentence in ["The likelihood determines 2 of 3 directions.", "only alpha1 - alpha2 has not, and never will"] {
        assert!(error.contains(sentence), "{sentence}\nis not in\n{error}");
    }
    let forgiven = ridgewalk(&[&run[..], &["--strict", "--allow-nonidentified", "--quiet"]].concat());
    assert_eq!(forgiven.status.code(), Some(0), "{}", text(&forgiven.stderr));
}

#[test]
fn models_without_an_answer_are_told_so_in_a_sentence() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    for (name, model, status, sentence) in [
        ("prior.stan", "parameters { real mu; } model { mu ~ normal(0, 1); }", 0, "the posterior is the prior"),
        ("empty.stan", "model { }", 2, "has no parameters"),
        (
            "constant.stan",
            "data { vector[3] y; } parameters { real mu; } model { y ~ normal(mu - mu, 1); }",
            0,
            "it determines nothing",
        ),
    ] {
        let path = folder.join(name);
        std::fs::write(&path, model).expect("a scratch file");
        let data = folder.join("three.json");
        std::fs::write(&data, r#"{"y": [1, 2, 3]}"#).expect("a scratch file");
        let output = ridgewalk(&["identify", &path.to_string_lossy(), "--data", &data.to_string_lossy()]);
        let said = text(&output.stdout) + &text(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{name}: {said}");
        assert!(said.contains(sentence), "{name}: {said}");
    }
}
