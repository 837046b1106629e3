//! How step sizes and metrics of NUTS follow a warm-up: Stan's dual averaging and Stan's windows.
//!
//! Acceptance rates and positions come in, step sizes and variances go out; nothing here knows where the chains run, nor
//! whether one chain speaks or a group of them.

/// Dual averaging of the logarithm of a step size (Nesterov 2009; Hoffman and Gelman 2014, section 3.2.1).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DualAveraging {
    /// The acceptance rate aimed at, between 0 and 1.
    target: f64,
    /// Towards which the logarithm shrinks: ten times the first guess, since large steps are cheap to try.
    centre: f64,
    count: f64,
    mean_error: f64,
    mean_log_step: f64,
}

impl DualAveraging {
    /// Starts from a first guess of the step size.
    pub fn new(target: f64, step_size: f64) -> Self {
        Self { target, centre: (10.0 * step_size).ln(), count: 0.0, mean_error: 0.0, mean_log_step: 0.0 }
    }

    /// The step size to try next, after a step with this acceptance rate; a NaN counts as 0.
    pub fn next(&mut self, acceptance: f64) -> f64 {
        // The constants of the paper and of Stan: gamma, t0, kappa.
        const SHRINKAGE: f64 = 0.05;
        const DELAY: f64 = 10.0;
        const DECAY: f64 = 0.75;
        let acceptance = if acceptance.is_nan() { 0.0 } else { acceptance.min(1.0) };
        self.count += 1.0;
        let weight = 1.0 / (self.count + DELAY);
        self.mean_error = (1.0 - weight) * self.mean_error + weight * (self.target - acceptance);
        let log_step = self.centre - self.mean_error * self.count.sqrt() / SHRINKAGE;
        let weight = self.count.powf(-DECAY);
        self.mean_log_step = (1.0 - weight) * self.mean_log_step + weight * log_step;
        log_step.exp()
    }

    /// Goes on as if all steps had been `factor` times as long: what a step is worth has changed with the metric.
    pub fn rescale(&mut self, factor: f64) {
        self.centre += factor.ln();
        self.mean_log_step += factor.ln();
    }

    /// The step size to keep: the average of those tried, the later ones counting more. Nothing before the first step.
    pub fn settled(&self) -> Option<f64> {
        (self.count > 0.0).then(|| self.mean_log_step.exp())
    }
}

/// Chains that are tuned together and are refused step after step. Where one of many has not found the posterior, the mean of
/// their acceptance rates does not tell: the steps that suit the others keep it where it is for good.
#[derive(Clone, Debug)]
pub struct Refusals(Vec<u32>);

impl Refusals {
    /// Of so many chains, none of which has been refused.
    pub fn new(chains: usize) -> Self {
        Self(vec![0; chains])
    }

    /// Takes in the acceptance rate of a chain's step; whether the chain is stuck and to be heard. At stationarity a step is
    /// refused like that once in a thousand times or less, five in a row never. A chain is heard for a few steps only, in
    /// which step sizes shrink by orders of magnitude: one that even so does not move must not make all others stand still.
    pub fn is_stuck(&mut self, chain: usize, acceptance: f64) -> bool {
        const REFUSED: f64 = 1e-4;
        const STUCK: u32 = 5;
        const HEARD: u32 = 20;
        let moves = acceptance >= REFUSED;
        self.0[chain] = if moves { 0 } else { self.0[chain].saturating_add(1) };
        (STUCK..STUCK + HEARD).contains(&self.0[chain])
    }
}

/// When variances are estimated: from `first` on, and used after each of the steps in `ends`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Windows {
    /// The first step whose position counts.
    pub first: u32,
    /// The last step of each window.
    pub ends: Vec<u32>,
}

