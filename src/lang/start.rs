//! Where chains start: values of parameters, as a user gives them, to coordinates on the unconstrained scale.
//!
//! Values of some or all parameters come in by name; parameters without a value keep the coordinates that they have.
//! Names that are no parameters of the model are ignored, as every Stan interface does. Absent on purpose: files, and
//! random numbers.

use thiserror::Error;

use super::bind::{BindError, Wanted, bind};
use super::compile::{described, ended};
use super::interpret::Interpreter;
use super::interpret::constraint::broken;
use super::interpret::value::Value;
use super::quantities::Quantities;
use super::suggest;
use crate::model::Model;
use crate::model::data::{Data, Datum};

/// Values of some or all parameters of a model.
#[derive(Clone, Debug)]
pub struct Start {
    /// Where the values are from, for messages.
    origin: String,
    quantities: Quantities,
    /// For each declared parameter, its values in the order that the interpreter holds them.
    given: Vec<Option<Vec<f64>>>,
    /// Names that the model does not declare, each with a parameter of a similar name.
    unknown: Vec<(String, Option<String>)>,
}

/// Two starts are equal where they give the same parameters the same values.
impl PartialEq for Start {
    fn eq(&self, other: &Self) -> bool {
        self.given == other.given
    }
}

/// Why values cannot be a start.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum StartError {
    /// The values do not fit the declaration.
    #[error("{origin}: {error}")]
    Misfit { origin: String, error: BindError },
    /// The name of an element in place of the parameter's.
    #[error("{origin}: `{element}` is an element: give all of `{parameter}`, as a list under its name")]
    Element { origin: String, element: String, parameter: String },
    /// NaN or an infinity.
    #[error("{origin}: `{parameter}` holds {value}, and chains start at finite values only")]
    NotFinite { origin: String, parameter: String, value: f64 },
}

impl Quantities {
    /// Makes a start of values by name. `origin` says in messages where they are from.
    ///
    /// # Errors
    /// When values do not have the shape of the parameter, are not finite, or belong to an element such as `b[1]`.
    pub fn start(&self, values: &Data, origin: String) -> Result<Start, StartError> {
        let inside = &self.0;
        let declared = |name: &str| inside.model.variables.iter().any(|variable| variable.name == name);
        let parameter = |name: &str| {
            inside.parameters.iter().any(|input| inside.model.variables[input.parameter.variable.0].name == name)
        };
        for name in values.names() {
            if let Some((whole, _)) = name.split_once(['[', '.']).filter(|(whole, _)| parameter(whole)) {
                let (element, parameter) = (name.to_owned(), whole.to_owned());
                return Err(StartError::Element { origin, element, parameter });
            }
        }
        let mut given = Vec::with_capacity(inside.parameters.len());
        for input in &inside.parameters {
            let (variable, shape) = (&inside.model.variables[input.parameter.variable.0], &input.parameter.shape);
            let Some(datum) = values.get(&variable.name) else {
                given.push(None);
                continue;
            };
            if let Some(value) = not_finite(datum) {
                return Err(StartError::NotFinite { origin, parameter: variable.name.clone(), value });
            }
            let wanted = Wanted {
                name: &variable.name,
                described: described(variable, shape),
                base: variable.of.base,
                sizes: shape.sizes(),
                span: variable.span,
            };
            match bind(&wanted, values) {
                Ok(values) => given.push(Some(values)),
                Err(error) => return Err(StartError::Misfit { origin, error }),
            }
        }
        let names =
            || inside.parameters.iter().map(|input| &inside.model.variables[input.parameter.variable.0].name[..]);
        let unknown = values.names().filter(|name| !declared(name) && !name.ends_with("__"));
        let unknown =
            unknown.map(|name| (name.to_owned(), suggest::nearest(name, names()).map(str::to_owned))).collect();
        Ok(Start { origin, quantities: self.clone(), given, unknown })
    }
}

impl Start {
    /// Whether every parameter has a value.
    pub fn is_complete(&self) -> bool {
        self.given.iter().all(Option::is_some)
    }

    /// Where the values are from.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The names among the values that the model does not declare, each with the parameter whose name is most like it.
    pub fn unknown(&self) -> &[(String, Option<String>)] {
        &self.unknown
    }

    /// The values of each declared parameter, where it has some.
    pub fn values(&self) -> &[Option<Vec<f64>>] {
        &self.given
    }

    /// Replaces the coordinates of the parameters that have values; the other coordinates stay. Bounds that depend on
    /// other parameters are taken at the values that these have after it. `model` is the one that the values are for.
    ///
    /// # Errors
    /// When a value does not keep its constraint, or lies on its boundary, where no coordinate leads.
    ///
    /// # Panics
    /// When the number of coordinates is not the model's.
    pub fn place(&self, model: &Model, coordinates: &mut [f64]) -> Result<(), StartError> {
        self.placed(model, coordinates).map_err(|error| StartError::Misfit { origin: self.origin.clone(), error })
    }

