//! `ridgewalk sample`: runs chains, and prints what they say.

use std::io::Write;
use std::time::Instant;

use serde_json::{Value, json};

use super::args::Sample;
use super::diagnosis::Diagnosis;
use super::error::{CliError, Verdict};
use super::memory::{self, Room};
use super::progress::Progress;
use super::terminal::say;
use super::{files, method, report, request, simulate};
use crate::backend::Description;
use crate::diagnostics;
use crate::lang;
use crate::model::{Hazard, Model};
use crate::report::quantity::{magnitude, seconds};
use crate::report::table;
use crate::run::{Glance, Init, Look, Outcome, Settings, quantities, run_observed};

/// Seconds that each part took.
struct Timing {
    compile: f64,
    diagnostics: f64,
    total: f64,
}

pub(super) fn sample(sample: &Sample, out: &mut impl Write) -> Result<Verdict, CliError> {
    let clock = Instant::now();
    let seed = sample.seed.unwrap_or_else(|| u64::from(rand::random::<u32>()));
    let compiled = files::compiled(&sample.input, lang::Settings { seed, collapse: !sample.no_collapse })?;
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
    memory::check(Room {
        chains: sample.chains,
        draws: sample.draws,
        coordinates: model.coordinates.len(),
        parameters: model.parameters.len() + compiled.quantities.names().len(),
        sets: 1,
    })?;
    let mut chosen = request::backend(sample, model, seed)?;
    let description = chosen.backend.description().clone();
    let compile = clock.elapsed().as_secs_f64();
    let tell = |text: &str| {
        if !sample.quiet {
            say(text);
        }
    };
    tell(&opening(sample, model, &settings, &description, chosen.reason.as_deref()));
    for note in &chosen.notes {
        tell(&format!("note: {note}\n"));
    }
    for hazard in model.hazards.iter().filter(|_| description.precision == crate::backend::Precision::F32) {
        tell(&format!("warning: {}\n", hazard_sentence(hazard)));
    }
    if matches!(settings.init, Init::At(_)) && settings.chains > 1 {
        tell("note: all chains start at the same point, so their agreement says nothing about what lies elsewhere\n");
    }
    let progress = Progress::new(&settings, &model.parameters, sample.quiet);
    let mut watch = |phase, done, total| progress.report(phase, done, total);
    let mut look = |glance: Glance<'_>| progress.look(&glance);
    let look: Option<Look<'_>> = if progress.is_shown() { Some(&mut look) } else { None };
    let outcome = run_observed(model, chosen.backend.as_mut(), &settings, &mut watch, look);
    let quantities = &compiled.quantities;
    let finished = outcome.and_then(|outcome| {
        let draws = quantities::generate(quantities, outcome.draws, settings.first_chain, seed)?;
        Ok(Outcome { draws, ..outcome })
    });
    let outcome = match finished {
        Ok(outcome) => outcome,
        Err(error) => {
            progress.finish();
            return Err(error.into());
        }
    };
    if let Some(path) = &sample.generate {
        simulate::write(path, quantities, outcome.draws.values(), seed)?;
    }
    let diagnostics_clock = Instant::now();
    progress.diagnose();
    let superchains = settings.chains / settings.superchain_size;
    let diagnosis = Diagnosis::of(&outcome.draws, superchains, &diagnostics::Settings::default());
    progress.finish();
    let diagnosis = diagnosis?.with(method::findings(&outcome, request::method(sample)));
    let diagnostics = diagnostics_clock.elapsed().as_secs_f64();
    let timing = Timing { compile, diagnostics, total: clock.elapsed().as_secs_f64() };
    if sample.json {
        let object = object(sample, model, &settings, &description, &outcome, &diagnosis, &timing);
        writeln!(out, "{object:#}")?;
    } else {
        tell(&closing(&settings, &outcome, model));
        diagnosis.write_tables(out, table::Folding::Folded { opened_by: None })?;
        tell(&diagnosis.warnings());
    }
    if let Some(path) = &sample.report {
        report::of_sample(path, sample, &compiled, &settings, &description, &outcome, &diagnosis)?;
    }
    Ok(if sample.strict && diagnosis.is_bad(&model.coordinates) { Verdict::Bad } else { Verdict::Good })
}

/// What runs where, before it runs.
fn opening(
    sample: &Sample,
    model: &Model,
    settings: &Settings,
    description: &Description,
    reason: Option<&str>,
) -> String {
    let method = method::name(request::method(sample));
    let reason = reason.map_or_else(String::new, |reason| format!(": {reason}"));
    let superchains = settings.chains / settings.superchain_size;
    let groups = if superchains == settings.chains {
        String::new()
    } else {
        format!(" in {superchains} superchains of {}", settings.superchain_size)
    };
    format!(
        "{method}: {}\n{} chain{}{groups} on the {} ({}, {}){reason}\nseed {}\n",
        method::listed(&model.coordinates),
        settings.chains,
        if settings.chains == 1 { "" } else { "s" },
        if description.backend == "gpu" { "GPU" } else { "CPU" },
        description.adapter,
        description.precision,
        settings.seed,
    )
}

/// What was run, and how fast.
fn closing(settings: &Settings, outcome: &Outcome, model: &Model) -> String {
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

fn object(
    sample: &Sample,
    model: &Model,
    settings: &Settings,
    description: &Description,
    outcome: &Outcome,
    diagnosis: &Diagnosis,
    timing: &Timing,
) -> Value {
    let mut object = json!({
        "model": model.name,
        "data": sample.input.data.iter().map(|path| path.display().to_string()).collect::<Vec<_>>(),
        "seed": settings.seed,
        "sampler": method::code(request::method(sample)),
        "backend": description.backend,
        "adapter": description.adapter,
        "precision": description.precision,
        "chains": settings.chains,
        "superchains": settings.chains / settings.superchain_size,
        "warmup": settings.warmup,
        "draws": settings.draws,
        "thin": settings.thin,
        "timing": {
            "compile_s": timing.compile,
            "warmup_s": outcome.warmup_seconds,
            "sampling_s": outcome.sampling_seconds,
            "diagnostics_s": timing.diagnostics,
            "total_s": timing.total,
            "steps_per_s": method::steps_per_second(settings, outcome),
        },
    });
    if let Some(map) = object.as_object_mut() {
        map.extend(method::entries(outcome, model));
        map.insert("summary".into(), diagnosis.summary_object());
        map.insert("correlation".into(), diagnosis.correlation_object());
        map.insert("warnings".into(), diagnosis.warnings_object());
    }
    object
}