impl Windows {
    /// Stan's windows for so many warm-up steps: of 1,000 the first 75 and the last 50 tune the step size alone, and
    /// windows of 25, 50, 100, ... lie between, the last reaching as far as it can. Below 150 the three parts take 15,
    /// 75 and 10 %; below 20 there are no windows.
    pub fn new(warmup: u32) -> Self {
        const LEAST: u32 = 20;
        let (mut first, mut window, mut rest) = (75, 25, 50);
        if warmup < LEAST {
            return Self { first: warmup, ends: Vec::new() };
        }
        if first + window + rest > warmup {
            // Rounded down, as Stan does.
            (first, rest) = (warmup * 15 / 100, warmup / 10);
            window = warmup - first - rest;
        }
        let end = warmup - rest;
        let mut to = first + window;
        let mut ends = vec![to - 1];
        while to < end {
            window *= 2;
            // One after which the next, twice as long, would not fit takes what is left.
            to = if to + 3 * window > end { end } else { to + window };
            ends.push(to - 1);
        }
        Self { first, ends }
    }
}

/// How much longer steps are to be after a change of the inverse metric, for trajectories to go on as they did: the
/// inverse square root of what variances have grown by, in the geometric mean.
pub fn length_ratio(before: &[f64], after: &[f64]) -> f64 {
    let growth: f64 = before.iter().zip(after).map(|(before, after)| (after / before).ln()).sum();
    (-0.5 * growth / before.len() as f64).exp()
}

/// Variances of coordinates, from positions that come one by one (Welford 1962).
#[derive(Clone, Debug, PartialEq)]
pub struct Variances {
    count: f64,
    means: Vec<f64>,
    squares: Vec<f64>,
}

impl Variances {
    /// Of so many coordinates, without positions yet.
    pub fn new(coordinates: usize) -> Self {
        Self { count: 0.0, means: vec![0.0; coordinates], squares: vec![0.0; coordinates] }
    }

    /// Takes in a position.
    ///
    /// # Panics
    /// When it has another number of coordinates.
    pub fn add(&mut self, position: &[f64]) {
        assert_eq!(position.len(), self.means.len(), "a number for each coordinate");
        self.count += 1.0;
        for ((mean, square), &z) in self.means.iter_mut().zip(&mut self.squares).zip(position) {
            let difference = z - *mean;
            *mean += difference / self.count;
            *square += difference * (z - *mean);
        }
    }

