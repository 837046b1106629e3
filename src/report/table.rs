//! Tables for people: the summary of a run, and the correlations of its parameters.
//!
//! A number is shown to the digits that its Monte Carlo standard error supports, two of them beyond the error's
//! leading one at most, so that what a table shows is what a second run would show again.

use comfy_table::{CellAlignment, Table, presets};

use crate::diagnostics::chain_moments::MomentSummary;
use crate::diagnostics::{Row, Summary};

/// Parameters beyond this many are folded into a line that counts them.
pub const MOST_ROWS: usize = 40;

/// Correlation matrices beyond this many parameters are shown as their strongest pairs.
pub const MOST_COLUMNS: usize = 12;

/// What becomes of a long list of parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Folding<'a> {
    /// Every parameter has its row.
    Open,
    /// Beyond [`MOST_ROWS`] parameters, those with the largest R-hat are shown and the rest are counted.
    Folded {
        /// What the reader can type to see the others.
        opened_by: Option<&'a str>,
    },
}

/// The summary table: a row per parameter, the largest R-hat marked, long lists folded to their worst rows.
pub fn summary(summary: &Summary, folding: Folding<'_>) -> String {
    let mut table = plain_table();
    let [low, high] = summary.interval.names();
    let nested = summary.rows.iter().any(|row| row.r_hat_nested.is_some());
    let mut header: Vec<String> =
        ["", "mean", "sd", &low, &high, "mcse_mean", "mcse_sd", "ess_bulk", "ess_tail", "r_hat"]
            .map(str::to_owned)
            .into();
    if nested {
        header.push("r_hat_nested".into());
    }
    let columns = header.len();
    table.set_header(header);
    let worst = summary.rows.iter().map(|row| row.r_hat).fold(f64::NAN, f64::max);
    let marked = summary.rows.len() > 1 && worst > 1.005;
    let shown = shown(summary, folding);
    let folded = summary.rows.len() - shown.len();
    for row in shown {
        let star = if marked && row.r_hat == worst { " *" } else { "" };
        let mut cells = vec![
            row.parameter.clone(),
            estimate(row.mean, row.mcse_mean),
            estimate(row.sd, row.mcse_mean),
            estimate(row.interval.0, row.mcse_mean),
            estimate(row.interval.1, row.mcse_mean),
            significant(row.mcse_mean),
            significant(row.mcse_sd),
            number(row.ess_bulk, 0),
            number(row.ess_tail, 0),
            // The mark has its place in every row, so that the digits stay under one another.
            number(row.r_hat, 3) + if marked && star.is_empty() { "  " } else { star },
        ];
        if nested {
            cells.push(row.r_hat_nested.map_or_else(|| "-".to_owned(), |r_hat| number(r_hat, 3)));
        }
        table.add_row(cells);
    }
    align(&mut table, columns);
    let mut text = finish(&table);
    if folded > 0 {
        let rest = if folded == 1 { "parameter" } else { "parameters" };
        text.push_str(&format!("and {folded} more {rest}, none with a larger r_hat than these"));
        if let Folding::Folded { opened_by: Some(hint) } = folding {
            text.push_str(&format!(" ({hint} shows the ones you name)"));
        }
        text.push('\n');
    }
    if marked {
        text.push_str("* the largest r_hat\n");
    }
    text
}

/// The rows to show: all of them, or, of a long list, those with the largest R-hat, in their own order.
/// Means, standard deviations, intervals and quantiles of draws that are of no chain.
pub fn independent(summary: &Summary) -> String {
    let [low, high] = summary.interval.names();
    let header = ["", "mean", "sd", &low, &high, "5%", "50%", "95%"];
    let rows: Vec<[String; 8]> = summary
        .rows
        .iter()
        .map(|row| {
            // Of independent draws the error of a mean is known.
            let error = row.sd / ((summary.chains * summary.draws) as f64).sqrt();
            let of = |value: f64| estimate(value, error);
            let (low, high) = row.interval;
            [row.parameter.clone(), of(row.mean), of(row.sd), of(low), of(high), of(row.q5), of(row.q50), of(row.q95)]
        })
        .collect();
    plain(header, &rows, 1)
}

fn shown<'a>(summary: &'a Summary, folding: Folding<'_>) -> Vec<&'a Row> {
    if summary.rows.len() <= MOST_ROWS || folding == Folding::Open {
        return summary.rows.iter().collect();
    }
    let mut order = worst_first(summary);
    order.truncate(MOST_ROWS / 2);
    order.sort_unstable();
    order.into_iter().map(|index| &summary.rows[index]).collect()
}

/// The places of all rows, the largest R-hat first.
pub(super) fn worst_first(summary: &Summary) -> Vec<usize> {
    let mut order: Vec<usize> = (0..summary.rows.len()).collect();
    // NaN is the worst, as it says that there is no R-hat; but a constant has none because it needs none.
    let badness = |index: &usize| {
        let row = &summary.rows[*index];
        match row.r_hat {
            r_hat if !r_hat.is_nan() => r_hat,
            _ if row.constant => f64::NEG_INFINITY,
            _ => f64::INFINITY,
        }
    };
    order.sort_by(|a, b| badness(b).total_cmp(&badness(a)));
    order
}

