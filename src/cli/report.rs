//! `ridgewalk report`: draws in files become a page to look at; `sample --report` makes the same page of a run at hand.

use std::collections::HashMap;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;

use rayon::prelude::*;
use serde_json::Value;

use super::args::Report;
use super::diagnosis::Diagnosis;
use super::draws::{self, Chosen, Opened};
use super::error::{CliError, Verdict};
use super::files::Files;
use super::identification::Identification;
use super::job::{self, Job};
use super::selection::select;
use super::summary::interval;
use super::terminal::say;
use super::trajectories::Told;
use super::{files, graph, method, request};
use crate::diagnostics::Settings;
use crate::draws::Columns;
use crate::lang;
use crate::lang::source::Source;
use crate::model::data::Data;
use crate::report::html::{is_page, page};
use crate::report::passage::Passage;
use crate::report::picture::Picture;
use crate::report::picture::png::png;
use crate::report::quantity::{magnitude, seconds};
use crate::report::survey::{Run, Survey};
use crate::run::Outcome;
use crate::store::{Facts, Output, StoredColumns, StoredRun};

pub(super) fn report(arguments: &Report, out: &mut impl Write) -> Result<Verdict, CliError> {
    let settings = Settings { interval: interval(&arguments.interval)? };
    if !is_standard(&arguments.out) {
        place(&arguments.out).check()?;
    }
    if let Some(folder) = &arguments.plots {
        check_new(folder)?;
    }
    let Opened { mut draws, sampler, mut notes, superchains: own, failed, history, run: stored } =
        draws::open(&arguments.files)?;
    let superchains = arguments.superchains.map_or(own, |k| k as usize);
    let origin = stored.as_deref().and_then(StoredRun::facts);
    // A run directory knows its model, and of its data what are arrays.
    let model = match (&arguments.model, &stored) {
        (Some(path), _) => Some((files::source(path, &arguments.includes)?, files::model_name(path))),
        (None, Some(run)) => run.model()?.map(|text| {
            let name = origin.map_or_else(|| "model".to_owned(), |facts| facts.model.clone());
            (Source::new(format!("{name}.stan"), text), name)
        }),
        (None, None) => None,
    };
    let data = match (&arguments.data[..], &stored) {
        ([], Some(run)) => run.data()?,
        (paths, _) => Some(files::data(paths)?),
    };
    let graph = match &model {
        Some((source, name)) => graph::picture(source, data.as_ref().unwrap_or(&Data::default()), name)?,
        None => None,
    };
    let all = &*draws;
    let determined = match (&model, data) {
        (Some((source, name)), Some(data)) => {
            let seed = origin.map_or(1, |facts| facts.shape.seed);
            determined(&Files::of(source.clone(), data, name.clone()), seed, all, superchains, &mut notes)
        }
        (Some(_), None) => {
            notes.push("what the data determine is not told: the directory has not all of them (--data)".to_owned());
            None
        }
        _ => None,
    };
    // Every step: energies of steps that do not follow one another would look well mixed.
    let every_step = stored.as_ref().map(|run| StoredColumns::statistics(run, 1)).transpose()?;
    let told = Told::of(stored.as_deref(), every_step.as_ref().map_or(&*sampler, |steps| steps))?;
    if !arguments.parameters.is_empty() {
        let chosen = select(&arguments.parameters, draws.parameters())?;
        draws = Box::new(Chosen::new(draws, chosen));
    }
    let stem = arguments.files[0].file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let named = model.as_ref().map(|(_, name)| name.clone()).or(stem);
    let list: Vec<String> = arguments.files.iter().map(|file| file.display().to_string()).collect();
    let mut facts = vec![
        ("draws from".to_owned(), method::listed(&list)),
        ("chains".to_owned(), draws.chains().to_string()),
        ("draws of each chain".to_owned(), draws.draws().to_string()),
    ];
    facts.extend(origin.into_iter().flat_map(entries));
    let run = Run {
        title: &named.unwrap_or_else(|| "draws".to_owned()),
        draws: &*draws,
        statistics: &*sampler,
        superchains,
        settings,
        summary: None,
        history,
        findings: told.findings,
        unchecked: told.unchecked,
        sampled: origin.map_or(&[][..], |facts| &facts.coordinates),
        failed,
        notes,
        copies: determined.as_ref().is_some_and(|(_, copies)| *copies),
        determined: determined.map(|(passage, _)| passage),
        facts,
        command: origin.map(|facts| facts.command.clone()).filter(|it| !it.is_empty()),
        model: model.map(|(source, _)| source.text().to_owned()),
        graph,
    };
    let survey = survey(&run)?;
    write(&arguments.out, &run, &survey, arguments.quiet, out)?;
    if let Some(folder) = &arguments.plots {
        write_plots(folder, &run, &survey, arguments.quiet)?;
    }
    Ok(if arguments.strict && survey.bad { Verdict::Bad } else { Verdict::Good })
}

