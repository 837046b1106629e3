//! What would not fit is refused in a sentence, with its numbers: programs, memory, drivers.

use std::path::Path;
use std::process::{Command, Output};

use assert_cmd::cargo::CommandCargoExt;

fn folder() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

/// Status 2, and every fragment in what is said.
#[track_caller]
fn assert_refused(output: &Output, fragments: &[&str]) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    for fragment in fragments {
        assert!(said.contains(fragment), "`{fragment}` is not in: {said}");
    }
}

#[test]
fn a_dense_gaussian_process_of_300_points_is_refused_at_its_factor_on_every_backend() {
    let model = folder().join("process.stan");
    let text = "data { int N; vector[N] y; }\nparameters { real<lower=0> rho; }\nmodel {\n  \
                matrix[N, N] K = add_diag(gp_exp_quad_cov(linspaced_array(N, 0, 9), 1, rho), 0.1);\n  rho ~ inv_gamma(5, 5);\n  \
                y ~ multi_normal_cholesky(rep_vector(0, N), cholesky_decompose(K));\n}\n";
    std::fs::write(&model, text).unwrap();
    let data = folder().join("process.json");
    let zeros = vec!["0"; 300].join(", ");
    std::fs::write(&data, format!("{{\"N\": 300, \"y\": [{zeros}]}}")).unwrap();
    for backend in ["cpu", "gpu"] {
        let mut command = Command::cargo_bin("ridgewalk").unwrap();
        command.arg("sample").arg(&model).arg("--data").arg(&data).args(["--backend", backend, "--quiet"]);
        let output = command.output().unwrap();
        assert_refused(&output, &["`cholesky_decompose`", "2,500,000 are the limit", "process.stan:6:"]);
    }
}

/// The program under `ulimit -v`, in KiB.
#[cfg(target_os = "linux")]
fn within(kib: u32, arguments: &str) -> Output {
    let program = assert_cmd::cargo::cargo_bin("ridgewalk");
    let line = format!("ulimit -v {kib}; exec {} {arguments}", program.display());
    Command::new("sh").args(["-c", &line]).output().unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn memory_is_what_the_process_may_have() {
    let run = "sample examples/identifiability/nonidentified.stan --data examples/identifiability/y.json --backend cpu \
               --sampler metropolis --seed 1 --quiet";
    let output = within(700_000, &format!("{run} --chains 64 --draws 1000000 --warmup 10"));
    assert_refused(&output, &["1000000 draws of 64 chains", "left of the limit that `ulimit -v` sets", "would fit"]);
    let output = within(700_000, &format!("{run} --chains 4 --draws 100 --warmup 100"));
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    // A matrix of data of this size takes 1.6 GB while it is computed with.
    let model = folder().join("wide.stan");
    std::fs::write(
        &model,
        "transformed data { matrix[7000, 7000] a; } parameters { real x; } model { x ~ normal(0, 1); }",
    )
    .unwrap();
    let output = within(700_000, &format!("compile {}", model.display()));
    assert_refused(&output, &["7000 x 7000 elements are more than there is room for", "wide.stan:1:"]);
}

#[cfg(target_os = "linux")]
#[test]
fn drivers_of_gpus_are_not_asked_where_they_would_crash() {
    let run = "sample examples/identifiability/nonidentified.stan --data examples/identifiability/y.json --chains 4 \
               --sampler metropolis --draws 100 --warmup 100 --seed 1";
    for arguments in [format!("{run} --backend gpu"), "adapters".to_owned()] {
        assert_refused(
            &within(500_000, &arguments),
            &["drivers of GPUs may need 640 MiB", "`ulimit -v`", "--backend cpu"],
        );
    }
    // Where the choice is free, the CPU it is.
    let output = within(500_000, &format!("{run} --backend auto"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.code() == Some(0) && said.contains("on the CPU") && said.contains("drivers of GPUs"),
        "{said}"
    );
}
