//! A model taken apart: what each observation contributes to the log density, and what is prior.
//!
//! The language room makes a [`Likelihood`] beside the [`Model`](super::Model); `identify` asks it which directions the
//! data determine. Samplers never see it.

use crate::ir::Program;

/// The parts of a model's density, over the model's coordinates.
#[derive(Clone, Debug)]
pub struct Likelihood {
    /// For each declared parameter that is a container or scalar: its name and how many elements it has, in order.
    pub declared: Vec<(String, usize)>,
    /// The log density of each observation: one result per observation. Together they are an exhaustive summary of
    /// the model (Cole, Morgan & Titterington 2010, section 2.1).
    pub observations: Program,
    /// For each observation, how many numbers its outcome is: the length of a vector, the categories of a table. So many
    /// directions it can inform, at most.
    pub sizes: Vec<usize>,
    /// Number of observations in all. Of more than 20,000, `observations` has as many, evenly taken.
    pub all: usize,
    /// Whether each result is one observation by itself. Otherwise some stand for several, which could not be told
    /// apart (a time series, a likelihood written by hand).
    pub separate: bool,
    /// The terms of the prior density, on the scale of parameters.
    pub prior: Program,
    /// Of these, the terms that are no distribution of latent parameters: the priors that a hierarchy begins with.
    pub top_prior: Program,
    /// All terms as a density of coordinates: with the logarithms of transforms' Jacobians as further terms.
    pub prior_density: Program,
    /// What varies between groups, with its own distribution.
    pub latent: Option<Latent>,
    /// The data variables that are observed: those whose densities are the likelihood.
    pub outcomes: Vec<Observed>,
    /// The real data that are not observed: covariates, column by column.
    pub covariates: Vec<Covariate>,
}

/// Parameters with a distribution that has parameters of its own, such as the effects of groups.
#[derive(Clone, Debug)]
pub struct Latent {
    /// Their names.
    pub names: Vec<String>,
    /// Their coordinates.
    pub coordinates: Vec<usize>,
    /// Their log densities, one result per element, Jacobians as further results.
    pub population: Program,
}

/// A data variable that is observed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed {
    /// Its name.
    pub name: String,
    /// Whether its values are whole numbers.
    pub whole: bool,
}

/// A column of real data that explains.
#[derive(Clone, Debug, PartialEq)]
pub struct Covariate {
    /// The variable.
    pub variable: String,
    /// As the model writes it: `x`, or `X[,2]`.
    pub name: String,
    /// Its values.
    pub values: Vec<f64>,
}
