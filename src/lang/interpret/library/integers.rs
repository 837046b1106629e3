//! Functions that need an integer for themselves: as the order of what is computed, or as the result.
//!
//! In: values; the integers must follow from data, and may differ from row to row of a loop, which splits it. Absent:
//! integers that merely promote (`scalars`).

use std::f64::consts::PI;

use super::elementary::of_data;
use crate::ir::Unary;
use crate::ir::evaluate;
use crate::ir::graph::{Graph, Number};
use crate::lang::bind::BindError;
use crate::lang::interpret::elementwise::elementwise;
use crate::lang::interpret::value::Value;
use crate::lang::interpret::{Interpreter, Stop};
use crate::lang::source::Span;

impl Interpreter<'_> {
    /// The value of a function with an integer of its own; `None` if it is no such function.
    pub(super) fn integer_function(
        &mut self,
        name: &str,
        arguments: &[Value],
        span: Span,
    ) -> Result<Option<Value>, Stop> {
        let value = match (name, arguments) {
            ("to_int", [_]) => self.integers(arguments, |x| x[0].trunc(), span)?,
            ("choose", [_, _]) => self.integers(arguments, |x| choose(x[0], x[1]), span)?,
            ("falling_factorial", [x, n]) => self.with_order(n, x, span, |g, n, x| product_of_steps(g, x, n, -1.0))?,
            ("rising_factorial", [x, n]) => self.with_order(n, x, span, |g, n, x| product_of_steps(g, x, n, 1.0))?,
            ("lmgamma", [k, x]) => self.with_order(k, x, span, log_multivariate_gamma)?,
            ("log_modified_bessel_first_kind" | "modified_bessel_first_kind", [v, z]) => {
                self.require_supported_orders(name, v, z, span)?;
                let is_logarithm = name.starts_with("log");
                self.apply(|g, x| bessel(g, x[0], x[1], is_logarithm), arguments, span)?
            }
            _ => return Ok(None),
        };
        Ok(Some(value))
    }

    /// Of parameters there are orders 0, 1 and -1.
    fn require_supported_orders(&mut self, name: &str, orders: &Value, z: &Value, span: Span) -> Result<(), Stop> {
        let is_data = |value: &Value, graph: &Graph| {
            value.as_known().is_some() || (value.shape.is_scalar() && graph.as_column(value.scalar()).is_some())
        };
        if is_data(orders, &self.graph) && is_data(z, &self.graph) {
            return Ok(());
        }
        for number in orders.numbers(&mut self.graph) {
            let order = match number.known() {
                Some(order) => order,
                None => self.int(number, span)? as f64,
            };
            if ![-1.0, 0.0, 1.0].contains(&order) {
                let what = format!("`{name}` of a parameter, of orders other than 0 and 1,");
                return Err(BindError::NotYet { what, span }.into());
            }
        }
        Ok(())
    }

    /// A function of data whose result is an integer, element by element.
    fn integers(&mut self, arguments: &[Value], function: fn(&[f64]) -> f64, span: Span) -> Result<Value, Stop> {
        let mut result = Ok(());
        let compute = |g: &mut Graph, x: &[Number]| {
            let Some(number) = of_data(g, x, function) else {
                result = Err(BindError::DependsOnParameters { what: "an integer", span });
                return Number::Known(f64::NAN);
            };
            let column = g.as_column(number);
            let fits = |x: f64| x.abs() <= f64::from(i32::MAX);
            let found = match (&column, number) {
                (Some(values), _) => values.iter().copied().find(|&x| !fits(x)),
                (None, Number::Known(x)) => (!fits(x)).then_some(x),
                (None, Number::Node(_)) => None,
            };
            if let Some(x) = found {
                result = Err(BindError::IntegerOverflow { what: format!("this integer, {x},"), span });
            }
            number
        };
        let value = self.apply(compute, arguments, span)?;
        result?;
        Ok(value)
    }

    /// A function of an order and a number, element by element.
    fn with_order(
        &mut self,
        order: &Value,
        x: &Value,
        span: Span,
        function: impl Fn(&mut Graph, u32, Number) -> Number,
    ) -> Result<Value, Stop> {
        let shaped = self.in_one_shape(&[order.clone(), x.clone()], span)?;
        let (order, x) = (&shaped[0], &shaped[1]);
        let mut orders = Vec::with_capacity(order.len());
        for number in order.numbers(&mut self.graph) {
            let n = self.int(number, span)?;
            let n = u32::try_from(n).map_err(|_| BindError::Argument {
                message: format!("this needs an integer that is not negative, and is given {n}"),
                span,
            })?;
            orders.push(n);
        }
        // As many factors or terms are as many operations.
        if x.as_known().is_none() {
            self.require_operations(orders.iter().map(|&n| n as usize).sum(), span)?;
        }
        if let [n] = orders[..]
            && order.shape.is_scalar()
        {
            return Ok(elementwise(&mut self.graph, &[x], |g, x| function(g, n, x[0])));
        }
        let numbers = x.numbers(&mut self.graph);
        let results = orders
            .iter()
            .enumerate()
            .map(|(index, &n)| function(&mut self.graph, n, numbers[if numbers.len() == 1 { 0 } else { index }]))
            .collect();
        Ok(Value::each(order.shape.clone(), results))
    }
}

