//! Declarations: the type, sizes and constraint of a variable, and whether its name is free.
//!
//! A declaration whose size, constraint or definition is wrong still declares its name, so that its later uses are
//! not reported too. Absent: arguments and loop variables, which have neither sizes nor constraints.

use super::scope::Entry;
use super::{Checker, Place};
use crate::lang::ast::{self, Block, Declaration, DeclaredType, ExpressionId, Name};
use crate::lang::error::{Error, Expected};
use crate::lang::signatures::density_name;
use crate::lang::source::Span;
use crate::lang::typed::{Constraint, Density, ExpressionKind, Origin, Statement, Variable, VariableId};
use crate::lang::types::{Base, Type};
use crate::lang::vocabulary::is_reserved;

impl Checker<'_> {
    pub(super) fn data_or_parameters(&mut self, block: Block, declarations: &[Declaration]) -> Vec<VariableId> {
        self.place = Place { block, function: None, loops: 0, top: true, call: None };
        let declared = declarations.iter().map(|declaration| {
            let (variable, definition) = self.declaration(declaration);
            if definition.is_some() {
                let name = declaration.name.text.clone();
                self.errors.push(Error::DefinitionNotAllowed { name, block, span: declaration.name.span });
            }
            variable
        });
        declared.collect()
    }

    pub(super) fn declaration_statement(&mut self, declaration: &Declaration) -> Statement {
        let (variable, definition) = self.declaration(declaration);
        let end = definition.map_or(declaration.name.span, |id| self.program.expressions[id.index()].span);
        Statement::Declare { variable, definition, span: declaration.name.span.to(end) }
    }

    fn declaration(&mut self, declaration: &Declaration) -> (VariableId, Option<ExpressionId>) {
        let name = &declaration.name;
        let of = Type::of(declaration.declared.base()).array_of(declaration.arrays.len());
        let origin = self.origin();
        for size in declaration.arrays.iter().chain(&declaration.sizes) {
            self.size(*size, name, origin);
        }
        let constraint = self.constraint(declaration, of, origin);
        if of.base == Base::Int && matches!(origin, Origin::Parameter | Origin::TransformedParameter) {
            let (block, span) = (self.place.block, declaration.type_span);
            self.errors.push(Error::IntegerNotAllowed { name: name.text.clone(), block, span });
        }
        // The definition is read before the name is known: in `real x = x;` the second `x` is not declared yet.
        if let Some(definition) = declaration.definition {
            self.require(definition, || format!("the value of `{}`", name.text), of);
        }
        let mut sizes = [&declaration.arrays[..], &declaration.sizes].concat();
        if of.base == Base::Matrix && declaration.sizes.len() == 1 {
            sizes.extend(&declaration.sizes);
        }
        let variable = Variable { name: name.text.clone(), span: name.span, of, origin, sizes, constraint };
        (self.declare(name, variable, false), declaration.definition)
    }

    /// Makes a variable known under its name, which is checked.
    pub(super) fn declare(&mut self, name: &Name, variable: Variable, data: bool) -> VariableId {
        let id = VariableId(self.variables.len());
        let (of, origin) = (variable.of, variable.origin);
        self.variables.push(variable);
        self.declare_name(name, Some((id, of)), origin, data);
        id
    }

    /// Makes a name known that stands for a variable, or for nothing when its type could not be found.
    pub(super) fn declare_name(
        &mut self,
        name: &Name,
        variable: Option<(VariableId, Type)>,
        origin: Origin,
        data: bool,
    ) {
        let free = self.free(name);
        self.report(free);
        let block = self.place.block;
        self.scope.insert(&name.text, Entry { variable, declared: name.span, origin, block, data });
    }

    /// Whether a variable may have the name.
    fn free(&self, name: &Name) -> Result<(), Error> {
        check_name(name)?;
        match self.scope.get(&name.text).map(|entry| entry.declared) {
            Some(first) => Err(Error::Redeclared { name: name.text.clone(), span: name.span, first }),
            None => Ok(()),
        }
    }

    fn origin(&self) -> Origin {
        if !self.place.top || self.place.function.is_some() {
            return Origin::Local;
        }
        match self.place.block {
            Block::Data => Origin::Data,
            Block::TransformedData => Origin::TransformedData,
            Block::Parameters => Origin::Parameter,
            Block::TransformedParameters => Origin::TransformedParameter,
            Block::GeneratedQuantities => Origin::GeneratedQuantity,
            Block::Functions | Block::Model => Origin::Local,
        }
    }

    fn size(&mut self, size: ExpressionId, name: &Name, origin: Origin) {
        let Some(value) = self.require(size, || format!("the size of `{}`", name.text), Type::INT) else {
            return;
        };
        if origin == Origin::Local {
            return;
        }
        // Each element has a name in the output: all draws must have the same ones.
        let other = self.other_than_data(size);
        if other.is_some() || !value.data_only {
            let span = other.as_ref().map_or(value.span, |(span, ..)| *span);
            let other = other.map(|(_, name, role, declared)| (name, role, declared));
            self.errors.push(Error::SizeNotData { name: name.text.clone(), other, span });
        }
    }

    /// The first variable in an expression that is neither data nor transformed data: where it stands, its name, what it
    /// is, and where it was declared.
    fn other_than_data(&self, id: ExpressionId) -> Option<(Span, String, &'static str, Span)> {
        let mut first = id;
        while let Some(part) = self.program.expressions[first.index()].kind.parts().first() {
            first = *part;
        }
        (first.index()..=id.index()).map(ExpressionId).find_map(|part| {
            let Some(ExpressionKind::Variable(variable)) = self.kind(part) else { return None };
            let variable = &self.variables[variable.0];
            let entry = self.scope.get(&variable.name)?;
            let is_data = matches!(variable.origin, Origin::Data | Origin::TransformedData);
            let span = self.program.expressions[part.index()].span;
            (!is_data).then(|| (span, variable.name.clone(), entry.role(), entry.declared))
        })
    }

    fn constraint(&mut self, declaration: &Declaration, of: Type, origin: Origin) -> Constraint {
        let name = || declaration.name.text.clone();
        let constraint = match declaration.constraint {
            ast::Constraint::None => constraint_of_type(declaration.declared),
            ast::Constraint::Bounds { lower, upper } => {
                self.limits([lower, upper], ["the lower bound", "the upper bound"], of);
                Constraint::Bounds { lower, upper }
            }
            ast::Constraint::Affine { offset, multiplier } => {
                self.limits([offset, multiplier], ["the offset", "the multiplier"], of);
                if of.base == Base::Int {
                    self.errors.push(Error::AffineInteger { name: name(), span: declaration.name.span });
                }
                Constraint::Affine { offset, multiplier }
            }
        };
        if origin == Origin::Local && constraint != Constraint::None {
            self.errors.push(Error::LocalConstraint { name: name(), span: declaration.type_span });
        }
        constraint
    }

    /// Checks what stands in `< >`: a scalar for all elements, or a value for each.
    fn limits(&mut self, limits: [Option<ExpressionId>; 2], places: [&str; 2], of: Type) {
        let scalar = Type::of(if of.base == Base::Int { Base::Int } else { Base::Real });
        for (id, place) in limits.into_iter().zip(places).filter_map(|(id, place)| Some((id?, place))) {
            let Some(value) = self.typed(id) else { continue };
            if !value.of.promotes_to(scalar) && !value.of.promotes_to(of) {
                let (place, expected) = (place.to_owned(), Expected::Type(scalar));
                self.errors.push(Error::Mismatch { place, expected, found: value.of, span: value.span });
            }
        }
    }
}

