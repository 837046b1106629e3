//! What each observation contributes at a point, and the derivative of that by each coordinate: its score.
//!
//! Latent parameters that each stand for a group of their own are integrated out, by the trapezoid rule, which for
//! smooth densities is exact to rounding (Trefethen & Weideman 2014): the observations of a group, with the group's own
//! density, become one observation, and its score is the average of joint scores over the group's posterior (Fisher's
//! identity). Latent parameters that are tied to one another stay parameters, and their own densities stand beside the
//! observations as if they had been observed.
//! Absent on purpose: ranks, and priors of other parameters.

use std::sync::{Mutex, PoisonError};

use nalgebra::DMatrix;
use rayon::prelude::*;

use crate::ir::Program;
use crate::ir::jacobian::{Derivatives, Jacobian, jacobian};
use crate::model::likelihood::Likelihood;

/// How latent parameters are dealt with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Treatment {
    /// There are none.
    None,
    /// Integrated out.
    Integrated,
    /// Parameters like others; what says how they vary counts as observed.
    Observed,
}

/// The observations of a model, ready to be asked at points.
#[derive(Debug)]
pub struct Scores<'a> {
    observations: Derivatives<'a>,
    population: Option<Derivatives<'a>>,
    groups: Option<Groups>,
    /// The coordinates that scores are derivatives by.
    free: Vec<usize>,
    treatment: Treatment,
    /// For each row of scores, how many numbers its outcome is.
    sizes: Vec<usize>,
}

/// The contributions of all observations at a point.
#[derive(Clone, Debug)]
pub struct Contributions {
    /// The log density of each observation.
    pub values: Vec<f64>,
    /// `[observation, coordinate]`, by the free coordinates.
    pub scores: DMatrix<f64>,
}

/// Which group each result belongs to, one group for each latent coordinate.
#[derive(Debug)]
struct Groups {
    latent: Vec<usize>,
    of_observations: Vec<Option<usize>>,
    of_population: Vec<Option<usize>>,
    /// Where the density of each latent coordinate was found to lie last: centre and spread.
    located: Mutex<Vec<(f64, f64)>>,
}

impl<'a> Scores<'a> {
    /// Of a model's observations. `point` is one at which all dependences show: a generic one.
    pub fn new(likelihood: &'a Likelihood, point: &[f64]) -> Self {
        let coordinates = likelihood.observations.coordinates;
        let groups = Groups::find(likelihood, point);
        let treatment = match (&likelihood.latent, &groups) {
            (None, _) => Treatment::None,
            (Some(_), Some(_)) => Treatment::Integrated,
            (Some(_), None) => Treatment::Observed,
        };
        let sizes = match (&groups, &likelihood.latent) {
            (Some(groups), _) => groups.sizes(&likelihood.sizes),
            (None, Some(latent)) => {
                let own = std::iter::repeat_n(1, latent.population.results.len());
                likelihood.sizes.iter().copied().chain(own).collect()
            }
            (None, None) => likelihood.sizes.clone(),
        };
        let integrated = |coordinate: &usize| groups.as_ref().is_some_and(|groups| groups.latent.contains(coordinate));
        Self {
            observations: Derivatives::new(&likelihood.observations),
            population: likelihood.latent.as_ref().map(|latent| Derivatives::new(&latent.population)),
            free: (0..coordinates).filter(|coordinate| !integrated(coordinate)).collect(),
            groups,
            treatment,
            sizes,
        }
    }

    /// For each row of scores, how many numbers its outcome is: so many directions it can inform, with other outcomes of the
    /// same shape.
    pub fn sizes(&self) -> &[usize] {
        &self.sizes
    }

    /// The coordinates that scores are derivatives by, ascending.
    pub fn free(&self) -> &[usize] {
        &self.free
    }

    /// What one evaluation costs, about: derivatives computed.
    pub fn cost(&self) -> usize {
        let nodes = if self.treatment == Treatment::Integrated { 80 } else { 1 };
        self.observations.results() * self.free.len() * nodes
    }

    /// How latent parameters are dealt with.
    pub fn treatment(&self) -> Treatment {
        self.treatment
    }

    /// The contributions at a point. What cannot be computed there is not finite.
    ///
    /// # Panics
    /// When the point has not the model's number of coordinates.
    pub fn at(&self, point: &[f64]) -> Contributions {
        self.with_nodes(point, 0.0)
    }

