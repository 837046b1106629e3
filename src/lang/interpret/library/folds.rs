//! Folds over the elements of a container: products, maxima, running sums.
//!
//! Sums are operations of the graph. Other folds of many rows are recurrences, stored row by row, in which the loop
//! stays a loop; few elements are taken one by one.

use crate::ir::graph::{Domain, Graph, Number, StoredArray};
use crate::lang::interpret::value::{Elements, Value};

/// From so many rows on, a fold is a recurrence; below, single operations make the shorter program.
const RECURRENCE: usize = 64;

/// The elements combined from the first to the last; `of_none` where there is none.
pub(super) fn fold(
    g: &mut Graph,
    value: &Value,
    of_none: f64,
    combine: impl Fn(&mut Graph, Number, Number) -> Number,
) -> Number {
    let len = value.len();
    if let Elements::Rows(number) = value.elements
        && len >= RECURRENCE
    {
        let array = recurrence(g, number, len, combine);
        return g.load(array, len - 1);
    }
    let numbers = value.numbers(g);
    numbers.into_iter().reduce(|total, number| combine(g, total, number)).unwrap_or(Number::Known(of_none))
}

/// Each element combined with all before it.
pub(super) fn running(g: &mut Graph, value: &Value, combine: impl Fn(&mut Graph, Number, Number) -> Number) -> Value {
    let (shape, len) = (value.shape.clone(), value.len());
    if let Elements::Rows(number) = value.elements
        && len >= RECURRENCE
    {
        let array = recurrence(g, number, len, combine);
        let number = g.load_rows(array, Domain::elements(len), Graph::identity(len));
        return Value { shape, elements: Elements::Rows(number) };
    }
    let mut numbers = value.numbers(g);
    for index in 1..len {
        numbers[index] = combine(g, numbers[index - 1], numbers[index]);
    }
    Value::each(shape, numbers)
}

/// An array whose element `i` is the first `i + 1` rows combined.
fn recurrence(
    g: &mut Graph,
    number: Number,
    len: usize,
    combine: impl Fn(&mut Graph, Number, Number) -> Number,
) -> StoredArray {
    let array = g.array(len);
    let domain = Domain::elements(len - 1);
    let later: Vec<u32> = (1..len as u32).collect();
    let previous = g.load_rows(array, domain, Graph::identity(len - 1));
    let current = g.reindex(number, domain, &later);
    let next = combine(g, previous, current);
    let first = g.at(number, 0);
    g.store(array, 0, first);
    g.store_rows(domain, vec![(array, later, next)], true);
    array
}
