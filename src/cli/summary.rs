//! `ridgewalk summary`: what draws in files say, however they were made.

use std::io::Write;

use serde_json::{Value, json};

use super::args::Summary;
use super::diagnosis::Diagnosis;
use super::draws::{self, Found};
use super::error::{CliError, Verdict};
use super::selection::select;
use super::terminal::say;
use crate::diagnostics::ebfmi::ebfmi;
use crate::diagnostics::{Interval, Settings};
use crate::draws::Draws;
use crate::report::table::Folding;
use crate::store::draws_csv::Loaded;
use crate::store::{json::number, summary_csv};

/// Energies below this fraction say that momenta explore them badly (Betancourt 2016; Stan's `diagnose`).
const LEAST_EBFMI: f64 = 0.3;

pub(super) fn summary(arguments: &Summary, out: &mut impl Write) -> Result<Verdict, CliError> {
    let settings = Settings { interval: interval(&arguments.interval)? };
    let Found { loaded: Loaded { draws, sampler, notes }, superchains: own, failed } = draws::read(&arguments.files)?;
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
    let diagnosis = Diagnosis::of(&draws, superchains, &settings, (&failed.0, &failed.1))?;
    let behaviour = Behaviour::of(&sampler);
    if arguments.json {
        let object = json!({
            "files": arguments.files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>(),
            "chains": draws.chains(),
            "superchains": superchains,
            "draws": draws.draws(),
            "divergent": behaviour.divergent,
            "ebfmi": behaviour.ebfmi.as_ref().map(|values| values.iter().map(|&x| number(x)).collect::<Vec<Value>>()),
            "summary": diagnosis.summary_object(),
            "correlation": diagnosis.correlation_object(),
            "warnings": diagnosis.warnings_object(),
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
        tell(&diagnosis.warnings(true));
        tell(&behaviour.sentences());
    }
    Ok(if arguments.strict && diagnosis.is_bad(&[]) { Verdict::Bad } else { Verdict::Good })
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

/// What the sampler's own columns say, where there are any.
struct Behaviour {
    divergent: Option<usize>,
    /// A value per chain
    ebfmi: Option<Vec<f64>>,
}

impl Behaviour {
    fn of(sampler: &Draws) -> Self {
        let column = |names: &[&str]| sampler.parameters().iter().position(|name| names.contains(&name.as_str()));
        // The older name is that of CmdStan before 2.11.
        let divergent = column(&["divergent__", "n_divergent__", "diverging"]);
        Self {
            divergent: divergent.map(|index| sampler.view(index).iterate().filter(|x| *x != 0.0).count()),
            ebfmi: column(&["energy__", "energy"]).map(|index| ebfmi(sampler.view(index))),
        }
    }

    fn sentences(&self) -> String {
        let mut text = String::new();
        match self.divergent {
            None | Some(0) => {}
            Some(count) => {
                text += &format!(
                    "\nnote: {count} draw{} ended in a divergent transition: where the posterior is that curved the draws \
                     are missing some of it. Smaller steps (adapt_delta) or another parametrisation help.\n",
                    if count == 1 { "" } else { "s" }
                );
            }
        }
        let low: Vec<String> = self
            .ebfmi
            .iter()
            .flatten()
            .enumerate()
            .filter(|(_, fraction)| **fraction < LEAST_EBFMI)
            .map(|(chain, fraction)| format!("{} ({fraction:.2})", chain + 1))
            .collect();
        if !low.is_empty() {
            text += &format!(
                "\nnote: the fraction of missing information (E-BFMI) is below {LEAST_EBFMI} for chain {}: momenta do not \
                 reach all energies, so tails may be missing.\n",
                low.join(", ")
            );
        }
        text
    }
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