/// The number of ways to choose `k` of `n`; 0 where there is none.
fn choose(n: f64, k: f64) -> f64 {
    if k < 0.0 || k > n {
        return 0.0;
    }
    let k = k.min(n - k);
    // Every partial product is itself a binomial coefficient: whole, and never above the result.
    let mut ways = 1.0_f64;
    let mut i = 1.0;
    while i <= k && ways.is_finite() {
        ways = ways * (n - k + i) / i;
        i += 1.0;
    }
    ways
}

/// `x (x + step) (x + 2 step) ...`, of `n` factors.
fn product_of_steps(g: &mut Graph, x: Number, n: u32, step: f64) -> Number {
    let mut product = Number::Known(1.0);
    for i in 0..n {
        let factor = g.add(x, Number::Known(step * f64::from(i)));
        product = g.multiply(product, factor);
    }
    product
}

/// The logarithm of the multivariate gamma function of dimension `k`:
/// `k (k - 1) / 4 ln(pi) + sum of lgamma(x + (1 - j) / 2)` over `j` from 1 to `k`.
fn log_multivariate_gamma(g: &mut Graph, k: u32, x: Number) -> Number {
    let mut sum = Number::Known(f64::from(k) * (f64::from(k) - 1.0) / 4.0 * PI.ln());
    for j in 0..k {
        let argument = g.subtract(x, Number::Known(f64::from(j) / 2.0));
        let term = g.unary(Unary::Lgamma, argument);
        sum = g.add(sum, term);
    }
    sum
}

/// The modified Bessel function of the first kind, or its logarithm: any order of data, orders 0, 1 and -1 of
/// parameters (`I(1) = I(-1)` is what the operation relates to `I(0)`).
fn bessel(g: &mut Graph, order: Number, z: Number, is_logarithm: bool) -> Number {
    if let Some(value) = of_data(g, &[order, z], |x| {
        let logarithm = log_bessel(x[0], x[1]);
        if is_logarithm { logarithm } else { logarithm.exp() * bessel_sign(x[0], x[1]) }
    }) {
        return value;
    }
    let logarithm = g.unary(Unary::LnBesselI0, z);
    let ratio = (order != Number::Known(0.0)).then(|| g.unary(Unary::BesselRatio, z));
    match (ratio, is_logarithm) {
        (None, true) => logarithm,
        (None, false) => g.unary(Unary::Exp, logarithm),
        (Some(ratio), true) => {
            let ratio = g.unary(Unary::Ln, ratio);
            g.add(logarithm, ratio)
        }
        (Some(ratio), false) => {
            let zeroth = g.unary(Unary::Exp, logarithm);
            g.multiply(ratio, zeroth)
        }
    }
}

/// Whole orders are even or odd functions.
fn bessel_sign(order: f64, z: f64) -> f64 {
    if z < 0.0 && order.rem_euclid(2.0) == 1.0 { -1.0 } else { 1.0 }
}

