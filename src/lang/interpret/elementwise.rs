//! A function of numbers, applied to the elements of containers; scalars broadcast.

use super::value::{Elements, ROWS, Shape, Value};
use crate::ir::graph::{Domain, Graph, Number};

/// Applies `function` to corresponding elements. The result has the shape of the first container.
/// Containers must have equally many elements: the caller has checked.
pub(super) fn elementwise(
    graph: &mut Graph,
    arguments: &[&Value],
    mut function: impl FnMut(&mut Graph, &[Number]) -> Number,
) -> Value {
    let Some(container) = arguments.iter().find(|argument| !argument.shape.is_scalar()) else {
        let numbers: Vec<Number> = arguments.iter().map(|argument| argument.scalar()).collect();
        return Value::number(function(graph, &numbers));
    };
    let (shape, len) = (container.shape.clone(), container.len());
    if let Some(rows) = as_rows(graph, arguments, len) {
        let result = function(graph, &rows);
        return Value::rows(graph, shape, result);
    }
    let numbers: Vec<Vec<Number>> = arguments.iter().map(|argument| argument.numbers(graph)).collect();
    let mut results = Vec::with_capacity(len);
    let mut row = vec![Number::Known(0.0); arguments.len()];
    for index in 0..len {
        for (slot, numbers) in row.iter_mut().zip(&numbers) {
            *slot = if numbers.len() == 1 { numbers[0] } else { numbers[index] };
        }
        results.push(function(graph, &row));
    }
    Value::each(shape, results)
}

/// The arguments as numbers with a row per element, where that is the better form: enough elements, none held one by
/// one, and no scalar that has rows of its own (those of the loop that runs).
pub(super) fn as_rows(graph: &mut Graph, arguments: &[&Value], len: usize) -> Option<Vec<Number>> {
    let all_known = arguments.iter().all(|argument| argument.as_known().is_some());
    if len < ROWS || all_known {
        return None;
    }
    let fits = |argument: &&Value| match (&argument.elements, argument.shape.is_scalar()) {
        (Elements::Each(numbers), true) => graph.domain(numbers[0]).is_none(),
        (Elements::Known(_) | Elements::Rows(_), _) => true,
        (Elements::Each(_) | Elements::Pending, _) => false,
    };
    if !arguments.iter().all(fits) {
        return None;
    }
    let number = |argument: &&Value| {
        if argument.shape.is_scalar() { Some(argument.scalar()) } else { argument.as_rows(graph) }
    };
    arguments.iter().map(number).collect()
}

/// The sum of all elements.
pub(crate) fn sum(graph: &mut Graph, value: &Value) -> Number {
    match &value.elements {
        Elements::Rows(number) => graph.sum(*number, value.len()),
        Elements::Known(values) => Number::Known(
            values
                .iter()
                .fold(crate::math::accumulate::Accumulator::default(), |sum, &x| {
                    crate::math::accumulate::accumulate(sum, x)
                })
                .total(),
        ),
        Elements::Each(numbers) => graph.total(numbers),
        Elements::Pending => unreachable!("reading a variable that a loop stores to ends the attempt before"),
    }
}

/// The sum of products of corresponding elements.
pub(super) fn dot(graph: &mut Graph, x: &Value, y: &Value) -> Number {
    let product = elementwise(graph, &[x, y], |graph, numbers| graph.multiply(numbers[0], numbers[1]));
    sum(graph, &product)
}

/// A matrix times a vector: a row of the result per row of the matrix.
pub(super) fn matrix_vector(
    graph: &mut Graph,
    matrix: &Value,
    rows: usize,
    columns: usize,
    vector: &Value,
    shape: Shape,
) -> Value {
    let held_as_rows = !matches!(matrix.elements, Elements::Each(_) | Elements::Pending);
    if rows >= ROWS && held_as_rows && !(matrix.as_known().is_some() && vector.as_known().is_some()) {
        let factors = vector.numbers(graph);
        if factors.iter().all(|&factor| graph.domain(factor).is_none()) {
            let domain = Domain::elements(rows);
            let mut sum = Number::Known(0.0);
            for (column, &factor) in factors.iter().enumerate() {
                let first = (column * rows) as u32;
                let list: Vec<u32> = (first..first + rows as u32).collect();
                let column = match &matrix.elements {
                    Elements::Known(values) => {
                        graph.column(domain, values[column * rows..(column + 1) * rows].to_vec())
                    }
                    Elements::Rows(number) => graph.reindex(*number, domain, &list),
                    Elements::Each(_) | Elements::Pending => unreachable!("asked above"),
                };
                let term = graph.multiply(column, factor);
                sum = graph.add(sum, term);
            }
            return Value::rows(graph, shape, sum);
        }
    }
    let (elements, factors) = (matrix.numbers(graph), vector.numbers(graph));
    let results = (0..rows)
        .map(|row| {
            let mut sum = Number::Known(0.0);
            for (column, &factor) in factors.iter().enumerate().take(columns) {
                let term = graph.multiply(elements[row + column * rows], factor);
                sum = graph.add(sum, term);
            }
            sum
        })
        .collect();
    Value::each(shape, results)
}