    /// The sample variances, shrunk towards 0.001 as if by five positions, as in Stan: the inverse metric. None of
    /// fewer than two positions.
    pub fn inverse_metric(&self) -> Option<Vec<f64>> {
        const POSITIONS: f64 = 5.0;
        const TOWARDS: f64 = 1e-3;
        let n = self.count;
        let shrunk =
            |square: &f64| (n / (n + POSITIONS)) * (square / (n - 1.0)) + TOWARDS * (POSITIONS / (n + POSITIONS));
        (n >= 2.0).then(|| self.squares.iter().map(shrunk).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By a transcription of Stan's `windowed_adaptation.hpp` (stan 2.36) into another language.
    #[test]
    fn windows_end_where_stans_do() {
        for (warmup, first, ends) in [
            (19, 19, &[][..]),
            (20, 3, &[17]),
            (100, 15, &[89]),
            (149, 22, &[134]),
            (150, 75, &[99]),
            (151, 75, &[99, 100]),
            (200, 75, &[99, 149]),
            (300, 75, &[99, 149, 249]),
            (1000, 75, &[99, 149, 249, 449, 949]),
            (2000, 75, &[99, 149, 249, 449, 849, 1949]),
            (10_000, 75, &[99, 149, 249, 449, 849, 1649, 3249, 9949]),
        ] {
            assert_eq!(Windows::new(warmup), Windows { first, ends: ends.to_vec() }, "{warmup} steps");
        }
    }

    /// The acceptance rate falls with the step size as `exp(-step)`, so that the target 0.8 is met at `-ln 0.8`.
    /// Tolerance: the recursion pulls towards 10 times the guess. After t = 2,000 steps the mean error still needed to hold
    /// the step is `ln(10 guess / step) gamma / sqrt(t)`, 0.012 for the largest guess; what the last steps are off by is
    /// half of that over the slope 0.178 of the rate in the logarithm of the step: 0.034.
    #[test]
    fn dual_averaging_settles_where_the_acceptance_is_the_target() {
        for guess in [1e-4, 1.0, 1e3] {
            let mut averaging = DualAveraging::new(0.8, guess);
            assert_eq!(averaging.settled(), None);
            let mut step: f64 = guess;
            for _ in 0..2000 {
                step = averaging.next((-step).exp());
            }
            let settled = averaging.settled().unwrap();
            assert!((settled / -(0.8_f64.ln()) - 1.0).abs() < 0.05, "{settled} from {guess}");
        }
    }

    /// The acceptance rate falls as `exp(-scale * step)`, and the scale is a third from some step on.
    #[test]
    fn rescaled_averaging_settles_as_if_it_had_always_stepped_at_that_scale() {
        let (mut changed, mut same) = (DualAveraging::new(0.8, 0.1), DualAveraging::new(0.8, 0.3));
        let (mut step, mut other) = (0.1_f64, 0.3_f64);
        for turn in 0..300 {
            let scale = if turn < 100 { 1.0 } else { 1.0 / 3.0 };
            step = changed.next((-scale * step).exp());
            other = same.next((-other / 3.0).exp());
            if turn == 99 {
                changed.rescale(3.0);
                step *= 3.0;
            }
        }
        let ratio = changed.settled().unwrap() / same.settled().unwrap();
        assert!((ratio - 1.0).abs() < 1e-12, "{ratio}");
    }

    #[test]
    fn a_chain_is_stuck_after_five_refusals_and_free_with_the_first_step_that_it_takes() {
        let mut refusals = Refusals::new(2);
        let mut stuck = |rates: &[f64]| rates.iter().map(|&rate| refusals.is_stuck(1, rate)).collect::<Vec<_>>();
        assert_eq!(
            stuck(&[0.0, 1e-60, f64::NAN, 0.0, 0.0, 0.3, 0.0]),
            [false, false, false, false, true, false, false]
        );
        assert!(!refusals.is_stuck(0, 0.0), "each chain is counted by itself");
    }

    #[test]
    fn a_chain_that_never_moves_is_heard_for_a_while_and_one_that_moves_again_may_be_stuck_again() {
        let mut refusals = Refusals::new(2);
        let heard: Vec<bool> = (0..100).map(|_| refusals.is_stuck(0, f64::NAN)).collect();
        assert_eq!(heard.iter().position(|&heard| heard), Some(4));
        assert_eq!(heard.iter().filter(|&&heard| heard).count(), 20);
        assert!(!refusals.is_stuck(1, 0.0), "another chain is no matter of this one");
        assert!(!refusals.is_stuck(0, 0.8));
        assert!((0..5).map(|_| refusals.is_stuck(0, 0.0)).last().unwrap());
    }

    #[test]
    fn steps_shorten_by_the_root_of_what_variances_grow_by() {
        assert!((length_ratio(&[1.0, 0.1], &[4.0, 0.4]) - 0.5).abs() < 1e-15);
        assert!((length_ratio(&[1.0, 0.4], &[4.0, 0.1]) - 1.0).abs() < 1e-15);
    }

    #[test]
    fn an_acceptance_that_is_not_a_number_makes_steps_smaller() {
        let mut averaging = DualAveraging::new(0.8, 1.0);
        let steps: Vec<f64> = (0..5).map(|_| averaging.next(f64::NAN)).collect();
        assert!(steps.is_sorted_by(|a, b| a > b), "{steps:?}");
    }

    #[test]
    fn variances_are_shrunk_as_stan_does() {
        let mut variances = Variances::new(2);
        variances.add(&[1.0, 0.0]);
        assert_eq!(variances.inverse_metric(), None);
        variances.add(&[3.0, 0.0]);
        variances.add(&[5.0, 0.0]);
        // Sample variances 4 and 0 of three positions.
        let metric = variances.inverse_metric().unwrap();
        let expected = [3.0 / 8.0 * 4.0 + 1e-3 * 5.0 / 8.0, 1e-3 * 5.0 / 8.0];
        assert!(metric.iter().zip(expected).all(|(found, right)| (found - right).abs() < 1e-15), "{metric:?}");
    }
}
