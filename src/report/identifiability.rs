//! What the data determine, in words.

use super::combination::{Names, joined};
use super::passage::Passage;
use crate::identify::scores::Treatment;
use crate::identify::symmetry::Symmetry;
use crate::identify::{Analysis, Combination, Direction, Reason, Relation, Scale};

/// Directions and combinations listed before the rest is counted.
const MOST: usize = 12;
/// Below this gap between the singular values, the number of directions is a judgement.
const CLEAR: f64 = 1e3;

/// The findings as a paragraph with a list. `parameters` are the model's names.
pub fn findings(analysis: &Analysis, parameters: &[String]) -> Passage {
    let names = Names(parameters);
    let mut passage = Passage::default();
    passage.say(headline(analysis));
    let mut open: Vec<(String, String)> = analysis
        .open
        .iter()
        .take(MOST)
        .map(|direction| (names.formula(&direction.combination), explanation(names, direction)))
        .collect();
    if analysis.open.len() > MOST {
        open.push((format!("and {} more", analysis.open.len() - MOST), String::new()));
    }
    passage.list("not identified", open);
    let mut identified = names.formulas(&analysis.combinations);
    let rest = analysis.determined_combinations.saturating_sub(analysis.combinations.len());
    if rest > 0 {
        let (noun, verb) = if rest == 1 { ("combination", "turns") } else { ("combinations", "turn") };
        identified.push(format!("{rest} {noun} that {verb} from point to point"));
    }
    identified.extend(names.list(&analysis.determined));
    passage.list("identified", alone(&identified));
    let derived: Vec<usize> =
        analysis.transformed.iter().filter(|(_, determined)| *determined).map(|(parameter, _)| *parameter).collect();
    if !analysis.open.is_empty() {
        passage.list("and from these", alone(&names.list(&derived)));
    }
    if !analysis.practical.is_empty() {
        passage.remark(format!(
            "The scores have a condition number of {:.0}: the best determined direction is known so many times better than \
             the worst.",
            analysis.condition
        ));
    }
    cannot_be_told_apart(&mut passage, names, analysis);
    let hardly = analysis.practical.iter().take(MOST).map(|weak| {
        let error = weak.standard_error;
        let why =
            format!("identified, but its standard error is {error:.1} prior standard deviations: the prior decides");
        (names.formula(&weak.combination), why)
    });
    passage.list("hardly", hardly.collect());
    for symmetry in &analysis.symmetries {
        symmetric(&mut passage, symmetry);
    }
    latent(&mut passage, analysis);
    if analysis.observations < analysis.all_observations {
        passage.remark(format!(
            "Looked at are {} of {} observations, evenly taken: a parameter that only others touch counts as untouched.",
            analysis.observations, analysis.all_observations
        ));
    }
    if analysis.gap < CLEAR {
        passage.remark(format!(
            "The count is a close call: singular values on either side of it differ by a factor of {:.0} only.",
            analysis.gap
        ));
    }
    help(&mut passage, names, analysis, parameters);
    passage
}

/// A line of a list, if it is not empty.
fn alone(list: &[String]) -> Vec<(String, String)> {
    if list.is_empty() { Vec::new() } else { vec![(shortened(list), String::new())] }
}

fn headline(analysis: &Analysis) -> String {
    let (rank, all) = (analysis.rank(), analysis.directions);
    if rank == all {
        let one = if all == 1 { "the one direction".to_owned() } else { format!("all {all} directions") };
        return format!("The likelihood determines {one}.");
    }
    if rank == 0 {
        return "The likelihood is the same whatever the parameters are: it determines nothing.".to_owned();
    }
    format!("The likelihood determines {rank} of {all} directions.")
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

fn cannot_be_told_apart(passage: &mut Passage, names: Names<'_>, analysis: &Analysis) {
    // Where the prior closes a direction, it tells apart.
    let open = analysis.open.iter().filter(|direction| !direction.closed);
    let mut touched: Vec<usize> =
        open.flat_map(|direction| direction.combination.weights.iter().map(|(p, _)| *p)).collect();
    touched.sort_unstable();
    touched.dedup();
    let list = names.list(&touched);
    match (list.len(), touched.len()) {
        (0, _) => {}
        (_, 1) => passage.remark(format!("Whatever the posterior says about {} is the prior's doing.", list[0])),
        _ => passage.remark(format!(
            "{} cannot be told apart: whatever the posterior says about them singly is the prior's doing.",
            joined(&trimmed(&list))
        )),
    }
}

fn symmetric(passage: &mut Passage, symmetry: &Symmetry) {
    let (label, what) = match symmetry {
        Symmetry::Exchange { names, elements, order } => {
            let modes = symmetry.modes();
            let (label, how_many) = if *elements == 2 {
                ("two modes".to_owned(), "two".to_owned())
            } else {
                (format!("{modes:.0} modes"), elements.to_string())
            };
            let names = joined(names);
            let order = match order {
                Some((name, order)) => format!("`{order}[{elements}] {name}` makes one of them"),
                None => "an order (`ordered`) makes one of them".to_owned(),
            };
            (label, format!("exchanging the {how_many} elements of {names} changes no observation: {order}"))
        }
        Symmetry::Sign { names } => {
            let names = joined(names);
            let bound = "a bound (`<lower=0>`) makes one of them";
            ("two modes".to_owned(), format!("changing the sign of {names} changes no observation: {bound}"))
        }
    };
    passage.list(&label, vec![(what, String::new())]);
}

fn latent(passage: &mut Passage, analysis: &Analysis) {
    let names = joined(&analysis.latent);
    match analysis.treatment {
        Treatment::None => {}
        Treatment::Integrated => {
            passage.remark(format!("{names}: integrated out; the directions are those of the other parameters."));
        }
        Treatment::Observed => passage.remark(format!(
            "{names}: tied to one another, so not integrated out but counted as observed; what is open here is open, and \
             more may be."
        )),
    }
}

/// What the reader can do.
fn help(passage: &mut Passage, names: Names<'_>, analysis: &Analysis, parameters: &[String]) {
    let [first, ..] = &analysis.open[..] else { return };
    let formula = names.formula(&first.combination);
    if first.combination.single().is_some() {
        return passage.say(format!(
            "What would help: remove {formula}, or give it an informative prior (it will set {formula} alone)."
        ));
    }
    if matches!(first.reason, Reason::Data) {
        return passage.say(format!(
            "What would help: more observations, or an informative prior (it will set {formula} alone)."
        ));
    }
    if let Reason::Design(_) = first.reason {
        return passage.say(format!(
            "What would help: leave out one of the columns, or give an informative prior (it will set {formula} alone)."
        ));
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
    passage.say(format!("What would help: {fix}, {instead}or give an informative prior (it will set {sets} alone)."));
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
