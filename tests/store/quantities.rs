//! Draws whose generated quantities throw: all quantities are NaN there, parameters stay, the run goes on, and it is said
//! once how many there are and why the first one failed.

use std::path::Path;

use ridgewalk::store::open_run;
use serde_json::Value;

use super::program::{assert_done, assert_refused, folder, ridgewalk, text};

/// A model over `x`, standard normal, with a transformed parameter and what follows in generated quantities.
fn model(folder: &Path, name: &str, quantities: &str) -> String {
    let path = folder.join(format!("{name}.stan"));
    let text = format!(
        "parameters {{ real x; }}\ntransformed parameters {{ real t = 2 * x; }}\nmodel {{ x ~ normal(0, 1); }}\n\
         generated quantities {{\n  int k = 3;\n  vector[2] v = [x, t]';\n  {quantities}\n}}\n"
    );
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

fn small<'a>(model: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let run = ["sample", model, "--backend", "cpu", "--sampler", "nuts", "--chains", "4"];
    [&run[..], &["--warmup", "200", "--draws", "320", "--seed", "1"], more].concat()
}

/// What is said of the failures, up to the full stop.
fn sentence(error: &str) -> &str {
    let from = error.find("The generated quantities of").unwrap_or_else(|| panic!("nothing is said: {error}"));
    error[from..].split(". ").next().unwrap()
}

/// Of a stored run, checks every draw against whether `x` is such that the block throws, and counts those that are.
fn failed(run: &Path, throws: impl Fn(f64) -> bool) -> usize {
    let draws = open_run(run).unwrap().draws_every(1).unwrap();
    assert_eq!(draws.parameters()[..5], ["x", "t", "k", "v[1]", "v[2]"]);
    let mut count = 0;
    for row in draws.values().chunks(draws.parameters().len()) {
        let (x, quantities) = (row[0], &row[2..]);
        assert_eq!(row[1], 2.0 * x);
        if throws(x) {
            assert!(quantities.iter().all(|q| q.is_nan()), "{row:?}");
            count += 1;
        } else {
            assert_eq!(quantities[..3], [3.0, x, 2.0 * x]);
        }
    }
    assert!(count > 0, "some draws throw");
    count
}

#[test]
fn a_draw_that_throws_has_no_quantities_and_the_run_goes_on() {
    let folder = folder("quantities");
    for (name, quantities, reason) in [
        ("reject", "if (x > 1.5) reject(\"too big: \", 2);", "reject: too big: 2"),
        ("index", "{ array[2] int a = {1, 2}; k = a[x > 1.5 ? 3 : 1] + 2; }", "index 3 is out of range"),
        ("zero", "{ int z = x > 1.5 ? 0 : 1; k = 3 %/% z; }", "divides an integer by zero"),
        ("size", "{ vector[x > 1.5 ? 3 : 2] local = v; }", "the sizes do not agree"),
        ("density", "v[1] += 0 * normal_lpdf(1 | 0, x > 1.5 ? -1 : 1);", "Scale parameter is -1, but must be positive"),
        (
            "random",
            "v[1] += 0 * normal_rng(0, x > 1.5 ? -1 : 1);",
            "normal_rng: Scale parameter is -1, but must be positive",
        ),
        ("bound", "real<upper=1.5> w = x;", "w is 1."),
        (
            "simplex",
            "array[2] simplex[2] w = {[0.5, 0.5]', [x > 1.5 ? 0.7 : 0.5, 0.5]'};",
            "w[2] is not a valid simplex",
        ),
    ] {
        let path = model(&folder, name, quantities);
        let run = folder.join(name);
        let error = assert_done(&ridgewalk(&small(&path, &["--out", run.to_str().unwrap()])));
        let count = failed(&run, |x| x > 1.5);
        let said = format!("The generated quantities of {count} of 1280 draws could not be computed");
        assert!(error.contains(&said), "{name}: {error}");
        assert!(error.contains(reason), "{name}: {error}");
        // The place, as a picture with its line.
        assert!(error.contains(&format!("{name}.stan:7:")), "{name}: {error}");
        assert!(error.contains(" 7 │ "), "{name}: {error}");
        for wrong in ["not finite", "R-hat is above"] {
            assert!(!error.contains(wrong), "{name}: {error}");
        }
    }
}

