//! Floor 5: the conductor. A model, a backend and settings go in; starting points, warm-up windows and sampling
//! follow one another; draws come out.
//!
//! Chains are grouped in *superchains*: chains of one superchain start at the same point. Superchains are independent
//! of one another, unless all start at one point ([`Init::is_one_point`]).
//! Absent on purpose: which backend, which files, what is printed.

pub mod bench;
mod block;
pub mod change;
pub mod check;
mod metropolis;
pub mod moments;
pub mod monitor;
mod nuts;
pub mod prior;
pub mod quantities;
pub mod refused;
mod settings;
mod stream;
mod warmup;

pub use block::{Block, Cut, Sink};
pub use settings::{Glance, Init, Look, NoStart, Phase, RunError, Settings, SinkError, Watch};
pub use stream::{Again, Plan, stream};

use std::time::Instant;

use self::block::statistics;
use self::warmup::Warmup;
use crate::backend::cpu::Gradient;
use crate::backend::{Backend, Counts, Keep, Method, Population, Precision, Stretch, Tuning};
use crate::draws::{Draws, Failures};
use crate::lang::start::StartError;
use crate::math::Real;
use crate::model::Model;
use crate::rng::philox::{key, philox};
use crate::rng::slots::{Purpose, counter};
use crate::sampler::Gradient as _;

/// Attempts at a starting point before a model is given up.
const ATTEMPTS: u32 = 100;

/// What a run gives.
#[derive(Debug)]
pub struct Outcome {
    /// The draws, `[chain, draw, parameter]`.
    pub draws: Draws,
    /// What is told of each draw's step: of NUTS [`STATISTICS`](crate::sampler::nuts::STATISTICS); of Metropolis there are no columns.
    pub statistics: Draws,
    /// At which draws generated quantities could not be computed: none until they are.
    pub failures: Failures,
    /// What the sampling steps were like.
    pub counts: Counts,
    /// Sampling steps of each chain.
    pub steps: u32,
    /// The tuning after warm-up.
    pub tuning: Tuning,
    /// Seconds of finding starting points and warming up.
    pub warmup_seconds: f64,
    /// Seconds of sampling.
    pub sampling_seconds: f64,
}

/// Runs the chains.
///
/// # Errors
/// When the settings ask for nothing or for too much, no finite starting point is found, or the backend fails.
pub fn run(
    model: &Model,
    backend: &mut dyn Backend,
    settings: &Settings,
    watch: Watch<'_>,
) -> Result<Outcome, RunError> {
    run_observed(model, backend, settings, watch, None)
}

/// Runs the chains, and shows their draws to `look` as they are taken, about twice a second. The draws are the same.
///
/// # Errors
/// As [`run`].
pub fn run_observed(
    model: &Model,
    backend: &mut dyn Backend,
    settings: &Settings,
    watch: Watch<'_>,
    look: Option<Look<'_>>,
) -> Result<Outcome, RunError> {
    let sampling = check(model, settings)?;
    let mut draws = Draws::new(model.parameters.clone(), settings.chains, settings.draws)?;
    let mut statistics = Draws::new(statistics(backend.method()), settings.chains, settings.draws)?;
    let clock = Instant::now();
    let tuning = warm_up(model, settings, &mut Warmup::new(backend, settings, watch))?;
    let warmup_seconds = clock.elapsed().as_secs_f64();
    let clock = Instant::now();
    let counts = sample(backend, settings, sampling, &mut draws, &mut statistics, watch, look)?;
    let sampling_seconds = clock.elapsed().as_secs_f64();
    let failures = Failures::default();
    Ok(Outcome { draws, statistics, failures, counts, steps: sampling, tuning, warmup_seconds, sampling_seconds })
}

