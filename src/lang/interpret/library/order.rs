//! Order: sorting, ranks, quantiles.
//!
//! In: values that data give. Out: values that data give. Of parameters this is not supported: which element comes
//! first would change from draw to draw.

use crate::lang::bind::BindError;
use crate::lang::interpret::value::{Shape, Value};
use crate::lang::interpret::{Interpreter, Stop};
use crate::lang::source::Span;

impl Interpreter<'_> {
    /// The value of a function of this kind; `None` if it is none.
    pub(super) fn order_function(
        &mut self,
        name: &str,
        arguments: &[Value],
        span: Span,
    ) -> Result<Option<Value>, Stop> {
        let data = |value: &Value| -> Result<Vec<f64>, BindError> {
            let Some(values) = value.as_known() else {
                return Err(BindError::NotYet { what: format!("`{name}` of parameters"), span });
            };
            if values.iter().any(|x| x.is_nan()) {
                let message = format!("`{name}` of something that is not a number");
                return Err(BindError::Argument { message, span });
            }
            Ok(values.to_vec())
        };
        Ok(Some(match (name, arguments) {
            ("sort_asc" | "sort_desc", [x]) => {
                let mut values = data(x)?;
                values.sort_by(|x, y| directed(name, *x, *y));
                Value::known(x.shape.clone(), values)
            }
            ("sort_indices_asc" | "sort_indices_desc", [x]) => {
                let values = data(x)?;
                let mut indexes: Vec<usize> = (0..values.len()).collect();
                indexes.sort_by(|&i, &j| directed(name, values[i], values[j]));
                let indexes = indexes.into_iter().map(|index| index as f64 + 1.0).collect();
                Value::known(Shape::array(vec![values.len()]), indexes)
            }
            ("rank", [x, index]) => {
                let values = data(x)?;
                let index = self.index_argument(index, values.len(), span)?;
                let below = values.iter().filter(|&&x| x < values[index]).count();
                Value::known(Shape::SCALAR, vec![below as f64])
            }
            ("quantile", [x, p]) => {
                let mut values = data(x)?;
                let probabilities = data(p)?;
                if values.is_empty() || probabilities.iter().any(|p| !(0.0..=1.0).contains(p)) {
                    let message = "`quantile` needs at least one element, and probabilities from 0 to 1".to_owned();
                    return Err(BindError::Argument { message, span }.into());
                }
                values.sort_by(f64::total_cmp);
                Value::known(p.shape.clone(), probabilities.iter().map(|&p| quantile(&values, p)).collect())
            }
            _ => return Ok(None),
        }))
    }
}

fn directed(name: &str, x: f64, y: f64) -> std::cmp::Ordering {
    let (x, y) = if name.ends_with("desc") { (y, x) } else { (x, y) };
    // Zeros of both signs are equal.
    x.partial_cmp(&y).expect("numbers that are not NaN can be compared")
}

/// Hyndman & Fan (1996), definition 7, of sorted values: between the elements next to `(n - 1) p`.
fn quantile(sorted: &[f64], p: f64) -> f64 {
    let index = (sorted.len() - 1) as f64 * p;
    let (below, above) = (index.floor() as usize, index.ceil() as usize);
    let weight = index - index.floor();
    (1.0 - weight) * sorted[below] + weight * sorted[above]
}

#[cfg(test)]
mod tests {
    use super::super::trial::{SPAN, array, call, ended, interpreter, scalar, vector};
    use super::*;
    use crate::lang::interpret::value::Inner;

    #[test]
    fn data_are_sorted_and_ranked() {
        let x = || vector(&[3.0, -1.0, 2.0, 10.0]);
        assert_eq!(call("sort_asc", &[x()]), Ok(vector(&[-1.0, 2.0, 3.0, 10.0])));
        assert_eq!(call("sort_desc", &[x()]), Ok(vector(&[10.0, 3.0, 2.0, -1.0])));
        assert_eq!(call("sort_indices_asc", &[x()]), Ok(array(&[2.0, 3.0, 1.0, 4.0])));
        assert_eq!(call("sort_indices_desc", &[x()]), Ok(array(&[4.0, 1.0, 3.0, 2.0])));
        assert_eq!(call("rank", &[x(), scalar(1.0)]), Ok(scalar(2.0)));
        assert!(matches!(call("rank", &[x(), scalar(5.0)]), Err(BindError::IndexOutOfRange { .. })));
    }

    #[test]
    fn quantiles_lie_between_neighbours() {
        // (n - 1) p = 0.75, 1.5 and 3: between 1 and 2, between 2 and 4, at the last.
        let x = || array(&[4.0, 1.0, 8.0, 2.0]);
        assert_eq!(call("quantile", &[x(), array(&[0.25, 0.5, 1.0])]), Ok(array(&[1.75, 3.0, 8.0])));
        assert_eq!(call("quantile", &[x(), scalar(0.0)]), Ok(scalar(1.0)));
        assert!(matches!(call("quantile", &[x(), scalar(1.5)]), Err(BindError::Requirement { .. })));
    }

    #[test]
    fn parameters_are_not_sorted() {
        let mut run = interpreter();
        let numbers = vec![run.graph.coordinate(0), run.graph.coordinate(1)];
        let x = Value::each(Shape::of(Inner::Vector(2)), numbers);
        let result = ended(run.library("sort_asc", &[x], SPAN));
        assert!(matches!(result, Err(BindError::NotYet { span: SPAN, .. })));
        assert!(matches!(call("sort_asc", &[vector(&[f64::NAN])]), Err(BindError::Requirement { .. })));
    }
}
