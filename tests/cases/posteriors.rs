//! Posteriors of models that touch the edges of their densities: zeros, infinities and NaN among what is known.
//!
//! In: small models with data. Out: means and standard deviations, against closed forms and quadrature (scipy, trapezoid
//! rule of at least 4,000 points an axis, all digits given). These are whole runs; `numbers` compares log densities and
//! gradients of such models.

use super::program::{assert_moments, ended, folder, object, sample, written};

/// A parameter, its mean and its standard deviation.
type Moments = (&'static str, (f64, f64));

/// Runs a model with both samplers. Tolerances of 4.5 Monte Carlo standard errors: each number fails one build in 150,000.
fn check(name: &str, model: &str, data: &str, moments: &[Moments]) {
    let folder = folder(name);
    let model = written(&folder, "model.stan", model);
    let data = written(&folder, "data.json", data);
    for (sampler, draws) in [("nuts", "1000"), ("metropolis", "5000")] {
        let size = ["--data", &data, "--sampler", sampler, "--chains", "4", "--draws", draws, "--json", "--quiet"];
        let output = sample(&model, &size);
        ended(&output, 0);
        for (parameter, right) in moments {
            assert_moments(&object(&output), parameter, *right, 4.5);
        }
    }
}

/// A site that is empty gives no detections, with certainty: `bernoulli_lpmf(1 | 0)` is minus infinity.
#[test]
fn a_component_that_excludes_an_outcome_leaves_the_other_ones() {
    let model = "data { int N; array[N] int y; }
        parameters { real<lower=0, upper=1> psi; real<lower=0, upper=1> p; }
        model {
          for (n in 1:N)
            target += log_sum_exp(log(psi) + bernoulli_lpmf(y[n] | p), log1m(psi) + bernoulli_lpmf(y[n] | 0));
        }";
    let right = (0.638_297_874, 0.220_233_700);
    check("excluded", model, r#"{"N": 4, "y": [1, 0, 0, 1]}"#, &[("psi", right), ("p", right)]);

    let model = "data { int N; vector[N] y; } parameters { real mu; real<lower=0, upper=1> th; }
        model {
          mu ~ normal(0, 5);
          for (n in 1:N) target += log_mix(th, uniform_lpdf(y[n] | 0, 10), normal_lpdf(y[n] | mu, 1));
        }";
    let moments = [("mu", (11.064_356_4, 0.497_518_6)), ("th", (0.285_715_0, 0.159_718_7))];
    check("outside", model, r#"{"N": 5, "y": [11.0, 10.5, 12.0, 2.0, 11.2]}"#, &moments);
}

/// Where `exp` underflows, `sqrt` has the derivative 0: chains that start there move.
#[test]
fn chains_that_start_where_a_root_is_zero_move() {
    let model = "data { vector[3] s; } parameters { real<lower=0> l; }
        model {
          vector[3] d = sqrt(exp(-square(l) * s));
          target += -square(1.0 - sum(d)) - square(l);
        }";
    check("root", model, r#"{"s": [1.0, 4.0, 900.0]}"#, &[("l", (0.666_897_040, 0.378_713_415))]);
}

/// The mean of two observations with a prior of variance 100.
#[test]
fn cells_of_the_data_that_no_density_uses_may_be_no_numbers() {
    let model = "data { int N; vector[N] y; int M; array[M] int seen; } parameters { real mu; }
        model { mu ~ normal(0, 10); y[seen] ~ normal(mu, 1); }";
    let right = [("mu", (1.492_537_313, 0.705_345_616))];
    for nan in ["NaN", "\"NaN\""] {
        check("cells", model, &format!(r#"{{"N": 4, "y": [1, {nan}, 2, {nan}], "M": 2, "seen": [1, 3]}}"#), &right);
    }
}

/// An infinite bound is none: a half-normal parameter, and outcomes that are cut at 0 alone. The moments of `mu` by quadrature of
/// `exp(-mu^2 / 8) prod exp(-(y - mu)^2 / 2) / Phi(mu)`.
#[test]
fn infinity_in_the_data_is_no_bound() {
    let model = "data { vector[3] y; real L; real U; } parameters { real mu; real<lower=L, upper=U> z; }
        model {
          mu ~ normal(0, 2); z ~ normal(0, 1);
          for (n in 1:3) y[n] ~ normal(mu, 1) T[L, U];
        }";
    let moments = [("z", (0.797_884_561, 0.602_810_275)), ("mu", (-2.273_977_15, 1.298_149_86))];
    check("bounds", model, r#"{"y": [0.1, 0.2, 0.3], "L": 0, "U": "+inf"}"#, &moments);
}
