//! Which data an expression, or a statement of the model block, depends on: found in the checked tree alone.
//!
//! A checked model flows in; sets of data variables flow out. A value depends on the data that it reads and on those that
//! decided which value it is: conditions of `if` and `while`, the bounds and containers that loops run over, conditions
//! under which a statement before it left the loop or the function. Variables declared in the model, arguments of
//! functions and transformed data are seen through. Sizes (`N` of `vector[N] y`) decide nothing, and indexes choose a
//! parameter, so neither counts; [`Reading::with_indexes`] counts indexes too.
//! Absent: values.

use std::collections::{BTreeSet, HashMap};

use super::ast::ExpressionId;
use super::typed::{
    Callee, Density, ExpressionKind, FunctionId, Origin, Over, Statement, Text, TypedModel, VariableId, any_statement,
};
use super::types::{Base, Type};

/// Variables of the data block, or of the parameters block.
pub(super) type Variables = BTreeSet<VariableId>;

/// The dependences of a model.
pub(super) struct Reading<'a> {
    pub model: &'a TypedModel,
    indexes: bool,
    sizes: BTreeSet<VariableId>,
    /// For each variable, the data and the parameters that its values depend on.
    reads: Vec<Variables>,
    /// For each function, the data that decide that it is called.
    entries: Vec<Variables>,
    /// For each statement that adds to the target, by its value or outcome: what decides that it is run.
    controls: HashMap<ExpressionId, Vec<Control>>,
    /// The statements that add to the target, in the order of the text, functions first.
    added: Vec<Added>,
}

/// A statement that adds to the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Added {
    /// `outcome ~ ...`
    Density { outcome: ExpressionId },
    /// `target += value`
    Increment { value: ExpressionId },
}

impl Added {
    /// The expression that the statement is known by.
    pub fn expression(self) -> ExpressionId {
        match self {
            Self::Density { outcome } => outcome,
            Self::Increment { value } => value,
        }
    }
}

/// Something that decides whether a statement is run, or how often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Control {
    Condition(ExpressionId),
    /// The bounds of a loop, or the container that it runs over.
    Turns(ExpressionId),
    Call(FunctionId),
}

/// What a variable, or the calls of a function, get their value from.
struct Flow {
    to: Target,
    value: Option<ExpressionId>,
    controls: Vec<Control>,
}

#[derive(Clone, Copy)]
enum Target {
    Variable(VariableId),
    Function(FunctionId),
}

impl<'a> Reading<'a> {
    pub fn new(model: &'a TypedModel) -> Self {
        Self::counting(model, false)
    }

    /// One in which an index counts as read.
    pub fn with_indexes(model: &'a TypedModel) -> Self {
        Self::counting(model, true)
    }

    fn counting(model: &'a TypedModel, indexes: bool) -> Self {
        let mut walk =
            Walk { model, controls: Vec::new(), flows: Vec::new(), added: Vec::new(), found: HashMap::new() };
        for (index, function) in model.functions.iter().enumerate() {
            walk.controls = vec![Control::Call(FunctionId(index))];
            walk.statements(&function.body);
        }
        for block in [&model.transformed_data, &model.transformed_parameters, &model.model] {
            walk.controls.clear();
            walk.statements(block);
        }
        let Walk { flows, added, found: controls, .. } = walk;
        let mut reading = Self {
            model,
            indexes,
            sizes: BTreeSet::new(),
            reads: vec![Variables::new(); model.variables.len()],
            entries: vec![Variables::new(); model.functions.len()],
            controls,
            added,
        };
        for size in model.variables.iter().flat_map(|variable| &variable.sizes) {
            reading.find_sizes(*size);
        }
        for &id in model.data.iter().chain(&model.parameters) {
            reading.reads[id.0].insert(id);
        }
        reading.settle(&flows);
        reading
    }

    /// Notes the integers that a size is made of.
    fn find_sizes(&mut self, size: ExpressionId) {
        let mut found = Vec::new();
        self.walk(size, &mut |kind| {
            if let ExpressionKind::Variable(id) = kind {
                found.push(*id);
            }
        });
        self.sizes.extend(found.into_iter().filter(|id| self.model.variables[id.0].of == Type::INT));
    }

