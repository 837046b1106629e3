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
    /// Summarise and diagnose draws from files: Stan CSV, or a table with chain and draw columns
    Summary(Summary),
    /// Measure what single precision costs this model on a GPU, against the f64 CPU
    Check(Check),
    /// Show what a model becomes: its program, or the shader that runs it
    Compile(Compile),
    /// List the GPU adapters of this machine and whether they compute correctly
    Adapters(Adapters),
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
}

/// Arguments of `sample`.
#[derive(Debug, Args)]
pub struct Sample {
    /// The model and its data.
    #[command(flatten)]
    pub input: Input,
    /// How chains step
    #[arg(long, value_enum, default_value_t = Sampler::Metropolis)]
    pub sampler: Sampler,
    /// The mean acceptance probability that step sizes of NUTS are tuned to; larger means smaller steps
    #[arg(long, default_value_t = 0.8, value_name = "P")]
    pub target_accept: f64,
    /// How often a NUTS trajectory may be doubled: it has at most two to the power of this many steps
    #[arg(long, default_value_t = 10, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=30))]
    pub max_treedepth: u32,
    /// Number of chains
    #[arg(long, default_value_t = 1024, value_name = "N")]
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
    /// Where chains start: zero, random (within 2 of zero), random:RADIUS (on the unconstrained scale), or a JSON file
    /// of parameter values
    #[arg(long, default_value = "random", value_name = "zero|random|random:R|FILE")]
    pub init: String,
    /// Where chains run; auto takes a hardware GPU that computes correctly, else the CPU
    #[arg(long, value_enum, default_value_t = BackendName::Auto)]
    pub backend: BackendName,
    /// The GPU adapter to use, by a part of its name
    #[arg(long, value_name = "NAME")]
    pub adapter: Option<String>,
    /// Precision in which chains advance [default: f64 on the CPU, f32 on a GPU]
    #[arg(long, value_enum)]
    pub precision: Option<PrecisionName>,
    /// Keep sums over data as loops instead of turning them into sufficient statistics
    #[arg(long)]
    pub no_collapse: bool,
    /// Write the generated quantities of the first draw of the first chain to a JSON file, as data for another model
    #[arg(long, value_name = "FILE")]
    pub generate: Option<PathBuf>,
    /// Print one JSON object instead of tables
    #[arg(long)]
    pub json: bool,
    /// Say nothing but results and errors
    #[arg(long)]
    pub quiet: bool,
    /// Exit with status 1 when the diagnostics are bad
    #[arg(long)]
    pub strict: bool,
}

/// Arguments of `summary`.
#[derive(Debug, Args)]
pub struct Summary {
    /// Stan CSV files, one per chain; or CSV tables with a column for the chain (chain or .chain) and one for the draw
    /// (draw, .draw or .iteration)
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

/// Arguments of `compile`.
#[derive(Debug, Args)]
pub struct Compile {
    /// The model and its data.
    #[command(flatten)]
    pub input: Input,
    /// What to show
    #[arg(long, value_enum, default_value_t = Emit::Ir)]
    pub emit: Emit,
    /// How chains are to step: NUTS needs the gradient
    #[arg(long, value_enum, default_value_t = Sampler::Metropolis)]
    pub sampler: Sampler,
    /// How often a NUTS trajectory may be doubled
    #[arg(long, default_value_t = 10, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=30))]
    pub max_treedepth: u32,
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

/// What `check` can check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Checked {
    /// A GPU
    Gpu,
    /// The CPU in single precision
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
