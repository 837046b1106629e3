//! Which parameters `--parameters` means: names, all elements of one, or patterns; and what was meant by a wrong one.

use super::error::CliError;
use crate::lang::suggest::nearest;

/// Indices of the chosen among `names`, in the order of `names`.
pub(super) fn select(asked: &[String], names: &[String]) -> Result<Vec<usize>, CliError> {
    let mut chosen = vec![false; names.len()];
    for pattern in asked.iter().flat_map(|list| split(list)) {
        let matching = names.iter().zip(&mut chosen).filter(|(name, _)| matches(pattern, name));
        let count = matching.map(|(_, chosen)| *chosen = true).count();
        if count == 0 {
            return Err(CliError::plain(unknown(pattern, names)));
        }
    }
    Ok((0..names.len()).filter(|index| chosen[*index]).collect())
}

/// The items of a list with commas, those within brackets belonging to a name.
fn split(list: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    list.split(|c| {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    })
    .map(str::trim)
    .filter(|item| !item.is_empty())
    .collect()
}

/// A name matches itself, its stem, and a pattern in which `*` stands for any characters.
fn matches(pattern: &str, name: &str) -> bool {
    pattern == name || pattern == stem(name) || pattern.contains('*') && is_like(pattern.as_bytes(), name.as_bytes())
}

fn stem(name: &str) -> &str {
    name.split_once(['[', '.', ':']).map_or(name, |(stem, _)| stem)
}

fn is_like(pattern: &[u8], name: &[u8]) -> bool {
    match pattern {
        [] => name.is_empty(),
        [b'*', rest @ ..] => (0..=name.len()).any(|skipped| is_like(rest, &name[skipped..])),
        [first, rest @ ..] => name.first() == Some(first) && is_like(rest, &name[1..]),
    }
}

fn unknown(pattern: &str, names: &[String]) -> String {
    let candidates = names.iter().flat_map(|name| [name.as_str(), stem(name)]);
    match nearest(pattern, candidates) {
        Some(name) => format!("there is no parameter {pattern}; did you mean {name}?"),
        None => {
            let shown: Vec<&str> = names.iter().take(8).map(String::as_str).collect();
            let more = if names.len() > shown.len() { ", ..." } else { "" };
            format!("there is no parameter {pattern}; there are {}{more}", shown.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(asked: &str) -> Result<Vec<usize>, String> {
        let names = ["lp__", "mu", "theta[1]", "theta[2]", "theta_raw[1]", "m[1,2]"].map(String::from);
        select(&[asked.to_owned()], &names).map_err(|error| error.to_string())
    }

    #[test]
    fn names_stems_and_patterns_choose_in_the_order_of_the_draws() {
        assert_eq!(chosen("theta,mu"), Ok(vec![1, 2, 3]));
        assert_eq!(chosen("m[1,2], theta[2]"), Ok(vec![3, 5]));
        assert_eq!(chosen("theta*"), Ok(vec![2, 3, 4]));
        assert_eq!(chosen("*[1*"), Ok(vec![2, 4, 5]));
    }

    #[test]
    fn a_name_that_is_not_there_is_answered_by_the_nearest_or_by_what_there_is() {
        assert_eq!(chosen("tehta"), Err("there is no parameter tehta; did you mean theta?".to_owned()));
        assert_eq!(chosen("Mu"), Err("there is no parameter Mu; did you mean mu?".to_owned()));
        let all = "lp__, mu, theta[1], theta[2], theta_raw[1], m[1,2]";
        assert_eq!(chosen("sigma_y"), Err(format!("there is no parameter sigma_y; there are {all}")));
    }
}
