//! A run as the parts of `sample` see it: what was asked for, what runs it, and what is told of it in words and as JSON.
//!
//! Absent on purpose: running it, and what its draws say.

use std::time::Instant;

use serde_json::{Value, json};

use super::args::{Kept, Sample};
use super::error::CliError;
use super::files::Files;
use super::terminal::{colour, say};
use super::{method, request};
use crate::backend::{Description, Tuning};
use crate::diagnostics::History;
use crate::lang::Compiled;
use crate::lang::source::{Source, Span};
use crate::model::{Hazard, Model};
use crate::report::quantity::{magnitude, seconds};
use crate::run::refused::{Proposals, proposals};
use crate::run::{Outcome, RunError, Settings};

/// Reasons of rejections that are told; the others are counted.
const MOST_REASONS: usize = 3;

/// What was asked for, and what runs it.
pub(super) struct Job<'a> {
    pub sample: &'a Sample,
    pub files: &'a Files,
    pub compiled: &'a Compiled,
    pub settings: &'a Settings,
    pub description: Description,
    /// When the program began, and how long compiling took it.
    pub began: Instant,
    pub compile_seconds: f64,
}

impl<'a> Job<'a> {
    pub(super) fn model(&self) -> &'a Model {
        &self.compiled.model
    }

    pub(super) fn superchains(&self) -> usize {
        self.settings.chains / self.settings.superchain_size
    }

    /// What of the model rejects proposals, and about how often: asked at a sample, from where the chains ended.
    pub(super) fn rejections(&self, tuning: &Tuning, positions: &[f64]) -> Option<String> {
        if !self.compiled.rejects || self.sample.quiet {
            return None;
        }
        let Proposals { made, refused } = proposals(self.model(), tuning, positions, self.settings.seed);
        let reasons = self.compiled.quantities.rejections(refused.iter().map(Vec::as_slice));
        let rejected: usize = reasons.iter().map(|reason| reason.count).sum();
        if rejected == 0 {
            return None;
        }
        let what = if matches!(tuning, Tuning::Nuts { .. }) { "trajectories" } else { "moves" };
        let mut text = format!(
            "note: of {made} {what} from where the chains ended, {rejected} lead to states that the model rejects \
             (density zero, as in Stan):\n"
        );
        for reason in reasons.iter().take(MOST_REASONS) {
            text += &format!("  {}; {} of {made}\n", reason.sentence(&self.files.source), reason.count);
        }
        Some(text)
    }

    /// An error with its reason: where no chain could start, what the model rejected, at which place, and how often.
    pub(super) fn explained(&self, error: CliError) -> CliError {
        let CliError::Run(RunError::NoStart(nowhere)) = error else { return error };
        let attempts = nowhere.tried.len();
        let reasons = self.compiled.quantities.obstacles(nowhere.tried.iter().map(Vec::as_slice));
        if reasons.is_empty() {
            return CliError::Run(RunError::NoStart(nowhere));
        }
        let source = &self.files.source;
        let mut text = format!("error: {nowhere}\n");
        for reason in reasons.iter().take(MOST_REASONS) {
            let noun = if attempts == 1 { "attempt" } else { "attempts" };
            text += &format!("{}; {} of {attempts} {noun}\n", reason.sentence(source), reason.count);
            text += &reason.render(source, colour());
        }
        if reasons.len() > MOST_REASONS {
            text += &format!("and {} more places\n", reasons.len() - MOST_REASONS);
        }
        CliError::Rendered(text)
    }

    /// How the draws come about.
    pub(super) fn history(&self) -> History {
        History { warmup: Some(u64::from(self.settings.warmup)), thin: u64::from(self.settings.thin) }
    }

    /// Says something on standard error that is no warning, unless asked to be quiet.
    pub(super) fn tell(&self, text: &str) {
        if !self.sample.quiet {
            say(text);
        }
    }
}

/// The command line of this process, with the seed if it has none.
pub(super) fn command(seed: u64) -> String {
    let mut words: Vec<String> = std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect();
    if let Some(program) = words.first_mut() {
        "ridgewalk".clone_into(program);
    }
    if !words.iter().any(|word| word == "--seed" || word.starts_with("--seed=")) {
        words.extend(["--seed".to_owned(), seed.to_string()]);
    }
    let plain = |word: &str| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./=,:+%@".contains(&byte))
    };
    let quoted =
        words.iter().map(|word| if plain(word) { word.clone() } else { format!("'{}'", word.replace('\'', "'\\''")) });
    quoted.collect::<Vec<_>>().join(" ")
}

