//! A checked model and its data become a [`Model`]: parameters from coordinates, the target, the outputs.
//!
//! The order of the blocks is Stan's: data, transformed data (random functions included), parameters with the logarithms
//! of their transforms' Jacobians, transformed parameters, the model. Generated quantities run later, draw by draw
//! ([`super::quantities`]).

use super::bind::{self, BindError, Wanted};
use super::interpret::size::Limits;
use super::interpret::value::{Inner, ROWS, Shape, Value};
use super::interpret::{Interpreter, Source, Stop};
use super::typed::{Constraint, Origin, Statement, TypedModel, Variable, VariableId};
use super::types::Base;
use crate::ir::Program;
use crate::ir::collapse::collapse;
use crate::ir::fuse::fuse;
use crate::ir::graph::{Domain, Graph, Number};
use crate::ir::simplify::{simplify, simplify_terms};
use crate::model::data::Data;
use crate::model::transform::Transform;
use crate::model::{Hazard, Model, hazard_of_bounds, hazard_of_constants, hazards};

/// Data and transformed data, known, and what was noticed on the way.
pub(super) struct Bound {
    pub variables: Vec<Option<Value>>,
    pub hazards: Vec<Hazard>,
    /// What `print` said in transformed data.
    pub printed: Vec<String>,
}

/// Binds a model to its data, and runs its transformed data.
pub(super) fn bind(
    model: &TypedModel,
    data: &Data,
    random: crate::rng::random::Random,
    limits: Limits,
) -> Result<Bound, BindError> {
    let mut run = Interpreter::within(model, false, limits);
    let mut found = Vec::new();
    for &id in &model.data {
        let variable = &model.variables[id.0];
        let shape = ended(run.declared_shape(variable))?;
        let wanted = Wanted {
            name: &variable.name,
            described: described(variable, &shape),
            base: variable.of.base,
            sizes: shape.sizes(),
            span: variable.span,
        };
        let values = bind::bind(&wanted, data)?;
        if variable.of.base != Base::Int {
            found.extend(
                columns(&shape)
                    .flat_map(|(from, to, label)| hazards(&format!("{}{label}", variable.name), &values[from..to])),
            );
        }
        let value = Value::known(shape, values);
        ended(run.check_constraint(variable, &value))?;
        run.set(id, value);
    }
    run.random = Some(random);
    ended(run.run(&model.transformed_data))?;
    for (index, variable) in model.variables.iter().enumerate() {
        if variable.origin == Origin::TransformedData
            && let Some(value) = run.get(VariableId(index)).cloned()
        {
            ended(run.check_constraint(variable, &value))?;
        }
    }
    let printed = std::mem::take(&mut run.printed);
    Ok(Bound { variables: run.into_variables(), hazards: found, printed })
}

/// A run in which loops are not held as rows never asks for that to change.
pub(super) fn ended<T>(result: Result<T, Stop>) -> Result<T, BindError> {
    result.map_err(|stop| match stop {
        Stop::Error(error) => error,
        Stop::Split(_) | Stop::Unroll => unreachable!("only a loop that runs as rows is split or unrolled"),
    })
}

/// The columns of a container, for hazards and names: from, to, and how the column is written.
pub(super) fn columns(shape: &Shape) -> Box<dyn Iterator<Item = (usize, usize, String)>> {
    match shape.inner {
        Inner::Matrix(rows, columns) if shape.arrays.is_empty() => {
            Box::new((0..columns).map(move |column| (column * rows, (column + 1) * rows, format!("[,{}]", column + 1))))
        }
        _ => Box::new(std::iter::once((0, shape.len(), String::new()))),
    }
}

/// A type as the model writes it, with its sizes.
pub(super) fn described(variable: &Variable, shape: &Shape) -> String {
    if variable.of.base != Base::Int {
        return format!("`{shape}`");
    }
    match &shape.arrays[..] {
        [] => "an `int`".to_owned(),
        sizes => {
            let sizes: Vec<String> = sizes.iter().map(ToString::to_string).collect();
            format!("`array[{}] int`", sizes.join(", "))
        }
    }
}

