//! Results as a table, and run by run.

use std::fmt::Write;

use super::models::Group;
use super::runs::{Judged, name};

/// Counts for each group of models, each sampler and number of chains, and the runs that the verdict got wrong.
pub fn table(results: &[Judged]) -> String {
    let mut text =
        String::from("models    sampler     chains   runs  wrong  silent  mode unseen  long  right  warned\n");
    for group in Group::ALL.map(Some).into_iter().chain([None]) {
        let models = group.map_or("all", Group::name);
        for (sampler, chains) in
            [("nuts", 4), ("nuts", 64), ("metropolis", 4), ("metropolis", 64), ("metropolis", 1024), ("all", 0)]
        {
            let of = |result: &&Judged| {
                group.is_none_or(|group| result.group == group)
                    && (chains == 0 || (name(result.plan.method), result.plan.shape.chains) == (sampler, chains))
            };
            let count = |holds: fn(&Judged) -> bool| results.iter().filter(of).filter(|it| holds(it)).count();
            let runs = count(|_| true);
            let wrong = count(|it| !it.wrong.is_empty());
            let (silent, unseen) =
                (count(|it| is_silent(it) && !it.unvisited), count(|it| is_silent(it) && it.unvisited));
            let long = count(|it| it.plan.long);
            let right = count(|it| it.plan.long && it.wrong.is_empty());
            let warned = count(is_false_alarm);
            let chains = if chains == 0 { String::new() } else { chains.to_string() };
            let _ = writeln!(
                text,
                "{models:<9} {sampler:<10} {chains:>7} {runs:>6} {wrong:>6} {silent:>7} {unseen:>12} {long:>5} {right:>6} \
                 {warned:>7}"
            );
        }
    }
    let mut told = |heading: &str, holds: fn(&Judged) -> bool| {
        let _ = writeln!(text, "\n{heading}");
        for it in results.iter().filter(|it| holds(it)) {
            let shape = &it.plan.shape;
            let _ = writeln!(
                text,
                "  {}, {} {} chains, {} + {} steps, seed {}: {} {}",
                it.model,
                name(it.plan.method),
                shape.chains,
                shape.warmup,
                shape.draws,
                it.seed,
                it.wrong,
                it.codes.join(" ")
            );
        }
    };
    told("Wrong and silent:", |it| is_silent(it) && !it.unvisited);
    told("Wrong and silent, a mode that no chain visited:", |it| is_silent(it) && it.unvisited);
    told("Right, long enough, and warned:", is_false_alarm);
    text
}

fn is_silent(it: &Judged) -> bool {
    !it.wrong.is_empty() && it.codes.is_empty()
}

fn is_false_alarm(it: &Judged) -> bool {
    it.plan.long && it.wrong.is_empty() && !it.codes.is_empty()
}

/// A line for each run.
pub fn list(results: &[Judged]) -> String {
    let mut text =
        String::from("model,group,sampler,chains,warmup,steps,thin,seed,long_enough,wrong,unvisited,warnings\n");
    for it in results {
        let shape = &it.plan.shape;
        let _ = writeln!(
            text,
            "{},{},{},{},{},{},{},{},{},{},{},{}",
            it.model,
            it.group.name(),
            name(it.plan.method),
            shape.chains,
            shape.warmup,
            shape.draws,
            shape.thin,
            it.seed,
            it.plan.long,
            it.wrong,
            it.unvisited,
            it.codes.join(" ")
        );
    }
    text
}
