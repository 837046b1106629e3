//! Whether chains disagree only where the data say nothing: diagnostics of combinations instead of parameters.

use super::analysis::Analysis;
use super::direction::{Combination, Scale};
use super::posterior::along;
use crate::diagnostics::{Finding, Settings, SummaryError, summarise, verdict};
use crate::draws::{Draws, DrawsError};

/// What the diagnostics say of determined and of open directions.
#[derive(Clone, Debug, Default)]
pub struct Convergence {
    /// Determined combinations whose chains agree.
    pub settled: Vec<Combination>,
    /// Determined combinations whose chains do not: these are the run's fault.
    pub unsettled: Vec<Combination>,
    /// Open directions whose chains do not agree.
    pub adrift: Vec<Combination>,
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

/// Diagnoses the determined combinations and the open directions of an analysis.
///
/// # Errors
/// When superchains do not divide the chains, or there is no room.
pub fn convergence(analysis: &Analysis, draws: &Draws, superchains: usize) -> Result<Convergence, ConvergenceError> {
    let mut found = Convergence::default();
    for combination in determined(analysis) {
        let agrees = agrees(&combination, draws, superchains)?;
        if agrees { found.settled.push(combination) } else { found.unsettled.push(combination) }
    }
    for direction in &analysis.open {
        if !agrees(&direction.combination, draws, superchains)? {
            found.adrift.push(direction.combination.clone());
        }
    }
    Ok(found)
}

/// Whether chains agree about a combination: by the rules that parameters are judged by.
fn agrees(combination: &Combination, draws: &Draws, superchains: usize) -> Result<bool, ConvergenceError> {
    let values = along(combination, draws);
    let own = Draws::from_values(vec!["combination".to_owned()], draws.chains(), draws.draws(), values)?;
    let findings = verdict(&summarise(&own, superchains, &Settings::default())?);
    Ok(!findings.iter().any(is_disagreement))
}

/// Whether a finding says that chains disagree.
pub fn is_disagreement(finding: &Finding) -> bool {
    matches!(
        finding,
        Finding::RHatAbove { .. } | Finding::NestedRHatAbove { .. } | Finding::NonFinite { .. } | Finding::Drift { .. }
    )
}

/// The names of parameters that open directions move: those whose disagreement is no fault of the run.
pub fn excused(analysis: &Analysis, parameters: &[String]) -> Vec<String> {
    let touched = analysis.open.iter().flat_map(|direction| direction.combination.weights.iter().map(|(p, _)| *p));
    let moved = analysis.transformed.iter().filter(|(_, determined)| !determined).map(|(parameter, _)| *parameter);
    let mut all: Vec<usize> = touched.chain(moved).collect();
    all.sort_unstable();
    all.dedup();
    all.into_iter().map(|parameter| parameters[parameter].clone()).collect()
}
