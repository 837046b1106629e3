//! Writes the closed form of a sum, where it costs less than the sum.
//!
//! In: the forms of a loop's values. Out: operations outside of that loop, and now and then a loop over groups.
//! None where the loop is cheaper, or the form is one that has no closed form here.

use std::collections::HashMap;
use std::rc::Rc;

use super::super::op::{LoopId, Op, Place, Table, Unary, Value};
use super::form::{Class, Form, Forms, Grouped, ONES, plus, times};
use super::triangle::{Groups, sum, triangle};

/// The sum over all rows of an affine form.
pub(super) fn linear(forms: &mut Forms<'_, '_>, form: &Form) -> Option<Value> {
    let rows = forms.inner.rows;
    let groups = form.grouped.iter().map(|share| grouping(forms, share.list)).collect::<Option<Vec<_>>>()?;
    if form.columns.len() >= rows {
        return None;
    }
    let mut total = columns(forms, form);
    for (share, (groups, elements)) in form.grouped.iter().zip(groups) {
        let sums = groups.sums(forms.column(share.column));
        let over_groups = group_loop(forms, &elements, &mut |forms, row, memo| {
            let value = at_group(forms, share.value, row, memo);
            let weight = table(forms, "sum", &sums, row.new);
            times(forms.copy, weight, value)
        });
        let share = times(forms.copy, share.coefficient, over_groups);
        total = Some(total.map_or(share, |total| plus(forms.copy, total, share)));
    }
    total.or_else(|| Some(forms.copy.builder.constant(0.0)))
}

/// The sum of the columns of a form, each with its coefficient. Where one of the columns has one sign, the sum is that
/// column's total times the form at the mean row, weighted by the column: `S0 (c0 + m1 c1 + ..)`, in which what
/// cancels in every row cancels once.
fn columns(forms: &mut Forms<'_, '_>, form: &Form) -> Option<Value> {
    let moments: Vec<(Value, f64, bool)> = form
        .columns
        .iter()
        .map(|(&column, &coefficient)| {
            let (total, size) =
                (sum(forms.column(column).iter().copied()), sum(forms.column(column).iter().map(|x| x.abs())));
            (coefficient, total, total != 0.0 && total.abs() >= 0.5 * size)
        })
        .collect();
    let constant = |coefficient: Value| forms.copy.builder.as_constant(coefficient);
    let known = sum(moments.iter().filter_map(|&(coefficient, total, _)| Some(constant(coefficient)? * total)));
    let weight = moments.iter().find(|&&(coefficient, _, weighs)| weighs && constant(coefficient).is_none());
    let weight = weight.map_or(1.0, |&(_, total, _)| total);
    let mut result = None;
    for (coefficient, total, _) in moments {
        if forms.copy.builder.as_constant(coefficient).is_none() && total != 0.0 {
            let ratio = forms.copy.builder.constant(total / weight);
            let product = times(forms.copy, ratio, coefficient);
            result = Some(result.map_or(product, |result| plus(forms.copy, result, product)));
        }
    }
    let known = forms.copy.builder.constant(known / weight);
    let weight = forms.copy.builder.constant(weight);
    let result = result.map_or(known, |result| plus(forms.copy, result, known));
    (!form.columns.is_empty()).then(|| times(forms.copy, weight, result))
}

/// One factor of a quadratic sum: its coefficients of the matrix's columns, and of the mean row.
struct Factor {
    /// Coefficients by position in the matrix; none where the factor has no such column.
    coefficients: Vec<Option<Value>>,
    intercept: Option<Value>,
    grouped: Vec<Grouped>,
}

