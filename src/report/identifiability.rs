//! What the data determine, in words.

use super::combination::{Names, joined};
use crate::identify::scores::Treatment;
use crate::identify::symmetry::Symmetry;
use crate::identify::{Analysis, Combination, Direction, Reason, Relation, Scale};

/// Directions and combinations listed before the rest is counted.
const MOST: usize = 12;
/// Below this gap between the singular values, the number of directions is a judgement.
const CLEAR: f64 = 1e3;

/// The findings as a paragraph with a list. `parameters` are the model's names.
pub fn findings(analysis: &Analysis, parameters: &[String]) -> String {
    let names = Names(parameters);
    let mut text = headline(analysis);
    let open: Vec<(String, String)> = analysis
        .open
        .iter()
        .map(|direction| (names.formula(&direction.combination), explanation(names, direction)))
        .collect();
    let width = open.iter().take(MOST).map(|(formula, _)| formula.chars().count()).max().unwrap_or(0).min(40);
    for (index, (formula, explanation)) in open.iter().take(MOST).enumerate() {
        let label = if index == 0 { "not identified:" } else { "" };
        text += &format!("  {label:16} {formula:width$}   {explanation}\n");
    }
    if open.len() > MOST {
        text += &format!("  {:16} and {} more\n", "", open.len() - MOST);
    }
    let mut identified = names.formulas(&analysis.combinations);
    let rest = analysis.determined_combinations.saturating_sub(analysis.combinations.len());
    if rest > 0 {
        let (noun, verb) = if rest == 1 { ("combination", "turns") } else { ("combinations", "turn") };
        identified.push(format!("{rest} {noun} that {verb} from point to point"));
    }
    identified.extend(names.list(&analysis.determined));
    if !identified.is_empty() {
        text += &format!("  {:16} {}\n", "identified:", shortened(&identified));
    }
    let derived: Vec<usize> =
        analysis.transformed.iter().filter(|(_, determined)| *determined).map(|(parameter, _)| *parameter).collect();
    if !derived.is_empty() && !analysis.open.is_empty() {
        text += &format!("  {:16} {}\n", "and from these:", shortened(&names.list(&derived)));
    }
    text += &cannot_be_told_apart(names, analysis);
    for weak in analysis.practical.iter().take(MOST) {
        text += &format!(
            "  {:16} {}   identified, but its standard error is {:.1} prior standard deviations: the prior decides\n",
            "hardly:",
            names.formula(&weak.combination),
            weak.standard_error
        );
    }
    if !analysis.practical.is_empty() {
        text += &format!(
            "  The scores have a condition number of {:.0}: the best determined direction is known so many times better than \
             the worst.\n",
            analysis.condition
        );
    }
    for symmetry in &analysis.symmetries {
        text += &symmetric(symmetry);
    }
    text += &latent(analysis);
    if analysis.observations < analysis.all_observations {
        text += &format!(
            "  Looked at are {} of {} observations, evenly taken: a parameter that only others touch counts as untouched.\n",
            analysis.observations, analysis.all_observations
        );
    }
    if analysis.gap < CLEAR {
        text += &format!(
            "  The count is a close call: singular values on either side of it differ by a factor of {:.0} only.\n",
            analysis.gap
        );
    }
    text += &help(names, analysis, parameters);
    text
}

fn headline(analysis: &Analysis) -> String {
    let (rank, all) = (analysis.rank(), analysis.directions);
    if rank == all {
        let one = if all == 1 { "the one direction".to_owned() } else { format!("all {all} directions") };
        return format!("The likelihood determines {one}.\n");
    }
    if rank == 0 {
        return "The likelihood is the same whatever the parameters are: it determines nothing.\n".to_owned();
    }
    format!("The likelihood determines {rank} of {all} directions.\n")
}

/// Why a direction is open.
fn explanation(names: Names<'_>, direction: &Direction) -> String {
    let combination = &direction.combination;
    let movement = if combination.single().is_some() {
        "no observation depends on it".to_owned()
    } else {
        format!("{} changes nothing", names.movement(combination))
    };
    match &direction.reason {
        Reason::Structural => movement,
        Reason::Design(relations) if relations.is_empty() => format!("{movement}, with these covariates"),
        Reason::Design(relations) => {
            let relations: Vec<String> = relations.iter().take(3).map(relation).collect();
            format!("{movement}, because {}", relations.join("; "))
        }
        Reason::Data => format!("{movement}, with these observations: others, or more, would determine it"),
    }
}

