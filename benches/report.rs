//! The report of draws that are made as they are read, so that what is in memory is the report's own: `cargo bench --bench
//! report`. Time is that of everything from the first look at the draws to the finished page, summary included; the time
//! to make the draws is shown beside it, and is part of it. Peak memory is that of the process (Linux).

use std::io;
use std::time::Instant;

use rayon::prelude::*;
use ridgewalk::diagnostics::{History, Settings};
use ridgewalk::draws::{Columns, Draws};
use ridgewalk::report::html::page;
use ridgewalk::report::survey::{Run, Survey};

/// Autoregressive chains, made anew whenever they are read. No two draws are equal but by chance, as in NUTS.
struct Synthetic {
    names: Vec<String>,
    chains: usize,
    draws: usize,
}

impl Synthetic {
    fn new([chains, draws, parameters]: [usize; 3]) -> Self {
        Self { names: (1..=parameters).map(|k| format!("theta[{k}]")).collect(), chains, draws }
    }
}

impl Columns for Synthetic {
    fn parameters(&self) -> &[String] {
        &self.names
    }

    fn chains(&self) -> usize {
        self.chains
    }

    fn draws(&self) -> usize {
        self.draws
    }

    fn read(&self, parameters: &[usize], into: &mut [Vec<f64>]) -> io::Result<()> {
        parameters.par_iter().zip(into).for_each(|(&parameter, column)| self.make(parameter, column));
        Ok(())
    }
}

impl Synthetic {
    fn make(&self, parameter: usize, into: &mut [f64]) {
        let memory = 0.9 * parameter as f64 / self.names.len() as f64;
        for (chain, into) in into.chunks_exact_mut(self.draws).enumerate() {
            // Neighbours share their noise, and so are correlated.
            let mut state = (parameter as u64 / 2 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (chain as u64) << 20;
            let mut x = 0.0;
            for value in into {
                // Knuth's MMIX; the sum of two halves has a hump in the middle.
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let noise = ((state >> 32) + (state & 0xffff_ffff)) as f64 / 4_294_967_296.0 - 1.0;
                x = memory * x + noise;
                *value = x;
            }
        }
    }
}

/// The most that the process has had in memory, in MB.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("? kB");
    let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse().unwrap_or(f64::NAN);
    format!("{:.0} MB", kilobytes / 1000.0)
}

/// Processor time of the process so far, in seconds: what a busy machine does not change.
fn processor_time() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
    let ticks = |place: usize| fields.get(place).and_then(|field| field.parse::<f64>().ok()).unwrap_or(f64::NAN);
    // Fields 14 and 15 of the line, in hundredths of a second.
    (ticks(11) + ticks(12)) / 100.0
}

fn main() {
    // `cargo bench` adds an argument of its own.
    for shape in [[4, 10_000, 4], [4096, 1000, 100]] {
        let [chains, draws, parameters] = shape;
        let source = Synthetic::new(shape);
        let nothing = Draws::new(Vec::new(), chains, draws).expect("no values");
        let clock = Instant::now();
        let mut column = vec![0.0; chains * draws];
        source.make(parameters - 1, &mut column);
        let made = clock.elapsed().as_secs_f64();
        drop(column);
        let run = Run {
            title: "synthetic",
            draws: &source,
            statistics: &nothing,
            superchains: if chains > 16 { 16 } else { chains },
            settings: Settings::default(),
            summary: None,
            history: History::UNKNOWN,
            unchecked: Vec::new(),
            sampled: &[],
            findings: Vec::new(),
            failed: Default::default(),
            notes: Vec::new(),
            determined: None,
            copies: false,
            facts: Vec::new(),
            command: None,
            model: None,
            graph: None,
        };
        let (clock, before) = (Instant::now(), processor_time());
        let survey = Survey::of(&run).expect("nothing fails in memory");
        let surveyed = clock.elapsed().as_secs_f64();
        let page = page(&run, &survey);
        println!(
            "{chains} x {draws} x {parameters}: {:.2} s, {:.2} s of processor time ({surveyed:.2} s survey; {made:.3} s to make one \
             parameter's draws), {} kB page, {} pictures, peak memory {}",
            clock.elapsed().as_secs_f64(),
            processor_time() - before,
            page.len() / 1000,
            survey.pictures().count(),
            peak()
        );
    }
}
