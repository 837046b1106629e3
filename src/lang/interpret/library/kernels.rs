//! Covariance functions of Gaussian processes by name.
//!
//! In: points, an array of numbers or of vectors, perhaps a second one, and what the kernel needs. Out: the matrix of
//! covariances among the points, or between those of the two. The kernels are `model::linear`'s, but the periodic one.

use std::f64::consts::PI;

use super::matrices::from_matrix;
use crate::ir::Unary;
use crate::ir::graph::{Graph, Number};
use crate::lang::bind::BindError;
use crate::lang::interpret::value::Value;
use crate::lang::interpret::{Interpreter, Stop};
use crate::lang::source::Span;
use crate::model::linear::{self, Kernel, Matrix};

impl Interpreter<'_> {
    /// The value of a covariance function; `None` if the function is none.
    pub(super) fn kernel_function(
        &mut self,
        name: &str,
        arguments: &[Value],
        span: Span,
    ) -> Result<Option<Value>, Stop> {
        let parameters = match name {
            "gp_dot_prod_cov" => 1,
            "gp_exp_quad_cov" | "cov_exp_quad" | "gp_exponential_cov" | "gp_matern32_cov" | "gp_matern52_cov" => 2,
            "gp_periodic_cov" => 3,
            _ => return Ok(None),
        };
        let (inputs, scales) = arguments.split_at(arguments.len().saturating_sub(parameters));
        if let (Some(first), Some(last)) = (inputs.first(), inputs.last()) {
            let sizes = [count(first), count(last)];
            self.require_room_of(&sizes, &arguments.iter().collect::<Vec<_>>(), span)?;
        }
        let points: Vec<Vec<Vec<Number>>> = inputs.iter().map(|input| self.points(input)).collect();
        let coordinates = inputs.first().map_or(1, |input| input.shape.inner.len());
        let scale_count = scales.get(1).map_or(1, Value::len);
        let mismatch = if inputs.iter().any(|input| input.shape.inner.len() != coordinates) {
            inputs.last()
        } else if scale_count != 1 && scale_count != coordinates {
            scales.get(1)
        } else {
            None
        };
        if let (Some(first), Some(found)) = (inputs.first(), mismatch) {
            let (expected, found) = (first.shape.to_string(), found.shape.to_string());
            return Err(BindError::Sizes { expected, found, span }.into());
        }
        let sigma = scales[0].scalar();
        let length_scale = scales.get(1).map_or_else(Vec::new, |scale| scale.numbers(&mut self.graph));
        let kernel = match name {
            "gp_dot_prod_cov" => Kernel::DotProduct { sigma },
            "gp_exponential_cov" => Kernel::Exponential { sigma, length_scale },
            "gp_matern32_cov" => Kernel::Matern32 { sigma, length_scale },
            "gp_matern52_cov" => Kernel::Matern52 { sigma, length_scale },
            "gp_periodic_cov" => {
                let periodic = Periodic { sigma, length_scale: length_scale[0], period: scales[2].scalar() };
                return Ok(Some(from_matrix(periodic.covariance(&mut self.graph, &points))));
            }
            _ => Kernel::ExponentiatedQuadratic { sigma, length_scale },
        };
        Ok(Some(from_matrix(match &points[..] {
            [left, right] => linear::cross_covariance(&mut self.graph, &kernel, left, right),
            _ => linear::covariance(&mut self.graph, &kernel, points.first().map_or(&[], Vec::as_slice)),
        })))
    }

    /// The coordinates of each point.
    fn points(&mut self, value: &Value) -> Vec<Vec<Number>> {
        let (numbers, size) = (value.numbers(&mut self.graph), value.shape.inner.len());
        (0..count(value)).map(|point| numbers[point * size..(point + 1) * size].to_vec()).collect()
    }
}

/// How many points there are.
fn count(points: &Value) -> usize {
    points.shape.arrays.iter().product()
}

/// `sigma^2 exp(-2 sin^2(pi d / period) / length_scale^2)`, `d` the Euclidean distance.
struct Periodic {
    sigma: Number,
    length_scale: Number,
    period: Number,
}

impl Periodic {
    fn covariance(&self, g: &mut Graph, points: &[Vec<Vec<Number>>]) -> Matrix {
        match points {
            [left, right] => {
                Matrix::from_fn(left.len(), right.len(), |i, j| self.between(g, Some((&left[i], &right[j]))))
            }
            [points] => Matrix::symmetric(points.len(), |i, j| {
                self.between(g, (i != j).then(|| (&points[i][..], &points[j][..])))
            }),
            _ => Matrix::zeros(0, 0),
        }
    }

