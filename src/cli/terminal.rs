//! Standard error, where progress, warnings and pictures of errors go.

use std::io::{self, IsTerminal, Write};

/// Whether pictures on standard error may be coloured: a terminal, and no wish against it (<https://no-color.org>).
pub(super) fn colour() -> bool {
    io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Writes to standard error. If that is closed there is nobody to tell.
pub(super) fn say(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}
