//! What the trajectories of a Hamiltonian sampler say against its draws.
//!
//! Counts and energies flow in, findings flow out. Deliberately absent: step sizes, and how a trajectory is made.

use super::ebfmi::ebfmi;
use super::verdict::{FEW_CHAINS, Finding};
use crate::draws::ChainView;

/// An energy Bayesian fraction of missing information below this is too low (Betancourt 2016; Stan's `diagnose`).
pub const EBFMI_THRESHOLD: f64 = 0.3;

/// What happened to the trajectories of a run, all chains together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trajectories {
    pub steps: u64,
    /// Those whose energy was lost.
    pub divergences: u64,
    /// Those that were doubled as often as they may be, which is `max_treedepth` times.
    pub saturated: u64,
    pub max_treedepth: u32,
}

/// Findings about trajectories and the energies `[chain, draw]` of the kept ones, the most serious first.
///
/// Of a few chains each is judged by itself. Of many the mean counts: among a thousand short chains some have a low
/// fraction by chance. A chain whose energies are constant or not finite has none, and is not judged here.
#[must_use]
pub fn trajectory_findings(trajectories: Trajectories, energies: ChainView<'_>) -> Vec<Finding> {
    let Trajectories { steps, divergences, saturated, max_treedepth } = trajectories;
    let mut findings = Vec::new();
    if divergences > 0 {
        findings.push(Finding::Divergences { divergences, steps });
    }
    if saturated > 0 {
        findings.push(Finding::SaturatedTreedepth { saturated, steps, max_treedepth });
    }
    let fractions: Vec<f64> = ebfmi(energies).into_iter().filter(|fraction| !fraction.is_nan()).collect();
    let chains = fractions.len();
    let low: Vec<f64> = if chains <= FEW_CHAINS {
        fractions.into_iter().filter(|&fraction| fraction < EBFMI_THRESHOLD).collect()
    } else {
        let mean = fractions.iter().sum::<f64>() / chains as f64;
        if mean < EBFMI_THRESHOLD { vec![mean; chains] } else { Vec::new() }
    };
    if let Some(lowest) = low.iter().copied().min_by(f64::total_cmp) {
        findings.push(Finding::LowEbfmi { threshold: EBFMI_THRESHOLD, lowest, low: low.len(), chains });
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: Trajectories = Trajectories { steps: 40, divergences: 0, saturated: 0, max_treedepth: 10 };

    fn codes(trajectories: Trajectories, energies: &[f64], chains: usize) -> Vec<&'static str> {
        let view = ChainView::from_slice(energies, chains, energies.len() / chains).unwrap();
        trajectory_findings(trajectories, view).iter().map(Finding::code).collect()
    }

    #[test]
    fn good_trajectories_say_nothing() {
        assert!(codes(GOOD, &[1.0, 3.0, 0.0, 2.0], 1).is_empty());
    }

    #[test]
    fn each_fault_is_a_finding() {
        let bad = Trajectories { divergences: 1, saturated: 2, ..GOOD };
        // Steps of 0.1 along a way of 2: squared steps 0.01, variance 0.35.
        let walk: Vec<f64> = (0..20).map(|i| f64::from(i) / 10.0).collect();
        assert_eq!(codes(bad, &walk, 1), ["divergences", "saturated_treedepth", "low_ebfmi"]);
    }

    #[test]
    fn divergences_count_against_the_draws_where_they_are_more_than_one_in_five_hundred() {
        let view = ChainView::from_slice(&[1.0, 3.0, 0.0, 2.0], 1, 4).unwrap();
        for (divergences, is_bad) in [(1, false), (8, false), (9, true), (400, true)] {
            let found = trajectory_findings(Trajectories { steps: 4000, divergences, ..GOOD }, view);
            assert_eq!(found.iter().map(Finding::is_bad).collect::<Vec<_>>(), [is_bad]);
        }
    }

    #[test]
    fn one_low_chain_among_many_is_chance() {
        let lively = [1.0, -1.0, 1.0, -1.0, 1.0, -1.0];
        let slow = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5];
        let mixed = |chains: usize| [slow.as_slice(), &lively.repeat(chains - 1)].concat();
        assert_eq!(codes(GOOD, &mixed(4), 4), ["low_ebfmi"]);
        assert!(codes(GOOD, &mixed(40), 40).is_empty());
        assert_eq!(codes(GOOD, &slow.repeat(40), 40), ["low_ebfmi"]);
    }
}
