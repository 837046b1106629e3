//! Pictures of draws: numbers in, SVG out, one kind of picture a file.
//!
//! plotters lays out axes, ticks and titles; [`canvas`] is what it draws on, [`ink`] what it draws with. A picture is
//! 360 x 230 pixels, so that its letters can be read where it fills the width of a phone, and its coordinates are tenths
//! of a pixel. However many chains there are, a picture holds a few thousand points: bands and densities of all, and a
//! few chains on top. Absent: any judgement, and where pictures go.

pub mod autocorrelation;
mod axes;
mod canvas;
pub mod column;
pub mod density;
pub mod energy;
pub mod groups;
pub mod heat;
pub mod ink;
pub mod pair;
pub mod png;
pub mod ranks;
pub mod running;
pub mod trace;

use std::fmt::Write;

use super::escape::escape;

/// A picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// What kind it is and of what, fit for the name of a file: `trace-alpha1`.
    pub name: String,
    /// What one who cannot see it should know.
    pub alt: String,
    /// What it shows, in a line below it; empty for none.
    pub caption: String,
    /// Width and height in tenths of a pixel.
    pub size: (u32, u32),
    /// SVG elements with the classes of [`ink::classes`].
    pub elements: String,
}

impl Picture {
    /// As a figure of an HTML page whose style has [`ink::classes`].
    #[must_use]
    pub fn figure(&self) -> String {
        let (width, height) = self.size;
        // Pictures of a size of their own are not drawn larger than their letters should be.
        let limit =
            if self.size == axes::SIZE { String::new() } else { format!(" style=\"max-width:{}px\"", width / 8) };
        let mut html = format!(
            "<figure{limit}><svg viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{}\">{}</svg>",
            escape(&self.alt),
            self.elements
        );
        if !self.caption.is_empty() {
            let _ = write!(html, "<figcaption>{}</figcaption>", escape(&self.caption));
        }
        html + "</figure>\n"
    }

    /// As a file of its own: on white, with its look inside.
    #[must_use]
    pub fn file(&self) -> String {
        let (width, height) = self.size;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" viewBox=\"0 0 {width} {height}\" \
             font-family=\"DejaVu Sans, Helvetica, Arial, sans-serif\"><title>{}</title>\
             <style>path,circle,ellipse,line{{stroke-width:{}}}{}</style>\
             <rect width=\"{width}\" height=\"{height}\" class=\"fb\"/>{}</svg>\n",
            width / 10,
            height / 10,
            escape(&self.alt),
            canvas::UNIT,
            ink::classes(true),
            self.elements
        )
    }
}

/// What of a parameter's name is fit for a file's: letters, digits, `-`, `_` and dots.
pub(super) fn file_stem(kind: &str, parameter: &str) -> String {
    let mut stem = format!("{kind}-");
    for character in parameter.chars().take(80) {
        match character {
            c if c.is_ascii_alphanumeric() || matches!(c, '_' | '-') => stem.push(c),
            '[' | ',' | '.' | ':' => stem.push('.'),
            ']' => {}
            _ => stem.push('_'),
        }
    }
    stem
}
