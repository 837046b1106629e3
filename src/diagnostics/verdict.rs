//! What is wrong with the draws, as typed findings.
//!
//! A [`Summary`] flows in. Up to [`FEW_CHAINS`] chains the rules are Stan's and PyMC's. Beyond,
//! they change, because two of them stop meaning anything for thousands of short chains: a
//! hundred effective draws for every chain, and a hundred draws of each. There the total effective
//! size counts, and nested R-hat against what sampling noise explains (`nested_rhat`); superchains
//! of one chain have no nested R-hat, and R-hat takes its place, against what sampling noise
//! explains of that (`rhat::limit`). Deliberately absent: sentences for people, and what finds
//! divergences and the like (`trajectory`).

use std::collections::HashSet;

use crate::diagnostics::summary::{Row, Summary};
use crate::draws::Failures;

/// Up to this many chains each chain is judged on its own.
pub const FEW_CHAINS: usize = 16;
/// R-hat above this says that chains disagree (Vehtari et al. 2021).
pub const R_HAT_THRESHOLD: f64 = 1.01;
/// Effective draws wanted of each of a few chains.
pub const ESS_PER_CHAIN: f64 = 100.0;
/// Effective draws wanted of many chains together: what four chains must give.
pub const ESS_IN_TOTAL: f64 = 400.0;
/// Fewer chains than this cannot be compared reliably.
pub const LEAST_CHAINS: usize = 4;
/// Fewer draws than this of each of a few chains cannot be judged reliably.
pub const LEAST_DRAWS: usize = 100;

/// Which effective size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EssKind {
    Bulk,
    Tail,
}

/// A nested R-hat beyond its limit.
#[derive(Debug, Clone, PartialEq)]
pub struct NestedExcess {
    pub parameter: String,
    pub r_hat_nested: f64,
    /// What tolerance and sampling noise explain.
    pub limit: f64,
}

/// Something that makes the draws, or numbers from them, unreliable.
#[derive(Debug, Clone, PartialEq)]
pub enum Finding {
    /// Generated quantities could not be computed at some draws, and are NaN there.
    GeneratedQuantities { failures: Failures },
    /// Some draws are NaN or infinite; with each parameter, how many.
    NonFinite { parameters: Vec<(String, usize)> },
    /// All draws are equal, so that nothing can be said of mixing.
    Constant { parameters: Vec<String> },
    /// Too few chains to compare.
    FewChains { chains: usize },
    /// Too few draws a chain to judge.
    FewDraws { draws: usize },
    /// Chains disagree: R-hat is above the threshold, and, of many chains, also above what sampling
    /// noise explains.
    RHatAbove { threshold: f64, parameters: Vec<(String, f64)> },
    /// Superchains disagree by more than sampling noise explains.
    NestedRHatAbove { parameters: Vec<NestedExcess> },
    /// All chains together have not settled: the first half of the run differs from the second by more than noise.
    Drift { parameters: Vec<(String, f64)> },
    /// Too few effective draws, all chains together.
    EssBelow { kind: EssKind, threshold: f64, parameters: Vec<(String, f64)> },
    /// Trajectories that lost their energy, so that regions may be missing.
    Divergences { divergences: u64, steps: u64 },
    /// Trajectories that ended because they may not be doubled more often.
    SaturatedTreedepth { saturated: u64, steps: u64, max_treedepth: u32 },
    /// Energies explored slowly: how many chains, and the lowest energy Bayesian fraction of missing information.
    LowEbfmi { threshold: f64, lowest: f64, low: usize, chains: usize },
}

impl Finding {
    /// A name for machines, which does not change.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::GeneratedQuantities { .. } => "generated_quantities",
            Self::NonFinite { .. } => "non_finite",
            Self::Constant { .. } => "constant",
            Self::FewChains { .. } => "few_chains",
            Self::FewDraws { .. } => "few_draws",
            Self::RHatAbove { .. } => "r_hat_above",
            Self::NestedRHatAbove { .. } => "nested_r_hat_above",
            Self::Drift { .. } => "drift",
            Self::EssBelow { kind: EssKind::Bulk, .. } => "ess_bulk_below",
            Self::EssBelow { kind: EssKind::Tail, .. } => "ess_tail_below",
            Self::Divergences { .. } => "divergences",
            Self::SaturatedTreedepth { .. } => "saturated_treedepth",
            Self::LowEbfmi { .. } => "low_ebfmi",
        }
    }

    /// The parameters it names; none where it is about the run as a whole.
    #[must_use]
    pub fn parameters(&self) -> Vec<&str> {
        match self {
            Self::NonFinite { parameters } => parameters.iter().map(|(name, _)| name.as_str()).collect(),
            Self::Constant { parameters } => parameters.iter().map(String::as_str).collect(),
            Self::GeneratedQuantities { .. }
            | Self::FewChains { .. }
            | Self::FewDraws { .. }
            | Self::Divergences { .. }
            | Self::SaturatedTreedepth { .. }
            | Self::LowEbfmi { .. } => Vec::new(),
            Self::RHatAbove { parameters, .. } | Self::Drift { parameters } | Self::EssBelow { parameters, .. } => {
                parameters.iter().map(|(name, _)| name.as_str()).collect()
            }
            Self::NestedRHatAbove { parameters } => parameters.iter().map(|excess| excess.parameter.as_str()).collect(),
        }
    }

    /// Whether estimates should not be trusted. A constant parameter alone is no harm: models
    /// have them. Short trajectories cost time, not truth. Generated quantities that could not be computed say nothing
    /// against the draws they were to be computed from.
    #[must_use]
    pub fn is_bad(&self) -> bool {
        !matches!(self, Self::Constant { .. } | Self::SaturatedTreedepth { .. } | Self::GeneratedQuantities { .. })
    }
}