#[test]
fn failures_are_told_alike_in_memory_in_json_of_a_stored_run_and_after_a_resumption() {
    let folder = folder("quantities-told");
    let path = model(&folder, "told", "if (x > 1.5) reject(\"too big\");");
    let run = folder.join("run");
    let out = run.to_str().unwrap();
    let error = assert_done(&ridgewalk(&small(&path, &["--out", out])));
    let said = sentence(&error).to_owned();
    assert_eq!(sentence(&assert_done(&ridgewalk(&small(&path, &[])))), said);
    assert_eq!(sentence(&assert_done(&ridgewalk(&["summary", out]))), said);
    for arguments in [&small(&path, &["--json", "--strict"])[..], &["summary", out, "--json", "--strict"]] {
        let output = ridgewalk(arguments);
        assert_done(&output);
        let object: Value = serde_json::from_slice(&output.stdout).unwrap();
        let warnings = object["warnings"].as_array().unwrap();
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        assert_eq!(warnings[0]["code"], "generated_quantities");
        assert_eq!(sentence(warnings[0]["message"].as_str().unwrap()), said);
    }
    let page = folder.join("page.html");
    assert_done(&ridgewalk(&["report", out, "--out", page.to_str().unwrap()]));
    assert!(std::fs::read_to_string(&page).unwrap().contains(&said));

    // Without its later checkpoints the run goes on from an earlier one, whose count it has.
    let checkpoints = run.join("ridgewalk/checkpoints");
    for entry in std::fs::read_dir(&checkpoints).unwrap().map(Result::unwrap) {
        if entry.file_name().to_str().unwrap().parse::<usize>().unwrap() > 160 {
            std::fs::remove_file(entry.path()).unwrap();
        }
    }
    let error = assert_done(&ridgewalk(&small(&path, &["--out", out, "--resume"])));
    assert!(error.contains("going on after 160 of 320 draws"), "{error}");
    assert_eq!(sentence(&error), said);
}

#[test]
fn what_ends_a_run_ends_it_with_its_reason() {
    let folder = folder("quantities-fatal");
    let fatal = model(&folder, "fatal", "if (x > 1.5) fatal_error(\"never: \", 7);");
    let refused = ridgewalk(&small(&fatal, &[]));
    assert_refused(&refused, &["the model ends the run: never: 7", "fatal.stan:7:", "│"]);
    for (name, block, fragments) in [
        ("index", "array[2] int a = {1, 2}; int b = a[3];", &["index 3 is out of range"][..]),
        ("bound", "real<lower=0> a = -1;", &["a is -1, but must be greater than or equal to 0"]),
        ("fatal", "int n = 2; if (n == 2) fatal_error(\"two\");", &["the model ends the run: two"]),
    ] {
        let path = folder.join(format!("data-{name}.stan"));
        std::fs::write(
            &path,
            format!("transformed data {{ {block} }} parameters {{ real x; }} model {{ x ~ normal(0, 1); }}"),
        )
        .unwrap();
        assert_refused(&ridgewalk(&small(path.to_str().unwrap(), &[])), fragments);
    }
    // A chain cannot end the run from inside of its density: that is said, and not taken for a rejection.
    let path = folder.join("density.stan");
    let model = "parameters { real x; } model { if (x > 2) fatal_error(\"two\"); x ~ normal(0, 1); }";
    std::fs::write(&path, model).unwrap();
    assert_refused(&ridgewalk(&small(path.to_str().unwrap(), &[])), &["`fatal_error` under a condition on parameters"]);
}

#[test]
fn quantities_alone_and_as_data_for_another_model_fail_as_those_of_draws() {
    let folder = folder("quantities-alone");
    let path = folder.join("alone.stan");
    let model = "generated quantities { real y = uniform_rng(0, 1);\n if (y > 0.75) reject(\"too big\"); }";
    std::fs::write(&path, model).unwrap();
    let path = path.to_str().unwrap();
    let error = assert_done(&ridgewalk(&["sample", path, "--chains", "4", "--draws", "100", "--seed", "3"]));
    assert!(sentence(&error).ends_with("of 400 draws could not be computed, and all of them are NaN there"), "{error}");
    // Some seed throws at the one draw that is written, and some does not.
    let data = folder.join("data.json");
    let write = |seed: String| {
        let _ = std::fs::remove_file(&data);
        ridgewalk(&["sample", path, "--generate", data.to_str().unwrap(), "--seed", &seed])
    };
    let (wrote, threw): (Vec<_>, Vec<_>) =
        (1..=20).map(|seed| write(seed.to_string())).partition(|output| output.status.success());
    assert!(!wrote.is_empty() && !threw.is_empty());
    assert_refused(&threw[0], &["draw 1 of chain 1 cannot be computed", "reject: too big", "alone.stan:2:"]);
    assert!(text(&wrote[0].stderr).contains("wrote 1 numbers"));
}
