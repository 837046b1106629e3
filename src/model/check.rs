//! What functions and densities require of their arguments, asked of known values as Stan Math asks it, in its words.
//!
//! In: a requirement, the name that the argument has in Stan Math, its values and sizes. Out: nothing, or the sentence
//! that follows the function's name: `Scale parameter[2] is -5, but must be positive`. The rules and the order in which
//! they are asked are those of `stan/math/prim/err`. Absent: which function requires what, which the language knows, and
//! the same requirements of values that depend on parameters, which it writes to the graph.

use super::linear::{Matrix, cholesky};
use super::transform::TOLERANCE;
use crate::ir::Graph;

/// What an argument must be. The first group is asked of each element, the second of each vector or matrix.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Requirement {
    /// A number.
    NotNan,
    /// Neither NaN nor infinite.
    Finite,
    /// Above 0.
    Positive,
    /// Above 0 and not infinite.
    PositiveFinite,
    /// At least 0.
    Nonnegative,
    /// At least a number.
    AtLeast(f64),
    /// At most a number.
    AtMost(f64),
    /// Above a number.
    Above(f64),
    /// Below a number.
    Below(f64),
    /// From a number to another, both included.
    Within(f64, f64),

    /// Elements of at least 0 with the sum 1.
    Simplex,
    /// Increasing elements.
    Ordered,
    /// Increasing elements from 0 on.
    PositiveOrdered,
    /// Squares of elements with the sum 1.
    UnitVector,
    /// Elements with the sum 0.
    SumToZero,
    /// A matrix that is its own transpose.
    Symmetric,
    /// A symmetric matrix with a Cholesky factor.
    PositiveDefinite,
    /// A symmetric, positive definite matrix with a unit diagonal.
    CorrMatrix,
    /// No element but 0 above the diagonal.
    LowerTriangular,
    /// A lower triangular matrix with a positive diagonal.
    CholeskyFactor,
    /// A Cholesky factor whose rows have length 1.
    CholeskyFactorCorr,
}

impl Requirement {
    /// Whether it is asked of a vector or matrix as a whole.
    pub fn is_of_containers(self) -> bool {
        match self {
            Self::NotNan
            | Self::Finite
            | Self::Positive
            | Self::PositiveFinite
            | Self::Nonnegative
            | Self::AtLeast(_)
            | Self::AtMost(_)
            | Self::Above(_)
            | Self::Below(_)
            | Self::Within(..) => false,
            Self::Simplex
            | Self::Ordered
            | Self::PositiveOrdered
            | Self::UnitVector
            | Self::SumToZero
            | Self::Symmetric
            | Self::PositiveDefinite
            | Self::CorrMatrix
            | Self::LowerTriangular
            | Self::CholeskyFactor
            | Self::CholeskyFactorCorr => true,
        }
    }

    /// Asks it of values: `sizes` are none of a number, one of a vector, rows and columns of a matrix, whose values lie
    /// column by column. NaN fulfils nothing.
    ///
    /// # Errors
    /// The sentence that says which element is what, and what it must be.
    ///
    /// # Panics
    /// When a matrix that must be symmetric is not square.
    pub fn check(self, name: &str, values: &[f64], sizes: &[usize]) -> Result<(), String> {
        if !self.is_of_containers() {
            let fault = values.iter().enumerate().find(|&(_, &x)| !self.holds(x));
            return fault.map_or(Ok(()), |(position, &x)| {
                Err(format!("{name}{} is {}, but {}", label(sizes, position), number(x), self.demand()))
            });
        }
        let rows = sizes.first().copied().unwrap_or(1);
        let container = Container { name, values, rows };
        match self {
            Self::Simplex => container.simplex(),
            Self::Ordered => container.ordered(),
            Self::PositiveOrdered => container.positive_ordered(),
            Self::UnitVector => container.unit_vector(),
            Self::SumToZero => container.sum_to_zero(),
            Self::Symmetric => container.symmetric(),
            Self::PositiveDefinite => container.positive_definite(),
            Self::CorrMatrix => container.correlation(),
            Self::LowerTriangular => container.lower_triangular(),
            Self::CholeskyFactor => container.cholesky_factor(),
            Self::CholeskyFactorCorr => container.cholesky_factor_of_correlation(),
            _ => unreachable!("asked of elements"),
        }
    }

