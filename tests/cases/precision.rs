//! What either precision can hold: double precision has its own range, and single precision is warned of where it loses
//! a constant.
//!
//! In: models with very large and very small numbers. Out: that they run, posteriors, refusals and warnings.

use super::program::{assert_moments, ended, folder, object, refused, sample, written};

const SIZE: [&str; 7] = ["--chains", "4", "--warmup", "500", "--draws", "500", "--json"];

/// The advice to use what is used already.
const ADVICE: &str = "use --precision f64";

/// Tolerances of five Monte Carlo standard errors, four numbers: one build in 400,000 fails.
#[test]
fn double_precision_runs_what_single_precision_cannot_hold() {
    let folder = folder("double");
    let tiny = written(&folder, "tiny.stan", "parameters { real x; } model { x ~ normal(0, 1e-40); }");
    let fourth = "data { real y; } parameters { real mu; } model { target += -(y - mu)^4; }";
    let far = written(&folder, "far.stan", fourth);
    let data = written(&folder, "far.json", r#"{"y": 1e11}"#);
    for sampler in ["nuts", "metropolis"] {
        // Metropolis starts too far to find its way, but it starts.
        let output = sample(&tiny, &[&SIZE[..], &["--precision", "f64", "--sampler", sampler, "--quiet"]].concat());
        ended(&output, 0);
        if sampler == "nuts" {
            assert_moments(&object(&output), "x", (0.0, 1e-40), 5.0);
        }
        let output =
            sample(&far, &[&SIZE[..], &["--precision", "f64", "--data", &data, "--sampler", sampler]].concat());
        assert!(!ended(&output, 0).contains(ADVICE));
        if sampler == "nuts" {
            // Of a density in proportion to exp(-x^4) the variance is gamma(3/4) / gamma(1/4).
            assert_moments(&object(&output), "mu", (1e11, 0.581_368_32), 5.0);
        }
    }

    let normal = "data { vector[3] y; } parameters { real mu; real<lower=0> s; } model { y ~ normal(mu, s); }";
    let large = written(&folder, "large.stan", normal);
    let data = written(&folder, "large.json", r#"{"y": [1e30, 2e30, 4e30]}"#);
    let few = ["--data", &data, "--chains", "2", "--warmup", "20", "--draws", "20", "--max-treedepth", "4", "--quiet"];
    assert!(!ended(&sample(&large, &[&few[..], &["--precision", "f64"]].concat()), 0).contains(ADVICE));
}

#[test]
fn double_precision_is_advised_where_it_helps_and_nowhere_else() {
    let folder = folder("advice");
    let model = |sd: &str| {
        let text = format!("parameters {{ real x; }} model {{ x ~ normal(0, {sd}); }}");
        written(&folder, &format!("normal-{sd}.stan"), &text)
    };
    for sampler in ["nuts", "metropolis"] {
        let run = |sd: &str, precision: &str| {
            refused(&sample(&model(sd), &["--precision", precision, "--sampler", sampler, "--quiet"]))
        };
        let single = run("1e-40", "f32");
        assert!(single.contains("in double precision and not finite in single: use --precision f64"), "{single}");
        let double = run("1e-200", "f64");
        assert!(double.contains("no starting point") && double.contains("where it is -inf"), "{double}");
        assert!(!double.contains(ADVICE) && !double.contains("single"), "{double}");
    }
}

#[test]
fn a_constant_that_single_precision_takes_for_zero_or_infinity_is_warned_of() {
    let folder = folder("constants");
    let cases = [
        ("1e-50", Some("1.0e-50, which single precision takes for zero")),
        ("1e-40", Some("1.0e-40, which single precision takes for zero")),
        ("1e-30", None),
        ("1e30", None),
        ("1e40", Some("1.0e40, which single precision takes for infinity")),
    ];
    for (constant, warning) in cases {
        let text = format!("parameters {{ real x; }} model {{ x ~ normal(0, 1); target += -fmin(x, {constant}); }}");
        let model = written(&folder, &format!("constant{constant}.stan"), &text);
        let size = ["--chains", "4", "--warmup", "10", "--draws", "10", "--quiet", "--precision"];
        let said = ended(&sample(&model, &[&size[..], &["f32"]].concat()), 0);
        match warning {
            Some(warning) => {
                assert!(said.contains(&format!("warning: the model computes with {warning}")), "{constant}: {said}");
            }
            None => assert!(!said.contains("single precision"), "{constant}: {said}"),
        }
        let said = ended(&sample(&model, &[&size[..], &["f64"]].concat()), 0);
        assert!(!said.contains("single precision"), "{constant}: {said}");
    }
}
