//! What the posterior owes to the prior and what to the data, direction by direction, in words.

use super::combination::{Names, joined};
use super::passage::Part;
use crate::identify::convergence::Convergence;
use crate::identify::posterior::{Comparison, FELT, WEAK_OVERLAP};
use crate::identify::{Analysis, Combination};

/// Names listed before the rest is counted.
const MOST: usize = 8;

/// What converged and what did not, in a sentence; none where nothing is adrift.
pub fn convergence(found: &Convergence, comparisons: &[Comparison], parameters: &[String]) -> Option<String> {
    let names = Names(parameters);
    let list = |combinations: &[Combination]| {
        let mut list = names.formulas(combinations);
        let rest = list.len().saturating_sub(MOST);
        list.truncate(MOST);
        if rest > 0 {
            list.push(format!("{rest} more"));
        }
        joined(&list)
    };
    if found.adrift.is_empty() {
        return None;
    }
    let (has, says) = if found.adrift.len() == 1 { ("has", "it") } else { ("have", "them") };
    let never = format!("and never will: the data say nothing about {says}{}", width(&found.adrift, comparisons));
    if found.unsettled.is_empty() && !found.settled.is_empty() {
        let settled = if found.settled.len() == 1 { "has" } else { "have" };
        let (settled_list, adrift) = (list(&found.settled), list(&found.adrift));
        return Some(format!("{settled_list} {settled} converged; only {adrift} {has} not, {never}."));
    }
    let unsettled = if found.unsettled.is_empty() {
        String::new()
    } else {
        format!(" Apart from that, {} should converge and has not yet: run longer.", list(&found.unsettled))
    };
    Some(format!("{} {has} not converged, {never}.{unsettled}", list(&found.adrift)))
}

/// What the prior leaves chains to cross.
fn width(adrift: &[Combination], comparisons: &[Comparison]) -> String {
    /// Times the width that chains have seen.
    const WIDE: f64 = 3.0;
    let of = |combination: &Combination| comparisons.iter().find(|other| other.combination == *combination);
    let ratios: Option<Vec<f64>> = adrift
        .iter()
        .map(|combination| of(combination).and_then(|row| Some(row.prior_sd? / row.posterior_sd)))
        .collect();
    match ratios {
        None => ", and neither does the prior".to_owned(),
        Some(ratios) => {
            let widest = ratios.iter().copied().fold(0.0, f64::max);
            if widest < WIDE {
                ", and only the prior brings chains together".to_owned()
            } else {
                format!(", and the prior is {} times as wide as what a chain has seen", significant(widest))
            }
        }
    }
}

/// Prior against posterior: a row per direction, and what it says; none where nothing is compared.
pub fn comparison(
    analysis: &Analysis,
    found: &Convergence,
    comparisons: &[Comparison],
    parameters: &[String],
) -> Option<Part> {
    if comparisons.is_empty() {
        return None;
    }
    let names = Names(parameters);
    let row = |row: &Comparison| {
        let open = analysis.open.iter().any(|direction| direction.combination == row.combination);
        let number = |x: Option<f64>| x.map_or_else(|| "-".to_owned(), |x| format!("{x:.2}"));
        vec![
            names.formula(&row.combination),
            row.prior_sd.map_or_else(|| "flat".to_owned(), significant),
            significant(row.posterior_sd),
            number(row.contraction),
            number(row.overlap),
            number(row.prior_sensitivity),
            number(row.likelihood_sensitivity),
            judgement(row, open, found.adrift.contains(&row.combination)).to_owned(),
        ]
    };
    let heads =
        ["direction", "prior sd", "posterior sd", "contraction", "overlap", "prior felt", "likelihood felt", ""];
    Some(Part::Table { heads: heads.map(str::to_owned).into(), rows: comparisons.iter().map(row).collect() })
}

fn significant(x: f64) -> String {
    if (0.01..100_000.0).contains(&x.abs()) {
        let digits = (3 - x.abs().log10().floor() as i32).clamp(0, 5) as usize;
        format!("{x:.digits$}")
    } else {
        format!("{x:.2e}")
    }
}

/// What a row says, in a clause.
fn judgement(row: &Comparison, open: bool, adrift: bool) -> &'static str {
    let weak = row.overlap.is_some_and(|overlap| overlap >= WEAK_OVERLAP);
    let felt = |x: Option<f64>| x.is_some_and(|x| x >= FELT);
    if open && adrift {
        return "the data contribute nothing, and these draws are no posterior";
    }
    if open && weak {
        return "the posterior is the prior: the data contribute nothing";
    }
    if open {
        return "the data contribute nothing";
    }
    if weak {
        return "weakly identified: the posterior is much like the prior";
    }
    match (felt(row.prior_sensitivity), felt(row.likelihood_sensitivity)) {
        (true, true) => "prior and data both decide: do they agree?",
        (true, false) => "the prior decides more than the data",
        (false, _) => "",
    }
}

/// What the prior says along an open direction, before there are draws: there the posterior will be the prior, whose
/// standard deviation is known where chains can cross it.
pub fn prior_alone(combination: &Combination, prior_sd: Option<f64>, parameters: &[String]) -> String {
    let formula = Names(parameters).formula(combination);
    match prior_sd {
        Some(sd) => format!(
            "Along {formula} the prior alone decides: its standard deviation there is {}, and the data contribute \
             nothing.",
            significant(sd)
        ),
        None => format!(
            "Along {formula} the prior is flat, or too wide for chains to cross: chains will not agree about it."
        ),
    }
}
