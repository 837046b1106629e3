//! Linear algebra by name: products, systems, factors, determinants.
//!
//! In: values; sizes that do not fit are errors here. Out: values, made by `model::linear` of single numbers. A matrix
//! that is singular or not positive definite gives NaN or infinities, which reject the point, as an exception does in
//! Stan. Orthogonal factors are of data alone. Absent: operators (`expression`).

use super::parts::matrix_sizes;
use crate::ir::graph::Number;
use crate::lang::bind::BindError;
use crate::lang::interpret::elementwise::{elementwise, sum};
use crate::lang::interpret::value::{Elements, Inner, Shape, Value};
use crate::lang::interpret::{Interpreter, Stop};
use crate::lang::source::Span;
use crate::model::linear::{self, Matrix};

impl Interpreter<'_> {
    /// The value of a function of linear algebra; `None` if it is none.
    pub(super) fn matrix_function(
        &mut self,
        name: &str,
        arguments: &[Value],
        span: Span,
    ) -> Result<Option<Value>, Stop> {
        if let Some(value) = self.of_square(name, arguments, span)? {
            return Ok(Some(value));
        }
        if let Some(value) = self.system(name, arguments, span)? {
            return Ok(Some(value));
        }
        Ok(Some(match (name, arguments) {
            ("crossprod", [x]) => {
                self.require_room_of(&[matrix_sizes(x).1; 2], &[x], span)?;
                let x = self.matrix(x);
                from_matrix(linear::crossprod(&mut self.graph, &x))
            }
            ("tcrossprod", [x]) => {
                self.require_room_of(&[matrix_sizes(x).0; 2], &[x], span)?;
                let x = self.matrix(x);
                from_matrix(linear::tcrossprod(&mut self.graph, &x))
            }
            ("multiply_lower_tri_self_transpose", [x]) => {
                self.require_room_of(&[matrix_sizes(x).0; 2], &[x], span)?;
                let x = self.matrix(x);
                from_matrix(linear::multiply_lower_tri_self_transpose(&mut self.graph, &x))
            }
            ("diag_pre_multiply", [v, m]) => self.scaled(v, m, true, span)?,
            ("diag_post_multiply", [m, v]) => self.scaled(v, m, false, span)?,
            ("trace", [x]) => {
                let Some(diagonal) = self.part("diagonal", std::slice::from_ref(x), span)? else { return Ok(None) };
                Value::number(sum(&mut self.graph, &diagonal))
            }
            ("qr_Q" | "qr_R" | "qr_thin_Q" | "qr_thin_R", [x]) => {
                if name == "qr_Q" {
                    self.require_room_of(&[matrix_sizes(x).0; 2], &[x], span)?;
                }
                let Some(factors) = linear::qr(&self.matrix(x)) else {
                    return Err(BindError::NotYet { what: format!("`{name}` of parameters"), span }.into());
                };
                from_matrix(match name {
                    "qr_Q" => factors.q(),
                    "qr_R" => factors.r(),
                    "qr_thin_Q" => factors.thin_q(),
                    _ => factors.thin_r(),
                })
            }
            _ => return Ok(None),
        }))
    }

    /// Functions of a square matrix.
    fn of_square(&mut self, name: &str, arguments: &[Value], span: Span) -> Result<Option<Value>, Stop> {
        let to_number: Option<fn(&mut crate::ir::Graph, &Matrix) -> Number> = match name {
            "determinant" => Some(linear::determinant),
            "log_determinant" => Some(linear::log_determinant),
            "log_determinant_spd" => Some(linear::log_determinant_spd),
            _ => None,
        };
        let to_matrix: Option<fn(&mut crate::ir::Graph, &Matrix) -> Matrix> = match name {
            "chol2inv" => Some(linear::chol2inv),
            "cholesky_decompose" => Some(linear::cholesky),
            "inverse" => Some(linear::inverse),
            "inverse_spd" => Some(linear::inverse_spd),
            _ => None,
        };
        match arguments {
            [x] if to_number.is_some() || to_matrix.is_some() => {
                self.require_square(x, span)?;
                let matrix = self.matrix(x);
                let number = to_number.map(|function| Value::number(function(&mut self.graph, &matrix)));
                Ok(number.or_else(|| to_matrix.map(|function| from_matrix(function(&mut self.graph, &matrix)))))
            }
            [a, b] if name.contains("quad_form") => self.quadratic_form(name, a, b, span).map(Some),
            _ => Ok(None),
        }
    }

    /// `b' a b` and its kin.
    fn quadratic_form(&mut self, name: &str, a: &Value, b: &Value, span: Span) -> Result<Value, Stop> {
        self.require_square(a, span)?;
        let (x, y) = (self.matrix(a), self.matrix(b));
        if name == "quad_form_diag" {
            require_inner(x.rows == b.len(), a, b, span)?;
            return Ok(from_matrix(linear::quad_form_diag(&mut self.graph, &x, &y.elements)));
        }
        self.require_rows(&x, &y, a, b, span)?;
        self.require_room_of(&[y.columns; 2], &[a, b], span)?;
        let form = match name {
            "trace_quad_form" => return Ok(Value::number(linear::trace_quad_form(&mut self.graph, &x, &y))),
            "quad_form_sym" => linear::quad_form_sym(&mut self.graph, &x, &y),
            _ => linear::quad_form(&mut self.graph, &x, &y),
        };
        // Of a vector it is a number.
        let of_vector = matches!(b.shape.inner, Inner::Vector(_));
        Ok(if of_vector { Value::number(form.at(0, 0)) } else { from_matrix(form) })
    }

    /// Systems of equations: `a \ b` and `b / a`.
    fn system(&mut self, name: &str, arguments: &[Value], span: Span) -> Result<Option<Value>, Stop> {
        let [first, second] = arguments else { return Ok(None) };
        let is_left = name.starts_with("mdivide_left");
        let (divisor, divided) = if is_left { (first, second) } else { (second, first) };
        if !name.starts_with("mdivide_") {
            return Ok(None);
        }
        self.require_square(divisor, span)?;
        let (a, b) = (self.matrix(divisor), self.matrix(divided));
        require_inner(a.rows == if is_left { b.rows } else { b.columns }, first, second, span)?;
        let g = &mut self.graph;
        let solution = match name {
            "mdivide_left" => linear::solve(g, &a, &b),
            "mdivide_left_spd" => linear::solve_spd(g, &a, &b),
            "mdivide_left_tri_low" => linear::solve_lower_matrix(g, &a, &b),
            // b / a = (a' \ b')'
            "mdivide_right" => linear::solve(g, &a.transpose(), &b.transpose()).transpose(),
            "mdivide_right_spd" => linear::solve_spd(g, &a, &b.transpose()).transpose(),
            "mdivide_right_tri_low" => linear::solve_right_lower(g, &b, &a),
            _ => return Ok(None),
        };
        Ok(Some(Value::each(divided.shape.clone(), solution.elements)))
    }

    /// A matrix with each row, or each column, times an element of a vector.
    fn scaled(&mut self, v: &Value, m: &Value, rows_scale: bool, span: Span) -> Result<Value, Stop> {
        let (rows, columns) = matrix_sizes(m);
        let (left, right) = if rows_scale { (v, m) } else { (m, v) };
        require_inner(v.len() == if rows_scale { rows } else { columns }, left, right, span)?;
        let one_by_one = |value: &Value| matches!(value.elements, Elements::Each(_) | Elements::Pending);
        if one_by_one(v) || one_by_one(m) {
            // The zeros of a triangular matrix stay zeros.
            let (factors, matrix) = (v.numbers(&mut self.graph), self.matrix(m));
            let g = &mut self.graph;
            return Ok(from_matrix(if rows_scale {
                linear::diag_pre_multiply(g, &factors, &matrix)
            } else {
                linear::diag_post_multiply(g, &matrix, &factors)
            }));
        }
        let factor = |at: usize| (if rows_scale { at % rows } else { at / rows }) as u32;
        let positions: Vec<u32> = (0..rows * columns).map(factor).collect();
        let factors = v.gather(&mut self.graph, Shape::of(m.shape.inner), &positions);
        Ok(elementwise(&mut self.graph, &[m, &factors], |g, x| g.multiply(x[0], x[1])))
    }
}