    /// What is said of a vector or matrix that breaks it, where values are not at hand.
    pub fn breach(self) -> &'static str {
        match self {
            Self::Simplex => "is not a valid simplex",
            Self::Ordered => "is not a valid ordered vector",
            Self::PositiveOrdered => "is not a valid positive_ordered vector",
            Self::UnitVector => "is not a valid unit vector",
            Self::SumToZero => "is not a valid sum-to-zero vector",
            Self::Symmetric => "is not symmetric",
            Self::PositiveDefinite => "is not positive definite",
            Self::CorrMatrix => "is not a valid correlation matrix",
            Self::LowerTriangular => "is not lower triangular",
            Self::CholeskyFactor | Self::CholeskyFactorCorr => "is not a valid Cholesky factor",
            _ => "is not what it must be",
        }
    }

    /// Whether an element fulfils it.
    fn holds(self, x: f64) -> bool {
        match self {
            Self::NotNan => !x.is_nan(),
            Self::Finite => x.is_finite(),
            Self::Positive => x > 0.0,
            Self::PositiveFinite => x > 0.0 && x.is_finite(),
            Self::Nonnegative => x >= 0.0,
            Self::AtLeast(low) => x >= low,
            Self::AtMost(high) => x <= high,
            Self::Above(low) => x > low,
            Self::Below(high) => x < high,
            Self::Within(low, high) => low <= x && x <= high,
            _ => unreachable!("asked of containers"),
        }
    }

    /// What an element must be, in Stan's words.
    fn demand(self) -> String {
        match self {
            Self::NotNan => "must not be nan".to_owned(),
            Self::Finite => "must be finite".to_owned(),
            Self::Positive => "must be positive".to_owned(),
            Self::PositiveFinite => "must be positive finite".to_owned(),
            Self::Nonnegative => "must be nonnegative".to_owned(),
            Self::AtLeast(low) => format!("must be greater than or equal to {}", number(low)),
            Self::AtMost(high) => format!("must be less than or equal to {}", number(high)),
            Self::Above(low) => format!("must be greater than {}", number(low)),
            Self::Below(high) => format!("must be less than {}", number(high)),
            Self::Within(low, high) => format!("must be in the interval [{}, {}]", number(low), number(high)),
            _ => unreachable!("asked of containers"),
        }
    }
}

/// An element's indexes in square brackets; nothing for a number.
fn label(sizes: &[usize], position: usize) -> String {
    match *sizes {
        [] => String::new(),
        [rows, _] => format!("[{}, {}]", position % rows + 1, position / rows + 1),
        _ => format!("[{}]", position + 1),
    }
}

/// A number with at most six significant digits, as C++ streams write it.
pub(crate) fn number(x: f64) -> String {
    significant(x, 6)
}

fn significant(x: f64, digits: i32) -> String {
    if x == 0.0 || !x.is_finite() {
        return match x {
            x if x.is_nan() => "nan".to_owned(),
            0.0 => "0".to_owned(),
            x => if x > 0.0 { "inf" } else { "-inf" }.to_owned(),
        };
    }
    let places = |count: i32| usize::try_from(count).unwrap_or(0);
    let scientific = format!("{x:.*e}", places(digits - 1));
    let (mantissa, exponent) = scientific.split_once('e').expect("scientific notation has an exponent");
    let short = |digits: &str| -> String {
        if digits.contains('.') {
            digits.trim_end_matches('0').trim_end_matches('.').to_owned()
        } else {
            digits.to_owned()
        }
    };
    match exponent.parse::<i32>() {
        Ok(exponent) if (-4..digits).contains(&exponent) => short(&format!("{x:.*}", places(digits - 1 - exponent))),
        Ok(exponent) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{}e{sign}{:02}", short(mantissa), exponent.abs())
        }
        Err(_) => scientific.clone(),
    }
}

/// A known vector or matrix, column by column, and the name of the argument that it is.
struct Container<'a> {
    name: &'a str,
    values: &'a [f64],
    rows: usize,
}

