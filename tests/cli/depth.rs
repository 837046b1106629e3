//! Nesting that no one writes and a program may: it runs, or ends with a sentence that names the limit, on a first thread
//! with a mebibyte of stack, which is what Windows gives.

use std::fmt::Write;
use std::path::PathBuf;
use std::process::{Command, Output};

use assert_cmd::cargo::CommandCargoExt;

/// A model in a file of its own.
fn file(name: &str, text: &str) -> PathBuf {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("depth");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(format!("{name}.stan"));
    std::fs::write(&path, text).unwrap();
    path
}

/// Runs the program with a mebibyte of stack for its first thread.
fn ridgewalk(arguments: &[&str]) -> Output {
    let program = Command::cargo_bin("ridgewalk").unwrap();
    let mut shell = Command::new("sh");
    shell.args(["-c", "ulimit -s 1024 && exec \"$0\" \"$@\""]).arg(program.get_program()).args(arguments);
    shell.output().unwrap()
}

/// A command of each kind that reads a model: what it runs, and where it stores that.
fn commands<'a>(path: &'a str, out: &'a str) -> [Vec<&'a str>; 4] {
    let _ = std::fs::remove_dir_all(out);
    let run = ["sample", path, "--backend", "cpu", "--sampler", "nuts", "--chains", "2", "--warmup", "20"];
    let run = [&run[..], &["--draws", "20", "--seed", "1", "--log-likelihood", "--out", out]].concat();
    [vec!["compile", path], run, vec!["identify", path], vec!["graph", path]]
}

/// Expects every command to do its work, or to end with the sentence that is given; `idle` commands do not run what is deep.
#[track_caller]
fn assert_ends(name: &str, text: &str, sentence: Option<&str>, idle: &[&str]) {
    let path = file(name, text);
    let out = path.with_extension("run");
    for arguments in commands(path.to_str().unwrap(), out.to_str().unwrap()) {
        let output = ridgewalk(&arguments);
        let error = String::from_utf8_lossy(&output.stderr);
        let code = output.status.code();
        match sentence {
            None => assert_eq!(code, Some(0), "{name}, {}: {error}", arguments[0]),
            Some(_) if code == Some(0) => assert!(idle.contains(&arguments[0]), "{name}: {}", arguments[0]),
            Some(sentence) => {
                assert_eq!(code, Some(2), "{name}, {}: {error}", arguments[0]);
                assert!(error.contains(sentence), "{name}, {}: {error}", arguments[0]);
            }
        }
    }
}

/// A model with one normal datum, and what follows in its model block and in generated quantities.
fn with(functions: &str, model: &str, quantities: &str) -> String {
    format!(
        "functions {{\n{functions}}}\ntransformed data {{ real y = 1; array[2] int a = {{1, 2}}; }}\nparameters {{ real x; }}\n\
         model {{ y ~ normal(x, 1); {model} }}\ngenerated quantities {{ {quantities} }}\n"
    )
}

#[test]
fn long_chains_of_operators_run() {
    let transposes = format!("{{ vector[2] m = [1, x]'; m = m{}; }}", "'".repeat(10_000));
    let alternatives = format!("int t = x > 100{};", " || x > 100".repeat(20_000));
    let conjunctions = format!("int t = x < 100{};", " && x < 100".repeat(20_000));
    let minus = format!("real m = {}x;", "-".repeat(190));
    for (name, quantities) in [
        ("transposes", transposes.as_str()),
        ("alternatives", &alternatives),
        ("conjunctions", &conjunctions),
        ("minus", &minus),
    ] {
        assert_ends(name, &with("", "", quantities), None, &[]);
    }
    assert_ends("sum", &with("", &format!("target += -square(x){};", " + 0".repeat(60_000)), ""), None, &[]);
    assert_ends("indexes", &with("", "", &format!("int i = a{};", "[1:2]".repeat(10_000) + "[1]")), None, &[]);
}

