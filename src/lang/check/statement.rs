//! Statements, one after the other and inside one another.
//!
//! Each statement types its own expressions before it looks into what it governs, mistake or not, so that every name
//! is met where it stands. Absent: `~`, in `density`.

use super::expression::divide;
use super::{Checker, Place, operator};
use crate::lang::ast::{self, BinaryOperator, Block, ExpressionId, Name};
use crate::lang::error::{Error, Expected};
use crate::lang::feature::Feature;
use crate::lang::source::Span;
use crate::lang::typed::{
    Callee, Constraint, ExpressionKind, Index, Origin, Over, Statement, Text, Variable, VariableId, any_statement,
};
use crate::lang::types::Type;

impl Checker<'_> {
    /// The statements of a block of the program.
    pub(super) fn block(&mut self, block: Block, statements: &[ast::Statement]) -> Vec<Statement> {
        self.place = Place { block, function: None, loops: 0, top: true, call: None };
        if block != Block::Model {
            return self.statements(statements);
        }
        self.scope.enter();
        let typed = self.statements(statements);
        self.scope.leave();
        typed
    }

    pub(super) fn statements(&mut self, statements: &[ast::Statement]) -> Vec<Statement> {
        statements.iter().filter_map(|statement| self.statement(statement)).collect()
    }

    /// Statements with names of their own, inside of others.
    fn nested(&mut self, statements: &[ast::Statement], loops: usize) -> Vec<Statement> {
        let around = self.place;
        self.place = Place { top: false, loops: around.loops + loops, ..around };
        self.scope.enter();
        let typed = self.statements(statements);
        self.scope.leave();
        self.place = around;
        typed
    }

    /// The typed statement, or `None` when it is wrong and that has been reported.
    fn statement(&mut self, statement: &ast::Statement) -> Option<Statement> {
        match statement {
            ast::Statement::Declaration(declaration) => Some(self.declaration_statement(declaration)),
            ast::Statement::Assignment { place, operator, value, span } => {
                self.assignment(*place, *operator, *value, *span)
            }
            ast::Statement::Tilde { outcome, family, arguments, truncation, span } => {
                self.tilde(*outcome, family, arguments, *truncation, *span)
            }
            ast::Statement::TargetIncrement { value, span } => {
                let allowed = self.require_model("`target +=`", *span);
                self.increment(allowed, *value, *span)
            }
            ast::Statement::JacobianIncrement { value, span } => {
                let allowed = self.require_transformed_parameters("`jacobian +=`", *span);
                self.increment(allowed, *value, *span)
            }
            ast::Statement::For { variable, over, body, span } => self.for_loop(variable, *over, body, *span),
            ast::Statement::While { condition, body, span } => {
                let asked = self.require(*condition, || "the condition of `while`".to_owned(), Type::INT);
                let body = self.nested(body, 1);
                asked.map(|_| Statement::While { condition: *condition, body, span: *span })
            }
            ast::Statement::If { condition, then, otherwise, span } => {
                let asked = self.require(*condition, || "the condition of `if`".to_owned(), Type::INT);
                let (then, otherwise) = (self.nested(then, 0), self.nested(otherwise, 0));
                asked.map(|_| Statement::If { condition: *condition, then, otherwise, span: *span })
            }
            ast::Statement::Break { span } => self.in_loop("break", Statement::Break { span: *span }, *span),
            ast::Statement::Continue { span } => self.in_loop("continue", Statement::Continue { span: *span }, *span),
            ast::Statement::Block(statements) => Some(Statement::Block(self.nested(statements, 0))),
            ast::Statement::Return { value, span } => self.return_statement(*value, *span),
            ast::Statement::Print { arguments, span } => {
                Some(Statement::Print { arguments: self.texts(arguments)?, span: *span })
            }
            ast::Statement::Reject { arguments, fatal, span } => {
                Some(Statement::Reject { arguments: self.texts(arguments)?, fatal: *fatal, span: *span })
            }
            ast::Statement::Call { call, span } => self.call(*call, *span),
        }
    }

    fn increment(&mut self, allowed: Result<(), Error>, value: ExpressionId, span: Span) -> Option<Statement> {
        self.report(allowed);
        self.typed(value)?;
        Some(Statement::TargetIncrement { value, span })
    }

    fn in_loop(&mut self, word: &'static str, statement: Statement, span: Span) -> Option<Statement> {
        if self.place.loops == 0 {
            self.errors.push(Error::OutsideLoop { word, span });
            return None;
        }
        Some(statement)
    }

    fn for_loop(&mut self, name: &Name, over: ast::Over, body: &[ast::Statement], span: Span) -> Option<Statement> {
        let (of, over) = match over {
            ast::Over::Range { from, to } => {
                let ends = [from, to].map(|end| self.require(end, || "the end of a loop".to_owned(), Type::INT));
                // The variable is an int, whatever the ends are.
                (Some(Type::INT), ends.iter().all(Option::is_some).then_some(Over::Range { from, to }))
            }
            ast::Over::Container(container) => {
                let of = self.looped(container);
                (of, of.map(|_| Over::Container(container)))
            }
        };
        self.scope.enter();
        let variable = match of {
            Some(of) => {
                let (text, sizes, constraint) = (name.text.clone(), vec![], Constraint::None);
                let variable = Variable { name: text, span: name.span, of, origin: Origin::Loop, sizes, constraint };
                Some(self.declare(name, variable, false))
            }
            None => {
                self.declare_name(name, None, Origin::Loop, false);
                None
            }
        };
        let body = self.nested(body, 1);
        self.scope.leave();
        let (variable, over) = (variable?, over?);
        // What is no variable is computed once, and so is where a range begins.
        let read = match over {
            Over::Range { to, .. } => self.variables_of(to),
            Over::Container(container) => match self.kind(container) {
                Some(&ExpressionKind::Variable(variable)) => vec![variable],
                _ => Vec::new(),
            },
        };
        let assigns = |of: VariableId| {
            any_statement(
                &body,
                &|statement| matches!(statement, Statement::Assign { variable, .. } if *variable == of),
            )
        };
        if let Some(&changed) = read.iter().find(|&&read| assigns(read)) {
            let feature = Feature::ChangingLoop(self.variables[changed.0].name.clone());
            self.errors.push(Error::Unsupported { feature, span: name.span });
            return None;
        }
        Some(Statement::For { variable, over, body, span })
    }

    /// The variables whose values an expression reads. Sizes are no values: no assignment changes them.
    fn variables_of(&self, expression: ExpressionId) -> Vec<VariableId> {
        let (mut pending, mut found) = (vec![expression], Vec::new());
        while let Some(kind) = pending.pop().and_then(|id| self.kind(id)) {
            if let ExpressionKind::Variable(variable) = kind {
                found.push(*variable);
            }
            let sizes = ["size", "num_elements", "rows", "cols", "dims"];
            if !matches!(kind, ExpressionKind::Call { callee: Callee::Builtin(name), .. } if sizes.contains(name)) {
                pending.extend(kind.parts());
            }
        }
        found
    }

    /// The type of what a loop over a container gives, one after the other.
    fn looped(&mut self, container: ExpressionId) -> Option<Type> {
        let value = self.typed(container)?;
        if value.of.is_scalar() {
            let expected = Expected::Words("a range `from:to`, an array, a vector or a matrix");
            let place = "what a loop runs over".to_owned();
            self.errors.push(Error::Mismatch { place, expected, found: value.of, span: value.span });
            return None;
        }
        if value.of == Type::MATRIX { Some(Type::REAL) } else { value.of.element() }
    }

    fn return_statement(&mut self, value: Option<ExpressionId>, span: Span) -> Option<Statement> {
        let Some(function) = self.place.function else {
            if let Some(value) = value {
                self.typed(value);
            }
            self.errors.push(Error::OutsideFunction { span });
            return None;
        };
        let name = self.functions.get(function.id).name.clone();
        match (function.returns, value) {
            (None, None) => {}
            (Some(of), Some(value)) => {
                self.require(value, || format!("what `{name}` returns"), of)?;
            }
            (Some(of), None) => self.errors.push(Error::ReturnsNothing { name, of, span }),
            (None, Some(value)) => {
                self.typed(value);
                self.errors.push(Error::ReturnsValue { name, span });
            }
        }
        Some(Statement::Return { value, span })
    }

    fn texts(&mut self, texts: &[ast::Text]) -> Option<Vec<Text>> {
        let typed = texts.iter().map(|text| match text {
            ast::Text::Literal(literal) => Some(Text::Literal(literal.clone())),
            ast::Text::Value(id) => self.typed(*id).map(|_| Text::Value(*id)),
        });
        // Each is typed before any is missed, so that all mistakes are found.
        typed.collect::<Vec<_>>().into_iter().collect()
    }

    fn call(&mut self, call: ExpressionId, span: Span) -> Option<Statement> {
        self.place.call = Some(span);
        let typed = self.typed(call);
        self.place.call = None;
        typed?;
        let ast::ExpressionKind::Call { function, .. } = &self.program.expressions[call.index()].kind else {
            return None;
        };
        let is_void = match self.kind(call) {
            Some(ExpressionKind::Call { callee: Callee::User(id), .. }) => self.functions.get(*id).returns.is_none(),
            _ => false,
        };
        if !is_void {
            self.errors.push(Error::ResultUnused { name: function.text.clone(), span: function.span });
            return None;
        }
        Some(Statement::Call { call, span })
    }

    fn assignment(
        &mut self,
        place: ExpressionId,
        operator: Option<BinaryOperator>,
        value: ExpressionId,
        span: Span,
    ) -> Option<Statement> {
        let of = self.typed(place).map(|place| place.of);
        let given = self.typed(value);
        let target = self.place_of(place);
        let (variable, indexes, name) = match target {
            Ok(found) => found?,
            Err(error) => {
                self.errors.push(error);
                return None;
            }
        };
        let (of, given) = (of?, given?);
        let after = match operator {
            None => Some(given.of),
            // Stan has no `.*=` and `./=` of single numbers.
            Some(BinaryOperator::ElementMultiply | BinaryOperator::ElementDivide) if of.is_scalar() => None,
            Some(operator) => operator::binary(operator, of, given.of),
        };
        let Some(after) = after else {
            let (left, right) = (of, given.of);
            let operator = operator.map_or("=", BinaryOperator::symbol);
            self.errors.push(Error::Operands { operator, left, right, span });
            return None;
        };
        if !after.promotes_to(of) {
            let place = format!("what is assigned to `{name}`");
            self.errors.push(Error::Mismatch { place, expected: Expected::Type(of), found: after, span: given.span });
            return None;
        }
        let operator = operator.map(|operator| divide(operator, of, given.of));
        Some(Statement::Assign { variable, indexes, operator, value, span })
    }

    /// The variable that is assigned and the indexes behind it, with how it is written; `Ok(None)` when a part is
    /// wrong and has been reported.
    fn place_of(&self, place: ExpressionId) -> Result<Option<(VariableId, Vec<Index>, String)>, Error> {
        let program = self.program;
        let (mut root, mut groups) = (place, vec![]);
        let name = loop {
            let expression = &program.expressions[root.index()];
            match &expression.kind {
                ast::ExpressionKind::Variable(name) => break name,
                ast::ExpressionKind::Index { base, .. } => {
                    groups.push(root);
                    root = *base;
                }
                _ => return Err(Error::NotAPlace { span: program.expressions[place.index()].span }),
            }
        };
        let Some(entry) = self.scope.get(name) else {
            return Ok(None);
        };
        let allowed = match entry.origin {
            Origin::Data | Origin::Parameter | Origin::Argument | Origin::Loop => false,
            Origin::TransformedData | Origin::TransformedParameter | Origin::GeneratedQuantity => {
                entry.block == self.place.block
            }
            Origin::Local => true,
        };
        if !allowed {
            let (role, declared, span) = (entry.role(), entry.declared, program.expressions[root.index()].span);
            return Err(Error::AssignToReadOnly { name: name.clone(), role, span, declared });
        }
        if let Some(read) = groups.iter().find_map(|group| self.read_in_indexes(*group, name)) {
            let span = program.expressions[root.index()].span;
            return Err(Error::ReadWhileAssigned { name: name.clone(), span, read });
        }
        let mut indexes: Vec<Index> = Vec::new();
        for group in groups.into_iter().rev() {
            let Some(ExpressionKind::Index { indexes: more, .. }) = self.kind(group) else {
                return Ok(None);
            };
            if indexes.iter().any(|index| !matches!(index, Index::Single(_))) {
                return Err(Error::NestedPlace { span: program.expressions[place.index()].span });
            }
            indexes.extend(more.iter().copied());
        }
        let shown = if indexes.is_empty() { name.clone() } else { format!("{name}[…]") };
        Ok(entry.variable.map(|(variable, _)| (variable, indexes, shown)))
    }

    /// Where the indexes of an expression read a variable.
    fn read_in_indexes(&self, indexed: ExpressionId, name: &str) -> Option<Span> {
        // The first part is what is indexed.
        let mut parts = self.program.expressions[indexed.index()].kind.parts().split_off(1);
        while let Some(part) = parts.pop() {
            let expression = &self.program.expressions[part.index()];
            if matches!(&expression.kind, ast::ExpressionKind::Variable(read) if read == name) {
                return Some(expression.span);
            }
            parts.extend(expression.kind.parts());
        }
        None
    }
}
