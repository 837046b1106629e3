//! Generated quantities of the draws of a run: computed in `f64`, chain by chain on all cores, after sampling.
//!
//! A draw's quantities depend on the draw, the seed, its chain's number and its own number: not on threads, and not on
//! how many chains ran beside it. Absent on purpose: the model's language, behind [`Quantities`].

use rayon::prelude::*;

use super::settings::RunError;
use crate::draws::Draws;
use crate::lang::quantities::Quantities;
use crate::rng::random::Random;

/// The draws with the generated quantities behind the parameters. `first_chain` is the number of their first chain.
///
/// # Errors
/// When the model cannot be run at a draw (it rejects, or an index is out of range), or the memory cannot be addressed.
pub fn generate(quantities: &Quantities, draws: Draws, first_chain: u32, seed: u64) -> Result<Draws, RunError> {
    if quantities.names().is_empty() {
        return Ok(draws);
    }
    let parameters = draws.parameters().len();
    let width = parameters + quantities.names().len();
    let names = draws.parameters().iter().chain(quantities.names()).cloned().collect();
    let (chains, length) = (draws.chains(), draws.draws());
    let mut all = Draws::new(names, chains, length)?;
    all.values_mut().par_chunks_mut(width).enumerate().try_for_each(|(index, row)| {
        let (chain, draw) = (index / length, index % length);
        let (old, new) = row.split_at_mut(parameters);
        old.copy_from_slice(&draws.values()[index * parameters..(index + 1) * parameters]);
        let random = Random::of_draw(seed, first_chain.wrapping_add(chain as u32), draw as u32);
        let values = quantities.generate(old, random).map_err(|error| RunError::Quantities {
            chain,
            draw,
            error: Box::new(error),
        })?;
        new.copy_from_slice(&values);
        Ok::<(), RunError>(())
    })?;
    Ok(all)
}
