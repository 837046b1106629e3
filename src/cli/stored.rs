//! A run with `--out`: its directory, begun or gone on with; its draws, stored as they come; its end, or what is left
//! to do.
//!
//! What was typed flows in, an [`Outcome`] as of a run in memory flows out; of a large run its draws are a part of those
//! stored, evenly spaced. Absent on purpose: the directory's format.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::args::{Kept, Sample};
use super::draws;
use super::error::CliError;
use super::interrupt::Interrupt;
use super::job::{self, Job};
use super::progress::Progress;
use super::request::{self, Chosen};
use super::terminal::say;
use super::{init, method};
use crate::backend::{Method, Precision};
use crate::lang::CompileError;
use crate::lang::start::Start;
use crate::run::{Cut, Glance, Init, Look, Outcome, Phase, Plan, RunError, SinkError, quantities, stream};
use crate::sampler::nuts::STATISTICS;
use crate::store::{
    DataArray, FORMAT, Facts, RunWriter, Shape, StoreError, chunk_length, data_digests, model_digest, new_id, now,
    open_run, unstorable,
};

/// Values of what is told of the last draws, that diagnostics of trajectories look at after a run: 160 MB.
const MOST_ENERGIES: usize = 20_000_000;

/// A run as its directory knows it.
pub(super) struct Planned<'a> {
    path: &'a Path,
    facts: Facts,
    text: String,
    columns: Vec<String>,
}

/// The seed of the run that is to go on, if it has one.
pub(super) fn seed(sample: &Sample) -> Result<Option<u64>, CliError> {
    match &sample.out {
        Some(path) if sample.resume && path.join("ridgewalk").exists() => {
            match crate::store::facts_of(path) {
                Ok(facts) => Ok(Some(facts.shape.seed)),
                // Nothing has begun: there is nothing to go on from.
                Err(StoreError::NotARun { .. }) => Ok(None),
                Err(error) => Err(error.into()),
            }
        }
        _ => Ok(None),
    }
}

