//! The style of the page: its own CSS, with the inks of the pictures on light ground and on dark.

use crate::report::picture::ink;

/// All CSS of the page.
pub(super) fn style() -> String {
    format!(
        ":root{{{}}}\n@media (prefers-color-scheme:dark){{:root{{{}}}}}\n@media print{{:root{{{}}}}}\n{}\n{}",
        ink::variables(false),
        ink::variables(true),
        ink::variables(false),
        ink::classes(false),
        include_str!("page.css"),
    )
}
