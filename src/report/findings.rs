//! Findings in plain words: what is wrong, with which parameters, and what to do about it.

use std::collections::{HashMap, HashSet};

use crate::diagnostics::{EssKind, Finding};

/// Names listed before the rest is counted.
const MOST_NAMES: usize = 8;

/// A finding as a paragraph of one or two sentences.
pub fn sentence(finding: &Finding) -> String {
    match finding {
        Finding::GeneratedQuantities { failures } => {
            let (failed, tried) = (failures.failed, failures.tried);
            let mut text = format!(
                "The generated quantities of {failed} of {tried} draws could not be computed, and all of them are NaN there."
            );
            if let Some(first) = &failures.first {
                let (draw, chain) = (first.draw + 1, first.chain + 1);
                text += &format!(" The first is draw {draw} of chain {chain}: {} ({}).", first.reason, first.place);
            }
            text
        }
        Finding::NonFinite { parameters } => format!(
            "Some draws are not finite: {}. Their summaries mean nothing; look for a division by zero or an overflow \
             in the model.",
            list(parameters, |(name, count)| format!("{name} ({count} draws)"))
        ),
        Finding::Constant { parameters } => {
            format!("All draws are equal: {}. There is nothing to diagnose.", list(parameters, Clone::clone))
        }
        Finding::FewChains { chains: 1 } => "Only one chain was run, so nothing says whether it has converged. Run at \
             least 4 chains (--chains 4)."
            .to_owned(),
        Finding::FewChains { chains } => format!(
            "Only {chains} chains were run: convergence diagnostics are reliable from 4 on. Run at least 4 chains \
             (--chains 4)."
        ),
        Finding::FewDraws { draws } => {
            format!("Only {draws} draws were kept of each chain: too few to judge convergence. Ask for more (--draws).")
        }
        Finding::RHatAbove { threshold, parameters } => format!(
            "R-hat is above {threshold} for {}: the chains disagree about {}, so those rows of the table cannot be \
             trusted. Run longer (--warmup, --draws); if R-hat stays large, the data may not identify them: \
             reparameterise, or give informative priors.",
            list(parameters, |(name, r_hat)| format!("{name} ({r_hat:.2})")),
            if parameters.len() == 1 { "it" } else { "them" }
        ),
        Finding::NestedRHatAbove { parameters } => format!(
            "Nested R-hat is larger than sampling noise explains for {}: groups of chains that started apart are \
             still apart, so those rows of the table cannot be trusted, however many draws there are. Run longer \
             (--warmup); if it stays, the data may not identify them: reparameterise, or give informative priors.",
            list(parameters, |excess| format!(
                "{} ({:.3}, limit {:.3})",
                excess.parameter, excess.r_hat_nested, excess.limit
            ))
        ),
        Finding::Drift { parameters } => format!(
            "The draws of {} still drift: the first half of the run differs from the second by more than sampling noise \
             explains. All chains move together, so comparing them does not show it. Warm up longer (--warmup).",
            list(parameters, |(name, drift)| format!("{name} ({drift:.2})"))
        ),
        Finding::EssBelow { kind, threshold, parameters } => format!(
            "The effective sample size in the {} is below {threshold:.0} for {}: {} are not reliable. Ask for more \
             draws (--draws).",
            match kind {
                EssKind::Bulk => "bulk",
                EssKind::Tail => "tails",
            },
            list(parameters, |(name, size)| format!("{name} ({size:.0})")),
            match kind {
                EssKind::Bulk => "their means and R-hat",
                EssKind::Tail => "their intervals",
            }
        ),
        Finding::Divergences { divergences, steps } => format!(
            "{} diverged: the integrator lost the trajectory where the posterior bends sharply, so draws may be missing \
             from there and estimates may be biased. Take smaller steps (--target-accept 0.95, then 0.99); if divergences \
             stay, reparameterise (a hierarchy often runs better not centred), or give more informative priors.",
            fraction(*divergences, *steps)
        ),
        Finding::SaturatedTreedepth { saturated, steps, max_treedepth } => format!(
            "{} reached the largest tree depth, {max_treedepth}, before turning back: draws are right, but more alike than \
             they need to be. Allow longer trajectories (--max-treedepth {}), or bring the parameters to similar scales.",
            fraction(*saturated, *steps),
            max_treedepth + 2
        ),
        Finding::LowEbfmi { threshold, lowest, low, chains } => format!(
            "E-BFMI is below {threshold} in {low} of {chains} chains (lowest {lowest:.2}): the momentum explores the energies \
             of the posterior slowly, so its tails may be missed. Warm up longer (--warmup); if it stays, reparameterise \
             heavy-tailed or strongly correlated parameters.",
        ),
    }
}

