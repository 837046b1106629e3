//! A picture as SVG: inside of a page that has its style, or as a file of its own.
//!
//! Elements with classes for their inks flow in, SVG flows out. Absent: how elements come about.

use std::fmt::Write;

use super::canvas::UNIT;
use super::ink;
use crate::report::escape::escape;

/// Width and height of a picture that does not say otherwise, in tenths of a pixel.
pub(super) const SIZE: (u32, u32) = (3600, 2300);

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
        let limit = if self.size == SIZE { String::new() } else { format!(" style=\"max-width:{}px\"", width / 8) };
        let mut html = format!(
            "<figure><svg{limit} viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{}\">{}</svg>",
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
             stroke-width=\"{}\" font-family=\"DejaVu Sans, Helvetica, Arial, sans-serif\"><title>{}</title>\
             <style>{}</style>\
             <rect width=\"{width}\" height=\"{height}\" class=\"fb\"/>{}</svg>\n",
            width / 10,
            height / 10,
            UNIT,
            escape(&self.alt),
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