/// What the directory will say.
pub(super) fn plan<'a>(job: &Job<'_>, path: &'a Path, notes: &[String]) -> Result<Planned<'a>, CliError> {
    let Job { sample, compiled, settings, description, .. } = job;
    if sample.keep == Kept::Moments {
        return Err(CliError::plain("--out stores draws, and --keep moments keeps none"));
    }
    let model = job.model();
    let columns: Vec<String> = model.parameters.iter().chain(compiled.quantities.names()).cloned().collect();
    let kept: Vec<String> = match &sample.parameters[..] {
        [] => columns.clone(),
        asked => super::selection::select(asked, &columns)?.into_iter().map(|index| columns[index].clone()).collect(),
    };
    if let Some(name) = unstorable(&kept) {
        let advice = "rename it, or leave it out (--parameters names those that are stored)";
        return Err(CliError::plain(format!("--out: no variable called `{name}` can be stored: {advice}")));
    }
    let sampled: HashSet<&String> = model.parameters.iter().collect();
    let of_sampler = kept.iter().filter(|name| sampled.contains(name)).count();
    let single = if description.precision == Precision::F32 { of_sampler } else { 0 };
    let (likelihood, prior) = if sample.log_likelihood {
        // At the origin: what statements are about does not depend on where.
        let point = model.parameters_at(&vec![0.0; model.coordinates.len()]);
        quantities::pointwise_names(&compiled.quantities, &point).map_err(|error| match error {
            RunError::Pointwise(error) => job.files.picture(&CompileError::Data(*error)),
            other => other.into(),
        })?
    } else {
        Default::default()
    };
    let all = columns.len() + likelihood.len() + prior.len();
    let text = job.files.source.text().to_owned();
    let mut own = Map::new();
    own.insert("sampler".into(), json!(method::code(request::method(&sample.stepping))));
    if let Method::Nuts { max_treedepth } = request::method(&sample.stepping) {
        own.insert("max_treedepth".into(), json!(max_treedepth));
        own.insert("target_accept".into(), json!(settings.target_accept));
    }
    own.insert("init".into(), json!(init::name(&settings.init)));
    if let Init::Given(starts) = &settings.init {
        let values: Vec<_> = starts.iter().map(Start::values).collect();
        own.insert("initial_values".into(), json!(model_digest(&format!("{values:?}"))));
    }
    own.insert("collapse".into(), json!(!sample.no_collapse));
    own.insert("backend".into(), json!(description.backend));
    own.insert("precision".into(), json!(description.precision));
    let canary = match description.backend {
        "gpu" if notes.is_empty() => "passed".to_owned(),
        "gpu" => notes.join("; "),
        _ => "not asked: chains run on the CPU".to_owned(),
    };
    let device = [("adapter", json!(description.adapter)), ("canary", json!(canary))];
    let facts = Facts {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        id: new_id(),
        created_at: now(),
        model: model.name.clone(),
        model_sha256: model_digest(&text),
        data: data_digests(&job.files.data),
        shape: Shape {
            first_chain: settings.first_chain,
            chains: settings.chains,
            superchain_size: settings.superchain_size,
            warmup: settings.warmup,
            draws: settings.draws,
            thin: settings.thin,
            seed: settings.seed,
        },
        settings: own,
        command: job::command(settings.seed),
        device: device.map(|(name, value)| (name.to_owned(), value)).into_iter().collect::<Map<String, Value>>(),
        coordinates: model.coordinates.clone(),
        statistics: match request::method(&sample.stepping) {
            Method::Metropolis => Vec::new(),
            Method::Nuts { .. } => STATISTICS.map(str::to_owned).to_vec(),
        },
        likelihood,
        prior,
        warmup: if sample.save_warmup && settings.warmup > 0 {
            kept.iter().filter(|name| model.parameters.contains(name)).cloned().collect()
        } else {
            Vec::new()
        },
        rows: job.files.data.rows(),
        arrays: DataArray::all(&job.files.data, &compiled.quantities.observed()),
        single,
        generated: kept.len() - of_sampler,
        columns: all,
        block: chunk_length(settings.chains, all, settings.draws),
        parameters: kept,
    };
    if sample.save_warmup && facts.warmup.is_empty() {
        let why = if settings.warmup == 0 { "there are none" } else { "--parameters selects none that warm-up has" };
        job.tell(&format!("note: no steps of warm-up are stored: {why}\n"));
    }
    Ok(Planned { path, facts, text, columns })
}

impl Planned<'_> {
    /// Draws of a chunk.
    pub(super) fn block(&self) -> usize {
        self.facts.block
    }
}

