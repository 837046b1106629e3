//! What an expression is worth: a number, or a container of numbers with its shape.
//!
//! A container's elements are known, or held one by one, or held as one number with a row per element: the form in
//! which a vector of a million elements is one node of the graph. Elements lie in order: arrays from their first
//! index on, and inside of them matrices column by column.

use std::sync::Arc;

use crate::ir::graph::{Domain, Graph, Number};
use crate::lang::types::{Base, Type};

/// Containers of parameters with at least so many elements are held as rows: below, single elements make shorter programs.
pub(crate) const ROWS: usize = 8;

/// The sizes of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Sizes of the arrays around, outermost first.
    pub arrays: Vec<usize>,
    pub inner: Inner,
}

/// What an array holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Inner {
    Scalar,
    Vector(usize),
    RowVector(usize),
    Matrix(usize, usize),
}

impl Inner {
    /// Number of elements.
    pub fn len(self) -> usize {
        match self {
            Self::Scalar => 1,
            Self::Vector(n) | Self::RowVector(n) => n,
            Self::Matrix(rows, columns) => rows * columns,
        }
    }

    /// The sizes, rows before columns.
    pub fn sizes(self) -> Vec<usize> {
        match self {
            Self::Scalar => Vec::new(),
            Self::Vector(n) | Self::RowVector(n) => vec![n],
            Self::Matrix(rows, columns) => vec![rows, columns],
        }
    }
}

impl Shape {
    pub const SCALAR: Self = Self { arrays: Vec::new(), inner: Inner::Scalar };

    pub fn of(inner: Inner) -> Self {
        Self { arrays: Vec::new(), inner }
    }

    /// An array of scalars.
    pub fn array(sizes: Vec<usize>) -> Self {
        Self { arrays: sizes, inner: Inner::Scalar }
    }

    /// Number of elements.
    pub fn len(&self) -> usize {
        self.arrays.iter().product::<usize>() * self.inner.len()
    }

    pub fn is_scalar(&self) -> bool {
        self.arrays.is_empty() && self.inner == Inner::Scalar
    }

    /// Whether it is one of values of this type.
    pub fn is_of(&self, of: Type) -> bool {
        let inner = match self.inner {
            Inner::Scalar => matches!(of.base, Base::Int | Base::Real),
            Inner::Vector(_) => of.base == Base::Vector,
            Inner::RowVector(_) => of.base == Base::RowVector,
            Inner::Matrix(..) => of.base == Base::Matrix,
        };
        inner && self.arrays.len() == of.array
    }

    /// All sizes, array sizes first.
    pub fn sizes(&self) -> Vec<usize> {
        let mut sizes = self.arrays.clone();
        sizes.extend(self.inner.sizes());
        sizes
    }
}

impl std::fmt::Display for Shape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !self.arrays.is_empty() {
            let sizes: Vec<String> = self.arrays.iter().map(ToString::to_string).collect();
            write!(f, "array[{}] ", sizes.join(", "))?;
        }
        match self.inner {
            Inner::Scalar => f.write_str("real"),
            Inner::Vector(n) => write!(f, "vector[{n}]"),
            Inner::RowVector(n) => write!(f, "row_vector[{n}]"),
            Inner::Matrix(rows, columns) => write!(f, "matrix[{rows}, {columns}]"),
        }
    }
}

/// The elements of a container.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Elements {
    Known(Arc<Vec<f64>>),
    Each(Arc<Vec<Number>>),
    /// One number with a row per element.
    Rows(Number),
    /// The variable is being stored to by the loop that runs; only its elements can be read.
    Pending,
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Value {
    pub shape: Shape,
    pub elements: Elements,
}

impl Value {
    pub fn number(number: Number) -> Self {
        let elements = match number {
            Number::Known(x) => Elements::Known(Arc::new(vec![x])),
            Number::Node(_) => Elements::Each(Arc::new(vec![number])),
        };
        Self { shape: Shape::SCALAR, elements }
    }

