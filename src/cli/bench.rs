//! `ridgewalk bench`: how fast each backend of this machine runs a model, as tables, as JSON, and as a plot.

use std::io::Write;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use super::args::{Bench, Kept, Measured, Stepping};
use super::bench_report::{self, Machine, Setting};
use super::error::{CliError, Verdict};
use super::progress::Spinner;
use super::terminal::say;
use super::{files, gpus, request};
use crate::backend::cpu::CpuBackend;
use crate::backend::gpu::{AdapterChoice, Opened};
use crate::backend::{Backend, Ceilings, Keep, Method, Population, Stretch};
use crate::draws::Draws;
use crate::ir::operations::data_read;
use crate::lang::{self, source::Source};
use crate::model::Model;
use crate::model::data::Data;
use crate::report::speed;
use crate::run::bench::{self, Entry, Measurement, Posterior, Reference, Settings};
use crate::store::Output;

/// The model of the notebook that this project began with: two intercepts of which data know only the sum.
const MODEL: &str = include_str!("../../examples/identifiability/nonidentified.stan");
const DATA: &str = include_str!("../../examples/identifiability/y.json");

pub(super) fn bench(arguments: &Bench, out: &mut impl Write) -> Result<Verdict, CliError> {
    let settings = settings(arguments)?;
    let method = request::method(&Stepping { sampler: arguments.sampler, max_treedepth: None });
    arguments.plot.as_ref().map_or(Ok(()), |path| Output::new(path).check())?;
    let full = model(arguments, false)?;
    let collapsed = model(arguments, true)?;
    let spinner = Spinner::new(arguments.quiet);
    // Of a model without sums that collapse, both programs are the same.
    let programs = [("full", &full), ("collapsed", &collapsed)];
    let programs = if full.density == collapsed.density { &programs[..1] } else { &programs[..] };
    let mut entries = Vec::new();
    for &(program, model) in programs {
        let mut opened = open(arguments, program, model, method, &spinner)?;
        entries.append(&mut opened);
    }
    if entries.is_empty() {
        return Err(CliError::plain("no backend of that name can run the model"));
    }
    spinner.say("reference posterior");
    let reference = Reference::new(&full, method, arguments.seed.wrapping_add(1))?;
    // A device is the same whatever it runs.
    let mut ceilings: Vec<(String, Ceilings)> = Vec::new();
    for entry in &mut entries {
        let name = bench_report::backend(entry.backend.description());
        if !ceilings.iter().any(|(known, _)| *known == name) {
            spinner.say(&format!("what {name} can do at most"));
            ceilings.extend(entry.backend.ceilings()?.map(|found| (name, found)));
        }
    }
    let rounds = settings.rounds;
    let measurements = bench::bench(&mut entries, &reference, &settings, &mut |chains, round| {
        spinner.say(&match round {
            0 => format!("{chains} chains: getting ready"),
            round => format!("{chains} chains: round {round} of {rounds}"),
        });
        ControlFlow::Continue(())
    });
    spinner.finish();
    let measurements = measurements?;
    let setting = Setting {
        model: &full.name,
        method,
        data: data_read(&full.density),
        trusted: reference.trusted().map(str::to_owned).collect(),
        rounds,
        moments: settings.moments,
        seed: arguments.seed,
        machine: Machine::here(),
        entries: &entries,
        ceilings: &ceilings,
        measurements: &measurements,
    };
    if let Some(path) = &arguments.plot {
        let title = format!("{}: speed by number of chains", full.name);
        let plot = speed::svg(&title, &setting.lines()).map_err(|error| CliError::plain(error.to_string()))?;
        Output::new(path).write(plot.as_bytes()).map_err(CliError::to_be_repeated)?;
    }
    if arguments.json {
        writeln!(out, "{:#}", setting.object())?;
    } else {
        write!(out, "{}", setting.text())?;
    }
    let wrong = |measurement: &Measurement| matches!(measurement, Measurement::Measured(cell) if matches!(cell.posterior, Posterior::Differs { .. }));
    Ok(if measurements.iter().any(wrong) { Verdict::Bad } else { Verdict::Good })
}