/// Runs the chains, or what is left of them.
pub(super) fn run(
    job: &Job<'_>,
    planned: Planned<'_>,
    chosen: &mut Chosen,
    progress: &Progress<'_>,
) -> Result<Outcome, CliError> {
    let Planned { path, facts, text, columns } = planned;
    let Job { sample, compiled, settings, .. } = job;
    let begun = sample.resume && crate::store::has_run(path);
    let (mut writer, from) = if begun {
        RunWriter::resume(path, &facts, &columns)?
    } else {
        (RunWriter::create(path, facts, &text, &columns)?, None)
    };
    let warmup = (!writer.facts().warmup.is_empty())
        .then(|| Cut { length: writer.facts().warmup_block(), layout: writer.warmup_layout() });
    // Again, too, when it goes on: the process may have been killed before this.
    writer.data(&job.files.data)?;
    let before = writer.facts().device.get("adapter").and_then(Value::as_str);
    let now = &job.description.adapter;
    // Processors round alike, whatever they are called.
    if let Some(before) = before.filter(|before| begun && before != now && job.description.backend == "gpu") {
        job.tell(&format!(
            "note: the run was begun on {before} and goes on on {now}, which may round otherwise: its draws are as good, \
             but not to the last bit those of one device\n"
        ));
    }
    for sentence in writer.damage() {
        say(&format!("warning: {sentence}\n"));
    }
    if let Some(checkpoint) = &from {
        job.tell(&format!("going on after {} of {} draws\n", checkpoint.draws, settings.draws));
    }
    let interrupt = Interrupt::listen()?;
    let watch = interrupt.clone();
    let mut report = |phase: Phase, done: u32, total: u32| {
        let limit = if phase == Phase::Warmup { 1 } else { 2 };
        if watch.count() >= limit { ControlFlow::Break(()) } else { progress.report(phase, done, total) }
    };
    let mut look = |glance: Glance<'_>| progress.look(&glance);
    let look: Option<Look<'_>> = if progress.is_shown() { Some(&mut look) } else { None };
    let last = stream(
        &compiled.model,
        &mut chosen.backend,
        settings,
        from,
        &mut Plan {
            draws: Cut { length: writer.facts().block, layout: writer.layout() },
            warmup,
            quantities: &compiled.quantities,
            pointwise: sample.log_likelihood,
            sink: &mut |block| {
                let Some(after) = &block.after else {
                    return Ok(writer.warmup(block.from, &block.draws, &block.statistics)?);
                };
                let mut groups = vec![("sample_stats", &block.statistics)];
                if let Some(pointwise) = &block.pointwise {
                    groups.extend([("log_likelihood", &pointwise.likelihood), ("log_prior", &pointwise.prior)]);
                }
                Ok(writer.append(block.from, &block.draws, &groups, after)?)
            },
            look,
            stop: &|| interrupt.count() > 0,
            again: &mut |error| {
                progress.finish();
                let replaced = request::backend(sample, &compiled.model, settings.seed);
                let replaced = replaced.map_err(|error| RunError::Sink(error.to_string().into()))?;
                let adapter = &replaced.backend.description().adapter;
                say(&format!("warning: {error}; going on from the last checkpoint on {adapter}\n"));
                Ok(replaced.backend)
            },
        },
        &mut report,
    );
    progress.finish();
    let again = format!("go on with the same command and --resume (--out {})", path.display());
    let last = match last {
        Ok(last) if last.draws == settings.draws => last,
        Ok(last) => {
            let left =
                format!("stopped after {} of {} draws of each chain, all stored; {again}", last.draws, settings.draws);
            return Err(CliError::plain(left));
        }
        Err(RunError::Backend(crate::backend::Error::Interrupted { .. })) => {
            return Err(CliError::plain(format!("stopped; draws up to the last checkpoint are stored; {again}")));
        }
        Err(RunError::Sink(error)) => return Err(stopped(error, &again)),
        Err(error) => return Err(error.into()),
    };
    drop(writer);
    let stored = open_run(path)?;
    let every = draws::every(stored.chains() * stored.parameters().len(), stored.draws());
    if every > 1 {
        job.tell(&format!("note: the summary looks at one draw in {every}, which is what fits into little memory\n"));
    }
    let draws = stored.draws_every(every)?;
    let energies = MOST_ENERGIES / (stored.chains() * STATISTICS.len());
    let statistics = match last.counts {
        crate::backend::Counts::Accepted(_) => crate::draws::Draws::new(Vec::new(), stored.chains(), 0),
        crate::backend::Counts::Trees(_) => Ok(stored.last_statistics(energies.max(2))?),
    };
    Ok(Outcome {
        draws,
        statistics: statistics.map_err(RunError::from)?,
        failures: last.failures,
        counts: last.counts,
        steps: settings.draws as u32 * settings.thin,
        tuning: last.tuning,
        warmup_seconds: last.warmup_seconds,
        sampling_seconds: last.sampling_seconds,
    })
}

/// Why a run was stopped that could not be stored any further, and what to do.
fn stopped(error: SinkError, again: &str) -> CliError {
    match error.downcast::<StoreError>() {
        Ok(error) if matches!(*error, StoreError::Io { .. }) => {
            let room = if error.is_full() { "make room, and " } else { "" };
            CliError::plain(format!("{error}; what was stored before is intact: {room}{again}"))
        }
        Ok(error) => (*error).into(),
        Err(error) => RunError::Sink(error).into(),
    }
}
