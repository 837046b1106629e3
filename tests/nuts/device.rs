//! NUTS on a GPU takes the steps that its twin takes, wherever dispatches and shards end.

use std::ops::ControlFlow;

use ridgewalk::backend::cpu::CpuBackend;
use ridgewalk::backend::gpu::{AdapterChoice, NutsBackend, Restrictions};
use ridgewalk::backend::{Backend, Counts, Error, Keep, Population, Stretch, Trees, Tuning};
use ridgewalk::draws::Draws;
use ridgewalk::model::Model;
use ridgewalk::sampler::nuts::STATISTICS;

use super::models::{NUTS, from_files, model};
use super::wanted::{bits_are_promised, gpu_is_wanted};

const SEED: u64 = 0x1234_5678_9abc_def0;

fn banana() -> Model {
    model(
        "parameters { real x; real y; real<lower=0> z; }
        model { x ~ normal(0, 1); y ~ normal(x * x, 0.5); z ~ lognormal(0, 1); }",
    )
}

fn posteriordb(name: &str) -> Model {
    let folder = format!("tests/data/posteriordb/{name}");
    from_files(name, &format!("{folder}/model.stan"), &format!("{folder}/data.json"))
}

fn device(model: &Model, max_treedepth: u32, restrictions: Restrictions) -> NutsBackend {
    NutsBackend::restricted(model, max_treedepth, &AdapterChoice::Best, SEED, restrictions)
        .unwrap_or_else(|error| panic!("{error} (RIDGEWALK_WITHOUT_GPU=1 says that there is meant to be none)"))
}

fn twin(model: &Model) -> CpuBackend<f32> {
    CpuBackend::with_method(model, NUTS, SEED)
}

/// Where chains start, `[chain, coordinate]`, by their numbers in the run.
fn starts(first: u32, chains: usize, coordinates: usize) -> Vec<f64> {
    let first = first as usize * coordinates;
    (first..first + chains * coordinates).map(|i| 0.5 * (0.37 * i as f64).sin()).collect()
}

struct Taken {
    draws: Draws,
    statistics: Draws,
    trees: Vec<Trees>,
    positions: Vec<f64>,
}

impl Taken {
    /// All bits but those of acceptance rates summed over steps, which a device adds up in whole numbers.
    fn bits(&self) -> [Vec<u64>; 4] {
        let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect();
        let counts = |tree: &Trees| [tree.leapfrogs, u64::from(tree.divergences), u64::from(tree.saturated)];
        [
            bits(self.draws.values()),
            bits(self.statistics.values()),
            bits(&self.positions),
            self.trees.iter().flat_map(counts).collect(),
        ]
    }
}

/// Ten steps that are not kept, other steps and metrics, then draws. Steps and metrics belong to a chain, not to its place
/// among others.
fn run(backend: &mut dyn Backend, model: &Model, (first, chains): (u32, usize), (draws, thin): (u32, u32)) -> Taken {
    let coordinates = model.coordinates.len();
    let mut go_on = |_| ControlFlow::Continue(());
    let population = Population { first, chains };
    backend.start(population, &starts(first, chains, coordinates)).expect("the chains start");
    let numbers = |i: usize, modulus: usize| ((first as usize + i) % modulus) as f64;
    let tune = |backend: &mut dyn Backend, size: f64| {
        let step_sizes = (0..chains).map(|chain| size * (1.0 + 0.1 * numbers(chain, 11))).collect();
        let metric = |i: usize| 0.5 + 0.1 * numbers(i / coordinates, 5) + 0.1 * (i % coordinates) as f64;
        let inverse_metric = (0..chains * coordinates).map(metric).collect();
        backend.tune(&Tuning::Nuts { step_sizes, inverse_metric }).expect("the chains are tuned");
    };
    tune(backend, 0.02);
    backend.advance(Stretch { first_step: 0, steps: 10 }, None, &mut go_on).expect("the chains warm up");
    tune(backend, 0.05);
    let length = draws as usize + 1;
    let mut kept = Draws::new(model.parameters.clone(), chains, length).expect("draws fit");
    let names = STATISTICS.map(str::to_owned).to_vec();
    let mut statistics = Draws::new(names, chains, length).expect("statistics fit");
    let keep = Keep { draws: kept.room(), statistics: Some(statistics.room()), from: 1, thin };
    let stretch = Stretch { first_step: 10, steps: draws * thin };
    let stats = backend.advance(stretch, Some(keep), &mut go_on).expect("the chains advance");
    let Counts::Trees(trees) = stats.counts else { panic!("NUTS grows trees") };
    Taken { draws: kept, statistics, trees, positions: backend.positions().expect("the chains are somewhere") }
}

