//! The draws of a stored run as columns that stay where they are: a few parameters are read at a time, whatever the size of
//! the run.
//!
//! A run flows in, columns of `f64` flow out. Chunks hold all elements of a variable: of many columns of one variable, read
//! together, each chunk is read once. It is read a few chains at a time, where it is not compressed, so that what is in
//! memory beside the columns is a megabyte or two for each thread. Absent on purpose: how many columns to hold.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

use super::error::StoreError;
use super::run_read::StoredRun;
use super::variable::element_names;
use super::zarr_read::StoredVariable;
use crate::draws::Columns;

/// An element of a variable, and where it goes.
type Wanted<'a> = (usize, &'a mut Vec<f64>);

/// Some chains, and their part of each wanted column.
type Part<'a> = (Range<usize>, Vec<(usize, &'a mut [f64])>);

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
    fn read_variable(&self, variable: usize, wanted: Vec<Wanted<'_>>) -> Result<(), StoreError> {
        let variable = &self.variables()[variable];
        let (all, chains) = (self.run.draws(), self.chains());
        let [together, stretch] = variable.together();
        // Neighbouring chains, with their part of each column: no two threads write the same one.
        let mut parts: Vec<Part<'_>> = (0..chains)
            .step_by(together)
            .map(|first| (first..(first + together).min(chains), Vec::with_capacity(wanted.len())))
            .collect();
        for (element, column) in wanted {
            for ((_, part), values) in parts.iter_mut().zip(column.chunks_mut(together * self.draws())) {
                part.push((element, values));
            }
        }
        parts.par_iter_mut().try_for_each(|(chains, columns)| {
            for start in (0..all).step_by(stretch) {
                // The first draw that is kept.
                let from = start.next_multiple_of(self.every);
                let to = (start + stretch).min(all);
                if from < to {
                    variable.read_elements(chains, from..to, self.every, columns)?;
                }
            }
            Ok(())
        })
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
        for (variable, wanted) in of_variables {
            self.read_variable(variable, wanted).map_err(io::Error::other)?;
        }
        Ok(())
    }
}
