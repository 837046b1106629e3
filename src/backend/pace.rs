//! How many steps to take between two looks at the clock: long enough that starting costs nothing, short enough that
//! progress moves and no driver's watchdog bites (Windows resets a GPU whose dispatch takes two seconds).

use std::time::Duration;

/// Finds the number of steps that takes about [`Pace::TARGET`]: starts at the smallest, at most quadruples, and follows
/// the measured rate.
#[derive(Clone, Debug)]
pub struct Pace {
    steps: u32,
    unit: u32,
    largest: u32,
}

impl Pace {
    /// What a stretch between two looks should take.
    pub const TARGET: Duration = Duration::from_millis(100);

    /// Paces work in multiples of `unit` steps, at most `largest` (at least one unit).
    pub fn new(unit: u32, largest: u32) -> Self {
        let unit = unit.max(1);
        Self { steps: unit, unit, largest: (largest / unit).max(1).saturating_mul(unit) }
    }

    /// The same pace for work in other multiples, with another most.
    #[must_use]
    pub fn with(&self, unit: u32, largest: u32) -> Self {
        let pace = Self::new(unit, largest);
        Self { steps: (self.steps / pace.unit).max(1).saturating_mul(pace.unit).min(pace.largest), ..pace }
    }

    /// Steps to take next, if `left` remain (a multiple of the unit).
    pub fn next(&self, left: u32) -> u32 {
        self.steps.min(left)
    }

    /// Learns that `steps` took `elapsed`.
    pub fn learn(&mut self, steps: u32, elapsed: Duration) {
        let ideal = f64::from(steps) * Self::TARGET.as_secs_f64() / elapsed.as_secs_f64().max(1e-6);
        let bounded = ideal.min(f64::from(steps) * 4.0).min(f64::from(self.largest));
        self.steps = ((bounded / f64::from(self.unit)) as u32).max(1) * self.unit;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pace_settles_where_a_stretch_takes_the_target() {
        let mut pace = Pace::new(3, 1_000_000);
        for _ in 0..20 {
            let steps = pace.next(u32::MAX);
            assert_eq!(steps % 3, 0);
            pace.learn(steps, Duration::from_micros(u64::from(steps) * 10));
        }
        assert_eq!(pace.next(u32::MAX), 9_999);
        assert_eq!(pace.next(6), 6);
        let with = |unit, largest| pace.with(unit, largest).next(u32::MAX);
        assert_eq!(
            (with(1, 50_000), with(2_500, 50_000), with(20_000, 50_000), with(4, 50)),
            (9_999, 7_500, 20_000, 48)
        );
    }

    #[test]
    fn the_pace_never_exceeds_its_largest_nor_falls_below_its_unit() {
        let mut pace = Pace::new(7, 50);
        pace.learn(7, Duration::ZERO);
        pace.learn(28, Duration::ZERO);
        assert_eq!(pace.next(1000), 49);
        pace.learn(49, Duration::from_secs(1000));
        assert_eq!(pace.next(1000), 7);
    }
}
