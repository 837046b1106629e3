//! Floor 3: a model as samplers and backends see it: numbers in, a log density and parameters out.
//!
//! The language room makes a [`Model`] from text and data. Absent on purpose: names of distributions, constraints and
//! syntax, all of which have become operations by now.

pub mod check;
pub mod data;
mod density;
pub mod dist;
pub mod json;
pub mod likelihood;
pub mod linear;
pub mod transform;

use std::sync::Arc;

pub use self::density::Density;
use crate::ir::Program;
use crate::ir::evaluate::{evaluate, evaluate_total};

/// A model bound to its data.
#[derive(Clone, Debug)]
pub struct Model {
    /// What the model is called in messages: the stem of its file.
    pub name: String,
    /// For each coordinate, the parameter it stands for.
    pub coordinates: Vec<String>,
    /// The parameters that draws consist of, in order of declaration, transformed ones last.
    pub parameters: Vec<String>,
    /// Coordinates to the additive terms of the log density on coordinates, Jacobian included, constants dropped.
    pub density: Density,
    /// Coordinates to parameters.
    pub constrain: Program,
    /// What single precision may cost here.
    pub hazards: Vec<Hazard>,
}

/// Something about the model or its data that single precision does not carry well.
#[derive(Clone, Debug, PartialEq)]
pub enum Hazard {
    /// A column whose values lie far from zero compared with their spread: differences lose digits.
    Uncentred {
        /// The column's name in the model.
        data: String,
        /// Its mean.
        mean: f64,
        /// Its standard deviation.
        sd: f64,
    },
    /// Bounds so close together, compared with where they are, that few single-precision numbers lie between them.
    Narrow {
        /// The parameter's name.
        parameter: String,
        /// Its lower bound.
        lower: f64,
        /// Its upper bound.
        upper: f64,
    },
    /// A matrix that depends on parameters is factorised or inverted: of one that is nearly singular, as covariances of
    /// smooth processes are, single precision finds no factor, and points that belong to the posterior are rejected.
    Factor,
    /// A column so small throughout that its squares vanish in single precision.
    Tiny {
        /// The column's name in the model.
        data: String,
        /// The value of largest magnitude.
        value: f64,
    },
    /// A constant of the program that single precision rounds to zero or to infinity.
    Constant {
        /// Its value.
        value: f64,
    },
    /// A value that single precision cannot tell from its neighbours.
    Large {
        /// The column's name in the model.
        data: String,
        /// The value of largest magnitude.
        value: f64,
    },
}

impl Model {
    /// The log density at a point, by the slow and obvious evaluator: the truth in `f64`, up to a constant.
    ///
    /// # Panics
    /// When the number of coordinates is not the model's.
    pub fn log_density(&self, coordinates: &[f64]) -> f64 {
        evaluate_total(&self.density, coordinates)
    }

    /// The terms of the log density, followed by its derivative by each coordinate.
    pub fn gradient(&self) -> Arc<Program> {
        self.density.gradient()
    }

    /// The parameters at a point, by the slow and obvious evaluator.
    ///
    /// # Panics
    /// When the number of coordinates is not the model's.
    pub fn parameters_at(&self, coordinates: &[f64]) -> Vec<f64> {
        evaluate(&self.constrain, coordinates)
    }
}

/// What single precision may cost for a column of data: nothing when its values are moderate and centred. Infinities and
/// NaN cost nothing.
pub fn hazards(name: &str, values: &[f64]) -> Vec<Hazard> {
    /// Beyond 2^24 not every integer is a single-precision number.
    const LARGEST: f64 = 16_777_216.0;
    /// A mean of 1,000 standard deviations costs three of the seven digits.
    const FAR: f64 = 1000.0;
    /// Squares of residuals a thousandth of this are still normal single-precision numbers.
    const SMALLEST: f64 = 1e-15;
    let mut hazards = Vec::new();
    let values: Vec<f64> = values.iter().copied().filter(|x| x.is_finite()).collect();
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let sd = (values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt();
    if sd > 0.0 && mean.abs() > FAR * sd {
        hazards.push(Hazard::Uncentred { data: name.into(), mean, sd });
    }
    let largest = values.iter().copied().fold(0.0, |largest: f64, x| if x.abs() > largest.abs() { x } else { largest });
    if largest != 0.0 && largest.abs() < SMALLEST {
        hazards.push(Hazard::Tiny { data: name.into(), value: largest });
    }
    if largest.abs() > LARGEST {
        hazards.push(Hazard::Large { data: name.into(), value: largest });
    }
    hazards
}

/// What single precision may cost for the constants of a program: nothing when it holds them all.
pub fn hazard_of_constants(program: &Program) -> Option<Hazard> {
    let is_lost = |x: f64| x.is_finite() && x != 0.0 && !(x as f32).is_normal();
    let constants = program.constants().into_iter().find(|&x| is_lost(x));
    constants.map(|value| Hazard::Constant { value })
}

/// What single precision may cost for a parameter between two bounds: nothing when thousands of numbers lie between.
pub fn hazard_of_bounds(parameter: &str, lower: f64, upper: f64) -> Option<Hazard> {
    /// Single precision has 2^24 numbers to a magnitude: fewer than 2,000 would lie between the bounds.
    const NARROW: f64 = 1e-4;
    let narrow = upper - lower < NARROW * lower.abs().max(upper.abs());
    narrow.then(|| Hazard::Narrow { parameter: parameter.into(), lower, upper })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_that_single_precision_cannot_resolve_are_a_hazard() {
        assert!(hazard_of_bounds("x", 1e6, 1e6 + 0.01).is_some());
        assert!(hazard_of_bounds("x", 0.5, 0.500_000_1).is_some());
        assert!(hazard_of_bounds("x", 0.0, 1e-6).is_none() && hazard_of_bounds("x", -1e6, 1e6).is_none());
    }

    #[test]
    fn hazards_name_what_single_precision_cannot_carry() {
        assert!(hazards("y", &[-1.0, 0.5, 2.0]).is_empty());
        assert!(
            matches!(&hazards("year", &[2000.0, 2001.0, 2000.5])[..], [Hazard::Uncentred { data, .. }] if data == "year")
        );
        assert!(matches!(&hazards("charge", &[1.6e-19, 3.2e-19])[..], [Hazard::Tiny { .. }]));
        assert!(matches!(&hazards("id", &[-3e7, 3e7])[..], [Hazard::Large { value, .. }] if *value == -3e7));
    }
}
