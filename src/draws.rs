//! The draws of a run: named parameters and their values, `[chain, draw, parameter]`.
//!
//! Samplers and readers fill a [`Draws`]; diagnostics look at one parameter at a time through a
//! [`ChainView`], which copies nothing. Draws on their way to a store lie as it wants them, in [`Arrays`]; what samplers
//! see of either is a [`Room`]. Deliberately absent: warm-up, sampler statistics, files.

mod aligned;
mod arrays;
mod failures;
mod room;

use std::io;

use rayon::prelude::*;
use thiserror::Error;

pub use self::aligned::{Aligned, PAGE};
pub use self::arrays::{Arrays, Layout, Stored};
pub use self::failures::{Failure, Failures};
pub use self::room::{Numbers, Room, RoomArray};

/// Most draws one parameter may have, all chains together. Diagnostics keep a draw's position
/// in 31 bits; the bound is 16 GiB of `f64` for a single parameter.
pub const MOST_DRAWS_PER_PARAMETER: usize = (1 << 31) - 1;

/// Why a set of draws cannot have the shape it was asked to have.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DrawsError {
    /// The values do not fill the stated shape.
    #[error("{chains} chains x {draws} draws x {parameters} parameters need {} values, not {found}",
        chains * draws * parameters)]
    ShapeMismatch { chains: usize, draws: usize, parameters: usize, found: usize },
    /// The shape is beyond [`MOST_DRAWS_PER_PARAMETER`], or beyond what memory can address.
    #[error(
        "{chains} chains x {draws} draws are more than the {MOST_DRAWS_PER_PARAMETER} that can be kept of a parameter; \
         {} draws of each chain would fit",
        MOST_DRAWS_PER_PARAMETER / (*.chains).max(1)
    )]
    TooMany { chains: usize, draws: usize, parameters: usize },
}

/// Number of values of a shape, if it is one that can be stored.
fn volume(chains: usize, draws: usize, parameters: usize) -> Result<usize, DrawsError> {
    chains
        .checked_mul(draws)
        .filter(|&per_parameter| per_parameter <= MOST_DRAWS_PER_PARAMETER)
        .and_then(|per_parameter| per_parameter.checked_mul(parameters))
        .filter(|&values| values <= isize::MAX as usize / size_of::<f64>())
        .ok_or(DrawsError::TooMany { chains, draws, parameters })
}

/// Draws of named parameters, contiguous in the order `[chain, draw, parameter]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Draws {
    parameters: Vec<String>,
    /// All of them, `0..parameters`: what a [`Room`] of these draws is for.
    columns: Vec<usize>,
    chains: usize,
    draws: usize,
    values: Vec<f64>,
}

impl Draws {
    /// All-zero draws. The zeros come from the operating system, so memory that is never written
    /// is never resident.
    ///
    /// # Errors
    /// [`DrawsError::TooMany`] if the shape is beyond [`MOST_DRAWS_PER_PARAMETER`].
    pub fn new(parameters: Vec<String>, chains: usize, draws: usize) -> Result<Self, DrawsError> {
        let volume = volume(chains, draws, parameters.len())?;
        Ok(Self::of(parameters, chains, draws, vec![0.0; volume]))
    }

    /// Draws from values that are already in `[chain, draw, parameter]` order.
    ///
    /// # Errors
    /// [`DrawsError::ShapeMismatch`] if their number is not `chains * draws * parameters`;
    /// [`DrawsError::TooMany`] as for [`Draws::new`].
    pub fn from_values(
        parameters: Vec<String>,
        chains: usize,
        draws: usize,
        values: Vec<f64>,
    ) -> Result<Self, DrawsError> {
        if volume(chains, draws, parameters.len())? != values.len() {
            return Err(DrawsError::ShapeMismatch { chains, draws, parameters: parameters.len(), found: values.len() });
        }
        Ok(Self::of(parameters, chains, draws, values))
    }

    fn of(parameters: Vec<String>, chains: usize, draws: usize, values: Vec<f64>) -> Self {
        Self { columns: (0..parameters.len()).collect(), parameters, chains, draws, values }
    }

    /// The same memory as room for another number of draws. Which values are in it then is not said.
    ///
    /// # Errors
    /// [`DrawsError::TooMany`] as for [`Draws::new`].
    pub fn with_length(mut self, draws: usize) -> Result<Self, DrawsError> {
        let volume = volume(self.chains, draws, self.parameters.len())?;
        self.values.resize(volume, 0.0);
        Ok(Self { draws, ..self })
    }