/// Takes the sampling steps, in one stretch or, with a `look`, in stretches of about half a second.
fn sample(
    backend: &mut dyn Backend,
    settings: &Settings,
    steps: u32,
    draws: &mut Draws,
    statistics: &mut Draws,
    watch: Watch<'_>,
    mut look: Option<Look<'_>>,
) -> Result<Counts, RunError> {
    const SECONDS: f64 = 0.5;
    let all = settings.draws;
    let (mut from, mut next) = (0, if look.is_some() { all.div_ceil(50) } else { all });
    let mut total: Option<Counts> = None;
    while from < all {
        let clock = Instant::now();
        let taken = next.min(all - from);
        let before = from as u32 * settings.thin;
        let stretch = Stretch { first_step: settings.warmup + before, steps: taken as u32 * settings.thin };
        let keep = Keep { draws: draws.room(), statistics: Some(statistics.room()), from, thin: settings.thin };
        let stats = backend.advance(stretch, Some(keep), &mut |done| watch(Phase::Sampling, before + done, steps))?;
        let counts = total.get_or_insert_with(|| stats.counts.none());
        counts.add(&stats.counts);
        if let Some(look) = &mut look {
            look(Glance { draws, filled: from..from + taken, counts });
        }
        from += taken;
        let rate = taken as f64 / clock.elapsed().as_secs_f64().max(1e-6);
        next = ((rate * SECONDS) as usize).clamp(1, 4 * taken);
    }
    Ok(total.expect("a run has at least one draw"))
}

/// Finds starting points and takes the warm-up steps.
fn warm_up(model: &Model, settings: &Settings, warmup: &mut Warmup<'_>) -> Result<Tuning, RunError> {
    start(model, warmup.backend, settings)?;
    match warmup.backend.method() {
        Method::Metropolis => metropolis::warm_up(model, settings, warmup),
        Method::Nuts { .. } => nuts::warm_up(model, settings, warmup),
    }
}

/// Number of steps of the sampling phase, if the settings make sense.
fn check(model: &Model, settings: &Settings) -> Result<u32, RunError> {
    for (count, what) in [
        (settings.chains, "chain"),
        (settings.superchain_size, "chain in a superchain"),
        (settings.draws, "draw"),
        (settings.thin as usize, "step per draw"),
    ] {
        if count == 0 {
            return Err(RunError::Nothing(what));
        }
    }
    if let Init::Given(starts) = &settings.init {
        let chains = settings.first_chain as usize + settings.chains;
        let needed = chains.div_ceil(settings.superchain_size);
        if starts.len() != 1 && starts.len() < needed {
            let superchain_size = settings.superchain_size;
            return Err(RunError::Starts { given: starts.len(), needed, chains, superchain_size });
        }
    }
    if model.coordinates.is_empty() {
        return Err(RunError::NoParameters(model.name.clone()));
    }
    let (first, chains) = (settings.first_chain, settings.chains);
    if u32::try_from(chains).ok().and_then(|chains| first.checked_add(chains)).is_none() {
        return Err(RunError::TooManyChains { first, chains });
    }
    let steps = u32::try_from(settings.draws).ok().and_then(|draws| draws.checked_mul(settings.thin));
    steps.filter(|steps| steps.checked_add(settings.warmup).is_some()).ok_or(RunError::TooManySteps {
        warmup: settings.warmup,
        draws: settings.draws,
        thin: settings.thin,
    })
}

/// Puts every superchain at a point where the log density is finite, and for NUTS its gradient, as Stan does.
fn start(model: &Model, backend: &mut dyn Backend, settings: &Settings) -> Result<(), RunError> {
    let population = Population { first: settings.first_chain, chains: settings.chains };
    let superchain = |chain: usize| (settings.first_chain as usize + chain) / settings.superchain_size;
    let first = superchain(0);
    let mut points: Vec<Vec<f64>> =
        (first..=superchain(settings.chains - 1)).map(|k| point(model, settings, k, 0)).collect::<Result<_, _>>()?;
    let attempts = if settings.init.is_fixed() { 1 } else { ATTEMPTS };
    let precision = backend.description().precision;
    let mut settled = vec![false; points.len()];
    let mut gradient = matches!(backend.method(), Method::Nuts { .. }).then(|| StartGradient::new(model, precision));
    for attempt in 1..=attempts {
        let positions: Vec<f64> =
            (0..settings.chains).flat_map(|chain| points[superchain(chain) - first].iter().copied()).collect();
        let log_density = backend.start(population, &positions)?;
        // Chains of a superchain start at one point.
        let mut failed: Vec<(usize, bool)> = Vec::new();
        for (chain, &log_density) in log_density.iter().enumerate() {
            let k = superchain(chain) - first;
            if settled[k] {
                continue;
            }
            let of_density = !admissible(log_density, precision);
            if of_density || gradient.as_mut().is_some_and(|gradient| !gradient.is_finite(&points[k])) {
                failed.push((chain, of_density));
            } else {
                settled[k] = true;
            }
        }
        let Some(&(example, is_of_density)) = failed.first() else { return Ok(()) };
        if attempt == attempts {
            let tried =
                |attempt| point(model, settings, superchain(example), attempt).map(|point| model.parameters_at(&point));
            let values = model.parameters_at(&points[superchain(example) - first]);
            let named = model.parameters.iter().zip(&values).map(|(name, &value)| {
                let moderate = value == 0.0 || (1e-3..1e7).contains(&value.abs());
                if moderate { format!("{name} = {value:.4}") } else { format!("{name} = {value:.3e}") }
            });
            let listed = named.collect::<Vec<_>>().join(", ");
            let log_density = model.log_density(&points[superchain(example) - first]);
            return Err(RunError::NoStart(NoStart {
                tried: (0..attempts).map(tried).collect::<Result<_, _>>()?,
                point: listed,
                log_density,
                gradient: !is_of_density,
                precision,
            }));
        }
        let mut again: Vec<usize> = failed.into_iter().map(|(chain, _)| superchain(chain)).collect();
        again.dedup();
        for k in again {
            points[k - first] = point(model, settings, k, attempt)?;
        }
    }
    Ok(())
}

