//! What `ridgewalk sample` does with generated quantities alone: runs a model without parameters, and writes quantities
//! as data for another model.

use std::io::Write;
use std::path::Path;

use super::args::Sample;
use super::diagnosis::{self, Diagnosis};
use super::error::{CliError, Verdict};
use super::terminal::say;
use crate::diagnostics::{self, Finding, History};
use crate::draws::Draws;
use crate::lang::Compiled;
use crate::lang::quantities::Quantities;
use crate::report::{findings, table};
use crate::rng::random::Random;
use crate::run::{RunError, quantities};
use crate::store::{Output, json};

/// Runs a model that has no parameters: one draw if it is only to be written, else as many as asked for.
pub(super) fn simulate(
    sample: &Sample,
    compiled: &Compiled,
    seed: u64,
    out: &mut impl Write,
) -> Result<Verdict, CliError> {
    let names = compiled.quantities.names();
    if names.is_empty() {
        return Err(RunError::NoParameters(compiled.model.name.clone()).into());
    }
    if let Some(path) = &sample.generate {
        write(path, &compiled.quantities, &[], seed)?;
        if !sample.quiet {
            say(&format!("seed {seed}: wrote {} numbers to {}\n", names.len(), path.display()));
        }
        return Ok(Verdict::Good);
    }
    for (count, option) in [(sample.chains, "--chains"), (sample.draws, "--draws")] {
        if count == 0 {
            return Err(CliError::plain(format!("{option} must be at least 1")));
        }
    }
    let (chains, length) = (sample.chains as usize, sample.draws as usize);
    if !sample.quiet {
        say(&format!("no parameters: generated quantities alone, {chains} x {length} times\nseed {seed}\n\n"));
    }
    let draws = Draws::new(Vec::new(), chains, length).map_err(RunError::from)?;
    let (draws, failures) = quantities::generate(&compiled.quantities, draws, 0, 0, seed)?;
    let shown = diagnostics::Settings::default();
    let diagnosis = Diagnosis::of(&draws, chains, History::UNKNOWN, &shown, (names, &failures))?;
    let failed: Vec<Finding> =
        if failures.failed > 0 { vec![Finding::GeneratedQuantities { failures }] } else { Vec::new() };
    if sample.json {
        let object = serde_json::json!({
            "model": compiled.model.name,
            "seed": seed,
            "chains": chains,
            "draws": length,
            "summary": diagnosis.summary_object(),
            "correlation": diagnosis.correlation_object(),
            "warnings": json::warnings(&failed, &[], findings::sentence),
        });
        writeln!(out, "{object:#}")?;
    } else {
        diagnosis.write_tables(out, table::Folding::Folded { opened_by: None })?;
        failed.iter().for_each(|finding| say(&diagnosis::warning(finding)));
    }
    Ok(Verdict::Good)
}

/// Writes the generated quantities of the first draw of the first chain as data. `values` begin with its parameters.
pub(super) fn write(path: &Path, quantities: &Quantities, values: &[f64], seed: u64) -> Result<(), CliError> {
    let data = quantities.generate_data(values, Random::of_draw(seed, 0, 0)).map_err(|error| {
        let failure = quantities.failure(0, 0, &error);
        RunError::Quantities(Box::new(failure))
    })?;
    Output::new(path).write(format!("{data}\n").as_bytes()).map_err(CliError::to_be_repeated)
}