/// The sum over all rows of the product of two affine forms, or of the square of one.
pub(super) fn quadratic(forms: &mut Forms<'_, '_>, x: &Form, y: Option<&Form>) -> Option<Value> {
    let rows = forms.inner.rows;
    let both: Vec<&Form> = std::iter::once(x).chain(y).collect();
    let mut shares = both.iter().flat_map(|form| &form.grouped);
    let list = shares.next().map(|share| share.list);
    let plain = |share: &Grouped| Some(share.list) == list && share.column == ONES;
    if !both.iter().flat_map(|form| &form.grouped).all(plain) {
        return None;
    }
    // Columns with coefficients to be estimated first, in the order of their appearance; then what is known, one column
    // for each factor, so that the last rows of the triangle are constants.
    let constant = |forms: &Forms<'_, '_>, coefficient: Value| forms.copy.builder.as_constant(coefficient);
    let mut free: Vec<usize> = Vec::new();
    for form in &both {
        for (&column, &coefficient) in &form.columns {
            if constant(forms, coefficient).is_none() && !free.contains(&column) {
                free.push(column);
            }
        }
    }
    let centred = list.is_some() || free.contains(&ONES);
    free.retain(|&column| !(centred && column == ONES));
    let mut matrix: Vec<Rc<[f64]>> = free.iter().map(|&column| Rc::from(forms.column(column))).collect();
    let mut factors = Vec::new();
    for form in &both {
        let mut known = vec![0.0; rows];
        for (&column, &coefficient) in &form.columns {
            if let Some(coefficient) = constant(forms, coefficient).filter(|_| !free.contains(&column)) {
                known.iter_mut().zip(forms.column(column)).for_each(|(known, x)| *known += coefficient * x);
            }
        }
        let mut coefficients: Vec<Option<Value>> =
            free.iter().map(|column| form.columns.get(column).copied()).collect();
        coefficients.resize(matrix.len(), None);
        if known.iter().any(|&x| x != 0.0) {
            matrix.push(known.into());
            coefficients.push(Some(forms.copy.builder.constant(1.0)));
        }
        let free_intercept = |&value: &Value| centred && constant(forms, value).is_none();
        let intercept = form.columns.get(&ONES).copied().filter(free_intercept);
        factors.push(Factor { coefficients, intercept, grouped: form.grouped.clone() });
    }
    factors.iter_mut().for_each(|factor| factor.coefficients.resize(matrix.len(), None));

    let groups = match list {
        Some(list) => Some(grouping(forms, list)?),
        None => None,
    };
    let (m, loops) = (matrix.len(), groups.as_ref().map_or(1, |(groups, _)| groups.counts.len()));
    let columns = m + usize::from(centred);
    if loops * columns + columns * (columns + 1) / 2 >= rows * m.max(1) {
        return None;
    }

    let mut pieces = Vec::new();
    let mut left: Vec<Vec<f64>> = matrix.iter().map(|column| column.to_vec()).collect();
    if centred {
        let whole = Groups::one(rows);
        let within = groups.as_ref().map_or(&whole, |(groups, _)| groups);
        let (means, rest): (Vec<_>, Vec<_>) = matrix.iter().map(|column| within.centre(column)).unzip();
        left = rest;
        pieces.push(match &groups {
            Some((groups, elements)) => grouped_means(forms, &factors, groups, elements, &means),
            None => {
                let means: Vec<f64> = means.iter().map(|mean| mean[0]).collect();
                row(forms, &factors, (rows as f64).sqrt(), &means, true)
            }
        });
    }
    for (k, entries) in triangle(left).into_iter().enumerate() {
        let largest = entries.iter().fold(0.0_f64, |most, x| if x.abs() > most.abs() { *x } else { most });
        let scale = if entries[k] == 0.0 { largest } else { entries[k] };
        if scale != 0.0 {
            let entries: Vec<f64> = entries.iter().map(|entry| entry / scale).collect();
            pieces.push(row(forms, &factors, scale, &entries, false));
        }
    }
    pieces.into_iter().reduce(|sum, piece| plus(forms.copy, sum, piece))
}

/// `scale^2` times the product of both factors at one row of the triangle (or their square).
fn row(forms: &mut Forms<'_, '_>, factors: &[Factor], scale: f64, entries: &[f64], intercept: bool) -> Value {
    let values: Vec<Value> = factors
        .iter()
        .map(|factor| {
            let mut value = factor.intercept.filter(|_| intercept);
            for (&entry, &coefficient) in entries.iter().zip(&factor.coefficients) {
                if let Some(coefficient) = coefficient.filter(|_| entry != 0.0) {
                    let entry = forms.copy.builder.constant(entry);
                    let product = times(forms.copy, entry, coefficient);
                    value = Some(value.map_or(product, |value| plus(forms.copy, value, product)));
                }
            }
            let value = value.unwrap_or_else(|| forms.copy.builder.constant(0.0));
            let scale = forms.copy.builder.constant(scale);
            times(forms.copy, scale, value)
        })
        .collect();
    multiplied(forms, &values)
}

fn multiplied(forms: &mut Forms<'_, '_>, factors: &[Value]) -> Value {
    match *factors {
        [x] => match forms.copy.builder.as_constant(x) {
            Some(x) => forms.copy.builder.constant(x * x),
            None => forms.copy.builder.unary(Unary::Square, x),
        },
        [x, y] => times(forms.copy, x, y),
        _ => unreachable!("a quadratic form has one factor or two"),
    }
}

