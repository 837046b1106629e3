//! What a trajectory is made of: the same bits whatever runs beside it, divergences where the density ends, statistics
//! that agree with one another.

use std::ops::ControlFlow;

use ridgewalk::backend::cpu::CpuBackend;
use ridgewalk::backend::{Backend, Counts, Population, Stretch, Tuning};
use ridgewalk::math::simd::Width;
use ridgewalk::run::{Phase, RunError, Settings, run};
use ridgewalk::sampler::nuts::STATISTICS;

use super::models::{NUTS, backends, cpu, model, sample, settings};

const BANANA: &str = "parameters { real x; real y; real<lower=0> z; }
    model { x ~ normal(0, 1); y ~ normal(x * x, 0.5); z ~ lognormal(0, 1); }";

#[test]
fn a_chain_alone_takes_the_steps_it_takes_among_others_at_every_width() {
    let model = model(BANANA);
    let end = |width: Width, first: usize, chains: usize| {
        let mut backend = CpuBackend::<f64>::with_width(&model, NUTS, 9, width);
        let start = |chain: usize| [0.1 * chain as f64 - 1.0, 0.3, -0.2];
        let positions: Vec<f64> = (first..first + chains).flat_map(start).collect();
        backend.start(Population { first: first as u32, chains }, &positions).expect("the chains start");
        let step = |chain: usize| 0.1 + 0.01 * chain as f64;
        let step_sizes = (first..first + chains).map(step).collect();
        let tuning = Tuning::Nuts { step_sizes, inverse_metric: vec![0.7; 3 * chains] };
        backend.tune(&tuning).expect("the chains are tuned");
        let stretch = Stretch { first_step: 4, steps: 30 };
        backend.advance(stretch, None, &mut |_| ControlFlow::Continue(())).expect("the chains move");
        backend.positions().expect("the chains are somewhere")
    };
    let all = end(Width::BASELINE, 0, 40);
    for width in Width::available() {
        for (first, chains) in [(17, 1), (10, 8), (0, 40)] {
            assert_eq!(end(width, first, chains), all[3 * first..3 * (first + chains)], "{chains} at {width:?}");
        }
    }
}

/// Superchains 2 and 3 of a run of four, by themselves: warm-up included, they are tuned by nothing but their own chains.
#[test]
fn a_superchain_is_tuned_as_if_it_were_alone() {
    let model = model(BANANA);
    let whole = Settings { superchain_size: 16, ..settings(64, 200, 10, 5) };
    let part = Settings { first_chain: 32, chains: 32, ..whole.clone() };
    let [whole, part] = [whole, part].map(|settings| sample(&model, cpu::<f64>(&model, 5).as_mut(), &settings));
    assert_eq!(whole.draws.values()[32 * 10 * 3..], *part.draws.values());
}

#[test]
fn statistics_agree_with_counts_and_with_one_another() {
    let model = model(BANANA);
    let outcome = sample(&model, cpu::<f64>(&model, 2).as_mut(), &settings(4, 200, 300, 2));
    assert_eq!(outcome.statistics.parameters(), STATISTICS);
    let Counts::Trees(trees) = &outcome.counts else { panic!("NUTS grows trees") };
    let Tuning::Nuts { step_sizes, .. } = &outcome.tuning else { panic!("NUTS has step sizes") };
    for (chain, rows) in outcome.statistics.values().chunks_exact(300 * STATISTICS.len()).enumerate() {
        let mut leapfrogs = 0.0;
        let draws = outcome.draws.values()[chain * 900..].chunks_exact(3);
        for (row, draw) in rows.chunks_exact(STATISTICS.len()).zip(draws) {
            let &[lp, acceptance, step_size, depth, steps, diverging, energy] = row else { panic!("seven columns") };
            let right = model.log_density(&[draw[0], draw[1], draw[2].ln()]);
            assert!((lp - right).abs() < 1e-9 * right.abs().max(1.0), "{lp} instead of {right}");
            assert!((0.0..=1.0).contains(&acceptance));
            assert_eq!(step_size, step_sizes[chain]);
            assert!(diverging == 1.0 || (2.0_f64.powf(depth) - 1.0..2.0_f64.powf(depth + 1.0)).contains(&steps));
            assert!(energy >= -lp, "kinetic energies are positive");
            leapfrogs += steps;
        }
        assert_eq!(leapfrogs, trees[chain].leapfrogs as f64);
    }
}

/// The logarithm is NaN beyond 2: half of the steps that would lead there must be divergences, and no chain may stay.
#[test]
fn a_density_or_gradient_that_is_not_finite_ends_a_trajectory_as_a_divergence() {
    let model = model("parameters { real x; } model { x ~ normal(0, 1); target += 1e-9 * log(2 - x); }");
    for (what, backend) in backends() {
        let outcome = sample(&model, backend(&model, 4).as_mut(), &settings(8, 200, 500, 4));
        assert!(outcome.draws.values().iter().all(|&x| x < 2.0), "{what}");
        let Counts::Trees(trees) = &outcome.counts else { panic!("NUTS grows trees") };
        assert!(trees.iter().map(|tree| tree.divergences).sum::<u32>() > 0, "{what}");
    }
}

#[test]
fn a_density_that_is_never_finite_is_an_error_that_shows_where_it_was_tried() {
    let model = model("parameters { real x; } model { target += log(-1 - x * x); }");
    for (what, backend) in backends() {
        let mut go_on = |_: Phase, _: u32, _: u32| ControlFlow::Continue(());
        let failed = run(&model, backend(&model, 1).as_mut(), &settings(4, 10, 10, 1), &mut go_on);
        let Err(error @ RunError::NoStart(_)) = failed else { panic!("nowhere to start with {what}") };
        assert!(error.to_string().contains("x = "), "{error}");
    }
}

/// A flat density has no end: chains must stay among the numbers, and trees end at their largest depth or where
/// coordinates would leave the numbers.
#[test]
fn chains_of_an_improper_posterior_stay_among_the_numbers() {
    let model = model("parameters { real x; } model { target += 0 * x; }");
    for (what, backend) in backends() {
        let outcome = sample(&model, backend(&model, 6).as_mut(), &settings(4, 50, 20, 6));
        assert!(outcome.draws.values().iter().all(|x| x.is_finite()), "{what}");
    }
}