/// What the data determine of the model that draws are of, and whether modes have copies; a note where that cannot be told, or where the draws have not
/// all that it takes to be held against it.
fn determined(
    files: &Files,
    seed: u64,
    draws: &dyn Columns,
    superchains: usize,
    notes: &mut Vec<String>,
) -> Option<(Passage, bool)> {
    let found = files
        .compiled(lang::Settings { seed, ..lang::Settings::default() })
        .and_then(|compiled| Ok((Identification::before(files, &compiled, seed)?, compiled)));
    let (found, compiled) = found
        .map_err(|error| notes.push(format!("whether the data determine the parameters was not found out: {error}")))
        .ok()?;
    let (alone, copies) = (found.passage(), found.has_copies());
    let after = draws::few(draws, &compiled.model.parameters).and_then(|draws| found.after(&draws, superchains));
    let passage = after.map_or_else(
        |error| {
            notes.push(format!("draws were not held against what the data determine: {error}"));
            alone
        },
        |found| found.passage(),
    );
    Some((passage, copies))
}

/// What a run directory tells of its run.
fn entries(facts: &Facts) -> Vec<(String, String)> {
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut list = vec![
        ("warm-up steps".to_owned(), facts.shape.warmup.to_string()),
        ("steps per draw".to_owned(), facts.shape.thin.to_string()),
        ("seed".to_owned(), facts.shape.seed.to_string()),
        ("began".to_owned(), facts.created_at.clone()),
        ("version".to_owned(), format!("ridgewalk {}", facts.version)),
    ];
    list.extend(facts.settings.iter().map(|(name, value)| (name.replace('_', " "), plain(value))));
    list.extend(facts.device.iter().map(|(name, value)| (name.clone(), plain(value))));
    list
}