/// `X[,3] = X[,1] + X[,2]`, up to a constant.
fn relation(relation: &Relation) -> String {
    let Some(((name, weight), others)) = relation.columns.split_last() else {
        return "a covariate is constant".to_owned();
    };
    if others.is_empty() {
        return format!("{name} is constant");
    }
    let named: Vec<String> = others.iter().map(|(name, _)| name.clone()).chain([name.clone()]).collect();
    let weights = others.iter().enumerate().map(|(index, (_, other))| (index, -other / weight));
    let combination = Combination { scale: Scale::Natural, weights: weights.collect() };
    format!("{name} = {} up to a constant", Names(&named).formula(&combination))
}

fn cannot_be_told_apart(names: Names<'_>, analysis: &Analysis) -> String {
    let mut touched: Vec<usize> =
        analysis.open.iter().flat_map(|direction| direction.combination.weights.iter().map(|(p, _)| *p)).collect();
    touched.sort_unstable();
    touched.dedup();
    let list = names.list(&touched);
    match (list.len(), touched.len()) {
        (0, _) => String::new(),
        (_, 1) => format!("  Whatever the posterior says about {} is the prior's doing.\n", list[0]),
        _ => format!(
            "  {} cannot be told apart: whatever the posterior says about them singly is the prior's doing.\n",
            joined(&trimmed(&list))
        ),
    }
}

fn symmetric(symmetry: &Symmetry) -> String {
    match symmetry {
        Symmetry::Exchange { names, elements: 2 } => format!(
            "  two modes:       exchanging the two elements of {} changes no observation: an order (`ordered`) picks one mode\n",
            joined(names)
        ),
        Symmetry::Exchange { names, elements } => format!(
            "  {:.0} modes:      exchanging the {elements} elements of {} changes no observation: an order (`ordered`) picks one mode\n",
            symmetry.modes(),
            joined(names)
        ),
        Symmetry::Sign { names } => format!(
            "  two modes:       changing the sign of {} changes no observation: a bound (`<lower=0>`) picks one mode\n",
            joined(names)
        ),
    }
}

fn latent(analysis: &Analysis) -> String {
    let names = joined(&analysis.latent);
    match analysis.treatment {
        Treatment::None => String::new(),
        Treatment::Integrated => {
            format!("  {names}: integrated out; the directions are those of the other parameters.\n")
        }
        Treatment::Observed => format!(
            "  {names}: tied to one another, so not integrated out but counted as observed; what is open here is open, and \
             more may be.\n"
        ),
    }
}

/// What the reader can do.
fn help(names: Names<'_>, analysis: &Analysis, parameters: &[String]) -> String {
    let [first, ..] = &analysis.open[..] else { return String::new() };
    let formula = names.formula(&first.combination);
    if first.combination.single().is_some() {
        return format!(
            "What would help: remove {formula}, or give it an informative prior (it will set {formula} alone).\n"
        );
    }
    if matches!(first.reason, Reason::Data) {
        return format!("What would help: more observations, or an informative prior (it will set {formula} alone).\n");
    }
    if let Reason::Design(_) = first.reason {
        return format!(
            "What would help: leave out one of the columns, or give an informative prior (it will set {formula} alone).\n"
        );
    }
    let instead = match (&analysis.combinations[..], &analysis.open[..]) {
        ([combination], [_]) => {
            let formula = names.formula(combination);
            let name = analysis.transformed_as(combination).map(|parameter| format!("{} = ", parameters[parameter]));
            format!("sample {}{formula} instead, ", name.unwrap_or_default())
        }
        _ => String::new(),
    };
    let fix = if analysis.open.len() == 1 { "fix one of them" } else { "fix one parameter of each" };
    let sets = if analysis.open.len() == 1 { formula } else { "these directions".to_owned() };
    format!("What would help: {fix}, {instead}or give an informative prior (it will set {sets} alone).\n")
}

fn trimmed(list: &[String]) -> Vec<String> {
    let mut shown: Vec<String> = list.iter().take(MOST).cloned().collect();
    if list.len() > MOST {
        shown.push(format!("{} more", list.len() - MOST));
    }
    shown
}

fn shortened(list: &[String]) -> String {
    match list.len().saturating_sub(MOST) {
        0 => list.join(", "),
        rest => format!("{} and {rest} more", list[..MOST].join(", ")),
    }
}