    /// Number of chains.
    #[must_use]
    pub fn chains(&self) -> usize {
        self.chains
    }

    /// Number of draws of each chain.
    #[must_use]
    pub fn draws(&self) -> usize {
        self.draws
    }

    /// Names of the parameters, in the order of the last axis.
    #[must_use]
    pub fn parameters(&self) -> &[String] {
        &self.parameters
    }

    /// All values, `[chain, draw, parameter]`.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// All values, `[chain, draw, parameter]`, to be written.
    pub fn values_mut(&mut self) -> &mut [f64] {
        &mut self.values
    }

    /// Room for all values, one array.
    pub fn room(&mut self) -> Room<'_> {
        let array = RoomArray { columns: &self.columns, numbers: Numbers::F64(&mut self.values) };
        Room::new(self.chains, self.draws, vec![array])
    }

    /// The draws of one parameter.
    ///
    /// # Panics
    /// If there is no parameter of that index.
    #[must_use]
    pub fn view(&self, parameter: usize) -> ChainView<'_> {
        assert!(parameter < self.parameters.len(), "parameter {parameter} of {}", self.parameters.len());
        ChainView {
            values: self.values.get(parameter..).unwrap_or(&[]),
            stride: self.parameters.len(),
            chains: self.chains,
            draws: self.draws,
        }
    }
}

/// Draws in memory, however they lie there.
pub trait Values: Sync + std::fmt::Debug {
    /// One value.
    ///
    /// # Panics
    /// If there is no such chain, draw or column.
    fn value(&self, chain: usize, draw: usize, column: usize) -> f64;
}

impl Values for Draws {
    fn value(&self, chain: usize, draw: usize, column: usize) -> f64 {
        self.values[(chain * self.draws + draw) * self.parameters.len() + column]
    }
}

/// Draws of named parameters wherever they lie, read a few parameters at a time: so much of a run as must be in memory to
/// look at it, when not all of it fits.
pub trait Columns: Sync {
    /// Names of the parameters.
    fn parameters(&self) -> &[String];

    /// Number of chains.
    fn chains(&self) -> usize;

    /// Number of draws of each chain.
    fn draws(&self) -> usize;

    /// Puts all draws of some parameters into `into`, a column for each, `[chain, draw]`, that has room for exactly them.
    /// Several at a time, because where parameters lie side by side all of them have to be read for one.
    ///
    /// # Errors
    /// When they cannot be read.
    ///
    /// # Panics
    /// If there is no parameter of such an index, or a column is of another size.
    fn read(&self, parameters: &[usize], into: &mut [Vec<f64>]) -> io::Result<()>;

    /// All draws of one parameter, `[chain, draw]`.
    ///
    /// # Errors
    /// When they cannot be read.
    ///
    /// # Panics
    /// If there is no parameter of that index.
    fn column(&self, parameter: usize) -> io::Result<Vec<f64>> {
        let mut values = [vec![0.0; self.chains() * self.draws()]];
        self.read(&[parameter], &mut values)?;
        let [values] = values;
        Ok(values)
    }
}

impl Columns for Draws {
    fn parameters(&self) -> &[String] {
        Draws::parameters(self)
    }

    fn chains(&self) -> usize {
        Draws::chains(self)
    }

    fn draws(&self) -> usize {
        Draws::draws(self)
    }

    fn read(&self, parameters: &[usize], into: &mut [Vec<f64>]) -> io::Result<()> {
        parameters.par_iter().zip(into).for_each(|(&parameter, column)| {
            let view = self.view(parameter);
            assert_eq!(column.len(), view.size(), "room for other draws");
            view.copy(0, column);
        });
        Ok(())
    }
}

/// One parameter's draws, `[chain, draw]`, read in place.
#[derive(Debug, Clone, Copy)]
pub struct ChainView<'a> {
    /// Starts at the parameter's first value; the next one lies `stride` further on.
    values: &'a [f64],
    stride: usize,
    chains: usize,
    draws: usize,
}

