//! What was typed: the grammar of the command line, its help, and nothing of its meaning.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Thousands of MCMC chains of a Stan model, on any GPU or all CPU cores.
#[derive(Debug, Parser)]
#[command(name = "ridgewalk", version, about, max_term_width = 100)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Draw from the posterior of a model and summarise the draws
    Sample(Sample),
    /// Summarise and diagnose stored draws: a run directory, Zarr, Stan CSV, or a table with chain and draw columns
    Summary(Summary),
    /// Write one self-contained HTML page about draws: verdict, tables, pictures
    Report(Report),
    /// Draw a model as a graph in plate notation: DOT for Graphviz, or SVG without it
    Graph(Graph),
    /// Say which parameters and combinations of them the data can determine
    Identify(Identify),
    /// Join parts of a run, made with sample --first-chain, into the whole
    Merge(Merge),
    /// Write stored draws in the format of another program
    Export(Export),
    /// Measure what single precision costs this model on a GPU, against the f64 CPU
    Check(Check),
    /// Show what a model becomes: its program, or the shader that runs it
    Compile(Compile),
    /// Measure how fast each backend of this machine runs a model, by number of chains
    Bench(Bench),
    /// List the distributions and functions that models can call, with their signatures
    Functions,
    /// List the GPU adapters of this machine and whether they compute correctly
    Adapters(Adapters),
}

/// Where a model's `#include` looks.
#[derive(Debug, Args)]
pub struct Includes {
    /// Where `#include` looks for files, before the folder of the file that it stands in; may be repeated
    #[arg(long, value_name = "DIR", alias = "include-paths", value_delimiter = ',')]
    pub include_path: Vec<PathBuf>,
}

/// A model and its data.
#[derive(Debug, Args)]
pub struct Input {
    /// The model, in the Stan language
    #[arg(value_name = "MODEL.stan")]
    pub model: PathBuf,
    /// Its data: Stan's JSON, or CSV whose columns are vectors; may be repeated
    #[arg(long, value_name = "FILE")]
    pub data: Vec<PathBuf>,
    #[command(flatten)]
    pub includes: Includes,
}

/// The sampler, and the limit of its trajectories.
#[derive(Debug, Args)]
pub struct Stepping {
    /// The sampler
    #[arg(long, value_enum, default_value_t = Sampler::Nuts)]
    pub sampler: Sampler,
    /// NUTS: the largest depth of a tree, which takes at most 2^N - 1 leapfrog steps [default: 10]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=30))]
    pub max_treedepth: Option<u32>,
}

