//! What is wrong with the draws, as typed findings.
//!
//! A [`Summary`] flows in, a [`Verdict`] flows out: findings, and the checks that could not be made. Up to [`FEW_CHAINS`] chains the rules are Stan's and PyMC's. Beyond,
//! they change, because two of them stop meaning anything for thousands of short chains: a
//! hundred effective draws for every chain, and a hundred draws of each. There the total effective
//! size counts, and nested R-hat against what sampling noise explains (`nested_rhat`); superchains
//! of one chain have no nested R-hat, and R-hat takes its place, against what sampling noise
//! explains of that (`rhat::limit`). Deliberately absent: sentences for people, and what finds
//! divergences and the like (`trajectory`).

use std::collections::HashSet;

use crate::diagnostics::rhat::larger;
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
/// Autocorrelation times that a warm-up of many chains must last. Short chains underestimate the time, by up to a half
/// where they start closer together than the posterior is wide: at least three and a half true times are left.
pub const LEAST_WARMUP: f64 = 7.0;
/// The same where the draws of some parameter have no variance, by their tail index: chains leave such tails more slowly than
/// at an exponential rate, so that an autocorrelation time, which the bulk of the draws decides, says too little of them.
pub const LEAST_WARMUP_OF_HEAVY_TAILS: f64 = 25.0;
/// Above this tail index there is no variance.
pub const INFINITE_VARIANCE: f64 = 0.5;
/// A tail index above this makes tails heavy: means of any affordable number of draws are unreliable (Vehtari et al. 2024).
pub const HEAVY_TAIL: f64 = 0.7;
/// Share of steps that may diverge before the draws count as unreliable. In right runs of easy posteriors a few steps of
/// ten thousand diverge; where divergences come with wrong numbers, one in a hundred does (`cargo bench --bench verdicts`).
pub const TOLERATED_DIVERGENCES: f64 = 0.002;
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

/// How chains came to their draws, which draws alone do not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct History {
    /// Steps before the first draw; none where nobody knows.
    pub warmup: Option<u64>,
    /// Steps per draw, at least 1.
    pub thin: u64,
}

impl History {
    /// Of draws from somewhere.
    pub const UNKNOWN: Self = Self { warmup: None, thin: 1 };
}

/// A check that needs what is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// Of the length of the warm-up, which is not known.
    Warmup,
    /// Of the spread and the tails of the draws: they need the draws themselves.
    Shape,
    /// Of divergences and energies: they need what the sampler tells of each step.
    Trajectories,
}

impl Check {
    /// A name for machines, which does not change.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Warmup => "warmup",
            Self::Shape => "shape",
            Self::Trajectories => "trajectories",
        }
    }
}

/// What all checks say together.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// What was found, the most fundamental first.
    pub findings: Vec<Finding>,
    /// What could not be checked.
    pub unchecked: Vec<Check>,
    /// Number of chains.
    pub chains: usize,
    /// The parameter with the smallest effective sample size, of bulk or tails; none where no parameter has one.
    pub least_ess: Option<(String, f64)>,
    /// The parameter with the largest R-hat, likewise.
    pub largest_r_hat: Option<(String, f64)>,
}

impl Verdict {
    /// Whether anything was found but constants.
    #[must_use]
    pub fn has_more_than_constants(&self) -> bool {
        self.findings.iter().any(|finding| !matches!(finding, Finding::Constant { .. }))
    }

    /// Whether the draws should not be trusted. A constant is no harm, unless it is one of the `sampled` parameters, whose
    /// chains have then never moved.
    #[must_use]
    pub fn is_bad(&self, sampled: &[String]) -> bool {
        self.is_bad_beyond(sampled, &[])
    }

    /// As [`Self::is_bad`], what is found about no parameter but `excused` ones left out.
    #[must_use]
    pub fn is_bad_beyond(&self, sampled: &[String], excused: &[String]) -> bool {
        let counts = |finding: &Finding| {
            let mut named = finding.parameters().into_iter().filter(|name| !excused.iter().any(|other| other == name));
            match finding {
                Finding::Constant { .. } => named.any(|name| sampled.iter().any(|other| other == name)),
                _ => finding.is_bad() && (finding.parameters().is_empty() || named.next().is_some()),
            }
        };
        self.findings.iter().any(counts)
    }
}

