//! Whole runs.

use std::ops::ControlFlow;

use ridgewalk::backend::cpu::CpuBackend;
use ridgewalk::backend::gpu::Restrictions;
use ridgewalk::backend::{Backend, Error, Keep, Population, Stretch};
use ridgewalk::diagnostics::chain_moments::ChainMoments;
use ridgewalk::draws::Draws;
use ridgewalk::model::Model;

use crate::models::{accepted, arrays, bits, everything, gpu, observations, on, run, same_bits, seed_model, starts};

const SEED: u64 = 0x1234_5678_9abc_def0;

/// One step from the same state, over 4,096 states: where the device computes with the twin's bits, so are its decisions.
/// Where it rounds otherwise, the accept test compares ln(u), whose density is at most 1, with a difference of two log
/// densities that are off by the largest error seen at the start, or less: a decision flips with probability 2 e at most.
/// Counted up to a chain's first flip; five standard deviations and five more of a Poisson count are allowed.
#[test]
fn one_step_decides_as_the_twin_does() {
    let model = seed_model(&observations());
    let Some(mut backend) = gpu(&model, SEED, Restrictions::default()) else { return };
    let population = Population { first: 7, chains: 4096 };
    let positions = starts(population.chains, 3);
    let stretch = Stretch { first_step: 3, steps: 1 };
    let mut go_on = |_| ControlFlow::Continue(());
    let at_device = backend.start(population, &positions).unwrap();
    let device = accepted(backend.advance(stretch, None, &mut go_on).unwrap());
    let mut twin = CpuBackend::<f32>::new(&model, SEED);
    let at_twin = twin.start(population, &positions).unwrap();
    let expected = accepted(twin.advance(stretch, None, &mut go_on).unwrap());
    let differing = device.chunks(3).zip(expected.chunks(3)).filter(|(a, b)| a != b).count();
    let error = at_device.iter().zip(&at_twin).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    let flips = 12_288.0 * (2.0 * error + f64::from(f32::EPSILON));
    let allowed = if backend.verdict().same_bits() { 0 } else { (flips + 5.0 * flips.sqrt() + 5.0) as usize };
    assert!(differing <= allowed, "{differing} of 4096 chains, {allowed} allowed, on {}", on(&backend));
    assert!(device.iter().sum::<u32>() > 1000, "steps are taken on {}", on(&backend));
}

/// 1,024 chains, 1,000 sweeps.
#[test]
fn trajectories_of_the_seed_model_have_the_bits_of_the_twin_on_software_drivers() {
    let model = seed_model(&observations());
    let Some(mut backend) = gpu(&model, SEED, Restrictions::default()) else { return };
    if !same_bits(&backend) {
        return;
    }
    let population = Population { first: 0, chains: 1024 };
    let positions = starts(1024, 3);
    let device = run(&mut backend, &model, population, &positions, (1000, 1));
    let twin = run(&mut CpuBackend::<f32>::new(&model, SEED), &model, population, &positions, (1000, 1));
    let row = 1001 * 4;
    let differing = (0..1024)
        .filter(|chain| bits(&device.0.values()[chain * row..][..row]) != bits(&twin.0.values()[chain * row..][..row]))
        .count();
    assert_eq!(differing, 0, "{differing} of 1024 chains differ on {}", on(&backend));
    assert_eq!((device.1, bits(&device.2)), (twin.1, bits(&twin.2)), "counts and positions on {}", on(&backend));
}

#[test]
fn trajectories_of_models_of_every_operation_have_the_bits_of_the_twin_on_software_drivers() {
    for model in [everything(), arrays()] {
        let Some(mut backend) = gpu(&model, SEED, Restrictions::default()) else { return };
        if !same_bits(&backend) {
            return;
        }
        let population = Population { first: 100, chains: 200 };
        let positions = starts(200, model.coordinates.len());
        let device = run(&mut backend, &model, population, &positions, (20, 2));
        let twin = run(&mut CpuBackend::<f32>::new(&model, SEED), &model, population, &positions, (20, 2));
        assert_eq!(bits(device.0.values()), bits(twin.0.values()), "draws of {} on {}", model.name, on(&backend));
        let (ours, theirs) = ((device.1, bits(&device.2)), (twin.1, bits(&twin.2)));
        assert_eq!(ours, theirs, "counts and positions of {} on {}", model.name, on(&backend));
    }
}

