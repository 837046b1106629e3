//! Runs of the table: how long each is, what it gives, and what the verdict says of it.

use std::ops::ControlFlow;

use ridgewalk::backend::cpu::CpuBackend;
use ridgewalk::backend::{Counts, Method};
use ridgewalk::diagnostics::{
    EssKind, Finding, History, Settings as Shown, Trajectories, mcse, rank, summarise, trajectory_findings, verdict,
};
use ridgewalk::draws::{ChainView, Draws};
use ridgewalk::lang::{self, source::Source};
use ridgewalk::model::Model;
use ridgewalk::model::data::Data;
use ridgewalk::run::{Init, Outcome, Settings};
use ridgewalk::sampler::nuts::STATISTICS;
use serde_json::{Value, json};

use super::lengths::Known;
use super::models::{Case, Group};

pub const METROPOLIS: Method = Method::Metropolis;
pub const NUTS: Method = Method::Nuts { max_treedepth: 10 };

/// The size of a run, in steps.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    pub chains: usize,
    pub superchains: usize,
    pub warmup: u32,
    /// Steps of sampling.
    pub draws: u32,
    pub thin: u32,
}

/// A run of the table.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub method: Method,
    pub shape: Shape,
    /// Whether its warm-up and its effective size are long enough.
    pub long: bool,
}

/// What came of a run.
#[derive(Clone, Debug)]
pub struct Judged {
    pub model: &'static str,
    pub group: Group,
    pub plan: Plan,
    pub seed: u64,
    /// What is wrong, in the parameter where it is most; empty of a right run.
    pub wrong: String,
    /// Whether chains have not seen all modes.
    pub unvisited: bool,
    /// Codes of what was found.
    pub codes: Vec<&'static str>,
}

pub fn compiled(name: &str, text: &str, json: &str) -> Model {
    let mut data = Data::default();
    data.add_json(json, "data.json").expect("the data are JSON");
    let source = Source::new("model.stan", text);
    match lang::compile(&source, &data, name, lang::Settings::default()) {
        Ok(compiled) => compiled.model,
        Err(error) => panic!("{name}: {}", error.render(&source, false)),
    }
}

pub fn run(model: &Model, method: Method, shape: &Shape, seed: u64, target_accept: f64) -> Outcome {
    let settings = Settings {
        first_chain: 0,
        chains: shape.chains,
        superchain_size: shape.chains / shape.superchains,
        warmup: shape.warmup,
        draws: (shape.draws / shape.thin) as usize,
        thin: shape.thin,
        seed,
        init: Init::Random { radius: 2.0 },
        target_accept,
    };
    let mut backend = CpuBackend::<f64>::with_method(model, method, seed);
    ridgewalk::run::run(model, &mut backend, &settings, &mut |_, _, _| ControlFlow::Continue(())).expect("chains run")
}

/// The runs of a model: as long as its autocorrelation times make them.
pub fn plans(model: &Model, known: &Known) -> Vec<Plan> {
    /// No run is more work; those that are long enough may take more.
    const MOST_WORK: [f64; 2] = [6e6, 3e7];
    /// Warm-up and sampling in autocorrelation times, of a few chains and of many.
    const FEW: [(f64, f64); 4] = [(1.0, 1.0), (0.5, 60.0), (3.0, 20.0), (5.0, 5.0)];
    const MANY: [(f64, f64); 4] = [(0.3, 0.3), (1.0, 0.5), (3.0, 3.0), (3.0, 0.3)];
    let mut plans = Vec::new();
    for (which, method) in [(0, NUTS), (1, METROPOLIS)] {
        let chains: &[usize] = if method == NUTS { &[4, 64] } else { &[4, 64, 1024] };
        for &chains in chains {
            let least = if method == NUTS { 20.0 } else { 10.0 };
            // Where no run of this work gives the time, runs count as too short, whatever they are.
            let time = known.times[which].unwrap_or(if method == NUTS { 100.0 } else { 2_000.0 });
            let mut lengths: Vec<(f64, f64)> = if chains == 4 { FEW } else { MANY }
                .into_iter()
                .map(|(warmup, draws)| (warmup * time, draws * time))
                .collect();
            lengths.push((1000.0, 1000.0));
            if known.times[which].is_some() {
                // What keeps the estimate of 400 effective draws a chance error away.
                lengths.push((long_warmup(method, time), 2000.0 * time / chains as f64));
            }
            for (warmup, draws) in lengths {
                let (warmup, draws) = (warmup.max(least).ceil(), draws.max(least).ceil());
                let thin = (draws / if chains == 4 { 500.0 } else { 100.0 }).floor().max(1.0) as u32;
                // An even number of draws, so that halves are halves.
                let draws = (draws as u32).div_ceil(2 * thin) * 2 * thin;
                let superchains = if chains == 4 { 4 } else { 16 };
                let shape = Shape { chains, superchains, warmup: warmup as u32, draws, thin };
                let effective = chains as f64 * f64::from(draws) / time;
                let long = known.times[which].is_some() && warmup >= 10.0 * time && effective >= 400.0;
                if work(model, method, &shape) > MOST_WORK[usize::from(long)] {
                    continue;
                }
                plans.push(Plan { method, shape, long });
            }
        }
    }
    plans
}

