//! Calls of the library in tests: with data, with parameters one by one, and with parameters as rows.
//!
//! In: a name, arguments, and which of them may depend on parameters. Out: the value as data give it, after the other
//! forms have been run through the evaluator and agreed with it.

use std::sync::LazyLock;

use crate::ir::evaluate::evaluate;
use crate::ir::graph::{Domain, Graph, Number};
use crate::lang::bind::BindError;
use crate::lang::interpret::value::{Elements, Inner, ROWS, Shape, Value};
use crate::lang::interpret::{Interpreter, Stop};
use crate::lang::source::Span;
use crate::lang::typed::TypedModel;

/// A model with nothing in it.
static EMPTY: LazyLock<TypedModel> = LazyLock::new(|| TypedModel {
    variables: Vec::new(),
    functions: Vec::new(),
    data: Vec::new(),
    transformed_data: Vec::new(),
    parameters: Vec::new(),
    transformed_parameters: Vec::new(),
    model: Vec::new(),
    generated_quantities: Vec::new(),
    expressions: Vec::new(),
});

pub(super) const SPAN: Span = Span { start: 3, end: 7 };

/// An argument.
#[derive(Clone, Debug)]
pub(super) enum Given {
    /// Always data: a size, an index.
    Data(Value),
    /// Data in one run, parameters in another.
    Either(Value),
}

use Given::{Data, Either};

pub(super) fn scalar(x: f64) -> Value {
    Value::known(Shape::SCALAR, vec![x])
}

pub(super) fn vector(values: &[f64]) -> Value {
    Value::known(Shape::of(Inner::Vector(values.len())), values.to_vec())
}

pub(super) fn row_vector(values: &[f64]) -> Value {
    Value::known(Shape::of(Inner::RowVector(values.len())), values.to_vec())
}

pub(super) fn array(values: &[f64]) -> Value {
    Value::known(Shape::array(vec![values.len()]), values.to_vec())
}

/// A matrix, written as it is read: row by row.
pub(super) fn matrix<const R: usize, const C: usize>(rows: [[f64; C]; R]) -> Value {
    let elements = (0..C).flat_map(|column| rows.iter().map(move |row| row[column])).collect();
    Value::known(Shape::of(Inner::Matrix(R, C)), elements)
}

pub(super) fn interpreter() -> Interpreter<'static> {
    Interpreter::new(&EMPTY, true)
}

/// One call in an interpreter of its own, with data.
pub(super) fn call(name: &str, arguments: &[Value]) -> Result<Value, BindError> {
    ended(interpreter().library(name, arguments, SPAN))
}

pub(super) fn ended(result: Result<Value, Stop>) -> Result<Value, BindError> {
    result.map_err(|stop| match stop {
        Stop::Error(error) => error,
        Stop::Split(_) | Stop::Unroll => panic!("no loop runs"),
    })
}

/// The value with data, once parameters have given the same, one by one and as rows, up to `tolerance` relative to the
/// largest element: what the platform's functions and the formulas differ by.
#[track_caller]
pub(super) fn agreed(name: &str, arguments: &[Given], tolerance: f64) -> Value {
    let data: Vec<Value> = arguments.iter().map(|(Data(value) | Either(value))| value.clone()).collect();
    let expected = call(name, &data).expect("the call is one");
    let known = expected.as_known().expect("data give data");
    for as_rows in [false, true] {
        let (value, found) = with_parameters(name, arguments, as_rows);
        assert_eq!(value.shape, expected.shape, "{name}, rows: {as_rows}");
        close(name, &found, known, tolerance);
    }
    expected
}

/// The value where arguments are parameters, and its elements by the evaluator.
#[track_caller]
pub(super) fn with_parameters(name: &str, arguments: &[Given], as_rows: bool) -> (Value, Vec<f64>) {
    let mut run = interpreter();
    let mut point = Vec::new();
    let arguments: Vec<Value> = arguments
        .iter()
        .map(|argument| match argument {
            Data(value) => value.clone(),
            Either(value) => parameters(&mut run.graph, value, as_rows, &mut point),
        })
        .collect();
    let value = ended(run.library(name, &arguments, SPAN)).expect("the call is one");
    let numbers = value.numbers(&mut run.graph);
    let found = evaluate(&run.graph.program(point.len(), &numbers), &point);
    (value, found)
}

/// Coordinates in place of the elements, appended to the point.
fn parameters(graph: &mut Graph, value: &Value, as_rows: bool, point: &mut Vec<f64>) -> Value {
    let first = point.len();
    point.extend(value.as_known().expect("arguments are given as data"));
    let shape = value.shape.clone();
    if as_rows && value.len() >= ROWS {
        let list = (first as u32..point.len() as u32).collect();
        let number = graph.coordinates(Domain::elements(value.len()), list);
        return Value { shape, elements: Elements::Rows(number) };
    }
    let numbers: Vec<Number> = (first..point.len()).map(|index| graph.coordinate(index)).collect();
    Value::each(shape, numbers)
}

/// Elements agree up to `tolerance` relative to the largest; to 1, where all are 0: zeros are differences of numbers
/// near 1, as the logarithm of a single combination is.
#[track_caller]
pub(super) fn close(name: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len(), "{name}");
    let largest = expected.iter().filter(|x| x.is_finite()).fold(0.0, |largest: f64, x| largest.max(x.abs()));
    let allowed = tolerance * if largest == 0.0 { 1.0 } else { largest };
    for (index, (&found, &expected)) in found.iter().zip(expected).enumerate() {
        let same = found == expected || (found.is_nan() && expected.is_nan());
        assert!(same || (found - expected).abs() <= allowed, "{name}[{index}]: {found:e} for {expected:e}");
    }
}
