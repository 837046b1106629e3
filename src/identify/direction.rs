//! A direction in the space of parameters, and a combination of parameters, in words that a reader can check.
//!
//! A direction is a vector in a scale on which it is the same everywhere: parameters themselves (sums and
//! differences), their logarithms (products and quotients), their squares (sums of variances). One that is the same on no
//! scale is local: true of the point it was found at. Absent on purpose: names, which the reader of results has.

/// The scale of each parameter on which a direction is a constant vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scale {
    /// Parameters as they are.
    Natural,
    /// Logarithms of magnitudes.
    Log,
    /// Squares.
    Square,
    /// None: the direction turns from point to point.
    Local,
}

impl Scale {
    /// The scales on which constant directions are looked for, simplest first.
    pub const CONSTANT: [Self; 3] = [Self::Natural, Self::Log, Self::Square];

    /// The derivative of the scale at a value: what a step of a parameter is worth on it.
    pub fn slope(self, value: f64) -> f64 {
        match self {
            Self::Natural | Self::Local => 1.0,
            Self::Log => 1.0 / value,
            Self::Square => 2.0 * value,
        }
    }

    /// The parameter's value on the scale.
    pub fn of(self, value: f64) -> f64 {
        match self {
            Self::Natural | Self::Local => value,
            Self::Log => value.abs().ln(),
            Self::Square => value * value,
        }
    }
}

/// A weighted sum of parameters on a scale, without the zeros: of logarithms it is a product of powers.
#[derive(Clone, Debug, PartialEq)]
pub struct Combination {
    /// The scale.
    pub scale: Scale,
    /// Parameters, by position, and their weights; ascending.
    pub weights: Vec<(usize, f64)>,
}

impl Combination {
    /// From a weight per parameter. Weights that are whole multiples of a common one become whole numbers.
    pub fn new(scale: Scale, weights: impl IntoIterator<Item = (usize, f64)>) -> Self {
        /// Weights below this part of the largest are rounding.
        const ROUNDING: f64 = 1e-6;
        let mut weights: Vec<(usize, f64)> = weights.into_iter().collect();
        let largest = weights.iter().fold(0.0_f64, |largest, (_, weight)| largest.max(weight.abs()));
        weights.retain(|(_, weight)| weight.abs() > ROUNDING * largest);
        weights.sort_by_key(|(parameter, _)| *parameter);
        let smallest = weights.iter().fold(f64::INFINITY, |smallest, (_, weight)| smallest.min(weight.abs()));
        let sign = weights.first().map_or(1.0, |(_, weight)| weight.signum());
        let whole = |multiple: &f64| {
            let unit = sign * smallest / multiple;
            weights.iter().all(|(_, weight)| {
                let ratio = weight / unit;
                (ratio - ratio.round()).abs() < ROUNDING * ratio.abs().max(1.0) && ratio.abs() < 1000.5
            })
        };
        match (1..=12).map(f64::from).find(whole) {
            Some(multiple) => {
                let unit = sign * smallest / multiple;
                weights.iter_mut().for_each(|(_, weight)| *weight = (*weight / unit).round());
            }
            None => weights.iter_mut().for_each(|(_, weight)| *weight /= sign * largest),
        }
        Self { scale, weights }
    }

    /// The value at a point of parameters.
    pub fn value(&self, parameters: &[f64]) -> f64 {
        self.weights.iter().map(|&(parameter, weight)| weight * self.scale.of(parameters[parameter])).sum()
    }

    /// Whether it is one parameter by itself.
    pub fn single(&self) -> Option<usize> {
        match self.weights[..] {
            [(parameter, _)] => Some(parameter),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_become_whole_numbers_where_they_can() {
        let of = |weights: [f64; 3]| {
            Combination::new(Scale::Natural, weights.into_iter().enumerate())
                .weights
                .into_iter()
                .map(|(_, w)| w)
                .collect::<Vec<_>>()
        };
        assert_eq!(of([0.5, -0.5, 1e-12]), [1.0, -1.0]);
        assert_eq!(of([-0.2, 0.3, 0.0]), [2.0, -3.0]);
        assert_eq!(of([1.0, std::f64::consts::FRAC_1_SQRT_2, 0.0]), [1.0, std::f64::consts::FRAC_1_SQRT_2]);
        assert!(of([0.0; 3]).is_empty());
    }

    #[test]
    fn a_product_is_a_sum_of_logarithms() {
        let product = Combination::new(Scale::Log, [(0, 1.0), (1, 1.0)]);
        assert!((product.value(&[2.0, 3.0]) - 6.0_f64.ln()).abs() < 1e-15);
    }
}
