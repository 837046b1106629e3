//! What the data determine of a model, and what draws say along each direction: found once, told by `identify` and, when
//! chains disagree, by `sample`.

use serde_json::{Value, json};

use super::error::CliError;
use super::files::Files;
use crate::draws::Draws;
use crate::identify::convergence::{Convergence, convergence, determined, excused};
use crate::identify::posterior::{Comparison, Prior, Weighed, compare};
use crate::identify::{Analysis, Combination, Scale, Settings, analyse};
use crate::lang::{self, Compiled};
use crate::model::Model;
use crate::model::likelihood::Likelihood;
use crate::report::combination::Names;
use crate::report::passage::{Part, Passage};
use crate::report::{identifiability, posterior};
use crate::run::change::changed;
use crate::run::prior::prior_draws;
use crate::store::identifiability as object;

/// Draws of which prior and likelihood are weighed.
const WEIGHED: usize = 1000;
/// Combinations compared, open directions first.
const COMPARED: usize = 24;

/// An analysis with what draws added to it.
pub(super) struct Identification {
    model: Model,
    likelihood: Likelihood,
    analysis: Analysis,
    prior: Option<Prior>,
    after: Option<After>,
}

/// What draws of the posterior say.
struct After {
    comparisons: Vec<Comparison>,
    convergence: Convergence,
}

impl Identification {
    /// Analyses a model before sampling.
    pub(super) fn before(files: &Files, compiled: &Compiled, seed: u64) -> Result<Self, CliError> {
        let model = &compiled.model;
        let language = lang::Settings { seed, ..lang::Settings::default() };
        let likelihood = files.likelihood(language)?;
        let prior = if model.coordinates.is_empty() || likelihood.observations.results.is_empty() {
            None
        } else {
            prior_draws(compiled, &likelihood, seed).ok()
        };
        let declared: usize = likelihood.declared.iter().map(|(_, size)| size).sum();
        let spread = prior.as_ref().map(|prior| {
            let single = |parameter| Combination { scale: Scale::Natural, weights: vec![(parameter, 1.0)] };
            let known = |parameter| prior.spread(&single(parameter)).sd().unwrap_or(f64::INFINITY);
            (0..declared).map(known).collect()
        });
        let mut vary = |change, number| changed(&files.source, &files.data, &likelihood, language, change, number);
        let settings = Settings { seed, prior_sd: spread, ..Settings::default() };
        let analysis = analyse(model, &likelihood, &settings, &mut vary)?;
        Ok(Self { model: model.clone(), likelihood, analysis, prior, after: None })
    }

    /// Adds what draws say: of all the model's parameters, in its order.
    pub(super) fn after(mut self, draws: &Draws, superchains: usize) -> Result<Self, CliError> {
        let plain = |error: &dyn std::fmt::Display| CliError::plain(error.to_string());
        let draws = ordered(draws, &self.model.parameters)?;
        let prior = |combination: &Combination| self.prior.as_ref().and_then(|prior| prior.spread(combination).sd());
        let convergence = convergence(&self.analysis, &draws, superchains, prior).map_err(|error| plain(&error))?;
        let start = &self.analysis.mode_coordinates;
        let weighed = Weighed::new(&self.model, &self.likelihood, &draws, start, WEIGHED);
        let mut combinations: Vec<Combination> =
            self.analysis.open.iter().map(|direction| direction.combination.clone()).collect();
        combinations.extend(determined(&self.analysis));
        combinations.truncate(COMPARED);
        let comparisons = compare(&combinations, &draws, self.prior.as_ref(), Some(&weighed));
        self.after = Some(After { comparisons, convergence });
        Ok(self)
    }

    /// Whether it says why chains disagree: some direction is open, or a mode has copies.
    pub(super) fn explains(&self) -> bool {
        !self.analysis.open.is_empty() || self.has_copies()
    }

    /// Whether a mode has copies, among which chains are apart and no correlation of theirs is a ridge.
    pub(super) fn has_copies(&self) -> bool {
        !self.analysis.symmetries.is_empty()
    }

    /// The parameters whose disagreement among chains is no fault of the run; none where chains also disagree about what
    /// the data or the prior determine.
    pub(super) fn excused(&self) -> Vec<String> {
        let names = &self.model.parameters;
        self.after.as_ref().map_or_else(Vec::new, |after| excused(&self.analysis, &after.convergence, names))
    }

    /// All of it in words.
    pub(super) fn passage(&self) -> Passage {
        let names = &self.model.parameters;
        let mut passage = identifiability::findings(&self.analysis, names);
        match &self.after {
            Some(After { comparisons, convergence }) => {
                passage.0.extend(posterior::convergence(convergence, comparisons, names).map(Part::Sentence));
                passage.0.extend(posterior::comparison(&self.analysis, convergence, comparisons, names));
            }
            None => {
                if let Some(prior) = &self.prior {
                    let open = self.analysis.open.iter().take(COMPARED).map(|direction| &direction.combination);
                    for combination in open {
                        passage.say(posterior::prior_alone(combination, prior.spread(combination), names));
                    }
                }
            }
        }
        passage
    }

    /// All of it for machines.
    pub(super) fn object(&self) -> Value {
        let parameters = &self.model.parameters;
        let names = Names(parameters);
        let formula = |combination: &Combination| names.formula(combination);
        let mut whole = object::analysis(&self.analysis, parameters, &formula);
        if let (Some(map), Some(after)) = (whole.as_object_mut(), &self.after) {
            map.insert("posterior".into(), object::comparisons(&after.comparisons, parameters, &formula));
            let list = |list: &[Combination]| list.iter().map(formula).collect::<Vec<_>>();
            map.insert(
                "convergence".into(),
                json!({
                    "settled": list(&after.convergence.settled),
                    "unsettled": list(&after.convergence.unsettled),
                    "adrift": list(&after.convergence.adrift),
                    "slow": list(&after.convergence.slow),
                }),
            );
        }
        whole
    }
}

/// Draws with a model's parameters, in its order.
fn ordered(draws: &Draws, parameters: &[String]) -> Result<Draws, CliError> {
    let place =
        |name: &String| {
            draws.parameters().iter().position(|other| other == name).ok_or_else(|| {
                CliError::plain(format!("the draws have no column for the parameter {name} of this model"))
            })
        };
    let places = parameters.iter().map(place).collect::<Result<Vec<_>, _>>()?;
    let width = draws.parameters().len();
    let values = draws.values().chunks_exact(width).flat_map(|draw| places.iter().map(|&place| draw[place])).collect();
    Draws::from_values(parameters.to_vec(), draws.chains(), draws.draws(), values)
        .map_err(|error| CliError::plain(error.to_string()))
}
