//! The table of user-defined functions, and what the ending of a name means.
//!
//! In: functions as written, and calls as they are found. Out: the functions of a name, and whether calls go in a
//! circle. Absent: bodies.

use std::collections::{HashMap, HashSet};

use crate::lang::ast;
use crate::lang::source::Span;
use crate::lang::typed::FunctionId;
use crate::lang::types::Type;

/// What the ending of a function's name allows in its body and asks of its calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    None,
    /// `_lpdf`, `_lpmf`
    Density,
    /// `_cdf`, `_lcdf`, `_lccdf`
    Cumulative,
    /// `_rng`
    Random,
    /// `_lp`
    Target,
    /// `_jacobian`
    Jacobian,
}

/// Endings that mean something; of two that fit, the longer stands first.
pub(super) const ENDINGS: [(&str, Ending); 8] = [
    ("_lpdf", Ending::Density),
    ("_lpmf", Ending::Density),
    ("_lcdf", Ending::Cumulative),
    ("_lccdf", Ending::Cumulative),
    ("_cdf", Ending::Cumulative),
    ("_rng", Ending::Random),
    ("_lp", Ending::Target),
    ("_jacobian", Ending::Jacobian),
];

impl Ending {
    pub(super) fn of(name: &str) -> Self {
        ENDINGS.iter().find(|(ending, _)| name.ends_with(ending)).map_or(Self::None, |(_, meaning)| *meaning)
    }

    /// The ending itself, where a function with it does more than give a value.
    pub(super) fn side_effect(self) -> Option<&'static str> {
        match self {
            Self::Random => Some("_rng"),
            Self::Target => Some("_lp"),
            Self::Jacobian => Some("_jacobian"),
            Self::None | Self::Density | Self::Cumulative => None,
        }
    }
}

/// A function as its callers see it.
#[derive(Clone, Debug)]
pub(super) struct UserFunction {
    pub(super) name: String,
    pub(super) arguments: Vec<ast::Argument>,
    pub(super) returns: Option<Type>,
    /// Of the name, where it is first mentioned.
    pub(super) span: Span,
    /// Whether there is a body.
    pub(super) defined: bool,
}

impl UserFunction {
    /// The types of its arguments.
    pub(super) fn types(&self) -> Vec<Type> {
        self.arguments.iter().map(|argument| argument.of).collect()
    }

    /// How many arguments of these types need promotion; `None` when they do not fit.
    pub(super) fn promotions(&self, types: &[Type]) -> Option<usize> {
        let wanted = self.types();
        let fits = wanted.len() == types.len() && types.iter().zip(&wanted).all(|(of, wanted)| of.promotes_to(*wanted));
        fits.then(|| types.iter().zip(&wanted).filter(|(of, wanted)| of != wanted).count())
    }

    /// As a message shows it.
    pub(super) fn shown(&self) -> String {
        let types: Vec<_> = self.types().iter().map(Type::to_string).collect();
        format!("{}({})", self.name, types.join(", "))
    }
}

/// The functions in the order in which they are first mentioned, which is that of [`FunctionId`].
#[derive(Debug, Default)]
pub(super) struct UserFunctions {
    pub(super) rows: Vec<UserFunction>,
    /// The overloads of each name.
    of_name: HashMap<String, Vec<FunctionId>>,
    /// Who calls whom, and where first.
    calls: Vec<(FunctionId, FunctionId, Span)>,
    known_calls: HashSet<(FunctionId, FunctionId)>,
}

impl UserFunctions {
    pub(super) fn get(&self, id: FunctionId) -> &UserFunction {
        &self.rows[id.0]
    }

    /// Puts a function behind those that are known.
    pub(super) fn push(&mut self, row: UserFunction) -> FunctionId {
        let id = FunctionId(self.rows.len());
        self.of_name.entry(row.name.clone()).or_default().push(id);
        self.rows.push(row);
        id
    }

    /// All overloads of a name.
    pub(super) fn named(&self, name: &str) -> impl Iterator<Item = (FunctionId, &UserFunction)> {
        let ids = self.of_name.get(name).map_or(&[][..], Vec::as_slice);
        ids.iter().map(|&id| (id, self.get(id)))
    }

    /// Where the first function of the name stands.
    pub(super) fn first_named(&self, name: &str) -> Option<Span> {
        self.named(name).next().map(|(_, row)| row.span)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.rows.iter().map(|row| row.name.as_str())
    }

    pub(super) fn note_call(&mut self, caller: FunctionId, callee: FunctionId, span: Span) {
        if self.known_calls.insert((caller, callee)) {
            self.calls.push((caller, callee, span));
        }
    }

    /// A call that closes a circle: the function called is one that its caller was reached from.
    pub(super) fn circle(&self) -> Option<(FunctionId, Span)> {
        let mut callees = vec![vec![]; self.rows.len()];
        let mut callers = vec![vec![]; self.rows.len()];
        for (caller, callee, span) in &self.calls {
            callees[caller.0].push((*callee, *span));
            callers[callee.0].push(*caller);
        }
        // Functions that call nobody are in no circle; nor are those that call only such.
        let mut open: Vec<usize> = callees.iter().map(Vec::len).collect();
        let mut closed: Vec<usize> = (0..open.len()).filter(|at| open[*at] == 0).collect();
        while let Some(at) = closed.pop() {
            for caller in &callers[at] {
                open[caller.0] -= 1;
                if open[caller.0] == 0 {
                    closed.push(caller.0);
                }
            }
        }
        // Every function that is left calls another that is left, so the way along calls comes back to itself.
        let mut here = FunctionId(open.iter().position(|calls| *calls > 0)?);
        let mut met = vec![false; open.len()];
        loop {
            met[here.0] = true;
            let (next, span) = *callees[here.0].iter().find(|(callee, _)| open[callee.0] > 0)?;
            if met[next.0] {
                return Some((next, span));
            }
            here = next;
        }
    }
}
