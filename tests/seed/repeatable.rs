//! The same seed gives the same bits, whatever runs beside a chain and on how many threads.

use std::ops::ControlFlow;

use ridgewalk::backend::cpu::CpuBackend;
use ridgewalk::draws::Draws;
use ridgewalk::math::Real;
use ridgewalk::run::Settings;
use ridgewalk::run::moments::gather;

use super::models::{draw, nonidentified, settings};

fn run<R: Real>(settings: &Settings, threads: usize) -> Draws {
    let model = nonidentified();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| draw(&model, &mut CpuBackend::<R>::new(&model, settings.seed), settings))
}

fn assert_chain_17_is_the_same_alone<R: Real>() {
    let all = Settings { superchain_size: 256, warmup: 250, ..settings(4096, 20, 5) };
    let alone = Settings { first_chain: 17, chains: 1, ..all.clone() };
    let (all, alone) = (run::<R>(&all, 2), run::<R>(&alone, 1));
    let length = alone.values().len();
    assert_eq!(alone.values(), &all.values()[17 * length..18 * length]);
}

#[test]
fn chain_17_alone_is_chain_17_of_4096_in_double_precision() {
    assert_chain_17_is_the_same_alone::<f64>();
}

#[test]
fn chain_17_alone_is_chain_17_of_4096_in_single_precision() {
    assert_chain_17_is_the_same_alone::<f32>();
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let settings = Settings { warmup: 250, ..settings(300, 50, 6) };
    let one = run::<f64>(&settings, 1);
    for threads in [2, 3, 7] {
        assert_eq!(run::<f64>(&settings, threads), one, "{threads} threads");
    }
}

#[test]
fn thinning_keeps_every_nth_state() {
    let every = run::<f64>(&Settings { warmup: 150, ..settings(3, 60, 7) }, 2);
    let third = run::<f64>(&Settings { warmup: 150, thin: 3, ..settings(3, 20, 7) }, 2);
    for chain in 0..3 {
        for draw in 0..20 {
            for parameter in 0..4 {
                let kept = third.view(parameter).get(chain, draw);
                assert_eq!(kept, every.view(parameter).get(chain, 3 * draw + 2));
            }
        }
    }
}

/// Halves of 30 draws of every second step, of chains in several blocks.
#[test]
fn moments_are_those_of_the_draws() {
    let model = nonidentified();
    let settings = Settings { warmup: 150, thin: 2, ..settings(300, 60, 8) };
    let draws = run::<f64>(&settings, 2);
    let mut backend = CpuBackend::<f64>::new(&model, settings.seed);
    let mut gathered = gather(&model, &mut backend, &settings, &mut |_, _, _| ControlFlow::Continue(())).unwrap();
    let (width, parameters) = (gathered.moments.width(), model.parameters.len());
    let (origins, sums) = gathered.moments.fill();
    for chain in 0..300 {
        let origin = &origins[chain * parameters..][..parameters];
        for half in 0..2 {
            let found = &sums[(2 * chain + half) * width..][..width];
            let deviation = |draw: usize, parameter: usize| draws.view(parameter).get(chain, draw) - origin[parameter];
            let mut product = parameters;
            for one in 0..parameters {
                let terms = || (30 * half..30 * half + 30).map(|draw| deviation(draw, one));
                // Compensated sums are off by a rounding of the largest term, or two.
                let close = |found: f64, truth: f64, size: f64| (found - truth).abs() <= 1e-13 * size.max(1e-300);
                assert!(close(found[one], terms().sum(), terms().map(f64::abs).sum()), "chain {chain}");
                for other in 0..=one {
                    let terms =
                        || (30 * half..30 * half + 30).map(|draw| deviation(draw, one) * deviation(draw, other));
                    assert!(close(found[product], terms().sum(), terms().map(f64::abs).sum()), "chain {chain}");
                    product += 1;
                }
            }
        }
    }
}
