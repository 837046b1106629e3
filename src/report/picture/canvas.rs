//! What plotters draws on: an SVG whose colours are CSS classes, and whose coordinates are tenths of a pixel.
//!
//! Shapes flow in, text of SVG elements flows out. The SVG backend of plotters writes fixed colours and whole pixels,
//! and an element for each line; a report needs neither light text on light ground nor two megabytes of grid. So lines
//! of one look that follow one another become one element, with relative coordinates. Absent: axes and their layout,
//! which plotters has.

use std::convert::Infallible;
use std::fmt::Write;

use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontTransform,
};

use super::ink::Ink;
use crate::report::escape::escape;

/// Tenths of a pixel to a pixel.
pub const UNIT: i32 = 10;

/// Width of a letter, as a part of the size of its font: about the mean of sans-serif fonts.
const LETTER: f64 = 0.56;

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

/// An SVG in the making.
#[derive(Debug)]
pub(super) struct Canvas<'a> {
    size: (u32, u32),
    elements: &'a mut String,
    /// The beginning of the path being written, up to its coordinates; empty when none is.
    look: String,
    coordinates: String,
}

impl<'a> Canvas<'a> {
    /// Writes elements to a text; the size is in tenths of a pixel.
    pub(super) fn new(size: (u32, u32), elements: &'a mut String) -> Self {
        Self { size, elements, look: String::new(), coordinates: String::new() }
    }

    /// A path in a look, appended to the one before if that looks the same.
    fn path(&mut self, look: String, points: impl IntoIterator<Item = BackendCoord>, end: &str) {
        if look != self.look {
            self.finish();
            self.look = look;
        }
        let mut last: Option<BackendCoord> = None;
        let mut steps = 0;
        for point in points {
            match last {
                None => {
                    let _ = write!(self.coordinates, "M{} {}", point.0, point.1);
                }
                Some(from) if from == point => continue,
                Some(from) => {
                    let (x, y) = (point.0 - from.0, point.1 - from.1);
                    self.coordinates.push(if steps == 0 { 'l' } else { ' ' });
                    // A minus parts numbers as well as a blank does.
                    let _ = write!(self.coordinates, "{x}{}{y}", if y < 0 { "" } else { " " });
                    steps += 1;
                }
            }
            last = Some(point);
        }
        if last.is_some() {
            // A line without length is a dot, round as the ends of lines are.
            self.coordinates.push_str(if steps == 0 && end.is_empty() { "h0" } else { end });
        }
    }

    /// Writes the path being written.
    fn finish(&mut self) {
        if !self.coordinates.is_empty() {
            let _ = write!(self.elements, "<path{} d=\"{}\"/>", self.look, self.coordinates);
        }
        self.look.clear();
        self.coordinates.clear();
    }
}

impl Drop for Canvas<'_> {
    fn drop(&mut self) {
        self.finish();
    }
}

fn line_look<S: BackendStyle>(style: &S, width: u32) -> String {
    let width = if width == UNIT as u32 { String::new() } else { format!(" stroke-width=\"{width}\"") };
    format!(" class=\"s{}\"{width}{}", Ink::letter(style.color().rgb), opacity(style.color()))
}

fn area_look<S: BackendStyle>(style: &S) -> String {
    format!(" class=\"f{}\"{}", Ink::letter(style.color().rgb), opacity(style.color()))
}

fn opacity(colour: BackendColor) -> String {
    if colour.alpha >= 1.0 { String::new() } else { format!(" opacity=\"{:.2}\"", colour.alpha) }
}

