//! The transition leaves its target as it is: chains that start from exact, independent draws are exact, independent
//! draws after any number of steps of any size, however crude the integrator.
//!
//! Distance of the empirical distribution function from the exact one: by Dvoretzky, Kiefer, Wolfowitz and Massart it
//! exceeds `sqrt(ln(2 / p) / 2 n)` with probability `p` at most. 50 comparisons at 1e-6 each: a correct build fails for
//! one seed in 20,000; the seeds are fixed.

use ridgewalk::math::normal::phi;
use ridgewalk::model::Model;
use ridgewalk::rng::random::Random;
use ridgewalk::rng::slots::Purpose;

use super::models::{Make, backends, cpu, model, moved};

const CHAINS: u32 = 20_000;

/// Largest distance between the empirical distribution function of numbers and the uniform one, after an exact
/// distribution function has made them uniform.
pub fn distance(mut uniforms: Vec<f64>) -> f64 {
    uniforms.sort_by(f64::total_cmp);
    let n = uniforms.len() as f64;
    uniforms.iter().enumerate().fold(0.0, |largest: f64, (index, &u)| {
        largest.max((u - index as f64 / n).abs()).max(((index + 1) as f64 / n - u).abs())
    })
}

fn bound() -> f64 {
    (f64::ln(2.0 / 1e-6) / (2.0 * f64::from(CHAINS))).sqrt()
}

/// What of a state is uniform on (0, 1) at exact draws, with its name.
type Uniform = (&'static str, fn(&[f64]) -> f64);

/// A target, exact draws of its coordinates, and functions of them with their exact distribution functions.
struct Target {
    model: Model,
    step_size: f64,
    draw: fn(&mut Random) -> Vec<f64>,
    uniforms: Vec<Uniform>,
}

fn distances(target: &Target, backend: Make, steps: u32) -> Vec<(&'static str, f64)> {
    let draw = |chain| (target.draw)(&mut Random::new(1, chain, 0, Purpose::GeneratedQuantities));
    let positions: Vec<f64> = (0..CHAINS).flat_map(draw).collect();
    let after = moved(&target.model, backend(&target.model, 5).as_mut(), &positions, target.step_size, steps);
    assert!(steps == 0 || after != positions, "the chains move");
    let states = || after.chunks_exact(target.model.coordinates.len());
    target.uniforms.iter().map(|&(what, uniform)| (what, distance(states().map(uniform).collect()))).collect()
}

#[track_caller]
fn assert_exact(target: &Target) {
    for (name, backend) in backends() {
        for steps in [1, 10] {
            for (what, distance) in distances(target, backend, steps) {
                let chance = bound();
                assert!(
                    distance < chance,
                    "{what} is {distance} away after {steps} steps on {name}; {chance} is chance"
                );
            }
        }
    }
}

fn normal() -> Target {
    Target {
        model: model("parameters { real x; } model { x ~ normal(0, 1); }"),
        step_size: 1.3,
        draw: |random| vec![random.normal()],
        uniforms: vec![("x", |z| phi(z[0]))],
    }
}

#[test]
fn a_step_leaves_the_normal_distribution_as_it_is() {
    assert_exact(&normal());
}

/// Correlated at 0.9. The step of 0.35 is beyond what the narrow direction (0.32 wide) integrates well.
#[test]
fn a_step_leaves_a_correlated_normal_as_it_is() {
    assert_exact(&Target {
        model: model(
            "parameters { vector[2] x; } model { x[1] ~ normal(0, 1); x[2] ~ normal(0.9 * x[1], sqrt(1 - 0.81)); }",
        ),
        step_size: 0.35,
        draw: |random| {
            let first = random.normal();
            vec![first, 0.9 * first + (1.0 - 0.81_f64).sqrt() * random.normal()]
        },
        uniforms: vec![
            ("x[1]", |z| phi(z[0])),
            ("x[2]", |z| phi(z[1])),
            ("the narrow direction", |z| phi((z[0] - z[1]) / 0.2_f64.sqrt())),
            // The squared radius is twice an exponential variate.
            ("the radius", |z| {
                let other = (z[1] - 0.9 * z[0]) / (1.0 - 0.81_f64).sqrt();
                1.0 - (-0.5 * (z[0] * z[0] + other * other)).exp()
            }),
        ],
    });
}

#[test]
fn a_step_leaves_a_beta_distribution_as_it_is_through_the_transform() {
    assert_exact(&Target {
        model: model("parameters { real<lower=0, upper=1> x; } model { x ~ beta(2, 3); }"),
        step_size: 1.1,
        draw: |random| {
            let (a, b) = (random.gamma(2.0), random.gamma(3.0));
            vec![(a / b).ln()]
        },
        uniforms: vec![("x", |z| {
            let x = 1.0 / (1.0 + (-z[0]).exp());
            x * x * (6.0 - 8.0 * x + 3.0 * x * x)
        })],
    });
}

/// Neal's funnel, in its mouth and in its neck, where trajectories diverge: those are exact, too.
#[test]
fn a_step_leaves_the_funnel_as_it_is() {
    assert_exact(&Target {
        model: model("parameters { real v; real x; } model { v ~ normal(0, 3); x ~ normal(0, exp(v / 2)); }"),
        step_size: 0.7,
        draw: |random| {
            let v = 3.0 * random.normal();
            vec![v, (v / 2.0).exp() * random.normal()]
        },
        uniforms: vec![("v", |z| phi(z[0] / 3.0)), ("x against its width", |z| phi(z[1] / (z[0] / 2.0).exp()))],
    });
}

/// The control: a target that is a sixth wider than the draws it is given is found out, and so are the draws themselves
/// found to be exact before the first step.
#[test]
fn a_step_of_another_target_is_found_out() {
    let right = normal();
    assert!(distances(&right, cpu::<f64>, 0)[0].1 < bound());
    let wrong = Target { model: model("parameters { real x; } model { x ~ normal(0, 1.17); }"), ..normal() };
    assert!(distances(&wrong, cpu::<f64>, 1)[0].1 > bound());
}
