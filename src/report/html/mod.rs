//! The report: one HTML page that needs nothing beside it, neither network nor files.
//!
//! A [`Survey`](super::survey::Survey) and what is known of the run flow in, the page flows out, smaller than two megabytes whatever the run:
//! tables, pictures and texts that would not fit are left out, the least bad first, and the page says so. Every name and
//! text of the user's goes through [`escape`](super::escape::escape); the page's own policy forbids it to load anything. Absent: arithmetic.

mod page;
mod parameters;
mod parts;
mod passage;
mod style;
mod summary;
mod texts;
mod verdict;

pub use page::{is_page, page};