/// Steps of a warm-up that is long enough: ten autocorrelation times, and what tuning takes.
pub fn long_warmup(method: Method, time: f64) -> f64 {
    (10.0 * time).max(if method == NUTS { 1000.0 } else { 500.0 })
}

/// Work of a run: coordinates moved one at a time, or gradients, of which a step of NUTS takes about twenty.
pub fn work(model: &Model, method: Method, shape: &Shape) -> f64 {
    let each = if method == NUTS { 20.0 } else { 1.0 };
    let steps = (f64::from(shape.warmup) + f64::from(shape.draws)) * shape.chains as f64;
    each * steps * model.coordinates.len() as f64
}

/// The parameters that are looked at of so many: the first ones and the last ones.
pub fn chosen(count: usize) -> Vec<usize> {
    const MOST: usize = 8;
    (0..count).filter(|index| count <= MOST || *index < MOST / 2 || *index >= count - MOST / 2).collect()
}

/// Draws of the parameters that are looked at.
pub fn some(draws: &Draws) -> Draws {
    let width = draws.parameters().len();
    let chosen = chosen(width);
    let names = chosen.iter().map(|&index| draws.parameters()[index].clone()).collect();
    let values = draws.values().chunks_exact(width).flat_map(|draw| chosen.iter().map(|&index| draw[index])).collect();
    Draws::from_values(names, draws.chains(), draws.draws(), values).expect("draws of the same length")
}

