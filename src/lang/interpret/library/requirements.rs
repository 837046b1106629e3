//! What functions of the library require of their arguments, and what their results always are: the checks of
//! `stan/math/prim/fun`, with the names that Stan Math gives the arguments.
//!
//! Absent: sizes, which each function compares, and distributions (`density/arguments`).

use crate::ir::graph::Number;
use crate::lang::interpret::check::{Caller, Extent};
use crate::lang::interpret::value::{Elements, Value};
use crate::lang::interpret::{Interpreter, Stop};
use crate::lang::source::Span;
use crate::model::check::Requirement::{self, *};

/// A requirement: which argument, its name, what it must be.
type Row = (usize, &'static str, Requirement);

/// The requirements of a function with so many arguments.
fn rows(name: &str, count: usize) -> &'static [Row] {
    const KERNEL: [&[Row]; 2] = [
        &[(1, "magnitude", PositiveFinite), (2, "length scale", PositiveFinite), (0, "x", NotNan)],
        &[(2, "magnitude", PositiveFinite), (3, "length scale", PositiveFinite), (0, "x1", NotNan), (1, "x2", NotNan)],
    ];
    match (name, count) {
        ("acosh", _) => &[(0, "x", AtLeast(1.0))],
        ("atanh", _) => &[(0, "x", Within(-1.0, 1.0))],
        ("log1m", _) => &[(0, "x", AtMost(1.0))],
        ("log1p", _) => &[(0, "x", AtLeast(-1.0))],
        ("inv_Phi", _) => &[(0, "Probability variable", Within(0.0, 1.0))],
        ("Phi", _) => &[(0, "x", NotNan)],
        ("log_mix", 3) => &[(1, "lambda1", NotNan), (2, "lambda2", NotNan), (0, "theta", Within(0.0, 1.0))],
        ("log_mix", _) => &[(0, "theta", Within(0.0, 1.0)), (1, "lambda", Finite)],
        ("falling_factorial" | "rising_factorial", _) => {
            &[(0, "first argument", NotNan), (1, "second argument", Nonnegative)]
        }
        ("lchoose" | "binomial_coefficient_log", _) => {
            &[(0, "first argument", AtLeast(-1.0)), (1, "second argument", AtLeast(-1.0))]
        }
        ("choose", _) => &[(0, "n", Nonnegative), (1, "k", Nonnegative)],
        ("lbeta", _) => &[(0, "first argument", Nonnegative), (1, "second argument", Nonnegative)],
        ("log_modified_bessel_first_kind", _) => {
            &[(1, "second argument (variable)", Nonnegative), (0, "first argument (order)", AtLeast(-1.0))]
        }
        ("quantile", _) => &[(1, "p", Within(0.0, 1.0)), (0, "samples_vec", NotNan)],
        ("sort_asc" | "sort_desc" | "sort_indices_asc" | "sort_indices_desc", _) => {
            &[(0, "container argument", NotNan)]
        }
        ("linspaced_vector" | "linspaced_row_vector" | "linspaced_array", _) => {
            &[(1, "low", Finite), (2, "high", Finite)]
        }
        ("distance" | "squared_distance", _) => &[(0, "x1", Finite), (1, "x2", Finite)],

        ("hmm_marginal", _) => &[(2, "rho", Simplex)],
        ("cholesky_decompose" | "inverse_spd", _) => &[(0, "m", PositiveDefinite)],
        ("log_determinant_spd", _) => &[(0, "m", Symmetric)],
        ("mdivide_left_spd", _) => &[(0, "A", PositiveDefinite)],
        ("mdivide_right_spd", _) => &[(1, "A", PositiveDefinite)],
        ("quad_form_sym", _) => &[(0, "A", Symmetric)],
        ("chol2inv", _) => &[(0, "L", LowerTriangular)],

        ("gp_exp_quad_cov" | "cov_exp_quad" | "gp_exponential_cov" | "gp_matern32_cov" | "gp_matern52_cov", 3) => {
            KERNEL[0]
        }
        ("gp_exp_quad_cov" | "cov_exp_quad" | "gp_exponential_cov" | "gp_matern32_cov" | "gp_matern52_cov", _) => {
            KERNEL[1]
        }
        ("gp_dot_prod_cov", 2) => &[(1, "sigma", Nonnegative), (0, "x", Finite)],
        ("gp_dot_prod_cov", _) => &[(2, "sigma", Nonnegative), (0, "x1", Finite), (1, "x2", Finite)],
        ("gp_periodic_cov", 4) => &[
            (1, "signal standard deviation", Positive),
            (2, "length-scale", Positive),
            (3, "period", Positive),
            (0, "element of x", NotNan),
        ],
        ("gp_periodic_cov", _) => &[
            (2, "signal standard deviation", Positive),
            (3, "length-scale", Positive),
            (4, "period", Positive),
            (0, "element of x1", NotNan),
            (1, "element of x2", NotNan),
        ],
        _ => &[],
    }
}

/// Whether a function takes NaN for what it is, and gives NaN.
fn passes_nan(name: &str) -> bool {
    matches!(name, "acosh" | "atanh" | "log1m" | "log1p" | "lchoose" | "binomial_coefficient_log" | "lbeta")
}

impl Interpreter<'_> {
    /// Asks what a function requires of its arguments.
    pub(super) fn require_of_function(&mut self, name: &str, arguments: &[Value], span: Span) -> Result<(), Stop> {
        let caller = Caller { function: name, span };
        for &(at, argument, requirement) in rows(name, arguments.len()) {
            let value = &arguments[at];
            let has_nan = value.as_known().is_some_and(|values| values.iter().any(|x| x.is_nan()));
            if has_nan && passes_nan(name) {
                continue;
            }
            self.require(caller, argument, value, requirement, Extent::Full)?;
        }
        Ok(())
    }

    /// Takes the result of a function for what it always is, given what its arguments are.
    pub(super) fn take_result(&mut self, name: &str, arguments: &[Value], result: &Value) {
        let holds = |run: &Self, at: usize, requirement: Requirement| match &arguments[at].elements {
            Elements::Each(numbers) => run.valid.holds(requirement, numbers),
            _ => false,
        };
        let always = match name {
            "softmax" => Simplex,
            "cholesky_decompose" => CholeskyFactor,
            "multiply_lower_tri_self_transpose" | "tcrossprod" if holds(self, 0, CholeskyFactorCorr) => CorrMatrix,
            "multiply_lower_tri_self_transpose" | "tcrossprod" if holds(self, 0, CholeskyFactor) => PositiveDefinite,
            "inverse_spd" => PositiveDefinite,
            "quad_form_diag" if holds(self, 0, PositiveDefinite) && self.is_positive(&arguments[1]) => PositiveDefinite,
            "quad_form_diag" if holds(self, 0, Symmetric) => Symmetric,
            _ => return,
        };
        if matches!(result.elements, Elements::Each(_)) {
            self.take_as_valid(result, always);
        }
    }

    /// Whether all elements are above 0, whatever the parameters are.
    fn is_positive(&mut self, value: &Value) -> bool {
        match &value.elements {
            Elements::Known(values) => values.iter().all(|&x| x > 0.0),
            Elements::Rows(number) => self.graph.range(*number).is_positive(),
            Elements::Each(numbers) => numbers.iter().all(|&number: &Number| self.graph.range(number).is_positive()),
            Elements::Pending => false,
        }
    }
}
