//! The verdict on runs whose truth is known. Seeds are fixed; each test states how often a
//! correct build would fail with another seed.

use std::ops::ControlFlow;

use ridgewalk::backend::cpu::CpuBackend;
use ridgewalk::diagnostics::{Finding, History, Settings, Summary, nested_rhat, rhat, summarise, verdict};
use ridgewalk::draws::Draws;
use ridgewalk::lang::{self, source::Source};
use ridgewalk::model::Model;
use ridgewalk::model::data::Data;
use ridgewalk::run::Init;

/// SplitMix64 (Steele, Lea, Flood 2014) and the Box-Muller transform: enough for these tests.
struct Random(u64);

impl Random {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / 9_007_199_254_740_992.0
    }

    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }
}

/// One parameter; `chain(random, superchain, values)` writes the draws of a chain.
fn run(
    seed: u64,
    (chains, superchains, length): (usize, usize, usize),
    mut chain: impl FnMut(&mut Random, usize, &mut [f64]),
) -> Summary {
    let mut random = Random(seed);
    let mut draws = Draws::new(vec!["x".to_owned()], chains, length).unwrap();
    for (index, values) in draws.values_mut().chunks_exact_mut(length).enumerate() {
        chain(&mut random, index * superchains / chains, values);
    }
    summarise(&draws, superchains, &Settings::default()).unwrap()
}

fn codes(summary: &Summary) -> Vec<&'static str> {
    verdict(summary, History::UNKNOWN).findings.iter().map(Finding::code).collect()
}

/// Stationary autoregression with unit variance.
fn autoregression(phi: f64) -> impl FnMut(&mut Random, usize, &mut [f64]) {
    move |random, _, values| {
        let mut x = random.normal();
        for value in values {
            *value = x;
            x = phi * x + (1.0 - phi * phi).sqrt() * random.normal();
        }
    }
}

#[test]
fn perfect_draws_have_no_findings() {
    // Few chains: the sd of R-hat - 1 for 4 x 1000 independent draws is about 5e-4, so 1.01 is
    // twenty of them away. Many chains: 0.001 by construction of the limit.
    assert_eq!(codes(&run(1, (4, 4, 1000), autoregression(0.0))), [""; 0]);
    for (seed, shape) in [(2, (64, 16, 20)), (3, (4096, 16, 10)), (4, (512, 64, 40))] {
        assert_eq!(codes(&run(seed, shape, autoregression(0.0))), [""; 0], "{shape:?}");
    }
}

#[test]
fn stationary_but_slow_chains_pass_when_superchains_are_large() {
    // 19 draws are worth one; 0.001 false alarms by construction of the limit.
    for (seed, shape) in [(5, (512, 16, 300)), (6, (128, 16, 500)), (7, (1024, 256, 400))] {
        assert_eq!(codes(&run(seed, shape, autoregression(0.9))), [""; 0], "{shape:?}");
    }
}

#[test]
fn the_limit_is_exceeded_by_perfect_draws_as_often_as_it_says() {
    // 2,000 runs at 5 %: the count is binomial with sd 9.7; four of them are 39 (fails 6e-5). The
    // limit neglects 1 / length, which lowers the expected count from 100 to about 94.
    let (superchains, chains, length, runs) = (16, 32, 100, 2000);
    let mut random = Random(11);
    let mut values = vec![0.0; chains * length];
    let effective = (chains / superchains * length) as f64;
    let limit = nested_rhat::limit(superchains, effective, 1.0, 0.05);
    let exceeded = (0..runs)
        .filter(|_| {
            values.iter_mut().for_each(|x| *x = random.normal());
            let view = ridgewalk::draws::ChainView::from_slice(&values, chains, length).unwrap();
            nested_rhat::plain(view, superchains) > limit
        })
        .count();
    assert!((100 - 39..=100 + 39).contains(&exceeded), "{exceeded} of {runs}");
}