/// A parameter with its sizes.
#[derive(Clone, Debug)]
pub(super) struct Parameter {
    pub variable: VariableId,
    pub shape: Shape,
}

/// A model written to a graph.
pub(super) struct Written<'a> {
    pub run: Interpreter<'a>,
    pub parameters: Vec<Parameter>,
    pub coordinates: Vec<String>,
    pub hazards: Vec<Hazard>,
}

/// Writes parameters, transformed parameters and the model to a graph.
pub(super) fn write<'a>(model: &'a TypedModel, bound: &Bound, limits: Limits) -> Result<Written<'a>, BindError> {
    let run = Interpreter::within(model, true, limits);
    let mut written = Written { run, parameters: Vec::new(), coordinates: Vec::new(), hazards: bound.hazards.clone() };
    written.run.set_all(bound.variables.clone());
    written.name_columns(model);
    for &id in &model.parameters {
        let count = written.run.begin_count();
        let made = written.parameter(id);
        written.run.end_count(model.variables[id.0].span, count)?;
        made?;
    }
    ended(written.run.run(&model.transformed_parameters))?;
    for id in declared(&model.transformed_parameters) {
        if let Some(value) = written.run.get(id).cloned() {
            ended(written.run.require_declared(written.run.variable(id), &value))?;
        }
    }
    ended(written.run.run(&model.model))?;
    Ok(written)
}

impl Written<'_> {
    /// Gives columns of data the names that they have in the model.
    fn name_columns(&mut self, model: &TypedModel) {
        for variable in model.variables.iter().enumerate().filter(|(_, variable)| variable.origin == Origin::Data) {
            let (index, variable) = variable;
            let Some(value) = self.run.get(VariableId(index)).cloned() else { continue };
            let Some(values) = value.as_known() else { continue };
            for (from, to, label) in columns(&value.shape) {
                if to - from >= ROWS {
                    let column = self.run.graph.column(Domain::elements(to - from), values[from..to].to_vec());
                    self.run.graph.name_column(column, &format!("{}{label}", variable.name));
                }
            }
        }
    }

    /// Makes a parameter of its coordinates, and adds the log Jacobian to the target.
    fn parameter(&mut self, id: VariableId) -> Result<(), BindError> {
        let variable = self.run.variable(id);
        let shape = ended(self.run.declared_shape(variable))?;
        let first = self.coordinates.len();
        let (value, count) = match variable.constraint {
            Constraint::None | Constraint::Bounds { .. } | Constraint::Affine { .. } => {
                (self.elementwise_parameter(variable, &shape, first)?, shape.len())
            }
            Constraint::Ordered
            | Constraint::PositiveOrdered
            | Constraint::Simplex
            | Constraint::SumToZero
            | Constraint::UnitVector
            | Constraint::CholeskyFactorCorr
            | Constraint::CholeskyFactorCov
            | Constraint::CorrMatrix
            | Constraint::CovMatrix => self.structured_parameter(variable, &shape, first),
        };
        let name = &variable.name;
        if shape.is_scalar() {
            self.coordinates.push(name.clone());
        } else if count == shape.len() {
            self.coordinates.extend(element_order(&shape).map(|(_, label)| format!("{name}[{label}]")));
        } else {
            // Fewer coordinates than elements: a simplex has one less.
            self.coordinates.extend((1..=count).map(|coordinate| format!("{name}.{coordinate}")));
        }
        self.run.take_declared(variable, &value);
        self.run.set(id, value);
        self.parameters.push(Parameter { variable: id, shape });
        Ok(())
    }

    /// A parameter each of whose elements has one coordinate.
    fn elementwise_parameter(&mut self, variable: &Variable, shape: &Shape, first: usize) -> Result<Value, BindError> {
        let size = shape.len();
        if size == 0 {
            return Ok(Value::known(shape.clone(), Vec::new()));
        }
        let transform = ended(self.run.elementwise_transform(variable, shape))?;
        if let Transform::Bounds { lower: Some(lower), upper: Some(upper), .. } = &transform {
            self.hazards.extend(check_interval(&self.run.graph, variable, lower, upper)?);
        }
        let graph = &mut self.run.graph;
        let in_rows = size >= ROWS && arguments(&transform).all(|list| list.len() == 1);
        let z = if in_rows {
            let list = (first..first + size).map(|index| index as u32).collect();
            vec![graph.coordinates(Domain::elements(size), list)]
        } else {
            (first..first + size).map(|index| graph.coordinate(index)).collect()
        };
        let constrained = transform.constrain(graph, &z);
        self.run.add(constrained.log_jacobian, Source::Jacobian);
        Ok(match &constrained.values[..] {
            &[rows] if in_rows => Value::rows(&self.run.graph, shape.clone(), rows),
            _ => Value::each(shape.clone(), constrained.values),
        })
    }

    /// A parameter whose elements depend on several coordinates: vectors and matrices, each of an array by itself.
    fn structured_parameter(&mut self, variable: &Variable, shape: &Shape, first: usize) -> (Value, usize) {
        let copies = shape.arrays.iter().product::<usize>();
        let transform: Transform<Number> = structured(variable.constraint, shape.inner);
        let each = transform.coordinates();
        let mut numbers = Vec::with_capacity(shape.len());
        for copy in 0..copies {
            let from = first + copy * each;
            let z: Vec<Number> = (from..from + each).map(|index| self.run.graph.coordinate(index)).collect();
            let constrained = transform.constrain(&mut self.run.graph, &z);
            numbers.extend(constrained.values);
            self.run.add(constrained.log_jacobian, Source::Jacobian);
        }
        (Value::each(shape.clone(), numbers), copies * each)
    }
}

