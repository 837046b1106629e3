//! Reference values of the special functions, for tests: `tests/data/special_functions.csv`, made by mpmath at 50
//! digits (`scripts/special_functions.py`; the file names the version).

use super::Real;

/// The arguments of a function and its value, a row for each point where all of them are zero or normal numbers of `R`,
/// the arguments exactly. The value is the last.
fn rows<R: Real>(name: &str) -> Vec<Vec<f64>> {
    let is_normal = |x: f64| {
        let magnitude = R::from_f64(x.abs());
        x == 0.0 || (magnitude >= R::SMALLEST_NORMAL && magnitude < R::INFINITY)
    };
    include_str!("../../tests/data/special_functions.csv")
        .lines()
        .filter_map(|line| line.strip_prefix(name)?.strip_prefix(','))
        .map(|row| row.split(',').map(|x| x.parse().expect("a row has numbers")).collect::<Vec<f64>>())
        .filter(|row| row.iter().all(|&x| is_normal(x)))
        .filter(|row| row[..row.len() - 1].iter().all(|&x| R::from_f64(x).to_f64() == x))
        .collect()
}

/// The largest error of a function over its rows, in units of the relative precision of `R` times the larger of the
/// true value and `floor` of the arguments. An error that is no number is infinite.
pub(super) fn largest_error<R: Real>(name: &str, floor: impl Fn(&[f64]) -> f64, ours: impl Fn(&[R]) -> R) -> f64 {
    let epsilon = if size_of::<R>() == size_of::<f32>() { f64::from(f32::EPSILON) } else { f64::EPSILON };
    let rows = rows::<R>(name);
    assert!(rows.len() >= 40, "{name} has {} rows", rows.len());
    rows.iter().fold(0.0, |largest, row| {
        let (&truth, arguments) = row.split_last().expect("a row has a value");
        let own: Vec<R> = arguments.iter().map(|&x| R::from_f64(x)).collect();
        let error = (ours(&own).to_f64() - truth).abs() / (truth.abs().max(floor(arguments)) * epsilon);
        if error.is_nan() { f64::INFINITY } else { error.max(largest) }
    })
}
