//! Generated quantities of the draws of a run, and on demand what data and priors contribute to their density: computed in `f64`, chain by chain on all cores, after sampling.
//!
//! A draw's quantities depend on the draw, the seed, its chain's number and its own number: not on threads, and not on
//! how many chains ran beside it. Absent on purpose: the model's language, behind [`Quantities`].

use rayon::prelude::*;

use super::settings::RunError;
use crate::draws::{Draws, Failures, Room, Values};
use crate::lang::bind::BindError;
use crate::lang::quantities::Quantities;
use crate::rng::random::Random;

/// The draws with the generated quantities behind the parameters, and at which draws they failed: there all of them are
/// NaN. `first_chain` is the number of their first chain, and `first_draw` that of their first draw.
///
/// # Errors
/// When the model ends the run at a draw, or the memory cannot be addressed.
pub fn generate(
    quantities: &Quantities,
    draws: Draws,
    first_chain: u32,
    first_draw: usize,
    seed: u64,
) -> Result<(Draws, Failures), RunError> {
    // Without a column there are no rows to be found.
    if quantities.is_empty() || draws.parameters().is_empty() && quantities.names().is_empty() {
        return Ok((draws, Failures::default()));
    }
    let parameters = draws.parameters().len();
    let names: Vec<String> = draws.parameters().iter().chain(quantities.names()).cloned().collect();
    let (width, length) = (names.len(), draws.draws());
    let mut all = Draws::new(names, draws.chains(), length)?;
    let rows = all.values_mut().par_chunks_exact_mut(width).enumerate();
    rows.for_each(|(row, all)| all[..parameters].copy_from_slice(&draws.values()[row * parameters..][..parameters]));
    let failures = fill(quantities, all.room(), parameters, length, first_chain, first_draw, seed)?;
    Ok((all, failures))
}

/// Draws that failed in a part of a run: how many, and draw, chain and error of the first.
#[derive(Default)]
struct Failed {
    count: u64,
    first: Option<(usize, usize, BindError)>,
}

impl Failed {
    fn at(draw: usize, chain: usize, error: BindError) -> Self {
        Self { count: 1, first: Some((draw, chain, error)) }
    }

    fn with(self, other: Self) -> Self {
        let firsts = self.first.into_iter().chain(other.first);
        let first = firsts.min_by_key(|(draw, chain, _)| (*draw, *chain));
        Self { count: self.count + other.count, first }
    }
}

/// Fills in the generated quantities, columns from `parameters` on, of the first `length` draws of each chain, whose
/// parameters are there, and tells at which they failed. The chains and draws are numbered as in [`generate`].
///
/// # Errors
/// As [`generate`].
pub(super) fn fill(
    quantities: &Quantities,
    room: Room<'_>,
    parameters: usize,
    length: usize,
    first_chain: u32,
    first_draw: usize,
    seed: u64,
) -> Result<Failures, RunError> {
    /// Most draws taken at a time by a thread; fewer where threads would have nothing to do.
    const MOST: usize = 16;
    if quantities.is_empty() {
        return Ok(Failures::default());
    }
    let (chains, draws) = (room.chains(), room.draws());
    let rows = chains * draws;
    let part_rows = (rows / (4 * rayon::current_num_threads())).clamp(1, MOST);
    let parts = room.each_draw().parts(part_rows).into_par_iter().enumerate().map(|(part, mut room)| {
        let mut row = vec![0.0; parameters + quantities.names().len()];
        let mut failed = Failed::default();
        for place in 0..room.chains() {
            let (chain, draw) = ((part * part_rows + place) / draws, (part * part_rows + place) % draws);
            if draw >= length {
                continue;
            }
            room.get(place, 0, |column, value| row[column] = value);
            let (chain, draw) = (first_chain.wrapping_add(chain as u32), first_draw + draw);
            let (old, new) = row.split_at_mut(parameters);
            match quantities.generate(old, Random::of_draw(seed, chain, draw as u32)) {
                Ok(values) => new.copy_from_slice(&values),
                Err(error) if error.is_exception() => {
                    new.fill(f64::NAN);
                    failed = failed.with(Failed::at(draw, chain as usize, error));
                }
                Err(error) => {
                    let failure = quantities.failure(chain as usize, draw, &error);
                    return Err(RunError::Quantities(Box::new(failure)));
                }
            }
            room.put(place, 0, |column| row[column]);
        }
        Ok(failed)
    });
    let failed = parts.try_reduce(Failed::default, |one, other| Ok(one.with(other)))?;
    let first = failed.first.map(|(draw, chain, error)| quantities.failure(chain, draw, &error));
    Ok(Failures { failed: failed.count, tried: (chains * length) as u64, first })
}

