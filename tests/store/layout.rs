//! What is stored, and what readers make of it.

use std::path::Path;

use serde_json::Value;

use super::program::{DATA, MODEL, assert_done, copied, folder, ridgewalk, sampling, text};

fn object(output: &std::process::Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output.stderr)))
}

/// A model with every shape of parameter, one named as a statistic is, and generated quantities in double precision.
const SHAPES: &str = "
data { int N; vector[N] y; }
parameters { real mu; real<lower=0> tau; vector[3] theta; matrix[2, 3] m; real n_steps; }
model {
  mu ~ normal(0, 5); tau ~ exponential(1); theta ~ normal(mu, tau); to_vector(m) ~ std_normal(); n_steps ~ std_normal();
  y ~ normal(mu, 1);
}
generated quantities { array[2] real z; for (i in 1:2) z[i] = normal_rng(theta[i], 1); }
";

#[test]
fn a_stored_run_is_summarised_as_the_run_in_memory() {
    let run = folder("summary").join("run");
    let size = ["--chains", "32", "--draws", "200", "--warmup", "200", "--json"];
    let stored = object(&ridgewalk(&sampling(&run, &size)));
    let own = ["sample", MODEL, "--data", DATA, "--sampler", "metropolis", "--backend", "cpu", "--precision", "f32"];
    let in_memory = object(&ridgewalk(&[&own[..], &["--seed", "1"], &size].concat()));
    let read = object(&ridgewalk(&["summary", run.to_str().unwrap(), "--json"]));
    for found in [&stored, &read] {
        for part in ["summary", "correlation", "warnings", "verdict"] {
            assert_eq!(found[part], in_memory[part], "{part}");
        }
    }
    assert_eq!(stored["acceptance"], in_memory["acceptance"]);
    assert_eq!(read["superchains"], in_memory["superchains"]);
}

