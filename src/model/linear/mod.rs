//! Dense linear algebra over the graph, one number an element.
//!
//! In: matrices of [`Number`](crate::ir::Number)s, known or computed. Out: more of them. What data alone give is
//! computed at once; the rest becomes straight-line operations, n^3 of them for a factor or a product, so that these
//! are meant for matrices of some tens of rows. A known zero is structure: what it multiplies is never computed, and
//! triangular or diagonal matrices cost what they should.
//!
//! ```text
//! matrix     elements, transposition         sparse       arithmetic that keeps known zeros
//! product    products, quadratic forms       triangular   systems of triangular matrices
//! cholesky   the factor, what it solves      elimination  systems and determinants of any square matrix
//! kernel     covariances of Gaussian         qr           orthogonal factors, of known matrices
//!            processes
//! ```
//!
//! A graph that is full takes no more operations, and then nothing here goes on for long; the result means nothing.
//!
//! Sizes must fit; callers check them first and name them in their errors. Numbers here have no rows: a container of
//! elements is given one by one. Absent on purpose: eigenvalues, and sparse storage.

mod cholesky;
mod elimination;
mod kernel;
mod matrix;
mod product;
mod qr;
mod sparse;
mod triangular;

pub use cholesky::{chol2inv, cholesky, inverse_spd, log_determinant_of_cholesky, log_determinant_spd, solve_spd};
pub use elimination::{determinant, inverse, log_determinant, solve};
pub use kernel::{Kernel, covariance, cross_covariance};
pub use matrix::Matrix;
pub use product::{
    crossprod, diag_post_multiply, diag_pre_multiply, dot, matrix_vector, multiply, multiply_lower_tri_self_transpose,
    quad_form, quad_form_diag, quad_form_sym, tcrossprod, trace_quad_form,
};
pub use qr::{Qr, qr};
pub use triangular::{solve_lower, solve_lower_matrix, solve_right_lower, solve_upper, solve_upper_matrix};

#[cfg(test)]
mod tests;
