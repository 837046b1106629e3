//! Draws from Stan CSV, as CmdStan writes it: one file a chain, comments before, between and after the rows.
//!
//! Lines flow in, a [`Chain`] a file flows out, and all chains together become [`Loaded`]. The comments tell what the
//! run was: rows of warm-up (`save_warmup`, `num_warmup`, `thin`) are skipped, methods without draws refused. Both the
//! comments of CmdStan (`num_warmup = 1000 (Default)`) and those of its first releases (`warmup=1000`) are understood.
//! A last row that was cut off, by a chain still running or killed, is left out and told. Deliberately absent: the
//! step size, the metric and the times that the comments hold.

use std::path::{Path, PathBuf};

use super::csv_lines::{Loaded, ReadError, difference, is_sampler_column, next_line, number, open, parameter_name};
use crate::draws::Draws;

/// What the comments say of the run.
#[derive(Default)]
struct Plan {
    method: Option<String>,
    warmup: usize,
    draws: Option<usize>,
    thin: usize,
    saves_warmup: bool,
}

impl Plan {
    /// Takes note of a comment such as `#     num_warmup = 1000 (Default)`.
    fn read(&mut self, comment: &[u8]) {
        let Ok(comment) = std::str::from_utf8(comment) else { return };
        let Some((key, value)) = comment.trim_start_matches('#').split_once('=') else { return };
        let Some(value) = value.split_whitespace().next() else { return };
        match key.trim() {
            "method" => self.method = Some(value.to_owned()),
            "num_warmup" | "warmup" => self.warmup = value.parse().unwrap_or(0),
            "num_samples" => self.draws = value.parse().ok(),
            "thin" => self.thin = value.parse().unwrap_or(1),
            // A number up to CmdStan 2.32, a word later.
            "save_warmup" => self.saves_warmup = value == "1" || value == "true",
            _ => {}
        }
    }

    fn saved_warmup(&self) -> usize {
        if self.saves_warmup { self.warmup.div_ceil(self.thin.max(1)) } else { 0 }
    }

    fn planned_draws(&self) -> Option<usize> {
        self.draws.map(|draws| draws.div_ceil(self.thin.max(1)))
    }
}

/// One file.
pub(super) struct Chain {
    parameters: Vec<String>,
    sampler: Vec<String>,
    /// `[draw, parameter]` of each
    values: Vec<f64>,
    sampler_values: Vec<f64>,
    draws: usize,
    note: Option<String>,
}

/// Columns of a header: their names, and whether each is the sampler's.
struct Header {
    names: Vec<String>,
    of_sampler: Vec<bool>,
}

impl Header {
    fn of(line: &[u8], number: u64, file: &Path) -> Result<Self, ReadError> {
        let text = String::from_utf8_lossy(line);
        let names: Vec<String> = text.split(',').map(|name| parameter_name(name.trim().trim_matches('"'))).collect();
        let mut sorted: Vec<&String> = names.iter().collect();
        sorted.sort_unstable();
        if let Some(pair) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(ReadError::RepeatedName { file: file.to_owned(), line: number, name: pair[0].clone() });
        }
        let of_sampler: Vec<bool> = names.iter().map(|name| is_sampler_column(name)).collect();
        if of_sampler.iter().all(|of_sampler| *of_sampler) {
            return Err(ReadError::NoParameters { file: file.to_owned() });
        }
        Ok(Self { names, of_sampler })
    }

    fn names_where(&self, of_sampler: bool) -> Vec<String> {
        let pairs = self.names.iter().zip(&self.of_sampler);
        pairs.filter(|(_, is)| **is == of_sampler).map(|(name, _)| name.clone()).collect()
    }
}