#[test]
fn superchains_stuck_along_a_ridge_are_flagged_although_the_total_ess_passes() {
    // Each superchain starts at its own far point of a flat ridge and barely walks from it.
    for (seed, shape) in [(21, (400, 16, 500)), (22, (4096, 64, 100)), (23, (400, 100, 200))] {
        let mut starts: Vec<f64> = Vec::new();
        let summary = run(seed, shape, |random, superchain, values| {
            while starts.len() <= superchain {
                starts.push(1e3 * random.normal());
            }
            let mut x = starts[superchain];
            for value in values {
                x += random.normal();
                *value = x;
            }
        });
        let row = &summary.rows[0];
        assert!(row.ess_bulk > 400.0, "{shape:?}: {}", row.ess_bulk);
        assert!(codes(&summary).contains(&"nested_r_hat_above"), "{shape:?}");
    }
}

#[test]
fn single_chains_stuck_along_a_ridge_are_flagged_by_classical_rhat() {
    let summary = run(31, (400, 400, 500), |random, _, values| {
        let mut x = 1e3 * random.normal();
        for value in values {
            x += random.normal();
            *value = x;
        }
    });
    assert!(summary.rows[0].r_hat_nested.is_none());
    assert!(codes(&summary).contains(&"r_hat_above"));
}

#[test]
fn stationary_but_slow_single_chains_pass() {
    // 19 draws are worth one, so halves of 50 and of 150 draws are worth 3 to 8; R-hat is far above 1.01. 0.001 false
    // alarms each, by construction of the limit.
    for (seed, shape) in [(81, (4096, 4096, 300)), (82, (64, 64, 1000)), (83, (512, 512, 400))] {
        let summary = run(seed, shape, autoregression(0.9));
        let row = &summary.rows[0];
        assert!(row.r_hat > 1.01 && row.r_hat_limit.is_some(), "{shape:?}: {}", row.r_hat);
        assert_eq!(codes(&summary), [""; 0], "{shape:?}: {} {:?}", row.r_hat, row.r_hat_limit);
    }
}

#[test]
fn the_limit_of_single_chains_is_exceeded_by_perfect_draws_as_often_as_it_says() {
    // 1,000 runs at 5 %: the count is binomial with sd 6.9; four of them are 28 (fails 6e-5). The limit neglects
    // 1 / length, which lowers the expected count: R-hat^2 - 1 has mean 1 / 49 - 1 / 50 and its 5 % point is
    // 1.24 / 49 - 1 / 50 for 63 and 3136 degrees of freedom. So the tolerance given is sqrt(1 - 1 / 50), which puts
    // the term back.
    let (chains, length, runs) = (32, 100, 1000);
    let mut random = Random(91);
    let mut values = vec![0.0; chains * length];
    let tolerance = (1.0_f64 - 1.0 / 50.0).sqrt();
    let limit = rhat::limit(2 * chains, 50.0, tolerance, 0.05);
    let exceeded = (0..runs)
        .filter(|_| {
            values.iter_mut().for_each(|x| *x = random.normal());
            let view = ridgewalk::draws::ChainView::from_slice(&values, chains, length).unwrap();
            rhat::split(view) > limit
        })
        .count();
    assert!((50 - 28..=50 + 28).contains(&exceeded), "{exceeded} of {runs}");
}

#[test]
fn single_chains_that_disagree_by_more_than_noise_are_flagged() {
    // Fast chains about centres with sd 0.3: R-hat^2 is 1.09, the limit about 1.03, sixty standard deviations below.
    let mut centre = 0.0;
    let apart = run(101, (1024, 1024, 200), |random, _, values| {
        centre = 0.3 * random.normal();
        values.iter_mut().for_each(|x| *x = centre + random.normal());
    });
    assert_eq!(codes(&apart), ["r_hat_above"]);
    // Slow chains, a half of which is worth about eight draws, in two modes three sd apart.
    let mut slow = autoregression(0.9);
    let modes = run(102, (1024, 1024, 300), |random, chain, values| {
        slow(random, chain, values);
        values.iter_mut().for_each(|x| *x += if chain % 2 == 0 { 1.5 } else { -1.5 });
    });
    assert!(codes(&modes).contains(&"r_hat_above"));
    // Random walks that all start at the same point: no half is worth four draws, so no noise excuses them.
    let wandering = run(103, (400, 400, 500), |random, _, values| {
        let mut x = 0.0;
        for value in values {
            x += random.normal();
            *value = x;
        }
    });
    assert!(codes(&wandering).contains(&"r_hat_above"));
}