/// Something that makes the draws, or numbers from them, unreliable.
#[derive(Debug, Clone, PartialEq)]
pub enum Finding {
    /// Generated quantities could not be computed at some draws, and are NaN there.
    GeneratedQuantities { failures: Failures },
    /// Some draws are NaN or infinite; with each parameter, how many, where that is known.
    NonFinite { parameters: Vec<(String, Option<usize>)> },
    /// All draws are equal, so that nothing can be said of mixing.
    Constant { parameters: Vec<String> },
    /// Groups of chains, numbered from 0, that hold the same draws.
    IdenticalChains { groups: Vec<Vec<usize>> },
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
    /// The warm-up of many chains is shorter than [`LEAST_WARMUP`] times the time in which a chain forgets where it was, or
    /// [`LEAST_WARMUP_OF_HEAVY_TAILS`] times; with each parameter, that time in steps. `warmup` is its length in steps, none
    /// where that is not known: the chains then do not even forget in the steps between the draws. `needed` is the length
    /// that would be enough.
    ShortWarmup { warmup: Option<u64>, needed: f64, parameters: Vec<(String, f64)> },
    /// Too few effective draws, all chains together.
    EssBelow { kind: EssKind, threshold: f64, parameters: Vec<(String, f64)> },
    /// Tails so heavy that means and standard deviations of draws may estimate nothing; with each parameter, its tail index.
    HeavyTails { parameters: Vec<(String, f64)> },
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
            Self::IdenticalChains { .. } => "identical_chains",
            Self::FewChains { .. } => "few_chains",
            Self::FewDraws { .. } => "few_draws",
            Self::RHatAbove { .. } => "r_hat_above",
            Self::NestedRHatAbove { .. } => "nested_r_hat_above",
            Self::Drift { .. } => "drift",
            Self::ShortWarmup { .. } => "short_warmup",
            Self::EssBelow { kind: EssKind::Bulk, .. } => "ess_bulk_below",
            Self::EssBelow { kind: EssKind::Tail, .. } => "ess_tail_below",
            Self::HeavyTails { .. } => "heavy_tails",
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
            | Self::IdenticalChains { .. }
            | Self::FewChains { .. }
            | Self::FewDraws { .. }
            | Self::Divergences { .. }
            | Self::SaturatedTreedepth { .. }
            | Self::LowEbfmi { .. } => Vec::new(),
            Self::RHatAbove { parameters, .. }
            | Self::Drift { parameters }
            | Self::ShortWarmup { parameters, .. }
            | Self::HeavyTails { parameters }
            | Self::EssBelow { parameters, .. } => parameters.iter().map(|(name, _)| name.as_str()).collect(),
            Self::NestedRHatAbove { parameters } => parameters.iter().map(|excess| excess.parameter.as_str()).collect(),
        }
    }

    /// Whether it is a remark, and no warning: constants that are none of the `sampled` parameters, heavy tails, and a few
    /// divergences.
    #[must_use]
    pub fn is_remark(&self, sampled: &[String]) -> bool {
        match self {
            Self::Constant { parameters } => !parameters.iter().any(|name| sampled.contains(name)),
            Self::HeavyTails { .. } => true,
            Self::Divergences { .. } => !self.is_bad(),
            _ => false,
        }
    }

    /// Whether estimates should not be trusted. A constant parameter alone is no harm: models
    /// have them. Short trajectories cost time, not truth. Generated quantities that could not be computed say nothing
    /// against the draws they were to be computed from. Heavy tails are
    /// those of the posterior: quantiles are right. Divergences count where more than
    /// [`TOLERATED_DIVERGENCES`] of the steps diverged.
    #[must_use]
    pub fn is_bad(&self) -> bool {
        match self {
            Self::Constant { .. }
            | Self::SaturatedTreedepth { .. }
            | Self::HeavyTails { .. }
            | Self::GeneratedQuantities { .. } => false,
            Self::Divergences { divergences, steps } => *divergences as f64 > TOLERATED_DIVERGENCES * *steps as f64,
            _ => true,
        }
    }
}

