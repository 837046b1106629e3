//! Live progress on standard error: on a terminal one line a phase, elsewhere now and then a line.
//!
//! indicatif draws the line anew a few times a second, cut to the width that the terminal has then. Where nobody looks, a
//! line is written when another tenth is done, and ten seconds have passed since the one before: a log of a run of hours
//! has ten lines a phase, one of a minute hardly any. Absent: anything when asked to be quiet.

use std::cell::RefCell;
use std::io::{self, IsTerminal};
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::terminal::say;
use crate::backend::Counts;
use crate::report::quantity::{magnitude, seconds};
use crate::run::monitor::Monitor;
use crate::run::{Glance, Phase, Settings};

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

/// How often the line is drawn anew, each second.
const HERTZ: u8 = 5;

/// Between two lines where there is no terminal.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where progress goes.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Quiet,
    Terminal,
    Log,
}

/// The line of the current phase.
pub(super) struct Progress<'a> {
    kind: Kind,
    chains: usize,
    thin: u32,
    parameters: &'a [String],
    current: RefCell<Option<Current>>,
    seen: RefCell<Seen>,
}

/// A phase in progress.
struct Current {
    phase: Phase,
    bar: ProgressBar,
    since: Instant,
    told: Instant,
    tenths: u32,
}

/// What the draws so far say.
struct Seen {
    monitor: Monitor,
    r_hat: Option<(usize, f64)>,
    divergences: Option<u64>,
}

impl<'a> Progress<'a> {
    /// Of a run; shows nothing when `quiet`.
    pub(super) fn new(settings: &Settings, parameters: &'a [String], quiet: bool) -> Self {
        let kind = match (quiet, io::stderr().is_terminal()) {
            (true, _) => Kind::Quiet,
            (false, true) => Kind::Terminal,
            (false, false) => Kind::Log,
        };
        let monitor = Monitor::new(settings.chains, parameters.len());
        Self {
            kind,
            chains: settings.chains,
            thin: settings.thin,
            parameters,
            current: RefCell::new(None),
            seen: RefCell::new(Seen { monitor, r_hat: None, divergences: None }),
        }
    }

    /// Whether anybody will see what draws say on the way.
    pub(super) fn is_shown(&self) -> bool {
        self.kind != Kind::Quiet
    }

    /// Every chain has taken `done` of `total` steps of a phase. Never stops the run.
    pub(super) fn report(&self, phase: Phase, done: u32, total: u32) -> ControlFlow<()> {
        if self.kind == Kind::Quiet {
            return ControlFlow::Continue(());
        }
        let mut current = self.current.borrow_mut();
        if current.as_ref().is_none_or(|current| current.phase != phase) {
            if let Some(current) = current.take() {
                current.bar.finish_and_clear();
            }
            let now = Instant::now();
            let bar = self.bar(total);
            bar.set_prefix(name(phase));
            *current = Some(Current { phase, bar, since: now, told: now, tenths: 0 });
        }
        if let Some(current) = current.as_mut() {
            current.bar.set_position(u64::from(done));
            let is_due = match self.kind {
                Kind::Terminal => current.told.elapsed() >= Duration::from_secs(1) / u32::from(HERTZ),
                Kind::Log => {
                    let tenths = (10 * u64::from(done) / u64::from(total.max(1))) as u32;
                    let due = tenths > current.tenths && current.told.elapsed() >= PATIENCE;
                    current.tenths = if due { tenths } else { current.tenths };
                    due
                }
                Kind::Quiet => false,
            };
            if is_due {
                current.told = Instant::now();
                let sentence = self.sentence(current, done, total);
                match self.kind {
                    Kind::Terminal => current.bar.set_message(sentence),
                    Kind::Log => say(&format!("{} {}%: {sentence}\n", name(phase), percent(done, total))),
                    Kind::Quiet => {}
                }
            }
        }
        ControlFlow::Continue(())
    }

    /// Looks at draws that have been taken.
    pub(super) fn look(&self, glance: &Glance<'_>) {
        let mut seen = self.seen.borrow_mut();
        seen.monitor.look(glance.draws, glance.filled.clone());
        seen.r_hat = seen.monitor.worst();
        seen.divergences = match glance.counts {
            Counts::Accepted(_) => None,
            Counts::Trees(trees) => Some(trees.iter().map(|tree| u64::from(tree.divergences)).sum()),
        };
    }

    /// How far a phase is, how fast, and what its draws say.
    fn sentence(&self, current: &Current, done: u32, total: u32) -> String {
        let each = match current.phase {
            Phase::Warmup => 1,
            Phase::Sampling => self.thin.max(1),
        };
        let what = match current.phase {
            Phase::Warmup => "steps",
            Phase::Sampling => "draws",
        };
        let passed = current.since.elapsed().as_secs_f64();
        let rate = f64::from(done) / passed.max(1e-9);
        let left = f64::from(total - done.min(total)) / rate.max(1e-9);
        // What matters most comes first: a narrow terminal cuts the rest.
        let mut text = format!(
            "{} x {}/{} {what}, {} left",
            self.chains,
            done / each,
            total / each,
            if left < 10.0 { format!("{left:.0} s") } else { seconds(left) },
        );
        if current.phase == Phase::Sampling {
            let seen = self.seen.borrow();
            if let Some((parameter, r_hat)) = seen.r_hat {
                text += &format!(", R-hat {r_hat:.2} ({})", self.parameters[parameter]);
            }
            match seen.divergences {
                None => {}
                Some(1) => text += ", 1 divergence",
                Some(count) => text += &format!(", {count} divergences"),
            }
        }
        text + &format!(", {} steps/s", magnitude(rate * self.chains as f64))
    }

    /// The chains have run, and their draws are being looked at.
    pub(super) fn diagnose(&self) {
        self.finish();
        let bar = ProgressBar::with_draw_target(None, self.target());
        bar.set_message("diagnostics");
        bar.enable_steady_tick(Duration::from_millis(200));
        let now = Instant::now();
        *self.current.borrow_mut() = Some(Current { phase: Phase::Sampling, bar, since: now, told: now, tenths: 0 });
    }

    /// Removes the line.
    pub(super) fn finish(&self) {
        if let Some(current) = self.current.borrow_mut().take() {
            current.bar.finish_and_clear();
        }
    }

    fn target(&self) -> ProgressDrawTarget {
        match self.kind {
            Kind::Terminal => ProgressDrawTarget::stderr_with_hz(HERTZ),
            Kind::Quiet | Kind::Log => ProgressDrawTarget::hidden(),
        }
    }

    fn bar(&self, total: u32) -> ProgressBar {
        let bar = ProgressBar::with_draw_target(Some(u64::from(total)), self.target());
        // The message comes last and is cut where the terminal ends.
        let style = ProgressStyle::with_template("{prefix:<8} {bar:8} {percent:>3}% {wide_msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar
    }
}

fn name(phase: Phase) -> &'static str {
    match phase {
        Phase::Warmup => "warm-up",
        Phase::Sampling => "sampling",
    }
}

fn percent(done: u32, total: u32) -> u64 {
    100 * u64::from(done) / u64::from(total.max(1))
}
