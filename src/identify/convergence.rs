//! Whether chains disagree only where data and prior say nothing: diagnostics of combinations instead of parameters.

use super::analysis::Analysis;
use super::direction::{Combination, Scale};
use super::posterior::along;
use crate::diagnostics::{Finding, History, Settings, SummaryError, summarise, verdict};
use crate::draws::{Draws, DrawsError};

/// What the diagnostics say of determined and of open directions.
#[derive(Clone, Debug, Default)]
pub struct Convergence {
    /// Determined combinations whose chains agree.
    pub settled: Vec<Combination>,
    /// Determined combinations whose chains do not: these are the run's fault.
    pub unsettled: Vec<Combination>,
    /// Directions that are open, with a prior that is flat along them, whose chains do not agree: no run would make them.
    pub adrift: Vec<Combination>,
    /// Directions that the likelihood leaves open and the prior closes, whose chains do not agree yet.
    pub slow: Vec<Combination>,
}

/// Why combinations could not be diagnosed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ConvergenceError {
    /// Too many draws to hold.
    #[error(transparent)]
    Draws(#[from] DrawsError),
    /// The chains form no superchains.
    #[error(transparent)]
    Summary(#[from] SummaryError),
}

/// What is determined: single parameters, transformed ones, and combinations that no transformed parameter is.
pub fn determined(analysis: &Analysis) -> Vec<Combination> {
    let single = |parameter: usize| Combination { scale: Scale::Natural, weights: vec![(parameter, 1.0)] };
    let parameters = analysis.determined.iter().map(|&parameter| single(parameter));
    let transformed = analysis.transformed.iter().filter(|(_, determined)| *determined);
    let unnamed = analysis.combinations.iter().filter(|combination| analysis.transformed_as(combination).is_none());
    let all = unnamed.cloned().chain(parameters);
    all.chain(transformed.map(|&(parameter, _)| single(parameter))).collect()
}

/// Diagnoses the determined combinations and the open directions of an analysis. `prior_sd` gives the standard deviation
/// of the prior along a combination, where it is finite.
///
/// # Errors
/// When superchains do not divide the chains, or there is no room.
pub fn convergence(
    analysis: &Analysis,
    draws: &Draws,
    superchains: usize,
    prior_sd: impl Fn(&Combination) -> Option<f64>,
) -> Result<Convergence, ConvergenceError> {
    /// A prior of so many times the width that a chain has seen does not hold chains together.
    const WIDE: f64 = 10.0;
    let mut found = Convergence::default();
    for combination in determined(analysis) {
        let agrees = agrees(&combination, draws, superchains)?;
        if agrees { found.settled.push(combination) } else { found.unsettled.push(combination) }
    }
    for direction in &analysis.open {
        let combination = &direction.combination;
        if agrees(combination, draws, superchains)? {
            continue;
        }
        let narrow = || prior_sd(combination).is_some_and(|sd| sd < WIDE * within(combination, draws));
        // What turns from point to point is open there, and not known to be elsewhere.
        let is_closed = direction.closed || combination.scale == Scale::Local || narrow();
        let list = if is_closed { &mut found.slow } else { &mut found.adrift };
        list.push(combination.clone());
    }
    Ok(found)
}

/// The standard deviation of a combination within chains.
fn within(combination: &Combination, draws: &Draws) -> f64 {
    let values = along(combination, draws);
    let variance = |chain: &[f64]| {
        let mean = chain.iter().sum::<f64>() / chain.len() as f64;
        chain.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / chain.len() as f64
    };
    let variances = values.chunks(draws.draws().max(1)).map(variance);
    (variances.sum::<f64>() / draws.chains().max(1) as f64).sqrt()
}

/// Whether chains agree about a combination: by the rules that parameters are judged by.
fn agrees(combination: &Combination, draws: &Draws, superchains: usize) -> Result<bool, ConvergenceError> {
    let values = along(combination, draws);
    let own = Draws::from_values(vec!["combination".to_owned()], draws.chains(), draws.draws(), values)?;
    let findings = verdict(&summarise(&own, superchains, &Settings::default())?, History::UNKNOWN).findings;
    Ok(!findings.iter().any(is_disagreement))
}

/// Whether a finding says that chains disagree.
pub fn is_disagreement(finding: &Finding) -> bool {
    matches!(
        finding,
        Finding::RHatAbove { .. }
            | Finding::NestedRHatAbove { .. }
            | Finding::NonFinite { .. }
            | Finding::Drift { .. }
            | Finding::ShortWarmup { .. }
    )
}

/// The names of parameters whose disagreement among chains is no fault of the run: those that directions adrift move. None
/// where chains disagree about anything else as well.
pub fn excused(analysis: &Analysis, found: &Convergence, parameters: &[String]) -> Vec<String> {
    if !found.unsettled.is_empty() || !found.slow.is_empty() || found.adrift.is_empty() {
        return Vec::new();
    }
    let touched = found.adrift.iter().flat_map(|combination| combination.weights.iter().map(|(p, _)| *p));
    let moved = analysis.transformed.iter().filter(|(_, determined)| !determined).map(|(parameter, _)| *parameter);
    let mut all: Vec<usize> = touched.chain(moved).collect();
    all.sort_unstable();
    all.dedup();
    all.into_iter().map(|parameter| parameters[parameter].clone()).collect()
}