    pub fn known(shape: Shape, values: Vec<f64>) -> Self {
        debug_assert_eq!(shape.len(), values.len());
        Self { shape, elements: Elements::Known(Arc::new(values)) }
    }

    pub fn each(shape: Shape, numbers: Vec<Number>) -> Self {
        debug_assert_eq!(shape.len(), numbers.len());
        let known: Option<Vec<f64>> = numbers.iter().map(|number| number.known()).collect();
        let elements = match known {
            Some(values) => Elements::Known(Arc::new(values)),
            None => Elements::Each(Arc::new(numbers)),
        };
        Self { shape, elements }
    }

    /// A container from a number that has a row per element, or that all elements share.
    pub fn rows(graph: &Graph, shape: Shape, number: Number) -> Self {
        match (graph.domain(number), number) {
            (Some(_), _) => match graph.as_column(number) {
                Some(values) => Self::known(shape, values.to_vec()),
                None => Self { shape, elements: Elements::Rows(number) },
            },
            (None, Number::Known(x)) => {
                let values = vec![x; shape.len()];
                Self::known(shape, values)
            }
            (None, Number::Node(_)) => {
                let numbers = vec![number; shape.len()];
                Self::each(shape, numbers)
            }
        }
    }

    pub fn len(&self) -> usize {
        self.shape.len()
    }

    /// The same elements in another shape of as many.
    pub fn reshaped(&self, shape: Shape) -> Self {
        debug_assert_eq!(shape.len(), self.len());
        Self { shape, elements: self.elements.clone() }
    }

    /// The elements, if data alone give them.
    pub fn as_known(&self) -> Option<&[f64]> {
        match &self.elements {
            Elements::Known(values) => Some(values),
            Elements::Each(_) | Elements::Rows(_) | Elements::Pending => None,
        }
    }

    /// The number of a scalar.
    ///
    /// # Panics
    /// When it is a container: the checker knows the types.
    pub fn scalar(&self) -> Number {
        match &self.elements {
            Elements::Known(values) => Number::Known(values[0]),
            Elements::Each(numbers) => numbers[0],
            Elements::Rows(_) | Elements::Pending => unreachable!("a scalar is one number"),
        }
    }

    /// All elements, one by one.
    pub fn numbers(&self, graph: &mut Graph) -> Vec<Number> {
        match &self.elements {
            Elements::Known(values) => values.iter().map(|&x| Number::Known(x)).collect(),
            Elements::Each(numbers) => numbers.to_vec(),
            Elements::Rows(number) => graph.each_row(*number, self.len()),
            Elements::Pending => unreachable!("reading a variable that a loop stores to ends the attempt before"),
        }
    }

    /// All elements as one number with a row per element; `None` when they are held one by one.
    pub fn as_rows(&self, graph: &mut Graph) -> Option<Number> {
        match &self.elements {
            Elements::Known(values) => Some(graph.column(Domain::elements(values.len()), values.to_vec())),
            Elements::Rows(number) => Some(*number),
            Elements::Each(_) | Elements::Pending => None,
        }
    }

    /// The elements at the given positions, in a shape of as many.
    pub fn gather(&self, graph: &mut Graph, shape: Shape, positions: &[u32]) -> Self {
        match &self.elements {
            Elements::Known(values) => {
                Self::known(shape, positions.iter().map(|&position| values[position as usize]).collect())
            }
            Elements::Each(numbers) => {
                Self::each(shape, positions.iter().map(|&position| numbers[position as usize]).collect())
            }
            Elements::Rows(number) if positions.len() >= ROWS && !shape.is_scalar() => {
                let number = graph.reindex(*number, Domain::elements(positions.len()), positions);
                Self::rows(graph, shape, number)
            }
            Elements::Rows(number) => {
                let numbers = positions.iter().map(|&position| graph.at(*number, position as usize)).collect();
                Self::each(shape, numbers)
            }
            Elements::Pending => unreachable!("reading a variable that a loop stores to ends the attempt before"),
        }
    }
}