impl<'a> ChainView<'a> {
    /// A view of values that are already in `[chain, draw]` order.
    ///
    /// # Errors
    /// [`DrawsError::ShapeMismatch`] if their number is not `chains * draws`;
    /// [`DrawsError::TooMany`] beyond [`MOST_DRAWS_PER_PARAMETER`].
    pub fn from_slice(values: &'a [f64], chains: usize, draws: usize) -> Result<Self, DrawsError> {
        if volume(chains, draws, 1)? != values.len() {
            return Err(DrawsError::ShapeMismatch { chains, draws, parameters: 1, found: values.len() });
        }
        Ok(Self { values, stride: 1, chains, draws })
    }

    /// Number of chains.
    #[must_use]
    pub fn chains(&self) -> usize {
        self.chains
    }

    /// Number of draws of each chain.
    #[must_use]
    pub fn draws(&self) -> usize {
        self.draws
    }

    /// Number of draws of all chains together.
    #[must_use]
    pub fn size(&self) -> usize {
        self.chains * self.draws
    }

    /// One value.
    ///
    /// # Panics
    /// If there is no such chain or draw.
    #[must_use]
    pub fn get(&self, chain: usize, draw: usize) -> f64 {
        assert!(draw < self.draws, "draw {draw} of {}", self.draws);
        self.at(chain * self.draws + draw)
    }

    /// The value at `position = chain * draws + draw`.
    ///
    /// # Panics
    /// If there is no such position.
    #[must_use]
    #[inline]
    pub fn at(&self, position: usize) -> f64 {
        self.values[position * self.stride]
    }

    /// Copies the values from `position` on into `into`, as many as fit there.
    ///
    /// # Panics
    /// If fewer values are left.
    pub fn copy(&self, position: usize, into: &mut [f64]) {
        if self.stride == 1 {
            into.copy_from_slice(&self.values[position..position + into.len()]);
            return;
        }
        let Some((last, into)) = into.split_last_mut() else { return };
        let (first, length) = (position * self.stride, into.len() * self.stride);
        let (from, rest) = self.values[first..].split_at(length);
        *last = rest[0];
        for (to, from) in into.iter_mut().zip(from.chunks_exact(self.stride)) {
            *to = from[0];
        }
    }

    /// The values from `position` on, chain after chain; none from the end on.
    pub fn iterate_from(&self, position: usize) -> impl Iterator<Item = f64> + use<'a> {
        let values = self.values.get(position * self.stride..).unwrap_or(&[]);
        values.iter().step_by(self.stride).take(self.size().saturating_sub(position)).copied()
    }

    /// All values, chain after chain.
    pub fn iterate(&self) -> impl Iterator<Item = f64> + use<'a> {
        self.values.iter().step_by(self.stride).take(self.size()).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(count: usize) -> Vec<String> {
        (0..count).map(|i| format!("theta[{}]", i + 1)).collect()
    }

    #[test]
    fn a_view_reads_its_own_parameter_chain_after_chain() {
        let values = (0..12).map(f64::from).collect();
        let draws = Draws::from_values(names(2), 2, 3, values).unwrap();
        let view = draws.view(1);
        assert_eq!(view.iterate().collect::<Vec<_>>(), [1.0, 3.0, 5.0, 7.0, 9.0, 11.0]);
        assert_eq!(view.get(1, 2).to_bits(), 11.0_f64.to_bits());
        let mut chain = [0.0; 3];
        view.copy(3, &mut chain);
        assert_eq!(chain, [7.0, 9.0, 11.0]);
    }

    #[test]
    fn a_wrong_number_of_values_is_refused_with_the_evidence() {
        let error = Draws::from_values(names(2), 2, 3, vec![0.0; 11]).unwrap_err();
        assert_eq!(error.to_string(), "2 chains x 3 draws x 2 parameters need 12 values, not 11");
        assert!(ChainView::from_slice(&[0.0; 5], 2, 3).is_err());
    }

    #[test]
    fn a_shape_beyond_memory_is_refused_instead_of_overflowing() {
        let error = Draws::new(names(1), usize::MAX, 2).unwrap_err();
        assert!(matches!(error, DrawsError::TooMany { .. }));
    }

    #[test]
    fn empty_shapes_have_empty_views() {
        for (chains, draws) in [(0, 5), (5, 0), (0, 0)] {
            let draws = Draws::new(names(3), chains, draws).unwrap();
            assert_eq!(draws.view(2).iterate().count(), 0);
        }
    }
}