/// As [`verdict`], of a run whose generated quantities could not be computed at some draws: those, named `generated`, that
/// are NaN there and finite elsewhere are told of once, and judged no further.
#[must_use]
pub fn verdict_with(summary: &Summary, history: History, failures: &Failures, generated: &[String]) -> Verdict {
    if failures.failed == 0 {
        return verdict(summary, history);
    }
    let generated: HashSet<&String> = generated.iter().collect();
    let explained = |row: &&Row| {
        row.non_finite > 0 && row.non_finite as u64 <= failures.failed && generated.contains(&row.parameter)
    };
    let rows = summary.rows.iter().filter(|row| !explained(row)).cloned().collect();
    let mut verdict = verdict(&Summary { rows, ..*summary }, history);
    verdict.findings.insert(0, Finding::GeneratedQuantities { failures: failures.clone() });
    verdict
}

/// Judges draws; no finding means that nothing speaks against them.
///
/// Constant parameters have no R-hat and are judged no further, and those with draws that are not finite are not either. A
/// diagnostic that is NaN although its parameter has finite draws that differ counts as failed, unless too few draws or
/// chains explain it.
#[must_use]
pub fn verdict(summary: &Summary, history: History) -> Verdict {
    let judged = || summary.rows.iter().filter(|row| row.is_judged());
    let named = |row: &Row, value: f64| (row.parameter.clone(), value);
    let sizes = judged().map(|row| named(row, row.ess_bulk.min(row.ess_tail)));
    let least_ess = sizes.filter(|(_, size)| !size.is_nan()).min_by(|a, b| a.1.total_cmp(&b.1));
    let r_hats = judged().map(|row| named(row, row.r_hat));
    let largest_r_hat = r_hats.filter(|(_, r_hat)| !r_hat.is_nan()).max_by(|a, b| a.1.total_cmp(&b.1));
    Verdict {
        findings: findings(summary, history),
        unchecked: if history.warmup.is_none() { vec![Check::Warmup] } else { Vec::new() },
        chains: summary.chains,
        least_ess,
        largest_r_hat,
    }
}

fn findings(summary: &Summary, history: History) -> Vec<Finding> {
    let few = summary.chains <= FEW_CHAINS;
    let mut findings = Vec::new();

    let parameters: Vec<_> = summary
        .rows
        .iter()
        .filter(|row| row.non_finite > 0)
        .map(|row| (row.parameter.clone(), Some(row.non_finite)))
        .collect();
    let none = parameters.is_empty();
    findings.extend((!none).then_some(Finding::NonFinite { parameters }));

    let constant = summary.rows.iter().filter(|row| row.constant);
    let parameters: Vec<_> = constant.map(|row| row.parameter.clone()).collect();
    let none = parameters.is_empty();
    findings.extend((!none).then_some(Finding::Constant { parameters }));

    let groups = summary.identical_chains();
    let none = groups.is_empty();
    findings.extend((!none).then_some(Finding::IdenticalChains { groups }));

    let chains = summary.chains;
    findings.extend((chains < LEAST_CHAINS).then_some(Finding::FewChains { chains }));
    // Below four draws there are no diagnostics at all, however many chains there are.
    let draws = summary.draws;
    let least = if few { LEAST_DRAWS } else { 4 };
    findings.extend((draws < least).then_some(Finding::FewDraws { draws }));
    if draws < 4 || chains == 0 {
        return findings;
    }

    let judged = || summary.rows.iter().filter(|row| row.is_judged());
    let nested = |row: &Row| row.r_hat_nested.zip(row.r_hat_nested_limit);
    let parameters: Vec<_> = judged()
        .filter(|row| few || nested(row).is_none())
        .filter(|row| {
            let limit = row.r_hat_limit.filter(|_| !few).unwrap_or(R_HAT_THRESHOLD);
            chains >= 2 && is_above(row.r_hat, limit)
        })
        .map(|row| (row.parameter.clone(), row.r_hat))
        .collect();
    let none = parameters.is_empty();
    let threshold = R_HAT_THRESHOLD;
    findings.extend((!none).then_some(Finding::RHatAbove { threshold, parameters }));

    let parameters: Vec<_> = judged()
        .filter(|_| !few)
        .filter_map(|row| nested(row).map(|pair| (row, pair)))
        .filter(|(_, (value, limit))| is_above(*value, *limit))
        .map(|(row, (r_hat_nested, limit))| NestedExcess { parameter: row.parameter.clone(), r_hat_nested, limit })
        .collect();
    let none = parameters.is_empty();
    findings.extend((!none).then_some(Finding::NestedRHatAbove { parameters }));

    let parameters: Vec<_> = judged()
        .filter(|_| !few)
        .filter(|row| row.drift.zip(row.drift_limit).is_some_and(|(drift, limit)| is_above(drift, limit)))
        .map(|row| (row.parameter.clone(), row.drift.unwrap_or(f64::NAN)))
        .collect();
    let none = parameters.is_empty();
    findings.extend((!none).then_some(Finding::Drift { parameters }));

    let r_hats = judged().filter(|_| !few).map(|row| (row.parameter.clone(), larger(row.r_hat, row.r_hat_tail)));
    let is_heavy = judged().any(|row| row.tail_index > INFINITE_VARIANCE);
    let least = if is_heavy { LEAST_WARMUP_OF_HEAVY_TAILS } else { LEAST_WARMUP };
    findings.extend(short_warmup(r_hats, least, draws, history));

    let threshold = if few { ESS_PER_CHAIN * chains as f64 } else { ESS_IN_TOTAL };
    for kind in [EssKind::Bulk, EssKind::Tail] {
        let size = |row: &Row| match kind {
            EssKind::Bulk => row.ess_bulk,
            EssKind::Tail => row.ess_tail,
        };
        let parameters: Vec<_> = judged()
            .filter(|row| is_above(threshold, size(row)))
            .map(|row| (row.parameter.clone(), size(row)))
            .collect();
        let none = parameters.is_empty();
        findings.extend((!none).then_some(Finding::EssBelow { kind, threshold, parameters }));
    }

    let heavy = judged().filter(|row| row.tail_index > HEAVY_TAIL);
    let parameters: Vec<_> = heavy.map(|row| (row.parameter.clone(), row.tail_index)).collect();
    let none = parameters.is_empty();
    findings.extend((!none).then_some(Finding::HeavyTails { parameters }));
    findings
}

