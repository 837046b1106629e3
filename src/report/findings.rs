//! Findings in plain words: what is wrong, with which parameters, and what to do about it.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::diagnostics::verdict::{HEAVY_TAIL, LEAST_WARMUP, LEAST_WARMUP_OF_HEAVY_TAILS};
use crate::diagnostics::{Check, EssKind, Finding, Verdict};
use crate::math::thousands::thousands;

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
            "Some draws are not finite: {}. Nothing can be said of {}; look for a division by zero or an overflow in the \
             model.",
            list(parameters, |(name, count)| match count {
                Some(1) => format!("{name} (1 draw)"),
                Some(count) => format!("{name} ({count} draws)"),
                None => name.clone(),
            }),
            if parameters.len() == 1 { "it" } else { "them" }
        ),
        Finding::Constant { parameters } => {
            format!("All draws are equal: {}. There is nothing to diagnose.", list(parameters, Clone::clone))
        }
        Finding::IdenticalChains { groups } => format!(
            "Chains hold the same draws: {}. A chain that is there twice adds nothing, and effective sample sizes and \
             errors are wrong. Was a file named twice, or one seed used for two runs?",
            list(groups, |group| list_of_chains(group))
        ),
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
            "The draws of {} still drift: the second half of the run differs from the first by more than sampling noise \
             explains (in brackets, in standard deviations). All chains move together, so comparing them does not show it. \
             Warm up longer (--warmup).",
            list(parameters, |(name, drift)| format!("{name} ({drift:.2})"))
        ),
        Finding::ShortWarmup { warmup, needed, parameters } => {
            let need = if needed.is_finite() && *needed > 0.0 {
                format!(" Warm up for at least {} steps (--warmup).", thousands(needed.ceil() as usize))
            } else {
                String::new()
            };
            let length = match warmup {
                Some(steps) => format!("The warm-up of {} steps is", thousands(*steps as usize)),
                None => "The draws are".to_owned(),
            };
            format!(
                "{length} too short for the chains to forget where they started: {} (in brackets, the steps in which a \
                 chain forgets where it was, in the bulk or in a tail; {LEAST_WARMUP} times that is needed, \
                 {LEAST_WARMUP_OF_HEAVY_TAILS} times where the draws have no variance). The draws may all be on one side of the \
                 posterior, even where chains agree.{need} If that is too long, the data may not identify the \
                 parameter{}: reparameterise, give informative priors, or use --sampler nuts.",
                list(parameters, |(name, time)| format!("{name} ({})", steps_of(*time))),
                if parameters.len() == 1 { "" } else { "s" }
            )
        }
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
        Finding::HeavyTails { parameters } => format!(
            "The tails of {} are heavy (in brackets, the Pareto tail index, above {HEAVY_TAIL}): the mean and the standard \
             deviation may not exist, and their estimates differ from run to run. The median and \
             other quantiles (in --json) are safe to use.",
            list(parameters, |(name, index)| format!("{name} ({index:.2})"))
        ),
        Finding::Divergences { divergences, steps } if !finding.is_bad() => format!(
            "{} diverged. So few seldom bias estimates; smaller steps (--target-accept 0.95) show whether they do.",
            fraction(*divergences, *steps)
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

/// A number of steps.
fn steps_of(time: f64) -> String {
    if time.is_finite() { thousands(time.ceil() as usize) } else { "never".to_owned() }
}

/// Numbers of chains, from 1, as a sentence has them.
fn list_of_chains(group: &[usize]) -> String {
    let numbers: Vec<String> = group.iter().map(|chain| (chain + 1).to_string()).collect();
    match &numbers[..] {
        [first @ .., last] if (1..MOST_NAMES).contains(&first.len()) => format!("{} and {last}", first.join(", ")),
        numbers => list(numbers, Clone::clone),
    }
}

/// What the whole of a verdict is, in a sentence or two: that nothing was found, or which checks could not be made. None
/// where something was found and everything checked, and where there was nothing to judge. `bad` says whether something
/// was found that makes the draws unreliable.
pub fn conclusion(verdict: &Verdict, bad: bool) -> Option<String> {
    let unchecked: Vec<&str> = verdict.unchecked.iter().map(|check| unchecked(*check)).collect();
    let unchecked = (!unchecked.is_empty()).then(|| format!("Not checked: {}.", unchecked.join("; ")));
    let (Some((slow, size)), Some((apart, r_hat)), false) = (&verdict.least_ess, &verdict.largest_r_hat, bad) else {
        return unchecked;
    };
    let numbers = format!(
        "{} chains, the smallest effective sample size is {} ({slow}), the largest R-hat {r_hat:.3} ({apart})",
        thousands(verdict.chains),
        thousands(*size as usize),
    );
    Some(match unchecked {
        None if verdict.has_more_than_constants() => format!("No other problem was found: {numbers}."),
        None => format!("No problem was found: {numbers}."),
        Some(unchecked) => format!("The checks that could be made passed: {numbers}. {unchecked}"),
    })
}

/// A check that could not be made, and why.
fn unchecked(check: Check) -> &'static str {
    match check {
        Check::Warmup => "the length of the warm-up (it is not known)",
        Check::Shape => "spread and tails of the draws (no draws were kept, only their moments)",
        Check::Trajectories => "divergences and energies (the files do not hold them)",
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
    let bad = |finding: &&Finding| {
        matches!(finding, Finding::RHatAbove { .. } | Finding::NestedRHatAbove { .. } | Finding::ShortWarmup { .. })
    };
    let places: HashMap<&str, usize> = names.iter().enumerate().map(|(place, name)| (name.as_str(), place)).collect();
    let named = findings.iter().filter(bad).flat_map(Finding::parameters);
    // A parameter may be named by several findings.
    let flagged: BTreeSet<usize> = named.filter_map(|name| places.get(name).copied()).collect();
    let flagged: Vec<usize> = flagged.into_iter().collect();
    let pairs = flagged.iter().enumerate().flat_map(|(i, &a)| flagged[i + 1..].iter().map(move |&b| (a, b)));
    let tied = Tied::among(names, matrix);
    let (a, b, r) = pairs
        .map(|(a, b)| (a, b, matrix[a * names.len() + b]))
        .filter(|(a, b, r)| r.abs() > RIDGE && !tied.holds(*a, *b))
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

/// Vectors whose elements have a sum that never changes: simplexes, and those that sum to zero. How their elements are
/// correlated is their declaration's doing.
struct Tied(Vec<Vec<usize>>);

impl Tied {
    fn among(names: &[String], matrix: &[f64]) -> Self {
        let mut vectors: Vec<(&str, Vec<usize>)> = Vec::new();
        for (place, name) in names.iter().enumerate() {
            // All indexes but the last.
            let Some((vector, _)) = name.rsplit_once([',', '[']) else { continue };
            match vectors.iter_mut().find(|(other, _)| *other == vector) {
                Some((_, places)) => places.push(place),
                None => vectors.push((vector, vec![place])),
            }
        }
        let own = |places: &[usize]| -> Vec<f64> {
            places.iter().flat_map(|a| places.iter().map(move |b| matrix[a * names.len() + b])).collect()
        };
        let vectors = vectors.into_iter().map(|(_, places)| places);
        Self(vectors.filter(|places| places.len() > 1 && has_constant_sum(&own(places), places.len())).collect())
    }

    fn holds(&self, a: usize, b: usize) -> bool {
        self.0.iter().any(|places| places.contains(&a) && places.contains(&b))
    }
}

/// Whether a correlation matrix of `n` has a weighted sum of no variance whose weights, the standard deviations, all have
/// one sign.
fn has_constant_sum(matrix: &[f64], n: usize) -> bool {
    /// Of the variance of a single element, as draws in single precision leave it.
    const NONE: f64 = 1e-6;
    /// Squarings after which the smallest eigenvalue stands alone, if it is not shared.
    const TURNS: usize = 24;
    let product = |a: &[f64], b: &[f64]| -> Vec<f64> {
        (0..n * n).map(|at| (0..n).map(|k| a[at / n * n + k] * b[k * n + at % n]).sum()).collect()
    };
    // Powers of what has the eigenvalues the other way round.
    let mut power: Vec<f64> =
        matrix.iter().enumerate().map(|(at, r)| f64::from(u8::from(at / n == at % n)) - r / n as f64).collect();
    for _ in 0..TURNS {
        power = product(&power, &power);
        let largest = power.iter().fold(0.0_f64, |largest, x| largest.max(x.abs()));
        power.iter_mut().for_each(|x| *x /= largest);
    }
    let weights: Vec<f64> = power.chunks(n).map(|row| row.iter().sum()).collect();
    let length = weights.iter().map(|x| x * x).sum::<f64>().sqrt();
    let variance: f64 = (0..n * n).map(|at| weights[at / n] * matrix[at] * weights[at % n]).sum();
    let one_sign = weights.iter().all(|x| *x > 0.0) || weights.iter().all(|x| *x < 0.0);
    one_sign && variance.abs() <= NONE * length * length
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

    /// Three shares of a whole, two of which are hardly there: pairs are correlated at -0.99 by their sum alone.
    #[test]
    fn elements_of_a_simplex_are_no_ridge() {
        let parameters = ["p[1]", "p[2]", "p[3]"].map(|name| (name.to_owned(), 1.7)).into();
        let findings = [Finding::RHatAbove { threshold: 1.01, parameters }];
        // Of a, b - a and -b with variances 1, 0.01 and the sum's.
        let (a, b) = (1.0_f64, 0.01_f64);
        let covariance = [[a, -a, 0.0], [-a, a + b, -b], [0.0, -b, b]];
        let matrix: Vec<f64> = (0..9)
            .map(|at| covariance[at / 3][at % 3] / (covariance[at / 3][at / 3] * covariance[at % 3][at % 3]).sqrt())
            .collect();
        assert!(matrix[1] < -0.99);
        assert_eq!(lesson(&findings, &names(&["p[1]", "p[2]", "p[3]"]), &matrix), None);
        // The same numbers of parameters that are no vector.
        assert!(lesson(&findings, &names(&["p[1]", "p[2]", "q"]), &matrix).is_some());
        let two = [1.0, -1.0, -1.0, 1.0];
        assert_eq!(lesson(&findings, &names(&["p[1]", "p[2]"]), &two), None);
        let ridge = [1.0, -0.9998, -0.9998, 1.0];
        assert!(lesson(&findings, &names(&["p[1]", "p[2]"]), &ridge).is_some());
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