fn constraint_of_type(declared: DeclaredType) -> Constraint {
    match declared {
        DeclaredType::Int
        | DeclaredType::Real
        | DeclaredType::Vector
        | DeclaredType::RowVector
        | DeclaredType::Matrix => Constraint::None,
        DeclaredType::Ordered => Constraint::Ordered,
        DeclaredType::PositiveOrdered => Constraint::PositiveOrdered,
        DeclaredType::Simplex => Constraint::Simplex,
        DeclaredType::SumToZeroVector => Constraint::SumToZero,
        DeclaredType::UnitVector => Constraint::UnitVector,
        DeclaredType::CholeskyFactorCorr => Constraint::CholeskyFactorCorr,
        DeclaredType::CholeskyFactorCov => Constraint::CholeskyFactorCov,
        DeclaredType::CorrMatrix => Constraint::CorrMatrix,
        DeclaredType::CovMatrix => Constraint::CovMatrix,
    }
}

/// Whether anything may have the name.
pub(super) fn check_name(name: &Name) -> Result<(), Error> {
    let (text, span) = (&name.text, name.span);
    if is_reserved(text) {
        return Err(Error::ReservedName { name: text.clone(), span });
    }
    let unnormalized = density_name(text).is_some_and(|name| name.density == Density::Lupdf);
    let ending = match text {
        _ if text.ends_with("__") => "two underscores",
        _ if unnormalized && text.ends_with("_lupdf") => "`_lupdf`",
        _ if unnormalized => "`_lupmf`",
        _ => return Ok(()),
    };
    Err(Error::ReservedEnding { name: text.clone(), ending, span })
}