    fn placed(&self, model: &Model, coordinates: &mut [f64]) -> Result<(), BindError> {
        assert_eq!(coordinates.len(), model.coordinates.len(), "as many coordinates as the model has");
        let inside = &self.quantities.0;
        let mut run = Interpreter::new(&inside.model, false);
        run.set_all(inside.variables.clone());
        // The parameters at the coordinates, computed when a parameter without a value needs them.
        let mut draw: Option<Vec<f64>> = None;
        let mut from = 0;
        let count = self.given.iter().rposition(Option::is_some).map_or(0, |last| last + 1);
        for (input, given) in inside.parameters.iter().zip(&self.given).take(count) {
            let shape = &input.parameter.shape;
            let variable = &inside.model.variables[input.parameter.variable.0];
            if shape.len() > 0 {
                let transform = ended(run.known_transform(variable, shape))?;
                let (size, each) = (transform.values(), transform.coordinates());
                for (part, values) in given.iter().flat_map(|values| values.chunks(size)).enumerate() {
                    let found = transform.unconstrain(values);
                    let found = found.map_err(|violation| broken(variable, shape, part * size, violation))?;
                    coordinates[from + part * each..][..each].copy_from_slice(&found);
                    draw = None;
                }
                from += shape.len() / size * each;
            }
            let value = match given {
                Some(values) => Value::known(shape.clone(), values.clone()),
                None => input.read(draw.get_or_insert_with(|| model.parameters_at(coordinates))),
            };
            run.set(input.parameter.variable, value);
        }
        Ok(())
    }
}

/// The first number that is NaN or infinite.
fn not_finite(datum: &Datum) -> Option<f64> {
    match datum {
        Datum::Int(_) => None,
        Datum::Real(x) => (!x.is_finite()).then_some(*x),
        Datum::List(items) => items.iter().find_map(not_finite),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::{self, Compiled, source::Source};

    /// A bound that is a parameter, a matrix, and a constraint with fewer coordinates than values.
    const MODEL: &str = "parameters { real mu; real<lower=mu> top; simplex[3] p; matrix[2, 2] m; vector[2] b; }";

    fn compiled() -> Compiled {
        let source = Source::new("model.stan", MODEL);
        lang::compile(&source, &Data::default(), "model", lang::Settings::default()).unwrap()
    }

    fn start(compiled: &Compiled, json: &str) -> Result<Start, StartError> {
        let mut data = Data::default();
        data.add_json(json, "init.json").unwrap();
        compiled.quantities.start(&data, "init.json".to_owned())
    }

    #[test]
    fn parameters_without_a_value_keep_their_coordinates_and_bounds_follow_them() {
        let compiled = compiled();
        let model = &compiled.model;
        let before: Vec<f64> = (0..model.coordinates.len()).map(|index| 0.3 - 0.2 * index as f64).collect();
        let untouched = model.parameters_at(&before);
        let value = |values: &[f64], name: &str| values[model.parameters.iter().position(|own| own == name).unwrap()];
        for (json, given) in [
            (r#"{"top": 1.5}"#, &[("top", 1.5)][..]),
            (r#"{"mu": 1.5}"#, &[("mu", 1.5)]),
            (r#"{"p": [0.2, 0.5, 0.3]}"#, &[("p[1]", 0.2), ("p[2]", 0.5), ("p[3]", 0.3)]),
            (r#"{"m": [[1, 2], [3, 4]]}"#, &[("m[1,1]", 1.0), ("m[1,2]", 2.0), ("m[2,1]", 3.0), ("m[2,2]", 4.0)]),
            (r#"{"b": [7, 8], "mu": -1}"#, &[("b[1]", 7.0), ("b[2]", 8.0), ("mu", -1.0)]),
            ("{}", &[]),
        ] {
            let mut coordinates = before.clone();
            start(&compiled, json).unwrap().place(model, &mut coordinates).unwrap();
            let values = model.parameters_at(&coordinates);
            for name in &model.parameters {
                let expected = match given.iter().find(|(own, _)| own == name) {
                    Some((_, value)) => *value,
                    // What lies above `mu` moves with it.
                    None if name == "top" => value(&values, "mu") + before[1].exp(),
                    None => value(&untouched, name),
                };
                // A few roundings of the transforms and their inverses.
                assert!((value(&values, name) - expected).abs() < 1e-14, "{json}: {name} is {}", value(&values, name));
            }
        }
    }

    #[test]
    fn values_that_cannot_be_a_start_are_refused_in_the_name_of_their_file() {
        let compiled = compiled();
        let refused = |json: &str| {
            let mut coordinates = vec![0.0; compiled.model.coordinates.len()];
            let placed = start(&compiled, json).and_then(|start| start.place(&compiled.model, &mut coordinates));
            placed.unwrap_err().to_string()
        };
        for (json, sentence) in [
            (r#"{"b": [1]}"#, "init.json: `b` is declared with 2 elements, and is given 1"),
            (r#"{"b": 1}"#, "init.json: `b` is declared as `vector[2]`, and is given the integer 1"),
            (r#"{"b[1]": 1}"#, "init.json: `b[1]` is an element: give all of `b`, as a list under its name"),
            (r#"{"b.1": 1}"#, "init.json: `b.1` is an element: give all of `b`, as a list under its name"),
            (r#"{"b": [1, "NaN"]}"#, "init.json: `b` holds NaN, and chains start at finite values only"),
            (r#"{"top": -1}"#, "init.json: top is -1, but must be greater than or equal to 0"),
        ] {
            assert_eq!(refused(json), sentence);
        }
        assert!(
            refused(r#"{"p": [0.2, 0.2, 0.2]}"#).starts_with("init.json: p is not a valid simplex"),
            "a simplex sums to 1"
        );
    }

    #[test]
    fn names_that_the_model_does_not_declare_are_told_with_the_nearest_parameter() {
        let found = start(&compiled(), r#"{"mu": 1, "tpo": 2, "lp__": 3}"#).unwrap();
        assert_eq!(found.unknown(), [("tpo".to_owned(), Some("top".to_owned()))]);
        assert!(!found.is_complete());
    }
}
