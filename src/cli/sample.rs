//! `ridgewalk sample`: runs chains, and prints what they say.
//!
//! What was asked becomes a [`Job`]; its draws are kept in memory, stored as they come (`stored`), or reduced to moments
//! where they are made (`moments`). Absent on purpose: how any of that is done.

use std::io::Write;
use std::time::Instant;

use serde_json::{Value, json};

use super::args::{Kept, Sample};
use super::diagnosis::Diagnosis;
use super::error::{CliError, Verdict};
use super::files::{self, Files};
use super::identification::Identification;
use super::memory::{self, Room};
use super::progress::Progress;
use super::terminal::say;
use super::{method, moments, report, request, simulate, stored};
use crate::backend::{Backend, Description};
use crate::diagnostics;
use crate::lang::{self, Compiled};
use crate::model::{Hazard, Model};
use crate::report::quantity::{magnitude, seconds};
use crate::report::table;
use crate::run::{Glance, Init, Look, Outcome, Settings, quantities, run_observed};

/// What was asked for, and what runs it.
pub(super) struct Job<'a> {
    pub sample: &'a Sample,
    pub files: &'a Files,
    pub compiled: &'a Compiled,
    pub settings: &'a Settings,
    pub description: Description,
    /// When the program began, and how long compiling took it.
    began: Instant,
    compile_seconds: f64,
}

impl<'a> Job<'a> {
    pub(super) fn model(&self) -> &'a Model {
        &self.compiled.model
    }

    pub(super) fn superchains(&self) -> usize {
        self.settings.chains / self.settings.superchain_size
    }

    /// Says something on standard error, unless asked to be quiet.
    pub(super) fn tell(&self, text: &str) {
        if !self.sample.quiet {
            say(text);
        }
    }
}

pub(super) fn sample(sample: &Sample, out: &mut impl Write) -> Result<Verdict, CliError> {
    let began = Instant::now();
    let seed = match (sample.seed, stored::seed(sample)?) {
        (Some(seed), _) | (None, Some(seed)) => seed,
        (None, None) => u64::from(rand::random::<u32>()),
    };
    let files = files::read(&sample.input)?;
    let compiled = files.compiled(lang::Settings { seed, collapse: !sample.no_collapse })?;
    if !sample.quiet {
        compiled.printed.iter().for_each(|line| say(&format!("{line}\n")));
    }
    if sample.generate.is_some() && compiled.quantities.names().is_empty() {
        return Err(CliError::plain("--generate: the model has no generated quantities"));
    }
    let model = &compiled.model;
    if let Some(path) = &sample.report {
        if model.coordinates.is_empty() {
            return Err(CliError::plain(
                "--report: the model has no parameters, so there will be no draws to report on",
            ));
        }
        files::check_writable(path, "the report")?;
    }
    if model.coordinates.is_empty() {
        return simulate::simulate(sample, &compiled, seed, out);
    }
    let settings = request::settings(sample, &compiled, seed)?;
    let mut chosen = request::backend(sample, model, seed)?;
    let (description, compile_seconds) = (chosen.backend.description().clone(), began.elapsed().as_secs_f64());
    let job =
        Job { sample, files: &files, compiled: &compiled, settings: &settings, description, began, compile_seconds };
    let moments = sample.keep == Kept::Moments;
    let planned = sample.out.as_ref().map(|path| stored::plan(&job, path, &chosen.notes)).transpose()?;
    memory::check(Room {
        chains: sample.chains,
        draws: match &planned {
            // Of a run that is stored as it goes, two blocks are held.
            Some(planned) => sample.draws.min(2 * planned.block() as u32),
            None if moments => moments::equivalent(model.parameters.len()),
            None => sample.draws,
        },
        coordinates: model.coordinates.len(),
        parameters: model.parameters.len() + compiled.quantities.names().len(),
        sets: 1,
    })?;
    job.tell(&opening(&job, chosen.reason.as_deref()));
    for note in &chosen.notes {
        job.tell(&format!("note: {note}\n"));
    }
    for hazard in model.hazards.iter().filter(|_| job.description.precision == crate::backend::Precision::F32) {
        job.tell(&format!("warning: {}\n", hazard_sentence(hazard)));
    }
    if matches!(settings.init, Init::At(_)) && settings.chains > 1 {
        job.tell(
            "note: all chains start at the same point, so their agreement says nothing about what lies elsewhere\n",
        );
    }
    let progress = Progress::new(&settings, &model.parameters, sample.quiet);
    if moments {
        return moments::sample(&job, chosen.backend.as_mut(), &progress, out);
    }
    let finished = match planned {
        Some(planned) => stored::run(&job, planned, &mut chosen, &progress),
        None => in_memory(&job, chosen.backend.as_mut(), &progress),
    };
    let outcome = finished.inspect_err(|_| progress.finish())?;
    if let Some(path) = &sample.generate {
        simulate::write(path, &compiled.quantities, outcome.draws.values(), seed)?;
    }
    conclude(&job, &outcome, &progress, out)
}

