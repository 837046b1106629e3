//! Stored draws in the formats of other programs: Stan's CSV, a table, JSON as ArviZ reads it.
//!
//! An open run flows in, files flow out, a group of chains at a time so that memory stays small. A number is written with
//! as many digits as it takes to read the same number again. Absent on purpose: which format is whose.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::error::StoreError;
use super::output::{Output, Pending};
use super::run_read::StoredRun;
use super::variable::{Variable, variables};
use crate::backend::{Checkpoint, Tuning};
use crate::draws::Draws;

/// What files look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// As CmdStan writes them, a file for each group of so many neighbouring chains, their draws one after the other.
    StanCsv {
        /// Chains of a file.
        chains: usize,
    },
    /// One table with a row for each draw: chain, draw, parameters.
    Csv,
    /// One object: groups, variables, lists of chains of draws.
    Json,
}

/// Values held at a time.
const MOST_VALUES: usize = 1 << 22;

/// Writes a run: to a directory for Stan's files, else to a file. Returns the files written. They appear when all of them
/// are whole.
///
/// # Errors
/// When the run cannot be read, the files cannot be written, or a file is there already: of Stan's files any that a reader
/// would take for one of this run.
pub fn export(run: &StoredRun, layout: Layout, to: &Path) -> Result<Vec<PathBuf>, StoreError> {
    match layout {
        Layout::StanCsv { chains } => stan_csv(run, chains.max(1), to),
        Layout::Csv => in_place(vec![pending(to, |out| table(run, out))?]).map(|()| vec![to.to_owned()]),
        Layout::Json => in_place(vec![pending(to, |out| json(run, out))?]).map(|()| vec![to.to_owned()]),
    }
}

fn in_place(files: Vec<Pending>) -> Result<(), StoreError> {
    files.into_iter().try_for_each(Pending::finish)
}

/// What goes wrong inside of a file: its writing, or the run's reading.
enum Failure {
    Write(io::Error),
    Read(StoreError),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Write(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Read(error)
    }
}

/// A file, whole and not yet in its place.
fn pending(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> Result<(), Failure>,
) -> Result<Pending, StoreError> {
    Output::new(path).begin(write).map_err(|failure| match failure {
        Failure::Write(source) => StoreError::io("write", path)(source),
        Failure::Read(error) => error,
    })
}

/// Chains in groups that fit, none larger than `most`.
fn groups(run: &StoredRun, most: usize) -> impl Iterator<Item = Range<usize>> + use<> {
    let chains = run.chains();
    let size = (MOST_VALUES / (run.draws() * run.parameters().len()).max(1)).clamp(1, most);
    (0..chains).step_by(size).map(move |from| from..(from + size).min(chains))
}

/// Stan's names of the statistics that ArviZ knows by others, in Stan's order.
const STATISTICS: [(&str, &str); 7] = [
    ("lp", "lp__"),
    ("acceptance_rate", "accept_stat__"),
    ("step_size", "stepsize__"),
    ("tree_depth", "treedepth__"),
    ("n_steps", "n_leapfrog__"),
    ("diverging", "divergent__"),
    ("energy", "energy__"),
];

fn stan_csv(run: &StoredRun, chains: usize, folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let model = run.facts().map_or_else(|| "model".to_owned(), |facts| facts.model.clone());
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().to_str().is_some_and(|name| is_chain_of(name, &model)) {
            let holds = "is already there: choose another directory";
            return Err(StoreError::Occupied { path: entry.path(), holds });
        }
    }
    // A store of another program has none, and somebody may have removed those of a run.
    let end = match run.facts().map(|_| run.checkpoint()).transpose() {
        Err(StoreError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => None,
        end => end?,
    };
    let (mut files, mut whole) = (Vec::new(), Vec::new());
    for first in (0..run.chains()).step_by(chains) {
        let path = folder.join(format!("{model}_{}.csv", first / chains + 1));
        let group = first..(first + chains).min(run.chains());
        whole.push(pending(&path, |out| stan_file(run, &model, end.as_ref(), &group, out))?);
        files.push(path);
    }
    in_place(whole)?;
    Ok(files)
}

/// Whether a file has the name of a chain's file of a model.
fn is_chain_of(name: &str, model: &str) -> bool {
    let number = name.strip_prefix(model).and_then(|rest| rest.strip_prefix('_')?.strip_suffix(".csv"));
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit()))
}

