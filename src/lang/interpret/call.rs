//! Calls: of user functions, of the library, of densities.

use super::check::Extent;
use super::statement::Flow;
use super::value::Value;
use super::{Interpreter, Stop};
use crate::ir::Number;
use crate::lang::ast::ExpressionId;
use crate::lang::bind::BindError;
use crate::lang::source::Span;
use crate::lang::typed::{Callee, Density, FunctionId};

impl Interpreter<'_> {
    /// The value of a call.
    pub fn call(&mut self, callee: Callee, arguments: &[ExpressionId], span: Span) -> Result<Value, Stop> {
        let mut values = Vec::with_capacity(arguments.len());
        for &argument in arguments {
            values.push(self.expression(argument)?);
        }
        match callee {
            Callee::Builtin(name) => self.library(name, &values, span),
            Callee::User(function) => self.user(function, values),
            Callee::Reduce(function) => self.reduce(function, values, span),
            Callee::Family { family, density } => {
                self.require_numbers(family, density, arguments, &values, span)?;
                if density != Density::Rng {
                    self.require_arguments(family, density, &values, Extent::Full, span)?;
                }
                self.family(family, density, &values, span)
            }
        }
    }

    /// The sum of a function over an array and what is shared: one part, from element 1 to the last.
    fn reduce(&mut self, function: FunctionId, mut values: Vec<Value>, span: Span) -> Result<Value, Stop> {
        if let Some(&[grainsize]) = values[1].as_known()
            && grainsize < 1.0
        {
            let message = format!("a grainsize must be positive, and is {grainsize}");
            return Err(BindError::Argument { message, span }.into());
        }
        let Some(&length) = values[0].shape.arrays.first() else { unreachable!("the checker admits arrays only") };
        if length == 0 {
            return Ok(Value::number(Number::Known(0.0)));
        }
        let bounds = [1.0, length as f64].map(|bound| Value::number(Number::Known(bound)));
        values.splice(1..2, bounds);
        self.user(function, values)
    }

    /// Runs a user function. There is no recursion, so each of its variables has one place.
    pub fn user(&mut self, function: FunctionId, arguments: Vec<Value>) -> Result<Value, Stop> {
        let model = self.model;
        let function = &model.functions[function.0];
        for (&variable, argument) in function.arguments.iter().zip(arguments) {
            self.set(variable, argument);
        }
        match self.run(&function.body)? {
            Flow::Return(Some(value)) => Ok(value),
            Flow::Return(None) | Flow::Next | Flow::Break | Flow::Continue => {
                // A void call; the checker has seen that every other function returns.
                Ok(Value::number(Number::Known(f64::NAN)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lang::{self, Settings, source::Source};
    use crate::model::data::Data;

    fn compile(model: &str) -> Result<lang::Compiled, String> {
        let text = format!(
            "functions {{
               real partial_sum_lpmf(array[] int part, int start, int end, vector x, real a, real b) {{
                 return poisson_log_lupmf(part | a + b * x[start:end]);
               }}
               real squares(array[] vector part, int start, int end) {{
                 real sum = 0;
                 for (i in 1:size(part)) sum += (start + i - 1) * dot_self(part[i]) / end;
                 return sum;
               }}
             }}
             data {{ int N; array[N] int y; vector[N] x; }}
             parameters {{ real a; real b; array[3] vector[2] v; }}
             model {{ {model} }}"
        );
        let mut data = Data::default();
        data.add_json(r#"{"N": 5, "y": [0, 2, 1, 4, 3], "x": [-1, 0.5, 2, 0.25, 1.5]}"#, "data.json").unwrap();
        let source = Source::new("m.stan", text);
        lang::compile(&source, &data, "m", Settings::default()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_reduced_sum_is_the_sum_over_the_whole_array() {
        let point = [0.3, -0.7, 1.0, 2.0, -0.5, 0.25, 3.0, -1.5];
        for (reduced, whole) in [
            ("target += reduce_sum(partial_sum_lupmf, y, 1, x, a, b);", "y ~ poisson_log(a + b * x);"),
            ("target += reduce_sum_static(partial_sum_lpmf, y, N, x, a, b);", "y ~ poisson_log(a + b * x);"),
            ("target += 1 + 2 * reduce_sum(squares, v, 2);", "target += 1 + 2 * squares(v, 1, 3);"),
            ("target += a + reduce_sum(partial_sum_lpmf, y[3:2], 1, x, a, b);", "target += a;"),
        ] {
            let [reduced, whole] = [reduced, whole].map(|model| compile(model).unwrap().model.log_density(&point));
            assert_eq!(reduced, whole);
        }
        assert!(compile("target += reduce_sum(squares, v, N - 5);").unwrap_err().contains("grainsize"));
    }
}
