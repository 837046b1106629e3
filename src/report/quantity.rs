//! Quantities as people say them.

/// Seconds, to three digits or so.
pub fn seconds(seconds: f64) -> String {
    if seconds < 10.0 { format!("{seconds:.2} s") } else { format!("{seconds:.0} s") }
}

/// A large number in thousands, millions or billions, to one decimal.
pub fn magnitude(x: f64) -> String {
    match x {
        x if x >= 1e9 => format!("{:.1} billion", x / 1e9),
        x if x >= 1e6 => format!("{:.1} million", x / 1e6),
        x if x >= 1e3 => format!("{:.1} thousand", x / 1e3),
        x => format!("{x:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_have_few_digits() {
        assert_eq!([seconds(0.0312), seconds(61.7)], ["0.03 s", "62 s"]);
        assert_eq!([12.0, 5_300.0, 7.51e6, 2.0e9].map(magnitude), ["12", "5.3 thousand", "7.5 million", "2.0 billion"]);
    }
}