impl Container<'_> {
    fn columns(&self) -> usize {
        self.values.len().checked_div(self.rows).unwrap_or(0)
    }

    fn at(&self, i: usize, j: usize) -> f64 {
        self.values[j * self.rows + i]
    }

    fn simplex(&self) -> Result<(), String> {
        let name = self.name;
        let sum: f64 = self.values.iter().sum();
        if !is_near(sum, 1.0) {
            return Err(format!(
                "{name} is not a valid simplex. sum({name}) = {}, but should be 1",
                significant(sum, 10)
            ));
        }
        let fault = self.values.iter().position(|&x| x.is_nan() || x < 0.0);
        fault.map_or(Ok(()), |n| {
            Err(format!(
                "{name} is not a valid simplex. {name}[{}] = {}, but should be greater than or equal to 0",
                n + 1,
                number(self.values[n])
            ))
        })
    }

    fn ordered(&self) -> Result<(), String> {
        let increases = |pair: &[f64]| pair[1] > pair[0];
        let fault = self.values.windows(2).position(|pair| !increases(pair));
        fault.map_or(Ok(()), |n| {
            Err(format!(
                "{} is not a valid ordered vector. The element at {} is {}, but should be greater than the previous \
                 element, {}",
                self.name,
                n + 2,
                number(self.values[n + 1]),
                number(self.values[n])
            ))
        })
    }

    fn positive_ordered(&self) -> Result<(), String> {
        match self.values.first() {
            Some(&first) if first.is_nan() || first < 0.0 => Err(format!(
                "{} is not a valid positive_ordered vector. The element at 1 is {}, but should be positive",
                self.name,
                number(first)
            )),
            _ => self.ordered(),
        }
    }

    fn unit_vector(&self) -> Result<(), String> {
        unit_length(self.name, self.values.iter().map(|x| x * x).sum())
    }

    fn sum_to_zero(&self) -> Result<(), String> {
        let sum: f64 = self.values.iter().sum();
        if is_near(sum, 0.0) {
            return Ok(());
        }
        Err(format!("{} is not a valid sum-to-zero vector. The sum should be 0, but is {}", self.name, number(sum)))
    }

    fn symmetric(&self) -> Result<(), String> {
        for j in 0..self.columns() {
            for i in 0..j {
                let (above, below) = (self.at(i, j), self.at(j, i));
                if !is_near(above, below) {
                    let (name, row, column) = (self.name, i + 1, j + 1);
                    return Err(format!(
                        "{name} is not symmetric. {name}[{row},{column}] = {}, but {name}[{column},{row}] = {}",
                        number(above),
                        number(below)
                    ));
                }
            }
        }
        Ok(())
    }

    fn positive_definite(&self) -> Result<(), String> {
        self.symmetric()?;
        let matrix = Matrix::from_known(self.rows, self.columns(), self.values);
        let factor = cholesky(&mut Graph::default(), &matrix).as_known();
        let definite =
            factor.is_some_and(|factor| factor.iter().all(|x| !x.is_nan()) && self.has_positive_diagonal(&factor));
        if definite { Ok(()) } else { Err(format!("{} is not positive definite", self.name)) }
    }

    fn has_positive_diagonal(&self, matrix: &[f64]) -> bool {
        (0..self.columns()).all(|k| matrix[k * self.rows + k] > 0.0)
    }

    fn correlation(&self) -> Result<(), String> {
        for k in 0..self.columns() {
            if !is_near(self.at(k, k), 1.0) {
                let (name, k, value) = (self.name, k + 1, number(self.at(k, k)));
                return Err(format!(
                    "{name} is not a valid correlation matrix. {name}({k},{k}) is {value}, but should be near 1.0"
                ));
            }
        }
        self.positive_definite()
    }

    fn lower_triangular(&self) -> Result<(), String> {
        for j in 1..self.columns() {
            for i in 0..j.min(self.rows) {
                if self.at(i, j) != 0.0 {
                    let (name, value) = (self.name, number(self.at(i, j)));
                    return Err(format!("{name} is not lower triangular; {name}[{},{}] = {value}", i + 1, j + 1));
                }
            }
        }
        Ok(())
    }

    fn cholesky_factor(&self) -> Result<(), String> {
        self.lower_triangular()?;
        let diagonal: Vec<f64> = (0..self.columns().min(self.rows)).map(|k| self.at(k, k)).collect();
        Requirement::Positive.check(self.name, &diagonal, &[diagonal.len()])
    }

    fn cholesky_factor_of_correlation(&self) -> Result<(), String> {
        self.cholesky_factor()?;
        (0..self.rows)
            .try_for_each(|i| unit_length(self.name, (0..self.columns()).map(|j| self.at(i, j).powi(2)).sum()))
    }
}

fn unit_length(name: &str, squared: f64) -> Result<(), String> {
    if is_near(squared, 1.0) {
        return Ok(());
    }
    Err(format!(
        "{name} is not a valid unit vector. The sum of the squares of the elements should be 1, but is {}",
        number(squared)
    ))
}

/// Whether two numbers agree to within Stan's tolerance; NaN agrees with nothing.
fn is_near(x: f64, expected: f64) -> bool {
    (x - expected).abs() <= TOLERANCE
}

#[cfg(test)]
mod tests {
    use super::Requirement::*;
    use super::*;

    #[test]
    fn numbers_have_six_digits_as_in_stan() {
        let written = [-5.0, 0.1, 1.0 / 3.0, 123_456_789.0, 1e-7, 100.0, 2.1, -0.0].map(number);
        assert_eq!(written, ["-5", "0.1", "0.333333", "1.23457e+08", "1e-07", "100", "2.1", "0"]);
        assert_eq!([f64::NAN, f64::INFINITY, f64::NEG_INFINITY].map(number), ["nan", "inf", "-inf"]);
    }

