//! What storing every draw costs: `cargo bench --bench store`. 4,096 chains of the notebook's model in single precision,
//! the sum over 100 observations in full; chains whose draws stay in memory and chains whose draws are stored take turns.
//! Told are rates, which ask for an idle machine, and nanoseconds of processor time a sweep, which do so less.
//!
//! Targets: 15 % of the sampling rate on the CPU, 20 % on software Vulkan. Directories are that of the target folder, as a
//! rule on a disk, and `/dev/shm` where there is one, or `RIDGEWALK_BENCH_DIR` alone; for each it is told first how fast
//! the same bytes are written there by plain means. Then the memory of a whole process that stores 4,096 x 100,000 draws,
//! against one that stores as many chains for a single block: at most 500 MB more (`RIDGEWALK_BENCH_DRAWS` for fewer draws).

use std::error::Error;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use ridgewalk::backend::cpu::CpuBackend;
use ridgewalk::backend::gpu::{AdapterChoice, GpuBackend};
use ridgewalk::backend::{Backend, Checkpoint, Counts, Keep, Population, Stretch, Tuning};
use ridgewalk::draws::Draws;
use ridgewalk::lang::{self, Compiled, source::Source};
use ridgewalk::model::data::Data;
use ridgewalk::run::{Cut, Init, Plan, Settings, stream};
use ridgewalk::store::{FORMAT, Facts, RunWriter, Shape, chunk_length, new_id, now};

const MODEL: &str = include_str!("../examples/identifiability/nonidentified.stan");
const DATA: &str = include_str!("../examples/identifiability/y.json");
const CHAINS: usize = 4096;
const TURNS: usize = 5;
/// Two or three seconds, so that the first block's memory and the last block's writing, for which nobody samples
/// meanwhile, weigh as little as they do in runs that last.
const CPU_SWEEPS: usize = 40_000;
const GPU_SWEEPS: usize = 8_000;

fn compiled() -> Compiled {
    let mut data = Data::default();
    data.add_json(DATA, "y.json").expect("the example's data are JSON");
    let settings = lang::Settings { collapse: false, ..lang::Settings::default() };
    lang::compile(&Source::new("nonidentified.stan", MODEL), &data, "nonidentified", settings).expect("it compiles")
}

fn start() -> Checkpoint {
    Checkpoint {
        failures: ridgewalk::draws::Failures::default(),
        step: 0,
        draws: 0,
        positions: [0.0, 0.1, -0.1].repeat(CHAINS),
        tuning: Tuning::Metropolis { scales: [0.2, 0.25, 0.25].repeat(CHAINS) },
        counts: Counts::Accepted(vec![0; 3 * CHAINS]),
        warmup_seconds: 0.0,
        sampling_seconds: 0.0,
    }
}

/// Seconds by the clock and of processors, those spent in the kernel included; Linux alone tells the latter.
struct Clock(Instant, f64);

impl Clock {
    fn start() -> Self {
        Self(Instant::now(), processor_seconds())
    }

    fn read(&self) -> [f64; 2] {
        [self.0.elapsed().as_secs_f64(), processor_seconds() - self.1]
    }
}

fn processor_seconds() -> f64 {
    const TICKS: f64 = 100.0;
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name of the program, in parentheses, may hold anything; user and system time are the 12th and 13th words after.
    let words = text.rsplit(')').next().into_iter().flat_map(str::split_whitespace);
    words.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / TICKS
}

/// Seconds of so many sweeps with draws in memory that is mapped already.
fn in_memory(backend: &mut dyn Backend, draws: &mut Draws, sweeps: usize) -> Result<[f64; 2], Box<dyn Error>> {
    let start = start();
    backend.start(Population { first: 0, chains: CHAINS }, &start.positions)?;
    backend.tune(&start.tuning)?;
    let clock = Clock::start();
    for from in (0..sweeps).step_by(draws.draws()) {
        let stretch = Stretch { first_step: from as u32, steps: draws.draws() as u32 };
        let keep = Keep { draws: draws.room(), statistics: None, from: 0, thin: 1 };
        backend.advance(stretch, Some(keep), &mut |_| ControlFlow::Continue(()))?;
    }
    Ok(clock.read())
}

