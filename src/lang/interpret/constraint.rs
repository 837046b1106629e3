//! The transforms of declarations, and whether known values keep them: data, transformed data, starting values.

use super::elementwise::as_rows;
use super::value::{Shape, Value};
use super::{Interpreter, Stop};
use crate::ir::graph::Number;
use crate::lang::ast::ExpressionId;
use crate::lang::bind::BindError;
use crate::lang::compile::structured;
use crate::lang::typed::{Constraint, Variable};
use crate::model::transform::{Transform, Violation};

impl Interpreter<'_> {
    /// The transform of a declaration that takes each element by itself: arguments are one number for all elements
    /// (which may have a row for each), or lists.
    pub fn elementwise_transform(&mut self, variable: &Variable, shape: &Shape) -> Result<Transform<Number>, Stop> {
        let size = shape.len();
        Ok(match variable.constraint {
            Constraint::Affine { offset, multiplier } => {
                let [offset, multiplier] = self.constraint_arguments([offset, multiplier], variable, shape)?;
                Transform::Affine { size, offset, multiplier }
            }
            Constraint::Bounds { lower, upper } => {
                let [lower, upper] = self.constraint_arguments([lower, upper], variable, shape)?;
                Transform::Bounds { size, lower, upper }
            }
            _ => Transform::unbounded(size),
        })
    }

    /// Both arguments of a constraint, where they are given: as rows where both can be, else element by element.
    fn constraint_arguments(
        &mut self,
        ids: [Option<ExpressionId>; 2],
        variable: &Variable,
        shape: &Shape,
    ) -> Result<[Option<Vec<Number>>; 2], Stop> {
        let mut values = Vec::new();
        for id in ids.into_iter().flatten() {
            let value = self.expression(id)?;
            if !value.shape.is_scalar() {
                self.require_shape(shape, &value.shape, variable.span)?;
            }
            values.push(value);
        }
        // An infinite bound is none, and where only some are, elements have different transforms.
        let infinite = |value: &Value| value.as_known().is_some_and(|known| known.iter().any(|x| x.is_infinite()));
        let alike = !values.iter().any(|value| !value.shape.is_scalar() && infinite(value));
        let rows = alike.then(|| as_rows(&mut self.graph, &values.iter().collect::<Vec<_>>(), shape.len())).flatten();
        let lists: Vec<Vec<Number>> = match rows {
            Some(rows) => rows.into_iter().map(|number| vec![number]).collect(),
            None => values.iter().map(|value| value.numbers(&mut self.graph)).collect(),
        };
        let mut lists = lists.into_iter();
        Ok(ids.map(|id| id.and_then(|_| lists.next())))
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
pub(crate) fn broken(variable: &Variable, shape: &Shape, first: usize, mut violation: Violation) -> BindError {
    // Of an array, the part by its indexes, and the element within it.
    let each = shape.inner.len().max(1);
    let at = first + violation.element.map_or(0, |element| element.position);
    if let Some(element) = &mut violation.element {
        element.position = at % each;
    }
    let (mut name, mut part) = (variable.name.clone(), at / each);
    let mut stride: usize = shape.arrays.iter().product();
    for size in &shape.arrays {
        stride /= size;
        name += &format!("[{}]", part / stride + 1);
        part %= stride;
    }
    BindError::Constraint { sentence: violation.sentence(&name, &shape.inner.sizes()), span: variable.span }
}