/// The arguments of a transform that takes each element by itself.
fn arguments(transform: &Transform<Number>) -> impl Iterator<Item = &Vec<Number>> {
    let lists = match transform {
        Transform::Bounds { lower, upper, .. } => [lower.as_ref(), upper.as_ref()],
        Transform::Affine { offset, multiplier, .. } => [offset.as_ref(), multiplier.as_ref()],
        _ => [None, None],
    };
    lists.into_iter().flatten()
}

impl Written<'_> {
    /// Whether there are states that the model rejects.
    pub fn rejects(&self) -> bool {
        self.run.terms.iter().any(|term| matches!(term.source, Source::Check | Source::Rejection))
    }

    /// The programs of the model: the density on coordinates, and the parameters with the transformed ones.
    pub fn finish(
        mut self,
        model: &TypedModel,
        name: &str,
        collapses: bool,
    ) -> Result<(Model, Vec<Parameter>, Vec<String>), BindError> {
        let mut outputs: Vec<(String, Number)> = Vec::new();
        let variables = model.parameters.iter().copied().chain(declared(&model.transformed_parameters));
        for id in variables {
            let Some(value) = self.run.get(id).cloned() else { continue };
            let count = self.run.begin_count();
            let numbers = value.numbers(&mut self.run.graph);
            self.run.end_count(model.variables[id.0].span, count)?;
            let elements = names(&model.variables[id.0].name, &value.shape);
            outputs.extend(elements.into_iter().map(|(position, name)| (name, numbers[position])));
        }
        let coordinates = self.coordinates.len();
        let (parameters, values): (Vec<String>, Vec<Number>) = outputs.into_iter().unzip();
        if self.run.factorises {
            self.hazards.push(Hazard::Factor);
        }
        let terms: Vec<Number> = self.run.terms.iter().map(|term| term.number).collect();
        let terms = self.run.graph.program(coordinates, &terms);
        let constrain = self.run.graph.program(coordinates, &values);
        let density = optimise(&terms, collapses);
        let constrain = simplify(&constrain);
        self.hazards.extend(hazard_of_constants(&density).or_else(|| hazard_of_constants(&constrain)));
        let compiled = Model {
            name: name.to_owned(),
            coordinates: self.coordinates,
            parameters,
            density: density.into(),
            constrain,
            hazards: self.hazards,
        };
        Ok((compiled, self.parameters, self.run.printed))
    }
}

/// The passes over a density, in order.
fn optimise(terms: &Program, collapses: bool) -> Program {
    let simple = simplify_terms(terms);
    let collapsed = if collapses { simplify_terms(&collapse(&simple)) } else { simple };
    fuse(&collapsed)
}