    /// Follows assignments and calls until nothing is added.
    fn settle(&mut self, flows: &[Flow]) {
        loop {
            let mut changed = false;
            for flow in flows {
                let mut found = self.deciding(&flow.controls);
                found.extend(flow.value.into_iter().flat_map(|value| self.all(value)));
                let known = match flow.to {
                    Target::Variable(variable) => &mut self.reads[variable.0],
                    Target::Function(function) => &mut self.entries[function.0],
                };
                let before = known.len();
                known.extend(found);
                changed |= known.len() > before;
            }
            if !changed {
                return;
            }
        }
    }

    /// The data that some controls depend on, sizes left out.
    fn deciding(&self, controls: &[Control]) -> Variables {
        let mut found = Variables::new();
        for control in controls {
            match *control {
                Control::Call(function) => found.extend(&self.entries[function.0]),
                Control::Condition(condition) | Control::Turns(condition) => self.walk(condition, &mut |kind| {
                    if let ExpressionKind::Variable(variable) = kind
                        && !self.sizes.contains(variable)
                    {
                        found.extend(&self.reads[variable.0]);
                    }
                }),
            }
        }
        found.retain(|variable| !self.sizes.contains(variable) && self.is_data(*variable));
        found
    }

    /// The data that an expression reads.
    pub fn of(&self, expression: ExpressionId) -> Variables {
        self.all(expression).into_iter().filter(|&variable| self.is_data(variable)).collect()
    }

    /// The parameters that an expression reads.
    pub fn parameters_of(&self, expression: ExpressionId) -> Variables {
        self.all(expression).into_iter().filter(|&variable| !self.is_data(variable)).collect()
    }

    fn is_data(&self, variable: VariableId) -> bool {
        self.model.variables[variable.0].origin == Origin::Data
    }

    fn all(&self, expression: ExpressionId) -> Variables {
        let mut found = Variables::new();
        self.walk(expression, &mut |kind| {
            if let ExpressionKind::Variable(variable) = kind {
                found.extend(&self.reads[variable.0]);
            }
        });
        found
    }

    /// The data that decide whether a statement adds to the target, or how often; `added` is its value or outcome.
    pub fn deciding_of(&self, added: ExpressionId) -> Variables {
        self.controls.get(&added).map_or_else(Variables::new, |controls| self.deciding(controls))
    }

    /// The same, how often loops turn left out.
    pub fn conditions_of(&self, added: ExpressionId) -> Variables {
        let conditions = self.controls.get(&added).into_iter().flatten().copied();
        let conditions: Vec<Control> = conditions.filter(|control| !matches!(control, Control::Turns(_))).collect();
        self.deciding(&conditions)
    }

    /// The data that the values of a variable depend on.
    pub fn of_variable(&self, variable: VariableId) -> Variables {
        self.reads[variable.0].iter().copied().filter(|&variable| self.is_data(variable)).collect()
    }

    /// The statements that add to the target: those of functions, then those of blocks.
    pub fn added(&self) -> &[Added] {
        &self.added
    }

    /// Whether an integer is the size of something.
    pub fn is_size(&self, variable: VariableId) -> bool {
        self.sizes.contains(&variable)
    }

    /// Whether a part of an expression is so, indexes left out.
    pub fn any(&self, expression: ExpressionId, is: impl Fn(&ExpressionKind) -> bool) -> bool {
        let mut found = false;
        self.walk(expression, &mut |kind| found |= is(kind));
        found
    }

    /// Visits an expression and its parts.
    fn walk(&self, expression: ExpressionId, visit: &mut impl FnMut(&ExpressionKind)) {
        self.model.visit(expression, |kind| {
            visit(kind);
            match kind {
                ExpressionKind::Index { base, .. } if !self.indexes => vec![*base],
                other => other.parts(),
            }
        });
    }

    /// Whether an expression names no variable: an outcome such as the 1 of `1 ~ bernoulli(p)`.
    pub fn is_literal(&self, expression: ExpressionId) -> bool {
        !self.any(expression, |kind| matches!(kind, ExpressionKind::Variable(_)))
    }

    /// Whether an increment is one density of an outcome that is no literal, and nothing else.
    pub fn is_density(&self, value: ExpressionId) -> bool {
        self.density_of(value).is_some_and(|outcome| !self.is_literal(outcome))
    }

    /// The outcome of an increment that is one density of a family, and nothing else.
    pub fn density_of(&self, value: ExpressionId) -> Option<ExpressionId> {
        match &self.model.expressions[value.index()].kind {
            ExpressionKind::Call { callee: Callee::Family { .. }, arguments } => arguments.first().copied(),
            _ => None,
        }
    }

