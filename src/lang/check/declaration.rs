//! Declarations of data and parameters, and the bounds and sizes in them.
//!
//! A declaration whose type, size or bound is wrong still declares its name, so that its later uses are
//! not reported too. Absent: reals of the blocks of statements, which `statement` declares.

use super::Checker;
use super::expression::unsupported;
use super::scope::Meaning;
use crate::lang::ast::{self, Block, Declaration, DeclaredType, ExpressionId, Name};
use crate::lang::error::Error;
use crate::lang::feature::Feature;
use crate::lang::typed::{Bounds, DataDeclaration, DataId, DataShape, ParameterDeclaration, ParameterId};
use crate::lang::types::Type;

impl Checker<'_> {
    pub(super) fn data(&mut self, declarations: &[Declaration]) -> Vec<DataDeclaration> {
        let mut rows: Vec<DataDeclaration> = Vec::new();
        for declaration in declarations {
            let of = match declaration.declared {
                DeclaredType::Int => Type::Int,
                DeclaredType::Real | DeclaredType::Vector { .. } => Type::Real,
            };
            let bounds = self.bounds(declaration.bounds, of);
            let shape = match declaration.declared {
                DeclaredType::Int => Some(DataShape::Int),
                DeclaredType::Real => Some(DataShape::Real),
                DeclaredType::Vector { size } => self.size(size),
            };
            self.refuse_definition(declaration, Block::Data);
            let name = &declaration.name;
            // A vector stays a vector when its size is wrong: its uses can still be checked.
            let of = shape.map_or(Type::Vector, DataShape::of);
            self.declare_filled(name, Meaning::Data(DataId(rows.len()), of));
            // Without a shape there is an error and so no model: the row would not be read.
            if let Some(shape) = shape {
                rows.push(DataDeclaration { name: name.text.clone(), span: name.span, shape, bounds });
            }
        }
        rows
    }

    pub(super) fn parameters(&mut self, declarations: &[Declaration]) -> Vec<ParameterDeclaration> {
        let mut rows: Vec<ParameterDeclaration> = Vec::new();
        for declaration in declarations {
            let bounds = self.bounds(declaration.bounds, Type::Real);
            self.refuse_definition(declaration, Block::Parameters);
            let name = &declaration.name;
            if self.require_real(declaration, Block::Parameters) {
                self.declare_filled(name, Meaning::Parameter(ParameterId(rows.len())));
            } else {
                self.declare_filled(name, Meaning::Broken);
            }
            rows.push(ParameterDeclaration { name: name.text.clone(), span: name.span, bounds });
        }
        rows
    }

    /// Reports a declaration that is not of a real, where reals alone may stand.
    pub(super) fn require_real(&mut self, declaration: &Declaration, block: Block) -> bool {
        let span = declaration.type_span;
        let type_in_block = |name| unsupported(Feature::TypeInBlock { name, block }, span);
        let error = match declaration.declared {
            DeclaredType::Real => return true,
            DeclaredType::Int if block == Block::Model => type_in_block("int"),
            DeclaredType::Int => Error::IntegerNotAllowed { name: declaration.name.text.clone(), block, span },
            DeclaredType::Vector { size } => {
                // What is wrong in the size is worth saying in any case.
                self.typed(size);
                type_in_block("vector")
            }
        };
        self.errors.push(error);
        false
    }

    /// Declares a name that has its value from outside.
    fn declare_filled(&mut self, name: &Name, meaning: Meaning) {
        match self.scope.declare(name, meaning) {
            Ok(()) => self.scope.assign(&name.text),
            Err(error) => self.errors.push(error),
        }
    }

    fn refuse_definition(&mut self, declaration: &Declaration, block: Block) {
        if let Some(definition) = declaration.definition {
            self.typed(definition);
            self.errors.push(Error::DefinitionNotAllowed {
                name: declaration.name.text.clone(),
                block,
                span: declaration.name.span,
            });
        }
    }

    fn size(&mut self, size: ExpressionId) -> Option<DataShape> {
        let expression = self.typed(size)?;
        if expression.of != Type::Int {
            self.errors.push(Error::SizeNotInt { found: expression.of, span: expression.span });
            return None;
        }
        // Only the data block declares vectors, and only data can be named there.
        debug_assert!(expression.data_only, "a size names something that is not data");
        Some(DataShape::Vector { size })
    }

    /// Checks the bounds of a variable whose elements are of type `of`.
    fn bounds(&mut self, bounds: ast::Bounds, of: Type) -> Bounds {
        for id in [bounds.lower, bounds.upper].into_iter().flatten() {
            let Some(bound) = self.typed(id) else {
                continue;
            };
            if bound.of == Type::Vector {
                self.errors.push(unsupported(Feature::VectorValue("a bound"), bound.span));
            } else if of == Type::Int && bound.of != Type::Int {
                self.errors.push(Error::BoundNotInt { found: bound.of, span: bound.span });
            }
        }
        Bounds { lower: bounds.lower, upper: bounds.upper }
    }
}