fn stan_file(
    run: &StoredRun,
    model: &str,
    end: Option<&Checkpoint>,
    chains: &Range<usize>,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let draws = run.draws();
    let told = run.statistics_of(&(chains.start..chains.start), &(0..0))?;
    let place = |name: &str| told.parameters().iter().position(|other| other == name);
    let mut statistics: Vec<(Option<usize>, &str)> =
        STATISTICS.iter().filter_map(|(ours, stans)| Some((Some(place(ours)?), *stans))).collect();
    let is_fixed = statistics.is_empty();
    if is_fixed {
        // CmdStan writes zeros there.
        statistics = vec![(None, STATISTICS[0].1), (None, STATISTICS[1].1)];
    }
    writeln!(out, "# model = {model}_model")?;
    writeln!(out, "# method = sample (Default)\n#   sample")?;
    writeln!(out, "#     num_samples = {}", draws * chains.len())?;
    writeln!(out, "#     num_warmup = {}", run.facts().map_or(0, |facts| facts.shape.warmup))?;
    writeln!(out, "#     save_warmup = false (Default)\n#     thin = 1 (Default)")?;
    if is_fixed {
        // CmdStan's word for a sampler that tells nothing of itself.
        writeln!(out, "#     algorithm = fixed_param")?;
    } else {
        let depth = run.facts().and_then(|facts| facts.settings.get("max_treedepth")?.as_u64()).unwrap_or(10);
        writeln!(out, "#     algorithm = hmc (Default)\n#       hmc\n#         engine = nuts (Default)")?;
        writeln!(out, "#           nuts\n#             max_depth = {depth}\n#         metric = diag_e (Default)")?;
    }
    if let Some(facts) = run.facts() {
        writeln!(out, "# id = {}", facts.shape.first_chain as usize + chains.start + 1)?;
        writeln!(out, "# random\n#   seed = {}", facts.shape.seed)?;
    }
    let parameters = run.parameters();
    let header =
        statistics.iter().map(|(_, name)| (*name).to_owned()).chain(parameters.iter().map(|name| stan_name(name)));
    writeln!(out, "{}", header.collect::<Vec<_>>().join(","))?;
    if !is_fixed {
        writeln!(out, "# Adaptation terminated")?;
    }
    if let Some(Nuts { step_size, inverse_metric }) =
        end.and_then(|end| Nuts::of(&end.tuning, chains.start, run.chains()))
    {
        let numbers: Vec<String> = inverse_metric.iter().map(|variance| format!("{variance:?}")).collect();
        writeln!(out, "# Step size = {step_size:?}")?;
        writeln!(out, "# Diagonal elements of inverse mass matrix:\n# {}", numbers.join(", "))?;
    }
    let mut line = String::new();
    for chain in chains.clone() {
        let values = run.draws_of(&(chain..chain + 1), &(0..draws))?;
        let told = run.statistics_of(&(chain..chain + 1), &(0..draws))?;
        for draw in 0..draws {
            line.clear();
            for (column, _) in &statistics {
                push(&mut line, column.map_or(0.0, |column| told.view(column).get(0, draw)));
            }
            row(&values, 0, draw).iter().for_each(|&value| push(&mut line, value));
            line.pop();
            writeln!(out, "{line}")?;
        }
    }
    let (warmup, sampling) = end.map_or((0.0, 0.0), |end| (end.warmup_seconds, end.sampling_seconds));
    writeln!(out, "# \n#  Elapsed Time: {warmup:.3} seconds (Warm-up)")?;
    writeln!(out, "#                {sampling:.3} seconds (Sampling)")?;
    writeln!(out, "#                {:.3} seconds (Total)\n# ", warmup + sampling)?;
    Ok(())
}

/// What a file says of the tuning of NUTS.
struct Nuts<'a> {
    step_size: f64,
    inverse_metric: &'a [f64],
}

impl<'a> Nuts<'a> {
    /// That of one of `chains` chains; none of another sampler.
    fn of(tuning: &'a Tuning, chain: usize, chains: usize) -> Option<Self> {
        let Tuning::Nuts { step_sizes, inverse_metric } = tuning else { return None };
        let width = inverse_metric.len() / chains.max(1);
        let inverse_metric = inverse_metric.get(chain * width..(chain + 1) * width)?;
        Some(Self { step_size: *step_sizes.get(chain)?, inverse_metric })
    }
}