/// What data and priors contribute to the log density of draws, `[chain, draw, observation]` and `[chain, draw, prior]`.
#[derive(Debug)]
pub struct PointwiseDraws {
    /// Logarithmic likelihoods, named as elements of the data: `y[3]` is the third observation that the model makes of `y`.
    pub likelihood: Draws,
    /// Logarithmic densities of priors, named by parameter.
    pub prior: Draws,
}

/// The names of what [`pointwise`] gives: of likelihoods, of priors. `draw` is any draw of the parameters.
///
/// # Errors
/// When the model cannot be run there, or a statement does not tell whether it is about data or parameters.
pub fn pointwise_names(quantities: &Quantities, draw: &[f64]) -> Result<(Vec<String>, Vec<String>), RunError> {
    let found = quantities.pointwise(draw).map_err(|error| RunError::Pointwise(Box::new(error)))?;
    let elements = |(name, values): &(String, Vec<f64>)| {
        let name = name.clone();
        (1..=values.len()).map(move |index| format!("{name}[{index}]"))
    };
    let likelihood = found.likelihood.iter().flat_map(elements).collect();
    Ok((likelihood, found.prior.into_iter().map(|(name, _)| name).collect()))
}

/// What data and priors contribute at draws of the parameters, `[chain, draw, parameter]` of the shape given; NaN at a
/// draw where the model throws.
///
/// # Errors
/// As [`pointwise_names`], and when the number of observations changes from draw to draw.
pub fn pointwise(
    quantities: &Quantities,
    draws: &dyn Values,
    [chains, length, parameters]: [usize; 3],
) -> Result<PointwiseDraws, RunError> {
    let row = |index: usize| -> Vec<f64> {
        (0..parameters).map(|column| draws.value(index / length, index % length, column)).collect()
    };
    let first = if chains * length > 0 { row(0) } else { Vec::new() };
    let (likelihood, prior) = pointwise_names(quantities, &first)?;
    if likelihood.is_empty() {
        return Err(RunError::NoObservations);
    }
    let (observations, priors) = (likelihood.len(), prior.len());
    let mut found = PointwiseDraws {
        likelihood: Draws::new(likelihood, chains, length)?,
        prior: Draws::new(prior, chains, length)?,
    };
    // Zipped with rows of nothing, there would be no rows at all.
    let mut none = vec![0.0; if priors == 0 { chains * length } else { 0 }];
    let prior_rows = if priors == 0 { none.par_chunks_mut(1) } else { found.prior.values_mut().par_chunks_mut(priors) };
    let likelihood_rows = found.likelihood.values_mut().par_chunks_mut(observations);
    likelihood_rows.zip(prior_rows).enumerate().try_for_each(|(index, (likelihood, prior))| {
        let here = match quantities.pointwise(&row(index)) {
            Ok(here) => here,
            // Rounding has led a draw across an edge of the model.
            Err(error) if error.is_exception() => {
                likelihood.fill(f64::NAN);
                prior.fill(f64::NAN);
                return Ok(());
            }
            Err(error) => return Err(RunError::Pointwise(Box::new(error))),
        };
        let values: Vec<f64> = here.likelihood.into_iter().flat_map(|(_, values)| values).collect();
        if values.len() != observations {
            return Err(RunError::Observations { draw: index % length, found: values.len(), expected: observations });
        }
        likelihood.copy_from_slice(&values);
        prior.iter_mut().zip(here.prior).for_each(|(to, (_, value))| *to = value);
        Ok::<(), RunError>(())
    })?;
    Ok(found)
}