#[test]
fn nesting_as_deep_as_the_parser_allows_runs() {
    const DEEP: usize = 380;
    let nested = format!("int i = {}1{};", "a[".repeat(DEEP), "]".repeat(DEEP));
    assert_ends("nested", &with("", &nested, &nested), None, &[]);
    let calls = format!("real f = {}x{};", "fmax(1, ".repeat(DEEP), ")".repeat(DEEP));
    assert_ends("calls", &with("", "", &calls), None, &[]);
    let branches = format!("real b = 0; {}b = 1;{}", "if (x > 0) {".repeat(DEEP), "}".repeat(DEEP));
    assert_ends("branches", &with("", "", &branches), None, &[]);
    // One level more has its sentence.
    let deeper = format!("int i = {}1{};", "a[".repeat(500), "]".repeat(500));
    let path = file("deeper", &with("", "", &deeper));
    let out = path.with_extension("run");
    for arguments in commands(path.to_str().unwrap(), out.to_str().unwrap()) {
        let output = ridgewalk(&arguments);
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert!(error.contains("nested more than 400 levels deep"), "{error}");
    }
}

/// Functions that each call the one before, the last of them `f{count}`.
fn chain(count: usize, operators: &str) -> String {
    let mut text = "real f0(real x) { return x; }\n".to_owned();
    for i in 1..=count {
        writeln!(text, "real f{i}(real x) {{ return {operators}f{}(x); }}", i - 1).unwrap();
    }
    text
}

#[test]
fn functions_that_call_one_another_run_or_meet_a_limit_with_a_name() {
    let call = |count: usize| format!("real z = f{count}(x);");
    assert_ends("functions-80", &with(&chain(80, &"-".repeat(190)), "x ~ normal(f80(0), 1);", &call(80)), None, &[]);
    assert_ends("functions-15", &with(&chain(15, &"-".repeat(190)), "", &call(15)), None, &[]);
    assert_ends("functions-500", &with(&chain(500, ""), "x ~ normal(f500(0), 1);", &call(500)), None, &[]);
    let limit = "expressions and calls are nested more than";
    assert_ends("functions-model", &with(&chain(4_000, ""), "x ~ normal(f4000(0), 1);", ""), Some(limit), &["graph"]);
    assert_ends(
        "functions-drawn",
        &with(&chain(4_000, ""), "", &call(4_000)),
        Some(limit),
        &["compile", "identify", "graph"],
    );
    // Each `if` that returns holds what follows it.
    let mut returns = "real f(real x) {\n".to_owned();
    for i in 0..4_000 {
        writeln!(returns, "if (x > {}) return {i};", i + 10).unwrap();
    }
    returns += "return x; }\n";
    assert_ends("functions-returns", &with(&returns, "x ~ normal(f(x), 1);", ""), Some(limit), &["graph"]);
}

/// Beside what a model of this size takes to be read, checking and drawing do not grow with the square of its length:
/// measured by the time of one that is four times as long, which the square makes sixteen times as slow.
#[test]
fn many_functions_and_long_chains_of_locals_take_time_in_proportion() {
    let functions = |count: usize| with(&chain(count, ""), "x ~ normal(0, 1);", "");
    let locals = |count: usize| {
        let mut text = "real l0 = x;".to_owned();
        for i in 1..=count {
            write!(text, " real l{i} = l{};", i - 1).unwrap();
        }
        with("", &format!("{text} l{count} ~ normal(0, 1);"), "")
    };
    let seconds = |name: &str, text: &str| {
        let path = file(name, text);
        let clock = std::time::Instant::now();
        let output = ridgewalk(&["graph", path.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        clock.elapsed().as_secs_f64()
    };
    for (name, small, large) in
        [("many-functions", functions(10_000), functions(40_000)), ("many-locals", locals(7_500), locals(30_000))]
    {
        let (small, large) = (seconds(name, &small), seconds(name, &large));
        assert!(large < 10.0 * small.max(0.2), "{name}: {small:.2} s and {large:.2} s");
    }
}