/// `m[1,2]` as Stan's files have it: `m.1.2`.
fn stan_name(name: &str) -> String {
    name.replace(['[', ','], ".").replace(']', "")
}

fn row(draws: &Draws, chain: usize, draw: usize) -> &[f64] {
    let width = draws.parameters().len();
    &draws.values()[(chain * draws.draws() + draw) * width..][..width]
}

/// Appends a number and a comma.
fn push(line: &mut String, value: f64) {
    use std::fmt::Write;
    // Writing to a string cannot fail.
    let _ = if value.is_nan() {
        write!(line, "nan,")
    } else if value.is_infinite() {
        write!(line, "{}inf,", if value < 0.0 { "-" } else { "" })
    } else {
        write!(line, "{value:?},")
    };
}

fn table(run: &StoredRun, out: &mut impl Write) -> Result<(), Failure> {
    let first = run.facts().map_or(0, |facts| facts.shape.first_chain as usize);
    let names = run.parameters();
    let quoted = names.iter().map(|name| if name.contains(',') { format!("\"{name}\"") } else { name.clone() });
    writeln!(out, "chain,draw,{}", quoted.collect::<Vec<_>>().join(","))?;
    let mut line = String::new();
    for group in groups(run, run.chains()) {
        let values = run.draws_of(&group, &(0..run.draws()))?;
        for (chain, draw) in (0..group.len()).flat_map(|chain| (0..run.draws()).map(move |draw| (chain, draw))) {
            line.clear();
            row(&values, chain, draw).iter().for_each(|&value| push(&mut line, value));
            line.pop();
            writeln!(out, "{},{},{line}", first + group.start + chain + 1, draw + 1)?;
        }
    }
    Ok(())
}

fn json(run: &StoredRun, out: &mut impl Write) -> Result<(), Failure> {
    write!(out, "{{\"posterior\":")?;
    let names = run.parameters();
    object(run, &names, &|chains, draws| run.draws_of(chains, draws), out)?;
    let told = run.statistics_of(&(0..0), &(0..0))?;
    if !told.parameters().is_empty() {
        write!(out, ",\"sample_stats\":")?;
        object(run, told.parameters(), &|chains, draws| run.statistics_of(chains, draws), out)?;
    }
    writeln!(out, "}}")?;
    Ok(())
}

/// Some chains of some draws.
type Reader<'a> = &'a dyn Fn(&Range<usize>, &Range<usize>) -> Result<Draws, StoreError>;

/// Variables of chains of draws of elements. All of a group is read again for each variable of it.
fn object(run: &StoredRun, names: &[String], read: Reader<'_>, out: &mut impl Write) -> Result<(), Failure> {
    let mut text = String::new();
    for (place, variable) in variables(names).iter().enumerate() {
        write!(out, "{}\"{}\":[", if place == 0 { "{" } else { "," }, variable.name)?;
        for chains in groups(run, run.chains()) {
            let draws = read(&chains, &(0..run.draws()))?;
            for chain in 0..chains.len() {
                text.clear();
                text.push_str(if chains.start + chain == 0 { "[" } else { ",[" });
                for draw in 0..draws.draws() {
                    nested(&mut text, variable, &variable.sizes, row(&draws, chain, draw), &mut 0);
                }
                text.pop();
                text.push(']');
                out.write_all(text.as_bytes())?;
            }
        }
        write!(out, "]")?;
    }
    write!(out, "}}")?;
    Ok(())
}

/// Appends one draw of a variable and a comma. What is not finite is a word that Python's reader of JSON knows.
fn nested(text: &mut String, variable: &Variable, sizes: &[usize], row: &[f64], element: &mut usize) {
    use std::fmt::Write;
    match sizes.split_first() {
        None => {
            let value = row[variable.columns[*element]];
            *element += 1;
            let _ = if value.is_nan() {
                write!(text, "NaN,")
            } else if value.is_infinite() {
                write!(text, "{}Infinity,", if value < 0.0 { "-" } else { "" })
            } else {
                write!(text, "{value:?},")
            };
        }
        Some((&size, rest)) => {
            text.push('[');
            for _ in 0..size {
                nested(text, variable, rest, row, element);
            }
            text.pop();
            text.push_str("],");
        }
    }
}