fn settings(arguments: &Bench) -> Result<Settings, CliError> {
    let mut chains: Vec<usize> = arguments.chains.iter().map(|&chains| chains as usize).collect();
    chains.sort_unstable();
    chains.dedup();
    if chains.first().is_none_or(|&fewest| fewest == 0) {
        return Err(CliError::plain("--chains needs numbers from 1 on, as in --chains 1,16,256"));
    }
    if arguments.rounds == 0 {
        return Err(CliError::plain("--rounds must be at least 1"));
    }
    let moments = arguments.keep == Kept::Moments;
    Ok(Settings { chains, rounds: arguments.rounds as usize, moments, turn: Duration::from_millis(100) })
}

/// The model named, or the notebook's; with its sums as they are, or collapsed.
fn model(arguments: &Bench, collapse: bool) -> Result<Model, CliError> {
    let settings = lang::Settings { collapse, ..lang::Settings::default() };
    if let Some(path) = &arguments.model {
        let model = files::read_from(path, &arguments.data, &arguments.includes)?.compiled(settings)?.model;
        if model.coordinates.is_empty() {
            return Err(CliError::plain("the model has no parameters: there is nothing to measure"));
        }
        return Ok(model);
    }
    if !arguments.data.is_empty() {
        return Err(CliError::plain("--data belongs to a model: name it before"));
    }
    let mut data = Data::default();
    data.add_json(DATA, "y.json").expect("the data of the example are JSON");
    let source = Source::new("nonidentified.stan", MODEL);
    let compiled = lang::compile(&source, &data, "nonidentified", settings);
    Ok(compiled.expect("the example compiles").model)
}

/// Every backend of this machine that can run a program; says which cannot.
fn open<'m>(
    arguments: &Bench,
    program: &'static str,
    model: &'m Model,
    method: Method,
    spinner: &Spinner,
) -> Result<Vec<Entry<'m>>, CliError> {
    let mut entries = Vec::new();
    if arguments.backend != Measured::Gpu {
        let clock = Instant::now();
        let double: Box<dyn Backend> = Box::new(CpuBackend::<f64>::with_method(model, method, arguments.seed));
        let double_seconds = clock.elapsed().as_secs_f64();
        let clock = Instant::now();
        let single: Box<dyn Backend> = Box::new(CpuBackend::<f32>::with_method(model, method, arguments.seed));
        let single_seconds = clock.elapsed().as_secs_f64();
        for (mut backend, compile_seconds) in [(double, double_seconds), (single, single_seconds)] {
            let first_dispatch_seconds = first_step(model, backend.as_mut())?;
            entries.push(Entry { program, model, backend, compile_seconds, first_dispatch_seconds });
        }
    }
    if arguments.backend != Measured::Cpu {
        for (place, info) in gpus::found()?.into_iter().enumerate() {
            let wanted = arguments.adapter.as_ref().map(|name| name.to_lowercase());
            if wanted.is_some_and(|wanted| !info.name.to_lowercase().contains(&wanted)) {
                continue;
            }
            spinner.say(&format!("compiling for {}", info.name));
            match gpus::open(model, method, &AdapterChoice::At(place), arguments.seed, true) {
                Ok(Opened { backend, compile_seconds, first_dispatch_seconds, .. }) => {
                    let compile_seconds = compile_seconds - first_dispatch_seconds;
                    entries.push(Entry { program, model, backend, compile_seconds, first_dispatch_seconds });
                }
                Err(error) if arguments.quiet => drop(error),
                Err(error) => say(&format!("note: {} is left out: {error}\n", info.name)),
            }
        }
    }
    Ok(entries)
}

/// Seconds of the first step of one chain.
fn first_step(model: &Model, backend: &mut dyn Backend) -> Result<f64, CliError> {
    let mut draws = Draws::new(model.parameters.clone(), 1, 1).map_err(|error| CliError::plain(error.to_string()))?;
    let clock = Instant::now();
    backend.start(Population { first: 0, chains: 1 }, &vec![0.0; model.coordinates.len()])?;
    let keep = Keep { draws: draws.room(), statistics: None, from: 0, thin: 1 };
    backend.advance(Stretch { first_step: 0, steps: 1 }, Some(keep), &mut |_| ControlFlow::Continue(()))?;
    Ok(clock.elapsed().as_secs_f64())
}