    /// Of two points, or of one with itself.
    fn between(&self, g: &mut Graph, points: Option<(&[Number], &[Number])>) -> Number {
        let variance = g.unary(Unary::Square, self.sigma);
        let Some((x, y)) = points else { return variance };
        let distance = match (x, y) {
            // Of two numbers no root need be taken: the square of the sine does not see the sign.
            ([x], [y]) => g.subtract(*x, *y),
            _ => {
                let mut squares = Number::Known(0.0);
                for (&x, &y) in x.iter().zip(y) {
                    let difference = g.subtract(x, y);
                    let square = g.unary(Unary::Square, difference);
                    squares = g.add(squares, square);
                }
                g.unary(Unary::Sqrt, squares)
            }
        };
        let angle = g.scale(PI, distance);
        let angle = g.divide(angle, self.period);
        let sine = g.unary(Unary::Sin, angle);
        let ratio = g.divide(sine, self.length_scale);
        let square = g.unary(Unary::Square, ratio);
        let exponent = g.scale(-2.0, square);
        let correlation = g.unary(Unary::Exp, exponent);
        g.multiply(variance, correlation)
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::Given::{Data, Either};
    use super::super::trial::{agreed, array, call, close, scalar};
    use super::*;
    use crate::lang::interpret::value::{Inner, Shape};

    /// A dozen operations of a few units in the last place.
    const TOLERANCE: f64 = 50.0 * f64::EPSILON;
    const POINTS: [f64; 3] = [0.0, 1.0, 3.0];
    const SIGMA: f64 = 1.5;
    const LENGTH: f64 = 2.0;
    const PERIOD: f64 = 5.0;

    /// The kernels as Stan's Functions Reference (2.36) writes them.
    fn kernel(name: &str, d: f64) -> f64 {
        let r = d / LENGTH;
        SIGMA.powi(2)
            * match name {
                "gp_exponential_cov" => (-r).exp(),
                "gp_matern32_cov" => (1.0 + 3.0_f64.sqrt() * r) * (-(3.0_f64.sqrt()) * r).exp(),
                "gp_matern52_cov" => (1.0 + 5.0_f64.sqrt() * r + 5.0 / 3.0 * r * r) * (-(5.0_f64.sqrt()) * r).exp(),
                "gp_periodic_cov" => (-2.0 * (PI * d / PERIOD).sin().powi(2) / LENGTH.powi(2)).exp(),
                _ => (-0.5 * r * r).exp(),
            }
    }

    const NAMES: [&str; 6] = [
        "gp_exp_quad_cov",
        "cov_exp_quad",
        "gp_exponential_cov",
        "gp_matern32_cov",
        "gp_matern52_cov",
        "gp_periodic_cov",
    ];

    #[test]
    fn covariances_of_points_on_a_line() {
        for name in NAMES {
            let mut scales = vec![Either(scalar(SIGMA)), Either(scalar(LENGTH))];
            scales.extend((name == "gp_periodic_cov").then(|| Either(scalar(PERIOD))));
            for points in [Data(array(&POINTS)), Either(array(&POINTS))] {
                let value = agreed(name, &[&[points], &scales[..]].concat(), TOLERANCE);
                assert_eq!(value.shape, Shape::of(Inner::Matrix(3, 3)));
                let expected: Vec<f64> =
                    POINTS.iter().flat_map(|x| POINTS.map(|y| kernel(name, f64::abs(x - y)))).collect();
                close(name, value.as_known().expect("data give data"), &expected, TOLERANCE);
            }
            let cross = [&[Data(array(&POINTS)), Data(array(&[0.5, 2.0]))], &scales[..]].concat();
            let value = agreed(name, &cross, TOLERANCE);
            let expected: Vec<f64> =
                [0.5, 2.0].iter().flat_map(|y| POINTS.map(|x| kernel(name, f64::abs(x - y)))).collect();
            assert_eq!(value.shape, Shape::of(Inner::Matrix(3, 2)));
            close(name, value.as_known().expect("data give data"), &expected, TOLERANCE);
        }
    }

    #[test]
    fn points_of_a_plane_have_euclidean_distances() {
        // 3-4-5 triangles.
        let shape = Shape { arrays: vec![2], inner: Inner::Vector(2) };
        let points = || Data(Value::known(shape.clone(), vec![1.0, 1.0, 4.0, 5.0]));
        for name in NAMES {
            let mut arguments = vec![points(), Either(scalar(SIGMA)), Either(scalar(LENGTH))];
            arguments.extend((name == "gp_periodic_cov").then(|| Either(scalar(PERIOD))));
            let value = agreed(name, &arguments, TOLERANCE);
            let expected = [kernel(name, 0.0), kernel(name, 5.0), kernel(name, 5.0), kernel(name, 0.0)];
            // The sine of pi keeps the error of its argument.
            let floor = if name == "gp_periodic_cov" { 10.0 * TOLERANCE } else { TOLERANCE };
            close(name, value.as_known().expect("data give data"), &expected, floor);
        }
        let dots = agreed("gp_dot_prod_cov", &[points(), Either(scalar(SIGMA))], TOLERANCE);
        close("gp_dot_prod_cov", dots.as_known().expect("data give data"), &[4.25, 11.25, 11.25, 43.25], TOLERANCE);
    }

    #[test]
    fn each_coordinate_may_have_its_length_scale() {
        let shape = Shape { arrays: vec![2], inner: Inner::Vector(2) };
        let points = || Value::known(shape.clone(), vec![1.0, 1.0, 4.0, 5.0]);
        let scales = [Either(scalar(SIGMA)), Either(array(&[1.5, 2.0]))];
        let value = agreed("gp_exp_quad_cov", &[&[Data(points())], &scales[..]].concat(), TOLERANCE);
        // (3 / 1.5)^2 + (4 / 2)^2 = 8
        let expected = SIGMA.powi(2) * (-4.0_f64).exp();
        close("gp_exp_quad_cov", &value.as_known().expect("data give data")[1..2], &[expected], TOLERANCE);
        let error = call("gp_exp_quad_cov", &[points(), scalar(1.0), array(&[1.0; 3])]);
        assert!(matches!(error, Err(BindError::Sizes { .. })));
    }

    #[test]
    fn scales_of_data_must_be_positive() {
        for scales in [[0.0, 1.0], [1.0, -1.0], [1.0, f64::NAN]] {
            let error = call("gp_exp_quad_cov", &[array(&POINTS), scalar(scales[0]), scalar(scales[1])]);
            assert!(matches!(error, Err(BindError::Requirement { .. })));
        }
    }
}