#[test]
fn chains_that_each_fell_into_some_mode_are_flagged_even_within_superchains() {
    // Which mode is a matter of chance for every chain, so superchains of 8 agree only roughly:
    // scatter between chains must not count as sampling noise.
    let summary = run(41, (512, 64, 100), |random, _, values| {
        let mode = if random.uniform() < 0.5 { -5.0 } else { 5.0 };
        values.iter_mut().for_each(|x| *x = mode + random.normal());
    });
    assert!(codes(&summary).contains(&"nested_r_hat_above"));
}

#[test]
fn superchains_of_different_width_are_flagged() {
    let summary = run(51, (512, 16, 50), |random, superchain, values| {
        let width = if superchain % 2 == 0 { 1.0 } else { 4.0 };
        values.iter_mut().for_each(|x| *x = width * random.normal());
    });
    assert!(codes(&summary).contains(&"nested_r_hat_above"));
}

#[test]
fn few_chains_follow_the_rules_of_stan_and_pymc() {
    let shifted = run(61, (4, 4, 1000), |random, chain, values| {
        values.iter_mut().for_each(|x| *x = chain as f64 + random.normal());
    });
    assert_eq!(codes(&shifted)[0], "r_hat_above");
    assert_eq!(codes(&run(62, (2, 2, 1000), autoregression(0.0))), ["few_chains"]);
    assert_eq!(codes(&run(63, (4, 4, 50), autoregression(-0.7)))[..1], ["few_draws"]);
    // Worth about 4000 / 99 = 40 draws, of 400 wanted.
    let slow = codes(&run(64, (4, 4, 1000), autoregression(0.98)));
    assert!(slow.contains(&"ess_bulk_below") && slow.contains(&"ess_tail_below"));
}

#[test]
fn constant_and_non_finite_draws_are_findings_and_not_a_silent_one() {
    let constant = run(71, (4, 4, 200), |_, _, values| values.fill(2.5));
    assert!(constant.rows[0].r_hat.is_nan());
    assert_eq!(codes(&constant), ["constant"]);
    assert!(!verdict(&constant, History::UNKNOWN).is_bad(&[]));
    assert!(verdict(&constant, History::UNKNOWN).is_bad(&["x".to_owned()]), "a chain that never moved");
    let broken = run(72, (4, 4, 200), |random, chain, values| {
        values.iter_mut().for_each(|x| *x = random.normal());
        if chain == 1 {
            values[7] = f64::NAN;
        }
    });
    let found = verdict(&broken, History::UNKNOWN).findings;
    assert_eq!(found, [Finding::NonFinite { parameters: vec![("x".to_owned(), Some(1))] }]);
    let row = &broken.rows[0];
    let (low, high) = row.interval;
    assert!([row.mean, row.sd, low, high, row.ess_bulk, row.ess_tail, row.r_hat, row.q50].iter().all(|x| x.is_nan()));
    let stuck = run(73, (4, 4, 200), |_, chain, values| values.fill(chain as f64));
    assert!(stuck.rows[0].r_hat.is_infinite());
    assert!(codes(&stuck).contains(&"r_hat_above"));
}

#[test]
fn unequal_superchains_are_refused() {
    let draws = Draws::new(vec!["x".to_owned()], 10, 10).unwrap();
    for superchains in [0, 3, 20] {
        assert!(summarise(&draws, superchains, &Settings::default()).is_err());
    }
}

/// All chains start at the same distance from the posterior and approach it together: R-hat between superchains is 1,
/// and so is every comparison between chains.
#[test]
fn chains_that_drift_together_are_flagged() {
    let approaching = |random: &mut Random, _: usize, values: &mut [f64]| {
        let mut x = -30.0;
        for value in values {
            x = 0.995 * x + 0.1 * random.normal();
            *value = x;
        }
    };
    assert!(codes(&run(31, (1024, 16, 1000), approaching)).contains(&"drift"));
    // A straight line, as of an improper posterior.
    let line = |random: &mut Random, _: usize, values: &mut [f64]| {
        for (step, value) in values.iter_mut().enumerate() {
            *value = step as f64 + random.normal();
        }
    };
    assert!(codes(&run(32, (64, 16, 200), line)).contains(&"drift"));
}

