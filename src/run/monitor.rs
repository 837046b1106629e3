//! What can be said of a run while it runs: the worst R-hat so far.
//!
//! Stretches of draws flow in as they are taken; of each stretch, chain and parameter three numbers are kept: count, mean
//! and sum of squares. Neighbouring stretches are merged when there are many, so that memory does not grow with the run.
//! R-hat is that of the halves of the chains so far (Gelman et al. 2013, section 11.4), of values as they are: nothing is
//! sorted while chains wait. To cost little beside sampling, only some of many chains and parameters are looked at.
//! Absent: the verdict, which diagnostics give when all draws are there.

use std::ops::Range;

use crate::draws::Values;

/// Chains looked at.
const MOST_CHAINS: usize = 64;

/// Parameters looked at.
const MOST_PARAMETERS: usize = 64;

/// Draws of a chain looked at in a stretch.
const MOST_DRAWS: usize = 256;

/// Stretches kept before neighbours are merged.
const MOST_STRETCHES: usize = 32;

/// Count, mean and sum of squared distances from it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Moments {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Moments {
    fn add(&mut self, value: f64) {
        self.count += 1.0;
        let distance = value - self.mean;
        self.mean += distance / self.count;
        self.squares += distance * (value - self.mean);
    }

    /// Of both together (Chan, Golub and LeVeque 1983).
    fn with(self, other: Self) -> Self {
        let count = self.count + other.count;
        if count == 0.0 {
            return self;
        }
        let distance = other.mean - self.mean;
        let mean = self.mean + distance * other.count / count;
        let squares = self.squares + other.squares + distance * distance * self.count * other.count / count;
        Self { count, mean, squares }
    }
}

/// What is known of the draws so far.
#[derive(Clone, Debug)]
pub struct Monitor {
    chains: Vec<usize>,
    parameters: Vec<usize>,
    /// Of each stretch, `[chain, parameter]` of those looked at.
    stretches: Vec<Vec<Moments>>,
}

impl Monitor {
    /// For a run of such a shape.
    #[must_use]
    pub fn new(chains: usize, parameters: usize) -> Self {
        let spread = |count: usize, most: usize| -> Vec<usize> {
            let chosen = count.min(most);
            (0..chosen).map(|k| k * count / chosen).collect()
        };
        Self {
            chains: spread(chains, MOST_CHAINS),
            parameters: spread(parameters, MOST_PARAMETERS),
            stretches: Vec::new(),
        }
    }

    /// Looks at draws that are there now, a range of every chain's.
    pub fn look(&mut self, draws: &dyn Values, filled: Range<usize>) {
        let step = filled.len().div_ceil(MOST_DRAWS).max(1);
        let mut moments = Vec::with_capacity(self.chains.len() * self.parameters.len());
        for &chain in &self.chains {
            let start = moments.len();
            moments.resize(start + self.parameters.len(), Moments::default());
            for draw in filled.clone().step_by(step) {
                for (moments, &parameter) in moments[start..].iter_mut().zip(&self.parameters) {
                    moments.add(draws.value(chain, draw, parameter));
                }
            }
        }
        self.stretches.push(moments);
        if self.stretches.len() > MOST_STRETCHES {
            self.stretches = self.stretches.chunks(2).map(merged).collect();
        }
    }

    /// The parameter with the largest R-hat so far, and that R-hat; none for a single chain, for too few draws, and
    /// where nothing varies.
    #[must_use]
    pub fn worst(&self) -> Option<(usize, f64)> {
        if self.chains.len() < 2 || self.stretches.len() < 2 {
            return None;
        }
        let (early, late) = self.stretches.split_at(self.stretches.len() / 2);
        let rows: Vec<Vec<Moments>> = vec![merged(early), merged(late)];
        let width = self.parameters.len();
        let of = |place: usize| {
            let rows: Vec<Moments> =
                rows.iter().flat_map(|half| half[place..].iter().step_by(width).copied()).collect();
            r_hat(&rows)
        };
        let found = (0..width).map(|place| (self.parameters[place], of(place)));
        found.filter(|(_, r_hat)| r_hat.is_finite()).max_by(|a, b| a.1.total_cmp(&b.1))
    }
}

/// Of some stretches together, `[chain, parameter]`.
fn merged(stretches: &[Vec<Moments>]) -> Vec<Moments> {
    let mut all = stretches[0].clone();
    for other in &stretches[1..] {
        all.iter_mut().zip(other).for_each(|(moments, other)| *moments = moments.with(*other));
    }
    all
}

/// R-hat of rows of about equal length.
fn r_hat(rows: &[Moments]) -> f64 {
    let count = rows.len() as f64;
    let length = rows.iter().map(|row| row.count).sum::<f64>() / count;
    let within = rows.iter().map(|row| row.squares / (row.count - 1.0)).sum::<f64>() / count;
    let centre = rows.iter().map(|row| row.mean).sum::<f64>() / count;
    let between = rows.iter().map(|row| (row.mean - centre).powi(2)).sum::<f64>() / (count - 1.0);
    (between / within + (length - 1.0) / length).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::rhat;
    use crate::draws::{ChainView, Draws};

    #[test]
    fn r_hat_so_far_is_split_r_hat_of_the_draws_so_far_however_they_came() {
        let (chains, length) = (4, 240);
        let value = |chain: usize, draw: usize| ((draw * 7919 + chain * 104_729) % 1000) as f64 + 300.0 * chain as f64;
        let values: Vec<f64> = (0..chains * length).flat_map(|k| [value(k / length, k % length), 5.0]).collect();
        let draws = Draws::from_values(vec!["x".into(), "c".into()], chains, length, values).unwrap();
        let mut monitor = Monitor::new(chains, 2);
        assert_eq!(monitor.worst(), None);
        // 60 stretches of 4: they are merged on the way to 30.
        for start in (0..length).step_by(4) {
            monitor.look(&draws, start..start + 4);
        }
        let (parameter, found) = monitor.worst().unwrap();
        let column: Vec<f64> = draws.view(0).iterate().collect();
        let expected = rhat::split(ChainView::from_slice(&column, chains, length).unwrap());
        assert_eq!(parameter, 0, "what does not vary has no R-hat");
        // Halves may be parted a stretch from the middle: 4 to 8 of 120 draws that are spread alike.
        assert!((found - expected).abs() < 0.02 * expected, "{found}, not {expected}");
    }
}
