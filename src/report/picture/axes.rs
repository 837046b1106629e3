//! Titles, axes and what the pictures share: one frame, into which each draws.

use std::ops::Range;

use plotters::coord::Shift;
use plotters::coord::ranged1d::{BoldPoints, DefaultFormatting, KeyPointHint};
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::canvas::{Canvas, UNIT};
use super::ink::Ink;
use super::svg::{Picture, SIZE};

/// Heights of letters.
const TITLE: u32 = 130;
pub(super) const TEXT: u32 = 110;

pub(super) type Chart<'a, 'b> = ChartContext<'a, Canvas<'b>, Cartesian2d<Ticked, Ticked>>;
pub(super) type Area<'a> = DrawingArea<Canvas<'a>, Shift>;

/// An axis.
pub(super) struct Axis<'a> {
    pub range: Range<f64>,
    /// What it measures, with its unit.
    pub name: &'a str,
    /// Where its ticks are; nowhere for an axis whose numbers mean nothing to the reader.
    pub ticks: Vec<f64>,
    /// What stands at a tick.
    pub label: &'a dyn Fn(f64) -> String,
}

impl<'a> Axis<'a> {
    /// An axis of plain numbers.
    pub(super) fn numbers(range: Range<f64>, name: &'a str) -> Self {
        let range = widened(range);
        let ticks = RangedCoordf64::from(range.clone()).key_points(BoldPoints(MOST_TICKS));
        Self { range, name, ticks, label: &number }
    }

    /// An axis of the logarithms to the base 10 of positive numbers, with ticks at powers of ten, or, where there are
    /// hardly any, at two and five times them too.
    pub(super) fn powers(range: Range<f64>, name: &'a str) -> Self {
        let range = widened(range);
        let (first, last) = (range.start.floor() as i32, range.end.ceil() as i32);
        let at = |steps: &[f64]| -> Vec<f64> {
            let all = (first..=last).flat_map(|power| steps.iter().map(move |step| f64::from(power) + step.log10()));
            all.filter(|tick| range.contains(tick)).collect()
        };
        let ticks = [&[1.0][..], &[1.0, 3.0], &[1.0, 2.0, 5.0]].map(at).into_iter();
        let ticks = ticks.rev().find(|ticks| ticks.len() <= MOST_TICKS).unwrap_or_else(|| {
            let step = (last - first) / MOST_TICKS as i32 + 1;
            (first..=last).filter(|power| power % step == 0).map(f64::from).collect()
        });
        let ticks = if ticks.len() > 2 {
            ticks
        } else {
            // A range within a power of ten is almost an axis of plain numbers.
            let plain = RangedCoordf64::from(10_f64.powf(range.start)..10_f64.powf(range.end));
            plain.key_points(BoldPoints(MOST_TICKS)).into_iter().map(f64::log10).collect()
        };
        Self { range, name, ticks, label: &power }
    }
}

const MOST_TICKS: usize = 6;

fn power(x: f64) -> String {
    number(10_f64.powf(x))
}

/// A range that plotters can draw: finite and not empty.
pub(super) fn widened(Range { start, end }: Range<f64>) -> Range<f64> {
    match (start.is_finite() && end.is_finite(), end - start) {
        (true, width) if width > start.abs().max(end.abs()) * 1e-12 && width.is_finite() => start..end,
        (true, _) if start.abs() < 1e300 => {
            let half = (start.abs() * 1e-3).max(1e-300);
            start - half..start + half
        }
        _ => 0.0..1.0,
    }
}

/// A tick's number, as short as it can be.
pub(super) fn number(x: f64) -> String {
    if x == 0.0 {
        return "0".to_owned();
    }
    let text = if x.abs() >= 1e5 || x.abs() < 1e-4 {
        let text = format!("{x:.3e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let digits = if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits };
        format!("{digits}e{exponent}")
    } else {
        let decimals = (5 - x.abs().log10().floor() as i32).clamp(0, 9) as usize;
        let text = format!("{x:.decimals$}");
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
    };
    text.replace('-', "\u{2212}")
}

/// A line of a look.
pub(super) fn line(ink: Ink, width: f64, strength: f64) -> ShapeStyle {
    let stroke_width = (width * f64::from(UNIT)) as u32;
    ShapeStyle { color: ink.colour().mix(strength), filled: false, stroke_width }
}

/// An area of a look.
pub(super) fn area(ink: Ink, strength: f64) -> ShapeStyle {
    ShapeStyle { color: ink.colour().mix(strength), filled: true, stroke_width: 0 }
}

pub(super) fn text(size: u32, ink: Ink, horizontal: HPos, vertical: VPos) -> TextStyle<'static> {
    TextStyle { pos: Pos::new(horizontal, vertical), ..("sans-serif", size).into_font().color(&ink.colour()) }
}

/// What a picture is called, and what is said of it.
pub(super) struct Words {
    pub name: String,
    pub title: String,
    pub alt: String,
    pub caption: String,
}

