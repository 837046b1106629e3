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

/// A count with its thousands apart.
pub fn thousands(count: usize) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_apart() {
        assert_eq!([7, 999, 1000, 1_234_567].map(thousands), ["7", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn quantities_have_few_digits() {
        assert_eq!([seconds(0.0312), seconds(61.7)], ["0.03 s", "62 s"]);
        assert_eq!([12.0, 5_300.0, 7.51e6, 2.0e9].map(magnitude), ["12", "5.3 thousand", "7.5 million", "2.0 billion"]);
    }
}
