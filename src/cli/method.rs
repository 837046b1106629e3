//! What is told of how chains stepped: the method's name, its tuning, and what speaks against its trajectories.
//!
//! An outcome flows in; sentences, a part of the JSON object and findings flow out.

use serde_json::{Map, Value, json};

use crate::backend::{Counts, Method, Trees, Tuning};
use crate::diagnostics::{Finding, Trajectories, trajectory_findings};
use crate::model::Model;
use crate::run::{Outcome, Settings};
use crate::sampler::nuts::STATISTICS;
use crate::store::json::number;

/// The method in words.
pub(super) fn name(method: Method) -> String {
    match method {
        Method::Metropolis => "Metropolis, component-wise".to_owned(),
        Method::Nuts { max_treedepth } => format!("NUTS, diagonal metric, trees up to depth {max_treedepth}"),
    }
}

/// What the warm-up aims at, in a clause that follows the name.
pub(super) fn aim(method: Method, settings: &Settings) -> String {
    match method {
        Method::Metropolis => String::new(),
        Method::Nuts { .. } => format!(", target acceptance {}", settings.target_accept),
    }
}

/// The method for machines.
pub(super) fn code(method: Method) -> &'static str {
    match method {
        Method::Metropolis => "metropolis",
        Method::Nuts { .. } => "nuts",
    }
}

/// How the steps went, in a clause.
pub(super) fn clause(outcome: &Outcome, model: &Model) -> String {
    match &outcome.counts {
        Counts::Accepted(_) => {
            let rates: Vec<String> = (model.coordinates.iter().zip(acceptance(outcome, model)))
                .map(|(name, rate)| format!("{name} {:.0}%", 100.0 * rate))
                .collect();
            format!("accepted: {}", listed(&rates))
        }
        Counts::Trees(trees) => {
            let total = Total::of(trees, outcome);
            let (low, high) = total.step_sizes;
            let sizes =
                if low == high { format!("step size {low:.3}") } else { format!("step sizes {low:.3} to {high:.3}") };
            let deviations: Vec<String> = (model.coordinates.iter().zip(&total.inverse_metric))
                .map(|(name, variance)| format!("{name} {:.3}", variance.sqrt()))
                .collect();
            format!(
                "{sizes}, {:.1} leapfrogs a step, mean acceptance {:.2}; standard deviations in the metric: {}",
                total.leapfrogs,
                total.acceptance,
                listed(&deviations)
            )
        }
    }
}

/// How the steps went, for machines: entries of the JSON object.
pub(super) fn entries(outcome: &Outcome, model: &Model, method: Method, settings: &Settings) -> Map<String, Value> {
    let mut map = Map::new();
    match (&outcome.counts, method) {
        (Counts::Accepted(_), _) | (Counts::Trees(_), Method::Metropolis) => {
            let rates = model.coordinates.iter().zip(acceptance(outcome, model));
            let rates: Map<String, Value> = rates.map(|(name, rate)| (name.clone(), number(rate))).collect();
            map.insert("acceptance".into(), Value::Object(rates));
        }
        (Counts::Trees(trees), Method::Nuts { max_treedepth }) => {
            let total = Total::of(trees, outcome);
            let metric = model.coordinates.iter().zip(&total.inverse_metric);
            let metric: Map<String, Value> = metric.map(|(name, &variance)| (name.clone(), number(variance))).collect();
            let energies = outcome.statistics.view(STATISTICS.len() - 1);
            let ebfmi = crate::diagnostics::ebfmi::ebfmi(energies);
            map.insert(
                "nuts".into(),
                json!({
                    "target_accept": settings.target_accept,
                    "max_treedepth": max_treedepth,
                    "step_size": { "smallest": number(total.step_sizes.0), "largest": number(total.step_sizes.1) },
                    "inverse_metric": metric,
                    "leapfrogs_per_step": number(total.leapfrogs),
                    "acceptance_rate": number(total.acceptance),
                    "divergences": total.trajectories.divergences,
                    "saturated": total.trajectories.saturated,
                    "steps": total.trajectories.steps,
                    "ebfmi": ebfmi.into_iter().map(number).collect::<Vec<_>>(),
                }),
            );
        }
    }
    map
}

