//! What stored draws tell of how their chains stepped: divergences, trees, energies.
//!
//! A run directory, or the columns of other files, flow in; findings, the numbers behind them, and whether there was
//! anything to judge flow out. Absent on purpose: runs that have just ended (`method`).

use super::error::CliError;
use crate::backend::Counts;
use crate::diagnostics::ebfmi::ebfmi;
use crate::diagnostics::{Check, Finding, Trajectories, trajectory_findings};
use crate::draws::{ChainView, Columns};
use crate::store::{Facts, StoredRun};

/// What is told of the steps.
pub(super) struct Told {
    pub findings: Vec<Finding>,
    /// [`Check::Trajectories`], where nothing is told of them and the sampler may have had some.
    pub unchecked: Vec<Check>,
    /// Draws that ended in a divergence.
    pub divergent: Option<usize>,
    /// The energy Bayesian fraction of missing information of each chain.
    pub ebfmi: Option<Vec<f64>>,
}

impl Told {
    /// Of the columns `sampler`, by the names that Stan and ArviZ give them, and of the run directory that they are from.
    pub(super) fn of(run: Option<&StoredRun>, sampler: &dyn Columns) -> Result<Self, CliError> {
        let plain = |error: &dyn std::fmt::Display| CliError::plain(error.to_string());
        let read = |names: &[&str]| {
            let place = sampler.parameters().iter().position(|name| names.contains(&name.as_str()));
            place.map(|index| sampler.column(index)).transpose().map_err(|error| plain(&error))
        };
        // The last name is that of CmdStan before 2.11.
        let flags = read(&["diverging", "divergent__", "n_divergent__"])?;
        let divergent = flags.map(|flags| flags.iter().filter(|flag| **flag != 0.0).count());
        let energies = read(&["energy", "energy__"])?;
        let view = |energies| ChainView::from_slice(energies, sampler.chains(), sampler.draws());
        let energies = energies.as_deref().map(view).transpose().map_err(|error| plain(&error))?;
        let trajectories = run.and_then(counted).unwrap_or(Trajectories {
            steps: (sampler.chains() * sampler.draws()) as u64,
            divergences: divergent.unwrap_or(0) as u64,
            saturated: 0,
            max_treedepth: 0,
        });
        let none = ChainView::from_slice(&[], 0, 0).map_err(|error| plain(&error))?;
        let findings = trajectory_findings(trajectories, energies.unwrap_or(none));
        let has_none = run.and_then(StoredRun::facts).is_some_and(|facts| facts.statistics.is_empty());
        let unchecked =
            if has_none || divergent.is_some() && energies.is_some() { Vec::new() } else { vec![Check::Trajectories] };
        Ok(Self { findings, unchecked, divergent, ebfmi: energies.map(ebfmi) })
    }
}

/// The trajectories of all steps of a run of NUTS, those between draws included.
fn counted(run: &StoredRun) -> Option<Trajectories> {
    let Facts { shape, settings, .. } = run.facts()?;
    let Counts::Trees(trees) = run.counts()? else { return None };
    let max_treedepth = settings.get("max_treedepth")?.as_u64()? as u32;
    let sum = |count: fn(&crate::backend::Trees) -> u32| trees.iter().map(|tree| u64::from(count(tree))).sum();
    Some(Trajectories {
        steps: trees.len() as u64 * run.draws() as u64 * u64::from(shape.thin),
        divergences: sum(|tree| tree.divergences),
        saturated: sum(|tree| tree.saturated),
        max_treedepth,
    })
}