    #[test]
    fn elements_are_told_by_name_index_and_value() {
        let says = |requirement: Requirement, values: &[f64], sizes: &[usize]| requirement.check("x", values, sizes);
        assert_eq!(says(Positive, &[-5.0], &[]).unwrap_err(), "x is -5, but must be positive");
        assert_eq!(says(Nonnegative, &[1.0, -0.5], &[2]).unwrap_err(), "x[2] is -0.5, but must be nonnegative");
        assert_eq!(
            says(Finite, &[0.0, 0.0, f64::INFINITY, 0.0], &[2, 2]).unwrap_err(),
            "x[1, 2] is inf, but must be finite"
        );
        assert_eq!(says(Within(0.0, 1.0), &[1.5], &[]).unwrap_err(), "x is 1.5, but must be in the interval [0, 1]");
        for requirement in [
            NotNan,
            Finite,
            Positive,
            PositiveFinite,
            Nonnegative,
            AtLeast(-1.0),
            AtMost(1.0),
            Above(-1.0),
            Below(1.0),
            Within(-1.0, 1.0),
        ] {
            assert!(says(requirement, &[f64::NAN], &[]).is_err(), "{requirement:?} of NaN");
            assert_eq!(says(requirement, &[0.5], &[]), Ok(()), "{requirement:?}");
            assert_eq!(says(requirement, &[], &[0]), Ok(()), "{requirement:?} of nothing");
        }
        assert_eq!((says(Nonnegative, &[0.0], &[]), says(AtLeast(2.0), &[2.0], &[])), (Ok(()), Ok(())));
        assert!(says(Positive, &[0.0], &[]).is_err() && says(Above(2.0), &[2.0], &[]).is_err());
    }

    #[test]
    fn containers_are_told_in_the_words_of_stan() {
        let vector = |requirement: Requirement, values: &[f64]| requirement.check("v", values, &[values.len()]);
        assert_eq!(
            vector(Simplex, &[0.7, 0.7, 0.7]).unwrap_err(),
            "v is not a valid simplex. sum(v) = 2.1, but should be 1"
        );
        assert!(vector(Simplex, &[1.5, -0.5]).unwrap_err().contains("v[2] = -0.5, but should be greater"));
        assert_eq!(
            vector(Ordered, &[0.5, 0.25]).unwrap_err(),
            "v is not a valid ordered vector. The element at 2 is 0.25, but should be greater than the previous element, 0.5"
        );
        assert!(vector(PositiveOrdered, &[-1.0, 2.0]).is_err() && vector(UnitVector, &[0.6, 0.7]).is_err());
        assert!(vector(SumToZero, &[0.6, -0.5]).is_err());
        for (requirement, values) in [
            (Simplex, vec![0.25; 4]),
            (Ordered, vec![-1.0, 2.0]),
            (PositiveOrdered, vec![0.0, 2.0]),
            (UnitVector, vec![0.6, 0.8]),
            (SumToZero, vec![0.5, -0.5]),
        ] {
            assert_eq!(vector(requirement, &values), Ok(()));
            assert!(vector(requirement, &[f64::NAN, 1.0]).is_err(), "{requirement:?} of NaN");
        }
        let matrix = |requirement: Requirement, values: [f64; 4]| requirement.check("m", &values, &[2, 2]);
        assert_eq!(
            matrix(Symmetric, [1.0, 0.4, 0.3, 1.0]).unwrap_err(),
            "m is not symmetric. m[1,2] = 0.3, but m[2,1] = 0.4"
        );
        assert_eq!(matrix(PositiveDefinite, [1.0, 2.0, 2.0, 1.0]).unwrap_err(), "m is not positive definite");
        assert!(matrix(CorrMatrix, [1.0, 0.5, 0.5, 2.0]).unwrap_err().contains("m(2,2) is 2, but should be near 1.0"));
        assert_eq!(matrix(LowerTriangular, [1.0, 0.0, 3.0, 1.0]).unwrap_err(), "m is not lower triangular; m[1,2] = 3");
        assert_eq!(matrix(CholeskyFactor, [1.0, 0.5, 0.0, -1.0]).unwrap_err(), "m[2] is -1, but must be positive");
        assert!(matrix(CholeskyFactorCorr, [1.0, 0.5, 0.0, 1.0]).is_err());
        assert_eq!(matrix(CholeskyFactorCorr, [1.0, 0.6, 0.0, 0.8]), Ok(()));
        assert_eq!(matrix(CorrMatrix, [1.0, 0.5, 0.5, 1.0]), Ok(()));
    }
}