/// What runs where, before it runs.
pub(super) fn opening(job: &Job<'_>, reason: Option<&str>) -> String {
    let (settings, description) = (job.settings, &job.description);
    let method = request::method(&job.sample.stepping);
    let method = method::name(method) + &method::aim(method, settings);
    let reason = reason.map_or_else(String::new, |reason| format!(": {reason}"));
    let groups = if job.superchains() == settings.chains {
        String::new()
    } else {
        format!(" in {} superchains of {}", job.superchains(), settings.superchain_size)
    };
    format!(
        "{method}: {}\n{} chain{}{groups} on the {} ({}, {}){reason}\nseed {}\n",
        method::listed(&job.model().coordinates),
        settings.chains,
        if settings.chains == 1 { "" } else { "s" },
        if description.backend == "gpu" { "GPU" } else { "CPU" },
        description.adapter,
        description.precision,
        settings.seed,
    )
}

/// What was run, and how fast.
pub(super) fn closing(settings: &Settings, outcome: &Outcome, model: &Model) -> String {
    format!(
        "{} warm-up steps and {} draws of {} chains took {} ({} steps per second); {}\n\n",
        settings.warmup,
        settings.draws,
        settings.chains,
        seconds(outcome.warmup_seconds + outcome.sampling_seconds),
        magnitude(method::steps_per_second(settings, outcome)),
        method::clause(outcome, model),
    )
}

/// What is said of a place where constants matter that Stan leaves out.
pub(super) fn constants_sentence(source: &Source, place: Span) -> String {
    format!(
        "Stan leaves constants out of the density of {}:{} (`~`, `_lupdf`, `_lupmf`), and they are kept here: the posterior is \
         another than Stan's where different constants meet. With `target += ..._lpdf(...)` (or `_lpmf`) both are the same.",
        source.name(),
        source.line(place)
    )
}

pub(super) fn hazard_sentence(hazard: &Hazard) -> String {
    match hazard {
        Hazard::Uncentred { data, mean, sd } => format!(
            "the values of {data} lie around {mean:.4} with a spread of {sd:.4}: in single precision their differences \
             lose digits; centre them, or use --precision f64"
        ),
        Hazard::Narrow { parameter, lower, upper } => format!(
            "the bounds {lower} and {upper} of {parameter} are so close that single precision has few numbers between \
             them; shift or rescale the parameter, or use --precision f64"
        ),
        Hazard::Factor => {
            "the model factorises a matrix that depends on parameters: where it is nearly singular, single \
             precision rejects points that belong to the posterior; compare with --precision f64"
                .to_owned()
        }
        Hazard::Constant { value } => format!(
            "the model computes with {value:.1e}, which single precision takes for {}: rescale what it is made of, or use \
             --precision f64",
            if value.abs() < 1.0 { "zero" } else { "infinity" }
        ),
        Hazard::Tiny { data, value } => format!(
            "no value of {data} is larger than {value:.1e}: in single precision their squares vanish; rescale them, or \
             use --precision f64"
        ),
        Hazard::Large { data, value } => format!(
            "{data} holds {value}, which single precision cannot tell from its neighbours; rescale it, or use \
             --precision f64"
        ),
    }
}

/// The object of `--json`, with what the draws told; `told` comes last.
pub(super) fn object(job: &Job<'_>, outcome: &Outcome, told: [(&str, Value); 3], diagnostics_seconds: f64) -> Value {
    let Job { sample, settings, description, .. } = job;
    let mut object = json!({
        "model": job.model().name,
        "data": sample.input.data.iter().map(|path| path.display().to_string()).collect::<Vec<_>>(),
        "seed": settings.seed,
        "sampler": method::code(request::method(&sample.stepping)),
        "backend": description.backend,
        "adapter": description.adapter,
        "precision": description.precision,
        "chains": settings.chains,
        "superchains": job.superchains(),
        "warmup": settings.warmup,
        "draws": settings.draws,
        "thin": settings.thin,
        "keep": if sample.keep == Kept::Moments { "moments" } else { "draws" },
        "timing": {
            "compile_s": job.compile_seconds,
            "warmup_s": outcome.warmup_seconds,
            "sampling_s": outcome.sampling_seconds,
            "diagnostics_s": diagnostics_seconds,
            "total_s": job.began.elapsed().as_secs_f64(),
            "steps_per_s": method::steps_per_second(settings, outcome),
        },
    });
    if let Some(map) = object.as_object_mut() {
        map.extend(method::entries(outcome, job.model(), request::method(&sample.stepping), settings));
        map.extend(told.map(|(key, value)| (key.to_owned(), value)));
    }
    object
}