    /// The outcomes of the densities within an expression, a user's own among them.
    pub fn outcomes_within(&self, value: ExpressionId) -> Vec<ExpressionId> {
        let mut found = Vec::new();
        self.walk(value, &mut |kind| found.extend(self.outcome(kind)));
        found
    }

    /// What a density is of.
    fn outcome(&self, kind: &ExpressionKind) -> Option<ExpressionId> {
        let ExpressionKind::Call { callee, arguments } = kind else { return None };
        let is_density = match *callee {
            Callee::Family { density, .. } => density != Density::Rng,
            Callee::User(function) | Callee::Reduce(function) => {
                let name = &self.model.functions[function.0].name;
                ["_lpdf", "_lpmf", "_lupdf", "_lupmf", "_lcdf", "_lccdf"].iter().any(|end| name.ends_with(end))
            }
            Callee::Builtin(_) => false,
        };
        arguments.first().copied().filter(|_| is_density)
    }

    /// Whether an increment without densities of families depends on data: by the outcome of a user's density, or else by
    /// what it reads or what decides that it is added.
    pub fn is_written_by_hand(&self, value: ExpressionId) -> bool {
        let is = |kind: &ExpressionKind| matches!(kind, ExpressionKind::Call { callee: Callee::Family { .. }, .. });
        if self.any(value, is) {
            return false;
        }
        let outcomes = self.outcomes_within(value);
        if !outcomes.is_empty() {
            return outcomes.into_iter().any(|outcome| !self.of(outcome).is_empty());
        }
        !(self.of(value).is_empty() && self.deciding_of(value).is_empty())
    }

    /// The data that are the outcome of a density.
    pub fn outcomes_of_densities(&self) -> Variables {
        let fixed = |expression: ExpressionId| self.model.expressions[expression.index()].data_only;
        let within = self.model.expressions.iter().filter_map(|expression| self.outcome(&expression.kind));
        let tilde = self.added.iter().filter_map(|added| match added {
            Added::Density { outcome } => Some(*outcome),
            Added::Increment { .. } => None,
        });
        within.chain(tilde).filter(|&outcome| fixed(outcome)).flat_map(|outcome| self.of(outcome)).collect()
    }

    /// The data that are observed: outcomes of densities, and what increments written by hand depend on, but whole
    /// numbers that these compute with.
    pub fn outcomes(&self) -> Vec<VariableId> {
        let mut found = self.outcomes_of_densities();
        for added in &self.added {
            if let Added::Increment { value } = *added
                && self.is_written_by_hand(value)
            {
                let real = |id: &VariableId| self.indexes || self.model.variables[id.0].of.base != Base::Int;
                found.extend(self.of(value).into_iter().filter(real));
                found.extend(self.deciding_of(value));
            }
        }
        found.retain(|variable| !self.sizes.contains(variable));
        found.into_iter().collect()
    }

    /// The parameter that an outcome is, whole or an element of.
    pub fn parameter(&self, mut outcome: ExpressionId) -> Option<VariableId> {
        while let ExpressionKind::Index { base, .. } = &self.model.expressions[outcome.index()].kind {
            outcome = *base;
        }
        match &self.model.expressions[outcome.index()].kind {
            ExpressionKind::Variable(variable) => {
                (self.model.variables[variable.0].origin == Origin::Parameter).then_some(*variable)
            }
            _ => None,
        }
    }
}

/// Reads statements in order.
struct Walk<'a> {
    model: &'a TypedModel,
    /// What decides that the next statement is run.
    controls: Vec<Control>,
    flows: Vec<Flow>,
    added: Vec<Added>,
    found: HashMap<ExpressionId, Vec<Control>>,
}

