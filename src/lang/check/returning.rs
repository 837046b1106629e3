//! Whether a body always ends in a `return`.
//!
//! By form alone, as Stan does: of values it knows only that `while (1)` goes on for ever.

use crate::lang::ast::{ExpressionKind, Program, Statement};

/// Whether every way through the statements meets a `return`, a `reject`, or a loop without an end.
pub(super) fn always_returns(statements: &[Statement], program: &Program) -> bool {
    statements.iter().any(|statement| match statement {
        Statement::Return { .. } | Statement::Reject { .. } => true,
        Statement::Block(body) => always_returns(body, program),
        Statement::If { then, otherwise, .. } => always_returns(then, program) && always_returns(otherwise, program),
        Statement::While { condition, body, .. } => {
            let endless =
                matches!(program.expressions[condition.index()].kind, ExpressionKind::Int(value) if value != 0);
            !leaves(body) && (endless || always_returns(body, program))
        }
        Statement::For { body, .. } => !leaves(body) && always_returns(body, program),
        Statement::Declaration(_)
        | Statement::Assignment { .. }
        | Statement::Tilde { .. }
        | Statement::TargetIncrement { .. }
        | Statement::JacobianIncrement { .. }
        | Statement::Break { .. }
        | Statement::Continue { .. }
        | Statement::Print { .. }
        | Statement::Call { .. } => false,
    })
}

/// Whether a `break` in the statements leaves the loop around them.
fn leaves(statements: &[Statement]) -> bool {
    statements.iter().any(|statement| match statement {
        Statement::Break { .. } => true,
        Statement::Block(body) => leaves(body),
        Statement::If { then, otherwise, .. } => leaves(then) || leaves(otherwise),
        // What breaks in there leaves the inner loop.
        Statement::While { .. } | Statement::For { .. } => false,
        Statement::Declaration(_)
        | Statement::Assignment { .. }
        | Statement::Tilde { .. }
        | Statement::TargetIncrement { .. }
        | Statement::JacobianIncrement { .. }
        | Statement::Continue { .. }
        | Statement::Return { .. }
        | Statement::Print { .. }
        | Statement::Reject { .. }
        | Statement::Call { .. } => false,
    })
}
