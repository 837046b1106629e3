//! The draws of a stored run as columns that stay where they are: a few parameters are read at a time, whatever the size of
//! the run.
//!
//! A run flows in, columns of `f64` flow out. Chunks are decoded side by side, and hold all elements of a variable: of
//! many columns of one variable, read together, each chunk is decoded once. Absent on purpose: how many columns to hold.

use std::io;
use std::sync::Arc;

use rayon::prelude::*;

use super::error::StoreError;
use super::run_read::StoredRun;
use super::variable::element_names;
use super::zarr_read::StoredVariable;
use crate::draws::Columns;

/// An element of a variable, and where it goes.
type Wanted<'a> = (usize, &'a mut Vec<f64>);

/// Which of a run's groups.
#[derive(Clone, Copy, Debug)]
enum Group {
    Posterior,
    Statistics,
}

/// The parameters of a run, or what is told of each draw: of its draws the first, and each that follows it by a multiple of
/// some number.
#[derive(Debug)]
pub struct StoredColumns {
    run: Arc<StoredRun>,
    group: Group,
    every: usize,
    names: Vec<String>,
    /// Variable and element of each name.
    places: Vec<(usize, usize)>,
}

impl StoredColumns {
    /// The parameters, one draw in `every`, which is at least 1.
    ///
    /// # Errors
    /// When the run's list of parameters is not that of its variables.
    pub fn parameters(run: &Arc<StoredRun>, every: usize) -> Result<Self, StoreError> {
        Self::new(run, Group::Posterior, run.parameters(), every)
    }

    /// What is told of each draw, by the names that ArviZ has for it.
    ///
    /// # Errors
    /// As [`Self::parameters`].
    pub fn statistics(run: &Arc<StoredRun>, every: usize) -> Result<Self, StoreError> {
        let names = run.statistics.iter().flat_map(|variable| element_names(&variable.name, &variable.sizes));
        Self::new(run, Group::Statistics, names.collect(), every)
    }

    fn new(run: &Arc<StoredRun>, group: Group, names: Vec<String>, every: usize) -> Result<Self, StoreError> {
        let mut columns = Self { run: Arc::clone(run), group, every, names, places: Vec::new() };
        let found: std::collections::HashMap<String, (usize, usize)> = (columns.variables().iter().enumerate())
            .flat_map(|(index, variable)| {
                let elements = element_names(&variable.name, &variable.sizes).into_iter().enumerate();
                elements.map(move |(element, name)| (name, (index, element)))
            })
            .collect();
        for name in &columns.names {
            let Some(&place) = found.get(name) else {
                return Err(StoreError::damaged(run.path(), &format!("there is no variable for {name}")));
            };
            columns.places.push(place);
        }
        Ok(columns)
    }

    fn variables(&self) -> &[StoredVariable] {
        match self.group {
            Group::Posterior => &self.run.posterior,
            Group::Statistics => &self.run.statistics,
        }
    }

    /// Reads elements of one variable, each into its column.
    fn read_variable(&self, variable: usize, wanted: &mut [Wanted<'_>]) -> Result<(), StoreError> {
        let variable = &self.variables()[variable];
        let elements: Vec<usize> = wanted.iter().map(|(element, _)| *element).collect();
        let (chunk, all, kept) = (variable.chunk_draws(), self.run.draws(), self.draws());
        let chunks: Vec<usize> = (0..all.div_ceil(chunk)).collect();
        // A few at a time: what is decoded waits to be put in its place.
        for batch in chunks.chunks(rayon::current_num_threads()) {
            let decoded = batch.par_iter().map(|&index| {
                // The first draw of the chunk that is kept.
                let from = (index * chunk).next_multiple_of(self.every);
                let to = ((index + 1) * chunk).min(all);
                let values = if from < to { variable.elements(&elements, from..to, self.every)? } else { Vec::new() };
                Ok((from / self.every, values))
            });
            let decoded = decoded.collect::<Result<Vec<_>, StoreError>>()?;
            wanted.par_iter_mut().enumerate().for_each(|(place, (_, column))| {
                for (first, values) in decoded.iter().filter(|(_, values)| !values.is_empty()) {
                    let values = &values[place];
                    let length = values.len() / column.len().div_ceil(kept).max(1);
                    for (row, from) in column.chunks_exact_mut(kept).zip(values.chunks_exact(length)) {
                        row[*first..first + length].copy_from_slice(from);
                    }
                }
            });
        }
        Ok(())
    }
}

impl Columns for StoredColumns {
    fn parameters(&self) -> &[String] {
        &self.names
    }

    fn chains(&self) -> usize {
        self.run.chains()
    }

    fn draws(&self) -> usize {
        self.run.draws().div_ceil(self.every)
    }

    fn read(&self, parameters: &[usize], into: &mut [Vec<f64>]) -> io::Result<()> {
        let size = self.chains() * self.draws();
        let mut of_variables: Vec<(usize, Vec<Wanted<'_>>)> = Vec::new();
        for (&parameter, column) in parameters.iter().zip(into) {
            assert_eq!(column.len(), size, "room for other draws");
            let (variable, element) = self.places[parameter];
            match of_variables.iter_mut().find(|(other, _)| *other == variable) {
                Some((_, wanted)) => wanted.push((element, column)),
                None => of_variables.push((variable, vec![(element, column)])),
            }
        }
        for (variable, wanted) in &mut of_variables {
            self.read_variable(*variable, wanted).map_err(io::Error::other)?;
        }
        Ok(())
    }
}
