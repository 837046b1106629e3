//! The transforms of declarations, and whether known values keep them: data, transformed data, starting values.

use super::value::{Shape, Value};
use super::{Interpreter, Stop};
use crate::ir::graph::Number;
use crate::lang::ast::ExpressionId;
use crate::lang::bind::{BindError, element};
use crate::lang::compile::{element_order, structured};
use crate::lang::typed::{Constraint, Variable};
use crate::model::transform::{Transform, Violation};

impl Interpreter<'_> {
    /// The transform of a declaration that takes each element by itself: arguments are one number for all elements
    /// (which may have a row for each), or a list.
    pub fn elementwise_transform(&mut self, variable: &Variable, shape: &Shape) -> Result<Transform<Number>, Stop> {
        let size = shape.len();
        Ok(match variable.constraint {
            Constraint::Affine { offset, multiplier } => Transform::Affine {
                size,
                offset: self.constraint_argument(offset, variable, shape)?,
                multiplier: self.constraint_argument(multiplier, variable, shape)?,
            },
            Constraint::Bounds { lower, upper } => Transform::Bounds {
                size,
                lower: self.constraint_argument(lower, variable, shape)?,
                upper: self.constraint_argument(upper, variable, shape)?,
            },
            _ => Transform::unbounded(size),
        })
    }

    fn constraint_argument(
        &mut self,
        id: Option<ExpressionId>,
        variable: &Variable,
        shape: &Shape,
    ) -> Result<Option<Vec<Number>>, Stop> {
        let Some(id) = id else { return Ok(None) };
        let value = self.expression(id)?;
        if !value.shape.is_scalar() {
            self.require_shape(shape, &value.shape, variable.span)?;
            if let Some(rows) = super::elementwise::as_rows(&mut self.graph, &[&value], value.len()) {
                return Ok(Some(rows));
            }
        }
        Ok(Some(value.numbers(&mut self.graph)))
    }

    /// The transform of a declaration, its arguments known, and the number of values it takes at a time.
    pub fn known_transform(&mut self, variable: &Variable, shape: &Shape) -> Result<Transform<f64>, Stop> {
        match variable.constraint {
            Constraint::None | Constraint::Bounds { .. } | Constraint::Affine { .. } => {
                let transform = self.elementwise_transform(variable, shape)?;
                Ok(transform.map(|number| number.known().unwrap_or(f64::NAN)))
            }
            _ => Ok(structured(variable.constraint, shape.inner)),
        }
    }

    /// Checks a known value against its declaration.
    pub fn check_constraint(&mut self, variable: &Variable, value: &Value) -> Result<(), Stop> {
        let Some(values) = value.as_known().map(<[f64]>::to_vec) else { return Ok(()) };
        if values.is_empty() || variable.constraint == Constraint::None {
            return Ok(());
        }
        let transform = self.known_transform(variable, &value.shape)?;
        for (part, values) in values.chunks(transform.values()).enumerate() {
            if let Err(violation) = transform.check(values) {
                return Err(broken(variable, &value.shape, part * transform.values(), violation).into());
            }
        }
        Ok(())
    }
}

/// A violation in the words of the model. `first` is the position of the first value that was checked.
pub(crate) fn broken(variable: &Variable, shape: &Shape, first: usize, violation: Violation) -> BindError {
    let label = violation.element.and_then(|place| {
        element_order(shape).find(|(position, _)| *position == first + place.position).map(|(_, label)| label)
    });
    let element = match label.filter(|label| !label.is_empty()) {
        Some(label) => format!("`{}[{label}]`", variable.name),
        None => element(&variable.name, &[]),
    };
    let value = violation.element.map_or_else(String::new, |place| format!(" ({})", place.value));
    BindError::Constraint {
        element: format!("{element}{value}"),
        reason: violation.reason.to_string(),
        span: variable.span,
    }
}
