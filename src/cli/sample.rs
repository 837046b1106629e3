//! `ridgewalk sample`: runs chains, and prints what they say.
//!
//! What was asked becomes a [`Job`]; its draws are kept in memory, stored as they come (`stored`), or reduced to moments
//! where they are made (`moments`). Absent on purpose: how any of that is done.

use std::io::Write;
use std::time::Instant;

use super::args::{Kept, Sample};
use super::diagnosis::Diagnosis;
use super::draws::few;
use super::error::{CliError, Verdict};
use super::files;
use super::identification::Identification;
use super::job::{Job, closing, constants_sentence, hazard_sentence, object, opening};
use super::memory::{self, Room};
use super::progress::Progress;
use super::terminal::say;
use super::{init, method, moments, report, request, simulate, stored};
use crate::backend::Backend;
use crate::diagnostics;
use crate::lang;
use crate::report::table;
use crate::run::{Glance, Look, Outcome, Settings, quantities, run_observed};
use crate::store::Output;

pub(super) fn sample(sample: &Sample, out: &mut impl Write) -> Result<Verdict, CliError> {
    let began = Instant::now();
    request::check_sampler_options(&sample.stepping, sample.target_accept)?;
    let seed = match (sample.seed, stored::seed(sample)?) {
        (Some(seed), _) | (None, Some(seed)) => seed,
        (None, None) => u64::from(rand::random::<u32>()),
    };
    let files = files::read(&sample.input)?;
    let compiled =
        files.compiled(lang::Settings { seed, collapse: !sample.no_collapse, ..lang::Settings::default() })?;
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
        report::place(path).check()?;
        if sample.out.as_ref() == Some(path) {
            return Err(CliError::plain("--out and --report name the same file"));
        }
    }
    if let Some(path) = &sample.generate {
        Output::new(path).check()?;
        if sample.report.as_ref() == Some(path) {
            return Err(CliError::plain("--generate and --report name the same file"));
        }
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
        say(&format!("warning: {}\n", hazard_sentence(hazard)));
    }
    if let Some(place) = compiled.constants {
        say(&format!("warning: {}\n", constants_sentence(&job.files.source, place)));
    }
    for note in init::notes(&settings.init, settings.first_chain as usize + settings.chains, settings.superchain_size) {
        job.tell(&format!("note: {note}\n"));
    }
    let progress = Progress::new(&settings, &model.parameters, sample.quiet);
    if moments {
        return moments::sample(&job, chosen.backend.as_mut(), &progress, out).map_err(|error| job.explained(error));
    }
    let finished = match planned {
        Some(planned) => stored::run(&job, planned, &mut chosen, &progress),
        None => in_memory(&job, chosen.backend.as_mut(), &progress),
    };
    let outcome = finished.inspect_err(|_| progress.finish()).map_err(|error| job.explained(error))?;
    // Of a run that only had to be finished, chains may be nowhere.
    if compiled.rejects && !sample.resume {
        let positions = chosen.backend.positions()?;
        job.rejections(&outcome.tuning, &positions).into_iter().for_each(|note| job.tell(&note));
    }
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
    let (draws, failures) = quantities::generate(&job.compiled.quantities, outcome.draws, first_chain, 0, seed)?;
    Ok(Outcome { draws, failures, ..outcome })
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
    let failed = (job.compiled.quantities.names(), &outcome.failures);
    let shown = diagnostics::Settings::default();
    let diagnosis = Diagnosis::of(&outcome.draws, superchains, job.history(), &shown, failed);
    progress.finish();
    let diagnosis = diagnosis?.with(method::findings(outcome, request::method(&sample.stepping)), Vec::new());
    let diagnostics_seconds = clock.elapsed().as_secs_f64();
    // Where chains disagree, the first question is whether the data could ever make them agree.
    let is_asked = sample.json || !sample.quiet || sample.allow_nonidentified;
    let identification = (sample.report.is_some() || is_asked && diagnosis.has_disagreement()).then(|| {
        let found = Identification::before(job.files, job.compiled, job.settings.seed)?;
        found.after(&few(&outcome.draws, &model.parameters)?, superchains)
    });
    let identification = match identification.transpose() {
        Ok(found) => found,
        Err(error) => {
            job.tell(&format!("note: whether the data determine the parameters was not found out: {error}\n"));
            None
        }
    };
    let open = identification.as_ref().filter(|found| diagnosis.has_disagreement() && found.explains());
    if sample.json {
        let told = [
            ("summary", diagnosis.summary_object()),
            ("correlation", diagnosis.correlation_object()),
            ("warnings", diagnosis.warnings_object(&model.coordinates)),
        ];
        let mut object = object(job, outcome, told, diagnostics_seconds);
        if let Some(map) = object.as_object_mut() {
            map.insert("verdict".into(), diagnosis.verdict_object(&model.coordinates));
            if let Some(found) = open {
                map.insert("identify".into(), found.object());
            }
        }
        writeln!(out, "{object:#}")?;
    } else {
        job.tell(&closing(job.settings, outcome, model));
        diagnosis.write_tables(out, table::Folding::Folded { opened_by: None })?;
        diagnosis.say(&model.coordinates, !open.is_some_and(Identification::has_copies), sample.quiet);
        if let Some(found) = open {
            job.tell(&format!("\n{}", found.passage().text()));
        }
    }
    if let Some(path) = &sample.report {
        report::of_sample(path, job, outcome, &diagnosis, identification.as_ref())?;
    }
    let excused = open.filter(|_| sample.allow_nonidentified).map_or_else(Vec::new, Identification::excused);
    let bad = sample.strict && diagnosis.is_bad_beyond(&model.coordinates, &excused);
    Ok(if bad { Verdict::Bad } else { Verdict::Good })
}