#[test]
fn every_format_holds_the_same_draws() {
    let folder = folder("formats");
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    std::fs::write(path("shapes.stan"), SHAPES).unwrap();
    std::fs::write(path("y.json"), r#"{"N": 3, "y": [0.5, -1, 2]}"#).unwrap();
    let (model, data, run) = (path("shapes.stan"), path("y.json"), path("run"));
    let own = ["sample", &model, "--data", &data, "--sampler", "nuts", "--backend", "cpu", "--seed", "3"];
    let size = ["--chains", "3", "--draws", "50", "--warmup", "100", "--out", &run, "--log-likelihood", "--json"];
    let sampled = object(&ridgewalk(&[&own[..], &size].concat()));
    for (format, out) in [("stan-csv", "csvs"), ("csv", "table.csv"), ("json", "draws.json")] {
        assert_done(&ridgewalk(&["export", &run, "--format", format, "--out", &path(out)]));
    }
    let chains: Vec<String> = (1..=3).map(|chain| path(&format!("csvs/shapes_{chain}.csv"))).collect();
    let files: Vec<&str> = chains.iter().map(String::as_str).collect();
    let row = |object: &Value, name: &str| {
        let rows = object["summary"].as_array().unwrap();
        rows.iter().find(|row| row["parameter"] == name).unwrap_or_else(|| panic!("{name}")).clone()
    };
    for read in [
        object(&ridgewalk(&["summary", &run, "--json"])),
        object(&ridgewalk(&[&["summary"], &files[..], &["--json"]].concat())),
        object(&ridgewalk(&["summary", &path("table.csv"), "--json"])),
    ] {
        for name in ["mu", "tau", "theta[2]", "m[2,1]", "m[1,3]", "z[2]"] {
            assert_eq!(row(&read, name), row(&sampled, name));
        }
    }
    let json: Value = serde_json::from_slice(&std::fs::read(path("draws.json")).unwrap()).unwrap();
    let m = &json["posterior"]["m"];
    assert_eq!(m.as_array().map(Vec::len), Some(3));
    let mean: f64 = (0..3)
        .flat_map(|chain| (0..50).map(move |draw| (chain, draw)))
        .map(|(chain, draw)| m[chain][draw][1][0].as_f64().unwrap())
        .sum();
    // Sums in another order: 150 roundings.
    assert!((mean / 150.0 - row(&sampled, "m[2,1]")["mean"].as_f64().unwrap()).abs() < 1e-13);
    let own = json["posterior"]["n_steps"][2][49].as_f64().unwrap();
    assert!(own.fract() != 0.0, "a parameter is no count, whatever its name: {own}");
    assert!(json["sample_stats"]["diverging"][2][49].is_number());
    for group in ["log_likelihood/y", "log_prior/mu", "log_prior/theta", "log_prior/m", "sample_stats/inv_metric"] {
        assert!(Path::new(&run).join(group).join("c/0/0").exists(), "{group}");
    }
}

#[test]
fn only_what_is_to_be_kept_is_stored() {
    let run = folder("kept").join("run");
    let size =
        ["--chains", "4", "--draws", "40", "--warmup", "100", "--thin", "3", "--parameters", "mu,alpha*", "--json"];
    let stored = object(&ridgewalk(&sampling(&run, &size)));
    let names: Vec<&Value> = stored["summary"].as_array().unwrap().iter().map(|row| &row["parameter"]).collect();
    assert_eq!(names, ["alpha1", "alpha2", "mu"]);
    assert!(!run.join("posterior/sigma").exists());
    assert_eq!(stored["thin"], 3);
}

/// All numbers of a variable of doubles in one column of chains, in the order of its chunks.
fn doubles(folder: &Path, chunks: usize) -> Vec<f64> {
    let chunk = |index| {
        let mut bytes = std::fs::read(folder.join(format!("c/0/{index}"))).unwrap();
        // The checksum.
        bytes.truncate(bytes.len() - 4);
        bytes
    };
    let bytes: Vec<u8> = (0..chunks).flat_map(chunk).collect();
    bytes.chunks_exact(8).map(|word| f64::from_le_bytes(word.try_into().unwrap())).collect()
}

#[test]
fn steps_of_warm_up_are_stored_in_groups_of_their_own_and_change_no_draw() {
    let folder = folder("warmup");
    for sampler in ["metropolis", "nuts"] {
        let (plain, kept) = (folder.join(format!("{sampler}-plain")), folder.join(sampler));
        let size = ["--chains", "1", "--draws", "64", "--warmup", "150", "--precision", "f64", "--sampler", sampler];
        let run = |out: &Path, more: &[&str]| {
            let own =
                ["sample", MODEL, "--data", DATA, "--backend", "cpu", "--seed", "1", "--out", out.to_str().unwrap()];
            assert_done(&ridgewalk(&[&own[..], &size, more].concat()));
        };
        run(&plain, &[]);
        run(&kept, &["--save-warmup"]);
        // Chunks of two draws, and of five steps.
        let draws = doubles(&kept.join("posterior/sigma"), 32);
        assert_eq!(draws, doubles(&plain.join("posterior/sigma"), 32), "{sampler}");
        let steps = doubles(&kept.join("warmup_posterior/sigma"), 30);
        assert_eq!((draws.len(), steps.len()), (64, 150));
        assert!(steps.iter().all(|sigma| sigma.is_finite() && *sigma > 0.0), "{steps:?}");
        // It found its way: sigma is about 1, within a fifth in all draws of 100 data but one in a thousand.
        assert!((0.5..2.0).contains(&steps[149]), "{}", steps[149]);
        assert_eq!(kept.join("warmup_sample_stats/energy").exists(), sampler == "nuts");
        assert!(!plain.join("warmup_posterior").exists());
    }
}

#[test]
fn a_run_of_format_1_is_read_resumed_and_merged() {
    let folder = folder("format-1");
    let [run, whole] = ["run", "whole"].map(|name| folder.join(name));
    copied(Path::new("tests/data/run_format_1/run"), &run);
    let chunk = run.join("posterior/mu/c/0/5");
    let bytes = std::fs::read(&chunk).unwrap();
    std::fs::remove_file(&chunk).unwrap();
    let size = ["--chains", "4", "--draws", "8", "--warmup", "10", "--save-warmup", "--quiet", "--resume"];
    assert_done(&ridgewalk(&sampling(&run, &size)));
    assert!(std::fs::read(&chunk).unwrap() == bytes, "the same draws, and no checksum");
    assert_done(&ridgewalk(&["merge", run.to_str().unwrap(), "--out", whole.to_str().unwrap()]));
    assert_eq!(std::fs::read(whole.join("posterior/mu/c/0/5")).unwrap().len(), bytes.len() + 4);
    let expected: Value =
        serde_json::from_slice(&std::fs::read("tests/data/run_format_1/summary.json").unwrap()).unwrap();
    for read in [&run, &whole] {
        let found = object(&ridgewalk(&["summary", read.to_str().unwrap(), "--json"]));
        for (found, expected) in
            found["summary"].as_array().unwrap().iter().zip(expected["summary"].as_array().unwrap())
        {
            for key in ["parameter", "mean", "sd", "q5", "q50", "q95"] {
                assert_eq!(found[key], expected[key]);
            }
        }
    }
}
