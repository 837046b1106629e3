//! Numbers that are not finite: NaN that the data give to a distribution, and statements that add such numbers to the target.
//!
//! In: the arguments of a distribution, as expressions and as values, or what a statement adds. Out: an error that names the
//! distribution and, where it is an element of the data, the element.

use super::arguments::function_name;
use crate::ir::graph::Number;
use crate::lang::ast::ExpressionId;
use crate::lang::bind::{BindError, element};
use crate::lang::compile::element_order;
use crate::lang::interpret::value::{Elements, Value};
use crate::lang::interpret::{Interpreter, Stop};
use crate::lang::source::Span;
use crate::lang::typed::{Density, ExpressionKind, Index, VariableId};
use crate::model::check::number;

impl Interpreter<'_> {
    /// Refuses elements of variables that are known to be NaN, while the model is bound. Other arguments are left to
    /// what the distribution requires, which knows no names of variables.
    pub(in crate::lang::interpret) fn require_numbers(
        &mut self,
        family: &str,
        density: Density,
        arguments: &[ExpressionId],
        values: &[Value],
        span: Span,
    ) -> Result<(), Stop> {
        if !self.rolls || density == Density::Rng {
            return Ok(());
        }
        for (&id, value) in arguments.iter().zip(values) {
            let Some(position) = self.position_of_nan(value) else { continue };
            let Some(place) = self.place(id, value, position)? else { continue };
            let fault = format!("{place} is nan, but must not be nan");
            return Err(BindError::Requirement { function: function_name(family, density), fault, span }.into());
        }
        Ok(())
    }

    /// Where a run is asked to end at such a number ([`Interpreter::ends_at_infinity`]): an error if `term`, what a statement
    /// adds, is known and not finite. It names the element of the outcome that is not finite either, if there is one.
    pub(in crate::lang::interpret) fn require_finite(
        &mut self,
        term: Number,
        function: impl FnOnce() -> String,
        outcome: Option<(ExpressionId, &Value)>,
        span: Span,
    ) -> Result<(), Stop> {
        let Some(added) = term.known().filter(|added| self.ends_at_infinity && !added.is_finite()) else {
            return Ok(());
        };
        let mut fault = format!("the log density is {}", number(added));
        if let Some((id, value)) = outcome
            && let Some((position, element)) = value
                .as_known()
                .and_then(|elements| elements.iter().copied().enumerate().find(|(_, element)| !element.is_finite()))
            && let Some(place) = self.place(id, value, position)?
        {
            fault += &format!(", where {place} is {}", number(element));
        }
        Err(BindError::Requirement { function: function(), fault, span }.into())
    }

    /// Which element is NaN, or in which row of the loop that runs the number is.
    fn position_of_nan(&self, value: &Value) -> Option<usize> {
        match &value.elements {
            Elements::Known(values) => values.iter().position(|x| x.is_nan()),
            Elements::Each(numbers) => {
                let row = |&number: &Number| self.graph.as_column(number)?.iter().position(|x| x.is_nan());
                if value.shape.is_scalar() {
                    row(&numbers[0])
                } else {
                    numbers.iter().position(|number| number.known().is_some_and(f64::is_nan) || row(number).is_some())
                }
            }
            Elements::Rows(_) | Elements::Pending => None,
        }
    }

    /// The element of a variable that stands at this position of the value of an expression, if that is what it is.
    fn place(&mut self, id: ExpressionId, value: &Value, position: usize) -> Result<Option<String>, Stop> {
        let model = self.model;
        let name = |variable: VariableId| model.variables[variable.0].name.as_str();
        match &model.expressions[id.index()].kind {
            ExpressionKind::Variable(variable) if value.shape.is_scalar() => Ok(Some(element(name(*variable), &[]))),
            ExpressionKind::Variable(variable) => {
                let label = element_order(&value.shape).find(|(found, _)| *found == position).map(|(_, label)| label);
                Ok(label.map(|label| format!("`{}[{label}]`", name(*variable))))
            }
            ExpressionKind::Index { base, indexes } => {
                let ExpressionKind::Variable(variable) = model.expressions[base.index()].kind else { return Ok(None) };
                // With one index that chooses several, elements follow it; with several that choose one each, rows do.
                let mut path = Vec::new();
                for index in indexes {
                    let &(Index::Single(index) | Index::Many(index)) = index else { return Ok(None) };
                    let index = self.expression(index)?;
                    if indexes.len() > 1 && !index.shape.is_scalar() {
                        return Ok(None);
                    }
                    let column = index.as_known().map(<[f64]>::to_vec).or_else(|| match &index.elements {
                        Elements::Each(numbers) => Some(self.graph.as_column(numbers[0])?.to_vec()),
                        _ => None,
                    });
                    let at =
                        column.and_then(|column| column.get(if column.len() == 1 { 0 } else { position }).copied());
                    let Some(at) = at else { return Ok(None) };
                    path.push(at as usize);
                }
                Ok(Some(element(name(variable), &path)))
            }
            _ => Ok(None),
        }
    }
}