/// What speaks against the trajectories.
pub(super) fn findings(outcome: &Outcome, method: Method) -> Vec<Finding> {
    match (&outcome.counts, method) {
        (Counts::Trees(trees), Method::Nuts { max_treedepth }) => {
            let trajectories = Trajectories { max_treedepth, ..Total::of(trees, outcome).trajectories };
            trajectory_findings(trajectories, outcome.statistics.view(STATISTICS.len() - 1))
        }
        (Counts::Accepted(_), _) | (Counts::Trees(_), Method::Metropolis) => Vec::new(),
    }
}

/// The trees of all chains.
struct Total {
    trajectories: Trajectories,
    /// A step's mean.
    leapfrogs: f64,
    acceptance: f64,
    /// The smallest and the largest.
    step_sizes: (f64, f64),
    /// Variances of the coordinates, the geometric mean of the chains'.
    inverse_metric: Vec<f64>,
}

impl Total {
    fn of(trees: &[Trees], outcome: &Outcome) -> Self {
        let steps = trees.len() as u64 * u64::from(outcome.steps);
        let sum = |count: fn(&Trees) -> u64| trees.iter().map(count).sum::<u64>();
        let (sizes, metric) = match &outcome.tuning {
            Tuning::Nuts { step_sizes, inverse_metric } => (&step_sizes[..], &inverse_metric[..]),
            Tuning::Metropolis { .. } => (&[][..], &[][..]),
        };
        let (chains, coordinates) = (sizes.len().max(1), metric.len() / sizes.len().max(1));
        let of_chains =
            |z: usize| metric.iter().skip(z).step_by(coordinates).map(|variance| variance.ln()).sum::<f64>();
        Self {
            trajectories: Trajectories {
                steps,
                divergences: sum(|tree| u64::from(tree.divergences)),
                saturated: sum(|tree| u64::from(tree.saturated)),
                max_treedepth: 0,
            },
            leapfrogs: sum(|tree| tree.leapfrogs) as f64 / steps as f64,
            acceptance: trees.iter().map(|tree| tree.acceptance).sum::<f64>() / steps as f64,
            step_sizes: sizes.iter().fold((f64::INFINITY, 0.0), |(low, high), &size| (size.min(low), size.max(high))),
            inverse_metric: (0..coordinates).map(|z| (of_chains(z) / chains as f64).exp()).collect(),
        }
    }
}

/// Fraction of proposals accepted, by coordinate, over all chains.
fn acceptance(outcome: &Outcome, model: &Model) -> Vec<f64> {
    let Counts::Accepted(accepted) = &outcome.counts else { return Vec::new() };
    let coordinates = model.coordinates.len();
    let mut rates = vec![0.0; coordinates];
    for (index, &count) in accepted.iter().enumerate() {
        rates[index % coordinates] += f64::from(count);
    }
    let proposals = (accepted.len() / coordinates) as f64 * f64::from(outcome.steps);
    rates.iter_mut().for_each(|rate| *rate /= proposals);
    rates
}

/// Steps of all chains in a second of sampling.
pub(super) fn steps_per_second(settings: &Settings, outcome: &Outcome) -> f64 {
    let steps = settings.draws as f64 * f64::from(settings.thin) * settings.chains as f64;
    steps / outcome.sampling_seconds.max(1e-9)
}

/// Names in a row, those beyond a line counted.
pub(super) fn listed(names: &[String]) -> String {
    const MOST: usize = 8;
    match names.len().checked_sub(MOST) {
        None | Some(0) => names.join(", "),
        Some(more) => format!("{} and {more} more", names[..MOST].join(", ")),
    }
}