/// Arguments of `sample`.
#[derive(Debug, Args)]
pub struct Sample {
    /// The model and its data.
    #[command(flatten)]
    pub input: Input,
    /// The sampler.
    #[command(flatten)]
    pub stepping: Stepping,
    /// NUTS: the mean acceptance probability that step sizes are tuned to, where larger means smaller steps [default: 0.8]
    #[arg(long, value_name = "P")]
    pub target_accept: Option<f64>,
    /// Number of chains
    #[arg(long, default_value_t = 4, value_name = "N")]
    pub chains: u32,
    /// Groups of chains that share a starting point [default: one per chain up to 16 chains, then about 16]
    #[arg(long, value_name = "K")]
    pub superchains: Option<u32>,
    /// Steps before the first draw, during which chains are tuned
    #[arg(long, default_value_t = 1000, value_name = "N")]
    pub warmup: u32,
    /// Draws kept of each chain
    #[arg(long, default_value_t = 1000, value_name = "N")]
    pub draws: u32,
    /// Steps per draw
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub thin: u32,
    /// What all random numbers derive from; the same seed gives the same draws [default: a new one, shown]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Where chains start: a radius around zero on the unconstrained scale (0: at zero; random: 2), or a JSON file with
    /// values of some or all parameters, the others at random. A list of such objects in the file, or several --init,
    /// gives each chain its own (each superchain, if chains start together)
    #[arg(long, default_value = "random", value_name = "RADIUS|FILE", allow_negative_numbers = true)]
    pub init: Vec<String>,
    /// Where chains run; auto takes a hardware GPU that computes correctly, else the CPU
    #[arg(long, value_enum, default_value_t = BackendName::Auto)]
    pub backend: BackendName,
    /// The GPU adapter to use, by a part of its name; all spreads superchains over every one
    #[arg(long, value_name = "NAME|all")]
    pub adapter: Option<String>,
    /// Precision in which chains advance [default: f64 on the CPU, f32 on a GPU]
    #[arg(long, value_enum)]
    pub precision: Option<PrecisionName>,
    /// What is kept: draws, or on the device only moments of each half of each chain, enough for means, standard
    /// deviations, correlations and R-hat
    #[arg(long, value_enum, default_value_t = Kept::Draws)]
    pub keep: Kept,
    /// Keep sums over data as loops instead of turning them into sufficient statistics
    #[arg(long)]
    pub no_collapse: bool,
    /// Store the run in a directory as it goes, as Zarr that ArviZ opens; it can then be resumed, merged and summarised
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Go on with the run in --out, if one has begun there
    #[arg(long, requires = "out")]
    pub resume: bool,
    /// Store only these parameters and generated quantities: names (mu), all elements of one (theta), or patterns
    #[arg(long, value_name = "A,B", requires = "out")]
    pub parameters: Vec<String>,
    /// Store what each observation and each prior contributes to the log density as well, for az.loo and az.psense
    #[arg(long, requires = "out")]
    pub log_likelihood: bool,
    /// Store the steps of warm-up as well, as groups of their own
    #[arg(long, requires = "out")]
    pub save_warmup: bool,
    /// Run a part of a larger run: --chains chains from this number on, whole superchains (as many chains each as
    /// --superchains makes of --chains)
    #[arg(long, value_name = "I", default_value_t = 0)]
    pub first_chain: u32,
    /// Write the generated quantities of the first draw of the first chain to a JSON file, as data for another model
    #[arg(long, value_name = "FILE")]
    pub generate: Option<PathBuf>,
    /// Write a self-contained HTML report of the run
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// Print one JSON object instead of tables
    #[arg(long)]
    pub json: bool,
    /// Say nothing but results and errors
    #[arg(long)]
    pub quiet: bool,
    /// Exit with status 1 when the diagnostics are bad
    #[arg(long)]
    pub strict: bool,
    /// With --strict: chains that disagree only where the data say nothing are not bad
    #[arg(long, requires = "strict")]
    pub allow_nonidentified: bool,
}

/// Arguments of `summary`.
#[derive(Debug, Args)]
pub struct Summary {
    /// A run directory, or another Zarr store in ArviZ's layout; Stan CSV files, one per chain; or CSV tables with a
    /// column for the chain (chain or .chain) and one for the draw (draw, .draw or .iteration)
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// Only these parameters: names (mu), all elements of one (theta), or patterns (theta*); shows every one
    #[arg(long, value_name = "A,B")]
    pub parameters: Vec<String>,
    /// The credible interval and its percentage: hdi (highest density) or eti (equal tails)
    #[arg(long, default_value = "hdi94", value_name = "hdi94|eti89")]
    pub interval: String,
    /// Groups of neighbouring chains that share a starting point [default: one per chain]
    #[arg(long, value_name = "K")]
    pub superchains: Option<u32>,
    /// Print one JSON object instead of tables
    #[arg(long, conflicts_with = "csv")]
    pub json: bool,
    /// Print the summary as CSV, with all digits
    #[arg(long)]
    pub csv: bool,
    /// Say nothing but results and errors
    #[arg(long)]
    pub quiet: bool,
    /// Exit with status 1 when the diagnostics are bad
    #[arg(long)]
    pub strict: bool,
}