/// 40 runs of stationary chains, slow ones among them: each run is flagged with probability 0.001 by construction of the
/// limits, so a correct build fails this test with probability 0.04 for another seed.
#[test]
fn stationary_chains_do_not_drift() {
    for seed in 0..40 {
        let phi = [0.0, 0.5, 0.9, 0.95][seed as usize % 4];
        let summary = run(100 + seed, (256, 16, 200), autoregression(phi));
        assert!(!codes(&summary).contains(&"drift"), "phi {phi}: {:?}", summary.rows[0].drift);
    }
}

/// Chains that stay where warm-up left them agree in every comparison of superchains when each of these holds many: nothing
/// but their own movement tells.
#[test]
fn frozen_chains_are_flagged_and_short_chains_after_a_long_warmup_pass() {
    let after = |warmup: u64, summary: &Summary| -> Vec<&'static str> {
        verdict(summary, History { warmup: Some(warmup), thin: 1 }).findings.iter().map(Finding::code).collect()
    };
    // Starts that no two chains share, and steps of a thousandth of their spread.
    let frozen = run(201, (1024, 16, 500), |random, _, values| {
        let mut x = random.normal();
        for value in values {
            x += 1e-3 * random.normal();
            *value = x;
        }
    });
    assert_eq!(after(1000, &frozen), ["short_warmup"]);
    // Stationary chains with an autocorrelation time of 19 that are shorter than it.
    let short = run(202, (1024, 16, 16), autoregression(0.9));
    assert!(short.rows[0].r_hat > 1.5, "{}", short.rows[0].r_hat);
    assert_eq!(after(1000, &short), [""; 0]);
    assert_eq!(after(20, &short), ["short_warmup"]);
}

/// One chain in twenty stays in the upper tail and the others stay out of it. Ranks vary within chains about as much as
/// between them; whether a draw is in the tail does not vary within any chain.
#[test]
fn a_tail_that_no_chain_enters_or_leaves_is_flagged_however_well_ranks_mix() {
    let stuck = run(203, (1024, 16, 500), |random, _, values| {
        let is_in_tail = random.uniform() < 0.05;
        for value in values {
            *value = random.normal();
            if is_in_tail {
                *value = 3.0 + value.abs();
            }
        }
    });
    let row = &stuck.rows[0];
    let time = verdict::autocorrelation_time(row.r_hat, 500, 1);
    assert!(verdict::LEAST_WARMUP * time < 1000.0, "the ranks tell it: {time}");
    let found = verdict(&stuck, History { warmup: Some(1000), thin: 1 }).findings;
    assert!(found.iter().any(|finding| finding.code() == "short_warmup"), "{found:?}");
}

/// Independent draws of a Cauchy and of a normal distribution, one chain in each row: the index of the first is 1. The fit of
/// 960 draws has a standard error of 0.06.
#[test]
fn heavy_tails_are_a_remark_and_ask_many_chains_for_a_longer_warmup() {
    let heavy = run(204, (4, 4, 25_600), |random, _, values| {
        values.iter_mut().for_each(|value| *value = random.normal() / random.normal());
    });
    assert!((heavy.rows[0].tail_index - 1.0).abs() < 0.25, "{}", heavy.rows[0].tail_index);
    let found = verdict(&heavy, History { warmup: Some(1000), thin: 1 });
    assert_eq!(found.findings.iter().map(Finding::code).collect::<Vec<_>>(), ["heavy_tails"]);
    assert!(found.findings[0].is_remark(&[]) && !found.is_bad(&[]));
    let light =
        run(205, (4, 4, 25_600), |random, _, values| values.iter_mut().for_each(|value| *value = random.normal()));
    assert!(light.rows[0].tail_index < 0.25, "{}", light.rows[0].tail_index);

    // Chains with an autocorrelation time of 19: 7 such times are 133 steps, 25 are 475. What makes the tails heavy leaves the
    // ranks as they are.
    let after_300_steps = |heavy: bool| -> Vec<&'static str> {
        let mut walk = autoregression(0.9);
        let summary = run(206, (1024, 16, 50), |random, superchain, values| {
            walk(random, superchain, values);
            for value in values.iter_mut().filter(|_| heavy) {
                *value = value.signum() * (0.5 * value.powi(2)).exp();
            }
        });
        verdict(&summary, History { warmup: Some(300), thin: 1 }).findings.iter().map(Finding::code).collect()
    };
    assert_eq!(after_300_steps(false), [""; 0]);
    assert_eq!(after_300_steps(true), ["short_warmup", "heavy_tails"]);
}

