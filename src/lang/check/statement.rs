//! Statements of the `transformed parameters` and the `model` block, in order.
//!
//! A definition becomes a declaration and an assignment; a bare declaration leaves no statement.
//! Absent: control flow. Statements run once, from top to bottom, so "has a value" is one flag a variable.

use super::Checker;
use super::expression::{check_count, unsupported};
use super::scope::Meaning;
use crate::lang::ast::{self, Block, Declaration, ExpressionId, Name};
use crate::lang::error::Error;
use crate::lang::feature::Feature;
use crate::lang::source::Span;
use crate::lang::suggest::nearest;
use crate::lang::typed::{Assignable, ExpressionKind, Statement};
use crate::lang::types::Type;
use crate::lang::vocabulary::{FAMILIES, FUNCTIONS, family_of_function};

impl Checker<'_> {
    pub(super) fn statements(&mut self, statements: &[ast::Statement], block: Block) -> Vec<Statement> {
        statements
            .iter()
            .filter_map(|statement| match statement {
                ast::Statement::Declaration(declaration) => self.real_declaration(declaration, block),
                ast::Statement::Assignment { name, value } => self.assignment(name, *value, block),
                ast::Statement::Tilde { outcome, family, arguments, span } => {
                    self.require_model("~", block, *span);
                    self.tilde(*outcome, family, arguments, *span)
                }
                ast::Statement::TargetIncrement { value, span } => {
                    self.require_model("target +=", block, *span);
                    self.scalar(*value, "an increment of `target`")?;
                    Some(Statement::TargetIncrement { value: *value, span: *span })
                }
            })
            .collect()
    }

    /// Reports transformed parameters that the end of their block finds without a value.
    pub(super) fn require_transformed_parameters(&mut self) {
        for declaration in self.scope.transformed_parameters.clone() {
            let name = declaration.name;
            if self.scope.get(&name).is_some_and(|variable| !variable.assigned) {
                // From here on it counts as assigned, so that the model block does not report each use again.
                self.scope.assign(&name);
                self.errors.push(Error::NeverAssigned { name, span: declaration.span });
            }
        }
    }

    fn require_model(&mut self, statement: &'static str, block: Block, span: Span) {
        if block != Block::Model {
            self.errors.push(Error::OutsideModel { statement, span });
        }
    }

    fn real_declaration(&mut self, declaration: &Declaration, block: Block) -> Option<Statement> {
        let name = &declaration.name;
        let bounds = [declaration.bounds.lower, declaration.bounds.upper];
        if let Some(bound) = bounds.into_iter().flatten().min() {
            for id in bounds.into_iter().flatten() {
                self.typed(id);
            }
            let span = self.program.expressions[bound.index()].span;
            self.errors.push(if block == Block::Model {
                let name = name.text.clone();
                Error::LocalBounds { name, span }
            } else {
                unsupported(Feature::CheckedBounds, span)
            });
        }
        let is_real = self.require_real(declaration, block);
        // The definition is read first: in `real x = x;` the second `x` is not declared yet.
        if let Some(value) = declaration.definition {
            if is_real {
                self.scalar(value, "the value of a `real`");
            } else {
                self.typed(value);
            }
        }
        let declared =
            if is_real { self.scope.declare_real(name, block) } else { self.scope.declare(name, Meaning::Broken) };
        if let Err(error) = declared {
            self.errors.push(error);
            return None;
        }
        let value = declaration.definition?;
        self.scope.assign(&name.text);
        self.assign_statement(name, value)
    }

    fn assignment(&mut self, name: &Name, value: ExpressionId, block: Block) -> Option<Statement> {
        self.scalar(value, "the value of a `real`");
        let Some(variable) = self.scope.get(&name.text) else {
            self.errors.push(self.scope.undeclared(name));
            return None;
        };
        let allowed = match variable.meaning {
            Meaning::Data(..) | Meaning::Parameter(_) => false,
            Meaning::Transformed(_) => block == Block::TransformedParameters,
            Meaning::Local(_) | Meaning::Broken => true,
        };
        if !allowed {
            self.errors.push(Error::AssignToReadOnly {
                name: name.text.clone(),
                role: variable.meaning.role(),
                span: name.span,
                declared: variable.declared,
            });
            return None;
        }
        self.scope.assign(&name.text);
        self.assign_statement(name, value)
    }

    /// The assignment, once the name is known to have a place for the value.
    fn assign_statement(&self, name: &Name, value: ExpressionId) -> Option<Statement> {
        let variable = match self.scope.get(&name.text)?.meaning {
            Meaning::Transformed(id) => Assignable::Transformed(id),
            Meaning::Local(id) => Assignable::Local(id),
            Meaning::Data(..) | Meaning::Parameter(_) | Meaning::Broken => return None,
        };
        let span = name.span.to(self.program.expressions[value.index()].span);
        Some(Statement::Assign { variable, value, span })
    }

    /// Types `id` and reports a vector there; `role` names the place in the message.
    fn scalar(&mut self, id: ExpressionId, role: &'static str) -> Option<()> {
        let value = self.typed(id)?;
        if value.of.is_scalar() {
            return Some(());
        }
        self.errors.push(unsupported(Feature::VectorValue(role), value.span));
        None
    }

    fn tilde(
        &mut self,
        outcome: ExpressionId,
        name: &Name,
        arguments: &[ExpressionId],
        span: Span,
    ) -> Option<Statement> {
        let outcome_typed = self.typed(outcome);
        let typed: Vec<_> = arguments.iter().map(|id| self.typed(*id)).collect();
        let Some(signature) = self.signatures.family(&name.text) else {
            self.errors.push(self.unknown_family(name));
            return None;
        };
        if let Err(error) = check_count(name, signature.arguments, arguments.len()) {
            self.errors.push(error);
            return None;
        }
        for (argument, role) in typed.iter().zip(signature.arguments) {
            let vector = argument.as_ref().filter(|argument| !argument.of.is_scalar());
            if let Some(vector) = vector {
                let feature = Feature::VectorArgument { argument: role, family: signature.name };
                self.errors.push(unsupported(feature, vector.span));
            }
        }
        let outcome_typed = outcome_typed?;
        debug_assert!(
            outcome_typed.of != Type::Vector || matches!(outcome_typed.kind, ExpressionKind::Data(_)),
            "only data can be a vector"
        );
        Some(Statement::Tilde { outcome, family: signature.family, arguments: arguments.to_vec(), span })
    }

    fn unknown_family(&self, name: &Name) -> Error {
        let (text, span) = (name.text.clone(), name.span);
        if FAMILIES.contains(&text) {
            return unsupported(Feature::Family(text), span);
        }
        if FUNCTIONS.contains(&text) {
            return Error::FunctionAsFamily { name: text, span };
        }
        let supported = self.signatures.families.iter().map(|signature| signature.name);
        let suggestion = family_of_function(&text).or_else(|| nearest(&text, supported.chain(FAMILIES.iter())));
        Error::UnknownFamily { suggestion: suggestion.map(str::to_owned), name: text, span }
    }
}
