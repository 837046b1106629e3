//! A picture as PNG: its own SVG file, drawn by resvg with the letters of a font that the program brings along, so that
//! it looks the same on every machine, also on one without fonts.

use std::sync::{Arc, LazyLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

use super::svg::Picture;

/// Latin, Greek and Cyrillic letters and signs of DejaVu Sans; `font/README.md` tells more.
const FONT: &[u8] = include_bytes!("font/DejaVuSans-subset.ttf");

/// Pixels of a PNG to a pixel of the picture: 300 dots an inch where the picture is 3.6 inches wide.
const SCALE: f32 = 3.0;

static FONTS: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(FONT.to_vec());
    Arc::new(fonts)
});

/// Why a picture cannot be drawn.
#[derive(Debug, thiserror::Error)]
#[error("cannot draw {picture} as PNG: {reason}")]
pub struct PngError {
    /// The name of the picture.
    pub picture: String,
    /// What the renderer says.
    pub reason: String,
}

/// The bytes of a PNG.
///
/// # Errors
/// [`PngError`] if the picture is too large for a bitmap.
pub fn png(picture: &Picture) -> Result<Vec<u8>, PngError> {
    let failed = |reason: String| PngError { picture: picture.name.clone(), reason };
    let options = Options { fontdb: Arc::clone(&FONTS), font_family: "DejaVu Sans".to_owned(), ..Options::default() };
    let tree = Tree::from_str(&picture.file(), &options).map_err(|error| failed(error.to_string()))?;
    let size = tree.size().to_int_size().scale_by(SCALE).ok_or_else(|| failed("it has no size".to_owned()))?;
    let mut pixels = Pixmap::new(size.width(), size.height()).ok_or_else(|| failed("it is too large".to_owned()))?;
    resvg::render(&tree, Transform::from_scale(SCALE, SCALE), &mut pixels.as_mut());
    pixels.encode_png().map_err(|error| failed(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(elements: &str) -> Picture {
        Picture {
            name: "test".to_owned(),
            alt: "A test.".to_owned(),
            caption: String::new(),
            size: (400, 200),
            elements: elements.to_owned(),
        }
    }

    /// The number of pixels that differ from white.
    fn inked(elements: &str) -> usize {
        let bytes = png(&picture(elements)).unwrap();
        let pixels = Pixmap::decode_png(&bytes).unwrap();
        assert_eq!((pixels.width(), pixels.height()), (120, 60));
        pixels.pixels().iter().filter(|pixel| pixel.red() < 128).count()
    }

    #[test]
    fn lines_areas_and_letters_are_drawn_in_their_inks() {
        assert_eq!(inked(""), 0);
        let area = inked("<path class=\"f1\" d=\"M0 0l200 0 0 200-200 0z\"/>");
        assert_eq!(area, 60 * 60, "half of the picture is blue, which has no red");
        assert!(inked("<path class=\"st\" d=\"M0 100l400 0\"/>") >= 120);
        assert!(inked("<text class=\"ft\" x=\"20\" y=\"150\" font-size=\"140\">\u{3b1}b\u{d7}</text>") > 100);
    }
}