fn compiled(text: &str, json: &str) -> Model {
    let mut data = Data::default();
    data.add_json(json, "data.json").unwrap();
    lang::compile(&Source::new("model.stan", text), &data, "model", lang::Settings::default()).unwrap().model
}

/// Mean of a parameter and its error, and whether the draws of Metropolis chains are said to be bad.
fn sampled(
    model: &Model,
    parameter: &str,
    (chains, warmup, draws): (usize, u32, usize),
    seed: u64,
) -> (f64, f64, bool) {
    let settings = ridgewalk::run::Settings {
        first_chain: 0,
        chains,
        superchain_size: chains / 16,
        warmup,
        draws,
        thin: 1,
        seed,
        init: Init::Random { radius: 2.0 },
        target_accept: 0.8,
    };
    let mut backend = CpuBackend::<f64>::new(model, seed);
    let draws =
        ridgewalk::run::run(model, &mut backend, &settings, &mut |_, _, _| ControlFlow::Continue(())).unwrap().draws;
    let summary = summarise(&draws, 16, &Settings::default()).unwrap();
    let row = summary.rows.iter().find(|row| row.parameter == parameter).unwrap();
    let judged = verdict(&summary, History { warmup: Some(u64::from(warmup)), thin: 1 });
    (row.mean, row.mcse_mean, judged.is_bad(&[]))
}

/// The commonest slip of a first regression: years as they are. Least squares give the posterior mean.
#[test]
fn chains_frozen_on_the_ridge_of_a_covariate_that_is_not_centred_are_flagged_for_every_seed() {
    let y: Vec<f64> =
        (0..60).map(|i| 8.5 + 0.03 * (f64::from(i) - 29.5) + 0.85 * (f64::from(i * i) * 0.7).sin()).collect();
    let year: Vec<i32> = (1950..2010).collect();
    let mean = y.iter().sum::<f64>() / 60.0;
    let (sxy, sxx) = year.iter().zip(&y).fold((0.0, 0.0), |(sxy, sxx), (&year, y)| {
        let x = f64::from(year) - 1979.5;
        (sxy + x * (y - mean), sxx + x * x)
    });
    let alpha = mean - sxy / sxx * 1979.5;
    let model = compiled(
        "data { int N; vector[N] year; vector[N] y; } parameters { real alpha; real beta; real<lower=0> sigma; }
         model { y ~ normal(alpha + beta * year, sigma); }",
        &format!("{{\"N\": 60, \"year\": {year:?}, \"y\": {y:?}}}"),
    );
    for seed in 1..=6 {
        let (found, error, bad) = sampled(&model, "alpha", (64, 500, 500), seed);
        assert!((found - alpha).abs() > 5.0 * error, "the trap is not set: {found} +- {error} for {alpha}");
        assert!(bad, "seed {seed}: {found} +- {error} for {alpha} passes");
    }
}

/// Two intercepts that their priors alone hold apart: the mean of the first is 4.9983 (`tests/data/exact.json`).
#[test]
fn chains_that_walk_along_a_ridge_together_are_flagged_for_every_seed() {
    let model = compiled(
        include_str!("../examples/identifiability/informative.stan"),
        include_str!("../examples/identifiability/y.json"),
    );
    for seed in [7, 1, 2, 3] {
        let (found, error, bad) = sampled(&model, "alpha1", (256, 500, 250), seed);
        assert!((found - 4.9983).abs() > 3.0 * error, "the trap is not set: {found} +- {error}");
        assert!(bad, "seed {seed}: {found} +- {error} passes");
    }
}