/// Runs a plan, and judges it; with everything that rules are made of, as a line, if asked.
pub fn judged(
    case: &Case,
    model: &Model,
    known: &Known,
    plan: &Plan,
    seed: u64,
    told: bool,
) -> (Judged, Option<Value>) {
    let shape = &plan.shape;
    let outcome = run(model, plan.method, shape, seed, 0.8);
    let draws = &some(&outcome.draws);
    let summary = summarise(draws, shape.superchains, &Shown::default()).expect("superchains divide the chains");
    let history = History { warmup: Some(u64::from(shape.warmup)), thin: u64::from(shape.thin) };
    let mut found = verdict(&summary, history).findings;
    let mut diverged = 0;
    if let Counts::Trees(trees) = &outcome.counts {
        let sum = |count: fn(&ridgewalk::backend::Trees) -> u32| trees.iter().map(|tree| u64::from(count(tree))).sum();
        let steps = trees.len() as u64 * u64::from(outcome.steps);
        let (divergences, saturated) = (sum(|tree| tree.divergences), sum(|tree| tree.saturated));
        diverged = divergences;
        let trajectories = Trajectories { steps, divergences, saturated, max_treedepth: 10 };
        found.extend(trajectory_findings(trajectories, outcome.statistics.view(STATISTICS.len() - 1)));
    }
    let (mut worst, mut wrong) = (0.0, String::new());
    let mut rows = Vec::new();
    for (index, row) in summary.rows.iter().enumerate() {
        let Some(reference) = known.parameters.get(&row.parameter) else { continue };
        let view = draws.view(index);
        let base = row.parameter.split('[').next().unwrap_or_default();
        let moments = !case.without_moments.contains(&base);
        let quantile = |p| mcse::of_quantile(view, p);
        let is = [row.mean, row.sd, row.q5, row.q50, row.q95];
        let errors = [row.mcse_mean, row.mcse_sd, quantile(0.05), quantile(0.5), quantile(0.95)];
        let sd = if moments { reference.values[1] } else { (reference.values[4] - reference.values[2]) / 3.29 };
        let mut off = 0.0_f64;
        for (k, name) in ["mean", "sd", "q5", "q50", "q95"].into_iter().enumerate().skip(if moments { 0 } else { 2 }) {
            let distance = (is[k] - reference.values[k]).abs();
            // Errors that are NaN are of chains that never moved: they claim to be exact.
            let claimed = if errors[k].is_finite() { errors[k] } else { 0.0 };
            let error = claimed.hypot(reference.errors[k]);
            let by = (distance / (0.1 * sd)).min(distance / (5.0 * error));
            off = off.max(by);
            if by > 1.0 && by > worst {
                (worst, wrong) = (by, format!("{name} of {} by {:.2} sd", row.parameter, distance / sd));
            }
        }
        if told {
            rows.push(json!({
                "off": off,
                "ess": [row.ess_bulk, row.ess_tail],
                "r_hat": row.r_hat,
                "r_hat_tail": row.r_hat_tail,
                "nested": [row.r_hat_nested, row.r_hat_nested_limit],
                "location": measures(view, &rank::z_scale(view)),
                "distance": measures(view, &rank::z_fold(view)),
            }));
        }
    }
    let unvisited = case.modes.is_some_and(|(count, mode)| {
        let mut seen = vec![false; count];
        let width = outcome.draws.parameters().len();
        outcome.draws.values().chunks_exact(width).for_each(|draw| seen[mode(draw)] = true);
        seen.contains(&false)
    });
    let codes: Vec<&'static str> = found.iter().filter(|finding| finding.is_bad()).map(Finding::code).collect();
    let line = told.then(|| {
        let ebfmi = found.iter().any(|finding| matches!(finding, Finding::LowEbfmi { .. }));
        let low = found.iter().any(|finding| matches!(finding, Finding::EssBelow { kind: EssKind::Tail, .. }));
        json!({
            "model": case.name, "group": case.group.name(), "sampler": name(plan.method), "chains": shape.chains,
            "superchains": shape.superchains, "warmup": shape.warmup, "steps": shape.draws, "thin": shape.thin,
            "long": plan.long, "seed": seed, "wrong": wrong, "unvisited": unvisited, "codes": codes,
            "ebfmi": ebfmi, "tail": low, "diverged": diverged, "rows": rows,
        })
    });
    let (model, group) = (case.name, case.group);
    (Judged { model, group, plan: *plan, seed, wrong, unvisited, codes }, line)
}

pub fn name(method: Method) -> &'static str {
    if method == METROPOLIS { "metropolis" } else { "nuts" }
}

/// Of scores `[chain, draw]`: variance, mean variance within halves, variances and covariance of the means of the halves,
/// mean and standard error of their difference.
fn measures(view: ChainView<'_>, scores: &[f64]) -> [f64; 7] {
    let half = view.draws() / 2;
    let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
    let squares = |x: &[f64], about: f64| x.iter().map(|x| (x - about).powi(2)).sum::<f64>();
    let variance = |x: &[f64]| squares(x, mean(x)) / (x.len() - 1) as f64;
    let (mut first, mut second, mut within) = (Vec::new(), Vec::new(), Vec::new());
    for chain in scores.chunks_exact(view.draws()) {
        let (one, other) = (&chain[..half], &chain[view.draws() - half..]);
        first.push(mean(one));
        second.push(mean(other));
        within.extend([variance(one), variance(other)]);
    }
    let (a, b) = (mean(&first), mean(&second));
    let covariance = first.iter().zip(&second).map(|(x, y)| (x - a) * (y - b)).sum::<f64>() / (first.len() - 1) as f64;
    let differences: Vec<f64> = first.iter().zip(&second).map(|(x, y)| y - x).collect();
    let error = (variance(&differences) / differences.len() as f64).sqrt();
    [variance(scores), mean(&within), variance(&first), variance(&second), covariance, b - a, error]
}
