//! The nearest known name to a misspelt one.
//!
//! In: a word and the names that would have been right. Out: the closest, or nothing when none is close
//! enough to be what was meant. Absent: knowledge of where the names come from.

/// Words longer than this are nobody's typing slip; it also bounds the cost of a hostile file.
const LONGEST: usize = 64;

/// The candidate with the smallest edit distance to `word`, if a third of the letters or fewer differ.
///
/// A difference in case alone always counts as close. Among equals the first candidate wins.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > LONGEST {
        return None;
    }
    let reach = (word.len() / 3).max(1);
    candidates
        .into_iter()
        .filter(|candidate| candidate.len().abs_diff(word.len()) <= reach)
        .filter_map(|candidate| {
            let edits = if candidate.eq_ignore_ascii_case(word) { 0 } else { distance(word, candidate) };
            // `x` for `y` changes the whole word: that is another name, not a slip.
            (edits <= reach && edits < word.len().max(candidate.len())).then_some((edits, candidate))
        })
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, candidate)| candidate)
}

/// Edit distance with neighbouring letters swapped counted once ("optimal string alignment").
fn distance(from: &str, to: &str) -> usize {
    let (from, to) = (from.as_bytes(), to.as_bytes());
    let mut before_last = vec![0; to.len() + 1];
    let mut last: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.iter().enumerate() {
        let mut row = vec![i + 1; to.len() + 1];
        for (j, b) in to.iter().enumerate() {
            let replaced = last[j] + usize::from(a != b);
            row[j + 1] = replaced.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == to[j - 1] && from[i - 1] == *b {
                row[j + 1] = row[j + 1].min(before_last[j - 1] + 1);
            }
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_counts_single_edits() {
        for (from, to, edits) in [
            ("", "", 0),
            ("sigma", "sigma", 0),
            ("sigma", "sgima", 1),
            ("sigma", "sgma", 1),
            ("sigma", "siggma", 1),
            ("kitten", "sitting", 3),
            ("", "mu", 2),
        ] {
            assert_eq!(distance(from, to), edits, "{from} -> {to}");
        }
    }

    #[test]
    fn nearest_prefers_fewer_edits_and_refuses_strangers() {
        assert_eq!(nearest("sigm", ["mu", "sigma", "sigmas"]), Some("sigma"));
        assert_eq!(nearest("n", ["N", "y"]), Some("N"));
        assert_eq!(nearest("x", ["y"]), None);
        assert_eq!(nearest("tau", ["sigma"]), None);
        assert_eq!(nearest(&"a".repeat(100), ["a"]), None);
    }
}
