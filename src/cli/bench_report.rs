//! What was measured, as tables, sentences and JSON.

use serde_json::{Value, json};

use crate::backend::{Ceilings, Description, Method};
use crate::report::speed::{Line, short};
use crate::report::table;
use crate::run::bench::roofline::Work;
use crate::run::bench::{Cell, Entry, Measurement, Posterior, overtakes};
use crate::store::json::number;

/// The machine that was measured.
#[derive(Debug)]
pub(super) struct Machine {
    processor: String,
    system: String,
}

impl Machine {
    pub(super) fn here() -> Self {
        let kind = sysinfo::CpuRefreshKind::nothing();
        let refresh = sysinfo::RefreshKind::nothing().with_cpu(kind);
        let processor = sysinfo::System::new_with_specifics(refresh)
            .ok()
            .and_then(|system| system.cpus().first().map(|cpu| cpu.brand().trim().to_owned()))
            .filter(|brand| !brand.is_empty());
        Self {
            processor: processor.unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
            system: std::env::consts::OS.to_owned(),
        }
    }
}

/// All that a report tells.
#[derive(Debug)]
pub(super) struct Setting<'a> {
    pub model: &'a str,
    pub method: Method,
    /// Numbers of data that one log density covers.
    pub data: f64,
    /// Parameters that the draws are judged by.
    pub trusted: Vec<String>,
    pub rounds: usize,
    /// Whether moments were kept of the timed steps instead of draws.
    pub moments: bool,
    pub seed: u64,
    pub machine: Machine,
    pub entries: &'a [Entry<'a>],
    /// By name of the backend.
    pub ceilings: &'a [(String, Ceilings)],
    pub measurements: &'a [Measurement],
}

/// A backend's name in a table.
pub(super) fn backend(description: &Description) -> String {
    match description.backend {
        "cpu" => format!("cpu {}", description.precision),
        _ => description.adapter.clone(),
    }
}

