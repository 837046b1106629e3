//! Runs a checked model, once its data are known: what data give is computed here in `f64`, the rest is written to a
//! [`Graph`]. One interpreter for every block: transformed data and generated quantities are runs in which all numbers
//! are known, the model block is a run in which parameters are not.
//!
//! Loops stay loops where their rows can share one body (`rolled`): the loop variable is then a column of data, what is
//! read by it is a gather, `target +=` is a sum over rows, and conditions on data split the rows. What does not fit that
//! form is run row by row.
//!
//! ```text
//! value        shapes and elements          expression   what an expression is worth
//! elementwise  functions over containers    index        reading and assigning elements
//! statement    control flow                 rolled       loops over rows
//! call         functions                    library/     what the names of Stan's functions mean
//! density      distributions by name        constraint   transforms of declarations
//! check        what arguments must be
//! size         what a run may become        counted      what it has become
//! ```
//!
//! Absent on purpose: types and names, which the checker has settled.

mod call;
mod check;
pub(super) mod constraint;
pub(super) mod contributions;
mod counted;
mod density;
pub(super) mod elementwise;
mod expression;
pub(super) mod forward;
mod index;
mod library;
mod pointwise;
mod rolled;
pub(super) mod size;
mod statement;
pub(super) mod value;

use std::collections::HashMap;

use self::contributions::Contributions;
use self::size::{Limits, Tally};
use self::value::{Shape, Value};
use super::ast::ExpressionId;
use super::bind::BindError;
use super::source::Span;
use super::typed::{TypedModel, Variable, VariableId};
use crate::ir::graph::{Domain, Graph, Number, StoredArray};
use crate::rng::random::Random;

/// How deep expressions, statements and calls may nest while a model runs, all together: few enough for
/// [`STACK`](super::STACK).
pub(super) const DEEPEST: usize = 2_000;

/// Why a run stops.
#[derive(Debug)]
pub(super) enum Stop {
    /// The model cannot be used with these data.
    Error(BindError),
    /// Rows of the loop that runs differ in what they do: for these one thing, for the others another.
    Split(Vec<bool>),
    /// The loop that runs cannot share one body among its rows.
    Unroll,
}

impl From<BindError> for Stop {
    fn from(error: BindError) -> Self {
        Self::Error(error)
    }
}

/// Something that was added to the target.
#[derive(Clone, Copy, Debug)]
pub(super) struct Term {
    pub number: Number,
    pub source: Source,
    /// The turn of the outermost loop in which it was added, if that loop was run row by row.
    pub turn: Option<u32>,
    /// The rows of the loop in which it was added, if that was run for all rows at once.
    pub rows: Option<Domain>,
    /// How many numbers the outcome of a user's own density is; 0 of other terms.
    pub outcomes: usize,
}

/// What adds to the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// The transform of a constrained parameter.
    Jacobian,
    /// `outcome ~ ...`
    Density { outcome: ExpressionId },
    /// `target += value`
    Increment { value: ExpressionId },
    /// A rejection.
    Rejection,
    /// A requirement that parameters can break.
    Check,
}

/// The state of a run.
pub(super) struct Interpreter<'a> {
    model: &'a TypedModel,
    limits: Limits,
    tally: Tally,
    pub graph: Graph,
    variables: Vec<Option<Value>>,
    /// What was added to the target.
    pub terms: Vec<Term>,
    /// The turn of the outermost loop that runs row by row, counted over all loops.
    turn: Option<u32>,
    turns: u32,
    /// Whether loops may be held as rows: not where everything is known.
    rolls: bool,
    rolling: Option<Rolling>,
    /// How many expressions and statements are being run, one inside of another.
    depth: usize,
    /// Where `_rng` functions draw from, in the blocks that have them.
    pub random: Option<Random>,
    /// Whether a matrix that depends on parameters was factorised.
    pub factorises: bool,
    /// What `print` said.
    pub printed: Vec<String>,
    /// What statements contribute to the log density, where that is wanted.
    pub contributions: Option<Contributions>,
    /// Whether the run ends at the first statement that adds a known number that is not finite to the target.
    pub ends_at_infinity: bool,
    /// What need not be asked again.
    valid: check::Valid,
    /// Elements held one by one that a loop reads by a column, and the array they were stored to.
    stored: Vec<(std::sync::Arc<Vec<Number>>, StoredArray)>,
}

