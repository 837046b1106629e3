//! `T[lower, upper]`: what is taken from the log density of an outcome that was seen because it lies between bounds.
//!
//! The probability of the interval is that of the library's distribution functions, or of the user's for a density of the
//! user's. Absent: the density itself.

use super::families;
use crate::ir::Binary;
use crate::ir::graph::{Graph, Number};
use crate::lang::ast::ExpressionId;
use crate::lang::interpret::elementwise::elementwise;
use crate::lang::interpret::value::Value;
use crate::lang::interpret::{Interpreter, Stop, library};
use crate::lang::source::Span;
use crate::lang::typed::{Callee, Density, FunctionId, Tails, Truncation};

impl Interpreter<'_> {
    /// What truncation adds: minus the log probability of the interval for each outcome, minus infinity outside.
    pub(super) fn truncated(
        &mut self,
        callee: Callee,
        values: &[Value],
        truncation: Truncation,
        span: Span,
    ) -> Result<Number, Stop> {
        let Truncation { lower, upper, tails } = truncation;
        let lower = self.truncation_bound(lower, f64::NEG_INFINITY)?;
        let upper = self.truncation_bound(upper, f64::INFINITY)?;
        let mass = self.note_nothing_of(|interpreter| match (callee, tails) {
            (Callee::User(density), Some(tails)) => {
                interpreter.mass_by_user(density, tails, values, lower.as_ref(), upper.as_ref())
            }
            (Callee::Family { family, .. }, _) => {
                interpreter.mass(family, values, lower.as_ref(), upper.as_ref(), span)
            }
            (Callee::Builtin(_) | Callee::User(_) | Callee::Reduce(_), _) => {
                unreachable!("the checker asks for distribution functions")
            }
        })?;
        let mut inputs = vec![&values[0], &mass];
        inputs.extend(lower.as_ref());
        inputs.extend(upper.as_ref());
        let (has_lower, has_upper) = (lower.is_some(), upper.is_some());
        let outside = Number::Known(f64::NEG_INFINITY);
        let terms = elementwise(&mut self.graph, &inputs, |graph, x| {
            let mut term = graph.negate(x[1]);
            if has_lower {
                term = graph.select(x[2], x[0], term, outside);
            }
            if has_upper {
                term = graph.select(x[0], x[if has_lower { 3 } else { 2 }], term, outside);
            }
            term
        });
        Ok(self.noted_sum(&terms))
    }

    /// A bound, if there is one: what data make infinite is none. Rows of a loop with and without one are taken apart.
    fn truncation_bound(&mut self, bound: Option<ExpressionId>, none: f64) -> Result<Option<Value>, Stop> {
        let Some(bound) = bound else { return Ok(None) };
        let value = self.expression(bound)?;
        let number = value.scalar();
        if self.graph.as_column(number).is_some_and(|column| column.contains(&none)) {
            let limit = Number::Known(none);
            let [below, above] = [(number, limit), (limit, number)]
                .map(|(left, right)| self.graph.select(left, right, Number::Known(1.0), Number::Known(0.0)));
            let is_none = self.graph.multiply(below, above);
            return Ok(self.truth(is_none)?.is_none_or(|is_none| !is_none).then_some(value));
        }
        Ok((number.known() != Some(none)).then_some(value))
    }

    /// The log probability of an interval, its bounds with it.
    fn mass(
        &mut self,
        family: &str,
        values: &[Value],
        lower: Option<&Value>,
        upper: Option<&Value>,
        span: Span,
    ) -> Result<Value, Stop> {
        // Integers: the lower bound itself belongs to the interval.
        let below = lower.map(|lower| {
            if families::is_discrete(family) {
                elementwise(&mut self.graph, &[lower], |graph, x| graph.subtract(x[0], Number::Known(1.0)))
            } else {
                lower.clone()
            }
        });
        let mut tail = |density, bound: &Value| self.broadcast(family, density, &outcome_replaced(values, bound), span);
        match (&below, upper) {
            (Some(below), None) => tail(Density::Lccdf, below),
            (None, Some(upper)) => tail(Density::Lcdf, upper),
            (Some(below), Some(upper)) => {
                let (high, low) = (tail(Density::Lcdf, upper)?, tail(Density::Lcdf, below)?);
                Ok(log_difference(&mut self.graph, &high, &low))
            }
            (None, None) => Ok(Value::number(Number::Known(0.0))),
        }
    }

    /// The same by the user's functions, of which none need know what is below the lower bound: the mass of a bound that
    /// is an int is added, as Stan does.
    fn mass_by_user(
        &mut self,
        density: FunctionId,
        tails: Tails,
        values: &[Value],
        lower: Option<&Value>,
        upper: Option<&Value>,
    ) -> Result<Value, Stop> {
        let is_discrete = self.model.functions[density.0].name.ends_with("_lpmf");
        let mut at = |function, bound: &Value| self.user(function, outcome_replaced(values, bound));
        let Some(lower) = lower else {
            return upper.map_or_else(|| Ok(Value::number(Number::Known(0.0))), |upper| at(tails.lcdf, upper));
        };
        let beyond = at(if upper.is_some() { tails.lcdf } else { tails.lccdf }, lower)?;
        let high = upper.map(|upper| at(tails.lcdf, upper)).transpose()?;
        let edge = is_discrete.then(|| at(density, lower)).transpose()?;
        let g = &mut self.graph;
        let inside = high.map_or_else(|| beyond.clone(), |high| log_difference(g, &high, &beyond));
        Ok(match edge {
            Some(edge) => elementwise(g, &[&inside, &edge], |g, x| g.binary(Binary::LogAddExp, x[0], x[1])),
            None => inside,
        })
    }
}

/// The arguments of a distribution with another outcome.
fn outcome_replaced(values: &[Value], outcome: &Value) -> Vec<Value> {
    [outcome].into_iter().chain(&values[1..]).cloned().collect()
}

/// `ln(exp(high) - exp(low))`
fn log_difference(graph: &mut Graph, high: &Value, low: &Value) -> Value {
    elementwise(graph, &[high, low], |graph, x| library::log_diff_exp(graph, x[0], x[1]))
}
