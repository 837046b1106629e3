//! How proposal scales follow acceptance during warm-up: the classic table that PyMC's Metropolis uses, applied every
//! [`INTERVAL`] steps, to each coordinate of each chain by itself.
//!
//! Counts come in, new scales go out; nothing here knows where the chains run.

/// Steps between two applications of the table.
pub const INTERVAL: u32 = 100;

/// The scale that follows `scale` after an interval in which the fraction `acceptance` of proposals was taken.
///
/// The table of PyMC (`pymc/step_methods/metropolis.py`, `tune`): it aims at an acceptance between 20 and 50 %.
pub fn next_scale(scale: f64, acceptance: f64) -> f64 {
    let factor = match acceptance {
        rate if rate < 0.001 => 0.1,
        rate if rate < 0.05 => 0.5,
        rate if rate < 0.2 => 0.9,
        rate if rate > 0.95 => 10.0,
        rate if rate > 0.75 => 2.0,
        rate if rate > 0.5 => 1.1,
        _ => 1.0,
    };
    scale * factor
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_move_towards_an_acceptance_between_a_fifth_and_a_half() {
        for (acceptance, factor) in [
            (0.0, 0.1),
            (0.04, 0.5),
            (0.19, 0.9),
            (0.2, 1.0),
            (0.5, 1.0),
            (0.6, 1.1),
            (0.8, 2.0),
            (0.951, 10.0),
            (1.0, 10.0),
        ] {
            assert_eq!(next_scale(3.0, acceptance), 3.0 * factor);
        }
    }
}
