//! From parameters back to coordinates: where `--init FILE` starts the chains.
//!
//! A parameter depends on its own coordinate monotonically, given the parameters before it, so its coordinate is found
//! by bisection over all floating-point numbers in their order: 64 halvings, no formula to keep beside the transform.

use super::Model;

/// Why a point is not one of the model's.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum UnconstrainError {
    /// No value for a parameter.
    #[error("no starting value is given for the parameter `{0}`")]
    Missing(String),
    /// A value that no coordinate gives.
    #[error("the starting value {value} of `{parameter}` is not inside of its bounds")]
    OutOfBounds {
        /// The parameter.
        parameter: String,
        /// The value given.
        value: f64,
    },
}

/// The coordinates at which the model's parameters have the values that `value_of` gives, to within rounding.
///
/// # Errors
/// When a value is missing, or lies on or outside of a bound.
pub fn unconstrain(model: &Model, value_of: impl Fn(&str) -> Option<f64>) -> Result<Vec<f64>, UnconstrainError> {
    let mut coordinates = vec![0.0; model.coordinates.len()];
    for (index, name) in model.coordinates.iter().enumerate() {
        let value = value_of(name).ok_or_else(|| UnconstrainError::Missing(name.clone()))?;
        let mut at = |z: f64| {
            coordinates[index] = z;
            model.parameters_at(&coordinates)[index]
        };
        let (low, high) = (at(-f64::MAX), at(f64::MAX));
        let rising = low < high;
        let (least, most) = if rising { (low, high) } else { (high, low) };
        if !(least < value && value < most) {
            return Err(UnconstrainError::OutOfBounds { parameter: name.clone(), value });
        }
        let (mut below, mut above) = (order(-f64::MAX), order(f64::MAX));
        while below + 1 < above {
            let middle = below + (above - below) / 2;
            if (at(number(middle)) < value) == rising {
                below = middle;
            } else {
                above = middle;
            }
        }
        coordinates[index] = number(above);
    }
    Ok(coordinates)
}

/// The place of a number among all floating-point numbers.
fn order(x: f64) -> u64 {
    let bits = x.to_bits();
    if bits >> 63 == 0 { bits | 1 << 63 } else { !bits }
}

/// The number at a place.
fn number(order: u64) -> f64 {
    f64::from_bits(if order >> 63 == 1 { order & !(1 << 63) } else { !order })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::{Builder, Op};
    use crate::model::transform::constrain;

    fn model() -> Model {
        let mut b = Builder::new(4);
        let bounds = [(None, None), (Some(0.0), None), (None, Some(3.0)), (Some(-1e6), Some(1e6))];
        let parameters = bounds.map(|(lower, upper): (Option<f64>, Option<f64>)| {
            let index = bounds.iter().position(|&other| other == (lower, upper)).unwrap();
            let z = b.push(Op::Coordinate(index));
            let (lower, upper) = (lower.map(|x| b.constant(x)), upper.map(|x| b.constant(x)));
            constrain(&mut b, z, lower, upper).value
        });
        let names: Vec<String> = ["a", "b", "c", "d"].map(str::to_owned).into();
        Model {
            name: "test".into(),
            coordinates: names.clone(),
            parameters: names,
            density: Builder::new(4).finish(Vec::new()),
            constrain: b.finish(parameters.into()),
            hazards: Vec::new(),
        }
    }

    #[test]
    fn parameters_come_back_from_their_coordinates() {
        let values = [-3.5, 0.25, -17.0, 12345.0];
        let model = model();
        let index = |name: &str| model.coordinates.iter().position(|other| other == name);
        let coordinates = unconstrain(&model, |name| index(name).map(|i| values[i])).unwrap();
        for (back, value) in model.parameters_at(&coordinates).iter().zip(values) {
            assert!((back - value).abs() <= 1e-12 * value.abs(), "{back} for {value}");
        }
    }

    #[test]
    fn a_value_outside_of_its_bounds_is_named() {
        let error = unconstrain(&model(), |name| Some(if name == "b" { -1.0 } else { 1.0 })).unwrap_err();
        assert_eq!(error.to_string(), "the starting value -1 of `b` is not inside of its bounds");
        assert_eq!(unconstrain(&model(), |_| None), Err(UnconstrainError::Missing("a".into())));
    }
}