/// The page of a run that has just ended.
pub(super) fn of_sample(
    path: &Path,
    job: &Job<'_>,
    outcome: &Outcome,
    diagnosis: &Diagnosis,
    identification: Option<&Identification>,
) -> Result<(), CliError> {
    let Job { sample, compiled, settings, description, .. } = job;
    let model = &job.files.source;
    let graph = graph::picture(model, &job.files.data, &compiled.model.name)?;
    let data: Vec<String> = sample.input.data.iter().map(|file| file.display().to_string()).collect();
    let method = request::method(&sample.stepping);
    let facts = [
        ("model", sample.input.model.display().to_string()),
        ("data", if data.is_empty() { "none".to_owned() } else { data.join(", ") }),
        ("sampler", method::name(method) + &method::aim(method, settings)),
        ("chains", settings.chains.to_string()),
        ("superchains", (job.superchains()).to_string()),
        ("warm-up steps", settings.warmup.to_string()),
        ("draws of each chain", settings.draws.to_string()),
        ("steps per draw", settings.thin.to_string()),
        ("steps", method::clause(outcome, &compiled.model)),
        ("seed", settings.seed.to_string()),
        ("backend", description.backend.to_owned()),
        ("adapter", description.adapter.clone()),
        ("precision", description.precision.to_string()),
        ("warm-up", seconds(outcome.warmup_seconds)),
        ("sampling", seconds(outcome.sampling_seconds)),
        ("speed", format!("{} steps per second", magnitude(method::steps_per_second(settings, outcome)))),
        ("version", concat!("ridgewalk ", env!("CARGO_PKG_VERSION")).to_owned()),
    ];
    let findings = method::findings(outcome, request::method(&sample.stepping));
    let run = Run {
        title: &compiled.model.name,
        draws: &outcome.draws,
        statistics: &outcome.statistics,
        superchains: job.superchains(),
        settings: Settings { interval: diagnosis.summary().interval },
        summary: Some(diagnosis.summary().clone()),
        history: job.history(),
        findings,
        failed: (compiled.quantities.names().to_vec(), outcome.failures.clone()),
        unchecked: Vec::new(),
        sampled: &compiled.model.coordinates,
        notes: Vec::new(),
        determined: identification.map(Identification::passage),
        copies: identification.is_some_and(Identification::has_copies),
        facts: facts.map(|(name, value)| (name.to_owned(), value)).into(),
        command: Some(job::command(settings.seed)),
        model: Some(model.text().to_owned()),
        graph,
    };
    let survey = survey(&run)?;
    write(path, &run, &survey, sample.quiet, &mut std::io::sink())
}

fn survey(run: &Run<'_>) -> Result<Survey, CliError> {
    Survey::of(run).map_err(|error| CliError::plain(error.to_string()))
}

fn write(path: &Path, run: &Run<'_>, survey: &Survey, quiet: bool, out: &mut impl Write) -> Result<(), CliError> {
    let page = page(run, survey);
    if is_standard(path) {
        return Ok(out.write_all(page.as_bytes())?);
    }
    place(path).write(page.as_bytes()).map_err(CliError::to_be_repeated)?;
    if !quiet {
        say(&format!("{} written, {} kB\n", path.display(), page.len().div_ceil(1000)));
    }
    Ok(())
}

/// Where a page goes: it may replace an earlier page, and nothing else.
pub(super) fn place(path: &Path) -> Output {
    Output::replacing(path, is_page)
}

/// Whether a page goes to standard output.
fn is_standard(path: &Path) -> bool {
    path == Path::new("-")
}

/// A folder of pictures is new or empty: among older pictures nobody could tell which are of these draws.
fn check_new(folder: &Path) -> Result<(), CliError> {
    match fs::read_dir(folder).map(|mut entries| entries.next().is_none()) {
        Ok(true) => Ok(()),
        Ok(false) => Err(CliError::plain(format!("{} is not empty: choose another folder", folder.display()))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(CliError::plain(format!("cannot write the pictures to {}: {error}", folder.display()))),
    }
}

/// Every picture as two files, SVG and PNG.
fn write_plots(folder: &Path, run: &Run<'_>, survey: &Survey, quiet: bool) -> Result<(), CliError> {
    let pictures: Vec<&Picture> = survey.pictures().chain(&run.graph).collect();
    let mut names: HashMap<String, usize> = HashMap::new();
    // Names of parameters may differ in what no file's name can hold, or in nothing but their case.
    let stems: Vec<String> = pictures
        .iter()
        .map(|picture| {
            let count = names.entry(picture.name.to_lowercase()).or_default();
            *count += 1;
            if *count == 1 { picture.name.clone() } else { format!("{}~{count}", picture.name) }
        })
        .collect();
    pictures.par_iter().zip(&stems).try_for_each(|(picture, stem)| {
        let bytes = png(picture).map_err(|error| CliError::plain(error.to_string()))?;
        Output::new(&folder.join(format!("{stem}.svg"))).write(picture.file().as_bytes())?;
        Output::new(&folder.join(format!("{stem}.png"))).write(&bytes)?;
        Ok::<(), CliError>(())
    })?;
    if !quiet {
        say(&format!("{} pictures written to {}\n", pictures.len(), folder.display()));
    }
    Ok(())
}
