//! Stan's functions by name.
//!
//! In: a name and the values of the arguments, whose types the checker has settled. Out: a value. One file a kind of
//! function; each says `None` to the names of the others. A container held as rows stays rows wherever that is
//! possible, since that is what keeps loops loops.
//!
//! ```text
//! scalars       functions of numbers, applied to the elements of containers, by name
//! elementary, special   the formulas behind them
//! integers      functions with an integer of their own: orders, and results that are integers
//! reductions    a number of a container, or of its rows or columns       folds     how, where that is no sum
//! exponentials  softmax, log_sum_exp, mixtures
//! constructors  containers out of sizes                                  shapes    the same elements, other sizes
//! parts         some of the elements, and diagonals                      joins     several containers one after another
//! order         sorting, ranks, quantiles: of data
//! matrices      linear algebra                                           kernels   covariance functions
//! sparse        matrices in compressed rows                              hidden_markov   states summed out
//! ```

mod constructors;
mod elementary;
mod exponentials;
mod folds;
mod hidden_markov;
mod integers;
mod joins;
mod kernels;
mod matrices;
mod order;
mod parts;
mod reductions;
mod requirements;
mod scalars;
mod shapes;
mod sparse;
mod special;
#[cfg(test)]
mod trial;

pub(super) use elementary::{log_diff_exp, power, truncate};
pub(super) use matrices::from_matrix;
pub(super) use reductions::require_elements;

use super::value::{Inner, Value};
use super::{Interpreter, Stop};
use crate::ir::graph::{Graph, Number};
use crate::lang::bind::BindError;
use crate::lang::source::Span;

/// The functions that factorise or invert their argument.
const FACTORISE: [&str; 9] = [
    "cholesky_decompose",
    "inverse",
    "inverse_spd",
    "log_determinant",
    "log_determinant_spd",
    "mdivide_left",
    "mdivide_left_spd",
    "mdivide_right",
    "mdivide_right_spd",
];

impl Interpreter<'_> {
    /// The value of a function of the library.
    pub fn library(&mut self, name: &str, arguments: &[Value], span: Span) -> Result<Value, Stop> {
        self.require_of_function(name, arguments, span)?;
        if let Some(function) = scalars::function(name, arguments.len()) {
            return self.apply(function, arguments, span);
        }
        self.factorises |= FACTORISE.contains(&name) && arguments.iter().any(|argument| argument.as_known().is_none());
        let kinds = [
            Self::integer_function,
            Self::reduction,
            Self::exponential,
            Self::constructor,
            Self::shape_function,
            Self::part,
            Self::join,
            Self::order_function,
            Self::matrix_function,
            Self::kernel_function,
            Self::sparse_function,
            Self::hidden_markov,
        ];
        for kind in kinds {
            if let Some(value) = kind(self, name, arguments, span)? {
                self.take_result(name, arguments, &value);
                return Ok(value);
            }
        }
        Err(BindError::NotYet { what: format!("the function `{name}`"), span }.into())
    }

    /// Applies a function of numbers to the elements of its arguments, scalars broadcast.
    fn apply(
        &mut self,
        function: impl FnMut(&mut Graph, &[Number]) -> Number,
        arguments: &[Value],
        span: Span,
    ) -> Result<Value, Stop> {
        let arguments = self.in_one_shape(arguments, span)?;
        let arguments: Vec<&Value> = arguments.iter().collect();
        Ok(super::elementwise::elementwise(&mut self.graph, &arguments, function))
    }

    /// Arguments that go together element by element: numbers, and containers of one shape, which ints in arrays take
    /// from the vectors or matrices that they stand beside.
    fn in_one_shape(&mut self, arguments: &[Value], span: Span) -> Result<Vec<Value>, Stop> {
        let containers = || arguments.iter().map(|argument| &argument.shape).filter(|shape| !shape.is_scalar());
        let Some(shape) = containers().find(|shape| shape.inner != Inner::Scalar).or(containers().next()) else {
            return Ok(arguments.to_vec());
        };
        let mut shaped = Vec::with_capacity(arguments.len());
        for argument in arguments {
            if argument.shape.is_scalar() || argument.shape == *shape {
                shaped.push(argument.clone());
                continue;
            }
            self.require_shape(shape, &argument.shape, span)?;
            shaped.push(match shape.inner {
                // Arrays of arrays lie row by row.
                Inner::Matrix(rows, columns) => {
                    let within = |at: usize| at % rows * columns + at / rows % columns;
                    let positions = (0..shape.len() as u32).map(|at| {
                        let (at, size) = (at as usize, rows * columns);
                        (at / size * size + within(at)) as u32
                    });
                    argument.gather(&mut self.graph, shape.clone(), &positions.collect::<Vec<u32>>())
                }
                Inner::Scalar | Inner::Vector(_) | Inner::RowVector(_) => argument.reshaped(shape.clone()),
            });
        }
        Ok(shaped)
    }

    /// An argument that is a size: an integer from 0.
    fn size_argument(&self, value: &Value, span: Span) -> Result<usize, Stop> {
        let size = self.int(value.scalar(), span)?;
        let size = usize::try_from(size).map_err(|_| BindError::Argument {
            message: format!("a size must not be negative, and is {size}"),
            span,
        })?;
        self.require_room(&[size], span)?;
        Ok(size)
    }

    /// An argument that is an index, from 1, of something with `size` elements. Comes out from 0.
    fn index_argument(&self, value: &Value, size: usize, span: Span) -> Result<usize, Stop> {
        let index = self.int(value.scalar(), span)?;
        match usize::try_from(index) {
            Ok(position @ 1..) if position <= size => Ok(position - 1),
            _ => Err(BindError::IndexOutOfRange { index, size, span }.into()),
        }
    }
}