/// One step from the same state, over 2,048 states. On a software driver all bits are the twin's. Hardware that rounds
/// otherwise may end a tree elsewhere: each of some 20 decisions of a step compares numbers of which it knows five digits, so
/// that one step in 2,000 may differ, and one in 100 is allowed; the others end within a thousandth of the twin's.
#[test]
fn one_step_is_the_step_of_the_twin() {
    if !gpu_is_wanted() {
        return;
    }
    for model in [banana(), posteriordb("eight_schools-eight_schools_noncentered")] {
        let mut device = device(&model, 10, Restrictions::default());
        let (chains, coordinates) = (2048, model.coordinates.len());
        let step = |backend: &mut dyn Backend| {
            let positions = starts(5, chains, coordinates);
            let log_density = backend.start(Population { first: 5, chains }, &positions).expect("the chains start");
            let tuning =
                Tuning::Nuts { step_sizes: vec![0.1; chains], inverse_metric: vec![1.0; chains * coordinates] };
            backend.tune(&tuning).expect("the chains are tuned");
            let stretch = Stretch { first_step: 3, steps: 1 };
            let stats = backend.advance(stretch, None, &mut |_| ControlFlow::Continue(())).expect("the chains move");
            let Counts::Trees(trees) = stats.counts else { panic!("NUTS grows trees") };
            (log_density, trees, backend.positions().expect("the chains are somewhere"))
        };
        let (at_device, at_twin) = (step(&mut device), step(&mut twin(&model)));
        if bits_are_promised(&device.adapter().name) {
            assert!(at_device == at_twin, "{} on {}", model.name, device.adapter().full_name());
            continue;
        }
        let differs = |chain: usize| {
            let range = chain * coordinates..(chain + 1) * coordinates;
            let pairs = at_device.2[range.clone()].iter().zip(&at_twin.2[range]);
            at_device.1[chain].leapfrogs != at_twin.1[chain].leapfrogs
                || pairs.into_iter().any(|(a, b)| (a - b).abs() > 1e-3)
        };
        let differing = (0..chains).filter(|&chain| differs(chain)).count();
        assert!(differing <= chains / 100, "{differing} of {chains} on {}", device.adapter().full_name());
    }
}

#[test]
fn whole_runs_have_the_bits_of_the_twin_on_software_drivers() {
    if !gpu_is_wanted() {
        return;
    }
    for (model, draws) in [
        (banana(), 60),
        (posteriordb("eight_schools-eight_schools_noncentered"), 20),
        (posteriordb("mesquite-logmesquite"), 10),
        (posteriordb("hmm_example-hmm_example"), 6),
    ] {
        let mut device = device(&model, 10, Restrictions::default());
        if !bits_are_promised(&device.adapter().name) {
            return;
        }
        let (found, right) =
            (run(&mut device, &model, (100, 150), (draws, 2)), run(&mut twin(&model), &model, (100, 150), (draws, 2)));
        assert!(found.bits() == right.bits(), "{} on {}", model.name, device.adapter().full_name());
        for (found, right) in found.trees.iter().zip(&right.trees) {
            let steps = f64::from(2 * draws);
            // Of each step the device leaves out less than 2^-24.
            assert!((found.acceptance - right.acceptance).abs() <= steps * 0.5_f64.powi(24));
        }
    }
}

/// A loop limit of 4,000 iterations leaves a few dozen leapfrogs a dispatch; a binding of 64 KiB holds 136 chains of 3
/// coordinates with their trees, so that 300 are cut into three shards, and draws leave a few at a time.
#[test]
fn draws_do_not_depend_on_dispatches_shards_or_chains_beside_them() {
    if !gpu_is_wanted() {
        return;
    }
    let model = banana();
    let mut whole = device(&model, 10, Restrictions::default());
    let all = run(&mut whole, &model, (0, 300), (30, 3));
    for restrictions in [
        Restrictions { loop_limit: Some(4_000), ..Restrictions::default() },
        Restrictions { largest_binding_bytes: Some(65_536), ..Restrictions::default() },
        Restrictions { loop_limit: Some(1_000), largest_binding_bytes: Some(50_000) },
    ] {
        let mut other = device(&model, 10, restrictions);
        let parts = run(&mut other, &model, (0, 300), (30, 3));
        assert!(all.bits() == parts.bits(), "{restrictions:?} on {}", other.adapter().full_name());
        assert!(
            all.trees == parts.trees,
            "{restrictions:?} on {}: sums of acceptance rates",
            other.adapter().full_name()
        );
    }
    let alone = run(&mut whole, &model, (17, 1), (30, 3));
    let row = 31 * 3;
    assert_eq!(alone.draws.values(), &all.draws.values()[17 * row..18 * row], "chain 17 alone");
}

/// Trees that may not grow are one leapfrog long: what is said of them must say so.
#[test]
fn trees_of_depth_one_are_saturated_and_one_leapfrog_long() {
    if !gpu_is_wanted() {
        return;
    }
    let model = banana();
    let taken = run(&mut device(&model, 1, Restrictions::default()), &model, (0, 70), (20, 1));
    let ended = |tree: &Trees| tree.leapfrogs == 20 && tree.saturated + tree.divergences == 20;
    assert!(taken.trees.iter().all(ended), "{:?}", taken.trees[0]);
}

#[test]
fn a_stretch_can_be_broken_off_and_the_next_one_begins_afresh() {
    if !gpu_is_wanted() {
        return;
    }
    let model = banana();
    let mut device = device(&model, 10, Restrictions { loop_limit: Some(4_000), ..Restrictions::default() });
    device.start(Population { first: 0, chains: 64 }, &starts(0, 64, 3)).expect("the chains start");
    device.tune(&Tuning::Nuts { step_sizes: vec![0.05; 64], inverse_metric: vec![1.0; 192] }).expect("they are tuned");
    let mut reports = Vec::new();
    let result = device.advance(Stretch { first_step: 0, steps: 1000 }, None, &mut |steps| {
        reports.push(steps);
        if steps > 10 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    let Err(Error::Interrupted { steps }) = result else { panic!("{result:?}") };
    assert!(steps > 10 && steps < 1000 && reports.is_sorted(), "{steps}, {reports:?}");
    let stretch = Stretch { first_step: 1000, steps: 5 };
    let stats = device.advance(stretch, None, &mut |_| ControlFlow::Continue(())).expect("the chains advance");
    assert_eq!(stats.steps, 5);
    assert!(device.positions().expect("the chains are somewhere").iter().all(|z| z.is_finite()));
}
