//! Tables for people: the summary of a run, and the correlations of its parameters.
//!
//! A number is shown to the digits that its Monte Carlo standard error supports, two of them beyond the error's
//! leading one at most, so that what a table shows is what a second run would show again.

use comfy_table::{CellAlignment, Table, presets};

use crate::diagnostics::{Interval, Row, Summary};

/// Parameters beyond this many are folded into a line that counts them.
pub const MOST_ROWS: usize = 40;

/// Correlation matrices beyond this many parameters are shown as their strongest pairs.
pub const MOST_COLUMNS: usize = 12;

/// The summary table: a row per parameter, the largest R-hat marked, long lists folded to their worst rows.
pub fn summary(summary: &Summary) -> String {
    let mut table = plain_table();
    let percent = |p: f64| format!("{}%", (p * 1000.0).round() / 10.0);
    let (low, high) = match summary.interval {
        Interval::HighestDensity(p) => {
            (format!("hdi_{}", percent((1.0 - p) / 2.0)), format!("hdi_{}", percent((1.0 + p) / 2.0)))
        }
        Interval::EqualTailed(p) => {
            (format!("eti_{}", percent((1.0 - p) / 2.0)), format!("eti_{}", percent((1.0 + p) / 2.0)))
        }
    };
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
    let worst = summary.rows.iter().map(|row| row.r_hat).filter(|r_hat| r_hat.is_finite()).fold(f64::NAN, f64::max);
    let marked = summary.rows.len() > 1 && worst > 1.005;
    for row in shown(summary) {
        let decimals = decimals(row.mcse_mean);
        let fixed = |x: f64| number(x, decimals);
        let star = if marked && row.r_hat == worst { " *" } else { "" };
        let mut cells = vec![
            row.parameter.clone(),
            fixed(row.mean),
            fixed(row.sd),
            fixed(row.interval.0),
            fixed(row.interval.1),
            significant(row.mcse_mean),
            significant(row.mcse_sd),
            number(row.ess_bulk, 0),
            number(row.ess_tail, 0),
            number(row.r_hat, 3) + star,
        ];
        if nested {
            cells.push(row.r_hat_nested.map_or_else(|| "-".to_owned(), |r_hat| number(r_hat, 3)));
        }
        table.add_row(cells);
    }
    align(&mut table, columns);
    let mut text = finish(&table);
    let folded = summary.rows.len().saturating_sub(shown(summary).len());
    if folded > 0 {
        text.push_str(&format!("and {folded} more parameters, none with a larger r_hat than these\n"));
    }
    if marked {
        text.push_str("* the largest r_hat\n");
    }
    text
}

/// The rows to show: all of them, or, of a long list, those with the largest R-hat, in their own order.
fn shown(summary: &Summary) -> Vec<&Row> {
    if summary.rows.len() <= MOST_ROWS {
        return summary.rows.iter().collect();
    }
    let mut order: Vec<usize> = (0..summary.rows.len()).collect();
    // NaN is the worst: it says that there is no R-hat.
    let badness = |index: &usize| {
        let r_hat = summary.rows[*index].r_hat;
        if r_hat.is_nan() { f64::INFINITY } else { r_hat }
    };
    order.sort_by(|a, b| badness(b).total_cmp(&badness(a)));
    order.truncate(MOST_ROWS / 2);
    order.sort_unstable();
    order.into_iter().map(|index| &summary.rows[index]).collect()
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

/// Decimals that show a number to two digits of its standard error: between 0 and 6, and 3 without one.
fn decimals(error: f64) -> usize {
    if !(error.is_finite() && error > 0.0) {
        return 3;
    }
    (1 - error.log10().floor() as i64).clamp(0, 6) as usize
}

fn number(x: f64, decimals: usize) -> String {
    if x.is_finite() && x.abs() >= 1e7 { format!("{x:.3e}") } else { tidy(&format!("{x:.decimals$}")) }
}

/// Two significant digits.
fn significant(x: f64) -> String {
    if !x.is_finite() {
        return tidy(&x.to_string());
    }
    if x != 0.0 && (x.abs() < 1e-5 || x.abs() >= 1e5) {
        return format!("{x:.1e}");
    }
    number(x, decimals(x))
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
        assert_eq!(
            [decimals(3.2), decimals(0.32), decimals(0.000_43), decimals(f64::NAN), decimals(150.0)],
            [1, 2, 5, 3, 0]
        );
        assert_eq!([significant(0.000_432), significant(3.263), significant(0.0)], ["0.00043", "3.3", "0.000"]);
        assert_eq!([number(-0.0001, 2), number(f64::NAN, 2), number(3.2e8, 1)], ["0.00", "nan", "3.200e8"]);
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
