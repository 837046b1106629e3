//! What a model gives beside its density: generated quantities.
//!
//! They are computed in `f64`, by a run of the model in which its parameters are known. The quantities of a draw depend on
//! the draw, the seed, the chain's number and the draw's number alone, since random numbers are addressed by them: not on
//! what ran beside it.

use std::sync::{Arc, OnceLock};

use super::bind::BindError;
use super::compile::{Bound, Parameter, ended, names};
use super::interpret::Interpreter;
use super::interpret::value::{Shape, Value};
use super::render;
use super::source::Source;
use super::subject::Subjects;
use super::typed::{Statement, TypedModel, VariableId};
use crate::draws::Failure;
use crate::rng::random::Random;

/// A model bound to its data, to be run with known parameters. Cloning is cheap.
#[derive(Clone)]
pub struct Quantities(pub(super) Arc<Inside>);

pub(super) struct Inside {
    pub model: Arc<TypedModel>,
    /// The text, for pictures of what is wrong.
    source: Source,
    /// Data and transformed data.
    pub variables: Vec<Option<Value>>,
    pub parameters: Vec<Input>,
    outputs: Vec<Output>,
    names: Vec<String>,
    /// What statements are about, once somebody has asked.
    subjects: OnceLock<Arc<Subjects>>,
}

/// A parameter, read from a draw.
pub(super) struct Input {
    pub parameter: Parameter,
    /// For each element of a draw that belongs to it, in order: its position in the value.
    pub positions: Vec<usize>,
    /// Where in a draw it begins.
    pub from: usize,
}

impl Input {
    /// Its value in a draw.
    pub(super) fn read(&self, draw: &[f64]) -> Value {
        let mut values = vec![0.0; self.positions.len()];
        for (&position, &x) in self.positions.iter().zip(&draw[self.from..]) {
            values[position] = x;
        }
        Value::known(self.parameter.shape.clone(), values)
    }
}

/// A generated quantity.
struct Output {
    variable: VariableId,
    name: String,
    shape: Shape,
    /// The position of each element, in the order of Stan's output.
    positions: Vec<usize>,
    /// Whether it is declared with an integer type.
    integers: bool,
}

impl std::fmt::Debug for Quantities {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Quantities").field("names", &self.0.names).finish_non_exhaustive()
    }
}

impl Quantities {
    /// Prepares the runs of a model.
    pub(super) fn new(
        model: Arc<TypedModel>,
        source: Source,
        bound: &Bound,
        parameters: Vec<Parameter>,
    ) -> Result<Self, BindError> {
        let mut from = 0;
        let mut inputs = Vec::new();
        for parameter in parameters {
            let name = &model.variables[parameter.variable.0].name;
            let positions: Vec<usize> =
                names(name, &parameter.shape).into_iter().map(|(position, _)| position).collect();
            let elements = positions.len();
            inputs.push(Input { parameter, positions, from });
            from += elements;
        }
        let mut outputs = Vec::new();
        let mut all = Vec::new();
        let mut run = Interpreter::new(&model, false);
        run.set_all(bound.variables.clone());
        for statement in &model.generated_quantities {
            let &Statement::Declare { variable, .. } = statement else { continue };
            let declaration = &model.variables[variable.0];
            let shape = ended(run.declared_shape(declaration))?;
            let elements = names(&declaration.name, &shape);
            let positions = elements.iter().map(|(position, _)| *position).collect();
            all.extend(elements.into_iter().map(|(_, name)| name));
            let integers = declaration.of.base == super::types::Base::Int;
            outputs.push(Output { variable, name: declaration.name.clone(), shape, positions, integers });
        }
        drop(run);
        let variables = bound.variables.clone();
        Ok(Self(Arc::new(Inside {
            model,
            source,
            variables,
            parameters: inputs,
            outputs,
            names: all,
            subjects: OnceLock::new(),
        })))
    }

    /// The names of all elements of generated quantities, in the order of Stan's output. Empty when there are none.
    pub fn names(&self) -> &[String] {
        &self.0.names
    }

    /// The generated quantities of one draw, by [`Self::names`]. `draw` holds the parameters as [`Model::parameters`]
    /// orders them; transformed ones are computed again. A quantity that the model never assigns is NaN.
    ///
    /// # Errors
    /// When the model cannot be run there: it rejects, an index is out of range, a quantity does not keep its declared
    /// constraint ([`BindError::is_exception`]), or something that ends a run at any draw.
    ///
    /// [`Model::parameters`]: crate::model::Model::parameters
    pub fn generate(&self, draw: &[f64], random: Random) -> Result<Vec<f64>, BindError> {
        let run = self.run(draw, random)?;
        let mut values = Vec::with_capacity(self.0.names.len());
        for output in &self.0.outputs {
            match run.get(output.variable).and_then(Value::as_known) {
                Some(known) => values.extend(output.positions.iter().map(|&position| known[position])),
                None => values.extend(output.positions.iter().map(|_| f64::NAN)),
            }
        }
        Ok(values)
    }