/// The transform of a constraint that ties elements together.
///
/// # Panics
/// For the constraints that take each element by itself.
pub(super) fn structured<T>(constraint: Constraint, inner: Inner) -> Transform<T> {
    let (size, columns) = match inner {
        Inner::Matrix(rows, columns) => (rows, columns),
        Inner::Vector(n) | Inner::RowVector(n) => (n, 1),
        Inner::Scalar => (1, 1),
    };
    match constraint {
        Constraint::Ordered => Transform::Ordered { size },
        Constraint::PositiveOrdered => Transform::PositiveOrdered { size },
        Constraint::Simplex => Transform::Simplex { size },
        Constraint::SumToZero => Transform::SumToZero { size },
        Constraint::UnitVector => Transform::UnitVector { size },
        Constraint::CholeskyFactorCorr => Transform::CholeskyFactorCorr { size },
        Constraint::CholeskyFactorCov => Transform::CholeskyFactorCov { rows: size, columns },
        Constraint::CorrMatrix => Transform::CorrMatrix { size },
        Constraint::CovMatrix => Transform::CovMatrix { size },
        Constraint::None | Constraint::Bounds { .. } | Constraint::Affine { .. } => {
            unreachable!("these take each element by itself")
        }
    }
}

/// Bounds must leave room between them; what single precision may cost between them.
fn check_interval(
    graph: &Graph,
    variable: &Variable,
    lower: &[Number],
    upper: &[Number],
) -> Result<Option<Hazard>, BindError> {
    let values = |list: &[Number]| -> Option<Vec<f64>> {
        match list {
            &[number] if number.known().is_none() => graph.as_column(number).map(|column| column.to_vec()),
            _ => list.iter().map(|number| number.known()).collect(),
        }
    };
    let (Some(lower), Some(upper)) = (values(lower), values(upper)) else { return Ok(None) };
    let mut found = None;
    for index in 0..lower.len().max(upper.len()) {
        let at = |values: &[f64]| if values.len() == 1 { values[0] } else { values[index] };
        let (lower, upper) = (at(&lower), at(&upper));
        if lower >= upper || lower.is_nan() || upper.is_nan() {
            let (name, span) = (variable.name.clone(), variable.span);
            return Err(BindError::EmptyInterval { name, lower, upper, span });
        }
        found = found.or_else(|| hazard_of_bounds(&variable.name, lower, upper));
    }
    Ok(found)
}

/// The elements of a container in the order in which Stan writes them (the first index varies fastest): the position
/// of each, and its indexes.
pub(super) fn element_order(shape: &Shape) -> impl Iterator<Item = (usize, String)> {
    let sizes = shape.sizes();
    let mut strides = vec![0; sizes.len()];
    let mut stride = shape.inner.len();
    for dimension in (0..shape.arrays.len()).rev() {
        strides[dimension] = stride;
        stride *= sizes[dimension];
    }
    let mut inner = 1;
    for dimension in shape.arrays.len()..sizes.len() {
        strides[dimension] = inner;
        inner *= sizes[dimension];
    }
    let total = shape.len();
    (0..total).map(move |mut count| {
        let mut position = 0;
        let mut indexes = Vec::with_capacity(sizes.len());
        for (size, stride) in sizes.iter().zip(&strides) {
            position += (count % size) * stride;
            indexes.push((count % size + 1).to_string());
            count /= size;
        }
        (position, indexes.join(","))
    })
}

/// The variables that a block's top-level statements declare: its outputs.
pub(super) fn declared(statements: &[Statement]) -> Vec<VariableId> {
    let declaration = |statement: &Statement| match statement {
        Statement::Declare { variable, .. } => Some(*variable),
        _ => None,
    };
    statements.iter().filter_map(declaration).collect()
}

/// The names of a variable's elements, with their positions, in the order of Stan's output.
pub(super) fn names(name: &str, shape: &Shape) -> Vec<(usize, String)> {
    if shape.is_scalar() {
        return vec![(0, name.to_owned())];
    }
    element_order(shape).map(|(position, label)| (position, format!("{name}[{label}]"))).collect()
}
