//! Counts operations while they are written, by the place in the model that writes them; a run that passes its limits
//! ends with the place that wrote most of it.
//!
//! In: what a run is about to write, or has written. Out: nothing, or an error with the numbers.

use super::size::{Count, Limits, require_room};
use super::value::Value;
use super::{Interpreter, Stop};
use crate::lang::bind::BindError;
use crate::lang::source::Span;
use crate::lang::typed::{Callee, ExpressionKind};

impl Interpreter<'_> {
    /// Runs what stands at a place of the model, and counts the operations it writes. Where they pass the limit, the
    /// graph has dropped some of them, and whatever came out is an error.
    pub fn counted<T>(&mut self, span: Span, run: impl FnOnce(&mut Self) -> Result<T, Stop>) -> Result<T, Stop> {
        let count = self.begin_count();
        let result = run(self);
        self.end_count(span, count)?;
        result
    }

    /// Begins to count what a place writes. Counts may lie inside of each other.
    pub fn begin_count(&mut self) -> Count {
        Count { before: self.graph.len(), outside: std::mem::take(&mut self.tally.inside) }
    }

    /// Ends what [`Self::begin_count`] began.
    pub fn end_count(&mut self, span: Span, count: Count) -> Result<(), BindError> {
        let written = self.graph.len() - count.before;
        let own = written - self.tally.inside;
        self.tally.inside = count.outside + written;
        if own > 0 {
            *self.tally.operations.entry(span).or_default() += own;
        }
        if self.graph.is_full() { Err(self.too_large()) } else { Ok(()) }
    }

    /// Counts a statement that is about to run.
    pub fn count_statement(&mut self, span: Span) -> Result<(), Stop> {
        let most = if self.rolls { Limits::STATEMENTS_WRITTEN } else { Limits::STATEMENTS };
        self.tally.statements += 1;
        if self.tally.statements > most {
            return Err(BindError::TooManyStatements { most, span }.into());
        }
        Ok(())
    }

    /// The error of a run whose operations pass the limit: where most of them were written.
    fn too_large(&self) -> BindError {
        // Of places that wrote equally many the first in the text, so that the message repeats.
        let largest = self.tally.operations.iter().max_by_key(|&(span, &count)| (count, std::cmp::Reverse(span.start)));
        let (span, written) = largest.map_or((Span::new(0, 0), 0), |(&span, &count)| (span, count));
        BindError::TooLarge { what: self.called_at(span), written, most: self.limits.operations, span }
    }

    /// What stands at a place: the function that is called there, or a statement.
    fn called_at(&self, span: Span) -> String {
        let call = self.model.expressions.iter().find_map(|expression| match expression.kind {
            ExpressionKind::Call { callee, .. } if expression.span == span => Some(callee),
            _ => None,
        });
        match call {
            Some(Callee::Builtin(name)) => format!("`{name}`"),
            Some(Callee::User(function) | Callee::Reduce(function)) => {
                format!("`{}`", self.model.functions[function.0].name)
            }
            Some(Callee::Family { family, .. }) => format!("the distribution `{family}`"),
            None => "this statement".to_owned(),
        }
    }

    /// Refuses to write so many operations at once where there is no room for them.
    pub fn require_operations(&self, count: usize, span: Span) -> Result<(), Stop> {
        let most = self.limits.operations;
        if count <= most {
            return Ok(());
        }
        Err(BindError::TooLarge { what: self.called_at(span), written: count, most, span }.into())
    }

    /// Refuses a container of known numbers of these sizes before room for it is asked for.
    pub fn require_room(&self, sizes: &[usize], span: Span) -> Result<(), Stop> {
        Ok(self.limits.require_room(sizes, span)?)
    }

    /// Refuses a result of more elements than there is room for; of parameters, each is an operation at least.
    pub fn require_room_of(&self, sizes: &[usize], arguments: &[&Value], span: Span) -> Result<(), Stop> {
        let known = arguments.iter().all(|argument| argument.as_known().is_some());
        let most = if known { self.limits.elements } else { self.limits.elements.min(self.limits.operations) };
        Ok(require_room(sizes, most, span)?)
    }
}