/// A matrix as a value.
pub(crate) fn from_matrix(matrix: Matrix) -> Value {
    Value::each(Shape::of(Inner::Matrix(matrix.rows, matrix.columns)), matrix.elements)
}

fn require_inner(agree: bool, left: &Value, right: &Value, span: Span) -> Result<(), BindError> {
    if agree {
        return Ok(());
    }
    Err(BindError::Product { left: left.shape.to_string(), right: right.shape.to_string(), span })
}

#[cfg(test)]
mod tests {
    use super::super::trial::Given::{Data, Either};
    use super::super::trial::{agreed, call, close, matrix, row_vector, scalar, vector};
    use super::*;

    /// Matrices of three rows with condition numbers below 20: a dozen roundings, amplified.
    const TOLERANCE: f64 = 12.0 * 20.0 * f64::EPSILON;

    /// `l l'` for `l = [[2, 0, 0], [1, 2, 0], [0, 1.5, sqrt(3.75)]]`; its determinant is 4 * 4 * 3.75.
    fn spd() -> Value {
        matrix([[4.0, 2.0, 0.0], [2.0, 5.0, 3.0], [0.0, 3.0, 6.0]])
    }

    fn factor() -> Value {
        matrix([[2.0, 0.0, 0.0], [1.0, 2.0, 0.0], [0.0, 1.5, 3.75_f64.sqrt()]])
    }

