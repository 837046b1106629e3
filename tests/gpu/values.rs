//! Values: what the device computes for a state, against the Rust twins.

use ridgewalk::backend::cpu::CpuBackend;
use ridgewalk::backend::gpu::{self, AdapterChoice, MOST_ULPS, Restrictions};
use ridgewalk::backend::{Backend, Population};

use ridgewalk::ir::{Builder, Op, Unary, Value};

use crate::models::{arrays, bits, everything, gpu, observations, on, plain, same_bits, seed_model, starts};

/// The canary asks the elementary functions at 4,001 points, and Philox for its known answers; an error beyond the
/// stated bound would have refused the device.
#[test]
fn elementary_functions_have_the_bits_of_their_twins_on_software_drivers() {
    let Some(backend) = gpu(&seed_model(&observations()), 1, Restrictions::default()) else { return };
    let same_bits = same_bits(&backend);
    for &(name, ulps) in &backend.verdict().ulps {
        assert!(ulps <= MOST_ULPS, "{name} on {}: {ulps} ULP", on(&backend));
        assert!(ulps == 0.0 || !same_bits, "{name} on {}: {ulps} ULP", on(&backend));
    }
}

#[test]
fn every_adapter_is_listed_and_the_best_one_passes_the_canary() {
    if gpu(&seed_model(&observations()), 1, Restrictions::default()).is_none() {
        return;
    }
    let adapters = gpu::adapters();
    assert!(adapters.is_sorted_by_key(|adapter| adapter.kind), "{adapters:?}");
    let verdict = gpu::examine(&AdapterChoice::Best).expect("the best adapter computes correctly");
    println!("{}: {verdict:?}", adapters[0].full_name());
}

/// Tolerance: what the Rust twin in f32 itself differs from the truth, doubled, since the device may round each operation
/// the other way; on software drivers, no bit at all.
#[test]
fn log_densities_are_those_of_the_twin() {
    for model in [seed_model(&observations()), everything(), arrays()] {
        let Some(mut backend) = gpu(&model, 1, Restrictions::default()) else { return };
        let chains = 3000;
        let positions: Vec<f64> = starts(chains, model.coordinates.len()).iter().map(|z| 4.0 * z).collect();
        let population = Population { first: 0, chains };
        let device = backend.start(population, &positions).unwrap();
        let twin = CpuBackend::<f32>::new(&model, 1).start(population, &positions).unwrap();
        let truth = CpuBackend::<f64>::new(&model, 1).start(population, &positions).unwrap();
        if same_bits(&backend) {
            let differing = bits(&device).iter().zip(bits(&twin)).filter(|(a, b)| **a != *b).count();
            assert_eq!(differing, 0, "{} of {chains} log densities of {} on {}", differing, model.name, on(&backend));
        }
        let worst = twin
            .iter()
            .zip(&truth)
            .map(|(twin, truth)| (twin - truth).abs() / truth.abs().max(1.0))
            .fold(1e-7, f64::max);
        for ((device, twin), truth) in device.iter().zip(&twin).zip(&truth) {
            assert!(
                (device - twin).abs() <= 2.0 * worst * truth.abs().max(1.0),
                "{device}, {twin}, {truth} on {}",
                on(&backend)
            );
        }
    }
}

#[test]
fn a_log_density_that_is_not_finite_is_reported_as_it_is() {
    let Some(mut backend) = gpu(&seed_model(&observations()), 1, Restrictions::default()) else { return };
    let positions = [0.0, 0.0, 0.0, 300.0, 0.0, 0.0, -300.0, 0.0, 0.0];
    let found = backend.start(Population { first: 0, chains: 3 }, &positions).unwrap();
    assert!(found[0].is_finite() && !found[1].is_finite() && !found[2].is_finite(), "{found:?} on {}", on(&backend));
}

/// Zero times NaN, a difference and a quotient of one value with itself: folded by a driver, each would be a number, and a
/// state that every other backend rejects would be accepted.
#[test]
fn what_is_not_a_number_stays_so_on_the_device() {
    let terms: [fn(&mut Builder, Value) -> Value; 4] = [
        |b, z| {
            let (zero, ln) = (b.constant(0.0), b.unary(Unary::Ln, z));
            b.multiply(zero, ln)
        },
        |b, z| {
            let exp = b.unary(Unary::Exp, z);
            b.subtract(exp, exp)
        },
        |b, z| {
            let exp = b.unary(Unary::Exp, z);
            b.divide(exp, exp)
        },
        |b, z| {
            let (zero, root) = (b.constant(0.0), b.unary(Unary::Sqrt, z));
            b.divide(zero, root)
        },
    ];
    for (index, term) in terms.into_iter().enumerate() {
        let mut b = Builder::new(1);
        let z = b.push(Op::Coordinate(0));
        let term = term(&mut b, z);
        let model = plain("undefined", 1, b.finish(vec![term]));
        let Some(mut backend) = gpu(&model, 1, Restrictions::default()) else { return };
        let positions = [-1.0, 200.0, 1.0];
        let population = Population { first: 0, chains: 3 };
        let finite = |found: Vec<f64>| found.iter().map(|x| x.is_finite()).collect::<Vec<_>>();
        let twin = CpuBackend::<f32>::new(&model, 1).start(population, &positions).unwrap();
        let device = backend.start(population, &positions).unwrap();
        assert_eq!(finite(device), finite(twin), "term {index} on {}", on(&backend));
    }
}