/// Runs the chains and keeps all draws.
fn in_memory(job: &Job<'_>, backend: &mut dyn Backend, progress: &Progress<'_>) -> Result<Outcome, CliError> {
    let mut watch = |phase, done, total| progress.report(phase, done, total);
    let mut look = |glance: Glance<'_>| progress.look(&glance);
    let look: Option<Look<'_>> = if progress.is_shown() { Some(&mut look) } else { None };
    let outcome = run_observed(job.model(), backend, job.settings, &mut watch, look)?;
    let Settings { first_chain, seed, .. } = *job.settings;
    let draws = quantities::generate(&job.compiled.quantities, outcome.draws, first_chain, 0, seed)?;
    Ok(Outcome { draws, ..outcome })
}

/// What the draws say.
fn conclude(
    job: &Job<'_>,
    outcome: &Outcome,
    progress: &Progress<'_>,
    out: &mut impl Write,
) -> Result<Verdict, CliError> {
    let (sample, model, superchains) = (job.sample, job.model(), job.superchains());
    let clock = Instant::now();
    progress.diagnose();
    let diagnosis = Diagnosis::of(&outcome.draws, superchains, &diagnostics::Settings::default());
    progress.finish();
    let diagnosis = diagnosis?.with(method::findings(outcome, request::method(sample)));
    let diagnostics_seconds = clock.elapsed().as_secs_f64();
    // Where chains disagree, the first question is whether the data could ever make them agree.
    let is_asked = sample.json || !sample.quiet || sample.allow_nonidentified;
    let identification = (is_asked && diagnosis.has_disagreement()).then(|| {
        let found = Identification::before(job.files, model, job.settings.seed)?;
        found.after(&outcome.draws, superchains)
    });
    let identification = identification.and_then(Result::ok).filter(Identification::has_open);
    if sample.json {
        let told = [
            ("summary", diagnosis.summary_object()),
            ("correlation", diagnosis.correlation_object()),
            ("warnings", diagnosis.warnings_object()),
        ];
        let mut object = object(job, outcome, told, diagnostics_seconds);
        if let (Some(map), Some(found)) = (object.as_object_mut(), &identification) {
            map.insert("identify".into(), found.object());
        }
        writeln!(out, "{object:#}")?;
    } else {
        job.tell(&closing(job.settings, outcome, model));
        diagnosis.write_tables(out, table::Folding::Folded { opened_by: None })?;
        job.tell(&diagnosis.warnings());
        if let Some(found) = &identification {
            job.tell(&format!("\n{}", found.text()));
        }
    }
    if let Some(path) = &sample.report {
        report::of_sample(path, job, outcome, &diagnosis)?;
    }
    let excused = identification.filter(|_| sample.allow_nonidentified).map_or_else(Vec::new, |found| found.excused());
    let bad = sample.strict && diagnosis.is_bad_beyond(&model.coordinates, &excused);
    Ok(if bad { Verdict::Bad } else { Verdict::Good })
}

/// What runs where, before it runs.
fn opening(job: &Job<'_>, reason: Option<&str>) -> String {
    let (settings, description) = (job.settings, &job.description);
    let method = method::name(request::method(job.sample));
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

fn hazard_sentence(hazard: &Hazard) -> String {
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
        "sampler": method::code(request::method(sample)),
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
        map.extend(method::entries(outcome, job.model()));
        map.extend(told.map(|(key, value)| (key.to_owned(), value)));
    }
    object
}
