//! What the data alone fix: the last step of the check, over the whole typed tree.
//!
//! A variable may be reached by a parameter through what is assigned to it, through where (an index), and through
//! whether (a branch, or a loop whose end depends on a parameter) if it was declared outside of that. The answer for
//! one variable depends on others, also on later ones in a loop, so the walk is repeated until nothing new is found.
//! Random numbers count as parameters; variables of `transformed data` are fixed all the same once they are drawn.
//! Absent: elements. One element that depends on a parameter makes the whole variable depend on it.

use super::user::{Ending, UserFunctions};
use crate::lang::ast::ExpressionId;
use crate::lang::typed::{
    Callee, Density, ExpressionKind, FunctionId, Index, Origin, Over, Statement, TypedModel, VariableId,
};

/// Puts into every expression whether the data alone fix its value.
pub(super) fn mark(model: &mut TypedModel, functions: &UserFunctions) {
    let reached = model.variables.iter().map(|variable| match variable.origin {
        Origin::Parameter | Origin::TransformedParameter | Origin::GeneratedQuantity => true,
        Origin::Data | Origin::TransformedData | Origin::Local | Origin::Loop | Origin::Argument => false,
    });
    let mut walk = Walk {
        model,
        functions,
        reached: reached.collect(),
        depths: vec![0; model.variables.len()],
        fixed: vec![false; model.expressions.len()],
        changed: true,
    };
    for (id, function) in model.functions.iter().enumerate() {
        let written = &functions.get(FunctionId(id)).arguments;
        for (argument, variable) in written.iter().zip(&function.arguments) {
            walk.reached[variable.0] = !argument.data;
        }
    }
    while walk.changed {
        walk.changed = false;
        for function in &model.functions {
            walk.statements(&function.body, 0, 0);
        }
        for block in [&model.transformed_data, &model.transformed_parameters, &model.model, &model.generated_quantities]
        {
            walk.statements(block, 0, 0);
        }
    }
    for index in 0..model.expressions.len() {
        walk.look(index);
    }
    let fixed = walk.fixed;
    for (expression, fixed) in model.expressions.iter_mut().zip(fixed) {
        expression.data_only = fixed;
    }
}

struct Walk<'m> {
    model: &'m TypedModel,
    functions: &'m UserFunctions,
    /// Beside the variables: whether a parameter reaches it.
    reached: Vec<bool>,
    /// Beside the variables: inside how many choices that depend on parameters it was declared.
    depths: Vec<usize>,
    /// Beside the expressions: what was last found of each.
    fixed: Vec<bool>,
    changed: bool,
}

impl Walk<'_> {
    /// Whether data alone fix an expression, as far as is known by now.
    fn is_fixed(&mut self, id: ExpressionId) -> bool {
        // An expression stands right behind its parts, so they begin with its leftmost one.
        let mut first = id;
        while let Some(&part) = self.model.expressions[first.index()].kind.parts().first() {
            first = part;
        }
        for index in first.index()..=id.index() {
            self.look(index);
        }
        self.fixed[id.index()]
    }

    /// Finds whether data alone fix an expression, its parts known.
    fn look(&mut self, index: usize) {
        let kind = &self.model.expressions[index].kind;
        let pure = match kind {
            ExpressionKind::Target => false,
            ExpressionKind::Variable(variable) => !self.reached[variable.0],
            ExpressionKind::Call { callee, .. } => match callee {
                Callee::Builtin(_) => true,
                Callee::User(id) | Callee::Reduce(id) => match Ending::of(&self.functions.get(*id).name) {
                    Ending::Random | Ending::Target => false,
                    Ending::None | Ending::Density | Ending::Cumulative | Ending::Jacobian => true,
                },
                Callee::Family { density, .. } => *density != Density::Rng,
            },
            _ => true,
        };
        self.fixed[index] = pure && kind.parts().iter().all(|part| self.fixed[part.index()]);
    }

    fn reach(&mut self, variable: VariableId) {
        let keeps = matches!(self.model.variables[variable.0].origin, Origin::TransformedData | Origin::Data);
        if !keeps && !self.reached[variable.0] {
            self.reached[variable.0] = true;
            self.changed = true;
        }
    }

    /// Walks statements that stand inside `depth` choices that depend on parameters, in a loop that stands inside
    /// `outside` of them. Whether such a choice leaves the loop, or skips the rest of a turn.
    fn statements(&mut self, statements: &[Statement], depth: usize, outside: usize) -> bool {
        let mut leaves = false;
        for statement in statements {
            leaves |= self.statement(statement, depth, outside);
        }
        leaves
    }

    fn statement(&mut self, statement: &Statement, depth: usize, outside: usize) -> bool {
        match statement {
            Statement::Declare { variable, definition, .. } => {
                self.depths[variable.0] = depth;
                let model = self.model;
                let sizes = &model.variables[variable.0].sizes;
                if sizes.iter().chain(definition).any(|&id| !self.is_fixed(id)) {
                    self.reach(*variable);
                }
                false
            }
            Statement::Assign { variable, indexes, value, .. } => {
                let place_fixed = indexes.iter().flat_map(Index::parts).all(|id| self.is_fixed(id));
                if !place_fixed || !self.is_fixed(*value) || depth > self.depths[variable.0] {
                    self.reach(*variable);
                }
                false
            }
            Statement::For { variable, over, body, .. } => {
                let over_fixed = match *over {
                    Over::Range { from, to } => self.is_fixed(from) && self.is_fixed(to),
                    Over::Container(container) => self.is_fixed(container),
                };
                if !over_fixed {
                    self.reach(*variable);
                }
                self.turns(body, depth, over_fixed);
                false
            }
            Statement::While { condition, body, .. } => {
                let condition_fixed = self.is_fixed(*condition);
                self.turns(body, depth, condition_fixed);
                false
            }
            Statement::If { condition, then, otherwise, .. } => {
                let inside = depth + usize::from(!self.is_fixed(*condition));
                let first = self.statements(then, inside, outside);
                self.statements(otherwise, inside, outside) || first
            }
            Statement::Block(body) => self.statements(body, depth, outside),
            Statement::Break { .. } | Statement::Continue { .. } => depth > outside,
            // What returns does not meet again with what does not.
            Statement::Return { .. }
            | Statement::Tilde { .. }
            | Statement::TargetIncrement { .. }
            | Statement::Print { .. }
            | Statement::Reject { .. }
            | Statement::Call { .. } => false,
        }
    }

    /// Walks the body of a loop, whose number of turns is `fixed` or not.
    fn turns(&mut self, body: &[Statement], depth: usize, fixed: bool) {
        let inside = depth + usize::from(!fixed);
        if self.statements(body, inside, inside) && fixed {
            self.statements(body, depth + 1, depth + 1);
        }
    }
}