/// The sum over groups of their number of rows times the product of both factors at their mean row.
fn grouped_means(
    forms: &mut Forms<'_, '_>,
    factors: &[Factor],
    groups: &Groups,
    elements: &[u32],
    means: &[Vec<f64>],
) -> Value {
    let counts: Vec<f64> = groups.counts.iter().map(|&count| count as f64).collect();
    group_loop(forms, elements, &mut |forms, row, memo| {
        let mut values = Vec::new();
        for factor in factors {
            let mut value = factor.intercept;
            let mut add = |forms: &mut Forms<'_, '_>, coefficient: Value, x: Value| {
                let product = times(forms.copy, coefficient, x);
                value = Some(value.map_or(product, |value| plus(forms.copy, value, product)));
            };
            for (mean, &coefficient) in means.iter().zip(&factor.coefficients) {
                if let Some(coefficient) = coefficient {
                    let mean = table(forms, "mean", mean, row.new);
                    add(forms, coefficient, mean);
                }
            }
            for share in &factor.grouped {
                let x = at_group(forms, share.value, row, memo);
                add(forms, share.coefficient, x);
            }
            values.push(value.unwrap_or_else(|| forms.copy.builder.constant(0.0)));
        }
        let product = multiplied(forms, &values);
        let count = table(forms, "count", &counts, row.new);
        times(forms.copy, count, product)
    })
}

/// The groups that a list forms of the loop's rows, and the element of each; none unless rows are twice as many.
fn grouping(forms: &Forms<'_, '_>, list: usize) -> Option<(Groups, Vec<u32>)> {
    let list = &forms.copy.old.positions[list][..forms.inner.rows];
    let mut elements = list.to_vec();
    elements.sort_unstable();
    elements.dedup();
    let of_rows: Vec<usize> = list.iter().map(|element| elements.partition_point(|other| other < element)).collect();
    let mut counts = vec![0; elements.len()];
    of_rows.iter().for_each(|&group| counts[group] += 1);
    (2 * elements.len() <= list.len()).then_some((Groups { of_rows, counts }, elements))
}

/// The loop over groups, and the list of their elements.
#[derive(Clone, Copy)]
struct GroupRow {
    new: LoopId,
    positions: usize,
}

/// What has been written in the loop over groups, by old value.
type Memo = HashMap<Value, Value>;

fn group_loop<'c, 'a>(
    forms: &mut Forms<'c, 'a>,
    elements: &[u32],
    term: &mut dyn FnMut(&mut Forms<'c, 'a>, GroupRow, &mut Memo) -> Value,
) -> Value {
    let positions = forms.copy.builder.positions(elements.into());
    let new = forms.copy.builder.open_loop(elements.len());
    let term = term(forms, GroupRow { new, positions }, &mut Memo::new());
    forms.copy.builder.close_loop(&[term])[0]
}

/// A value of the old loop that is the same for all rows of a group, in the loop over groups.
fn at_group(forms: &mut Forms<'_, '_>, value: Value, row: GroupRow, memo: &mut Memo) -> Value {
    if forms.class(value) == Class::Invariant {
        return forms.copy.value(value);
    }
    if let Some(&known) = memo.get(&value) {
        return known;
    }
    let op = match forms.copy.old.op(value) {
        Op::Load { array, .. } => Op::Load { array, at: Place::Listed { row: row.new, positions: row.positions } },
        Op::Unary(function, x) => Op::Unary(function, at_group(forms, x, row, memo)),
        Op::Binary(function, x, y) => {
            Op::Binary(function, at_group(forms, x, row, memo), at_group(forms, y, row, memo))
        }
        Op::Select { left, right, holds, fails } => {
            let [left, right, holds, fails] =
                [left, right, holds, fails].map(|operand| at_group(forms, operand, row, memo));
            Op::Select { left, right, holds, fails }
        }
        Op::Constant(_) | Op::Roundoff(_) | Op::Coordinate(_) | Op::Datum { .. } | Op::Sum(..) => {
            unreachable!("a group's value is made of loads and what is outside of the loop")
        }
    };
    let new = forms.copy.builder.push(op);
    memo.insert(value, new);
    new
}

/// The row's element of a new table.
fn table(forms: &mut Forms<'_, '_>, name: &str, values: &[f64], row: LoopId) -> Value {
    let table = forms.copy.builder.table(Table { name: name.into(), values: values.into() });
    forms.copy.builder.push(Op::Datum { table, row })
}