/// `ln I(order, |z|)`: Hankel's expansion (Abramowitz & Stegun 9.7.1) far out, an expansion for large orders, else the
/// series 9.6.10, whose terms are all positive. NaN for a negative order that is not whole.
fn log_bessel(order: f64, z: f64) -> f64 {
    /// Terms of Hankel's expansion fall below rounding before they grow again.
    const FAR: f64 = 40.0;
    /// Beyond, the series could have more terms than anybody waits for.
    const HIGH: f64 = 1e4;
    let (v, z) = (if order.fract() == 0.0 { order.abs() } else { order }, z.abs());
    if v < 0.0 || v.is_nan() || z.is_nan() {
        return f64::NAN;
    }
    if z == 0.0 {
        return if v == 0.0 { 0.0 } else { f64::NEG_INFINITY };
    }
    if z > FAR + v * v {
        let (mut term, mut sum, mut k) = (1.0, 1.0, 1.0);
        while f64::abs(term) > f64::EPSILON * 0.1 {
            let odd = 2.0 * k - 1.0;
            term *= -(4.0 * v * v - odd * odd) / (k * 8.0 * z);
            sum += term;
            k += 1.0;
        }
        return z - 0.5 * (2.0 * PI * z).ln() + f64::ln(sum);
    }
    if v > HIGH {
        return log_bessel_of_high_order(v, z);
    }
    let quarter = z * z / 4.0;
    let (mut term, mut sum, mut k, mut offset) = (1.0_f64, 1.0_f64, 1.0, 0.0);
    while term > f64::EPSILON * 0.1 * sum {
        term *= quarter / (k * (k + v));
        sum += term;
        k += 1.0;
        if sum > 1e250 {
            offset += sum.ln();
            term /= sum;
            sum = 1.0;
        }
    }
    let first = if v == 0.0 { 0.0 } else { v * (z / 2.0).ln() - evaluate::unary(Unary::Lgamma, v + 1.0) };
    first + offset + sum.ln()
}

/// `ln I(v, z)` for large `v`, uniformly in `z` (NIST Digital Library of Mathematical Functions, 10.41.3). The first
/// term left out is below `0.1 / v^3`.
fn log_bessel_of_high_order(v: f64, z: f64) -> f64 {
    let ratio = z / v;
    let root = f64::hypot(1.0, ratio);
    let eta = root + (ratio / (1.0 + root)).ln();
    let square = 1.0 / (root * root);
    let first = (3.0 - 5.0 * square) / (24.0 * root * v);
    let second = square * (81.0 - square * (462.0 - 385.0 * square)) / (1152.0 * v * v);
    v * eta - 0.5 * (2.0 * PI * v * root).ln() + (first + second).ln_1p()
}

#[cfg(test)]
mod tests {
    use super::super::trial::Given::{Data, Either};
    use super::super::trial::{SPAN, agreed, array, call, close, ended, interpreter, scalar, vector};
    use super::*;
    use crate::ir::graph::Domain;

    /// Tens of operations of a few units in the last place.
    const TOLERANCE: f64 = 100.0 * f64::EPSILON;

    #[test]
    fn choices_are_counted_exactly() {
        for (n, k, ways) in [(5.0, 2.0, 10.0), (30.0, 15.0, 155_117_520.0), (4.0, 5.0, 0.0), (7.0, 0.0, 1.0)] {
            assert_eq!(call("choose", &[scalar(n), scalar(k)]), Ok(scalar(ways)), "{n} over {k}");
        }
        assert_eq!(call("choose", &[array(&[4.0, 5.0]), scalar(2.0)]), Ok(array(&[6.0, 10.0])));
        assert!(matches!(call("choose", &[scalar(60.0), scalar(30.0)]), Err(BindError::IntegerOverflow { .. })));
    }

    #[test]
    fn numbers_of_data_become_integers() {
        assert_eq!(call("to_int", &[scalar(-2.7)]), Ok(scalar(-2.0)));
        assert!(matches!(call("to_int", &[scalar(f64::NAN)]), Err(BindError::IntegerOverflow { .. })));
        let mut run = interpreter();
        let x = Value::number(run.graph.coordinate(0));
        assert!(matches!(ended(run.library("to_int", &[x], SPAN)), Err(BindError::DependsOnParameters { .. })));
    }

    #[test]
    fn factorials_rise_and_fall() {
        let x = || Either(scalar(4.5));
        assert_eq!(agreed("falling_factorial", &[x(), Data(scalar(3.0))], 0.0), scalar(4.5 * 3.5 * 2.5));
        assert_eq!(agreed("rising_factorial", &[x(), Data(scalar(3.0))], 0.0), scalar(4.5 * 5.5 * 6.5));
        assert_eq!(agreed("rising_factorial", &[x(), Data(array(&[0.0, 2.0]))], 0.0), array(&[1.0, 4.5 * 5.5]));
        assert!(matches!(call("rising_factorial", &[scalar(1.0), scalar(-1.0)]), Err(BindError::Requirement { .. })));
    }