/// A loop limit of 8,000 iterations leaves 20 steps a dispatch; a binding of 16 KiB holds 1,024 chains of 4 parameters, so
/// that 1,500 chains are cut into two shards whose draws leave one at a time.
#[test]
fn draws_do_not_depend_on_dispatches_shards_or_chains_beside_them() {
    let model = seed_model(&observations());
    let Some(mut whole) = gpu(&model, SEED, Restrictions::default()) else { return };
    let chains = 1500;
    let positions = starts(chains, 3);
    let population = Population { first: 0, chains };
    let all = run(&mut whole, &model, population, &positions, (40, 3));
    for restrictions in [
        Restrictions { loop_limit: Some(8_000), ..Restrictions::default() },
        Restrictions { largest_binding_bytes: Some(16_384), ..Restrictions::default() },
        Restrictions { loop_limit: Some(1_000), largest_binding_bytes: Some(5_000) },
    ] {
        let mut other = gpu(&model, SEED, restrictions).expect("there was a device a moment ago");
        let parts = run(&mut other, &model, population, &positions, (40, 3));
        assert!(bits(all.0.values()) == bits(parts.0.values()), "{restrictions:?} on {}", on(&other));
        assert!((&all.1, bits(&all.2)) == (&parts.1, bits(&parts.2)), "{restrictions:?} on {}", on(&other));
    }
    let alone = run(&mut whole, &model, Population { first: 17, chains: 1 }, &positions[51..54], (40, 3));
    let row = 41 * 4;
    assert_eq!(bits(alone.0.values()), bits(&all.0.values()[17 * row..][..row]), "chain 17 on {}", on(&whole));
}

/// Moments of the draws of a device are those of the twin, however the steps are cut into dispatches: 41 draws of 3 steps
/// each in halves of 20 and 21, among models some of whose parameters are computed for each draw.
#[test]
fn moments_have_the_bits_of_the_twin_on_software_drivers() {
    for (model, chains) in [(seed_model(&observations()), 300), (everything(), 70)] {
        let mut twin = CpuBackend::<f32>::new(&model, SEED);
        let expected = moments(&mut twin, &model, chains);
        for loop_limit in [None, Some(9_000)] {
            let restrictions = Restrictions { loop_limit, ..Restrictions::default() };
            let Some(mut backend) = gpu(&model, SEED, restrictions) else { return };
            if !same_bits(&backend) {
                return;
            }
            let (mut found, mut expected) = (moments(&mut backend, &model, chains), expected.clone());
            let (ours, theirs) = (found.fill(), expected.fill());
            assert!(bits(ours.0) == bits(theirs.0), "origins of {} on {}", model.name, on(&backend));
            assert!(bits(ours.1) == bits(theirs.1), "sums of {} on {}", model.name, on(&backend));
        }
    }
}

fn moments(backend: &mut dyn Backend, model: &Model, chains: usize) -> ChainMoments {
    let mut moments = ChainMoments::new(model.parameters.clone(), chains, 41);
    backend.start(Population { first: 3, chains }, &starts(chains, model.coordinates.len())).unwrap();
    let stretch = Stretch { first_step: 5, steps: 123 };
    backend.gather(stretch, 3, &mut moments, &mut |_| ControlFlow::Continue(())).unwrap();
    moments
}

#[test]
fn a_stretch_can_be_broken_off_and_the_steps_taken_are_counted() {
    let model = seed_model(&observations());
    let Some(mut backend) = gpu(&model, SEED, Restrictions { loop_limit: Some(8_000), ..Restrictions::default() })
    else {
        return;
    };
    let population = Population { first: 0, chains: 64 };
    backend.start(population, &starts(64, 3)).unwrap();
    let mut reports = Vec::new();
    let mut draws = Draws::new(model.parameters, 64, 1000).unwrap();
    let keep = Keep { draws: draws.room(), statistics: None, from: 0, thin: 1 };
    let result = backend.advance(Stretch { first_step: 0, steps: 1000 }, Some(keep), &mut |steps| {
        reports.push(steps);
        if steps > 10 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    let Err(Error::Interrupted { steps }) = result else { panic!("{result:?} on {}", on(&backend)) };
    assert!(steps > 10 && steps < 1000 && reports.is_sorted(), "{steps}, {reports:?}");
    let positions = backend.positions().unwrap();
    // The chains are where the last draw taken left them: alpha1 and alpha2 are nearly their coordinates.
    assert!(draws.view(0).get(5, steps as usize - 1) > 0.0 && draws.view(0).get(5, steps as usize) == 0.0);
    assert!((positions[15].exp() - draws.view(0).get(5, steps as usize - 1)).abs() < 1e-5);
}
