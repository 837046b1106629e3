//! Simulation-based calibration (Talts et al. 2018): parameters are drawn from the prior and data from them; the rank of the
//! parameters among draws of their posterior is then uniform.
//!
//! The draws are the last states of 128 chains, which are independent of one another once warm-up is forgotten. A rank with a
//! uniform fraction added is uniform on (0, 129); the distance of 1,000 of them from that is compared with what
//! Dvoretzky, Kiefer, Wolfowitz and Massart allow at 1e-6 for each of 6 comparisons. Takes minutes: at night.

use ridgewalk::rng::random::Random;
use ridgewalk::rng::slots::Purpose;

use super::exactness::distance;
use super::models::{cpu, sample, settings, with_data};

const DATASETS: u32 = 1000;
const CHAINS: usize = 128;

/// The model, and what draws parameters and, from them, data as JSON.
struct Experiment {
    text: &'static str,
    parameters: &'static [&'static str],
    draw: fn(&mut Random) -> (Vec<f64>, String),
}

/// For each parameter the distance of its ranks from uniform ones.
fn distances(experiment: &Experiment) -> Vec<f64> {
    let mut ranks = vec![Vec::new(); experiment.parameters.len()];
    for dataset in 0..DATASETS {
        let mut random = Random::new(11, dataset, 0, Purpose::GeneratedQuantities);
        let (truth, data) = (experiment.draw)(&mut random);
        let model = with_data(experiment.text, &data);
        let seed = 1000 + u64::from(dataset);
        let outcome = sample(&model, cpu::<f64>(&model, seed).as_mut(), &settings(CHAINS, 250, 1, seed));
        for ((ranks, name), truth) in ranks.iter_mut().zip(experiment.parameters).zip(truth) {
            let column =
                outcome.draws.parameters().iter().position(|other| other == name).expect("the parameter is drawn");
            let below = outcome.draws.view(column).iterate().filter(|&draw| draw < truth).count();
            ranks.push((below as f64 + random.uniform()) / (CHAINS + 1) as f64);
        }
    }
    ranks.into_iter().map(distance).collect()
}

fn bound() -> f64 {
    (f64::ln(2.0 / 1e-6) / (2.0 * f64::from(DATASETS))).sqrt()
}

fn hierarchy() -> Experiment {
    Experiment {
        text: "data { vector[8] y; }
            parameters { real mu; real<lower=0> tau; vector[8] eta; }
            model {
              mu ~ normal(0, 5); tau ~ normal(0, 5); eta ~ normal(0, 1);
              y ~ normal(mu + tau * eta, 4);
            }",
        parameters: &["mu", "tau", "eta[1]"],
        draw: |random| {
            let (mu, tau) = (5.0 * random.normal(), (5.0 * random.normal()).abs());
            let eta: Vec<f64> = (0..8).map(|_| random.normal()).collect();
            let y: Vec<f64> = eta.iter().map(|eta| mu + tau * eta + 4.0 * random.normal()).collect();
            (vec![mu, tau, eta[0]], format!("{{\"y\": {y:?}}}"))
        },
    }
}

fn regression() -> Experiment {
    Experiment {
        text: "data { vector[10] x; vector[10] y; }
            parameters { real alpha; real beta; real<lower=0> sigma; }
            model {
              alpha ~ normal(0, 1); beta ~ normal(0, 1); sigma ~ exponential(1);
              y ~ normal(alpha + beta * x, sigma);
            }",
        parameters: &["alpha", "beta", "sigma"],
        draw: |random| {
            let (alpha, beta, sigma) = (random.normal(), random.normal(), random.gamma(1.0));
            let x: Vec<f64> = (0..10).map(|i| 0.3 * f64::from(i) - 1.0).collect();
            let y: Vec<f64> = x.iter().map(|x| alpha + beta * x + sigma * random.normal()).collect();
            (vec![alpha, beta, sigma], format!("{{\"x\": {x:?}, \"y\": {y:?}}}"))
        },
    }
}

#[test]
#[ignore = "takes minutes; run at night"]
fn a_hierarchy_and_a_regression_are_calibrated() {
    for experiment in [hierarchy(), regression()] {
        for (name, distance) in experiment.parameters.iter().zip(distances(&experiment)) {
            assert!(distance < bound(), "ranks of {name} are {distance} away; {} is chance", bound());
        }
    }
}

/// The control: data that are noisier than the model believes are found out.
#[test]
#[ignore = "takes minutes; run at night"]
fn a_model_that_is_too_sure_is_not_calibrated() {
    let sure = Experiment {
        text: "data { vector[8] y; }
            parameters { real mu; real<lower=0> tau; vector[8] eta; }
            model {
              mu ~ normal(0, 5); tau ~ normal(0, 5); eta ~ normal(0, 1);
              y ~ normal(mu + tau * eta, 2);
            }",
        ..hierarchy()
    };
    let largest = distances(&sure).into_iter().fold(0.0, f64::max);
    assert!(largest > bound(), "{largest} is not found out; {} is chance", bound());
}
