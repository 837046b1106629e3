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
pub mod svg;
pub mod trace;

pub use svg::Picture;