/// Seconds of so many sweeps with draws in a directory.
fn stored(
    backend: &mut Box<dyn Backend>,
    compiled: &Compiled,
    path: &Path,
    sweeps: usize,
) -> Result<[f64; 2], Box<dyn Error>> {
    let model = &compiled.model;
    let settings = Settings {
        first_chain: 0,
        chains: CHAINS,
        superchain_size: 256,
        warmup: 0,
        draws: sweeps,
        thin: 1,
        seed: 1,
        init: Init::Random { radius: 2.0 },
        target_accept: 0.8,
    };
    let shape =
        Shape { first_chain: 0, chains: CHAINS, superchain_size: 256, warmup: 0, draws: sweeps, thin: 1, seed: 1 };
    let columns = model.parameters.len();
    let facts = Facts {
        format: FORMAT,
        version: String::new(),
        id: new_id(),
        created_at: now(),
        model: model.name.clone(),
        model_sha256: String::new(),
        data: Default::default(),
        shape,
        settings: Default::default(),
        command: String::new(),
        device: Default::default(),
        coordinates: model.coordinates.clone(),
        parameters: model.parameters.clone(),
        statistics: Vec::new(),
        likelihood: Vec::new(),
        prior: Vec::new(),
        warmup: Vec::new(),
        rows: None,
        arrays: Vec::new(),
        single: columns,
        columns,
        generated: 0,
        block: chunk_length(CHAINS, columns, sweeps),
    };
    let mut writer = RunWriter::create(path, facts, MODEL, &model.parameters)?;
    let clock = Clock::start();
    stream(
        model,
        backend,
        &settings,
        Some(start()),
        &mut Plan {
            draws: Cut { length: writer.facts().block, layout: writer.layout() },
            warmup: None,
            quantities: &compiled.quantities,
            pointwise: false,
            sink: &mut |block| {
                let after = block.after.as_ref().expect("no warm-up is kept");
                Ok(writer.append(block.from, &block.draws, &[], after)?)
            },
            look: None,
            stop: &|| false,
            again: &mut |error| Err(ridgewalk::run::RunError::Sink(error.to_string().into())),
        },
        &mut |_, _, _| ControlFlow::Continue(()),
    )?;
    let seconds = clock.read();
    drop(writer);
    std::fs::remove_dir_all(path)?;
    Ok(seconds)
}

fn turns(
    mut backend: Box<dyn Backend>,
    compiled: &Compiled,
    folder: &Path,
    sweeps: usize,
) -> Result<(), Box<dyn Error>> {
    let block = chunk_length(CHAINS, compiled.model.parameters.len(), sweeps);
    let mut draws = Draws::new(compiled.model.parameters.clone(), CHAINS, block)?;
    in_memory(backend.as_mut(), &mut draws, sweeps)?;
    println!(
        "{} ({}), {sweeps} sweeps in blocks of {block}",
        backend.description().backend,
        backend.description().adapter
    );
    let mut costs = Vec::new();
    for _ in 0..TURNS {
        let [memory, busy] = in_memory(backend.as_mut(), &mut draws, sweeps)?;
        let [disk, busier] = stored(&mut backend, compiled, &folder.join("run"), sweeps)?;
        let rate = |seconds: f64| (CHAINS * sweeps) as f64 / seconds / 1e6;
        let nanoseconds = |seconds: f64| 1e9 * seconds / (CHAINS * sweeps) as f64;
        costs.push(100.0 * (1.0 - memory / disk));
        println!(
            "  in memory {:.1}, stored {:.1} million sweeps/s: {:.1} % less; {:.1} and {:.1} ns of processors",
            rate(memory),
            rate(disk),
            costs[costs.len() - 1],
            nanoseconds(busy),
            nanoseconds(busier)
        );
    }
    costs.sort_by(f64::total_cmp);
    println!("  median {:.1} %", costs[TURNS / 2]);
    Ok(())
}