/// The correlation matrix `[parameter, parameter]`, or, of many parameters, the pairs with the strongest correlation.
pub fn correlation(parameters: &[String], matrix: &[f64]) -> String {
    let n = parameters.len();
    let mut table = plain_table();
    if n <= MOST_COLUMNS {
        table.set_header(std::iter::once("").chain(parameters.iter().map(String::as_str)));
        for (row, name) in parameters.iter().enumerate() {
            let cells = matrix[row * n..(row + 1) * n].iter().map(|&r| coefficient(r));
            table.add_row(std::iter::once(name.clone()).chain(cells));
        }
        align(&mut table, n + 1);
        return finish(&table);
    }
    let mut pairs: Vec<(usize, usize, f64)> =
        (0..n).flat_map(|i| (0..i).map(move |j| (j, i))).map(|(i, j)| (i, j, matrix[i * n + j])).collect();
    pairs.retain(|(_, _, r)| r.is_finite());
    pairs.sort_by(|a, b| b.2.abs().total_cmp(&a.2.abs()));
    table.set_header(["", "", "correlation"]);
    for (i, j, r) in pairs.iter().take(MOST_COLUMNS) {
        table.add_row([parameters[*i].clone(), parameters[*j].clone(), coefficient(*r)]);
    }
    align(&mut table, 3);
    finish(&table) + &format!("the strongest of {} pairs\n", n * (n - 1) / 2)
}

/// The table of a run of which moments were kept: a row per parameter.
pub fn moments(summary: &MomentSummary) -> String {
    let mut table = plain_table();
    let nested = summary.rows.iter().any(|row| row.r_hat_nested.is_some());
    let mut header = vec!["", "mean", "sd", "mcse_mean", "ess", "r_hat"];
    if nested {
        header.push("r_hat_nested");
    }
    let columns = header.len();
    table.set_header(header);
    for row in &summary.rows {
        let mut cells = vec![
            row.parameter.clone(),
            estimate(row.mean, row.mcse_mean),
            estimate(row.sd, row.mcse_mean),
            significant(row.mcse_mean),
            number(row.ess, 0),
            number(row.r_hat, 3),
        ];
        if nested {
            cells.push(number(row.r_hat_nested.unwrap_or(f64::NAN), 3));
        }
        table.add_row(cells);
    }
    align(&mut table, columns);
    finish(&table)
}

/// A table of words and numbers: words to the left, numbers to the right, spaces between.
pub fn plain<const COLUMNS: usize>(header: [&str; COLUMNS], rows: &[[String; COLUMNS]], words: usize) -> String {
    let mut table = plain_table();
    table.set_header(header);
    for row in rows {
        table.add_row(row);
    }
    for column in words..COLUMNS {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    finish(&table)
}

fn plain_table() -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table
}