    /// The same again with other roundings: a few beside the point, and where latent parameters are integrated out, at nodes
    /// between the others. An integral that is exact is the same at any nodes, so what differs is error.
    ///
    /// # Panics
    /// As [`Self::at`].
    pub fn beside(&self, point: &[f64]) -> Contributions {
        let roundings = |index: usize| f64::EPSILON * if index.is_multiple_of(2) { 3.0 } else { -2.0 };
        let beside: Vec<f64> = point.iter().enumerate().map(|(index, x)| x * (1.0 + roundings(index))).collect();
        self.with_nodes(&beside, 0.5)
    }

    fn with_nodes(&self, point: &[f64], shift: f64) -> Contributions {
        match (&self.groups, &self.population) {
            (Some(groups), Some(population)) => self.integrated(groups, population, point, shift),
            (None, Some(population)) => {
                let mut all = self.plain(&self.observations, point);
                let own = self.plain(population, point);
                all.values.extend(own.values);
                let rows = all.scores.nrows();
                let mut scores = all.scores.resize_vertically(rows + own.scores.nrows(), 0.0);
                scores.rows_mut(rows, own.scores.nrows()).copy_from(&own.scores);
                Contributions { values: all.values, scores }
            }
            (_, None) => self.plain(&self.observations, point),
        }
    }

    /// The log density of each observation at a point, without scores.
    pub fn values(&self, point: &[f64]) -> Vec<f64> {
        if self.treatment == Treatment::None {
            return self.observations.at(point, &[]).values;
        }
        self.at(point).values
    }

    fn plain(&self, program: &Derivatives<'_>, point: &[f64]) -> Contributions {
        let Jacobian { values, derivatives } = program.at(point, &self.free);
        let scores = DMatrix::from_row_slice(values.len(), self.free.len(), &derivatives);
        Contributions { values, scores }
    }

    /// `shift` moves the nodes, in steps.
    fn integrated(&self, groups: &Groups, population: &Derivatives<'_>, point: &[f64], shift: f64) -> Contributions {
        /// Steps to either side: twelve spreads as `locate` finds them, a fifth off at most, so that at least nine standard
        /// deviations are seen and what lies beyond weighs 10^-18. A rank asks for that: what is cut off is no rounding, and
        /// the derivatives a rounding beside do not show it.
        const STEPS: i32 = 40;
        const REACH: f64 = 12.0;
        let count = groups.latent.len();
        let free = self.free.len();
        let located = self.locate(groups, population, point);
        let at_node = |step: i32| {
            let place = move_to(groups, point, &located, REACH * (f64::from(step) + shift) / f64::from(STEPS));
            let (own, theirs) = (self.plain(&self.observations, &place), self.plain(population, &place));
            let mut values = vec![0.0; count];
            let mut scores = DMatrix::zeros(count, free);
            for (all, of) in [(&own, &groups.of_observations), (&theirs, &groups.of_population)] {
                for (row, group) in of.iter().enumerate() {
                    if let Some(group) = *group {
                        values[group] += all.values[row];
                        let mut total = scores.row_mut(group);
                        total += all.scores.row(row);
                    }
                }
            }
            // What stands by itself is the same at every node.
            (values, scores, (step == STEPS).then_some(own))
        };
        let mut nodes: Vec<_> = (-STEPS..=STEPS).into_par_iter().map(at_node).collect();
        let outside = nodes.last_mut().and_then(|(.., own)| own.take());
        let width = |group: usize| (located[group].1 * REACH / f64::from(STEPS)).ln();
        let mut values = Vec::new();
        let mut scores = DMatrix::zeros(count, free);
        for group in 0..count {
            let logs: Vec<f64> = nodes.iter().map(|(values, ..)| values[group]).collect();
            let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let weights: Vec<f64> = logs.iter().map(|log| (log - largest).exp()).collect();
            let total: f64 = weights.iter().sum();
            values.push(largest + total.ln() + width(group));
            let mut row = scores.row_mut(group);
            for (weight, (_, node, _)) in weights.iter().zip(&nodes).filter(|(weight, _)| **weight > 0.0) {
                row += node.row(group) * (weight / total);
            }
        }
        // Observations without a group stand by themselves.
        let alone: Vec<usize> =
            (0..groups.of_observations.len()).filter(|&row| groups.of_observations[row].is_none()).collect();
        if let Some(own) = outside {
            values.extend(alone.iter().map(|&row| own.values[row]));
            scores = scores.resize_vertically(count + alone.len(), 0.0);
            scores.rows_mut(count, alone.len()).copy_from(&own.scores.select_rows(&alone));
        }
        Contributions { values, scores }
    }