/// The autocorrelation time, in steps, of chains of so many draws, `thin` steps apart, with an R-hat, which is that of their
/// halves. Of a stationary chain whose autocorrelation falls exponentially, with relaxation time s, a share
/// `g = 2 (a - 1 + exp(-a)) / a^2` of the variance lies between halves of `n = a s` draws, and R-hat is about
/// `1 / sqrt(1 - g)`; the time is 2 s. For long chains that is `n (R-hat^2 - 1)`.
///
/// At least 1; infinite for chains that do not move; NaN where there is no R-hat.
#[must_use]
pub fn autocorrelation_time(r_hat: f64, draws: usize, thin: u64) -> f64 {
    if r_hat.is_nan() || r_hat.is_infinite() {
        return r_hat;
    }
    let between = 1.0 - 1.0 / (r_hat * r_hat);
    if between <= 0.0 {
        return 1.0;
    }
    let share = |a: f64| if a < 1e-3 { 1.0 - a / 3.0 } else { 2.0 * (a - 1.0 + (-a).exp()) / (a * a) };
    // The share falls from 1 to 0; 100 halvings of 40 decades leave no bit open.
    let (mut low, mut high) = (1e-20_f64, 1e20_f64);
    for _ in 0..100 {
        let middle = (low * high).sqrt();
        if share(middle) > between { low = middle } else { high = middle }
    }
    (2.0 * thin as f64 * (draws / 2) as f64 / low).max(1.0)
}

/// Whether many chains, each of so many draws, warmed up for fewer than `least` autocorrelation times, by the R-hat of each
/// parameter. Where nobody knows how
/// long the warm-up was, it counts as long as the draws.
pub(super) fn short_warmup(
    r_hats: impl Iterator<Item = (String, f64)>,
    least: f64,
    draws: usize,
    history: History,
) -> Option<Finding> {
    let steps = history.warmup.unwrap_or(draws as u64 * history.thin) as f64;
    let (mut parameters, mut needed) = (Vec::new(), 0.0_f64);
    for (parameter, r_hat) in r_hats {
        let time = autocorrelation_time(r_hat, draws, history.thin);
        if is_above(least * time, steps) {
            needed = needed.max(least * time);
            parameters.push((parameter, time));
        }
    }
    (!parameters.is_empty()).then_some(Finding::ShortWarmup { warmup: history.warmup, needed, parameters })
}

/// Whether `value > limit`, or either is NaN.
fn is_above(value: f64, limit: f64) -> bool {
    value.is_nan() || limit.is_nan() || value > limit
}
