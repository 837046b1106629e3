//! What the posterior owes to the prior and what to the data, direction by direction, in words.

use super::combination::{Names, joined};
use super::passage::Part;
use crate::identify::convergence::Convergence;
use crate::identify::posterior::{Comparison, FELT, Spread, WEAK_OVERLAP};
use crate::identify::{Analysis, Combination};

/// Names listed before the rest is counted.
const MOST: usize = 8;

/// What converged and what did not, in a sentence or two; none where chains agree about all that is open.
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
    let have = |combinations: &[Combination]| if combinations.len() == 1 { "has" } else { "have" };
    let slow = (!found.slow.is_empty()).then(|| {
        format!(
            "{} {} not converged yet. The data alone do not determine {}, the prior does: run longer (--warmup, --draws).",
            list(&found.slow),
            have(&found.slow),
            if found.slow.len() == 1 { "it" } else { "them" }
        )
    });
    if found.adrift.is_empty() {
        return slow;
    }
    let says = if found.adrift.len() == 1 { "it" } else { "them" };
    let never = format!("and never will: the data say nothing about {says}{}", width(&found.adrift, comparisons));
    let (adrift, has) = (list(&found.adrift), have(&found.adrift));
    let mut text = if found.unsettled.is_empty() && found.slow.is_empty() && !found.settled.is_empty() {
        let settled = list(&found.settled);
        format!("{settled} {} converged; only {adrift} {has} not, {never}.", have(&found.settled))
    } else {
        format!("{adrift} {has} not converged, {never}.")
    };
    if !found.unsettled.is_empty() {
        text += &format!(" Apart from that, {} should converge and has not yet: run longer.", list(&found.unsettled));
    }
    if let Some(slow) = slow {
        text += &format!(" {slow}");
    }
    Some(text)
}

/// What the prior leaves chains to cross.
fn width(adrift: &[Combination], comparisons: &[Comparison]) -> String {
    /// Times the width that chains have seen.
    const WIDE: f64 = 3.0;
    let of = |combination: &Combination| comparisons.iter().find(|other| other.combination == *combination);
    let ratios: Option<Vec<f64>> = adrift
        .iter()
        .map(|combination| of(combination).and_then(|row| Some(row.prior.sd()? / row.posterior_sd)))
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

/// What the columns of a comparison are.
const COLUMNS: &str = "prior sd: of heavy tails the 5 and 95 % quantiles, flat where no density is; contraction: 1 - (posterior sd / prior sd)^2; overlap: the area under both densities; felt: how far \
    the posterior moves when prior or likelihood are scaled, of which 0.05 counts.";

/// Prior against posterior: a row per direction, what it says, and what the columns are; nothing where nothing is compared.
pub fn comparison(
    analysis: &Analysis,
    found: &Convergence,
    comparisons: &[Comparison],
    parameters: &[String],
) -> Vec<Part> {
    if comparisons.is_empty() {
        return Vec::new();
    }
    let names = Names(parameters);
    let apart = |combination: &Combination| {
        [&found.adrift, &found.slow, &found.unsettled].iter().any(|list| list.contains(combination))
    };
    let row = |row: &Comparison| {
        let open = analysis.open.iter().any(|direction| direction.combination == row.combination);
        let number = |x: Option<f64>| x.map_or_else(|| "-".to_owned(), |x| format!("{x:.2}"));
        vec![
            names.formula(&row.combination),
            match row.prior {
                Spread::Sd(sd) => significant(sd),
                Spread::Quantiles(low, high) => format!("{} to {}", significant(low), significant(high)),
                Spread::Flat => "flat".to_owned(),
                Spread::Unknown => "-".to_owned(),
            },
            significant(row.posterior_sd),
            number(row.contraction.filter(|_| !open && !apart(&row.combination))),
            number(row.overlap),
            number(row.prior_sensitivity),
            number(row.likelihood_sensitivity),
            judgement(row, open, found.adrift.contains(&row.combination)).to_owned(),
        ]
    };
    let heads =
        ["direction", "prior sd", "posterior sd", "contraction", "overlap", "prior felt", "likelihood felt", ""];
    let table = Part::Table { heads: heads.map(str::to_owned).into(), rows: comparisons.iter().map(row).collect() };
    vec![table, Part::Remark(COLUMNS.to_owned())]
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
        return "weakly identified: prior and posterior overlap";
    }
    match (felt(row.prior_sensitivity), felt(row.likelihood_sensitivity)) {
        (true, true) => "prior and data both decide",
        (true, false) => "the prior decides more than the data",
        (false, _) => "",
    }
}

/// What the prior says along an open direction, before there are draws: there the posterior will be the prior.
pub fn prior_alone(combination: &Combination, prior: Spread, parameters: &[String]) -> String {
    let formula = Names(parameters).formula(combination);
    match prior {
        Spread::Sd(sd) => format!(
            "Along {formula} the prior alone decides: its standard deviation there is {}, and the data contribute \
             nothing.",
            significant(sd)
        ),
        Spread::Quantiles(low, high) => format!(
            "Along {formula} the prior alone decides: nine tenths of it are from {} to {}, and the data contribute \
             nothing.",
            significant(low),
            significant(high)
        ),
        Spread::Flat => format!("Along {formula} there is no prior either: chains will not agree about it."),
        Spread::Unknown => format!(
            "Along {formula} the prior alone decides, and chains that drew from it did not agree: it may be flat there."
        ),
    }
}
