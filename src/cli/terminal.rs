//! The two streams: results on standard output; progress, warnings and pictures of errors on standard error.

use std::io::{self, ErrorKind, IsTerminal, StdoutLock, Write};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// Standard output. A reader that has seen enough, as `head` has, is no error: what is left goes nowhere, and the
/// verdict of the command stands.
#[derive(Debug)]
pub(super) struct Results(StdoutLock<'static>);

impl Results {
    pub(super) fn new() -> Self {
        Self(io::stdout().lock())
    }
}

/// The result of writing, a reader's leaving forgiven.
fn forgive<T>(result: io::Result<T>, instead: T) -> io::Result<T> {
    match result {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(instead),
        other => other,
    }
}

impl Write for Results {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        forgive(self.0.write(bytes), bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        forgive(self.0.flush(), ())
    }
}

/// Whether pictures on standard error may be coloured: a terminal, and no wish against it (<https://no-color.org>).
pub(super) fn colour() -> bool {
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    io::stderr().is_terminal() && !dumb && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Writes to standard error. If that is closed there is nobody to tell.
pub(super) fn say(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

/// Does some work, and should that take longer than a second, says what it is, unless asked to be quiet.
pub(super) fn saying<T>(quiet: bool, what: &str, work: impl FnOnce() -> T) -> T {
    const PATIENCE: Duration = Duration::from_secs(1);
    let (done, wait) = channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || {
            if wait.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) && !quiet {
                say(what);
            }
        });
        let result = work();
        drop(done);
        result
    })
}
