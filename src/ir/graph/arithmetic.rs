//! The arithmetic that densities and functions are written in.

use super::{Graph, Number};
use crate::ir::op::{Binary, Unary};

impl Graph {
    /// `x + y`
    pub fn add(&mut self, x: Number, y: Number) -> Number {
        self.binary(Binary::Add, x, y)
    }

    /// `x - y`
    pub fn subtract(&mut self, x: Number, y: Number) -> Number {
        self.binary(Binary::Subtract, x, y)
    }

    /// `x * y`
    pub fn multiply(&mut self, x: Number, y: Number) -> Number {
        self.binary(Binary::Multiply, x, y)
    }

    /// `x / y`
    pub fn divide(&mut self, x: Number, y: Number) -> Number {
        self.binary(Binary::Divide, x, y)
    }

    /// `factor * x`
    pub fn scale(&mut self, factor: f64, x: Number) -> Number {
        self.multiply(Number::Known(factor), x)
    }

    /// `-x`
    pub fn negate(&mut self, x: Number) -> Number {
        self.unary(Unary::Negate, x)
    }

    /// The sum of a list, from the left; 0 of an empty one.
    pub fn total(&mut self, numbers: &[Number]) -> Number {
        let mut sum = Number::Known(0.0);
        for &number in numbers {
            sum = self.add(sum, number);
        }
        sum
    }
}
