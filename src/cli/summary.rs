//! `ridgewalk summary`: what draws in files say, however they were made.

use std::io::Write;

use serde_json::{Value, json};

use super::args::Summary;
use super::diagnosis::Diagnosis;
use super::draws::{self, Found};
use super::error::{CliError, Verdict};
use super::selection::select;
use super::terminal::say;
use super::trajectories::Told;
use crate::diagnostics::{Interval, Settings};
use crate::draws::Draws;
use crate::report::table::{self, Folding};
use crate::store::draws_csv::Loaded;
use crate::store::{
    StoredRun,
    json::{self, number},
    summary_csv,
};

pub(super) fn summary(arguments: &Summary, out: &mut impl Write) -> Result<Verdict, CliError> {
    let settings = Settings { interval: interval(&arguments.interval)? };
    let Found { loaded, superchains: own, failed, history, run } = draws::read(&arguments.files)?;
    let Loaded { draws, sampler, notes, approximation } = loaded;
    let tell = |text: &str| {
        if !arguments.quiet {
            say(text);
        }
    };
    for note in &notes {
        tell(&format!("note: {note}\n"));
    }
    let superchains = arguments.superchains.map_or(own, |k| k as usize);
    let draws = match &arguments.parameters[..] {
        [] => draws,
        asked => choose(&draws, &select(asked, draws.parameters())?)?,
    };
    let told = Told::of(run.as_ref(), &sampler)?;
    let diagnosis = Diagnosis::of(&draws, superchains, history, &settings, (&failed.0, &failed.1))?;
    if let Some(method) = approximation {
        return independent(arguments, &diagnosis, &draws, method, out);
    }
    let diagnosis = diagnosis.with(told.findings, told.unchecked);
    let sampled = run.as_ref().and_then(StoredRun::facts).map_or(&[][..], |facts| &facts.coordinates);
    if arguments.json {
        let object = json!({
            "files": arguments.files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>(),
            "chains": draws.chains(),
            "superchains": superchains,
            "draws": draws.draws(),
            "divergent": told.divergent,
            "ebfmi": told.ebfmi.as_ref().map(|values| values.iter().map(|&x| number(x)).collect::<Vec<Value>>()),
            "summary": diagnosis.summary_object(),
            "correlation": diagnosis.correlation_object(),
            "warnings": diagnosis.warnings_object(sampled),
            "verdict": diagnosis.verdict_object(sampled),
        });
        writeln!(out, "{object:#}")?;
    } else if arguments.csv {
        write!(out, "{}", summary_csv::summary(diagnosis.summary()))?;
    } else {
        let plural = if draws.chains() == 1 { "" } else { "s" };
        tell(&format!("{} chain{plural} of {} draws\n\n", draws.chains(), draws.draws()));
        let folding = if arguments.parameters.is_empty() {
            Folding::Folded { opened_by: Some("--parameters NAME,...") }
        } else {
            Folding::Open
        };
        diagnosis.write_tables(out, folding)?;
    }
    if !arguments.json {
        diagnosis.say(sampled, true, arguments.quiet);
    }
    Ok(if arguments.strict && diagnosis.is_bad(sampled) { Verdict::Bad } else { Verdict::Good })
}

/// The summary of draws that were made independently of one another: what is said of chains has no meaning for them.
fn independent(
    arguments: &Summary,
    diagnosis: &Diagnosis,
    draws: &Draws,
    method: &str,
    out: &mut impl Write,
) -> Result<Verdict, CliError> {
    let told = diagnosis.of_independent();
    let count = draws.chains() * draws.draws();
    let sentence =
        format!("{count} independent draws of the method `{method}`, which approximates the posterior: no chains");
    if arguments.json {
        let object = json!({
            "files": arguments.files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>(),
            "method": method,
            "draws": count,
            "summary": json::summary(&told),
            "correlation": diagnosis.correlation_object(),
        });
        writeln!(out, "{object:#}")?;
    } else if arguments.csv {
        write!(out, "{}", summary_csv::summary(&told))?;
    } else {
        write!(out, "{}", table::independent(&told))?;
    }
    if !arguments.quiet {
        say(&format!("note: {sentence}, and no effective sample sizes, R-hats or Monte Carlo errors of chains\n"));
    }
    Ok(Verdict::Good)
}

/// `hdi94` or `eti89`, with any percentage from 1 to below 100.
pub(super) fn interval(text: &str) -> Result<Interval, CliError> {
    // Below one a percentage is a slip: 0.94 was meant to be 94.
    let parsed = text.split_at_checked(3).and_then(|(kind, percentage)| {
        let probability = percentage.parse::<f64>().ok()? / 100.0;
        let kind = match kind {
            "hdi" => Interval::HighestDensity,
            "eti" => Interval::EqualTailed,
            _ => return None,
        };
        (0.01..1.0).contains(&probability).then(|| kind(probability))
    });
    parsed.ok_or_else(|| {
        CliError::plain(format!(
            "--interval {text}: must be hdi or eti and a percentage from 1 to below 100, such as hdi94 or eti89"
        ))
    })
}

/// The draws of some parameters alone.
pub(super) fn choose(draws: &Draws, chosen: &[usize]) -> Result<Draws, CliError> {
    let total = draws.parameters().len();
    let names = chosen.iter().map(|&index| draws.parameters()[index].clone()).collect();
    let values = draws.values().chunks_exact(total).flat_map(|draw| chosen.iter().map(|&index| draw[index])).collect();
    Draws::from_values(names, draws.chains(), draws.draws(), values).map_err(|error| CliError::plain(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_is_a_kind_and_a_percentage() {
        assert_eq!(interval("hdi94").unwrap(), Interval::HighestDensity(0.94));
        assert_eq!(interval("eti99.5").unwrap(), Interval::EqualTailed(0.995));
        for wrong in ["", "hd", "hdi", "hdi0", "eti100", "hpd90", "ätz", "hdinan"] {
            assert!(interval(wrong).is_err(), "{wrong}");
        }
    }
}