impl DrawingBackend for Canvas<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, point: BackendCoord, colour: BackendColor) -> Drawn {
        self.path(line_look(&colour, UNIT as u32), [point], "");
        Ok(())
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        if style.color().alpha > 0.0 {
            self.path(line_look(style, style.stroke_width()), path, "");
        }
        Ok(())
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        (left, top): BackendCoord,
        (right, bottom): BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let corners = [(left, top), (right, top), (right, bottom), (left, bottom)];
        if style.color().alpha > 0.0 {
            let look = if fill { area_look(style) } else { line_look(style, style.stroke_width()) };
            self.path(look, corners, "z");
        }
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(&mut self, centre: BackendCoord, radius: u32, style: &S, fill: bool) -> Drawn {
        if fill {
            self.path(line_look(style, 2 * radius), [centre], "");
        } else {
            self.finish();
            let (x, y) = centre;
            let _ = write!(
                self.elements,
                "<circle{} cx=\"{x}\" cy=\"{y}\" r=\"{radius}\"/>",
                line_look(style, style.stroke_width())
            );
        }
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, corners: I, style: &S) -> Drawn {
        if style.color().alpha > 0.0 {
            self.path(area_look(style), corners, "z");
        }
        Ok(())
    }

    fn draw_text<T: BackendTextStyle>(&mut self, text: &str, style: &T, (x, y): BackendCoord) -> Drawn {
        if style.color().alpha == 0.0 || text.is_empty() {
            return Ok(());
        }
        self.finish();
        let size = style.size();
        let anchor = match style.anchor().h_pos {
            HPos::Left => "",
            HPos::Center => " text-anchor=\"middle\"",
            HPos::Right => " text-anchor=\"end\"",
        };
        // Baselines: renderers agree on numbers, not on the words for them.
        let below = match style.anchor().v_pos {
            VPos::Top => 0.78 * size,
            VPos::Center => 0.36 * size,
            VPos::Bottom => -0.22 * size,
        };
        let turn = match style.transform() {
            FontTransform::None => String::new(),
            FontTransform::Rotate90 => format!(" transform=\"rotate(90 {x} {y})\""),
            FontTransform::Rotate180 => format!(" transform=\"rotate(180 {x} {y})\""),
            FontTransform::Rotate270 => format!(" transform=\"rotate(-90 {x} {y})\""),
        };
        let _ = write!(
            self.elements,
            "<text class=\"f{}\" x=\"{x}\" y=\"{:.0}\" font-size=\"{size:.0}\"{anchor}{turn}>{}</text>",
            Ink::letter(style.color().rgb),
            f64::from(y) + below,
            escape(text)
        );
        Ok(())
    }

    fn estimate_text_size<T: BackendTextStyle>(
        &self,
        text: &str,
        style: &T,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        Ok(((text.chars().count() as f64 * LETTER * style.size()) as u32, style.size() as u32))
    }
}

#[cfg(test)]
mod tests {
    use plotters::prelude::*;

    use super::*;

    #[test]
    fn lines_of_one_look_that_follow_one_another_are_one_element() {
        let mut elements = String::new();
        let root = Canvas::new((100, 100), &mut elements).into_drawing_area();
        let style = ShapeStyle { color: Ink::Grid.colour().to_rgba(), filled: false, stroke_width: 10 };
        root.draw(&PathElement::new(vec![(0, 0), (5, 7), (5, 7), (5, 2)], style)).unwrap();
        root.draw(&PathElement::new(vec![(9, 9)], style)).unwrap();
        let style = ShapeStyle { color: Ink::Text.colour().to_rgba(), ..style };
        root.draw(&PathElement::new(vec![(1, 1), (2, 2)], style)).unwrap();
        drop(root);
        let expected = "<path class=\"sg\" d=\"M0 0l5 7 0-5M9 9h0\"/><path class=\"st\" d=\"M1 1l1 1\"/>";
        assert_eq!(elements, expected);
    }

    #[test]
    fn text_is_inert() {
        let mut elements = String::new();
        let root = Canvas::new((100, 100), &mut elements).into_drawing_area();
        let style = ("sans-serif", 100).into_font().color(&Ink::Text.colour());
        root.draw_text("<script>alert('&')</script>", &style, (0, 0)).unwrap();
        drop(root);
        assert!(!elements.contains("<script"), "{elements}");
        assert!(elements.contains("&lt;script&gt;alert(&#39;&amp;&#39;)"), "{elements}");
    }
}
