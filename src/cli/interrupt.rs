//! Ctrl-C, and the signals by which schedulers end a job, while a run is being stored: the first asks for an end at the
//! next checkpoint, the second for one at once, the third is not argued with.

use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::error::CliError;
use super::terminal::say;

/// How often the process has been asked to end.
#[derive(Clone, Debug)]
pub(super) struct Interrupt(Arc<AtomicU32>);

impl Interrupt {
    /// Listens from now on. Once in a process.
    pub(super) fn listen() -> Result<Self, CliError> {
        let count = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&count);
        let handler = move || match counted.fetch_add(1, Ordering::Relaxed) {
            0 => say("\nstopping at the next checkpoint; once more, and the draws since the last one are left\n"),
            1 => say("\nstopping now\n"),
            _ => process::exit(130),
        };
        ctrlc::set_handler(handler).map_err(|error| CliError::plain(format!("cannot listen for Ctrl-C: {error}")))?;
        Ok(Self(count))
    }

    pub(super) fn count(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}