impl Setting<'_> {
    fn cells(&self) -> impl Iterator<Item = &Cell> {
        self.measurements.iter().filter_map(|measurement| match measurement {
            Measurement::Measured(cell) => Some(cell),
            Measurement::Left { .. } => None,
        })
    }

    fn name(&self, entry: usize) -> String {
        backend(self.entries[entry].backend.description())
    }

    /// A short name for tables: adapters have names of any length, which `named` tells.
    fn label(&self, entry: usize) -> String {
        let name = self.name(entry);
        match self.adapters().iter().position(|adapter| *adapter == name) {
            Some(_) if self.adapters().len() == 1 => "gpu".to_owned(),
            Some(position) => format!("gpu {}", position + 1),
            None => name,
        }
    }

    /// The adapters that were measured, each once.
    fn adapters(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for entry in 0..self.entries.len() {
            let name = self.name(entry);
            if self.is_gpu(entry) && !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    fn is_gpu(&self, entry: usize) -> bool {
        self.entries[entry].backend.description().backend == "gpu"
    }

    /// Which adapter is which in tables.
    fn named(&self) -> String {
        let mut told: Vec<String> = Vec::new();
        for entry in 0..self.entries.len() {
            let line = format!("{}: {}\n", self.label(entry), self.name(entry));
            if self.is_gpu(entry) && !told.contains(&line) {
                told.push(line);
            }
        }
        told.concat()
    }

    /// Number of chains and median speed, of an entry's cells that have one.
    fn speeds(&self, entry: usize) -> Vec<(usize, f64)> {
        let own = self.cells().filter(|cell| cell.entry == entry);
        own.filter_map(|cell| Some((cell.chains, cell.speed()?.median))).collect()
    }

    /// The lines of the plot.
    pub(super) fn lines(&self) -> Vec<Line> {
        let line = |entry: usize| {
            let own = self.cells().filter(|cell| cell.entry == entry);
            let points = own.filter_map(|cell| {
                let speed = cell.speed()?;
                Some((cell.chains, [speed.low, speed.median, speed.high]))
            });
            Line { name: format!("{}, {}", self.name(entry), self.entries[entry].program), points: points.collect() }
        };
        (0..self.entries.len()).map(line).filter(|line| !line.points.is_empty()).collect()
    }

    fn work(&self, cell: &Cell) -> (Work, Ceilings) {
        let entry = &self.entries[cell.entry];
        let precision = entry.backend.description().precision;
        let name = self.name(cell.entry);
        let ceilings = self.ceilings.iter().find(|(known, _)| *known == name).map(|(_, ceilings)| *ceilings);
        let unknown = Ceilings { operations_per_second: f64::NAN, copied_bytes_per_second: f64::NAN };
        let work = Work::of(entry.model, self.method, precision, cell.evaluations);
        let draw_bytes = if self.moments { 0.0 } else { work.draw_bytes };
        (Work { draw_bytes, ..work }, ceilings.unwrap_or(unknown))
    }

    /// The cells at which entries are fastest, an entry each.
    fn fastest(&self) -> Vec<(&Cell, f64)> {
        let best = |entry: usize| {
            let own = self.cells().filter(|cell| cell.entry == entry);
            let speeds = own.filter_map(|cell| Some((cell, cell.speed()?.median)));
            speeds.max_by(|(_, one), (_, other)| one.total_cmp(other))
        };
        (0..self.entries.len()).filter_map(best).collect()
    }

    pub(super) fn text(&self) -> String {
        let method = super::method::name(self.method);
        let mut text = format!(
            "{}: {method}; {} numbers of data; seed {}\n{} ({}, {}), ridgewalk {}\n",
            self.model,
            short(self.data),
            self.seed,
            self.machine.processor,
            self.cpu_threads(),
            self.machine.system,
            env!("CARGO_PKG_VERSION"),
        );
        text += &self.named();
        let mut programs: Vec<&str> = self.entries.iter().map(|entry| entry.program).collect();
        programs.dedup();
        for program in programs {
            text += &format!("\n{}\n{}", caption(program), self.speed_table(program));
        }
        text += &format!(
            "\nMedians of {} rounds in which all backends took turns; spread is from the slowest of them to the fastest.\n\
             {}\n",
            self.rounds,
            if self.moments {
                "Every step was kept in moments on the device, and no draw was stored."
            } else {
                "Every step was kept as a draw on the host: as many draws a second were stored as steps taken."
            },
        );
        text += &self.judged();
        text += &format!("\nGetting ready\n{}", self.ready_table());
        text += &format!("\nWhat the fastest cell makes of the device\n{}", self.roofline_table());
        text += "\nOperations and bytes of draws are counted from the program; what there is at most is measured:\n\
                 multiplications and additions in registers, copies from memory to memory (of a GPU, to the host's).\n";
        let lines = self.crossings();
        if !lines.is_empty() {
            text += &format!("\n{}", lines.join(""));
        }
        text
    }

    fn cpu_threads(&self) -> String {
        let cpu = self.entries.iter().map(|entry| entry.backend.description()).find(|found| found.backend == "cpu");
        cpu.map_or_else(|| "no CPU backend".to_owned(), |found| found.adapter.clone())
    }

    fn speed_table(&self, program: &str) -> String {
        let mut rows = Vec::new();
        for measurement in self.measurements {
            let (entry, chains) = match measurement {
                Measurement::Measured(cell) => (cell.entry, cell.chains),
                Measurement::Left { entry, chains, .. } => (*entry, *chains),
            };
            if self.entries[entry].program == program {
                rows.push((entry, chains, measurement));
            }
        }
        rows.sort_by_key(|&(entry, chains, _)| (entry, chains));
        let rows: Vec<[String; 8]> = rows.into_iter().map(|row| self.speed_row(row)).collect();
        let header = ["", "chains", "steps/s", "spread", "densities/s", "data/s", "ess/s", "posterior"];
        table::plain(header, &rows, 1)
    }

    fn speed_row(&self, (entry, chains, measurement): (usize, usize, &Measurement)) -> [String; 8] {
        let blank = || String::from("-");
        let (name, chains) = (self.label(entry), chains.to_string());
        let without = |name: String, chains: String, why: &str| {
            [name, chains, blank(), blank(), blank(), blank(), blank(), why.to_owned()]
        };
        let cell = match measurement {
            Measurement::Measured(cell) => cell,
            Measurement::Left { .. } => return without(name, chains, "left out"),
        };
        let verdict = match &cell.posterior {
            Posterior::Agrees { .. } => "agrees",
            Posterior::Differs { .. } => "WRONG",
            Posterior::TooFew { .. } | Posterior::NoReference => "unchecked",
        };
        let Some(speed) = cell.speed() else { return without(name, chains, verdict) };
        let densities = speed.median * cell.evaluations;
        let percent = |x: f64| format!("{:.0}", 100.0 * x / speed.median);
        [
            name,
            chains,
            short(speed.median),
            format!("{}-{}%", percent(speed.low), percent(speed.high)),
            short(densities),
            short(densities * self.data),
            cell.effective.map_or_else(blank, |effective| short(effective * speed.median)),
            verdict.to_owned(),
        ]
    }

    /// What the column of verdicts means, and what lies behind those that are not good.
    fn judged(&self) -> String {
        let mut text = if self.trusted.is_empty() {
            "No draws were checked: the reference, 1,024 chains of 1,000 draws in f64, has converged in no parameter.\n"
                .to_owned()
        } else {
            format!(
                "Draws are checked against a reference, 1,024 chains of 1,000 draws in f64, in the parameters in which it has \
                 converged: {}.\nOf them ess/s counts the one with the fewest effective draws.\n",
                super::method::listed(&self.trusted)
            )
        };
        for measurement in self.measurements {
            match measurement {
                Measurement::Left { entry, chains, reason } => {
                    let name = self.label(*entry);
                    text += &format!("{name}, {}, {chains} chains: left out: {reason}\n", self.entries[*entry].program);
                }
                Measurement::Measured(cell) => {
                    let name = format!("{}, {}", self.label(cell.entry), self.entries[cell.entry].program);
                    match &cell.posterior {
                        Posterior::Differs { parameter, moment, errors } => {
                            text += &format!(
                                "{name}, {} chains: WRONG draws, no speed: the {moment} of {parameter} is {errors:.1} \
                                 standard errors off\n",
                                cell.chains
                            );
                        }
                        Posterior::TooFew { effective } => {
                            text += &format!(
                                "{name}, {} chains: unchecked: a turn's draws are worth {effective:.0} independent ones\n",
                                cell.chains
                            );
                        }
                        Posterior::Agrees { .. } | Posterior::NoReference => {}
                    }
                }
            }
        }
        text
    }

    /// What it took before the first step.
    fn ready_table(&self) -> String {
        let row = |entry: usize| {
            let Entry { program, compile_seconds, first_dispatch_seconds, .. } = &self.entries[entry];
            let [compile, first] = [compile_seconds, first_dispatch_seconds].map(|seconds| milliseconds(*seconds));
            [self.label(entry), (*program).to_owned(), compile, first]
        };
        let rows: Vec<[String; 4]> = (0..self.entries.len()).map(row).collect();
        table::plain(["", "program", "compile", "first run"], &rows, 2)
    }

    fn roofline_table(&self) -> String {
        let rows: Vec<[String; 9]> = self
            .fastest()
            .into_iter()
            .map(|(cell, speed)| {
                let (work, ceilings) = self.work(cell);
                let percent = |achieved: f64, ceiling: f64| format!("{:.0}%", 100.0 * achieved / ceiling);
                let (operations, bytes) = (work.operations * speed, work.draw_bytes * speed);
                [
                    self.label(cell.entry),
                    self.entries[cell.entry].program.to_owned(),
                    cell.chains.to_string(),
                    short(work.operations),
                    short(ceilings.operations_per_second),
                    percent(operations, ceilings.operations_per_second),
                    short(work.draw_bytes),
                    short(ceilings.copied_bytes_per_second),
                    percent(bytes, ceilings.copied_bytes_per_second),
                ]
            })
            .collect();
        let header = ["", "program", "chains", "op/step", "op/s max", "used", "B/step", "B/s max", "used"];
        table::plain(header, &rows, 2)
    }

    /// From how many chains on each GPU overtakes each row of the CPU.
    fn crossings(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (gpu, cpu) in self.pairs() {
            let (one, other) = (self.speeds(gpu), self.speeds(cpu));
            let Some(&(most, _)) = one.last().filter(|_| !other.is_empty()) else { continue };
            let how = match overtakes(&one, &other) {
                Some(chains) if one.first().is_some_and(|&(fewest, _)| chains <= fewest as f64) => {
                    "is faster at every number of chains".to_owned()
                }
                Some(chains) => format!("is faster from about {} chains on", short(chains)),
                None => format!("is slower up to {most} chains"),
            };
            let (gpu_name, program) = (self.label(gpu), self.entries[gpu].program);
            lines.push(format!("{gpu_name} against {}, {program}: {gpu_name} {how}\n", self.label(cpu)));
        }
        lines
    }

    fn pairs(&self) -> Vec<(usize, usize)> {
        let all = 0..self.entries.len();
        let same = |one: usize, other: usize| self.entries[one].program == self.entries[other].program;
        all.clone()
            .filter(|&gpu| self.is_gpu(gpu))
            .flat_map(|gpu| all.clone().map(move |cpu| (gpu, cpu)))
            .filter(|&(gpu, cpu)| !self.is_gpu(cpu) && same(gpu, cpu))
            .collect()
    }

    pub(super) fn object(&self) -> Value {
        let crossings = self.pairs().into_iter().map(|(gpu, cpu)| {
            let chains = overtakes(&self.speeds(gpu), &self.speeds(cpu));
            json!({
                "program": self.entries[gpu].program,
                "gpu": self.name(gpu),
                "cpu": self.name(cpu),
                "chains": chains.map_or(Value::Null, number),
            })
        });
        json!({
            "model": self.model,
            "sampler": super::method::code(self.method),
            "data": number(self.data),
            "seed": self.seed,
            "rounds": self.rounds,
            "keep": if self.moments { "moments" } else { "draws" },
            "version": env!("CARGO_PKG_VERSION"),
            "processor": self.machine.processor,
            "system": self.machine.system,
            "checked_parameters": self.trusted,
            "entries": (0..self.entries.len()).map(|entry| self.entry_object(entry)).collect::<Vec<_>>(),
            "cells": self.measurements.iter().map(|measurement| self.cell_object(measurement)).collect::<Vec<_>>(),
            "cross_overs": crossings.collect::<Vec<_>>(),
        })
    }

    fn entry_object(&self, entry: usize) -> Value {
        let name = self.name(entry);
        let ceilings = self.ceilings.iter().find(|(known, _)| *known == name).map(|(_, ceilings)| ceilings);
        let Entry { program, backend, compile_seconds, first_dispatch_seconds, .. } = &self.entries[entry];
        let description = backend.description();
        json!({
            "program": program,
            "backend": description.backend,
            "adapter": description.adapter,
            "precision": description.precision,
            "compile_s": number(*compile_seconds),
            "first_dispatch_s": number(*first_dispatch_seconds),
            "operations_per_s_at_most": ceilings.map_or(Value::Null, |c| number(c.operations_per_second)),
            "copied_bytes_per_s_at_most": ceilings.map_or(Value::Null, |c| number(c.copied_bytes_per_second)),
        })
    }

    fn cell_object(&self, measurement: &Measurement) -> Value {
        let cell = match measurement {
            Measurement::Measured(cell) => cell,
            Measurement::Left { entry, chains, reason } => {
                return json!({ "entry": entry, "chains": chains, "left_out": reason });
            }
        };
        let (work, _) = self.work(cell);
        let posterior = match &cell.posterior {
            Posterior::Agrees { largest } => json!({ "verdict": "agrees", "largest_error": number(*largest) }),
            Posterior::Differs { parameter, moment, errors } => {
                json!({ "verdict": "wrong", "parameter": parameter, "moment": moment, "errors": number(*errors) })
            }
            Posterior::TooFew { effective } => json!({ "verdict": "unchecked", "effective": number(*effective) }),
            Posterior::NoReference => json!({ "verdict": "unchecked" }),
        };
        let mut object = json!({ "entry": cell.entry, "chains": cell.chains, "posterior": posterior });
        if let (Some(speed), Some(map)) = (cell.speed(), object.as_object_mut()) {
            let densities = speed.median * cell.evaluations;
            for (key, value) in [
                ("steps_per_s", speed.median),
                ("steps_per_s_slowest", speed.low),
                ("steps_per_s_fastest", speed.high),
                ("densities_per_s", densities),
                ("data_per_s", densities * self.data),
                ("draws_per_s", if self.moments { 0.0 } else { speed.median }),
                ("operations_per_step", work.operations),
                ("draw_bytes_per_step", work.draw_bytes),
            ] {
                map.insert(key.into(), number(value));
            }
            map.insert("ess_per_s".into(), cell.effective.map_or(Value::Null, |found| number(found * speed.median)));
            map.insert("steps_per_turn".into(), json!(cell.steps));
            map.insert("turns_s".into(), json!(cell.seconds));
        }
        object
    }
}

fn caption(program: &str) -> &'static str {
    if program == "collapsed" {
        "Sums over data collapsed into sufficient statistics"
    } else {
        "Sums over data in full"
    }
}

fn milliseconds(seconds: f64) -> String {
    if seconds < 0.1 { format!("{:.2} ms", 1e3 * seconds) } else { format!("{seconds:.2} s") }
}
