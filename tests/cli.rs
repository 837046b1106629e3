//! The program as its user meets it: the README's command, the shapes of its output, wrong input, exit statuses.

#[cfg(unix)]
#[path = "cli/depth.rs"]
mod depth;
#[path = "cli/limits.rs"]
mod limits;

use std::io::Write;
use std::process::{Command, Output, Stdio};

use assert_cmd::cargo::CommandCargoExt;
use serde_json::{Value, json};

const MODEL: &str = "examples/identifiability/nonidentified.stan";
const DATA: &str = "examples/identifiability/y.json";

/// Metropolis on the notebook's model.
const METROPOLIS: [&str; 6] = ["sample", MODEL, "--data", DATA, "--sampler", "metropolis"];

fn ridgewalk(arguments: &[&str]) -> Output {
    Command::cargo_bin("ridgewalk").unwrap().args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Runs `sample` with Metropolis on the CPU, small.
fn sample(arguments: &[&str]) -> Output {
    let small = ["--backend", "cpu", "--warmup", "200", "--draws", "200", "--seed", "1"];
    ridgewalk(&[&METROPOLIS, &small[..], arguments].concat())
}

/// A file of the given content that lives as long as the test.
struct Scratch(std::path::PathBuf);

impl Scratch {
    fn new(name: &str, content: &[u8]) -> Self {
        let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("cli");
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join(name);
        std::fs::File::create(&path).unwrap().write_all(content).unwrap();
        Self(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

/// Expects status 2, nothing on standard output, and every fragment on standard error.
fn assert_refused(output: &Output, fragments: &[&str]) {
    let (out, error) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(2), "{out}{error}");
    assert!(out.is_empty(), "half-written: {out}");
    for fragment in fragments {
        assert!(error.contains(fragment), "`{fragment}` is not in: {error}");
    }
}

#[test]
fn the_readmes_command_tells_the_notebooks_story() {
    let size = ["--chains", "2", "--draws", "100000", "--warmup", "1000", "--backend", "cpu", "--seed", "1"];
    let output = ridgewalk(&[&METROPOLIS[..], &size].concat());
    let (out, error) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{error}");
    let header = out.lines().next().unwrap();
    for column in ["mean", "sd", "hdi_3%", "hdi_97%", "mcse_mean", "mcse_sd", "ess_bulk", "ess_tail", "r_hat"] {
        assert!(header.contains(column), "{out}");
    }
    for (line, parameter) in out.lines().skip(1).zip(["sigma", "alpha1", "alpha2", "mu"]) {
        assert!(line.starts_with(parameter), "{out}");
    }
    assert!(out.contains("Correlation\n"), "{out}");
    for sentence in [
        "Metropolis, component-wise: sigma, alpha1, alpha2",
        "2 chains on the CPU",
        "Only 2 chains were run",
        "R-hat is above 1.01 for alpha1",
        "The effective sample size in the bulk is below 200 for alpha1",
        "alpha1 and alpha2 are correlated at -0.999",
        "Nothing speaks against sigma, mu.",
    ] {
        assert!(error.contains(sentence), "`{sentence}` is not in: {error}");
    }
}

/// Every line of the tables that the first two commands of the example's README print is in it, indented. The first is the
/// command of the project's README as well.
#[test]
fn both_readmes_show_what_the_program_prints() {
    let example = include_str!("../examples/identifiability/README.md");
    let project = include_str!("../README.md");
    let notebook: &[&str] = &["--chains", "2", "--draws", "100000", "--warmup", "1000"];
    for (arguments, readmes) in [(notebook, &[example, project][..]), (&["--chains", "400"], &[example])] {
        let command = ["--backend", "cpu", "--seed", "1", "--quiet"];
        let out = text(&ridgewalk(&[&METROPOLIS[..], &command, arguments].concat()).stdout);
        let table = out.split("Correlation").next().unwrap();
        for line in table.lines().filter(|line| !line.is_empty() && !line.starts_with('*')) {
            for readme in readmes {
                assert!(readme.contains(&format!("    {line}\n")), "`{line}` is not in the README:\n{readme}");
            }
        }
    }
}

#[test]
fn json_is_one_object_with_everything_in_it() {
    let output = sample(&["--chains", "8", "--json"]);
    let object: Value = serde_json::from_slice(&output.stdout).unwrap();
    for key in [
        "model",
        "data",
        "seed",
        "sampler",
        "backend",
        "adapter",
        "precision",
        "chains",
        "superchains",
        "warmup",
        "draws",
        "thin",
        "timing",
        "acceptance",
        "summary",
        "correlation",
        "warnings",
    ] {
        assert!(object.get(key).is_some(), "{key} is missing");
    }
    assert_eq!(object["summary"][1]["parameter"], "alpha1");
    assert!(object["summary"][1]["hdi_97%"].is_number());
    assert_eq!(object["correlation"]["matrix"].as_array().unwrap().len(), 4);
    let codes: Vec<&str> = object["warnings"].as_array().unwrap().iter().map(|w| w["code"].as_str().unwrap()).collect();
    assert!(codes.contains(&"r_hat_above"), "{codes:?}");
}

#[test]
fn the_same_seed_gives_the_same_output() {
    let numbers = |output: Output| text(&output.stdout);
    assert_eq!(numbers(sample(&["--chains", "3"])), numbers(sample(&["--chains", "3"])));
}

#[test]
fn strict_turns_bad_diagnostics_into_status_1() {
    assert_eq!(sample(&["--chains", "4", "--strict"]).status.code(), Some(1));
    assert_eq!(sample(&["--chains", "4"]).status.code(), Some(0));
    let easy = Scratch::new("easy.stan", b"parameters { real x; }\nmodel { x ~ normal(0, 1); }\n");
    let easy =
        ["sample", easy.path(), "--backend", "cpu", "--chains", "4", "--draws", "4000", "--seed", "1", "--strict"];
    let output = ridgewalk(&easy);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let ending = "\nNo problem was found: 4 chains, the smallest effective sample size is ";
    assert!(text(&output.stderr).contains(ending), "{}", text(&output.stderr));
}

#[test]
fn many_chains_of_a_nonidentified_model_are_flagged_although_their_draws_are_many() {
    let output = sample(&["--chains", "400", "--json", "--strict"]);
    assert_eq!(output.status.code(), Some(1));
    let object: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(object["summary"][1]["ess_bulk"].as_f64().unwrap() > 400.0, "the trap is not set");
    let warnings = object["warnings"].as_array().unwrap();
    let flagged = warnings.iter().find(|w| w["code"] == "nested_r_hat_above").unwrap();
    assert_eq!(flagged["parameters"], json!(["alpha1", "alpha2"]));
}

#[test]
fn quiet_leaves_results_and_warnings_and_nothing_else() {
    let output = sample(&["--chains", "1024", "--quiet"]);
    let said = text(&output.stderr);
    assert!(said.contains("warning: "), "chains on a ridge are warned of: {said}");
    assert!(said.lines().all(|line| line.is_empty() || line.starts_with("warning: ")), "{said}");
    assert!(!output.stdout.is_empty());
}

#[test]
fn starting_values_come_from_a_file() {
    let values = Scratch::new("init.json", br#"{"sigma": 1, "alpha1": 12345.5, "alpha2": -12345.5}"#);
    let output = sample(&["--chains", "4", "--init", values.path(), "--json"]);
    let object: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!((object["summary"][1]["mean"].as_f64().unwrap() - 12345.5).abs() < 50.0, "{object}");
    let outside = Scratch::new("outside.json", br#"{"sigma": -1, "alpha1": 0, "alpha2": 0}"#);
    let sentence = ["outside.json: sigma is -1, but must be greater than or equal to 0"];
    assert_refused(&sample(&["--init", outside.path()]), &sentence);
}

/// The table of a run of the notebook's model without warm-up, whose draws are a few steps from its start.
fn first_draws(sampler: &str, init: &[&str]) -> String {
    let size = ["--warmup", "0", "--draws", "4", "--chains", "4", "--seed", "1", "--backend", "cpu", "--quiet"];
    let own = ["sample", MODEL, "--data", DATA, "--sampler", sampler];
    let output = ridgewalk(&[&own[..], &size, init].concat());
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

#[test]
fn a_start_is_a_radius_or_the_values_of_some_parameters_or_a_list_with_one_for_each_chain() {
    for sampler in ["metropolis", "nuts"] {
        let draws = |init: &[&str]| first_draws(sampler, init);
        assert_eq!(draws(&["--init", "0"]), draws(&["--init", "zero"]));
        assert_eq!(draws(&["--init", "2"]), draws(&[]));
        assert_eq!(draws(&["--init", "0.5"]), draws(&["--init", "random:0.5"]));
        assert_ne!(draws(&["--init", "0.5"]), draws(&[]));
        let one = r#"{"alpha1": 12345.5, "alpha2": -12345.5}"#;
        let some = Scratch::new(&format!("some-{sampler}.json"), one.as_bytes());
        let list = Scratch::new(&format!("list-{sampler}.json"), format!("[{one}, {one}, {one}, {one}]").as_bytes());
        let (some, list) = (some.path(), list.path());
        let draws_of_some = draws(&["--init", some]);
        // Far from everything that is random, and few steps from it.
        let row = draws_of_some.lines().find(|line| line.starts_with("alpha1")).unwrap();
        let mean: f64 = row.split_whitespace().nth(1).unwrap().parse().unwrap();
        assert!((mean - 12345.5).abs() < 100.0, "{draws_of_some}");
        assert_eq!(draws_of_some, draws(&["--init", list]));
        assert_eq!(draws_of_some, draws(&["--init", some, "--init", some, "--init", some, "--init", some]));
    }
}

#[test]
fn starts_that_cannot_be_used_are_refused_in_the_name_of_their_file() {
    let refused = |content: &str, sentence: &str| {
        let file = Scratch::new("start.json", content.as_bytes());
        assert_refused(&sample(&["--chains", "4", "--init", file.path()]), &[sentence]);
    };
    refused(r#"{"sigma": [1]}"#, "start.json: `sigma` is declared as `real`, and is given a list of 1");
    refused(r#"[{"sigma": 1}, {"sigma": "x"}]"#, "start.json, object 2: `sigma` holds a text");
    refused(r#"[{"sigma": 1}, {"sigma": 2}]"#, "2 starting points are given, and chains up to number 4 need 4");
    refused("[]", "start.json holds no starting point");
    refused("3", "start.json must hold one JSON object");
    refused(r#"{"sigma": -2}"#, "start.json: sigma is -2, but must be greater than or equal to 0");
    assert_refused(&sample(&["--init", "nowhere.json"]), &["there is no file nowhere.json: --init takes a radius"]);
    assert_refused(&sample(&["--init", "-1"]), &["the radius must be a number from 0 on"]);
    assert_refused(&sample(&["--init", "0", "--init", "1"]), &["--init 0 is for all chains"]);
    let typed = Scratch::new("typed.json", br#"{"sigmo": 1}"#);
    let output = sample(&["--chains", "4", "--init", typed.path()]);
    let error = text(&output.stderr);
    assert!(error.contains("typed.json: the model has no parameter `sigmo`; did you mean `sigma`?"), "{error}");
}

#[test]
fn a_csv_file_gives_its_columns_and_their_length() {
    let from = |data: &str| {
        let small = ["sample", MODEL, "--data", data, "--sampler", "metropolis", "--draws", "100", "--seed", "1"];
        text(&ridgewalk(&[&small[..], &["--backend", "cpu", "--chains", "2"]].concat()).stdout)
    };
    let csv = from("examples/identifiability/y.csv");
    assert!(csv.contains("sigma"));
    assert_eq!(csv, from(DATA));
}

/// Endless devices, and tables without a row.
#[test]
fn input_that_is_no_table_or_has_no_end_is_refused_in_a_sentence() {
    for (name, content, sentence) in [
        ("header.csv", &b"y\n"[..], "header.csv has a header and no row"),
        ("nothing.csv", b"", "nothing.csv has no line"),
        ("quote.csv", b"\"y\n1\n2\n", "quote.csv, line 1: a quotation mark is not closed"),
        ("zeros.csv", &[0; 1 << 20], "zeros.csv: it is no text: byte 0 is NUL"),
        ("zeros.json", &[0; 100], "zeros.json: it is no text: byte 0 is NUL"),
        ("missing.csv", b"y\n1\nNA\n", "missing.csv, line 3, column `y`: `NA` is not a number"),
        ("missing.json", b"{\"N\": 1,\n\"y\": [NA]}", "missing.json is not JSON: expected value at line 2"),
    ] {
        let data = Scratch::new(name, content);
        assert_refused(&ridgewalk(&["sample", MODEL, "--data", data.path()]), &[sentence]);
    }
    if cfg!(target_os = "linux") {
        let zero = "/dev/zero";
        assert_refused(
            &ridgewalk(&["sample", MODEL, "--data", zero]),
            &["cannot read the data /dev/zero: it is no text"],
        );
        assert_refused(&ridgewalk(&["sample", zero]), &["cannot read the model /dev/zero: it is no text"]);
        assert_refused(&ridgewalk(&["summary", zero]), &["/dev/zero has a line of more than 256 MiB"]);
        let init = ["sample", MODEL, "--data", DATA, "--init", zero];
        assert_refused(&ridgewalk(&init), &["cannot read the starting values /dev/zero: it is no text"]);
    }
}

/// As many threads as that would wait for one another for hours.
#[test]
fn thousands_of_threads_are_not_used() {
    let small = ["sample", MODEL, "--data", DATA, "--backend", "cpu", "--draws", "10", "--warmup", "10", "--seed", "1"];
    let numbers = |threads: &str| {
        let mut command = Command::cargo_bin("ridgewalk").unwrap();
        let output = command.args(small).env("RAYON_NUM_THREADS", threads).output().unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout)
    };
    assert_eq!(numbers("10000"), numbers("1"));
}

#[test]
fn files_that_cannot_be_used_are_named() {
    assert_refused(&ridgewalk(&["sample", "no-such.stan"]), &["cannot read the model no-such.stan"]);
    assert_refused(&ridgewalk(&["sample", MODEL, "--data", "no-such.json"]), &["cannot read the data no-such.json"]);
    assert_refused(&ridgewalk(&["sample", MODEL]), &["the data do not hold `N`", "--data FILE"]);
    let broken = Scratch::new("broken.json", b"{\"N\": 1, \"y\": [1");
    assert_refused(&ridgewalk(&["sample", MODEL, "--data", broken.path()]), &["broken.json is not JSON", "line 1"]);
    let binary = Scratch::new("binary.stan", b"data \xff\xfe");
    assert_refused(&ridgewalk(&["sample", binary.path()]), &["is not UTF-8 text: byte 5"]);
}

#[test]
fn data_that_do_not_fit_are_named_with_the_declaration() {
    for (content, sentence) in [
        (r#"{"N": 3, "y": [1, 2]}"#, "`y` is declared with 3 elements, and is given 2"),
        (r#"{"N": 2, "y": 3}"#, "`y` is declared as `vector[2]`, and is given the integer 3"),
        (r#"{"N": 1.5, "y": [1]}"#, "`N` is declared as an `int`, and is given the real number 1.5"),
        (r#"{"N": -1, "y": []}"#, "N is -1, but must be greater than or equal to 0"),
        (r#"{"N": 2, "y": [1, "NaN"]}"#, "normal_lpdf: `y[2]` is nan, but must not be nan"),
        (r#"{"N": 2, "y": [1, "-Inf"]}"#, "normal_lpdf: the log density is -inf, where `y[2]` is -inf ("),
        (r#"{"N": 2, "Y": [1, 2]}"#, "the data do not hold `y`; did you mean `Y`, which they hold?"),
    ] {
        let data = Scratch::new("misfit.json", content.as_bytes());
        assert_refused(&ridgewalk(&["sample", MODEL, "--data", data.path()]), &[sentence, "nonidentified.stan:"]);
    }
}

#[test]
fn a_model_in_several_files_runs_and_its_mistakes_are_shown_in_their_own_file() {
    let folder = std::env::temp_dir().join(format!("ridgewalk-include-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("parts")).unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
    write(
        "model.stan",
        "functions {\n#include /half.stan\n}\n#include \"parameters.stan\"\nmodel { target += half(a); }\n",
    );
    write("parameters.stan", "parameters { real a; }\n");
    write("parts/half.stan", "// minus a half\nreal half(real x) { return -0.5 * x^2; }\n");
    let (model, parts) = (folder.join("model.stan"), folder.join("parts"));
    let (model, parts) = (model.to_str().unwrap(), parts.to_str().unwrap());
    let run = |path: &[&str]| ridgewalk(&[&["compile", model][..], path].concat());

    let found = run(&["--include-path", parts]);
    assert!(found.status.success(), "{}", text(&found.stderr));
    assert_refused(&run(&[]), &["there is no file `/half.stan`", "--include-path", "model.stan:2:1"]);
    write("parts/half.stan", "// minus a half\nreal half(real x) { return -0.5 * y^2; }\n");
    assert_refused(&run(&["--include-path", parts]), &["`y` has not been declared", "half.stan:2:35"]);
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn models_that_cannot_be_used_are_shown_with_a_caret() {
    let model = Scratch::new("typo.stan", b"parameters { real sigma; }\nmodel { sigam ~ normal(0, 1); }\n");
    assert_refused(
        &ridgewalk(&["sample", model.path()]),
        &["`sigam` has not been declared; did you mean `sigma`?", "typo.stan:2:9", "\u{252c}"],
    );
    let model = Scratch::new("complex.stan", b"parameters { real x; }\nmodel { complex z = 2; x ~ normal(0, 1); }\n");
    assert_refused(&ridgewalk(&["sample", model.path()]), &["not supported yet", "complex.stan:2:9"]);
    let model = Scratch::new("index.stan", b"parameters { vector[3] x; }\nmodel { x[4] ~ normal(0, 1); }\n");
    assert_refused(&ridgewalk(&["sample", model.path()]), &["index 4 is out of range", "index.stan:2:11"]);
}

#[test]
fn a_model_without_parameters_writes_data_for_another() {
    let data = Scratch::new("simulated.json", b"{}");
    let simulate = ["sample", "examples/identifiability/simulate.stan", "--seed", "1", "--generate", data.path()];
    assert_refused(&ridgewalk(&simulate), &["simulated.json is already there: choose another name"]);
    std::fs::remove_file(data.path()).unwrap();
    assert_eq!(ridgewalk(&simulate).status.code(), Some(0));
    let first = std::fs::read_to_string(data.path()).unwrap();
    std::fs::remove_file(data.path()).unwrap();
    assert_eq!(ridgewalk(&simulate).status.code(), Some(0));
    assert_eq!(first, std::fs::read_to_string(data.path()).unwrap(), "a seed fixes the data");
    let own = ["sample", MODEL, "--data", data.path(), "--sampler", "metropolis"];
    let output = ridgewalk(&[&own[..], &["--chains", "4", "--draws", "100", "--quiet"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
}

#[test]
fn requests_that_cannot_be_met_say_why() {
    let double = ["sample", MODEL, "--data", DATA, "--backend", "gpu", "--precision", "f64"];
    assert_refused(&ridgewalk(&double), &["GPUs run in f32 only"]);
    assert_refused(&sample(&["--chains", "0"]), &["--chains must be at least 1"]);
    assert_refused(&sample(&["--chains", "10", "--superchains", "3"]), &["possible are 1, 2, 5, 10"]);
    let too_many = ["--chains", "4096", "--draws", "4000000000"];
    assert_refused(&ridgewalk(&[&METROPOLIS[..], &too_many].concat()), &["GiB", "would fit"]);
    let nowhere = Scratch::new("nowhere.stan", b"parameters { real x; }\nmodel { target += log(-1 - x * x); }\n");
    let output = ridgewalk(&["sample", nowhere.path(), "--backend", "cpu", "--quiet"]);
    assert_refused(&output, &["no starting point with a finite log density after 100 attempts", "x = "]);
    let empty = Scratch::new("empty.stan", b"model { }\n");
    assert_refused(&ridgewalk(&["sample", empty.path(), "--backend", "cpu", "--quiet"]), &["has no parameters"]);
    assert_refused(&sample(&["--adapter", "x"]), &["--backend cpu uses none"]);
}

#[test]
fn sample_runs_nuts_with_the_numbers_of_a_stan_user_unless_told_otherwise() {
    let output = ridgewalk(&["sample", "examples/identifiability/informative.stan", "--data", DATA, "--json"]);
    let object: Value = serde_json::from_slice(&output.stdout).unwrap();
    for (key, value) in [("chains", 4), ("superchains", 4), ("warmup", 1000), ("draws", 1000), ("thin", 1)] {
        assert_eq!(object[key], value, "{key}");
    }
    assert_eq!(object["sampler"], "nuts");
    assert_eq!((&object["nuts"]["target_accept"], &object["nuts"]["max_treedepth"]), (&json!(0.8), &json!(10)));
}

#[test]
fn an_option_of_another_sampler_is_refused_with_the_sampler_that_has_it() {
    for (option, value) in [("--target-accept", "0.9"), ("--max-treedepth", "12")] {
        let sentence = format!("{option} is an option of NUTS, and the sampler is Metropolis");
        assert_refused(&sample(&[option, value]), &[&sentence, "use --sampler nuts"]);
    }
    let compile = ["compile", MODEL, "--data", DATA, "--sampler", "metropolis", "--max-treedepth", "12"];
    assert_refused(&ridgewalk(&compile), &["--max-treedepth is an option of NUTS"]);
}

#[test]
fn compile_shows_the_program_and_the_shader() {
    let full = ["compile", MODEL, "--data", DATA, "--emit", "ir", "--sampler", "metropolis", "--no-collapse"];
    let ir = text(&ridgewalk(&full).stdout);
    for line in ["data y[100]", "for n0 in 0..100 {", "target += z0", "mu = "] {
        assert!(ir.contains(line), "`{line}` is not in: {ir}");
    }
    let gradient = text(&ridgewalk(&full[..6]).stdout);
    assert!(gradient.contains("by alpha1 = "), "NUTS has the gradient: {gradient}");
    let collapsed = text(&ridgewalk(&full[..8]).stdout);
    assert!(!collapsed.contains("for "), "100 rows are still there: {collapsed}");
    for (sampler, step) in [("metropolis", "fn sweep("), ("nuts", "fn merge(")] {
        let wgsl = ["compile", MODEL, "--data", DATA, "--emit", "wgsl", "--sampler", sampler];
        let wgsl = text(&ridgewalk(&wgsl).stdout);
        for part in ["fn philox(", "fn precise_ln(", step, "@compute"] {
            assert!(wgsl.contains(part), "`{part}` is not in the shader of {sampler}");
        }
    }
}

#[test]
fn check_finds_single_precision_good_enough_for_the_notebooks_model() {
    let output = ridgewalk(&["check", MODEL, "--data", DATA, "--backend", "cpu", "--chains", "256", "--json"]);
    let object: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), &object["passes"]), (Some(0), &Value::Bool(true)), "{object}");
    assert!(object["log_density"]["largest_relative_error"].as_f64().unwrap() > 0.0, "f32 cannot be exact");
}

#[test]
fn check_fails_where_single_precision_loses_the_data() {
    // Observations a million standard deviations from zero: f32 cannot tell them apart.
    let model = Scratch::new(
        "far.stan",
        b"data { int N; vector[N] y; } parameters { real mu; real<lower=0> s; } model { y ~ normal(mu + 1e7, s); }",
    );
    let y: Vec<f64> = (0..50).map(|i| 1e7 + f64::from(i % 7) / 7.0).collect();
    let data = Scratch::new("far.json", json!({"N": 50, "y": y}).to_string().as_bytes());
    let output = ridgewalk(&["check", model.path(), "--data", data.path(), "--backend", "cpu", "--chains", "64"]);
    assert_eq!(output.status.code(), Some(1), "{}{}", text(&output.stdout), text(&output.stderr));
    assert!(text(&output.stdout).contains("NOT good enough"));
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let mut command = Command::cargo_bin("ridgewalk").unwrap();
    command.args(["compile", MODEL, "--data", DATA, "--emit", "wgsl"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.stderr.is_empty(), "{}", text(&output.stderr));
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_reader_that_leaves_does_not_change_the_verdict() {
    let mut command = Command::cargo_bin("ridgewalk").unwrap();
    command.args(METROPOLIS).args(["--backend", "cpu", "--draws", "100", "--chains", "4", "--strict"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(1));
}

#[test]
fn chains_that_are_still_on_their_way_are_flagged_however_many_they_are() {
    let far = Scratch::new("far_away.stan", b"parameters { real x; }\nmodel { x ~ normal(1000, 1); }\n");
    let many = ["sample", far.path(), "--sampler", "metropolis", "--chains", "1024", "--backend", "cpu", "--seed", "1"];
    let output = ridgewalk(&[&many[..], &["--strict", "--json"]].concat());
    assert_eq!(output.status.code(), Some(1));
    let object: Value = serde_json::from_slice(&output.stdout).unwrap();
    let codes: Vec<&str> = object["warnings"].as_array().unwrap().iter().map(|w| w["code"].as_str().unwrap()).collect();
    assert!(codes.contains(&"drift"), "{codes:?}");
}

#[test]
fn adapters_lists_what_the_machine_has() {
    let object: Value = serde_json::from_slice(&ridgewalk(&["adapters", "--json"]).stdout).unwrap();
    assert!(object["adapters"].is_array());
}

#[test]
fn moments_tell_what_draws_tell_of_means_and_correlations() {
    let of = |keep: &str| -> Value {
        let output = sample(&["--chains", "64", "--keep", keep, "--json", "--quiet"]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let (draws, moments) = (of("draws"), of("moments"));
    for (row, truth) in moments["summary"].as_array().unwrap().iter().zip(draws["summary"].as_array().unwrap()) {
        for key in ["mean", "sd"] {
            let (found, truth) = (row[key].as_f64().unwrap(), truth[key].as_f64().unwrap());
            assert!((found - truth).abs() <= 1e-9 * truth.abs(), "{row}: {truth}");
        }
    }
    let matrix = |object: &Value| object["correlation"]["matrix"].as_array().unwrap().clone();
    for (row, truth) in matrix(&moments).iter().zip(matrix(&draws)) {
        for (found, truth) in row.as_array().unwrap().iter().zip(truth.as_array().unwrap()) {
            assert!((found.as_f64().unwrap() - truth.as_f64().unwrap()).abs() < 1e-9);
        }
    }
    let codes: Vec<&str> =
        moments["warnings"].as_array().unwrap().iter().map(|warning| warning["code"].as_str().unwrap()).collect();
    assert!(codes.iter().any(|code| code.contains("r_hat_above")), "the ridge shows without draws: {codes:?}");
}

#[test]
fn moments_cannot_be_asked_for_what_takes_draws() {
    let few = ["--backend", "cpu", "--draws", "3", "--quiet", "--keep", "moments"];
    assert_refused(&ridgewalk(&[&METROPOLIS[..], &few].concat()), &["at least 4 draws"]);
}

/// Small, on the CPU alone. That a cell has a speed says that its draws agree with the reference: seeds are fixed, and a
/// correct build fails for one seed in 10,000.
#[test]
fn bench_measures_every_cell_and_checks_its_draws() {
    let plot = Scratch::new("speed.svg", b"");
    std::fs::remove_file(plot.path()).unwrap();
    let small = ["bench", "--backend", "cpu", "--chains", "64,1", "--rounds", "2", "--quiet", "--plot", plot.path()];
    let output = ridgewalk(&[&small[..], &["--json"]].concat());
    assert!(output.status.success(), "{}", text(&output.stderr));
    let object: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(object["checked_parameters"], json!(["sigma", "mu"]));
    assert_eq!(object["data"].as_f64(), Some(100.0));
    // Two programs, two precisions, two numbers of chains.
    let cells = object["cells"].as_array().unwrap();
    assert_eq!((object["entries"].as_array().unwrap().len(), cells.len()), (4, 8));
    for cell in cells {
        assert_eq!(cell["posterior"]["verdict"], "agrees", "{cell}");
        let number = |key: &str| cell[key].as_f64().unwrap();
        assert!(number("steps_per_s_slowest") <= number("steps_per_s") && number("steps_per_s") > 0.0);
        assert!((number("densities_per_s") / number("steps_per_s") - 3.0).abs() < 1e-9, "three coordinates");
        assert!(number("ess_per_s") > 0.0 && number("operations_per_step") > 100.0, "{cell}");
        assert_eq!(cell["turns_s"].as_array().unwrap().len(), 2);
    }
    assert!(std::fs::read_to_string(plot.path()).unwrap().contains("cpu f32, collapsed"));
}

#[test]
fn tables_of_bench_fit_a_terminal_of_eighty_columns() {
    let output = ridgewalk(&["bench", "--backend", "cpu", "--chains", "16384", "--rounds", "1", "--quiet"]);
    let told = text(&output.stdout);
    let rows: Vec<&str> = told.lines().filter(|line| line.starts_with("cpu f") || line.contains("chains  ")).collect();
    assert!(rows.len() >= 12, "{told}");
    assert!(rows.iter().all(|row| row.chars().count() <= 80), "{told}");
}

#[test]
fn bench_refuses_what_cannot_be_measured() {
    for (arguments, fragment) in [
        (&["--chains", "0,4"][..], "numbers from 1 on"),
        (&["--rounds", "0"], "at least 1"),
        (&["--data", DATA], "belongs to a model"),
        (&["no-such.stan"], "no-such.stan"),
        (&["--backend", "gpu", "--adapter", "no such adapter"], "no backend of that name"),
    ] {
        assert_refused(&ridgewalk(&[&["bench", "--quiet"], arguments].concat()), &[fragment]);
    }
}