    #[test]
    fn the_multivariate_gamma_function_agrees_with_mpmath() {
        // mpmath 1.4.1, 50 digits, by the defining sum.
        for (k, x, expected) in [(1.0, 2.5, 0.284_682_870_472_919_2), (3.0, 4.2, 6.079_127_619_554_987)] {
            let value = agreed("lmgamma", &[Data(scalar(k)), Either(scalar(x))], TOLERANCE);
            close("lmgamma", value.as_known().expect("data give data"), &[expected], TOLERANCE);
        }
    }

    /// Order, argument, and ln I: mpmath 1.4.1, `besseli` at 50 digits; of the high orders, its series by mpmath 1.3.0 at
    /// 60 digits.
    const BESSEL: [(f64, f64, f64); 12] = [
        (0.0, 0.5, 0.061_549_719_185_481_31),
        (0.0, 30.0, 27.384_701_433_171_937),
        (1.0, 2.0, 0.464_134_473_546_159_7),
        (3.0, 0.7, -4.910_693_998_894_489),
        (2.5, 12.0, 9.578_325_043_575_422),
        (5.0, 200.0, 196.369_875_555_078_44),
        (40.0, 90.0, 78.036_463_063_285_03),
        (100.0, 3000.0, 2_993.411_129_235_704),
        (20_000.0, 2.0, -178_075.621_687_201_2),
        (20_000.0, 5000.0, -21_284.608_659_046_49),
        (20_000.0, 100_000.0, 97_999.902_859_574_05),
        (100_000.5, 300_000.0, 283_475.336_220_182_15),
    ];

    #[test]
    fn bessel_functions_of_data_have_any_order() {
        for (order, z, expected) in BESSEL {
            let value = call("log_modified_bessel_first_kind", &[scalar(order), scalar(z)]).expect("the call is one");
            // The logarithm of the gamma function of the order is subtracted from numbers of its own size.
            close("ln I", value.as_known().expect("data give data"), &[expected], 10.0 * TOLERANCE);
        }
        // An order for which a series would be summed for days.
        let value = call("log_modified_bessel_first_kind", &[scalar(2_147_483_647.0), scalar(1e15)]);
        assert!(value.is_ok_and(|value| value.as_known().is_some_and(|values| values[0].is_finite())));
        let odd = call("modified_bessel_first_kind", &[scalar(1.0), scalar(-2.0)]).expect("the call is one");
        close("I", odd.as_known().expect("data give data"), &[-1.590_636_854_637_329], TOLERANCE);
    }

    #[test]
    fn bessel_functions_of_parameters_have_order_zero() {
        for (_, z, expected) in BESSEL.iter().filter(|(order, ..)| *order == 0.0) {
            let value = agreed("log_modified_bessel_first_kind", &[Data(scalar(0.0)), Either(scalar(*z))], TOLERANCE);
            close("ln I0", value.as_known().expect("data give data"), &[*expected], 10.0 * TOLERANCE);
        }
        let mut run = interpreter();
        let z = Value::number(run.graph.coordinate(0));
        let result = ended(run.library("modified_bessel_first_kind", &[scalar(2.0), z], SPAN));
        assert!(matches!(result, Err(BindError::NotYet { .. })));
    }

    #[test]
    fn an_order_that_differs_between_rows_splits_the_loop() {
        let mut run = interpreter();
        let domain = run.graph.loop_domain(3);
        let order = Value::number(run.graph.column(domain, vec![1.0, 2.0, 1.0]));
        let x = Value::number(run.graph.coordinate(0));
        let result = run.library("rising_factorial", &[x, order], SPAN);
        assert!(matches!(result, Err(Stop::Split(holds)) if holds == [true, false, true]));
    }

    #[test]
    fn elements_held_as_rows_stay_rows() {
        let mut run = interpreter();
        let number = run.graph.coordinates(Domain::elements(100), (0..100).collect());
        let shape = vector(&[0.0; 100]).shape;
        let x = Value::rows(&run.graph, shape, number);
        let value = ended(run.library("lmgamma", &[scalar(2.0), x], SPAN)).expect("the call is one");
        assert!(matches!(value.elements, crate::lang::interpret::value::Elements::Rows(_)));
    }
}