/// Arguments of `report`.
#[derive(Debug, Args)]
pub struct Report {
    /// A run directory, or another Zarr store in ArviZ's layout; Stan CSV files, one per chain; or CSV tables with a
    /// column for the chain and one for the draw
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// Where the page goes; - is standard output
    #[arg(long, default_value = "report.html", value_name = "FILE")]
    pub out: PathBuf,
    /// Write every picture into this folder as well, as SVG and as PNG
    #[arg(long, value_name = "DIR")]
    pub plots: Option<PathBuf>,
    /// The model that the draws are of, to be shown with its graph; a run directory has its own
    #[arg(long, value_name = "MODEL.stan")]
    pub model: Option<PathBuf>,
    /// The model's data, for the sizes in its graph; may be repeated
    #[arg(long, value_name = "FILE")]
    pub data: Vec<PathBuf>,
    #[command(flatten)]
    pub includes: Includes,
    /// Only these parameters: names (mu), all elements of one (theta), or patterns (theta*)
    #[arg(long, value_name = "A,B")]
    pub parameters: Vec<String>,
    /// The credible interval and its percentage: hdi (highest density) or eti (equal tails)
    #[arg(long, default_value = "hdi94", value_name = "hdi94|eti89")]
    pub interval: String,
    /// Groups of neighbouring chains that share a starting point [default: one per chain]
    #[arg(long, value_name = "K")]
    pub superchains: Option<u32>,
    /// Say nothing but errors
    #[arg(long)]
    pub quiet: bool,
    /// Exit with status 1 when the diagnostics are bad
    #[arg(long)]
    pub strict: bool,
}

/// Arguments of `graph`.
#[derive(Debug, Args)]
pub struct Graph {
    /// The model; its data, if given, tell the sizes of plates.
    #[command(flatten)]
    pub input: Input,
    /// What to print
    #[arg(long, value_enum, default_value_t = GraphFormat::Dot)]
    pub format: GraphFormat,
}

/// Arguments of `identify`.
#[derive(Debug, Args)]
pub struct Identify {
    /// The model and its data.
    #[command(flatten)]
    pub input: Input,
    /// What the points at which the model is looked at derive from
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub seed: u64,
    /// Draws of the posterior, to be held against the prior: files that `summary` reads
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub run: Vec<PathBuf>,
    /// Print one JSON object instead of sentences
    #[arg(long)]
    pub json: bool,
    /// Say nothing but results and errors
    #[arg(long)]
    pub quiet: bool,
}

/// Arguments of `merge`.
#[derive(Debug, Args)]
pub struct Merge {
    /// Run directories whose chains follow one another
    #[arg(value_name = "RUN", required = true)]
    pub runs: Vec<PathBuf>,
    /// The directory of the whole run, which must be new
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Say nothing but errors
    #[arg(long)]
    pub quiet: bool,
}

/// Arguments of `export`.
#[derive(Debug, Args)]
pub struct Export {
    /// A run directory, or another Zarr store in ArviZ's layout
    #[arg(value_name = "RUN")]
    pub run: PathBuf,
    /// The format
    #[arg(long, value_enum)]
    pub format: ExportFormat,
    /// The file to write, or the directory for the files of stan-csv
    #[arg(long, value_name = "PATH")]
    pub out: PathBuf,
    /// Write a file for each superchain instead of each chain
    #[arg(long)]
    pub superchains: bool,
    /// Say nothing but errors
    #[arg(long)]
    pub quiet: bool,
}

/// Arguments of `check`.
#[derive(Debug, Args)]
pub struct Check {
    /// The model and its data.
    #[command(flatten)]
    pub input: Input,
    /// What is checked against the f64 CPU: a GPU, or the CPU in single precision
    #[arg(long, value_enum, default_value_t = Checked::Gpu)]
    pub backend: Checked,
    /// The GPU adapter to check, by a part of its name
    #[arg(long, value_name = "NAME")]
    pub adapter: Option<String>,
    /// Number of chains
    #[arg(long, default_value_t = 1024, value_name = "N")]
    pub chains: u32,
    /// What all random numbers derive from
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub seed: u64,
    /// Print one JSON object instead of a table
    #[arg(long)]
    pub json: bool,
    /// Say nothing but results and errors
    #[arg(long)]
    pub quiet: bool,
}