    /// Where the density of each latent coordinate lies: the mean and spread that a grid gives, which moves and shrinks
    /// until it fits.
    fn locate(&self, groups: &Groups, population: &Derivatives<'_>, point: &[f64]) -> Vec<(f64, f64)> {
        const STEPS: i32 = 12;
        const REACH: f64 = 6.0;
        const ROUNDS: usize = 40;
        let count = groups.latent.len();
        let known = || groups.located.lock().unwrap_or_else(PoisonError::into_inner);
        let mut located = known().clone();
        for _ in 0..ROUNDS {
            let at_node = |step: i32| {
                let place = move_to(groups, point, &located, REACH * f64::from(step) / f64::from(STEPS));
                let mut values = vec![0.0; count];
                for (program, of) in
                    [(&self.observations, &groups.of_observations), (population, &groups.of_population)]
                {
                    for (value, group) in program.at(&place, &[]).values.into_iter().zip(of) {
                        if let Some(group) = *group {
                            values[group] += value;
                        }
                    }
                }
                values
            };
            let nodes: Vec<Vec<f64>> = (-STEPS..=STEPS).into_par_iter().map(at_node).collect();
            let mut settled = true;
            for (group, (centre, spread)) in located.iter_mut().enumerate() {
                let logs: Vec<f64> = nodes.iter().map(|values| values[group]).collect();
                let largest = logs.iter().copied().filter(|log| log.is_finite()).fold(f64::NEG_INFINITY, f64::max);
                let steps = (-STEPS..=STEPS).map(|step| REACH * f64::from(step) / f64::from(STEPS));
                let (mut total, mut first, mut second) = (0.0, 0.0, 0.0);
                for (log, at) in logs.iter().zip(steps) {
                    let weight = if log.is_finite() { (log - largest).exp() } else { 0.0 };
                    total += weight;
                    first += weight * at;
                    second += weight * at * at;
                }
                if total == 0.0 {
                    continue;
                }
                let mean = first / total;
                // No finer than the grid can see.
                let sd = (second / total - mean * mean).max(0.0).sqrt().max(0.3 * REACH / f64::from(STEPS));
                settled &= mean.abs() < 0.5 && (0.8..1.25).contains(&sd);
                *centre += mean * *spread;
                *spread *= if mean.abs() > 0.8 * REACH { 3.0 } else { sd };
            }
            if settled {
                break;
            }
        }
        known().clone_from(&located);
        located
    }
}

/// The point, each latent coordinate at so many spreads from its centre.
fn move_to(groups: &Groups, point: &[f64], located: &[(f64, f64)], spreads: f64) -> Vec<f64> {
    let mut place = point.to_vec();
    for (&coordinate, (centre, spread)) in groups.latent.iter().zip(located) {
        place[coordinate] = centre + spreads * spread;
    }
    place
}

impl Groups {
    /// The groups of a model whose latent parameters each have one; none where a result depends on two.
    fn find(likelihood: &Likelihood, point: &[f64]) -> Option<Self> {
        let latent = likelihood.latent.as_ref()?;
        let of_observations = groups_of(&likelihood.observations, &latent.coordinates, point)?;
        let of_population = groups_of(&latent.population, &latent.coordinates, point)?;
        let located = Mutex::new(vec![(0.0, 1.0); latent.coordinates.len()]);
        Some(Self { latent: latent.coordinates.clone(), of_observations, of_population, located })
    }

    /// The numbers in the outcomes of each group, and of each observation without one.
    fn sizes(&self, of_observations: &[usize]) -> Vec<usize> {
        let mut sizes = vec![0; self.latent.len()];
        let mut alone = Vec::new();
        for (&group, &size) in self.of_observations.iter().zip(of_observations) {
            match group {
                Some(group) => sizes[group] += size,
                None => alone.push(size),
            }
        }
        sizes.extend(alone);
        sizes
    }
}

/// For each result the latent coordinate it depends on, by position; `None` altogether where one depends on several.
fn groups_of(program: &Program, latent: &[usize], point: &[f64]) -> Option<Vec<Option<usize>>> {
    /// Derivatives taken at a time.
    const AT_ONCE: usize = 64;
    let mut groups = vec![None; program.results.len()];
    for (block, coordinates) in latent.chunks(AT_ONCE).enumerate() {
        let found = jacobian(program, point, coordinates);
        for (group, row) in groups.iter_mut().zip(found.derivatives.chunks(coordinates.len())) {
            for column in (0..row.len()).filter(|&column| row[column] != 0.0) {
                if group.replace(block * AT_ONCE + column).is_some() {
                    return None;
                }
            }
        }
    }
    Some(groups)
}