/// How many of the steps, and what part of them.
fn fraction(count: u64, steps: u64) -> String {
    let percent = 100.0 * count as f64 / steps as f64;
    let percent = if percent < 0.1 { "less than 0.1 %".to_owned() } else { format!("{percent:.1} %") };
    format!("{count} of {steps} steps ({percent})")
}

/// What a disagreement leaves standing: the parameters that no finding names, and the pair of named ones that moves
/// most as one. `matrix` is `[parameter, parameter]`.
pub fn lesson(findings: &[Finding], names: &[String], matrix: &[f64]) -> Option<String> {
    /// Correlations beyond this make a ridge.
    const RIDGE: f64 = 0.95;
    let bad = |finding: &&Finding| matches!(finding, Finding::RHatAbove { .. } | Finding::NestedRHatAbove { .. });
    let places: HashMap<&str, usize> = names.iter().enumerate().map(|(place, name)| (name.as_str(), place)).collect();
    let flagged: Vec<usize> = findings
        .iter()
        .filter(bad)
        .flat_map(Finding::parameters)
        .filter_map(|name| places.get(name).copied())
        .collect();
    let pairs = flagged.iter().enumerate().flat_map(|(i, &a)| flagged[i + 1..].iter().map(move |&b| (a, b)));
    let (a, b, r) = pairs
        .map(|(a, b)| (a, b, matrix[a * names.len() + b]))
        .filter(|(_, _, r)| r.abs() > RIDGE)
        .max_by(|x, y| x.2.abs().total_cmp(&y.2.abs()))?;
    let (a, b) = (&names[a], &names[b]);
    let named: HashSet<&str> = findings.iter().flat_map(Finding::parameters).collect();
    let standing: Vec<&str> = names.iter().map(String::as_str).filter(|name| !named.contains(name)).collect();
    let combination = if r < 0.0 { "sum" } else { "difference" };
    let mut text = format!(
        "{a} and {b} are correlated at {r:.4}: the chains walk along a ridge on which a weighted {combination} of the two \
         stays the same."
    );
    if !standing.is_empty() {
        text += &format!(" Nothing speaks against {}.", list(&standing, |name| (*name).to_owned()));
    }
    Some(text)
}

pub(super) fn list<T>(items: &[T], show: impl Fn(&T) -> String) -> String {
    let shown: Vec<String> = items.iter().take(MOST_NAMES).map(show).collect();
    match items.len().saturating_sub(MOST_NAMES) {
        0 => shown.join(", "),
        rest => format!("{} and {rest} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn sentences_name_the_parameters_and_say_what_to_do() {
        let parameters = vec![("alpha1".to_owned(), 1.731), ("alpha2".to_owned(), 1.732)];
        let text = sentence(&Finding::RHatAbove { threshold: 1.01, parameters });
        assert!(text.starts_with("R-hat is above 1.01 for alpha1 (1.73), alpha2 (1.73):"), "{text}");
        assert!(text.contains("reparameterise"));
    }

    #[test]
    fn long_lists_are_counted() {
        let text = sentence(&Finding::Constant { parameters: (0..30).map(|i| format!("x{i}")).collect() });
        assert!(text.contains("x7 and 22 more"), "{text}");
    }

    #[test]
    fn the_lesson_names_the_ridge_and_what_still_stands() {
        let parameters = vec![("a".to_owned(), 1.7), ("b".to_owned(), 1.7)];
        let findings = [Finding::FewChains { chains: 2 }, Finding::RHatAbove { threshold: 1.01, parameters }];
        let matrix = [1.0, -0.9998, 0.0, -0.9998, 1.0, 0.0, 0.0, 0.0, 1.0];
        let text = lesson(&findings, &names(&["a", "b", "mu"]), &matrix).unwrap();
        assert!(text.starts_with("a and b are correlated at -0.9998:"), "{text}");
        assert!(text.ends_with("Nothing speaks against mu."), "{text}");
        assert_eq!(lesson(&findings[..1], &names(&["a", "b", "mu"]), &matrix), None);
    }
}