pub(super) fn read(file: &Path) -> Result<Chain, ReadError> {
    let mut reader = open(file)?;
    let (mut line, mut line_number) = (Vec::new(), 0);
    let (mut plan, mut header, mut rows, mut cut_off) = (Plan::default(), None::<Header>, 0_usize, false);
    let (mut values, mut sampler_values) = (Vec::new(), Vec::new());
    while next_line(&mut reader, file, &mut line)? {
        line_number += 1;
        let complete = line.ends_with(b"\n");
        let text = line.trim_ascii();
        if text.is_empty() {
            continue;
        }
        if text.starts_with(b"#") {
            plan.read(text);
            continue;
        }
        let Some(columns) = &header else {
            header = Some(Header::of(text, line_number, file)?);
            continue;
        };
        let before = (values.len(), sampler_values.len());
        let row = read_row(text, columns, &mut values, &mut sampler_values);
        // Without its end of line a row may have lost digits, or columns: it counts only where the run expects it.
        let wanted = || plan.planned_draws().is_none_or(|draws| rows + 1 == plan.saved_warmup() + draws);
        let counts = complete || row.is_ok() && wanted();
        if !counts {
            values.truncate(before.0);
            sampler_values.truncate(before.1);
            cut_off = true;
            continue;
        }
        row.map_err(|mistake| mistake.at(file, line_number, columns, text))?;
        rows += 1;
        if rows <= plan.saved_warmup() {
            values.truncate(before.0);
            sampler_values.truncate(before.1);
        }
    }
    let Some(header) = header else { return Err(ReadError::Empty { file: file.to_owned() }) };
    if let Some(method @ ("optimize" | "variational" | "diagnose")) = plan.method.as_deref() {
        return Err(ReadError::NotDraws { file: file.to_owned(), method: method.to_owned() });
    }
    let warmup = plan.saved_warmup().min(rows);
    let draws = rows - warmup;
    if draws == 0 {
        return Err(ReadError::NoDraws { file: file.to_owned(), warmup });
    }
    let note = note(file, draws, &plan, cut_off);
    let (parameters, sampler) = (header.names_where(false), header.names_where(true));
    Ok(Chain { parameters, sampler, values, sampler_values, draws, note })
}

fn note(file: &Path, draws: usize, plan: &Plan, cut_off: bool) -> Option<String> {
    let planned = plan.planned_draws().filter(|planned| *planned > draws);
    let of = planned.map_or_else(String::new, |planned| format!(" of {planned}"));
    match (cut_off, planned) {
        (false, None) => None,
        (false, Some(_)) => {
            Some(format!("{} holds {draws}{of} draws: its chain is still running, or was ended early", file.display()))
        }
        (true, _) => Some(format!(
            "the last row of {} is cut off and left out, so {draws}{of} draws are used: its chain is still running, or \
             was ended early",
            file.display()
        )),
    }
}

/// What is wrong with a row.
enum Mistake {
    Count(usize),
    Number(usize),
}

impl Mistake {
    fn at(&self, file: &Path, line: u64, header: &Header, text: &[u8]) -> ReadError {
        let file = file.to_owned();
        match *self {
            Self::Count(found) => ReadError::Ragged { file, line, found, expected: header.names.len() },
            Self::Number(column) => {
                let text = text.split(|byte| *byte == b',').nth(column).unwrap_or_default();
                let text = String::from_utf8_lossy(text).into_owned();
                ReadError::NotANumber { file, line, name: header.names[column].clone(), text }
            }
        }
    }
}

fn read_row(text: &[u8], header: &Header, values: &mut Vec<f64>, sampler: &mut Vec<f64>) -> Result<(), Mistake> {
    let mut count = 0;
    let mut wrong = None;
    for field in text.split(|byte| *byte == b',') {
        if let Some(of_sampler) = header.of_sampler.get(count) {
            match number(field) {
                Some(value) if *of_sampler => sampler.push(value),
                Some(value) => values.push(value),
                None => wrong = wrong.or(Some(count)),
            }
        }
        count += 1;
    }
    if count != header.names.len() {
        return Err(Mistake::Count(count));
    }
    wrong.map_or(Ok(()), |column| Err(Mistake::Number(column)))
}

/// Puts chains together, which must agree in their columns and their lengths.
pub(super) fn assemble(paths: &[PathBuf], chains: Vec<Chain>) -> Result<Loaded, ReadError> {
    let count = chains.len();
    let Some(first) = chains.first() else { return Err(ReadError::NoFiles) };
    for (file, chain) in paths.iter().zip(&chains).skip(1) {
        let (file, first_file) = (file.clone(), paths[0].clone());
        for (found, expected) in [(&chain.parameters, &first.parameters), (&chain.sampler, &first.sampler)] {
            if found != expected {
                let difference = difference(found, expected);
                return Err(ReadError::NamesDiffer { file, first: first_file, difference });
            }
        }
        if chain.draws != first.draws {
            let (found, expected) = (chain.draws, first.draws);
            return Err(ReadError::LengthsDiffer { file, found, first: first_file, expected });
        }
    }
    let (parameters, sampler, draws) = (first.parameters.clone(), first.sampler.clone(), first.draws);
    let (mut values, mut sampler_values, mut notes) = (Vec::new(), Vec::new(), Vec::new());
    values.reserve_exact(first.values.len() * (count - 1));
    for mut chain in chains {
        values.append(&mut chain.values);
        sampler_values.append(&mut chain.sampler_values);
        notes.extend(chain.note);
    }
    Ok(Loaded {
        draws: Draws::from_values(parameters, count, draws, values)?,
        sampler: Draws::from_values(sampler, count, draws, sampler_values)?,
        notes,
    })
}
