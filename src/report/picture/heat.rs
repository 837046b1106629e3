//! The correlation matrix as a map: blue for one sign, orange for the other, as strong as the correlation.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::axes::{Area, TEXT, Words, area, blank, shortened, text};
use super::ink::Ink;
use super::svg::Picture;

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
        caption: "blue: positive, orange: negative; the stronger, the fuller".to_owned(),
    };
    let written = count <= MOST_WRITTEN;
    let corner = label + 60;
    let mut cells: Vec<Cell> = (0..count * count)
        .map(|place| {
            let (row, column) = ((place / count) as i32, (place % count) as i32);
            Cell { x: corner + column * cell + cell / 2, y: 60 + row * cell + cell / 2, r: matrix[place] }
        })
        .collect();
    // Cells that look alike follow one another, and become one element.
    cells.sort_by(|a, b| level(a.r).total_cmp(&level(b.r)));
    blank(words, size, |root| {
        let half = cell / 2 - (cell / 40).max(4);
        cells.iter().for_each(|cell| cell.square(root, half, area(Ink::Grid, 0.35)));
        for cell in cells.iter().filter(|cell| cell.r.is_finite()) {
            let ink = if cell.r < 0.0 { Ink::Series(1) } else { Ink::Series(0) };
            let level = level(cell.r).abs();
            if written {
                cell.square(root, half, area(ink, 0.5 * level));
            } else {
                // The area of the square, and how full it is, grow with the correlation.
                let side = (f64::from(half) * cell.r.abs().sqrt()).round() as i32;
                cell.square(root, side, area(ink, 0.15 + 0.45 * level));
            }
        }
        for cell in cells.iter().filter(|_| written) {
            let label = if cell.r.is_nan() { "\u{2013}".to_owned() } else { coefficient(cell.r) };
            let style = text(TEXT, Ink::Text, HPos::Center, VPos::Center);
            let _ = root.draw_text(&label, &style, (cell.x, cell.y));
        }
        for (row, name) in names.iter().enumerate() {
            let middle = row as i32 * cell + cell / 2;
            let name = shortened(name, LETTERS);
            let style = text(TEXT, Ink::Text, HPos::Right, VPos::Center);
            let _ = root.draw_text(&name, &style, (label, middle + 60));
            let style = style.transform(FontTransform::Rotate270);
            let _ = root.draw_text(&name, &style, (corner + middle, side + 120));
        }
    })
}

/// A correlation at its place.
struct Cell {
    x: i32,
    y: i32,
    r: f64,
}

impl Cell {
    fn square(&self, root: &Area<'_>, half: i32, style: ShapeStyle) {
        let _ = root.draw(&Rectangle::new([(self.x - half, self.y - half), (self.x + half, self.y + half)], style));
    }
}

/// A correlation in eighths, rounded away from zero.
fn level(r: f64) -> f64 {
    (r.abs() * 8.0).ceil().copysign(r) / 8.0
}

/// A coefficient in a cell: to two decimals, but what is not one is not written as one.
fn coefficient(r: f64) -> String {
    let text = if r.abs() > 0.995 && r.abs() < 1.0 { format!("{r:.4}") } else { format!("{r:.2}") };
    let text = if text == "-0.00" { "0.00".to_owned() } else { text };
    text.replace('-', "\u{2212}")
}