/// A picture with axes, into which `draw` draws.
pub(super) fn picture(words: Words, x: &Axis<'_>, y: &Axis<'_>, draw: impl FnOnce(&mut Chart<'_, '_>)) -> Picture {
    blank(words, SIZE, |root| {
        let mut builder = ChartBuilder::on(root);
        let letters = y.ticks.iter().map(|tick| (y.label)(*tick).chars().count()).max().unwrap_or(0).min(9);
        let widest = letters as u32 * TEXT * 6 / 10;
        builder
            .margin(40)
            .margin_right(160)
            .x_label_area_size(2 * TEXT + 110)
            .y_label_area_size(TEXT * 3 / 2 + 90 + widest);
        let mut chart =
            builder.build_cartesian_2d(Ticked::from(x), Ticked::from(y)).expect("a range that is finite and not empty");
        let labels = [x.label, y.label].map(|label| move |tick: &f64| label(*tick));
        chart
            .configure_mesh()
            .x_max_light_lines(1)
            .y_max_light_lines(1)
            .light_line_style(TRANSPARENT)
            .bold_line_style(line(Ink::Grid, 1.0, 1.0))
            .axis_style(line(Ink::Guide, 1.0, 1.0))
            .label_style(("sans-serif", TEXT).into_font().color(&Ink::Text.colour()))
            .axis_desc_style(("sans-serif", TEXT).into_font().color(&Ink::Text.colour()))
            .x_desc(x.name)
            .y_desc(y.name)
            .x_label_formatter(&labels[0])
            .y_label_formatter(&labels[1])
            .set_all_tick_mark_size(40)
            .draw()
            .expect("a canvas in memory draws what it is told");
        draw(&mut chart);
    })
}

/// A range with ticks where they are wanted.
pub(super) struct Ticked {
    inner: RangedCoordf64,
    ticks: Vec<f64>,
}

impl From<Range<f64>> for Ticked {
    fn from(range: Range<f64>) -> Self {
        Self { inner: range.into(), ticks: Vec::new() }
    }
}

impl From<&Axis<'_>> for Ticked {
    fn from(axis: &Axis<'_>) -> Self {
        let inside = axis.ticks.iter().copied().filter(|tick| (axis.range.start..=axis.range.end).contains(tick));
        Self { inner: axis.range.clone().into(), ticks: inside.collect() }
    }
}

impl Ranged for Ticked {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    fn range(&self) -> Range<f64> {
        self.inner.range()
    }

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        self.inner.map(value, limit)
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        if hint.weight().allow_light_points() { Vec::new() } else { self.ticks.clone() }
    }
}

/// A picture with a title, into which `draw` draws below it.
pub(super) fn blank(words: Words, size: (u32, u32), draw: impl FnOnce(&Area<'_>)) -> Picture {
    let mut elements = String::new();
    let root = Canvas::new(size, &mut elements).into_drawing_area();
    let title = shortened(&words.title, size.0 as usize * 100 / (TITLE as usize * 56));
    let below = root
        .titled(&title, text(TITLE, Ink::Text, HPos::Center, VPos::Top))
        .expect("a canvas in memory draws what it is told");
    draw(&below);
    drop(below);
    drop(root);
    Picture { name: words.name, alt: words.alt, caption: words.caption, size, elements }
}

/// A text of at most so many letters, the middle of a longer one left out.
pub(super) fn shortened(text: &str, most: usize) -> String {
    let count = text.chars().count();
    if count <= most {
        return text.to_owned();
    }
    let half = most.saturating_sub(1) / 2;
    let first: String = text.chars().take(half).collect();
    let last: String = text.chars().skip(count - half).collect();
    format!("{first}\u{2026}{last}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_as_short_as_their_numbers_allow() {
        let numbers = [0.0, 0.5, -2.0, 1e6, 0.1 + 0.2, 1234.0, 2.5e-7, -1.5e12].map(number);
        assert_eq!(numbers, ["0", "0.5", "\u{2212}2", "1e6", "0.3", "1234", "2.5e\u{2212}7", "\u{2212}1.5e12"]);
    }

    #[test]
    fn powers_have_ticks_at_one_two_and_five_or_at_fewer() {
        let ticks = |range: Range<f64>| -> Vec<String> {
            let axis = Axis::powers(range, "");
            axis.ticks.iter().map(|&tick| (axis.label)(tick)).collect()
        };
        assert_eq!(ticks(0.9..2.1), ["10", "20", "50", "100"]);
        assert_eq!(ticks(2.55..2.75), ["400", "450", "500", "550"]);
        assert_eq!(ticks(2.0..4.6), ["100", "300", "1000", "3000", "10000", "30000"]);
        assert_eq!(ticks(0.5..5.5), ["10", "100", "1000", "10000", "1e5"]);
        assert!(ticks(-30.0..30.0).len() <= 8);
    }

    #[test]
    fn every_range_can_be_drawn() {
        for (start, end) in [(1.0, 1.0), (0.0, 0.0), (f64::NAN, 1.0), (1.0, f64::INFINITY), (-1e308, 1e308), (2.0, 1.0)]
        {
            let range = widened(start..end);
            assert!(range.end > range.start && (range.end - range.start).is_finite(), "{start}..{end} gave {range:?}");
        }
        assert_eq!(widened(1.0..2.0), 1.0..2.0);
    }

    #[test]
    fn long_names_lose_their_middle() {
        assert_eq!(shortened("abcdefghij", 10), "abcdefghij");
        assert_eq!(shortened("abcdefghijk", 7), "abc\u{2026}ijk");
    }
}
