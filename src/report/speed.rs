//! Speeds for people: a plot of speed by number of chains, as SVG, and numbers in few digits.
//!
//! Absent on purpose: measuring, and files.

use std::error::Error;

use plotters::prelude::{
    BLACK, ChartBuilder, Circle, IntoDrawingArea, IntoLogRange, LineSeries, PathElement, RGBColor, SVGBackend,
    SeriesLabelPosition, WHITE,
};
use plotters::style::Color;

/// A line of the plot.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// What the legend calls it.
    pub name: String,
    /// Number of chains; steps of all chains per second: slowest, median, fastest turn.
    pub points: Vec<(usize, [f64; 3])>,
}

/// Colours that people with any colour vision tell apart (Okabe and Ito 2008), the lightest left out.
const COLOURS: [RGBColor; 7] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(90, 90, 90),
];

/// Width and height in pixels.
const SIZE: (u32, u32) = (900, 560);

/// The plot, both scales logarithmic. Empty where no line has a point.
///
/// # Errors
/// When the drawing library refuses; it has no reason to.
pub fn svg(title: &str, lines: &[Line]) -> Result<String, Box<dyn Error + Send + Sync>> {
    let points = || lines.iter().flat_map(|line| &line.points);
    let chains = points().map(|(chains, _)| *chains as f64);
    let (fewest, most) = chains.fold((f64::INFINITY, 0.0_f64), |(low, high), x| (low.min(x), high.max(x)));
    let (slowest, fastest) =
        points().fold((f64::INFINITY, 0.0_f64), |(low, high), (_, [slow, _, fast])| (low.min(*slow), high.max(*fast)));
    let mut text = String::new();
    if most == 0.0 {
        return Ok(text);
    }
    {
        let area = SVGBackend::with_string(&mut text, SIZE).into_drawing_area();
        area.fill(&WHITE).map_err(said)?;
        let mut chart = ChartBuilder::on(&area)
            .caption(title, ("sans-serif", 20))
            .margin(16)
            .x_label_area_size(46)
            .y_label_area_size(80)
            .build_cartesian_2d((fewest / 1.3..most * 1.3).log_scale(), (slowest / 1.5..fastest * 1.5).log_scale())
            .map_err(said)?;
        chart
            .configure_mesh()
            .light_line_style(RGBColor(235, 235, 235))
            .x_desc("chains")
            .y_desc("steps of all chains per second")
            .x_label_formatter(&|x| tick(*x))
            .y_label_formatter(&|y| tick(*y))
            .label_style(("sans-serif", 14))
            .draw()
            .map_err(said)?;
        for (line, colour) in lines.iter().zip(COLOURS.iter().cycle()) {
            let medians = line.points.iter().map(|(chains, [_, median, _])| (*chains as f64, *median));
            chart
                .draw_series(LineSeries::new(medians.clone(), colour.stroke_width(2)))
                .map_err(said)?
                .label(&line.name)
                .legend(|(x, y)| Circle::new((x + 8, y), 4, colour.filled()));
            chart.draw_series(medians.map(|at| Circle::new(at, 4, colour.filled()))).map_err(said)?;
            let spreads = line.points.iter().map(|(chains, [slow, _, fast])| {
                let x = *chains as f64;
                PathElement::new([(x, *slow), (x, *fast)], colour.stroke_width(1))
            });
            chart.draw_series(spreads).map_err(said)?;
        }
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::LowerRight)
            .background_style(WHITE.mix(0.85))
            .border_style(BLACK.mix(0.3))
            .label_font(("sans-serif", 14))
            .draw()
            .map_err(said)?;
        area.present().map_err(said)?;
    }
    Ok(text)
}

fn said(error: impl Error) -> Box<dyn Error + Send + Sync> {
    error.to_string().into()
}

/// As [`short`], without zeros that say nothing: ticks are round.
fn tick(x: f64) -> String {
    let text = short(x);
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let digits = &text[..text.len() - unit.len()];
    let digits = if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits };
    format!("{digits}{unit}")
}

/// Three digits and a power of a thousand, as `35.2M`; what is not positive or not finite in plain words.
pub fn short(x: f64) -> String {
    if !x.is_finite() || x <= 0.0 {
        return if x == 0.0 { "0".to_owned() } else { "-".to_owned() };
    }
    // Rounded first: 999.9 is a thousand.
    let digits = 10_f64.powf(x.log10().floor() - 2.0);
    let x = (x / digits).round() * digits;
    let (unit, name) = match x {
        x if x >= 1e12 => (1e12, "T"),
        x if x >= 1e9 => (1e9, "G"),
        x if x >= 1e6 => (1e6, "M"),
        x if x >= 1e3 => (1e3, "k"),
        _ => (1.0, ""),
    };
    let scaled = x / unit;
    let decimals = match scaled {
        scaled if scaled >= 99.95 || (unit == 1.0 && scaled.fract() < 1e-9) => 0,
        scaled if scaled >= 9.995 => 1,
        _ => 2,
    };
    format!("{scaled:.decimals$}{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds_have_three_digits() {
        let found = [1.0, 16.0, 999.6, 1024.0, 35_249_000.0, 5.0e9, 123_456.0, 0.25].map(short);
        assert_eq!(found, ["1", "16", "1.00k", "1.02k", "35.2M", "5.00G", "123k", "0.25"]);
        assert_eq!([0.0, f64::NAN, f64::INFINITY].map(short), ["0", "-", "-"]);
        assert_eq!([1e3, 2.5e6, 100.0, 1e8].map(tick), ["1k", "2.5M", "100", "100M"]);
    }

    #[test]
    fn a_plot_names_its_lines_and_axes() {
        let line = Line { name: "cpu f64".into(), points: vec![(1, [9.0, 10.0, 11.0]), (16, [90.0, 95.0, 99.0])] };
        let text = svg("speed of a model", &[line]).unwrap();
        for word in ["<svg", "speed of a model", "cpu f64", "chains", "steps of all chains per second", "<polyline"] {
            assert!(text.contains(word), "{word} is missing in {text}");
        }
        assert_eq!(svg("nothing", &[]).unwrap(), "");
    }
}