fn align(table: &mut Table, columns: usize) {
    for column in 1..columns {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}

fn finish(table: &Table) -> String {
    // A cell is padded on both sides; a line needs neither its first nor its last blank.
    table.lines().map(|line| line.strip_prefix(' ').unwrap_or(&line).trim_end().to_owned() + "\n").collect()
}

/// An estimate to two digits of its standard error: with three decimals where there is none, and as `m.mme-k` where
/// plain decimals would be too many, or the number too long.
pub(super) fn estimate(x: f64, error: f64) -> String {
    if !(x.is_finite() && error.is_finite() && error > 0.0) {
        return number(x, 3);
    }
    let decimals = decimals(error);
    let is_long = x.abs() >= 1e7 || decimals > MOST_DECIMALS && x.abs() < 1e-2;
    if is_long && x != 0.0 {
        let digits = x.abs().log10().floor() as i64 + decimals;
        let digits = digits.clamp(0, 15) as usize;
        return format!("{x:.digits$e}");
    }
    number(x, decimals.clamp(0, MOST_DECIMALS) as usize)
}

/// Decimals beyond which a number is easier to read with an exponent.
const MOST_DECIMALS: i64 = 7;

/// Decimals that show two digits of a positive, finite number; negative for one above a hundred.
fn decimals(error: f64) -> i64 {
    1 - error.log10().floor() as i64
}

pub(super) fn number(x: f64, decimals: usize) -> String {
    if x.is_finite() && x.abs() >= 1e7 { format!("{x:.3e}") } else { tidy(&format!("{x:.decimals$}")) }
}

/// Two significant digits.
pub(super) fn significant(x: f64) -> String {
    if !x.is_finite() || x == 0.0 {
        return number(x, 3);
    }
    if x.abs() < 1e-5 || x.abs() >= 1e5 {
        return format!("{x:.1e}");
    }
    number(x, decimals(x.abs()).max(0) as usize)
}

fn coefficient(r: f64) -> String {
    // A ridge shows in how far the correlation is from one: 1 - 0.9998 needs its digits.
    tidy(&if r.abs() > 0.995 && r.abs() < 1.0 { format!("{r:.6}") } else { format!("{r:.3}") })
}

/// A number as people write it: no minus before a zero, and NaN in small letters.
fn tidy(text: &str) -> String {
    match text.strip_prefix('-') {
        Some(rest) if rest.chars().all(|c| c == '0' || c == '.') => rest.to_owned(),
        _ => text.replace("NaN", "nan"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_follow_the_standard_error() {
        assert_eq!([3.2, 0.32, 0.000_43, 150.0].map(decimals), [1, 2, 5, -1]);
        assert_eq!([significant(0.000_432), significant(3.263), significant(0.0)], ["0.00043", "3.3", "0.000"]);
        assert_eq!([number(-0.0001, 2), number(f64::NAN, 2), number(3.2e8, 1)], ["0.00", "nan", "3.200e8"]);
    }

    #[test]
    fn estimates_of_any_size_show_two_digits_of_their_error() {
        assert_eq!(estimate(1.234_567, 0.012), "1.235");
        assert_eq!(estimate(1.234_567, f64::NAN), "1.235");
        assert_eq!(estimate(1234.567, 45.0), "1235");
        assert_eq!(estimate(3.214_567_89e8, 2.5e3), "3.214568e8");
        assert_eq!(estimate(-2.345_678e-9, 1.2e-12), "-2.3457e-9");
        assert_eq!(estimate(0.5, 1e-12), "0.5000000");
        assert_eq!(estimate(0.0, 1e-12), "0.0000000");
        assert_eq!(estimate(f64::INFINITY, 0.1), "inf");
    }

    fn rows(r_hats: &[f64]) -> Summary {
        let row = |(index, &r_hat): (usize, &f64)| Row {
            parameter: format!("theta[{}]", index + 1),
            mean: 0.5,
            sd: 1.0,
            interval: (-1.0, 2.0),
            mcse_mean: 0.01,
            mcse_sd: 0.01,
            ess_bulk: 1000.0,
            ess_tail: 900.0,
            r_hat_tail: 1.0,
            tail_index: 0.0,
            r_hat,
            r_hat_nested: None,
            r_hat_nested_limit: None,
            drift: None,
            drift_limit: None,
            r_hat_limit: None,
            q5: -1.0,
            q25: 0.0,
            q50: 0.5,
            q75: 1.0,
            q95: 2.0,
            non_finite: 0,
            constant: false,
            twins: Vec::new(),
        };
        let rows = r_hats.iter().enumerate().map(row).collect();
        Summary {
            chains: 4,
            draws: 1000,
            superchains: 4,
            interval: crate::diagnostics::Interval::HighestDensity(0.94),
            rows,
        }
    }

    #[test]
    fn long_lists_are_folded_to_their_worst_rows_unless_they_are_to_be_open() {
        let r_hats: Vec<f64> = (0..100).map(|k| if k == 70 { 1.7 } else { 1.0 + f64::from(k % 10) * 1e-4 }).collect();
        let summary_of = rows(&r_hats);
        let folded = summary(&summary_of, Folding::Folded { opened_by: Some("--parameters NAME,...") });
        let expected = "and 80 more parameters, none with a larger r_hat than these \
                        (--parameters NAME,... shows the ones you name)\n* the largest r_hat\n";
        assert!(folded.ends_with(expected), "{folded}");
        assert!(folded.lines().any(|line| line.starts_with("theta[71]") && line.ends_with("1.700 *")), "{folded}");
        assert_eq!(folded.lines().filter(|line| line.starts_with("theta")).count(), MOST_ROWS / 2);
        let open = summary(&summary_of, Folding::Open);
        assert_eq!(open.lines().filter(|line| line.starts_with("theta")).count(), 100);
    }

    #[test]
    fn columns_are_aligned_and_the_worst_rhat_is_marked_even_if_infinite() {
        let text = summary(&rows(&[1.0, f64::INFINITY, 1.2]), Folding::Open);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[2].ends_with("inf *") && lines[4] == "* the largest r_hat", "{text}");
        let end = |line: &str, what: &str| line.find(what).map(|at| at + what.len());
        assert_eq!(end(lines[1], "900  1.000"), end(lines[3], "900  1.200"), "{text}");
    }

    #[test]
    fn a_matrix_of_many_parameters_becomes_its_strongest_pairs() {
        let names: Vec<String> = (0..20).map(|i| format!("x[{i}]")).collect();
        let mut matrix = vec![0.01; 400];
        (matrix[3 * 20 + 7], matrix[7 * 20 + 3]) = (-0.9998, -0.9998);
        let text = correlation(&names, &matrix);
        assert!(text.lines().nth(1).is_some_and(|line| line.ends_with("x[3]  x[7]    -0.999800")), "{text}");
        assert!(text.ends_with("the strongest of 190 pairs\n"));
    }
}
