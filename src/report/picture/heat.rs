//! The correlation matrix as a map: blue for one sign, orange for the other, as strong as the correlation.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::Picture;
use super::axes::{TEXT, Words, area, blank, shortened, text};
use super::ink::Ink;

/// Coefficients are written into cells of up to so many parameters.
const MOST_WRITTEN: usize = 8;

/// Letters of a name.
const LETTERS: usize = 12;

/// The map of a matrix `[parameter, parameter]`.
#[must_use]
pub fn heat(names: &[&str], matrix: &[f64]) -> Picture {
    let count = names.len();
    let longest = names.iter().map(|name| name.chars().count().min(LETTERS)).max().unwrap_or(0) as i32;
    let label = longest * TEXT as i32 * 58 / 100 + 80;
    let cell = (3300 / count.max(1) as i32).clamp(120, 520);
    let side = cell * count as i32;
    let size = ((label + side + 120) as u32, (side + label + 380) as u32);
    let strongest = (0..count)
        .flat_map(|i| (0..i).map(move |j| (j, i)))
        .filter(|(i, j)| matrix[i * count + j].is_finite())
        .max_by(|a, b| matrix[a.0 * count + a.1].abs().total_cmp(&matrix[b.0 * count + b.1].abs()));
    let told = strongest.map_or_else(String::new, |(i, j)| {
        format!(" The strongest is {:.4}, between {} and {}.", matrix[i * count + j], names[i], names[j])
    });
    let words = Words {
        name: "correlation".to_owned(),
        title: "Correlation".to_owned(),
        alt: format!("Correlation of {count} parameters.{told}"),
        caption: "blue: positive, orange: negative; the stronger, the larger and fuller".to_owned(),
    };
    blank(words, size, |root| {
        for (row, name) in names.iter().enumerate() {
            let middle = label / 2 * 0 + row as i32 * cell + cell / 2;
            let name = shortened(name, LETTERS);
            let _ = root.draw_text(&name, &text(TEXT, Ink::Text, HPos::Right, VPos::Center), (label, middle + 60));
            let below = text(TEXT, Ink::Text, HPos::Right, VPos::Center).transform(FontTransform::Rotate270);
            let _ = root.draw_text(&name, &below, (label + 60 + middle, side + 120));
            for column in 0..count {
                let r = matrix[row * count + column];
                let centre = (label + 60 + column as i32 * cell + cell / 2, 60 + row as i32 * cell + cell / 2);
                draw_cell(root, centre, cell, r, count <= MOST_WRITTEN);
            }
        }
    })
}

fn draw_cell(root: &super::axes::Area<'_>, (x, y): (i32, i32), cell: i32, r: f64, written: bool) {
    let half = cell / 2 - (cell / 40).max(4);
    let square = |half: i32, style: ShapeStyle| Rectangle::new([(x - half, y - half), (x + half, y + half)], style);
    let _ = root.draw(&square(half, area(Ink::Grid, 0.35)));
    if r.is_finite() {
        let ink = if r < 0.0 { Ink::Series(1) } else { Ink::Series(0) };
        // The area of the square, and how full it is, grow with the correlation.
        let side = (f64::from(half) * r.abs().sqrt()).round() as i32;
        let level = (r.abs() * 8.0).ceil() / 8.0;
        let _ = root.draw(&square(side, area(ink, 0.15 + 0.45 * level)));
    }
    if written {
        let label = if r.is_nan() { "\u{2013}".to_owned() } else { coefficient(r) };
        let _ = root.draw_text(&label, &text(TEXT, Ink::Text, HPos::Center, VPos::Center), (x, y));
    }
}

/// A coefficient in a cell: to two decimals, but what is not one is not written as one.
fn coefficient(r: f64) -> String {
    let text = if r.abs() > 0.995 && r.abs() < 1.0 { format!("{r:.4}") } else { format!("{r:.2}") };
    let text = if text == "-0.00" { "0.00".to_owned() } else { text };
    text.replace('-', "\u{2212}")
}
