//! The colours of pictures, by what they are for, on light ground and on dark.
//!
//! A picture names inks; what an ink looks like is said once, in CSS, so that text and axes follow the reader's theme.
//! The series are those of Okabe and Ito (2008), which people with any of the common colour blindnesses can tell apart,
//! darker on white and lighter on black where that is needed for a contrast of 3 : 1 (WCAG 2.1, 1.4.11).

use plotters::style::RGBColor;

/// What something is drawn with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// Text, axes, medians.
    Text,
    /// Lines that guide the eye.
    Grid,
    /// What is compared with: thresholds, what chance would give.
    Guide,
    /// The ground itself.
    Ground,
    /// Chains, superchains and other kinds of one thing, which take turns.
    Series(u8),
}

/// How many series differ.
pub const SERIES: usize = 6;

const LOOKS: [(Ink, &str, &str, &str); 10] = [
    (Ink::Text, "t", "#1b1f24", "#e6e8eb"),
    (Ink::Grid, "g", "#dfe3e8", "#343a42"),
    (Ink::Guide, "u", "#6a737d", "#98a2ad"),
    (Ink::Ground, "b", "#ffffff", "#14171a"),
    (Ink::Series(0), "1", "#0072b2", "#56b4e9"),
    (Ink::Series(1), "2", "#c2570c", "#f0a04b"),
    (Ink::Series(2), "3", "#00795a", "#3ccb9f"),
    (Ink::Series(3), "4", "#a8457f", "#e393c4"),
    (Ink::Series(4), "5", "#5b5bb5", "#aab0ff"),
    (Ink::Series(5), "6", "#7a6a00", "#e6d74a"),
];

impl Ink {
    /// The ink of the `index`-th of several things.
    #[must_use]
    pub fn series(index: usize) -> Self {
        Self::Series((index % SERIES) as u8)
    }

    /// Its place in the table of looks, which is also how it goes through plotters: as a colour.
    fn place(self) -> usize {
        LOOKS.iter().position(|(ink, ..)| *ink == self).unwrap_or(0)
    }

    /// The colour that stands for it inside of plotters. It is never seen.
    #[must_use]
    pub fn colour(self) -> RGBColor {
        RGBColor(0, 0, self.place() as u8)
    }

    /// The letter or digit of its CSS classes, from the colour that stands for it.
    pub(super) fn letter(colour: (u8, u8, u8)) -> &'static str {
        LOOKS[usize::from(colour.2).min(LOOKS.len() - 1)].1
    }
}

/// CSS variables of the looks on light ground or on dark, such as `--i1:#0072b2;`.
#[must_use]
pub fn variables(dark: bool) -> String {
    let looks = LOOKS.iter();
    looks.map(|(_, letter, light, black)| format!("--i{letter}:{};", if dark { black } else { light })).collect()
}

/// The CSS of classes: `s` and `f` with the letter of an ink draw lines and fill areas with it, through variables or, for
/// a picture in a file of its own, with the look on light ground.
#[must_use]
pub fn classes(own_file: bool) -> String {
    let look = |letter: &str, light: &str| if own_file { light.to_owned() } else { format!("var(--i{letter})") };
    let inks: String = LOOKS
        .iter()
        .map(|(_, letter, light, _)| {
            let look = look(letter, light);
            format!(".s{letter}{{fill:none;stroke:{look};stroke-linejoin:round;stroke-linecap:round}}.f{letter}{{fill:{look}}}")
        })
        .collect();
    inks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(colour: &str) -> f64 {
        let channel = |at: usize| {
            let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }

    /// WCAG 2.1: the ratio of the luminances, each with a little light from the room.
    fn contrast(a: &str, b: &str) -> f64 {
        let (a, b) = (luminance(a) + 0.05, luminance(b) + 0.05);
        a.max(b) / a.min(b)
    }

    #[test]
    fn every_ink_stands_out_from_its_ground_as_wcag_asks() {
        let ground = LOOKS.iter().find(|(ink, ..)| *ink == Ink::Ground).unwrap();
        for (ink, _, light, dark) in LOOKS {
            let least = match ink {
                Ink::Text | Ink::Guide => 4.5,
                Ink::Series(_) => 3.0,
                Ink::Grid | Ink::Ground => continue,
            };
            assert!(contrast(light, ground.2) >= least, "{ink:?} on white: {}", contrast(light, ground.2));
            assert!(contrast(dark, ground.3) >= least, "{ink:?} on black: {}", contrast(dark, ground.3));
        }
    }

    #[test]
    fn an_ink_comes_back_from_the_colour_that_stands_for_it() {
        for (ink, letter, ..) in LOOKS {
            let RGBColor(r, g, b) = ink.colour();
            assert_eq!(Ink::letter((r, g, b)), letter);
        }
        assert_eq!(Ink::series(SERIES), Ink::series(0));
    }
}
