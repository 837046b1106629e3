//! `hmm_marginal`: the density of observations whose states, a Markov chain, are summed out.
//!
//! In: log densities of observations `[state, time]`, transition probabilities `[from, to]`, initial probabilities. Out:
//! the logarithm of the sum over all paths, by the forward algorithm (Rabiner 1989, section III.A), scaled at each time so
//! that nothing underflows.

use crate::ir::Unary;
use crate::ir::graph::Number;
use crate::lang::bind::BindError;
use crate::lang::interpret::check::{Caller, Extent};
use crate::lang::interpret::value::{Inner, Value};
use crate::lang::interpret::{Interpreter, Stop};
use crate::lang::source::Span;
use crate::model::check::Requirement;
use crate::model::linear;

impl Interpreter<'_> {
    /// The value of a function of this kind; `None` if it is none.
    pub(super) fn hidden_markov(&mut self, name: &str, arguments: &[Value], span: Span) -> Result<Option<Value>, Stop> {
        let ("hmm_marginal", [observations, transitions, initial]) = (name, arguments) else { return Ok(None) };
        let (densities, chances) = (self.matrix(observations), self.matrix(transitions));
        let states = densities.rows;
        if chances.rows != states || chances.columns != states || initial.len() != states {
            let message = format!(
                "{states} states take a {states} by {states} matrix of transitions and {states} initial probabilities, not a \
                 {} by {} matrix and {}",
                chances.rows,
                chances.columns,
                initial.len()
            );
            return Err(BindError::Argument { message, span }.into());
        }
        if densities.columns == 0 {
            let message = "at least one observation is needed".to_owned();
            return Err(BindError::Argument { message, span }.into());
        }
        let caller = Caller { function: name, span };
        for from in 0..states {
            let row = self.block(transitions, from..from + 1, 0..states, Inner::RowVector(states));
            self.require(caller, &format!("Gamma[{}, ]", from + 1), &row, Requirement::Simplex, Extent::Full)?;
        }
        let all: Vec<&Value> = arguments.iter().collect();
        self.require_room_of(&[densities.columns, states, states], &all, span)?;
        let g = &mut self.graph;
        let mut before = initial.numbers(g);
        let mut total = Number::Known(0.0);
        for time in 0..densities.columns {
            if time > 0 {
                before = (0..states).map(|to| linear::dot(g, chances.column(to), &before)).collect();
            }
            let column = densities.column(time);
            let largest = column.iter().copied().reduce(|a, b| g.select(a, b, b, a)).unwrap_or(Number::Known(0.0));
            let reached: Vec<Number> = column
                .iter()
                .zip(&before)
                .map(|(&density, &chance)| {
                    let relative = g.subtract(density, largest);
                    let relative = g.unary(Unary::Exp, relative);
                    g.multiply(relative, chance)
                })
                .collect();
            let sum = g.total(&reached);
            let logarithm = g.unary(Unary::Ln, sum);
            let step = g.add(largest, logarithm);
            total = g.add(total, step);
            before = reached.iter().map(|&chance| g.divide(chance, sum)).collect();
        }
        Ok(Some(Value::number(total)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::Given::Either;
    use super::super::trial::{agreed, call, close, matrix, vector};
    use crate::lang::bind::BindError;

    /// All paths of two states over three observations, summed one by one.
    #[test]
    fn the_sum_is_over_all_paths() {
        let densities = [[-1.0, -700.0, 0.25], [-2.5, -701.5, -3.0]];
        let transitions = [[0.75, 0.25], [0.5, 0.5]];
        let initial = [0.125, 0.875];
        let given = [Either(matrix(densities)), Either(matrix(transitions)), Either(vector(&initial))];
        let found = agreed("hmm_marginal", &given, 1e-14);
        let mut sum = 0.0;
        for path in 0..8 {
            let state = |time: usize| path >> time & 1;
            let mut term = initial[state(0)] * f64::exp(densities[state(0)][0]);
            for time in 1..3 {
                // 700 is taken out of the second observation.
                let out = if time == 1 { 700.0 } else { 0.0 };
                term *= transitions[state(time - 1)][state(time)] * f64::exp(densities[state(time)][time] + out);
            }
            sum += term;
        }
        close("hmm_marginal", found.as_known().expect("data give data"), &[sum.ln() - 700.0], 1e-14);
    }

    #[test]
    fn sizes_must_fit() {
        let square = || matrix([[0.75, 0.25], [0.5, 0.5]]);
        let three = call("hmm_marginal", &[square(), square(), vector(&[0.5, 0.25, 0.25])]);
        assert!(matches!(three, Err(BindError::Argument { .. })), "{three:?}");
        let wide = call("hmm_marginal", &[square(), matrix([[1.0, 0.0]]), vector(&[0.5, 0.5])]);
        assert!(matches!(wide, Err(BindError::Argument { .. })), "{wide:?}");
    }
}