impl Walk<'_> {
    fn statements(&mut self, statements: &[Statement]) {
        statements.iter().for_each(|statement| self.statement(statement));
    }

    fn statement(&mut self, statement: &Statement) {
        match statement {
            Statement::Declare { variable, definition, .. } => {
                definition.iter().for_each(|&value| self.assign(*variable, value));
            }
            Statement::Assign { variable, value, .. } => self.assign(*variable, *value),
            Statement::Tilde { outcome, callee, arguments, truncation, .. } => {
                let bounds = truncation.iter().flat_map(|bounds| bounds.lower.into_iter().chain(bounds.upper));
                let all: Vec<ExpressionId> = std::iter::once(*outcome).chain(arguments.iter().copied()).collect();
                bounds.for_each(|bound| self.calls(bound));
                all.iter().for_each(|&part| self.calls(part));
                self.called(*callee, &all);
                self.add(Added::Density { outcome: *outcome });
            }
            Statement::TargetIncrement { value, .. } => {
                self.calls(*value);
                self.add(Added::Increment { value: *value });
            }
            Statement::For { variable, over, body, .. } => match *over {
                Over::Range { from, to } => self.looped(&[from, to], Control::Turns, body),
                Over::Container(values) => {
                    self.assign(*variable, values);
                    self.looped(&[values], Control::Turns, body);
                }
            },
            Statement::While { condition, body, .. } => self.looped(&[*condition], Control::Condition, body),
            Statement::If { condition, then, otherwise, .. } => {
                self.calls(*condition);
                let outside = self.controls.clone();
                self.under(Control::Condition(*condition));
                let inside = self.controls.clone();
                let mut after = outside;
                for branch in [then, otherwise] {
                    self.controls.clone_from(&inside);
                    self.statements(branch);
                    if leaves(branch) {
                        let more: Vec<Control> =
                            self.controls.iter().copied().filter(|control| !after.contains(control)).collect();
                        after.extend(more);
                    }
                }
                self.controls = after;
            }
            Statement::Block(body) => self.statements(body),
            Statement::Return { value, .. } => value.iter().for_each(|&value| self.calls(value)),
            Statement::Print { arguments, .. } | Statement::Reject { arguments, .. } => {
                for argument in arguments {
                    if let Text::Value(value) = argument {
                        self.calls(*value);
                    }
                }
            }
            Statement::Call { call, .. } => self.calls(*call),
            Statement::Break { .. } | Statement::Continue { .. } => {}
        }
    }

    /// The turns of a loop. Whether there is a further one is decided by what may leave the loop, so its body is read twice.
    fn looped(&mut self, conditions: &[ExpressionId], of: fn(ExpressionId) -> Control, body: &[Statement]) {
        let outside = self.controls.len();
        for &condition in conditions {
            self.calls(condition);
            self.under(of(condition));
        }
        self.statements(body);
        if leaves(body) {
            self.statements(body);
        }
        if !any_statement(body, &|statement| matches!(statement, Statement::Return { .. })) {
            self.controls.truncate(outside);
        }
    }

    fn under(&mut self, control: Control) {
        if !self.controls.contains(&control) {
            self.controls.push(control);
        }
    }

    fn assign(&mut self, variable: VariableId, value: ExpressionId) {
        self.calls(value);
        let controls = self.controls.clone();
        self.flows.push(Flow { to: Target::Variable(variable), value: Some(value), controls });
    }

    fn add(&mut self, added: Added) {
        if !self.added.contains(&added) {
            self.added.push(added);
        }
        let known = self.found.entry(added.expression()).or_default();
        for control in &self.controls {
            if !known.contains(control) {
                known.push(*control);
            }
        }
    }

    /// The calls of functions within an expression.
    fn calls(&mut self, expression: ExpressionId) {
        let model = self.model;
        model.visit(expression, |kind| {
            if let ExpressionKind::Call { callee, arguments } = kind {
                self.called(*callee, arguments);
            }
            kind.parts()
        });
    }

    /// Gives a function's arguments what they are called with.
    fn called(&mut self, callee: Callee, arguments: &[ExpressionId]) {
        let (function, passed) = match callee {
            Callee::User(function) => (function, arguments.iter().copied().map(Some).collect()),
            Callee::Reduce(function) => {
                // The part of the array, its two bounds in place of the grain size, what all parts share.
                let [array, _, shared @ ..] = arguments else { return };
                let shared = shared.iter().copied().map(Some);
                (function, [Some(*array), None, None].into_iter().chain(shared).collect::<Vec<_>>())
            }
            Callee::Builtin(_) | Callee::Family { .. } => return,
        };
        let controls = self.controls.clone();
        self.flows.push(Flow { to: Target::Function(function), value: None, controls });
        for (&variable, value) in self.model.functions[function.0].arguments.iter().zip(passed) {
            self.flows.push(Flow { to: Target::Variable(variable), value, controls: Vec::new() });
        }
    }
}

/// Whether running the statements may leave the loop or the function around them.
fn leaves(statements: &[Statement]) -> bool {
    any_statement(statements, &|statement| {
        matches!(statement, Statement::Break { .. } | Statement::Continue { .. } | Statement::Return { .. })
    })
}