/// Peak resident memory in MB of a process that stores so many draws; Linux alone tells.
fn peak(folder: &Path, draws: &str) -> Result<Option<f64>, Box<dyn Error>> {
    let run = folder.join("run");
    let mut child = Command::new(env!("CARGO_BIN_EXE_ridgewalk"))
        .args(["sample", "examples/identifiability/nonidentified.stan", "--data", "examples/identifiability/y.json"])
        .args([
            "--sampler",
            "metropolis",
            "--backend",
            "cpu",
            "--precision",
            "f32",
            "--seed",
            "1",
            "--chains",
            "4096",
            "--warmup",
            "100",
            "--quiet",
        ])
        .args(["--draws", draws, "--out"])
        .arg(&run)
        .stdout(Stdio::null())
        .spawn()?;
    let status = format!("/proc/{}/status", child.id());
    let mut peak = None;
    while child.try_wait()?.is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        peak = line.and_then(|line| line.trim_end_matches("kB").trim().parse::<f64>().ok()).or(peak);
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    std::fs::remove_dir_all(run)?;
    Ok(peak.map(|kib| kib / 1024.0))
}

/// Writes as many bytes as a run's draws, in files as large as its chunks, one after the other.
fn plainly(folder: &Path, sweeps: usize, block: usize) -> Result<(), Box<dyn Error>> {
    let chunk = vec![1_u8; CHAINS * block * size_of::<f32>()];
    let clock = Instant::now();
    for index in 0..4 * sweeps / block {
        std::fs::write(folder.join(format!("plain-{index}")), &chunk)?;
    }
    let rate = (4 * sweeps / block * chunk.len()) as f64 / clock.elapsed().as_secs_f64();
    for index in 0..4 * sweeps / block {
        std::fs::remove_file(folder.join(format!("plain-{index}")))?;
    }
    let sweeps = rate / (4 * size_of::<f32>()) as f64 / 1e6;
    println!("{}: plain writing takes {:.0} MB/s, {sweeps:.1} million sweeps/s", folder.display(), rate / 1e6);
    Ok(())
}

/// Where runs are stored.
fn folders() -> Vec<PathBuf> {
    let parents = match std::env::var_os("RIDGEWALK_BENCH_DIR") {
        Some(asked) => vec![PathBuf::from(asked)],
        None => vec![PathBuf::from(env!("CARGO_TARGET_TMPDIR")), PathBuf::from("/dev/shm")],
    };
    let own = format!("ridgewalk-bench-{}", std::process::id());
    parents.into_iter().filter(|parent| parent.exists()).map(|parent| parent.join(&own)).collect()
}

fn main() -> Result<(), Box<dyn Error>> {
    let compiled = compiled();
    let draws = std::env::var("RIDGEWALK_BENCH_DRAWS").unwrap_or_else(|_| "100000".to_owned());
    for folder in folders() {
        std::fs::create_dir_all(&folder)?;
        plainly(&folder, CPU_SWEEPS, chunk_length(CHAINS, compiled.model.parameters.len(), CPU_SWEEPS))?;
        turns(Box::new(CpuBackend::<f32>::new(&compiled.model, 1)), &compiled, &folder, CPU_SWEEPS)?;
        match GpuBackend::new(&compiled.model, &AdapterChoice::Best, 1) {
            Ok(backend) => turns(Box::new(backend), &compiled, &folder, GPU_SWEEPS)?,
            Err(error) => println!("no GPU is measured: {error}"),
        }
        if let (Some(base), Some(peak)) = (peak(&folder, "1")?, peak(&folder, &draws)?) {
            println!("peak memory of 4,096 x {draws}: {peak:.0} MB, {:.0} MB above that of one draw", peak - base);
        }
        std::fs::remove_dir_all(folder)?;
    }
    Ok(())
}