    /// No pivot where the first one would be; the determinant, by the first row: -2 (0 - 6) + 1 (1 - 0) = 13.
    fn general() -> Value {
        matrix([[0.0, 2.0, 1.0], [1.0, 0.0, 3.0], [2.0, 1.0, 0.0]])
    }

    fn identity() -> Value {
        matrix([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    }

    #[track_caller]
    fn gives(name: &str, arguments: &[Value], expected: &Value) {
        let arguments: Vec<_> = arguments.iter().cloned().map(Either).collect();
        let value = agreed(name, &arguments, TOLERANCE);
        assert_eq!(value.shape, expected.shape, "{name}");
        let known = |value: &Value| value.as_known().expect("data give data").to_vec();
        close(name, &known(&value), &known(expected), TOLERANCE);
    }

    #[test]
    fn factors_and_determinants() {
        gives("cholesky_decompose", &[spd()], &factor());
        gives("multiply_lower_tri_self_transpose", &[factor()], &spd());
        gives("tcrossprod", &[factor()], &spd());
        gives("determinant", &[general()], &scalar(13.0));
        gives("log_determinant", &[general()], &scalar(13.0_f64.ln()));
        gives("log_determinant_spd", &[spd()], &scalar(60.0_f64.ln()));
        gives("trace", &[spd()], &scalar(15.0));
    }

    #[test]
    fn inverses_and_systems_undo_products() {
        // Adjugate over determinant.
        let inverse = matrix([[-3.0, 1.0, 6.0], [6.0, -2.0, 1.0], [1.0, 4.0, -2.0]].map(|row| row.map(|x| x / 13.0)));
        gives("inverse", &[general()], &inverse);
        let spd_inverse =
            matrix([[21.0, -12.0, 6.0], [-12.0, 24.0, -12.0], [6.0, -12.0, 16.0]].map(|row| row.map(|x| x / 60.0)));
        gives("inverse_spd", &[spd()], &spd_inverse);
        gives("chol2inv", &[factor()], &spd_inverse);
        for name in ["mdivide_left", "mdivide_right"] {
            gives(name, &[general(), general()], &identity());
        }
        for name in ["mdivide_left_spd", "mdivide_right_spd"] {
            gives(name, &[spd(), spd()], &identity());
        }
        for name in ["mdivide_left_tri_low", "mdivide_right_tri_low"] {
            gives(name, &[factor(), factor()], &identity());
        }
        // general [1, 1, 1]' = [3, 4, 3]', [1, 1, 1] general = [3, 3, 4]
        gives("mdivide_left", &[general(), vector(&[3.0, 4.0, 3.0])], &vector(&[1.0; 3]));
        gives("mdivide_right", &[row_vector(&[3.0, 3.0, 4.0]), general()], &row_vector(&[1.0; 3]));
    }

    #[test]
    fn products_and_forms() {
        let v = vector(&[1.0, 2.0, 3.0]);
        gives("crossprod", &[general()], &matrix([[5.0, 2.0, 3.0], [2.0, 5.0, 2.0], [3.0, 2.0, 10.0]]));
        let by_rows = matrix([[4.0, 2.0, 0.0], [4.0, 10.0, 6.0], [0.0, 9.0, 18.0]]);
        gives("diag_pre_multiply", &[v.clone(), spd()], &by_rows);
        let by_columns = matrix([[4.0, 4.0, 0.0], [2.0, 10.0, 9.0], [0.0, 6.0, 18.0]]);
        gives("diag_post_multiply", &[spd(), v.clone()], &by_columns);
        let both = matrix([[4.0, 4.0, 0.0], [4.0, 20.0, 18.0], [0.0, 18.0, 54.0]]);
        gives("quad_form_diag", &[spd(), v.clone()], &both);
        // v' spd v = 4 + 20 + 54 + 2 (4 + 18)
        for name in ["quad_form", "quad_form_sym", "trace_quad_form"] {
            gives(name, &[spd(), v.clone()], &scalar(122.0));
            gives(name, &[spd(), identity()], &if name == "trace_quad_form" { scalar(15.0) } else { spd() });
        }
    }

    #[test]
    fn scaling_keeps_rows_as_rows() {
        let tall = Value::known(Shape::of(Inner::Matrix(10, 2)), (0..20).map(f64::from).collect());
        let v = vector(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0]);
        let value = agreed("diag_pre_multiply", &[Either(v.clone()), Data(tall.clone())], 0.0);
        assert_eq!(value.as_known().map(|values| values[13]), Some(13.0 * 4.0));
        let (value, _) = super::super::trial::with_parameters("diag_pre_multiply", &[Either(v), Data(tall)], true);
        assert!(matches!(value.elements, Elements::Rows(_)));
    }

    #[test]
    fn orthogonal_factors_of_data() {
        let x = matrix([[1.0, 2.0], [1.0, 3.0], [1.0, 7.0]]);
        let thin = call("qr_thin_Q", std::slice::from_ref(&x)).expect("data have factors");
        let r = call("qr_thin_R", std::slice::from_ref(&x)).expect("data have factors");
        let mut run = super::super::trial::interpreter();
        let (q, upper) = (run.matrix(&thin), run.matrix(&r));
        let product = from_matrix(linear::multiply(&mut run.graph, &q, &upper));
        let known = |value: &Value| value.as_known().expect("data give data").to_vec();
        close("q r", &known(&product), &known(&x), TOLERANCE);
        assert!(known(&r)[0] > 0.0 && known(&r)[3] > 0.0 && known(&r)[1] == 0.0);
        assert_eq!(call("qr_Q", std::slice::from_ref(&x)).map(|q| q.shape.inner), Ok(Inner::Matrix(3, 3)));
        assert_eq!(call("qr_R", &[x]).map(|r| r.shape.inner), Ok(Inner::Matrix(3, 2)));
    }

    #[test]
    fn sizes_must_agree() {
        let wide = matrix([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
        for name in ["determinant", "inverse", "cholesky_decompose", "log_determinant_spd", "chol2inv"] {
            assert!(matches!(call(name, std::slice::from_ref(&wide)), Err(BindError::NotSquare { .. })), "{name}");
        }
        for name in ["quad_form", "mdivide_left", "mdivide_left_spd", "mdivide_left_tri_low", "quad_form_diag"] {
            let result = call(name, &[spd(), vector(&[1.0; 2])]);
            assert!(matches!(result, Err(BindError::Product { .. })), "{name}");
        }
        assert!(matches!(call("diag_pre_multiply", &[vector(&[1.0; 2]), spd()]), Err(BindError::Product { .. })));
        assert!(matches!(call("mdivide_right", &[row_vector(&[1.0; 2]), spd()]), Err(BindError::Product { .. })));
    }

    #[test]
    fn what_is_not_positive_definite_has_no_factor() {
        let result = call("cholesky_decompose", &[matrix([[1.0, 2.0], [2.0, 1.0]])]);
        assert!(matches!(result, Err(BindError::Requirement { .. })), "{result:?}");
    }
}