/// As [`verdict`], of a run whose generated quantities could not be computed at some draws: those, named `generated`, that
/// are NaN there and finite elsewhere are told of once, and judged no further.
#[must_use]
pub fn verdict_with(summary: &Summary, failures: &Failures, generated: &[String]) -> Vec<Finding> {
    if failures.failed == 0 {
        return verdict(summary);
    }
    let generated: HashSet<&String> = generated.iter().collect();
    let explained = |row: &&Row| {
        row.non_finite > 0 && row.non_finite as u64 <= failures.failed && generated.contains(&row.parameter)
    };
    let rows = summary.rows.iter().filter(|row| !explained(row)).cloned().collect();
    let mut findings = verdict(&Summary { rows, ..*summary });
    findings.insert(0, Finding::GeneratedQuantities { failures: failures.clone() });
    findings
}

/// All findings, the most fundamental first; none means that nothing speaks against the draws.
///
/// Constant parameters have no R-hat and are judged no further. A diagnostic that is NaN although
/// its parameter has finite draws that differ counts as failed, unless too few draws or chains
/// explain it.
#[must_use]
pub fn verdict(summary: &Summary) -> Vec<Finding> {
    let few = summary.chains <= FEW_CHAINS;
    let mut findings = Vec::new();
    let mut add = |finding, is_empty: bool| {
        if !is_empty {
            findings.push(finding);
        }
    };

    let parameters: Vec<_> = summary
        .rows
        .iter()
        .filter(|row| row.non_finite > 0)
        .map(|row| (row.parameter.clone(), row.non_finite))
        .collect();
    let none = parameters.is_empty();
    add(Finding::NonFinite { parameters }, none);

    let constant = summary.rows.iter().filter(|row| row.constant);
    let parameters: Vec<_> = constant.map(|row| row.parameter.clone()).collect();
    let none = parameters.is_empty();
    add(Finding::Constant { parameters }, none);

    let chains = summary.chains;
    add(Finding::FewChains { chains }, chains >= LEAST_CHAINS);
    // Below four draws there are no diagnostics at all, however many chains there are.
    let draws = summary.draws;
    let least = if few { LEAST_DRAWS } else { 4 };
    add(Finding::FewDraws { draws }, draws >= least);
    if draws < 4 || chains == 0 {
        return findings;
    }

    let varying = || summary.rows.iter().filter(|row| !row.constant);
    let nested = |row: &Row| row.r_hat_nested.zip(row.r_hat_nested_limit);
    let parameters: Vec<_> = varying()
        .filter(|row| few || nested(row).is_none())
        .filter(|row| {
            let limit = row.r_hat_limit.filter(|_| !few).unwrap_or(R_HAT_THRESHOLD);
            chains >= 2 && is_above(row.r_hat, limit)
        })
        .map(|row| (row.parameter.clone(), row.r_hat))
        .collect();
    let none = parameters.is_empty();
    let threshold = R_HAT_THRESHOLD;
    add(Finding::RHatAbove { threshold, parameters }, none);

    let parameters: Vec<_> = varying()
        .filter(|_| !few)
        .filter_map(|row| nested(row).map(|pair| (row, pair)))
        .filter(|(_, (value, limit))| is_above(*value, *limit))
        .map(|(row, (r_hat_nested, limit))| NestedExcess { parameter: row.parameter.clone(), r_hat_nested, limit })
        .collect();
    let none = parameters.is_empty();
    add(Finding::NestedRHatAbove { parameters }, none);

    let parameters: Vec<_> = varying()
        .filter(|_| !few)
        .filter(|row| row.drift.zip(row.drift_limit).is_some_and(|(drift, limit)| is_above(drift, limit)))
        .map(|row| (row.parameter.clone(), row.drift.unwrap_or(f64::NAN)))
        .collect();
    let none = parameters.is_empty();
    add(Finding::Drift { parameters }, none);

    let threshold = if few { ESS_PER_CHAIN * chains as f64 } else { ESS_IN_TOTAL };
    for kind in [EssKind::Bulk, EssKind::Tail] {
        let size = |row: &Row| match kind {
            EssKind::Bulk => row.ess_bulk,
            EssKind::Tail => row.ess_tail,
        };
        let parameters: Vec<_> = varying()
            .filter(|row| is_above(threshold, size(row)))
            .map(|row| (row.parameter.clone(), size(row)))
            .collect();
        let none = parameters.is_empty();
        add(Finding::EssBelow { kind, threshold, parameters }, none);
    }
    findings
}

/// Whether `value > limit`, or either is NaN.
fn is_above(value: f64, limit: f64) -> bool {
    value.is_nan() || limit.is_nan() || value > limit
}
