//! Models that were added when the rule and its constants were fixed: no choice was made on them.
//!
//! Nothing flows in; [`cases`] flows out, in the manner of `models`.

use super::models::Truth::{Exact, LongRun};
use super::models::{Case, case, evenly, list, observed, summed, whole, xy};

/// All models.
pub fn cases() -> Vec<Case> {
    vec![
        case(
            "laplace",
            "parameters { real x; } model { x ~ double_exponential(3, 2); }",
            Exact(|r| {
                let size = -2.0 * r.uniform().ln();
                vec![3.0 + if r.uniform() < 0.5 { size } else { -size }]
            }),
        ),
        // Its variance is infinite.
        case(
            "student_2",
            "parameters { real x; } model { x ~ student_t(2, 0, 1); }",
            Exact(|r| vec![r.normal() / (-r.uniform().ln()).sqrt()]),
        )
        .without_moments(&["x"]),
        case(
            "skewed",
            "parameters { real x; } model { x ~ skew_normal(0, 1, 10); }",
            Exact(|r| {
                let delta = 10.0 / 101_f64.sqrt();
                vec![delta * r.normal().abs() + (1.0 - delta * delta).sqrt() * r.normal()]
            }),
        ),
        case(
            "three_near_modes",
            "parameters { real x; }
             model { target += log_sum_exp({log(0.2) + normal_lpdf(x | -2, 0.5), log(0.5) + normal_lpdf(x | 0, 1),
                                            log(0.3) + normal_lpdf(x | 2.5, 0.7)}); }",
            Exact(|r| {
                let (of, z) = (r.uniform(), r.normal());
                vec![if of < 0.2 { 0.5 * z - 2.0 } else if of < 0.7 { z } else { 2.5 + 0.7 * z }]
            }),
        ),
        case(
            "box",
            "parameters { vector<lower=-1, upper=3>[4] x; } model { }",
            Exact(|r| (0..4).map(|_| 4.0 * r.uniform() - 1.0).collect()),
        ),
        case(
            "autocorrelated_20",
            "parameters { vector[20] x; } model { x[1] ~ normal(0, 1); x[2:20] ~ normal(0.9 * x[1:19], sqrt(0.19)); }",
            Exact(|r| {
                let mut at = r.normal();
                let mut all = vec![at];
                for _ in 1..20 {
                    at = 0.9 * at + 0.19_f64.sqrt() * r.normal();
                    all.push(at);
                }
                all
            }),
        ),
        case(
            "ridge_of_4",
            "parameters { vector[4] x; } model { x ~ normal(0, 1); 1 ~ normal(sum(x), 0.05); }",
            Exact(|r| summed(r, 4, 0.05)),
        ),
        case(
            "survival",
            "data { int N; vector[N] x; vector[N] y; } parameters { real<lower=0> shape; real a; real b; }
             model { shape ~ exponential(1); a ~ normal(0, 3); b ~ normal(0, 3); y ~ weibull(shape, exp(a + b * x)); }",
            LongRun,
        )
        .data({
            let x = evenly(50, -1.0, 1.0);
            let y = observed(31, &x, |x, r| (-r.uniform().ln()).powf(1.0 / 1.7) * (1.0 + 0.5 * x).exp());
            xy(&(x, y))
        }),
        case(
            "overdispersed",
            "data { int N; vector[N] x; array[N] int y; } parameters { real a; real b; real<lower=0> phi; }
             model { a ~ normal(0, 3); b ~ normal(0, 3); phi ~ exponential(0.1); y ~ neg_binomial_2_log(a + b * x, phi); }",
            LongRun,
        )
        .data({
            let x = evenly(60, 0.0, 3.0);
            let y = observed(32, &x, |x, r| (1.0 + 0.4 * x + 0.7 * r.normal()).exp().round());
            format!("{{\"N\":60,\"x\":{},\"y\":{}}}", list(&x), whole(&y))
        }),
        case(
            "grouped_logistic",
            "data { int N; vector[N] x; array[N] int y; } parameters { real mu; real<lower=0> tau; vector[8] z; real b; }
             model { mu ~ normal(0, 2); tau ~ normal(0, 1); z ~ std_normal(); b ~ normal(0, 2);
                     for (n in 1:N) y[n] ~ bernoulli_logit(mu + tau * z[1 + n % 8] + b * x[n]); }",
            LongRun,
        )
        .data({
            let x = evenly(160, -2.0, 2.0);
            let y = observed(33, &x, |x, r| f64::from(0.3 + 0.8 * x + 1.5 * r.normal() > 0.0));
            format!("{{\"N\":160,\"x\":{},\"y\":{}}}", list(&x), whole(&y))
        }),
    ]
}
