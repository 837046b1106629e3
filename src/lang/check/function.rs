//! User-defined functions: their bodies, and what the ending of a name asks of a definition.
//!
//! All functions are known before the first body is read, so they may stand in any order and call one another; only a
//! circle of calls is refused. Absent: the table of functions, which is `user`'s, and choosing among overloads, which is `call`'s.

use super::declaration::check_name;
use super::returning::always_returns;
use super::user::{ENDINGS, Ending, UserFunction};
use super::{Checker, InFunction, Place};
use crate::lang::ast::{self, Block};
use crate::lang::error::Error;
use crate::lang::typed::{Constraint, Function, FunctionId, Origin, Variable};
use crate::lang::types::{Base, Type};
use crate::lang::vocabulary::is_higher_order;

impl Checker<'_> {
    /// Checks the `functions` block; `None` when a function has no body.
    pub(super) fn functions(&mut self, written: &[ast::Function]) -> Option<Vec<Function>> {
        let ids: Vec<FunctionId> = written.iter().map(|function| self.introduce(function)).collect();
        let mut functions: Vec<Option<Function>> = vec![None; self.functions.rows.len()];
        for (function, id) in written.iter().zip(ids) {
            if let Some(body) = &function.body {
                functions[id.0] = Some(self.function(function, body, id));
            }
        }
        for row in self.functions.rows.iter().filter(|row| !row.defined) {
            self.errors.push(Error::NeverDefined { name: row.name.clone(), span: row.span });
        }
        if let Some((id, span)) = self.functions.circle() {
            let row = self.functions.get(id);
            self.errors.push(Error::Recursion { name: row.name.clone(), span, defined: row.span });
        }
        functions.into_iter().collect()
    }

    /// Puts a function into the table, or finds it there when it was declared before.
    fn introduce(&mut self, function: &ast::Function) -> FunctionId {
        let name = &function.name;
        for fine in [check_name(name), check_ending(function)] {
            self.report(fine);
        }
        let row = UserFunction {
            name: name.text.clone(),
            arguments: function.arguments.clone(),
            returns: function.returns,
            span: name.span,
            defined: function.body.is_some(),
        };
        let types = row.types();
        let twin = self.functions.named(&name.text).find(|(_, other)| other.types() == types).map(|(id, _)| id);
        if let Some(id) = twin {
            let first = &mut self.functions.rows[id.0];
            let completes = !first.defined && row.defined && first.returns == row.returns;
            let data = |arguments: &[ast::Argument]| arguments.iter().map(|argument| argument.data).collect::<Vec<_>>();
            first.defined |= completes;
            if completes && data(&first.arguments) != data(&row.arguments) {
                let (name, first) = (name.text.clone(), first.span);
                self.errors.push(Error::DataArgumentsDiffer { name, span: row.span, first });
            } else if completes {
                first.arguments = row.arguments;
            } else {
                let (name, first) = (name.text.clone(), first.span);
                self.errors.push(Error::FunctionRedefined { name, span: row.span, first });
            }
            return id;
        }
        if is_higher_order(&name.text) {
            self.errors.push(Error::HigherOrderFunction { name: name.text.clone(), span: name.span });
        } else if self.is_library(&name.text, &types) {
            self.errors.push(Error::LibraryFunction { name: name.text.clone(), span: name.span });
        }
        self.functions.push(row)
    }

    fn function(&mut self, function: &ast::Function, body: &[ast::Statement], id: FunctionId) -> Function {
        let (name, returns) = (&function.name, function.returns);
        let inside = InFunction { id, returns, ending: Ending::of(&name.text) };
        self.place = Place { block: Block::Functions, function: Some(inside), loops: 0, top: false, call: None };
        self.scope.enter();
        let arguments = function.arguments.iter().map(|argument| {
            let variable = Variable {
                name: argument.name.text.clone(),
                span: argument.name.span,
                of: argument.of,
                origin: Origin::Argument,
                sizes: vec![],
                constraint: Constraint::None,
            };
            self.declare(&argument.name, variable, argument.data)
        });
        let arguments = arguments.collect();
        let typed = self.statements(body);
        self.scope.leave();
        if let Some(of) = returns.filter(|_| !always_returns(body, self.program)) {
            self.errors.push(Error::MissingReturn { name: name.text.clone(), of, span: name.span });
        }
        Function { name: name.text.clone(), span: name.span, arguments, returns, body: typed }
    }
}

/// Densities are real; what they are densities of is real or int, as the ending says.
fn check_ending(function: &ast::Function) -> Result<(), Error> {
    let text = &function.name.text;
    let Some((ending, meaning)) = ENDINGS.iter().find(|(ending, _)| text.ends_with(ending)) else {
        return Ok(());
    };
    let demand = |demand| Err(Error::EndingDemands { ending, demand, span: function.name.span });
    let outcome = function.arguments.first().map(|argument| argument.of.base);
    match meaning {
        Ending::Density | Ending::Cumulative if function.returns != Some(Type::REAL) => demand("returns a `real`"),
        Ending::Density if *ending == "_lpmf" && outcome != Some(Base::Int) => {
            demand("has an outcome of ints as its first argument")
        }
        Ending::Density if *ending == "_lpdf" && matches!(outcome, None | Some(Base::Int)) => {
            demand("has an outcome of reals as its first argument")
        }
        Ending::Density | Ending::Cumulative | Ending::None | Ending::Random | Ending::Target | Ending::Jacobian => {
            Ok(())
        }
    }
}