/// A container that the loop stores to.
struct Pending {
    shape: Shape,
    old: Value,
    array: StoredArray,
    /// For each element that a row stores: its position for each row, and its value.
    writes: Vec<(Vec<u32>, Number)>,
}

/// The loop that runs, while it is held as rows.
struct Rolling {
    domain: Domain,
    /// Containers declared outside that the loop stores to.
    pending: HashMap<VariableId, Pending>,
    /// Numbers declared outside that the loop only adds to.
    reductions: HashMap<VariableId, Vec<Number>>,
    /// Whether these are all of the loop's rows.
    whole: bool,
}

impl<'a> Interpreter<'a> {
    /// A run with no variables yet.
    pub fn new(model: &'a TypedModel, rolls: bool) -> Self {
        Self::within(model, rolls, Limits::within(usize::MAX))
    }

    /// The same, with limits to what it may become.
    pub fn within(model: &'a TypedModel, rolls: bool, limits: Limits) -> Self {
        Self {
            model,
            limits,
            tally: Tally::default(),
            graph: Graph::with_limit(limits.operations),
            variables: vec![None; model.variables.len()],
            terms: Vec::new(),
            turn: None,
            turns: 0,
            rolls,
            rolling: None,
            depth: 0,
            random: None,
            factorises: false,
            printed: Vec::new(),
            contributions: None,
            ends_at_infinity: false,
            valid: check::Valid::default(),
            stored: Vec::new(),
        }
    }

    pub fn set(&mut self, variable: VariableId, value: Value) {
        self.variables[variable.0] = Some(value);
    }

    pub fn get(&self, variable: VariableId) -> Option<&Value> {
        self.variables[variable.0].as_ref()
    }

    /// Takes over variables of an earlier run.
    pub fn set_all(&mut self, variables: Vec<Option<Value>>) {
        self.variables = variables;
    }

    pub fn into_variables(self) -> Vec<Option<Value>> {
        self.variables
    }

    pub fn variable(&self, variable: VariableId) -> &'a Variable {
        &self.model.variables[variable.0]
    }

    /// What was computed, and what was added to the target.
    pub fn into_graph(self) -> (Graph, Vec<Term>) {
        (self.graph, self.terms)
    }

    /// Adds to the target.
    pub fn add(&mut self, number: Number, source: Source) {
        self.terms.push(Term { number, source, turn: self.turn, rows: None, outcomes: 0 });
    }

    /// Runs what is nested one level deeper, at a place.
    fn deeper<T>(&mut self, span: Span, run: impl FnOnce(&mut Self) -> Result<T, Stop>) -> Result<T, Stop> {
        if self.depth == DEEPEST {
            return Err(BindError::TooDeep { limit: DEEPEST, span }.into());
        }
        self.depth += 1;
        let result = run(self);
        self.depth -= 1;
        result
    }

    fn name(&self, variable: VariableId) -> &str {
        &self.model.variables[variable.0].name
    }

    /// An integer that must be the same whatever the parameters are, such as a size.
    fn int(&self, number: Number, span: Span) -> Result<i64, Stop> {
        if let Some(x) = number.known() {
            return Ok(x as i64);
        }
        match self.graph.as_column(number) {
            // The rows that agree with the first are one part, the others the rest.
            Some(values) => Err(Stop::Split(values.iter().map(|&x| x == values[0]).collect())),
            None => Err(BindError::DependsOnParameters { what: "an integer", span }.into()),
        }
    }

    /// Whether a condition holds, if data alone decide it.
    fn truth(&self, number: Number) -> Result<Option<bool>, Stop> {
        if let Some(x) = number.known() {
            return Ok(Some(x != 0.0));
        }
        let Some(values) = self.graph.as_column(number) else { return Ok(None) };
        let holds: Vec<bool> = values.iter().map(|&x| x != 0.0).collect();
        if holds.iter().all(|&holds| holds) {
            Ok(Some(true))
        } else if !holds.contains(&true) {
            Ok(Some(false))
        } else {
            Err(Stop::Split(holds))
        }
    }
}
