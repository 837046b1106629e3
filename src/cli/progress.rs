//! Live progress on standard error: one line per phase, on a terminal only.

use std::cell::RefCell;
use std::fmt::Write;
use std::ops::ControlFlow;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::report::quantity::magnitude;
use crate::run::Phase;

/// A line that says what is being done, on a terminal only.
#[derive(Debug)]
pub(super) struct Spinner(ProgressBar);

impl Spinner {
    /// Shows nothing when `quiet`.
    pub(super) fn new(quiet: bool) -> Self {
        let target = if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr_with_hz(5) };
        let line = ProgressBar::with_draw_target(None, target);
        line.enable_steady_tick(Duration::from_millis(200));
        Self(line)
    }

    /// What is being done now.
    pub(super) fn say(&self, text: &str) {
        self.0.set_message(text.to_owned());
    }

    /// Removes the line.
    pub(super) fn finish(&self) {
        self.0.finish_and_clear();
    }
}

/// The line of the current phase.
pub(super) struct Progress {
    chains: u64,
    hidden: bool,
    current: RefCell<Option<(Phase, ProgressBar)>>,
}

impl Progress {
    /// For so many chains; shows nothing when `quiet`, and nothing without a terminal.
    pub(super) fn new(chains: u32, quiet: bool) -> Self {
        Self { chains: u64::from(chains), hidden: quiet, current: RefCell::new(None) }
    }

    /// Every chain has taken `done` of `total` steps of a phase. Never stops the run.
    pub(super) fn report(&self, phase: Phase, done: u32, total: u32) -> ControlFlow<()> {
        let mut current = self.current.borrow_mut();
        if current.as_ref().is_none_or(|(shown, _)| *shown != phase) {
            if let Some((_, bar)) = current.take() {
                bar.finish_and_clear();
            }
            *current = Some((phase, self.bar(phase, total)));
        }
        if let Some((_, bar)) = current.as_ref() {
            bar.set_position(u64::from(done) * self.chains);
        }
        ControlFlow::Continue(())
    }

    /// The chains have run, and their draws are being looked at.
    pub(super) fn diagnose(&self) {
        self.finish();
        let line = ProgressBar::with_draw_target(None, self.target());
        line.set_message("diagnostics");
        line.enable_steady_tick(Duration::from_millis(200));
        *self.current.borrow_mut() = Some((Phase::Sampling, line));
    }

    /// Removes the line.
    pub(super) fn finish(&self) {
        if let Some((_, bar)) = self.current.borrow_mut().take() {
            bar.finish_and_clear();
        }
    }

    /// Standard error that is no terminal shows nothing: indicatif asks.
    fn target(&self) -> ProgressDrawTarget {
        if self.hidden { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr_with_hz(5) }
    }

    fn bar(&self, phase: Phase, total: u32) -> ProgressBar {
        let bar = ProgressBar::with_draw_target(Some(u64::from(total) * self.chains), self.target());
        let style = ProgressStyle::with_template("{prefix:<8} {wide_bar} {percent:>3}% {rate} {eta}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_style(style.with_key("rate", |state: &ProgressState, out: &mut dyn Write| {
            // Writing to the line fails only where the line itself cannot be shown.
            let _ = write!(out, "{} steps/s", magnitude(state.per_sec()));
        }));
        bar.set_prefix(match phase {
            Phase::Warmup => "warm-up",
            Phase::Sampling => "sampling",
        });
        bar
    }
}
