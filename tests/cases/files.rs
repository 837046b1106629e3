//! What is left on the disk: stores with every observation, exports that were killed, links in the way of a merge.
//!
//! In: runs and folders that the tests make. Out: files that are there, and files that are not.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::program::{command, ended, folder, refused, ridgewalk, sample, written};

const NORMAL: &str = "parameters { real x; } model { x ~ normal(0, 1); }";

fn name(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Outcomes that are zero are observations as others are.
#[test]
fn observations_in_both_branches_of_a_condition_have_their_log_likelihoods() {
    let folder = folder("branches");
    let text = "data { int N; array[N] int<lower=0> y; }
        parameters { real<lower=0, upper=1> w; real<lower=0> lam; }
        model {
          lam ~ exponential(0.5);
          for (n in 1:N) {
            if (y[n] == 0) target += log_sum_exp(log(w), log1m(w) - lam);
            else target += log1m(w) + poisson_lpmf(y[n] | lam);
          }
        }";
    let model = written(&folder, "zeros.stan", text);
    let data = written(&folder, "zeros.json", r#"{"N": 10, "y": [0, 0, 3, 1, 0, 5, 2, 0, 0, 4]}"#);
    let run = folder.join("run");
    let size = ["--data", &data, "--chains", "2", "--warmup", "50", "--draws", "40", "--log-likelihood", "--quiet"];
    ended(&sample(&model, &[&size[..], &["--out", name(&run)]].concat()), 0);
    let metadata = fs::read_to_string(run.join("log_likelihood/y/zarr.json")).unwrap();
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    assert_eq!(metadata["shape"], json!([2, 40, 10]));
}

/// Whether a folder has a file whose name ends so.
fn holds(folder: &Path, ending: &str) -> bool {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name()).any(|name| name.to_string_lossy().ends_with(ending))
}

#[cfg(unix)]
#[test]
fn an_export_that_is_killed_leaves_nothing_under_its_name_and_can_be_made_again() {
    let folder = folder("killed");
    let model = written(&folder, "normal.stan", NORMAL);
    let (run, exports) = (folder.join("run"), folder.join("exports"));
    fs::create_dir(&exports).unwrap();
    let size = ["--sampler", "metropolis", "--chains", "32", "--warmup", "10", "--draws", "20000", "--quiet"];
    ended(&sample(&model, &[&size[..], &["--out", name(&run)]].concat()), 0);
    let draws = exports.join("draws.csv");
    let export = ["export", name(&run), "--format", "csv", "--out", name(&draws)];
    // On a busy machine an export may end before it is seen to begin; then there is another.
    let begun = Instant::now();
    let is_killed = || {
        let mut child = command(&export).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        while !holds(&exports, ".part") && child.try_wait().unwrap().is_none() {
            assert!(begun.elapsed() < Duration::from_secs(60), "the export does not begin");
        }
        child.kill().unwrap();
        child.wait().unwrap().code().is_none()
    };
    while !is_killed() {
        assert!(begun.elapsed() < Duration::from_secs(60), "no export was killed");
        fs::remove_file(&draws).unwrap();
    }
    assert!(!draws.exists(), "half a table has the name of a whole one");
    ended(&ridgewalk(&export), 0);
    assert_eq!(fs::read_to_string(&draws).unwrap().lines().count(), 1 + 32 * 20_000);
}

#[cfg(unix)]
#[test]
fn a_merge_does_not_follow_a_link_that_lies_where_it_grows() {
    let folder = folder("link");
    let model = written(&folder, "normal.stan", NORMAL);
    let [a, b, whole, elsewhere] = ["a", "b", "whole", "elsewhere"].map(|name| folder.join(name));
    for (part, first) in [(&a, "0"), (&b, "4")] {
        let size = ["--chains", "4", "--warmup", "10", "--draws", "10", "--first-chain", first, "--quiet"];
        ended(&sample(&model, &[&size[..], &["--out", name(part)]].concat()), 0);
    }
    let merge = ["merge", name(&a), name(&b), "--out", name(&whole)];
    let growing = folder.join(".whole.part");
    // An empty folder of somebody else, and a name that leads nowhere.
    fs::create_dir(&elsewhere).unwrap();
    for target in [&elsewhere, &folder.join("nowhere")] {
        std::os::unix::fs::symlink(target, &growing).unwrap();
        let said = refused(&ridgewalk(&merge));
        assert!(said.contains(".whole.part is in the way"), "{said}");
        assert!(fs::symlink_metadata(&growing).unwrap().is_symlink(), "the link stays");
        assert!(!whole.exists() && fs::read_dir(&elsewhere).unwrap().next().is_none(), "nothing is written elsewhere");
        fs::remove_file(&growing).unwrap();
    }
    ended(&ridgewalk(&merge), 0);
}