/// Whether a chain may start at a log density: where a step in its precision could have led, too.
fn admissible(log_density: f64, precision: Precision) -> bool {
    let largest = match precision {
        Precision::F32 => f32::LARGEST.to_f64(),
        Precision::F64 => f64::LARGEST,
    };
    log_density.abs() <= largest
}

/// The gradient at starting points, in the precision of the chains, by the CPU's program: a GPU's is its twin.
enum StartGradient {
    Single(Box<Gradient<f32>>),
    Double(Box<Gradient<f64>>),
}

impl StartGradient {
    fn new(model: &Model, precision: Precision) -> Self {
        let (program, terms) = (model.gradient(), model.density.results.len());
        match precision {
            Precision::F32 => Self::Single(Box::new(Gradient::new(&program, terms))),
            Precision::F64 => Self::Double(Box::new(Gradient::new(&program, terms))),
        }
    }

    fn is_finite(&mut self, point: &[f64]) -> bool {
        fn ask<R: Real>(gradient: &mut Gradient<R>, point: &[f64]) -> bool {
            let coordinates: Vec<Vec<R>> = point.iter().map(|&x| vec![R::from_f64(x)]).collect();
            let (mut density, mut slope) = ([R::ZERO], vec![vec![R::ZERO]; point.len()]);
            gradient.gradient(&coordinates, &mut density, &mut slope);
            slope.iter().all(|component| component[0].to_f64().is_finite())
        }
        match self {
            Self::Single(gradient) => ask(gradient, point),
            Self::Double(gradient) => ask(gradient, point),
        }
    }
}