/// Arguments of `bench`.
#[derive(Debug, Args)]
pub struct Bench {
    /// The model, in the Stan language [default: two intercepts of which 100 data know only the sum]
    #[arg(value_name = "MODEL.stan")]
    pub model: Option<PathBuf>,
    /// Its data: Stan's JSON, or CSV whose columns are vectors; may be repeated
    #[arg(long, value_name = "FILE")]
    pub data: Vec<PathBuf>,
    #[command(flatten)]
    pub includes: Includes,
    /// Numbers of chains to measure
    #[arg(long, value_name = "N,N", value_delimiter = ',', default_value = "1,16,256,1024,4096,16384,65536")]
    pub chains: Vec<u32>,
    /// What is kept of the steps that are timed
    #[arg(long, value_enum, default_value_t = Kept::Draws)]
    pub keep: Kept,
    /// Rounds in which all backends take turns of a tenth of a second
    #[arg(long, default_value_t = 5, value_name = "N")]
    pub rounds: u32,
    /// The sampler whose steps are timed; metropolis by default, because the number of chains goes up to 65,536
    #[arg(long, value_enum, default_value_t = Sampler::Metropolis)]
    pub sampler: Sampler,
    /// What is measured: the CPU in both precisions, GPUs, or all of them
    #[arg(long, value_enum, default_value_t = Measured::All)]
    pub backend: Measured,
    /// Only GPU adapters with this in their name
    #[arg(long, value_name = "NAME")]
    pub adapter: Option<String>,
    /// What all random numbers derive from
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub seed: u64,
    /// Draw speeds by number of chains into an SVG file
    #[arg(long, value_name = "FILE.svg")]
    pub plot: Option<PathBuf>,
    /// Print one JSON object instead of tables
    #[arg(long)]
    pub json: bool,
    /// Say nothing but results and errors
    #[arg(long)]
    pub quiet: bool,
}

/// Arguments of `compile`.
#[derive(Debug, Args)]
pub struct Compile {
    /// The model and its data.
    #[command(flatten)]
    pub input: Input,
    /// What to show
    #[arg(long, value_enum, default_value_t = Emit::Ir)]
    pub emit: Emit,
    /// The sampler.
    #[command(flatten)]
    pub stepping: Stepping,
    /// Keep sums over data as loops instead of turning them into sufficient statistics
    #[arg(long)]
    pub no_collapse: bool,
}

/// Arguments of `adapters`.
#[derive(Debug, Args)]
pub struct Adapters {
    /// Print one JSON object instead of a table
    #[arg(long)]
    pub json: bool,
}

/// Names of samplers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Sampler {
    /// Component-wise random-walk Metropolis
    Metropolis,
    /// The No-U-Turn sampler, which follows the gradient
    Nuts,
}

/// Names of backends, and the choice between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum BackendName {
    /// A hardware GPU that computes correctly, else the CPU
    Auto,
    /// A GPU, also one that is a CPU in disguise
    Gpu,
    /// All cores of the CPU
    Cpu,
}

/// Formats of exported draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// Files as CmdStan writes them, one for each chain, which stansummary and CmdStan's interfaces read
    StanCsv,
    /// One table: chain, draw, parameters
    Csv,
    /// One object that ArviZ's from_json reads
    Json,
}

/// What `check` can check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Checked {
    /// A GPU
    Gpu,
    /// The CPU in single precision
    Cpu,
}

/// What can be kept of the states of chains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kept {
    /// Every one, as a draw
    Draws,
    /// Moments of each half of each chain
    Moments,
}

/// What `bench` can measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Measured {
    /// The CPU and every GPU adapter, also one that is a CPU in disguise
    All,
    /// GPU adapters
    Gpu,
    /// The CPU in both precisions
    Cpu,
}

/// Names of precisions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PrecisionName {
    /// Single
    F32,
    /// Double
    F64,
}

/// How a graph is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum GraphFormat {
    /// The language of Graphviz
    Dot,
    /// A picture
    Svg,
}

/// What `compile` can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Emit {
    /// The program of the log density and of the parameters
    Ir,
    /// The shader exactly as the driver gets it
    Wgsl,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_grammar_of_the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }
}