    /// The generated quantities of one draw as data: what another model can be given.
    ///
    /// # Errors
    /// As [`Self::generate`].
    pub fn generate_data(&self, draw: &[f64], random: Random) -> Result<serde_json::Value, BindError> {
        let run = self.run(draw, random)?;
        let mut object = serde_json::Map::new();
        for output in &self.0.outputs {
            let known = run.get(output.variable).and_then(Value::as_known);
            let values = known.map_or_else(|| vec![f64::NAN; output.shape.len()], <[f64]>::to_vec);
            object.insert(output.name.clone(), nested(output, &values));
        }
        Ok(serde_json::Value::Object(object))
    }

    /// Whether the block holds no statement. One without a variable may still end the run.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.model.generated_quantities.is_empty()
    }

    fn run(&self, draw: &[f64], random: Random) -> Result<Interpreter<'_>, BindError> {
        let mut run = self.run_parameters(draw)?;
        run.random = Some(random);
        let inside = &self.0;
        ended(run.run(&inside.model.generated_quantities))?;
        for output in &inside.outputs {
            if let Some(value) = run.get(output.variable).cloned() {
                ended(run.check_constraint(&inside.model.variables[output.variable.0], &value))?;
            }
        }
        Ok(run)
    }

    /// What [`Self::generate`] found wrong at a draw of a chain, both counted from 0 in the whole run.
    pub fn failure(&self, chain: usize, draw: usize, error: &BindError) -> Failure {
        let source = &self.0.source;
        let reason = match error {
            BindError::Rejected { message, .. } => format!("reject: {message}"),
            other => other.to_string(),
        };
        let picture = render::at(&reason, error.span(), error.label(), source, false);
        Failure { draw, chain, reason, place: source.place(error.span()), picture }
    }

    /// Parameters and transformed parameters of a draw.
    pub(super) fn run_parameters(&self, draw: &[f64]) -> Result<Interpreter<'_>, BindError> {
        let inside = &self.0;
        let mut run = Interpreter::new(&inside.model, false);
        run.set_all(inside.variables.clone());
        for input in &inside.parameters {
            run.set(input.parameter.variable, input.read(draw));
        }
        ended(run.run(&inside.model.transformed_parameters))?;
        Ok(run)
    }

    /// What the statements of the model block are about.
    pub(super) fn subjects(&self) -> &Arc<Subjects> {
        self.0.subjects.get_or_init(|| Arc::new(Subjects::new(&self.0.model)))
    }

    /// A run in which the data are known.
    pub(super) fn interpreter(&self) -> Interpreter<'_> {
        let mut run = Interpreter::new(&self.0.model, false);
        run.set_all(self.0.variables.clone());
        run
    }

    /// The parameters that the model declares, with their shapes.
    pub(super) fn parameter_shapes(&self) -> Vec<(VariableId, Shape)> {
        let of = |input: &Input| (input.parameter.variable, input.parameter.shape.clone());
        self.0.parameters.iter().map(of).collect()
    }

    /// The model that is run.
    pub(super) fn model(&self) -> &TypedModel {
        &self.0.model
    }

    /// The statements of the transformed parameters.
    pub(super) fn transformed_parameters(&self) -> &[Statement] {
        &self.0.model.transformed_parameters
    }

    /// The statements of the model block.
    pub(super) fn model_block(&self) -> &[Statement] {
        &self.0.model.model
    }
}

/// The numbers of a quantity as nested lists, the way data files have them.
fn nested(output: &Output, values: &[f64]) -> serde_json::Value {
    fn number(x: f64, integers: bool) -> serde_json::Value {
        if integers && x.is_finite() {
            return serde_json::Value::from(x as i64);
        }
        match serde_json::Number::from_f64(x) {
            Some(number) => serde_json::Value::Number(number),
            None => serde_json::Value::from(if x.is_nan() {
                "NaN"
            } else if x > 0.0 {
                "+inf"
            } else {
                "-inf"
            }),
        }
    }
    fn level(sizes: &[usize], labels: &mut impl Iterator<Item = serde_json::Value>) -> serde_json::Value {
        match sizes.split_first() {
            None => labels.next().unwrap_or_default(),
            Some((&size, rest)) => serde_json::Value::Array((0..size).map(|_| level(rest, labels)).collect()),
        }
    }
    let sizes = output.shape.sizes();
    // Row by row: the last index varies fastest, unlike in Stan's output.
    let mut order: Vec<usize> = (0..values.len()).collect();
    if let super::interpret::value::Inner::Matrix(rows, columns) = output.shape.inner {
        let each = rows * columns;
        order = (0..values.len())
            .map(|count| {
                let (matrix, within) = (count / each, count % each);
                matrix * each + within % columns * rows + within / columns
            })
            .collect();
    }
    let mut numbers = order.into_iter().map(|position| number(values[position], output.integers));
    level(&sizes, &mut numbers)
}