/// The starting point of a superchain at an attempt, from 0. Where random values of other parameters leave no room for
/// a value that the user gives, they are drawn again.
fn point(model: &Model, settings: &Settings, superchain: usize, attempt: u32) -> Result<Vec<f64>, StartError> {
    let random = |radius: f64, attempt: u32| -> Vec<f64> {
        let coordinate = |index: usize| {
            let counter = counter(superchain as u32, attempt, (index / 4) as u32, Purpose::Start);
            // Added, 0 makes no difference but to a negative zero.
            radius * (2.0 * f64::uniform(philox(counter, key(settings.seed))[index % 4]) - 1.0) + 0.0
        };
        (0..model.coordinates.len()).map(coordinate).collect()
    };
    let start = match &settings.init {
        Init::Random { radius } => return Ok(random(*radius, attempt)),
        Init::Given(starts) => starts.get(superchain).unwrap_or(&starts[0]),
    };
    let mut again = 0;
    loop {
        let mut coordinates = random(Init::RADIUS, attempt + again * ATTEMPTS);
        match start.place(model, &mut coordinates) {
            Ok(()) => return Ok(coordinates),
            Err(error) if start.is_complete() || again + 1 == ATTEMPTS => return Err(error),
            Err(_) => again += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use super::*;
    use crate::backend::cpu::CpuBackend;
    use crate::lang::{self, source::Source, start::Start};
    use crate::model::data::Data;

    #[test]
    fn draws_do_not_depend_on_whether_they_are_looked_at() {
        let source = Source::new(
            "model.stan",
            "parameters { real a; real<lower=0> b; } model { a ~ normal(0, b); b ~ gamma(3, 1); }",
        );
        let model = lang::compile(&source, &Data::default(), "model", lang::Settings::default()).unwrap().model;
        let settings = Settings {
            first_chain: 0,
            chains: 3,
            superchain_size: 1,
            warmup: 100,
            draws: 120,
            thin: 2,
            seed: 1,
            init: Init::Random { radius: 2.0 },
            target_accept: 0.8,
        };
        for method in [Method::Metropolis, Method::Nuts { max_treedepth: 8 }] {
            let mut seen = 0;
            let mut look = |glance: Glance<'_>| {
                assert_eq!(glance.filled.start, seen, "draws are shown once, in order");
                seen = glance.filled.end;
            };
            let mut watch = |_, _, _| ControlFlow::Continue(());
            let backend = || CpuBackend::<f64>::with_method(&model, method, 1);
            let plain = run(&model, &mut backend(), &settings, &mut watch).unwrap();
            let observed = run_observed(&model, &mut backend(), &settings, &mut watch, Some(&mut look)).unwrap();
            assert_eq!(seen, settings.draws);
            assert_eq!(plain.draws, observed.draws);
            assert_eq!(plain.statistics, observed.statistics);
            match (plain.counts, observed.counts) {
                (Counts::Accepted(plain), Counts::Accepted(observed)) => assert_eq!(plain, observed),
                (Counts::Trees(plain), Counts::Trees(observed)) => {
                    let whole = |trees: &[crate::backend::Trees]| -> Vec<(u64, u32)> {
                        trees.iter().map(|tree| (tree.leapfrogs, tree.divergences)).collect()
                    };
                    assert_eq!(whole(&plain), whole(&observed));
                }
                _ => panic!("one method gives one kind of counts"),
            }
        }
    }

    /// A start for each superchain, one of which leaves little room for what it does not name.
    #[test]
    fn values_that_are_given_are_kept_and_all_others_are_random() {
        let source = Source::new("model.stan", "parameters { real a; real<lower=a> b; } model { a ~ normal(0, 1); }");
        let compiled = lang::compile(&source, &Data::default(), "model", lang::Settings::default()).unwrap();
        let starts = |text: &str| -> Vec<Start> {
            let objects = Data::all_of_json(text, "init.json").unwrap();
            objects.iter().map(|values| compiled.quantities.start(values, "init.json".to_owned()).unwrap()).collect()
        };
        let settings = |init: Init| Settings {
            first_chain: 0,
            chains: 6,
            superchain_size: 2,
            warmup: 0,
            draws: 1,
            thin: 1,
            seed: 1,
            init,
            target_accept: 0.8,
        };
        let at = |init: &Init, superchain: usize| {
            let coordinates = point(&compiled.model, &settings(init.clone()), superchain, 0);
            coordinates.map(|coordinates| compiled.model.parameters_at(&coordinates))
        };
        // `a` is uniform on (-2, 2) and must be below -1.5.
        let given = Init::Given(starts(r#"[{"a": 7}, {"b": -1.5}, {}]"#));
        let points = [0, 1, 2].map(|superchain| at(&given, superchain).unwrap());
        assert_eq!(points[0][0], 7.0);
        assert!((points[1][1] + 1.5).abs() < 1e-12 && points[1][0] < -1.5, "{points:?}");
        assert_eq!(points[2], at(&Init::Random { radius: Init::RADIUS }, 2).unwrap());
        let one = Init::Given(starts(r#"{"a": 7}"#));
        assert_eq!([0, 1, 2].map(|superchain| at(&one, superchain).unwrap()[0]), [7.0; 3]);
        assert_eq!(at(&Init::Random { radius: 0.0 }, 1).unwrap(), [0.0, 1.0]);
        let nowhere = at(&Init::Given(starts(r#"{"b": -3}"#)), 0).unwrap_err().to_string();
        assert!(nowhere.starts_with("init.json: b is -3, but must be greater than or equal to"), "{nowhere}");
        let few = settings(Init::Given(starts(r#"[{"a": 1}, {"a": 2}]"#)));
        let sentence = "2 starting points are given, and chains up to number 6 need 3: one for each superchain of 2 chains, \
                        or one for all";
        assert_eq!(check(&compiled.model, &few).unwrap_err().to_string(), sentence);
    }
}
